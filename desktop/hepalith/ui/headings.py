"""Labels for headings: larger than the text, and growing with it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QWidget

from hepalith.ui.text_label import TextLabel


class Heading(TextLabel):
    """Bold text, `factor` times as large as the program's text."""

    def __init__(self, text: str, factor: float, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._factor = factor
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.follow_text_size()

    def follow_text_size(self) -> None:
        """The text of the program has another size now. Qt tells only those that have no size of their own."""
        font = QFont(QApplication.font())
        font.setPixelSize(round(font.pixelSize() * self._factor) if font.pixelSize() > 0 else 16)
        font.setBold(True)
        self.setFont(font)
