"""Editor for a set of items, each present, absent or not recorded."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from hepalith.domain.case import ItemsValue, Observation, State
from hepalith.i18n import _
from hepalith.knowledge.model import ChoiceOption, Finding
from hepalith.ui.fields.editor import Editor, Entered, MoreButton
from hepalith.ui.fields.face import Face
from hepalith.ui.flow_layout import FlowLayout
from hepalith.ui.fonts import plain_label, slant
from hepalith.ui.texts import alternative, state_word
from hepalith.ui.theme import theme_of

_FIRST = 14  # items shown of a long list until it is opened
_NONE = "0"  # the key for "none of these, or none of the others"
PRESENT, ABSENT, OPEN = Qt.CheckState.Checked, Qt.CheckState.Unchecked, Qt.CheckState.PartiallyChecked
_NEXT = {OPEN: PRESENT, PRESENT: ABSENT, ABSENT: OPEN}


class ItemButton(QCheckBox):
    """One item: a sign and the word; each click goes on to present, absent, not recorded."""

    wanted = Signal(str, object)  # item, Qt.CheckState
    moved = Signal(int)
    typed = Signal(str)
    focused = Signal(object)

    def __init__(self, option: ChoiceOption, parent: QWidget, together: list[Face]) -> None:
        super().__init__(option.label, parent)
        self.item = option.id
        self._more = alternative(option.picture)
        self._face = Face(self, option.picture, together, before=1.25, behind=0.65)
        self.setTristate(True)
        self.setToolTip(option.help or self._more)
        self._mark_once(OPEN)

    def mark(self, state: Qt.CheckState) -> None:
        """Shows whether the item is present, absent or not recorded."""
        if self.checkState() is not state:
            self._mark_once(state)

    def say(self, more: str) -> None:
        """Lets a screen reader say something after the answer."""
        self._more = more
        self._describe()

    def nextCheckState(self) -> None:
        self.wanted.emit(self.item, _NEXT[self.checkState()])

    def hitButton(self, pos: object) -> bool:  # noqa: ARG002
        return True

    def sizeHint(self) -> QSize:
        return self._face.hint(self._bold_font())

    def minimumSizeHint(self) -> QSize:
        return self._face.least(self._bold_font())

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._face.height(self._bold_font(), width)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}.get(key)
        direct = {
            Qt.Key.Key_Plus: PRESENT,
            Qt.Key.Key_Minus: ABSENT,
            Qt.Key.Key_Delete: OPEN,
            Qt.Key.Key_Backspace: OPEN,
        }.get(key)
        held = event.modifiers() & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier)
        if held:
            event.ignore()  # the row or the window takes it
        elif step is not None:
            self.moved.emit(step)
        elif direct is not None:
            self.wanted.emit(self.item, direct)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        elif event.text().isalnum():
            self.typed.emit(event.text().lower())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit(self)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state = self.checkState()
        fill, colour, pen, sign = theme.window, theme.muted, QPen(QColor(theme.border), 1.2, Qt.PenStyle.DashLine), "·"
        if state is PRESENT:
            fill, colour = theme.accent
            pen, sign = QPen(QColor(theme.accent[0]), 1), "✓"
        elif state is ABSENT:
            fill, colour, pen, sign = theme.surface, theme.text, QPen(QColor(theme.refusal[0]), 1.5), "✗"
        painter.setPen(pen)
        painter.setBrush(QColor(fill))
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        bow = min(box.height() / 2, self.fontMetrics().height() * 0.7)
        painter.drawRoundedRect(box, bow, bow)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.text), 2))
            painter.drawRoundedRect(box, bow, bow)
        painter.setPen(QColor(colour))
        line = self.fontMetrics().height()
        painter.drawText(QRectF(0, 0, line * 1.25 + 4, line * 1.45), Qt.AlignmentFlag.AlignCenter, sign)
        font = QFont(self.font())
        font.setBold(state is PRESENT)
        font.setStrikeOut(state is ABSENT)
        self._face.paint(painter, font, colour, faint=state is ABSENT)

    def _bold_font(self) -> QFont:
        font = QFont(self.font())
        font.setBold(True)
        return font

    def _mark_once(self, state: Qt.CheckState) -> None:
        self.setCheckState(state)
        self._describe()

    def _describe(self) -> None:
        words = {PRESENT: _("present"), ABSENT: _("absent"), OPEN: _("not recorded")}[self.checkState()]
        self.setAccessibleDescription(". ".join(filter(None, (words, self._more))))


class MultiEditor(Editor):
    """Items as a flow of small buttons, with "none of these"."""

    stacked = True
    described = False

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(finding, parent)
        self._shown = ItemsValue()
        self._open_all = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._items = self._make_items(column)
        for item in self._items:
            item.setAccessibleName(f"{finding.label}: {self._spoken(item)}")
            item.wanted.connect(self._on_wanted)
            item.moved.connect(self._on_moved)
            item.typed.connect(self._on_typed)
            item.focused.connect(self._rove)
        foot = QHBoxLayout()
        foot.setSpacing(6)
        answers = FlowLayout(gap=6)
        foot.addLayout(answers, 1)
        self.none_button = QPushButton(_("None of these"), self)
        self.none_button.setAccessibleName(_("{label}: none of these").format(label=finding.label))
        self.none_button.setToolTip(
            _("Records each of these as absent; the key 0 does so for those that are not marked")
        )
        self.none_button.clicked.connect(self._on_none)
        self.all_button = QPushButton(_("Show all ({count})").format(count=len(self._items)), self)
        self.all_button.setAccessibleName(_("{label}: show all").format(label=finding.label))
        self.all_button.clicked.connect(self._on_show_all)
        self.state_label = plain_label(wraps=False)
        slant(self.state_label)
        self.state_label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.MinimumExpanding)
        for widget in (self.none_button, self.all_button, self.state_label):
            answers.addWidget(widget)
        foot.addWidget(MoreButton(self, self), 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(foot)
        self._rove(self._items[0])
        self.show_observation(None)

    def focus_target(self) -> QWidget:
        return next(item for item in self._items if item.focusPolicy() is Qt.FocusPolicy.StrongFocus)

    def show_observation(self, observation: Observation | None, *, keep_text: bool = False) -> None:  # noqa: ARG002
        value = observation.value if observation is not None else None
        self._shown = value if isinstance(value, ItemsValue) else ItemsValue()
        for position, item in enumerate(self._items):
            state = PRESENT if item.item in self._shown.present else ABSENT if item.item in self._shown.absent else OPEN
            item.mark(state)
            hidden = not self._open_all and position >= _FIRST and state is not PRESENT and not item.hasFocus()
            if item.isHidden() is not hidden:
                item.setHidden(hidden)
        self.all_button.setHidden(self._open_all or len(self._items) <= _FIRST)
        self.state_label.setText(self._summary(observation))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.updateGeometry()

    def _make_items(self, column: QVBoxLayout) -> list[ItemButton]:
        """The items in the order of the dictionary, put at the top of the column."""
        return self._flow(self.finding.choices, column)

    def _flow(self, options: Sequence[ChoiceOption], column: QVBoxLayout) -> list[ItemButton]:
        flow = FlowLayout(gap=4)
        column.addLayout(flow)
        faces: list[Face] = []
        items = [ItemButton(option, self, faces) for option in options]
        for item in items:
            flow.addWidget(item)
        return items

    def _spoken(self, item: ItemButton) -> str:
        return item.text()

    def _summary(self, observation: Observation | None) -> str:
        if observation is None:
            return state_word(None)
        if observation.state is not State.KNOWN:
            return state_word(observation.state)
        count = len(self._items) - len(self._shown.present) - len(self._shown.absent)
        if not count:
            return _("None of these") if not self._shown.present else _("All answered")
        return _("{count} not recorded").format(count=count)

    def _on_wanted(self, item: str, state: Qt.CheckState) -> None:
        present = [one for one in self._shown.present if one != item]
        absent = [one for one in self._shown.absent if one != item]
        if state is PRESENT:
            present.append(item)
        elif state is ABSENT:
            absent.append(item)
        self._send(set(present), set(absent))

    def _on_none(self) -> None:
        self._send(set(), {item.item for item in self._items})

    def _send(self, present: set[str], absent: set[str]) -> None:
        if not present and not absent:
            self.cleared.emit(True)  # noqa: FBT003
            return
        order = [item.item for item in self._items]
        value = ItemsValue(
            present=tuple(i for i in order if i in present), absent=tuple(i for i in order if i in absent)
        )
        self.value_entered.emit(Entered(value=value))

    def _on_show_all(self) -> None:
        self._open_all = True
        first_new = next((item for item in self._items if item.isHidden()), self._items[0])
        for item in self._items:
            item.show()
        self.all_button.hide()
        first_new.setFocus(Qt.FocusReason.OtherFocusReason)

    def _rove(self, to: QWidget) -> None:
        for item in self._items:
            wanted = Qt.FocusPolicy.StrongFocus if item is to else Qt.FocusPolicy.ClickFocus
            if item.focusPolicy() is not wanted:
                item.setFocusPolicy(wanted)
        self.setFocusProxy(to)

    def _on_moved(self, step: int) -> None:
        shown = [item for item in self._items if not item.isHidden()]
        item = self.sender()
        if item in shown:
            shown[(shown.index(item) + step) % len(shown)].setFocus(Qt.FocusReason.TabFocusReason)

    def _on_typed(self, text: str) -> None:
        if text == _NONE:
            self._send(set(self._shown.present), {item.item for item in self._items} - set(self._shown.present))
            return
        item = self.sender()
        fitting = [one for one in self._items if one.text().lower().startswith(text)]
        if fitting:
            following = fitting.index(item) + 1 if item in fitting else 0
            found = fitting[following % len(fitting)]
            found.show()
            found.setFocus(Qt.FocusReason.TabFocusReason)
