"""What an edit changed in the panel can be seen for a moment and is told to a screen reader."""

import pytest
from pytestqt.qtbot import QtBot

from hepalith.domain.case import Case, NumberValue, YesNoValue
from hepalith.services.session import CaseSession
from hepalith.ui import announce as announcing
from hepalith.ui.main_window import MainWindow
from ui.test_panel import widget


class Reader:
    """Stands for Qt's accessibility; keeps what would be spoken."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.AnnouncementPoliteness = announcing.QAccessible.AnnouncementPoliteness

    def updateAccessibility(self, event: announcing.QAccessibleAnnouncementEvent) -> None:
        assert event.politeness() is self.AnnouncementPoliteness.Polite
        self.heard.append(event.message())


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a screen reader was told."""
    reader = Reader()
    monkeypatch.setattr(announcing, "QAccessible", reader)
    return reader.heard


def test_new_changed_and_gone(qtbot: QtBot, window: MainWindow, session: CaseSession, heard: list[str]) -> None:
    session.record("hot", YesNoValue(yes=True))
    assert widget(window, "avoid", "Hot bath")._mark.text() == "● new"
    assert heard[-1].endswith("New: Hot bath.")
    session.record("redness", NumberValue(number="4.0", unit="mg/dL"))
    assert widget(window, "now", "Look after the heat")._mark.text() == "● new"
    assert widget(window, "avoid", "Hot bath")._mark.text() == "", "only what the last edit changed"
    assert heard[-1] == "Urgency: Emergency: today. New: Look after the heat."
    session.record("redness", NumberValue(number="1.0", unit="mg/dL"))
    assert "Gone: Look after the heat." in heard[-1]
    count = len(heard)
    session.record("years", NumberValue(number="30", unit="a"))
    assert len(heard) == count, "what changes nothing is not spoken"


def test_the_marks_go_away(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    window.panel._marks_end.setInterval(1)
    session.record("hot", YesNoValue(yes=True))
    card = widget(window, "avoid", "Hot bath")
    qtbot.waitUntil(lambda: not card._mark.text())
    assert card._mark.isHidden()


def test_a_case_that_is_opened_is_not_new(window: MainWindow, session: CaseSession, heard: list[str]) -> None:
    session.record("hot", YesNoValue(yes=True))
    other: Case = session.state.case
    session.new()
    heard.clear()
    session.show_case(other)
    assert widget(window, "avoid", "Hot bath")._mark.text() == ""
    assert heard == []


def test_a_section_that_is_opened_is_not_new(window: MainWindow, session: CaseSession) -> None:
    session.record("hot", YesNoValue(yes=True))
    window.panel.open_section("open:emergency_same_day", True)
    assert window.panel.section("open:emergency_same_day").cards()
    assert all(card._mark.text() == "" for card in window.panel.section("open:emergency_same_day").cards())
