"""What the first picture of a window does not show: made when it is first asked for, else once the picture is seen."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget


class Later(QObject):
    """Takes one step in each turn of the event loop once a window is painted, so that keys come between any two.

    A step must not mind if what it makes is there already: whoever needs a part sooner makes it by asking for it.
    """

    done = Signal()

    def __init__(self, window: QWidget, steps: Iterable[Callable[[], object]]) -> None:
        super().__init__(window)
        self._steps = list(steps)
        self._turns = QTimer(self)
        self._turns.timeout.connect(self._take_step)
        window.installEventFilter(self)

    def finish(self) -> None:
        """Takes all steps that are left now."""
        while self._steps:
            self._take_step()

    def stop(self) -> None:
        """Takes no step any more."""
        self._steps.clear()
        self._turns.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window is about to be painted for the first time."""
        if event.type() is QEvent.Type.Paint:
            watched.removeEventFilter(self)
            self._turns.start(0)
        return False

    def _take_step(self) -> None:
        if self._steps:
            self._steps.pop(0)()
        if not self._steps and self._turns.isActive():
            self._turns.stop()
            self.done.emit()
