"""Editors for yes/no and for one choice out of several."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QWidget

from hepalith.domain.case import ChoiceValue, Observation, State, Value, YesNoValue
from hepalith.i18n import _
from hepalith.knowledge.model import Finding
from hepalith.ui.fields.editor import CalmCombo, Editor, Entered, MoreButton
from hepalith.ui.fields.segments import Look, Segment, SegmentBar
from hepalith.ui.texts import alternative, state_word

NOT_RECORDED = ""
_STATES = {f"={state.value}": state for state in (State.INDETERMINATE, State.UNOBTAINABLE)}
_KEY_OF_STATE = {state: key for key, state in _STATES.items()}


class SegmentedEditor(Editor):
    """Answers side by side, with "not recorded" as one of them and the rarer answers in a menu."""

    def __init__(
        self, finding: Finding, answers: Mapping[str, tuple[str, Look, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(finding, parent)
        self._bar = SegmentBar(finding.label, self)
        for key, (text, look, picture) in answers.items():
            self._bar.add(key, text, look, picture)
        self._bar.add(NOT_RECORDED, state_word(None), Look.OPEN)
        self._doubts: dict[str, Segment] = {}  # shown while they are the answer, and made when they first are
        more = MoreButton(self, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self._bar, 1)
        row.addWidget(more, 0, Qt.AlignmentFlag.AlignTop)
        self._bar.chosen.connect(self._on_chosen)
        self.setFocusProxy(self._bar)
        self.show_observation(None)

    def focus_target(self) -> QWidget:
        return self._bar

    def show_observation(self, observation: Observation | None, *, keep_text: bool = False) -> None:  # noqa: ARG002
        keys = self._keys(observation)
        for key in keys & _STATES.keys() - self._doubts.keys():
            self._doubts[key] = self._bar.add(key, state_word(_STATES[key]), Look.DOUBT)
        for key, segment in self._doubts.items():
            segment.setVisible(key in keys)
        self._bar.mark(keys)

    def _keys(self, observation: Observation | None) -> frozenset[str]:
        if observation is None:
            return frozenset({NOT_RECORDED})
        if observation.state is not State.KNOWN:
            return frozenset({_KEY_OF_STATE[observation.state]})
        return self._value_keys(observation.value)

    def _value_keys(self, value: Value | None) -> frozenset[str]:
        raise NotImplementedError

    def _value_of(self, key: str) -> Value:
        raise NotImplementedError

    def _on_chosen(self, key: str) -> None:
        if key == NOT_RECORDED:
            self.cleared.emit(True)  # noqa: FBT003
        elif key in _STATES:
            self.state_entered.emit(_STATES[key])
        else:
            self.value_entered.emit(Entered(value=self._value_of(key)))


class YesNoEditor(SegmentedEditor):
    """Yes, no, or not recorded."""

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(finding, {"+": (_("Yes"), Look.ANSWER, ""), "-": (_("No"), Look.REFUSAL, "")}, parent)

    def _value_keys(self, value: Value | None) -> frozenset[str]:
        return frozenset({"+" if value.yes else "-"}) if isinstance(value, YesNoValue) else frozenset()

    def _value_of(self, key: str) -> Value:
        return YesNoValue(yes=key == "+")


class SegmentedChoiceEditor(SegmentedEditor):
    """A few short choices, or choices with pictures."""

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        answers = {option.id: (option.label, Look.ANSWER, option.picture) for option in finding.choices}
        super().__init__(finding, answers, parent)
        self.stacked = any(option.picture for option in finding.choices)
        texts = {option.id: (option.help, alternative(option.picture)) for option in finding.choices}
        for segment in self._bar.segments():
            help_text, shown = texts.get(segment.key, ("", ""))
            segment.setToolTip(help_text or shown)
            segment.setAccessibleDescription(shown)

    def _value_keys(self, value: Value | None) -> frozenset[str]:
        return frozenset(value.candidates) if isinstance(value, ChoiceValue) else frozenset()

    def _value_of(self, key: str) -> Value:
        return ChoiceValue(candidates=(key,))


class ComboEditor(Editor):
    """One of many choices."""

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(finding, parent)
        self._candidates: tuple[str, ...] = ()
        self.choice_input = CalmCombo(self)
        self.choice_input.setAccessibleName(finding.label)
        self.choice_input.setSizeAdjustPolicy(CalmCombo.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice_input.setMinimumContentsLength(16)
        self._fill()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.choice_input, 1)
        row.addWidget(MoreButton(self, self), 0, Qt.AlignmentFlag.AlignTop)
        self.choice_input.activated.connect(self._on_activated)
        self.setFocusProxy(self.choice_input)

    def focus_target(self) -> QWidget:
        return self.choice_input

    def show_observation(self, observation: Observation | None, *, keep_text: bool = False) -> None:  # noqa: ARG002
        candidates: tuple[str, ...] = ()
        key = NOT_RECORDED
        if observation is not None and observation.state is not State.KNOWN:
            key = _KEY_OF_STATE[observation.state]
        elif observation is not None and isinstance(observation.value, ChoiceValue):
            candidates = observation.value.candidates
            key = candidates[0] if len(candidates) == 1 else "|"
        if candidates != self._candidates:
            self._candidates = candidates
            self._show_candidates(candidates if len(candidates) > 1 else ())
        index = self.choice_input.findData(key)
        if index != self.choice_input.currentIndex():
            self.choice_input.setCurrentIndex(index)
        self._show_open(key)

    def _fill(self) -> None:
        model = QStandardItemModel(self)
        entries = [(NOT_RECORDED, state_word(None), "")]
        entries += [(option.id, option.label, option.help) for option in self.finding.choices]
        entries += [(key, state_word(state), "") for key, state in _STATES.items()]
        for key, text, help_text in entries:
            item = QStandardItem(text)
            item.setData(key, Qt.ItemDataRole.UserRole)
            item.setToolTip(help_text)
            if key == NOT_RECORDED or key in _STATES:
                font = QFont()
                font.setItalic(True)
                item.setFont(font)
            model.appendRow(item)
        self.choice_input.setModel(model)

    def _show_candidates(self, candidates: tuple[str, ...]) -> None:
        index = self.choice_input.findData("|")
        if index >= 0:
            self.choice_input.removeItem(index)
        if candidates:
            labels = {option.id: option.label for option in self.finding.choices}
            self.choice_input.addItem(_(" or ").join(labels.get(choice, choice) for choice in candidates), "|")

    def _show_open(self, key: str) -> None:
        known = key != NOT_RECORDED and key not in _STATES
        if self.choice_input.font().italic() is known:
            font = QFont()
            font.setItalic(not known)
            self.choice_input.setFont(font)

    def _on_activated(self, index: int) -> None:
        key = self.choice_input.itemData(index)
        if key == NOT_RECORDED:
            self.cleared.emit(True)  # noqa: FBT003
        elif key in _STATES:
            self.state_entered.emit(_STATES[key])
        elif key != "|":
            self.value_entered.emit(Entered(value=ChoiceValue(candidates=(key,))))
