"""What every editor of a finding has in common."""

from typing import Any

import msgspec
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QMenu, QToolButton, QWidget

from hepalith.domain.case import Case, Observation, State, Value
from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.model import Finding
from hepalith.ui.texts import state_word

KEEP_MS = 400  # a pause in typing free words, after which they are recorded and so kept


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """What the user entered. `final` is False while they may still be typing. Limits: None keeps what there is."""

    value: Value
    lower_limit: str | None = None
    upper_limit: str | None = None
    final: bool = True


class Editor(QWidget):
    """Shows one observation of a finding and says what the user wants; it never changes the case itself."""

    stacked = False  # it needs the whole width, so that its label stands above it
    described = True  # its row says what is recorded; otherwise its parts do so themselves

    value_entered = Signal(object)  # Entered
    state_entered = Signal(object)  # State
    cleared = Signal(bool)  # final
    narrowing_wanted = Signal()
    refusal_noticed = Signal(str, bool)  # reason, final: what is typed is no value at all

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.finding = finding

    def show_observation(self, observation: Observation | None, *, keep_text: bool = False) -> None:
        """Shows an observation without saying that anything was entered.

        Text that means the same is left as typed; with `keep_text` any text is (it was refused and stays to be mended).
        """
        raise NotImplementedError

    def prefer_unit(self, unit: str) -> None:
        """The unit in which the user likes to enter and to read this finding; "" for none in particular."""

    def show_case(self, case: Case, knowledge: Knowledge, subject: str) -> None:
        """Shows what of the rest of the case matters for this field; most editors show none of it."""

    def commit(self) -> None:
        """Sends at once what is typed and not sent yet."""

    def focus_target(self) -> QWidget:
        """The widget that takes the keyboard."""
        raise NotImplementedError

    def fill_menu(self, menu: QMenu) -> None:
        """Puts the rarer answers into the menu of the field."""
        if self.finding.type == "choice":
            menu.addAction(_("Only narrowed down to..."), self.narrowing_wanted.emit)
        for state in (State.INDETERMINATE, State.UNOBTAINABLE):
            action = QAction(state_word(state), menu)
            action.setData(state)
            action.triggered.connect(self._on_state_chosen)
            menu.addAction(action)
        clear = QAction(state_word(None), menu)
        clear.triggered.connect(self._on_clear_chosen)
        menu.addAction(clear)

    def _on_state_chosen(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.state_entered.emit(State(action.data()))  # Qt keeps the bare text

    def _on_clear_chosen(self) -> None:
        self.cleared.emit(True)  # noqa: FBT003 : the signal's only argument


class MoreButton(QToolButton):
    """Opens the menu with the rarer answers of a field."""

    menu_opening = Signal(object)  # QMenu, to which others may add

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.setText("⋯")
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setToolTip(
            _("Other answers: cannot be told, cannot be obtained here, not recorded (Alt+Down or menu key)")
        )
        self.setAccessibleName(_("{label}: other answers").format(label=editor.finding.label))
        self.clicked.connect(self.open_menu)

    def open_menu(self) -> None:
        """Shows the menu below the button."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._editor.fill_menu(menu)
        self.menu_opening.emit(menu)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))


class CalmCombo(QComboBox):
    """A combo box that the mouse wheel does not change while the form is scrolled over it."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.view().isVisible():
            super().wheelEvent(event)
        else:
            event.ignore()


class PlainInput(QLineEdit):
    """A line edit that leaves undo, redo and dropped files to the window, which undoes entries, not letters."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.setAcceptDrops(False)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = QKeySequence.StandardKey
            if event.matches(keys.Undo) or event.matches(keys.Redo):
                event.ignore()
                return False
        return super().event(event)
