"""The clinical standard's engine as a judge: `cql-execution` answers every condition for the same cases as we do.

Ours are the answers of the fast reader's program for a case alone; some cases the interpreter answers as well.

Where a scalar loses what our evaluator knows within bounds, the engine may say null while we have decided. Then it is
asked again with what was missing filled in at random: it may not say the opposite.
"""

import itertools
import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory
from threading import Thread
from typing import NamedTuple

from hepalith.decision.evaluation import Evaluation
from hepalith.decision.observed import ObservedCase
from hepalith.decision.planes import truth_at
from hepalith.decision.single import CaseReader
from hepalith.domain.case import PATIENT, Case
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import Knowledge
from support.elm import Exporter
from support.flat import Flattener, Inputs
from support.generate import TODAY, Condition, Generator, cases
from support.scalar import Scalars
from support.vignettes import all_cases

NODE = Path(__file__).parents[1] / "standard" / "node"
AHEAD = 20  # cases that the engine is asked for before the first of them is judged
LETTERS = "FUT"  # by truth


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
        self.interpreted = 0  # of these, answered by the interpreter as well
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
        command = ["node", "--max-old-space-size=2048", "--max-semi-space-size=64", str(NODE / "run.mjs"), str(library)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._lines: Queue[str] = Queue()
        Thread(target=self._read, daemon=True).start()
        self._write(self._scalars.conditions)
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._folder.cleanup()

    def ask(self, case: Case) -> None:
        """Send a case; the answers come in the order of the cases."""
        patient, lesions = self._flattener.inputs(case)
        self._write({"patient": _plain(patient), "lesions": [_plain(lesion) for lesion in lesions]})

    def answers(self) -> list[str]:
        """The answers to the next case: for each condition a letter for the patient, or one for each lesion."""
        line = self._lines.get()
        if not line:
            raise RuntimeError("the engine has stopped; its reason stands above")
        return line.rstrip("\n").split(" ")

    def _read(self) -> None:
        """Reads while others write, so that neither side waits for the other for ever. The end is an empty line."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def _write(self, content: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(content) + "\n")
        self._process.stdin.flush()


def compare(
    knowledge: Knowledge,
    seed: int,
    count: int,
    verdict: Verdict,
    *,
    known: Sequence[Case] = (),
    refill: int = 1,
    interpret: int = 1,
) -> Iterator[Verdict]:
    """Compares `count` generated cases, and every `refill`-th of them filled in. Yields after each case.

    interpret: every so-manieth case is answered by the interpreter too.
    """
    scalars = Scalars(knowledge)
    judge = _Judge(scalars, verdict, seed, interpret)
    generator = Generator(knowledge, seed)
    source = enumerate(cases(knowledge, seed, known=known))
    with Engine(scalars) as engine:
        waiting: list[_Asked] = []
        for number, case in itertools.islice(source, count):
            waiting.append(_Asked(number, case, generator.completed(case) if number % refill == 0 else None))
            for one in waiting[-1].cases:
                engine.ask(one)
            if len(waiting) == AHEAD:  # the engine works on the others while we judge the first
                judge.next(waiting.pop(0), engine)
                yield verdict
        for asked in waiting:
            judge.next(asked, engine)
            yield verdict


class _Asked(NamedTuple):
    """A case that the engine was asked for, and what it was filled in to."""

    number: int
    case: Case
    filled: Case | None

    @property
    def cases(self) -> Sequence[Case]:
        return [self.case] if self.filled is None else [self.case, self.filled]


class _Judge:
    """Compares the answers to one case after the other, and notes what differs."""

    def __init__(self, scalars: Scalars, verdict: Verdict, seed: int, interpret: int) -> None:
        self._scalars = scalars
        self._verdict = verdict
        self._seed = seed
        self._interpret = interpret
        self._reader = CaseReader(scalars.knowledge)

    def next(self, asked: _Asked, engine: Engine) -> None:
        """Judges the case that the engine answers next."""
        decided = self._judge(asked.case, engine.answers(), asked.number)
        if asked.filled is not None:
            theirs = engine.answers()
            self._judge(asked.filled, theirs, asked.number)
            self._confirm(asked.filled, theirs, decided, asked.number)

    def _judge(self, case: Case, theirs: Sequence[str], number: int) -> list[tuple[int, str, str]]:
        """Notes what differs; what we decided by bounds is returned: (condition, subject, our answer)."""
        observed = ObservedCase(case, self._scalars.knowledge.findings, TODAY)
        reading = self._reader.read(self._reader.inputs(observed))
        self._verdict.cases += 1
        ours = self._letters(case, lambda one, subject: truth_at(reading.truth(one.tree, subject, one.fresh)))
        by_bounds: list[tuple[int, str, str]] = []
        for position, (name, given, answers) in enumerate(zip(self._scalars.conditions, ours, theirs, strict=True)):
            self._verdict.answers += len(given)
            self._verdict.visited.setdefault(name, set()).update(given)
            if given != answers:
                by_bounds += self._different(case, position, given, answers, number)
        if number % self._interpret == 0:
            self._by_the_interpreter(case, ours, number)
        return by_bounds

    def _confirm(self, case: Case, theirs: Sequence[str], decided: Sequence[tuple[int, str, str]], number: int) -> None:
        """What we decided by bounds, now that the case is filled in."""
        for position, subject, ours in decided:
            answer = theirs[position][subjects_of(self._scalars.sources[position].subject, case).index(subject)]
            if answer == ours:
                self._verdict.confirmed += 1
            elif answer == "U":
                self._verdict.still_open += 1
            else:
                self._note(number, f"{self._scalars.conditions[position]}, filled in", subject, ours, answer)

    def _different(
        self, case: Case, position: int, given: str, answers: str, number: int
    ) -> Iterator[tuple[int, str, str]]:
        name = self._scalars.conditions[position]
        if len(answers) != len(given):
            self._note(number, name, "", f"{len(given)} answers", answers)
            return
        for subject, ours, answer in zip(
            subjects_of(self._scalars.sources[position].subject, case), given, answers, strict=True
        ):
            if ours == answer:
                continue
            if answer != "U" or name not in self._scalars.bounded:
                self._note(number, name, subject, ours, answer)
                continue
            self._verdict.by_bounds[name] += 1
            if name not in self._scalars.asking:
                yield position, subject, ours

    def _by_the_interpreter(self, case: Case, ours: Sequence[str], number: int) -> None:
        evaluation = Evaluation(case, self._scalars.knowledge, TODAY)
        self._verdict.interpreted += 1
        wanted = self._letters(case, lambda one, subject: evaluation.truth(one.tree, subject, one.fresh))
        for name, given, interpreted in zip(self._scalars.conditions, ours, wanted, strict=True):
            if given != interpreted:
                self._note(number, f"{name}, by the interpreter", "", given, interpreted)

    def _letters(self, case: Case, truth: Callable[[Condition, str], Truth]) -> list[str]:
        subjects = {of: subjects_of(of, case) for of in ("patient", "lesion")}
        return [
            "".join([LETTERS[truth(one, subject)] for subject in subjects[one.subject]])
            for one in self._scalars.sources
        ]

    def _note(self, number: int, place: str, subject: str, ours: str, theirs: str) -> None:
        self._verdict.differences.append(Difference(self._seed, number, place, subject, ours, theirs))


def subjects_of(subject: str, case: Case) -> Sequence[str]:
    """Whom a condition about the patient, or about a lesion, is judged for."""
    return [lesion.id for lesion in case.lesions] if subject == "lesion" else [PATIENT]


def _plain(inputs: Inputs) -> dict[str, bool | float | str]:
    return {key: float(value) if isinstance(value, Decimal) else value for key, value in inputs.items()}
