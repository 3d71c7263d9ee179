"""A clinician with a report on paper who knows the keys: what the paper says, and which keys are pressed for it.

The paper is one of the example cases. Beside what the example records it says what that implies: that the vital signs
are normal where each is recorded and normal, that the liver tests are within the limits where the four are, and which
examinations were done. What it does not say is left open; nothing is made up.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from hepalith.domain.assessment import Assessment, Need
from hepalith.domain.case import (
    PATIENT,
    Case,
    ChoiceValue,
    DateValue,
    ItemsValue,
    NumberValue,
    State,
    TextValue,
    Value,
    YesNoValue,
)
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.model import Finding
from hepalith.services.session import CaseSession
from hepalith.ui.guided.page import GuidedPage
from hepalith.ui.main_window import MainWindow

VITAL, LIVER = "vital_signs_stated", "liver_tests_state"
VITAL_SIGNS = {"temp_c", "pulse", "sbp", "resp_rate", "spo2"}
LIVER_TESTS = ("bilirubin_total", "alt", "alp", "ggt")


class Paper:
    """What a report on paper, and the patient, say."""

    def __init__(self, case: Case, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self.lesions = len(case.lesions)
        latest = {(one.finding, one.subject): one for one in case.observations}
        self._values = {key: one.value for key, one in latest.items() if one.state is State.KNOWN and one.value}
        self._limits = {one.finding: one.upper_limit for one in latest.values()}
        self._values |= {(name, PATIENT): value for name, value in self._implied(case) if (name, PATIENT) not in latest}
        if self._liver_tests_are_normal():
            self._values[LIVER, PATIENT] = ChoiceValue(candidates=("normal",))

    def says(self, finding: str, subject: str) -> Value | None:
        """What it says of a finding; None for nothing."""
        return self._values.get((finding, subject))

    def excludes(self, need: Need) -> bool:
        """Whether it says that a finding is absent, in the sense of "none of these"."""
        value, absent = self.says(need.finding, need.subject), self._knowledge.absent(need.finding)
        if isinstance(value, ItemsValue) and isinstance(absent, ItemsValue):
            return not value.present and set(value.absent) == set(absent.absent)
        return value == absent

    def _implied(self, case: Case) -> Iterator[tuple[str, Value]]:
        if self._vital_signs_are_normal():
            yield VITAL, ChoiceValue(candidates=("normal",))
        done = tuple(dict.fromkeys(study.modality for study in case.studies if study.modality))
        if done:
            yield "modality", ItemsValue(present=done)

    def _vital_signs_are_normal(self) -> bool:
        """The five vital signs are recorded and normal, and nothing else for which the statement stands is abnormal."""
        stands_for = [one for one in self._knowledge.findings.values() if one.absent_when == f"{VITAL} == normal"]
        return all(self._is_normal(one) for one in stands_for)

    def _is_normal(self, finding: Finding) -> bool:
        value = self.says(finding.id, PATIENT)
        if value is None:
            return finding.id not in VITAL_SIGNS
        if isinstance(value, NumberValue) and finding.absent_range is not None:
            low, high = finding.absent_range
            return low <= Decimal(value.number) <= high
        return value in {YesNoValue(yes=False), ChoiceValue(candidates=(finding.absent_choice,))}

    def _liver_tests_are_normal(self) -> bool:
        values = {name: self.says(name, PATIENT) for name in LIVER_TESTS}
        return all(
            isinstance(value, NumberValue)
            and Decimal(value.number) <= Decimal(self._limits[name] or self._knowledge.findings[name].upper_limit or 0)
            for name, value in values.items()
        )


class Keyboard:
    """Presses keys where the keyboard is, and counts them."""

    def __init__(self) -> None:
        self.count = 0

    def press(self, *keys: str | Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Single keys one after the other; a text is typed letter by letter."""
        for key in keys:
            target = QApplication.focusWidget() or QApplication.activeWindow()
            assert target is not None
            if isinstance(key, str):
                self.count += len(key)
                QTest.keyClicks(target, key)
            else:
                self.count += 1
                QTest.keyClick(target, key, held)
            settle()


class Play:
    """Guided entry played in a window, from an empty case."""

    def __init__(self, window: MainWindow, session: CaseSession, paper: Paper, keyboard: Keyboard) -> None:
        self.window, self.session, self.paper, self.keyboard = window, session, paper, keyboard
        window.show()
        window.activateWindow()
        settle()
        session.prepare()
        keyboard.press(Qt.Key.Key_G, held=Qt.KeyboardModifier.ControlModifier)
        assert window.form.current() is window.guided

    @property
    def made(self) -> Assessment:
        """The assessment."""
        return self.session.state.assessment

    def answers(self, most: int) -> tuple[int, int]:
        """Answers until an end is shown and no lesion of the paper is left, at most so many.

        How many they were, and how many were only skipped.
        """
        count = skipped = 0
        while count < most:
            if self.window.guided.step is not None:
                skipped += not answer(self.window.guided, self.paper, self.keyboard)
                count += 1
            elif len(self.session.state.case.lesions) < self.paper.lesions:
                self.keyboard.press("l")
            else:
                break
        return count, skipped

    def export(self) -> None:
        """Writes the note."""
        export(self.window, self.keyboard)

    def leading(self) -> list[str]:
        """The causes that lead, of a lesion or of the patient."""
        return [cause.id for cause in self.made.causes if cause.rank == 1]


def export(window: MainWindow, keyboard: Keyboard) -> None:
    """Writes the note under the proposed name into the present folder, with keys, and waits for it."""
    keyboard.press(Qt.Key.Key_E, held=Qt.KeyboardModifier.ControlModifier)
    dialog = window.findChild(QFileDialog)
    assert dialog is not None
    dialog.setDirectory(str(Path.cwd()))  # Qt proposes the folder of the last dialog of the process
    keyboard.press(Qt.Key.Key_Return)
    while window.files.worker.busy:
        QTest.qWait(20)  # the note is made on a thread beside this one


def settle() -> None:
    """Lets layouts and deletions settle."""
    for _round in range(2):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def answer(page: GuidedPage, paper: Paper, keyboard: Keyboard) -> bool:
    """Answers the open question of guided entry as the paper says; whether it said anything."""
    step = page.step
    assert step is not None
    told = [paper.says(need.finding, need.subject) for need in step.findings]
    if all(value is None for value in told):
        keyboard.press("s")
    elif step.only_which:
        told_of = [place for place, value in enumerate(told, 1) if value is not None]
        keyboard.press(*map(str, told_of), "s")
    elif step.together:
        for place, (need, value) in enumerate(zip(step.findings, told, strict=True), 1):
            keyboard.press(*([str(place)] * (2 if value is None else 0 if paper.excludes(need) else 1)))
        keyboard.press("n")
        if page.step is step:
            keyboard.press("n")  # the last of them came into view only now
    else:
        _answer_alone(page, told[0], keyboard)
    assert page.step is not step, "every question is answered by its keys"
    return any(value is not None for value in told)


def _answer_alone(page: GuidedPage, value: Value | None, keyboard: Keyboard) -> None:
    assert page.step is not None
    keys = list(page.keys)  # those of choices and marks come first, in the order of the dictionary
    finding = page.finding(page.step.findings[0])
    options = [option.id for option in finding.choices]
    match value:
        case YesNoValue(yes=yes):
            keyboard.press("y" if yes else "n")
        case ChoiceValue(candidates=(only,)):
            keyboard.press(keys[options.index(only)])
        case ItemsValue(present=present, absent=absent):
            keyboard.press(*(keys[options.index(name)] for name in present), "n" if absent or not present else "s")
        case NumberValue(number=number, comparator=comparator):
            keyboard.press(f"{comparator}{number}", Qt.Key.Key_Return)
        case DateValue(date=date):
            keyboard.press(date, Qt.Key.Key_Return)
        case TextValue(text=text):
            keyboard.press(text, Qt.Key.Key_Return)
        case _:
            keyboard.press("s")
