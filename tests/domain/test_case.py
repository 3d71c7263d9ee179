"""Cases are immutable; an observation is replaced only by one with the same key; lesion ids are never used twice."""

import json

import msgspec
import pytest

from hepalith.domain.case import (
    Case,
    Identity,
    Lesion,
    Observation,
    Override,
    OverrideKind,
    Study,
    YesNoValue,
    parse_number,
)
from hepalith.domain.errors import InvalidValueError


def observation(finding: str, *, yes: bool, subject: str = "patient", study: str = "") -> Observation:
    return Observation(finding=finding, subject=subject, study=study, value=YesNoValue(yes=yes))


def decided(recommendation: str, subject: str, text: str = "") -> Override:
    return Override(
        recommendation=recommendation,
        subject=subject,
        kind=OverrideKind.SET_ASIDE,
        author="Dr A",
        date="2026-06-01",
        text=text,
    )


def test_the_same_key_replaces_and_another_study_is_added() -> None:
    empty = Case(case_id="c")
    case = empty.with_observation(observation("fever", yes=True)).with_observation(observation("fever", yes=False))
    assert [o.value for o in case.observations] == [YesNoValue(yes=False)]
    assert len(case.with_observation(observation("fever", yes=True, study="S1")).observations) == 2
    assert empty.observations == ()


def test_removing_makes_it_not_recorded_again() -> None:
    case = Case(case_id="c").with_observation(observation("fever", yes=True))
    assert case.without_observation(("fever", "patient", "", "")).of("fever") == ()


def test_a_lesion_id_is_never_given_again() -> None:
    case = Case(case_id="c").with_new_lesion().with_new_lesion()
    case = case.without_lesion("L2").with_new_lesion()
    assert [lesion.id for lesion in case.lesions] == ["L1", "L3"]


def test_removing_a_lesion_or_a_study_removes_what_was_seen_of_it() -> None:
    case = Case(case_id="c").with_new_lesion().with_study(Study(id="S1", modality="us"))
    case = case.with_new_lesion().with_study(Study(id="S2", modality="ct"))
    case = case.with_observation(observation("solid", yes=True, subject="L1", study="S1"))
    case = case.with_observation(other := observation("solid", yes=True, subject="L2", study="S2"))
    case = case.with_override(decided("R1", "L1")).with_override(decided("R1", "L2"))
    for less in (case.without_lesion("L1"), case.without_study("S1")):
        assert less.observations == (other,)
    assert [one.id for one in case.without_lesion("L1").lesions] == ["L2"]
    assert [one.subject for one in case.without_lesion("L1").overrides] == ["L2"]
    assert [one.id for one in case.without_study("S1").studies] == ["S2"]


@pytest.mark.parametrize("text", ["NaN", "inf", "-Infinity", "", "twelve", "1 2", "0x10"])
def test_what_is_no_measurable_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError):
        parse_number(text)


def test_a_comma_is_a_decimal_sign() -> None:
    assert str(parse_number(" 12,50 ")) == "12.50"


def test_what_is_recorded_is_found_by_finding_subject_study_and_date() -> None:
    every = (
        observation("solid", yes=True, subject="L1"),
        observation("solid", yes=False, subject="L1", study="S1"),
        observation("solid", yes=True, subject="L2"),
        observation("round", yes=True, subject="L1"),
    )
    case = Case(case_id="c", observations=every)
    assert case.of("solid", "L1") == every[:2]
    assert case.observed("solid", "L1", "S1") == every[1]
    assert case.observed("solid", "L3") is None


def test_a_lesion_a_study_and_a_decision_are_replaced_by_one_of_the_same_name() -> None:
    first, second = (Study(id=name, modality="us") for name in ("S1", "S2"))
    case = Case(case_id="c").with_study(first).with_study(second).with_new_lesion().with_new_lesion()
    assert case.studies == (first, second)
    assert case.with_study(better := Study(id="S1", modality="ct")).studies == (better, second)
    assert [one.label for one in case.with_lesion(Lesion(id="L2", label="left")).lesions] == ["", "left"]
    case = case.with_override(decided("R1", "L1")).with_override(decided("R2", "L1"))
    case = case.with_override(decided("R1", "L1", text="again"))
    assert [(one.recommendation, one.text) for one in case.overrides] == [("R2", ""), ("R1", "again")]
    assert [one.recommendation for one in case.without_override("R2", "L1").overrides] == ["R1"]


def test_what_was_not_entered_is_not_written() -> None:
    empty = Case(case_id="c")
    assert (empty.revision, empty.dictionary_version, empty.lesion_counter) == (0, 0, 0)
    case = (
        msgspec.structs.replace(empty, identity=Identity(name="A"), lesions=(Lesion(id="L1"),))
        .with_study(Study(id="S1"))
        .with_observation(Observation(finding="fever"))
        .with_override(Override(recommendation="R1", kind=OverrideKind.OTHER_PLAN, author="Dr A", date="2026-06-01"))
    )
    assert json.loads(msgspec.json.encode(empty)) == {"case_id": "c"}
    assert json.loads(msgspec.json.encode(case)) == {
        "case_id": "c",
        "identity": {"name": "A"},
        "studies": [{"id": "S1"}],
        "lesions": [{"id": "L1"}],
        "observations": [{"finding": "fever"}],
        "overrides": [{"recommendation": "R1", "kind": "other_plan", "author": "Dr A", "date": "2026-06-01"}],
    }
