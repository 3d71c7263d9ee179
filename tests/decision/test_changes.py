"""What changed between the advice of a note and that of today, and why."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from hepalith.decision.assess import Assessor, evaluate
from hepalith.decision.changes import Change, ChangeKind, change_text, changes_between, explained_changes
from hepalith.domain.assessment import Assessment, Status, Urgency, UrgencyResult
from hepalith.domain.case import Case
from hepalith.domain.words import class_text, urgency_text
from hepalith.knowledge.base import Knowledge
from note.builders import advice, make_assessment, make_case
from support.building import case, no, number, seen, yes
from support.small import REST, compile_small

TODAY = date(2026, 6, 1)


def test_the_same_assessment_has_no_change() -> None:
    assessment = make_assessment(make_case())
    assert changes_between(assessment, make_assessment(make_case())) == ()


def test_in_a_file_what_a_change_does_not_say_is_left_out() -> None:
    change = Change(kind=ChangeKind.URGENCY, before="Soon", after="Urgent")
    assert msgspec.to_builtins(change) == {"kind": "urgency", "before": "Soon", "after": "Urgent"}


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
    changes = changes_between(before, after)
    said = {change.kind: (change.before, change.after) for change in changes}
    assert said[ChangeKind.URGENCY] == (urgency_text(before.urgency.level), "Urgent")
    assert said[ChangeKind.CLASS] == (class_text(before.case_class.value), "Malignant")
    assert before.follow_up[0].test in said[ChangeKind.DATES][0]
    assert {(change.kind, change.item) for change in changes} == {
        (ChangeKind.URGENCY, ""),
        (ChangeKind.CLASS, ""),
        (ChangeKind.WORDING, "T-R01"),
        (ChangeKind.LEVEL, "T-R02"),
        (ChangeKind.GONE, "T-R03"),
        (ChangeKind.STATUS, "T-R06"),
        (ChangeKind.ADDED, "T-R99"),
        (ChangeKind.DATES, "T-R01"),
    }


def test_a_change_in_one_line_says_nothing_where_nothing_was() -> None:
    come = Change(kind=ChangeKind.ADDED, before="", after="applies", item="R1", subject="L1", title="Drain")
    assert change_text(come) == "New advice: R1 L1 Drain: nothing; now: applies"
    assert change_text(Change(kind=ChangeKind.URGENCY, before="Soon", after="")) == "Urgency: Soon; now: nothing"


def test_leading_causes_and_shut_gates_are_told() -> None:
    before = make_assessment(make_case())
    first = before.causes[0]
    shut = next(one for one in before.recommendations if one.gates_shut)
    after = msgspec.structs.replace(
        before,
        causes=(msgspec.structs.replace(first, id="OTHER", label="Another cause"), *before.causes[1:]),
        recommendations=tuple(
            msgspec.structs.replace(one, gates_shut=()) if one is shut else one for one in before.recommendations
        ),
    )
    found = {change.kind: change for change in changes_between(before, after)}
    assert set(found) == {ChangeKind.CAUSES, ChangeKind.GATES}
    assert found[ChangeKind.CAUSES].subject == first.subject
    assert first.label in found[ChangeKind.CAUSES].before
    assert "Another cause" in found[ChangeKind.CAUSES].after
    assert (found[ChangeKind.GATES].item, found[ChangeKind.GATES].after) == (shut.id, "")


def test_what_holds_in_neither_is_no_change() -> None:
    before = make_assessment(make_case())
    after = msgspec.structs.replace(
        before, recommendations=tuple(one for one in before.recommendations if one.status is not Status.DOES_NOT_HOLD)
    )
    assert changes_between(before, after) == ()


def reasons(before: Assessment, about: Case, knowledge: Knowledge, on: date = TODAY) -> dict[str, str]:
    """Why each recommendation changed: the reason of its first change."""
    then = Assessor(about, knowledge, date.fromisoformat(before.as_of))
    changes = explained_changes(before, then, Assessor(about, knowledge, on))
    return {change.item: change.because for change in reversed(changes)}


def test_a_change_names_the_parts_that_decide(small: Knowledge, tmp_path: Path) -> None:
    about = case(seen("fever", no()), seen("pain", yes()), seen("bilirubin", number("4.1", "mg/dL")), lesions=1)
    before = evaluate(about, small, TODAY)
    assert reasons(before, about, small) == {}
    stricter, problems = compile_small(
        tmp_path, rest=REST.replace("ill and bilirubin > '4.0 mg/dL'", "fever and bilirubin > '4.0 mg/dL'")
    )
    assert problems == ()
    found = reasons(before, about, stricter)
    assert found["ALARM"] == "the knowledge is another one: Fever: no"
    assert found[""] == "the knowledge is another one"
    back = reasons(evaluate(about, stricter, TODAY), about, small)
    assert back["ALARM"] == "the knowledge is another one: Ill: yes; Bilirubin: 4.1 mg/dL; wanted: > 4.0 mg/dL"


def test_a_change_that_only_the_date_makes_says_so(small: Knowledge) -> None:
    about = case(
        seen("age", number("40", "a")), seen("size", number("20", "mm"), "L1"), seen("solid", yes(), "L1"), lesions=1
    )
    before = evaluate(about, small, TODAY)
    assert reasons(before, about, small, date(2026, 7, 1)) == {"DRUG": "the date is another one"}


def test_advice_that_gives_way_or_is_gone_says_so(small: Knowledge, tmp_path: Path) -> None:
    lesion = (seen("size", number("20", "mm"), "L1"), seen("solid", yes(), "L1"))
    ill = (seen("fever", yes()), seen("bilirubin", number("4.1", "mg/dL")))
    before = evaluate(case(*lesion, *ill, lesions=1), small, TODAY)
    free, problems = compile_small(tmp_path, rest=REST.replace('"#elective"], across', '"#nothing"], across'))
    del problems
    assert reasons(evaluate(case(*lesion, *ill, lesions=1), free, TODAY), case(*lesion, *ill, lesions=1), small)[
        "DRUG"
    ] == ("the knowledge is another one: after the alarm: ALARM")
    gone = REST.replace("id: ASK,", "id: ASK2,")
    other, _problems = compile_small(tmp_path, rest=gone)
    found = reasons(before, case(*lesion, *ill, lesions=1), other)
    assert found["ASK"] == "the knowledge is another one: ASK is not in this knowledge base"


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("fever or pain or rash", ["Fever: yes"]),
        ("fever and not pain", ["Fever: yes", "must not be so: Pain: no"]),
        ("fever and (pain or rash)", ["Pain: no", "Rash: no"]),
        ("not (fever and (pain or rash))", ["must not be so: Pain: no", "must not be so: Rash: no"]),
        ("not fever and not rash", ["must not be so: Fever: yes"]),
        (
            "fever and checked and age > 3",
            ["All checked and normal: not recorded", "Age: not recorded; wanted: > 3 years"],
        ),
        ("any_lesion(size > 5)", ["L2: Size: 20 mm; wanted: > 5 mm"]),
        ("any_lesion(size > 50)", ["L1: Size: 2 mm; wanted: > 50 mm", "L2: Size: 20 mm; wanted: > 50 mm"]),
        ("every_lesion(size > 5)", ["L1: Size: 2 mm; wanted: > 5 mm"]),
        ("every_lesion(size > 1)", ["L1: Size: 2 mm; wanted: > 1 mm", "L2: Size: 20 mm; wanted: > 1 mm"]),
    ],
)
def test_the_fewest_parts_that_decide(when: str, expected: list[str], tmp_path: Path) -> None:
    knowledge, problems = compile_small(tmp_path, rest=REST.replace('"missing(age)"', f'"{when}"'))
    assert problems == ()
    about = case(
        seen("fever", yes()),
        seen("pain", no()),
        seen("rash", no()),
        seen("size", number("2", "mm"), "L1"),
        seen("size", number("20", "mm"), "L2"),
        lesions=2,
    )
    assert list(Assessor(about, knowledge, TODAY).deciding("ASK")) == expected
