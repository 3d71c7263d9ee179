"""Advice for one lesion that another lesion is warned against, shown as the conflict that it is."""

from collections.abc import Iterable, Iterator
from itertools import product

from hepalith.domain.assessment import Advice, Conflict, Position, Status
from hepalith.domain.case import PATIENT
from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge

_DONE = {"do", "consider", "refer"}
_AVOIDED = "avoid"


def between_lesions(advice: Iterable[Advice], knowledge: Knowledge) -> Iterator[Conflict]:
    """A conflict for each matter (needle, biopsy, drug) that advice wants for one lesion and bars in another."""
    holding = [one for one in advice if one.status is Status.HOLDS and one.subject != PATIENT]
    wanted, barred = ([one for one in holding if one.kind in kinds] for kinds in (_DONE, {_AVOIDED}))
    for done, avoided in product(wanted, barred):
        shared = set(knowledge.recommendations[done.id].entry.matters) & set(
            knowledge.recommendations[avoided.id].entry.matters
        )
        if done.subject != avoided.subject:
            yield from (_conflict(done, avoided, matter) for matter in sorted(shared))


def _conflict(done: Advice, avoided: Advice, matter: str) -> Conflict:
    what = matter.removeprefix("drug:")
    return Conflict(
        id=f"{done.id}/{done.subject} {avoided.id}/{avoided.subject}",
        topic=_("{one} and {other} need different things: {what}").format(
            one=done.subject, other=avoided.subject, what=what
        ),
        positions=tuple(
            Position(text=_("{lesion}: {title} ({id})").format(lesion=one.subject, title=one.title, id=one.id))
            for one in (done, avoided)
        ),
        default=_("Each advice is for its own lesion; it settles nothing for the other."),
        why=_("What is wanted for one lesion is warned against for another."),
    )
