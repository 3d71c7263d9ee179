"""Icons as SVG, drawn in the colour of the text around them."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

from hepalith.resources import resource

_PIXELS = 64


def icon(name: str, widget: QWidget) -> QIcon:
    """The icon in the text colour of the widget."""
    return QIcon(pixmap(name, widget.palette().windowText().color().name()))


@lru_cache(maxsize=256)
def pixmap(name: str, colour: str, pixels: int = _PIXELS) -> QPixmap:
    """The icon as a picture of one colour."""
    svg = _svg(name).replace("currentColor", colour)
    made = QPixmap(pixels, pixels)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    return made


@lru_cache(maxsize=64)
def _svg(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text(encoding="utf-8")
