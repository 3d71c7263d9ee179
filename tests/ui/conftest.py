"""A window on a small made-up knowledge base, with ports that live in memory."""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from pytestqt.wait_signal import SignalBlocker

from hepalith.domain.assessment import Assessment
from hepalith.domain.case import Case
from hepalith.domain.errors import CaseFileError, MissingCaseFileError, NoteError, WriteError
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.compiled import load_knowledge
from hepalith.knowledge.model import KnowledgeFiles, ListEntry
from hepalith.knowledge.site import Site, SiteProblem, site_problems
from hepalith.services.ports import NoteRequest, Recovery, ReportText
from hepalith.services.session import CaseSession
from hepalith.ui.fonts import apply_text_size, load_fonts
from hepalith.ui.main_window import MainWindow
from hepalith.ui.settings import WindowSettings
from hepalith.ui.theme import apply_theme

TODAY = date(2026, 6, 1)


class PatientQtBot(QtBot):
    """Waits as long as a busy machine needs: a test asserts what happens, never how fast."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = 60_000) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = 60_000, **options: Any) -> SignalBlocker:
        return super().waitSignal(signal, timeout=timeout, **options)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> PatientQtBot:
    """pytest-qt's, with more patience."""
    return PatientQtBot(request)


class FixedClock:
    """Always the same day."""

    def now(self) -> datetime:
        return datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)

    def today(self) -> date:
        return TODAY


class MemoryStore:
    """Case files in memory."""

    def __init__(self) -> None:
        self.files: dict[Path, Case] = {}
        self.broken = False

    def load(self, path: Path) -> Case:
        if path not in self.files:
            raise MissingCaseFileError(f"{path.name} is damaged.")
        return self.files[path]

    def save(self, case: Case, path: Path) -> None:
        if self.broken:
            raise CaseFileError("The disk is full.")
        self.files[path] = case


class MemoryJournal:
    """A journal in memory."""

    def __init__(self) -> None:
        self.kept: list[Recovery] = []
        self.keeps = True
        self.discarded: list[str] = []

    def write(self, case: Case, path: str, at: datetime) -> bool:
        return self.keeps

    def discard(self, case_id: str) -> None:
        self.discarded.append(case_id)

    def forget(self, recovery: Recovery) -> None:
        self.kept.remove(recovery)

    def recoveries(self) -> tuple[Recovery, ...]:
        return tuple(self.kept)


class FileNote:
    """Writes a few bytes as the note."""

    def __init__(self) -> None:
        self.fails = False
        self.content = b""
        self.request = NoteRequest()
        self.halfway: Event | None = None  # an export stops there until it is set

    def export(self, case: Case, assessment: Assessment, at: datetime, request: NoteRequest) -> None:
        if self.fails:
            raise NoteError("There is no room for the note.")
        self.request, self.case = request, case
        request.progress(0.5)
        if self.halfway is not None:
            assert self.halfway.wait(30)
        request.progress(1)
        for path in request.files:
            path.write_bytes(self.content or b"%PDF " + assessment.urgency.level.value.encode())

    def report_text(self, case: Case, assessment: Assessment, at: datetime, *, short: bool) -> ReportText:
        if self.fails:
            raise NoteError("There is no room for the note.")
        form = "short" if short else "long"
        return ReportText(plain=f"{form}: {assessment.impression}", html=f"<p><b>{form}</b></p>")


class MemorySite:
    """Site settings in memory, for the small knowledge base with a list of regions added."""

    path = Path("site.toml")

    def __init__(self, knowledge: Knowledge) -> None:
        self.site = Site()
        self.saved: list[Site] = []
        self._shipped = KnowledgeFiles(
            header=knowledge.header,
            hash="",
            findings=tuple(knowledge.findings.values()),
            recommendations=tuple(one.entry for one in knowledge.recommendations.values()),
            lists=(ListEntry(id="HOT_LANDS", label="Hot lands", of="country", values=("c1",), basis="default"),),
        )

    def read(self) -> Site:
        return self.site

    def shipped(self) -> KnowledgeFiles:
        return self._shipped

    def problems(self, site: Site) -> tuple[SiteProblem, ...]:
        return site_problems(self._shipped, site)

    def save(self, site: Site) -> None:
        self.saved.append(site)


class FileManual:
    """A manual of empty pages, made when they are asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[tuple[str, str]] = []
        self.fails = False

    def page(self, kind: str, name: str, as_of: date) -> Path:
        assert as_of == TODAY
        if self.fails:
            raise WriteError("The disk is full.")
        self.asked.append((kind, name))
        path = self.folder / f"{kind}-{name}.html"
        path.touch()
        return path

    def write(self, folder: Path, as_of: date) -> None:
        raise NotImplementedError


class Ports(msgspec.Struct):
    """What the session was wired with."""

    store: MemoryStore
    journal: MemoryJournal
    note: FileNote
    manual: FileManual


def process(times: int = 5) -> None:
    """Lets layouts and deletions settle."""
    for _round in range(times):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


@pytest.fixture(scope="session", autouse=True)
def pinned_look(qapp: QApplication) -> None:
    """The same style, fonts, size and colours in every run."""
    before = sys.getrefcount(None)
    for _call in range(1000):
        qapp.setObjectName("hepalith")
    if sys.getrefcount(None) < before - 500:
        pytest.fail("This PySide6 loses references to None on this Python and will crash: install the locked version.")
    qapp.setStyle("Fusion")
    load_fonts()
    apply_text_size(qapp, 100)
    apply_theme(qapp, "light")


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The small knowledge base."""
    return load_knowledge(Path(__file__).parent / "knowledge")


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    """Fresh ports."""
    manual = FileManual(tmp_path)
    return Ports(store=MemoryStore(), journal=MemoryJournal(), note=FileNote(), manual=manual)


@pytest.fixture
def session(knowledge: Knowledge, ports: Ports) -> CaseSession:
    """A session on an empty case."""
    return CaseSession(knowledge, FixedClock(), ports.store, ports.journal, ports.note)


@pytest.fixture
def settings(tmp_path: Path) -> WindowSettings:
    """Settings in a folder of their own."""
    return WindowSettings(tmp_path / "settings")


@pytest.fixture
def site(knowledge: Knowledge) -> MemorySite:
    """Site settings in memory."""
    return MemorySite(knowledge)


@pytest.fixture
def window(
    qtbot: QtBot, session: CaseSession, ports: Ports, settings: WindowSettings, site: MemorySite, tmp_path: Path
) -> Iterator[MainWindow]:
    """The main window, shown, with what is made later."""
    settings.change(theme="light", tour_seen=True)
    made = MainWindow(session, ports.manual, settings, tmp_path / "examples", site)
    made.files.opens_note = False
    qtbot.addWidget(made, before_close_func=_clean)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    made.later.finish()
    yield made
    apply_text_size(QApplication.instance(), 100)
    apply_theme(QApplication.instance(), "light")


def _clean(window: MainWindow) -> None:
    window._closing = True
