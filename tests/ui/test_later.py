"""What the first picture of the window does without is there as soon as anybody wants it, and soon by itself."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from hepalith.domain.case import PATIENT, State, YesNoValue
from hepalith.domain.errors import HepalithError
from hepalith.services.session import CaseSession
from hepalith.ui.case_list import STUDIES_PAGE, WHO_PAGE
from hepalith.ui.form import SectionForm
from hepalith.ui.later import Later
from hepalith.ui.main_window import GUIDED_PAGE, MainWindow
from hepalith.ui.settings import WindowSettings
from ui.conftest import Ports, _clean

KEY = Qt.Key


@pytest.fixture
def begun(qtbot: QtBot, session: CaseSession, ports: Ports, settings: WindowSettings, tmp_path: Path) -> MainWindow:
    """The main window, shown, of which nothing was made later yet."""
    settings.change(theme="light", tour_seen=True)
    (tmp_path / "one.hepalith.json").write_text('{"title": "An example"}')
    made = MainWindow(session, ports.manual, settings, tmp_path)
    qtbot.addWidget(made, before_close_func=_clean)
    made.removeEventFilter(made.later)  # no painting is seen
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    QApplication.processEvents()
    assert made._panel is None
    return made


def first_form(window: MainWindow) -> SectionForm:
    """The page that is shown first."""
    page = window.form.current()
    assert isinstance(page, SectionForm)
    return page


def test_a_window_makes_the_rest_by_itself_once_it_is_painted(
    qtbot: QtBot, session: CaseSession, ports: Ports, settings: WindowSettings, tmp_path: Path
) -> None:
    window = MainWindow(session, ports.manual, settings, tmp_path)
    qtbot.addWidget(window)
    assert window._panel is None
    with qtbot.waitSignal(window.later.done):
        window.show()
    assert window._panel is not None
    assert set(window.form._pages) == {WHO_PAGE, STUDIES_PAGE, GUIDED_PAGE}
    assert window.panel.guidance is not None
    assert window.tabs.tabText(1) == "Guidance: Nothing is recorded yet"
    assert not any(action.icon().isNull() for action, _name in window._pictured)
    assert not window.windowIcon().isNull()


def test_steps_are_taken_one_in_a_turn_with_keys_between_them(qtbot: QtBot) -> None:
    window, seen = QMainWindow(), []
    window.setCentralWidget(line := QLineEdit())
    qtbot.addWidget(window)

    def step() -> None:
        seen.append(line.text())
        key = QKeyEvent(QEvent.Type.KeyPress, KEY.Key_A, Qt.KeyboardModifier.NoModifier, "a")
        QApplication.postEvent(line, key)

    later = Later(window, [step] * 3)
    QApplication.processEvents()
    assert seen == []  # nobody sees the window
    with qtbot.waitSignal(later.done):
        window.show()
    assert seen == ["", "a", "aa"]


def test_after_stopping_no_step_is_taken(qtbot: QtBot) -> None:
    window, seen = QWidget(), []
    qtbot.addWidget(window)

    def last() -> None:
        seen.append(1)
        later.stop()

    later = Later(window, [last, last])
    window.show()
    qtbot.waitUntil(lambda: len(seen) == 1)
    QApplication.processEvents()
    later.finish()
    assert seen == [1]


def test_a_key_before_anything_else_is_recorded_and_assessed(
    qtbot: QtBot, begun: MainWindow, session: CaseSession
) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    assert first_form(begun).isAncestorOf(focused)
    qtbot.keyClicks(focused, "50")
    qtbot.waitUntil(lambda: len(session.state.case.observations) == 1)
    assert session.state.case.observations[0].finding == next(iter(first_form(begun).rows))
    assert begun.panel.isVisible()
    assert begun.panel.guidance is not None
    assert begun.panel.guidance.head.word in begun.tabs.tabText(1)
    assert begun.panel.guidance.head.word != "Nothing is recorded yet"


def test_before_any_edit_nothing_is_assessed_that_nobody_asks_for(
    qtbot: QtBot, begun: MainWindow, session: CaseSession
) -> None:
    assert "assessor" not in vars(session._answers)
    qtbot.keyClick(QApplication.focusWidget(), KEY.Key_Tab)
    begun.open_page(WHO_PAGE, "")
    begun._show_urgency(session.state)
    assert "assessor" in vars(session._answers)


def test_f6_and_tab_reach_the_panel_that_is_not_made_yet(qtbot: QtBot, begun: MainWindow) -> None:
    qtbot.keyClick(begun, KEY.Key_F6)
    assert begun._panel is not None
    assert begun.panel.isAncestorOf(QApplication.focusWidget())


def test_backwards_from_the_first_stop_tab_comes_to_the_panel(qtbot: QtBot, begun: MainWindow) -> None:
    begun.case_list.find_input.setFocus()
    qtbot.keyClick(begun.case_list.find_input, KEY.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert begun.panel.isAncestorOf(QApplication.focusWidget())


@pytest.mark.parametrize("name", [WHO_PAGE, STUDIES_PAGE])
def test_pages_open_before_they_were_made(begun: MainWindow, name: str) -> None:
    begun.case_list.page_chosen.emit(name, "")
    assert begun.form.shows(name)
    assert begun.form.current() is begun.form.page(name)


def test_guided_entry_begins_before_it_was_made(qtbot: QtBot, begun: MainWindow) -> None:
    begun.guided_action.trigger()
    assert begun.form.current() is begun.guided
    assert begun.guided.step is not None
    qtbot.keyClick(QApplication.focusWidget(), KEY.Key_Escape)
    assert not begun.form.shows(GUIDED_PAGE)


def test_a_menu_that_is_opened_has_its_examples(begun: MainWindow) -> None:
    begun._example_menu.aboutToShow.emit()
    begun._fill_examples()
    assert [action.text() for action in begun._example_menu.actions()] == ["&Start page...", "", "An example"]


def test_a_case_opened_at_the_start_is_shown_with_what_follows(
    qtbot: QtBot, session: CaseSession, ports: Ports, settings: WindowSettings, tmp_path: Path
) -> None:
    session.record("hot", YesNoValue(yes=True))
    window = MainWindow(session, ports.manual, settings, tmp_path)
    qtbot.addWidget(window, before_close_func=_clean)
    window.show_state(session.state)
    assert window.panel.guidance is not None
    assert window.panel.guidance.head.word in window.tabs.tabText(1)
    assert "observations" not in window.windowTitle()


def test_a_screen_reader_finds_every_part_by_its_name(begun: MainWindow) -> None:
    begun.later.finish()
    names = {QAccessible.queryAccessibleInterface(one).text(QAccessible.Text.Name) for one in widgets(begun)}
    assert {"Guidance", "Sections of the case", "Find a field"} <= names


def widgets(window: MainWindow) -> Iterator[QWidget]:
    """The window and everything in it."""
    yield from window.findChildren(QWidget)


def test_what_cannot_be_assessed_changes_nothing(session: CaseSession, monkeypatch: pytest.MonkeyPatch) -> None:
    before = session.state

    def broken(*_given: object, **_wanted: object) -> None:
        raise HepalithError("broken")

    monkeypatch.setattr("hepalith.decision.assess.Assessor.assessment", broken)
    with pytest.raises(HepalithError):
        session.record_state("hot", State.INDETERMINATE, PATIENT)
    assert session.state is before


def test_the_first_picture_needs_neither_the_decision_core_nor_the_panel(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from PySide6 import QtWidgets
from hepalith.app import wiring
from hepalith.app.folders import user_folders
from hepalith.ui.application import Desktop
from hepalith.ui.look import make_application
from hepalith.ui.settings import WindowSettings
folder = Path(sys.argv[1])
app = make_application(WindowSettings(folder))
Desktop(wiring.make_session(user_folders(folder)), None, WindowSettings(folder), folder).window.show()
print(*sys.modules, *vars(QtWidgets))
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    subprocess.run(command, capture_output=True, check=True)  # compiles the knowledge
    loaded = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert "hepalith.ui.main_window" in loaded
    late = {"decision.assess", "decision.what_if", "ui.panel.guidance_panel", "ui.guided.page", "ui.course_part"}
    assert loaded.isdisjoint(f"hepalith.{name}" for name in late)
    assert loaded.isdisjoint({"html", "dateutil.relativedelta", "xml.etree.ElementTree", "yaml"})
    assert "QStyle" not in loaded  # its enumerations, which PySide makes when it first meets a style
