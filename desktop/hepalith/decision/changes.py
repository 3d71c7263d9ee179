"""What advice changed between two assessments of a patient, and why. Pure."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from hepalith.decision.assess import Assessor
from hepalith.domain.assessment import Advice, Assessment, Status
from hepalith.domain.words import class_text, status_text, urgency_text
from hepalith.i18n import _


class ChangeKind(StrEnum):
    """What happened to a part of the advice."""

    URGENCY = "urgency"
    CLASS = "class"
    CAUSES = "causes"
    ADDED = "added"
    GONE = "gone"
    STATUS = "status"
    LEVEL = "level"
    GATES = "gates"
    WORDING = "wording"
    DATES = "dates"


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One difference, its two sides in words. item: the id of the recommendation, "" for the whole case.

    because: what made the difference, in words; "" when it was not looked for.
    """

    kind: ChangeKind
    before: str
    after: str
    item: str = ""
    subject: str = ""
    title: str = ""
    because: str = ""


def changes_between(before: Assessment, after: Assessment) -> tuple[Change, ...]:
    """All differences in urgency, class, leading causes, advice, gates and dates; nothing for the same advice.

    Wording is compared only where both are in one language.
    """
    found: list[Change] = []
    if before.urgency.level is not after.urgency.level:
        levels = (urgency_text(before.urgency.level), urgency_text(after.urgency.level))
        found.append(Change(kind=ChangeKind.URGENCY, before=levels[0], after=levels[1]))
    if before.case_class.value != after.case_class.value:
        names = (class_text(before.case_class.value), class_text(after.case_class.value))
        found.append(Change(kind=ChangeKind.CLASS, before=names[0], after=names[1]))
    leading_before, leading_after = _leading(before), _leading(after)
    for subject in dict.fromkeys([*leading_after, *leading_before]):
        had, has = leading_before.get(subject, {}), leading_after.get(subject, {})
        if had.keys() != has.keys():
            labels = tuple(_(" or ").join(side.values()) for side in (had, has))
            found.append(Change(kind=ChangeKind.CAUSES, subject=subject, before=labels[0], after=labels[1]))
    old, new = _by_key(before), _by_key(after)
    alike = before.language == after.language
    for key in dict.fromkeys([*new, *old]):
        found.extend(_changes(old.get(key), new.get(key), wording=alike))
    dates_before, dates_after = (_dates(assessment, wording=alike) for assessment in (before, after))
    for item, subject in dict.fromkeys([*dates_after, *dates_before]):
        one, other = (", ".join(dates.get((item, subject), ())) for dates in (dates_before, dates_after))
        if one != other:
            found.append(Change(kind=ChangeKind.DATES, item=item, subject=subject, before=one, after=other))
    return tuple(found)


def explained_changes(before: Assessment, then: Assessor, now: Assessor) -> tuple[Change, ...]:
    """The differences between an earlier assessment and that of today, each with its reason.

    then: the same case with today's knowledge, as of the date of `before`; now: as of the date that is asked for. What
    differs already between `before` and `then` comes from the knowledge, the rest from the date.
    """
    after = now.assessment(trace=False)
    by_knowledge = {_what(change) for change in changes_between(before, then.assessment(trace=False))}
    return tuple(
        msgspec.structs.replace(change, because=_because(change, now, from_knowledge=_what(change) in by_knowledge))
        for change in changes_between(before, after)
    )


def change_text(change: Change) -> str:
    """A difference in one line, without its reason."""
    kinds = {
        ChangeKind.URGENCY: _("Urgency"),
        ChangeKind.CLASS: _("Class"),
        ChangeKind.CAUSES: _("Leading causes"),
        ChangeKind.ADDED: _("New advice"),
        ChangeKind.GONE: _("No longer advised"),
        ChangeKind.STATUS: _("Advice"),
        ChangeKind.LEVEL: _("Urgency of advice"),
        ChangeKind.GATES: _("Gates that are shut"),
        ChangeKind.WORDING: _("Wording"),
        ChangeKind.DATES: _("Dates"),
    }
    who = " ".join(filter(None, (change.item, change.subject, change.title)))
    values = _("{before}; now: {after}").format(
        before=change.before or _("nothing"), after=change.after or _("nothing")
    )
    return ": ".join(filter(None, (kinds[change.kind], who, values)))


def _what(change: Change) -> tuple[ChangeKind, str, str]:
    return (change.kind, change.item, change.subject)


def _because(change: Change, now: Assessor, *, from_knowledge: bool) -> str:
    source = _("the knowledge is another one") if from_knowledge else _("the date is another one")
    decided = ""
    if change.item and change.kind in {ChangeKind.ADDED, ChangeKind.GONE, ChangeKind.STATUS}:
        decided = "; ".join(now.deciding(change.item, change.subject))
    return ": ".join(filter(None, (source, decided)))


def _leading(assessment: Assessment) -> dict[str, dict[str, str]]:
    """Subject -> the causes of the first rank, by id, with their labels."""
    found: dict[str, dict[str, str]] = {}
    for cause in assessment.causes:
        if cause.rank == 1:
            found.setdefault(cause.subject, {})[cause.id] = cause.label
    return found


def _by_key(assessment: Assessment) -> dict[tuple[str, str], Advice]:
    return {(one.id, one.subject): one for one in assessment.recommendations}


def _dates(assessment: Assessment, *, wording: bool) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for test in assessment.follow_up:
        said = f"{test.test} {test.due or test.note}" if wording else test.due
        found.setdefault((test.recommendation, test.subject), []).append(said.strip())
    return found


def _changes(old: Advice | None, new: Advice | None, *, wording: bool) -> Iterable[Change]:
    one = new or old
    if one is None:
        return

    def change(kind: ChangeKind, before: str, after: str) -> Change:
        return Change(kind=kind, before=before, after=after, item=one.id, subject=one.subject, title=one.title)

    status_before, status_after = (side.status if side else Status.DOES_NOT_HOLD for side in (old, new))
    if status_before is not status_after:
        kind = ChangeKind.ADDED if old is None else ChangeKind.GONE if new is None else ChangeKind.STATUS
        yield change(kind, status_text(status_before), status_text(status_after))
    if old is None or new is None or {status_before, status_after} == {Status.DOES_NOT_HOLD}:
        return
    if old.urgency is not new.urgency:
        yield change(ChangeKind.LEVEL, urgency_text(old.urgency), urgency_text(new.urgency))
    if set(old.gates_shut) != set(new.gates_shut):
        yield change(ChangeKind.GATES, ", ".join(old.gates_shut), ", ".join(new.gates_shut))
    if wording and (old.title, old.action) != (new.title, new.action):
        yield change(ChangeKind.WORDING, old.action, new.action)
