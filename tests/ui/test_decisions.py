"""Deciding otherwise about advice in the panel, with real keys."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from hepalith.domain.case import PATIENT, NumberValue, YesNoValue
from hepalith.services.session import CaseSession
from hepalith.ui.main_window import MainWindow
from hepalith.ui.panel.decision import DecisionDialog
from ui.conftest import process
from ui.test_accessibility import nameless
from ui.test_panel import section, widget

HEAT = "Look after the heat"


@pytest.fixture
def hot(session: CaseSession) -> None:
    """The emergency of the small knowledge base."""
    session.record("hot", YesNoValue(yes=True))
    session.record("redness", NumberValue(number="4.0", unit="mg/dL"))


def opened(qtbot: QtBot, window: MainWindow) -> DecisionDialog:
    """The dialog, opened from the card by key."""
    button = widget(window, "now", HEAT).decide_button
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    return window.findChild(DecisionDialog)


def type_author(qtbot: QtBot, dialog: DecisionDialog) -> None:
    dialog.author_input.clear()
    qtbot.keyClicks(dialog.author_input, "Dr Test")


def test_set_aside_keeps_the_emergency_in_sight(
    qtbot: QtBot, window: MainWindow, session: CaseSession, hot: None
) -> None:
    dialog = opened(qtbot, window)
    assert nameless(dialog) == []
    assert dialog.withdraw_button.isHidden()
    qtbot.keyClick(dialog.reason_input, Qt.Key.Key_Down)
    type_author(qtbot, dialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    card = widget(window, "now", HEAT)
    assert card.card.decision == "≠ Set aside by Dr Test, 2026-06-01: The patient declines."
    assert not card._decision.isHidden()
    assert window.panel.band.word_label.text() == "Emergency: today"
    detail = window.panel.band.detail_label.text()
    assert "decided otherwise by the clinician, and shown all the same" in detail
    assert "the other advice gives: no urgency" in detail
    session.undo()
    assert widget(window, "now", HEAT).card.decision == ""
    assert "decided otherwise" not in window.panel.band.detail_label.text()


def test_what_is_missing_is_said_and_nothing_is_recorded(
    qtbot: QtBot, window: MainWindow, session: CaseSession, hot: None
) -> None:
    dialog = opened(qtbot, window)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.message_label.text() == "✗ Choose a reason."
    qtbot.keyClick(dialog.reason_input, Qt.Key.Key_Down)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert "a name is missing" in dialog.message_label.text()
    type_author(qtbot, dialog)
    qtbot.keyClick(dialog.reason_input, Qt.Key.Key_Down)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert "say in words why" in dialog.message_label.text()
    assert session.state.case.overrides == ()
    assert dialog.result() == QDialog.DialogCode.Rejected
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isHidden()


def test_another_plan_and_taking_it_back(qtbot: QtBot, window: MainWindow, session: CaseSession, hot: None) -> None:
    dialog = opened(qtbot, window)
    qtbot.keyClick(dialog.plan_radio, Qt.Key.Key_Space)
    assert not dialog.reason_input.isEnabled()
    qtbot.keyClicks(dialog.text_input, "Wait until noon")
    type_author(qtbot, dialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert "Different plan by Dr Test, 2026-06-01. Wait until noon." in widget(window, "now", HEAT).card.decision
    process()
    again = opened(qtbot, window)
    assert again.plan_radio.isChecked()
    assert again.text_input.toPlainText() == "Wait until noon"
    assert again.author_input.text() == "Dr Test", "the name is kept for the next decision"
    qtbot.keyClick(again.withdraw_button, Qt.Key.Key_Space)
    assert session.override("REC-HOT", PATIENT) is None


def test_a_decision_about_advice_that_ended_stays_in_sight_and_can_be_taken_back(
    qtbot: QtBot, window: MainWindow, session: CaseSession, hot: None
) -> None:
    session.author = "Dr Test"
    session.set_aside("REC-HOT", PATIENT, "declined", "after a talk")
    assert section(window, "decided") is None, "the card of the advice says it"
    session.record("hot", YesNoValue(yes=False))
    (card,) = section(window, "decided").cards
    assert card.title == HEAT
    assert card.decision.startswith("≠ Set aside by Dr Test, 2026-06-01: The patient declines. after a talk")
    assert "does not apply any more" in card.decision
    assert any(note.startswith("Advice when decided: ") for note in card.notes)
    window.panel.decide(card)
    dialog = window.findChild(DecisionDialog)
    qtbot.keyClick(dialog.withdraw_button, Qt.Key.Key_Space)
    assert section(window, "decided") is None
    session.undo()
    assert session.override("REC-HOT", PATIENT) is not None


def test_a_decision_covers_every_lesion_of_the_card(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    for _lesion in range(2):
        session.record("width_mm", NumberValue(number="20", unit="mm"), session.add_lesion())
    session.author = "Dr Test"
    (card,) = section(window, "later").cards
    window.panel.decide(card)
    dialog = window.findChild(DecisionDialog)
    qtbot.keyClick(dialog.reason_input, Qt.Key.Key_Down)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert {one.subject for one in session.state.case.overrides} == {"L1", "L2"}


def test_the_dialog_leaves_nothing_behind(qtbot: QtBot, window: MainWindow, hot: None) -> None:
    dialog = opened(qtbot, window)
    dialog.reject()
    process()
    QApplication.processEvents()
    assert window.findChild(DecisionDialog) is None
