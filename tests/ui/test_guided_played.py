"""Guided entry played with real keys on the program's own knowledge: how many answers a case takes."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from hepalith.domain.assessment import Assessment, EndKind, GateState, Status, Urgency
from hepalith.domain.case import PATIENT
from hepalith.resources import resource_root
from hepalith.services.session import CaseSession
from hepalith.store.case_file import CaseFiles
from hepalith.ui.main_window import MainWindow
from hepalith.ui.settings import WindowSettings
from support.playing import Keyboard, Paper, answer
from support.vignettes import knowledge_and_problems
from ui.conftest import Ports, process

TODAY = date(2026, 6, 1)
GRANULOMA, HYDATID = "01-calcified-granuloma", "06-active-hydatid-cyst"


class Clock:
    """The day of the examples."""

    def now(self) -> datetime:
        return datetime(2026, 6, 1, 12, tzinfo=UTC)

    def today(self) -> date:
        return TODAY


class Play:
    """A window in which an example is entered by guided entry, with keys."""

    def __init__(self, qtbot: QtBot, folder: Path, ports: Ports, example: str) -> None:
        knowledge, _problems = knowledge_and_problems()
        self.paper = Paper(CaseFiles().load(resource_root() / "examples" / f"{example}.hepalith.json"), knowledge)
        self.session = CaseSession(knowledge, Clock(), ports.store, ports.journal, ports.note)
        settings = WindowSettings(folder)
        settings.change(theme="light", tour_seen=True)
        self.window = MainWindow(self.session, ports.manual, settings, folder)
        qtbot.addWidget(self.window, before_close_func=lambda one: setattr(one, "_closing", True))
        self.window.show()
        qtbot.waitExposed(self.window)
        self.window.activateWindow()
        process()
        self.session.prepare()
        self.keyboard = Keyboard(qtbot)
        self.keyboard.press(Qt.Key.Key_G, held=Qt.KeyboardModifier.ControlModifier)
        assert self.window.form.current() is self.window.guided

    @property
    def made(self) -> Assessment:
        """The assessment."""
        return self.session.state.assessment

    def answers(self, most: int) -> int:
        """Answers until an end is shown, at most so many; how many they were."""
        count = 0
        while self.window.guided.step is not None and count < most:
            answer(self.window.guided, self.paper, self.keyboard)
            count += 1
        return count

    def holds(self, name: str) -> bool:
        """Whether advice applies."""
        return any(one.id == name and one.status is Status.HOLDS for one in self.made.recommendations)

    def leading(self) -> list[str]:
        """The causes that lead for the lesion."""
        return [cause.id for cause in self.made.causes if cause.rank == 1 and cause.subject != PATIENT]


@pytest.fixture
def play(request: pytest.FixtureRequest, qtbot: QtBot, tmp_path: Path, ports: Ports) -> Play:
    """The example that the test names, from an empty case."""
    return Play(qtbot, tmp_path, ports, request.param)


@pytest.mark.parametrize("play", [GRANULOMA], indirect=True)
def test_a_granuloma_is_closed_within_14_answers(play: Play) -> None:
    """Closed: the whole closing gate is open, the closing advice holds, and no emergency and no alarm is open."""
    assert play.answers(14) <= 14
    assert play.window.guided.step is None, "the end is shown"
    assert play.made.end is not None
    assert play.made.end.kind is EndKind.CLOSED
    assert play.made.urgency.level is Urgency.NONE
    assert play.leading() == ["FE01"]
    assert play.holds("BF-R10")
    assert [gate.state for gate in play.made.gates if gate.id == "T7"] == [GateState.OPEN]
    open_ = [one for one in play.made.recommendations if one.status is Status.CANNOT_BE_EXCLUDED]
    assert not [one.id for one in open_ if {"alarm", "emergency"} & set(one.tags)]


@pytest.mark.parametrize("play", [HYDATID], indirect=True)
def test_a_hydatid_cyst_is_staged_with_its_plan_within_18_answers(play: Play) -> None:
    """Staged with its plan: cause, stage and advice are those of the case, and no emergency is open."""
    assert play.answers(18) <= 18
    assert play.window.guided.step is None, "the end is shown"
    assert play.made.end is not None
    assert play.made.end.kind is EndKind.PLANNED
    assert play.made.urgency.level is Urgency.SOON
    assert play.leading() == ["CE"]
    assert [one.value for one in play.made.classifications if one.id == "ce_stage"] == ["CE1 (active)"]
    for advice in ("CE-R11", "CE-R17", "CE-R18", "GEN-R06", "GEN-R07"):
        assert play.holds(advice), advice
    open_ = [one for one in play.made.recommendations if one.status is Status.CANNOT_BE_EXCLUDED]
    assert not [one.id for one in open_ if "emergency" in one.tags]
