"""The window on the program's own knowledge and cases: it shows what the core answers, whatever that is."""

from datetime import date
from pathlib import Path

import msgspec
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hepalith.domain.assessment import Status
from hepalith.domain.case import PATIENT, Case
from hepalith.domain.words import urgency_text
from hepalith.services.session import CaseSession
from hepalith.ui.form import FormPane
from hepalith.ui.main_window import MainWindow
from hepalith.ui.panel.rows import guidance_of
from hepalith.ui.settings import WindowSettings
from support.vignettes import Vignette, all_vignettes, case_of, knowledge_and_problems
from ui.conftest import FileManual

VIGNETTES = {vignette.id: vignette for vignette in all_vignettes()}
CHOSEN = [name for name in ("CV03", "CV51", "BV09", "NV24", "FV30", "CV23") if name in VIGNETTES]


class OneCase:
    """A store with one case."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def load(self, _path: Path) -> Case:
        return self._case

    def save(self, case: Case, _path: Path) -> None:
        self._case = case


class DayClock:
    """The day of the vignette."""

    def __init__(self, day: date) -> None:
        self._day = day

    def now(self):
        raise AssertionError("nothing here is stamped")

    def today(self) -> date:
        return self._day


@pytest.fixture(params=CHOSEN)
def real(request: pytest.FixtureRequest, ports) -> CaseSession:
    """A session on a vignette."""
    knowledge, problems = knowledge_and_problems()
    if problems:
        pytest.skip("the knowledge has problems; its own tests tell them")
    vignette = VIGNETTES[request.param]
    try:
        case = case_of(vignette, knowledge)
    except ValueError as error:
        pytest.skip(f"the vignette does not fit the dictionary: {error}")
    made = CaseSession(
        knowledge, DayClock(date.fromisoformat(vignette.as_of)), OneCase(case), ports.journal, ports.note
    )
    made.open_copy(Path("any"))
    return made


def test_everything_that_applies_is_shown(real: CaseSession) -> None:
    state = real.state
    opened = {f"open:{level}": True for level in ("emergency_now", "emergency_same_day", "urgent")}
    guidance = guidance_of(state, real.knowledge, {**opened, "classes": True, "sources": True, "closure": True})
    sections = {section.id: section for section in guidance.sections}

    def shown(*names: str) -> set[tuple[str, str]]:
        cards = [card for name in names if name in sections for card in sections[name].cards]
        return {(card.key[1], subject) for card in cards for subject in card.subjects}

    def wanted(status: Status) -> set[tuple[str, str]]:
        return {(one.id, one.subject) for one in state.assessment.recommendations if one.status is status}

    assert shown("now", "avoid", "later") == wanted(Status.HOLDS)
    assert shown("suppressed") == wanted(Status.SUPPRESSED)
    assert shown("causes") == {(cause.id, cause.subject) for cause in state.assessment.causes}
    assert shown("classes") == {(one.id, one.subject) for one in state.assessment.classifications}
    open_count = sum(section.count for name, section in sections.items() if name.startswith("open:"))
    assert open_count <= len(wanted(Status.CANNOT_BE_EXCLUDED))
    assert guidance.head.word == urgency_text(state.assessment.urgency.level)
    assert "sources" in sections


def test_lesions_that_need_different_things_have_a_section_and_the_class_reads_as_a_sentence(ports) -> None:
    lesions = {
        "L1": {"size_mm": 60, "nature": "complex_cystic", "us_stage_reported": "CE2", "daughter_cysts": "yes"},
        "L2": {"size_mm": 25, "tumour_diagnosis": "ipt"},
    }
    vignette = Vignette(id="T", title="", as_of="2026-06-01", expect={}, patient={"age_years": 50}, lesions=lesions)
    knowledge = knowledge_and_problems()[0]
    store = OneCase(case_of(vignette, knowledge))
    made = CaseSession(knowledge, DayClock(date(2026, 6, 1)), store, ports.journal, ports.note)
    made.open_copy(Path("any"))
    guidance = guidance_of(made.state, knowledge)
    (divided,) = (one for one in guidance.sections if one.id == "lesions")
    (card,) = divided.cards
    assert (divided.closed, divided.announced) == (False, True)
    assert card.title == "A needle through the skin: wanted for Lesion 2, warned against for Lesion 1"
    assert any("(GEN-R04) – Lesion 1" in note for note in card.notes)
    assert guidance.head.class_text == "Several: infectious, benign"
    alone = case_of(msgspec.structs.replace(vignette, lesions={"L1": lesions["L1"]}), knowledge)
    made = CaseSession(knowledge, DayClock(date(2026, 6, 1)), OneCase(alone), ports.journal, ports.note)
    made.open_copy(Path("any"))
    guidance = guidance_of(made.state, knowledge)
    assert "lesions" not in {one.id for one in guidance.sections}
    assert guidance.head.class_text == "Infectious"


def test_a_class_is_not_named_among_the_other_possible_ones(real: CaseSession) -> None:
    text = guidance_of(real.state, real.knowledge).head.class_text
    name, _sign, others = text.partition("; also possible: ")
    assert name.lower() not in others.split(", ")
    assert ": " not in name or name.startswith("Several")


def test_each_section_of_the_dictionary_opens(
    qtbot: QtBot, real: CaseSession, settings: WindowSettings, tmp_path: Path
) -> None:
    window = MainWindow(real, FileManual(tmp_path), settings, tmp_path)
    window._closing = True
    qtbot.addWidget(window)
    window.show()
    pane = window.form
    assert isinstance(pane, FormPane)
    names = set()
    lesions = [lesion.id for lesion in real.state.case.lesions]
    for group in real.knowledge.header.groups:
        for subject in lesions[:1] if group.subject == "lesion" else [PATIENT]:
            window.open_page(group.id, subject)
            QApplication.processEvents()
            names |= set(pane.current().rows)
    expected = {f.id for f in real.knowledge.findings.values() if f.subject == "patient" or lesions}
    assert names == expected
    if len(real.state.assessment.recommendations):
        for box in list(window.panel._boxes.values()):
            for card in box.cards()[:2]:
                if not card.why_button.isHidden():
                    card.toggle()
                    assert card._details.text()
    window.close()
