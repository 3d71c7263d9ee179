"""The follow-up as calendar entries (iCalendar, RFC 5545). Nothing of the patient is in it."""

from datetime import UTC, date, datetime, timedelta

from hepalith.i18n import _
from hepalith.note.content import NoteContent, PlannedPart
from hepalith.note.printable import printable

_LINE = 73  # octets of a line, without the line end and the space of a folded one


def calendar(content: NoteContent, at: datetime) -> str:
    """One all-day entry for each dated test that is followed. What was planned without a date has none."""
    legend = content.provenance.translation.legend
    stamp = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Hepalith//Note//EN", "CALSCALE:GREGORIAN"]
    for number, step in enumerate((step for step in content.follow_up if step.is_to_come), 1):
        lines += _event(step, f"{content.header.note_id}-{number}@hepalith", stamp, content.header.note_id, legend)
    return "".join(_folded(line) + "\r\n" for line in [*lines, "END:VCALENDAR"])


def _event(step: PlannedPart, uid: str, stamp: str, note: str, legend: str) -> list[str]:
    day = date.fromisoformat(step.due)
    window = (
        _("Not before {earliest}, not after {latest}.").format(earliest=step.earliest, latest=step.latest)
        if step.window
        else ""
    )
    source = _("See note {note}, {advice}.").format(note=note, advice=step.recommendation)
    return [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{stamp}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(_('Follow-up: {test}').format(test=step.test))}",
        f"DESCRIPTION:{_escaped(' '.join(part for part in (window, source, legend) if part))}",
        "CLASS:CONFIDENTIAL",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    text = printable(text)
    for sign, shown in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(sign, shown)
    return text


def _folded(line: str) -> str:
    parts, part = [], ""
    for sign in line:
        if len((part + sign).encode()) > _LINE:
            parts.append(part)
            part = ""
        part += sign
    return "\r\n ".join([*parts, part])
