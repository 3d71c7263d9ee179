"""Nothing typed is lost: locks of case files, what is offered after a crash, and a disk that refuses."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QLockFile, Qt
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from hepalith.domain.case import Case, Identity, Observation, YesNoValue
from hepalith.services.ports import Recovery
from hepalith.services.session import CaseSession
from hepalith.ui.case_list import WHO_PAGE
from hepalith.ui.case_lock import CaseLock
from hepalith.ui.dialogs import RecoveryDialog
from hepalith.ui.main_window import MainWindow

HOLDS = """
import sys, time
from PySide6.QtCore import QLockFile
lock = QLockFile(sys.argv[1])
print(lock.tryLock(0), flush=True)
time.sleep(60)
"""


@pytest.fixture
def case_file(tmp_path: Path, ports) -> Path:
    path = tmp_path / "a.hepalith.json"
    ports.store.files[path] = Case(case_id="a", observations=(Observation(finding="hot", value=YesNoValue(yes=True)),))
    return path


@pytest.fixture
def other_window(case_file: Path):
    """Another program that has the case open."""
    lock = case_file.with_name(f".{case_file.name}.lock")
    running = subprocess.Popen([sys.executable, "-c", HOLDS, str(lock)], stdout=subprocess.PIPE, text=True)
    assert running.stdout.readline() == "True\n"
    yield running
    running.kill()
    running.communicate()


def box(window: MainWindow) -> QMessageBox:
    return next(one for one in window.findChildren(QMessageBox) if one.isVisible())


def press(window: MainWindow, words: str) -> None:
    next(button for button in box(window).buttons() if button.text().replace("&", "") == words).click()


def test_an_open_case_holds_a_lock_until_it_is_closed(window: MainWindow, case_file: Path, tmp_path: Path) -> None:
    window.files.open_path(case_file)
    lock = QLockFile(str(case_file.with_name(f".{case_file.name}.lock")))
    assert not lock.tryLock(0)
    window.files.new()
    assert lock.tryLock(0)
    lock.unlock()


def test_a_case_that_is_open_elsewhere_is_noticed(
    window: MainWindow, session: CaseSession, case_file: Path, other_window
) -> None:
    window.files.open_path(case_file)
    assert "is open in another window" in box(window).text()
    assert str(other_window.pid) in box(window).informativeText()
    press(window, "Cancel")
    assert session.state.path is None
    assert session.shown("hot") is None
    window.files.open_path(case_file)
    press(window, "Open as a copy")
    assert session.state.path is None
    assert session.shown("hot") is not None
    window.files.open_path(case_file)
    press(window, "Open all the same")
    assert session.state.path == case_file


def test_a_file_that_is_open_elsewhere_is_not_written_over(
    window: MainWindow, session: CaseSession, ports, case_file: Path, other_window
) -> None:
    before = ports.store.files[case_file]
    window.files._on_save_chosen(str(case_file))
    assert "is open in another window" in box(window).text()
    assert ports.store.files[case_file] is before


@pytest.mark.parametrize("answer", ["Cancel", "Write over it", "Save under another name"])
def test_a_file_that_another_program_changed_is_asked_about(
    window: MainWindow, session: CaseSession, ports, case_file: Path, answer: str
) -> None:
    window.files.open_path(case_file)
    theirs = msgspec.structs.replace(ports.store.files[case_file], identity=Identity(name="Ada"))
    ports.store.files[case_file] = theirs
    session.record("hot", YesNoValue(yes=False))
    done: list[bool] = []
    window.files.ask_then(lambda: done.append(True))
    press(window, "Save")
    assert "was changed by another program" in box(window).text()
    assert ports.store.files[case_file] is theirs
    press(window, answer)
    assert done == [True] * (answer == "Write over it")
    assert (ports.store.files[case_file] is theirs) == (answer != "Write over it")
    if answer == "Save under another name":
        other = case_file.with_name("b.hepalith.json")
        window.files._on_save_chosen(str(other))
        assert done == [True]
        assert other in ports.store.files


def test_the_lock_of_a_program_that_was_killed_is_no_lock(
    window: MainWindow, session: CaseSession, case_file: Path, other_window
) -> None:
    other_window.kill()
    other_window.wait()
    window.files.open_path(case_file)
    assert session.state.path == case_file


def test_a_folder_that_cannot_be_written_has_no_locks(tmp_path: Path) -> None:
    lock = CaseLock()
    assert lock.holder(tmp_path / "no" / "such.hepalith.json") is None
    lock.take(tmp_path / "no" / "such.hepalith.json")
    lock.release()


def test_what_is_offered_says_how_it_differs_from_the_saved_file(window: MainWindow, ports, case_file: Path) -> None:
    saved = ports.store.files[case_file]
    kept = Case(case_id="a", identity=Identity(name="Ada"), observations=saved.observations)
    lost = Case(case_id="b", identity=Identity(name="Bob"))
    ports.journal.kept = [
        Recovery(name="j", case=kept, path=str(case_file), written="2026-05-31T10:00:00+00:00"),
        Recovery(name="k", case=lost, path="gone.hepalith.json", written="2026-05-30T10:00:00+00:00"),
        Recovery(name="l", case=Case(case_id="c"), path="", written="2026-05-29T10:00:00+00:00"),
    ]
    window.show_start()
    dialog = window.findChild(RecoveryDialog)

    def shown() -> list[str]:
        return [dialog.difference_list.item(i).text() for i in range(dialog.difference_list.count())]

    assert shown() == ["Name: – → Ada"]
    dialog.recovery_list.setCurrentRow(1)
    assert shown() == ["It cannot be compared: gone.hepalith.json is damaged."]
    dialog.recovery_list.setCurrentRow(2)
    assert shown() == ["Nothing: they are as they were saved."]
    dialog.later_button.click()


def test_a_disk_that_refuses_is_told_of(window: MainWindow, session: CaseSession, ports) -> None:
    ports.journal.keeps = False
    session.record("hot", YesNoValue(yes=True))
    assert window.not_kept_label.isVisible()
    ports.journal.keeps = True
    session.record("hot", YesNoValue(yes=False))
    assert not window.not_kept_label.isVisible()


def test_undoing_everything_leaves_nothing_to_recover(session: CaseSession, ports) -> None:
    session.record("hot", YesNoValue(yes=True))
    session.undo()
    assert ports.journal.discarded == [session.state.case.case_id]


def test_a_name_is_kept_while_it_is_typed_and_not_rewritten(
    qtbot: QtBot, window: MainWindow, session: CaseSession
) -> None:
    window.open_page(WHO_PAGE, "")
    page = window.form.current()
    page.take_focus()
    qtbot.keyClicks(page.name_input, "Ada ")
    qtbot.waitUntil(lambda: session.state.case.identity.name == "Ada")
    assert page.name_input.text() == "Ada "
    qtbot.keyClicks(page.name_input, "L")
    qtbot.keyClick(page.name_input, Qt.Key.Key_Tab)
    QApplication.processEvents()
    assert session.state.case.identity.name == "Ada L"
