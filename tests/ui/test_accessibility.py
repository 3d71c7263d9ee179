"""Names for screen readers, reading order of Tab, contrast of both themes."""

import itertools
import re
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

import hepalith.ui
from hepalith.domain.case import PATIENT, NumberValue, YesNoValue
from hepalith.services.session import CaseSession
from hepalith.ui.case_list import STUDIES_PAGE, WHO_PAGE
from hepalith.ui.colours import DARK, LIGHT, Theme, contrast
from hepalith.ui.fields.row import FieldRow
from hepalith.ui.headings import Heading
from hepalith.ui.link_label import LinkLabel
from hepalith.ui.look import make_application
from hepalith.ui.main_window import MainWindow
from hepalith.ui.settings import WindowSettings
from hepalith.ui.theme import apply_theme
from support.looking import clipped, nameless, out_of_order, tab_stops


def test_every_control_has_a_name(window: MainWindow, session: CaseSession) -> None:
    lesion = session.add_lesion()
    session.add_study()
    session.record("hot", YesNoValue(yes=True))
    session.record("redness", NumberValue(number="90", unit="umol/L"))
    for group in session.knowledge.header.groups:
        window.open_page(group.id, lesion if group.subject == "lesion" else PATIENT)
        QApplication.processEvents()
        assert nameless(window) == []
    for page in (WHO_PAGE, STUDIES_PAGE):
        window.open_page(page, "")
        assert nameless(window) == []


def test_fields_tell_their_state_and_help(window: MainWindow, session: CaseSession) -> None:
    window.open_finding("years", PATIENT)
    edit = window.form.current().rows["years"].editor.number_input
    interface = QAccessible.queryAccessibleInterface(edit)
    assert interface.text(QAccessible.Text.Name) == "Age in years"
    assert interface.text(QAccessible.Text.Description) == "Not recorded. Completed years."
    session.record("years", NumberValue(number="110", unit="a"))
    assert "unusual" in interface.text(QAccessible.Text.Description)
    yes = window.form.current().rows["hot"].editor._bar.segments()[0]
    spoken = QAccessible.queryAccessibleInterface(yes)
    assert spoken.role() is QAccessible.Role.RadioButton
    assert spoken.text(QAccessible.Text.Name) == "Feels hot: Yes"
    item = window.form.current().rows["pains"].editor._items[0]
    spoken = QAccessible.queryAccessibleInterface(item)
    assert spoken.role() is QAccessible.Role.CheckBox
    assert (spoken.text(QAccessible.Text.Name), spoken.text(QAccessible.Text.Description)) == (
        "Pains: Head",
        "not recorded",
    )


def test_labels_have_buddies(window: MainWindow) -> None:
    for row in window.form.current().findChildren(FieldRow):
        assert row.label.buddy() is row.editor.focus_target() or row.label.buddy() is not None


def test_tab_goes_down_the_form_field_by_field(qtbot: QtBot, window: MainWindow) -> None:
    window.form.current().take_focus()
    rows: list[str] = []
    places: list[int] = []
    for _step in range(40):
        focused = QApplication.focusWidget()
        row = focused
        while row is not None and not isinstance(row, FieldRow):
            row = row.parentWidget()
        if row is None:
            break
        if not rows or rows[-1] != row.finding.id:
            rows.append(row.finding.id)
        places.append(focused.mapTo(window, QPoint(0, focused.height() // 2)).y() // 40)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert rows == [name for name, row in window.form.current().rows.items() if not row.isHidden()]
    assert places == sorted(places)


@pytest.mark.parametrize("extent", [(1280, 720), (960, 1040)], ids=["beside", "below"])
def test_tab_goes_through_list_and_form_as_one_reads(window: MainWindow, session: CaseSession, extent) -> None:
    lesion = session.add_lesion()
    session.add_study()
    session.record("redness", NumberValue(number="900", unit="umol/L"))  # something in the strip of problems
    window.resize(*extent)
    for group in session.knowledge.header.groups:
        window.open_page(group.id, lesion if group.subject == "lesion" else PATIENT)
        settle()
        window.focusNextPrevChild(True)
        assert "; ".join(out_of_order(window, (window.case_list, window.form))) == ""
    for page in (WHO_PAGE, STUDIES_PAGE):
        window.open_page(page, "")
        settle()
        window.focusNextPrevChild(True)
        assert "; ".join(out_of_order(window, (window.case_list, window.form))) == ""


def test_tab_goes_from_list_to_form_to_guidance_as_one_reads(window: MainWindow, session: CaseSession) -> None:
    session.record("hot", YesNoValue(yes=True))  # its card is made before those that come to stand above it
    session.record("redness", NumberValue(number="4.0", unit="mg/dL"))
    window.open_page("blood", PATIENT)  # its form is made after the guidance
    settle()
    window.focusNextPrevChild(True)
    regions = (window.case_list, window.form, window.panel)
    places = [next(n for n, r in enumerate(regions) if r.isAncestorOf(one)) for one in tab_stops(window)]
    assert places == sorted(places)
    assert set(places) == {0, 1, 2}
    assert "; ".join(out_of_order(window, regions)) == ""


@pytest.mark.parametrize("extent", [(1280, 720), (960, 1040)], ids=["wide", "narrow"])
def test_nothing_in_the_window_is_clipped_at_200_per_cent(window: MainWindow, session: CaseSession, extent) -> None:
    lesion = session.add_lesion()
    session.add_study()
    session.record("hot", YesNoValue(yes=True))
    session.record("redness", NumberValue(number="900", unit="umol/L"))
    window.resize(*extent)
    window.choose_text_size(200)
    for group in session.knowledge.header.groups:
        window.open_page(group.id, lesion if group.subject == "lesion" else PATIENT)
        settle()
        assert clipped(window) == []
    for page in (WHO_PAGE, STUDIES_PAGE):
        window.open_page(page, "")
        settle()
        assert clipped(window) == []
    window.tabs.setCurrentIndex(1)
    settle()
    assert clipped(window) == []


def test_headings_grow_with_the_text(window: MainWindow) -> None:
    for percent in (200, 100, 150):
        window.choose_text_size(percent)
        settle()
        usual = window.fontInfo().pixelSize()
        assert usual == round(13 * percent / 100)
        headings = window.findChildren(Heading)
        assert headings
        assert all(usual < heading.fontInfo().pixelSize() <= 1.5 * usual for heading in headings)


def test_links_have_the_colours_of_the_theme_that_is_shown(window: MainWindow, session: CaseSession) -> None:
    session.record("hot", YesNoValue(yes=True))
    window.open_finding("hot", PATIENT)
    window.panel.section("avoid").cards()[0].toggle()
    for name, theme in (("dark", DARK), ("light", LIGHT)):
        window.choose_theme(name)
        settle()
        labels = [label for label in window.findChildren(LinkLabel) if label.isVisible()]
        assert len(labels) >= 3
        for label in labels:
            picture = label.grab().toImage()
            colours = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
            other = LIGHT if theme is DARK else DARK
            assert theme.accent[0] in colours or theme.text in colours
            assert other.accent[0] not in colours


def test_an_empty_case_claims_no_urgency(window: MainWindow, session: CaseSession) -> None:
    assert window.tabs.tabText(1) == "Guidance: Nothing is recorded yet"
    assert "Urgency" not in window.statusBar().currentMessage()
    session.record("hot", YesNoValue(yes=True))
    assert window.statusBar().currentMessage().startswith("Urgency: ")


def test_nothing_moves_by_itself(qapp: QApplication, tmp_path: Path) -> None:
    """Whether or not the system asks for no animation."""
    make_application(WindowSettings(tmp_path))
    assert not any(qapp.isEffectEnabled(effect) for effect in Qt.UIEffect)
    for source in Path(hepalith.ui.__file__).parent.rglob("*.py"):
        assert not re.search(r"Q\w*Animation|QMovie|QTimeLine|QGraphicsEffect", source.read_text("utf-8")), source


def settle() -> None:
    for _round in range(6):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def test_a_segmented_field_is_one_stop_of_tab(qtbot: QtBot, window: MainWindow) -> None:
    window.open_finding("hot", PATIENT)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Left)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    row = window.form.current().rows["pains"]
    assert row.isAncestorOf(QApplication.focusWidget())


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_is_readable_in_both_themes(theme: Theme) -> None:
    texts = (theme.text, theme.muted, theme.alert, theme.warning, theme.good, theme.accent[0])
    for text, ground in itertools.product(texts, (theme.window, theme.surface)):
        assert contrast(text, ground) >= 4.5, (text, ground)
    for ground, text in (*theme.levels.values(), theme.accent, theme.refusal):
        assert contrast(text, ground) >= 4.5, (text, ground)
    for edge, ground in itertools.product(
        (theme.border, theme.accent[0], theme.refusal[0]), (theme.surface, theme.window)
    ):
        assert contrast(edge, ground) >= 3, (edge, ground)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit, QSpinBox, QComboBox, QPushButton, QCheckBox, QRadioButton])
def test_the_edge_of_a_control_can_be_seen(qtbot: QtBot, kind: type[QWidget], theme: Theme) -> None:
    """WCAG 2.2, 1.4.11: as drawn, since the style makes the colour of the edge itself."""
    apply_theme(QApplication.instance(), theme.name)
    host = QWidget()
    qtbot.addWidget(host)
    control = kind(host)
    control.setGeometry(10, 10, 80, 40)
    control.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    host.resize(100, 60)
    host.show()
    QApplication.processEvents()
    drawn = host.grab().toImage()
    line = [drawn.pixelColor(x, 30).name() for x in range(8, 22)]  # across the left edge, or the box to tick
    apply_theme(QApplication.instance(), "light")
    assert max(contrast(colour, theme.window) for colour in line) >= 3


def test_contrast_as_wcag_defines_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
