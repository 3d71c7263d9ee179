"""The program for a case as it is: the same statements, but a number is an interval and not pieces of one.

It is for cases that have nothing to do with each other, each read once. What it computes stands in the frames, part
by part: that is the complete trace, and words are made from it when somebody asks for them (`explain`).
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from hepalith.decision.arithmetic import has_unlisted
from hepalith.decision.leaves import CaseLeaves
from hepalith.decision.observed import ObservedCase
from hepalith.decision.planes import CASE, Pieces
from hepalith.decision.program import Slot, Writer
from hepalith.decision.reading import Frame, Reading
from hepalith.domain.case import PATIENT, Case
from hepalith.domain.interval import Interval
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import CompiledDerived, Knowledge
from hepalith.knowledge.tree import TruthNode


class Input(NamedTuple):
    """What a statement asks of the observations: something of `Leaves`. No arguments: it rests on no finding."""

    name: str
    arguments: tuple[Any, ...]


class Inputs(NamedTuple):
    """A case as the program takes it: the values that it reads, by subject."""

    observed: ObservedCase
    values: dict[str, list[Any]]


class CaseReader:
    """Reads cases one by one. wanted: the conditions that are asked for; by default everything that decides.

    Without `trace` no parts are kept, and nothing but `wanted` can be asked of a reading.
    """

    def __init__(self, knowledge: Knowledge, wanted: Sequence[TruthNode] | None = None, *, trace: bool = True) -> None:
        writer = _CaseWriter(knowledge)
        self.knowledge = knowledge
        self._program = writer.program(wanted, trace=trace)
        self._asked = tuple(writer.inputs)
        self._asked_of: dict[str, list[int]] = {}  # by finding; "" for what rests on none
        for number, (_name, arguments) in enumerate(self._asked):
            finding = self._program.reads[arguments[0]].finding.id if arguments else ""
            self._asked_of.setdefault(finding, []).append(number)
        nobody = CaseLeaves(ObservedCase(Case(case_id=""), knowledge.findings, date.min), PATIENT, self._program.reads)
        self._not_recorded = [self._value(nobody, number) for number in range(len(self._asked))]

    def inputs(self, observed: ObservedCase) -> Inputs:
        """What the program reads of a case: only what is recorded is looked at, the rest is known beforehand."""
        subjects = (PATIENT, *(lesion.id for lesion in observed.case.lesions))
        leaves = {subject: CaseLeaves(observed, subject, self._program.reads) for subject in subjects}
        values = {subject: list(self._not_recorded) for subject in subjects}
        for finding, subject in (*observed.recorded(), *(("", subject) for subject in subjects)):
            if subject in values:
                for number in self._asked_of.get(finding, ()):
                    values[subject][number] = self._value(leaves[subject], number)
        return Inputs(observed, values)

    def read(self, inputs: Inputs) -> Reading:
        """The answers, and how they came about."""
        patient, *lesions = inputs.values
        frames: dict[str, Frame] = {subject: [] for subject in inputs.values}
        of_lesions = [frames[lesion] for lesion in lesions]
        for number, level in enumerate(self._program.levels):
            for subject in lesions if number % 2 else (patient,):
                level(inputs.values[subject], frames[subject], frames[patient], of_lesions, CASE)
        return _CaseReading(self.knowledge, self._program, inputs.observed, tuple(lesions), frames, CASE)

    def _value(self, leaves: CaseLeaves, number: int) -> Any:
        name, arguments = self._asked[number]
        asked = getattr(leaves, name)
        return asked(*arguments) if arguments else asked


class _CaseReading(Reading):
    def _pieces(self, slot: Slot, subject: str) -> Pieces[Interval]:
        return Pieces(self._at(slot, subject))


class _CaseWriter(Writer):
    def __init__(self, knowledge: Knowledge) -> None:
        super().__init__(knowledge)
        self._constants |= {"TRUTHS": (Truth.UNKNOWN, Truth.TRUE, Truth.FALSE), "has_unlisted": has_unlisted}
        self._constants |= {"TRUE": Truth.TRUE, "FALSE": Truth.FALSE}
        self.inputs: dict[Input, int] = {}

    def _constant(self, key: str, value: Any) -> str:
        return super()._constant(key, value.base if isinstance(value, Pieces) else value)

    def _observed(self, name: str, *arguments: Any) -> str:
        return f"S[{self.inputs.setdefault(Input(name, arguments), len(self.inputs))}]"

    def _lifted(self, function: str, *arguments: str) -> str:
        return f"{function}({', '.join(arguments)})"

    def _tested(self, function: str, *arguments: str) -> str:
        return f"(t := {self._lifted(function, *arguments)}) is TRUE, t is FALSE"

    def _unlisted(self, count: str) -> str:
        return f"has_unlisted({count}, len(L))"

    def _assumable(self, _derived: CompiledDerived, planes: list[str]) -> list[str]:
        return planes

    def _as_value(self, true: str, false: str) -> str:
        return f"TRUTHS[({true}) - ({false})]"
