"""A measure of a lesion over time: a table of examinations in which it is entered, and the plot of it."""

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from hepalith.domain.case import Case, NumberValue, Study
from hepalith.figures.course import Course, Measured, course_of
from hepalith.figures.plot import draw_course
from hepalith.i18n import _, plural
from hepalith.knowledge.model import Finding
from hepalith.services.session import CaseSession, CaseState
from hepalith.ui.drawing_view import DrawingView
from hepalith.ui.fields.row import At, FieldRow, at_word
from hepalith.ui.flow_layout import FlowLayout
from hepalith.ui.fonts import plain_label
from hepalith.ui.headings import Heading
from hepalith.ui.layouts import put_at
from hepalith.ui.study_inputs import StudyInputs
from hepalith.ui.texts import subject_word
from hepalith.ui.theme import theme_of, tinted


class ExaminationRow(QFrame):
    """What was found of a lesion at one examination: modality, date, the measure, and what is entered beside it."""

    refusal_changed = Signal()

    def __init__(
        self, session: CaseSession, findings: Iterable[Finding], subject: str, at: At, study: Study | None
    ) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.at = at
        self._session = session
        self._cells = FlowLayout(gap=8)
        self.inputs: StudyInputs | None = None
        self._title = plain_label()
        self._message = plain_label()
        self._message.hide()
        self._found = plain_label()
        if study is not None:
            self.inputs = StudyInputs(session, study, self)
            self.inputs.refused.connect(self._refuse)
            self._cells.addWidget(_captioned(_("Modality"), self.inputs.modality_input))
            self._cells.addWidget(_captioned(_("Date"), self.inputs.date_input))
            self.inputs.show_study(study)
        else:
            self._cells.addWidget(self._title)
        self.rows = [FieldRow(session, finding, subject, at, self, in_table=True) for finding in findings]
        for row in self.rows:
            row.refusal_changed.connect(self.refusal_changed)
            self._cells.addWidget(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 2, 8, 4)
        column.setSpacing(2)
        column.addLayout(self._cells)
        column.addWidget(self._message)
        column.addWidget(self._found)

    def show_state(self, state: CaseState, measured: Measured | None) -> None:
        """Shows what is recorded, and what the program makes of it: the stage then, and the step from before."""
        case = state.case
        study = next((one for one in case.studies if one.id == self.at[0]), None)
        if self.inputs is not None and study is not None and study != self.inputs.study:
            self.inputs.show_study(study)
        title = at_word(self._session, self.at)
        if self.accessibleName() != title:
            self.setAccessibleName(title)
            self._title.setText(title)
        for row in self.rows:
            row.show_observation(case.observed(row.finding.id, row.subject, *self.at), case)
            row.setHidden((row.finding.id, row.subject) in state.hidden and not row.refusal)
        words = (
            " · ".join(filter(None, (measured.change, measured.stage, measured.stage_step)))
            if measured is not None
            else ""
        )
        self._found.setText(words)
        self._found.setVisible(bool(words))
        tinted(self._found, theme_of(self).muted)

    def take_focus(self) -> None:
        """Puts the keyboard into the first input."""
        first = self.inputs.modality_input if self.inputs is not None else self.rows[0].editor.focus_target()
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def commit(self) -> None:
        """Sends what is typed."""
        if self.inputs is not None:
            self.inputs.commit()
        for row in self.rows:
            row.editor.commit()

    def _refuse(self, reason: str) -> None:
        text = "✗ " + _("Refused: {reason} What was recorded before stays.").format(reason=reason)
        self._message.setText(text)
        tinted(self._message, theme_of(self).alert)
        self._message.setVisible(bool(reason))


class CoursePart(QWidget):
    """The part of a section that shows a measure over time."""

    refusal_changed = Signal()

    def __init__(self, session: CaseSession, finding: Finding, subject: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.finding = finding
        self.subject = subject
        self._session = session
        beside = finding.course.beside if finding.course is not None else ()
        self._findings = (finding, *(session.knowledge.findings[name] for name in beside))
        self._rows: dict[At, ExaminationRow] = {}
        self.plot = DrawingView(self)
        self.hint_label = plain_label()
        self.add_button = QPushButton(_("Add an examination"))
        self.add_button.setAccessibleName(_("{label}: add an examination").format(label=finding.label))
        self.add_button.clicked.connect(self._on_add)
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        foot = QHBoxLayout()
        foot.addWidget(self.add_button)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 10)
        column.setSpacing(4)
        column.addWidget(Heading(_("{finding}, over time").format(finding=finding.label), 1.0))
        column.addWidget(self.plot)
        column.addWidget(self.hint_label)
        column.addLayout(self._list)
        column.addLayout(foot)

    @property
    def refusals(self) -> int:
        """How many fields hold something that was refused."""
        return sum(1 for row in self._rows.values() for field in row.rows if field.refusal)

    def rows(self) -> tuple[ExaminationRow, ...]:
        """The rows as shown: the latest examination first, what has no examination after all of them."""
        return tuple(self._rows.values())

    def show_state(self, state: CaseState) -> None:
        """Shows the lesion's examinations and the plot."""
        case = state.case
        course = course_of(case, self._session.knowledge, state.assessment, self.finding, self.subject)
        self._show_rows(state, course)
        if course is not None:
            name = subject_word(case, self.subject)
            self.plot.show_drawing(lambda width: draw_course(course, name, width))
        self.plot.setVisible(course is not None)
        hint = self._hint(case, course)
        self.hint_label.setText(hint)
        self.hint_label.setVisible(bool(hint))
        tinted(self.hint_label, theme_of(self).muted)

    def take_focus(self) -> None:
        """Puts the keyboard into the latest examination, or on the button that adds one."""
        if self._rows:
            self.rows()[0].take_focus()
        else:
            self.add_button.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def commit(self) -> None:
        """Sends what is typed."""
        for row in tuple(self._rows.values()):
            row.commit()

    def _show_rows(self, state: CaseState, course: Course | None) -> None:
        case = state.case
        studies = sorted(case.studies, key=lambda study: study.date, reverse=True)
        of_studies = [(study.id, "") for study in studies]
        entered = [(o.study, o.date) for finding in self._findings for o in case.of(finding.id, self.subject)]
        wanted = list(dict.fromkeys([*of_studies, *entered]))
        for at in [at for at in self._rows if at not in wanted]:
            row = self._rows.pop(at)
            self._list.removeWidget(row)
            row.hide()  # it may live on until the next round of events
            row.deleteLater()
        by_id = {study.id: study for study in studies}
        for position, at in enumerate(wanted):
            if at not in self._rows:
                study = by_id.get(at[0]) if not at[1] else None
                self._rows[at] = ExaminationRow(self._session, self._findings, self.subject, at, study)
                self._rows[at].refusal_changed.connect(self.refusal_changed)
            row = self._rows[at]
            put_at(self._list, position, row)
            shown = at[1] or (by_id[at[0]].date if at[0] in by_id else "")
            row.show_state(state, _measured(course, shown))
        self._rows = {at: self._rows[at] for at in wanted}

    def _hint(self, case: Case, course: Course | None) -> str:
        """What is missing for the plot, or for the name of the last step; "" for nothing."""
        observed = [o for o in case.of(self.finding.id, self.subject) if isinstance(o.value, NumberValue)]
        dates = {study.id: study.date for study in case.studies}
        undated = sum(1 for o in observed if not (o.date or dates.get(o.study)))
        hints = []
        if not observed:
            hints.append(_("Nothing is measured yet: enter the size at each examination."))
        elif course is None and len(observed) == 1:
            hints.append(_("One measurement: there is nothing to compare it with yet."))
        if undated:
            text = plural(
                "{count} measurement has no date and is not drawn.",
                "{count} measurements have no date and are not drawn.",
                undated,
            )
            hints.append(text)
        if course is not None and course.open:
            hints.append(_("The last step is not named yet; it needs: {needs}.").format(needs=", ".join(course.open)))
        return " ".join(hints)

    def _on_add(self) -> None:
        added = (self._session.add_study(), "")
        self._rows[added].take_focus()


def _captioned(text: str, widget: QWidget) -> QWidget:
    """A widget with its name above it."""
    box = QWidget()
    label = plain_label(text, wraps=False)
    label.setBuddy(widget)
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 2, 0, 0)
    column.setSpacing(2)
    column.addWidget(label)
    column.addWidget(widget)
    return box


def _measured(course: Course | None, shown: str) -> Measured | None:
    return next((one for one in course.measured if shown and one.shown == shown), None) if course is not None else None
