"""The settings: shown at once, taken back by Cancel, checked beside the field, remembered by OK."""

from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from hepalith.domain.case import PATIENT, NumberValue, YesNoValue
from hepalith.knowledge.site import Contact, Interval, Product, Site
from hepalith.services.session import CaseSession
from hepalith.ui.application import Desktop
from hepalith.ui.main_window import MainWindow
from hepalith.ui.settings import Preferences, WindowSettings
from hepalith.ui.settings_dialog import SettingsDialog
from hepalith.ui.site_form import EntryBox

KEY = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def dialog(qtbot: QtBot, window: MainWindow) -> SettingsDialog:
    """The settings, opened with their key."""
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, KEY.Key_Comma, CONTROL)
    found = window.findChild(SettingsDialog)
    qtbot.waitExposed(found)
    return found


def write(qtbot: QtBot, edit: QLineEdit, text: str) -> None:
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, text)


def test_a_choice_shows_at_once_and_cancel_takes_it_back(
    qtbot: QtBot, dialog: SettingsDialog, window: MainWindow, settings: WindowSettings
) -> None:
    dialog.general.theme_input.setFocus()
    qtbot.keyClick(dialog.general.theme_input, KEY.Key_D)
    write(qtbot, dialog.general.size_input.lineEdit(), "150")
    qtbot.keyClick(dialog.general.size_input, KEY.Key_Tab)
    QApplication.processEvents()
    assert window.palette().window().color().lightness() < 128
    assert QApplication.font().pixelSize() == 20
    assert settings.preferences.theme == "light"
    qtbot.keyClick(dialog, KEY.Key_Escape)
    QApplication.processEvents()
    assert window.palette().window().color().lightness() > 128
    assert QApplication.font().pixelSize() == 13
    assert settings.preferences == Preferences(theme="light", tour_seen=True)


def test_ok_remembers(qtbot: QtBot, dialog: SettingsDialog, window: MainWindow, settings: WindowSettings) -> None:
    dialog.general.theme_input.setCurrentIndex(2)
    dialog.general.paper_input.setCurrentIndex(1)
    qtbot.keyClick(dialog, KEY.Key_Return)
    assert not dialog.isVisible()
    assert (settings.preferences.theme, settings.preferences.paper) == ("dark", "us-letter")
    assert WindowSettings(Path(settings._stored.fileName()).parent).preferences == settings.preferences
    marked = [action.text() for action, _value in window._choices if action.isChecked()]
    assert marked == ["Dark", "100 %"]


def test_damaged_preferences_count_as_not_chosen(settings: WindowSettings) -> None:
    settings._stored.setValue("preferences", '{"theme": 7}')
    assert settings.preferences == Preferences()


def test_a_unit_of_choice_presets_the_field_and_leaves_what_was_entered(
    qtbot: QtBot, window: MainWindow, session: CaseSession
) -> None:
    session.record("redness", NumberValue(number="34.2", unit="umol/L"))
    qtbot.keyClick(window, KEY.Key_Comma, CONTROL)
    dialog = window.findChild(SettingsDialog)
    dialog.tabs.setCurrentIndex(1)
    assert set(dialog.units.unit_inputs) == {"redness", "width_mm"}
    dialog.units.conventional_button.click()
    window.open_finding("redness", PATIENT)
    editor = window.form.current().rows["redness"].editor
    assert editor._also_label.text() == "= 2 mg/dL"
    assert editor.unit_input.currentData() == "umol/L"
    assert session.shown("redness").value == NumberValue(number="34.2", unit="umol/L")
    dialog.accept()
    session.clear("redness")
    window.form.reset()
    window.open_finding("redness", PATIENT)
    editor = window.form.current().rows["redness"].editor
    assert editor.unit_input.currentData() == "mg/dL"
    qtbot.keyClicks(editor.number_input, "3")
    qtbot.keyClick(editor.number_input, KEY.Key_Return)
    assert session.shown("redness").value == NumberValue(number="3", unit="mg/dL")
    assert editor._also_label.isHidden()


def test_every_setting_of_a_site_goes_to_its_file(qtbot: QtBot, dialog: SettingsDialog, site) -> None:
    write(qtbot, dialog.note.institution_input, "General Hospital")
    write(qtbot, dialog.note.clinician_input, "Dr A")
    dialog.note.lines_input.setPlainText("Radiology\n\nTelephone 1")
    dialog.site.kind_boxes["mri"].click()
    head = dialog.site.region_tree.topLevelItem(0)
    assert head.child(0).isDisabled()  # comes with the program
    head.child(1).setCheckState(0, Qt.CheckState.Checked)
    dialog.site.editors["contacts"].add_button.click()
    name, telephone, advice = dialog.site.editors["contacts"].boxes[0]._inputs.values()
    write(qtbot, name, "Surgery")
    write(qtbot, telephone, "123")
    write(qtbot, advice, "REC-HOT, REC-BATH")
    dialog.ok_button.click()
    (saved,) = site.saved
    assert saved == Site(
        institution="General Hospital",
        clinician="Dr A",
        letterhead=type(saved.letterhead)(lines=("Radiology", "Telephone 1")),
        unavailable=("mri",),
        endemic={"HOT_LANDS": ("c2",)},
        contacts={"contact_1": Contact(name="Surgery", telephone="123", advice=("REC-HOT", "REC-BATH"))},
    )


def test_what_the_file_says_is_shown_and_kept(qtbot: QtBot, window: MainWindow, site) -> None:
    site.site = Site(
        institution="X",
        unavailable=("ct",),
        contacts={"a": Contact(name="A", advice=("REC-HOT",))},
        formulary={"old": Product(name="Old", available=False)},
        follow_up={"REC-OLD": Interval(after=("4 months",), reason="MRI")},
    )
    window.show_settings()
    dialog = window.findChild(SettingsDialog)
    assert dialog._entered_site() == site.site
    problems = [problem.message for problem in dialog._show_problems()]
    assert problems == ['no recommendation names the drug "old"', 'there is no recommendation "REC-OLD"']
    dialog.accept()  # nothing was changed: what was there stays
    assert site.saved == []


def test_a_problem_stands_beside_its_field_and_keeps_the_dialog_open(
    qtbot: QtBot, dialog: SettingsDialog, site
) -> None:
    editor = dialog.site.editors["contacts"]
    editor.add_button.click()
    box = editor.boxes[0]
    write(qtbot, box._inputs["advice"], "REC-NONE")
    assert box._problems["name"].text() == '✗ the contact "contact_1" has no name'
    assert box._problems["advice"].text() == '✗ there is no recommendation "REC-NONE"'
    assert box._problems["telephone"].isHidden()
    dialog.ok_button.click()
    assert dialog.isVisible()
    assert dialog.tabs.tabText(dialog.tabs.currentIndex()) == "Site"
    assert site.saved == []
    write(qtbot, box._inputs["name"], "A")
    write(qtbot, box._inputs["advice"], "REC-HOT")
    assert box._problems["name"].isHidden()
    editor.add_button.click()
    second: EntryBox = editor.boxes[1]
    assert second.key == "contact_2"
    next(button for button in second.findChildren(type(dialog.ok_button)) if "Remove" in button.text()).click()
    dialog.ok_button.click()
    assert site.saved[0].contacts == {"contact_1": Contact(name="A", advice=("REC-HOT",))}


def test_recent_files_can_be_switched_off_and_forgotten(
    dialog: SettingsDialog, window: MainWindow, settings: WindowSettings, tmp_path: Path
) -> None:
    settings.remember(tmp_path / "a.hepalith.json")
    window._fill_recent()
    texts = [action.text() for action in window._recent_menu.actions()]
    assert texts == ["a.hepalith.json", "", "&Forget these"]  # the name of the file, and no folder
    assert all(str(tmp_path) not in action.toolTip() for action in window._recent_menu.actions())
    window._recent_menu.actions()[-1].trigger()
    assert settings.recent == ()
    settings.remember(tmp_path / "a.hepalith.json")
    dialog.general.recent_input.click()
    dialog.accept()
    assert settings.recent == ()
    settings.remember(tmp_path / "a.hepalith.json")
    assert settings.recent == ()


def test_another_language_or_site_goes_on_in_a_new_window_with_the_same_case(
    qtbot: QtBot, session: CaseSession, settings: WindowSettings, site, ports, tmp_path: Path
) -> None:
    refined = []
    desktop = Desktop(session, ports.manual, settings, tmp_path, site, lambda: refined.append(True) or ports.manual)
    first = desktop.window
    first.show()
    first.activateWindow()
    qtbot.waitUntil(first.isActiveWindow)
    session.record("hot", YesNoValue(yes=True))
    first.open_finding("years", PATIENT)
    qtbot.keyClicks(QApplication.focusWidget(), "51")  # typed, and not sent yet
    first.site_changed.emit()
    qtbot.waitUntil(lambda: desktop.window is not first)
    assert refined == [True]
    assert desktop.window.isVisible()
    assert not shiboken6.isValid(first) or not first.isVisible()
    assert session.shown("years").value == NumberValue(number="51", unit="a")
    assert desktop.window.undo_action.isEnabled()
    assert len(session._listeners) == 1
    qtbot.waitUntil(lambda: desktop._beside is not None)
    assert desktop._beside.parent() is desktop.window.bridge  # the second look goes on beside the new window
    desktop.close()
    desktop.window._closing = True
    desktop.window.close()
