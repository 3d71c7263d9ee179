"""What turns with the direction of writing, beside what layouts turn by themselves."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QStyle, QStyleOption, QStyleOptionToolButton, QStylePainter, QToolButton, QWidget

from hepalith.ui.texts import unfolded_word


def unfolding_arrow(widget: QWidget, *, opened: bool) -> Qt.ArrowType:
    """The arrow of what is unfolded by it: down, or to where reading goes on."""
    if opened:
        return Qt.ArrowType.DownArrow
    leftwards = widget.layoutDirection() is Qt.LayoutDirection.RightToLeft
    return Qt.ArrowType.LeftArrow if leftwards else Qt.ArrowType.RightArrow


class FoldingButton(QToolButton):
    """A button with an arrow for what it folds and unfolds; Qt leaves the arrow on the left, wherever lines begin."""

    def show_opened(self, *, opened: bool) -> None:
        """Turns the arrow, and says what it shows."""
        arrow = unfolding_arrow(self, opened=opened)
        if self.arrowType() is not arrow:
            self.setArrowType(arrow)
            self.setAccessibleDescription(unfolded_word(opened=opened))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.isRightToLeft() or self.arrowType() is Qt.ArrowType.NoArrow:
            super().paintEvent(event)
            return
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.icon = QIcon(self._arrow(option))  # an icon is put where lines begin
        option.arrowType = Qt.ArrowType.NoArrow
        option.features &= ~QStyleOptionToolButton.ToolButtonFeature.Arrow
        QStylePainter(self).drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)

    def _arrow(self, option: QStyleOptionToolButton) -> QPixmap:
        ratio, down = self.devicePixelRatioF(), self.arrowType() is Qt.ArrowType.DownArrow
        arrow = QStyleOption()
        arrow.palette, arrow.state, arrow.rect = option.palette, option.state, QRect(0, 0, *option.iconSize.toTuple())
        made = QPixmap(option.iconSize * ratio)
        made.setDevicePixelRatio(ratio)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        kinds = QStyle.PrimitiveElement
        kind = kinds.PE_IndicatorArrowDown if down else kinds.PE_IndicatorArrowLeft
        self.style().drawPrimitive(kind, arrow, painter, self)
        painter.end()
        return made
