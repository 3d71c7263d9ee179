"""Changing what a layout holds."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from PySide6.QtWidgets import QBoxLayout, QLayout, QWidget


@contextmanager
def laid_out_once(layouts: Iterable[QLayout]) -> Iterator[None]:
    """Puts off what these layouts do until the next round of events.

    A widget that is shown lays out everything around it at once: ten of them, everything ten times.
    """
    held = [layout for layout in layouts if layout.isEnabled()]
    for layout in held:
        layout.setEnabled(False)
    try:
        yield
    finally:
        for layout in held:
            layout.setEnabled(True)


def put_at(layout: QBoxLayout, position: int, widget: QWidget) -> None:
    """Puts a widget at a position of a layout, in which it may be already.

    It is taken out first: PySide 6.11 counts a widget that is inserted twice wrongly, and crashes when it is deleted.
    """
    if layout.indexOf(widget) != position:
        layout.removeWidget(widget)
        layout.insertWidget(position, widget)
