"""The basis of a statement as it is published: how far verified, by which sources, and when due for review."""

from collections.abc import Iterable

from hepalith.domain.assessment import Basis, Citation
from hepalith.knowledge.model import Cited, Grounded


def basis_of(entry: Grounded, review_by: str, whole: Grounded | None = None) -> Basis:
    """The basis of an entry. What a part does not say itself is that of the `whole`; review_by is the general date."""
    return Basis(
        level=entry.basis or (whole.basis if whole else None) or "default",
        note=entry.basis_note,
        sources=citations(entry.sources or (whole.sources if whole else ())),
        review_by=entry.review_by or (whole.review_by if whole else "") or review_by,
    )


def citations(sources: Iterable[str | Cited]) -> tuple[Citation, ...]:
    """Sources as cited."""
    return tuple(
        Citation(source=source) if isinstance(source, str) else Citation(source=source.id, locator=source.locator)
        for source in sources
    )
