"""The guidance panel: what it says, that it keeps what does not change, and where its links lead."""

from collections.abc import Callable
from itertools import chain, permutations
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from hepalith.domain.assessment import Answer, Need, TraceNode
from hepalith.domain.case import PATIENT, ChoiceValue, ItemsValue, NumberValue, YesNoValue
from hepalith.services.session import CaseSession
from hepalith.ui.colours import LIGHT
from hepalith.ui.flow_layout import FlowLayout
from hepalith.ui.main_window import MainWindow
from hepalith.ui.panel.card import CardWidget
from hepalith.ui.panel.differences import Mark
from hepalith.ui.panel.guidance_panel import SectionBox
from hepalith.ui.panel.rows import Balance, Card, Section, card_text
from hepalith.ui.panel.trace_text import trace_html
from ui.conftest import Ports, process

YES = YesNoValue(yes=True)


def section(window: MainWindow, name: str) -> Section | None:
    """A section of the panel."""
    return next((one for one in window.panel.guidance.sections if one.id == name), None)


def titles(window: MainWindow, name: str) -> list[str]:
    """The titles of the cards of a section."""
    found = section(window, name)
    return [card.title for card in found.cards] if found is not None else []


def widget(window: MainWindow, name: str, title: str) -> CardWidget:
    """The card of a section with a title."""
    return next(card for card in window.panel.section(name).cards() if card.card.title == title)


@pytest.fixture
def hot_and_red(session: CaseSession) -> None:
    """The emergency of the small knowledge base."""
    session.record("hot", YES)
    session.record("redness", NumberValue(number="4.0", unit="mg/dL"))


def test_an_empty_case_says_so(window: MainWindow) -> None:
    assert window.panel.impression_label.text() == "Nothing is recorded yet."
    assert window.panel.band.word_label.text() == "Nothing is recorded yet"
    assert window.panel.class_label.text() == "Undetermined"


def test_urgency_class_actions_and_what_to_avoid(window: MainWindow, hot_and_red: None) -> None:
    band = window.panel.band
    assert band.word_label.text() == "Emergency: today"
    assert "Within 24 hours; set by Look after the heat (REC-HOT)" in band.detail_label.text()
    assert "Emergency: today" in band.accessibleName()
    assert not band._sign.pixmap().isNull(), "colour never stands alone"
    assert titles(window, "now") == ["Look after the heat"]
    assert titles(window, "avoid") == ["Hot bath"]
    assert [one.caption for one in window.panel.guidance.glances] == ["Do now", "Avoid"]
    text = window.panel.glance_label.text()
    assert "Look after the heat" in text
    assert "Hot bath" in text


def test_basis_stands_on_the_closed_card(window: MainWindow, hot_and_red: None) -> None:
    assert "recalled, not checked" in widget(window, "now", "Look after the heat")._tags.text()
    assert "product default, no source" in widget(window, "avoid", "Hot bath")._tags.text()


def test_a_card_opens_to_why_source_basis_and_review(
    qtbot: QtBot, window: MainWindow, session: CaseSession, hot_and_red: None
) -> None:
    card = widget(window, "now", "Look after the heat")
    card.why_button.setFocus()
    qtbot.keyClick(card.why_button, Qt.Key.Key_Space)
    html = card._details.text()
    for words in (
        "Heat and redness together are bad.",
        "The book of tests, Testers, 2020 [BOOK; page 7]",
        "recalled, not checked",
        "not reviewed by a clinician",
        "REC-HOT",
        "Feels hot: yes",
        "What would change it",
        "No longer applies, if",
        "Feels hot: yes; needs no",
    ):
        assert words in html
    session.record("redness", NumberValue(number="5.0", unit="mg/dL"))
    assert "5.0 mg/dL" in card._details.text(), "an open explanation follows the case"
    qtbot.keyClick(card.why_button, Qt.Key.Key_Space)
    assert card._details.isHidden()


def test_why_has_what_decides_and_the_rest_on_demand() -> None:
    def part(text: str, answer: Answer, *children: TraceNode) -> TraceNode:
        return TraceNode(text=text, answer=answer, children=children)

    cool, warm = part("cool", Answer.NO), part("warm", Answer.YES)
    tree = part("any", Answer.YES, warm, cool, part("not", Answer.YES, cool))
    html = trace_html(tree, LIGHT)
    assert html.count("cool") == 1, "of a yes what is yes; below 'must not be so' what is there"
    assert "warm" in html
    assert "Show all 5 parts" in html
    assert trace_html(tree, LIGHT, every=True).count("cool") == 2
    assert "Show all" not in trace_html(part("both", Answer.YES, warm), LIGHT)


def test_suppressed_advice_says_why(window: MainWindow, session: CaseSession, hot_and_red: None) -> None:
    lesion = session.add_lesion()
    session.record("width_mm", NumberValue(number="20", unit="mm"), lesion)
    assert titles(window, "suppressed") == ["Look again"]
    assert section(window, "suppressed").cards[0].notes == (
        "↳ gives way to Look after the heat (REC-HOT): first things first",
    )


def test_shut_gates_name_what_is_missing_and_lead_there(window: MainWindow, session: CaseSession) -> None:
    lesion = session.add_lesion()
    session.record("width_mm", NumberValue(number="60", unit="mm"), lesion)
    gate = section(window, "gates").cards[0]
    assert gate.title == "Before the pill"
    assert gate.tags == ("Shut until known",)
    assert "Not yet: gate shut (Before the pill)" in section(window, "later").cards[0].notes[0]
    assert {need.finding for need in gate.needs} == {"gender", "expecting"}
    card = widget(window, "gates", "Before the pill")
    card._needs.linkActivated.emit("expecting|patient")
    field = window.form.current().rows["expecting"]
    assert field.isAncestorOf(QApplication.focusWidget())
    session.record("gender", ChoiceValue(candidates=("man",)))
    assert section(window, "gates") is None


def test_causes_with_arguments_and_ties(window: MainWindow, session: CaseSession) -> None:
    lesion = session.add_lesion()
    session.record("shape", ItemsValue(present=("round", "rim")), lesion)
    assert titles(window, "causes") == ["1= A round scar", "1= A bad ring"]
    assert "tie" in section(window, "causes").cards[0].tags
    session.record("width_mm", NumberValue(number="40", unit="mm"), lesion)
    scar = next(card for card in section(window, "causes").cards if "scar" in card.title)
    assert scar.notes == ("+ it is round", "− it is large")
    assert (scar.balance.points_for, scar.balance.points_against) == (4, 2)
    bar = widget(window, "causes", scar.title)._balance
    assert bar.accessibleName() == "4 points for, 2 against; no probability"


def test_follow_up_has_dates(window: MainWindow, session: CaseSession) -> None:
    lesion = session.add_lesion()
    session.record("width_mm", NumberValue(number="20", unit="mm"), lesion)
    plan = section(window, "plan").cards[0]
    assert plan.title == "2026-12-01  Ultrasound"
    assert plan.tags[0] == "between 2026-11-17 and 2027-01-01"


def test_what_cannot_be_excluded_is_closed_until_opened(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    session.record("hot", YES)
    found = section(window, "open:emergency_same_day")
    assert found.closed
    assert (found.count, found.cards) == (1, ())
    box = window.panel.section("open:emergency_same_day")
    box.head_button.setFocus()
    qtbot.keyClick(box.head_button, Qt.Key.Key_Space)
    assert [card.card.title for card in box.cards()] == ["Look after the heat"]
    needs = box.cards()[0]._needs
    assert "Redness of the blood" in needs.text()
    needs.linkActivated.emit("redness|patient")
    assert window.form.current().rows["redness"].isAncestorOf(QApplication.focusWidget())


def test_conflicts_show_both_sides(window: MainWindow, session: CaseSession) -> None:
    session.record("width_mm", NumberValue(number="60", unit="mm"), session.add_lesion())
    window.panel.open_section("conflicts", True)
    assert section(window, "conflicts").cards[0].notes == (
        "1. A pill", "2. No pill", "This product: A pill may be considered.",
    )  # fmt: skip


def test_sources_of_what_applies(window: MainWindow, hot_and_red: None) -> None:
    window.panel.open_section("sources", True)
    card = section(window, "sources").cards[0]
    assert card.title == "The book of tests"
    assert ("Cited by", "REC-HOT, jaundiced") in card.details


def test_unchanged_cards_keep_their_widgets(window: MainWindow, session: CaseSession, hot_and_red: None) -> None:
    kept = widget(window, "now", "Look after the heat")
    session.record("years", NumberValue(number="30", unit="a"))
    assert widget(window, "now", "Look after the heat") is kept
    session.record("hot", YesNoValue(yes=False))
    assert section(window, "now") is None


def shown_card(title: str, **parts: Any) -> Card:
    """A card that can be opened."""
    return Card(key=("causes:cause", title, ""), title=title, details=(("Source", f"of {title}"),), **parts)


def causes(*cards: Card) -> Section:
    """A section of the panel with these cards."""
    return Section(id="causes", title="Causes", count=len(cards), cards=cards, closed=False)


def test_what_comes_with_an_edit_is_there_at_once_and_painted_once(
    qtbot: QtBot, window: MainWindow, session: CaseSession
) -> None:
    """Without the next round of events: by that time it is painted, and a second time if anything moves."""
    window.resize(1280, 400)
    with qtbot.waitExposed(window):
        window.show()
    process()
    session.record("hot", YES)
    session.record("redness", NumberValue(number="4.0", unit="mg/dL"))
    now = window.panel.section("now")
    assert now is not None
    assert now.isVisible()
    assert all(card.isVisible() for card in now.cards())
    body = window.panel.card_area.widget()
    heights = {body.height()}
    process()
    assert heights == {body.height()}


def follow_by_itself(qtbot: QtBot, window: MainWindow) -> None:
    window._ordering.stop()  # which needs all of it
    qtbot.waitUntil(lambda: not window.panel._rest)


def scroll(_qtbot: QtBot, window: MainWindow) -> None:
    window.panel.card_area.verticalScrollBar().setValue(1)


def make_higher(_qtbot: QtBot, window: MainWindow) -> None:
    window.resize(1280, 900)
    process()


def go_to_the_panel(_qtbot: QtBot, window: MainWindow) -> None:
    window.panel.take_focus()


def press_tab(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Tab)


@pytest.mark.parametrize("happening", [follow_by_itself, scroll, make_higher, go_to_the_panel, press_tab])
def test_sections_out_of_sight_follow(
    qtbot: QtBot, window: MainWindow, session: CaseSession, happening: Callable[[QtBot, MainWindow], None]
) -> None:
    """All that is in sight is there at once; the rest with the next pause, or when anyone could come to it."""
    window.resize(1280, 400)
    with qtbot.waitExposed(window):
        window.show()
    process()
    panel = window.panel
    panel.show_rest()
    panel._rest_due.setInterval(1 if happening is follow_by_itself else 60_000)
    session.record("hot", YES)
    session.record("redness", NumberValue(number="4.0", unit="mg/dL"))
    assert panel.card_area.verticalScrollBar().maximum() > 0
    later = {section.id for _position, section in panel._rest}
    sections = panel.guidance.sections
    assert later == {section.id for section in sections[len(sections) - len(later) :]}, "nothing is left out between"
    assert 0 < len(later) < len(sections)
    happening(qtbot, window)
    for section in sections:
        cards = panel._boxes[section.id].cards()
        assert tuple(card.card for card in cards) == section.cards
        marked = {card.card.key for card in cards if card._mark.text()}
        assert marked == {key for key in panel._marks if key[0].startswith(f"{section.id}:")}
    process()
    places = [panel._boxes[section.id].y() for section in sections]
    assert places == sorted(set(places))


@pytest.fixture
def box(qtbot: QtBot, session: CaseSession) -> SectionBox:
    """A section with two cards, of which one has arguments and a mark."""
    made = SectionBox(session, causes())
    qtbot.addWidget(made)
    made.show()
    made.show_section(causes(shown_card("A", balance=Balance(3, 1)), shown_card("B")), fresh=True)
    made.mark({("causes:cause", "A", ""): Mark.CHANGED})
    return made


def test_a_card_that_goes_lends_its_widget_to_one_that_comes(box: SectionBox) -> None:
    first = box.cards()[0]
    need = Need(finding="hot", subject=PATIENT, label="Hot")
    box.show_section(causes(shown_card("B"), shown_card("C", needs=(need,))), fresh=True)
    second = box.cards()[1]
    assert second is first
    assert [card.card.title for card in box.cards()] == ["B", "C"]
    assert (second.accessibleName(), second.why_button.accessibleName()) == ("C", "Why: C")
    assert second._balance.isHidden()
    assert second._mark.isHidden()
    assert "Hot" in second._needs.text()
    second.toggle()
    assert "of C" in second._details.text()


@pytest.mark.parametrize("held", ["opened", "keyboard"])
def test_a_card_in_use_is_not_turned_into_another(qtbot: QtBot, box: SectionBox, held: str) -> None:
    first = box.cards()[0]
    if held == "opened":
        first.toggle()
    else:
        box.window().activateWindow()
        first.copy_button.setFocus()
        qtbot.waitUntil(first.copy_button.hasFocus)
    box.show_section(causes(shown_card("B"), shown_card("C")), fresh=True)
    assert first not in box.cards()
    assert first.card.title == "A"
    assert first.isHidden()


def test_cards_stand_in_order_whatever_comes_and_goes(box: SectionBox) -> None:
    cards = [shown_card(letter) for letter in "ABCDEF"]
    for some in chain(permutations(cards, 2), permutations(cards[:4])):
        box.show_section(causes(*some), fresh=True)
        process(1)
        assert [box._list.itemAt(place).widget().card for place in range(box._list.count())] == list(some)


def test_widgets_side_by_side_are_measured_anew_when_one_comes(qtbot: QtBot) -> None:
    host = QWidget()
    flow = FlowLayout(host, gap=0)
    qtbot.addWidget(host)
    buttons = [QPushButton("some words") for _ in range(3)]
    flow.addWidget(buttons[0])
    host.show()
    high, wide = flow.sizeHint().height(), flow.sizeHint().width()
    assert flow.heightForWidth(wide) == high
    flow.addWidget(buttons[1])
    process()
    assert flow.heightForWidth(wide) == 2 * high
    flow.put_in_order([buttons[1], buttons[0]])
    process()
    assert buttons[0].y() > buttons[1].y()
    buttons[1].setText("")
    buttons[1].setFixedHeight(2 * high)
    process()
    assert flow.heightForWidth(wide) == 3 * high


def test_the_same_advice_for_several_lesions_is_one_card(window: MainWindow, session: CaseSession) -> None:
    for _lesion in range(2):
        session.record("width_mm", NumberValue(number="20", unit="mm"), session.add_lesion())
    (card,) = section(window, "later").cards
    assert card.subjects == ("L1", "L2")
    assert card.who == "Lesion 1, Lesion 2"
    session.record("width_mm", NumberValue(number="70", unit="mm"), "L2")
    assert [card.who for card in section(window, "later").cards] == ["Lesion 2", "Lesion 1"]


def test_copying(qtbot: QtBot, window: MainWindow, ports: Ports, hot_and_red: None) -> None:
    impression = window.panel.impression_label.text()
    qtbot.keyClick(window.panel.copy_button, Qt.Key.Key_Space)
    copied = QApplication.clipboard().mimeData()
    assert (copied.text(), copied.html()) == (f"short: {impression}", "<p><b>short</b></p>")
    window.copy_long_action.trigger()
    assert QApplication.clipboard().text() == f"long: {impression}"
    ports.note.fails = True
    window.copy_action.trigger()
    assert QApplication.clipboard().text() == f"long: {impression}"
    assert window.statusBar().currentMessage() == "There is no room for the note."
    card = widget(window, "now", "Look after the heat")
    qtbot.mouseClick(card.copy_button, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == card_text(card.card)
    assert "Cool today." in QApplication.clipboard().text()


def test_the_jump_buttons_lead_to_the_sections(
    qtbot: QtBot, window: MainWindow, session: CaseSession, hot_and_red: None
) -> None:
    button = window.panel._jump_buttons.get("questions")
    window.panel.glance_label.linkActivated.emit("avoid")
    assert QApplication.focusWidget() is window.panel.section("avoid").head_button
    if button is not None:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert QApplication.focusWidget() is window.panel.section("questions").head_button


def test_the_status_bar_tells_what_an_edit_changed(window: MainWindow, hot_and_red: None) -> None:
    assert window.statusBar().currentMessage() == "Urgency: Emergency: today. 2 pieces of advice apply."


def test_rows_are_plain_and_comparable() -> None:
    one = Card(key=("a", "b", PATIENT), title="t", notes=("n",))
    assert one == Card(key=("a", "b", PATIENT), title="t", notes=("n",))
    assert len({one, Card(key=("a", "b", PATIENT), title="t", notes=("n",))}) == 1
