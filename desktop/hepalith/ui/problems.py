"""A strip that lists every field with a refusal or a warning; activating a line goes to the field."""

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from hepalith.domain.case import PATIENT
from hepalith.domain.errors import InvalidValueError
from hepalith.i18n import _, plural
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.entry import check_value
from hepalith.services.session import CaseState
from hepalith.ui.fonts import em, plain_label
from hepalith.ui.texts import subject_word

_PLACE = Qt.ItemDataRole.UserRole
_LINES = 3  # shown at once; the rest by scrolling

Refusals = dict[tuple[str, str], str]  # (finding, subject) -> why what is typed was refused


class FieldProblem(msgspec.Struct, frozen=True):
    """What is wrong with a field. refused: what is typed is not recorded; otherwise it is recorded, and unusual."""

    finding: str
    subject: str
    text: str
    refused: bool


def problems_of(state: CaseState, knowledge: Knowledge, refusals: Refusals) -> tuple[FieldProblem, ...]:
    """Refusals first, then warnings, each in the order of the dictionary."""
    order = {name: number for number, name in enumerate(knowledge.findings)}
    found = [FieldProblem(*place, reason, refused=True) for place, reason in refusals.items()]
    for observation in state.case.observations:
        finding = knowledge.findings.get(observation.finding)
        if finding is None or observation.value is None or (observation.finding, observation.subject) in refusals:
            continue
        try:
            warning = check_value(finding, observation.value)
        except InvalidValueError as error:
            warning = str(error)  # from a file: shown, and never evaluated as something else
        if warning:
            found.append(FieldProblem(observation.finding, observation.subject, warning, refused=False))
    unique = {(one.finding, one.subject, one.text): one for one in found}.values()
    return tuple(sorted(unique, key=lambda one: (not one.refused, one.subject != PATIENT, order[one.finding])))


class ProblemStrip(QWidget):
    """Hidden while nothing is wrong."""

    field_chosen = Signal(str, str)  # finding, subject

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[str, ...] = ()
        self.title_label = plain_label(wraps=False)
        self.problem_list = QListWidget()
        self.problem_list.setAccessibleName(_("Fields with a refusal or a warning"))
        self.problem_list.setWordWrap(True)
        self.problem_list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.problem_list.itemActivated.connect(self._on_activated)
        self.problem_list.itemClicked.connect(self._on_activated)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 4, 10, 4)
        column.setSpacing(2)
        column.addWidget(self.title_label)
        column.addWidget(self.problem_list)
        self.hide()

    def show_problems(self, problems: tuple[FieldProblem, ...], state: CaseState, knowledge: Knowledge) -> None:
        """Shows what is wrong."""
        lines = tuple(self._line(one, state, knowledge) for one in problems)
        if lines != self._shown:
            self._shown = lines
            self.problem_list.clear()
            for line, problem in zip(lines, problems, strict=True):
                item = QListWidgetItem(line, self.problem_list)
                item.setData(_PLACE, (problem.finding, problem.subject))
            self.title_label.setText(
                plural(
                    "{count} field to look at (Enter goes there)",
                    "{count} fields to look at (Enter goes there)",
                    len(lines),
                )
            )
        self.problem_list.setFixedHeight(round(em(self) * 1.5) * min(len(lines), _LINES) + 6)
        self.setVisible(bool(lines))

    def _line(self, problem: FieldProblem, state: CaseState, knowledge: Knowledge) -> str:
        sign = "✗" if problem.refused else "⚠"
        label = knowledge.label(problem.finding)
        if problem.subject != PATIENT:
            label = f"{subject_word(state.case, problem.subject)}, {label}"
        return f"{sign} {label}: {problem.text}"

    def _on_activated(self, item: QListWidgetItem) -> None:
        self.field_chosen.emit(*item.data(_PLACE))
