"""The entry for the composition root: a picture without a screen, and a run that ends when the window closes."""

import gc
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from hepalith.decision.what_if import Asker
from hepalith.domain.case import YesNoValue
from hepalith.domain.errors import CaseFileError, KnowledgeError
from hepalith.resources import resource_root
from hepalith.services.session import CaseSession
from hepalith.ui.application import Desktop, begin, screenshot
from hepalith.ui.colours import DARK, LIGHT
from hepalith.ui.dialogs import StartDialog
from hepalith.ui.help import TourDialog
from hepalith.ui.main_window import MainWindow
from hepalith.ui.opening import _Opening, run
from hepalith.ui.settings import WindowSettings
from hepalith.ui.stored import PREFERENCES, stored_in
from ui.conftest import FileManual


def the_window() -> MainWindow:
    """The window that `run` made."""
    return next(shown_windows())


def shown_windows() -> Iterator[MainWindow]:
    """Main windows on the screen."""
    return (one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow) and one.isVisible())


@pytest.fixture(autouse=True)
def usual_garbage() -> Iterator[None]:
    """A start freezes what there is; other tests look for what is freed."""
    yield
    gc.unfreeze()


def when_prepared(session: CaseSession, then: Callable[[], None]) -> None:
    """Waits for the window with the event loop running."""

    def look() -> None:
        if session.prepared and list(shown_windows()):
            then()
        else:
            QTimer.singleShot(10, look)

    QTimer.singleShot(10, look)


def started(session: CaseSession, tmp_path: Path, **wanted: Any) -> int:
    """The exit code of a run."""
    manual = FileManual(tmp_path)
    return run(
        tmp_path / "settings",
        lambda: lambda settings: begin(session, manual, settings, examples=tmp_path, **wanted),
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_picture_has_the_size_and_the_theme(session: CaseSession, tmp_path: Path, theme) -> None:
    session.record("hot", YesNoValue(yes=True))
    path = tmp_path / "window.png"
    screenshot(session, FileManual(tmp_path), None, path, (960, 700), theme)
    picture = QImage(str(path))
    assert (picture.width(), picture.height()) == (960, 700)
    assert (picture.pixelColor(5, 695).lightness() < 128) is (theme == "dark")
    assert session._listeners == []


def test_a_picture_that_cannot_be_written_is_an_error(session: CaseSession, tmp_path: Path) -> None:
    with pytest.raises(CaseFileError, match=r"cannot be written"):
        screenshot(session, FileManual(tmp_path), None, tmp_path / "no" / "such" / "folder.png", (960, 700))
    assert session._listeners == []


def test_a_picture_is_drawn_where_there_is_no_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    example = min((resource_root() / "examples").glob("*.hepalith.json"))
    picture = tmp_path / "window.png"
    command = [sys.executable, "-m", "hepalith", "window", str(example), "--screenshot", str(picture)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert not QImage(str(picture)).isNull()


def test_run_shows_the_chooser_and_ends_with_the_window(session: CaseSession, tmp_path: Path) -> None:
    seen = []

    def close() -> None:
        window = the_window()
        dialog = window.findChild(StartDialog)
        seen.append(dialog is not None)
        dialog.reject()
        window.close()

    WindowSettings(tmp_path / "settings").change(tour_seen=True)
    when_prepared(session, close)
    assert started(session, tmp_path, show_chooser=True) == 0
    assert seen == [True]
    assert (tmp_path / "settings" / "window.ini").exists()


def test_run_opens_a_case(session: CaseSession, tmp_path: Path) -> None:
    path = tmp_path / "a.hepalith.json"
    session.record("hot", YesNoValue(yes=True))
    session.save(path)
    session.new()
    WindowSettings(tmp_path / "settings").change(tour_seen=True)
    when_prepared(session, lambda: the_window().close())
    assert started(session, tmp_path, case_path=path) == 0
    assert session.shown("hot") is not None


def test_garbage_is_searched_in_pauses_as_long_as_the_window_stands(session: CaseSession, tmp_path: Path) -> None:
    seen = []

    def close() -> None:
        seen.append(gc.isenabled())
        the_window().close()

    WindowSettings(tmp_path / "settings").change(tour_seen=True)
    when_prepared(session, close)
    assert started(session, tmp_path) == 0
    assert seen == [False]
    assert gc.isenabled()


def test_the_first_run_shows_the_tour_once_and_then_begins(session: CaseSession, tmp_path: Path) -> None:
    seen = []

    def close() -> None:
        window = the_window()
        tour = window.findChild(TourDialog)
        seen.append((tour is not None, window.findChild(StartDialog) is None))
        tour.begin_button.click()
        chooser = window.findChild(StartDialog)
        seen.append(chooser is not None)
        chooser.reject()
        window.close()

    when_prepared(session, close)
    assert started(session, tmp_path, show_chooser=True) == 0
    assert seen == [(True, True), True]
    assert WindowSettings(tmp_path / "settings").preferences.tour_seen


def test_loading_begins_when_the_first_window_is_painted(session: CaseSession, tmp_path: Path) -> None:
    seen = []

    def load() -> Callable[[WindowSettings], Desktop]:
        seen.append([one.isVisible() for one in QApplication.topLevelWidgets() if type(one).__name__ == "_Opening"])
        seen.append(threading.current_thread() is not threading.main_thread())
        return lambda settings: begin(session, FileManual(tmp_path), settings, examples=tmp_path)

    WindowSettings(tmp_path / "settings").change(tour_seen=True)
    when_prepared(session, lambda: the_window().close())
    assert run(tmp_path / "settings", load) == 0
    assert seen == [[True], True]


def test_what_hinders_the_start_is_told_and_raised(tmp_path: Path) -> None:
    told = []

    def load() -> Callable[[WindowSettings], Desktop]:
        raise KnowledgeError("The knowledge is damaged.")

    def look() -> None:
        box = next((one for one in QApplication.topLevelWidgets() if isinstance(one, QMessageBox)), None)
        if box is None:
            QTimer.singleShot(10, look)
        else:
            told.append(box.informativeText())
            box.accept()

    QTimer.singleShot(10, look)
    with pytest.raises(KnowledgeError):
        run(tmp_path / "settings", load)
    assert told == ["The knowledge is damaged."]


def test_an_entry_before_all_is_prepared_waits_for_nothing_and_is_asked_about_later(session: CaseSession) -> None:
    session.await_asker()
    session.record("hot", YesNoValue(yes=True))
    assert not session.prepared
    assert session.state.assessment.recommendations
    assert not session.state.assessment.questions
    session.go_on_with(Asker(session.knowledge))
    assert session.prepared
    assert session.state.assessment.questions


def test_the_first_window_needs_little() -> None:
    """What is imported before something is painted: no knowledge, no form, no reader of files, no enumerations."""
    code = (
        "import sys, hepalith.app.main, hepalith.ui.opening, PySide6.QtCore as core; print(*sys.modules, *vars(core))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"yaml", "tomlkit", "tomllib", "importlib.metadata", "hepalith.decision", "hepalith.knowledge"}
    heavy |= {"msgspec", "hepalith.ui.theme", "Qt"}
    assert not heavy & set(ended.stdout.split())


@pytest.mark.parametrize(
    ("preferences", "colour"),
    [('{"theme":"dark"}', DARK.window), ('{"theme":"light"}', LIGHT.window), ('{"theme":"system"}', ""), ("[", "")],
)
def test_the_first_window_has_the_colour_of_the_theme(
    qtbot: QtBot, tmp_path: Path, preferences: str, colour: str
) -> None:
    stored_in(tmp_path).setValue(PREFERENCES, preferences)
    opening = _Opening(tmp_path, lambda: pytest.fail("nothing is loaded here"))
    qtbot.addWidget(opening)
    assert opening.palette().window().color().name() == (colour or QApplication.palette().window().color().name())


def test_a_first_window_that_stays_says_why(qtbot: QtBot, tmp_path: Path) -> None:
    go_on = threading.Event()

    def load() -> Callable[[WindowSettings], Desktop]:
        assert go_on.wait(20)
        raise KnowledgeError("ended")

    opening = _Opening(tmp_path, load)
    qtbot.addWidget(opening)
    opening.show()
    qtbot.waitUntil(lambda: opening.centralWidget() is not None)
    assert opening.centralWidget().text() == "Opening..."
    opening.hide()
    go_on.set()
    opening.finish()
