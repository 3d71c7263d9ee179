"""The editor of keys: other keys work at once, collisions are named and not kept, the list can be kept and printed."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QTextDocument
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from hepalith.services.session import CaseSession
from hepalith.ui.keys_page import keys_page
from hepalith.ui.main_window import MainWindow
from hepalith.ui.settings import WindowSettings
from hepalith.ui.shortcuts_dialog import ShortcutsDialog

KEY = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def dialog(window: MainWindow) -> ShortcutsDialog:
    window.keys_action.trigger()
    return window.findChild(ShortcutsDialog)


def choose(qtbot: QtBot, dialog: ShortcutsDialog, name: str, key: Qt.Key, held=Qt.KeyboardModifier.NoModifier) -> None:
    """Presses new keys for an action."""
    rows = [dialog.action_list.topLevelItem(i) for i in range(dialog.action_list.topLevelItemCount())]
    dialog.action_list.setCurrentItem(next(row for row in rows if row.data(0, Qt.ItemDataRole.UserRole) == name))
    dialog.keys_input.setFocus()
    qtbot.keyClick(dialog.keys_input, key, held)
    dialog.keys_input.editingFinished.emit()  # else a second later


def test_every_action_of_the_menus_can_have_keys(window: MainWindow) -> None:
    names = {one.name for one in window.shortcuts.listed({})}
    assert {"new", "save", "undo", "lesion", "region", "settings", "keys", "about", "print"} <= names
    assert all(one.text for one in window.shortcuts.listed({}))


def test_no_two_actions_have_the_same_keys_and_none_has_a_key_of_typing(window: MainWindow) -> None:
    assert [window.shortcuts.problem(one.name, {}) for one in window.shortcuts.listed({})] == [""] * len(
        window.shortcuts.listed({})
    )


def test_other_keys_work_at_once_and_are_remembered(
    qtbot: QtBot, window: MainWindow, dialog: ShortcutsDialog, session: CaseSession, settings: WindowSettings
) -> None:
    choose(qtbot, dialog, "lesion", KEY.Key_J, CONTROL)
    dialog.ok_button.click()
    assert settings.preferences.keys == {"lesion": "Ctrl+J"}
    QApplication.processEvents()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, KEY.Key_L, CONTROL)
    assert session.state.case.lesions == ()
    qtbot.keyClick(window, KEY.Key_J, CONTROL)
    assert len(session.state.case.lesions) == 1
    assert "Ctrl+J" in window.lesion_action.toolTip()


@pytest.mark.parametrize(
    ("key", "held", "words"),
    [
        (KEY.Key_S, CONTROL, "belongs to “Save”"),
        (KEY.Key_Y, CONTROL, "belongs to “Redo”"),  # the second of two
        (KEY.Key_F, Qt.KeyboardModifier.AltModifier, "opens the menu “File”"),
        (KEY.Key_Y, Qt.KeyboardModifier.NoModifier, "typing"),
    ],
)
def test_keys_that_collide_are_named_and_not_kept(
    qtbot: QtBot, dialog: ShortcutsDialog, key: Qt.Key, held, words: str
) -> None:
    choose(qtbot, dialog, "lesion", key, held)
    assert words in dialog._problem.text()
    assert not dialog.ok_button.isEnabled()
    dialog.reset_button.click()
    assert dialog._problem.isHidden()
    assert dialog.ok_button.isEnabled()


def test_keys_can_be_taken_away_and_all_go_back(
    qtbot: QtBot, window: MainWindow, dialog: ShortcutsDialog, settings: WindowSettings
) -> None:
    choose(qtbot, dialog, "lesion", KEY.Key_J, CONTROL)
    dialog.none_button.click()
    dialog.accept()
    assert settings.preferences.keys == {"lesion": ""}
    assert window.lesion_action.shortcuts() == []
    window.show_shortcuts()
    again = [one for one in window.findChildren(ShortcutsDialog) if one is not dialog][-1]
    again.reset_all_button.click()
    again.accept()
    assert settings.preferences.keys == {}
    assert window.lesion_action.shortcut() == QKeySequence("Ctrl+L")


def test_the_list_can_be_kept_and_read(window: MainWindow, dialog: ShortcutsDialog, tmp_path: Path) -> None:
    dialog.save_button.click()
    chooser = window.findChild(QFileDialog)
    chooser.fileSelected.emit(str(tmp_path / "keys.html"))
    chooser.close()
    document = QTextDocument()
    document.setHtml((tmp_path / "keys.html").read_text(encoding="utf-8"))
    text = document.toPlainText()
    assert "Ctrl+L" in text
    assert "Add a lesion" in text
    assert "choose the answer that begins with it" in text


def test_words_in_the_list_are_never_read_as_html(window: MainWindow) -> None:
    window.lesion_action.setText("<b>&Add</b>")
    assert "&lt;b&gt;Add&lt;/b&gt;" in keys_page(window.shortcuts.listed({}))
