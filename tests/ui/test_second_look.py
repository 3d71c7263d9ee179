"""What a second look shows comes into the panel by itself, and leaves with the next edit."""

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from hepalith.domain.assessment import Answer, Completed, Further, Need, Outcome, Pair, Urgency
from hepalith.domain.case import PATIENT, YesNoValue
from hepalith.services.session import CaseSession
from hepalith.ui.main_window import MainWindow
from hepalith.ui.panel.rows import Card, guidance_of
from hepalith.ui.second_look import BesideTheWindow


@pytest.fixture
def beside(window: MainWindow, session: CaseSession):
    made = BesideTheWindow(session, window.bridge)
    yield made
    made.close()


def test_it_comes_after_a_moment_and_goes_with_the_next_edit(
    qtbot: QtBot, session: CaseSession, beside: BesideTheWindow
) -> None:
    assert not beside._quiet.isActive()
    session.record("hot", YesNoValue(yes=True))
    assert session.state.assessment.further is None
    qtbot.waitUntil(lambda: session.state.assessment.further is not None)
    assert not beside._quiet.isActive()  # not again for the same case
    session.record("hot", YesNoValue(yes=False))
    assert session.state.assessment.further is None
    assert beside._quiet.isActive()


def test_marks_of_an_edit_stay_when_the_second_look_comes(window: MainWindow, session: CaseSession) -> None:
    session.record("hot", YesNoValue(yes=True))
    session.record("hot", YesNoValue(yes=False))
    ending = window.panel._marks_end
    assert ending.isActive()
    ending.stop()
    session.show_further(session.state.case, Further(pairs_tried=1))
    assert not ending.isActive()


def card(session: CaseSession, further: Further, robust: bool = True) -> dict[str, Card]:
    """The cards of the panel by section and item."""
    assessment = replace(session.state.assessment, further=further, robust=robust)
    opened = {"questions": True} | {f"open:{level.value}": True for level in Urgency}
    guidance = guidance_of(replace(session.state, assess=lambda: assessment), session.knowledge, opened)
    return {one.key[1]: one for section in guidance.sections for one in section.cards}


def test_pairs_stand_on_the_card_that_nothing_single_matters(session: CaseSession) -> None:
    session.record("hot", YesNoValue(yes=True))
    needs = (Need(finding="a", subject=PATIENT, label="A"), Need(finding="b", subject=PATIENT, label="B"))
    pair = Pair(findings=needs, outcome=Outcome(answer="A: yes, and B: no", urgency=Urgency.EMERGENCY_NOW))
    shown = card(session, Further(pairs=(pair,), pairs_found=1, pairs_tried=3))["robust"]
    assert shown.title == "No single open finding changes urgency or plan, but 1 pair does."
    assert shown.notes[0].startswith("If A: yes, and B: no: urgency rises to")
    assert card(session, Further(pairs_tried=3))["robust"].title.startswith("Robust:")


def test_what_is_decided_by_completion_stands_on_its_card(session: CaseSession) -> None:
    session.record("hot", YesNoValue(yes=True))
    open_ = next(one for one in session.state.assessment.recommendations if one.status == "cannot_be_excluded")
    need = Need(finding="a", subject=PATIENT, label="A")
    completed = Completed(
        kind="advice", id=open_.id, subject=open_.subject, label=open_.title, answer=Answer.NO, needs=(need,)
    )
    shown = card(session, Further(completed=(completed,)))[open_.id]
    assert "By completion: not fulfilled, whatever is answered to A" in shown.notes
    assert not any("By completion" in note for note in card(session, Further())[open_.id].notes)
