"""The page of guided entry: a question, its answers with their keys, and why it is asked."""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from hepalith.domain.case import PATIENT, Case, ChoiceValue, ItemsValue, State, Value, YesNoValue
from hepalith.domain.errors import InvalidValueError
from hepalith.i18n import _, plural
from hepalith.knowledge.model import Finding
from hepalith.services.session import CaseSession, CaseState
from hepalith.ui.announce import announce
from hepalith.ui.fields.row import FieldRow
from hepalith.ui.flow_layout import FlowLayout
from hepalith.ui.fonts import em, plain_label
from hepalith.ui.form import Page
from hepalith.ui.guided.steps import Key, Step, end_text, key_of, next_step
from hepalith.ui.headings import Heading
from hepalith.ui.texts import state_word, subject_word
from hepalith.ui.theme import theme_of, tinted

_DIGITS = "123456789abcdefghijklmopqrtvwxz"  # without the letters that mean something: n, s, u, y
_YES, _NO, _SKIP, _UNOBTAINABLE = "y", "n", "s", "u"


class Done(NamedTuple):
    """A step that was answered."""

    step: Step
    left_open: frozenset[Key]
    before: Case
    after: Case


def _keys(count: int) -> list[str]:
    """So many keys; "" for what comes after the last one."""
    return [*_DIGITS[:count], *[""] * (count - len(_DIGITS))]


class GuidedPage(Page):
    """Asks until no open finding changes urgency or plan."""

    left = Signal()

    def __init__(self, session: CaseSession, parent: QWidget | None = None) -> None:
        super().__init__(
            _("Guided entry"), _("The question that matters most next. Esc goes back to the form."), parent
        )
        self._session = session
        self._case_id = ""
        self._open: frozenset[Key] = frozenset()
        self._done: list[Done] = []
        self.step: Step | None = None
        self.keys: dict[str, Callable[[], None]] = {}
        self.marks: dict[str, QCheckBox] = {}
        self._row: FieldRow | None = None
        self._first: QWidget | None = None
        self._answers = FlowLayout(gap=4)
        self._before = session.state.case  # when the step was shown
        self._progress = plain_label()
        self.column.addWidget(self._progress)
        self._place = QVBoxLayout()
        self.column.addLayout(self._place)
        self._question = QWidget()
        self._place.addWidget(self._question)
        self._message = plain_label()
        self._message.hide()
        self.column.addWidget(self._message)
        self.column.addStretch(1)

    # the page

    def start(self) -> None:
        """Begins, or goes on where it was left."""
        if not self._session.state.case.lesions:
            self._session.add_lesion()
        self._ask()

    def show_state(self, state: CaseState) -> None:
        super().show_state(state)
        tinted(self._progress, theme_of(self).muted)
        tinted(self._message, theme_of(self).alert)
        if state.case.case_id != self._case_id:
            self._case_id, self._open, self._done, self.step = state.case.case_id, frozenset(), [], None
        if self._row is not None:
            shown = self._session.shown(self._row.finding.id, self._row.subject)
            self._row.show_observation(shown, state.case)
        self._show_progress(state)

    def take_focus(self) -> None:
        if self._first is not None:
            self._first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def commit(self) -> None:
        if self._row is not None:
            self._row.editor.commit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._press(event):
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of a number field: letters that mean an answer are not typed into it."""
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            letters = self._row is not None and self._row.finding.type != "text"
            wanted = (letters and event.text().lower() in {_SKIP, _UNOBTAINABLE}) or event.key() in {
                Qt.Key.Key_Return,
                Qt.Key.Key_Enter,
                Qt.Key.Key_Escape,
            }
            wanted |= event.key() == Qt.Key.Key_Backspace and isinstance(watched, QLineEdit) and not watched.text()
            if wanted and self._press(event):
                return True
        return super().eventFilter(watched, event)

    def _press(self, event: QKeyEvent) -> bool:
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            return False
        name = {
            Qt.Key.Key_Return: "enter",
            Qt.Key.Key_Enter: "enter",
            Qt.Key.Key_Escape: "esc",
            Qt.Key.Key_Backspace: "back",
        }.get(Qt.Key(event.key()), event.text().lower())
        if name == "esc":
            self.left.emit()
        elif name in self.keys:
            self.keys[name]()
        else:
            return False
        return True

    # asking

    def _ask(self, step: Step | None = None) -> None:
        """Shows a step, or the one that matters most now."""
        state = self._session.state
        self._before = state.case
        self.step = step or next_step(state.assessment, self._open)
        self._question.hide()
        self._place.removeWidget(self._question)
        self._question.deleteLater()
        self.keys, self.marks, self._row, self._first = {}, {}, None, None
        self._question = QWidget()
        self._question.setAccessibleName(_("Question"))
        column = QVBoxLayout(self._question)
        column.setContentsMargins(0, 8, 0, 0)
        self._answers = FlowLayout(gap=4)
        self._place.addWidget(self._question)
        self._message.hide()
        if self.step is None:
            self._show_end(column)
        elif self.step.together:
            self._show_together(column, self.step)
        else:
            self._show_alone(column, self.step)
        self._show_progress(state)
        self.take_focus()

    def _show_end(self, column: QVBoxLayout) -> None:
        text = end_text(self._session.state.assessment, self._open)
        column.addWidget(Heading(text, 1.1))
        column.addLayout(self._answers)
        self._first = self._add("enter", _("Back to the form"), self.left.emit)
        self._add_back()
        announce(self, text)

    def _show_alone(self, column: QVBoxLayout, step: Step) -> None:
        (need,) = step.findings
        finding = self._session.knowledge.findings[need.finding]
        self._head(column, finding.label, need.subject, finding.help)
        if finding.type == "yes_no":
            self._add(_YES, _("Yes"), lambda: self._answer(YesNoValue(yes=True)))
            self._add(_NO, _("No"), lambda: self._answer(YesNoValue(yes=False)))
        elif finding.type == "choice":
            for key, option in zip(_keys(len(finding.choices)), finding.choices, strict=True):
                self._add(key, option.label, self._chosen(option.id))
        elif finding.type == "multi":
            self._add_marks(column, {option.id: option.label for option in finding.choices})
            self._add(_NO, _("None of these"), lambda: self._answer_items(finding, marked=False))
            self._add("enter", _("Those marked, none of the others"), lambda: self._answer_items(finding, marked=True))
        else:
            self._add_field(column, finding, need.subject)
        self._add(_SKIP, _("Not recorded: ask no more"), self._skip)
        self._add(_UNOBTAINABLE, state_word(State.UNOBTAINABLE), self._cannot)
        self._show_why(column, step)

    def _show_together(self, column: QVBoxLayout, step: Step) -> None:
        self._head(column, _("Any of these?"), step.findings[0].subject, step.section)
        self._add_marks(column, {need.finding: need.label for need in step.findings})
        self._add(_NO, _("None of these: each was asked and is absent"), lambda: self._answer_group(rest=True))
        self._add("enter", _("Those marked, none of the others"), lambda: self._answer_group(rest=True, marked=True))
        self._add(
            _SKIP,
            _("Not asked (what is marked is recorded)"),
            lambda: self._answer_group(rest=False, marked=True),
        )
        self._add(_UNOBTAINABLE, state_word(State.UNOBTAINABLE), self._cannot)
        self._show_why(column, step)

    def _head(self, column: QVBoxLayout, title: str, subject: str, text: str) -> None:
        case = self._session.state.case
        who = f"{subject_word(case, subject)} – " if subject != PATIENT else ""
        column.addWidget(Heading(who + title, 1.2))
        if text:
            column.addWidget(plain_label(text))
        announce(self, who + title)

    def _add(self, key: str, text: str, slot: Callable[[], None]) -> QPushButton:
        sign = {"enter": _("Enter"), "back": _("Backspace")}.get(key, key.upper())
        button = QPushButton(f"{sign}   {text}".strip().replace("&", "&&"))
        button.setAccessibleName(text)
        button.setAccessibleDescription(_("Key: {key}").format(key=sign) if sign else "")
        button.clicked.connect(slot)
        self._answers.addWidget(button)
        if key:
            self.keys[key] = slot
        self._first = self._first or button
        return button

    def _add_marks(self, column: QVBoxLayout, labels: dict[str, str]) -> None:
        grid = QGridLayout()
        column.addLayout(grid)
        half = (len(labels) + 1) // 2
        for place, (key, (name, label)) in enumerate(zip(_keys(len(labels)), labels.items(), strict=True)):
            box = QCheckBox(f"{key.upper()}   {label}".strip().replace("&", "&&"))
            box.setAccessibleName(label)
            box.setAccessibleDescription(_("Key: {key}").format(key=key.upper()) if key else "")
            grid.addWidget(box, place % half, place // half)
            self.marks[name] = box
            if key:
                self.keys[key] = box.toggle
            self._first = self._first or box

    def _add_field(self, column: QVBoxLayout, finding: Finding, subject: str) -> None:
        self._row = FieldRow(self._session, finding, subject, parent=self._question)
        self._row.show_observation(self._session.shown(finding.id, subject), self._session.state.case)
        column.addWidget(self._row)
        self._first = self._row.editor.focus_target()
        self._first.installEventFilter(self)
        self._add("enter", _("Next"), self._accept_field)

    def _add_back(self) -> None:
        if self._done:
            self._add("back", _("Back one question"), self.go_back)

    def _show_why(self, column: QVBoxLayout, step: Step) -> None:
        self._add_back()
        column.addLayout(self._answers)
        if step.why:
            label = plain_label(_("Why it is asked:") + "\n" + "\n".join(f"· {line}" for line in step.why))
            label.setContentsMargins(0, em(self) // 2, 0, 0)
            tinted(label, theme_of(self).muted)
            column.addWidget(label)

    def _show_progress(self, state: CaseState) -> None:
        parts = [
            plural("{count} question answered here", "{count} questions answered here", len(self._done)),
            plural("{count} finding recorded", "{count} findings recorded", len(state.case.observations)),
        ]
        if self._open:
            parts.append(plural("{count} left open", "{count} left open", len(self._open)))
        text = " · ".join(parts)
        if self._progress.text() != text:
            self._progress.setText(text)

    # answering

    def _chosen(self, option: str) -> Callable[[], None]:
        return lambda: self._answer(ChoiceValue(candidates=(option,)))

    def _answer(self, answer: Value | State) -> None:
        if self.step is not None:
            self._record({key_of(need): answer for need in self.step.findings}, frozenset())

    def _answer_items(self, finding: Finding, *, marked: bool) -> None:
        present = tuple(name for name, box in self.marks.items() if marked and box.isChecked())
        absent = tuple(option.id for option in finding.choices if option.id not in present)
        self._answer(ItemsValue(present=present, absent=absent))

    def _answer_group(self, *, rest: bool, marked: bool = False) -> None:
        """rest: those that are not marked are absent; otherwise they stay open."""
        if self.step is None:
            return
        keys = [key_of(need) for need in self.step.findings]
        present = {key for key in keys if marked and self.marks[key[0]].isChecked()}
        asked = keys if rest else [key for key in keys if key in present]
        answers: dict[Key, Value | State] = {key: YesNoValue(yes=key in present) for key in asked}
        self._record(answers, frozenset(key for key in keys if key not in answers))

    def _skip(self) -> None:
        if self.step is not None:
            self.commit()  # what was typed before skipping must not be sent later
            if self._row is not None and self._session.state.case != self._before:
                self._session.clear(self._row.finding.id, self._row.subject)
            self._go_on(frozenset(key_of(need) for need in self.step.findings))

    def _cannot(self) -> None:
        self._answer(State.UNOBTAINABLE)

    def _accept_field(self) -> None:
        row = self._row
        if row is None:
            return
        row.editor.commit()
        if row.refusal or self._session.shown(row.finding.id, row.subject) is None:
            self._say(row.refusal or _("Enter a value, or choose one of the answers below."))
            return
        self._go_on(frozenset())

    def _record(self, answers: dict[Key, Value | State], left_open: frozenset[Key]) -> None:
        try:
            self._session.record_together((*key, answer) for key, answer in answers.items())
        except InvalidValueError as error:
            self._say(str(error))
            return
        self._go_on(left_open)

    def _go_on(self, left_open: frozenset[Key]) -> None:
        if self.step is not None:
            self._done.append(Done(self.step, left_open, self._before, self._session.state.case))
            self._open |= left_open
            self._ask()

    def go_back(self) -> None:
        """Takes the last answer back and asks again."""
        if self._done:
            last = self._done.pop()
            self._open -= last.left_open
            if last.after is self._session.state.case and last.after is not last.before:
                self._session.undo()
            self._ask(last.step)

    def _say(self, text: str) -> None:
        self._message.setText("✗ " + text)
        self._message.show()
