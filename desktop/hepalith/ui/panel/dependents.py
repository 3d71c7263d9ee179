"""Which of the cards that are shown rest on a finding."""

from collections.abc import Iterable

from hepalith.domain.case import PATIENT
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.uses import Uses
from hepalith.ui.panel.rows import Card

_KINDS = {"recommendations", "gates", "conditions", "derived"}  # entries whose conditions decide what is shown


class Dependents:
    """Looks behind the entries of cards, down to findings."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._uses = Uses(knowledge)

    def among(self, cards: Iterable[Card], finding: str, subject: str) -> tuple[Card, ...]:
        """The cards whose entry rests on a finding of a subject, in their order, each entry once."""
        found: dict[tuple[str, str], Card] = {}
        for card in cards:
            if card.page is None or card.page[0] not in _KINDS or card.page in found:
                continue
            about_others = subject != PATIENT and card.subjects and not {subject, PATIENT, ""} & set(card.subjects)
            if not about_others and self._uses.rests_on(card.page, ("findings", finding)):
                found[card.page] = card
        return tuple(found.values())
