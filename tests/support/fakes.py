"""Stand-ins for the ports of the services."""

from datetime import UTC, date, datetime
from pathlib import Path

from hepalith.domain.assessment import Assessment
from hepalith.domain.case import Case
from hepalith.domain.errors import CaseFileError, MissingCaseFileError, NoteError
from hepalith.services.ports import NoteRequest, Recovery


class FixedClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        return datetime(2026, 6, 1, 12, 0, tzinfo=UTC)

    def today(self) -> date:
        return date(2026, 6, 1)


class MemoryStore:
    """Case files in memory; `refuses` makes writing fail."""

    def __init__(self) -> None:
        self.files: dict[Path, Case] = {}
        self.refuses = False

    def load(self, path: Path) -> Case:
        try:
            return self.files[path]
        except KeyError:
            raise MissingCaseFileError(f"{path} cannot be read") from None

    def decode(self, content: bytes, name: str) -> Case:
        raise NotImplementedError

    def save(self, case: Case, path: Path) -> None:
        if self.refuses:
            raise CaseFileError("the disk is full")
        self.files[path] = case


class MemoryJournal:
    """A journal in memory."""

    def __init__(self) -> None:
        self.entries: dict[str, Case] = {}

    def write(self, case: Case, path: str, at: datetime) -> bool:
        self.entries[case.case_id] = case
        return True

    def discard(self, case_id: str) -> None:
        self.entries.pop(case_id, None)

    def forget(self, recovery: Recovery) -> None:
        self.entries.pop(recovery.name, None)

    def recoveries(self) -> tuple[Recovery, ...]:
        return tuple(Recovery(name=name, case=case, path="", written="") for name, case in self.entries.items())


class MemoryNotes:
    """A note writer that only remembers."""

    def __init__(self) -> None:
        self.written: list[tuple[Case, Assessment, NoteRequest]] = []
        self.refuses = False

    def export(self, case: Case, assessment: Assessment, at: datetime, request: NoteRequest) -> None:
        if self.refuses:
            raise NoteError("the folder cannot be written")
        self.written.append((case, assessment, request))
