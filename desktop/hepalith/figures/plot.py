"""Draws the course of a lesion: points with their error as a band, what each step is called, and what is due."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from hepalith.domain.words import unit_text
from hepalith.figures.course import Course, Measured, course_text, course_title
from hepalith.figures.drawing import AnyShape, Area, Dot, Drawing, Label, Line
from hepalith.i18n import _

WIDTH, HEIGHT = 300.0, 178.0
_LEFT, _TOP, _BOTTOM = 34.0, 22.0, 112.0  # of the plot
_MARGIN = 8.0  # at its right
_INSET = 30.0  # of the first and the last date, so that their labels fit
_ROWS = (124.0, 135.0, 146.0, 157.0, 168.0)  # baselines below the plot: date, modality, step, stage, step of the stage
_ROW = 11.0
_APART = 68.0  # labels that would stand closer are left to the text alternative
_LONGEST = 17  # signs of a label below the plot
_DUE_ROW = 172.0  # without a step of the stage


def draw_course(course: Course, lesion: str, width: float = WIDTH) -> Drawing:
    """The picture of a course. lesion: what the lesion is called."""
    return Drawing(
        title=course_title(course, lesion),
        alt=course_text(course, lesion),
        width=width,
        height=HEIGHT + _more(course),
        shapes=tuple(_Plot(course, width).shapes()),
    )


class _Plot:
    def __init__(self, course: Course, width: float) -> None:
        self._course = course
        self._right = width - _MARGIN
        days = [one.day for one in course.measured]
        if course.next:
            days += [day for day in (course.next.earliest, course.next.due, course.next.latest) if day]
        self._first, self._days = min(days), max((max(days) - min(days)).days, 1)
        highest = max(one.value + (one.error or 0) for one in course.measured)
        self._top = highest * Decimal("1.15") or Decimal(1)

    def shapes(self) -> Iterator[AnyShape]:
        yield from self._axes()
        yield from self._band()
        yield Line(places=tuple(self._at(one) for one in self._course.measured), width=1.4)
        for one in self._course.measured:
            yield Dot(at=self._at(one))
        yield from self._labels()
        yield from self._due()

    def _x(self, day: date) -> float:
        share = (day - self._first).days / self._days
        return _LEFT + _INSET + share * (self._right - _LEFT - 2 * _INSET)

    def _y(self, value: Decimal) -> float:
        return _BOTTOM - float(value / self._top) * (_BOTTOM - _TOP)

    def _at(self, one: Measured) -> tuple[float, float]:
        return (self._x(one.day), self._y(one.value))

    def _axes(self) -> Iterator[AnyShape]:
        for mark in _marks(self._top):
            y = self._y(mark)
            if mark:
                yield Line(places=((_LEFT, y), (self._right, y)), tone="grid", width=0.5)
            yield Label(at=(_LEFT - 4, y + 3), text=f"{mark.normalize():f}", anchor="end", tone="soft")
        yield Line(places=((_LEFT, _TOP), (_LEFT, _BOTTOM), (self._right, _BOTTOM)), tone="soft")
        yield Label(at=(_LEFT - 4, _TOP - 9), text=unit_text(self._course.unit), anchor="end", tone="soft")
        if any(one.error is not None for one in self._course.measured):
            note = _("grey: error of measurement")
            yield Label(at=(self._right, _TOP - 9), text=note, anchor="end", size=8, tone="soft")

    def _band(self) -> Iterator[AnyShape]:
        """The error of measurement: a band from each measurement to the next, where it is known at both."""
        for one, other in zip(self._course.measured, self._course.measured[1:], strict=False):
            if one.error is not None and other.error is not None:
                ends = ((one, one.error), (other, other.error))
                upper = [(self._x(part.day), self._y(part.value + error)) for part, error in ends]
                lower = [(self._x(part.day), self._y(max(part.value - error, Decimal(0)))) for part, error in ends]
                yield Area(places=(*upper, *reversed(lower)))

    def _labels(self) -> Iterator[AnyShape]:
        """Value, date, modality, step and stage of each measurement that has room: the last, the first, the others."""
        *others, last = self._course.measured
        taken: list[float] = []
        for one in (last, *others[:1], *reversed(others[1:])):
            x, y = self._at(one)
            if any(abs(x - place) < _APART for place in taken):
                continue
            taken.append(x)
            yield Label(at=(x, y - 8), text=one.entered, anchor="middle", bold=True)
            texts = (one.shown, one.modality, one.change, one.stage, one.stage_step)
            for row, text in zip(_ROWS, texts, strict=True):
                shown = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
                if text:
                    yield Label(at=(x, row), text=shown, anchor="middle", size=8.5)

    def _due(self) -> Iterator[AnyShape]:
        """The next examination on the same axis: a dashed line at the day, a bar for its window, its name below all."""
        planned = self._course.next
        if planned is None:
            return
        x = self._x(planned.due)
        yield Line(places=((x, _TOP), (x, _BOTTOM)), tone="soft", dashed=True)
        if planned.earliest and planned.latest:
            bar = ((self._x(planned.earliest), _BOTTOM), (self._x(planned.latest), _BOTTOM))
            yield Line(places=bar, width=3.0)
        shape = _("{test} missed, was due {due}") if planned.missed else _("{test} due {due}")
        text = shape.format(test=planned.test, due=planned.due)
        yield Label(at=(self._right, _DUE_ROW + _more(self._course)), text=text, anchor="end")


def _more(course: Course) -> float:
    """The room below for the row of the steps of the stage, which few courses have."""
    return _ROW if any(one.stage_step for one in course.measured) else 0.0


def _marks(top: Decimal) -> list[Decimal]:
    """Zero and two to four round values below the top of the axis."""
    size = Decimal(10) ** top.adjusted()
    shares = (Decimal("0.2"), Decimal("0.5"), Decimal(1), Decimal(2), Decimal(5))
    step = next(size * share for share in shares if top / (size * share) < 5)
    return [step * number for number in range(int(top / step) + 1)]
