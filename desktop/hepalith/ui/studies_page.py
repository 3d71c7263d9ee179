"""The imaging examinations: the present one and earlier ones."""

from itertools import pairwise

import msgspec
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from hepalith.domain.case import Study, parse_number
from hepalith.domain.errors import InvalidValueError
from hepalith.i18n import _
from hepalith.services.session import CaseSession, CaseState
from hepalith.ui.fields.editor import KEEP_MS, PlainInput
from hepalith.ui.fonts import embolden, plain_label
from hepalith.ui.form import Page
from hepalith.ui.layouts import put_at
from hepalith.ui.study_inputs import StudyInputs
from hepalith.ui.texts import state_word, study_word
from hepalith.ui.theme import theme_of, tinted


class StudyBox(QFrame):
    """One examination."""

    removed = Signal(str)

    def __init__(self, session: CaseSession, study: Study, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._session = session
        self._study = study
        self._pause = QTimer(self, interval=KEEP_MS, singleShot=True)
        self._pause.timeout.connect(self._on_texts_finished)
        self.title_label = plain_label()
        embolden(self.title_label)
        self._inputs = StudyInputs(session, study, self)
        self.modality_input, self.date_input = self._inputs.modality_input, self._inputs.date_input
        self.phase_input, self.slice_input = PlainInput(), PlainInput()
        self.remove_button = QPushButton(_("Remove"))
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for text, widget in (
            (_("Modality"), self.modality_input),
            (_("Date"), self.date_input),
            (_("Phase"), self.phase_input),
            (_("Slice thickness, mm"), self.slice_input),
        ):
            label = QLabel(text)
            label.setBuddy(widget)
            form.addRow(label, widget)
            widget.setAccessibleName(text)
        for edit in (self.phase_input, self.slice_input):
            edit.setPlaceholderText(state_word(None))
            edit.editingFinished.connect(self._on_texts_finished)
            edit.textEdited.connect(self._on_text_edited)
        self._message = plain_label()
        self._message.hide()
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.remove_button)
        column = QVBoxLayout(self)
        column.addWidget(self.title_label)
        column.addLayout(form)
        column.addWidget(self._message)
        column.addLayout(foot)
        self._inputs.refused.connect(self.refuse)
        self.remove_button.clicked.connect(self._on_remove)
        self.show_study(study, current=False, first=True)

    def show_study(self, study: Study, *, current: bool, first: bool = False) -> None:
        """Shows the examination; `current` is the latest one, to which new lesion findings belong."""
        changed = study != self._study or first
        self._study = study
        title = study_word(study, self._session.knowledge)
        shown = _("{study} (current: new lesion findings belong to it)").format(study=title) if current else title
        if self.title_label.text() != shown:
            self.title_label.setText(shown)
            self.remove_button.setAccessibleName(_("Remove {study}").format(study=title))
        if not changed:
            return
        self._inputs.show_study(study)
        for edit, text in ((self.phase_input, study.phase), (self.slice_input, study.slice_mm)):
            if edit.text().strip() != text:
                edit.setText(text)

    def refuse(self, reason: str) -> None:
        """Shows why the last entry was not recorded; "" for nothing."""
        self._message.setText("✗ " + _("Refused: {reason} What was recorded before stays.").format(reason=reason))
        tinted(self._message, theme_of(self).alert)
        self._message.setVisible(bool(reason))

    def stops(self) -> list[QWidget]:
        """Where Tab stops, as one reads."""
        date = self.date_input.text_input
        return [self.modality_input, date, self.phase_input, self.slice_input, self.remove_button]

    def commit(self) -> None:
        """Sends what is typed."""
        self._inputs.commit()
        self._on_texts_finished()

    def _on_text_edited(self) -> None:
        self._inputs.study = self._typed()  # so that no other edit takes the words away
        self._pause.start()

    def _on_texts_finished(self) -> None:
        self._pause.stop()
        reason = _slice_problem(self.slice_input.text().strip())
        if reason:
            self.refuse(reason)
        typed = self._typed()
        if typed != self._study:
            self._inputs.send(typed)

    def _typed(self) -> Study:
        """The examination with the texts as they are typed."""
        thickness = self.slice_input.text().strip()
        return msgspec.structs.replace(
            self._study,
            phase=self.phase_input.text().strip(),
            slice_mm=self._study.slice_mm if _slice_problem(thickness) else thickness,
        )

    def _on_remove(self) -> None:
        self.removed.emit(self._study.id)


class StudiesPage(Page):
    """All examinations, the latest first."""

    def __init__(self, session: CaseSession, parent: QWidget | None = None) -> None:
        help_text = _(
            "The latest is the current one. Earlier ones carry earlier measurements, so that growth can be judged."
        )
        super().__init__(_("Imaging examinations"), help_text, parent)
        self._session = session
        self._boxes: dict[str, StudyBox] = {}
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self.column.addLayout(self._list)
        self.add_button = QPushButton(_("Add an examination"))
        self.add_button.clicked.connect(self._on_add)
        row = QHBoxLayout()
        row.addWidget(self.add_button)
        row.addStretch(1)
        self.column.addSpacing(6)
        self.column.addLayout(row)
        self.column.addStretch(1)

    def show_state(self, state: CaseState) -> None:
        super().show_state(state)
        studies = sorted(state.case.studies, key=lambda study: study.date, reverse=True)
        latest = max(((study.date, study.id) for study in studies), default=("", ""))[1]
        for gone in [name for name in self._boxes if name not in {study.id for study in studies}]:
            box = self._boxes.pop(gone)
            self._list.removeWidget(box)
            box.hide()  # it may live on until the next round of events
            box.deleteLater()
        for position, study in enumerate(studies):
            if study.id not in self._boxes:
                box = StudyBox(self._session, study, self.widget())
                box.removed.connect(self._session.remove_study)
                self._boxes[study.id] = box
            box = self._boxes[study.id]
            put_at(self._list, position, box)
            box.show_study(study, current=study.id == latest)
        stops = [stop for study in studies for stop in self._boxes[study.id].stops()] + [self.add_button]
        for first, second in pairwise(stops):
            QWidget.setTabOrder(first, second)

    def take_focus(self) -> None:
        first = next(iter(self._boxes.values()), None)
        (first.modality_input if first is not None else self.add_button).setFocus()

    def commit(self) -> None:
        for box in list(self._boxes.values()):
            box.commit()

    def _on_add(self) -> None:
        name = self._session.add_study()
        self._boxes[name].modality_input.setFocus()


def _slice_problem(text: str) -> str:
    """Why a slice thickness cannot be, or ""."""
    try:
        thin = bool(text) and parse_number(text) <= 0
    except InvalidValueError as error:
        return str(error)
    return _("A slice is thicker than 0 mm.") if thin else ""
