"""What the first entry should not wait for, made beside the window once that stands."""

import sys

from PySide6.QtCore import QObject, Signal

from hepalith.services.preparation import Preparation
from hepalith.services.session import CaseSession, CaseState
from hepalith.ui.garbage import GarbageSearch

_SWITCH_SECONDS = 0.0005  # so soon a key gets its turn while this works


class PreparationBeside(QObject):
    """Prepares the session of a window; begins at once."""

    _made = Signal()  # from the thread into that of the window

    def __init__(self, session: CaseSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._preparation = Preparation(session)
        self._made.connect(self._on_made)
        self._garbage: GarbageSearch | None = None
        self._usual_switch = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._preparation.start(self._made.emit)

    def close(self) -> None:
        """Ends what runs, and waits until it has ended."""
        self._preparation.wait()
        if self._garbage is not None:
            self._session.forget(self._on_state)
            self._garbage.stop()

    def _on_made(self) -> None:
        sys.setswitchinterval(self._usual_switch)
        self._preparation.finish()
        self._garbage = GarbageSearch(self)
        self._session.listen(self._on_state)

    def _on_state(self, _state: CaseState) -> None:
        if self._garbage is not None:
            self._garbage.postpone()
