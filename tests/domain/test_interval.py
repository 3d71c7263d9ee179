"""Numbers with bounds: comparisons are exact at the boundary, results are never too narrow."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepalith.domain import interval as iv
from hepalith.domain.interval import ANYTHING, INFINITY, Interval, point
from hepalith.domain.truth import Truth

T, U, F = Truth.TRUE, Truth.UNKNOWN, Truth.FALSE


def between(low: str, high: str, *, low_open: bool = False, high_open: bool = False) -> Interval:
    return Interval(Decimal(low), Decimal(high), low_open, high_open)


@pytest.mark.parametrize(
    ("a", "b", "less", "less_or_equal", "equal"),
    [
        (point(4), point(5), T, T, F),
        (point(5), point(5), F, T, T),
        (point(6), point(5), F, F, F),
        (between("0", "5"), point(5), U, T, U),
        (between("0", "5", high_open=True), point(5), T, T, F),
        (between("5", "9"), point(5), F, U, U),
        (between("5", "9", low_open=True), point(5), F, F, F),
        (ANYTHING, point(5), U, U, U),
        (between("1", "2"), between("3", "4"), T, T, F),
    ],
)
def test_comparisons_on_each_side_of_the_boundary(
    a: Interval, b: Interval, less: Truth, less_or_equal: Truth, equal: Truth
) -> None:
    assert iv.less(a, b) is less
    assert iv.less_or_equal(a, b) is less_or_equal
    assert iv.equal(a, b) is equal


def test_converted_thresholds_are_equal_exactly() -> None:
    entered = Decimal("4.0") * Decimal("17.104")
    assert iv.less(point(Decimal("4.0") * Decimal("17.104")), point(entered)) is F
    assert iv.less(point(entered), point(Decimal("68.416"))) is F


def test_dividing_by_what_may_be_zero_says_nothing() -> None:
    assert iv.divide(point(1), between("-1", "1")) == ANYTHING
    assert iv.divide(point(1), between("0", "1")) == ANYTHING


def test_logarithms_of_what_cannot_be_are_unbounded() -> None:
    assert iv.natural_log(point(0)).low == -INFINITY
    assert iv.natural_log(between("0", "1")).high == 0
    assert iv.exponential(ANYTHING) == Interval(Decimal(0), INFINITY)
    assert iv.square_root(point(9)) == point(3)


def test_what_no_number_is_the_result_of_is_not_known() -> None:
    for undefined in (iv.natural_log(point(-1)), iv.log10(between("-1", "5")), iv.square_root(between("-1", "4"))):
        assert undefined == ANYTHING
    assert not iv.natural_log(point(0)).is_point
    assert not iv.exponential(point(1000)).is_point
    assert iv.less(point(1000), iv.exponential(point(1000))) is T


def test_rounding_is_half_up_as_people_round() -> None:
    assert iv.rounded(point("2.5"), 0) == point(3)
    assert iv.rounded(point("38.05"), 1) == point("38.1")


def test_two_ways_to_one_number_narrow_it_or_leave_both_open() -> None:
    assert iv.agreed(between("0", "200"), point(80)) == point(80)
    assert iv.agreed(between("10", "40"), between("30", "90")) == between("30", "40")
    assert iv.agreed(point(25), point(80)) == between("25", "80")
    assert iv.agreed(point(25), point(25)) == point(25)


numbers = st.decimals(min_value=-100, max_value=100, places=1)


@st.composite
def intervals(draw: st.DrawFn) -> tuple[Interval, Decimal]:
    low, inside, high = sorted(draw(st.tuples(numbers, numbers, numbers)))
    return Interval(low, high), inside


@given(intervals(), intervals())
def test_results_hold_every_result_of_what_is_inside(
    first: tuple[Interval, Decimal], second: tuple[Interval, Decimal]
) -> None:
    (a, x), (b, y) = first, second
    results = [(iv.add(a, b), x + y), (iv.subtract(a, b), x - y), (iv.multiply(a, b), x * y), (iv.absolute(a), abs(x))]
    results += [(iv.minimum([a, b]), min(x, y)), (iv.maximum([a, b]), max(x, y)), (iv.hull([a, b]), x)]
    if y != 0:
        results.append((iv.divide(a, b), x / y))
    for interval, inside in results:
        assert interval.low <= inside <= interval.high
    if iv.less(a, b) is T:
        assert x < y
    if iv.less(a, b) is F:
        assert x >= y


def test_the_size_of_a_number_around_zero_reaches_down_to_zero() -> None:
    assert iv.absolute(Interval(Decimal("-0.5"), Decimal(2))) == Interval(Decimal(0), Decimal(2))
    assert iv.absolute(Interval(Decimal(-3), Decimal("0.5"))) == Interval(Decimal(0), Decimal(3))
    assert iv.absolute(Interval(Decimal(0), Decimal(2), low_open=True)) == Interval(
        Decimal(0), Decimal(2), low_open=True
    )
    assert iv.absolute(Interval(Decimal(-2), Decimal(0))) == Interval(Decimal(0), Decimal(2))


def test_a_power_is_written_down_up_to_the_largest() -> None:
    assert iv.exponential(point(700)).high.is_finite()
    assert not iv.exponential(point("700.1")).high.is_finite()
    assert iv.exponential(point("700.1")).low == iv.exponential(point(700)).low
    assert iv.exponential(point(700)).low > iv.exponential(point("699.9")).low


def test_the_decimal_logarithm_of_less_than_one_is_negative() -> None:
    assert iv.log10(point("0.1")) == point(-1)


@pytest.mark.parametrize(
    ("a", "b", "both", "either"),
    [
        (between("0", "5"), between("3", "9"), between("3", "5"), between("0", "9")),
        (between("0", "5"), between("5", "9"), point(5), between("0", "9")),
        (between("0", "5", high_open=True), between("3", "9"), between("3", "5", high_open=True), between("0", "9")),
        (between("0", "5", low_open=True), between("0", "9"), between("0", "5", low_open=True), between("0", "9")),
        (between("0", "5", high_open=True), between("0", "5"), between("0", "5", high_open=True), between("0", "5")),
        (between("0", "1", low_open=True), between("5", "6"), None, between("0", "6", low_open=True)),
        (between("0", "1"), between("5", "6", high_open=True), None, between("0", "6", high_open=True)),
        (between("0", "5", high_open=True), between("5", "9"), None, between("0", "9")),
        (between("0", "5"), between("5", "9", low_open=True), None, between("0", "9")),
        (between("0", "2"), between("3", "4"), None, between("0", "4")),
    ],
)
def test_what_both_allow_and_what_holds_both(a: Interval, b: Interval, both: Interval | None, either: Interval) -> None:
    """An end is left out only where both leave it out; what excludes the other stays as it was."""
    assert (iv.intersect(a, b), iv.intersect(b, a)) == ((a, b) if both is None else (both, both))
    assert iv.hull([a, b]) == iv.hull([b, a]) == either


def test_an_end_that_one_part_leaves_out_is_not_reached_by_the_sum() -> None:
    for flags in ({"low_open": True}, {"high_open": True}):
        open_ended = between("1", "2", **flags)
        assert (
            iv.add(open_ended, between("3", "4")) == iv.add(between("3", "4"), open_ended) == between("4", "6", **flags)
        )
    assert iv.subtract(point(9), between("1", "2", low_open=True)) == between("7", "8", high_open=True)


@pytest.mark.parametrize(
    ("a", "b", "product"),
    [
        (point(0), ANYTHING, point(0)),
        (ANYTHING, point(0), point(0)),
        (ANYTHING, point(2), ANYTHING),
        (point(1), point(5), point(5)),
        (point(-1), point(5), point(-5)),
        (point(5), point(1), point(5)),
        (point(5), point(-1), point(-5)),
        (between("-2", "3"), between("-5", "7"), between("-15", "21")),
        (between("-0.5", "3"), between("2", "4"), between("-2", "12")),
        (between("2", "4"), between("-0.5", "3"), between("-2", "12")),
    ],
)
def test_products(a: Interval, b: Interval, product: Interval) -> None:
    assert iv.multiply(a, b) == product


@pytest.mark.parametrize(
    ("a", "b", "quotient"),
    [
        (point(6), between("-2", "0"), ANYTHING),
        (point(6), between("0", "0.5"), ANYTHING),
        (point(6), between("1", "2"), between("3", "6")),
        (point(6), between("-2", "-1"), between("-6", "-3")),
        (point(6), Interval(Decimal(2), INFINITY), between("0", "3")),
        (ANYTHING, Interval(Decimal(2), INFINITY), ANYTHING),
    ],
)
def test_quotients(a: Interval, b: Interval, quotient: Interval) -> None:
    assert iv.divide(a, b) == quotient


def test_beyond_all_numbers_nothing_can_be_told_apart() -> None:
    below, above = Interval(-INFINITY, -INFINITY), Interval(INFINITY, INFINITY)
    assert iv.add(below, above) == ANYTHING
    assert iv.add(above, point(1)) == iv.add(point(1), above) == above
    assert iv.add(point(5), point(-5)) == point(0)


def test_what_is_unbounded_stays_so() -> None:
    above = Interval(INFINITY, INFINITY)
    assert iv.rounded(ANYTHING, 0) == ANYTHING
    assert iv.rounded(above, 0) == above
    assert iv.exponential(Interval(-INFINITY, -INFINITY)) == point(0)
    assert iv.log10(Interval(Decimal(0), INFINITY)) == ANYTHING
    assert iv.log10(between("0", "100")) == Interval(-INFINITY, Decimal(2))


def test_the_size_of_what_is_negative() -> None:
    assert iv.absolute(between("-2", "-0.5")) == between("0.5", "2")
    assert iv.absolute(between("-2", "0", high_open=True)) == between("0", "2", low_open=True)
