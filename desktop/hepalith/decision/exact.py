"""Numbers of one case alone: a decimal where the number is known, an interval where it lies within bounds.

Arithmetic on decimals costs a tenth of that on intervals, and gives the same: what is known stays known.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from itertools import compress
from typing import Any

from hepalith.decision.arithmetic import COMPARISONS
from hepalith.domain.interval import Interval, hull
from hepalith.domain.truth import Truth

Number = Decimal | Interval
Answer = tuple[bool, bool]  # known to hold, known not to hold


def narrow(number: Interval) -> Number:
    """A known number as a decimal."""
    return number.low if number.is_point else number


def wide(number: Number) -> Interval:
    """A number as an interval."""
    return Interval(number, number) if type(number) is Decimal else number  # type: ignore[return-value]


def of_numbers(function: Callable[..., Interval]) -> Callable[..., Number]:
    """A function of intervals, truths and dates, for these numbers."""
    return lambda *parts: narrow(function(*[wide(part) for part in parts]))


def tested(test: Callable[..., Truth], *parts: Any) -> Answer:
    """What a test of intervals says of these numbers."""
    truth = test(*[wide(part) for part in parts])
    return truth is Truth.TRUE, truth is Truth.FALSE


class Comparisons(dict[tuple[int, int], tuple[bool, ...]]):
    """All comparisons of a number with constants, answered at once.

    The answers depend only on where the ends of the number lie among the constants, and are remembered by that. An end
    that is itself excluded lies beside its constant, no longer on it.
    """

    def __init__(self) -> None:
        self._made: list[tuple[str, Decimal]] = []
        self._constants: list[Decimal] = []

    def add(self, operator: str, constant: Decimal) -> None:
        """Another comparison, answered after those before."""
        self._made.append((operator, constant))
        self._constants = sorted({*self._constants, constant})

    def of(self, number: Number) -> tuple[bool, ...]:
        """For each comparison: whether it is known to hold, and whether it is known not to."""
        number = wide(number)
        low, high = self._place(number.low), self._place(number.high)
        ends = low + (low % 2 & number.low_open), high - (high % 2 & number.high_open)
        known = self.get(ends)
        if known is None:
            pairs = (tested(COMPARISONS[name], number, constant) for name, constant in self._made)
            known = self[ends] = tuple(answer for pair in pairs for answer in pair)
        return known

    def _place(self, end: Decimal) -> int:
        """Odd on a constant, even between two of them."""
        return bisect_left(self._constants, end) + bisect_right(self._constants, end)


class Table(dict[tuple[bool, ...], Number]):
    """A number that is one of some constants, by which of them are possible."""

    def __init__(self, results: Sequence[Number]) -> None:
        self._results = results

    def __missing__(self, possible: tuple[bool, ...]) -> Number:
        made = self[possible] = one_of(possible, self._results)
        return made


def one_of(possible: Sequence[bool], results: Sequence[Number]) -> Number:
    """A number that is one of several."""
    first, *others = compress(results, possible)
    return narrow(hull([wide(first), *map(wide, others)])) if others else first


def counted(held: Sequence[bool], failed: Sequence[bool]) -> Number:
    """How many of some truths hold: a range while some are unknown."""
    return _between(sum(held), len(failed) - sum(failed))


@cache
def _between(low: int, high: int) -> Number:
    return narrow(Interval(Decimal(low), Decimal(high)))
