"""Numbers that may be known only within bounds. Comparisons give three-valued truth.

Exact decimals: a threshold of 4.0 mg/dL converted to umol/L equals 4.0 mg/dL converted the same way,
so that the boundary itself is decided by the sign that the source prints.
"""

import math
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce

import msgspec

from hepalith.domain.truth import Truth

INFINITY = Decimal("Infinity")
LARGEST_POWER = Decimal(700)  # e to this is still a number of double precision


class Interval(msgspec.Struct, frozen=True):
    """The numbers from `low` to `high`; an open end is itself excluded.

    `low == high` is a known number. Unbounded ends are infinite. Never empty.
    """

    low: Decimal
    high: Decimal
    low_open: bool = False
    high_open: bool = False

    @property
    def is_point(self) -> bool:
        """Whether the number is known. What lies beyond all numbers is none."""
        return self.low == self.high and self.low.is_finite()


ANYTHING = Interval(-INFINITY, INFINITY)


def point(value: Decimal | int | str) -> Interval:
    """A known number."""
    number = value if isinstance(value, Decimal) else Decimal(value)
    return Interval(number, number)


def hull(parts: Sequence[Interval]) -> Interval:
    """The smallest interval that holds all of `parts` (at least one)."""
    first, *others = parts
    lowest = highest = first
    for part in others:
        if part.low < lowest.low or (lowest.low_open and part.low == lowest.low):
            lowest = part
        if part.high > highest.high or (highest.high_open and part.high == highest.high):
            highest = part
    return lowest if lowest is highest else Interval(lowest.low, highest.high, lowest.low_open, highest.high_open)


def intersect(a: Interval, b: Interval) -> Interval:
    """What both allow; `a` itself where they exclude each other (the entered value wins over a limit)."""
    low, low_open = max((a.low, a.low_open), (b.low, b.low_open))
    high, high_not_open = min((a.high, not a.high_open), (b.high, not b.high_open))
    if low > high or (low == high and (low_open or not high_not_open)):
        return a
    return Interval(low, high, low_open, not high_not_open)


def agreed(a: Interval, b: Interval) -> Interval:
    """What two ways to the same number leave possible: what both allow, or either where they exclude each other."""
    if less(a, b).is_true or less(b, a).is_true:
        return hull([a, b])
    return intersect(a, b)


def less(a: Interval, b: Interval) -> Truth:
    """Whether a < b."""
    if a.high < b.low or (a.high == b.low and (a.high_open or b.low_open)):
        return Truth.TRUE
    return Truth.FALSE if a.low >= b.high else Truth.UNKNOWN


def less_or_equal(a: Interval, b: Interval) -> Truth:
    """Whether a <= b."""
    return less(b, a).negated()


def equal(a: Interval, b: Interval) -> Truth:
    """Whether a == b."""
    if a.is_point and b.is_point:
        return Truth.TRUE if a.low == b.low else Truth.FALSE
    if less(a, b).is_true or less(b, a).is_true:
        return Truth.FALSE
    return Truth.UNKNOWN


def add(a: Interval, b: Interval) -> Interval:
    """a + b."""
    return Interval(
        _sum(a.low, b.low, -INFINITY),
        _sum(a.high, b.high, INFINITY),
        a.low_open or b.low_open,
        a.high_open or b.high_open,
    )


def total(parts: Sequence[Interval]) -> Interval:
    """The sum of several numbers (at least one)."""
    return reduce(add, parts)


def negate(a: Interval) -> Interval:
    """-a."""
    return Interval(-a.high, -a.low, a.high_open, a.low_open)


def subtract(a: Interval, b: Interval) -> Interval:
    """a - b."""
    return add(a, negate(b))


def multiply(a: Interval, b: Interval) -> Interval:
    """a * b; 0 times an unbounded end is 0. The result is closed (a little wider, never narrower)."""
    products = [_product(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    return Interval(min(products), max(products))


def divide(a: Interval, b: Interval) -> Interval:
    """a / b; anything when b may be 0."""
    if b.low <= 0 <= b.high:
        return ANYTHING
    if a.is_point and b.is_point:
        return point(a.low / b.low)
    quotients = [_quotient(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    return Interval(min(quotients), max(quotients))


def minimum(parts: Sequence[Interval]) -> Interval:
    """The least of several numbers."""
    return Interval(min(p.low for p in parts), min(p.high for p in parts))


def maximum(parts: Sequence[Interval]) -> Interval:
    """The greatest of several numbers."""
    return Interval(max(p.low for p in parts), max(p.high for p in parts))


def absolute(a: Interval) -> Interval:
    """|a|."""
    if a.low >= 0:
        return a
    if a.high <= 0:
        return negate(a)
    return Interval(Decimal(0), max(-a.low, a.high))


def rounded(a: Interval, digits: int) -> Interval:
    """Rounded half up to `digits` decimals."""
    return _monotonic(a, lambda x: rounded_decimal(x, digits))


def rounded_decimal(x: Decimal, digits: Decimal | int) -> Decimal:
    """Rounded to so many digits, halves away from zero."""
    return x.quantize(Decimal(f"1E{-digits}"), ROUND_HALF_UP)


def natural_log(a: Interval) -> Interval:
    """ln a; minus infinity at 0, anything when a may be negative."""
    return _from_zero(a, lambda x: from_float(math.log(x)) if x > 0 else -INFINITY)


def log10(a: Interval) -> Interval:
    """The decimal logarithm; minus infinity at 0, anything when a may be negative."""
    return _from_zero(a, lambda x: from_float(math.log10(x)) if x > 0 else -INFINITY)


def exponential(a: Interval) -> Interval:
    """e to the power of a; what is too large to be written down lies somewhere above the largest that is not."""
    made = _monotonic(a, lambda x: from_float(math.exp(min(x, LARGEST_POWER))), at_minus_infinity=Decimal(0))
    return Interval(made.low, INFINITY) if a.high > LARGEST_POWER else made


def square_root(a: Interval) -> Interval:
    """The square root; anything when a may be negative."""
    return _from_zero(a, Decimal.sqrt)


def _from_zero(a: Interval, function: Callable[[Decimal], Decimal]) -> Interval:
    return ANYTHING if a.low < 0 else _monotonic(a, function)


def _monotonic(a: Interval, function: Callable[[Decimal], Decimal], at_minus_infinity: Decimal = -INFINITY) -> Interval:
    low, high = (
        function(end) if end.is_finite() else INFINITY if end == INFINITY else at_minus_infinity
        for end in (a.low, a.high)
    )
    return Interval(low, high)


def from_float(value: float) -> Decimal:
    """15 significant digits: what a double holds, without its binary tail."""
    return Decimal(f"{value:.15g}")


def _sum(x: Decimal, y: Decimal, when_undefined: Decimal) -> Decimal:
    return when_undefined if x.is_infinite() and x == -y else x + y


def _product(x: Decimal, y: Decimal) -> Decimal:
    return Decimal(0) if x == 0 or y == 0 else x * y


def _quotient(x: Decimal, y: Decimal) -> Decimal:
    if y.is_infinite():
        return Decimal(0)
    return x / y
