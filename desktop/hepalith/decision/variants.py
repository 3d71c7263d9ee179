"""Which plane stands for which answer. Places are kept while a case is edited, and what was made with them."""

from collections.abc import Iterable, Mapping

from hepalith.decision.answers import Open
from hepalith.decision.leaves import Variants


class Layout:
    """Gives every answer a plane. Plane 0 is the case as it is; the planes of what is not open now stay unused."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, str], list[int]] = {}
        self._made: dict[tuple[str, str], tuple[Open, Variants]] = {}
        self._size = 1

    @property
    def full(self) -> int:
        """All planes."""
        return (1 << self._size) - 1

    def places(self, one: Open) -> list[int]:
        """The number of the plane of each answer."""
        places = self._places.setdefault((one.finding, one.subject), [])
        for _answer in one.answers[len(places) :]:
            places.append(self._size)
            self._size += 1
        return places

    def variants(self, found: Iterable[Open]) -> Mapping[tuple[str, str], Variants]:
        """What is recorded in which plane."""
        return {(one.finding, one.subject): self._variants(one) for one in found}

    def _variants(self, one: Open) -> Variants:
        key = (one.finding, one.subject)
        known = self._made.get(key)
        if known is None or known[0] is not one:
            planes = [1 << place for place in self.places(one)]
            known = self._made[key] = (one, tuple(zip(planes, one.groups(), strict=False)))
        return known[1]
