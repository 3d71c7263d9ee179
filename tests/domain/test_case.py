"""Cases are immutable; an observation is replaced only by one with the same key; lesion ids are never used twice."""

import pytest

from hepalith.domain.case import Case, Observation, Study, YesNoValue, parse_number
from hepalith.domain.errors import InvalidValueError


def observation(finding: str, *, yes: bool, subject: str = "patient", study: str = "") -> Observation:
    return Observation(finding=finding, subject=subject, study=study, value=YesNoValue(yes=yes))


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
    case = case.with_observation(observation("solid", yes=True, subject="L1", study="S1"))
    assert case.without_lesion("L1").observations == ()
    assert case.without_study("S1").observations == ()


@pytest.mark.parametrize("text", ["NaN", "inf", "-Infinity", "", "twelve", "1 2", "0x10"])
def test_what_is_no_measurable_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError):
        parse_number(text)


def test_a_comma_is_a_decimal_sign() -> None:
    assert str(parse_number(" 12,50 ")) == "12.50"
