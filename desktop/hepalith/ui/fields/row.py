"""One finding in the form: label, editor, what is wrong with it, and what earlier examinations showed."""

from PySide6.QtCore import QEvent, QLineF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from hepalith.domain.case import PATIENT, Case, ChoiceValue, Observation, State
from hepalith.domain.errors import InvalidValueError
from hepalith.i18n import _
from hepalith.knowledge.entry import check_value
from hepalith.knowledge.model import Finding
from hepalith.services.session import CaseSession
from hepalith.ui.fields.editor import Entered, MoreButton
from hepalith.ui.fields.registry import make_editor
from hepalith.ui.fonts import em, plain_label
from hepalith.ui.picture_label import PictureLabel
from hepalith.ui.texts import state_word, study_word
from hepalith.ui.theme import leading_bar, margins, theme_of, tinted

At = tuple[str, str]  # study, date

_SIDE_BY_SIDE_EMS = 24
_LABEL_SHARE = 0.34


class FieldRow(QWidget):
    """Sends the edits of one finding of one subject to the session, and shows what came of them."""

    refusal_changed = Signal()
    studies_wanted = Signal()

    def __init__(
        self,
        session: CaseSession,
        finding: Finding,
        subject: str,
        at: At | None = None,
        parent: QWidget | None = None,
        *,
        in_table: bool = False,
    ) -> None:
        """in_table: a cell of a row that says itself which examination it is about."""
        super().__init__(parent)
        self.finding = finding
        self.subject = subject
        self._session = session
        self._at = at
        self._shown: Observation | None = None
        self._before_typing: Observation | None = None  # what a refused entry goes back to
        self._recording = False
        self._refusal = ""
        self._warning = ""
        self._unit = ""
        self.lit = False

        self.editor = make_editor(finding, self, small=at is not None)
        self.label = plain_label(finding.label if at is None or in_table else at_word(session, at))
        self.label.setBuddy(self.editor.focus_target())
        self.label.setToolTip(finding.help)
        self.editor.setToolTip(finding.help)
        self.label.setContentsMargins(0, 3, 0, 0)
        self._stacked = self.editor.stacked or in_table
        self._message: QLabel | None = None
        self._earlier: EarlierRows | None = None

        right = QVBoxLayout()
        right.setSpacing(2)
        right.addWidget(self.editor)
        self._right = right
        self._box = QBoxLayout(
            QBoxLayout.Direction.TopToBottom if self._stacked else QBoxLayout.Direction.LeftToRight, self
        )
        self._box.setSpacing(3 if self._stacked else 10)
        head = QHBoxLayout()
        head.addWidget(self.label, 1, Qt.AlignmentFlag.AlignTop)
        self._picture = PictureLabel(finding.picture, self) if finding.picture and at is None else None
        if self._picture is not None:
            head.addWidget(self._picture)
        self._box.addLayout(head)
        self._box.addLayout(right, 1)
        if at is None and subject != PATIENT and not self._stacked:
            self._add_earlier_button()
        self._set_margins()
        self._describe()
        for more in self.editor.findChildren(MoreButton):
            more.menu_opening.connect(self._on_menu_opening)
        self.editor.value_entered.connect(self._on_value_entered)
        self.editor.state_entered.connect(self._on_state_entered)
        self.editor.cleared.connect(self._on_cleared)
        self.editor.refusal_noticed.connect(self._refuse)
        self.editor.narrowing_wanted.connect(self._on_narrowing_wanted)

    @property
    def refusal(self) -> str:
        """Why what is typed was not recorded, or ""."""
        return self._refusal

    @property
    def message(self) -> str:
        """The text shown below the editor, or ""."""
        return self._message.text() if self._message is not None else ""

    def show_observation(self, observation: Observation | None, case: Case) -> None:
        """Shows what is recorded."""
        if observation != self._shown:
            self._shown = observation
            if not self._recording:
                self._before_typing = observation
                self._refusal = ""
            self.editor.show_observation(observation, keep_text=bool(self._refusal))
            self._warning = self._warning_of(observation)
            self._show_message()
            self._describe()
            self.update()
        self.editor.show_case(case, self._session.knowledge, self.subject)
        if self._at is None and (self.subject != PATIENT or len(case.observations) > 1):
            self._show_earlier(case)

    def prefer_unit(self, unit: str) -> None:
        """The unit in which the user likes to enter and to read this finding; "" for none in particular."""
        self._unit = unit
        self.editor.prefer_unit(unit)
        if self._earlier is not None:
            self._earlier.prefer_unit(unit)

    def take_focus(self) -> None:
        """Puts the keyboard into the field."""
        self.editor.focus_target().setFocus(Qt.FocusReason.ShortcutFocusReason)

    def light_up(self, *, on: bool) -> None:
        """Frames the field while a reason in the guidance that comes from it is pointed at."""
        if self.lit is not on:
            self.lit = on
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        theme = theme_of(self)
        painter = QPainter(self)
        if self.lit:
            painter.setPen(QPen(QColor(theme.accent[0]), 2))
            painter.setBrush(QColor(theme.surface))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        known = self._shown is not None and self._shown.state is State.KNOWN
        colour = theme.border
        if self._refusal:
            colour = theme.alert
        elif self._warning or (self._shown is not None and not known):
            colour = theme.warning
        elif known:
            colour = theme.accent[0]
        bar = leading_bar(self, 4, margin=5)
        if self._shown is None and not self._refusal:
            painter.setPen(QPen(QColor(colour), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QLineF(bar.center().x(), 6, bar.center().x(), self.height() - 6))
        else:
            painter.fillRect(bar, QColor(colour))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and hasattr(self, "_box"):
            self._set_margins()
            self._arrange()
        elif event.type() is QEvent.Type.PaletteChange and hasattr(self, "_message"):
            self._tint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        menu_key = event.key() == Qt.Key.Key_Menu or (
            event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier
        )
        if event.key() == Qt.Key.Key_Escape and self._refusal:
            self._refusal = ""
            self.editor.show_observation(self._shown)
            self._show_message()
            self.refusal_changed.emit()
        elif menu_key:
            for more in self.editor.findChildren(MoreButton):
                more.open_menu()
        elif event.text() == "?" and not self._recording:
            self._on_state_entered(State.INDETERMINATE)
        else:
            super().keyPressEvent(event)

    def open_earlier(self) -> None:
        """Shows a field for each earlier examination."""
        if self._earlier is None:
            self._earlier = EarlierRows(self._session, self.finding, self.subject, self)
            self._earlier.prefer_unit(self._unit)
            self._earlier.studies_wanted.connect(self.studies_wanted)
            self._right.addWidget(self._earlier)
        self._earlier.open_all = True
        self._earlier.show_case(self._session.state.case, self._shown)

    # edits

    def _on_value_entered(self, entered: Entered) -> None:
        at = {} if self._at is None else {"study": self._at[0], "date": self._at[1]}
        self._recording = True
        try:
            self._session.record(
                self.finding.id,
                entered.value,
                self.subject,
                **at,
                lower_limit=entered.lower_limit,
                upper_limit=entered.upper_limit,
                final=entered.final,
            )
        except InvalidValueError as error:
            self._refuse(str(error), entered.final)
        else:
            self._accept(final=entered.final)
        finally:
            self._recording = False

    def _on_state_entered(self, state: State) -> None:
        at = {} if self._at is None else {"study": self._at[0], "date": self._at[1]}
        self._session.record_state(self.finding.id, state, self.subject, **at)
        self._accept(final=True)

    def _on_cleared(self, final: bool) -> None:
        study, date = self._at or (None, None)
        self._recording = True
        self._session.clear(self.finding.id, self.subject, study=study, date=date, final=final)
        self._recording = False
        self._accept(final=final)

    def _accept(self, *, final: bool) -> None:
        if final:
            self._before_typing = self._shown
        if self._refusal:
            self._refusal = ""
            self.refusal_changed.emit()
        self._show_message()

    def _refuse(self, reason: str, final: bool) -> None:
        """Keeps what is typed; the case goes back to what it held before the typing began."""
        if not final and self._shown == self._before_typing:
            return  # still typing, and nothing wrong is recorded
        self._refusal = reason
        self._recording = True
        self._put_back()
        self._recording = False
        if not final:
            self._refusal = ""
            return
        self._show_message()
        self.refusal_changed.emit()

    def _put_back(self) -> None:
        old = self._before_typing
        if self._shown == old:
            return
        if old is None:
            study, date = self._at or (None, None)
            self._session.clear(self.finding.id, self.subject, study=study, date=date)
        elif old.value is not None:
            self._session.record(
                old.finding,
                old.value,
                old.subject,
                study=old.study,
                date=old.date,
                lower_limit=old.lower_limit,
                upper_limit=old.upper_limit,
            )
        else:
            self._session.record_state(old.finding, old.state, old.subject, study=old.study, date=old.date)

    def _on_narrowing_wanted(self) -> None:
        from hepalith.ui.fields.narrowing import NarrowingDialog

        dialog = NarrowingDialog(self.finding, self)
        dialog.narrowed.connect(self._on_narrowed)
        dialog.open()

    def _on_narrowed(self, value: ChoiceValue) -> None:
        self._on_value_entered(Entered(value=value))

    def _on_menu_opening(self, menu: QMenu) -> None:
        if self._at is None and self.subject != PATIENT:
            menu.addSeparator()
            menu.addAction(_("At an earlier examination..."), self.open_earlier)

    # showing

    def _warning_of(self, observation: Observation | None) -> str:
        if observation is None or observation.value is None:
            return ""
        try:
            return check_value(self.finding, observation.value)
        except InvalidValueError as error:
            return str(error)  # from a file: shown, and never evaluated as something else

    def _show_message(self) -> None:
        text = ""
        if self._refusal:
            kept = _("Nothing is recorded.") if self._shown is None else _("What was recorded before stays.")
            text = "✗ " + _("Refused: {reason} {kept}").format(reason=self._refusal, kept=kept)
        elif self._warning:
            text = "⚠ " + self._warning
        if text and self._message is None:
            self._message = plain_label()
            self._right.insertWidget(1, self._message)  # below the editor
        if self._message is not None:
            if self._message.text() != text:
                self._message.setText(text)
            if self._message.isHidden() is bool(text):
                self._message.setVisible(bool(text))
        self._tint()
        self._describe()
        self.update()

    def _tint(self) -> None:
        if self._message is not None:
            theme = theme_of(self)
            tinted(self._message, theme.alert if self._refusal else theme.warning)

    def _describe(self) -> None:
        """What a screen reader says after the name."""
        state = state_word(self._shown.state if self._shown is not None else None)
        text = ". ".join(part for part in (self._refusal or self._warning, state, self.finding.help) if part)
        target = self.editor.focus_target()
        if target.accessibleDescription() != text and self.editor.described:
            target.setAccessibleDescription(text)

    def _show_earlier(self, case: Case) -> None:
        observed = case.of(self.finding.id, self.subject)
        if self._earlier is None and len(observed) > 1:
            self._earlier = EarlierRows(self._session, self.finding, self.subject, self)
            self._earlier.prefer_unit(self._unit)
            self._earlier.studies_wanted.connect(self.studies_wanted)
            self._right.addWidget(self._earlier)
        if self._earlier is not None:
            self._earlier.show_case(case, self._shown)

    def _add_earlier_button(self) -> None:
        if self.finding.type != "number":
            return  # for other types the menu of the field has it
        button = QToolButton(self)
        button.setText(_("Earlier"))
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        button.setToolTip(_("What it was at an earlier examination"))
        button.setAccessibleName(_("{label}: at an earlier examination").format(label=self.finding.label))
        button.clicked.connect(self.open_earlier)
        self._box.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    def _set_margins(self) -> None:
        gap = round(em(self) * 0.3)
        self._box.setContentsMargins(margins(self, 12, gap, 2, gap))

    def minimumSizeHint(self) -> QSize:
        """No wider than with the label above the editor, where `_arrange` puts it if there is no room beside."""
        hint = super().minimumSizeHint()
        least = max(self.label.minimumSizeHint().width(), *self._widths()) + self._beyond_widths()
        return QSize(min(hint.width(), least), hint.height())

    def _widths(self) -> list[int]:
        """The least widths of what stands after the label."""
        parts = [self._box.itemAt(place) for place in range(1, self._box.count())]
        return [part.minimumSize().width() for part in parts if part is not None]

    def _beyond_widths(self) -> int:
        edges = self._box.contentsMargins()
        return edges.left() + edges.right()

    def _has_room_beside(self) -> bool:
        if self._stacked or self.width() <= _SIDE_BY_SIDE_EMS * em(self):
            return False
        widths = self._widths()
        needed = sum(widths) + len(widths) * self._box.spacing() + self._beyond_widths()
        return self.width() >= round(self.width() * _LABEL_SHARE) + needed

    def _arrange(self) -> None:
        beside = self._has_room_beside()
        direction = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if self._box.direction() is not direction:
            self._box.setDirection(direction)
        picture = self._picture.sizeHint().width() + self._box.spacing() if self._picture is not None else 0
        wanted = round(self.width() * _LABEL_SHARE) - picture if beside else 0
        if beside and self.label.width() != wanted:
            self.label.setFixedWidth(wanted)
        elif not beside and self.label.maximumWidth() < 16777215:
            self.label.setMinimumWidth(0)
            self.label.setMaximumWidth(16777215)


class EarlierRows(QWidget):
    """The same finding at other examinations or dates."""

    studies_wanted = Signal()

    def __init__(self, session: CaseSession, finding: Finding, subject: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.open_all = False
        self._session = session
        self._finding = finding
        self._subject = subject
        self._rows: dict[At, FieldRow] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 2, 0, 4)
        self._column.setSpacing(2)
        self._hint: QWidget | None = None
        self._unit = ""

    def prefer_unit(self, unit: str) -> None:
        """The unit in which the user likes to enter and to read the finding; "" for none in particular."""
        self._unit = unit
        for row in self._rows.values():
            row.prefer_unit(unit)

    def show_case(self, case: Case, shown: Observation | None) -> None:
        """Shows a row for each other observation, and for each other study once asked for."""
        current = (shown.study, shown.date) if shown is not None else None
        keys = [(o.study, o.date) for o in case.of(self._finding.id, self._subject)]
        if self.open_all:
            studies = sorted(case.studies, key=lambda study: study.date, reverse=True)
            if current is None and studies:
                current = (studies[0].id, "")
            keys += [(study.id, "") for study in studies]
        wanted = [key for key in dict.fromkeys(keys) if key != current]
        for key in [key for key in self._rows if key not in wanted]:
            row = self._rows.pop(key)
            self._column.removeWidget(row)
            row.hide()  # it may live on until the next round of events
            row.deleteLater()
        for key in wanted:
            if key not in self._rows:
                row = FieldRow(self._session, self._finding, self._subject, key, self)
                row.prefer_unit(self._unit)
                self._rows[key] = row
                self._column.addWidget(row)
            self._rows[key].show_observation(case.observed(self._finding.id, self._subject, *key), case)
        self._show_hint(wanted=self.open_all and not wanted)

    def _show_hint(self, *, wanted: bool) -> None:
        if wanted and self._hint is None:
            self._hint = QWidget(self)
            row = QHBoxLayout(self._hint)
            row.setContentsMargins(0, 0, 0, 0)
            row.addWidget(plain_label(_("Enter the earlier examination first.")), 1)
            button = QPushButton(_("Examinations"))
            button.clicked.connect(self.studies_wanted)
            row.addWidget(button)
            self._column.addWidget(self._hint)
        if self._hint is not None:
            self._hint.setVisible(wanted)


def at_word(session: CaseSession, at: At) -> str:
    """An examination or a date in a few words."""
    study = next((one for one in session.state.case.studies if one.id == at[0]), None)
    parts = [study_word(study, session.knowledge) if study is not None else at[0], at[1]]
    return " ".join(part for part in parts if part) or _("Without examination or date")
