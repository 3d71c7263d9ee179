"""What an outside tester tries: broken and read-only settings, a clock set back, hostile text, storms of undo."""

import random
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hepalith.domain.case import PATIENT, Case, Identity, NumberValue, TextValue, YesNoValue
from hepalith.domain.errors import InvalidValueError
from hepalith.knowledge.base import Knowledge
from hepalith.services.session import CaseSession
from hepalith.store.case_file import CaseFiles
from hepalith.ui.main_window import MainWindow
from hepalith.ui.settings import WindowSettings
from ui.conftest import FixedClock, Ports, process

HOSTILE = (
    "<b>x</b> & \x07\x1b[31m\u202eabc\u2066 \N{GRINNING FACE} \N{COMBINING ACUTE ACCENT}\ttab\r\nline %s {name} \\u0000"
)


class EarlierClock(FixedClock):
    """A clock that was set back by years."""

    def today(self) -> date:
        return date(2001, 1, 1)


def some_edit(session: CaseSession, dice: random.Random) -> None:
    """One entry, as anybody could make it."""
    lesions = [lesion.id for lesion in session.state.case.lesions]
    edits = [
        lambda: session.record("hot", YesNoValue(yes=dice.random() < 0.5)),
        lambda: session.record("redness", NumberValue(number=str(dice.randint(1, 90)), unit="umol/L")),
        lambda: session.clear("redness"),
        lambda: session.record("remark", TextValue(text=HOSTILE[: dice.randint(1, len(HOSTILE))])),
        session.add_lesion,
        lambda: session.record_identity(Identity(name=dice.choice(["Ada", "Bo", ""]))),
    ]
    if lesions:
        edits += [
            lambda: session.remove_lesion(dice.choice(lesions)),
            lambda: session.record(
                "width_mm", NumberValue(number=str(dice.randint(1, 99)), unit="mm"), dice.choice(lesions)
            ),
        ]
    with suppress(InvalidValueError):  # refused, and told: nothing changed
        dice.choice(edits)()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_storm_of_edits_and_undo_ends_where_it_should(window: MainWindow, session: CaseSession, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 : any numbers do
    first = session.state.case
    past: list[Case] = []
    future: list[Case] = []
    for _step in range(120):
        before = session.state.case
        match dice.randrange(4):
            case 0:
                session.undo()
                if past:
                    future.append(before)
                    before = past.pop()
            case 1:
                session.redo()
                if future:
                    past.append(before)
                    before = future.pop()
            case _:
                some_edit(session, dice)
                if session.state.case != before:
                    past.append(before)
                    future.clear()
                    before = session.state.case
        assert session.state.case == before
        assert (session.state.can_undo, session.state.can_redo) == (bool(past), bool(future))
    last = session.state.case
    while session.state.can_undo:
        session.undo()
    assert session.state.case == first
    assert not session.state.dirty
    for _step in past:
        session.redo()
    assert session.state.case == last
    process()
    redness = session.shown("redness")
    window.open_page("blood", PATIENT)
    process()
    shown = window.form.current().rows["redness"].editor.number_input.text()
    assert shown == (redness.value.number if redness is not None else "")


def test_hostile_text_is_kept_as_it_is(window: MainWindow, session: CaseSession, tmp_path: Path) -> None:
    session.record("remark", TextValue(text=HOSTILE))
    session.record_identity(Identity(name=HOSTILE))
    lesion = session.add_lesion(HOSTILE)
    session.record("hot", YesNoValue(yes=True))
    process()
    CaseFiles().save(session.state.case, tmp_path / "a.hepalith.json")
    again = CaseFiles().load(tmp_path / "a.hepalith.json")
    assert again == session.state.case
    assert again.observed("remark").value == TextValue(text=HOSTILE)
    assert again.identity.name == HOSTILE
    assert again.lesions[0].id == lesion
    assert window.case_list.isVisible()


def test_a_clock_that_jumps_back_loses_nothing(knowledge: Knowledge, session: CaseSession, ports: Ports) -> None:
    study = session.add_study(modality="ct", date="2026-05-20")
    session.record("hot", YesNoValue(yes=True))
    case = session.state.case
    earlier = CaseSession(knowledge, EarlierClock(), ports.store, ports.journal, ports.note)
    earlier.show_case(case)
    assert earlier.state.case == case
    assert earlier.state.assessment.urgency is not None
    assert earlier.state.case.studies[0].id == study
    earlier.record("hot", YesNoValue(yes=False))
    earlier.undo()
    assert earlier.state.case == case


@pytest.mark.parametrize(
    "content", [b"\x00\xff\xfe garbage \x80", b"[General]\npreferences=17\nrecent=@Invalid()\n", b""]
)
def test_a_damaged_file_of_settings_counts_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "window.ini").write_bytes(content)
    settings = WindowSettings(tmp_path)
    assert settings.preferences.text_percent == 100
    assert settings.recent == ()
    assert settings.change(theme="dark").theme == "dark"
    assert WindowSettings(tmp_path).preferences.theme == "dark"


def test_settings_that_cannot_be_kept_do_not_stop_the_work(
    qtbot: QtBot, session: CaseSession, ports: Ports, tmp_path: Path
) -> None:
    (tmp_path / "profile").write_text("a file where a folder should be", encoding="utf-8")
    settings = WindowSettings(tmp_path / "profile")
    assert settings.change(theme="dark").theme == "dark"
    window = MainWindow(session, ports.manual, settings, tmp_path)
    qtbot.addWidget(window, before_close_func=lambda one: setattr(one, "_closing", True))
    window.show()
    window.choose_text_size(125)
    assert "cannot be kept" in window.statusBar().currentMessage()
    window.remember_layout()
    window.choose_text_size(100)
    window.choose_theme("light")
    assert (tmp_path / "profile").read_text(encoding="utf-8").startswith("a file")


def test_fifty_lesions_are_shown_and_reached(window: MainWindow, session: CaseSession) -> None:
    for _number in range(50):
        session.add_lesion()
    window.open_finding("width_mm", "L50")
    process()
    assert window.form.current().subject == "L50"
    session.record("width_mm", NumberValue(number="12", unit="mm"), "L50")
    for _number in range(50):
        session.undo()
    assert len(session.state.case.lesions) == 1
