"""Unexpected errors are told of, the work goes on, and the report holds no patient data."""

import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from hepalith.domain.case import YesNoValue
from hepalith.services.session import CaseSession
from hepalith.ui.errors import ErrorDialog, ErrorWatch, error_report
from hepalith.ui.main_window import MainWindow

PATIENT = "Ada Lovelace 1815"


@pytest.fixture
def watch(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> Iterator[ErrorWatch]:
    """Watches over the window; nothing reaches the test's own hooks."""
    monkeypatch.setattr(sys, "excepthook", lambda *_arguments: None)
    made = ErrorWatch()
    made.noticed.connect(window.show_unexpected)
    made.start()
    yield made
    made.stop()


def fail() -> None:
    name = PATIENT
    raise ValueError(f"no such patient: {name}")


def the_dialog(qtbot: QtBot, window: MainWindow) -> ErrorDialog:
    qtbot.waitUntil(lambda: window.findChild(ErrorDialog) is not None)
    return window.findChild(ErrorDialog)


def test_in_a_slot(qtbot: QtBot, window: MainWindow, session: CaseSession, watch: ErrorWatch) -> None:
    session.record("hot", YesNoValue(yes=True))
    QTimer.singleShot(0, fail)
    dialog = the_dialog(qtbot, window)
    assert "ValueError" in dialog.report
    assert "in fail" in dialog.report
    assert "hash" in dialog.report or session.knowledge.hash in dialog.report
    dialog.close_button.click()
    session.record("hot", YesNoValue(yes=False))  # the work goes on
    assert session.shown("hot").value == YesNoValue(yes=False)


def test_in_the_worker_thread(
    qtbot: QtBot, window: MainWindow, watch: ErrorWatch, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    monkeypatch.setattr(window._session, "write_note", lambda _request: fail())
    window.files.export_to(str(tmp_path / "note.pdf"))
    dialog = the_dialog(qtbot, window)
    assert "ui/worker.py" in dialog.report
    assert window.statusBar().currentMessage() == "The note was not written."
    dialog.close()


def test_in_a_thread_of_python(qtbot: QtBot, window: MainWindow, watch: ErrorWatch) -> None:
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    the_dialog(qtbot, window).close()


class _Bad(QWidget):
    def paintEvent(self, event: QPaintEvent) -> None:
        fail()


def test_in_a_painting_again_and_again_is_one_dialog(qtbot: QtBot, window: MainWindow, watch: ErrorWatch) -> None:
    bad = _Bad(window)
    bad.resize(20, 20)
    bad.show()
    for _painting in range(3):
        bad.update()
        qtbot.wait(30)
    dialog = the_dialog(qtbot, window)
    assert len(window.findChildren(ErrorDialog)) == 1
    assert "times" in dialog.times_label.text()
    bad.hide()
    bad.deleteLater()
    dialog.close()


def test_the_report_has_no_value_no_text_and_no_folder() -> None:
    try:
        try:
            fail()
        except ValueError as error:
            raise KeyError(PATIENT) from error
    except KeyError as error:
        report = error_report(error, "Knowledge 1")
    assert "Ada" not in report
    assert "1815" not in report
    assert "/" not in report.replace("ui/", "")
    assert "builtins.KeyError" in report
    assert "builtins.ValueError" in report
    assert "Knowledge 1" in report


def test_the_report_can_be_copied_and_kept(qtbot: QtBot, window: MainWindow, watch: ErrorWatch, tmp_path) -> None:
    QTimer.singleShot(0, fail)
    dialog = the_dialog(qtbot, window)
    dialog.copy_button.click()
    assert QApplication.clipboard().text() == dialog.report
    dialog.save_button.click()
    chooser = window.findChild(QFileDialog)
    chooser.fileSelected.emit(str(tmp_path / "report.txt"))
    chooser.close()
    assert (tmp_path / "report.txt").read_text(encoding="utf-8") == dialog.report
    dialog.close()


def test_the_hooks_are_given_back(window: MainWindow) -> None:
    before = sys.excepthook, threading.excepthook
    made = ErrorWatch()
    made.start()
    assert (sys.excepthook, threading.excepthook) != before
    made.stop()
    assert (sys.excepthook, threading.excepthook) == before
