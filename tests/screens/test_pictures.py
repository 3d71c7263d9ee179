"""Pictures, map and plot have room at both sizes and at 200 % text, and look as they did when looked at last."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from hepalith.domain.case import ChoiceValue, ItemsValue, NumberValue
from hepalith.services.session import CaseSession
from hepalith.ui.main_window import MainWindow
from screens.test_geometry import EXTENTS, cut_off, overflowing, settle
from support.screens import assert_as_before
from support.vignettes import knowledge_and_problems
from ui.conftest import FixedClock

SECTIONS = {"segments": "lesion_basics", "calc_shape": "calcium", "us_stage_reported": "cyst_signs"}


@pytest.fixture
def session(ports) -> CaseSession:
    """Three lesions with sizes, stages, segments and shapes."""
    made = CaseSession(knowledge_and_problems()[0], FixedClock(), ports.store, ports.journal, ports.note)
    studies = [
        made.add_study(modality="us", date=f"{year}-05-20", phase="portal", slice_mm="3") for year in (2023, 2024, 2026)
    ]
    made.record("prior_imaging", ChoiceValue(candidates=("compared",)))
    for segments, sizes in (
        (("VIII", "VII"), ("62", "60", "64")),
        (("IVb", "I"), ("9",)),
        (("II", "IV"), ("20", "26")),
    ):
        lesion = made.add_lesion()
        made.record("segments", ItemsValue(present=segments, absent=("VI",)), lesion)
        for study, size in zip(studies[-len(sizes) :], sizes, strict=True):
            made.record("size_mm", NumberValue(number=size, unit="mm"), lesion, study=study)
    made.record("nature", ChoiceValue(candidates=("cystic",)), "L1")
    for study, stage in zip(studies, ("CE3a", "CE4", "CE4"), strict=True):
        made.record("us_stage_reported", ChoiceValue(candidates=(stage,)), "L1", study=study)
    made.record("calc_shape", ItemsValue(present=("rim_incomplete",), absent=("punctate", "rim")), "L1")
    return made


@pytest.mark.parametrize("percent", [100, 200])
@pytest.mark.parametrize("extent", EXTENTS, ids=["wide", "narrow"])
def test_pictures_and_plot_have_room(window: MainWindow, extent, percent: int) -> None:
    window.resize(*extent)
    window.choose_text_size(percent)
    for section in (*SECTIONS.values(), "follow_up"):
        window.open_page(section, "L1")
        settle()
        assert cut_off(window.form) == [], section
        assert overflowing(window) == [], section


def shown(window: MainWindow, what: str) -> QWidget:
    """The row of a finding, or the part that shows the course."""
    if what == "course":
        window.open_page("follow_up", "L1")
        settle()
        return window.form.current().courses[0]
    window.open_page(SECTIONS[what], "L1")
    settle()
    return window.form.current().rows[what]


@pytest.mark.parametrize("what", [*SECTIONS, "course"])
@pytest.mark.parametrize(
    ("name", "extent", "percent", "theme"),
    [
        ("light", (1280, 720), 100, "light"),
        ("dark", (1280, 720), 100, "dark"),
        ("large", (960, 1040), 200, "light"),
    ],
    ids=["light", "dark", "large"],
)
def test_pictures_look_as_before(
    window: MainWindow, tmp_path: Path, what: str, name: str, extent, percent: int, theme: str
) -> None:
    window.resize(*extent)
    window.choose_theme(theme)
    window.choose_text_size(percent)
    settle()
    widget = shown(window, what)
    window.setFocus()
    settle()
    assert_as_before(widget.grab().toImage(), f"{what}-{name}", tmp_path)
