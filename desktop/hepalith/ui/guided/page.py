"""The page of guided entry: a question, its answers with their keys, and why it is asked."""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QGridLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from hepalith.domain.assessment import EndKind, Need, Urgency, in_order
from hepalith.domain.case import PATIENT, Case, ChoiceValue, ItemsValue, State, Value, YesNoValue
from hepalith.domain.errors import InvalidValueError
from hepalith.i18n import _, plural
from hepalith.knowledge.base import MODALITY
from hepalith.knowledge.model import Finding
from hepalith.services.session import CaseSession, CaseState
from hepalith.ui.announce import announce
from hepalith.ui.fields.row import FieldRow
from hepalith.ui.flow_layout import FlowLayout
from hepalith.ui.fonts import em, plain_label
from hepalith.ui.form import Page
from hepalith.ui.guided.steps import (
    Key,
    Step,
    Stop,
    before_the_end,
    key_of,
    next_step,
    nothing_left,
    rest_text,
    stop_of,
)
from hepalith.ui.headings import Heading
from hepalith.ui.texts import state_word, subject_word
from hepalith.ui.theme import theme_of, tinted

_NOT_HERE = State.UNOBTAINABLE
_DIGITS = "123456789abcdefghijklmopqrtvwxz"  # without the letters that mean something: n, s, u, y
_YES, _NO, _SKIP, _UNOBTAINABLE, _MORE, _EXPORT, _LESION = "y", "n", "s", "u", "g", "e", "l"


class Done(NamedTuple):
    """A step that was answered; None: a lesion was added. waiting, passed: as they were before it."""

    step: Step | None
    left_open: frozenset[Key]
    before: Case
    after: Case
    waiting: tuple[Need, ...]
    passed: frozenset[EndKind | Urgency]


class Mark(QCheckBox):
    """One of several that are asked together: absent, present, or not asked, in this order with each press.

    words: what it is about, beside the box; they wrap, which the text of a box does not.
    """

    def __init__(self, key: str, label: str, items: str, can_be_left: bool) -> None:
        super().__init__(key)
        self._key, self._label = key, label
        self.words = _Words(self)
        self.setTristate(can_be_left)
        self.setAccessibleName(f"{label} ({items})" if items else label)
        self.checkStateChanged.connect(self._say)
        self._say()

    def nextCheckState(self) -> None:
        states = [Qt.CheckState.Unchecked, Qt.CheckState.Checked]
        states += [Qt.CheckState.PartiallyChecked] if self.isTristate() else []
        self.setCheckState(states[(states.index(self.checkState()) + 1) % len(states)])

    @property
    def is_left(self) -> bool:
        """Whether it was not asked."""
        return self.checkState() is Qt.CheckState.PartiallyChecked

    @property
    def is_present(self) -> bool:
        """Whether it is present."""
        return self.checkState() is Qt.CheckState.Checked

    def _say(self) -> None:
        state = _("present") if self.is_present else _("not asked") if self.is_left else ""
        self.words.setText(self._label + (f" – {state}" if state else ""))
        key = _("Key: {key}").format(key=self._key) if self._key else ""
        self.setAccessibleDescription(", ".join(part for part in (state, key) if part))


class _Words(QLabel):
    """The words of a mark; a click on them is a click on its box."""

    def __init__(self, mark: QCheckBox) -> None:
        super().__init__()
        self._mark = mark
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setBuddy(mark)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._mark.click()
        super().mouseReleaseEvent(event)


def _keys(count: int) -> list[str]:
    """So many keys; "" for what comes after the last one."""
    return [*_DIGITS[:count], *[""] * (count - len(_DIGITS))]


class GuidedPage(Page):
    """Asks until no open finding changes urgency or plan."""

    left = Signal()
    export_wanted = Signal()
    asking = Signal(str, str)  # section and subject of what is asked now

    def __init__(self, session: CaseSession, parent: QWidget | None = None) -> None:
        super().__init__(
            _("Guided entry"), _("The question that matters most next. Esc goes back to the form."), parent
        )
        self._session = session
        self._case_id = ""
        self._open: frozenset[Key] = frozenset()
        self._done: list[Done] = []
        self._waiting: tuple[Need, ...] = ()  # what was marked, of which the kind is asked next
        self._passed: frozenset[EndKind | Urgency] = frozenset()  # the stops after which more was asked
        self.step: Step | None = None
        self.keys: dict[str, Callable[[], None]] = {}
        self.marks: dict[Key, Mark] = {}
        self._row: FieldRow | None = None
        self._first: QWidget | None = None
        self._answers = FlowLayout(gap=4)
        self._before = session.state.case  # when the step was shown
        self._waited: tuple[Need, ...] = ()  # what waited when it was
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
            self._waiting, self._passed = (), frozenset()
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
        elif name.isalnum() and len(name) == 1 and self.step is not None:
            self._say(_("No answer here has the key {key}.").format(key=name.upper()))
        else:
            return False
        return True

    # asking

    def _ask(self, step: Step | None = None) -> None:
        """Shows a step, or the one that matters most now."""
        state = self._session.state
        self._before, self._waited = state.case, self._waiting
        self.step = step or self._next()
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
            self._show_stop(column)
        elif self.step.only_which:
            self._show_which(column, self.step)
        elif self.step.together:
            self._show_together(column, self.step)
        elif self.step.report_of:
            self._show_examinations(column, self.step)
        else:
            self._show_alone(column, self.step)
        self._show_progress(state)
        self.take_focus()
        if self.step is not None:
            first = self.step.findings[0]
            self.asking.emit(self.finding(first).group, first.subject)

    def _next(self) -> Step | None:
        """What to ask now: of which examination the report is, the kind of what was marked, the best question, or
        nothing at an end.
        """
        stop = self._stop()
        if stop is not None and stop.at_once:
            return None
        if (which := self._which_report()) is not None:
            return which
        while self._waiting:
            need, *rest = self._waiting
            self._waiting = tuple(rest)
            if self._session.shown(*key_of(need)) is None:
                return Step(findings=(need,))
        made = self._session.state.assessment
        if stop is not None:
            return None
        if made.end is not None and made.end.kind not in self._passed:
            last = next_step(before_the_end(made, self._session.questions(), self._open), self._open, self._section_of)
            if last is not None:
                return last
        first = next_step(in_order(made.questions, made.question_groups), self._open, self._section_of)
        return first or next_step(self._session.questions(), self._open, self._section_of)

    def _stop(self) -> Stop | None:
        return stop_of(self._session.state.assessment, self._open, self._passed)

    def _show_stop(self, column: QVBoxLayout) -> None:
        made, asked = self._session.state.assessment, self._session.questions()
        stop = self._stop() or nothing_left()
        rest = "" if stop.at_once else rest_text(made, asked, self._open)
        text = "\n".join(part for part in (stop.text, rest) if part)
        column.addWidget(Heading(stop.title, 1.1))
        if text:
            column.addWidget(plain_label(text))
        column.addLayout(self._answers)
        self._first = self._add("enter", _("Back to the form"), self.left.emit)
        self._add(_EXPORT, _("Export the note"), self.export_wanted.emit)
        self._add(_LESION, _("Describe another lesion"), self.add_lesion)
        if not made.robust and next_step(asked, self._open, self._section_of) is not None:
            self._add(_MORE, _("Ask on"), self._ask_on)
        self._add_back()
        announce(self, f"{stop.title} {text}".strip())

    def _ask_on(self) -> None:
        """It has come to a stop, and more is asked all the same."""
        stop = self._stop()
        if stop is not None and stop.after is not None:
            self._passed |= {stop.after}
        self._ask()

    def add_lesion(self) -> None:
        """The report describes another lesion: what is asked next is about it."""
        stop, before = self._stop(), self._session.state.case
        self._session.add_lesion()
        self._done.append(Done(None, frozenset(), before, self._session.state.case, self._waiting, self._passed))
        if stop is not None and stop.at_once and stop.after is not None:
            self._passed |= {stop.after}
        self._ask()

    def _show_alone(self, column: QVBoxLayout, step: Step) -> None:
        (need,) = step.findings
        finding = self.finding(need)
        self._head(column, finding.label, need.subject, self._help_of(finding))
        if finding.type == "yes_no":
            self._add(_YES, _("Yes"), lambda: self._answer(YesNoValue(yes=True)))
            self._add(_NO, _("No"), lambda: self._answer(YesNoValue(yes=False)))
        elif finding.type == "choice":
            for key, option in zip(_keys(len(finding.choices)), finding.choices, strict=True):
                self._add(key, option.label, self._chosen(option.id))
        elif finding.type == "multi":
            self._add_marks(column, {(option.id, need.subject): (option.label, "") for option in finding.choices})
            self._add(
                _NO, _("None of these, or none of the others"), self._once_seen(lambda: self._answer_items(finding))
            )
            self.keys["enter"] = self._on_enter
        else:
            self._add_field(column, finding, need.subject)
        self._add(_SKIP, _("Not recorded: ask no more"), self._skip)
        self._add(_UNOBTAINABLE, state_word(State.UNOBTAINABLE), self._cannot)
        self._show_why(column, step)

    def _show_examinations(self, column: QVBoxLayout, step: Step) -> None:
        self._head(
            column, _("Which examination is the report of?"), PATIENT, self._help_of(self.finding(step.findings[0]))
        )
        for key, name in zip(_keys(len(step.report_of)), step.report_of, strict=True):
            self._add(key, self._session.knowledge.choice_label(MODALITY, name), self._record_report(name))
        self._add(_SKIP, _("Not recorded: ask no more"), lambda: self._go_on(frozenset()))
        self._show_why(column, step)

    def _help_of(self, finding: Finding) -> str:
        if not self._wants_report(finding):
            return finding.help
        return f"{finding.help} " + _("What you answer next about the lesion is recorded as seen on it.")

    def _show_together(self, column: QVBoxLayout, step: Step) -> None:
        lesion = next((need.subject for need in step.findings if need.subject != PATIENT), PATIENT)
        self._head(column, _("Any of these?"), lesion, step.section)
        self._add_marks(
            column, {key_of(need): (need.label, self._items_of(need)) for need in step.findings}, can_be_left=True
        )
        self._add(
            _NO,
            _("None of these, or none of the others: each was asked and is absent"),
            self._once_seen(lambda: self._answer_group(self._session.knowledge.absent)),
        )
        self.keys["enter"] = self._on_enter
        self._add(_SKIP, _("Not asked (what is marked is recorded)"), lambda: self._answer_group(lambda _name: None))
        cannot = self._once_seen(lambda: self._answer_group(lambda _name: _NOT_HERE))
        self._add(_UNOBTAINABLE, state_word(State.UNOBTAINABLE), cannot)
        self._show_why(column, step)

    def _show_which(self, column: QVBoxLayout, step: Step) -> None:
        self._head(column, _("Are any of these recorded?"), step.findings[0].subject, step.section)
        self._add_marks(column, {key_of(need): (need.label, "") for need in step.findings})
        self._add(_SKIP, _("The others are not recorded; ask what is marked"), lambda: self._answer_which(None))
        self.keys["enter"] = self.keys[_SKIP]
        self._add(_UNOBTAINABLE, _("The others cannot be obtained here"), lambda: self._answer_which(_NOT_HERE))
        self._show_why(column, step)

    def _section_of(self, name: str) -> tuple[str, str]:
        finding, sections = self._session.knowledge.findings[name], self._session.knowledge.header.groups
        return next(one.label for one in sections if one.id == finding.group), finding.cost

    def finding(self, need: Need) -> Finding:
        """What is asked for, as the dictionary has it."""
        return self._session.knowledge.findings[need.finding]

    def _items_of(self, need: Need) -> str:
        """What "none of these" says no to, where that is more than the question."""
        finding = self.finding(need)
        return ", ".join(option.label for option in finding.choices) if finding.type == "multi" else ""

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

    def _add_marks(self, column: QVBoxLayout, labels: dict[Key, tuple[str, str]], *, can_be_left: bool = False) -> None:
        """Check boxes with a label, and with what it comprises, if that has to be said."""
        grid = QGridLayout()
        column.addLayout(grid)
        one_column = any(items for _label, items in labels.values())
        half = len(labels) if one_column else (len(labels) + 1) // 2
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, not one_column)
        for place, (key, (name, (label, items))) in enumerate(zip(_keys(len(labels)), labels.items(), strict=True)):
            box = Mark(key.upper(), label, items, can_be_left)
            cell = QVBoxLayout()
            cell.addWidget(box.words)
            if items:
                more = plain_label(items)
                tinted(more, theme_of(self).muted)
                cell.addWidget(more)
            cell.addStretch(1)
            grid.addWidget(box, place % half, place // half * 2, Qt.AlignmentFlag.AlignTop)
            grid.addLayout(cell, place % half, place // half * 2 + 1)
            self.marks[name] = box
            if key:
                self.keys[key] = box.nextCheckState
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
        answered = sum(one.step is not None for one in self._done)
        parts = [
            plural("{count} question answered here", "{count} questions answered here", answered),
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

    def _answer_items(self, finding: Finding) -> None:
        marked = {name for (name, _subject), box in self.marks.items() if box.is_present}
        present = tuple(option.id for option in finding.choices if option.id in marked)
        absent = tuple(option.id for option in finding.choices if option.id not in marked)
        self._record_items(finding, ItemsValue(present=present, absent=absent))

    def _record_items(self, finding: Finding, value: ItemsValue, left_open: frozenset[Key] = frozenset()) -> None:
        """If only one examination was done, the report is of it."""
        examination = value.present[0] if self._wants_report(finding) and len(value.present) == 1 else ""
        if self.step is not None:
            self._record({key_of(need): value for need in self.step.findings}, left_open, examination=examination)

    def _wants_report(self, finding: Finding) -> bool:
        """Whether it still has to be told of which examination the report is."""
        return finding.id == MODALITY and not self._session.state.case.studies

    def _which_report(self) -> Step | None:
        """Several examinations were named, and the report can be of any of them."""
        done = self._done[-1].step if self._done else None
        if done is None or done.report_of or not self._wants_report(self.finding(done.findings[0])):
            return None
        shown = self._session.shown(*key_of(done.findings[0]))
        named = shown.value.present if shown is not None and isinstance(shown.value, ItemsValue) else ()
        return Step(findings=done.findings, report_of=named) if len(named) > 1 else None

    def _record_report(self, examination: str) -> Callable[[], None]:
        return lambda: self._record({}, frozenset(), examination=examination)

    def _answer_group(self, others: Callable[[str], Value | State | None]) -> None:
        """others: what is recorded of those that are not marked; None: they stay open.

        Of what is marked and is no yes or no, the kind is asked next.
        """
        if self.step is None:
            return
        answers: dict[Key, Value | State] = {}
        waiting = []
        for need in self.step.findings:
            box, absent = self.marks[key_of(need)], self._session.knowledge.absent(need.finding)
            if box.is_present and isinstance(absent, YesNoValue):
                answers[key_of(need)] = YesNoValue(yes=not absent.yes)
            elif box.is_present:
                waiting.append(need)
            elif not box.is_left and (answer := others(need.finding)) is not None:
                answers[key_of(need)] = answer
        left = frozenset(key_of(need) for need in self.step.findings if need not in waiting) - answers.keys()
        self._record(answers, left, tuple(waiting))

    def _once_seen(self, answer: Callable[[], None]) -> Callable[[], None]:
        """An answer about all that is asked together; if the last of them is out of view, it is shown first, once."""
        shown = False

        def give() -> None:
            nonlocal shown
            last = list(self.marks.values())[-1].words
            self.column.activate()
            if shown or last.mapTo(self.viewport(), last.rect().bottomLeft()).y() < self.viewport().height():
                answer()
            else:
                shown = True
                self._say(_("There is more below. Look at it, then press the key again."))
                self.ensureWidgetVisible(last)

        return give

    def _on_enter(self) -> None:
        """Of several, Enter alone does not say whether the others are absent or were not asked."""
        focused = QApplication.focusWidget()
        if isinstance(focused, QPushButton) and self._question.isAncestorOf(focused):
            focused.click()
        else:
            self._say(_("Press N if the others are absent, S if that is not recorded."))

    def _answer_which(self, others: State | None) -> None:
        """others: what is recorded of those that are not marked; None: they stay open."""
        if self.step is None:
            return
        marked = tuple(need for need in self.step.findings if self.marks[key_of(need)].is_present)
        rest = [key_of(need) for need in self.step.findings if need not in marked]
        if others is None:
            self._record({}, frozenset(rest), marked)
        else:
            self._record(dict.fromkeys(rest, others), frozenset(), marked)

    def _skip(self) -> None:
        """What was marked stays recorded; what was typed before skipping must not be sent later."""
        if self.step is None:
            return
        left = frozenset(key_of(need) for need in self.step.findings)
        present = tuple(name for (name, _subject), box in self.marks.items() if box.is_present)
        if present:
            self._record_items(self.finding(self.step.findings[0]), ItemsValue(present=present), left)
            return
        self.commit()
        if self._row is not None and self._session.state.case != self._before:
            self._session.clear(self._row.finding.id, self._row.subject)
        self._go_on(left)

    def _cannot(self) -> None:
        if any(box.is_present for box in self.marks.values()):
            self._say(_("Something is marked: take the mark back first."))
            return
        self._answer(State.UNOBTAINABLE)

    def _accept_field(self) -> None:
        row = self._row
        if row is None:
            return
        row.editor.commit()
        if row.refusal or self._session.shown(row.finding.id, row.subject) is None:
            self._say(row.refusal or _("Enter a value, or choose one of the other answers."))
            return
        self._go_on(frozenset())

    def _record(
        self,
        answers: dict[Key, Value | State],
        left_open: frozenset[Key],
        waiting: tuple[Need, ...] = (),
        *,
        examination: str = "",
    ) -> None:
        try:
            self._session.record_together(((*key, answer) for key, answer in answers.items()), examination)
        except InvalidValueError as error:
            self._say(str(error))
            return
        self._go_on(left_open, waiting)

    def _go_on(self, left_open: frozenset[Key], waiting: tuple[Need, ...] = ()) -> None:
        if self.step is not None:
            case = self._session.state.case
            self._done.append(Done(self.step, left_open, self._before, case, self._waited, self._passed))
            self._open |= left_open
            self._waiting = (*waiting, *self._waiting)
            self._ask()

    def go_back(self) -> None:
        """Takes the last answer back and asks again."""
        if self._done:
            last = self._done.pop()
            self._open -= last.left_open
            if last.after is self._session.state.case and last.after is not last.before:
                self._session.undo()
            self._waiting, self._passed = last.waiting, last.passed
            self._ask(last.step)

    def _say(self, text: str) -> None:
        self._message.setText("✗ " + text)
        self._message.show()
        announce(self, text)
