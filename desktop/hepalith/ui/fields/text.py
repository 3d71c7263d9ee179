"""Editor for free text."""

from PySide6.QtCore import QEvent, QMimeData, QTimer
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from hepalith.domain.case import Observation, State, TextValue
from hepalith.i18n import _
from hepalith.knowledge.model import Finding
from hepalith.ui.fields.editor import KEEP_MS, Editor, Entered
from hepalith.ui.texts import state_word


class TextArea(QPlainTextEdit):
    """A text field that Tab leaves and that tells when it lost the keyboard."""

    def __init__(self, editor: "TextEditor") -> None:
        super().__init__(editor)
        self._editor = editor
        self.setTabChangesFocus(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._editor.commit()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Words, but no files: those are for the window, which opens them."""
        return not source.hasUrls() and super().canInsertFromMimeData(source)


class TextEditor(Editor):
    """Several lines of free words."""

    stacked = True

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(finding, parent)
        self._showing = False
        self._pending = False
        self._pause = QTimer(self, interval=KEEP_MS, singleShot=True)
        self._pause.timeout.connect(self.commit)
        self.text_input = TextArea(self)
        self.text_input.setAccessibleName(finding.label)
        self.text_input.setPlaceholderText(state_word(None))
        self.text_input.setAccessibleDescription(_("Several lines; Tab goes on"))
        self.text_input.textChanged.connect(self._on_changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.text_input)
        self.setFocusProxy(self.text_input)
        self._set_height()

    def focus_target(self) -> QWidget:
        return self.text_input

    def show_observation(self, observation: Observation | None, *, keep_text: bool = False) -> None:  # noqa: ARG002
        value = observation.value if observation is not None else None
        unknown = observation is not None and observation.state is not State.KNOWN
        self.text_input.setPlaceholderText(
            state_word(observation.state if observation is not None and unknown else None)
        )
        text = value.text if isinstance(value, TextValue) else ""
        if self.text_input.toPlainText().strip() != text.strip():
            self._showing = True
            self.text_input.setPlainText(text)
            self._showing = False
        self._pending = False

    def commit(self) -> None:
        self._pause.stop()
        if not self._pending:
            return
        self._pending = False
        text = self.text_input.toPlainText()
        if text.strip():
            self.value_entered.emit(Entered(value=TextValue(text=text)))
        else:
            self.cleared.emit(True)  # noqa: FBT003

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and hasattr(self, "text_input"):
            self._set_height()

    def _set_height(self) -> None:
        self.text_input.setFixedHeight(self.fontMetrics().height() * 5)

    def _on_changed(self) -> None:
        if not self._showing:
            self._pending = True
            self._pause.start()
