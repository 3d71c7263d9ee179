"""Paints a picture of plain shapes in the colours of the window, as wide as there is room."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from hepalith.figures.drawing import AnyShape, Area, Dot, Drawing, Label, Line, Tone
from hepalith.ui.colours import Theme
from hepalith.ui.fonts import em
from hepalith.ui.theme import theme_of

_UNITS_PER_EM = 12.5  # a line of the window's text is as high as a line of labels
_LEAST, _MOST = 150.0, 420.0  # width in units of the drawing

Maker = Callable[[float], Drawing]  # makes the drawing for a width in its units


class DrawingView(QWidget):
    """Shows a drawing. What it shows is also its accessible name and its tool tip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make: Maker | None = None
        self._height = 0.0
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_drawing(self, make: Maker) -> None:
        """Shows what `make` makes for the width that there is."""
        self._make = make
        drawing = make(_MOST)
        self._height = drawing.height
        self.setAccessibleName(drawing.alt)
        self.setToolTip(drawing.alt)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(_MOST * self._scale()), self.heightForWidth(0))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(_LEAST * self._scale()), self.heightForWidth(0))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: ARG002 : the height does not depend on it
        return round(self._height * self._scale())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self._make is None:
            return
        scale = self._scale()
        drawing = self._make(max(_LEAST, min(_MOST, self.width() / scale)))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(scale, scale)
        for shape in drawing.shapes:
            _paint(painter, shape, theme_of(self), drawing.width)

    def _scale(self) -> float:
        return em(self) / _UNITS_PER_EM


def _paint(painter: QPainter, shape: AnyShape, theme: Theme, width: float) -> None:
    match shape:
        case Line(places=places):
            painter.setPen(_pen(theme, shape.tone, shape.width, dashed=shape.dashed))
            painter.drawPolyline([QPointF(*place) for place in places])
        case Area(places=places):
            painter.setPen(_pen(theme, shape.outline, shape.width, dashed=shape.dashed))
            painter.setBrush(_colour(theme, shape.fill))
            painter.drawPolygon(QPolygonF([QPointF(*place) for place in places]))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        case Dot(at=at, radius=radius):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_colour(theme, shape.tone))
            painter.drawEllipse(QPointF(*at), radius, radius)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        case Label():
            _paint_label(painter, shape, theme, width)


def _paint_label(painter: QPainter, label: Label, theme: Theme, width: float) -> None:
    """A line of text; what would run out of the picture is cut short (the text alternative has all of it)."""
    font = QFont(painter.font())
    font.setPixelSize(round(label.size))
    font.setBold(label.bold)
    metrics = QFontMetricsF(font)
    x, y = label.at
    room = {"start": width - x, "middle": 2 * min(x, width - x), "end": x}[label.anchor]
    text = metrics.elidedText(label.text, Qt.TextElideMode.ElideRight, room)
    wide = metrics.horizontalAdvance(text)
    left = x - {"start": 0, "middle": wide / 2, "end": wide}[label.anchor]
    painter.setFont(font)
    painter.fillRect(QRectF(left, y - metrics.ascent() * 0.8, wide, metrics.ascent()), _ground(theme))
    painter.setPen(_colour(theme, label.tone))
    painter.drawText(QPointF(left, y), text)


def _ground(theme: Theme) -> QColor:
    """What keeps lines away from the words above them."""
    ground = QColor(theme.window)
    ground.setAlpha(190)
    return ground


def _pen(theme: Theme, tone: Tone, width: float, *, dashed: bool) -> QPen:
    if tone == "none" or not width:
        return QPen(Qt.PenStyle.NoPen)
    pen = QPen(_colour(theme, tone), width)
    if dashed:
        pen.setDashPattern([3 / max(width, 0.5), 2 / max(width, 0.5)])
    return pen


def _colour(theme: Theme, tone: Tone) -> QColor:
    named = {
        "ink": theme.accent[0],
        "text": theme.text,
        "soft": theme.muted,
        "grid": theme.border,
        "shade": theme.border,
        "paper": theme.surface,
    }
    if tone == "none":
        return QColor(Qt.GlobalColor.transparent)
    colour = QColor(named[tone])
    colour.setAlpha({"grid": 120, "shade": 95}.get(tone, 255))
    return colour
