"""Writing a note shows how far it is and can be given up; the form goes on meanwhile."""

from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from hepalith.domain.case import YesNoValue
from hepalith.services.session import CaseSession
from hepalith.ui.main_window import MainWindow
from ui.conftest import Ports


@pytest.fixture
def halfway(ports: Ports) -> Event:
    """Notes stop halfway until it is set."""
    ports.note.halfway = Event()
    return ports.note.halfway


def start(qtbot: QtBot, window: MainWindow, path: Path) -> None:
    window.files.export_to(str(path))
    qtbot.waitUntil(lambda: window.progress.bar.value() == 50)


def test_it_shows_how_far_it_is(qtbot: QtBot, window: MainWindow, halfway: Event, tmp_path: Path) -> None:
    assert window.progress.isHidden()
    start(qtbot, window, tmp_path / "note.pdf")
    assert window.progress.isVisible()
    assert window.progress.cancel_button.accessibleName() == "Cancel: Writing the note"
    with qtbot.waitSignal(window.files.exported):
        halfway.set()
    assert window.progress.isHidden()
    assert (tmp_path / "note.pdf").exists()


def test_given_up_with_the_keyboard_nothing_is_written(
    qtbot: QtBot, window: MainWindow, halfway: Event, tmp_path: Path
) -> None:
    start(qtbot, window, tmp_path / "note.pdf")
    window.progress.cancel_button.setFocus()
    qtbot.keyClick(window.progress.cancel_button, Qt.Key.Key_Space)
    with qtbot.waitSignal(window.files.worker.given_up):
        halfway.set()
    assert window.progress.isHidden()
    assert not (tmp_path / "note.pdf").exists()
    assert not [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    with qtbot.waitSignal(window.files.exported):
        window.files.export_to(str(tmp_path / "next.pdf"))


def test_a_second_note_waits_for_the_first(qtbot: QtBot, window: MainWindow, halfway: Event, tmp_path: Path) -> None:
    start(qtbot, window, tmp_path / "note.pdf")
    window.files.export_to(str(tmp_path / "other.pdf"))
    assert "being written" in window.statusBar().currentMessage()
    with qtbot.waitSignal(window.files.exported) as written:
        halfway.set()
    assert written.args == [str(tmp_path / "note.pdf")]
    assert not (tmp_path / "other.pdf").exists()


def test_what_is_edited_meanwhile_is_not_on_the_note(
    qtbot: QtBot, window: MainWindow, session: CaseSession, halfway: Event, ports: Ports, tmp_path: Path
) -> None:
    case = session.state.case
    start(qtbot, window, tmp_path / "note.pdf")
    session.record("hot", YesNoValue(yes=True))
    with qtbot.waitSignal(window.files.exported):
        halfway.set()
    assert ports.note.case == case


def test_closing_waits_until_the_note_is_whole(
    qtbot: QtBot, window: MainWindow, halfway: Event, tmp_path: Path
) -> None:
    start(qtbot, window, tmp_path / "note.pdf")
    halfway.set()
    window.close()
    assert (tmp_path / "note.pdf").read_bytes().startswith(b"%PDF")
