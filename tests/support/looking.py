"""How a screen reader and a reader with large text meet a window: accessibility tree, order of Tab, clipped text."""

import itertools
from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenuBar,
    QScrollArea,
    QTabBar,
    QToolButton,
    QWidget,
)

_QTS_OWN = {"QToolBarExtension", "QLineEditIconButton", "QScrollBar"}
_CELLS = {QAccessible.Role.Cell, QAccessible.Role.ListItem, QAccessible.Role.TreeItem}
_ROW = 12  # pixels by which things in one row may differ in height


def tree(interface: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    """An element of the accessibility tree and everything below it that can be seen."""
    yield interface
    for number in range(interface.childCount()):
        child = interface.child(number)
        if child is not None and child.isValid() and not child.state().invisible:
            yield from tree(child)


def nameless(window: QWidget) -> list[str]:
    """What can have the keyboard and has no name, by its role; read from the accessibility tree."""
    root = QAccessible.queryAccessibleInterface(window)
    found = []
    for one in tree(root):
        shown = one.object()
        if not one.state().focusable or one.text(QAccessible.Text.Name).strip():
            continue
        if shown is not None and (type(shown).__name__ in _QTS_OWN or shown.objectName().startswith("qt_")):
            continue
        if isinstance(shown, QLineEdit) and isinstance(shown.parent(), QComboBox | QAbstractSpinBox):
            continue
        if shown is None and one.role() in {
            QAccessible.Role.Cell,
            QAccessible.Role.ListItem,
            QAccessible.Role.TreeItem,
        }:
            continue  # an empty cell
        found.append(f"{one.role().name} {type(shown).__name__} {shown.objectName() if shown else ''}")
    return found


def tab_stops(window: QWidget) -> list[QWidget]:
    """Everything that Tab stops at, in its order."""
    found = []
    widget = window.nextInFocusChain()
    while widget is not window:
        tabbed = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None
        if tabbed and widget.isEnabled() and widget.isVisible() and widget.window() is window:
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found


def out_of_order(window: QWidget, regions: tuple[QWidget, ...] = ()) -> list[str]:
    """Neighbours in the order of Tab of which the second stands before the first, as one reads; regions one by one."""
    found = []
    for region in regions or (window,):
        stops = [one for one in tab_stops(window) if one is region or region.isAncestorOf(one)]
        for first, second in itertools.pairwise(stops):
            if _stands_before(*_places(second, first, window)):
                found.append(f"{_words(first)} -> {_words(second)}")
    return found


def clipped(window: QWidget) -> list[str]:
    """Visible texts that have less room than they need. What can be scrolled down to has room."""
    return [
        _words(one)
        for one in window.findChildren(QWidget)
        if one.isVisible() and not one.size().isEmpty() and not isinstance(one.parent(), QMenuBar) and _is_clipped(one)
    ]


def _is_clipped(one: QWidget) -> bool:
    if isinstance(one, QLabel):
        return bool(one.text()) and _too_small(one)
    if isinstance(one, QToolButton):
        return False  # those of the tool bar go into its menu
    if isinstance(one, QAbstractButton):
        return bool(one.text()) and _lacks(one)
    if isinstance(one, QTabBar | QComboBox | QAbstractSpinBox):
        return _lacks(one)
    return isinstance(one, QScrollArea) and _too_wide(one)


def _too_small(label: QLabel) -> bool:
    if label.wordWrap():
        return label.height() + 1 < label.heightForWidth(label.width())
    return label.width() + 1 < label.minimumSizeHint().width() or label.height() + 1 < label.fontMetrics().height()


def _lacks(control: QWidget) -> bool:
    needed = control.minimumSizeHint()
    return control.width() + 1 < needed.width() or control.height() + 1 < control.fontMetrics().height()


def _too_wide(area: QScrollArea) -> bool:
    if area.horizontalScrollBarPolicy() is not Qt.ScrollBarPolicy.ScrollBarAlwaysOff:
        return False
    return area.widget() is not None and area.widget().width() > area.viewport().width() + 1


def _places(one: QWidget, other: QWidget, window: QWidget) -> tuple[QRect, QRect]:
    """Where two things stand; seen from outside, what is in a scrolled area stands where the area is."""
    areas = _area(one), _area(other)
    shown = (one, other) if areas[0] is areas[1] else (areas[0] or one, areas[1] or other)
    first, second = (QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()) for widget in shown)
    return first, second


def _area(widget: QWidget) -> QWidget | None:
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    return above


def _stands_before(one: QRect, other: QRect) -> bool:
    if one.bottom() <= other.top() + _ROW and one.top() < other.top():
        return True
    same_row = abs(one.center().y() - other.center().y()) < _ROW
    leftwards = QApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft
    before = one.left() >= other.right() if leftwards else one.right() <= other.left()
    return same_row and before


def _words(widget: QWidget) -> str:
    text = getattr(widget, "text", None)
    said = str(text()) if callable(text) else ""
    return f"{type(widget).__name__} {widget.accessibleName() or said or widget.objectName()}"
