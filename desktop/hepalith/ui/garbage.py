"""Python's search for garbage, in the window's own time.

By itself Python searches between any two steps: between a key and its answer, where everything takes as long as the
answer itself; and on any thread, where a widget must not be destroyed.
"""

import gc

from PySide6.QtCore import QObject, QTimer

_QUIET_MS = 1000
_NEW, _MUCH = 10_000, 300_000  # so many objects more than before are worth a search; worth one without a pause


class GarbageSearch(QObject):
    """Searches in the thread of the window after a second without an edit, until it is stopped.

    What there is at the beginning stays and is never searched: the knowledge, what is made from it, the window.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        gc.collect()
        gc.freeze()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.search)
        self._timer.start(_QUIET_MS)

    def postpone(self) -> None:
        """There was an edit, and the next may come at once."""
        if gc.get_count()[0] < _MUCH:
            self._timer.start()

    def search(self) -> None:
        """Searches if there is much that is new."""
        if gc.get_count()[0] >= _NEW:
            gc.collect()

    def stop(self) -> None:
        """Python searches by itself again."""
        self._timer.stop()
        gc.enable()
