"""Editor for a date of day, month or year precision."""

from PySide6.QtCore import QDate, Qt, QTimer, Signal
from PySide6.QtWidgets import QCalendarWidget, QDialog, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from hepalith.domain.case import DateValue, Observation, State
from hepalith.domain.durations import parse_date
from hepalith.domain.errors import InvalidValueError
from hepalith.i18n import _
from hepalith.knowledge.model import Finding
from hepalith.ui.fields.editor import Editor, Entered, MoreButton, PlainInput
from hepalith.ui.fields.number import TYPING_MS
from hepalith.ui.icons import icon
from hepalith.ui.texts import state_word

_WHOLE = len("2026-05-20")
_KEEP_MS = 1000  # after which what may still become more is kept all the same


class DateInput(QWidget):
    """ISO text with a calendar. Year, or year and month, are dates too."""

    date_typed = Signal(str, bool)  # text, final

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pending = False
        self._typing = QTimer(self, interval=TYPING_MS, singleShot=True)
        self._typing.timeout.connect(self._on_typing_paused)
        self.text_input = PlainInput(self)
        self.text_input.setAccessibleName(name)
        self.text_input.setPlaceholderText(state_word(None))
        self.text_input.setToolTip(
            _("Year-month-day, for example 2026-05-20; 2026-05 or 2026 if that is all that is known")
        )
        self.text_input.textEdited.connect(self._on_edited)
        self.text_input.editingFinished.connect(self.commit)
        self.calendar_button = QToolButton(self)
        self.calendar_button.setIcon(icon("calendar", self))
        self.calendar_button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.calendar_button.setToolTip(_("Calendar (Alt+Down)"))
        self.calendar_button.setAccessibleName(_("{label}: calendar").format(label=name))
        self.calendar_button.clicked.connect(self.open_calendar)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.text_input, 1)
        row.addWidget(self.calendar_button)
        self.setFocusProxy(self.text_input)

    def show_text(self, text: str) -> None:
        """Shows a date without saying that it was entered."""
        if self.text_input.text() != text:
            self.text_input.setText(text)
        self._pending = False

    def commit(self) -> None:
        """Sends at once what is typed."""
        self._typing.stop()
        if self._pending:
            self._pending = False
            self.date_typed.emit(self.text_input.text().strip(), True)  # noqa: FBT003

    def open_calendar(self) -> None:
        """Shows a calendar below the text."""
        popup = QDialog(self, Qt.WindowType.Popup)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        calendar = QCalendarWidget(popup)
        shown = QDate.fromString(self.text_input.text(), Qt.DateFormat.ISODate)
        if shown.isValid():
            calendar.setSelectedDate(shown)
        calendar.activated.connect(self._on_day_chosen)
        calendar.clicked.connect(self._on_day_chosen)
        calendar.activated.connect(popup.close)
        calendar.clicked.connect(popup.close)
        column = QVBoxLayout(popup)
        column.setContentsMargins(1, 1, 1, 1)
        column.addWidget(calendar)
        popup.move(self.mapToGlobal(self.rect().bottomLeft()))
        popup.open()
        calendar.setFocus()

    def _on_day_chosen(self, day: QDate) -> None:
        text = day.toString(Qt.DateFormat.ISODate)
        self.text_input.setText(text)
        self.date_typed.emit(text, True)  # noqa: FBT003

    def _on_edited(self) -> None:
        self._pending = True
        self._typing.start(TYPING_MS)

    def _on_typing_paused(self) -> None:
        text = self.text_input.text().strip()
        whole = len(text) in {0, _WHOLE}  # a year may still become more
        if whole or self._typing.interval() == _KEEP_MS:
            self.date_typed.emit(text, False)  # noqa: FBT003
        else:
            self._typing.start(_KEEP_MS)


class DateEditor(Editor):
    """A date as a finding."""

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(finding, parent)
        self.date_input = DateInput(finding.label, self)
        self.date_input.date_typed.connect(self._on_typed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.date_input)
        row.addStretch(1)
        row.addWidget(MoreButton(self, self))
        self.setFocusProxy(self.date_input)

    def focus_target(self) -> QWidget:
        return self.date_input.text_input

    def show_observation(self, observation: Observation | None, *, keep_text: bool = False) -> None:
        value = observation.value if observation is not None else None
        unknown = observation is not None and observation.state is not State.KNOWN
        self.date_input.text_input.setPlaceholderText(
            state_word(observation.state if observation is not None and unknown else None)
        )
        if not keep_text:
            self.date_input.show_text(value.date if isinstance(value, DateValue) else "")

    def commit(self) -> None:
        self.date_input.commit()

    def _on_typed(self, text: str, final: bool) -> None:
        if not text:
            self.cleared.emit(final)
            return
        try:
            parse_date(text)
        except InvalidValueError as error:
            self.refusal_noticed.emit(str(error), final)
            return
        self.value_entered.emit(Entered(value=DateValue(date=text), final=final))


def is_date(text: str) -> bool:
    """Whether the text is a date of any precision, or none."""
    try:
        return not text or bool(parse_date(text))
    except InvalidValueError:
        return False
