"""Notices that a case file is open elsewhere: a lock file beside it, held while the case is open."""

from pathlib import Path

import msgspec
from PySide6.QtCore import QLockFile


class Holder(msgspec.Struct, frozen=True):
    """Who has the file open."""

    machine: str
    process: int


class CaseLock:
    """The lock of the open case; of one file at a time. A folder that cannot be written has no locks."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._lock: QLockFile | None = None

    def holder(self, path: Path) -> Holder | None:
        """Who else has the file open; None for nobody, this window, or a program that no longer runs."""
        if path == self._path:
            return None
        lock = _lock_of(path)
        if lock.tryLock(0):
            lock.unlock()
            return None
        if lock.error() is not QLockFile.LockError.LockFailedError:
            return None
        process, machine, _program = lock.getLockInfo()
        return Holder(machine=machine, process=process)

    def take(self, path: Path | None) -> None:
        """Holds the lock of a file, and no other any longer. Someone else's stays theirs."""
        if path == self._path:
            return
        self.release()
        if path is not None:
            lock = _lock_of(path)
            if lock.tryLock(0):
                self._path, self._lock = path, lock

    def release(self) -> None:
        """Holds no lock any longer."""
        if self._lock is not None:
            self._lock.unlock()
        self._path = self._lock = None


def _lock_of(path: Path) -> QLockFile:
    lock = QLockFile(str(path.with_name(f".{path.name}.lock")))
    lock.setStaleLockTime(0)  # a case may be open for days; what a program left that no longer runs is noticed anyway
    return lock
