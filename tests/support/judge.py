"""The clinical standard's engine as a judge: `cql-execution` answers every condition for the same cases as we do.

Where a scalar loses what our evaluator knows within bounds, the engine may say null while we have decided. Then it is
asked again with what was missing filled in at random: it may not say the opposite.
"""

import itertools
import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from hepalith.decision.evaluation import Evaluation
from hepalith.domain.case import PATIENT, Case
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import Knowledge
from support.elm import Exporter
from support.flat import Flattener, Inputs
from support.generate import TODAY, Condition, Generator, cases
from support.scalar import Scalars
from support.vignettes import all_cases

NODE = Path(__file__).parents[1] / "standard" / "node"
LETTERS = {Truth.TRUE: "T", Truth.FALSE: "F", Truth.UNKNOWN: "U"}


def why_not() -> str:
    """Why the engine cannot be asked here; "" if it can."""
    if shutil.which("node") is None:
        return "Node is not installed"
    if not (NODE / "node_modules" / "cql-execution").is_dir():
        return f"cql-execution is not installed: npm ci in {NODE.relative_to(NODE.parents[2])}"
    return ""


def exact_cases(knowledge: Knowledge) -> tuple[Case, ...]:
    """The cases of the vignettes that have exact values only."""
    flattener = Flattener(knowledge, frozenset())
    return tuple(case for case in all_cases() if flattener.is_exact(case))


class Difference(NamedTuple):
    """The engine and we do not agree on a condition in a case."""

    seed: int
    number: int  # of the case
    place: str
    subject: str
    ours: str
    theirs: str


class Verdict:
    """What a comparison has found so far."""

    def __init__(self) -> None:
        self.cases = 0
        self.answers = 0
        self.visited: dict[str, set[str]] = {}
        self.by_bounds: Counter[str] = Counter()  # conditions that we decided and a scalar leaves open
        self.confirmed = 0  # of those, what the engine says too once the case is filled in
        self.still_open = 0
        self.differences: list[Difference] = []


class Engine:
    """cql-execution with the exported conditions, in a process of its own. A context manager."""

    def __init__(self, scalars: Scalars) -> None:
        self._scalars = scalars
        self._flattener = Flattener(scalars.knowledge, frozenset(field.key for field in scalars.inputs))

    def __enter__(self) -> "Engine":
        self._folder = TemporaryDirectory(prefix="hepalith-elm-")
        library = Path(self._folder.name) / "library.json"
        library.write_text(json.dumps(Exporter(self._scalars.definitions.values()).library()), encoding="utf-8")
        command = ["node", "--max-old-space-size=2048", str(NODE / "run.mjs"), str(library)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._write(self._scalars.conditions)
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()
        self._folder.cleanup()

    def ask(self, case: Case) -> None:
        """Send a case; the answers come in the order of the cases."""
        patient, lesions = self._flattener.inputs(case)
        self._write({"patient": _plain(patient), "lesions": [_plain(lesion) for lesion in lesions]})

    def answers(self) -> list[str]:
        """The answers to the next case: for each condition a letter for the patient, or one for each lesion."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the engine has stopped; its reason stands above")
        return line.rstrip("\n").split(" ")

    def _write(self, content: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(content) + "\n")
        self._process.stdin.flush()


def compare(
    knowledge: Knowledge, seed: int, count: int, verdict: Verdict, *, known: Sequence[Case] = (), refill: int = 1
) -> Iterator[Verdict]:
    """Compares `count` generated cases, and every `refill`-th of them filled in. Yields after each batch."""
    scalars = Scalars(knowledge)
    generator = Generator(knowledge, seed)
    source = enumerate(cases(knowledge, seed, known=known))
    with Engine(scalars) as engine:
        while batch := list(itertools.islice(source, min(20, count))):
            count -= len(batch)
            filled = {number: generator.completed(case) for number, case in batch if number % refill == 0}
            asked = [case for _, case in batch] + list(filled.values())
            for case in asked:
                engine.ask(case)
            decided: dict[int, list[tuple[int, str, str]]] = {}
            for number, case in batch:
                decided[number] = _judge(scalars, case, engine.answers(), verdict, seed, number)
            for number, case in filled.items():
                theirs = engine.answers()
                _judge(scalars, case, theirs, verdict, seed, number)
                _confirm(scalars, case, theirs, decided[number], verdict, seed, number)
            yield verdict


def _judge(
    scalars: Scalars, case: Case, theirs: Sequence[str], verdict: Verdict, seed: int, number: int
) -> list[tuple[int, str, str]]:
    """Notes what differs; what we decided by bounds is returned: (condition, subject, our answer)."""
    evaluation = Evaluation(case, scalars.knowledge, TODAY)
    verdict.cases += 1
    by_bounds: list[tuple[int, str, str]] = []
    for position, (source, name, answers) in enumerate(zip(scalars.sources, scalars.conditions, theirs, strict=True)):
        subjects = subjects_of(source, case)
        if len(answers) != len(subjects):
            verdict.differences.append(Difference(seed, number, name, "", f"{len(subjects)} answers", answers))
            continue
        for subject, answer in zip(subjects, answers, strict=True):
            ours = LETTERS[evaluation.truth(source.tree, subject, source.fresh)]
            verdict.answers += 1
            verdict.visited.setdefault(name, set()).add(ours)
            if ours == answer:
                continue
            if answer == "U" and name in scalars.bounded:
                verdict.by_bounds[name] += 1
                if name not in scalars.asking:
                    by_bounds.append((position, subject, ours))
            else:
                verdict.differences.append(Difference(seed, number, name, subject, ours, answer))
    return by_bounds


def _confirm(
    scalars: Scalars,
    case: Case,
    theirs: Sequence[str],
    decided: Sequence[tuple[int, str, str]],
    verdict: Verdict,
    seed: int,
    number: int,
) -> None:
    for position, subject, ours in decided:
        answer = theirs[position][subjects_of(scalars.sources[position], case).index(subject)]
        if answer == ours:
            verdict.confirmed += 1
        elif answer == "U":
            verdict.still_open += 1
        else:
            place = f"{scalars.conditions[position]}, filled in"
            verdict.differences.append(Difference(seed, number, place, subject, ours, answer))


def subjects_of(source: Condition, case: Case) -> Sequence[str]:
    """Whom a condition is judged for."""
    return [lesion.id for lesion in case.lesions] if source.subject == "lesion" else [PATIENT]


def _plain(inputs: Inputs) -> dict[str, bool | float | str]:
    return {key: float(value) if isinstance(value, Decimal) else value for key, value in inputs.items()}
