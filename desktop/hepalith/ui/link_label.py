"""A label of rich text with links, by mouse and keyboard."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QWidget

from hepalith.ui.text_label import TextLabel


class LinkLabel(TextLabel):
    """Its links have the colours of the theme; Qt gives them those of the moment when the text was set."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)
        flags = Qt.TextInteractionFlag
        self.setTextInteractionFlags(flags.LinksAccessibleByMouse | flags.LinksAccessibleByKeyboard)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self.text():
            text = self.text()
            self.clear()
            self.setText(text)
