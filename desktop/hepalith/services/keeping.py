"""A journal that is written beside the work: what waits for the disk is not the one who types."""

import threading
from collections.abc import Callable
from datetime import datetime

from hepalith.domain.case import Case
from hepalith.services.ports import Journal, Recovery

Entry = tuple[Case, str, datetime]  # as `Journal.write` takes them


class KeptBeside:
    """Hands entries to a journal on a thread (the port `Journal`).

    The thread begins with the first entry and ends when none waits, so that a program that ends waits for it. Of what
    is edited while the disk is busy only the last state of a case is written. told: called on the thread whenever it
    turned out otherwise than `write` said whether edits are kept.
    """

    def __init__(self, journal: Journal, told: Callable[[bool], None]) -> None:
        self._journal = journal
        self._told = told
        self._waiting: dict[str, Entry | None] = {}  # by case; None: its entry is to be removed
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._kept = True

    def write(self, case: Case, path: str, at: datetime) -> bool:
        """Keeps the present state of a case within a moment; returns whether the one before was kept."""
        self._put(case.case_id, (case, path, at))
        return self._kept

    def discard(self, case_id: str) -> None:
        """Removes the entry of a case within a moment."""
        self._put(case_id, None)

    def forget(self, recovery: Recovery) -> None:
        """Removes what an earlier run left behind, unless what was written since could not be kept."""
        self.wait()
        if self._kept:
            self._journal.forget(recovery)

    def recoveries(self) -> tuple[Recovery, ...]:
        """What earlier runs left behind."""
        self.wait()
        return self._journal.recoveries()

    def wait(self) -> None:
        """Waits until everything is written."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _put(self, case_id: str, entry: Entry | None) -> None:
        with self._lock:
            self._waiting[case_id] = entry
            if self._thread is None:
                self._thread = threading.Thread(target=self._work)
                self._thread.start()

    def _work(self) -> None:
        try:
            while (taken := self._taken()) is not None:
                case_id, entry = taken
                if entry is None:
                    self._journal.discard(case_id)
                else:
                    self._tell(self._journal.write(*entry))
        except BaseException:  # a journal raises nothing: a fault, told of by whoever watches over errors
            with self._lock:
                self._thread = None  # the next edit tries again
            self._tell(False)  # noqa: FBT003 : kept
            raise

    def _tell(self, kept: bool) -> None:
        if kept is not self._kept:
            self._kept = kept
            self._told(kept)

    def _taken(self) -> tuple[str, Entry | None] | None:
        with self._lock:
            if not self._waiting:
                self._thread = None
                return None
            return self._waiting.popitem()
