"""What the number nodes of an expression mean, over intervals: the one table that every reader of expressions uses."""

from collections.abc import Callable
from decimal import Decimal

from hepalith.domain import interval as numbers
from hepalith.domain.durations import DateRange, months_between
from hepalith.domain.interval import ANYTHING, Interval
from hepalith.domain.truth import Truth

OPERATORS = {"+": numbers.add, "-": numbers.subtract, "*": numbers.multiply, "/": numbers.divide}
FUNCTIONS: dict[str, Callable[..., Interval]] = {
    "min": lambda *parts: numbers.minimum(parts),
    "max": lambda *parts: numbers.maximum(parts),
    "abs": numbers.absolute,
    "round": lambda number, digits: numbers.rounded(number, int(digits.low)),
    "ln": numbers.natural_log,
    "log10": numbers.log10,
    "sqrt": numbers.square_root,
    "agreed": numbers.agreed,
    "exp": numbers.exponential,
}
COMPARISONS: dict[str, Callable[[Interval, Interval], Truth]] = {
    "<": numbers.less,
    "<=": numbers.less_or_equal,
    ">": lambda left, right: numbers.less(right, left),
    ">=": lambda left, right: numbers.less_or_equal(right, left),
    "==": numbers.equal,
    "!=": lambda left, right: numbers.equal(left, right).negated(),
}
NOT_NEGATIVE = Interval(Decimal(0), numbers.INFINITY)


def counted(*truths: Truth) -> Interval:
    """How many of these hold: a range while some are unknown."""
    certain, open_ones = truths.count(Truth.TRUE), truths.count(Truth.UNKNOWN)
    return Interval(Decimal(certain), Decimal(certain + open_ones))


def has_unlisted(count: Interval, listed: int) -> bool:
    """Whether lesions exist, or may exist, beside those that are listed. `count`: how many there are."""
    return count.low > listed or (not listed and count.high > 0)


def counted_lesions(count: Interval, *truths: Truth) -> Interval:
    """For how many lesions something holds, those that are not listed included."""
    found = counted(*truths)
    return Interval(found.low, found.high + count.high - len(truths)) if has_unlisted(count, len(truths)) else found


def over_lesions(how: str, count: Interval, *parts: Interval) -> Interval:
    """The largest or the sum of a number over the lesions; at least that while there may be more."""
    if not parts:
        return NOT_NEGATIVE
    total = numbers.maximum(parts) if how == "largest" else numbers.total(parts)
    return Interval(total.low, numbers.INFINITY) if has_unlisted(count, len(parts)) else total


def elapsed(unit: str, start: DateRange | None, end: DateRange | None) -> Interval:
    """Days or months from one date to another."""
    if start is None or end is None:
        return ANYTHING
    if unit == "days":
        return Interval(Decimal((end.first - start.last).days), Decimal((end.last - start.first).days))
    return Interval(months_between(start.last, end.first), months_between(start.first, end.last))


def within(result: Interval, limits: tuple[Decimal, Decimal] | None) -> Interval:
    """A result inside the limits of what it can be at all."""
    return result if limits is None else numbers.intersect(result, Interval(*limits))
