"""Editor for a number with its unit and, where it matters, the laboratory's own limits."""

import re
import unicodedata
from decimal import Decimal

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from hepalith.domain.case import NumberValue, Observation, State, parse_number
from hepalith.domain.errors import InvalidValueError
from hepalith.domain.words import unit_text
from hepalith.i18n import _
from hepalith.knowledge.model import Finding, UnitScale
from hepalith.ui.fields.editor import CalmCombo, Editor, Entered, MoreButton, PlainInput
from hepalith.ui.flow_layout import FlowLayout
from hepalith.ui.fonts import plain_label
from hepalith.ui.texts import state_word, unit_word

TYPING_MS = 120
COMPLAINT_MS = 900
_ENTRY = re.compile(r"\s*(<=|>=|<|>|≤|≥)?\s*(.*?)\s*")
_WITH_UNIT = re.compile(r"([-+]?[\d.,]+(?:[eE][-+]?\d+)?)\s*(\D.*)")
_TWO_WAYS = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}")  # thousands, or a decimal comma
_COMPARATORS = {"≤": "<=", "≥": ">="}
_SIGNS = {"<=": "≤ ", ">=": "≥ ", "<": "< ", ">": "> ", "": ""}


def parse_entry(text: str, unit: str, units: tuple[str, ...]) -> NumberValue:
    """What was typed, for example "12,5", "< 5" or "3.1 mg/dL". Raises InvalidValueError for what is no number."""
    text = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")  # unseen, and pasted along
    found = _ENTRY.fullmatch(text)
    comparator, rest = (found.group(1) or "", found.group(2)) if found else ("", text)
    with_unit = _WITH_UNIT.fullmatch(rest)
    if with_unit:
        named = with_unit.group(2).strip().lower().replace("μ", "µ")
        fitting = [one for one in units if named in {one.lower(), unit_text(one).lower()}]
        if fitting:
            rest, unit = with_unit.group(1), fitting[0]
    if _TWO_WAYS.fullmatch(rest.strip()):
        raise InvalidValueError(
            _('"{text}" can be read in two ways. Type {thousands} or {decimal}.').format(
                text=text, thousands=rest.strip().replace(",", ""), decimal=rest.strip().replace(",", ".")
            )
        )
    parse_number(rest)
    return NumberValue(
        number=rest.strip().replace(",", "."), unit=unit, comparator=_COMPARATORS.get(comparator, comparator)
    )


def converted(number: str, from_unit: str, to_unit: str, finding: Finding) -> str:
    """The number in another unit of the finding, to four significant figures."""
    old, new = finding.scale(from_unit) or UnitScale(), finding.scale(to_unit) or UnitScale()
    value = (parse_number(number) + old.offset) * old.factor / new.factor - new.offset
    return f"{Decimal(f'{value:.4g}').normalize():f}"


def shown_entry(value: NumberValue) -> str:
    """The text of a number in its field."""
    return _SIGNS[value.comparator] + value.number


class NumberEditor(Editor):
    """A number as typed. Choosing another unit never changes a recorded value: it asks what is meant."""

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(finding, parent)
        self._value: NumberValue | None = None
        self._units = (finding.unit, *finding.other_units)
        self._typing = QTimer(self, interval=TYPING_MS, singleShot=True)
        self._typing.timeout.connect(self._on_typing_paused)
        self._complaint = QTimer(self, interval=COMPLAINT_MS, singleShot=True)
        self._complaint.timeout.connect(self.commit)
        self._pending = False

        self.number_input = PlainInput(self)
        self.number_input.setAccessibleName(finding.label)
        self.number_input.setPlaceholderText(state_word(None))
        self.number_input.textEdited.connect(self._on_edited)
        self.number_input.editingFinished.connect(self._on_finished)
        entry = QHBoxLayout()
        entry.setSpacing(6)
        entry.addWidget(self.number_input)
        self.unit_input: CalmCombo | None = None
        if len(self._units) > 1:
            self.unit_input = CalmCombo(self)
            self.unit_input.setAccessibleName(_("{label}: unit").format(label=finding.label))
            for unit in self._units:
                self.unit_input.addItem(unit_word(unit), unit)
            self.unit_input.activated.connect(self._on_unit_chosen)
            entry.addWidget(self.unit_input)
        elif unit_word(finding.unit):
            entry.addWidget(plain_label(unit_word(finding.unit), wraps=False))
        self._preferred = ""
        self._also_label = plain_label(wraps=False)
        self._also_label.hide()
        entry.addWidget(self._also_label)
        self._limit_inputs: list[PlainInput] = []
        flow = FlowLayout(gap=8)
        flow.addWidget(_grouped(entry))
        if finding.limits:
            self._limits = _grouped(self._limits_row())
            self._limits.hide()  # limits without a value mean nothing
            flow.addWidget(self._limits)
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addLayout(flow, 1)
        row.addWidget(MoreButton(self, self), 0, Qt.AlignmentFlag.AlignTop)
        self._offer: _UnitOffer | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(3)
        self._column.addLayout(row)
        self.setFocusProxy(self.number_input)
        self._set_widths()

    def focus_target(self) -> QWidget:
        return self.number_input

    def show_observation(self, observation: Observation | None, *, keep_text: bool = False) -> None:
        value = observation.value if observation is not None else None
        number = value if isinstance(value, NumberValue) else None
        unknown = observation is not None and observation.state is not State.KNOWN
        self.number_input.setPlaceholderText(
            state_word(observation.state if observation is not None and unknown else None)
        )
        if keep_text:
            pass
        elif number is None:
            self._set_text(self.number_input, "")
            self._set_text_of_limits("", "")
        else:
            if not self._means(number):
                self._set_text(self.number_input, shown_entry(number))
            self._select_unit(number.unit)
            self._set_text_of_limits(
                observation.lower_limit, observation.upper_limit
            ) if observation is not None else None
        if number is None or self._value != number:
            self._end_offer()
        self._value = number
        self._pending = False
        self._show_limits()
        self._show_also()

    def prefer_unit(self, unit: str) -> None:
        self._preferred = unit if unit in self._units else ""
        if self._value is None and not self.number_input.text().strip():
            self._select_unit(self._preferred or self.finding.unit)
        self._show_also()

    def commit(self) -> None:
        self._complaint.stop()
        if self._pending:
            self._send(final=True)

    def convert(self) -> None:
        """Enters the recorded value anew, converted to the unit that was chosen."""
        if self._value is None:
            return
        unit = self._unit()
        lower, upper = (
            converted(limit.text(), self._value.unit, unit, self.finding) if limit.text().strip() else ""
            for limit in self._limit_inputs or (PlainInput(), PlainInput())
        )
        number = converted(self._value.number, self._value.unit, unit, self.finding)
        value = NumberValue(number=number, unit=unit, comparator=self._value.comparator)
        self._end_offer()
        self.value_entered.emit(Entered(value=value, lower_limit=lower, upper_limit=upper))

    def correct(self) -> None:
        """Enters the same number with the unit that was chosen: the first unit was a slip."""
        if self._value is not None:
            value = NumberValue(number=self._value.number, unit=self._unit(), comparator=self._value.comparator)
            self._end_offer()
            self.value_entered.emit(Entered(value=value))

    def keep(self) -> None:
        """Goes back to the unit of the recorded value."""
        if self._value is not None:
            self._select_unit(self._value.unit)
        self._end_offer()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and hasattr(self, "number_input"):
            self._set_widths()

    def _limits_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        words = (_("{label}: lower limit of the laboratory"), _("{label}: upper limit of the laboratory"))
        caption = QLabel(_("Lab limits"), self)
        caption.setToolTip(_("The limits printed by the laboratory, in the unit of the value. Empty: not given."))
        row.addWidget(caption)
        for position, text in enumerate(words):
            edit = PlainInput(self)
            edit.setAccessibleName(text.format(label=self.finding.label))
            edit.setToolTip(edit.accessibleName())
            edit.setPlaceholderText(_("lower") if position == 0 else _("upper"))
            edit.editingFinished.connect(self._on_limit_finished)
            self._limit_inputs.append(edit)
            row.addWidget(edit)
            if position == 0:
                row.addWidget(plain_label("–", wraps=False))
        caption.setBuddy(self._limit_inputs[0])
        return row

    def _set_widths(self) -> None:
        metrics = QFontMetrics(self.font())
        self.number_input.setFixedWidth(metrics.horizontalAdvance(state_word(None)) + 2 * metrics.height())
        for edit in self._limit_inputs:
            edit.setFixedWidth(metrics.horizontalAdvance("000.00") + metrics.height())

    def _unit(self) -> str:
        return str(self.unit_input.currentData()) if self.unit_input is not None else self.finding.unit

    def _select_unit(self, unit: str) -> None:
        if self.unit_input is not None and self._unit() != unit:
            self.unit_input.setCurrentIndex(self.unit_input.findData(unit))

    def _means(self, value: NumberValue) -> bool:
        """Whether the typed text already says this value."""
        try:
            typed = parse_entry(self.number_input.text(), value.unit, self._units)
        except InvalidValueError:
            return False
        same_number = parse_number(typed.number) == parse_number(value.number)
        return same_number and typed.comparator == value.comparator and typed.unit == value.unit

    def _set_text_of_limits(self, lower: str, upper: str) -> None:
        for edit, text in zip(self._limit_inputs, (lower, upper), strict=False):
            if edit.text() != text and not edit.hasFocus():
                self._set_text(edit, text)

    def _set_text(self, edit: PlainInput, text: str) -> None:
        if edit.text() != text:
            edit.setText(text)  # setText does not emit textEdited

    def _show_also(self) -> None:
        """The recorded value in the preferred unit, beside what was entered, which stays as it is."""
        value, unit = self._value, self._preferred
        text = ""
        if value is not None and unit and unit != value.unit:
            number = converted(value.number, value.unit, unit, self.finding)
            text = f"= {_SIGNS[value.comparator]}{number} {unit_word(unit)}"
        if self._also_label.text() != text:
            self._also_label.setText(text)
        self._also_label.setVisible(bool(text))

    def _show_limits(self) -> None:
        wanted = bool(self.number_input.text().strip())
        if self._limit_inputs and self._limits.isHidden() is wanted:
            self._limits.setVisible(wanted)

    def _on_edited(self) -> None:
        self._show_limits()
        self._pending = True
        self._complaint.stop()
        self._typing.start()

    def _on_typing_paused(self) -> None:
        self._send(final=False)
        if self._pending:
            self._complaint.start()

    def _on_finished(self) -> None:
        self._typing.stop()
        self.commit()

    def _on_limit_finished(self) -> None:
        if self._value is not None:
            lower, upper = (edit.text().strip() for edit in self._limit_inputs)
            self.value_entered.emit(Entered(value=self._value, lower_limit=lower, upper_limit=upper))

    def _on_unit_chosen(self) -> None:
        if self._value is None:
            if self.number_input.text().strip():
                self._pending = True
                self._send(final=True)
        elif self._unit() == self._value.unit:
            self._end_offer()
        else:
            self._open_offer(self._value)

    def _open_offer(self, value: NumberValue) -> None:
        if self._offer is None:
            self._offer = _UnitOffer(self)
            self._column.addWidget(self._offer)
        self._offer.ask(value, self._unit(), self.finding)

    def _end_offer(self) -> None:
        if self._offer is not None:
            self._offer.hide()

    def _send(self, *, final: bool) -> None:
        text = self.number_input.text()
        if final:
            self._pending = False
        if not text.strip():
            self.cleared.emit(final)
            return
        try:
            value = parse_entry(text, self._unit(), self._units)
        except InvalidValueError as error:
            self.refusal_noticed.emit(str(error), final)
            return
        lower = upper = None
        if self._limit_inputs:
            lower, upper = (edit.text().strip() for edit in self._limit_inputs)
        self.value_entered.emit(Entered(value=value, lower_limit=lower, upper_limit=upper, final=final))


def _grouped(row: QHBoxLayout) -> QWidget:
    """The row as one widget that never breaks across lines."""
    group = QWidget()
    row.setContentsMargins(0, 0, 0, 0)
    group.setLayout(row)
    return group


class _UnitOffer(QWidget):
    """Asks what choosing another unit for a recorded value means."""

    def __init__(self, editor: NumberEditor) -> None:
        super().__init__(editor)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        self._question = plain_label()
        column.addWidget(self._question)
        row = FlowLayout()
        self.convert_button, self.correct_button = QPushButton(_("Convert")), QPushButton(_("Correct the unit"))
        self.keep_button = QPushButton(_("Keep"))
        for button, slot in (
            (self.convert_button, editor.convert),
            (self.correct_button, editor.correct),
            (self.keep_button, editor.keep),
        ):
            button.clicked.connect(slot)
            row.addWidget(button)
        column.addLayout(row)

    def ask(self, value: NumberValue, unit: str, finding: Finding) -> None:
        """Shows the question with what each answer would record."""
        recorded = f"{shown_entry(value)} {unit_word(value.unit)}"
        self._question.setText(_("Recorded as {value}. It stays so until you choose:").format(value=recorded))
        self.convert_button.setText(
            _("Convert to {value}").format(
                value=f"{converted(value.number, value.unit, unit, finding)} {unit_word(unit)}"
            )
        )
        self.correct_button.setText(_("It was {value}").format(value=f"{shown_entry(value)} {unit_word(unit)}"))
        self.keep_button.setText(_("Keep {value}").format(value=recorded))
        self.show()
