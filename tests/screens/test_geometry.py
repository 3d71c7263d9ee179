"""Nothing is cut off: every text has the room it needs, in every section, at the two window sizes and at 200 % text."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from hepalith.domain.case import PATIENT, ItemsValue, NumberValue, YesNoValue
from hepalith.services.session import CaseSession
from hepalith.ui.case_list import STUDIES_PAGE, WHO_PAGE
from hepalith.ui.main_window import MainWindow

EXTENTS = [(1280, 720), (960, 1040)]


def settle() -> None:
    """Lets layouts with wrapping text find their sizes."""
    for _round in range(6):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def cut_off(root: QWidget) -> list[str]:
    """Texts that have less room than they need, and widgets that stick out of what holds them."""
    found = []
    for shown in root.findChildren(QWidget):
        if not shown.isVisible():
            continue
        if isinstance(shown, QLabel) and shown.text() and shown.textFormat() is Qt.TextFormat.PlainText:
            flags = Qt.TextFlag.TextWordWrap if shown.wordWrap() else Qt.TextFlag.TextSingleLine
            room = shown.contentsRect().adjusted(-1, -1, 1, 1)
            needed = QFontMetrics(shown.font()).boundingRect(QRect(0, 0, room.width(), 100_000), flags, shown.text())
            if needed.width() > room.width() or needed.height() > room.height():
                found.append(f"label {shown.text()[:50]!r}: needs {needed.size()}, has {room.size()}")
        elif isinstance(shown, QAbstractButton) and shown.text():
            least = shown.minimumSizeHint()
            if shown.hasHeightForWidth():
                least.setHeight(shown.heightForWidth(shown.width()))
            if shown.width() < least.width() or shown.height() < least.height():
                found.append(f"button {shown.text()[:50]!r}: {shown.size()} < {least}")
    return found


def overflowing(window: MainWindow) -> list[str]:
    """Pages whose content is wider than what can be seen of it."""
    return [
        f"{area.accessibleName()}: {area.widget().width()} > {area.viewport().width()}"
        for area in (window.form.current(), window.panel.card_area)
        if area.isVisible() and area.widget().width() > area.viewport().width()
    ]


@pytest.fixture
def filled(session: CaseSession) -> str:
    """A case with something of everything; returns the lesion."""
    lesion = session.add_lesion()
    session.add_study(modality="us", date="2025-05-20")
    session.add_study(modality="ct", date="2026-05-20")
    session.record("hot", YesNoValue(yes=True))
    session.record("redness", NumberValue(number="1.5", unit="umol/L"), upper_limit="21")
    session.record("width_mm", NumberValue(number="60", unit="mm"), lesion)
    session.record("width_mm", NumberValue(number="45", unit="mm"), lesion, study="S1")
    session.record("shape", ItemsValue(present=("round", "rim")), lesion)
    return lesion


@pytest.mark.parametrize("percent", [100, 200])
@pytest.mark.parametrize("extent", EXTENTS, ids=["wide", "narrow"])
def test_no_text_is_cut_off(window: MainWindow, session: CaseSession, filled: str, extent, percent: int) -> None:
    window.resize(*extent)
    window.choose_text_size(percent)
    pages = [(g.id, filled if g.subject == "lesion" else PATIENT) for g in session.knowledge.header.groups]
    for page, subject in [*pages, (WHO_PAGE, ""), (STUDIES_PAGE, "")]:
        window.open_page(page, subject)
        for tab in range(2):
            window.tabs.setCurrentIndex(tab)
            settle()
            assert cut_off(window.form) + cut_off(window.panel) == [], page
            assert overflowing(window) == [], page
    assert (window.width(), window.height()) == extent


@pytest.mark.parametrize("percent", [100, 200])
def test_real_sections_have_room(qtbot, settings, tmp_path, ports, percent: int) -> None:
    from support.vignettes import knowledge_and_problems
    from ui.conftest import FileManual, FixedClock

    knowledge, problems = knowledge_and_problems()
    if problems:
        pytest.skip("the knowledge has problems; its own tests tell them")
    session = CaseSession(knowledge, FixedClock(), ports.store, ports.journal, ports.note)
    lesion = session.add_lesion()
    window = MainWindow(session, FileManual(tmp_path), settings, tmp_path)
    window._closing = True
    qtbot.addWidget(window)
    window.resize(1280, 720)
    window.show()
    window.choose_text_size(percent)
    try:
        for group in knowledge.header.groups:
            window.open_page(group.id, lesion if group.subject == "lesion" else PATIENT)
            settle()
            assert cut_off(window.form) == [], group.id
            assert overflowing(window) == [], group.id
    finally:
        window.choose_text_size(100)


def test_the_question_about_a_unit_has_room(window: MainWindow, session: CaseSession) -> None:
    session.record("redness", NumberValue(number="4.0", unit="mg/dL"))
    window.resize(1280, 720)
    window.open_finding("redness", PATIENT)
    editor = window.form.current().rows["redness"].editor
    index = editor.unit_input.findData("umol/L")
    editor.unit_input.setCurrentIndex(index)
    editor.unit_input.activated.emit(index)
    settle()
    assert cut_off(window.form) == []
    assert overflowing(window) == []
