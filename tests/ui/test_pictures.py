"""Pictures of choices and the map of the segments: seen, clicked, reached by keys, told to a screen reader."""

from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from hepalith.domain.case import PATIENT, ChoiceValue, ItemsValue, State
from hepalith.figures.pictures import picture
from hepalith.knowledge.model import Finding
from hepalith.resources import picture_names
from hepalith.services.session import CaseSession
from hepalith.ui.fields.choice import ComboEditor, SegmentedChoiceEditor
from hepalith.ui.fields.multi import ABSENT, OPEN, PRESENT, MultiEditor
from hepalith.ui.fields.registry import BY_WIDGET, make_editor
from hepalith.ui.fields.row import FieldRow
from hepalith.ui.fields.segment_map import RegionButton, SegmentMapEditor
from hepalith.ui.icons import picture_pixmap
from hepalith.ui.main_window import MainWindow
from hepalith.ui.picture_label import PictureLabel
from support.vignettes import knowledge_and_problems

KEY = Qt.Key


@pytest.fixture
def session(ports) -> CaseSession:
    """A session on the program's own knowledge, with two lesions."""
    from ui.conftest import FixedClock

    made = CaseSession(knowledge_and_problems()[0], FixedClock(), ports.store, ports.journal, ports.note)
    made.add_lesion("right lobe")
    made.add_lesion()
    return made


def row(window: MainWindow, finding: str, subject: str = "L1") -> FieldRow:
    """The row of a finding, with the keyboard in it."""
    window.open_finding(finding, subject)
    QApplication.processEvents()
    return window.form.current().rows[finding]


def press(qtbot: QtBot, *pressed: Qt.Key) -> None:
    """Presses keys in whatever has the keyboard."""
    for key in pressed:
        qtbot.keyClick(QApplication.focusWidget(), key)


def type_in(qtbot: QtBot, text: str) -> None:
    """Types into whatever has the keyboard."""
    qtbot.keyClicks(QApplication.focusWidget(), text)


def description(widget: QWidget) -> str:
    """What a screen reader says after the name."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Description)


def items(editor: MultiEditor) -> dict[str, QWidget]:
    return {item.item: item for item in editor._items}


# pictures


def ink(name: str, width: int = 64, height: int = 48, ratio: float = 1.0) -> QImage:
    """A picture, black on nothing."""
    return picture_pixmap(name, "#000000", QSize(width, height), ratio).toImage()


@pytest.mark.parametrize("name", sorted(picture_names()))
def test_pictures_stay_inside_their_frame(name: str) -> None:
    """Some of it is drawn, and nothing is cut off at an edge but what goes on beyond it (ducts, vessels, shadows)."""
    image = ink(name, 128, 96)
    dark = sum(image.pixelColor(x, y).alpha() > 128 for x in range(128) for y in range(96))
    assert 20 < dark < 128 * 96 * 0.6
    for y in range(96):
        assert image.pixelColor(0, y).alpha() < 128
        assert image.pixelColor(127, y).alpha() < 128


def test_pictures_are_told_apart_at_the_size_of_a_button() -> None:
    """Any two have less than three quarters of their dark parts in common, without colour."""

    def dark(name: str) -> set[tuple[int, int]]:
        image = ink(name, 48, 36)
        return {(x, y) for x in range(48) for y in range(36) if image.pixelColor(x, y).alpha() > 80}

    drawn = {name: dark(name) for name in picture_names()}
    for one, other in combinations(drawn, 2):
        common, whole = drawn[one] & drawn[other], drawn[one] | drawn[other]
        assert len(common) < 3 / 4 * len(whole), (one, other)


def test_pictures_are_sharp_on_fine_screens() -> None:
    fine = picture_pixmap("rim", "#000000", QSize(64, 48), 2.0)
    assert (fine.width(), fine.height(), fine.devicePixelRatio()) == (128, 96, 2.0)
    assert picture_pixmap("rim", "#000000", QSize(128, 96), 1.0).devicePixelRatio() == 1.0


# choices with pictures


def test_every_widget_that_the_dictionary_names_exists(session: CaseSession) -> None:
    named = {finding.widget for finding in session.knowledge.findings.values() if finding.widget}
    assert named == set(BY_WIDGET)


def test_items_are_chosen_with_the_mouse_in_turn(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    field = row(window, "calc_shape")
    rim = items(field.editor)["rim"]
    for state in (PRESENT, ABSENT, OPEN):
        qtbot.mouseClick(rim, Qt.MouseButton.LeftButton)
        assert rim.checkState() is state
    assert session.shown("calc_shape", "L1") is None
    assert description(rim) == f"not recorded. {picture('rim').description}"


def test_items_are_chosen_with_keys(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    field = row(window, "calc_shape")
    press(qtbot, KEY.Key_Right, KEY.Key_Right)
    rim = QApplication.focusWidget()
    assert rim is items(field.editor)["rim"]
    assert session.shown("calc_shape", "L1") is None  # moving records nothing
    press(qtbot, KEY.Key_Space)
    assert session.shown("calc_shape", "L1").value == ItemsValue(present=("rim",))
    press(qtbot, KEY.Key_Left, KEY.Key_Minus)
    assert session.shown("calc_shape", "L1").value == ItemsValue(present=("rim",), absent=("coarse",))
    press(qtbot, KEY.Key_Delete)
    assert session.shown("calc_shape", "L1").value == ItemsValue(present=("rim",))
    type_in(qtbot, "c")
    assert QApplication.focusWidget() is items(field.editor)["curvilinear"]


def test_none_of_these_and_doubt_stay_apart(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    field = row(window, "calc_shape")
    qtbot.mouseClick(field.editor.none_button, Qt.MouseButton.LeftButton)
    assert not session.shown("calc_shape", "L1").value.present
    assert {item.checkState() for item in field.editor._items} == {ABSENT}
    session.record_state("calc_shape", State.INDETERMINATE, "L1")
    assert {item.checkState() for item in field.editor._items} == {OPEN}
    assert field.editor.state_label.text() == "Cannot be told"


def test_a_stage_is_chosen_by_picture_and_by_digit(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    field = row(window, "us_stage_reported")
    assert isinstance(field.editor, SegmentedChoiceEditor)
    second = field.editor._bar.segments()[1]
    qtbot.mouseClick(second, Qt.MouseButton.LeftButton)
    assert session.shown("us_stage_reported", "L1").value == ChoiceValue(candidates=("CE1",))
    assert "two lines" in description(second)
    type_in(qtbot, "6")
    assert session.shown("us_stage_reported", "L1").value == ChoiceValue(candidates=("CE4",))
    press(qtbot, KEY.Key_Delete)
    assert session.shown("us_stage_reported", "L1") is None


def test_another_examination_has_the_plain_list(window: MainWindow, session: CaseSession) -> None:
    session.add_study(modality="us", date="2025-05-20")
    session.add_study(modality="us", date="2026-05-20")
    for study in ("S1", "S2"):
        session.record("us_stage_reported", ChoiceValue(candidates=("CE1",)), "L1", study=study)
    field = row(window, "us_stage_reported")
    earlier = [one for one in field.findChildren(FieldRow) if one.finding.id == field.finding.id]
    assert [type(one.editor) for one in earlier] == [ComboEditor]


def test_signs_have_their_picture_beside_the_name(window: MainWindow) -> None:
    (shown,) = row(window, "double_line").findChildren(PictureLabel)
    assert shown.accessibleName() == picture("cyst_double_line").description
    assert QAccessible.queryAccessibleInterface(shown).role() is QAccessible.Role.Graphic
    small = shown.pixmap().width()
    window.choose_text_size(200)
    QApplication.processEvents()
    assert shown.pixmap().width() == pytest.approx(2 * small, abs=4)
    window.choose_text_size(100)


def test_tiles_of_a_row_are_of_one_height(window: MainWindow) -> None:
    field = row(window, "calc_shape")
    rows: dict[int, set[int]] = {}
    for item in field.editor._items:
        if item.isVisible():
            rows.setdefault(item.y(), set()).add(item.height())
    assert len(rows) > 1
    assert all(len(heights) == 1 for heights in rows.values())


# the map


def regions(editor: SegmentMapEditor) -> dict[str, RegionButton]:
    return {region.item: region for region in editor.map.regions}


def click_at_name(qtbot: QtBot, editor: SegmentMapEditor, name: str) -> None:
    """Clicks where the name of a segment is written, whatever lies there."""
    scale = editor.map._scale()
    x, y = regions(editor)[name].outline.name
    there = QPoint(round(x * scale), round((y - 3) * scale))
    hit = editor.map.childAt(there)
    qtbot.mouseClick(hit, Qt.MouseButton.LeftButton, pos=hit.mapFrom(editor.map, there))


def test_each_segment_is_hit_where_its_name_stands(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    field = row(window, "segments")
    assert isinstance(field.editor, SegmentMapEditor)
    for name in regions(field.editor):
        click_at_name(qtbot, field.editor, name)
    assert set(session.shown("segments", "L1").value.present) == set(regions(field.editor))


def test_a_click_beside_the_liver_records_nothing(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    field = row(window, "segments")
    for there in (QPoint(2, 2), QPoint(field.editor.map.width() - 3, field.editor.map.height() - 3)):
        assert field.editor.map.childAt(there) is None
        qtbot.mouseClick(field.editor.map, Qt.MouseButton.LeftButton, pos=there)
    assert session.shown("segments", "L1") is None


def test_arrows_move_over_the_map_as_it_lies(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    field = row(window, "segments")
    regions(field.editor)["VII"].setFocus()
    walked = []
    right, left, down = KEY.Key_Right, KEY.Key_Left, KEY.Key_Down
    for key in (right, right, right, down, left, down, left, left):
        press(qtbot, key)
        walked.append(QApplication.focusWidget().item)
    assert walked == ["VIII", "IVa", "II", "III", "I", "IVb", "V", "VI"]
    press(qtbot, KEY.Key_Left)
    assert QApplication.focusWidget().item == "VI"  # the edge
    assert session.shown("segments", "L1") is None


def test_every_segment_is_reached_with_arrows(window: MainWindow) -> None:
    liver = row(window, "segments").editor.map
    ways = [QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)]
    reached, todo = set(), [liver.regions[0]]
    while todo:
        region = todo.pop()
        if region is not None and region not in reached:
            reached.add(region)
            todo += [liver.neighbour(region, way) for way in ways]
    assert reached == set(liver.regions)


def test_digits_choose_segments(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    row(window, "segments")
    type_in(qtbot, "8")
    type_in(qtbot, "5")
    assert session.shown("segments", "L1").value == ItemsValue(present=("V", "VIII"))
    type_in(qtbot, "5")
    assert session.shown("segments", "L1").value == ItemsValue(present=("VIII",), absent=("V",))
    type_in(qtbot, "4")
    assert "IV" in session.shown("segments", "L1").value.present


def test_the_map_of_a_finding_without_the_whole_segment_has_no_tag(window: MainWindow, session: CaseSession) -> None:
    field = row(window, "dilated_segments", PATIENT)
    assert "IV" not in regions(field.editor)
    assert {option.id for option in field.finding.choices} == set(regions(field.editor))


def test_all_lesions_are_told(window: MainWindow, session: CaseSession) -> None:
    session.record("segments", ItemsValue(present=("VIII",)), "L1")
    session.record("segments", ItemsValue(present=("VIII", "II")), "L2")
    field = row(window, "segments", "L2")
    eight = regions(field.editor)["VIII"]
    interface = QAccessible.queryAccessibleInterface(eight)
    assert interface.role() is QAccessible.Role.CheckBox
    assert interface.text(QAccessible.Text.Name) == "Liver segments: VIII, Right lobe, anterior, upper"
    assert description(eight) == "present. Here: L1, L2"
    assert "Here: L1, L2" in eight.toolTip()
    assert field.editor.legend.text() == "Liver segments: L1 in VIII; L2 in VIII, II."
    session.clear("segments", "L1")
    assert description(eight) == "present. Here: L2"
    assert "not recorded for L1" in field.editor.legend.text()


def test_states_of_a_segment_look_different_without_colour(window: MainWindow, session: CaseSession) -> None:
    """In grey: present, absent and not recorded differ in the picture of the region."""
    field = row(window, "segments")
    region = regions(field.editor)["V"]
    seen = []
    for value in (None, ItemsValue(present=("V",)), ItemsValue(absent=("V",))):
        if value is not None:
            session.record("segments", value, "L1")
        QApplication.processEvents()
        grey = field.editor.map.grab(region.geometry()).toImage().convertToFormat(QImage.Format.Format_Grayscale8)
        seen.append(bytes(grey.constBits()))
    for one, other in combinations(seen, 2):
        assert sum(abs(a - b) > 40 for a, b in zip(one, other, strict=True)) > 15


def test_focus_is_seen(window: MainWindow) -> None:
    field = row(window, "segments")
    liver = field.editor.map
    without = liver.grab().toImage()
    regions(field.editor)["III"].setFocus()
    QApplication.processEvents()
    assert liver.grab().toImage() != without


def test_a_choice_that_the_map_does_not_know_is_still_there(qtbot: QtBot, session: CaseSession) -> None:
    finding = session.knowledge.findings["segments"]
    choices = (*finding.choices, type(finding.choices[0])(id="elsewhere", label="Elsewhere"))
    import msgspec

    strange: Finding = msgspec.structs.replace(finding, choices=choices)
    parent = QWidget()
    qtbot.addWidget(parent)
    editor = make_editor(strange, parent)
    assert [item.item for item in editor._items] == [option.id for option in choices]
    assert not isinstance(editor._items[-1], RegionButton)


def test_forms_with_pictures_are_freed(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    import gc
    import weakref

    held = [weakref.ref(row(window, name).editor) for name in ("segments", "calc_shape", "us_stage_reported")]
    held.append(weakref.ref(row(window, "double_line").findChildren(PictureLabel)[0]))
    window.open_page("patient", PATIENT)
    session.remove_lesion("L1")
    QApplication.sendPostedEvents(None, 52)  # deferred deletes
    QApplication.processEvents()
    gc.collect()
    assert [one() for one in held] == [None] * 4


@pytest.mark.parametrize("finding", ["calc_shape", "us_stage_reported", "wall_calcification"])
def test_tiles_of_a_field_are_of_one_width(window: MainWindow, finding: str) -> None:
    editor = row(window, finding).editor
    buttons = editor._items if isinstance(editor, MultiEditor) else editor._bar.segments()
    assert len({button.width() for button in buttons if button.isVisible() and button._face.picture}) == 1
