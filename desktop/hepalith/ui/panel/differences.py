"""What an edit changed in the panel: which cards are new or different, and the sentence that tells it."""

from collections.abc import Iterator
from enum import Enum

import msgspec

from hepalith.i18n import _, plural
from hepalith.ui.panel.rows import Card, Guidance

_TOLD = ("now", "avoid", "later", "gates")  # sections whose coming and going is told
_MOST = 3  # titles in the sentence

Key = tuple[str, str, str]


class Mark(Enum):
    """How a card differs from what was shown before."""

    NEW = "new"
    CHANGED = "changed"


class Differences(msgspec.Struct, frozen=True, kw_only=True):
    """The marks of cards, and one sentence for a screen reader ("" if nothing worth telling changed)."""

    marks: dict[Key, Mark]
    sentence: str


def differences(before: Guidance, after: Guidance) -> Differences:
    """What is different between two states of the panel. A section that was just opened has nothing new."""
    was_closed = {one.id for one in before.sections if one.closed}
    known = {card.key: card for one in before.sections for card in one.cards}
    marks = {}
    for section in after.sections:
        if section.id in was_closed:
            continue
        for card in section.cards:
            if card.key not in known:
                marks[card.key] = Mark.NEW
            elif card != known[card.key]:
                marks[card.key] = Mark.CHANGED
    return Differences(marks=marks, sentence=" ".join(_sentences(before, after)))


def _sentences(before: Guidance, after: Guidance) -> Iterator[str]:
    if (before.head.word, before.head.could_be) != (after.head.word, after.head.could_be):
        yield _("Urgency: {word}.").format(word=after.head.word)
    old, new = (dict.fromkeys(card.title for card in _told(one)) for one in (before, after))
    for caption, titles in (
        (_("New"), [t for t in new if t not in old]),
        (_("Gone"), [t for t in old if t not in new]),
    ):
        if titles:
            more = len(titles) - _MOST
            rest = [plural("and {count} more", "and {count} more", more)] if more > 0 else []
            yield f"{caption}: {', '.join([*titles[:_MOST], *rest])}."


def _told(guidance: Guidance) -> Iterator[Card]:
    for section in guidance.sections:
        if section.id in _TOLD:
            yield from section.cards
