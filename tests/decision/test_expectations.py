"""A case that is not answered as its file expects says what it was answered instead."""

from typing import Any

import pytest

from hepalith.decision.expectations import failures
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.cases import Vignette
from support.small import REST, compile_small

WELL = {"fever": "no", "pain": "no", "age": 40, "bilirubin": 10}
ILL = {"fever": "yes", "pain": "no", "age": 40, "bilirubin": "4.1 mg/dL"}
MIDDLE, SMALL = {"size": 20, "solid": "yes"}, {"size": 5, "solid": "no"}
QUARTER = (
    '- {id: quarter, label: Quarter, subject: patient, type: number, unit: "1", range: [0, 375],'
    ' expr: "bilirubin / 4", basis: default}\n'
)


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """The tiny knowledge base, and a number that is no whole one."""
    rest = REST.replace("- {id: kind,", f"{QUARTER}- {{id: kind,")
    made, problems = compile_small(tmp_path_factory.mktemp("small"), rest=rest)
    assert problems == ()
    return made


def said(
    knowledge: Knowledge, patient: dict[str, Any], lesions: tuple[dict[str, Any], ...], expect: dict[str, Any]
) -> list[str]:
    named = {f"L{number}": lesion for number, lesion in enumerate(lesions, 1)}
    vignette = Vignette(id="v", title="v", as_of="2026-06-01", patient=patient, lesions=named, expect=expect)
    return failures(vignette, knowledge)


@pytest.mark.parametrize(
    ("patient", "lesions", "expect"),
    [
        (ILL, (MIDDLE,), {"must": ["ALARM"], "suppressed": ["DRUG"], "must_not": ["DRUG", "ASK"]}),
        ({"fever": "yes"}, (), {"open": ["ALARM"]}),
        ({"fever": "no"}, (), {"not_suggested": ["ALARM"]}),
        (WELL, (MIDDLE,), {"class": "malignant", "urgency": "soon", "leading": ["BAD"]}),
        (WELL, (MIDDLE,), {"points": {"BAD": 8, "BENIGN": "not_ranked"}}),
        (ILL, (MIDDLE,), {"levels": {"ALARM": "emergency_same_day", "DRUG": "soon"}}),
        (WELL, (MIDDLE,), {"gates_open": ["drug"], "gates_shut": ["close"]}),
        ({"fever": "no", "pain": "no"}, (MIDDLE,), {"gates_shut": ["drug"]}),
        (WELL, (MIDDLE,), {"items": {"drug": {"liver": "yes", "adult": True}, "close": {"row_2": False}}}),
        (WELL, (MIDDLE,), {"values": {"ill": "no", "kind": "middle", "points": 1}}),
        ({}, ({"size": 20},), {"values": {"ill": "unknown", "kind": ["middle", "small"], "points": [1, 3]}}),
        (WELL, (MIDDLE,), {"tables": {"total": "hidden", "points": "shown", "kind": "shown"}}),
        (WELL, (MIDDLE, SMALL), {"values": {"kind": "middle"}}),  # of the first lesion
    ],
)
def test_a_case_that_is_answered_as_expected(
    patient: dict[str, Any], lesions: tuple[dict[str, Any], ...], expect: dict[str, Any], knowledge: Knowledge
) -> None:
    assert said(knowledge, patient, lesions, expect) == []


@pytest.mark.parametrize(
    ("patient", "lesions", "expect", "messages"),
    [
        ({"nose": 1}, (), {}, ["the case cannot be built: nose is no finding"]),
        (
            WELL,
            (),
            {"nose": 1, "must": ["ASK"]},
            ["unknown expectation nose", "must: ASK is does_not_hold for patient"],
        ),
        # recommendations
        (
            {"fever": "yes"},
            (),
            {"must": ["ALARM"]},
            ["must: ALARM is cannot_be_excluded for patient (needs bilirubin(patient))"],
        ),
        ({}, ({},), {"must": ["DRUG"]}, ["must: DRUG is cannot_be_excluded for L1 (needs size(L1), solid(L1))"]),
        (
            ILL,
            (MIDDLE,),
            {"open": ["DRUG"], "suppressed": ["ALARM"]},
            ["open: DRUG is suppressed for L1 (gives way to ALARM)", "suppressed: ALARM is holds for patient"],
        ),
        (
            {"fever": "no", "bilirubin": 100},
            (SMALL,),
            {"must": ["CLOSE"]},
            ["must: CLOSE is cannot_be_excluded for patient (needs pain(patient))"],
        ),
        (ILL, (), {"must_not": ["NOPE", "ALARM"]}, ["NOPE is no recommendation", "must_not: ALARM holds for patient"]),
        (
            {"fever": "yes"},
            (),
            {"not_suggested": ["NOPE", "ALARM"]},
            ["NOPE is no recommendation", "not_suggested: ALARM is cannot_be_excluded for patient"],
        ),
        (
            ILL,
            (MIDDLE,),
            {"not_suggested": ["ALARM", "DRUG"]},
            ["not_suggested: ALARM is holds for patient", "not_suggested: DRUG is suppressed for L1"],
        ),
        (WELL, (), {"must": ["NOPE", "DRUG"]}, ["NOPE is no recommendation", "must: DRUG is judged for no subject"]),
        (
            ILL,
            (MIDDLE,),
            {"levels": {"NOPE": "soon", "ALARM": "soon", "ASK": "routine"}},
            [
                "NOPE is no recommendation",
                "levels: ALARM is emergency_same_day, expected soon",
                "levels: ASK is not applied, expected routine",
            ],
        ),
        # causes, urgency, gates
        (
            WELL,
            (SMALL, MIDDLE),
            {"leading": ["BAD", "OTHER"]},
            ["OTHER does not lead; ranking: L1 1. BENIGN +6, L2 1. BAD +8"],
        ),
        (
            WELL,
            (MIDDLE,),
            {"points": {"NOPE": 1, "BAD": 7, "BENIGN": 3}},
            [
                "points: NOPE is no condition",
                "points: BAD has [8], expected 7",
                "points: BENIGN has not_ranked, expected 3",
            ],
        ),
        (WELL, (MIDDLE,), {"points": {"BAD": "not_ranked"}}, ["points: BAD has [8], expected not_ranked"]),
        (
            WELL,
            (MIDDLE,),
            {"class": "benign", "urgency": "urgent"},
            ["class is malignant, expected benign", "urgency is soon (by DRUG), expected urgent"],
        ),
        (WELL, (), {"urgency": "urgent"}, ["urgency is none (by nothing), expected urgent"]),
        (
            WELL,
            (MIDDLE,),
            {"gates_open": ["nope", "close"], "gates_shut": ["drug"]},
            ["gates_shut: drug is open", "gates_open: nope is no gate", "gates_open: close is shut"],
        ),
        (
            WELL,
            (SMALL,),
            {"gates_open": ["drug"]},
            ["gates_open: drug is not asked for by anything that applies"],
        ),
        ({"fever": "no", "pain": "no"}, (MIDDLE,), {"gates_open": ["drug"]}, ["gates_open: drug is shut_until_known"]),
        (
            WELL,
            (MIDDLE,),
            {"items": {"nope": {"x": "yes"}, "drug": {"nope": "yes", "liver": "no", "adult": False}}},
            [
                "items: nope has no item x",
                "items: drug has no item nope",
                "items: drug.liver is ['yes'], expected no",
                "items: drug.adult is ['yes'], expected False",
            ],
        ),
        # values
        (
            WELL,
            (MIDDLE,),
            {"values": {"nope": 1, "ill": True, "kind": ["big", "small"], "points": 2}},
            [
                "values: nope is no derived finding",
                "values: ill is no, expected True",
                "values: kind is ['middle'], expected ['big', 'small']",
                "values: points is 1.0000 to 1.0000, expected 2",
            ],
        ),
        (
            {},
            ({"size": 20},),
            {"values": {"kind": "middle"}},
            ["values: kind is ['middle', 'small'], expected ['middle']"],
        ),
        (
            WELL,
            (MIDDLE,),
            {"tables": {"nope": "shown", "ill": "shown", "total": "shown", "points": "hidden"}},
            [
                "tables: nope is no classification",
                "tables: ill is no classification",
                "tables: total is hidden, expected shown",
                "tables: points is shown, expected hidden",
            ],
        ),
    ],
)
def test_what_is_not_as_expected_is_said_with_what_it_is(
    patient: dict[str, Any],
    lesions: tuple[dict[str, Any], ...],
    expect: dict[str, Any],
    messages: list[str],
    knowledge: Knowledge,
) -> None:
    assert said(knowledge, patient, lesions, expect) == messages


@pytest.mark.parametrize(
    ("expected", "is_so"),
    [(2, True), (3, True), (1, False), (4, False), (2.5, True), (2.4, False), ("2.45", False), ("2.50", True)],
)
def test_a_number_is_expected_as_exactly_as_it_is_written(
    expected: object, *, is_so: bool, knowledge: Knowledge
) -> None:
    """A quarter of 10 is 2.5, which rounds to 2 and to 3; further digits have to be those."""
    assert (said(knowledge, WELL, (), {"values": {"quarter": expected}}) == []) is is_so


@pytest.mark.parametrize(("expected", "is_so"), [([1, 3], True), ([1, 2], False), ([2, 3], False), (1, False)])
def test_a_range_is_expected_with_both_ends(expected: object, *, is_so: bool, knowledge: Knowledge) -> None:
    assert (said(knowledge, {}, (), {"values": {"points": expected}}) == []) is is_so
