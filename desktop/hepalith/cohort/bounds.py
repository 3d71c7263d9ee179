"""Numbers with bounds as Polars expressions: what `domain.interval` says of one number, for a column of them.

Bounds are doubles. What arithmetic leaves behind the 13th digit is rounded away, so that a threshold which is met
exactly in decimals is met here too; what differs only behind it is the same here, unlike for the interpreter.
"""

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import NamedTuple

import polars as pl

from hepalith.domain.interval import Interval

UNKNOWN = pl.lit(None, dtype=pl.Boolean)
YES, NO = pl.lit(value=True), pl.lit(value=False)
_DIGITS = 13  # significant; 15 are exact in a double
_DECIMALS = 10  # of a sum or difference, whose leading digits may cancel out
_LARGEST_POWER = 700.0


class Bounds(NamedTuple):
    """From `low` to `high`, infinite where there is no bound, never null; an open end is itself excluded."""

    low: pl.Expr
    high: pl.Expr
    low_open: pl.Expr = NO
    high_open: pl.Expr = NO

    @property
    def is_point(self) -> pl.Expr:
        """Whether the number is known."""
        return (self.low == self.high) & self.low.is_finite()


def constant(value: Interval | Decimal) -> Bounds:
    """The same in every case."""
    if isinstance(value, Decimal):
        return Bounds(_number(value), _number(value))
    return Bounds(_number(value.low), _number(value.high), pl.lit(value.low_open), pl.lit(value.high_open))


def truth(true: pl.Expr, false: pl.Expr) -> pl.Expr:
    """True, false, or null where it is neither."""
    return pl.when(true).then(YES).when(false).then(NO).otherwise(UNKNOWN)


def is_true(one: pl.Expr) -> pl.Expr:
    """Known to hold; never null."""
    return one.fill_null(value=False)


def is_false(one: pl.Expr) -> pl.Expr:
    """Known not to hold; never null."""
    return ~one.fill_null(value=True)


def all_of(parts: Sequence[pl.Expr]) -> pl.Expr:
    """Kleene conjunction; true for nothing."""
    return reduce(and_, parts) if parts else YES


def any_of(parts: Sequence[pl.Expr]) -> pl.Expr:
    """Kleene disjunction; false for nothing."""
    return reduce(or_, parts) if parts else NO


def choose(condition: pl.Expr, then: Bounds, otherwise: Bounds) -> Bounds:
    """One or the other. condition: never null."""
    return Bounds(*(pl.when(condition).then(a).otherwise(b) for a, b in zip(then, otherwise, strict=True)))


# comparisons


def less(a: Bounds, b: Bounds) -> pl.Expr:
    """Whether a < b."""
    touching = (a.high == b.low) & (a.high_open | b.low_open)
    return truth((a.high < b.low) | touching, a.low >= b.high)


def equal(a: Bounds, b: Bounds) -> pl.Expr:
    """Whether a == b."""
    both_known = a.is_point & b.is_point
    apart = is_true(less(a, b)) | is_true(less(b, a))
    return pl.when(both_known).then(a.low == b.low).when(apart).then(NO).otherwise(UNKNOWN)


COMPARISONS: dict[str, Callable[[Bounds, Bounds], pl.Expr]] = {
    "<": less,
    "<=": lambda a, b: ~less(b, a),
    ">": lambda a, b: less(b, a),
    ">=": lambda a, b: ~less(a, b),
    "==": equal,
    "!=": lambda a, b: ~equal(a, b),
}

# arithmetic


def add(a: Bounds, b: Bounds) -> Bounds:
    """a + b."""
    return Bounds(_sum(a.low, b.low, -math.inf), _sum(a.high, b.high, math.inf), *_opened(a, b))


def subtract(a: Bounds, b: Bounds) -> Bounds:
    """a - b."""
    return add(a, _negated(b))


def multiply(a: Bounds, b: Bounds) -> Bounds:
    """a * b; 0 times an unbounded end is 0. Closed."""
    products = [_product(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    return Bounds(pl.min_horizontal(products), pl.max_horizontal(products))


def divide(a: Bounds, b: Bounds) -> Bounds:
    """a / b; anything where b may be 0. Closed."""
    anything = (b.low <= 0) & (b.high >= 0)
    quotients = [_quotient(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    return choose(anything, ANYTHING, Bounds(pl.min_horizontal(quotients), pl.max_horizontal(quotients)))


OPERATORS = {"+": add, "-": subtract, "*": multiply, "/": divide}


def minimum(*parts: Bounds) -> Bounds:
    """The least. Closed."""
    return Bounds(pl.min_horizontal([one.low for one in parts]), pl.min_horizontal([one.high for one in parts]))


def maximum(*parts: Bounds) -> Bounds:
    """The greatest. Closed."""
    return Bounds(pl.max_horizontal([one.low for one in parts]), pl.max_horizontal([one.high for one in parts]))


def absolute(a: Bounds) -> Bounds:
    """|a|."""
    around_zero = Bounds(pl.lit(0.0), pl.max_horizontal(-a.low, a.high))
    return choose(a.low >= 0, a, choose(a.high <= 0, _negated(a), around_zero))


def rounded(a: Bounds, digits: int) -> Bounds:
    """Rounded half up to `digits` decimals. Closed."""
    power = 10.0**digits

    def one(end: pl.Expr) -> pl.Expr:
        return _trimmed((end * power).round_sig_figs(_DIGITS).round(0, mode="half_away_from_zero") / power)

    return Bounds(one(a.low), one(a.high))


def natural_log(a: Bounds) -> Bounds:
    """ln a; minus infinity at 0, anything where a may be negative."""
    return _from_zero(a, lambda x: x.log())


def log10(a: Bounds) -> Bounds:
    """The decimal logarithm."""
    return _from_zero(a, lambda x: x.log10())


def square_root(a: Bounds) -> Bounds:
    """The square root; anything where a may be negative."""
    return _from_zero(a, lambda x: x.sqrt())


def exponential(a: Bounds) -> Bounds:
    """e to the power of a; what is too large to be written down lies above the largest that is not."""
    low = pl.when(a.low == math.inf).then(a.low).otherwise(a.low.clip(upper_bound=_LARGEST_POWER).exp())
    return Bounds(_trimmed(low), _trimmed(pl.when(a.high > _LARGEST_POWER).then(math.inf).otherwise(a.high.exp())))


def agreed(a: Bounds, b: Bounds) -> Bounds:
    """What both allow, or either where they exclude each other."""
    apart = is_true(less(a, b)) | is_true(less(b, a))
    return choose(apart, hull([(YES, a), (YES, b)]), intersect(a, b))


FUNCTIONS: dict[str, Callable[..., Bounds]] = {
    "min": minimum,
    "max": maximum,
    "abs": absolute,
    "ln": natural_log,
    "log10": log10,
    "sqrt": square_root,
    "agreed": agreed,
    "exp": exponential,
}


def hull(parts: Sequence[tuple[pl.Expr, Bounds]]) -> Bounds:
    """The smallest bounds around those parts whose condition (never null) holds; at least one does."""
    low = pl.min_horizontal([pl.when(counts).then(one.low).otherwise(math.inf) for counts, one in parts])
    high = pl.max_horizontal([pl.when(counts).then(one.high).otherwise(-math.inf) for counts, one in parts])
    low_closed = any_of([counts & (one.low == low) & ~one.low_open for counts, one in parts])
    high_closed = any_of([counts & (one.high == high) & ~one.high_open for counts, one in parts])
    return Bounds(low, high, ~low_closed, ~high_closed)


def intersect(a: Bounds, b: Bounds) -> Bounds:
    """What both allow; `a` itself where they exclude each other."""
    low, high = pl.max_horizontal(a.low, b.low), pl.min_horizontal(a.high, b.high)
    low_open = any_of([(one.low == low) & one.low_open for one in (a, b)])
    high_open = any_of([(one.high == high) & one.high_open for one in (a, b)])
    empty = (low > high) | ((low == high) & (low_open | high_open))
    return choose(empty, a, Bounds(low, high, low_open, high_open))


ANYTHING = Bounds(pl.lit(-math.inf), pl.lit(math.inf))


def _number(value: Decimal) -> pl.Expr:
    return pl.lit(float(value))


def _trimmed(number: pl.Expr) -> pl.Expr:
    return number.round_sig_figs(_DIGITS)


def _negated(a: Bounds) -> Bounds:
    return Bounds(-a.high, -a.low, a.high_open, a.low_open)


def _opened(a: Bounds, b: Bounds) -> tuple[pl.Expr, pl.Expr]:
    return a.low_open | b.low_open, a.high_open | b.high_open


def _sum(x: pl.Expr, y: pl.Expr, when_undefined: float) -> pl.Expr:
    added = (x + y).round(_DECIMALS)
    return pl.when(x.is_infinite() & y.is_infinite() & (x != y)).then(when_undefined).otherwise(added)


def _product(x: pl.Expr, y: pl.Expr) -> pl.Expr:
    return pl.when((x == 0) | (y == 0)).then(0.0).otherwise(_trimmed(x * y))


def _quotient(x: pl.Expr, y: pl.Expr) -> pl.Expr:
    return pl.when(y.is_infinite()).then(0.0).otherwise(_trimmed(x / y))


def _from_zero(a: Bounds, function: Callable[[pl.Expr], pl.Expr]) -> Bounds:
    found = Bounds(_trimmed(function(a.low)), _trimmed(function(a.high)))
    return choose(a.low < 0, ANYTHING, found)
