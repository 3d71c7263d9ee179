"""What advice changed between two assessments, for a note that is run again. Pure."""

from enum import StrEnum

import msgspec

from hepalith.domain.assessment import Advice, Assessment, Status
from hepalith.i18n import _


class ChangeKind(StrEnum):
    """What happened to a part of the advice."""

    URGENCY = "urgency"
    CLASS = "class"
    ADDED = "added"
    GONE = "gone"
    STATUS = "status"
    LEVEL = "level"
    WORDING = "wording"
    DATES = "dates"


_KINDS = {
    ChangeKind.URGENCY: _("urgency"),
    ChangeKind.CLASS: _("class"),
    ChangeKind.ADDED: _("new advice"),
    ChangeKind.GONE: _("no longer advised"),
    ChangeKind.STATUS: _("status"),
    ChangeKind.LEVEL: _("urgency of advice"),
    ChangeKind.WORDING: _("wording"),
    ChangeKind.DATES: _("dates"),
}


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One difference. item: the id of the recommendation, "" for the whole case."""

    kind: ChangeKind
    before: str
    after: str
    item: str = ""
    subject: str = ""
    title: str = ""


def changes_between(before: Assessment, after: Assessment) -> tuple[Change, ...]:
    """All differences in urgency, class, advice and dates; nothing for the same advice."""
    found: list[Change] = []
    if before.urgency.level is not after.urgency.level:
        found.append(Change(kind=ChangeKind.URGENCY, before=before.urgency.level, after=after.urgency.level))
    if before.case_class.value != after.case_class.value:
        found.append(Change(kind=ChangeKind.CLASS, before=before.case_class.value, after=after.case_class.value))
    old, new = _by_key(before), _by_key(after)
    for key in dict.fromkeys([*new, *old]):
        found.extend(_changes(old.get(key), new.get(key)))
    dates_before, dates_after = (_dates(assessment) for assessment in (before, after))
    for item, subject in dict.fromkeys([*dates_after, *dates_before]):
        one, other = (", ".join(dates.get((item, subject), ())) for dates in (dates_before, dates_after))
        if one != other:
            found.append(Change(kind=ChangeKind.DATES, item=item, subject=subject, before=one, after=other))
    return tuple(found)


def change_text(change: Change) -> str:
    """A difference in one line."""
    who = " ".join(filter(None, (change.item, change.subject, change.title)))
    values = " -> ".join(part or _("nothing") for part in (change.before, change.after))
    return ": ".join(filter(None, (_KINDS[change.kind], who, values)))


def _by_key(assessment: Assessment) -> dict[tuple[str, str], Advice]:
    return {(one.id, one.subject): one for one in assessment.recommendations}


def _dates(assessment: Assessment) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for test in assessment.follow_up:
        found.setdefault((test.recommendation, test.subject), []).append(f"{test.test} {test.due or test.note}".strip())
    return found


def _changes(old: Advice | None, new: Advice | None) -> list[Change]:
    def change(kind: ChangeKind, before: str, after: str) -> Change:
        one = new or old
        return Change(
            kind=kind,
            before=before,
            after=after,
            item=one.id if one else "",
            subject=one.subject if one else "",
            title=one.title if one else "",
        )

    nothing = Status.DOES_NOT_HOLD
    if old is None or new is None:
        status_before, status_after = (one.status if one else nothing for one in (old, new))
        if status_before is status_after:
            return []
        return [change(ChangeKind.ADDED if old is None else ChangeKind.GONE, status_before, status_after)]
    if old.status is nothing and new.status is nothing:
        return []
    found = []
    if old.status is not new.status:
        found.append(change(ChangeKind.STATUS, old.status, new.status))
    if old.urgency is not new.urgency:
        found.append(change(ChangeKind.LEVEL, old.urgency, new.urgency))
    if (old.title, old.action) != (new.title, new.action):
        found.append(change(ChangeKind.WORDING, old.action, new.action))
    return found
