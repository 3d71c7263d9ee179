"""Guided entry played with real keys on the program's own knowledge: how many answers a case takes."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hepalith.domain.assessment import Status
from hepalith.domain.case import Case, ChoiceValue, ItemsValue, NumberValue, State, YesNoValue
from hepalith.resources import resource_root
from hepalith.services.session import CaseSession
from hepalith.store.case_file import CaseFiles
from hepalith.ui.main_window import MainWindow
from hepalith.ui.settings import WindowSettings
from support.vignettes import knowledge_and_problems
from ui.conftest import Ports, process

TODAY = date(2026, 6, 1)


class Clock:
    """The day of the examples."""

    def now(self) -> datetime:
        return datetime(2026, 6, 1, 12, tzinfo=UTC)

    def today(self) -> date:
        return TODAY


def answer(qtbot: QtBot, window: MainWindow, truth: Case) -> None:
    """Answers the open question as the case would; what the case does not record is skipped."""
    page = window.guided
    step = page.step
    known = {(one.finding, one.subject): one for one in truth.observations}
    told = [known.get((need.finding, need.subject)) for need in step.findings]
    if step.together:
        for one in told:
            if one is not None and one.value == YesNoValue(yes=True):
                page.marks[one.finding].toggle()
        key = "n" if all(told) and not any(box.isChecked() for box in page.marks.values()) else "s"
    else:
        (one,) = told
        value = one.value if one is not None and one.state is State.KNOWN else None
        finding = window._session.knowledge.findings[step.findings[0].finding]
        if isinstance(value, YesNoValue):
            key = "y" if value.yes else "n"
        elif isinstance(value, ChoiceValue):
            options = [option.id for option in finding.choices]
            key = list(page.keys)[options.index(value.candidates[0])]
        elif isinstance(value, NumberValue):
            key = value.number
        elif isinstance(value, ItemsValue):
            for name in value.present:
                page.marks[name].toggle()
            key = Qt.Key.Key_Return
        else:
            key = "s"
    target = QApplication.focusWidget() or page._first  # without a window manager the focus may be nowhere
    if isinstance(key, str):
        qtbot.keyClicks(target, key)
    else:
        qtbot.keyClick(target, key)
    if page.step is step:
        qtbot.keyClick(target, Qt.Key.Key_Return)
    process(2)


def played(qtbot: QtBot, tmp_path: Path, ports: Ports, example: str, most: int) -> tuple[int, CaseSession]:
    """Plays an example from an empty case, at most so many answers; how many it took until guided entry ended."""
    knowledge, _problems = knowledge_and_problems()
    truth = CaseFiles().load(resource_root() / "examples" / f"{example}.hepalith.json")
    session = CaseSession(knowledge, Clock(), ports.store, ports.journal, ports.note)
    window = MainWindow(session, ports.manual, WindowSettings(tmp_path), tmp_path)
    qtbot.addWidget(window, before_close_func=lambda one: setattr(one, "_closing", True))
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    session.prepare()
    window.start_guided()
    count = 0
    while window.guided.step is not None and count < most:
        before = window.guided.step
        answer(qtbot, window, truth)
        assert window.guided.step is not before, "every question is answered by its keys"
        count += 1
    return count, session


@pytest.mark.xfail(strict=True, reason="the order of the questions reaches the end only after far more answers")
@pytest.mark.parametrize(
    ("example", "most"), [("01-calcified-granuloma", 14), ("06-active-hydatid-cyst", 18)], ids=["granuloma", "hydatid"]
)
def test_the_targets(qtbot: QtBot, tmp_path: Path, ports: Ports, example: str, most: int) -> None:
    _count, session = played(qtbot, tmp_path, ports, example, most)
    assert session.state.assessment.robust


def test_the_cyst_is_named_and_staged_within_25_answers(qtbot: QtBot, tmp_path: Path, ports: Ports) -> None:
    _count, session = played(qtbot, tmp_path, ports, "06-active-hydatid-cyst", 25)
    made = session.state.assessment
    assert [cause.id for cause in made.causes if cause.rank == 1] == ["CE"]
    assert any(one.status is Status.HOLDS and one.id == "CE-R11" for one in made.recommendations)
