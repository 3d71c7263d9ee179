"""Guided entry: one question at a time, answered with one key each."""

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QPushButton
from pytestqt.qtbot import QtBot

from hepalith.domain.assessment import (
    Assessment,
    Ending,
    EndKind,
    Named,
    Need,
    Outcome,
    Question,
    QuestionGroup,
    Urgency,
    in_order,
)
from hepalith.domain.case import PATIENT, ChoiceValue, NumberValue, State, YesNoValue
from hepalith.services.session import CaseSession
from hepalith.ui.guided.page import GuidedPage
from hepalith.ui.guided.steps import Step, next_step, rest_text, stop_of
from hepalith.ui.main_window import MainWindow
from ui.conftest import process
from ui.test_accessibility import nameless

KEYS = Qt.Key


def need(name: str, label: str = "") -> Need:
    return Need(finding=name, subject=PATIENT, label=label or name)


def press(qtbot: QtBot, key: Qt.Key | str) -> None:
    """A key, to whatever has the keyboard."""
    target = QApplication.focusWidget()
    assert target is not None
    if isinstance(key, str):
        qtbot.keyClicks(target, key)
    else:
        qtbot.keyClick(target, key)
    process(2)


@pytest.fixture
def guided(qtbot: QtBot, window: MainWindow) -> GuidedPage:
    """Guided entry, begun."""
    window.guided_action.trigger()
    process()
    return window.guided


def shown(guided: GuidedPage, *names: str, section: str = "") -> Step:
    """Shows a step, whatever would come next."""
    knowledge = guided._session.knowledge
    step = Step(findings=tuple(need(name, knowledge.label(name)) for name in names), section=section, why=("because",))
    guided._ask(step)
    process()
    return step


def test_the_key_begins_and_esc_leaves(qtbot: QtBot, window: MainWindow) -> None:
    window.open_page("blood", PATIENT)
    assert window.guided_action.shortcut().toString() == "Ctrl+G"
    window.guided_action.trigger()
    assert window.form.current() is window.guided
    assert window.guided.isAncestorOf(QApplication.focusWidget())
    assert nameless(window) == []
    press(qtbot, KEYS.Key_Escape)
    assert window.form.current().group == "blood"
    assert window.form.current().isAncestorOf(QApplication.focusWidget())


def test_yes_and_no_are_one_key_and_the_panel_follows(
    qtbot: QtBot, window: MainWindow, session: CaseSession, guided: GuidedPage
) -> None:
    shown(guided, "hot")
    press(qtbot, "y")
    assert session.shown("hot").value == YesNoValue(yes=True)
    assert "Hot bath" in window.panel.glance_label.text()
    assert guided.step != Step(findings=(need("hot"),))


def test_a_choice_is_one_key(qtbot: QtBot, session: CaseSession, guided: GuidedPage) -> None:
    shown(guided, "country")
    press(qtbot, "3")
    assert session.shown("country").value == ChoiceValue(candidates=("c3",))


def test_not_recorded_and_cannot_be_obtained_are_always_there(
    qtbot: QtBot, session: CaseSession, guided: GuidedPage
) -> None:
    for names in (("hot",), ("country",), ("pains",), ("redness",), ("hot", "expecting")):
        shown(guided, *names)
        assert {"s", "u"} <= set(guided.keys)
    before = session.state.case
    shown(guided, "hot")
    press(qtbot, "s")
    assert session.state.case == before, "skipping records nothing"
    assert ("hot", PATIENT) in guided._open
    assert guided.step is None or ("hot", PATIENT) not in {(n.finding, n.subject) for n in guided.step.findings}
    shown(guided, "country")
    press(qtbot, "u")
    assert session.shown("country").state is State.UNOBTAINABLE


def test_none_of_these_records_each_as_asked_and_absent_in_one_edit(
    qtbot: QtBot, session: CaseSession, guided: GuidedPage
) -> None:
    before = session.state.case
    shown(guided, "hot", "expecting", section="The person")
    press(qtbot, "n")
    for name in ("hot", "expecting"):
        assert session.shown(name).value == YesNoValue(yes=False)
    session.undo()
    assert session.state.case == before


def test_marked_ones_are_present_and_the_others_only_absent_if_said_so(
    qtbot: QtBot, session: CaseSession, guided: GuidedPage
) -> None:
    shown(guided, "hot", "expecting")
    press(qtbot, "1")
    assert guided.marks["hot", PATIENT].isChecked()
    press(qtbot, "s")
    assert session.shown("hot").value == YesNoValue(yes=True)
    assert session.shown("expecting") is None, "not asked is not absent"
    session.undo()
    shown(guided, "hot", "expecting")
    press(qtbot, "2")
    press(qtbot, "n")
    assert session.shown("expecting").value == YesNoValue(yes=True)
    assert session.shown("hot").value == YesNoValue(yes=False)


@pytest.mark.parametrize("key", ["n", "u"])
def test_what_lies_below_the_edge_is_not_answered_before_it_was_in_view(
    qtbot: QtBot, window: MainWindow, session: CaseSession, guided: GuidedPage, key: str
) -> None:
    step = shown(guided, "hot", "pains", "expecting")
    guided._place.insertSpacing(0, window.height())
    process(3)
    press(qtbot, key)
    assert guided.step is step
    assert session.shown("expecting") is None
    assert "below" in guided._message.text()
    process(3)
    press(qtbot, key)
    assert guided.step is not step
    assert session.shown("expecting") is not None


def test_items_of_one_finding(qtbot: QtBot, session: CaseSession, guided: GuidedPage) -> None:
    shown(guided, "pains")
    press(qtbot, "2")
    press(qtbot, "n")
    value = session.shown("pains").value
    assert (value.present, value.absent) == (("belly",), ("head", "back"))


@pytest.mark.parametrize("names", [("hot", "expecting"), ("pains",)], ids=["group", "items"])
@pytest.mark.parametrize("marked", ["", "1"], ids=["nothing", "one"])
def test_enter_alone_records_nothing_as_absent(
    qtbot: QtBot, session: CaseSession, guided: GuidedPage, names: tuple[str, ...], marked: str
) -> None:
    before, step = session.state.case, shown(guided, *names)
    if marked:
        press(qtbot, marked)
    press(qtbot, KEYS.Key_Return)
    assert guided.step is step
    assert session.state.case == before
    assert "N" in guided._message.text()
    assert "S" in guided._message.text()


def test_enter_on_an_answer_that_was_tabbed_to_gives_that_answer(
    qtbot: QtBot, session: CaseSession, guided: GuidedPage
) -> None:
    shown(guided, "hot", "expecting")
    skip = next(box for box in guided._question.findChildren(QPushButton) if box.text().startswith("S "))
    skip.setFocus(Qt.FocusReason.TabFocusReason)
    press(qtbot, KEYS.Key_Return)
    assert session.shown("hot") is None
    assert ("hot", PATIENT) in guided._open


def test_a_key_that_means_nothing_here_is_told_of(
    qtbot: QtBot, guided: GuidedPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, heard = shown(guided, "hot"), list[str]()
    monkeypatch.setattr("hepalith.ui.guided.page.announce", lambda _page, text: heard.append(text))
    press(qtbot, "7")
    assert guided.step is step
    assert "7" in guided._message.text()
    assert any("7" in one for one in heard)


def test_a_number_is_typed_and_a_wrong_one_is_refused(qtbot: QtBot, session: CaseSession, guided: GuidedPage) -> None:
    step = shown(guided, "years")
    press(qtbot, "999")
    press(qtbot, KEYS.Key_Return)
    assert guided.step is step, "a refused value is no answer"
    assert session.shown("years") is None
    shown(guided, "years")
    press(qtbot, KEYS.Key_Return)
    assert not guided._message.isHidden()
    press(qtbot, "44")
    press(qtbot, KEYS.Key_Return)
    assert session.shown("years").value == NumberValue(number="44", unit="a")
    assert guided.step is not step
    guided.go_back()
    assert session.shown("years") is None
    process()
    press(qtbot, "44s")
    assert session.shown("years") is None, "skipped after typing: nothing is recorded"


def test_back_takes_the_answer_back_but_not_what_was_done_since(
    qtbot: QtBot, session: CaseSession, guided: GuidedPage
) -> None:
    step = shown(guided, "hot")
    press(qtbot, "y")
    press(qtbot, KEYS.Key_Backspace)
    assert session.shown("hot") is None
    assert guided.step == step
    press(qtbot, "y")
    session.record("years", NumberValue(number="30", unit="a"))
    press(qtbot, KEYS.Key_Backspace)
    assert session.shown("years") is not None
    assert session.shown("hot") is not None
    assert guided.step == step


def test_another_lesion_is_added_without_leaving_the_questions(
    qtbot: QtBot, window: MainWindow, session: CaseSession, guided: GuidedPage
) -> None:
    step, first = shown(guided, "hot"), session.state.case.lesions
    qtbot.keyClick(QApplication.focusWidget(), KEYS.Key_L, Qt.KeyboardModifier.ControlModifier)
    process()
    assert window.form.current() is guided
    assert [one.id for one in session.state.case.lesions] == [*(one.id for one in first), "L2"]
    assert guided.step is not step
    press(qtbot, KEYS.Key_Backspace)
    assert session.state.case.lesions == first


def test_a_question_says_why(guided: GuidedPage) -> None:
    shown(guided, "hot")
    texts = [label.text() for label in guided._question.findChildren(type(guided._progress))]
    assert any("Why it is asked:" in text and "because" in text for text in texts)


def test_every_option_is_there_even_without_a_key(guided: GuidedPage) -> None:
    labels = {(f"item{number}", PATIENT): (f"Item {number}", "") for number in range(40)}
    guided.keys, guided.marks = {}, {}
    guided._add_marks(guided._question.layout(), labels)
    assert len(guided.marks) == 40
    assert len(guided._question.findChildren(QCheckBox)) == 40
    assert not set(guided.keys) & {"n", "s", "u", "y", ""}


def test_of_many_it_is_asked_which_are_recorded_and_only_those_are_asked(
    qtbot: QtBot, session: CaseSession, guided: GuidedPage
) -> None:
    step = Step(findings=(need("years"), need("country"), need("pains")), section="The person", only_which=True)
    guided._ask(step)
    before = session.state.case
    press(qtbot, "2")
    press(qtbot, "s")
    assert session.state.case == before, "nothing is recorded of what is not on the paper"
    assert guided._open == {("years", PATIENT), ("pains", PATIENT)}
    assert guided.step == Step(findings=(need("country"),))
    press(qtbot, KEYS.Key_Backspace)
    assert guided.step == step
    press(qtbot, "2")
    press(qtbot, "u")
    assert session.shown("years").state is State.UNOBTAINABLE
    assert session.shown("country") is None


# the order, without a window


def made(*questions: Question, robust: bool = False, end: Ending | None = None) -> Assessment:
    from msgspec.structs import replace

    from hepalith.decision.assess import evaluate
    from hepalith.domain.case import Case
    from hepalith.knowledge.compiled import load_knowledge

    base = evaluate(
        Case(case_id="x", dictionary_version=1), load_knowledge(Path(__file__).parent / "knowledge"), date(2026, 6, 1)
    )
    return replace(base, questions=questions, robust=robust, end=end)


def section_of(_name: str) -> tuple[str, str]:
    """All findings belong to one section and cost the same."""
    return "Person", "ask"


def asked(name: str, **more: object) -> Question:
    return Question(finding=name, subject=PATIENT, label=name, cost="ask", urgency=Urgency.SOON, **more)


def test_what_belongs_together_is_asked_together() -> None:
    group = QuestionGroup(
        group="g", subject=PATIENT, label="Signs", findings=(need("b"), need("c")), cost="ask", urgency=Urgency.SOON,
        none=Outcome(answer="none of these", urgency=Urgency.ROUTINE), worth=1,
    )  # fmt: skip
    questions = in_order([asked("a", worth=2), asked("b", worth=0.5)], [group])
    assert [one.finding for one in next_step(questions, frozenset(), section_of).findings] == ["a"]
    step = next_step(questions, {("a", PATIENT)}, section_of)
    assert [one.finding for one in step.findings] == ["b", "c"]
    assert step.why[-1] == "none of these: Routine"
    assert [one.finding for one in next_step(questions, {("a", PATIENT), ("b", PATIENT)}, section_of).findings] == ["c"]
    assert next_step(questions, {(name, PATIENT) for name in "abc"}, section_of) is None


def test_after_one_was_left_open_it_is_asked_which_of_its_like_are_recorded() -> None:
    questions = [asked(name) for name in "abcde"]
    assert next_step(questions, frozenset(), section_of) == Step(findings=(need("a"),))
    step = next_step(questions, {("a", PATIENT)}, section_of)
    assert step is not None
    assert step.only_which
    assert [one.finding for one in step.findings] == ["b", "c", "d", "e"]
    elsewhere = next_step(questions, {("z", PATIENT)}, lambda name: (name if name == "z" else "rest", "ask"))
    assert elsewhere == Step(findings=(need("a"),)), "only what is like it"
    few = next_step(questions, {(name, PATIENT) for name in "abc"}, section_of)
    assert few == Step(findings=(need("d"),)), "two are asked one after the other"


def test_the_end_is_only_called_enough_when_nothing_can_change() -> None:
    enough = stop_of(made(asked("a"), robust=True), frozenset(), frozenset())
    assert enough is not None
    assert enough.title == "Enough: no single open finding changes urgency or plan."
    assert rest_text(made(asked("a"), robust=True), [asked("a")], frozenset()) == ""
    assert stop_of(made(asked("a")), frozenset(), frozenset()) is None
    text = rest_text(made(asked("a")), [asked("a"), asked("b")], {("a", PATIENT)})
    assert "first: b." in text
    assert "1 question was left open." in text


def test_an_end_before_the_last_question_says_what_was_asked_and_what_is_left() -> None:
    end = Ending(
        kind=EndKind.PLANNED,
        advice=(Named(id="R", subject="L1", label="Cool it"),),
        causes=(Named(id="C", subject="L1", label="Heat"),),
    )
    stop = stop_of(made(asked("a"), end=end), frozenset(), frozenset())
    assert stop is not None
    assert stop.title == "The plan stands: Heat. Cool it."
    assert stop.text == "Every sign of an emergency was asked."
    left = rest_text(made(asked("a"), end=end), [asked("a")], frozenset())
    assert left == "What is left could still change it, first: a."
    assert stop_of(made(asked("a"), end=end), frozenset(), {EndKind.PLANNED}) is None, "more was asked for"
    closed = stop_of(made(end=Ending(kind=EndKind.CLOSED, advice=end.advice)), frozenset(), frozenset())
    assert closed is not None
    assert closed.title == "Closed: Cool it."
    assert closed.text == "No alarm is open.\nEvery sign of an emergency was asked."


def test_a_sign_of_an_emergency_keeps_the_end_away_until_it_is_left_open_and_then_the_end_names_it() -> None:
    end = Ending(kind=EndKind.PLANNED, advice=(Named(id="R", subject="L1", label="Cool it"),), to_ask=(need("hot"),))
    assert stop_of(made(asked("a"), end=end), frozenset(), frozenset()) is None
    stop = stop_of(made(asked("a"), end=end), {("hot", PATIENT)}, frozenset())
    assert stop is not None
    assert stop.title.startswith("The plan so far:")
    assert stop.text.startswith("Left open")
    assert stop.text.endswith(": hot.")
    assert "Every sign" not in stop.text


def test_an_end_without_a_plan_says_so() -> None:
    end = Ending(
        kind=EndKind.UNPLANNED, advice=(), causes=(Named(id="C", subject="L1", label="Heat"),), to_ask=(need("hot"),)
    )
    assert stop_of(made(asked("a"), end=end), frozenset(), frozenset()) is None
    stop = stop_of(made(asked("a"), end=end), {("hot", PATIENT)}, frozenset())
    assert stop is not None
    assert stop.title == "No plan yet: Heat."
    assert stop.text.startswith("With what is recorded no advice to act applies.\nLeft open")
    other = Ending(kind=EndKind.UNPLANNED, advice=(Named(id="R", subject="L2", label="Cool it"),), causes=end.causes)
    stop = stop_of(made(asked("a"), end=other), frozenset(), frozenset())
    assert stop is not None
    assert stop.title == "No plan for each lesion yet: Heat. Cool it."


def test_the_highest_urgency_stops_the_questions_once() -> None:
    from msgspec.structs import replace

    empty = made(asked("a"))
    alarm = replace(empty, urgency=replace(empty.urgency, level=Urgency.EMERGENCY_NOW))
    stop = stop_of(alarm, frozenset(), frozenset())
    assert stop is not None
    assert stop.title.startswith("Emergency: act now")
    assert stop_of(alarm, frozenset(), {Urgency.EMERGENCY_NOW}) is None
    today = replace(empty, urgency=replace(empty.urgency, level=Urgency.EMERGENCY_SAME_DAY))
    assert stop_of(today, frozenset(), frozenset()) is None, "it could still become more urgent"
