"""From a card, or from the menu, to the page of the reference manual."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from hepalith.domain.case import ItemsValue, NumberValue, YesNoValue
from hepalith.services.session import CaseSession
from hepalith.ui.main_window import MainWindow
from hepalith.ui.panel.card import CardWidget
from ui.conftest import Ports

YES = YesNoValue(yes=True)


class Browser(QObject):
    """Stands for the system's browser."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        assert url.isLocalFile()
        self.opened.append(url.toLocalFile())


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A browser that only remembers."""
    made = Browser()
    QDesktopServices.setUrlHandler("file", made, "open")
    yield made
    QDesktopServices.unsetUrlHandler("file")


def cards(window: MainWindow) -> dict[str, CardWidget]:
    """A card of each section that is open, by the name of the section."""
    boxes = {section.id: window.panel.section(section.id) for section in window.panel.guidance.sections}
    return {name: box.cards()[0] for name, box in boxes.items() if box.cards()}


@pytest.fixture
def busy_case(window: MainWindow, session: CaseSession) -> None:
    """A case with something in most sections."""
    session.record("hot", YES)
    session.record("redness", NumberValue(number="4.0", unit="mg/dL"))
    lesion = session.add_lesion()
    session.record("width_mm", NumberValue(number="60", unit="mm"), lesion)
    session.record("shape", ItemsValue(present=("round", "rim")), lesion)
    for section in window.panel.guidance.sections:
        window.panel.open_section(section.id, True)


def test_every_card_leads_to_the_page_of_its_entry(
    qtbot: QtBot, window: MainWindow, ports: Ports, busy_case: None, browser: Browser
) -> None:
    expected = {
        "now": ("recommendations", "REC-HOT"),
        "gates": ("gates", "pill"),
        "causes": ("conditions", "COND-2"),
        "sources": ("sources", "BOOK"),
    }
    shown = cards(window)
    for name, place in expected.items():
        card = shown[name]
        assert card.manual_button.isVisibleTo(card)
        with qtbot.waitSignal(window.manual.worker.succeeded):
            qtbot.mouseClick(card.manual_button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not window.manual.worker.busy)
        assert ports.manual.asked[-1] == place
        assert browser.opened[-1].endswith(f"{place[0]}-{place[1]}.html")


def pages(window: MainWindow) -> set[tuple[str, str]]:
    """The pages that cards lead to."""
    return {card.page for section in window.panel.guidance.sections for card in section.cards if card.page}


def test_every_card_about_an_entry_names_its_page(window: MainWindow, session: CaseSession, busy_case: None) -> None:
    knowledge = session.knowledge
    kinds = {
        "recommendations": knowledge.recommendations,
        "gates": knowledge.gates,
        "conditions": knowledge.conditions,
        "findings": knowledge.findings,
        "derived": knowledge.derived,
        "conflicts": knowledge.conflicts,
        "sources": knowledge.sources,
    }
    found = pages(window)
    session.clear("hot")
    found |= pages(window)
    assert {kind for kind, _name in found} >= {"recommendations", "gates", "conditions", "findings", "sources"}
    assert all(name in kinds[kind] for kind, name in found)


def test_the_button_works_by_keyboard_and_says_what_it_is(
    qtbot: QtBot, window: MainWindow, ports: Ports, busy_case: None, browser: Browser
) -> None:
    button = cards(window)["now"].manual_button
    assert button.accessibleName() == "Reference manual: Look after the heat"
    assert button.toolTip() == "Reference manual"
    assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
    button.setFocus()
    with qtbot.waitSignal(window.manual.worker.succeeded):
        qtbot.keyClick(button, Qt.Key.Key_Space)
    assert ports.manual.asked == [("recommendations", "REC-HOT")]


def test_the_help_menu_opens_the_first_page(qtbot: QtBot, window: MainWindow, ports: Ports, browser: Browser) -> None:
    said = []
    window.statusBar().messageChanged.connect(said.append)
    with qtbot.waitSignal(window.manual.worker.succeeded):
        window.manual_action.trigger()
    assert "Opening the reference manual" in said[0]
    qtbot.waitUntil(lambda: len(browser.opened) == 1)
    assert ports.manual.asked == [("", "")]
    assert "in the browser" in said[-1]


def test_a_second_click_while_the_first_is_on_its_way_opens_one_page(
    qtbot: QtBot, window: MainWindow, ports: Ports, browser: Browser
) -> None:
    with qtbot.waitSignal(window.manual.worker.succeeded):
        window.manual_action.trigger()
        window.manual_action.trigger()
    qtbot.waitUntil(lambda: not window.manual.worker.busy)
    assert len(ports.manual.asked) == len(browser.opened) == 1
    with qtbot.waitSignal(window.manual.worker.succeeded):
        window.manual_action.trigger()
    assert len(ports.manual.asked) == 2, "it works again afterwards"


def test_what_went_wrong_is_said_and_the_window_goes_on(
    qtbot: QtBot, window: MainWindow, ports: Ports, browser: Browser
) -> None:
    ports.manual.fails = True
    with qtbot.waitSignal(window.manual.failed):
        window.manual_action.trigger()
    box = window.findChild(QMessageBox)
    assert box.text() == "The reference manual was not opened."
    assert box.informativeText() == "The disk is full."
    box.close()
    assert not browser.opened
    ports.manual.fails = False
    with qtbot.waitSignal(window.manual.worker.succeeded):
        window.manual_action.trigger()


def test_a_system_without_a_browser_is_told_where_the_page_is(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    with qtbot.waitSignal(window.manual.failed) as failed:
        window.manual_action.trigger()
    assert "There is no program for web pages" in failed.args[0]
    assert ".html" in failed.args[0]
    window.findChild(QMessageBox).close()
