"""Asks the solver for a patient, and believes it only when the reference evaluator says the same."""

from enum import StrEnum

import msgspec
import z3

from hepalith.decision.expectations import Answers
from hepalith.domain.case import Case
from hepalith.knowledge.base import Knowledge
from hepalith.proofs.patient import Free, Patient
from hepalith.proofs.terms import YES, Formula
from hepalith.proofs.witness import AS_OF, Shows, case_of, free_in, samples, smallest

TIMEOUT_MS = 30_000


class Found(StrEnum):
    """What became of a search."""

    NO_ONE = "no one"  # proved: there is no such patient
    SOMEONE = "someone"  # there is, and the reference evaluator agrees
    UNSURE = "unsure"  # the solver names one, the reference evaluator disagrees
    TIME_OUT = "time-out"


class Answered(msgspec.Struct, frozen=True):
    """What became of a search, and the patient that was found."""

    found: Found
    case: Case | None = None


class Search:
    """One solver for all questions about one kind of patient."""

    def __init__(self, knowledge: Knowledge, *, agreeing: bool = False, timeout_ms: int = TIMEOUT_MS) -> None:
        self.patient = Patient(knowledge, agreeing=agreeing)
        self.knowledge = knowledge
        self._timeout_ms = timeout_ms
        self._begin()
        self._samples: dict[tuple[Free, ...], Formula] = {}

    def find(self, *wanted: Formula, shows: Shows) -> Answered:
        """Whether there is a patient of whom all formulas hold; `shows` says the same of a case."""
        answered = self._searched(wanted, shows)
        if answered.found is Found.UNSURE:  # what was asked before steers which patient the solver names
            self._begin()
            answered = self._searched(wanted, shows)
        return answered

    def _begin(self) -> None:
        """A solver that was asked nothing yet."""
        self._solver = z3.Solver()
        self._solver.set("timeout", self._timeout_ms)
        self._solver.set("random_seed", 1)
        self._told = 0

    def _searched(self, wanted: tuple[Formula, ...], shows: Shows) -> Answered:
        found, case = self._ask(wanted, shows)
        for closer in (self._usual, self._true_examples, self._both):
            if found is Found.UNSURE:
                again, other = self._ask((*wanted, *closer(wanted)), shows)
                found, case = (again, other) if again is Found.SOMEONE else (found, case)
        return Answered(found, case)

    def exists(self, *wanted: Formula) -> Found:
        """Whether the solver knows a patient of whom all formulas hold, without asking the reference evaluator."""
        return self._check(wanted)

    def answers(self, case: Case) -> Answers:
        """What the reference evaluator says of a case."""
        return Answers(case, self.knowledge, AS_OF.isoformat())

    def shown(self, case: Case, shows: Shows) -> Case:
        """The smallest case that shows the same."""
        return smallest(case, self.knowledge, shows)

    def clash(self, parts: list[Formula], *beside: Formula) -> list[int]:
        """Which of the parts exclude each other, given the rest; as few as the solver tells apart."""
        self._tell()
        marks = [z3.Bool(f"part {position}") for position in range(len(parts))]
        self._solver.push()
        for mark, part in zip(marks, parts, strict=True):
            self._solver.add(z3.Implies(mark, part))
        kept = list(range(len(parts)))
        for position in list(kept):
            fewer = [one for one in kept if one != position]
            if self._solver.check(*(marks[one] for one in fewer), *beside) == z3.unsat:
                kept = fewer
        self._solver.pop()
        return kept

    def _ask(self, wanted: tuple[Formula, ...], shows: Shows) -> tuple[Found, Case | None]:
        found = self._check(wanted)
        if found is not Found.SOMEONE:
            return found, None
        case = case_of(self._solver.model(), self.patient, "counter-example")
        return (Found.SOMEONE if shows(self.answers(case)) else Found.UNSURE), case

    def _check(self, wanted: tuple[Formula, ...]) -> Found:
        self._tell()
        answer = self._solver.check(*wanted)
        if answer == z3.unknown:
            return Found.TIME_OUT
        return Found.SOMEONE if answer == z3.sat else Found.NO_ONE

    def _tell(self) -> None:
        rules = self.patient.rules()
        self._solver.add(*rules[self._told :])
        self._told = len(rules)

    def _usual(self, _wanted: tuple[Formula, ...]) -> tuple[Formula, ...]:
        """Numbers of few digits, and dates away from where the length of a month matters."""
        numbers = [fact for fact in self.patient.facts.facts if fact.finding.type == "number"]
        short = [fact.value * 100 == z3.ToReal(z3.Int(f"{fact.name} hundredths")) for fact in numbers]
        return (*self.patient.usual, *short)

    def _true_examples(self, wanted: tuple[Formula, ...]) -> tuple[Formula, ...]:
        """True values of the calculators that are asked for."""
        frees = free_in(wanted, self.patient)
        if frees not in self._samples:
            self._samples[frees] = samples(self.patient, frees) if frees else YES
        return (self._samples[frees],)

    def _both(self, wanted: tuple[Formula, ...]) -> tuple[Formula, ...]:
        return (*self._usual(wanted), *self._true_examples(wanted))
