"""The four-way class and the one-sentence impression of a whole case."""

from collections.abc import Sequence

from hepalith.domain.assessment import Cause, ClassResult
from hepalith.domain.case import Case
from hepalith.i18n import _

UNDETERMINED = "undetermined"
SEVERAL = "several"


def class_of_case(causes: Sequence[Cause]) -> ClassResult:
    """The class of the best-founded causes over all lesions; "several" if those that lead differ."""
    leading = _leading(causes)
    if not leading:
        return ClassResult(value=UNDETERMINED, certainty=_("no cause is supported by what is recorded"))
    classes = tuple(dict.fromkeys(cause.cause_class for cause in leading))
    others = tuple(
        dict.fromkeys(cause.cause_class for cause in causes if cause.points > 0 and cause.cause_class not in classes)
    )
    confirmed = all(cause.confirmed for cause in leading)
    if len(classes) > 1:
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
    return ClassResult(
        value=classes[0] if len(classes) == 1 else SEVERAL,
        certainty=certainty,
        possible=(*classes, *others),
        needs=tuple(needs.values()),
    )


def impression_of(case: Case, causes: Sequence[Cause], case_class: ClassResult, urgency: str) -> str:
    """The cause and the urgency, for the head of panel and note. urgency: what its level means, as a sentence."""
    leading = _leading(causes)
    if not case.observations:
        return _("Nothing is recorded yet.")
    if not leading:
        what = _("Cause not determined from what is recorded.")
    else:
        names = _(" or ").join(dict.fromkeys(cause.label for cause in leading[:3]))
        what = _("Leading cause: {cause} ({certainty}).").format(cause=names, certainty=case_class.certainty)
    count = len(case.lesions)
    lesions = _("{count} lesions. ").format(count=count) if count > 1 else ""
    return f"{lesions}{what} {urgency}"


def _leading(causes: Sequence[Cause]) -> list[Cause]:
    first = [cause for cause in causes if cause.rank == 1 and (cause.confirmed or cause.points > 0)]
    if not first:
        return []
    best = max((cause.confirmed, cause.points) for cause in first)
    return [cause for cause in first if (cause.confirmed, cause.points) == best]
