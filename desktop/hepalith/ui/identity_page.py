"""Who the patient is: for the note only, never evaluated."""

import msgspec
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFormLayout, QWidget

from hepalith.domain.case import Identity
from hepalith.domain.errors import InvalidValueError
from hepalith.i18n import _
from hepalith.services.session import CaseSession, CaseState
from hepalith.ui.fields.date import DateInput, is_date
from hepalith.ui.fields.editor import KEEP_MS, PlainInput
from hepalith.ui.fonts import plain_label
from hepalith.ui.form import Page
from hepalith.ui.texts import state_word
from hepalith.ui.theme import theme_of, tinted


class IdentityPage(Page):
    """Name, identifier and date of birth."""

    def __init__(self, session: CaseSession, parent: QWidget | None = None) -> None:
        super().__init__(_("Who it is about"), _("Printed on the note; never used for the guidance."), parent)
        self._session = session
        self._identity = Identity()
        self._pause = QTimer(self, interval=KEEP_MS, singleShot=True)
        self._pause.timeout.connect(self._on_pause)
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.name_input, self.identifier_input = PlainInput(), PlainInput()
        self.birth_input = DateInput(_("Date of birth"))
        for text, edit in ((_("Name"), self.name_input), (_("Patient identifier"), self.identifier_input)):
            edit.setAccessibleName(text)
            edit.setPlaceholderText(state_word(None))
            edit.editingFinished.connect(self.commit)
            edit.textEdited.connect(self._pause.start)
            form.addRow(text, edit)
        form.addRow(_("Date of birth"), self.birth_input)
        self._message = plain_label()
        self._message.hide()
        form.addRow(self._message)
        self.birth_input.date_typed.connect(self._on_birth_typed)
        self.column.addLayout(form)
        self.column.addStretch(1)

    def show_state(self, state: CaseState) -> None:
        super().show_state(state)
        if state.case.identity != self._identity:
            self._identity = state.case.identity
            for edit, text in (
                (self.name_input, self._identity.name),
                (self.identifier_input, self._identity.identifier),
            ):
                if edit.text() != text:
                    edit.setText(text)
            self.birth_input.show_text(self._identity.birth_date)

    def take_focus(self) -> None:
        self.name_input.setFocus()

    def commit(self) -> None:
        """Records what is typed."""
        self.birth_input.commit()
        self._keep_texts()

    def _on_pause(self) -> None:
        self._keep_texts()

    def _keep_texts(self) -> None:
        self._pause.stop()
        typed = msgspec.structs.replace(
            self._identity, name=self.name_input.text().strip(), identifier=self.identifier_input.text().strip()
        )
        if typed != self._identity:
            self._identity = typed  # what is being typed is not written anew
            self._session.record_identity(typed)

    def _on_birth_typed(self, text: str, final: bool) -> None:
        if not final and not is_date(text):
            return  # still being typed
        try:
            self._session.record_identity(msgspec.structs.replace(self._identity, birth_date=text))
        except InvalidValueError as error:
            self._message.setText("✗ " + _("Refused: {reason} What was recorded before stays.").format(reason=error))
            tinted(self._message, theme_of(self).alert)
            self._message.show()
        else:
            self._message.hide()
