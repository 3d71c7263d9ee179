"""Modality and date of an examination, wherever they can be entered."""

import msgspec
from PySide6.QtCore import QObject, Signal

from hepalith.domain.case import Study
from hepalith.domain.errors import InvalidValueError
from hepalith.i18n import _
from hepalith.knowledge.base import MODALITY
from hepalith.services.session import CaseSession
from hepalith.ui.fields.date import DateInput, is_date
from hepalith.ui.fields.editor import CalmCombo
from hepalith.ui.texts import state_word


class StudyInputs(QObject):
    """The two inputs of one examination; they send what is entered to the session."""

    refused = Signal(str)  # why the last entry was not recorded; "" when it was

    def __init__(self, session: CaseSession, study: Study, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.study = study
        self.modality_input = CalmCombo()
        self.modality_input.addItem(state_word(None), "")
        self.modality_input.setAccessibleName(_("Modality"))
        finding = session.knowledge.findings.get(MODALITY)
        for option in finding.choices if finding is not None else ():
            self.modality_input.addItem(option.label, option.id)
        self.date_input = DateInput(_("Date of the examination"))
        self.modality_input.activated.connect(self._on_modality_chosen)
        self.date_input.date_typed.connect(self._on_date_typed)

    def show_study(self, study: Study) -> None:
        """Shows an examination without saying that anything was entered."""
        self.study = study
        self.modality_input.setCurrentIndex(max(0, self.modality_input.findData(study.modality)))
        self.date_input.show_text(study.date)

    def send(self, study: Study) -> None:
        """Records a change of the examination, or tells why not."""
        reason = ""
        try:
            self._session.change_study(study)
        except InvalidValueError as error:
            reason = str(error)
        self.refused.emit(reason)

    def commit(self) -> None:
        """Sends what is typed."""
        self.date_input.commit()

    def _on_modality_chosen(self, index: int) -> None:
        self.send(msgspec.structs.replace(self.study, modality=self.modality_input.itemData(index)))

    def _on_date_typed(self, text: str, final: bool) -> None:
        if final or is_date(text):
            self.send(msgspec.structs.replace(self.study, date=text))
