"""Whether the three evaluators agree: the reference interpreter, the fast reader and the columns reader.

`python tests/support/agreement.py --cases 1000000` compares as many cases as wanted: cases of `tests/cases` with
findings forgotten, changed and added at random; every condition, derived finding, verdict, the urgency and the points
of the causes. It prints what differs, and which conditions were never seen true, or never false. With `--every` the
fast reader is also compared in every so-manieth answer to open findings. With `--state FILE` a run that was broken off
goes on where it stopped; a case is made from the seed and its number alone, so that it can be made again.
"""

import argparse
import gc
import math
import os
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from msgspec.structs import replace

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # one core for each process

from hepalith.decision.answers import Open, answers_of
from hepalith.decision.causes import rank_causes
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.levels import level_of
from hepalith.decision.observed import ObservedCase
from hepalith.decision.planes import truth_at
from hepalith.decision.precedence import Judgement
from hepalith.decision.program import ordered
from hepalith.decision.reading import FastReader, Reading
from hepalith.decision.single import CaseReader
from hepalith.decision.verdicts import LEVELS, Verdicts
from hepalith.decision.what_if import Asker, WhatIf
from hepalith.domain.assessment import Status, Urgency
from hepalith.domain.case import PATIENT, Case, ChoiceValue, NumberValue, Observation, State
from hepalith.domain.interval import Interval
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.tree import ChoiceOf, Constant, Quantity, Reference, TruthNode
from support.vignettes import all_vignettes, case_of, knowledge_and_problems

if TYPE_CHECKING:
    from hepalith.cohort.reader import Table

Key = tuple[str, str]  # an id and a subject
Value = Truth | Interval | frozenset[str]
BATCH = 1000
_DIGITS = 1e-9  # the columns reader computes with doubles


class Answers(NamedTuple):
    """What one evaluator says of a case."""

    truths: tuple[Truth, ...]  # of `conditions`
    values: dict[Key, Value]  # of derived findings
    statuses: dict[Key, Status]
    urgency: Urgency
    points: dict[Key, int]
    leading: frozenset[Key]


def interpreted(evaluation: Evaluation) -> Answers:
    """By the interpreter."""
    knowledge = evaluation.knowledge
    judged = Judgement(evaluation).all()
    levels = [
        level_of(evaluation, knowledge.recommendations[one.id], one.subject)[0] for one in judged if one.sets_urgency
    ]
    causes = rank_causes(evaluation)
    return Answers(
        truths=tuple(
            evaluation.truth(tree, subject, fresh)
            for _name, tree, fresh, subject in conditions(knowledge, evaluation.lesions)
        ),
        values={(name, subject): _value(evaluation, name, subject) for name, subject in _derived(evaluation)},
        statuses={(one.id, one.subject): one.status for one in judged},
        urgency=max(levels, key=lambda one: one.rank, default=Urgency.NONE),
        points={(cause.id, cause.subject): cause.points for cause in causes},
        leading=frozenset((cause.id, cause.subject) for cause in causes if cause.rank == 1),
    )


def _value(evaluation: Evaluation, name: str, subject: str) -> Value:
    entry = evaluation.knowledge.derived[name].entry
    reference = Reference(name, entry.subject == "lesion", derived=True)
    match entry.type:
        case "choice":
            return evaluation.choice(ChoiceOf(reference, evaluation.knowledge.domains[name]), subject)
        case "number":
            return evaluation.number(Quantity(reference), subject)
    return evaluation.holds(reference, subject)


def _derived(evaluation: Evaluation) -> Iterator[Key]:
    for name, derived in evaluation.knowledge.derived.items():
        for subject in evaluation.lesions if derived.entry.subject == "lesion" else (PATIENT,):
            yield name, subject


class Both:
    """One knowledge base, read by the interpreter, the fast reader and the reader of a case alone."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._reader = FastReader(knowledge)
        self._case_reader = CaseReader(knowledge)
        self._asker = Asker(knowledge)
        self.answers = answers_of(knowledge)
        self.seen: set[tuple[str, Truth]] = set()

    def differences(self, case: Case, as_of: date, *, every: int = 0, first: int = 0) -> list[str]:
        """What differs in the case, and in every so-manieth answer to its open findings; 0 for none of these."""
        if not every:
            return self.compared(case, as_of)[1]
        what_if = self._asker.what_if(case, as_of)
        asked = [(0, Evaluation(case, self.knowledge, as_of), "as it is")]
        asked += islice(_variants(case, self.knowledge, what_if, as_of), first, None, every)
        return [
            f"{said}: {difference}"
            for plane, evaluation, said in asked
            for difference in self._between(evaluation, _fast(what_if.reading, what_if.verdicts, plane))[1]
        ]

    def compared(self, case: Case, as_of: date) -> tuple[Answers, list[str]]:
        """What the interpreter says of the case as it is, and what the fast readers say otherwise."""
        observed = ObservedCase(case, self.knowledge.findings, as_of)
        readings = (self._reader.read(observed), self._case_reader.read(self._case_reader.inputs(observed)))
        got = [_fast(reading, Verdicts(reading), 0) for reading in readings]
        return self._between(Evaluation(case, self.knowledge, as_of), *got)

    def _between(self, evaluation: Evaluation, *got: Answers) -> tuple[Answers, list[str]]:
        wanted = interpreted(evaluation)
        asked = conditions(self.knowledge, evaluation.lesions)
        self.seen.update((name, truth) for (name, *_rest), truth in zip(asked, wanted.truths, strict=True))
        return wanted, [difference for one in got for difference in differing(one, wanted, asked)]


def _fast(reading: Reading, verdicts: Verdicts, plane: int) -> Answers:
    """By the fast reader, in one variant."""
    bit = 1 << plane
    planes = {
        Status.HOLDS: verdicts.holds,
        Status.SUPPRESSED: verdicts.suppressed,
        Status.CANNOT_BE_EXCLUDED: verdicts.open,
    }
    statuses: dict[Key, Status] = {}
    for status, found in planes.items():
        for key in (key for key, where in found.items() if where & bit):
            if key in statuses:
                raise AssertionError(f"{key} is {status} and {statuses[key]}")
            statuses[key] = status
    return Answers(
        truths=tuple(
            truth_at(reading.truth(tree, subject, fresh), bit)
            for _name, tree, fresh, subject in conditions(reading.knowledge, reading.lesions)
        ),
        values=dict(_fast_values(reading, bit)),
        statuses=statuses,
        urgency=LEVELS[verdicts.urgency.at(plane)],
        points=verdicts.points(plane),
        leading=frozenset(
            (name, subject)
            for subject, causes in verdicts.leading.items()
            for name, where in causes.items()
            if where & bit
        ),
    )


def _fast_values(reading: Reading, bit: int) -> Iterator[tuple[Key, Value]]:
    for name, derived in reading.knowledge.derived.items():
        for subject in reading.lesions if derived.entry.subject == "lesion" else (PATIENT,):
            if derived.entry.type == "choice":
                choices = reading.choices(name, subject)
                yield (name, subject), frozenset(choice for choice, where in choices.items() if where & bit)
            elif derived.entry.type == "number":
                yield (name, subject), reading.number(name, subject).at(bit)
            else:
                yield (name, subject), truth_at(reading.holds(name, subject), bit)


class Columns:
    """The same, read by the columns reader: many cases at once."""

    def __init__(self, knowledge: Knowledge) -> None:
        from hepalith.cohort.reader import ColumnsReader

        self._knowledge = knowledge
        self._reader = ColumnsReader(knowledge)

    def differences(self, cases: Sequence[tuple[Case, date]], wanted: Iterable[Answers]) -> Iterator[tuple[int, str]]:
        """What differs from these answers: the number of the case, and in words."""
        for number, (got, right) in enumerate(zip(self.answers(cases), wanted, strict=True)):
            asked = conditions(self._knowledge, tuple(lesion.id for lesion in cases[number][0].lesions))
            yield from ((number, difference) for difference in differing(got, right, asked))

    def answers(self, cases: Sequence[tuple[Case, date]]) -> Iterator[Answers]:
        """By the columns reader."""
        table = self._reader.read(self._reader.table(cases))
        columns = _Columns(table)
        first = 0
        for number, (case, _as_of) in enumerate(cases):
            rows = {lesion.id: first + at for at, lesion in enumerate(case.lesions)}
            first += len(rows)
            yield self._answers(columns, {**rows, PATIENT: number})

    def _answers(self, columns: "_Columns", rows: dict[str, int]) -> Answers:
        from hepalith.cohort.verdicts import URGENCY, leads_of, points_of

        knowledge, truths = self._knowledge, self._reader.program.truths
        lesions = tuple(subject for subject in rows if subject != PATIENT)
        kinds = {"lesion": lesions, "patient": (PATIENT,)}
        causes = [(name, one) for name, cause in knowledge.conditions.items() for one in kinds[cause.entry.subject]]
        points = {(name, one): columns.of(points_of(name), one)[rows[one]] for name, one in causes}
        return Answers(
            truths=tuple(
                _TRUTHS[columns.of(truths[(id(tree), fresh)], subject)[rows[subject]]]
                for _name, tree, fresh, subject in conditions(knowledge, lesions)
            ),
            values={
                (name, subject): self._value(columns, name, subject, rows[subject])
                for name, derived in knowledge.derived.items()
                for subject in kinds[derived.entry.subject]
            },
            statuses={
                (name, subject): status
                for name, one in knowledge.recommendations.items()
                for subject in kinds[one.entry.subject]
                if (status := _status(columns, name, subject, rows[subject])) is not None
            },
            urgency=LEVELS[columns.of(URGENCY, PATIENT)[rows[PATIENT]]],
            points={key: value for key, value in points.items() if value is not None},
            leading=frozenset((name, one) for name, one in causes if columns.of(leads_of(name), one)[rows[one]]),
        )

    def _value(self, columns: "_Columns", name: str, subject: str, row: int) -> Value:
        from hepalith.cohort.leaves import bit_of

        parts = [columns.of(column, subject)[row] for column in self._reader.program.derived[name]]
        match self._knowledge.derived[name].entry.type:
            case "choice":
                return frozenset(one for one, bit in bit_of(self._knowledge.domains[name]).items() if parts[0] & bit)
            case "number":
                return Interval(*(Decimal(part) for part in parts))
        return _TRUTHS[parts[0]]


_TRUTHS = {True: Truth.TRUE, False: Truth.FALSE, None: Truth.UNKNOWN}


class _Columns:
    """The columns of both frames as lists, each made once."""

    def __init__(self, table: "Table") -> None:
        self._frames = {True: table.cases, False: table.lesions}
        self._lists: dict[tuple[str, bool], list[Any]] = {}

    def of(self, name: str, subject: str) -> list[Any]:
        key = (name, subject == PATIENT)
        if key not in self._lists:
            self._lists[key] = self._frames[key[1]][name].to_list()
        return self._lists[key]


def _status(columns: _Columns, name: str, subject: str, row: int) -> Status | None:
    from hepalith.cohort.verdicts import verdict_of

    statuses = (Status.HOLDS, Status.SUPPRESSED, Status.CANNOT_BE_EXCLUDED)
    found = [
        status for status, column in zip(statuses, verdict_of(name), strict=True) if columns.of(column, subject)[row]
    ]
    if len(found) > 1:
        raise AssertionError(f"{name} of {subject} is {found}")
    return found[0] if found else None


def differing(got: Answers, wanted: Answers, asked: Sequence[tuple[str, TruthNode, bool, str]]) -> Iterator[str]:
    """Where answers differ from those of the interpreter, in words. asked: the `conditions` that have these truths."""
    if got.truths != wanted.truths:
        for (name, _tree, _fresh, subject), one, right in zip(asked, got.truths, wanted.truths, strict=True):
            if one is not right:
                yield f"{name} of {subject} is {one.name}, by the interpreter {right.name}"
    for key, right in wanted.values.items():
        if not _same(got.values[key], right):
            yield f"{key} is {got.values[key]}, by the interpreter {right}"
    for key, status in wanted.statuses.items():
        if got.statuses.get(key, Status.DOES_NOT_HOLD) is not status:
            yield f"{key} is {got.statuses.get(key)}, by the interpreter {status}"
    for part in ("urgency", "points", "leading"):
        if getattr(got, part) != getattr(wanted, part):
            yield f"{part}: {getattr(got, part)}, by the interpreter {getattr(wanted, part)}"


def _same(one: Value, other: Value) -> bool:
    if one == other:
        return True
    if not isinstance(one, Interval) or not isinstance(other, Interval):
        return False
    ends = ((one.low, other.low), (one.high, other.high))
    return all(math.isclose(a, b, rel_tol=_DIGITS, abs_tol=_DIGITS) for a, b in ends)


def _variants(case: Case, knowledge: Knowledge, what_if: WhatIf, as_of: date) -> Iterator[tuple[int, Evaluation, str]]:
    """Every variant of a case: its number, the same for the interpreter, and what it is."""
    for one in (*what_if.tried, *what_if.narrowed):
        for variant, observation in zip(one.variants, one.open.observations, strict=True):
            said = f"{one.open.finding} of {one.open.subject} = {observation.value}"
            yield variant, Evaluation(case.with_observation(observation), knowledge, as_of), said
    for together in what_if.together:
        answered = case
        for member in together.members:
            answered = answered.with_observation(member.observations[-1])
        said = f"no {', '.join(member.finding for member in together.members)}"
        yield together.variant, Evaluation(answered, knowledge, as_of), said
    for (name, subject), variants in what_if.assumed.items():
        for choice, variant in zip(ordered(knowledge.domains[name]), variants, strict=True):
            assumed = {(name, subject): choice}
            yield variant, Evaluation(case, knowledge, as_of, assumed=assumed), f"{name} of {subject} taken as {choice}"


@lru_cache(maxsize=16)
def conditions(knowledge: Knowledge, lesions: tuple[str, ...]) -> tuple[tuple[str, TruthNode, bool, str], ...]:
    """Every condition with its name, whether it trusts old values, and each subject that it is asked of."""
    subjects = {"lesion": lesions, "patient": (PATIENT,)}
    return tuple(
        (name, tree, fresh, whose) for name, tree, fresh, kind in _conditions(knowledge) for whose in subjects[kind]
    )


def _conditions(knowledge: Knowledge) -> Iterator[tuple[str, TruthNode, bool, str]]:
    for name, one in knowledge.recommendations.items():
        yield name, one.when, False, one.entry.subject
        yield from ((f"{name} escalation {at}", tree, False, one.entry.subject) for at, tree in enumerate(one.escalate))
    for name, cause in knowledge.conditions.items():
        trees = {f"for {at}": tree for at, tree in enumerate(cause.arguments_for)}
        trees |= {f"against {at}": tree for at, tree in enumerate(cause.arguments_against)}
        trees |= {"excluded": cause.excluded, "confirmed": cause.confirmed}
        yield from ((f"{name} {part}", tree, False, cause.entry.subject) for part, tree in trees.items())
    for name, gate in knowledge.gates.items():
        fresh = gate.entry.kind == "safety"
        for item, tree in zip(gate.entry.items, gate.items, strict=True):
            yield f"{name}.{item.id}", tree, fresh, gate.entry.subject
    for name, tree in knowledge.relevance.items():
        yield f"{name} relevant", tree, False, knowledge.findings[name].subject
    for name, derived in knowledge.derived.items():
        trees = {f"{name} row {row.id}": row.when for row in derived.rows}
        if isinstance(derived.tree, TruthNode):
            trees[name] = derived.tree
        yield from ((part, tree, False, derived.entry.subject) for part, tree in trees.items())


# generated cases


class Generator:
    """Cases of `tests/cases`, changed at random: findings forgotten, answered in another way, and added."""

    def __init__(self, both: Both, seed: int) -> None:
        self._both = both
        self._seed = seed
        self._random = random.Random(seed)  # noqa: S311 (repeatable cases)
        vignettes = all_vignettes()
        self._known = [(case_of(one, both.knowledge), date.fromisoformat(one.as_of)) for one in vignettes]
        self._random.shuffle(self._known)

    def case(self, number: int) -> tuple[Case, date]:
        """The case of this number, and the date for which it is assessed."""
        self._random.seed(f"{self._seed} {number}")
        case, as_of = self._known[number % len(self._known)]
        for observation in self._random.sample(case.observations, min(len(case.observations), self._count(6))):
            case = case.without_observation(observation.key)
        if not self._random.randrange(4):
            case = case.with_new_lesion()
        found = list(self._both.answers.open(Evaluation(case, self._both.knowledge, as_of)))
        for one in self._random.sample(found, min(len(found), self._count(12))):
            observation = self._otherwise(self._random.choice(one.observations), as_of)
            case = case.with_observation(observation)
        if not self._random.randrange(4):
            case = self._of_one_day(case, as_of, [one for one in found if self._days(one.finding)])
        return case, as_of

    def _of_one_day(self, case: Case, as_of: date, unasked: Sequence[Open]) -> Case:
        """The case with all that gates trust for some days only of one day: before, on or after the last of these."""
        for one in unasked:
            if not case.of(one.finding, one.subject):
                case = case.with_observation(self._random.choice(one.observations))
        share = self._random.choice([Decimal("0.5"), Decimal(1), Decimal("1.2"), Decimal(3)])
        for observation in case.observations:
            if days := self._days(observation.finding):
                dated = replace(observation, date=str(as_of - timedelta(days=math.ceil(days * share))))
                case = case.without_observation(observation.key).with_observation(dated)
        return case

    def _days(self, finding: str) -> int | None:
        return self._both.knowledge.findings[finding].max_age_days_for_gates

    def _count(self, most: int) -> int:
        return self._random.randrange(most + 1)

    def _otherwise(self, observation: Observation, as_of: date) -> Observation:
        """Now and then: of an earlier date, uncertain, or with no answer."""
        finding = self._both.knowledge.findings[observation.finding]
        match self._random.randrange(10):
            case 0:
                return replace(observation, date=str(as_of - timedelta(days=self._random.randrange(800))))
            case 1:
                state = self._random.choice([State.INDETERMINATE, State.UNOBTAINABLE])
                return replace(observation, value=None, state=state)
            case 2 if finding.type == "choice":
                ids = [choice.id for choice in finding.choices]
                return replace(observation, value=ChoiceValue(candidates=tuple(self._random.sample(ids, 2))))
            case 2 if isinstance(observation.value, NumberValue):
                sign = self._random.choice(["<", "<=", ">", ">="])
                return replace(observation, value=replace(observation.value, comparator=sign))
            case 3 if finding.limits:
                return replace(observation, upper_limit=str(self._random.randrange(1, 300)))
        return observation


def one_sided(knowledge: Knowledge, seen: Iterable[tuple[str, Truth]]) -> list[str]:
    """What was never seen true, or never false, of what could be."""
    seen = set(seen)
    found = []
    for name, tree, _fresh, _whose in conditions(knowledge, ("L1",)):
        possible = (Truth.TRUE, Truth.FALSE) if not isinstance(tree, Constant) else ()
        missing = [truth.name for truth in possible if (name, truth) not in seen]
        if missing:
            found.append(f"{name}: never {' or '.join(missing)}")
    return found


# the long run


class Progress(msgspec.Struct):
    """How far a run is. seed, every: it goes on only with the same."""

    seed: int
    every: int
    done: int = 0
    differing: int = 0
    seen: set[tuple[str, int]] = set()


class Batch(NamedTuple):
    """What came of some cases."""

    cases: int
    differing: int
    lines: list[str]
    seen: set[tuple[str, Truth]]


class Comparison:
    """All evaluators on batches of generated cases; in a run with several processes, each has one."""

    def __init__(self, seed: int, every: int, *, columns: bool) -> None:
        self._both = Both(knowledge_and_problems()[0])
        self._columns = Columns(self._both.knowledge) if columns else None
        self._generator = Generator(self._both, seed)
        self._every = every

    def batch(self, numbers: range) -> Batch:
        """Compares the cases with these numbers."""
        self._both.seen.clear()
        cases = [self._generator.case(number) for number in numbers]
        wanted: list[Answers] = []
        found: list[tuple[int, str]] = []
        for at, (case, as_of) in enumerate(cases):
            right, differences = self._both.compared(case, as_of)
            if self._every:
                first = numbers[at] % self._every
                differences += self._both.differences(case, as_of, every=self._every, first=first)
            wanted.append(right)
            found += [(at, f"fast: {difference}") for difference in differences]
        if self._columns:
            found += [(at, f"columns: {difference}") for at, difference in self._columns.differences(cases, wanted)]
        lines = [f"case {numbers[at]}: {difference}" for at, difference in found]
        return Batch(len(cases), len({at for at, _difference in found}), lines, set(self._both.seen))


_COMPARISONS: list[Comparison] = []  # of a process


def _start(seed: int, every: int, columns: bool) -> None:
    _COMPARISONS.append(Comparison(seed, every, columns=columns))
    gc.freeze()  # the knowledge is not looked through again and again
    gc.set_threshold(50_000)


def _run(numbers: range) -> Batch:
    return _COMPARISONS[0].batch(numbers)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compares generated cases; returns how many differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=0, help="compare every so-manieth answer too; 0 for none")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--state", type=Path, help="where to go on, and where to keep how far it is")
    parser.add_argument("--without-columns", action="store_true", help="where Polars is not installed")
    chosen = parser.parse_args(arguments)
    state = _state(chosen)
    for batch in _batches(chosen, state):
        sys.stdout.writelines(f"{line}\n" for line in batch.lines)
        sys.stdout.flush()
        state.done += batch.cases
        state.differing += batch.differing
        state.seen |= {(name, int(truth)) for name, truth in batch.seen}
        if chosen.state:
            chosen.state.write_bytes(msgspec.json.encode(state))
    seen = ((name, Truth(truth)) for name, truth in state.seen)
    sides = one_sided(knowledge_and_problems()[0], seen)
    summary = f"{state.done} cases, {state.differing} differ; {len(sides)} places seen on one side only"
    sys.stdout.write("\n".join([*sides, summary, ""]))
    return state.differing


def _state(chosen: argparse.Namespace) -> Progress:
    if chosen.state is None or not chosen.state.exists():
        return Progress(seed=chosen.seed, every=chosen.every)
    state = msgspec.json.decode(chosen.state.read_bytes(), type=Progress)
    if (state.seed, state.every) != (chosen.seed, chosen.every):
        raise SystemExit(f"{chosen.state} is of a run with --seed {state.seed} --every {state.every}")
    return state


def _batches(chosen: argparse.Namespace, state: Progress) -> Iterator[Batch]:
    """The batches that are left, in their order, with a line of progress."""
    first = state.done
    todo = [range(at, min(at + BATCH, chosen.cases)) for at in range(first, chosen.cases, BATCH)]
    starting = (chosen.seed, chosen.every, not chosen.without_columns)
    started = time.monotonic()
    with _mapped(chosen.processes, starting) as mapped:
        for batch in mapped(_run, todo):
            yield batch
            rate = (state.done - first) / (time.monotonic() - started)
            left = f"{(chosen.cases - state.done) / rate / 60:.0f} min left"
            done = f"{state.done} of {chosen.cases} cases"
            sys.stderr.write(f"\r{done}, {state.differing} differ, {rate:.0f} a second, {left}  ")
    sys.stderr.write("\n")


@contextmanager
def _mapped(processes: int, starting: tuple[int, int, bool]) -> Iterator[Any]:
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
