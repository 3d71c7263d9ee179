"""Dates of limited precision, durations and calendar months."""

from datetime import date
from decimal import Decimal

import pytest

from hepalith.domain.durations import DateRange, duration_text, months_between, parse_date, parse_duration
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


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-02-30", "20.05.2026", "", "today", "0000", "0001-01-01", "9999-12-31", "２０２６-01"]
)
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
        (date(2026, 7, 1), date(2026, 7, 1), "0"),
    ],
)
def test_whole_calendar_months(start: date, end: date, months: str) -> None:
    assert months_between(start, end) == Decimal(months)


@pytest.mark.parametrize(
    ("start", "end", "whole", "days", "length"),
    [
        (date(2026, 1, 1), date(2026, 7, 4), 6, 3, 31),  # July has 31 days
        (date(2026, 1, 15), date(2026, 2, 10), 0, 26, 31),  # from 15 January to 15 February
        (date(2025, 12, 20), date(2026, 2, 19), 1, 30, 31),
    ],
)
def test_a_begun_month_counts_as_a_fraction(start: date, end: date, whole: int, days: int, length: int) -> None:
    assert months_between(start, end) == whole + Decimal(days) / Decimal(length)


def test_durations_are_calendar_durations() -> None:
    assert date(2026, 8, 31) + parse_duration("6 months") == date(2027, 2, 28)
    assert date(2026, 5, 20) + parse_duration("-2 weeks") == date(2026, 5, 6)
    with pytest.raises(InvalidValueError, match="6 months"):
        parse_duration("half a year")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("1 hour", "1 hour"),
        ("72 hour", "72 hours"),
        ("1 days", "1 day"),
        ("2 week", "2 weeks"),
        (" 6 month ", "6 months"),
        ("1 years", "1 year"),
        ("-2 week", "-2 week"),
        ("+1 months", "+1 months"),
        ("half a year", "half a year"),
    ],
)
def test_a_duration_is_said_in_the_number_of_its_unit(written: str, shown: str) -> None:
    """What has a sign is no duration that anyone is told, and stays as it is written, as does what is none."""
    assert duration_text(written) == shown
