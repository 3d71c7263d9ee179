"""Numbers over lesions and dates: what is not listed, or known only to the month, widens the result."""

from datetime import date
from decimal import Decimal

import pytest

from hepalith.decision.arithmetic import (
    COMPARISONS,
    FUNCTIONS,
    counted,
    counted_lesions,
    elapsed,
    has_unlisted,
    over_lesions,
    within,
)
from hepalith.domain.durations import DateRange, months_between, parse_date
from hepalith.domain.interval import ANYTHING, INFINITY, Interval, point
from hepalith.domain.truth import Truth

T, U, F = Truth.TRUE, Truth.UNKNOWN, Truth.FALSE


def between(low: int, high: int, *, low_open: bool = False) -> Interval:
    return Interval(Decimal(low), Decimal(high), low_open)


def test_what_is_open_counts_as_perhaps() -> None:
    assert counted(T, U, F, T) == between(2, 3)
    assert counted() == point(0)


@pytest.mark.parametrize(
    ("count", "truths", "expected"),
    [
        (point(2), (T, U), between(1, 2)),
        (point(5), (T, U), between(1, 5)),  # three more, of which nothing is known
        (between(2, 9), (T, F), point(1)),  # those that are listed may well be all
        (between(3, 9), (T, F), between(1, 8)),
        (between(0, 1), (), between(0, 1)),
        (point(0), (), point(0)),
        (point(0), (T,), point(1)),
    ],
)
def test_lesions_that_are_not_listed_may_be_so_too(
    count: Interval, truths: tuple[Truth, ...], expected: Interval
) -> None:
    assert counted_lesions(count, *truths) == expected


def test_where_none_is_listed_one_may_exist_unless_there_is_none() -> None:
    assert has_unlisted(between(0, 1), 0)
    assert not has_unlisted(point(0), 0)
    assert not has_unlisted(between(0, 1), 1)


@pytest.mark.parametrize(
    ("how", "count", "parts", "expected"),
    [
        ("largest", point(2), (point(5), point(7)), point(7)),
        ("sum", point(2), (point(5), between(7, 9)), between(12, 14)),
        ("largest", point(3), (point(5), point(7)), Interval(Decimal(7), INFINITY)),
        ("sum", point(3), (point(5), between(7, 9)), Interval(Decimal(12), INFINITY)),
        ("sum", point(0), (), Interval(Decimal(0), INFINITY)),
    ],
)
def test_a_number_over_lesions_is_at_least_that_of_the_listed(
    how: str, count: Interval, parts: tuple[Interval, ...], expected: Interval
) -> None:
    assert over_lesions(how, count, *parts) == expected


def day(text: str) -> DateRange:
    return parse_date(text)


def test_the_time_between_dates_is_as_exact_as_they_are() -> None:
    assert elapsed("days", day("2026-05-01"), day("2026-05-11")) == point(10)
    assert elapsed("days", day("2026-05"), day("2026-06-10")) == between(10, 40)
    assert elapsed("days", day("2026-05-01"), day("2026-06")) == between(31, 60)
    assert elapsed("months", day("2024-05-20"), day("2026-05-20")) == point(24)
    first, last, end = date(2026, 1, 1), date(2026, 1, 31), date(2026, 7, 1)
    assert elapsed("months", day("2026-01"), day("2026-07-01")) == Interval(months_between(last, end), Decimal(6))
    assert elapsed("months", day("2026-01-01"), day("2026-07")) == Interval(
        Decimal(6), months_between(first, date(2026, 7, 31))
    )


def test_from_or_to_no_known_date_any_time_may_have_passed() -> None:
    for unit in ("days", "months"):
        assert elapsed(unit, None, day("2026")) == elapsed(unit, day("2026"), None) == ANYTHING


@pytest.mark.parametrize(
    ("result", "limited"),
    [
        (between(2, 4), between(2, 4)),
        (ANYTHING, between(0, 5)),
        (between(-1, 3), between(0, 3)),
        (between(0, 5, low_open=True), between(0, 5, low_open=True)),
        (between(7, 8), between(7, 8)),  # what was computed wins over a limit that it cannot keep
    ],
)
def test_a_result_lies_within_what_it_can_be(result: Interval, limited: Interval) -> None:
    assert within(result, (Decimal(0), Decimal(5))) == limited
    assert within(result, None) == result


def test_functions_and_comparisons_by_name() -> None:
    assert FUNCTIONS["round"](point("2.345"), point(2)) == point("2.35")
    assert (FUNCTIONS["min"](point(1), point(2)), FUNCTIONS["max"](point(1), point(2))) == (point(1), point(2))
    results = {sign: [compare(point(one), point(5)) for one in (4, 5, 6)] for sign, compare in COMPARISONS.items()}
    assert results == {
        "<": [T, F, F],
        "<=": [T, T, F],
        ">": [F, F, T],
        ">=": [F, T, T],
        "==": [F, T, F],
        "!=": [T, F, T],
    }
