"""What a clinician decided otherwise about a piece of advice: set aside with a reason, another plan, or taken back."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from hepalith.domain.case import OverrideKind
from hepalith.domain.errors import InvalidValueError
from hepalith.i18n import _
from hepalith.services.session import CaseSession
from hepalith.ui.fonts import em, plain_label
from hepalith.ui.headings import Heading
from hepalith.ui.panel.rows import Card
from hepalith.ui.theme import theme_of, tinted


class DecisionDialog(QDialog):
    """Decides about the advice of a card, for every lesion that the card is about."""

    def __init__(self, session: CaseSession, card: Card, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Decide otherwise"))
        self.setMinimumWidth(em(self) * 30)
        self._session = session
        self._card = card
        self._before = session.override(card.decides, card.subjects[0])
        self.aside_radio = QRadioButton(_("&Set the advice aside"))
        self.plan_radio = QRadioButton(_("A &different plan instead"))
        self.reason_input = QComboBox()
        self.reason_input.addItem(_("Choose a reason"), "")
        for reason in session.knowledge.header.override_reasons:
            self.reason_input.addItem(reason.label, reason.id)
        self.text_input = QPlainTextEdit()
        self.text_input.setTabChangesFocus(True)
        self.text_input.setFixedHeight(em(self) * 5)
        self.author_input = QLineEdit(session.author)
        self.message_label = plain_label()
        tinted(self.message_label, theme_of(self).alert)
        self.message_label.hide()
        self.record_button = QPushButton(_("&Record"))
        self.record_button.setDefault(True)
        self.withdraw_button = QPushButton(_("&Take back"))
        self.withdraw_button.setVisible(self._before is not None)
        self.cancel_button = QPushButton(_("Cancel"))
        self._lay_out()
        self._fill()
        self.aside_radio.toggled.connect(self._show_kind)
        self.record_button.clicked.connect(self._on_record)
        self.withdraw_button.clicked.connect(self._on_withdraw)
        self.cancel_button.clicked.connect(self.reject)

    def _lay_out(self) -> None:
        about = self._card.title + (f" ({self._card.who})" if self._card.who else "")
        fields = QFormLayout()
        fields.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        fields.addRow(_("R&eason"), self.reason_input)
        fields.addRow(_("&In words"), self.text_input)
        fields.addRow(_("&Who decides"), self.author_input)
        buttons = QHBoxLayout()
        buttons.addWidget(self.withdraw_button)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.record_button)
        column = QVBoxLayout(self)
        column.addWidget(Heading(about, 1.1))
        column.addWidget(
            plain_label(
                _("The advice and its urgency stay in sight; the decision stands beside them, also in the note.")
            )
        )
        column.addWidget(self.aside_radio)
        column.addWidget(self.plan_radio)
        column.addLayout(fields)
        column.addWidget(self.message_label)
        column.addLayout(buttons)
        names = {
            self.reason_input: _("Reason"),
            self.text_input: _("In words"),
            self.author_input: _("Who decides"),
        }
        for field, name in names.items():
            field.setAccessibleName(name)

    def _fill(self) -> None:
        before = self._before
        other_plan = before is not None and before.kind is OverrideKind.OTHER_PLAN
        (self.plan_radio if other_plan else self.aside_radio).setChecked(True)
        if before is not None:
            self.reason_input.setCurrentIndex(max(0, self.reason_input.findData(before.reason)))
            self.text_input.setPlainText(before.text)
        self._show_kind()
        (self.text_input if other_plan else self.reason_input).setFocus()

    def _show_kind(self) -> None:
        self.reason_input.setEnabled(self.aside_radio.isChecked())

    def _on_record(self) -> None:
        text = self.text_input.toPlainText().strip()
        if self.plan_radio.isChecked():
            self._decide(lambda subject: self._session.record_plan(text, subject, self._card.decides))
        elif not self.reason_input.currentData():
            self._refuse(_("Choose a reason."))
        else:
            reason = str(self.reason_input.currentData())
            self._decide(lambda subject: self._session.set_aside(self._card.decides, subject, reason, text))

    def _on_withdraw(self) -> None:
        self._decide(lambda subject: self._session.withdraw(self._card.decides, subject))

    def _decide(self, decide: Callable[[str], None]) -> None:
        """Decides for each lesion. What is refused for one is refused for all: the rule is about author and words."""
        self._session.author = self.author_input.text().strip()
        try:
            for subject in self._card.subjects:
                decide(subject)
        except InvalidValueError as error:
            self._refuse(str(error))
        else:
            self.accept()

    def _refuse(self, reason: str) -> None:
        self.message_label.setText("✗ " + reason)
        self.message_label.show()
