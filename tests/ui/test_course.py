"""A lesion over time in the window: the table of examinations and the plot of what is entered in it."""

import gc
import weakref

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor, QImage
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from hepalith.domain.case import PATIENT, ChoiceValue, NumberValue, State
from hepalith.services.session import CaseSession
from hepalith.ui.colours import DARK, LIGHT
from hepalith.ui.course_part import CoursePart, ExaminationRow
from hepalith.ui.form import SectionForm
from hepalith.ui.main_window import MainWindow
from support.vignettes import knowledge_and_problems

KEY = Qt.Key


@pytest.fixture
def session(ports) -> CaseSession:
    """A session on the program's own knowledge, with one lesion."""
    from ui.conftest import FixedClock

    made = CaseSession(knowledge_and_problems()[0], FixedClock(), ports.store, ports.journal, ports.note)
    made.add_lesion("right lobe")
    return made


def form(window: MainWindow) -> SectionForm:
    """The section that shows the course."""
    window.open_page("follow_up", "L1")
    QApplication.processEvents()
    return window.form.current()


def part(window: MainWindow) -> CoursePart:
    (course,) = form(window).courses
    return course


def examined(session: CaseSession, *dates: str) -> list[str]:
    """Adds a CT on each day; returns the studies."""
    return [session.add_study(modality="ct_multiphase", date=date, phase="portal", slice_mm="3") for date in dates]


def measure(session: CaseSession, size: str, study: str = "") -> None:
    session.record("size_mm", NumberValue(number=size, unit="mm"), "L1", study=study)


def type_in(qtbot: QtBot, row: ExaminationRow, text: str) -> None:
    """Types a size into a row of the table, with real keys."""
    row.rows[0].take_focus()
    qtbot.keyClicks(QApplication.focusWidget(), text)
    qtbot.keyClick(QApplication.focusWidget(), KEY.Key_Tab)


def test_nothing_measured_says_what_to_do(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    course = part(window)
    assert course.rows() == ()
    assert not course.plot.isVisible()
    assert course.hint_label.text() == "Nothing is measured yet: enter the size at each examination."
    qtbot.mouseClick(course.add_button, Qt.MouseButton.LeftButton)
    (row,) = course.rows()
    assert QApplication.focusWidget() is row.inputs.modality_input
    assert [study.id for study in session.state.case.studies] == ["S1"]


def test_one_measurement_is_not_drawn(window: MainWindow, session: CaseSession) -> None:
    (study,) = examined(session, "2026-05-20")
    measure(session, "12", study)
    course = part(window)
    assert not course.plot.isVisible()
    assert "nothing to compare" in course.hint_label.text()


def test_sizes_typed_in_the_table_are_drawn(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    earlier, now = examined(session, "2024-05-20", "2026-05-20")
    session.record("prior_imaging", ChoiceValue(candidates=("compared",)))
    course = part(window)
    assert [row.at[0] for row in course.rows()] == [now, earlier]  # the latest first
    type_in(qtbot, course.rows()[0], "19")
    type_in(qtbot, course.rows()[1], "9")
    assert session.state.case.observed("size_mm", "L1", earlier).value == NumberValue(number="9", unit="mm")
    assert session.state.case.observed("size_mm", "L1", now).value == NumberValue(number="19", unit="mm")
    assert course.plot.isVisible()
    assert course.hint_label.text() == ""
    words = QAccessible.queryAccessibleInterface(course.plot).text(QAccessible.Text.Name)
    assert "2024-05-20 9 mm" in words
    assert "2026-05-20 19 mm" in words
    assert "Definite growth" in words
    assert [row._found.text() for row in course.rows()] == ["Definite growth", ""]


def test_a_step_that_cannot_be_named_says_what_it_needs(window: MainWindow, session: CaseSession) -> None:
    for study, size in zip(examined(session, "2024-05-20", "2026-05-20"), ("9", "10"), strict=True):
        measure(session, size, study)
    course = part(window)
    assert course.plot.isVisible()
    assert course.hint_label.isHidden(), "two sizes are a comparison, also if nobody says so"
    session.record_state("prior_imaging", State.INDETERMINATE)
    assert "it needs: Earlier imaging" in course.hint_label.text()
    session.record("prior_imaging", ChoiceValue(candidates=("compared",)))
    assert course.hint_label.isHidden()


def test_a_measurement_without_a_date_is_told(window: MainWindow, session: CaseSession) -> None:
    measure(session, "12")
    (study,) = examined(session, "2024-05-20")
    measure(session, "9", study)
    course = part(window)
    assert [row.at for row in course.rows()] == [(study, ""), ("", "")]
    assert course.rows()[1].accessibleName() == "Without examination or date"
    assert course.hint_label.text() == "1 measurement has no date and is not drawn."


def test_date_and_modality_are_those_of_the_examination(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    examined(session, "2026-05-20")
    (row,) = part(window).rows()
    row.inputs.date_input.text_input.setFocus()
    row.inputs.date_input.text_input.selectAll()
    qtbot.keyClicks(QApplication.focusWidget(), "2026-04")
    qtbot.keyClick(QApplication.focusWidget(), KEY.Key_Return)
    assert session.state.case.studies[0].date == "2026-04"
    assert row.accessibleName() == "CT, several phases 2026-04"
    row.inputs.modality_input.setFocus()
    qtbot.keyClick(row.inputs.modality_input, KEY.Key_Home)
    row.inputs.modality_input.activated.emit(row.inputs.modality_input.currentIndex())
    assert session.state.case.studies[0].modality == ""
    row.inputs.date_input.text_input.selectAll()
    qtbot.keyClicks(row.inputs.date_input.text_input, "2030-01-01")
    qtbot.keyClick(row.inputs.date_input.text_input, KEY.Key_Return)
    assert session.state.case.studies[0].date == "2026-04"
    assert "lies in the future" in row._message.text()
    assert row._message.isVisible()


def test_what_is_refused_stays_and_counts(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    examined(session, "2026-05-20")
    page = form(window)
    (row,) = page.courses[0].rows()
    with qtbot.waitSignal(page.refusal_changed):
        type_in(qtbot, row, "9000")
    assert page.refusals == 1
    assert "can only be" in row.rows[0].message
    assert session.shown("size_mm", "L1") is None


def test_the_stage_is_entered_beside_the_size(window: MainWindow, session: CaseSession) -> None:
    earlier, now = examined(session, "2024-05-20", "2026-05-20")
    for study, size, stage in ((earlier, "60", "CE3a"), (now, "59", "CE4")):
        measure(session, size, study)
        session.record("us_stage_reported", ChoiceValue(candidates=(stage,)), "L1", study=study)
    course = part(window)
    assert [row.rows[1].editor.choice_input.currentText() for row in course.rows()] == ["CE4", "CE3a"]
    session.record("nature", ChoiceValue(candidates=("infiltrative",)), "L1")
    assert all(not row.rows[1].isHidden() for row in course.rows())  # what is recorded stays in sight
    for study in (now, earlier):
        session.clear("us_stage_reported", "L1", study=study, date="")
    assert all(row.rows[1].isHidden() for row in course.rows())


def test_a_row_without_a_stage_says_so_and_takes_none_from_another(window: MainWindow, session: CaseSession) -> None:
    earlier, now = examined(session, "2024-05-20", "2026-05-20")
    for study in (earlier, now):
        measure(session, "60", study)
    session.record("us_stage_reported", ChoiceValue(candidates=("CE3a",)), "L1", study=earlier)
    texts = [[label.text() for label in row.findChildren(QLabel)] for row in part(window).rows()]
    assert any("no stage recorded" in text for text in texts[0])
    assert any("CE3a" in text for text in texts[1])


def test_rows_come_and_go_with_the_examinations(window: MainWindow, session: CaseSession) -> None:
    one, two = examined(session, "2024-05-20", "2025-05-20")
    course = part(window)
    held = weakref.ref(course.rows()[1])
    session.remove_study(one)
    assert [row.at[0] for row in course.rows()] == [two]
    QApplication.sendPostedEvents(None, 52)  # deferred deletes
    gc.collect()
    assert held() is None
    session.undo()
    assert [row.at[0] for row in course.rows()] == [two, one]


def test_the_section_begins_with_the_table(window: MainWindow, session: CaseSession) -> None:
    page = form(window)
    page.take_focus()
    assert QApplication.focusWidget() is page.courses[0].add_button
    examined(session, "2025-05-20")
    page.take_focus()
    assert QApplication.focusWidget() is page.courses[0].rows()[0].inputs.modality_input


def has(image: QImage, colour: str) -> bool:
    wanted = QColor(colour).rgb()
    return any(image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


def test_the_plot_follows_theme_and_text_size(window: MainWindow, session: CaseSession) -> None:
    for study, size in zip(examined(session, "2024-05-20", "2026-05-20"), ("9", "10"), strict=True):
        measure(session, size, study)
    plot = part(window).plot
    light = plot.grab().toImage()
    assert has(light, LIGHT.accent[0])
    height = plot.height()
    window.choose_theme("dark")
    QApplication.processEvents()
    assert has(plot.grab().toImage(), DARK.accent[0])
    window.choose_theme("light")
    window.choose_text_size(200)
    for _round in range(5):
        QApplication.processEvents()
    assert plot.height() == pytest.approx(2 * height, rel=0.1)
    window.choose_text_size(100)


def test_the_section_is_freed(window: MainWindow, session: CaseSession) -> None:
    for study, size in zip(examined(session, "2024-05-20", "2026-05-20"), ("9", "10"), strict=True):
        measure(session, size, study)
    course = part(window)
    held = [weakref.ref(course), weakref.ref(course.plot), weakref.ref(course.rows()[0])]
    del course
    window.open_page("patient", PATIENT)
    session.remove_lesion("L1")
    QApplication.sendPostedEvents(None, 52)  # deferred deletes
    QApplication.processEvents()
    gc.collect()
    assert [one() for one in held] == [None] * 3
