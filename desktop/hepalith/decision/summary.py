"""The four-way class and the one-sentence impression of a whole case."""

from collections.abc import Sequence
from itertools import chain

from hepalith.domain.assessment import SEVERAL, UNDETERMINED, Cause, ClassResult
from hepalith.domain.case import PATIENT, Case
from hepalith.i18n import _, plural

_CAUSES_SHOWN = 3  # of one lesion
_KINDS_SHOWN = 5  # of lesions


def class_of_case(causes: Sequence[Cause]) -> ClassResult:
    """The class of the best-founded causes; "several" if those that lead differ, or those that lead the lesions.

    What is well founded for one lesion, and may be harmless, says nothing of the others.
    """
    of_lesions = [first for first in _leading_lesions(causes) if first]
    are_divided = len({frozenset(cause.cause_class for cause in first) for first in of_lesions}) > 1
    leading = [*_leading(causes), *(chain.from_iterable(of_lesions) if are_divided else ())]
    if not leading:
        return ClassResult(value=UNDETERMINED, certainty=_("no cause is supported by what is recorded"))
    classes = tuple(dict.fromkeys(cause.cause_class for cause in leading))
    others = tuple(
        dict.fromkeys(cause.cause_class for cause in causes if cause.points > 0 and cause.cause_class not in classes)
    )
    confirmed = all(cause.confirmed for cause in leading)
    if are_divided:
        certainty = _("different causes lead in the lesions")
    elif len(classes) > 1:
        certainty = _("different causes lead and are not told apart yet")
    elif confirmed:
        certainty = _("confirmed by what is recorded")
    elif others:
        certainty = _("leading, not confirmed; other classes are possible")
    else:
        certainty = _("leading, not confirmed")
    needs = {
        (need.finding, need.subject): need
        for cause in leading
        for argument in cause.arguments_for
        for need in argument.needs
    }
    (value,) = classes if len(classes) == 1 else (SEVERAL,)
    return ClassResult(
        value=value,
        certainty=certainty,
        possible=(*classes, *others),
        needs=tuple(needs.values()),
    )


def impression_of(case: Case, causes: Sequence[Cause], case_class: ClassResult, urgency: str) -> str:
    """The cause and the urgency, for the head of panel and note. urgency: what its level means, as a sentence.

    Lesions that different causes lead are told apart: a cause that is well founded for one says nothing of the others.
    """
    if not case.observations:
        return _("Nothing is recorded yet.")
    count = len(case.lesions)
    lesions = _("{count} lesions. ").format(count=count) if count > 1 else ""
    return f"{lesions}{_causes_text(case, causes, case_class)} {urgency}"


def _causes_text(case: Case, causes: Sequence[Cause], case_class: ClassResult) -> str:
    leading = _leading(causes)
    if not leading:
        return _("Cause not determined from what is recorded.")
    by_lesion = {lesion.id: _names(_leading([c for c in causes if c.subject == lesion.id])) for lesion in case.lesions}
    if len(set(by_lesion.values())) < 2:
        return _("Leading cause: {cause} ({certainty}).").format(cause=_names(leading), certainty=case_class.certainty)
    alike: dict[str, list[str]] = {}
    of_patient = _names([cause for cause in leading if cause.subject == PATIENT])
    if of_patient:
        alike[of_patient] = [_("patient")]
    for lesion, names in by_lesion.items():
        alike.setdefault(names or _("not determined"), []).append(lesion)
    shown = [f"{names} ({', '.join(those)})" for names, those in alike.items()]
    if len(shown) > _KINDS_SHOWN:
        rest = len(shown) - _KINDS_SHOWN
        shown[_KINDS_SHOWN:] = [plural("{count} other kind", "{count} other kinds", rest)]
    return _("Leading causes: {causes}.").format(causes="; ".join(shown))


def _names(causes: Sequence[Cause]) -> str:
    """The first of the causes by their labels; "" for none."""
    return _(" or ").join(list(dict.fromkeys(cause.label for cause in causes))[:_CAUSES_SHOWN])


def _leading(causes: Sequence[Cause]) -> list[Cause]:
    first = [cause for cause in causes if cause.rank == 1 and (cause.confirmed or cause.points > 0)]
    if not first:
        return []
    best = max((cause.confirmed, cause.points) for cause in first)
    return [cause for cause in first if (cause.confirmed, cause.points) == best]


def _leading_lesions(causes: Sequence[Cause]) -> list[list[Cause]]:
    """What leads in each lesion for itself."""
    lesions = dict.fromkeys(cause.subject for cause in causes if cause.subject != PATIENT)
    return [_leading([cause for cause in causes if cause.subject == lesion]) for lesion in lesions]
