"""Many variants of one case at once: each variant is one bit of a whole number ("plane"), bit 0 is the case as it is.

A truth is a pair of planes (known to hold, known not to hold); a variant that is in neither is unknown. Everything
else (numbers, dates, observations) is `Pieces`: the value in the case as it is, and the other values with the
variants in which they stand. So `and`, `or` and `not` cost one operation for all variants, and a number costs
one for each different value.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from hepalith.domain.truth import Truth

T = TypeVar("T")
Truths = tuple[int, int]
CASE = 1  # the plane of the case as it is


class Pieces(Generic[T]):
    """A value that differs between variants. `parts`: planes that exclude each other; `changed`: all of them."""

    __slots__ = ("base", "changed", "parts")

    def __init__(self, base: T, parts: Sequence[tuple[int, T]] = ()) -> None:
        self.base = base
        self.parts = parts
        self.changed = union(plane for plane, _value in parts)

    def at(self, plane: int) -> T:
        """The value in one variant."""
        return next((value for planes, value in self.parts if planes & plane), self.base)

    def where(self, predicate: Callable[[T], bool], full: int) -> int:
        """The variants whose value fulfils a predicate."""
        found = union(plane for plane, value in self.parts if predicate(value))
        return found | (full ^ self.changed) if predicate(self.base) else found

    def mapped(self, function: Callable[[T], Any]) -> "Pieces[Any]":
        """A function of each value."""
        return Pieces(function(self.base), [(plane, function(value)) for plane, value in self.parts])


def union(planes: Iterable[int]) -> int:
    """The variants that are in any of the planes."""
    result = 0
    for plane in planes:
        result |= plane
    return result


def common(planes: Iterable[int], full: int) -> int:
    """The variants that are in all of the planes."""
    for plane in planes:
        full &= plane
    return full


def single(*planes: int) -> int:
    """The variants that are in exactly one of the planes."""
    once = twice = 0
    for plane in planes:
        twice |= once & plane
        once |= plane
    return once ^ twice


def bits(plane: int) -> Iterator[int]:
    """The numbers of the variants in a plane."""
    while plane:
        lowest = plane & -plane
        yield lowest.bit_length() - 1
        plane ^= lowest


def truth_at(truths: Truths, plane: int = CASE) -> Truth:
    """The truth in one variant."""
    if truths[0] & plane:
        return Truth.TRUE
    return Truth.FALSE if truths[1] & plane else Truth.UNKNOWN


def pieces_of(truths: Truths, full: int) -> Pieces[Truth]:
    """A truth as pieces."""
    base = truth_at(truths)
    planes = {Truth.TRUE: truths[0], Truth.FALSE: truths[1], Truth.UNKNOWN: full ^ (truths[0] | truths[1])}
    return Pieces(base, [(plane, value) for value, plane in planes.items() if plane and value is not base])


def truths_of(pieces: Pieces[Truth], full: int) -> Truths:
    """Pieces as a truth."""
    return pieces.where(lambda value: value.is_true, full), pieces.where(lambda value: value.is_false, full)


def lift(function: Callable[..., T], arguments: Sequence[Pieces[Any]]) -> Pieces[T]:
    """A function of values as a function of pieces: computed once for each combination of values that occurs."""
    regions: list[tuple[int, tuple[Any, ...]]] = [(union(argument.changed for argument in arguments), ())]
    for argument in arguments:
        regions = list(_split(regions, argument))
    base = function(*[argument.base for argument in arguments])
    found = ((plane, function(*values)) for plane, values in regions if plane)
    return Pieces(base, [(plane, value) for plane, value in found if value != base])


def _split(
    regions: Iterable[tuple[int, tuple[Any, ...]]], argument: Pieces[Any]
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    for region, values in regions:
        hit = region & argument.changed
        if region != hit:
            yield region ^ hit, (*values, argument.base)
        if hit:
            for plane, value in argument.parts:
                part = hit & plane
                if part:
                    yield part, (*values, value)


def add(total: list[int], plane: int, amount: int) -> None:
    """Adds a number to the totals of the variants in a plane. `total`: the binary digits, the lowest first."""
    for digit in bits(amount):
        position, carry = digit, plane
        while carry:
            total.extend([0] * (position + 1 - len(total)))
            total[position], carry = total[position] ^ carry, total[position] & carry
            position += 1


def total_at(total: Sequence[int], variant: int = 0) -> int:
    """The total in one variant."""
    return sum((digit >> variant & 1) << position for position, digit in enumerate(total))
