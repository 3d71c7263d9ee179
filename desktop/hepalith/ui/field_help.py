"""What stands below the form about the field that has the keyboard: its help, and the guidance that rests on it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hepalith.i18n import _, plural
from hepalith.knowledge.model import Finding
from hepalith.ui.fonts import em, plain_label
from hepalith.ui.link_label import LinkLabel
from hepalith.ui.theme import theme_of, tinted

if TYPE_CHECKING:
    from hepalith.ui.panel.rows import Card

_SHOWN = 3
_WIDE_EMS = 26  # where there is less room one is named, so that the form keeps its own


class FieldHelp(QWidget):
    """Two lines; empty while no field has the keyboard."""

    card_wanted = Signal(object)  # the key of a card

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: Sequence[Card] = ()
        self.help_label = plain_label()
        self.help_label.setAccessibleName(_("Help for the field"))
        self.guidance_label = LinkLabel()
        self.guidance_label.linkActivated.connect(self._on_link)
        self.guidance_label.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 4, 10, 4)
        column.setSpacing(2)
        column.addWidget(self.help_label)
        column.addWidget(self.guidance_label)

    def show_field(self, finding: Finding | None, cards: "Sequence[Card]" = ()) -> None:
        """Shows the help of a finding and links to the cards that rest on it; None for nothing."""
        text = "" if finding is None else f"{finding.label}: {finding.help}" if finding.help else finding.label
        if self.help_label.text() != text:
            self.help_label.setText(text)
        tinted(self.help_label, theme_of(self).muted)
        self._cards = cards[: _SHOWN if self.width() > _WIDE_EMS * em(self) else 1]
        self.guidance_label.setVisible(bool(cards))
        if cards or self.guidance_label.text():
            self._link_to(cards)

    def _link_to(self, cards: "Sequence[Card]") -> None:
        from html import escape

        titles = [card.title for card in self._cards]
        more = len(cards) - len(titles)
        rest = [plural("and {count} more", "and {count} more", more)] if more else []
        caption = _("Guidance that rests on it:")
        links = [f'<a href="{number}">{escape(title)}</a>' for number, title in enumerate(titles)]
        html = f"{escape(caption)} {' · '.join([*links, *map(escape, rest)])}" if cards else ""
        if self.guidance_label.text() != html:
            self.guidance_label.setText(html)
            self.guidance_label.setAccessibleName(f"{caption} {', '.join([*titles, *rest])}" if cards else "")

    def take_focus(self) -> None:
        """Puts the keyboard on the first link."""
        if self._cards:
            self.guidance_label.setFocus(Qt.FocusReason.TabFocusReason)

    def _on_link(self, number: str) -> None:
        self.card_wanted.emit(self._cards[int(number)].key)
