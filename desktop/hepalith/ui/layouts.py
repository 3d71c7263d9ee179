"""Many changes, one layout."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from PySide6.QtWidgets import QLayout


@contextmanager
def laid_out_once(layouts: Iterable[QLayout]) -> Iterator[None]:
    """Puts off what these layouts do until the next round of events.

    A widget that is shown lays out everything around it at once: ten of them, everything ten times.
    """
    held = [layout for layout in layouts if layout.isEnabled()]
    for layout in held:
        layout.setEnabled(False)  # noqa: FBT003 : a setter of Qt
    try:
        yield
    finally:
        for layout in held:
            layout.setEnabled(True)  # noqa: FBT003 : a setter of Qt
