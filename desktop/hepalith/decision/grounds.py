"""The basis of a statement as it is shown: how far verified, by which sources, whether reviewed, whether overdue."""

from collections.abc import Iterable
from datetime import date

from hepalith.domain.assessment import Basis, Citation
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.model import Cited, Grounded


class Grounds:
    """Makes the basis of entries at a date."""

    def __init__(self, knowledge: Knowledge, as_of: date) -> None:
        self._knowledge = knowledge
        self._as_of = as_of.isoformat()

    def of(self, entry: Grounded, whole: Grounded | None = None) -> Basis:
        """The basis of an entry; what a part does not say itself is that of the `whole`."""
        level = entry.basis or (whole.basis if whole else None) or "default"
        sources = entry.sources or (whole.sources if whole else ())
        review_by = entry.review_by or (whole.review_by if whole else "") or self._knowledge.header.review_by
        return Basis(
            level=level,
            note=entry.basis_note,
            sources=self.citations(sources),
            review_by=review_by,
            overdue=bool(review_by) and review_by < self._as_of,
        )

    @staticmethod
    def citations(sources: Iterable[str | Cited]) -> tuple[Citation, ...]:
        """Sources as cited."""
        return tuple(
            Citation(source=source) if isinstance(source, str) else Citation(source=source.id, locator=source.locator)
            for source in sources
        )
