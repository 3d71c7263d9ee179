"""What turns with the direction of writing, beside what layouts turn by themselves."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from hepalith.domain.words import unit_text

_LEFT_TO_RIGHT_MARK = "\u200e"


def unfolding_arrow(widget: QWidget, *, opened: bool) -> Qt.ArrowType:
    """The arrow of what is unfolded by it: down, or to where reading goes on."""
    if opened:
        return Qt.ArrowType.DownArrow
    leftwards = widget.layoutDirection() is Qt.LayoutDirection.RightToLeft
    return Qt.ArrowType.LeftArrow if leftwards else Qt.ArrowType.RightArrow


def unit_word(unit: str) -> str:
    """A UCUM unit as people write it, its signs in their order also where lines run from right to left.

    There a sign that belongs to no direction, as the degree, would come after the letter that follows it.
    """
    text = unit_text(unit)
    leftwards = QGuiApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft
    return f"{_LEFT_TO_RIGHT_MARK}{text}" if leftwards and text and not text[0].isalpha() else text
