"""Small vector pictures for the note: a lesion's size over time. Drawn here as SVG, in black and white."""

from datetime import date
from decimal import Decimal, InvalidOperation
from html import escape

import msgspec

from hepalith.domain.case import Case, NumberValue, Observation
from hepalith.domain.durations import parse_date
from hepalith.domain.errors import InvalidValueError
from hepalith.domain.words import unit_text
from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.model import Finding
from hepalith.note.content import FigurePart
from hepalith.note.words import CaseWords, with_unit

_WIDTH, _HEIGHT = 300, 140
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 24, 18, 30


class _Point(msgspec.Struct, frozen=True):
    day: date
    shown: str  # the date as entered
    value: Decimal  # in the canonical unit
    entered: str


def figures_of(case: Case, knowledge: Knowledge, words: CaseWords) -> tuple[FigurePart, ...]:
    """A plot for each measure of a lesion that was taken at two or more dates."""
    found = []
    for lesion in case.lesions:
        for finding in knowledge.findings.values():
            if finding.type == "number" and finding.subject == "lesion":
                points = _points(case.of(finding.id, lesion.id), finding, words)
                if len({point.day for point in points}) > 1:
                    found.append(_plot(finding, words.subject(lesion.id), points))
    return tuple(found)


def _points(observations: tuple[Observation, ...], finding: Finding, words: CaseWords) -> list[_Point]:
    points = [point for o in observations if (point := _point(o, finding, words)) is not None]
    return sorted(points, key=lambda point: point.day)


def _point(observation: Observation, finding: Finding, words: CaseWords) -> _Point | None:
    value = observation.value
    text = words.study_date(observation)
    if not isinstance(value, NumberValue) or value.comparator or not text:
        return None
    scale = finding.scale(value.unit)
    try:
        number = Decimal(value.number)
        day = parse_date(text).first
    except (InvalidOperation, InvalidValueError):
        return None
    if scale is None or not number.is_finite():
        return None
    return _Point(day, text, (number + scale.offset) * scale.factor, with_unit(value.number, value.unit))


def _plot(finding: Finding, subject: str, points: list[_Point]) -> FigurePart:
    title = _("{finding} of {lesion} over time").format(finding=finding.label, lesion=subject)
    alt = f"{title}: " + "; ".join(f"{point.shown} {point.entered}" for point in points)
    first, last = points[0].day, points[-1].day
    top = max(point.value for point in points) * Decimal("1.25") or Decimal(1)
    span = Decimal((last - first).days)

    def x(point: _Point) -> float:
        return float(_LEFT + 20 + Decimal((point.day - first).days) / span * (_WIDTH - _LEFT - _RIGHT - 40))

    def y(value: Decimal) -> float:
        return float(_HEIGHT - _BOTTOM - value / top * (_HEIGHT - _TOP - _BOTTOM))

    base = y(Decimal(0))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">',
        f"<title>{escape(alt)}</title>",
        f'<path d="M{_LEFT} {_TOP}V{base:.1f}H{_WIDTH - _RIGHT}" fill="none" stroke="#444" stroke-width="0.8"/>',
    ]
    for mark in _marks(top):
        parts.append(f'<path d="M{_LEFT} {y(mark):.1f}H{_WIDTH - _RIGHT}" stroke="#ccc" stroke-width="0.5"/>')
        parts.append(_text(_LEFT - 5, y(mark) + 3, f"{mark.normalize():f}", "end"))
    parts.append(_text(_LEFT - 5, base + 3, "0", "end"))
    parts.append(_text(_LEFT - 5, _TOP - 8, unit_text(finding.unit), "end"))
    line = " ".join(f"{x(point):.1f},{y(point.value):.1f}" for point in points)
    parts.append(f'<polyline points="{line}" fill="none" stroke="#12414d" stroke-width="1.4"/>')
    room = -1000.0
    for point in points:
        parts.append(f'<circle cx="{x(point):.1f}" cy="{y(point.value):.1f}" r="3" fill="#12414d"/>')
        parts.append(_text(x(point), y(point.value) - 7, point.entered, "middle"))
        if x(point) - room > 58:  # dates that would run into each other are left to the text alternative
            parts.append(_text(x(point), base + 13, point.shown, "middle"))
            room = x(point)
    parts.append("</svg>")
    return FigurePart(title=title, svg="".join(parts), alt=alt)


def _marks(top: Decimal) -> list[Decimal]:
    """Two to four round values below the top of the axis."""
    size = Decimal(10) ** top.adjusted()
    step = next(
        size * part
        for part in (Decimal("0.2"), Decimal("0.5"), Decimal(1), Decimal(2), Decimal(5))
        if top / (size * part) < 5
    )
    return [step * number for number in range(1, int(top / step) + 1)]


def _text(x: float, y: float, text: str, anchor: str) -> str:
    look = 'font-family="Noto Sans" font-size="9.5" fill="#222" stroke="#fff" stroke-width="3" paint-order="stroke"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {look} text-anchor="{anchor}">{escape(text)}</text>'
