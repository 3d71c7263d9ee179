"""The second look beside the window: begun when no key was pressed for a moment, given up at the next edit."""

from PySide6.QtCore import QObject, QTimer, Signal

from hepalith.domain.assessment import Further
from hepalith.domain.case import Case
from hepalith.services.second_look import SecondLook
from hepalith.services.session import CaseSession, CaseState
from hepalith.ui.bridge import SessionBridge

QUIET_MS = 400


class BesideTheWindow(QObject):
    """Adds to each state of the session what a second look shows, when it comes."""

    _found = Signal(object, object)  # Case, Further: from the thread of the second look into that of the window

    def __init__(self, session: CaseSession, bridge: SessionBridge) -> None:
        super().__init__(bridge)
        self._session = session
        self._second_look = SecondLook(session.knowledge)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(QUIET_MS)
        self._quiet.timeout.connect(self._on_quiet)
        self._found.connect(self._on_found)
        bridge.state_awaited.connect(self._second_look.cancel)
        bridge.state_changed.connect(self.show_state)
        self.show_state(session.state)

    def show_state(self, state: CaseState) -> None:
        """Begins anew for another case."""
        if state.assessment.further is None:
            if state.case.observations:
                self._quiet.start()
            else:
                self._quiet.stop()

    def close(self) -> None:
        """Ends what runs."""
        self._quiet.stop()
        self._second_look.close()

    def _on_quiet(self) -> None:
        self._second_look.start(self._session.state.case, self._session.as_of, self._found.emit)

    def _on_found(self, case: Case, further: Further) -> None:
        self._session.show_further(case, further)
