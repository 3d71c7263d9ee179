"""Coverage of the knowledge: it can fail, and names what no case tests or would miss."""

from typing import Any

import pytest
from msgspec.structs import replace

from hepalith.decision.coverage import KINDS, Coverage
from hepalith.decision.expectations import failures
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.cases import Vignette, case_of
from support.small import REST, compile_small

WELL = {"fever": "no", "pain": "no", "age": 40, "bilirubin": 10}
ILL = {"fever": "yes", "pain": "no", "age": 40, "bilirubin": "4.1 mg/dL"}
LIMIT = {"value": 10, "unit": "umol/L", "upper": 5}


def vignette(name: str, patient: dict[str, Any], lesion: dict[str, Any] | None = None, **expect: Any) -> Vignette:
    lesions = {} if lesion is None else {"L1": lesion}
    return Vignette(id=name, title=name, as_of="2026-06-01", patient=patient, lesions=lesions, expect=expect)


def age(years: int, **more: Any) -> dict[str, Any]:
    return {**WELL, "age": years, **more}


BIG, MIDDLE, SMALL = {"size": 51, "solid": "yes"}, {"size": 20, "solid": "yes"}, {"size": 5, "solid": "no"}

# Every side of every item of the tiny knowledge, and each change of one breaks one of them.
CASES = (
    vignette("alarm", ILL, MIDDLE, must=["ALARM"], suppressed=["DRUG"], urgency="emergency_same_day"),
    vignette("alarm at the limit", {**ILL, "bilirubin": "4.0 mg/dL"}, must_not=["ALARM"]),
    vignette("old", {**ILL, "age": 75}, must=["ALARM"], urgency="emergency_now"),
    vignette("pain", {**ILL, "fever": "no", "pain": "yes"}, must=["ALARM"], values={"ill": True}),
    vignette("well", WELL, SMALL, must=["CLOSE"], must_not=["ALARM", "DRUG", "ASK"], values={"ill": "no"}),
    vignette("not closed", WELL, MIDDLE, must_not=["CLOSE"], items={"close": {"row_1": "yes", "row_2": "no"}}),
    vignette("fever", ILL, SMALL, items={"close": {"row_1": "no", "row_2": "yes"}}),
    vignette("ask", {"fever": "no"}, must=["ASK"]),
    vignette("drug", WELL, MIDDLE, must=["DRUG"], gates_open=["drug"], items={"drug": {"note": "yes"}}),
    vignette("liver", {**WELL, "bilirubin": LIMIT}, MIDDLE, gates_open=["drug"]),
    vignette("child", age(17), MIDDLE, gates_shut=["drug"]),
    vignette("adult", age(18), MIDDLE, gates_open=["drug"]),
    vignette("old for the drug", age(65, bilirubin=70), MIDDLE, items={"drug": {"note": "no", "liver": "no"}}),
    vignette("one", WELL, SMALL, values={"points": 1, "kind": "small"}, points={"BENIGN": 6, "BAD": "not_ranked"}),
    vignette("two", {**WELL, "bilirubin": 34}, {"size": 50, "solid": "no"}, values={"points": 2, "kind": "small"}),
    vignette("two at most", {**WELL, "bilirubin": 51}, {**MIDDLE, "size": 10}, values={"points": 2, "kind": "middle"}),
    vignette("nine", WELL, {**MIDDLE, "size": 9}, values={"kind": "small"}),
    vignette("three", {**WELL, "bilirubin": 52}, BIG, values={"points": 3, "kind": "big"}),
    vignette("larger", WELL, {"size": 21, "solid": "no"}, points={"BENIGN": 5}),
    vignette("at twenty", WELL, {"size": 20, "solid": "no"}, points={"BENIGN": 6}),
    vignette("solid", age(5), MIDDLE, leading=["BAD"], points={"BAD": 8, "BENIGN": "not_ranked"}),
    vignette("baby", age(4), MIDDLE, points={"BAD": "not_ranked"}),
    vignette("lowest total", WELL, tables={"total": "hidden"}, values={"total": 2}),
    vignette("higher total", {**WELL, "bilirubin": 34}, tables={"total": "shown"}, values={"total": 3}),
)  # fmt: skip


def uncovered(knowledge: Knowledge, cases: tuple[Vignette, ...]) -> set[str]:
    return {str(side) for side in Coverage(knowledge, cases).unreached()}


def unnoticed(knowledge: Knowledge, cases: tuple[Vignette, ...]) -> set[str]:
    coverage = Coverage(knowledge, cases)
    return {str(side) for side in coverage.unnoticed(coverage.drawn(None))}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_cases_are_answered_as_expected(small: Knowledge, case: Vignette) -> None:
    assert failures(case, small) == []


def test_all_is_reached_and_noticed(small: Knowledge) -> None:
    coverage = Coverage(small, CASES)
    assert {side.kind for side in coverage.sides.values()} == set(KINDS)
    assert {'argument BENIGN for "small": true', 'argument BENIGN against "larger": false'} <= coverage.sides.keys()
    assert uncovered(small, CASES) == set()
    assert unnoticed(small, CASES) == set()


@pytest.mark.parametrize(
    ("without", "missing"),
    [
        ("well", "recommendation DRUG: does not fire"),
        ("ask", "recommendation ASK: fires"),
        ("old", "escalation ALARM 1: true"),
        ("alarm", "precedence P1: suppresses"),
        ("three", "row points.otherwise: hit"),
        ("two at most", "threshold points: bilirubin <= 51: met exactly"),
        ("alarm at the limit", 'threshold ALARM: bilirubin > "4.0 mg/dL": met exactly'),
        ("baby", "argument BAD excluded: true"),
        ("larger", 'argument BENIGN against "larger": true'),
        ("child", "gate item drug.adult: false"),
        ("lowest total", "threshold total: total > 2: false"),
    ],
)
def test_a_case_that_is_taken_away_is_missed(small: Knowledge, without: str, missing: str) -> None:
    assert missing in uncovered(small, tuple(case for case in CASES if case.id != without))


@pytest.mark.parametrize(
    ("silenced", "expect", "silent"),
    [
        ("larger", {"leading": ["BENIGN"]}, 'argument BENIGN against "larger": true'),
        ("child", {"items": {"drug": {"note": "yes"}}}, "gate item drug.adult: false"),
        ("old for the drug", {"items": {"drug": {"liver": "no"}}}, "gate item drug.note: false"),
        ("three", {"points": {"BENIGN": "not_ranked"}}, "row kind.r1: hit"),
        ("higher total", {"values": {"total": 3}}, "threshold total: total > 2: true"),
    ],
)
def test_a_change_that_no_case_notices_is_named(
    small: Knowledge, silenced: str, expect: dict[str, Any], silent: str
) -> None:
    cases = tuple(replace(case, expect=expect) if case.id == silenced else case for case in CASES)
    assert silent in unnoticed(small, cases)


@pytest.mark.parametrize("wrong", [vignette("wrong", ILL, must=["ALARM"], urgency="none"), vignette("no", {"nose": 1})])
def test_a_case_that_fails_covers_nothing(small: Knowledge, wrong: Vignette) -> None:
    coverage = Coverage(small, (wrong,))
    assert coverage.failing == [wrong.id]
    assert len(coverage.unreached()) == len(coverage.sides)


@pytest.mark.parametrize("name", ["nose", "ill"])
def test_only_a_classification_can_be_expected_to_be_shown(small: Knowledge, name: str) -> None:
    assert failures(vignette("shown", WELL, tables={name: "shown"}), small)


def test_a_patient_finding_can_name_the_study_it_was_seen_on(small: Knowledge) -> None:
    seen = vignette("seen", {"pain": {"value": "yes", "study": "S1"}})
    assert case_of(seen, small).observations[0].study == "S1"


def test_advice_that_would_give_way_anyway_is_not_noticed(small: Knowledge) -> None:
    assert "recommendation CLOSE: does not fire" in unnoticed(small, (vignette("alarm", ILL, must_not=["CLOSE"]),))


def test_what_is_named_but_not_so_is_not_reached(small: Knowledge) -> None:
    """`must_not` is met by advice that cannot be excluded, and by advice that gives way: neither does not fire."""
    unknown = vignette("unknown", {}, must_not=["ALARM"])
    gives_way = vignette("gives way", ILL, MIDDLE, must_not=["DRUG"])
    assert failures(unknown, small) == failures(gives_way, small) == []
    missing = uncovered(small, (unknown, gives_way))
    assert {"recommendation ALARM: does not fire", "recommendation DRUG: does not fire"} <= missing


def test_the_draw_is_repeatable_and_changes_with_the_knowledge(small: Knowledge) -> None:
    first, again = (Coverage(small, CASES).drawn(8) for _ in range(2))
    other = Coverage(replace(small, hash="other"), CASES).drawn(8)
    assert [str(side) for side in first] == [str(side) for side in again]
    assert [str(side) for side in first] != [str(side) for side in other]
    assert len(first) == 8


def test_only_some_entries(small: Knowledge) -> None:
    coverage = Coverage(small, CASES, lambda place: place == ("gates", "drug"))
    assert {side.place for side in coverage.sides.values()} == {("gates", "drug")}


# what reaches a side, and what does not


def reached(knowledge: Knowledge, *cases: Vignette) -> set[str]:
    for case in cases:
        assert failures(case, knowledge) == []
    return {str(side) for side in Coverage(knowledge, cases).drawn(None)}


def test_a_case_that_fails_keeps_none_of_the_others_out(small: Knowledge) -> None:
    wrong = vignette("wrong", ILL, must=["ALARM"], urgency="none")
    assert Coverage(small, (wrong, *CASES)).unreached() == []


def test_an_escalation_is_reached_only_where_an_urgency_is_named(small: Knowledge) -> None:
    old = {**ILL, "age": 75}
    assert "escalation ALARM 1: true" not in reached(small, vignette("must", old, must=["ALARM"]))
    assert "escalation ALARM 1: true" in reached(small, vignette("level", old, levels={"ALARM": "emergency_now"}))


def test_advice_that_something_gives_way_to_has_to_be_named_itself(small: Knowledge) -> None:
    gives_way = reached(small, vignette("gives way", ILL, MIDDLE, suppressed=["DRUG"]))
    assert "recommendation DRUG: fires" in gives_way
    assert "recommendation ALARM: fires" not in gives_way


def test_an_open_gate_item_is_reached_only_where_it_is_named_as_unknown(small: Knowledge) -> None:
    unknown = {"fever": "no", "pain": "no", "age": 40}
    named = vignette("named", unknown, items={"drug": {"liver": "unknown"}})
    other = vignette("other", unknown, MIDDLE, gates_shut=["drug"], items={"drug": {"adult": "yes"}})
    known = vignette("known", age(40), items={"drug": {"liver": "yes"}})
    liver = {f"gate item drug.liver: {side}" for side in ("true", "false")}
    assert reached(small, named) & liver == {"gate item drug.liver: false"}
    assert reached(small, other) & liver == set()
    assert reached(small, known) & liver == {"gate item drug.liver: true"}


def test_a_gate_item_that_does_not_trust_an_old_value_is_not_reached_by_it(small: Knowledge) -> None:
    old = vignette("old", age(40, bilirubin={"value": 10, "date": "2025-01-01"}), MIDDLE, gates_shut=["drug"])
    assert "gate item drug.liver: true" not in reached(small, old)


@pytest.fixture(scope="module")
def more(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """With a yes/no of the lesion, a table of which each row is needed, and comparisons of every kind."""
    rest = REST.replace(
        "derived:\n",
        """derived:
- {id: broad, label: Broad, subject: lesion, type: yes_no, basis: default, expr: "size > 30"}
- {id: half, label: Half of life, subject: patient, type: number, unit: "1", basis: default, complete: true,
   rows: [{id: first, when: "age < 40", then: 1}, {id: second, when: "age >= 40", then: 2}]}
- {id: hot, label: Hot, subject: patient, type: yes_no, basis: default,
   rows: [{id: fever, when: fever, then: true}, {id: pain, when: pain, then: true}], otherwise: false}
- {id: compared, label: Compared, subject: patient, type: yes_no, basis: default,
   expr: "(bilirubin > creatinine or age > 30) and (age > 30 or total > 2 or 18 <= age) and (age > 30 or age != 50)"}
""",
    )
    knowledge, problems = compile_small(tmp_path_factory.mktemp("more"), rest=rest)
    assert problems == ()
    return knowledge


def test_a_yes_of_a_lesion_is_reached_by_the_lesion(more: Knowledge) -> None:
    wide = vignette("wide", {}, {"size": 31}, values={"broad": "yes"})
    assert {"derived broad: true", "threshold broad: size > 30: true"} <= reached(more, wide)


def test_a_table_that_loses_its_row_is_noticed(more: Knowledge) -> None:
    young = vignette("young", {"age": 20}, values={"half": 1})
    assert "row half.first: hit" in reached(more, young)
    assert "row half.first: hit" not in unnoticed(more, (young,))


def test_another_result_for_all_else_is_noticed(more: Knowledge) -> None:
    cool = vignette("cool", WELL, values={"hot": "no"})
    assert "row hot.otherwise: hit" in reached(more, cool)
    assert "row hot.otherwise: hit" not in unnoticed(more, (cool,))


def test_comparisons_with_a_number_are_thresholds_and_of_what_is_entered_they_are_met_exactly(more: Knowledge) -> None:
    """Each by itself, though it is written three times; what is compared with another finding has no threshold."""
    sides = (side for side in Coverage(more, ()).sides.values() if side.place == ("derived", "compared"))
    both, all_three = ("true", "false"), ("true", "false", "met exactly")
    assert {(side.id, side.name) for side in sides if side.kind == "threshold"} == {
        *(("compared: age > 30", side) for side in all_three),
        *(("compared: age > 30 (2)", side) for side in all_three),
        *(("compared: age > 30 (3)", side) for side in all_three),
        *(("compared: 18 <= age", side) for side in all_three),
        *(("compared: total > 2", side) for side in both),
        *(("compared: age != 50", side) for side in both),
    }
