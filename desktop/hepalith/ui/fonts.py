"""The fonts that come with the program, so that it looks the same everywhere and no sign is missing."""

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from hepalith.resources import resource
from hepalith.ui.headings import Heading
from hepalith.ui.text_label import TextLabel

FAMILIES = ("Noto Sans", "Noto Sans Math", "Noto Sans Symbols2", "Noto Sans CJK SC")
NORMAL_PIXELS = 13
SIZES = (100, 125, 150, 200)  # per cent


def load_fonts() -> None:
    """Makes the bundled fonts known to Qt, once."""
    if FAMILIES[-1] in QFontDatabase.families():
        return
    for path in sorted(resource("fonts").iterdir()):
        if path.suffix in {".ttf", ".otf"}:
            QFontDatabase.addApplicationFont(str(path))


def apply_text_size(app: QApplication, percent: int) -> None:
    """Sets the text size of the whole program."""
    font = QFont(list(FAMILIES))
    font.setPixelSize(round(NORMAL_PIXELS * percent / 100))
    app.setFont(font)
    for widget in app.allWidgets():
        if isinstance(widget, Heading):
            widget.follow_text_size()


def embolden(widget: QWidget) -> None:
    """Bold text; the size keeps following the program's."""
    font = QFont()
    font.setBold(True)
    widget.setFont(font)


def slant(widget: QWidget) -> None:
    """Italic text; the size keeps following the program's."""
    font = QFont()
    font.setItalic(True)
    widget.setFont(font)


def em(widget: QWidget) -> int:
    """The height of the widget's text in pixels; all distances are made of it, so that they grow with the text."""
    return widget.fontMetrics().height()


def plain_label(text: str = "", *, wraps: bool = True) -> QLabel:
    """A label that never reads its text as HTML."""
    from PySide6.QtCore import Qt

    label = TextLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wraps)
    return label
