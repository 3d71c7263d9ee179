"""One card of the guidance panel. Opens in place to why, sources, basis and review state."""

from html import escape
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from hepalith.domain.assessment import Need, TraceNode, Turn
from hepalith.i18n import _, plural
from hepalith.ui.colours import Theme
from hepalith.ui.direction import FoldingButton
from hepalith.ui.flow_layout import FlowLayout
from hepalith.ui.fonts import em, embolden, plain_label
from hepalith.ui.icons import icon
from hepalith.ui.layouts import laid_out_once
from hepalith.ui.link_label import LinkLabel
from hepalith.ui.panel.rows import Balance, Card, card_text
from hepalith.ui.panel.trace_text import EVERY_PART, link_to, links_of, trace_html, turns_html
from hepalith.ui.theme import leading_bar, margins, theme_of, tinted

_SHOWN_NEEDS = 6


class Explains(Protocol):
    """Says why an item holds or not (CaseSession does)."""

    def explain(self, item: str, subject: str = ...) -> TraceNode:
        """The trace of an item for a subject."""

    def turns(self, item: str, subject: str = ...) -> tuple[Turn, ...]:
        """What would change it."""


def needs_html(needs: tuple[Need, ...], caption: str) -> str:
    """Links to the fields that are needed."""
    links = [
        f'<a href="{escape(link_to(need.finding, need.subject))}">{escape(need.label)}</a>'
        for need in needs[:_SHOWN_NEEDS]
    ]
    more = len(needs) - len(links)
    if more:
        links.append(escape(plural("and {count} more", "and {count} more", more)))
    return (f"{escape(caption)} " if caption else "") + ", ".join(links)


class BalanceBar(QWidget):
    """Points for (right) and against (left) as a bar; the numbers stand beside it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._balance = Balance(0, 0)

    def show_balance(self, balance: Balance) -> None:
        """Shows points for and against."""
        self._balance = balance
        text = _("{plus} points for, {minus} against; no probability").format(
            plus=balance.points_for, minus=balance.points_against
        )
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.setFixedSize(em(self) * 7, em(self))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        theme = theme_of(self)
        painter = QPainter(self)
        middle, height = self.width() / 2, self.height()
        unit = (self.width() / 2 - em(self) * 1.3) / 16
        points_for, points_against = self._balance.points_for, self._balance.points_against
        bar_for, bar_against = min(points_for, 16) * unit, min(points_against, 16) * unit
        painter.fillRect(QRectF(middle, height * 0.25, bar_for, height * 0.5), QColor(theme.accent[0]))
        painter.fillRect(
            QRectF(middle - bar_against, height * 0.25, bar_against, height * 0.5), QColor(theme.refusal[0])
        )
        painter.setPen(QColor(theme.text))
        painter.drawLine(round(middle), 2, round(middle), height - 2)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if points_for:
            painter.drawText(QRectF(middle + bar_for + 3, 0, em(self) * 2, height), left, f"+{points_for}")
        if points_against:
            painter.drawText(
                QRectF(middle - bar_against - 3 - em(self) * 2, 0, em(self) * 2, height), right, f"−{points_against}"
            )


class CardWidget(QFrame):
    """Shows a card; written to only where it differs from what is shown."""

    need_activated = Signal(str, str)  # finding, subject
    reason_pointed = Signal(str, str)  # the same, or "" twice when nothing is pointed at any more
    copied = Signal(str)
    page_wanted = Signal(str, str)  # kind and id of an entry: its page of the manual
    decision_wanted = Signal(object)  # Card

    def __init__(self, explains: Explains, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._explains = explains
        self.card: Card | None = None
        self.opened = False
        self._every = False  # the explanation has also the parts that do not decide
        self._title = plain_label()
        embolden(self._title)
        self._mark = plain_label(wraps=False)
        self._mark.hide()
        self._body = plain_label()
        self._decision = plain_label()
        embolden(self._decision)
        self._notes = plain_label()
        self._needs: QLabel | None = None
        self._tags = plain_label()
        self._balance: BalanceBar | None = None
        self._details: QLabel | None = None
        self._links: dict[str, str] = {}  # text of a reason, and where it leads
        self.why_button = FoldingButton(self)
        self.why_button.setAutoRaise(True)
        self.why_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.why_button.show_opened(opened=False)
        self.why_button.setText(_("Why"))
        self.why_button.clicked.connect(self.toggle)
        self.copy_button = QToolButton(self)
        self.copy_button.setAutoRaise(True)
        self.copy_button.setIcon(icon("copy", self))
        self.copy_button.setIconSize(QSize(em(self), em(self)))
        self.copy_button.setToolTip(_("Copy as text"))
        self.copy_button.clicked.connect(self._on_copy)
        self.manual_button = QToolButton(self)
        self.manual_button.setAutoRaise(True)
        self.manual_button.setIcon(icon("book", self))
        self.manual_button.setIconSize(QSize(em(self), em(self)))
        self.manual_button.setToolTip(_("Reference manual"))
        self.manual_button.clicked.connect(self._on_manual)
        self.decide_button = QToolButton(self)
        self.decide_button.setAutoRaise(True)
        self.decide_button.setText(_("Decide otherwise..."))
        self.decide_button.setToolTip(_("Set this advice aside with a reason, or record a different plan"))
        self.decide_button.clicked.connect(self._on_decide)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._title, 1)
        head.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        self._head = head
        foot = QHBoxLayout()
        foot.setSpacing(2)
        foot.addWidget(self._tags, 1)
        buttons = FlowLayout(gap=2)
        for button in (self.decide_button, self.why_button, self.copy_button, self.manual_button):
            buttons.addWidget(button)
        foot.addLayout(buttons)
        foot.setAlignment(buttons, Qt.AlignmentFlag.AlignBottom)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(margins(self, 12, 5, 4, 3))
        self._column.setSpacing(1)
        self._column.addLayout(head)
        self._column.addWidget(self._decision)
        self._column.addWidget(self._body)
        self._column.addWidget(self._notes)
        self._column.addLayout(foot)

    @property
    def lends_itself(self) -> bool:
        """Whether it may show another card instead: not where a user has opened it, or has the keyboard in it."""
        focused = QApplication.focusWidget()
        return not self.opened and (focused is None or not self.isAncestorOf(focused))

    def show_card(self, card: Card, *, fresh: bool) -> None:
        """Shows a card. `fresh`: the case changed, so that an open explanation is asked for again."""
        if card != self.card:
            with laid_out_once([self._column]):
                self._write(card)
            self._column.activate()  # whoever asks it for its height now gets that of what it shows
        elif fresh and self.opened:
            self._show_details()

    def _write(self, card: Card) -> None:
        old, self.card = self.card, card
        if old is not None and old.key != card.key:
            self._links.clear()
            self.mark("")
        _show_text(self._title, card.title)
        _show_text(self._body, card.body)
        _show_text(self._decision, card.decision)
        _show_text(self._notes, "\n".join(card.notes))
        _show_text(self._tags, " · ".join(tag for tag in (card.who, *card.tags) if tag))
        if old is None or old.needs != card.needs:
            self._show_needs(card)
        self._show_balance(card.balance)
        opens = bool(card.explained or card.details)
        name = card.title or ", ".join(need.label for need in card.needs)
        if self.accessibleName() != name:
            self.setAccessibleName(name)
            self.why_button.setAccessibleName(_("Why: {title}").format(title=name))
            self.copy_button.setAccessibleName(_("Copy: {title}").format(title=name))
            self.manual_button.setAccessibleName(_("Reference manual: {title}").format(title=name))
            self.decide_button.setAccessibleName(_("Decide otherwise: {title}").format(title=name))
        self.why_button.setVisible(opens)
        self.copy_button.setVisible(opens)
        self.manual_button.setVisible(card.page is not None)
        self.decide_button.setVisible(bool(card.decides))
        self._tint()
        self.update()
        if self.opened:
            self._show_details()

    def mark(self, text: str) -> None:
        """Shows a word in a frame that says how the card differs from before; "" takes it away."""
        if self._mark.text() != text:
            with laid_out_once([self._column]):
                _show_text(self._mark, text)
            self._column.activate()
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.accent[0]), 2) if self._mark.text() else QPen(Qt.PenStyle.NoPen))
        painter.setBrush(QColor(theme.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0, 0, -1, -1), 4, 4)
        colour = _tone(theme, self.card.tone if self.card is not None else "")
        if colour:
            painter.fillRect(leading_bar(self, 5), QColor(colour))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and hasattr(self, "manual_button"):
            self.copy_button.setIconSize(QSize(em(self), em(self)))
            self.manual_button.setIconSize(QSize(em(self), em(self)))
        elif event.type() is QEvent.Type.PaletteChange and self.card is not None:
            self._tint()
            self.copy_button.setIcon(icon("copy", self))
            self.manual_button.setIcon(icon("book", self))
            if self.opened:
                self._show_details()

    def _tint(self) -> None:
        theme = theme_of(self)
        tinted(self._tags, theme.muted)
        tinted(self._decision, theme.warning)
        tinted(self._mark, theme.accent[0])
        shut = self.card is not None and (
            self.card.tone == "shut" or (self.card.notes[:1] and self.card.notes[0].startswith("⛔"))
        )
        tinted(self._notes, theme.alert if shut else theme.text)

    def _show_needs(self, card: Card) -> None:
        if self._needs is None:
            if not card.needs:
                return
            self._needs = LinkLabel()
            self._needs.linkActivated.connect(self._on_link)
            self._needs.linkHovered.connect(self._on_pointed)
            self._column.insertWidget(4, self._needs)
        self._needs.setText(needs_html(card.needs, _("Needs:") if card.title else ""))
        self._needs.setAccessibleName(", ".join(need.label for need in card.needs))
        self._needs.setVisible(bool(card.needs))

    def _show_balance(self, balance: Balance | None) -> None:
        if balance is None:
            if self._balance is not None:
                self._balance.hide()
            return
        if self._balance is None:
            self._balance = BalanceBar(self)
            self._head.addWidget(self._balance, 0, Qt.AlignmentFlag.AlignTop)
        self._balance.show_balance(balance)
        self._balance.show()

    def _show_details(self) -> None:
        card = self.card
        if card is None:
            return
        theme = theme_of(self)
        parts = []
        for caption, text in card.details:
            shown = escape(text).replace("\n", "<br>")
            parts.append(f'<p style="margin:3px 0"><b>{escape(caption)}:</b> {shown}</p>')
        if card.explained:
            parts += [self._trace(card.explained, subject, theme) for subject in card.subjects]
        if self._details is None:
            self._details = LinkLabel()
            self._details.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
            self._details.linkActivated.connect(self._on_link)
            self._details.linkHovered.connect(self._on_pointed)
            self._details.installEventFilter(self)
            self._column.addWidget(self._details)
        html = "".join(parts)
        if self._details.text() != html:
            self._details.setText(html)
            self._details.setAccessibleName(_("Why and source: {title}").format(title=card.title))
        self._details.show()

    def _trace(self, item: str, subject: str, theme: Theme) -> str:
        caption = _("How it was decided")
        if self.card is not None and len(self.card.subjects) > 1:
            caption += f" ({subject})"
        node = self._explains.explain(item, subject)
        self._links.update(links_of(node))
        parts = [_headed(caption, trace_html(node, theme, every=self._every))]
        turns = self._explains.turns(item, subject)
        if turns:
            self._links.update(link for turn in turns for fact in turn.facts for link in links_of(fact))
            parts.append(_headed(_("What would change it"), turns_html(turns, theme)))
        return "".join(parts)

    def toggle(self) -> None:
        """Opens the card to why and source, or closes it."""
        self.opened = not self.opened
        self._every = False
        self.why_button.show_opened(opened=self.opened)
        if self.opened:
            self._show_details()
        elif self._details is not None:
            self._details.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A reason that Tab reaches is pointed at as with the mouse; Qt tells only of the mouse."""
        if watched is self._details and self._details is not None:
            if event.type() is QEvent.Type.KeyRelease:
                self._on_pointed(self._links.get(self._details.selectedText(), ""))
            elif event.type() is QEvent.Type.FocusOut:
                self._on_pointed("")
        return super().eventFilter(watched, event)

    def _on_pointed(self, target: str) -> None:
        if target == EVERY_PART:
            target = ""
        finding, _bar, subject = target.partition("|")
        self.reason_pointed.emit(finding, subject)

    def _on_link(self, target: str) -> None:
        if target == EVERY_PART:
            self._every = not self._every
            self._show_details()
            return
        finding, _bar, subject = target.partition("|")
        self.need_activated.emit(finding, subject)

    def _on_manual(self) -> None:
        if self.card is not None and self.card.page is not None:
            self.page_wanted.emit(*self.card.page)

    def _on_decide(self) -> None:
        self.decision_wanted.emit(self.card)

    def _on_copy(self) -> None:
        if self.card is not None:
            QGuiApplication.clipboard().setText(card_text(self.card))
            self.copied.emit(self.card.title)


def _headed(caption: str, html: str) -> str:
    return f'<p style="margin:6px 0 2px 0"><b>{escape(caption)}</b></p>{html}'


def _tone(theme: Theme, tone: str) -> str:
    if tone == "avoid" or tone == "shut":
        return theme.alert
    return theme.levels[tone][0] if tone in theme.levels and tone != "none" else theme.border if tone else ""


def _show_text(label: QLabel, text: str) -> None:
    if label.text() != text:
        label.setText(text)
    if label.isHidden() is bool(text):
        label.setVisible(bool(text))
