"""What is wanted for one lesion and warned against for another, shown as the conflict that it is."""

from collections.abc import Iterable
from itertools import product

from hepalith.domain.assessment import Advice, LesionAdvice, LesionConflict, Status
from hepalith.domain.case import PATIENT
from hepalith.knowledge.base import Knowledge

_DONE = {"do", "consider", "refer"}
_AVOIDED = "avoid"


def between_lesions(advice: Iterable[Advice], knowledge: Knowledge) -> tuple[LesionConflict, ...]:
    """A conflict for each matter (needle, biopsy, drug) that advice wants for some lesions and bars in others."""
    holding = [one for one in advice if one.status is Status.HOLDS and one.subject != PATIENT]
    wanted = [one for one in holding if one.kind in _DONE]
    barred = [one for one in holding if one.kind == _AVOIDED]
    pairs: dict[str, list[tuple[Advice, Advice]]] = {}
    for done, avoided in product(wanted, barred):
        if done.subject != avoided.subject:
            for matter in _shared(done, avoided, knowledge):
                pairs.setdefault(matter, []).append((done, avoided))
    return tuple(
        LesionConflict(
            matter=matter,
            wanted=_each_once(done for done, _avoided in pairs[matter]),
            barred=_each_once(avoided for _done, avoided in pairs[matter]),
        )
        for matter in sorted(pairs)
    )


def _shared(done: Advice, avoided: Advice, knowledge: Knowledge) -> set[str]:
    entries = (knowledge.recommendations[one.id].entry for one in (done, avoided))
    return set.intersection(*(set(entry.matters) for entry in entries))


def _each_once(advice: Iterable[Advice]) -> tuple[LesionAdvice, ...]:
    return tuple(
        dict.fromkeys(LesionAdvice(recommendation=one.id, lesion=one.subject, title=one.title) for one in advice)
    )
