"""Dates of limited precision, durations and calendar months."""

from datetime import date
from decimal import Decimal

import pytest

from hepalith.domain.durations import DateRange, months_between, parse_date, parse_duration
from hepalith.domain.errors import InvalidValueError


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-05-20", date(2026, 5, 20), date(2026, 5, 20)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_date_is_as_precise_as_it_was_given(text: str, first: date, last: date) -> None:
    assert parse_date(text) == DateRange(first, last)


@pytest.mark.parametrize("text", ["2026-13", "2026-02-30", "20.05.2026", "", "today", "0000"])
def test_what_is_no_date_is_refused_with_the_form_that_works(text: str) -> None:
    with pytest.raises(InvalidValueError, match="2026-05-20"):
        parse_date(text)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2024, 5, 20), date(2026, 5, 20), "24"),
        (date(2024, 1, 31), date(2024, 2, 29), "1"),
        (date(2026, 1, 1), date(2026, 7, 1), "6"),
        (date(2026, 7, 1), date(2026, 1, 1), "-6"),
    ],
)
def test_whole_calendar_months(start: date, end: date, months: str) -> None:
    assert months_between(start, end) == Decimal(months)


def test_a_begun_month_counts_as_a_fraction() -> None:
    assert Decimal(6) < months_between(date(2026, 1, 1), date(2026, 7, 4)) < Decimal(7)


def test_durations_are_calendar_durations() -> None:
    assert date(2026, 8, 31) + parse_duration("6 months") == date(2027, 2, 28)
    assert date(2026, 5, 20) + parse_duration("-2 weeks") == date(2026, 5, 6)
    with pytest.raises(InvalidValueError, match="6 months"):
        parse_duration("half a year")
