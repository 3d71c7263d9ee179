"""Bounds in columns are those of the intervals of one number."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("polars", reason="Polars, the extra cohort, is not installed")

import polars as pl

from hepalith.cohort import bounds
from hepalith.cohort.bounds import Bounds, constant
from hepalith.decision import arithmetic
from hepalith.domain import interval as numbers
from hepalith.domain.interval import INFINITY, Interval
from hepalith.domain.truth import Truth

DECIMALS = st.sampled_from(["-40", "-1.5", "-0.1", "0", "0.1", "0.285", "0.7", "1", "2.5", "24.5", "35", "68.416"])
ENDS = DECIMALS.map(Decimal)
TRUTHS = {True: Truth.TRUE, False: Truth.FALSE, None: Truth.UNKNOWN}
OPERATIONS: dict[str, tuple[Callable[..., Bounds], Callable[..., Interval], int]] = {
    **{sign: (bounds.OPERATORS[sign], arithmetic.OPERATORS[sign], 2) for sign in "+-*/"},
    **{name: (bounds.FUNCTIONS[name], arithmetic.FUNCTIONS[name], 2) for name in ("min", "max", "agreed")},
    **{name: (bounds.FUNCTIONS[name], arithmetic.FUNCTIONS[name], 1) for name in ("abs", "ln", "log10", "sqrt", "exp")},
    "round": (lambda a: bounds.rounded(a, 1), lambda a: numbers.rounded(a, 1), 1),
    "hull": (lambda a, b: bounds.hull([(bounds.YES, a), (bounds.YES, b)]), lambda a, b: numbers.hull([a, b]), 2),
    "intersect": (bounds.intersect, numbers.intersect, 2),
}


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    """Known numbers, closed and open stretches, with and without ends."""
    low, high = sorted((draw(ENDS), draw(ENDS)))
    if low == high:
        return Interval(low, high)
    low_open, high_open = draw(st.booleans()), draw(st.booleans())
    match draw(st.integers(0, 4)):
        case 0:
            return Interval(-INFINITY, high, high_open=high_open)
        case 1:
            return Interval(low, INFINITY, low_open=low_open)
    return Interval(low, high, low_open, high_open)


@pytest.mark.parametrize("name", OPERATIONS)
@given(intervals(), intervals())
def test_an_operation_gives_the_bounds_of_the_intervals(name: str, a: Interval, b: Interval) -> None:
    over_columns, over_intervals, count = OPERATIONS[name]
    arguments = (a, b)[:count]
    wanted = over_intervals(*arguments)
    made = over_columns(*(constant(one) for one in arguments))
    got = row(dict(zip(Interval.__struct_fields__, made, strict=True)))
    assert got["low"] == pytest.approx(float(wanted.low), rel=1e-12, abs=1e-12)
    assert got["high"] == pytest.approx(float(wanted.high), rel=1e-12, abs=1e-12)
    assert (got["low_open"], got["high_open"]) == (wanted.low_open, wanted.high_open)


@pytest.mark.parametrize("sign", bounds.COMPARISONS)
@given(intervals(), intervals())
def test_a_comparison_has_the_truth_of_the_intervals(sign: str, a: Interval, b: Interval) -> None:
    found = row({"truth": bounds.COMPARISONS[sign](constant(a), constant(b))})["truth"]
    assert TRUTHS[found] is arithmetic.COMPARISONS[sign](a, b)


@pytest.mark.parametrize(
    ("made", "threshold"),
    [
        (lambda: bounds.multiply(number("0.7"), number("35")), "24.5"),
        (lambda: bounds.add(number("0.1"), number("0.2")), "0.3"),
        (lambda: bounds.subtract(number("100.1"), number("100")), "0.1"),
        (lambda: bounds.divide(number("68.416"), number("17.104")), "4"),
        (lambda: bounds.rounded(number("0.285"), 2), "0.29"),
    ],
)
def test_a_threshold_that_is_met_exactly_in_decimals_is_met(made: Callable[[], Bounds], threshold: str) -> None:
    assert row({"met": bounds.COMPARISONS["=="](made(), number(threshold))})["met"] is True


def number(text: str) -> Bounds:
    return constant(Decimal(text))


def row(expressions: dict[str, pl.Expr]) -> dict[str, Any]:
    """The values of expressions, in a frame of one row."""
    return pl.DataFrame({"one": [0]}).select(**expressions).row(0, named=True)
