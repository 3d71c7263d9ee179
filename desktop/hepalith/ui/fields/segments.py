"""A row of answers of which one is chosen: yes/no and short choices."""

from collections.abc import Sequence
from enum import Enum

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QRadioButton, QWidget

from hepalith.ui.fields.face import Face
from hepalith.ui.flow_layout import FlowLayout
from hepalith.ui.theme import theme_of


class Look(Enum):
    """How a chosen segment looks. What is not recorded never looks like an answer."""

    ANSWER = "answer"
    REFUSAL = "refusal"  # no, none: as firm an answer as yes
    OPEN = "open"  # not recorded
    DOUBT = "doubt"  # cannot be told, cannot be obtained, several candidates


class Segment(QRadioButton):
    """One answer. Arrow keys move without choosing, so that nothing is recorded on the way."""

    moved = Signal(int)  # to the neighbour before (-1) or behind (1)
    typed = Signal(str)
    focused = Signal(object)

    def __init__(self, key: str, text: str, look: Look, parent: QWidget, *, picture: str, together: list[Face]) -> None:
        super().__init__(text, parent)
        self.key = key
        self._look = look
        self._face = Face(self, picture, together)

    def mark(self, *, chosen: bool) -> None:
        """Shows whether this is the answer."""
        if self.isChecked() != chosen:
            self.setChecked(chosen)

    def nextCheckState(self) -> None:
        """A click does not check it: the state that comes back from the session does."""

    def hitButton(self, pos: object) -> bool:  # noqa: ARG002 : the whole surface is the button
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
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}.get(
            Qt.Key(event.key())
        )
        held = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        if held or event.text() == "?":
            event.ignore()  # the row or the window takes it
        elif step is not None:
            self.moved.emit(step)
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        elif event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.typed.emit("")
        elif event.text().strip() and event.text().isprintable():
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
        fill, colour, border = theme.surface, theme.text, QPen(QColor(theme.border), 1)
        if self.isChecked():
            if self._look is Look.ANSWER:
                fill, colour = theme.accent
            elif self._look is Look.REFUSAL:
                fill, colour = theme.refusal
            elif self._look is Look.OPEN:
                fill, colour = theme.window, theme.muted
                border = QPen(QColor(theme.border), 1.2, Qt.PenStyle.DashLine)
            else:
                colour = theme.warning
                border = QPen(QColor(theme.warning), 2)
        elif self._look is Look.OPEN:
            colour = theme.muted
        painter.setPen(border)
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.text), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        self._face.paint(painter, self._shown_font(), colour)

    def _bold_font(self) -> QFont:
        font = QFont(self.font())
        font.setBold(self._look is not Look.OPEN)
        font.setItalic(self._look is Look.OPEN)
        return font

    def _shown_font(self) -> QFont:
        if self._look is Look.OPEN:
            return self._bold_font()
        font = QFont(self.font())
        font.setBold(self.isChecked())
        return font


class SegmentBar(QWidget):
    """A group of segments; one of them takes Tab, arrows move between them, letters and digits choose."""

    chosen = Signal(str)  # key of a segment

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._segments: list[Segment] = []
        self._faces: list[Face] = []
        self._row = FlowLayout(self)
        self.setAccessibleName(name)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, key: str, text: str, look: Look, picture: str = "") -> Segment:
        """Adds an answer at the end, with the name of its picture."""
        segment = Segment(key, text, look, self, picture=picture, together=self._faces)
        segment.setAccessibleName(f"{self._name}: {text}")
        segment.clicked.connect(self._on_clicked)
        segment.moved.connect(self._on_moved)
        segment.typed.connect(self._on_typed)
        segment.focused.connect(self._on_focused)
        self._segments.append(segment)
        self._row.addWidget(segment)
        return segment

    def segments(self) -> Sequence[Segment]:
        """All answers in order."""
        return tuple(self._segments)

    def mark(self, keys: frozenset[str]) -> None:
        """Shows which answers are chosen (several when they are candidates). Answers that only show a state
        appear only while they are chosen."""
        for segment in self._segments:  # one answer is a radio button, several candidates are not
            segment.setAutoExclusive(len(keys) == 1)
        for segment in sorted(
            self._segments, key=lambda one: one.key not in keys
        ):  # the chosen first: it frees the others
            segment.mark(chosen=segment.key in keys)
        first = next((segment for segment in self._segments if segment.key in keys), self._segments[0])
        self._rove(next((segment for segment in self._segments if segment.hasFocus()), first))

    def current(self) -> Segment:
        """The answer that takes the keyboard."""
        return next((s for s in self._segments if s.focusPolicy() is Qt.FocusPolicy.StrongFocus), self._segments[0])

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.updateGeometry()

    def _rove(self, to: Segment) -> None:
        for segment in self._segments:
            wanted = Qt.FocusPolicy.StrongFocus if segment is to else Qt.FocusPolicy.ClickFocus
            if segment.focusPolicy() is not wanted:
                segment.setFocusPolicy(wanted)
        self.setFocusProxy(to)

    def _on_focused(self, segment: Segment) -> None:
        self._rove(segment)

    def _on_clicked(self) -> None:
        segment = self.sender()
        if isinstance(segment, Segment):
            self.chosen.emit(segment.key)

    def _on_moved(self, step: int) -> None:
        shown = [segment for segment in self._segments if not segment.isHidden()]
        segment = self.sender()
        if segment in shown:
            shown[(shown.index(segment) + step) % len(shown)].setFocus(Qt.FocusReason.TabFocusReason)

    def _on_typed(self, text: str) -> None:
        if not text:
            self.chosen.emit("")
            return
        answers = [segment for segment in self._segments if segment.key and not segment.isHidden()]
        if text.isdigit() and 1 <= int(text) <= len(answers):
            self._choose(answers[int(text) - 1])
            return
        fitting = [segment for segment in answers if segment.text().lower().startswith(text)]
        if len(fitting) == 1:
            self._choose(fitting[0])
        elif fitting:
            current = self.current()
            following = fitting.index(current) + 1 if current in fitting else 0
            fitting[following % len(fitting)].setFocus(Qt.FocusReason.TabFocusReason)

    def _choose(self, segment: Segment) -> None:
        segment.setFocus(Qt.FocusReason.OtherFocusReason)
        self.chosen.emit(segment.key)
