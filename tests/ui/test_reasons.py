"""A reason in the guidance lights up the field that it comes from, and leads there."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hepalith.domain.case import PATIENT, NumberValue, YesNoValue
from hepalith.services.session import CaseSession
from hepalith.ui.main_window import MainWindow
from hepalith.ui.panel.card import CardWidget
from ui.conftest import process
from ui.test_panel import widget


@pytest.fixture
def card(qtbot: QtBot, window: MainWindow, session: CaseSession) -> CardWidget:
    """The open card of the emergency."""
    session.record("hot", YesNoValue(yes=True))
    session.record("redness", NumberValue(number="4.0", unit="mg/dL"))
    window.open_page("person", PATIENT)
    made = widget(window, "now", "Look after the heat")
    made.toggle()
    process()
    return made


def lit(window: MainWindow) -> list[str]:
    return [name for name, row in window.form.current().rows.items() if row.lit]


def test_pointing_lights_up_the_field(window: MainWindow, card: CardWidget) -> None:
    assert 'href="hot|patient"' in card._details.text()
    card._details.linkHovered.emit("hot|patient")
    assert lit(window) == ["hot"]
    card._details.linkHovered.emit("")
    assert lit(window) == []
    card._details.linkHovered.emit("redness|patient")
    assert lit(window) == [], "the field is on another page"


def test_tab_points_and_enter_goes_there(qtbot: QtBot, window: MainWindow, card: CardWidget) -> None:
    card._details.setFocus(Qt.FocusReason.TabFocusReason)
    for _step in range(6):
        qtbot.keyClick(card._details, Qt.Key.Key_Tab)
        if lit(window):
            break
    assert lit(window) == ["hot"]
    qtbot.keyClick(card._details, Qt.Key.Key_Return)
    assert window.form.current().rows["hot"].isAncestorOf(QApplication.focusWidget())
    assert lit(window) == [], "the keyboard is there now"


def test_every_field_that_is_linked_exists(session: CaseSession, card: CardWidget) -> None:
    targets = {target.partition("|")[0] for target in card._links.values()}
    assert targets == {"hot", "redness"}
