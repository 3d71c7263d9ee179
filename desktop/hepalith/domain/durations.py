"""Durations and dates of limited precision. Calendar arithmetic is dateutil's; nothing here reads a clock."""

import re
from calendar import monthrange
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from hepalith.domain.errors import InvalidValueError
from hepalith.i18n import _, plural

if TYPE_CHECKING:
    from dateutil.relativedelta import relativedelta

_DURATION = re.compile(r"([+-]?)\s*(\d+)\s*(hour|day|week|month|year)s?")
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_YEARS = range(1850, 2200)


class DateRange(msgspec.Struct, frozen=True):
    """A date known to the day (first == last), the month or the year."""

    first: date
    last: date


def parse_duration(text: str) -> "relativedelta":
    """ "6 months", "-2 weeks", "72 hours" as calendar duration. Raises InvalidValueError."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise InvalidValueError(f'"{text}" is not a duration; write for example "6 months", "2 weeks" or "72 hours"')
    from dateutil.relativedelta import relativedelta  # a window opens without it

    sign, count, unit = found.groups()
    return relativedelta(**{f"{unit}s": int(sign + count)})  # type: ignore[arg-type]


def duration_text(text: str) -> str:
    """A duration in the user's language; what is none stays as it is written."""
    found = _DURATION.fullmatch(text.strip())
    if found is None or found[1]:
        return text
    count = int(found[2])
    match found[3]:
        case "hour":
            return plural("{count} hour", "{count} hours", count)
        case "day":
            return plural("{count} day", "{count} days", count)
        case "week":
            return plural("{count} week", "{count} weeks", count)
        case "month":
            return plural("{count} month", "{count} months", count)
    return plural("{count} year", "{count} years", count)


@lru_cache(maxsize=2000)
def parse_date(text: str) -> DateRange:
    """An ISO date of day, month or year precision.

    Raises InvalidValueError with the reason, also for a year in which nobody who is treated now was alive, or will be.
    """
    found = _ISO.fullmatch(text.strip())
    if found is None:
        raise _no_date(text)
    year, month, day = found.groups()
    if int(year) not in _YEARS:
        raise InvalidValueError(
            _('"{text}" is no date of a patient; write 2026-05-20, 2026-05 or 2026.').format(text=text)
        )
    try:
        if day:
            exact = date(int(year), int(month), int(day))
            return DateRange(exact, exact)
        if month:
            return DateRange(
                date(int(year), int(month), 1), date(int(year), int(month), monthrange(int(year), int(month))[1])
            )
        return DateRange(date(int(year), 1, 1), date(int(year), 12, 31))
    except ValueError:
        raise _no_date(text) from None


def _no_date(text: str) -> InvalidValueError:
    return InvalidValueError(_('"{text}" is not a date; write 2026-05-20, 2026-05 or 2026.').format(text=text))


def months_between(start: date, end: date) -> Decimal:
    """Calendar months from start to end, with the begun month as a fraction: 24 on the same day two years later."""
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    begun = _months_later(start, months)
    if begun > end:
        months -= 1
        begun = _months_later(start, months)
    length = (_months_later(start, months + 1) - begun).days
    return Decimal(months) + Decimal((end - begun).days) / Decimal(length)


def _months_later(day: date, months: int) -> date:
    """As dateutil does it, but several times faster: the same day, or the last of a month that is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        return date(year, month + 1, monthrange(year, month + 1)[1])
