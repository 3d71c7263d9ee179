"""A test whose time has come was done, if an examination of the case lies in its time, or else was missed."""

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from hepalith.decision.assess import evaluate
from hepalith.domain.assessment import PlannedTest
from hepalith.domain.case import Observation, Study
from support.building import case, day, number, seen, yes
from support.small import FINDINGS, REST, compile_small
from support.vignettes import Vignette, all_vignettes, case_of, knowledge_and_problems

# After the resection of a hepatocellular carcinoma: at 3, 6, 9 and 12 months, 2 weeks before to 1 month after.
OPERATED = date(2026, 1, 1)


def plan(as_of: str, *examined: str) -> list[PlannedTest]:
    knowledge = knowledge_and_problems()[0]
    studies = {f"S{number}": {"modality": "mri_contrast", "date": day} for number, day in enumerate(examined)}
    patient = {"age_years": 60, "tumour_removed": ["hcc"], "liver_treatment_date": OPERATED.isoformat()}
    case = Vignette(
        id="T", title="", as_of=as_of, expect={}, patient=patient, studies=studies, lesions={"L1": {"size_mm": 10}}
    )
    made = evaluate(case_of(case, knowledge), knowledge, date.fromisoformat(as_of), trace=False)
    return [test for test in made.follow_up if test.recommendation == "NEO-R70"]


def test_before_its_time_it_is_planned() -> None:
    first, *_later = plan("2026-02-01")
    assert (first.due, first.earliest, first.latest) == ("2026-04-01", "2026-03-18", "2026-05-01")
    assert (first.done, first.missed) == ("", False)


@pytest.mark.parametrize("examined", ["2026-03-18", "2026-05-01"])
def test_an_examination_in_its_time_has_done_it(examined: str) -> None:
    first, second, *_later = plan("2026-06-01", examined)
    assert (first.done, first.missed) == (examined, False)
    assert f"examined on {examined}" in first.note
    assert (second.done, second.missed) == ("", False)


@pytest.mark.parametrize("examined", [(), ("2026-03-17",), ("2026-05-02",)])
def test_after_its_time_without_one_it_was_missed(examined: tuple[str, ...]) -> None:
    first, second, *_later = plan("2026-06-01", *examined)
    assert first.missed
    assert "missed" in first.note
    assert second.due == "2026-07-01", "later steps keep their dates"


def test_on_its_last_day_it_is_not_missed_yet() -> None:
    assert not plan("2026-05-01")[0].missed
    assert plan("2026-05-02")[0].missed


def watched(as_of: str, *examined: str) -> list[PlannedTest]:
    """The plan for an inactive cyst that was never treated: at 6 and 12 months, 1 month before to 2 months after."""
    knowledge = knowledge_and_problems()[0]
    base = next(one for one in all_vignettes() if one.id == "CV01")
    studies = {f"S{number}": {"modality": "us", "date": day} for number, day in enumerate(examined)}
    case = case_of(replace(base, as_of=as_of, studies=studies), knowledge)
    made = evaluate(case, knowledge, date.fromisoformat(as_of), trace=False)
    return [test for test in made.follow_up if test.recommendation == "CE-R20"]


def test_a_plan_that_counts_from_the_assessment_does_so_while_the_examination_is_fresh() -> None:
    assert [one.due for one in watched("2026-06-01", "2026-05-20")] == ["2026-12-01", "2027-06-01"]
    assert watched("2026-12-01", "2026-04-01")[0].due == "2027-06-01", "on the last day it is not overdue yet"


def test_who_did_not_come_has_missed_the_test_and_gets_no_new_date() -> None:
    first, second = watched("2026-12-02", "2026-04-01")
    assert (first.due, first.latest, first.missed) == ("2026-10-01", "2026-12-01", True)
    assert "arrange it now" in first.note
    assert (second.due, second.missed) == ("2027-04-01", False)
    assert first.stop == "5 stable years"


@pytest.mark.parametrize("examined", [("2020-05-20", ""), ("",)])
def test_without_a_dated_latest_examination_the_plan_counts_from_the_assessment(examined: tuple[str, ...]) -> None:
    assert watched("2026-06-01", *examined)[0].due == "2026-12-01"


def test_an_examination_since_begins_the_plan_anew() -> None:
    assert watched("2026-12-02", "2026-04-01", "2026-11-20")[0].due == "2027-06-02"


# plans of the tiny knowledge base


PLAN = (
    "follow_up: [{test: Ultrasound, after: [3 months, 6 months], then_every: 12 months, until: 5 years,"
    ' window: ["-2 weeks", "+1 month"]}]'
)
SPOT = (("size", number("20", "mm")), ("solid", yes()))  # the lesion that has this plan
MISSED = "missed: no examination is recorded in its time, arrange it now"
EXAMINED = (Study(id="S1", modality="us", date="2026-02-01"), Study(id="S2", modality="us", date="2025"))
TREATED = seen("treated_on", day("2026-01"))  # counts from its last day


def planned(folder: Path, steps: str, *observed: Observation, studies: tuple[Study, ...] = ()) -> list[PlannedTest]:
    """The tests of these steps on 1 June 2026, for a spot of a size that the tiny knowledge plans them for."""
    assert PLAN in REST
    knowledge, problems = compile_small(folder, rest=REST.replace(PLAN, f"follow_up: [{steps}]"))
    assert problems == ()
    spot = (seen(name, value, "L1") for name, value in SPOT)
    about = case(*spot, *observed, lesions=1, studies=studies)
    return list(evaluate(about, knowledge, date(2026, 6, 1), trace=False).follow_up)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (
            PLAN.removeprefix("follow_up: [").removesuffix("]"),
            [("2026-09-01", ""), ("2026-12-01", "then every 12 months until 5 years")],
        ),
        ("{test: US, then_every: 6 months}", [("2026-12-01", "then every 6 months")]),
        ("{test: US, then_every: 6 months, note: fasting}", [("2026-12-01", "then every 6 months; fasting")]),
        ("{test: US, note: as needed}, {test: CT, after: [2 months]}", [("2026-08-01", ""), ("", "as needed")]),
        (
            "{test: US, then_every: 6 months}, {test: CT, after: [2 months], note: once}",
            [("2026-08-01", "once"), ("2026-12-01", "then every 6 months")],
        ),
        (
            "{test: US, after: [3 months], anchor: treated_on, note: fasting}",
            [("", "3 months after a date that is not recorded; fasting")],
        ),
    ],
)
def test_a_plan_is_dated_the_earliest_first_and_what_comes_after_is_said_with_its_last_date(
    steps: str, expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    assert [(test.due, test.note) for test in planned(tmp_path, steps)] == expected


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("after: [3 months], anchor: treated_on", ("2026-04-30", "", MISSED)),
        ("after: [1 week], anchor: treated_on", ("2026-02-07", "", MISSED)),  # 1 February was before
        ("after: [1 day], anchor: treated_on", ("2026-02-01", "2026-02-01", "examined on 2026-02-01")),
        ("after: [3 months], anchor: examination", ("2026-05-01", "", MISSED)),
        ("after: [4 months], anchor: examination", ("2026-10-01", "", "")),  # due today: it counts from today
        ("then_every: 3 months, anchor: examination", ("2026-05-01", "", f"{MISSED}; then every 3 months")),
        ('after: [3 months], anchor: examination, window: ["-1 week", "+1 month"]', ("2026-09-01", "", "")),
        ('after: [3 months], anchor: examination, window: ["-1 week", "+4 weeks"]', ("2026-05-01", "", MISSED)),
    ],
)
def test_a_plan_counts_from_its_day(step: str, expected: tuple[str, str, str], tmp_path: Path) -> None:
    (test,) = planned(tmp_path, f"{{test: US, {step}}}", TREATED, studies=EXAMINED)
    assert (test.due, test.done, test.note) == expected
    assert test.missed is (MISSED in test.note)
    assert bool(test.earliest) is bool(test.latest) is ("window" in step)


def test_a_plan_of_a_lesion_counts_from_the_day_of_that_lesion(tmp_path: Path) -> None:
    treated = "- {id: treated_on, label: Treated on, group: person, subject: patient, type: date}"
    assert treated in FINDINGS
    findings = FINDINGS.replace(
        treated, treated.replace("group: person, subject: patient", "group: spot, subject: lesion")
    )
    rest = REST.replace(PLAN, "follow_up: [{test: MRI, after: [3 months], anchor: treated_on}]")
    knowledge, problems = compile_small(tmp_path, findings=findings, rest=rest)
    assert problems == ()
    about = case(
        *(seen(name, value, lesion) for lesion in ("L1", "L2") for name, value in SPOT),
        seen("treated_on", day("2026-04-10"), "L1"),
        seen("treated_on", day("2026-05-20"), "L2"),
        lesions=2,
    )
    made = evaluate(about, knowledge, date(2026, 6, 1), trace=False).follow_up
    assert [(test.subject, test.due) for test in made] == [("L1", "2026-07-10"), ("L2", "2026-08-20")]
