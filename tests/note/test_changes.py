"""What changed between the advice of a note and that of today."""

import msgspec

from hepalith.domain.assessment import Status, Urgency, UrgencyResult
from hepalith.note.changes import ChangeKind, changes_between
from note.builders import advice, make_assessment, make_case


def test_the_same_assessment_has_no_change() -> None:
    assessment = make_assessment(make_case())
    assert changes_between(assessment, make_assessment(make_case())) == ()


def test_each_kind_of_change_is_found() -> None:
    before = make_assessment(make_case())
    changed = {
        "T-R01": {"action": "Consider something else."},
        "T-R02": {"urgency": Urgency.URGENT},
        "T-R06": {"status": Status.HOLDS},
    }
    kept = [
        msgspec.structs.replace(one, **changed.get(one.id, {})) for one in before.recommendations if one.id != "T-R03"
    ]
    after = msgspec.structs.replace(
        before,
        urgency=UrgencyResult(level=Urgency.URGENT),
        case_class=msgspec.structs.replace(before.case_class, value="malignant"),
        recommendations=(*kept, advice("T-R99")),
        follow_up=before.follow_up[1:],
    )
    found = {(change.kind, change.item) for change in changes_between(before, after)}
    assert found == {
        (ChangeKind.URGENCY, ""),
        (ChangeKind.CLASS, ""),
        (ChangeKind.WORDING, "T-R01"),
        (ChangeKind.LEVEL, "T-R02"),
        (ChangeKind.GONE, "T-R03"),
        (ChangeKind.STATUS, "T-R06"),
        (ChangeKind.ADDED, "T-R99"),
        (ChangeKind.DATES, "T-R01"),
    }


def test_what_holds_in_neither_is_no_change() -> None:
    before = make_assessment(make_case())
    after = msgspec.structs.replace(
        before, recommendations=tuple(one for one in before.recommendations if one.status is not Status.DOES_NOT_HOLD)
    )
    assert changes_between(before, after) == ()
