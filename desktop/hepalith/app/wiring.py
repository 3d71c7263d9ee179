"""Puts the parts together: which store, which note writer, which clock, which folders."""

from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

import msgspec
import platformdirs

from hepalith import __version__
from hepalith.domain.case import Case
from hepalith.domain.errors import CaseFileError, NoteError
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.loader import load_knowledge
from hepalith.knowledge.site import read_site
from hepalith.resources import resource_root
from hepalith.services.ports import NoteWriter
from hepalith.services.session import CaseSession
from hepalith.store.case_file import CaseFiles
from hepalith.store.journal import FileJournal

APP = "hepalith"
NOTE_ENDING = ".pdf"
SITE_FILE = "site.toml"


class SystemClock:
    """The machine's clock (the port `Clock`). `as_of` fixes the date of reasoning."""

    def __init__(self, as_of: date | None = None) -> None:
        self._as_of = as_of

    def now(self) -> datetime:
        """The present instant, with the local time zone."""
        return datetime.now().astimezone()

    def today(self) -> date:
        """The date for which cases are assessed."""
        return self._as_of or datetime.now().astimezone().date()


class Folders(msgspec.Struct, frozen=True, kw_only=True):
    """Where this user's files of the program lie."""

    cache: Path
    journal: Path
    settings: Path


def user_folders() -> Folders:
    """The folders that this system's conventions give."""
    return Folders(
        cache=Path(platformdirs.user_cache_dir(APP, appauthor=False)),
        journal=Path(platformdirs.user_data_dir(APP, appauthor=False)) / "journal",
        settings=Path(platformdirs.user_config_dir(APP, appauthor=False)),
    )


def knowledge_folder() -> Path:
    """The knowledge files that come with the program."""
    return resource_root() / "knowledge"


def examples_folder() -> Path:
    """The example cases that come with the program."""
    return resource_root() / "examples"


def make_knowledge(folders: Folders, site_file: Path | None = None) -> Knowledge:
    """The knowledge base as this site refines it, decoded from the cache when it is current.

    site_file: None for `site.toml` in the settings folder, if there is one.
    """
    usual = folders.settings / SITE_FILE
    path = site_file or (usual if usual.is_file() else None)
    return load_knowledge(knowledge_folder(), folders.cache, read_site(path) if path else None)


def make_note_writer(knowledge: Knowledge) -> NoteWriter:
    """The writer of notes; imported only when it is needed."""
    from hepalith.note.writer import TypstNoteWriter

    return TypstNoteWriter(knowledge, resource_root(), __version__)


class _LazyNoteWriter:
    """The writer of notes, made at the first use (the port `NoteWriter`)."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def __getattr__(self, name: str) -> Any:
        return getattr(make_note_writer(self._knowledge), name)


class Documents(CaseFiles):
    """Case files, and notes: a note opens as the case that is embedded in it."""

    def load(self, path: Path) -> Case:
        """The case in a file or note. Raises CaseFileError."""
        if path.suffix.lower() != NOTE_ENDING:
            return super().load(path)
        from hepalith.note.embedded import read_note

        try:
            return read_note(path).case
        except NoteError as error:
            raise CaseFileError(str(error)) from error


def make_session(knowledge: Knowledge, folders: Folders, as_of: date | None = None) -> CaseSession:
    """A session on an empty case."""
    notes = cast(NoteWriter, _LazyNoteWriter(knowledge))
    return CaseSession(knowledge, SystemClock(as_of), Documents(), FileJournal(folders.journal), notes)
