"""What the clinician decided otherwise, set beside the advice. It changes no advice and no urgency."""

from collections.abc import Iterable

from hepalith.domain.assessment import Advice, OverrideResult, Status, Urgency
from hepalith.domain.case import Case, Override
from hepalith.knowledge.base import Knowledge

_LEVELS = {level.value: level for level in Urgency}


def overrides_of(case: Case, knowledge: Knowledge, advice: Iterable[Advice]) -> tuple[OverrideResult, ...]:
    """Every decision of the case with what the advice that it is about says today, in the order of entry."""
    if not case.overrides:
        return ()
    today = {(one.id, one.subject): one for one in advice}
    return tuple(_result(override, knowledge, today.get(override.key)) for override in case.overrides)


def set_aside(overrides: Iterable[OverrideResult]) -> frozenset[tuple[str, str]]:
    """(recommendation, subject) of the advice that is not followed."""
    return frozenset((one.recommendation, one.subject) for one in overrides if one.recommendation)


def _result(override: Override, knowledge: Knowledge, today: Advice | None) -> OverrideResult:
    then = _LEVELS.get(override.level)
    applies = today is not None and today.status is not Status.DOES_NOT_HOLD
    is_same_language = override.language == knowledge.translation.language
    reworded = applies and is_same_language and today is not None and today.action != override.advised
    return OverrideResult(
        recommendation=override.recommendation,
        subject=override.subject,
        kind=override.kind,
        author=override.author,
        date=override.date,
        title=today.title if today else override.title,
        reason=knowledge.header.override_reason_text(override.reason),
        text=override.text,
        status=today.status if today else None,
        urgency=today.urgency if today else None,
        risen=applies and then is not None and today is not None and today.urgency.rank > then.rank,
        reworded=reworded,
        advised=override.advised if reworded or not applies else "",
    )
