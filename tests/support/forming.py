"""A clinician who knows the keys and types a record into the forms: which keys are pressed for it.

The next field is reached by Tab or by the search for a field (Ctrl+F), whichever takes fewer keys. A yes or no and a
choice are answered with their digit, items with the letter that goes to them and "+", a number with its digits.
"""

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QWidget

from hepalith.domain.case import (
    PATIENT,
    Case,
    ChoiceValue,
    DateValue,
    ItemsValue,
    NumberValue,
    Observation,
    State,
    TextValue,
    YesNoValue,
)
from hepalith.services.session import CaseSession
from hepalith.ui.case_list import STUDIES_PAGE, search_words
from hepalith.ui.fields.row import FieldRow
from hepalith.ui.form import SectionForm
from hepalith.ui.main_window import MainWindow
from hepalith.ui.studies_page import StudiesPage
from support.playing import Keyboard, settle

CONTROL = Qt.KeyboardModifier.ControlModifier
MOST_TABS = 60


class Forming:
    """The forms of a window, filled from an empty case."""

    def __init__(self, window: MainWindow, session: CaseSession, keyboard: Keyboard) -> None:
        self._window, self._session, self._keyboard = window, session, keyboard
        self._words = search_words(session.knowledge)
        QApplication.setKeyboardInputInterval(60_000)  # letters belong together however slow the machine is
        window.show()
        window.activateWindow()
        settle()
        session.prepare()

    def enter(self, record: Case) -> int:
        """Enters all that is known of a case; how many fields that were."""
        for _lesion in record.lesions:
            self._keyboard.press(Qt.Key.Key_L, held=CONTROL)
        for study in record.studies:
            self._add_examination(study.modality)
        told = list(self._in_order(record))
        for observation in told:
            self._go_to(observation.finding, observation.subject)
            self._answer(observation)
        self._keyboard.press(Qt.Key.Key_Tab)  # what was typed last is sent
        return len(told)

    def _in_order(self, record: Case) -> Iterator[Observation]:
        """As the forms show them: the patient, then lesion by lesion, each in the order of the forms."""
        names, sections = list(self._session.knowledge.findings), self._session.knowledge.header.groups
        places = {section.id: place for place, section in enumerate(sections)}
        groups = {name: places[finding.group] for name, finding in self._session.knowledge.findings.items()}
        known = [one for one in record.observations if one.state is State.KNOWN]
        return iter(
            sorted(
                known,
                key=lambda one: (one.subject != PATIENT, one.subject, groups[one.finding], names.index(one.finding)),
            )
        )

    # going there

    def _add_examination(self, modality: str) -> None:
        page = self._window.form.page(STUDIES_PAGE)
        assert isinstance(page, StudiesPage)
        self._press_until(self._window.case_list.tree.hasFocus, Qt.Key.Key_F6)
        self._press_until(lambda: self._window.form.current() is page, Qt.Key.Key_Home, Qt.Key.Key_Down)
        self._press_until(page.add_button.hasFocus, Qt.Key.Key_F6, Qt.Key.Key_Tab)
        self._keyboard.press(Qt.Key.Key_Space)
        combo = QApplication.focusWidget()
        assert isinstance(combo, QComboBox)
        self._choose(combo, self._session.knowledge.choice_label("modality", modality))

    def _press_until(self, reached: Callable[[], bool], first: Qt.Key, then: Qt.Key | None = None) -> None:
        """A key, and then another one (or the same) again and again, until something is reached."""
        for _again in range(MOST_TABS):
            if reached():
                return
            self._keyboard.press(first)
            first = then or first
        raise AssertionError(f"the keyboard is in {QApplication.focusWidget()}")

    def _go_to(self, finding: str, subject: str) -> None:
        row = self._row(finding, subject)
        tabs = self._tabs_to(row) if row is not None else MOST_TABS
        letters = self._letters(finding)
        if row is not None and tabs <= len(letters) + 2:
            there = row
            self._press_until(lambda: _is_in(QApplication.focusWidget(), there), Qt.Key.Key_Tab)
        else:
            self._keyboard.press(Qt.Key.Key_F, held=CONTROL)
            self._keyboard.press(letters, Qt.Key.Key_Return)
        row = self._row(finding, subject)
        assert row is not None, finding
        assert _is_in(QApplication.focusWidget(), row), f"the keyboard is in {finding}"

    def _row(self, finding: str, subject: str) -> FieldRow | None:
        page = self._window.form.current()
        return page.rows.get(finding) if isinstance(page, SectionForm) and page.subject == subject else None

    def _tabs_to(self, row: FieldRow) -> int:
        """How often Tab has to be pressed to come into a field; `MOST_TABS` if it is further away."""
        at = QApplication.focusWidget()
        if at is None or row.isHidden():
            return MOST_TABS
        stop, tabs = at, 0
        while tabs < MOST_TABS and not _is_in(stop, row):
            stop = stop.nextInFocusChain()
            tabs += bool(stop.focusPolicy() & Qt.FocusPolicy.TabFocus and stop.isVisible() and stop.isEnabled())
            if stop is at:
                return MOST_TABS
        return tabs

    def _letters(self, finding: str) -> str:
        """The first letters of the name of a field that the search needs."""
        label = self._session.knowledge.label(finding).lower()
        for count in range(1, len(label) + 1):
            typed = label[:count].strip()
            fitting = sorted(
                (text for text in self._words if typed in text.lower()),
                key=lambda text: (not text.lower().startswith(typed), text),
            )
            if fitting and self._words[fitting[0]] == finding:
                return label[:count]
        return label

    # answering

    def _answer(self, observation: Observation) -> None:
        finding = self._session.knowledge.findings[observation.finding]
        focused = QApplication.focusWidget()
        match observation.value:
            case YesNoValue(yes=yes):
                self._keyboard.press("1" if yes else "2")
            case ChoiceValue(candidates=(only,)) if isinstance(focused, QComboBox):
                self._choose(focused, next(option.label for option in finding.choices if option.id == only))
            case ChoiceValue(candidates=(only,)):
                place = [option.id for option in finding.choices].index(only)
                if place < 9:
                    self._keyboard.press(str(place + 1))
                else:  # back from "not recorded", which stands behind the last choice
                    self._keyboard.press(*[Qt.Key.Key_Left] * (len(finding.choices) - place), Qt.Key.Key_Return)
            case ItemsValue(present=present, absent=absent):
                for item in present:
                    self._go_to_item(next(option.label for option in finding.choices if option.id == item))
                    self._keyboard.press("+")
                if absent:
                    self._keyboard.press("0")
            case NumberValue(number=number, comparator=comparator):
                self._keyboard.press(f"{comparator}{number}")
            case DateValue(date=text) | TextValue(text=text):
                self._keyboard.press(text)
            case _:
                raise AssertionError(f"{observation.finding}: no keys for {observation.value}")

    def _choose(self, combo: QComboBox, label: str) -> None:
        """In a list: letters go to the choice that begins with them; a space would open the list, so arrows then."""
        texts = [combo.itemText(number) for number in range(combo.count())]
        needed = next(
            count
            for count in range(1, len(label) + 1)
            if next(text for text in texts if text.lower().startswith(label[:count].lower())) == label
        )
        steps = texts.index(label) - combo.currentIndex()
        if needed < abs(steps) and " " not in label[:needed]:
            self._keyboard.press(label[:needed].lower())
        else:
            self._keyboard.press(*[Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up] * abs(steps))
        assert combo.currentText() == label, (combo.currentText(), label)

    def _go_to_item(self, label: str) -> None:
        """To one of several items: its first letter, again and again until it is there."""
        for _again in range(40):
            focused = QApplication.focusWidget()
            if focused is not None and getattr(focused, "text", str)() == label:
                return
            self._keyboard.press(label[0].lower())
        raise AssertionError(label)


def _is_in(widget: QWidget | None, row: FieldRow) -> bool:
    return widget is not None and row.editor.isAncestorOf(widget)
