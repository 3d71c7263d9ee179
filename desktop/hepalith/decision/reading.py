"""The fast reader: all variants of a case at once, by the program that was generated from the knowledge."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from hepalith.decision.evaluation import Evaluation
from hepalith.decision.leaves import Groups, Leaves, Variants, Variation
from hepalith.decision.observed import ObservedCase
from hepalith.decision.planes import CASE, Pieces, Truths, truth_at
from hepalith.decision.program import Entry, Frame, Program, Runner, Slot, ordered, program_of
from hepalith.domain.case import PATIENT
from hepalith.domain.interval import Interval
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.tree import NumberNode, Reference, TruthNode


class FastReader:
    """Reads cases with one knowledge base. Keeps what it read for the next reading, so it belongs to one thread."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._runner = Runner(program_of(knowledge))
        self._before: Stand | None = None

    def read(self, observed: ObservedCase, variation: Variation = Variation()) -> "Reading":  # noqa: B008 (immutable)
        """A case in every variant."""
        program = self._runner.program
        lesions = tuple(lesion.id for lesion in observed.case.lesions)
        leaves = {subject: Leaves(observed, subject, program.reads, variation) for subject in (PATIENT, *lesions)}
        read = Stand(
            (observed.as_of, observed.case.studies, lesions, variation.full, variation.assumed),
            {key: observed.groups(*key) for key in observed.recorded()},
            variation.recorded,
        )
        changed = read.changed_since(self._before)
        self._before = None  # an error on the way leaves nothing to go on from
        frames = self._runner.run(leaves, variation.full, changed)
        self._before = read
        return Reading(self.knowledge, program, observed, lesions, frames, variation.full, self._runner.generation)


class Stand(NamedTuple):
    """How a case stood when it was read. as_a_whole: that on which every answer rests."""

    as_a_whole: tuple[Any, ...]
    recorded: Mapping[tuple[str, str], Groups]
    answered: Mapping[tuple[str, str], Variants]

    def changed_since(self, before: "Stand | None") -> dict[str, set[str]] | None:
        """The findings of each subject of which something else is recorded, in some variant; None: all is different."""
        if before is None or before.as_a_whole != self.as_a_whole:
            return None
        changed: dict[str, set[str]] = {}
        for old, new in ((before.recorded, self.recorded), (before.answered, self.answered)):
            for finding, subject in old.keys() | new.keys():
                one, other = old.get((finding, subject)), new.get((finding, subject))
                if one is not other and one != other:
                    changed.setdefault(subject, set()).add(finding)
        return changed


class QuickEvaluation(Evaluation):
    """The case as it is, as the fast reader has read it. What that has not kept is evaluated when it is asked for."""

    def __init__(self, reading: "Reading") -> None:
        observed = reading.observed
        super().__init__(observed.case, reading.knowledge, observed.as_of, observed)
        self._reading = reading

    def truth(self, node: TruthNode, subject: str, fresh: bool = False) -> Truth:
        """Whether a condition of the knowledge holds for a subject."""
        known = self._reading.known_now(node, subject, fresh)
        return super().truth(node, subject, fresh) if known is None else known

    def number(self, node: NumberNode, subject: str, fresh: bool = False) -> Interval:
        """A number, or the bounds within which it lies, in its canonical unit."""
        known = self._reading.number_now(node, subject, fresh)
        return super().number(node, subject, fresh) if known is None else known

    def unchanged_since(self, node: TruthNode, subject: str, fresh: bool = False) -> int:
        """The number of the reading since which all is recorded alike on which a condition rests."""
        return self._reading.unchanged_since(node, subject, fresh)

    def judged_since(self, entry: Entry, subject: str) -> int:
        """The same for all conditions by which advice or a cause is judged. entry: its kind and id."""
        return self._reading.judged_since(entry, subject)

    def _derive(self, reference: Reference, subject: str, fresh: bool) -> Truth | Interval | frozenset[str]:
        if fresh or not self._reading.has(reference.name):
            return super()._derive(reference, subject, fresh)
        match self.knowledge.derived[reference.name].entry.type:
            case "yes_no":
                return truth_at(self._reading.holds(reference.name, subject))
            case "number":
                return self._reading.number(reference.name, subject).base
        planes = self._reading.choices(reference.name, subject)
        return frozenset(choice for choice, plane in planes.items() if plane & CASE)


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
        generation: int = 0,
    ) -> None:
        self.knowledge = knowledge
        self.observed = observed
        self.lesions = lesions
        self.full = full
        self.generation = generation
        self._program = program
        self._frames = frames

    def known_now(self, node: TruthNode, subject: str, fresh: bool) -> Truth | None:
        """Whether a condition holds in the case as it is; None for a node that is part of no tree that was read."""
        slots = self._program.truths.get((id(node), fresh))
        if slots is None:
            return None
        of_lesion, true, false = slots
        frame = self._frames[subject if of_lesion else PATIENT]
        if frame[true] & CASE:
            return Truth.TRUE
        return Truth.FALSE if frame[false] & CASE else Truth.UNKNOWN

    def unchanged_since(self, node: TruthNode, subject: str, fresh: bool = False) -> int:
        """The reading since which all is recorded alike on which a condition rests; by its number (`generation`)."""
        marks = self._program.marks.get((id(node), fresh))
        if marks is None:
            return self.generation
        of_lesion, true, false = marks
        frame = self._frames[subject if of_lesion else PATIENT]
        since: int = max(frame[true], frame[false])
        return since

    def judged_since(self, entry: Entry, subject: str) -> int:
        """The same for all conditions by which advice or a cause is judged. entry: its kind and id."""
        of_lesion, mark = self._program.together[entry]
        since: int = self._frames[subject if of_lesion else PATIENT][mark]
        return since

    def number_now(self, node: NumberNode, subject: str, fresh: bool) -> Interval | None:
        """A number in the case as it is; None for a constant, and for a node that is part of no tree that was read."""
        slot = self._program.numbers_in.get((id(node), fresh))
        return None if slot is None else self._pieces(slot, subject).base

    def has(self, name: str) -> bool:
        """Whether a derived finding was read."""
        return any(name in read for read in (self._program.holds, self._program.choices, self._program.numbers))

    def truth(self, node: TruthNode, subject: str, fresh: bool = False) -> Truths:
        """Where a condition of the knowledge holds for a subject, and where it is known not to."""
        of_lesion, true, false = self._program.truths[(id(node), fresh)]
        frame = self._frames[subject if of_lesion else PATIENT]
        return frame[true], frame[false]

    def gate_item(self, gate: str, position: int, subject: str) -> Truths:
        """Where an item of a gate is fulfilled, and where it is known not to be."""
        compiled = self.knowledge.gates[gate]
        return self.truth(compiled.items[position], subject, compiled.entry.wants_fresh)

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
        return self._pieces(self._program.numbers[name], subject)

    def _pieces(self, slot: Slot, subject: str) -> Pieces[Interval]:
        pieces: Pieces[Interval] = self._at(slot, subject)
        return pieces

    def _at(self, slot: Slot, subject: str) -> Any:
        return self._frames[subject if slot.of_lesion else PATIENT][slot.number]
