"""In a language that nobody speaks: nothing is hard-coded, nothing is clipped, and it can be written right to left."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QTextLayout, QTextOption
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from hepalith import i18n
from hepalith.domain.case import PATIENT
from hepalith.ui.direction import FoldingButton, unfolding_arrow
from hepalith.ui.main_window import MainWindow
from hepalith.ui.texts import unfolded_word, unit_word
from support.dialogs import EVERY, opened
from support.looking import clipped, out_of_order
from support.pseudo import PseudoTranslations, unmarked

_WORD = re.compile(r"[^\W\d_]{3,}")
_NAMES = {  # of programs, keys and units: the same in every language
    *(
        "hepalith",
        "ctrl",
        "shift",
        "alt",
        "del",
        "ins",
        "esc",
        "tab",
        "pgup",
        "pgdown",
        "home",
        "end",
        "enter",
        "space",
    ),
    *("apache", "english", "简体中文", "pdf", "html", "noto", "µmol", "mmol"),
}
_QTS_OWN = {
    "Scroll Left",
    "Scroll Right",
    "Close",
    "Press shortcut",
}  # Qt has the words of its own parts in its catalogue


@pytest.fixture
def pseudo_language(qapp: QApplication) -> Iterator[None]:
    i18n.use(PseudoTranslations(), "en")
    yield
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    i18n.set_language(None)


@pytest.fixture
def pseudo_window(pseudo_language: None, window: MainWindow) -> MainWindow:
    return window


def clinical_words() -> set[str]:
    """The words of the made-up knowledge of these tests, which are not the program's."""
    files = (Path(__file__).parent / "knowledge").rglob("*.yaml")
    return {word.lower() for path in files for word in _WORD.findall(path.read_text("utf-8"))}


def shown_texts(root: QWidget) -> Iterator[str]:
    """Everything that can be read: texts, tool tips, placeholders, names for screen readers, menus, tabs, choices."""
    for widget in (root, *root.findChildren(QWidget)):
        yield from (widget.toolTip(), widget.accessibleName(), widget.windowTitle())
        if isinstance(widget, QLabel | QAbstractButton):
            yield widget.text()
        elif isinstance(widget, QLineEdit):
            yield widget.placeholderText()
        elif isinstance(widget, QComboBox):
            yield from (widget.itemText(number) for number in range(widget.count()))
        elif isinstance(widget, QTabWidget):
            yield from (widget.tabText(number) for number in range(widget.count()))
    for action in root.findChildren(QAction):
        yield from (action.text(), action.toolTip())


def hard_coded(root: QWidget) -> set[str]:
    """Texts with a word that is neither marked, nor of the knowledge, nor a name."""
    known = clinical_words() | _NAMES
    plain = (re.sub(r"<[^>]*>|&(?=\w)", "", text) for text in shown_texts(root))
    ours = (text for text in plain if text not in _QTS_OWN)
    return {text for text in ours if any(word.lower() not in known for word in _WORD.findall(unmarked(text)))}


def test_the_window_has_no_words_of_its_own(pseudo_window: MainWindow, session) -> None:
    lesion = session.add_lesion()
    for group in session.knowledge.header.groups:
        pseudo_window.open_page(group.id, lesion if group.subject == "lesion" else PATIENT)
    QApplication.processEvents()
    assert hard_coded(pseudo_window) == set()


@pytest.mark.parametrize("name", sorted(EVERY))
def test_no_dialog_has_words_of_its_own_or_clips_them(pseudo_window: MainWindow, name: str) -> None:
    dialog = opened(pseudo_window, name)
    QApplication.processEvents()
    assert hard_coded(dialog) == set()
    assert clipped(dialog) == []
    dialog.close()


def test_signs_of_a_unit_keep_their_order_from_right_to_left(pseudo_language: None, qapp: QApplication) -> None:
    assert (unit_word("Cel"), unit_word("mm"), unit_word("1")) == ("°C", "mm", "")
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert (unit_word("Cel"), unit_word("mm"), unit_word("1")) == ("\u200e°C", "mm", "")
    text, option = unit_word("Cel"), QTextOption()
    option.setTextDirection(Qt.LayoutDirection.RightToLeft)
    layout = QTextLayout(text, qapp.font())
    layout.setTextOption(option)
    layout.beginLayout()
    line = layout.createLine()
    layout.endLayout()
    degree, letter = (line.cursorToX(text.index(sign))[0] for sign in "°C")
    assert degree < letter


def test_what_is_folded_points_to_where_reading_goes_on(pseudo_language: None, qapp: QApplication) -> None:
    assert unfolding_arrow(QWidget(), opened=False) is Qt.ArrowType.RightArrow
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert unfolding_arrow(QWidget(), opened=False) is Qt.ArrowType.LeftArrow
    assert unfolding_arrow(QWidget(), opened=True) is Qt.ArrowType.DownArrow


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_an_arrow_stands_where_lines_begin(
    pseudo_language: None, qtbot: QtBot, qapp: QApplication, direction: Qt.LayoutDirection
) -> None:
    qapp.setLayoutDirection(direction)
    button = FoldingButton()
    qtbot.addWidget(button)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setText("Something to unfold")
    pictures = []
    for unfolded in (True, False):
        button.show_opened(opened=unfolded)
        pictures.append(button.grab().toImage())
    one, other = pictures
    places = [(x, y) for x in range(one.width()) for y in range(one.height()) if one.pixel(x, y) != other.pixel(x, y)]
    leftmost, rightmost = min(places)[0], max(places)[0]
    middle = one.width() / 2
    assert leftmost > middle if direction is Qt.LayoutDirection.RightToLeft else rightmost < middle
    assert button.accessibleDescription() == unfolded_word(opened=False)


@pytest.mark.parametrize("name", sorted(EVERY))
def test_dialogs_can_be_read_from_right_to_left(pseudo_window: MainWindow, qapp: QApplication, name: str) -> None:
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    dialog = opened(pseudo_window, name)
    QApplication.processEvents()
    assert dialog.isRightToLeft()
    assert out_of_order(dialog) == []
    assert clipped(dialog) == []
    dialog.close()
