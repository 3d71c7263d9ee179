"""Icons and pictures as SVG, drawn in the colour of the text around them."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

from hepalith.figures.pictures import picture
from hepalith.resources import resource

_PIXELS = 64  # more than the largest icon has, at 200 % text


def icon(name: str, widget: QWidget) -> QIcon:
    """The icon in the text colour of the widget, fine enough for the finest screen there is."""
    ratio = max(screen.devicePixelRatio() for screen in QGuiApplication.screens())
    pixels = round(_PIXELS * max(1, ratio))
    return QIcon(_drawn(_svg(name), widget.palette().windowText().color().name(), pixels, pixels))


def sign_pixmap(name: str, colour: str, side: int, ratio: float) -> QPixmap:
    """An icon as a picture of one colour, as sharp as a screen of this device pixel ratio can show it."""
    return _drawn(_svg(name), colour, side, side, ratio)


def picture_pixmap(name: str, colour: str, extent: QSize, ratio: float) -> QPixmap:
    """A picture of the dictionary in one colour, as sharp as a screen of this device pixel ratio can show it."""
    return _drawn(picture(name).svg, colour, extent.width(), extent.height(), ratio)


@lru_cache(maxsize=512)
def _drawn(svg: str, colour: str, width: int, height: int, ratio: float = 1.0) -> QPixmap:
    made = QPixmap(round(width * ratio), round(height * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    QSvgRenderer(QByteArray(svg.replace("currentColor", colour).encode())).render(painter, QRectF(0, 0, width, height))
    painter.end()
    return made


@lru_cache(maxsize=64)
def _svg(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text(encoding="utf-8")
