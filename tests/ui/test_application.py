"""The entry for the composition root: a picture without a screen, and a run that ends when the window closes."""

from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from hepalith.domain.case import YesNoValue
from hepalith.domain.errors import CaseFileError
from hepalith.services.session import CaseSession
from hepalith.ui.application import run, screenshot
from hepalith.ui.dialogs import StartDialog
from hepalith.ui.help import TourDialog
from hepalith.ui.main_window import MainWindow
from hepalith.ui.settings import WindowSettings
from ui.conftest import FileManual


def the_window() -> MainWindow:
    """The window that `run` made."""
    return next(one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow) and one.isVisible())


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


def test_run_shows_the_chooser_and_ends_with_the_window(session: CaseSession, tmp_path: Path) -> None:
    seen = []

    def close() -> None:
        window = the_window()
        dialog = window.findChild(StartDialog)
        seen.append(dialog is not None)
        dialog.reject()
        window.close()

    WindowSettings(tmp_path / "settings").change(tour_seen=True)
    QTimer.singleShot(50, close)
    code = run(
        session,
        FileManual(tmp_path),
        case_path=None,
        examples=tmp_path,
        show_chooser=True,
        settings=tmp_path / "settings",
    )
    assert code == 0
    assert seen == [True]
    assert (tmp_path / "settings" / "window.ini").exists()


def test_run_opens_a_case(session: CaseSession, ports, tmp_path: Path) -> None:
    path = tmp_path / "a.hepalith.json"
    session.record("hot", YesNoValue(yes=True))
    session.save(path)
    session.new()
    WindowSettings(tmp_path).change(tour_seen=True)
    QTimer.singleShot(50, lambda: the_window().close())
    code = run(session, ports.manual, case_path=path, examples=tmp_path, show_chooser=False, settings=tmp_path)
    assert code == 0
    assert session.shown("hot") is not None


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

    QTimer.singleShot(50, close)
    manual = FileManual(tmp_path)
    assert run(session, manual, case_path=None, examples=tmp_path, show_chooser=True, settings=tmp_path) == 0
    assert seen == [(True, True), True]
    assert WindowSettings(tmp_path).preferences.tour_seen
