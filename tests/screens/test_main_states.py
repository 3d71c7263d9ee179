"""The whole window on the program's own knowledge looks as it did when it was looked at last, in its main states."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hepalith.domain.case import PATIENT
from hepalith.resources import resource
from hepalith.services.session import CaseSession
from hepalith.store.case_file import CaseFiles
from hepalith.ui.colours import DARK
from hepalith.ui.fonts import apply_text_size
from hepalith.ui.main_window import MainWindow
from hepalith.ui.settings import WindowSettings
from hepalith.ui.theme import apply_theme
from screens.test_geometry import cut_off, overflowing, settle
from support.languages import MIRRORED, PSEUDO, knowledge_in, spoken
from support.screens import WHOLE_WINDOW, assert_as_before
from ui.conftest import FixedClock, Ports

WIDE, NARROW = (1280, 720), (960, 1040)


class Shown(NamedTuple):
    """A state of the window. case: how the name of an example begins, "" for none; section: of the panel, to open."""

    case: str = ""
    page: str = "patient"
    section: str = ""
    extent: tuple[int, int] = WIDE
    percent: int = 100
    theme: str = "light"
    language: str = "en"


STATES = {
    "empty": Shown(),
    "closed": Shown("01", "calcium"),
    "benign": Shown("04"),
    "cystic": Shown("06", "cyst_signs"),
    "biliary": Shown("10", "ducts"),
    "neoplastic": Shown("14", "solid_features"),
    "emergency": Shown("12", "vital_signs"),
    "conflict": Shown("08", "lesion_basics", section="conflicts"),
    "dark": Shown("12", "vital_signs", theme="dark"),
    "narrow": Shown("06", extent=NARROW),
    "large": Shown("06", "cyst_signs", extent=NARROW, percent=200),
    "large-wide": Shown("12", "vital_signs", percent=200),
    "chinese": Shown("12", "vital_signs", language="zh_CN"),
    "chinese-dark": Shown("06", "cyst_signs", extent=NARROW, theme="dark", language="zh_CN"),
    "long-words": Shown("06", "cyst_signs", language=PSEUDO),
    "right-to-left": Shown("12", "vital_signs", language=MIRRORED),
}


@pytest.fixture
def window(qtbot: QtBot, ports: Ports, tmp_path: Path, state: Shown) -> Iterator[MainWindow]:
    """The window in a state."""
    with spoken(state.language):
        session = CaseSession(knowledge_in(state.language), FixedClock(), ports.store, ports.journal, ports.note)
        session.prepare()
        if state.case:
            (path,) = resource("examples").glob(f"{state.case}-*.hepalith.json")
            session.show_case(CaseFiles().load(path))
        settings = WindowSettings(tmp_path / "settings")
        settings.change(theme="light", tour_seen=True)
        made = MainWindow(session, ports.manual, settings, tmp_path / "examples")
        made.setLayoutDirection(QApplication.layoutDirection())
        made._closing = True
        qtbot.addWidget(made)
        made.resize(*state.extent)
        made.show()
        made.choose_theme(state.theme)
        made.choose_text_size(state.percent)
        groups = {group.id: group for group in session.knowledge.header.groups}
        lesions = session.state.case.lesions
        made.open_page(state.page, lesions[0].id if groups[state.page].subject == "lesion" else PATIENT)
        if state.section:
            made.panel.open_section(state.section, opened=True)
            settle()
            made.panel.card_area.verticalScrollBar().setValue(made.panel.section(state.section).y())
        made.setFocus()
        settle()
        yield made
        apply_text_size(QApplication.instance(), 100)
        apply_theme(QApplication.instance(), "light")


@pytest.mark.parametrize(("name", "state"), STATES.items(), ids=STATES)
def test_the_window_looks_as_before_and_cuts_nothing_off(
    window: MainWindow, name: str, state: Shown, tmp_path: Path
) -> None:
    assert (window.width(), window.height()) == state.extent
    assert_as_before(window.grab().toImage(), f"window-{name}", tmp_path, WHOLE_WINDOW)
    assert [text for region in (window.form, window.panel, window.statusBar()) for text in cut_off(region)] == []
    assert overflowing(window) == []


@pytest.mark.parametrize("state", [STATES["empty"]], ids=["empty"])
def test_a_small_change_is_noticed(window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEPALITH_GOLDEN", raising=False)  # what is changed here is no reference
    picture = window.grab().toImage()
    assert_as_before(picture, "window-empty", tmp_path, WHOLE_WINDOW)
    label = window.panel.class_label
    label.setText(label.text() + " " + label.text())
    settle()
    with pytest.raises(pytest.fail.Exception, match="changed"):
        assert_as_before(window.grab().toImage(), "window-empty", tmp_path, WHOLE_WINDOW)


@pytest.mark.parametrize("state", [STATES["emergency"]], ids=["emergency"])
def test_links_follow_the_theme(window: MainWindow) -> None:
    """Qt keeps the colour of a link from when its text was read."""
    window.choose_theme("dark")
    settle()
    picture = window.panel.glance_label.grab().toImage()
    wanted = QColor(DARK.accent[0])
    colours = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
    assert wanted.name() in colours
