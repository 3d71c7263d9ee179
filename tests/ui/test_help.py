"""F1 opens the manual at the place that is about what has the keyboard; every place exists."""

import re

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from hepalith.domain.case import PATIENT
from hepalith.i18n import speaking
from hepalith.services.session import CaseSession
from hepalith.ui.case_list import STUDIES_PAGE, WHO_PAGE
from hepalith.ui.help import HelpWindow, TourDialog, manual
from hepalith.ui.main_window import MainWindow
from hepalith.ui.settings_dialog import SettingsDialog
from hepalith.ui.topics import topic_of

F1 = Qt.Key.Key_F1


def line_at_the_top(shown: HelpWindow) -> str:
    """The text where the manual was opened: at the top of the view, or, near its end, in view."""
    cursor = shown.browser.cursorForPosition(shown.browser.viewport().rect().topLeft())
    return cursor.block().text() or cursor.block().next().text()


def test_every_place_that_is_named_is_in_the_manual(knowledge) -> None:
    text = manual(knowledge)
    names = re.findall(r'name="([\w-]+)"', text)
    assert len(names) == len(set(names))
    assert {f"field-{finding}" for finding in knowledge.findings} <= set(names)
    assert set(re.findall(r'href="#([\w-]+)"', text)) <= set(names)
    named = {
        "start",
        "list",
        "form",
        "who",
        "examinations",
        "guidance",
        "settings",
        "keys",
        "print",
        "recovery",
        "limits",
    }
    assert named <= set(names)


def test_every_region_of_the_window_has_its_place_in_the_manual(window: MainWindow, knowledge) -> None:
    names = set(re.findall(r'name="([\w-]+)"', manual(knowledge)))
    topics = {topic_of(widget) for widget in window.findChildren(QWidget)}
    assert {"guided", "guidance", "form"} <= topics
    assert topics <= names


def test_the_manual_says_that_its_chapters_are_in_english(qtbot: QtBot, knowledge) -> None:
    def shown(code: str) -> bool:
        with speaking(code):
            help_window = HelpWindow(knowledge)
            qtbot.addWidget(help_window)
            return any(
                "English" in label.text() or "英文" in label.text() for label in help_window.findChildren(QLabel)
            )

    assert shown("zh_CN")
    assert not shown("en")


@pytest.mark.parametrize("place", ["list", "field-hot", "guidance", "who", "examinations"])
def test_f1_opens_the_manual_at_the_place(qtbot: QtBot, window: MainWindow, session: CaseSession, place: str) -> None:
    titles = {
        "list": "The list on the left",
        "field-hot": "Feels hot",
        "guidance": "The guidance on the right",
        "who": "Who it is about",
        "examinations": "Imaging examinations",
    }
    qtbot.waitUntil(window.isActiveWindow)
    if place == "list":
        window.case_list.tree.setFocus()
    elif place == "guidance":
        window.panel.take_focus()
    elif place == "field-hot":
        window.open_finding("hot", PATIENT)
    else:
        window.open_page(WHO_PAGE if place == "who" else STUDIES_PAGE, "")
        window.form.current().take_focus()
    assert topic_of(QApplication.focusWidget()) == place
    qtbot.keyClick(QApplication.focusWidget(), F1)
    shown = window.findChild(HelpWindow)
    qtbot.waitExposed(shown)
    QApplication.processEvents()
    if place != "field-hot":  # the last chapter: the end of the text may be in view already
        assert line_at_the_top(shown).startswith(titles[place])
    assert titles[place] in shown.browser.toPlainText()
    shown.close()


def test_f1_in_a_dialog_opens_the_manual_in_front_of_it(qtbot: QtBot, window: MainWindow) -> None:
    window.show_settings()
    dialog = window.findChild(SettingsDialog)
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClick(dialog, F1)
    shown = dialog.findChild(HelpWindow)
    assert shown is not None
    qtbot.waitUntil(shown.isActiveWindow)
    assert line_at_the_top(shown) == "Settings"
    dialog.close()


def test_words_are_found_in_the_manual(qtbot: QtBot, window: MainWindow) -> None:
    window.show_manual()
    shown = window.findChild(HelpWindow)
    qtbot.keyClicks(shown.find_input, "atlantis")
    qtbot.keyClick(shown.find_input, Qt.Key.Key_Return)
    assert shown.browser.textCursor().selectedText() == "Atlantis"
    qtbot.keyClick(shown.find_input, Qt.Key.Key_Return)  # round again
    assert shown.browser.textCursor().selectedText() == "Atlantis"
    shown.close()


def test_the_tour_can_be_called_again_and_leads_to_the_manual(window: MainWindow) -> None:
    window.tour_action.trigger()
    tour = window.findChild(TourDialog)
    tour.manual_button.click()
    assert any(isinstance(one, HelpWindow) for one in QApplication.topLevelWidgets())
    tour.begin_button.click()
    assert not tour.isVisible()


def test_text_of_the_dictionary_is_never_read_as_html(knowledge) -> None:
    finding = msgspec.structs.replace(next(iter(knowledge.findings.values())), label="<b>x</b>", help="a < b")
    odd = msgspec.structs.replace(knowledge, findings={finding.id: finding})
    assert "&lt;b&gt;x&lt;/b&gt;" in manual(odd)
    assert "a &lt; b" in manual(odd)
