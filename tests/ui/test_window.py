"""The window as a whole: pages, lesions, undo, files, closing, arrangement, and that it goes away."""

import gc
import weakref
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QTextBrowser, QWidget
from pytestqt.qtbot import QtBot

from hepalith.domain.case import PATIENT, Case, Lesion, NumberValue, Observation, YesNoValue
from hepalith.services.ports import Recovery
from hepalith.services.session import CaseSession
from hepalith.ui.case_list import STUDIES_PAGE, WHO_PAGE
from hepalith.ui.colours import DARK, LIGHT
from hepalith.ui.dialogs import AboutDialog, RecoveryDialog, StartDialog
from hepalith.ui.fields.editor import PlainInput
from hepalith.ui.fields.text import TextArea
from hepalith.ui.form import SectionForm
from hepalith.ui.identity_page import IdentityPage
from hepalith.ui.main_window import Arrangement, MainWindow
from hepalith.ui.settings import WindowSettings
from hepalith.ui.studies_page import StudiesPage
from ui.conftest import FileManual, process

KEY = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def texts(window: MainWindow) -> list[str]:
    """All lines of the case list."""
    found = []
    for i in range(window.case_list.tree.topLevelItemCount()):
        head = window.case_list.tree.topLevelItem(i)
        found.append(head.text(0))
        found += [f"  {head.child(k).text(0)} {head.child(k).text(1)}".rstrip() for k in range(head.childCount())]
    return found


def question(window: MainWindow) -> QMessageBox:
    """The message box that is open."""
    return next(box for box in window.findChildren(QMessageBox) if box.isVisible())


def test_every_finding_of_the_dictionary_is_in_exactly_one_form(window: MainWindow, session: CaseSession) -> None:
    lesion = session.add_lesion()
    found = []
    for group in session.knowledge.header.groups:
        form = window.form.form(group.id, lesion if group.subject == "lesion" else PATIENT)
        found += list(form.rows)
    assert sorted(found) == sorted(session.knowledge.findings)


def test_the_list_tells_how_much_is_filled(window: MainWindow, session: CaseSession) -> None:
    assert texts(window)[:5] == [
        "Patient", "  Who it is about", "  Imaging examinations", "  The person – / 7", "  Blood – / 1",
    ]  # fmt: skip
    session.record("hot", YesNoValue(yes=False))
    assert "  The person 1 / 7" in texts(window)


def test_lesions_are_added_named_and_removed(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    qtbot.keyClick(window, KEY.Key_L, CONTROL)
    assert [lesion.id for lesion in session.state.case.lesions] == ["L1"]
    form = window.form.current()
    assert isinstance(form, SectionForm)
    assert form.subject == "L1"
    qtbot.keyClick(window, KEY.Key_F2)
    qtbot.keyClicks(QApplication.focusWidget(), "left lobe")
    qtbot.keyClick(QApplication.focusWidget(), KEY.Key_Return)
    QApplication.processEvents()
    assert session.state.case.lesions[0].label == "left lobe"
    assert "Lesion 1: left lobe" in texts(window)
    session.record("width_mm", NumberValue(number="9", unit="mm"), "L1")
    qtbot.mouseClick(window.case_list.remove_button, Qt.MouseButton.LeftButton)
    assert session.state.case.lesions == ()
    assert window.form.current().subject == PATIENT
    qtbot.keyClick(window, KEY.Key_Z, CONTROL)
    assert session.shown("width_mm", "L1") is not None
    qtbot.keyClick(window, KEY.Key_L, CONTROL)
    assert [lesion.id for lesion in session.state.case.lesions] == ["L1", "L2"]


def test_undo_and_redo_from_inside_a_field(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    window.open_finding("years", PATIENT)
    field = window.form.current().rows["years"]
    qtbot.keyClicks(field.editor.number_input, "30")
    qtbot.keyClick(field.editor.number_input, KEY.Key_Return)
    assert window.undo_action.isEnabled()
    for _edit in range(3):
        qtbot.keyClick(field.editor.number_input, KEY.Key_Z, CONTROL)
    assert session.shown("years") is None
    assert field.editor.number_input.text() == ""
    for _edit in range(3):
        qtbot.keyClick(field.editor.number_input, KEY.Key_Y, CONTROL)
    assert field.editor.number_input.text() == "30"


def test_what_is_typed_reaches_the_case_before_it_is_saved(
    qtbot: QtBot, window: MainWindow, session: CaseSession, ports, tmp_path: Path
) -> None:
    session.save(tmp_path / "a.hepalith.json")
    window.open_finding("years", PATIENT)
    qtbot.keyClicks(QApplication.focusWidget(), "51")
    qtbot.keyClick(window, KEY.Key_S, CONTROL)
    saved = ports.store.files[tmp_path / "a.hepalith.json"]
    assert saved.observed("years").value == NumberValue(number="51", unit="a")
    assert not window.isWindowModified()


def test_identity_goes_to_the_case(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    window.open_page(WHO_PAGE, "")
    page = window.form.current()
    assert isinstance(page, IdentityPage)
    page.take_focus()
    qtbot.keyClicks(page.name_input, "Ada")
    qtbot.keyClick(page.name_input, KEY.Key_Tab)
    qtbot.keyClicks(page.birth_input.text_input, "2030-01-01")
    qtbot.keyClick(page.birth_input.text_input, KEY.Key_Return)
    assert session.state.case.identity.name == "Ada"
    assert session.state.case.identity.birth_date == ""
    assert "future" in page._message.text()
    page.birth_input.text_input.selectAll()
    qtbot.keyClicks(page.birth_input.text_input, "1970-01-01")
    qtbot.keyClick(page.birth_input.text_input, KEY.Key_Return)
    assert session.state.case.identity.birth_date == "1970-01-01"
    assert window.windowTitle().startswith("Ada")


def test_examinations(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    window.open_page(STUDIES_PAGE, "")
    page = window.form.current()
    assert isinstance(page, StudiesPage)
    qtbot.mouseClick(page.add_button, Qt.MouseButton.LeftButton)
    box = page._boxes["S1"]
    box.modality_input.setFocus()
    qtbot.keyClick(box.modality_input, KEY.Key_C)
    qtbot.keyClicks(box.date_input.text_input, "2026-05-20")
    qtbot.keyClick(box.date_input.text_input, KEY.Key_Return)
    qtbot.keyClicks(box.slice_input, "-1")
    qtbot.keyClick(box.slice_input, KEY.Key_Return)
    study = session.state.case.studies[0]
    assert (study.modality, study.date, study.slice_mm) == ("ct", "2026-05-20", "")
    assert "thicker than 0" in box._message.text()
    assert box.title_label.text().startswith("CT 2026-05-20 (current")
    qtbot.mouseClick(box.remove_button, Qt.MouseButton.LeftButton)
    assert session.state.case.studies == ()


def test_a_field_is_found_by_name_or_synonym(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    qtbot.keyClick(window, KEY.Key_F, CONTROL)
    qtbot.keyClicks(QApplication.focusWidget(), "oldness")
    qtbot.keyClick(window.case_list.find_input, KEY.Key_Return)
    field = window.form.current().rows["years"]
    assert QApplication.focusWidget() is field.editor.number_input
    qtbot.keyClick(window, KEY.Key_F, CONTROL)
    qtbot.keyClicks(QApplication.focusWidget(), "width")
    qtbot.keyClick(window.case_list.find_input, KEY.Key_Return)
    assert session.state.case.lesions, "a finding of a lesion needs one"


def test_closing_with_unsaved_edits_asks(qtbot: QtBot, window: MainWindow, session: CaseSession, ports) -> None:
    session.record("hot", YesNoValue(yes=True))
    assert not window.close()
    box = question(window)
    qtbot.keyClick(box, KEY.Key_Escape)
    assert window.isVisible()
    assert session.state.dirty
    window.close()
    question(window).button(QMessageBox.StandardButton.Discard).click()
    assert not window.isVisible()
    assert ports.journal.discarded


def test_closing_can_save_first(qtbot: QtBot, window: MainWindow, session: CaseSession, ports, tmp_path: Path) -> None:
    path = tmp_path / "a.hepalith.json"
    session.save(path)
    session.record("hot", YesNoValue(yes=True))
    ports.store.broken = True
    window.close()
    question(window).button(QMessageBox.StandardButton.Save).click()
    assert window.isVisible(), "the save failed, so nothing may be lost"
    QApplication.processEvents()
    assert "not saved" in question(window).text()
    question(window).close()
    ports.store.broken = False
    window.close()
    question(window).button(QMessageBox.StandardButton.Save).click()
    assert not window.isVisible()
    assert ports.store.files[path].observed("hot") is not None


def test_a_saved_case_closes_without_a_question(window: MainWindow) -> None:
    assert window.close()


def test_opening_a_damaged_file_keeps_the_open_case(window: MainWindow, session: CaseSession, tmp_path: Path) -> None:
    case = session.state.case
    window.files.open_path(tmp_path / "bad.hepalith.json")
    assert "bad.hepalith.json is damaged." in question(window).informativeText()
    assert session.state.case is case


def test_save_as_and_recent_files(
    window: MainWindow, session: CaseSession, ports, settings: WindowSettings, tmp_path: Path
) -> None:
    session.record("hot", YesNoValue(yes=True))
    window.files.save_as()
    dialog = window.findChild(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "b.hepalith.json"))
    dialog.close()
    assert tmp_path / "b.hepalith.json" in ports.store.files
    assert settings.recent == ((tmp_path / "b.hepalith.json").resolve(),)
    assert window.windowTitle() == "b.hepalith.json[*] – Hepalith"


def test_examples_open_as_unsaved_cases(
    qtbot: QtBot, session: CaseSession, settings: WindowSettings, ports, tmp_path: Path
) -> None:
    path = tmp_path / "one.hepalith.json"
    path.write_text('{"title": "A round thing"}', encoding="utf-8")
    (tmp_path / "two_things.hepalith.json").write_text("no json", encoding="utf-8")
    ports.store.files[path] = Case(
        case_id="x",
        lesions=(Lesion(id="L1"),),
        lesion_counter=1,
        observations=(Observation(finding="hot", value=YesNoValue(yes=True)),),
    )
    window = MainWindow(session, FileManual(tmp_path), settings, tmp_path)
    qtbot.addWidget(window)
    window.show()
    window.show_start()
    chooser = window.findChild(StartDialog)
    assert [chooser.example_list.item(i).text() for i in range(2)] == ["A round thing", "two things"]
    chooser.example_list.setCurrentRow(0)
    qtbot.mouseClick(chooser.example_button, Qt.MouseButton.LeftButton)
    assert session.state.path is None
    assert session.shown("hot") is not None
    assert not session.state.dirty
    window.close()


def test_unsaved_edits_of_an_earlier_run_are_offered(window: MainWindow, session: CaseSession, ports) -> None:
    kept = Case(case_id="old", observations=(Observation(finding="hot", value=YesNoValue(yes=True)),))
    ports.journal.kept = [Recovery(name="j", case=kept, path="", written="2026-05-31T10:00:00+00:00")]
    window.show_start()
    dialog = window.findChild(RecoveryDialog)
    assert "1 finding, 0 lesions;" in dialog.recovery_list.item(0).text()
    dialog.open_button.click()
    assert session.shown("hot") is not None
    assert session.state.dirty


@pytest.mark.parametrize("asked", [True, False], ids=["start page asked for", "opened on a case"])
def test_edits_that_are_put_off_leave_what_was_opened_in_peace(window: MainWindow, ports, asked: bool) -> None:
    ports.journal.kept = [Recovery(name="j", case=Case(case_id="old"), path="", written="2026-05-31T10:00:00+00:00")]
    (window.show_start if asked else window.offer_recovery)()
    window.findChild(RecoveryDialog).reject()
    process()
    assert bool(window.findChildren(StartDialog)) == asked


def test_the_note_is_written_beside_the_window(qtbot: QtBot, window: MainWindow, ports, tmp_path: Path) -> None:
    with qtbot.waitSignal(window.files.exported):
        window.files.export_to(str(tmp_path / "note.pdf"))
    assert (tmp_path / "note.pdf").read_bytes().startswith(b"%PDF")
    ports.note.fails = True
    window.files.export_to(str(tmp_path / "other.pdf"))
    window.files.worker.wait()
    qtbot.waitUntil(lambda: any(box.isVisible() for box in window.findChildren(QMessageBox)))
    assert "no room" in question(window).informativeText()
    question(window).close()


def test_f6_goes_round_the_regions(qtbot: QtBot, window: MainWindow) -> None:
    window.form.current().take_focus()
    seen = []
    for _region in range(3):
        qtbot.keyClick(QApplication.focusWidget(), KEY.Key_F6)
        focused = QApplication.focusWidget()
        seen.append(
            next(n for n, r in enumerate((window.case_list, window.form, window.panel)) if r.isAncestorOf(focused))
        )
    assert seen == [2, 0, 1]
    qtbot.keyClick(QApplication.focusWidget(), KEY.Key_F6, SHIFT)
    assert window.case_list.isAncestorOf(QApplication.focusWidget())


def test_about_shows_intended_use_review_state_versions_and_licences(window: MainWindow) -> None:
    window.about_action.trigger()
    dialog = window.findChild(AboutDialog)
    text = dialog.findChild(QTextBrowser).toPlainText()
    assert "Tests of the window only." in text
    assert "Made up for tests; not medicine." in text
    assert window._session.knowledge.hash in text
    assert "Python 3" in text
    assert "SIL Open Font License" in text
    dialog.close()


@pytest.mark.parametrize(
    ("extent", "percent", "wanted"),
    [
        ((1280, 720), 100, Arrangement.BESIDE),
        ((960, 1040), 100, Arrangement.BELOW),
        ((1280, 720), 200, Arrangement.IN_TURN),
        ((700, 600), 100, Arrangement.IN_TURN),
    ],
    ids=["wide", "narrow", "large-text", "small"],
)
def test_the_panes_find_room(window: MainWindow, extent, percent: int, wanted: Arrangement) -> None:
    window.resize(*extent)
    window.choose_text_size(percent)
    QApplication.processEvents()
    assert window._arrangement is wanted
    assert (window.width(), window.height()) == extent
    assert window.tabs.isVisible() is (wanted is Arrangement.IN_TURN)
    if wanted is Arrangement.IN_TURN:
        assert not window.panel.isVisible()
        window.tabs.setCurrentIndex(1)
        assert window.panel.isVisible()
        window.open_finding("hot", PATIENT)
        assert window.form.isVisible()


def test_tinted_words_follow_the_theme(window: MainWindow) -> None:
    for theme, wanted in (("dark", DARK), ("light", LIGHT)):
        window.choose_theme(theme)
        QApplication.processEvents()
        assert window.form.current()._help_label.palette().windowText().color().name() == wanted.muted


def test_sizes_theme_and_text_size_are_remembered(
    qtbot: QtBot, window: MainWindow, session: CaseSession, settings: WindowSettings, tmp_path: Path
) -> None:
    window.resize(780, 600)  # no larger than the offscreen screen
    window.choose_theme("dark")
    QApplication.processEvents()
    assert window.palette().window().color().lightness() < 128
    window.choose_text_size(125)
    window.choose_text_size(100)
    window.entry_splitter.setSizes([300, 480])
    QApplication.processEvents()
    sizes = window.entry_splitter.sizes()
    window.close()
    again = MainWindow(session, FileManual(tmp_path), settings, tmp_path)
    qtbot.addWidget(again)
    again.show()
    QApplication.processEvents()
    assert settings.preferences.theme == "dark"
    assert (again.width(), again.height()) == (780, 600)
    assert again.entry_splitter.sizes() == pytest.approx(sizes, abs=6)


def test_forms_of_another_case_start_afresh(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    window.open_finding("years", PATIENT)
    qtbot.keyClicks(QApplication.focusWidget(), "240")
    qtbot.keyClick(QApplication.focusWidget(), KEY.Key_Return)
    window.files.new()
    window.open_finding("years", PATIENT)
    assert window.form.current().rows["years"].editor.number_input.text() == ""
    assert window.form.current().rows["years"].message == ""


def test_unknown_findings_are_kept_and_shown(window: MainWindow, session: CaseSession, ports, tmp_path: Path) -> None:
    strange = Observation(finding="from_the_future", value=YesNoValue(yes=True))
    path = tmp_path / "f.hepalith.json"
    ports.store.files[path] = Case(case_id="x", observations=(strange,))
    window.files.open_path(path)
    section = next(s for s in window.panel.guidance.sections if s.id == "unknown")
    assert section.count == 1
    session.record("hot", YesNoValue(yes=True))
    assert session.state.case.observations[0] == strange


def test_the_window_is_freed_after_closing(
    qtbot: QtBot, session: CaseSession, settings: WindowSettings, tmp_path: Path
) -> None:
    window = MainWindow(session, FileManual(tmp_path), settings, tmp_path)
    window.show()
    window.open_finding("redness", PATIENT)
    session.record("hot", YesNoValue(yes=True))
    window._closing = True
    window.close()
    freed = weakref.ref(window)
    window.deleteLater()
    del window
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    gc.collect()
    assert freed() is None
    session.record("hot", YesNoValue(yes=False))  # nobody listens any more
    assert session._listeners == []


def test_a_state_is_one_signal(qtbot: QtBot, window: MainWindow, session: CaseSession) -> None:
    states = []
    window.bridge.state_changed.connect(states.append)
    session.record("hot", YesNoValue(yes=True))
    assert states == [session.state]
    assert msgspec.structs.asdict(states[0])["dirty"] is True


def drop(target: QWidget, *paths: Path, text: str = "") -> bool:
    """Drags files over the middle of a widget and drops them; whether anybody took them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    if text:
        data.setText(text)
    place, copy = target.rect().center(), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place, copy, data, left, none)
    enter.setAccepted(False)
    QApplication.sendEvent(target, enter)
    taken = enter.isAccepted()
    if taken:
        QApplication.sendEvent(target, QDropEvent(QPointF(place), copy, data, left, none))
    QApplication.processEvents()
    return taken


def test_a_note_that_is_dropped_on_the_window_opens(window: MainWindow, session: CaseSession, ports) -> None:
    kept = Case(case_id="filed", observations=(Observation(finding="hot", value=YesNoValue(yes=True)),))
    note = Path("/notes/note.pdf")
    ports.store.files[note] = kept
    assert drop(window, note)
    assert session.state.case == kept
    assert session.state.path is None  # saving asks for a file: a note is never written over
    assert not drop(window, note, Path("/notes/other.pdf"))
    assert not drop(window)


def test_what_is_dropped_asks_before_unsaved_edits_are_lost(window: MainWindow, session: CaseSession, ports) -> None:
    ports.store.files[Path("/notes/note.pdf")] = Case(case_id="filed")
    session.record("hot", YesNoValue(yes=True))
    assert drop(window, Path("/notes/note.pdf"))
    assert session.state.case.case_id != "filed"
    question(window).button(QMessageBox.StandardButton.Discard).click()
    assert session.state.case.case_id == "filed"


@pytest.mark.parametrize("kind", [TextArea, PlainInput])
def test_a_file_that_is_dropped_on_a_field_opens_and_is_not_typed(
    window: MainWindow, session: CaseSession, ports, kind: type[QWidget]
) -> None:
    note = Path("/notes/note.pdf")
    ports.store.files[note] = Case(case_id="filed")
    window.open_page("words" if kind is TextArea else "blood", PATIENT)
    field = next(field for field in window.form.current().findChildren(kind) if field.isVisible())
    assert drop(field.viewport() if isinstance(field, TextArea) else field, note, text=str(note))
    assert session.state.case == Case(case_id="filed")


def test_words_can_still_be_dropped_on_a_remark(window: MainWindow) -> None:
    window.open_page("words", PATIENT)
    (area,) = window.form.current().findChildren(TextArea)
    data = QMimeData()
    data.setText("some words")
    assert area.canInsertFromMimeData(data)
