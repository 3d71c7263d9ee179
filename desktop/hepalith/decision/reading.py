"""The fast reader: all variants of a case at once, by the program that was generated from the knowledge."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from hepalith.decision.leaves import Leaves, Memory, Variants
from hepalith.decision.observed import ObservedCase
from hepalith.decision.planes import CASE, Pieces, Truths
from hepalith.decision.program import Program, Slot, ordered, program_of
from hepalith.domain.case import PATIENT, Case
from hepalith.domain.interval import Interval
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.tree import TruthNode

Frame = list[Any]


class FastReader:
    """Reads cases with one knowledge base. Keeps what it made for the next reading, so it belongs to one thread."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._program = program_of(knowledge)
        self._memories: dict[str, Memory] = {}
        self._remembered: Any = None

    def read(
        self, case: Case, as_of: date, variants: Mapping[tuple[str, str], Variants] | None = None, full: int = CASE
    ) -> "Reading":
        """The case in every variant. full: all planes; variants: what differs, by finding and subject."""
        observed = ObservedCase(case, self.knowledge.findings, as_of)
        lesions = tuple(lesion.id for lesion in case.lesions)
        if self._remembered != (as_of, case.studies, full):
            self._remembered = (as_of, case.studies, full)
            self._memories = {}
        self._memories = {subject: self._memories.get(subject, {}) for subject in (PATIENT, *lesions)}
        leaves = {
            subject: Leaves(observed, subject, self._program.reads, variants or {}, full, memory)
            for subject, memory in self._memories.items()
        }
        frames: dict[str, Frame] = {subject: [None] * self._program.slots for subject in leaves}
        of_lesions = [frames[lesion] for lesion in lesions]
        for number, level in enumerate(self._program.levels):
            for subject in lesions if number % 2 else (PATIENT,):
                level(leaves[subject], frames[subject], frames[PATIENT], of_lesions, full)
        return Reading(self.knowledge, self._program, observed, lesions, frames, full)


class Reading:
    """The answers for one case and its variants."""

    def __init__(
        self,
        knowledge: Knowledge,
        program: Program,
        observed: ObservedCase,
        lesions: tuple[str, ...],
        frames: Mapping[str, Frame],
        full: int,
    ) -> None:
        self.knowledge = knowledge
        self.observed = observed
        self.lesions = lesions
        self.full = full
        self._program = program
        self._frames = frames

    def truth(self, node: TruthNode, subject: str, fresh: bool = False) -> Truths:
        """Where a condition of the knowledge holds for a subject, and where it is known not to."""
        of_lesion, true, false = self._program.truths[(id(node), fresh)]
        frame = self._frames[subject if of_lesion else PATIENT]
        return frame[true], frame[false]

    def gate_item(self, gate: str, position: int, subject: str) -> Truths:
        """Where an item of a gate is fulfilled, and where it is known not to be."""
        compiled = self.knowledge.gates[gate]
        return self.truth(compiled.items[position], subject, compiled.entry.kind == "safety")

    def holds(self, name: str, subject: str) -> Truths:
        """Where a derived yes/no is yes, and where it is no."""
        of_lesion, true, false = self._program.holds[name]
        frame = self._frames[subject if of_lesion else PATIENT]
        return frame[true], frame[false]

    def choices(self, name: str, subject: str) -> dict[str, int]:
        """Where each choice of a derived finding is possible."""
        planes = (self._at(slot, subject) for slot in self._program.choices[name])
        return dict(zip(ordered(self.knowledge.domains[name]), planes, strict=True))

    def number(self, name: str, subject: str) -> Pieces[Interval]:
        """The value of a derived number."""
        pieces: Pieces[Interval] = self._at(self._program.numbers[name], subject)
        return pieces

    def _at(self, slot: Slot, subject: str) -> Any:
        return self._frames[subject if slot.of_lesion else PATIENT][slot.number]
