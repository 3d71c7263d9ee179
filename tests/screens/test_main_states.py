"""The window in its main states looks as it did when it was looked at last, on the whole knowledge."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hepalith.app.wiring import examples_folder
from hepalith.i18n import set_language
from hepalith.services.session import CaseSession
from hepalith.store.case_file import CaseFiles
from hepalith.ui.main_window import MainWindow
from screens.test_geometry import settle
from support.screens import assert_as_before
from support.vignettes import knowledge_and_problems
from ui.conftest import FixedClock


class Shown(msgspec.Struct, frozen=True):
    """A state. example: beginning of the name of an example, "" for the empty case. section: opened and in sight."""

    name: str
    example: str = ""
    extent: tuple[int, int] = (1280, 720)
    percent: int = 100
    theme: str = "light"
    language: str = "en"
    section: str = ""


STATES = (
    Shown("empty"),
    Shown("closed", "01"),
    Shown("benign", "04"),
    Shown("cystic", "06"),
    Shown("biliary", "10"),
    Shown("neoplastic", "14"),
    Shown("emergency", "12"),
    Shown("conflict", "06", section="conflicts"),
    Shown("dark", "12", theme="dark"),
    Shown("large", "06", extent=(960, 1040), percent=200),
    Shown("narrow", "06", extent=(960, 1040)),
    Shown("chinese", "06", language="zh_CN"),
)


@pytest.fixture
def state(request: pytest.FixtureRequest) -> Iterator[Shown]:
    """The state, in its language."""
    set_language(request.param.language)
    yield request.param
    set_language(None)


@pytest.fixture
def session(ports, state: Shown) -> CaseSession:
    """The example of the state."""
    made = CaseSession(knowledge_and_problems()[0], FixedClock(), ports.store, ports.journal, ports.note)
    if state.example:
        (path,) = examples_folder().glob(f"{state.example}-*.hepalith.json")
        made.show_case(CaseFiles().load(path))
    return made


@pytest.mark.parametrize("state", STATES, ids=[one.name for one in STATES], indirect=True)
def test_the_window_looks_as_before(window: MainWindow, state: Shown, tmp_path: Path) -> None:
    window.resize(*state.extent)
    window.choose_theme(state.theme)
    window.choose_text_size(state.percent)
    settle()
    if state.section:
        window.panel.open_section(state.section, opened=True)
        window.panel._go_to(state.section)
    window.setFocus()  # no cursor that blinks
    settle()
    assert_as_before(window.grab().toImage(), f"window-{state.name}", tmp_path)
