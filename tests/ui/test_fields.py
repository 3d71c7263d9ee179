"""Every kind of field, driven by real key presses: what is typed reaches the case, and only that."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hepalith.domain.case import PATIENT, ChoiceValue, DateValue, ItemsValue, NumberValue, State, TextValue, YesNoValue
from hepalith.domain.errors import InvalidValueError
from hepalith.services.session import CaseSession
from hepalith.ui.fields.choice import ComboEditor, SegmentedEditor, YesNoEditor
from hepalith.ui.fields.editor import MoreButton
from hepalith.ui.fields.multi import MultiEditor
from hepalith.ui.fields.narrowing import NarrowingDialog
from hepalith.ui.fields.number import NumberEditor, converted, parse_entry
from hepalith.ui.fields.row import FieldRow
from hepalith.ui.main_window import MainWindow

KEY = Qt.Key


def row(window: MainWindow, finding: str, subject: str = PATIENT) -> FieldRow:
    """The row of a finding, with the keyboard in it."""
    window.open_finding(finding, subject)
    QApplication.processEvents()
    form = window.form.current()
    return form.rows[finding]


def keys(qtbot: QtBot, text: str) -> None:
    """Types into whatever has the keyboard."""
    qtbot.keyClicks(QApplication.focusWidget(), text)


def press(qtbot: QtBot, *pressed: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Presses keys in whatever has the keyboard."""
    for key in pressed:
        qtbot.keyClick(QApplication.focusWidget(), key, modifier)


def marked(editor: SegmentedEditor) -> list[str]:
    """The texts of the chosen segments."""
    return [segment.text() for segment in editor._bar.segments() if segment.isChecked()]


def test_yes_no_by_letter_and_back_to_not_recorded(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    field = row(window, "hot")
    assert isinstance(field.editor, YesNoEditor)
    assert marked(field.editor) == ["Not recorded"]
    with qtbot.waitSignal(window.bridge.state_changed):
        keys(qtbot, "y")
    assert session.shown("hot").value == YesNoValue(yes=True)
    assert marked(field.editor) == ["Yes"]
    keys(qtbot, "n")
    assert session.shown("hot").value == YesNoValue(yes=False)
    assert marked(field.editor) == ["No"]
    press(qtbot, KEY.Key_Delete)
    assert session.shown("hot") is None
    assert marked(field.editor) == ["Not recorded"]


def test_arrows_move_without_recording(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    row(window, "hot")
    press(qtbot, KEY.Key_Left, KEY.Key_Left)
    assert session.shown("hot") is None
    press(qtbot, KEY.Key_Space)
    assert session.shown("hot").value == YesNoValue(yes=True)


def test_states_between_known_and_not_recorded(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    field = row(window, "hot")
    keys(qtbot, "?")
    assert session.shown("hot").state is State.INDETERMINATE
    assert marked(field.editor) == ["Cannot be told"]
    session.record_state("hot", State.UNOBTAINABLE)
    assert marked(field.editor) == ["Cannot be obtained here"]
    session.clear("hot")
    assert marked(field.editor) == ["Not recorded"]


def test_menu_has_the_rarer_answers(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    field = row(window, "hot")
    press(qtbot, KEY.Key_Down, modifier=Qt.KeyboardModifier.AltModifier)
    menu = QApplication.activePopupWidget()
    assert [action.text() for action in menu.actions()] == ["Cannot be told", "Cannot be obtained here", "Not recorded"]
    menu.actions()[1].trigger()
    menu.close()
    assert session.shown("hot").state is State.UNOBTAINABLE
    assert field.editor.findChild(MoreButton) is not None


def test_few_choices_are_segments_and_many_a_list(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    field = row(window, "gender")
    keys(qtbot, "2")
    assert session.shown("gender").value == ChoiceValue(candidates=("man",))
    assert marked(field.editor) == ["Man"]
    country = row(window, "country")
    assert isinstance(country.editor, ComboEditor)
    assert country.editor.choice_input.currentText() == "Not recorded"
    keys(qtbot, "C")
    assert session.shown("country").value == ChoiceValue(candidates=("c3",))
    session.record_state("country", State.INDETERMINATE)
    assert country.editor.choice_input.currentText() == "Cannot be told"


def test_a_choice_can_be_only_narrowed_down(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    field = row(window, "country")
    field.editor.narrowing_wanted.emit()
    dialog = field.findChild(NarrowingDialog)
    for box in dialog._boxes[:2]:
        box[1].setChecked(True)
    dialog.accept()
    assert session.shown("country").value == ChoiceValue(candidates=("c1", "c2"))
    assert field.editor.choice_input.currentText() == "Atlantis or Borduria"


def test_items_go_round_and_none_of_these(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    field = row(window, "pains")
    assert isinstance(field.editor, MultiEditor)
    press(qtbot, KEY.Key_Space)
    assert session.shown("pains").value == ItemsValue(present=("head",))
    press(qtbot, KEY.Key_Space)
    assert session.shown("pains").value == ItemsValue(absent=("head",))
    press(qtbot, KEY.Key_Space)
    assert session.shown("pains") is None
    press(qtbot, KEY.Key_Right, KEY.Key_Plus)
    assert session.shown("pains").value == ItemsValue(present=("belly",))
    qtbot.mouseClick(field.editor.none_button, Qt.MouseButton.LeftButton)
    assert session.shown("pains").value == ItemsValue(absent=("head", "belly", "back"))
    assert field.editor.state_label.text() == "None of these"


def test_number_follows_typing_and_is_never_rewritten(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    field = row(window, "width_mm", session.add_lesion())
    keys(qtbot, "12,50")
    qtbot.waitUntil(lambda: session.shown("width_mm", "L1") is not None)
    assert session.shown("width_mm", "L1").value == NumberValue(number="12.50", unit="mm")
    assert field.editor.number_input.text() == "12,50"
    assert QApplication.focusWidget() is field.editor.number_input


def test_censored_numbers_and_units_can_be_typed(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    field = row(window, "redness")
    keys(qtbot, "< 3.1 mg/dL")
    press(qtbot, KEY.Key_Return)
    assert session.shown("redness").value == NumberValue(number="3.1", unit="mg/dL", comparator="<")
    assert field.editor.unit_input.currentData() == "mg/dL"


def test_a_refused_number_stays_in_the_field_and_out_of_the_case(
    qtbot: QtBot, window: MainWindow, session: CaseSession
) -> None:
    field = row(window, "years")
    keys(qtbot, "24")
    qtbot.waitUntil(lambda: session.shown("years") is not None)  # recorded while typing
    keys(qtbot, "0")
    press(qtbot, KEY.Key_Return)
    assert field.editor.number_input.text() == "240"
    assert "can only be 0 to 120" in field.message
    assert session.shown("years") is None, "24 was only a step on the way to 240"
    assert "✗ 1" in window.case_list._items[("person", PATIENT)].text(1)
    press(qtbot, KEY.Key_Backspace, KEY.Key_Return)
    assert session.shown("years").value == NumberValue(number="24", unit="a")
    assert field.message == ""


def test_a_refused_change_keeps_what_was_recorded(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    session.record("years", NumberValue(number="45", unit="a"))
    field = row(window, "years")
    field.editor.number_input.selectAll()
    keys(qtbot, "-3")
    press(qtbot, KEY.Key_Return)
    assert session.shown("years").value == NumberValue(number="45", unit="a")
    assert field.editor.number_input.text() == "-3"
    assert "What was recorded before stays" in field.message
    press(qtbot, KEY.Key_Escape)
    assert field.editor.number_input.text() == "45"
    assert field.message == ""


@pytest.mark.parametrize("text", ["abc", "NaN", "1e999999x", "--1", "inf"])
def test_what_is_no_number_is_refused(qtbot: QtBot, window: MainWindow, session: CaseSession, text: str) -> None:
    field = row(window, "years")
    keys(qtbot, text)
    press(qtbot, KEY.Key_Return)
    assert session.shown("years") is None
    assert field.message.startswith("✗ Refused")


def test_an_improbable_number_is_recorded_with_a_warning(
    qtbot: QtBot, window: MainWindow, session: CaseSession
) -> None:
    field = row(window, "redness")
    keys(qtbot, "1.2")
    press(qtbot, KEY.Key_Return)
    assert session.shown("redness").value == NumberValue(number="1.2", unit="umol/L")
    assert field.message == "⚠ Looks like another unit."


def test_choosing_a_unit_changes_nothing_until_it_is_said_what_is_meant(
    qtbot: QtBot, window: MainWindow, session: CaseSession
) -> None:
    session.record("redness", NumberValue(number="4.0", unit="mg/dL"), upper_limit="1.2")
    field = row(window, "redness")
    editor = field.editor
    assert isinstance(editor, NumberEditor)
    assert editor.unit_input.currentData() == "mg/dL"
    before = session.state

    def choose(unit: str) -> None:
        index = editor.unit_input.findData(unit)
        editor.unit_input.setCurrentIndex(index)
        editor.unit_input.activated.emit(index)

    choose("umol/L")
    assert session.state is before
    assert not editor._offer.isHidden()
    assert editor._offer.convert_button.text() == "Convert to 68.42 µmol/L"
    qtbot.mouseClick(editor._offer.keep_button, Qt.MouseButton.LeftButton)
    assert session.state is before
    assert editor.unit_input.currentData() == "mg/dL"
    choose("umol/L")
    qtbot.mouseClick(editor._offer.convert_button, Qt.MouseButton.LeftButton)
    assert session.shown("redness").value == NumberValue(number="68.42", unit="umol/L")
    assert session.shown("redness").upper_limit == "20.52"
    session.undo()
    choose("umol/L")
    qtbot.mouseClick(editor._offer.correct_button, Qt.MouseButton.LeftButton)
    assert session.shown("redness").value == NumberValue(number="4.0", unit="umol/L")


def test_limits_of_the_laboratory(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    field = row(window, "redness")
    keys(qtbot, "30")
    press(qtbot, KEY.Key_Return)
    upper = field.editor._limit_inputs[1]
    upper.setFocus()
    keys(qtbot, "17")
    press(qtbot, KEY.Key_Return)
    assert session.shown("redness").upper_limit == "17"
    upper.selectAll()
    keys(qtbot, "x")
    press(qtbot, KEY.Key_Return)
    assert session.shown("redness").upper_limit == "17"
    assert "is not a number" in field.message


def test_dates_of_any_precision(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    field = row(window, "operated")
    keys(qtbot, "2024-05")
    press(qtbot, KEY.Key_Return)
    assert session.shown("operated").value == DateValue(date="2024-05")
    field.editor.date_input.text_input.selectAll()
    keys(qtbot, "2024-13-01")
    press(qtbot, KEY.Key_Return)
    assert session.shown("operated").value == DateValue(date="2024-05")
    assert "is not a date" in field.message
    field.editor.date_input.open_calendar()
    popup = QApplication.activePopupWidget() or field.findChildren(type(window.case_list.window()))
    assert popup is not None
    popup.close()


def test_text_of_several_lines(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    row(window, "remark")
    keys(qtbot, "first")
    press(qtbot, KEY.Key_Return)
    keys(qtbot, "second")
    press(qtbot, KEY.Key_Tab)
    assert session.shown("remark").value == TextValue(text="first\nsecond")


def test_a_shown_state_is_not_echoed(window: MainWindow, session: CaseSession) -> None:
    lesion = session.add_lesion()
    values = {
        "years": (NumberValue(number="30.0", unit="a"), PATIENT),
        "gender": (ChoiceValue(candidates=("woman",)), PATIENT),
        "country": (ChoiceValue(candidates=("c1", "c4")), PATIENT),
        "hot": (YesNoValue(yes=True), PATIENT),
        "pains": (ItemsValue(present=("back",), absent=("head",)), PATIENT),
        "operated": (DateValue(date="2020"), PATIENT),
        "remark": (TextValue(text="a"), PATIENT),
        "redness": (NumberValue(number="2", unit="mg/dL"), PATIENT),
        "width_mm": (NumberValue(number="5", unit="cm"), lesion),
        "shape": (ItemsValue(present=("rim",)), lesion),
    }
    for finding, (_value, subject) in values.items():
        row(window, finding, subject)
    echoes: list[str] = []
    for form in window.form._forms.values():
        for field in form.rows.values():
            field.editor.value_entered.connect(lambda _v, name=field.finding.id: echoes.append(name))
            field.editor.cleared.connect(lambda _f, name=field.finding.id: echoes.append(name))
            field.editor.refusal_noticed.connect(lambda _t, _f, name=field.finding.id: echoes.append(name))
    for finding, (value, subject) in values.items():
        session.record(finding, value, subject)
    for form in window.form._forms.values():
        form.show_state(session.state)
    window.form.commit()
    assert echoes == []
    for finding, (value, subject) in values.items():
        assert session.shown(finding, subject).value == value


def test_earlier_examinations(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    lesion = session.add_lesion()
    old = session.add_study(modality="us", date="2025-05-20")
    new = session.add_study(modality="ct", date="2026-05-20")
    field = row(window, "width_mm", lesion)
    keys(qtbot, "49")
    press(qtbot, KEY.Key_Return)
    assert session.shown("width_mm", lesion).study == new
    field.open_earlier()
    earlier = field._earlier._rows[(old, "")]
    assert earlier.label.text() == "Ultrasound 2025-05-20"
    earlier.take_focus()
    keys(qtbot, "45")
    press(qtbot, KEY.Key_Return)
    assert session.state.case.observed("width_mm", lesion, old).value == NumberValue(number="45", unit="mm")
    assert session.shown("width_mm", lesion).value == NumberValue(number="49", unit="mm")
    assert field.editor.number_input.text() == "49"


def test_irrelevant_fields_are_hidden(window: MainWindow, session: CaseSession) -> None:
    field = row(window, "expecting")
    assert not field.isHidden()
    row(window, "gender")
    session.record("gender", ChoiceValue(candidates=("man",)))
    assert field.isHidden()
    session.clear("gender")
    assert not field.isHidden()


def test_the_wheel_does_not_change_a_list(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent

    field = row(window, "country")
    box = field.editor.choice_input
    down = QPoint(0, -120)
    none = Qt.MouseButton.NoButton
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        down,
        down,
        none,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(box, event)
    assert session.shown("country") is None
    assert box.currentText() == "Not recorded"


@pytest.mark.parametrize("typed", ["1,250", "12,500 U/L", "-1,000", "< 1,000"])
def test_a_comma_that_can_be_read_in_two_ways_is_refused(typed: str) -> None:
    with pytest.raises(InvalidValueError, match="two ways"):
        parse_entry(typed, "U/L", ("U/L",))


def test_a_comma_that_can_only_be_decimal_is_one() -> None:
    for typed, number in {"0,125": "0.125", "1,25": "1.25", "1,2500": "1.2500", "1250,5": "1250.5"}.items():
        assert parse_entry(typed, "U/L", ("U/L",)).number == number


def test_signs_that_nobody_sees_are_not_part_of_a_number() -> None:
    assert parse_entry("\u202e1\u200b2\ufeff", "mm", ("mm",)).number == "12"
    with pytest.raises(InvalidValueError):
        parse_entry("1_0", "mm", ("mm",))


def test_parsing_and_conversion(knowledge) -> None:
    redness = knowledge.findings["redness"]
    units = ("umol/L", "mg/dL")
    assert parse_entry("≥ 3,5", "umol/L", units) == NumberValue(number="3.5", unit="umol/L", comparator=">=")
    assert parse_entry("5 µmol/L", "mg/dL", units) == NumberValue(number="5", unit="umol/L")
    assert converted("68.416", "umol/L", "mg/dL", redness) == "4"
    assert converted("2.0", "mg/dL", "umol/L", redness) == "34.21"
