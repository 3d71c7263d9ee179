"""Whether the evaluators agree: the reference interpreter, both fast readers and the columns reader.

`python tests/support/agreement.py --cases 1000000` compares as many cases as wanted, made by `families`: every
condition, derived finding, verdict, the urgency and the points of the causes. It prints what differs, and which
conditions were not seen true, false and open. With `--tour` it begins with cases that show each of these. With
`--state FILE` a run that was broken off goes on where it stopped.
"""

import argparse
import gc
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import islice, repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # one core for each process

from hepalith.decision.evaluation import Evaluation
from hepalith.decision.observed import ObservedCase
from hepalith.decision.program import ordered
from hepalith.decision.reading import FastReader
from hepalith.decision.single import CaseReader
from hepalith.decision.what_if import Asker, WhatIf
from hepalith.domain.case import Case
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.cases import Vignette
from support import generate
from support.families import SIZE, Family, Generator
from support.questions import Kind, questions, varying
from support.readers import (
    Alone,
    Columns,
    Told,
    Variants,
    differences,
    interpreted,
    interpreted_alone,
    lesions_of,
    observed,
    read_in,
)
from support.remembering import Watched
from support.tour import Tour
from support.vignettes import knowledge_and_problems

FAMILIES_AT_ONCE = 25
Seen = dict[str, int]  # the name of a condition -> which answers were seen: bits of `_SEEN`
_SEEN = {True: 1, False: 2, None: 4}


class Both:
    """One knowledge base, read by the interpreter, the fast reader and the reader of a case alone: case by case."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._reader = FastReader(knowledge)
        self._case_reader = CaseReader(knowledge)
        self._asker = Asker(knowledge)

    def differences(self, case: Case, as_of: date, *, every: int = 0, first: int = 0) -> list[str]:
        """What differs in the case, and in every so-manieth answer to its open findings; 0 for none of these."""
        asked = questions(self.knowledge, lesions_of(case))
        seen = ObservedCase(case, self.knowledge.findings, as_of)
        what_if = self._asker.what_if(case, as_of) if every else None
        readings = [what_if.reading if what_if else self._reader.read(seen)]
        readings.append(self._case_reader.read(self._case_reader.inputs(seen)))
        wanted = interpreted_alone(Evaluation(case, self.knowledge, as_of))
        found = [said for reading in readings for _at, said in differences(asked, wanted, read_in(reading, (0,)))]
        if what_if:
            for variant, evaluation, answer in islice(answered(case, what_if, as_of), first, None, every):
                told = read_in(what_if.reading, (variant,))
                found += [f"{answer}: {said}" for _at, said in differences(asked, interpreted_alone(evaluation), told)]
        return found


def answered(case: Case, what_if: WhatIf, as_of: date) -> Iterator[tuple[int, Evaluation, str]]:
    """Every variant of a case: its number, the same for the interpreter, and what it is."""
    knowledge = what_if.reading.knowledge
    for one in (*what_if.tried, *what_if.narrowed):
        for variant, observation in zip(one.variants, one.open.observations, strict=True):
            said = f"{one.open.finding} of {one.open.subject} = {observation.value}"
            yield variant, Evaluation(case.with_observation(observation), knowledge, as_of), said
    for together in what_if.together:
        without = case
        for member in together.members:
            without = without.with_observation(member.open.observations[member.answer])
        said = f"no {', '.join(member.open.finding for member in together.members)}"
        yield together.variant, Evaluation(without, knowledge, as_of), said
    for (name, subject), variants in what_if.assumed.items():
        for choice, variant in zip(ordered(knowledge.domains[name]), variants, strict=True):
            assumed = {(name, subject): choice}
            yield variant, Evaluation(case, knowledge, as_of, assumed=assumed), f"{name} of {subject} taken as {choice}"


# families of cases


class Compared(NamedTuple):
    """What came of some cases. lines: what differs."""

    cases: int
    differing: int
    lines: list[str]
    seen: Seen


class Comparison:
    """All evaluators on families of cases; in a run with several processes, each has one."""

    def __init__(
        self,
        knowledge: Knowledge,
        seed: int,
        size: int,
        *,
        columns: bool,
        vignettes: Sequence[Vignette] | None = None,
    ) -> None:
        self._knowledge = knowledge
        self._seed = seed
        self._generator = Generator(knowledge, seed, size, vignettes)
        self._variants = Variants(knowledge)
        self._alone = Alone(knowledge)
        self._columns = Columns(knowledge) if columns else None

    def families(self, numbers: Iterable[int]) -> Compared:
        """Compares the families with these numbers."""
        return self.compared([self._generator.family(number) for number in numbers])

    def tour(self) -> Compared:
        """Compares the cases of a tour of all conditions."""
        return self.compared(list(Tour(self._knowledge, self._seed, generate.conditions(self._knowledge)).families()))

    def compared(self, families: Sequence[Family]) -> Compared:
        """Compares some families."""
        watched = [observed(family.cases, family.as_of, self._knowledge) for family in families]
        wanted = [interpreted(cases, self._knowledge) for cases in watched]
        seen: Seen = {}
        found: list[tuple[str, int, str]] = []
        told_by_columns: Iterable[Told] = self._columns.answers(families) if self._columns else repeat({})
        for family, cases, answers, columns in zip(families, watched, wanted, told_by_columns, strict=False):
            asked = questions(self._knowledge, lesions_of(family.cases[0]))
            for reader, told in {**self._told(cases, answers), "columns": columns}.items():
                found += [(family.name, at, f"{reader}: {said}") for at, said in differences(asked, answers, told)]
            for question, given in zip(asked, answers, strict=True):
                if question.kind is Kind.CONDITION:
                    seen[question.name] = seen.get(question.name, 0) | sum(_SEEN[one] for one in set(given))
        lines = [f"{name}, case {at}: {said}" for name, at, said in found]
        return Compared(
            cases=sum(len(family.cases) for family in families),
            differing=len({(name, at) for name, at, _said in found}),
            lines=lines,
            seen=seen,
        )

    def _told(self, cases: Sequence[Watched], answers: list[list[Any]]) -> dict[str, Told]:
        """What the fast readers say, and the interpreter that takes nothing over, of the last case."""
        last = interpreted_alone(Evaluation(cases[-1].case, self._knowledge, cases[-1].as_of))
        return {
            "interpreter, from nothing": {at: [*answers[at][:-1], *one] for at, one in enumerate(last)},
            "fast": self._variants.answers(cases),
            "alone": self._alone.answers(cases),
        }


def one_sided(knowledge: Knowledge, seen: Seen) -> list[str]:
    """What was never seen true, false or open."""
    found = []
    for name in varying(knowledge):
        missing = [said for said, bit in (("true", 1), ("false", 2), ("open", 4)) if not seen.get(name, 0) & bit]
        if missing:
            found.append(f"{name}: never {' or '.join(missing)}")
    return found


# the long run


class Progress(msgspec.Struct):
    """How far a run is. seed: it goes on only with the same."""

    seed: int
    families: int = 0
    cases: int = 0
    differing: int = 0
    seen: Seen = {}


_COMPARISONS: list[Comparison] = []  # of a process


def _start(seed: int, columns: bool) -> None:
    _COMPARISONS.append(Comparison(knowledge_and_problems()[0], seed, SIZE, columns=columns))
    gc.freeze()  # the knowledge is not looked through again and again


def _run(numbers: range | None) -> Compared:
    gc.disable()  # to look for what nothing refers to takes 7 % of the time; between families it takes less
    try:
        return _COMPARISONS[0].tour() if numbers is None else _COMPARISONS[0].families(numbers)
    finally:
        gc.enable()


def main(arguments: Sequence[str] | None = None) -> int:
    """Compares generated cases; returns how many differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=SIZE, help=f"made in families of {SIZE}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tour", action="store_true", help="first the cases of a tour of all conditions")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--state", type=Path, help="where to go on, and where to keep how far it is")
    parser.add_argument("--without-columns", action="store_true", help="where Polars is not installed")
    chosen = parser.parse_args(arguments)
    state = _state(chosen)
    for numbers, compared in _compared(chosen, state):
        sys.stdout.writelines(f"{line}\n" for line in compared.lines)
        sys.stdout.flush()
        state.families = numbers.stop if numbers else 0
        state.cases += compared.cases
        state.differing += compared.differing
        for name, answers in compared.seen.items():
            state.seen[name] = state.seen.get(name, 0) | answers
        if chosen.state:
            chosen.state.write_bytes(msgspec.json.encode(state))
    sides = one_sided(knowledge_and_problems()[0], state.seen)
    summary = f"{state.cases} cases, {state.differing} differ; {len(sides)} conditions not seen true, false and open"
    sys.stdout.write("\n".join([*sides, summary, ""]))
    return state.differing


def _state(chosen: argparse.Namespace) -> Progress:
    if chosen.state is None or not chosen.state.exists():
        return Progress(seed=chosen.seed)
    state = msgspec.json.decode(chosen.state.read_bytes(), type=Progress)
    if state.seed != chosen.seed:
        raise SystemExit(f"{chosen.state} is of a run with --seed {state.seed}")
    return state


def _compared(chosen: argparse.Namespace, state: Progress) -> Iterator[tuple[range | None, Compared]]:
    """The families that are left, some at a time, with a line of progress."""
    before, last = state.cases, -(-chosen.cases // SIZE)
    todo: list[range | None] = [None] if chosen.tour and not state.cases else []
    todo += [range(at, min(at + FAMILIES_AT_ONCE, last)) for at in range(state.families, last, FAMILIES_AT_ONCE)]
    started = time.monotonic()
    with _mapped(chosen.processes, (chosen.seed, not chosen.without_columns)) as mapped:
        for numbers, compared in zip(todo, mapped(_run, todo), strict=True):
            yield numbers, compared
            rate = (state.cases - before) / (time.monotonic() - started)
            left = f"{(chosen.cases - state.cases) / rate / 60:.0f} min left"
            done = f"{state.cases} of {chosen.cases} cases"
            sys.stderr.write(f"\r{done}, {state.differing} differ, {rate:.0f} a second, {left}  ")
    sys.stderr.write("\n")


@contextmanager
def _mapped(processes: int, starting: tuple[int, bool]) -> Iterator[Any]:
    """A `map` that keeps the order: in this process, or over several."""
    if processes == 1:
        _COMPARISONS.clear()
        _start(*starting)
        yield map
    else:
        with get_context("spawn").Pool(processes, _start, starting) as pool:
            yield pool.imap


if __name__ == "__main__":
    sys.exit(min(main(), 1))
