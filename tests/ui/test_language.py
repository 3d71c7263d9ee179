"""The window in another language: Chinese, with Qt's own dialogs, and what is not translated says so."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from hepalith import i18n
from hepalith.domain.case import YesNoValue
from hepalith.knowledge.compiled import load_knowledge
from hepalith.knowledge.translation import Catalogue
from hepalith.services.session import CaseSession
from hepalith.ui.application import Desktop, speak
from hepalith.ui.settings import WindowSettings
from hepalith.ui.texts import without_key
from ui.conftest import FileManual

KNOWLEDGE = Path(__file__).parent / "knowledge"


@pytest.fixture(autouse=True)
def english(qapp: QApplication) -> Iterator[None]:
    yield
    speak("en")


def test_another_language_shows_at_once_on_the_same_case(
    qtbot: QtBot, session: CaseSession, settings: WindowSettings, site, ports, tmp_path: Path
) -> None:
    settings.change(tour_seen=True, language="en")

    def refine() -> FileManual:
        catalogue = Catalogue(i18n.locale_folder(), i18n.language())
        session.use(load_knowledge(KNOWLEDGE, catalogue=catalogue), ports.note, "")
        return ports.manual

    desktop = Desktop(session, ports.manual, settings, tmp_path, site, refine)
    session.record("hot", YesNoValue(yes=True))
    first = desktop.window
    assert first.menuBar().actions()[0].text() == "&File"
    settings.change(language="zh_CN")
    first.renewal_wanted.emit()
    qtbot.waitUntil(lambda: desktop.window is not first)
    assert desktop.window.menuBar().actions()[0].text() == "文件(&F)"
    assert desktop.window.save_action.iconText() == "保存"
    assert "病因" in session.state.assessment.impression  # the texts of the core, too
    assert session.knowledge.translation.language == "zh_CN"
    assert "未翻译" in desktop.window.translation_label.text()  # the made-up knowledge has no translation
    assert session.knowledge.translation.note in desktop.window.panel._review_label.text()
    assert session.shown("hot").value == YesNoValue(yes=True)
    desktop.close()
    desktop.window._closing = True
    desktop.window.close()


def test_the_choice_is_kept_where_those_without_qt_can_read_it(settings: WindowSettings, tmp_path: Path) -> None:
    settings.change(language="zh_CN")
    assert (tmp_path / "settings" / "language").read_text(encoding="utf-8") == "zh_CN"


def test_dialogs_of_qt_follow(qtbot: QtBot) -> None:
    speak("zh_CN")
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    assert without_key(box.buttons()[0].text()) == "取消"
    speak("en")
    assert i18n.language() == "en"
    again = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(again)
    assert without_key(again.buttons()[0].text()) == "Cancel"
