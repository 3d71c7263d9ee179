"""What holds of every dialog: names, order of Tab, room for large text in both themes, and that it goes away."""

import gc
import re
import weakref
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QDialog, QTabWidget
from pytestqt.qtbot import QtBot

import hepalith.ui
from hepalith.ui.main_window import MainWindow
from support.dialogs import EVERY, opened
from support.looking import clipped, nameless, out_of_order, tab_stops

NAMES = sorted(EVERY)
OF_FIELDS = {"NarrowingDialog"}  # opened from a field, tested there


def settle() -> None:
    for _round in range(6):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def pages(dialog: QDialog):
    """The dialog with each of its pages in front."""
    tabs = dialog.findChild(QTabWidget)
    for number in range(tabs.count() if tabs is not None else 1):
        if tabs is not None:
            tabs.setCurrentIndex(number)
        settle()
        yield number


def test_every_dialog_is_tested() -> None:
    sources = Path(hepalith.ui.__file__).parent.rglob("*.py")
    found = {name for path in sources for name in re.findall(r"class (\w+)\(QDialog\)", path.read_text("utf-8"))}
    assert found == set(EVERY) | OF_FIELDS


@pytest.mark.parametrize("name", NAMES)
def test_the_accessibility_tree_names_everything(window: MainWindow, name: str) -> None:
    dialog = opened(window, name)
    for _page in pages(dialog):
        assert nameless(dialog) == []
    assert dialog.windowTitle()
    dialog.close()


@pytest.mark.parametrize("name", NAMES)
def test_tab_goes_as_one_reads(window: MainWindow, name: str) -> None:
    dialog = opened(window, name)
    for _page in pages(dialog):
        assert tab_stops(dialog)
        assert out_of_order(dialog) == []
    dialog.close()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_clipped_at_200_per_cent(window: MainWindow, name: str) -> None:
    window.choose_text_size(200)
    dialog = opened(window, name)
    for _page in pages(dialog):
        assert clipped(dialog) == []
    dialog.close()


@pytest.mark.parametrize("name", NAMES)
def test_escape_closes_it(qtbot: QtBot, window: MainWindow, name: str) -> None:
    dialog = opened(window, name)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    settle()
    assert not [one for one in window.findChildren(QDialog) if type(one).__name__ == name and one.isVisible()]


@pytest.mark.parametrize("name", NAMES)
def test_it_is_freed_after_closing(window: MainWindow, name: str) -> None:
    dialog = opened(window, name)
    settle()
    gone = weakref.ref(dialog)
    dialog.close()
    del dialog
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    settle()
    gc.collect()
    assert gone() is None
    assert not [one for one in window.findChildren(QDialog) if type(one).__name__ == name]


ASKED = {
    "a message": lambda window: window.files.show_error("It was not done.", "The disk is full."),
    "where to save": lambda window: window.files.save_as(),
    "where the note goes": lambda window: window.files.export_note(),
}


def everything(window: MainWindow) -> list[str]:
    """All widgets that are there, once what was closed is gone."""
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    settle()
    gc.collect()
    return sorted(type(one).__name__ for one in QApplication.allWidgets())


@pytest.mark.parametrize("name", [*NAMES, *ASKED])
def test_no_widget_is_left_however_often_it_was_opened(window: MainWindow, name: str) -> None:
    def open_and_close() -> None:
        if name in ASKED:
            ASKED[name](window)
            dialog = next(one for one in window.findChildren(QDialog) if one.isVisible())
        else:
            dialog = opened(window, name)
        settle()
        dialog.close()
        settle()
        for follows in window.findChildren(QDialog):
            follows.close()  # the start page comes after what was not recovered

    open_and_close()  # what is made once stays
    before = everything(window)
    for _time in range(4):
        open_and_close()
        assert everything(window) == before
