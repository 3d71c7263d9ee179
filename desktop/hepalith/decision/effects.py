"""What differs between the variants of a reading and the case as it is: urgency, advice, gates, leading causes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

import msgspec

from hepalith.decision.kept import Kept
from hepalith.decision.planes import CASE, add, bits, total_at, union
from hepalith.decision.reading import Reading
from hepalith.decision.verdicts import Key, Levels, Verdicts
from hepalith.domain.assessment import GateState
from hepalith.domain.case import PATIENT

REQUEST = "ask"  # advice of this kind only asks for a value: that it ends when the value is there changes no plan


class Change(msgspec.Struct, frozen=True):
    """What is different in one variant. level: the rank of its urgency; raised_by: the advice that raises it."""

    level: int
    raised_by: tuple[Key, ...] = ()
    starts: tuple[Key, ...] = ()
    ends: tuple[Key, ...] = ()
    gates: tuple[tuple[Key, GateState], ...] = ()
    leaders: tuple[tuple[str, tuple[str, ...]], ...] = ()  # the causes that lead, of each subject for whom they change

    @property
    def plan(self) -> bool:
        """Whether the advice, or a gate before it, is different."""
        return bool(self.starts or self.ends or self.gates)


class Effects:
    """The changes of all variants of a reading. changed: the plane of those in which anything is different.

    kept: from the reading before.
    """

    def __init__(self, reading: Reading, verdicts: Verdicts, kept: Kept | None = None) -> None:
        self._reading = reading
        self._kept = kept or Kept()
        self._verdicts = verdicts
        self._entries = {name: one.entry for name, one in reading.knowledge.recommendations.items()}
        self._levels = Levels(self._counting(), reading.full)
        self.level = self._levels.at()
        self.same = Change(self.level)
        self._changes = self._found()
        self.changed = union(1 << variant for variant in self._changes)

    def of(self, variant: int) -> Change:
        """What is different in a variant."""
        return self._changes.get(variant, self.same)

    def differs(self, plane: int) -> int:
        """Those variants whose value of a plane is not that of the case."""
        return plane ^ self._reading.full if plane & CASE else plane

    def _found(self) -> dict[int, Change]:
        starts, ends = defaultdict[int, list[Key]](list), defaultdict[int, list[Key]](list)
        for key, plane in self._verdicts.holds.items():
            if self._entries[key[0]].kind != REQUEST:
                found = ends if plane & CASE else starts
                for variant in bits(self.differs(plane)):
                    found[variant].append(key)
        gates = self._gates()
        leaders = self._leaders()
        raised = self._raised()
        levels = union(self.differs(plane) for plane in self._levels.at_least)
        variants = {*starts, *ends, *gates, *leaders, *bits(levels)}
        return {
            variant: Change(
                self._levels.at(variant) if levels >> variant & 1 else self.level,
                tuple(raised.get(variant, ())),
                tuple(starts.get(variant, ())),
                tuple(ends.get(variant, ())),
                tuple(gates.get(variant, ())),
                tuple(leaders.get(variant, ())),
            )
            for variant in variants
        }

    def _counting(self) -> Iterator[tuple[int, int]]:
        """What counts for the urgency; a request for a value counts as in the case, so that an answer is no relief."""
        for key, levels in self._verdicts.counts.items():
            is_request = self._entries[key[0]].kind == REQUEST
            for rank, plane in levels:
                yield rank, plane ^ self.differs(plane) if is_request else plane

    def _raised(self) -> dict[int, list[Key]]:
        """Where the urgency is higher: the advice that brings it."""
        found = defaultdict[int, list[Key]](list)
        for key, levels in self._verdicts.counts.items():
            for rank, plane in levels:
                if rank > self.level:  # so it does not count in the case
                    higher = union(self._levels.at_least[rank + 1 :])
                    for variant in bits(plane ^ plane & higher):
                        found[variant].append(key)
        return found

    def _gates(self) -> dict[int, list[tuple[Key, GateState]]]:
        found = defaultdict[int, list[tuple[Key, GateState]]](list)
        for gate, subject in dict.fromkeys(self._asked_for()):
            for state, plane in self._verdicts.gate(gate, subject).items():
                if not plane & CASE:
                    for variant in bits(plane):
                        found[variant].append(((gate, subject), state))
        return found

    def _asked_for(self) -> Iterator[Key]:
        """The gates of the advice that applies."""
        for (name, subject), plane in self._verdicts.holds.items():
            if plane & CASE:
                for gate in self._entries[name].gates:
                    of_lesion = self._reading.knowledge.gates[gate].entry.subject == "lesion"
                    yield gate, subject if of_lesion else PATIENT

    def _leaders(self) -> dict[int, list[tuple[str, tuple[str, ...]]]]:
        found = defaultdict[int, list[tuple[str, tuple[str, ...]]]](list)
        for subject, causes in self._verdicts.leading.items():
            made_of = (self._reading.full, list(causes.items()))
            leading = self._kept.of(("leaders", subject), made_of, partial(self._leading, causes))
            for variant, names in leading.items():
                found[variant].append((subject, names))
        return found

    def _leading(self, causes: Mapping[str, int]) -> dict[int, tuple[str, ...]]:
        """The variants in which other causes lead than in the case, with those that lead there."""
        variants = bits(union(self.differs(plane) for plane in causes.values()))
        return {one: tuple(name for name, plane in causes.items() if plane >> one & 1) for one in variants}


class Settled:
    """How much of the open advice each variant decides. open_: where a piece is open, and how much it counts."""

    def __init__(self, reading: Reading, open_: Iterable[tuple[int, int]]) -> None:
        self._total: list[int] = []
        for plane, weight in open_:
            add(self._total, reading.full ^ plane, weight)
        self._any = union(self._total)

    def at(self, variant: int) -> int:
        """What is decided in a variant."""
        return total_at(self._total, variant)

    def mean(self, plane: int) -> float:
        """What is decided in the variants of a plane, on average."""
        if not self._any & plane:
            return 0
        weights = [(digit & plane).bit_count() << position for position, digit in enumerate(self._total)]
        return sum(weights) / plane.bit_count()
