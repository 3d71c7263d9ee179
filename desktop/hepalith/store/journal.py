"""The journal of unsaved edits: one file for each case that a program has open, replaced at each edit, removed when the
case is saved. Two programs that have the same case, or copies of it, keep theirs apart.

What is left there after a crash is offered at the next start. Entries of a program that still runs are left alone: it
holds a lock that the system takes away from a program that ends, however it ends.
"""

import hashlib
import json
import time
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

from hepalith.domain.case import Case
from hepalith.domain.errors import CaseFileError
from hepalith.files import write_atomically
from hepalith.services.ports import Recovery
from hepalith.store.case_file import decode_case, encode_case
from hepalith.store.running import RunningLock, is_held

_SUFFIX = ".journal"
_LOCK_SUFFIX = ".running"
_LEFT_OVER_S = 24 * 3600  # locks of programs that ended are removed after a day


class FileJournal:
    """The journal in a folder (the port `Journal`)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: RunningLock | None = None

    def write(self, case: Case, path: str, at: datetime) -> bool:
        """Keeps the present state; returns whether it is kept. A disk that refuses does not stop the work."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = self._held_lock()
            head = {"path": path, "written": at.isoformat(), "lock": lock.path.name}
            write_atomically(self._file(case.case_id, lock), json.dumps(head).encode() + b"\n" + encode_case(case))
        except OSError:
            return False
        return True

    def discard(self, case_id: str) -> None:
        """Removes the entry of a case that this program wrote; what others left stays."""
        if self._lock is not None:
            _remove(self._file(case_id, self._lock))

    def forget(self, recovery: Recovery) -> None:
        """Removes what another program left behind."""
        _remove(self._folder / Path(recovery.name).name)

    def recoveries(self) -> tuple[Recovery, ...]:
        """What programs that no longer run left behind, the newest first."""
        found = [
            recovery for file in sorted(self._folder.glob(f"*{_SUFFIX}")) if (recovery := self._read(file)) is not None
        ]
        self._tidy()
        return tuple(sorted(found, key=lambda recovery: recovery.written, reverse=True))

    def _read(self, file: Path) -> Recovery | None:
        try:
            first, _newline, rest = file.read_bytes().partition(b"\n")
            head: dict[str, Any] = json.loads(first)
            if is_held(self._folder / Path(str(head["lock"])).name):
                return None
            return Recovery(
                name=file.name, case=decode_case(rest, file.name), path=str(head["path"]), written=str(head["written"])
            )
        except (OSError, ValueError, KeyError, TypeError, CaseFileError):
            return None  # damaged: left alone for a person to look at

    def _file(self, case_id: str, lock: RunningLock) -> Path:
        """Any text can be the id of a case, also one that is no name of a file."""
        case = hashlib.sha256(case_id.encode()).hexdigest()[:16]
        return self._folder / f"{case}-{lock.path.stem}{_SUFFIX}"

    def _held_lock(self) -> RunningLock:
        """This program's lock, taken at the first edit and held until the program ends."""
        if self._lock is None:
            self._lock = RunningLock(self._folder / f"{uuid.uuid4().hex}{_LOCK_SUFFIX}")
        return self._lock

    def _tidy(self) -> None:
        for path in self._folder.glob(f"*{_LOCK_SUFFIX}"):
            try:
                if time.time() - path.stat().st_mtime > _LEFT_OVER_S and not is_held(path):
                    path.unlink()
            except OSError:
                continue


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError:
        return
