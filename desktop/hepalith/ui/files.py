"""New, open, save, examples, recovery and export: what the menu File does, with every question that it asks."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from PySide6.QtCore import QMimeData, QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from hepalith.domain.errors import ChangedCaseFileError, HepalithError
from hepalith.files import reason_of, write_atomically
from hepalith.i18n import _
from hepalith.services.ports import NoteRequest, Recovery
from hepalith.services.session import CaseSession
from hepalith.ui.case_lock import CaseLock
from hepalith.ui.examples import SUFFIX
from hepalith.ui.settings import WindowSettings
from hepalith.ui.worker import Worker


def dropped_file(data: QMimeData) -> Path | None:
    """The one file of this machine that is dragged; None for anything else."""
    paths = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
    return Path(paths[0]) if len(paths) == 1 else None


Then = Callable[[], None]


class FileActions(QObject):
    """Asks before anything is lost, and says clearly what went wrong. Dialogs are opened, never waited for."""

    case_opened = Signal()
    announced = Signal(str)
    committing = Signal()  # fields send what is typed and not sent yet
    exported = Signal(str)
    dialog_made = Signal(object, str)  # QDialog to be opened, the place of the manual that is about it

    def __init__(self, session: CaseSession, settings: WindowSettings, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._window = window
        self._then: Then | None = None
        self._box: QMessageBox | None = None
        self._note_path = Path()
        self._note_done: Then = self._on_exported
        self.opens_note = True
        self.worker = Worker(self)
        self.worker.succeeded.connect(self._on_written)
        self.worker.failed.connect(self._on_export_failed)
        self.worker.given_up.connect(self._on_given_up)
        self.lock = CaseLock()
        self.case_opened.connect(self.take_lock)

    # cases

    def ask_then(self, then: Then) -> None:
        """Goes on at once if all is saved; otherwise asks to save, discard or cancel first."""
        self.committing.emit()
        if not self._session.state.dirty:
            then()
            return
        self._then = then
        button = QMessageBox.StandardButton
        box = self._message(
            QMessageBox.Icon.Question,
            _("Save the changes to this case?"),
            _("Discarded changes cannot be brought back."),
        )
        box.setStandardButtons(button.Save | button.Discard | button.Cancel)
        box.setDefaultButton(button.Save)
        box.buttonClicked.connect(self._on_answered)
        box.open()

    def new(self) -> None:
        """Starts an empty case."""
        self.ask_then(self._new)

    def open(self) -> None:
        """Chooses a case file and opens it."""
        self.ask_then(self._choose_to_open)

    def open_path(self, path: Path) -> None:
        """Opens a case file."""
        self.ask_then(partial(self._open_path, path))

    def open_example(self, path: Path) -> None:
        """Opens an example as a new, unsaved case."""
        self.ask_then(partial(self._open_example, path))

    def save(self) -> None:
        """Writes the case to its file; asks for one if it has none."""
        self.committing.emit()
        if self._session.state.path is None:
            self.save_as()
        else:
            self._save_to(None)

    def save_as(self) -> None:
        """Chooses a file and writes the case to it."""
        self.committing.emit()
        dialog = self._file_dialog(_("Save the case"), _("Case files (*{suffix})").format(suffix=SUFFIX))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        dialog.selectFile(self._proposed_name(SUFFIX))
        dialog.fileSelected.connect(self._on_save_chosen)
        dialog.rejected.connect(self._forget_then)
        dialog.open()

    def recover(self, recovery: Recovery) -> None:
        """Opens unsaved edits of an earlier run."""
        self.ask_then(partial(self._recover, recovery))

    # note

    def export_note(self) -> None:
        """Chooses where the note goes, writes it beside the window, and opens it in the system's viewer."""
        self.committing.emit()
        dialog = self._file_dialog(_("Export the note"), _("PDF files (*.pdf)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.selectFile(self._proposed_name(".pdf"))
        dialog.fileSelected.connect(self.export_to)
        dialog.open()

    def preview_note(self) -> None:
        """Makes the note and shows its pages, to be printed or kept."""
        self.committing.emit()
        self._folder = TemporaryDirectory()  # only this user can read it, and it goes as soon as the pages are shown
        self._write(Path(self._folder.name) / _("note.pdf"), self._on_preview_made)

    def show_pdf(self, content: bytes, name: str) -> None:
        """Shows the pages of a finished PDF."""
        from hepalith.ui.printing import PdfError, PreviewDialog  # PDFium is loaded when it is first wanted

        try:
            dialog = PreviewDialog(content, name, self._window)
        except PdfError as error:
            self.show_error(_("The note cannot be shown."), str(error))
            return
        dialog.save_wanted.connect(self._on_save_pdf)
        self.dialog_made.emit(dialog, "print")

    def export_to(self, path: str) -> None:
        """Writes the note to a file."""
        self._write(Path(path), self._on_exported)

    def save_text(self, title: str, kinds: str, suffix: str, content: bytes) -> None:
        """Chooses a file and writes a finished text or page to it."""
        dialog = self._file_dialog(title, kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.fileSelected.connect(partial(self._write_bytes, content))
        dialog.open()

    def _write_bytes(self, content: bytes, path: str) -> None:
        try:
            write_atomically(Path(path), content)
        except OSError as error:
            self.show_error(_("The file was not written."), reason_of(error))
        else:
            self.announced.emit(_("Saved {name}").format(name=Path(path).name))

    def _write(self, path: Path, then: Then) -> None:
        if self.worker.busy:
            self.announced.emit(_("A note is being written. Wait until it is there, or give it up."))
            return
        self._note_path, self._note_done = path, then
        request = NoteRequest(files=(self._note_path,), paper=self._settings.preferences.paper)
        case = self._session.state.case
        self.worker.start(lambda tell: self._session.write_note(msgspec.structs.replace(request, progress=tell), case))

    def _on_written(self) -> None:
        self._note_done()

    def _on_preview_made(self) -> None:
        content = self._note_path.read_bytes()
        self._folder.cleanup()
        self.announced.emit("")
        self.show_pdf(content, self._note_path.name)

    def _on_save_pdf(self, content: bytes) -> None:
        self.save_text(_("Save the note"), _("PDF files (*.pdf)"), "pdf", content)

    def show_error(self, text: str, detail: str = "") -> None:
        """A clear message; nothing is lost by it."""
        box = self._message(QMessageBox.Icon.Warning, text, detail)
        box.setStandardButtons(QMessageBox.StandardButton.Ok)
        box.open()

    def take_lock(self) -> None:
        """Holds the lock of the open case's file, so that other windows notice."""
        self.lock.take(self._session.state.path)

    # inside

    def _new(self) -> None:
        self._session.new()
        self.case_opened.emit()

    def _choose_to_open(self) -> None:
        dialog = self._file_dialog(
            _("Open a case"), _("Case files and notes (*{suffix} *.pdf);;All files (*)").format(suffix=SUFFIX)
        )
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._on_open_chosen)
        dialog.open()

    def _on_open_chosen(self, path: str) -> None:
        self._open_path(Path(path))

    def _open_path(self, path: Path) -> None:
        holder = self.lock.holder(path) if path.name.endswith(SUFFIX) else None
        if holder is None:
            self._open_own(path)
            return
        box = self._message(
            QMessageBox.Icon.Warning,
            _("{name} is open in another window.").format(name=path.name),
            _("On {machine}, process {process}. Whoever saves last writes over the other's changes.").format(
                machine=holder.machine, process=holder.process
            ),
        )
        copy = box.addButton(_("Open as a &copy"), QMessageBox.ButtonRole.AcceptRole)
        anyway = box.addButton(_("Open &all the same"), QMessageBox.ButtonRole.DestructiveRole)
        cancel = box.addButton(_("Cancel"), QMessageBox.ButtonRole.RejectRole)
        copy.clicked.connect(partial(self._open_example, path))
        anyway.clicked.connect(partial(self._open_own, path))
        box.setDefaultButton(copy)
        box.setEscapeButton(cancel)
        box.open()

    def _open_own(self, path: Path, _checked: bool = False) -> None:
        try:
            self._session.open(path)
        except HepalithError as error:
            self.show_error(_("The case was not opened."), str(error))
            return
        self._settings.remember(path)
        self.case_opened.emit()
        self.announced.emit(_("Opened {name}").format(name=path.name))

    def _open_example(self, path: Path, _checked: bool = False) -> None:
        try:
            self._session.open_copy(path)
        except HepalithError as error:
            self.show_error(_("The example was not opened."), str(error))
            return
        self.case_opened.emit()

    def _recover(self, recovery: Recovery) -> None:
        self._session.recover(recovery)
        self.case_opened.emit()

    def _on_save_chosen(self, path: str) -> None:
        self._save_to(Path(path))

    def _save_to(self, path: Path | None, *, over: bool = False) -> None:
        if path is not None and self.lock.holder(path) is not None:
            self._then = None
            self.show_error(
                _("{name} is open in another window.").format(name=path.name), _("Choose another name for this case.")
            )
            return
        try:
            self._session.save(path, over=over)
        except ChangedCaseFileError as error:
            self._ask_to_write_over(str(error))
            return
        except (HepalithError, OSError) as error:
            self._then = None
            self.show_error(_("The case was not saved. It is still open, nothing is lost."), str(error))
            return
        saved = self._session.state.path
        self.lock.take(saved)
        if saved is not None:
            self._settings.remember(saved)
            self.announced.emit(_("Saved {name}").format(name=saved.name))
        then, self._then = self._then, None
        if then is not None:
            then()

    def _ask_to_write_over(self, text: str) -> None:
        """What waits for the case to be saved waits on, unless this is cancelled."""
        box = self._message(
            QMessageBox.Icon.Warning,
            text,
            _("Your case is still open, nothing of it is lost. Writing over the file loses what the other wrote."),
        )
        other = box.addButton(_("Save under &another name"), QMessageBox.ButtonRole.AcceptRole)
        over = box.addButton(_("&Write over it"), QMessageBox.ButtonRole.DestructiveRole)
        cancel = box.addButton(_("Cancel"), QMessageBox.ButtonRole.RejectRole)
        other.clicked.connect(self.save_as)
        over.clicked.connect(self._write_over)
        cancel.clicked.connect(self._forget_then)
        box.setDefaultButton(other)
        box.setEscapeButton(cancel)
        box.open()

    def _write_over(self) -> None:
        self._save_to(None, over=True)

    def _on_answered(self, clicked: QWidget) -> None:
        box = self._box
        if box is None:
            return
        answer = box.standardButton(clicked)  # type: ignore[arg-type]
        if answer is QMessageBox.StandardButton.Save:
            self.save()
        elif answer is QMessageBox.StandardButton.Discard:
            self._session.discard()
            then, self._then = self._then, None
            if then is not None:
                then()
        else:
            self._then = None

    def _forget_then(self) -> None:
        self._then = None

    def _on_exported(self) -> None:
        self.announced.emit(_("Note written: {name}").format(name=self._note_path.name))
        self.exported.emit(str(self._note_path))
        if self.opens_note:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._note_path)))

    def _on_export_failed(self, reason: str) -> None:
        self.announced.emit(_("The note was not written."))
        if reason:
            self.show_error(_("The note was not written. The case is unchanged."), reason)

    def _on_given_up(self) -> None:
        self.announced.emit(_("Given up: no note was written."))

    def _proposed_name(self, suffix: str) -> str:
        path = self._session.state.path
        if path is not None:
            return str(path.with_name(path.name.removesuffix(SUFFIX) + suffix))
        return _("case") + suffix

    def _file_dialog(self, title: str, kinds: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title)
        dialog.setNameFilter(kinds)
        dialog.finished.connect(dialog.deleteLater)
        return dialog

    def _message(self, sign: QMessageBox.Icon, text: str, detail: str) -> QMessageBox:
        box = QMessageBox(self._window)
        box.setIcon(sign)
        box.setWindowTitle(_("Hepalith"))
        box.setText(text)
        box.setInformativeText(detail)
        box.finished.connect(box.deleteLater)
        box.finished.connect(self._on_box_closed)
        self._box = box
        return box

    def _on_box_closed(self) -> None:
        if self.sender() is self._box:
            self._box = None
