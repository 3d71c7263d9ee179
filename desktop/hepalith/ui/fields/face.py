"""What an answer shows on its button: its words, below a picture where the dictionary names one."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from hepalith.ui.icons import picture_pixmap

_LEAST_EMS = 10  # a button may become this narrow before its text is cut
_TILE_EMS, _PICTURE_EMS, _GAP_EMS = 5.2, (4.0, 3.0), 0.3


class Face:
    """Sizes and paints the words of a button, and its picture. All lengths grow with the text.

    before, behind: room beside words without a picture, in heights of a line; words with room before them begin there.
    together: the faces of one field, to which this one is added; those with pictures are of one width.
    """

    def __init__(
        self,
        button: QAbstractButton,
        picture: str,
        together: "list[Face]",
        *,
        before: float = 0.5,
        behind: float = 0.5,
    ) -> None:
        self.picture = picture
        self._together = together
        self._together.append(self)
        self._longest: tuple[str, int] = ("", 0)
        self._button = button
        self._before, self._behind = before, behind
        growth = QSizePolicy.Policy.MinimumExpanding if picture else QSizePolicy.Policy.Minimum
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, growth)
        policy.setHeightForWidth(True)
        button.setSizePolicy(policy)

    def hint(self, font: QFont) -> QSize:
        """The size in which the words stand in one line, or below their picture."""
        metrics = QFontMetrics(font)
        em = metrics.height()
        if not self.picture:
            beside = round(em * (self._before + self._behind))
            return QSize(metrics.horizontalAdvance(self._button.text()) + beside, round(em * 1.45))
        longest = max(face.longest_word(font) for face in self._together if face.picture)
        width = max(round(em * _TILE_EMS), longest + round(em * 2 * _GAP_EMS))
        return QSize(width, self.height(font, width))

    def longest_word(self, font: QFont) -> int:
        """The width of the longest word; computed once for a font."""
        if self._longest[0] != font.key():
            metrics = QFontMetrics(font)
            words = (metrics.horizontalAdvance(word) for word in self._button.text().split())
            self._longest = (font.key(), max(words, default=0))
        return self._longest[1]

    def least(self, font: QFont) -> QSize:
        """The least size: words without a picture may wrap."""
        hint = self.hint(font)
        return (
            hint if self.picture else QSize(min(hint.width(), _LEAST_EMS * QFontMetrics(font).height()), hint.height())
        )

    def height(self, font: QFont, width: int) -> int:
        """The height that is needed at a width."""
        metrics = QFontMetrics(font)
        em = metrics.height()
        if self.picture:
            words = self._wrapped(metrics, width - round(em * 2 * _GAP_EMS))
            return round(em * (_PICTURE_EMS[1] + 3 * _GAP_EMS)) + words
        hint = self.hint(font)
        if width >= hint.width():
            return hint.height()
        return self._wrapped(metrics, width - round(em * (self._before + self._behind))) + round(em * 0.45)

    def paint(self, painter: QPainter, font: QFont, colour: str, *, faint: bool = False) -> None:
        """Paints picture and words into the button. faint: the picture stands back, for what is absent."""
        box, em = self._button.rect(), QFontMetrics(self._button.font()).height()
        painter.setFont(font)
        painter.setPen(QColor(colour))
        if self.picture:
            self._paint_picture(painter, colour, em, faint=faint)
            top, side = round(em * (_PICTURE_EMS[1] + 2 * _GAP_EMS)), round(em * _GAP_EMS)
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(box.adjusted(side, top, -side, 0), flags, self._button.text())
            return
        centred = self._before == self._behind
        wraps = self._button.width() < self._button.sizeHint().width()
        align = Qt.AlignmentFlag.AlignHCenter if centred else Qt.AlignmentFlag.AlignLeft
        room = box.adjusted(4, 0, -4, 0) if centred else box.adjusted(round(em * self._before), 0, 0, 0)
        lines = Qt.TextFlag.TextWordWrap if wraps else Qt.TextFlag.TextSingleLine
        painter.drawText(room, align | Qt.AlignmentFlag.AlignVCenter | lines, self._button.text())

    def _paint_picture(self, painter: QPainter, colour: str, em: int, *, faint: bool) -> None:
        extent = QSize(*(round(em * length) for length in _PICTURE_EMS))
        left = (self._button.width() - extent.width()) / 2
        place = QRectF(left, round(em * _GAP_EMS), extent.width(), extent.height())
        painter.setOpacity(0.4 if faint else 1)
        shown = picture_pixmap(self.picture, colour, extent, self._button.devicePixelRatioF())
        painter.drawPixmap(place, shown, QRectF(shown.rect()))
        painter.setOpacity(1)

    def _wrapped(self, metrics: QFontMetrics, width: int) -> int:
        room = QRect(0, 0, max(1, width), 100_000)
        return metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, self._button.text()).height()
