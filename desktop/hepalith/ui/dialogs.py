"""Dialogs of the window: start and examples, recovery, about."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from hepalith.domain.errors import CaseFileError
from hepalith.i18n import _, catalogue_note, plural
from hepalith.knowledge.base import Knowledge
from hepalith.services.ports import Recovery
from hepalith.ui.examples import Example
from hepalith.ui.fonts import em, plain_label
from hepalith.ui.headings import Heading
from hepalith.ui.theme import theme_of, tinted
from hepalith.ui.versions import licences, versions


def ok_and_cancel(dialog: QDialog) -> QDialogButtonBox:
    """The buttons that accept and reject a dialog."""
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
    buttons.button(QDialogButtonBox.StandardButton.Ok).setText(_("OK"))
    buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(_("Cancel"))
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    return buttons


class StartDialog(QDialog):
    """How to begin: an empty case, a file, or an example."""

    new_wanted = Signal()
    open_wanted = Signal()
    example_chosen = Signal(object)  # Path

    def __init__(self, examples: Sequence[Example], knowledge: Knowledge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Hepalith"))
        self.resize(em(self) * 38, em(self) * 30)
        self.new_button = QPushButton(_("&New case"))
        self.new_button.setDefault(True)
        self.open_button = QPushButton(_("&Open a case file..."))
        self.new_button.clicked.connect(self.new_wanted)
        self.new_button.clicked.connect(self.accept)
        self.open_button.clicked.connect(self.open_wanted)
        self.open_button.clicked.connect(self.accept)
        self.example_list = QListWidget()
        self.example_list.setAccessibleName(_("Examples"))
        self.example_list.setWordWrap(True)
        for example in examples:
            item = QListWidgetItem(example.title)
            item.setData(Qt.ItemDataRole.UserRole, str(example.path))
            self.example_list.addItem(item)
        self.example_list.itemActivated.connect(self._on_activated)
        self.example_button = QPushButton(_("Open the e&xample"))
        self.example_button.setEnabled(False)
        self.example_button.clicked.connect(self._on_example)
        self.example_list.currentRowChanged.connect(self._on_row_changed)
        row = QHBoxLayout()
        row.addWidget(self.new_button)
        row.addWidget(self.open_button)
        row.addStretch(1)
        caption = plain_label(_("Or look at an example (it opens as a new case):"), wraps=False)
        caption.setBuddy(self.example_list)
        use = plain_label(
            knowledge.header.intended_use
            or _("Decision support for clinicians. It lists options and their sources; it does not decide.")
        )
        tinted(use, theme_of(self).muted)
        below = QHBoxLayout()
        below.addStretch(1)
        below.addWidget(self.example_button)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addWidget(Heading(_("A liver calcification on imaging: what now?"), 1.4))
        column.addWidget(use)
        column.addLayout(row)
        column.addWidget(caption)
        column.addWidget(self.example_list, 1)
        column.addLayout(below)

    def _on_row_changed(self, row: int) -> None:
        self.example_button.setEnabled(row >= 0)

    def _on_activated(self, item: QListWidgetItem) -> None:
        self.example_chosen.emit(Path(item.data(Qt.ItemDataRole.UserRole)))
        self.accept()

    def _on_example(self) -> None:
        item = self.example_list.currentItem()
        if item is not None:
            self._on_activated(item)


class RecoveryDialog(QDialog):
    """Offers unsaved edits that an earlier run left behind."""

    recovery_chosen = Signal(object)  # Recovery
    recovery_given_up = Signal(object)  # Recovery

    def __init__(
        self,
        recoveries: Sequence[Recovery],
        differences: Callable[[Recovery], tuple[str, ...]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Unsaved edits were found"))
        self.resize(em(self) * 36, em(self) * 26)
        self._recoveries = list(recoveries)
        self.recovery_list = QListWidget()
        self.recovery_list.setAccessibleName(_("Unsaved edits"))
        for recovery in recoveries:
            self.recovery_list.addItem(_recovery_words(recovery))
        self._differences = differences
        self.difference_list = QListWidget()
        self.difference_list.setAccessibleName(_("How they differ from the saved file"))
        self.difference_list.setWordWrap(True)
        caption = plain_label(_("How they differ from the saved file:"))
        caption.setBuddy(self.difference_list)
        self.recovery_list.currentRowChanged.connect(self._on_row_changed)
        self.recovery_list.setCurrentRow(0)
        text = plain_label(_("The program ended before these edits were saved. Open them again, or give them up."))
        self.open_button, self.drop_button = QPushButton(_("&Open again")), QPushButton(_("&Give up these edits"))
        self.later_button = QPushButton(_("&Later"))
        self.open_button.setDefault(True)
        self.open_button.clicked.connect(self._on_open)
        self.drop_button.clicked.connect(self._on_drop)
        self.later_button.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.drop_button)
        row.addStretch(1)
        row.addWidget(self.later_button)
        row.addWidget(self.open_button)
        column = QVBoxLayout(self)
        column.addWidget(text)
        column.addWidget(self.recovery_list, 1)
        column.addWidget(caption)
        column.addWidget(self.difference_list, 2)
        column.addLayout(row)

    def _on_row_changed(self, row: int) -> None:
        self.difference_list.clear()
        if 0 <= row < len(self._recoveries):
            try:
                lines = self._differences(self._recoveries[row])
            except CaseFileError as error:
                lines = (_("It cannot be compared: {reason}").format(reason=error),)
            self.difference_list.addItems(list(lines or (_("Nothing: they are as they were saved."),)))

    def _on_open(self) -> None:
        row = self.recovery_list.currentRow()
        if row >= 0:
            self.recovery_chosen.emit(self._recoveries[row])
            self.accept()

    def _on_drop(self) -> None:
        row = self.recovery_list.currentRow()
        if row >= 0:
            self.recovery_given_up.emit(self._recoveries.pop(row))
            self.recovery_list.takeItem(row)
        if not self._recoveries:
            self.reject()


class AboutDialog(QDialog):
    """Intended use, limits, review state, versions, keys."""

    def __init__(self, knowledge: Knowledge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("About Hepalith"))
        self.resize(em(self) * 42, em(self) * 32)
        browser = QTextBrowser()
        browser.setAccessibleName(_("About Hepalith"))
        browser.setPlainText(_about(knowledge))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(Heading(_("Hepalith"), 1.4))
        column.addWidget(browser, 1)
        column.addWidget(buttons)


def _about(knowledge: Knowledge) -> str:
    header = knowledge.header
    use = header.intended_use or _(
        "Decision support for clinicians who have an imaging report with a liver calcification. "
        "It lists causes, options and what is missing, each with its source; the clinician decides."
    )
    limits = header.limits_of_use or _(
        "It does not look at images, gives no alarm, and knows only what is entered. "
        "Not recorded never counts as normal."
    )
    changed = knowledge.deviations or (_("nothing: the knowledge as it comes with the program"),)
    parts = [
        (_("Intended use"), use),
        (_("Limits"), limits),
        (_("Review state"), header.review_state),
        (_("Knowledge"), _("version {version}, hash {hash}").format(version=header.version, hash=knowledge.hash)),
        (_("Refined by this site"), "\n".join(changed)),
        (_("Language"), "\n".join(filter(None, (catalogue_note(), knowledge.translation.counts)))),
        (_("Program"), versions()),
        (_("Licences"), "\n".join(licences())),
    ]
    return "\n\n".join(f"{title}\n{text}" for title, text in parts)


def _recovery_words(recovery: Recovery) -> str:
    case = recovery.case
    name = (
        case.identity.name
        or case.identity.identifier
        or (Path(recovery.path).name if recovery.path else _("Unnamed case"))
    )
    return _("{name}: {findings}, {lesions}; last edit {time}").format(
        name=name,
        findings=plural("{count} finding", "{count} findings", len(case.observations)),
        lesions=plural("{count} lesion", "{count} lesions", len(case.lesions)),
        time=recovery.written[:16].replace("T", " "),
    )
