"""A layout that puts widgets side by side and wraps to the next line, as text does."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

_NOWHERE = Qt.Orientation(0)


class FlowLayout(QLayout):
    """Rows of widgets; the height follows from the width. Mirrored in right-to-left languages.

    Widgets that may grow in height are as high as the highest of their row.
    """

    def __init__(self, parent: QWidget | None = None, gap: int = 4) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self._heights: dict[int, int] = {}  # by width, until something in it changes: asked far more often than that
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def put_in_order(self, widgets: Sequence[QWidget]) -> None:
        """Gives the widgets in it another order; none is taken out: PySide would lose count of it."""
        self._items.sort(key=lambda item: widgets.index(item.widget()))
        self.invalidate()
        self.update()

    def expandingDirections(self) -> Qt.Orientation:
        return _NOWHERE

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            self._heights[width] = self._arrange(QRect(0, 0, width, 0), moves=False)
        return self._heights[width]

    def invalidate(self) -> None:
        self._heights.clear()
        super().invalidate()

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, moves=True)

    def sizeHint(self) -> QSize:
        shown = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(hint.width() for hint in shown) + self._gap * max(0, len(shown) - 1)
        return QSize(width, max((hint.height() for hint in shown), default=0))

    def minimumSize(self) -> QSize:
        hints = [item.minimumSize() for item in self._items if not item.isEmpty()]
        return QSize(max((h.width() for h in hints), default=0), max((h.height() for h in hints), default=0))

    def _arrange(self, rect: QRect, *, moves: bool) -> int:
        parent = self.parentWidget()
        mirrored = parent is not None and parent.layoutDirection() is Qt.LayoutDirection.RightToLeft
        y = 0
        for line in self._lines(rect.width()):
            height = max(room.height() for _item, room in line)
            x = 0
            for item, room in line:
                if moves:
                    high = height if item.expandingDirections() & Qt.Orientation.Vertical else room.height()
                    left = rect.right() + 1 - x - room.width() if mirrored else rect.left() + x
                    item.setGeometry(QRect(QPoint(left, rect.top() + y), QSize(room.width(), high)))
                x += room.width() + self._gap
            y += height + self._gap
        return max(0, y - self._gap)

    def _lines(self, width: int) -> list[list[tuple[QLayoutItem, QSize]]]:
        """The items that are shown, line by line, each with the room that it needs."""
        lines: list[list[tuple[QLayoutItem, QSize]]] = []
        left = 0
        for item in self._items:
            if item.isEmpty():
                continue
            hint = item.sizeHint()
            room = QSize(min(hint.width(), width), hint.height())
            if room.width() < hint.width() and item.hasHeightForWidth():
                room.setHeight(item.heightForWidth(room.width()))
            if not lines or room.width() > left:
                lines.append([])
                left = width
            lines[-1].append((item, room))
            left -= room.width() + self._gap
        return lines
