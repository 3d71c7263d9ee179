"""The journal of unsaved edits: one file for each open case, replaced at each edit, removed when the case is saved.

What is left there after a crash is offered at the next start. Entries of a program that still runs are left alone.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from hepalith.domain.case import Case
from hepalith.domain.errors import CaseFileError
from hepalith.files import write_atomically
from hepalith.services.ports import Recovery
from hepalith.store.case_file import decode_case, encode_case

_SUFFIX = ".journal"


class FileJournal:
    """The journal in a folder (the port `Journal`)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, case: Case, path: str, at: datetime) -> None:
        """Keeps the present state. A disk that refuses does not stop the work."""
        head = {"path": path, "written": at.isoformat(), "process": os.getpid()}
        content = json.dumps(head).encode() + b"\n" + encode_case(case)
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_atomically(self._file(case.case_id), content)
        except OSError:
            return

    def discard(self, case_id: str) -> None:
        """Removes the entry of a case."""
        try:
            self._file(case_id).unlink(missing_ok=True)
        except OSError:
            return

    def recoveries(self) -> tuple[Recovery, ...]:
        """What programs that no longer run left behind, the newest first."""
        found = [
            recovery for file in sorted(self._folder.glob(f"*{_SUFFIX}")) if (recovery := self._read(file)) is not None
        ]
        return tuple(sorted(found, key=lambda recovery: recovery.written, reverse=True))

    def _read(self, file: Path) -> Recovery | None:
        try:
            first, _newline, rest = file.read_bytes().partition(b"\n")
            head: dict[str, Any] = json.loads(first)
            if _runs(int(head["process"])):
                return None
            return Recovery(
                name=file.name, case=decode_case(rest, file.name), path=str(head["path"]), written=str(head["written"])
            )
        except (OSError, ValueError, KeyError, TypeError, CaseFileError):
            return None  # damaged: left alone for a person to look at

    def _file(self, case_id: str) -> Path:
        safe = "".join(letter for letter in case_id if letter.isalnum() or letter in "-_")
        return self._folder / f"{safe}{_SUFFIX}"


def _runs(process: int) -> bool:
    if process == os.getpid():
        return True
    if os.name != "posix":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
