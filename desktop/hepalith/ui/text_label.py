"""A label of running text that is quick to lay out."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QLabel, QWidget


class TextLabel(QLabel):
    """Measures its text once for each width: nested layouts ask ten times, and QLabel breaks the lines each time."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._heights: dict[int, int] = {}  # by width

    def setText(self, text: str) -> None:
        self._heights.clear()
        super().setText(text)

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            self._heights[width] = super().heightForWidth(width)
        return self._heights[width]

    def changeEvent(self, event: QEvent) -> None:
        self._heights.clear()
        super().changeEvent(event)
