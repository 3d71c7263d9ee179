"""Where states of the session become Qt signals: the only listener that the window has."""

from PySide6.QtCore import QObject, Signal

from hepalith.services.session import CaseSession, CaseState


class SessionBridge(QObject):
    """Emits each new state once. Qt queues the signal if the edit came from another thread."""

    state_awaited = Signal()  # the work on a state begins: what else works should make way for it
    state_changed = Signal(object)  # CaseState

    def __init__(self, session: CaseSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        session.listen(self._on_state, self.state_awaited.emit)

    def close(self) -> None:
        """Ends listening, so that the session no longer keeps the window alive."""
        self._session.forget(self._on_state)

    def _on_state(self, state: CaseState) -> None:
        self.state_changed.emit(state)
