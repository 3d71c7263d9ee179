"""The strip of fields with a refusal or a warning."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hepalith.domain.case import PATIENT, NumberValue
from hepalith.services.session import CaseSession
from hepalith.ui.main_window import MainWindow

KEY = Qt.Key


def lines(window: MainWindow) -> list[str]:
    strip = window.form.problems
    if strip.isHidden():
        return []
    return [strip.problem_list.item(i).text() for i in range(strip.problem_list.count())]


def test_refusals_and_warnings_of_all_sections_are_listed(
    qtbot: QtBot, window: MainWindow, session: CaseSession
) -> None:
    assert lines(window) == []
    session.record("redness", NumberValue(number="900", unit="umol/L"))
    window.open_finding("years", PATIENT)
    qtbot.keyClicks(QApplication.focusWidget(), "240")
    qtbot.keyClick(QApplication.focusWidget(), KEY.Key_Return)
    shown = lines(window)
    assert len(shown) == 2
    assert shown[0].startswith("✗ Age in years: ")
    assert shown[1].startswith("⚠ Redness of the blood: ")
    assert window.form.problems.title_label.text().startswith("2 fields")


def test_activating_a_line_goes_to_the_field(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    session.record("redness", NumberValue(number="900", unit="umol/L"))
    listed = window.form.problems.problem_list
    listed.setFocus()
    listed.setCurrentRow(0)
    qtbot.keyClick(listed, KEY.Key_Return)
    row = window.form.current().rows["redness"]
    assert row.isAncestorOf(QApplication.focusWidget())


def test_a_line_goes_when_the_field_is_mended_or_the_case_closed(
    qtbot: QtBot, window: MainWindow, session: CaseSession
) -> None:
    window.open_finding("years", PATIENT)
    qtbot.keyClicks(QApplication.focusWidget(), "240")
    qtbot.keyClick(QApplication.focusWidget(), KEY.Key_Return)
    assert len(lines(window)) == 1
    qtbot.keyClick(QApplication.focusWidget(), KEY.Key_Escape)
    assert lines(window) == []
    lesion = session.add_lesion()
    window.open_finding("width_mm", lesion)
    qtbot.keyClicks(QApplication.focusWidget(), "9000")
    qtbot.keyClick(QApplication.focusWidget(), KEY.Key_Return)
    assert lines(window)[0].startswith("✗ Lesion 1, Width: ")
    session.remove_lesion(lesion)
    assert lines(window) == []
