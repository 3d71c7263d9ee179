"""The right pane: urgency, class and impression always in sight, then the cards."""

from collections.abc import Mapping, Sequence
from html import escape

from PySide6.QtCore import QEvent, QMimeData, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QMenu,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hepalith.domain.case import Case
from hepalith.domain.errors import NoteError
from hepalith.i18n import _, plural
from hepalith.services.session import CaseSession, CaseState
from hepalith.ui.announce import announce
from hepalith.ui.direction import FoldingButton
from hepalith.ui.flow_layout import FlowLayout
from hepalith.ui.fonts import em, embolden, plain_label
from hepalith.ui.headings import Heading
from hepalith.ui.icons import icon, sign_pixmap
from hepalith.ui.layouts import laid_out_once, put_at
from hepalith.ui.link_label import LinkLabel
from hepalith.ui.panel.card import CardWidget
from hepalith.ui.panel.decision import DecisionDialog
from hepalith.ui.panel.dependents import Dependents
from hepalith.ui.panel.differences import Key, Mark, differences
from hepalith.ui.panel.rows import Card, Glance, Guidance, Head, Section, guidance_of
from hepalith.ui.theme import level_colours, theme_of, tinted

MARKED_MS = 6000  # how long it can be seen what an edit changed
REST_MS = 50  # after an edit; until then what is in sight is painted, and the next key has its turn


class UrgencyBand(QFrame):
    """The urgency as colour, sign and word, with what set it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._head: Head | None = None
        self._sign = QLabel()
        self.word_label = Heading("", 1.4)
        self.detail_label = plain_label()
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.word_label)
        words.addWidget(self.detail_label)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 6, 10, 6)
        row.setSpacing(10)
        row.addWidget(self._sign)
        row.addLayout(words, 1)

    def show_head(self, head: Head) -> None:
        """Shows the urgency."""
        self._head = head
        self.word_label.setText(head.word)
        text = "\n".join(part for part in (head.detail[:1].upper() + head.detail[1:], head.could_be) if part)
        self.detail_label.setText(text)
        self.detail_label.setVisible(bool(text))
        self.setAccessibleName(_("Urgency: {word}. {detail}").format(word=head.word, detail=text))
        self._colour()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self._head is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(level_colours(theme_of(self), self._head.level)[0])
        painter.drawRoundedRect(QRectF(self.rect()), 5, 5)

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        kinds = QEvent.Type
        if event.type() in {kinds.PaletteChange, kinds.FontChange, kinds.DevicePixelRatioChange}:
            self._colour()
        return done

    def _colour(self) -> None:
        if self._head is None:
            return
        colour = level_colours(theme_of(self), self._head.level)[1]
        for label in (self.word_label, self.detail_label):
            tinted(label, colour.name())
        ratio = self.devicePixelRatioF()
        self._sign.setPixmap(sign_pixmap(self._head.level.value, colour.name(), em(self) * 2, ratio))
        self.update()


class HeadButton(FoldingButton):
    """The title of a section, on several lines where it is too long for one: as wide as what it stands in allows."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = ""

    def show_title(self, title: str) -> None:
        """Shows a title."""
        self._title = title
        self.wrap()

    def wrap(self) -> None:
        """Breaks the title anew for the present width of the parent."""
        parent = self.parentWidget()
        room = (parent.width() if parent is not None else 0) - em(self) * 3  # beside the arrow
        lines: list[str] = []
        for word in self._title.split(" "):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.fontMetrics().horizontalAdvance(longer) <= room:
                lines[-1] = longer
            else:
                lines.append(word)
        text = "\n".join(lines)
        if self.text() != text:
            self.setText(text)
            self.setAccessibleName(self._title)

    def minimumSizeHint(self) -> QSize:
        return QSize(em(self) * 10, super().minimumSizeHint().height())


class SectionBox(QWidget):
    """A titled list of cards that is opened and closed with its title."""

    need_activated = Signal(str, str)
    reason_pointed = Signal(str, str)
    copied = Signal(str)
    page_wanted = Signal(str, str)
    decision_wanted = Signal(object)  # Card
    opening_wanted = Signal(str, bool)  # section, whether open

    def __init__(self, session: CaseSession, section: Section, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._section = section
        self._cards: dict[tuple[str, str, str], CardWidget] = {}
        self.head_button = HeadButton(self)
        self.head_button.setAutoRaise(True)
        self.head_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        embolden(self.head_button)
        self.head_button.clicked.connect(self._on_clicked)
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 2, 0, 2)
        self.column.setSpacing(2)
        self.column.addWidget(self.head_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addLayout(self._list)

    def show_section(self, section: Section, *, fresh: bool) -> None:
        """Shows the cards, keeping the widgets of those that stay."""
        self._section = section
        self.head_button.show_title(f"{section.title} ({section.count})")
        self.head_button.show_opened(opened=not section.closed)
        self._show_cards(fresh=fresh)

    def mark(self, marks: Mapping[Key, Mark]) -> None:
        """Marks the cards that are new or different; the others lose their mark."""
        words = {Mark.NEW: _("● new"), Mark.CHANGED: _("● changed")}
        for key, card in self._cards.items():
            card.mark(words[marks[key]] if key in marks else "")

    def cards(self) -> tuple[CardWidget, ...]:
        """The cards that are shown, in order."""
        keys = [card.key for card in self._section.cards]
        return tuple(self._cards[key] for key in keys if key in self._cards and not self._cards[key].isHidden())

    def _show_cards(self, *, fresh: bool) -> None:
        wanted = {card.key for card in self._section.cards}
        gone = [self._cards.pop(key) for key in [key for key in self._cards if key not in wanted]]
        free = [card for card in gone if card.lends_itself]
        for position, row in enumerate(self._section.cards):
            widget = self._cards.get(row.key)
            if widget is None:
                widget = free.pop() if free else self._made()
                self._cards[row.key] = widget
                widget.resize(self.width(), widget.height())
            widget.show_card(row, fresh=fresh)
            put_at(self._list, position, widget)
            if widget.isHidden():
                widget.show()
        for card in gone:
            if card.card is None or card.card.key not in self._cards:
                self._list.removeWidget(card)
                card.hide()  # it may live on until the next round of events
                card.deleteLater()

    def _made(self) -> CardWidget:
        widget = CardWidget(self._session, self)
        widget.need_activated.connect(self.need_activated)
        widget.reason_pointed.connect(self.reason_pointed)
        widget.copied.connect(self.copied)
        widget.page_wanted.connect(self.page_wanted)
        widget.decision_wanted.connect(self.decision_wanted)
        return widget

    @property
    def closed(self) -> bool:
        """Whether only the title is shown."""
        return self._section.closed

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.head_button.wrap()

    def _on_clicked(self) -> None:
        self.opening_wanted.emit(self._section.id, self._section.closed)


class GuidancePanel(QWidget):
    """Follows every edit."""

    need_activated = Signal(str, str)  # finding, subject
    reason_pointed = Signal(str, str)
    copied = Signal(str)
    page_wanted = Signal(str, str)  # kind and id of an entry: its page of the manual
    failed = Signal(str)

    def __init__(self, session: CaseSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.guidance: Guidance | None = None
        self._dependents = Dependents(session.knowledge)
        self._case: Case | None = None
        self._marks_end = QTimer(self)
        self._marks_end.setSingleShot(True)
        self._marks_end.setInterval(MARKED_MS)
        self._marks_end.timeout.connect(self._end_marks)
        self._opened: dict[str, bool] = {}  # sections that the user opened or closed
        self._boxes: dict[str, SectionBox] = {}
        self._marks: Mapping[Key, Mark] = {}
        self._rest: list[tuple[int, Section]] = []  # out of sight and not shown yet, with their positions
        self._rest_due = QTimer(self, interval=REST_MS, singleShot=True)
        self._rest_due.timeout.connect(self.show_rest)
        self.band = UrgencyBand(self)
        self.class_label = Heading("", 1.1)
        self.impression_label = plain_label()
        self.impression_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy_button = QToolButton(self)
        self.copy_button.setIcon(icon("copy", self))
        self.copy_button.setIconSize(QSize(em(self), em(self)))
        self.copy_button.setAutoRaise(True)
        self.copy_button.setToolTip(_("Copy findings, impression and recommendation"))
        self.copy_button.setAccessibleName(self.copy_button.toolTip())
        self.copy_button.clicked.connect(self.copy_short)
        self.copy_button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        menu = QMenu(self.copy_button)
        menu.addAction(_("&Short, for the radiology report"), self.copy_short)
        menu.addAction(_("&Long, for the record"), self.copy_long)
        self.copy_button.setMenu(menu)
        self.glance_label = LinkLabel(self)
        self.glance_label.linkActivated.connect(self._go_to)
        self._jumps = QWidget(self)
        self._jump_row = FlowLayout(self._jumps, gap=2)
        self._jump_buttons: dict[str, QToolButton] = {}

        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addWidget(self.class_label)
        texts.addWidget(self.impression_label)
        answer = QHBoxLayout()
        answer.addLayout(texts, 1)
        answer.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignTop)
        body = QWidget()
        self._list = QVBoxLayout(body)
        self._list.setContentsMargins(0, 0, 6, 0)
        self._list.setSpacing(2)
        review = (session.knowledge.header.review_state, session.knowledge.translation.note)
        self._review_label = plain_label("\n".join(filter(None, review)))
        self._list.addWidget(self._review_label)
        self._list.addStretch(1)
        self.card_area = QScrollArea(self)
        self.card_area.setWidgetResizable(True)
        self.card_area.setFrameShape(QFrame.Shape.NoFrame)
        self.card_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.card_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.card_area.setAccessibleName(_("Guidance"))
        self.card_area.setWidget(body)
        self.card_area.verticalScrollBar().valueChanged.connect(self.show_rest)
        self._body = body
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(6, 6, 6, 4)
        self._column.setSpacing(4)
        self._column.addWidget(self.band)
        self._column.addLayout(answer)
        self._column.addWidget(self.glance_label)
        self._column.addWidget(self._jumps)
        self._column.addWidget(self.card_area, 1)

    def show_state(self, state: CaseState) -> None:
        """Shows the assessment of a state; widgets of unchanged cards are left alone.

        Sections that begin below the edge follow in a moment (`show_rest`).
        """
        guidance = guidance_of(state, self._session.knowledge, self._opened)
        before = self.guidance if self._case is not None and state.case.case_id == self._case.case_id else None
        tinted(self._review_label, theme_of(self).muted)
        shown = self.guidance
        edited = state.case is not self._case  # otherwise a second look came in, or a section was opened
        self.guidance, self._case = guidance, state.case
        self._body.setUpdatesEnabled(False)
        with laid_out_once([self._column, *self._layouts()]):
            if shown is None or guidance.head != shown.head:
                self._show_head(guidance.head)
            if shown is None or guidance.glances != shown.glances:
                self._show_glances(guidance.glances)
            self._show_sections(guidance)
            if edited:
                self._show_differences(before)
        if self.isVisible() and (shown is None or guidance.sections != shown.sections):
            self._fit_body()
        self._body.setUpdatesEnabled(True)

    def show_rest(self) -> None:
        """Shows the sections that are out of sight, before anyone scrolls or goes to them."""
        self._rest_due.stop()
        rest, self._rest = self._rest, []
        if rest:
            with laid_out_once(self._layouts()):
                for position, section in rest:
                    self._show_section(position, section).mark(self._marks)
            self._fit_body()

    def _show_differences(self, before: Guidance | None) -> None:
        """Marks for a moment what the last edit changed, and has it spoken."""
        if self.guidance is None or before is None:
            self._marks_end.stop()
            self._mark({})
        elif self.guidance != before:
            found = differences(before, self.guidance)
            self._mark(found.marks)
            self._marks_end.start()
            if found.sentence:
                announce(self, found.sentence)

    def _fit_body(self) -> None:
        """Gives the cards their places, from inside out: each layout is asked when those in it know their height.

        Qt goes from outside in, and lays everything out again for each height that turns out another one.
        """
        for box in self._boxes.values():
            box.column.activate()
        self._list.invalidate()
        width = self._body.width()
        self._body.resize(width, max(self._list.heightForWidth(width), self.card_area.viewport().height()))

    def _layouts(self) -> list[QLayout]:
        return [self._list, *(box.column for box in self._boxes.values())]

    def _mark(self, marks: Mapping[Key, Mark]) -> None:
        self._marks = marks
        later = {section.id for _position, section in self._rest}
        for name, box in self._boxes.items():
            if name not in later:
                box.mark(marks)

    def _end_marks(self) -> None:
        with laid_out_once(self._layouts()):
            self._mark({})

    def section(self, name: str) -> SectionBox | None:
        """The box of a section that is shown."""
        self.show_rest()
        return self._boxes.get(name)

    def open_section(self, name: str, opened: bool) -> None:
        """Opens or closes a section; it stays so with the next states."""
        self._opened[name] = opened
        self.show_state(self._session.state)

    def resting_on(self, finding: str, subject: str) -> tuple[Card, ...]:
        """The cards that are shown and rest on a finding of a subject."""
        sections = self.guidance.sections if self.guidance is not None else ()
        return self._dependents.among((card for one in sections for card in one.cards), finding, subject)

    def go_to_card(self, key: Key) -> None:
        """Scrolls to a card and puts the keyboard on its "why"."""
        self.show_rest()
        for box in self._boxes.values():
            for card in box.cards():
                if card.card is not None and card.card.key == key:
                    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
                    self.card_area.ensureWidgetVisible(card)
                    card.why_button.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def copy_short(self) -> None:
        """Puts findings, impression and recommendation on the clipboard, as short as a radiology report wants them."""
        self._copy(short=True)

    def copy_long(self) -> None:
        """Puts the same on the clipboard in full, for the record."""
        self._copy(short=False)

    def _copy(self, *, short: bool) -> None:
        try:
            made = self._session.report_text(short=short)
        except NoteError as error:
            self.failed.emit(str(error))
            return
        content = QMimeData()
        content.setText(made.plain)
        content.setHtml(made.html)
        QGuiApplication.clipboard().setMimeData(content)
        self.copied.emit(_("findings, impression and recommendation"))

    def decide(self, card: Card) -> None:
        """Asks what was decided otherwise about the advice of a card."""
        DecisionDialog(self._session, card, self).open()

    def take_focus(self) -> None:
        """Puts the keyboard into the panel."""
        self.show_rest()
        self.copy_button.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.show_rest()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and hasattr(self, "copy_button"):
            self.copy_button.setIconSize(QSize(em(self), em(self)))
        elif event.type() is QEvent.Type.PaletteChange and hasattr(self, "_review_label"):
            self.copy_button.setIcon(icon("copy", self))
            tinted(self._review_label, theme_of(self).muted)

    def _show_head(self, head: Head) -> None:
        self.band.show_head(head)
        self.class_label.setText(f"{head.class_text}")
        self.class_label.setToolTip(head.certainty)
        self.impression_label.setText(head.impression)

    def _show_sections(self, guidance: Guidance) -> None:
        wanted = {section.id for section in guidance.sections}
        for gone in [name for name in self._boxes if name not in wanted]:
            box = self._boxes.pop(gone)
            self._list.removeWidget(box)
            box.hide()  # it may live on until the next round of events
            box.deleteLater()
        self._rest = []
        room_left = self.card_area.verticalScrollBar().value() + self.card_area.viewport().height()
        for position, section in enumerate(guidance.sections):
            if room_left > 0 or not self.isVisible():
                box = self._show_section(position, section)
                room_left -= box.column.heightForWidth(box.width()) + self._list.spacing()
            else:
                self._rest.append((position, section))
        if self._rest:
            self._rest_due.start()
        self._show_jumps(guidance)

    def _show_section(self, position: int, section: Section) -> SectionBox:
        if section.id not in self._boxes:
            self._boxes[section.id] = self._made(section)
        box = self._boxes[section.id]
        box.show_section(section, fresh=True)
        put_at(self._list, position, box)
        if box.isHidden():
            box.show()  # by itself only after the painting, which would be done twice
        return box

    def _made(self, section: Section) -> SectionBox:
        box = SectionBox(self._session, section, self)
        box.need_activated.connect(self.need_activated)
        box.reason_pointed.connect(self.reason_pointed)
        box.copied.connect(self.copied)
        box.page_wanted.connect(self.page_wanted)
        box.decision_wanted.connect(self.decide)
        box.opening_wanted.connect(self.open_section)
        edges = self._list.contentsMargins()
        box.resize(self._body.width() - edges.left() - edges.right(), box.height())
        return box

    def _show_jumps(self, guidance: Guidance) -> None:
        """Buttons that scroll to the sections, with their counts: what is below the edge is announced here."""
        shown = [section for section in guidance.sections if section.announced]
        wanted = {section.id: f"{section.title} {section.count}" for section in shown}
        for gone in [name for name in self._jump_buttons if name not in wanted]:
            button = self._jump_buttons.pop(gone)
            self._jump_row.removeWidget(button)
            button.hide()  # it may live on until the next round of events
            button.deleteLater()
        for name, text in wanted.items():
            if name not in self._jump_buttons:
                button = QToolButton(self._jumps)
                button.setAutoRaise(True)
                button.setProperty("section", name)
                button.clicked.connect(self._on_jump)
                self._jump_buttons[name] = button
                self._jump_row.addWidget(button)
                button.show()
            button = self._jump_buttons[name]
            if button.text() != text:
                button.setText(text)
                button.setAccessibleName(_("Go to {section}").format(section=text))
        if list(self._jump_buttons) != list(wanted):
            self._jump_buttons = {name: self._jump_buttons[name] for name in wanted}
            self._jump_row.put_in_order(list(self._jump_buttons.values()))

    def _show_glances(self, glances: Sequence[Glance]) -> None:
        lines = []
        for one in glances:
            more = plural("and {count} more", "and {count} more", one.more) if one.more else ""
            text = escape(" · ".join(part for part in (*one.titles, more) if part))
            lines.append(f'<div><a href="{one.section}"><b>{escape(one.caption)}</b></a>: {text}</div>')
        self.glance_label.setText("".join(lines))
        said = (f"{one.caption}: {', '.join(one.titles)}" for one in glances)
        self.glance_label.setAccessibleName(". ".join(said) or _("No advice applies yet"))
        self.glance_label.setVisible(bool(lines))

    def _on_jump(self) -> None:
        button = self.sender()
        if button is not None:
            self._go_to(str(button.property("section")))

    def _go_to(self, name: str) -> None:
        """Scrolls to a section and opens it."""
        box = self.section(name)
        if box is not None:
            if box.closed:
                self.open_section(name, True)  # noqa: FBT003 : a slot
                self.show_rest()
            QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
            self.card_area.verticalScrollBar().setValue(box.y())
            box.head_button.setFocus(Qt.FocusReason.ShortcutFocusReason)
