"""The form of one section of one subject, made from the findings dictionary alone."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from hepalith.domain.case import PATIENT
from hepalith.i18n import plural
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.model import Finding, Group
from hepalith.services.session import CaseSession, CaseState
from hepalith.ui.field_help import FieldHelp
from hepalith.ui.fields.row import FieldRow
from hepalith.ui.fonts import plain_label
from hepalith.ui.headings import Heading
from hepalith.ui.problems import ProblemStrip, problems_of
from hepalith.ui.texts import subject_word
from hepalith.ui.theme import theme_of, tinted

if TYPE_CHECKING:
    from hepalith.ui.course_part import CoursePart
    from hepalith.ui.panel.rows import Card


def findings_of(group: str, knowledge: Knowledge) -> tuple[Finding, ...]:
    """The findings of a section, in the order of the dictionary."""
    return tuple(finding for finding in knowledge.findings.values() if finding.group == group)


class Page(QScrollArea):
    """A page of the middle pane: a title, a line of help, and what is to be entered."""

    def __init__(self, title: str, help_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(title)
        body = QWidget()
        self.column = QVBoxLayout(body)
        self.column.setContentsMargins(10, 8, 10, 8)
        self.column.setSpacing(0)
        self.title_label = Heading(title, 1.25)
        self.column.addWidget(self.title_label)
        self._help_label = plain_label(help_text)
        if help_text:
            self.column.addWidget(self._help_label)
        self.column.addSpacing(4)
        self.setWidget(body)

    def show_state(self, state: CaseState) -> None:  # noqa: ARG002 : pages use it
        """Shows the part of the state that belongs here."""
        tinted(self._help_label, theme_of(self).muted)

    def take_focus(self) -> None:
        """Puts the keyboard into the first field."""
        raise NotImplementedError

    def commit(self) -> None:
        """Sends what is typed and not sent yet."""


class SectionForm(Page):
    """All findings of one section of one subject; those that are not relevant now are hidden."""

    refusal_changed = Signal()
    studies_wanted = Signal()

    def __init__(self, session: CaseSession, group: Group, subject: str, parent: QWidget | None = None) -> None:
        super().__init__(group.label, group.help, parent)
        self.group = group.id
        self.subject = subject
        self._session = session
        self._label = group.label
        self.rows: dict[str, FieldRow] = {}
        self.courses: list[CoursePart] = []
        for finding in session.knowledge.findings.values():
            if finding.course is not None and finding.course.group == group.id:
                self._add_course(finding)
        for finding in findings_of(group.id, session.knowledge):
            row = FieldRow(session, finding, subject, parent=self.widget())
            row.refusal_changed.connect(self.refusal_changed)
            row.studies_wanted.connect(self.studies_wanted)
            self.rows[finding.id] = row
            self.column.addWidget(row)
        self._hidden_label = plain_label()
        self.column.addSpacing(6)
        self.column.addWidget(self._hidden_label)
        self.column.addStretch(1)

    def _add_course(self, finding: Finding) -> None:
        from hepalith.ui.course_part import CoursePart  # with the plot: of no page that is shown first

        course = CoursePart(self._session, finding, self.subject, self.widget())
        course.refusal_changed.connect(self.refusal_changed)
        self.courses.append(course)
        self.column.addWidget(course)

    @property
    def refusals(self) -> int:
        """How many fields hold something that was refused."""
        return sum(1 for row in self.rows.values() if row.refusal) + sum(course.refusals for course in self.courses)

    def show_state(self, state: CaseState) -> None:
        super().show_state(state)
        case = state.case
        title = self._label if self.subject == PATIENT else f"{subject_word(case, self.subject)} – {self._label}"
        if self.title_label.text() != title:
            self.title_label.setText(title)
        for course in self.courses:
            course.show_state(state)
        focused = QApplication.focusWidget()
        hidden_rows = 0
        for name, row in self.rows.items():
            holds_focus = focused is not None and row.isAncestorOf(focused)
            hidden = (name, self.subject) in state.hidden and not holds_focus and not row.refusal
            hidden_rows += hidden
            if row.isHidden() is not hidden:
                row.setHidden(hidden)
            row.show_observation(self._session.shown(name, self.subject), case)
        text = plural(
            "{count} field that does not apply here is hidden.",
            "{count} fields that do not apply here are hidden.",
            hidden_rows,
        )
        if self._hidden_label.text() != text:
            self._hidden_label.setText(text)
        self._hidden_label.setVisible(bool(hidden_rows))
        tinted(self._hidden_label, theme_of(self).muted)

    def take_focus(self) -> None:
        if self.courses:
            self.courses[0].take_focus()
            return
        row = next((row for row in self.rows.values() if not row.isHidden()), None)
        if row is not None:
            row.take_focus()

    def prefer_units(self, units: Mapping[str, str]) -> None:
        """Units in which the user likes to enter and to read findings."""
        for name, row in self.rows.items():
            row.prefer_unit(units.get(name, ""))

    def show_finding(self, finding: str) -> bool:
        """Scrolls to a field and puts the keyboard into it."""
        row = self.rows.get(finding)
        if row is None:
            return False
        row.show()
        QApplication.sendPostedEvents()
        self.ensureWidgetVisible(row, 0, self.height() // 3)
        row.take_focus()
        return True

    def commit(self) -> None:
        for course in self.courses:
            course.commit()
        for row in self.rows.values():
            row.editor.commit()


class FormPane(QWidget):
    """The middle pane: one page at a time, and the help of the field that has the keyboard."""

    refusal_changed = Signal()
    studies_wanted = Signal()
    field_chosen = Signal(str, str)  # finding, subject
    field_entered = Signal(str, str)  # the same: it has the keyboard now

    def __init__(self, session: CaseSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.entered: tuple[str, str] | None = None  # finding and subject of the field that has the keyboard
        self._groups = {group.id: group for group in session.knowledge.header.groups}
        self._forms: dict[tuple[str, str], SectionForm] = {}
        self._page_makers: dict[str, Callable[[], Page]] = {}
        self._pages: dict[str, Page] = {}
        self._units: Mapping[str, str] = {}
        self.problems = ProblemStrip(self)
        self.stack = QStackedWidget(self)
        self.help = FieldHelp(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.problems)  # before the pages also for Tab: they are made later
        column.addWidget(self.stack, 1)
        column.addWidget(self.help)
        self.refusal_changed.connect(self._show_problems)
        self.problems.field_chosen.connect(self.field_chosen)
        QApplication.instance().focusChanged.connect(self._on_focus_changed)  # type: ignore[union-attr]

    def add_page(self, name: str, make: Callable[[], Page]) -> None:
        """Adds a page that is not a section of the dictionary; it is made when it is first asked for."""
        self._page_makers[name] = make

    def page(self, name: str) -> Page | None:
        """A page that was added; None if there is none of that name."""
        if name not in self._pages and name in self._page_makers:
            self._pages[name] = self._page_makers[name]()
            self.stack.addWidget(self._pages[name])
        return self._pages.get(name)

    def shows(self, name: str) -> bool:
        """Whether a page that was added is the one in front."""
        return name in self._pages and self.current() is self._pages[name]

    def open_page(self, name: str, subject: str) -> Page | None:
        """Shows a page or the form of a section; None if there is none."""
        page = self.page(name) if not subject else self.form(name, subject)
        if page is None:
            return None
        current = self.current()
        if current is not None and current is not page:
            current.commit()
        self._leave_field()
        page.show_state(self._session.state)
        self.stack.setCurrentWidget(page)
        return page

    def form(self, group: str, subject: str) -> SectionForm | None:
        """The form of a section of a subject, made when it is first wanted."""
        known = self._groups.get(group)
        lesions = {lesion.id for lesion in self._session.state.case.lesions}
        if known is None or (known.subject == "lesion") is not (subject in lesions):
            return None
        key = (group, subject)
        if key not in self._forms:
            made = SectionForm(self._session, known, subject, self)
            made.refusal_changed.connect(self.refusal_changed)
            made.studies_wanted.connect(self.studies_wanted)
            made.prefer_units(self._units)
            self._forms[key] = made
            self.stack.addWidget(made)
        return self._forms[key]

    def prefer_units(self, units: Mapping[str, str]) -> None:
        """Units in which the user likes to enter and to read findings; what is recorded stays as it was entered."""
        self._units = units
        for form in self._forms.values():
            form.prefer_units(units)

    def current(self) -> Page | None:
        """The page that is shown."""
        page = self.stack.currentWidget()
        return page if isinstance(page, Page) else None

    def refusals(self, group: str, subject: str) -> int:
        """How many fields of a section hold something that was refused."""
        form = self._forms.get((group, subject))
        return form.refusals if form is not None else 0

    def light_up(self, finding: str, subject: str) -> None:
        """Lights up the field of a finding, if it is on the open page, and no other."""
        page = self.current()
        if isinstance(page, SectionForm):
            for name, row in page.rows.items():
                row.light_up(on=name == finding and page.subject == subject)

    def show_state(self, state: CaseState) -> None:
        """Shows the state on the open page; others catch up when they are opened."""
        lesions = {lesion.id for lesion in state.case.lesions}
        for key in [key for key in self._forms if key[1] != PATIENT and key[1] not in lesions]:
            form = self._forms.pop(key)
            self.stack.removeWidget(form)
            form.hide()  # it may live on until the next round of events
            form.deleteLater()
        page = self.current()
        if page is not None:
            page.show_state(state)
        self._show_problems()

    def reset(self) -> None:
        """Drops all forms: another case was opened, and nothing typed for the old one may stay."""
        for form in self._forms.values():
            self.stack.removeWidget(form)
            form.hide()  # it may live on until the next round of events
            form.deleteLater()
        self._forms.clear()

    def commit(self) -> None:
        """Sends what is typed and not sent yet."""
        page = self.current()
        if page is not None:
            page.commit()

    def _show_problems(self) -> None:
        refusals = {
            (name, subject): row.refusal
            for (_group, subject), form in self._forms.items()
            for name, row in form.rows.items()
            if row.refusal
        }
        state, knowledge = self._session.state, self._session.knowledge
        self.problems.show_problems(problems_of(state, knowledge, refusals), state, knowledge)

    def _on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is self.help.guidance_label:
            return  # the keyboard is on the guidance of the field
        inside = new is not None and self.isAncestorOf(new)
        while new is not None and not isinstance(new, FieldRow):
            new = new.parentWidget()
        if isinstance(new, FieldRow) and self.isAncestorOf(new):
            if self.entered != (new.finding.id, new.subject):  # and not from one answer of the field to another
                self.entered = (new.finding.id, new.subject)
                self.help.show_field(new.finding)
                self.field_entered.emit(*self.entered)
        elif inside:
            self._leave_field()

    def show_guidance(self, cards: "Sequence[Card]") -> None:
        """Shows which guidance rests on the field that has the keyboard."""
        if self.entered is not None:
            self.help.show_field(self._session.knowledge.findings[self.entered[0]], cards)

    def _leave_field(self) -> None:
        self.entered = None
        self.help.show_field(None)
