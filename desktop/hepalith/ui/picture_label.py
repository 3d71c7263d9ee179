"""A picture of the dictionary beside the name of what it shows."""

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QLabel, QWidget

from hepalith.ui.fonts import em
from hepalith.ui.icons import picture_pixmap
from hepalith.ui.texts import alternative

_EMS = (3.2, 2.4)


class PictureLabel(QLabel):
    """Shows a picture in the colour of the text, as large as the text asks for."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        words = alternative(name)
        self.setAccessibleName(words)
        self.setToolTip(words)
        self._draw()

    def event(self, event: QEvent) -> bool:
        kinds = QEvent.Type
        if event.type() in {kinds.FontChange, kinds.PaletteChange, kinds.DevicePixelRatioChange}:
            self._draw()
        return super().event(event)

    def _draw(self) -> None:
        extent = QSize(*(round(em(self) * length) for length in _EMS))
        colour = self.palette().windowText().color().name()
        self.setPixmap(picture_pixmap(self._name, colour, extent, self.devicePixelRatioF()))
