"""Puts the parts together: which store, which note writer, which clock, which folders."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

from hepalith import __version__, i18n
from hepalith.app.folders import Folders
from hepalith.domain.case import Case
from hepalith.domain.errors import CaseFileError, NoteError
from hepalith.i18n import SOURCE_LANGUAGE, locale_folder
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.compiled import load_knowledge
from hepalith.knowledge.model import KnowledgeFiles
from hepalith.knowledge.site import Site, SiteProblem, read_site, site_problems
from hepalith.knowledge.translation import Catalogue
from hepalith.resources import resource_root
from hepalith.services.ports import NoteWriter, ReferenceManual
from hepalith.services.session import CaseSession
from hepalith.store.case_file import CaseFiles
from hepalith.store.journal import FileJournal

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


def knowledge_folder() -> Path:
    """The knowledge files that come with the program."""
    return resource_root() / "knowledge"


def compiled_folder() -> Path:
    """Where an installed program has the compiled form of its knowledge; a source tree has none."""
    return resource_root() / "compiled"


def examples_folder() -> Path:
    """The example cases that come with the program."""
    return resource_root() / "examples"


def make_site(folders: Folders, site_file: Path | None = None) -> tuple[Site, Path]:
    """The settings of this site, and where their file is. Raises SiteError.

    site_file: None for `site.toml` in the settings folder; without such a file nothing is refined.
    """
    usual = folders.settings / SITE_FILE
    path = site_file or usual
    return (read_site(path) if site_file or usual.is_file() else Site()), path


def make_knowledge(folders: Folders, site_file: Path | None = None) -> Knowledge:
    """The knowledge base as this site refines it, in the language that is spoken. Raises KnowledgeError."""
    site, _path = make_site(folders, site_file)
    return knowledge_in(i18n.language(), folders, site)


def knowledge_in(language: str, folders: Folders, site: Site) -> Knowledge:
    """The knowledge base in a language, from its compiled form if that is current. Raises KnowledgeError."""
    catalogue = Catalogue(locale_folder(), language) if language != SOURCE_LANGUAGE else None
    refining = site if site != Site() else None
    return load_knowledge(knowledge_folder(), folders.cache, refining, compiled_folder(), catalogue)


def make_note_writer(knowledge: Knowledge, folders: Folders, site: Site, site_file: Path) -> NoteWriter:
    """The writer of notes with the letterhead of this site; imported only when it is needed. Raises NoteError."""
    from hepalith.note.logo import read_logo
    from hepalith.note.options import Letterhead
    from hepalith.note.writer import TypstNoteWriter

    logo = read_logo(site_file.parent / site.letterhead.logo) if site.letterhead.logo else b""
    letterhead = Letterhead(name=site.institution, lines=site.letterhead.lines, logo=logo)
    in_language = partial(knowledge_in, folders=folders, site=site)
    return TypstNoteWriter(knowledge, resource_root(), __version__, letterhead, in_language)


def make_manual(knowledge: Knowledge, folders: Folders) -> ReferenceManual:
    """The reference manual; imported only when it is needed."""
    from hepalith.manual.writer import ManualFolder

    return ManualFolder(knowledge, resource_root() / "manual", folders.cache)


class _Lazy:
    """Stands for a part that is made when it is first used."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> Any:
        return getattr(self._make(), name)


class SiteFile:
    """The settings of this site in their file (the port `SiteSettings`)."""

    def __init__(self, folders: Folders, site_file: Path | None) -> None:
        self._folders = folders
        self._named = site_file
        self._shipped: KnowledgeFiles | None = None

    @property
    def path(self) -> Path:
        """Where the file is, or would be."""
        return self._named or self._folders.settings / SITE_FILE

    def read(self) -> Site:
        """The settings; of a missing file, none. Raises SiteError."""
        return read_site(self.path) if self.path.is_file() else Site()

    def shipped(self) -> KnowledgeFiles:
        """What the program comes with: the parts that a site may refine. Raises KnowledgeError."""
        if self._shipped is None:
            knowledge = knowledge_in(i18n.language(), self._folders, Site())
            self._shipped = KnowledgeFiles(
                header=knowledge.header,
                hash=knowledge.hash,
                findings=tuple(knowledge.findings.values()),
                recommendations=tuple(compiled.entry for compiled in knowledge.recommendations.values()),
                lists=tuple(knowledge.lists.values()),
            )
        return self._shipped

    def problems(self, site: Site) -> tuple[SiteProblem, ...]:
        """What does not fit: the knowledge, or a logo that cannot be used."""
        found = list(site_problems(self.shipped(), site))
        if site.letterhead.logo:
            from hepalith.note.logo import read_logo

            try:
                read_logo(self.path.parent / site.letterhead.logo)
            except NoteError as error:
                found.append(SiteProblem(("letterhead", "logo"), str(error)))
        return tuple(found)

    def save(self, site: Site) -> None:
        """Writes the file, whole or not at all; its comments stay. Raises SiteError."""
        from hepalith.store.site_file import write_site  # with its own reader of TOML

        write_site(self.path, site)


def later_manual(knowledge: Knowledge, folders: Folders) -> ReferenceManual:
    """The reference manual for the window, which may never ask for it."""
    return cast(ReferenceManual, _Lazy(partial(make_manual, knowledge, folders)))


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


def make_session(folders: Folders, site_file: Path | None = None, as_of: date | None = None) -> CaseSession:
    """A session on an empty case, with the knowledge and the clinician of this site. Raises KnowledgeError."""
    knowledge, notes, author = site_parts(folders, site_file)
    session = CaseSession(knowledge, SystemClock(as_of), Documents(), FileJournal(folders.journal), notes)
    session.author = author
    return session


def site_parts(folders: Folders, site_file: Path | None = None) -> tuple[Knowledge, NoteWriter, str]:
    """What the settings of this site decide: knowledge, writer of notes, clinician. Raises KnowledgeError."""
    site, path = make_site(folders, site_file)
    knowledge = make_knowledge(folders, site_file)
    notes = cast(NoteWriter, _Lazy(partial(make_note_writer, knowledge, folders, site, path)))
    return knowledge, notes, site.clinician


def refine(session: CaseSession, folders: Folders, site_file: Path | None = None) -> ReferenceManual:
    """Gives the session what the settings of this site say now; returns the manual of that knowledge."""
    session.use(*site_parts(folders, site_file))
    return later_manual(session.knowledge, folders)
