"""The second look at a case, on a thread of its own: one case at a time, given up when the next one comes."""

import threading
from collections.abc import Callable
from datetime import date

from hepalith.decision.assess import Assessor
from hepalith.decision.what_if import Asker
from hepalith.domain.assessment import Further
from hepalith.domain.case import Case
from hepalith.knowledge.base import Knowledge

Found = Callable[[Case, Further], None]


class SecondLook:
    """Looks for what takes longer than a frame (`decision.second_look`) without holding up whoever asks."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._asker: Asker | None = None  # made and used under the lock only
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, case: Case, as_of: date, found: Found) -> None:
        """Begins to look at a case, and gives up the one before. `found` is called on the thread, unless cancelled."""
        self.cancel()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, args=(case, as_of, self._stop, found), daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Gives up what runs; its `found` is not called any more."""
        self._stop.set()

    def close(self) -> None:
        """Gives up what runs, and waits until it has ended."""
        self.cancel()
        if self._thread is not None:
            self._thread.join()

    def _look(self, case: Case, as_of: date, stop: threading.Event, found: Found) -> None:
        with self._lock:
            if stop.is_set():
                return
            self._asker = self._asker or Asker(self._knowledge)
            further = Assessor(case, self._knowledge, as_of, self._asker).further(stop.is_set)
        if further is not None and not stop.is_set():
            found(case, further)
