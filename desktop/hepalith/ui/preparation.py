"""What the first entry should not wait for, made beside the window once that stands."""

import gc
import sys

from PySide6.QtCore import QObject, Signal

from hepalith.services.preparation import Preparation
from hepalith.services.session import CaseSession

_SWITCH_SECONDS = 0.0005  # so soon a key gets its turn while this works


class PreparationBeside(QObject):
    """Prepares the session of a window; begins at once."""

    _made = Signal()  # from the thread into that of the window

    def __init__(self, session: CaseSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._preparation = Preparation(session)
        self._made.connect(self._on_made)
        self._usual_switch = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._preparation.start(self._made.emit)

    def wait(self) -> None:
        """Waits until nothing runs any more."""
        self._preparation.wait()

    def _on_made(self) -> None:
        sys.setswitchinterval(self._usual_switch)
        self._preparation.finish()
        gc.enable()
        gc.collect()
        gc.freeze()  # the knowledge and what is made from it stay: no search for garbage among them at every other key
