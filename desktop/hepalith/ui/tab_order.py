"""Tab goes as one reads. Qt's own order is that of making, and forms and cards are made when they are wanted."""

import itertools
from collections.abc import Iterable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLayout,
    QLineEdit,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTextEdit,
    QWidget,
)

_WHOLE = (QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit, QTextEdit)  # what is in them is their own matter


def set_tab_order(regions: Iterable[QWidget]) -> None:
    """Makes Tab go through regions one after the other, in each in the order of its layouts.

    Hidden parts too; of pages only the one in front.
    """
    stops = [stop for region in regions for stop in stops_in(region)]
    for first, second in itertools.pairwise(stops):
        if first.nextInFocusChain() is not second:
            QWidget.setTabOrder(first, second)


def stops_in(widget: QWidget) -> Iterator[QWidget]:
    """The widget and all in it that can have the keyboard, in the order of the layouts."""
    if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus and widget.focusProxy() is None:
        yield widget
    if not isinstance(widget, _WHOLE):
        for part in _parts(widget):
            yield from stops_in(part)


def _parts(widget: QWidget) -> Iterator[QWidget]:
    layout = widget.layout()
    if isinstance(widget, QScrollArea | QStackedWidget):
        inner = widget.widget() if isinstance(widget, QScrollArea) else widget.currentWidget()
        yield from filter(None, [inner])
    elif isinstance(widget, QSplitter):
        yield from filter(None, map(widget.widget, range(widget.count())))
    elif layout is not None:
        yield from _laid_out(layout)
    else:
        yield from (child for child in widget.children() if isinstance(child, QWidget) and not child.isWindow())


def _laid_out(layout: QLayout) -> Iterator[QWidget]:
    for number in range(layout.count()):
        item = layout.itemAt(number)
        widget, inner = (item.widget(), item.layout()) if item is not None else (None, None)
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _laid_out(inner)
