"""What finds out what to ask next takes a moment to make: on a thread, so that the first entries do not wait for it."""

import threading
from collections.abc import Callable

from hepalith.decision.what_if import Asker
from hepalith.services.session import CaseSession


class Preparation:
    """Prepares a session beside its work; until it is done, nothing is asked."""

    def __init__(self, session: CaseSession) -> None:
        self._session = session
        self._asker: Asker | None = None
        self._thread: threading.Thread | None = None

    def start(self, made: Callable[[], None]) -> None:
        """Begins. `made` is called on the thread when `finish` can be."""
        self._session.await_asker()
        self._thread = threading.Thread(target=self._make, args=(made,), daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Gives the session what was made. In the session's own thread."""
        if self._asker is not None:
            self._session.go_on_with(self._asker)

    def wait(self) -> None:
        """Waits until the thread has ended."""
        if self._thread is not None:
            self._thread.join()

    def _make(self, made: Callable[[], None]) -> None:
        self._asker = Asker(self._session.knowledge)
        made()
