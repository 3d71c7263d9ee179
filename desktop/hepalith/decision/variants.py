"""Which plane stands for which answer. Places are kept while a case is edited, and what was made with them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from hepalith.decision.answers import Open
from hepalith.decision.leaves import Variants
from hepalith.decision.planes import union

Key = tuple[str, ...]


class Places(NamedTuple):
    """The planes of the answers to a finding: the number of each, and all as one plane."""

    numbers: Sequence[int]
    plane: int


class Layout:
    """Gives answers planes. Plane 0 is the case as it is; the planes of what is not open now stay unused."""

    def __init__(self) -> None:
        self._places: dict[Key, list[int]] = {}
        self._places_of: dict[Key, Places] = {}
        self._made: dict[Key, tuple[tuple[Open, tuple[int, ...]], Variants]] = {}
        self._size = 1

    @property
    def size(self) -> int:
        """How many planes there are."""
        return self._size

    @property
    def full(self) -> int:
        """All planes."""
        return (1 << self._size) - 1

    def places(self, key: Key, count: int = 1) -> Sequence[int]:
        """The numbers of as many planes."""
        places = self._places.setdefault(key, [])
        while len(places) < count:
            places.append(self._size)
            self._size += 1
        return places[:count]

    def places_of(self, one: Open) -> Places:
        """The planes of the answers."""
        key = (one.finding, one.subject)
        known = self._places_of.get(key)
        if known is None or len(known.numbers) != len(one.answers):
            numbers = self.places(key, len(one.answers))
            known = self._places_of[key] = Places(numbers, union(1 << number for number in numbers))
        return known

    def variants(
        self, found: Iterable[Open], together: Mapping[int, Sequence[Open]] | None = None
    ) -> Mapping[tuple[str, str], Variants]:
        """What is recorded in which plane. together: planes in which several findings have their last answer."""
        more: dict[tuple[str, str], list[int]] = {}
        for place, members in (together or {}).items():
            for one in members:
                more.setdefault((one.finding, one.subject), []).append(place)
        return {
            (one.finding, one.subject): self._variants(one, tuple(more.get((one.finding, one.subject), ())))
            for one in found
        }

    def _variants(self, one: Open, more: tuple[int, ...]) -> Variants:
        key = (one.finding, one.subject)
        known = self._made.get(key)
        if known is None or known[0][0] is not one or known[0][1] != more:
            planes = [1 << place for place in self.places_of(one).numbers]
            planes[-1] |= sum(1 << place for place in more)
            known = self._made[key] = ((one, more), tuple(zip(planes, one.groups(), strict=True)))
        return known[1]
