"""Which plane stands for which answer. Places are kept while a case is edited, and what was made with them."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from hepalith.decision.answers import Open
from hepalith.decision.leaves import Variants, Variation
from hepalith.decision.planes import union

Key = tuple[str, ...]
AHEAD = 256  # planes that are made at once


class Chosen(NamedTuple):
    """An open finding, and the number of one of its answers."""

    open: Open
    answer: int


class Places(NamedTuple):
    """The planes of the answers to a finding: the number of each, and all as one plane."""

    numbers: Sequence[int]
    plane: int


class Tried(NamedTuple):
    """An open finding, and the number of the variant of each of its answers. key: finding and subject."""

    open: Open
    variants: Sequence[int]
    plane: int  # all of them
    key: tuple[str, str]


class _Made(NamedTuple):
    """What is recorded in the planes of a finding. more: answers in planes of several findings, and these planes."""

    open: Open
    more: tuple[tuple[int, int], ...]
    variants: Variants


class Layout:
    """Gives answers planes. Plane 0 is the case as it is; the planes of what is not open now stay unused."""

    def __init__(self) -> None:
        self._numbers: dict[Key, list[int]] = {}
        self._places: dict[Key, Places] = {}
        self._tried: dict[Key, Tried] = {}
        self._made: dict[Key, _Made] = {}
        self._size = 1  # so many are given

    @property
    def size(self) -> int:
        """How many planes there are."""
        return self._size

    @property
    def full(self) -> int:
        """All planes, with some to spare: with their number everything would have to be computed again."""
        return (1 << (self._size // AHEAD + 1) * AHEAD) - 1

    def places(self, key: Key, count: int) -> Places:
        """As many planes for something with a name."""
        numbers = self._numbers.setdefault(key, [])
        for _missing in range(len(numbers), count):
            numbers.append(self._size)
            self._size += 1
        known = self._places.get(key)
        if known is None or len(known.numbers) != count:
            known = self._places[key] = Places(numbers[:count], union(1 << number for number in numbers[:count]))
        return known

    def tried(self, one: Open) -> Tried:
        """The planes of the answers; the same as long as the answers are the same object."""
        key = one.finding, one.subject
        known = self._tried.get(key)
        if known is None or known.open is not one:
            known = self._tried[key] = Tried(one, *self.places(key, len(one.answers)), key)
        return known

    def variation(
        self,
        found: Iterable[Open],
        together: Mapping[int, Sequence[Chosen]] = MappingProxyType({}),
        assumed: Mapping[tuple[str, str], Places] = MappingProxyType({}),
    ) -> Variation:
        """What is recorded in which plane.

        together: planes in which several findings are answered. assumed: those in which a derived choice is
        taken to be each of its choices.
        """
        more: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for place, members in together.items():
            for one, answer in members:
                more.setdefault((one.finding, one.subject), []).append((answer, place))
        recorded = {
            (one.finding, one.subject): self._variants(one, tuple(more.get((one.finding, one.subject), ())))
            for one in found
        }
        planes = {key: [1 << number for number in places.numbers] for key, places in assumed.items()}
        return Variation(self.full, recorded, planes)

    def _variants(self, one: Open, more: tuple[tuple[int, int], ...]) -> Variants:
        key = (one.finding, one.subject)
        known = self._made.get(key)
        if known is None or known.open is not one or known.more != more:
            planes = [1 << place for place in self.tried(one).variants]
            for answer, place in more:
                planes[answer] |= 1 << place
            known = self._made[key] = _Made(one, more, tuple(zip(planes, one.groups(), strict=True)))
        return known.variants
