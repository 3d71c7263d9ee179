"""Below the form stands which guidance rests on the field that has the keyboard, and it leads there."""

import re

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hepalith.domain.case import PATIENT, NumberValue, YesNoValue
from hepalith.services.session import CaseSession
from hepalith.ui.main_window import MainWindow
from ui.conftest import process
from ui.test_panel import widget


def linked(window: MainWindow) -> list[str]:
    """The titles that the line names."""
    label = window.form.help.guidance_label
    return re.findall(r"<a [^>]*>(.*?)</a>", label.text()) if label.isVisible() else []


def test_a_field_shows_the_guidance_that_rests_on_it(window: MainWindow, session: CaseSession) -> None:
    window.open_finding("hot", PATIENT)
    assert linked(window) == []
    session.record("hot", YesNoValue(yes=True))
    session.record("redness", NumberValue(number="4.0", unit="mg/dL"))
    process()
    assert linked(window)[:2] == ["Look after the heat", "Hot bath"]
    assert "Look after the heat" in window.form.help.guidance_label.accessibleName()
    window.open_finding("redness", PATIENT)
    assert "Look after the heat" in linked(window)
    assert "Hot bath" not in linked(window)
    window.open_finding("gender", PATIENT)
    assert linked(window) == []


def test_the_line_stays_from_one_answer_to_another(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    """Taken away and put back, it would move the form twice with each key."""
    session.record("hot", YesNoValue(yes=True))
    window.open_finding("hot", PATIENT)
    process()
    told: list[str] = []
    window.form.field_entered.connect(lambda finding, _subject: told.append(finding))
    first = QApplication.focusWidget()
    qtbot.keyClick(first, Qt.Key.Key_Right)
    assert QApplication.focusWidget() is not first
    assert (told, linked(window)[:1]) == ([], ["Hot bath"])
    window.open_finding("redness", PATIENT)
    window.open_finding("hot", PATIENT)
    assert told == ["redness", "hot"]


def test_the_keyboard_goes_to_the_card_and_the_line_stays(
    qtbot: QtBot, window: MainWindow, session: CaseSession
) -> None:
    session.record("hot", YesNoValue(yes=True))
    session.record("redness", NumberValue(number="4.0", unit="mg/dL"))
    window.open_finding("hot", PATIENT)
    process()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    label = window.form.help.guidance_label
    assert QApplication.focusWidget() is label
    assert linked(window)[:1] == ["Look after the heat"]
    qtbot.keyClick(label, Qt.Key.Key_Tab)
    qtbot.keyClick(label, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is widget(window, "now", "Look after the heat").why_button


def test_no_more_than_three_are_named(window: MainWindow, session: CaseSession) -> None:
    session.record("hot", YesNoValue(yes=True))
    window.open_finding("hot", PATIENT)
    card = window.panel.resting_on("hot", PATIENT)[0]
    window.form.show_guidance([card] * 5)
    assert len(linked(window)) == 3
    assert window.form.help.guidance_label.text().endswith("and 2 more")


def test_what_is_about_another_lesion_does_not_rest_on_it(window: MainWindow, session: CaseSession) -> None:
    session.record("hot", YesNoValue(yes=True))
    process()
    card = window.panel.resting_on("hot", PATIENT)[0]
    changed = type(card)(key=card.key, title=card.title, page=card.page, subjects=("L2",))
    among = window.panel._dependents.among
    assert among([changed], "hot", "L1") == ()
    assert among([changed], "hot", "L2") == (changed,)
    assert among([changed], "hot", PATIENT) == (changed,)
