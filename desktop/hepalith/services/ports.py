"""What the use cases need from outside. Implemented by `store`, `note` and `app`, and wired by constructors."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from hepalith.domain.assessment import Assessment
from hepalith.domain.case import Case
from hepalith.knowledge.model import KnowledgeFiles
from hepalith.knowledge.site import Site, SiteProblem


class Clock(Protocol):
    """The only source of the present."""

    def now(self) -> datetime:
        """The present instant, with its time zone."""

    def today(self) -> date:
        """The present date where the user is."""


class CaseStore(Protocol):
    """Case files."""

    def load(self, path: Path) -> Case:
        """The case in a file; the file is not changed.

        Raises MissingCaseFileError if there is none, CaseFileError otherwise, with a clear text.
        """

    def decode(self, content: bytes, name: str) -> Case:
        """The case in the content of a file; `name` is only for messages. Raises CaseFileError."""

    def encode(self, case: Case) -> bytes:
        """The content of the case's file."""

    def save(self, case: Case, path: Path) -> None:
        """Writes the whole file or nothing. Raises CaseFileError."""


class Recovery(msgspec.Struct, frozen=True, kw_only=True):
    """Edits of an earlier run that were never saved."""

    name: str  # of the journal entry
    case: Case
    path: str  # the file it was opened from, or ""
    written: str  # ISO instant


class Journal(Protocol):
    """Keeps edits that are not saved yet, so that nothing typed is lost."""

    def write(self, case: Case, path: str, at: datetime) -> bool:
        """Keeps the present state of a case; returns whether it is kept.

        Never raises: a full disk must not stop the work.
        """

    def discard(self, case_id: str) -> None:
        """The case was saved or given up on purpose; what earlier runs left behind stays."""

    def forget(self, recovery: Recovery) -> None:
        """What an earlier run left behind was taken over, or given up on purpose."""

    def recoveries(self) -> tuple[Recovery, ...]:
        """What earlier runs left behind, the newest first; damaged entries are left alone."""


Progress = Callable[[float], None]


def untold(_share: float) -> None:
    """Progress that nobody wants to know about."""


class NoteRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Which note is wanted. The ending of each file says its form: .pdf .txt .md .html .ics; all say the same.

    patient_page: the page in plain words (.pdf .txt .md .html). final: the author finalises the note; it is then never
    changed. amends: the final note that this one replaces. progress: called now and then, on the thread that writes,
    with the share that is done (0 to 1); raises GivenUpError to end it, and then nothing is written.
    """

    files: tuple[Path, ...] = ()
    patient_page: Path | None = None
    paper: Literal["a4", "us-letter"] = "a4"
    form: Literal["full", "short"] = "full"
    final: bool = False
    author: str = ""
    amends: Path | None = None
    progress: Progress = untold


class ReportText(msgspec.Struct, frozen=True, kw_only=True):
    """Text to paste into the radiology system or the record: the same as plain text and as a fragment of HTML."""

    plain: str
    html: str


class NoteWriter(Protocol):
    """Makes the management note, and reads back what a note was made from."""

    def export(self, case: Case, assessment: Assessment, at: datetime, request: NoteRequest) -> None:
        """Writes every file of the request, each whole or not at all. Raises NoteError.

        A final note that is in the way is never written over.
        """

    def report_text(self, case: Case, assessment: Assessment, at: datetime, *, short: bool) -> ReportText:
        """Findings, impression and recommendation in the words of the note. Raises NoteError."""

    def made_from(self, path: Path) -> tuple[Case, Assessment]:
        """The case and the assessment that are embedded in a note. Raises NoteError."""

    def verified(self, path: Path) -> tuple[bool, str]:
        """Whether text and data of a note are as they were made, and the sentence that says so. Raises NoteError."""


class SiteSettings(Protocol):
    """The settings of this site, in a file that may be edited through a form."""

    @property
    def path(self) -> Path:
        """Where the file is, or would be."""

    def read(self) -> Site:
        """The settings; of a missing file, none. Raises SiteError."""

    def shipped(self) -> KnowledgeFiles:
        """What the program comes with, before any site refined it: what a site may choose from."""

    def problems(self, site: Site) -> tuple[SiteProblem, ...]:
        """What does not fit."""

    def save(self, site: Site) -> None:
        """Writes the file, whole or not at all; its comments stay. Raises SiteError."""


class ReferenceManual(Protocol):
    """The knowledge as pages for a browser."""

    def page(self, kind: str, name: str, as_of: date) -> Path:
        """The page of an entry, such as ("recommendations", "CE-R10"); the first page if there is none such.

        Made first if need be, which takes seconds. Raises WriteError.
        """

    def write(self, folder: Path, as_of: date) -> None:
        """Writes the manual into a folder that is new or empty, or in place of an earlier one. Raises WriteError."""
