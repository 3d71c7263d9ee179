"""The assessment: precedence with named reasons, closures held open, urgency, causes, gates, dates, questions."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from hepalith.decision import assess
from hepalith.decision.assess import Assessor, evaluate
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.what_if import Asker
from hepalith.decision.wording import Words
from hepalith.domain.assessment import Advice, Answer, Assessment, GateState, Status, Urgency
from hepalith.domain.case import Case, Observation, State
from hepalith.knowledge.base import Knowledge
from support.building import case, items, no, number, seen, yes
from support.small import REST, compile_small
from support.wide import wide

TODAY = date(2026, 6, 1)


def assessed(about: Case, knowledge: Knowledge, on: date = TODAY) -> Assessment:
    return evaluate(about, knowledge, on)


def advice(assessment: Assessment, name: str, subject: str = "patient") -> Advice:
    return next(one for one in assessment.recommendations if (one.id, one.subject) == (name, subject))


ILL = (seen("fever", yes()), seen("bilirubin", number("4.1", "mg/dL")), seen("age", number("40", "a")))
MIDDLE = (seen("size", number("20", "mm"), "L1"), seen("solid", yes(), "L1"))
SMALL_AND_WELL = (
    seen("fever", no()),
    seen("pain", no()),
    seen("size", number("5", "mm"), "L1"),
    seen("solid", no(), "L1"),
)


def test_an_alarm_holds_and_what_gives_way_says_why(small: Knowledge) -> None:
    result = assessed(case(*ILL, *MIDDLE, lesions=1), small)
    assert advice(result, "ALARM").status is Status.HOLDS
    elective = advice(result, "DRUG", "L1")
    assert elective.status is Status.SUPPRESSED
    assert [(why.by, why.label, why.precedence) for why in elective.suppressed_by] == [
        ("ALARM", "after the alarm", "P1")
    ]
    assert result.urgency.level is Urgency.EMERGENCY_SAME_DAY
    assert result.urgency.set_by == "ALARM"


def test_a_closure_stays_open_while_an_alarm_is_not_excluded(small: Knowledge) -> None:
    open_alarm = case(seen("fever", no()), *SMALL_AND_WELL[2:], lesions=1)
    result = assessed(open_alarm, small)
    closing = advice(result, "CLOSE")
    assert closing.status is Status.CANNOT_BE_EXCLUDED
    assert {need.finding for need in closing.needs} == {"pain", "bilirubin"}
    assert advice(assessed(case(*SMALL_AND_WELL, lesions=1), small), "CLOSE").status is Status.HOLDS


def test_an_alarm_forbids_a_closure_even_where_it_gives_way_itself(tmp_path: Path) -> None:
    gives_way = (
        "- {id: P2, step: 2, when_holds: [ASK], suppresses: [ALARM], across: patient, label: l, basis: default}\n"
    )
    closes_anyone = REST.replace('when: "passes(close)"', 'when: "bilirubin > 0"')
    knowledge, problems = compile_small(tmp_path, rest=closes_anyone + gives_way)
    assert problems == ()
    result = assessed(case(*ILL[:2]), knowledge)
    assert advice(result, "ALARM").status is Status.SUPPRESSED
    closing = advice(result, "CLOSE")
    assert closing.status is Status.SUPPRESSED
    assert [why.by for why in closing.suppressed_by] == ["ALARM"]


def test_escalation_raises_and_what_could_be_is_said(small: Knowledge) -> None:
    without_age = case(*ILL[:2])
    result = assessed(without_age, small)
    assert advice(result, "ALARM").urgency is Urgency.EMERGENCY_SAME_DAY
    assert result.urgency.could_be is Urgency.EMERGENCY_NOW
    old = assessed(case(*ILL[:2], seen("age", number("75", "a"))), small)
    assert old.urgency.level is Urgency.EMERGENCY_NOW
    young = assessed(case(*ILL), small)
    assert young.urgency.level is Urgency.EMERGENCY_SAME_DAY
    assert young.urgency.could_be is None


@pytest.mark.parametrize("higher", ["emergency_same_day, emergency_now", "emergency_now, emergency_same_day"])
def test_of_several_levels_that_cannot_be_excluded_the_highest_is_said(tmp_path: Path, higher: str) -> None:
    steps = ", ".join(f'{{when: "age >= 75", urgency: {level}}}' for level in higher.split(", "))
    one_step = 'escalate: [{when: "age >= 75", urgency: emergency_now}]'
    knowledge, problems = compile_small(
        tmp_path,
        rest=REST.replace(one_step, f"escalate: [{steps}]").replace("urgency: emergency_same_day,", "urgency: soon,"),
    )
    assert problems == ()
    result = assessed(case(*ILL[:2]), knowledge)
    assert result.urgency.level is Urgency.SOON
    assert result.urgency.could_be is Urgency.EMERGENCY_NOW


def test_needs_name_what_could_decide_and_nothing_else(small: Knowledge) -> None:
    result = assessed(case(seen("fever", yes())), small)
    alarm = advice(result, "ALARM")
    assert alarm.status is Status.CANNOT_BE_EXCLUDED
    assert [need.finding for need in alarm.needs] == ["bilirubin"]


def test_values_are_inserted_as_entered(small: Knowledge) -> None:
    assert advice(assessed(case(*ILL), small), "ALARM").action == "Act on 4.1 mg/dL."


def test_causes_are_ranked_excluded_and_explained(small: Knowledge) -> None:
    result = assessed(case(*MIDDLE, lesions=1), small)
    assert [(cause.id, cause.rank, cause.points) for cause in result.causes] == [("BAD", 1, 8)]
    assert result.case_class.value == "malignant"
    benign = assessed(case(*SMALL_AND_WELL, lesions=1), small)
    assert [(cause.id, cause.points) for cause in benign.causes] == [("BENIGN", 6)]
    child = assessed(case(*MIDDLE, seen("age", number("4", "a")), lesions=1), small)
    assert child.causes == ()
    assert child.case_class.value == "undetermined"


def test_an_unknown_argument_counts_for_nothing(small: Knowledge) -> None:
    result = assessed(case(seen("size", number("5", "mm"), "L1"), lesions=1), small)
    benign = next(cause for cause in result.causes if cause.id == "BENIGN")
    answers = {argument.text: argument.answer for argument in benign.arguments_for}
    assert answers == {"small": Answer.YES, "not solid": Answer.UNKNOWN}
    assert benign.points == 2


def test_a_gate_is_shut_by_what_is_known_and_by_what_is_not(small: Knowledge) -> None:
    unknown = assessed(case(*MIDDLE, lesions=1), small)
    assert advice(unknown, "DRUG", "L1").gates_shut == ("drug",)
    gate = next(gate for gate in unknown.gates if gate.id == "drug")
    assert gate.state is GateState.SHUT_UNTIL_KNOWN
    assert [need.finding for item in gate.items for need in item.needs] == ["bilirubin", "age", "age"]
    young = assessed(case(*MIDDLE, seen("age", number("12", "a")), lesions=1), small)
    assert next(gate for gate in young.gates if gate.id == "drug").state is GateState.SHUT
    ready = case(*MIDDLE, seen("age", number("70", "a")), seen("bilirubin", number("9", "umol/L")), lesions=1)
    opened = assessed(ready, small)
    assert next(gate for gate in opened.gates if gate.id == "drug").state is GateState.OPEN
    assert advice(opened, "DRUG", "L1").gates_shut == ()


def test_classifications_are_values_ranges_or_candidates_with_inputs(small: Knowledge) -> None:
    result = assessed(case(seen("bilirubin", number("40", "umol/L")), lesions=1), small)
    total = next(made for made in result.classifications if made.id == "total")
    assert (total.value, total.low, total.high, total.complete) == ("3 to 4", "3", "4", False)
    assert [need.finding for need in total.needs] == ["fever"]
    assert [(made.finding, made.value) for made in total.inputs] == [("bilirubin", "40 µmol/L")]
    assert not any(made.id == "kind" for made in result.classifications)


def test_follow_up_has_dates_windows_and_a_rule(small: Knowledge) -> None:
    result = assessed(case(*MIDDLE, lesions=1), small)
    assert [(test.due, test.earliest, test.latest) for test in result.follow_up] == [
        ("2026-09-01", "2026-08-18", "2026-10-01"),
        ("2026-12-01", "2026-11-17", "2027-01-01"),
    ]
    assert result.follow_up[-1].note == "then every 12 months until 5 years"


def test_questions_come_by_what_an_end_needs_and_what_they_could_bring_and_skip_what_was_tried(
    small: Knowledge,
) -> None:
    result = assessed(case(), small)
    assert result.questions[0].finding == "fever", "the closing gate rests on it"
    assert result.questions[1].urgency is Urgency.EMERGENCY_SAME_DAY
    tried = assessed(case(Observation(finding="bilirubin", state=State.UNOBTAINABLE)), small)
    assert "bilirubin" not in {question.finding for question in tried.questions}
    assert "bilirubin" in {question.finding for question in result.questions}


def test_conflicts_come_with_the_advice_that_names_them(small: Knowledge) -> None:
    assert [conflict.id for conflict in assessed(case(*MIDDLE, lesions=1), small).conflicts] == ["X1"]
    assert assessed(case(), small).conflicts == ()


def test_overdue_knowledge_is_marked(small: Knowledge) -> None:
    for day in (TODAY, date(2027, 1, 1)):
        assert not advice(assessed(case(*ILL), small, day), "ALARM").basis.overdue
    assert advice(assessed(case(*ILL), small, date(2027, 1, 2)), "ALARM").basis.overdue


def test_an_ask_rule_asks_only_while_the_value_is_missing(small: Knowledge) -> None:
    assert advice(assessed(case(), small), "ASK").status is Status.HOLDS
    assert advice(assessed(case(seen("age", number("3", "a"))), small), "ASK").status is Status.DOES_NOT_HOLD


def test_traces_show_the_values_that_decided(small: Knowledge) -> None:
    node = Assessor(case(*ILL), small, TODAY).explain("ALARM")
    assert node.answer is Answer.YES
    text = str(msgspec.to_builtins(node))
    assert "Bilirubin: 4.1 mg/dL; wanted: > 4.0 mg/dL" in text
    assert "Fever: yes" in text


def test_findings_of_another_dictionary_are_named_not_evaluated(small: Knowledge) -> None:
    result = assessed(case(seen("from_the_future", yes())), small)
    assert result.not_evaluated == ("from_the_future",)


def test_same_inputs_same_bytes(small: Knowledge) -> None:
    about = case(*ILL, *MIDDLE, lesions=1)
    assert msgspec.json.encode(assessed(about, small)) == msgspec.json.encode(assessed(about, small))


@pytest.mark.parametrize("lesions", [0, 1, 20])
def test_any_number_of_lesions(lesions: int, small: Knowledge) -> None:
    result = assessed(case(lesions=lesions), small)
    assert len([one for one in result.recommendations if one.id == "DRUG"]) == lesions


def test_what_nothing_speaks_for_is_open_but_no_possibility(small: Knowledge) -> None:
    nothing = assessed(case(), small)
    assert advice(nothing, "ALARM").status is Status.CANNOT_BE_EXCLUDED
    assert not advice(nothing, "ALARM").supported
    assert nothing.urgency.could_be is None
    fever = assessed(case(seen("fever", yes())), small)
    assert advice(fever, "ALARM").supported
    assert fever.urgency.could_be is Urgency.EMERGENCY_SAME_DAY


def test_what_is_known_to_be_absent_supports_nothing(small: Knowledge) -> None:
    assert not advice(assessed(case(seen("fever", no())), small), "ALARM").supported


def test_what_gives_way_still_counts_for_the_urgency_unless_it_is_replaced(tmp_path: Path) -> None:
    about = case(*ILL, *MIDDLE, lesions=1)
    rest = REST.replace(
        'when_holds: ["#alarm"], suppresses: ["#closure", "#elective"]', "when_holds: [ASK], suppresses: [ALARM]"
    )
    without_age = case(*ILL[:2])
    knowledge, problems = compile_small(tmp_path / "a", rest=rest)
    assert problems == ()
    assert assessed(without_age, knowledge).urgency.set_by == "ALARM"
    knowledge, problems = compile_small(
        tmp_path / "b", rest=rest.replace("label: after the alarm,", "label: x, replaces: true,")
    )
    assert problems == ()
    assert assessed(without_age, knowledge).urgency.set_by == "ASK"
    assert advice(assessed(about, knowledge), "ALARM").status is Status.HOLDS


def test_a_limit_is_called_assumed_only_in_a_class_that_compares_with_it(tmp_path: Path) -> None:
    raised = (
        "- {id: raised, label: Raised, subject: patient, type: yes_no, classification: true, basis: default,\n"
        '   expr: "bilirubin > uln(bilirubin)"}\n'
        "- {id: points,"
    )
    knowledge, problems = compile_small(tmp_path, rest=REST.replace("- {id: points,", raised))
    assert problems == ()
    about = case(seen("bilirubin", number("40", "umol/L")))
    assumed = {one.id: [part.assumed for part in one.inputs] for one in assessed(about, knowledge).classifications}
    assert assumed["raised"] == [True]
    assert assumed["points"] == [False]


def test_a_cause_is_explained_by_every_argument_for_and_against_it() -> None:
    spot = case(seen("solid", yes(), "L1"), seen("size", number("30", "mm"), "L1"), lesions=1)
    node = Assessor(spot, wide(), TODAY).explain("BENIGN", "L1")
    assert [(part.text, part.answer) for part in node.children] == [
        ("for: small", Answer.NO),
        ("for: not solid", Answer.NO),
        ("for: unchanged for a year", Answer.NO),
        ("against: larger than 20 mm", Answer.YES),
        ("against: grown", Answer.UNKNOWN),
    ]


def test_a_deciding_part_names_its_lesion_only_where_there_is_another() -> None:
    seen_there = (seen("fluid", yes()), seen("rough", yes(), "L1"))
    alone, beside = (Assessor(case(*seen_there, lesions=lesions), wide(), TODAY) for lesions in (1, 2))
    assert alone.deciding("FLUID") == ("Fluid around it: yes", "Rough edge: yes")
    assert beside.deciding("FLUID") == ("Fluid around it: yes", "L1: Rough edge: yes")


def test_a_formula_is_written_with_the_brackets_that_it_needs() -> None:
    words = Words(Evaluation(case(lesions=1), wide(), TODAY))
    assert [words.number(wide().derived[name].tree) for name in ("computed", "growth", "score")] == [
        "(140 − Age) × 72 × (1.04 if Sex: Female, otherwise 1.23) / Creatinine",
        "100 × (Size − Size before) / Size before",
        "Points for bilirubin + Points for albumin + (2 if Ill, otherwise 1)",
    ]


def test_without_one_who_asks_nothing_was_tried_and_no_plan_is_called_robust(small: Knowledge) -> None:
    assert not Assessor(case(), small, TODAY).assessment(trace=False).robust


def test_a_class_of_two_is_not_narrowed_down_while_both_are_possible(tmp_path: Path) -> None:
    two = """derived:
- {id: heat, label: Heat, subject: patient, type: choice, classification: true, basis: default, otherwise: rest,
   choices: [{id: hot, label: Hot}, {id: rest, label: The rest}], rows: [{id: r1, when: fever and pain, then: hot}]}
"""
    knowledge, problems = compile_small(tmp_path, rest=REST.replace("derived:\n", two))
    assert problems == ()
    found = [
        assessed(some, knowledge)
        for some in (case(seen("fever", yes())), case(seen("fever", yes()), seen("pain", yes())))
    ]
    classes = [one for made in found for one in made.classifications if one.id == "heat"]
    assert [one.candidates for one in classes] == [("hot",)], "while both are possible it is not shown"


def test_a_class_is_read_from_an_old_value_too(tmp_path: Path) -> None:
    """Only for a safety gate it is too old."""
    heat = """derived:
- {id: heat, label: Heat, subject: patient, type: choice, classification: true, basis: default, otherwise: rest,
   choices: [{id: hot, label: Hot}, {id: mild, label: Mild}, {id: rest, label: The rest}],
   rows: [{id: r1, when: bilirubin > 50, then: hot}, {id: r2, when: bilirubin > 40, then: mild}]}
"""
    knowledge, problems = compile_small(tmp_path, rest=REST.replace("derived:\n", heat))
    assert problems == ()
    old = case(seen("bilirubin", number("60", "umol/L"), date="2026-05-01"))
    (made,) = [
        one for one in Assessor(old, knowledge, TODAY).assessment(trace=False).classifications if one.id == "heat"
    ]
    assert made.candidates == ("hot",)


def test_a_score_is_shown_once_it_is_narrowed_down_to_three_quarters_of_what_it_can_be(tmp_path: Path) -> None:
    score = """derived:
- {id: four, label: Four, subject: patient, type: number, unit: "1", range: [1, 5], classification: true,
   basis: default, expr: "1 + count_true(fever, pain, rash, a in risks)"}
"""
    knowledge, problems = compile_small(tmp_path, rest=REST.replace("derived:\n", score))
    assert problems == ()
    for risks, shown in ((items(), False), (items(("a",)), True)):
        made = assessed(case(seen("risks", risks)), knowledge)
        assert [one.id == "four" for one in made.classifications if one.id == "four"] == [True] * shown


NEAR = """recommendations:
- {id: SPOT, title: Spot, subject: lesion, kind: do, action: A., urgency: soon, when: size > 5, basis: default}
"""


@pytest.mark.parametrize(("across", "other_lesion"), [("lesion", Status.HOLDS), ("patient", Status.SUPPRESSED)])
def test_what_wins_for_the_same_lesion_only_leaves_other_lesions_alone(
    tmp_path: Path, across: str, other_lesion: Status
) -> None:
    rule = f"""precedence:
- {{id: P0, step: 1, when_holds: [DRUG], suppresses: [SPOT], across: {across}, label: the drug first, basis: default}}
"""
    rest = REST.replace("recommendations:\n", NEAR).replace("precedence:\n", rule)
    knowledge, problems = compile_small(tmp_path, rest=rest)
    assert problems == ()
    other = (seen("size", number("20", "mm"), "L2"), seen("solid", no(), "L2"))
    two = case(*MIDDLE, *other, lesions=2)
    for asker in (None, Asker(knowledge)):
        result = Assessor(two, knowledge, TODAY, asker).assessment(trace=False)
        assert advice(result, "DRUG", "L1").status is Status.HOLDS
        assert advice(result, "SPOT", "L1").status is Status.SUPPRESSED
        assert advice(result, "SPOT", "L2").status is other_lesion


def test_at_an_edit_the_first_questions_are_shown_and_in_full_all_of_them(
    small: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assess, "ASKED", 1)
    assessor = Assessor(case(seen("fever", yes()), lesions=1), small, TODAY, Asker(small))
    first, all_ = (assessor.assessment(trace=False, full=full).questions for full in (False, True))
    assert len(first) == 1 < len(all_)
    assert first == all_[:1]


def test_a_step_that_is_not_above_the_urgency_that_is_reached_could_not_raise_it(tmp_path: Path) -> None:
    step = '{when: "age >= 75", urgency: emergency_now}'
    knowledge, problems = compile_small(
        tmp_path, rest=REST.replace(step, f"{step}, {{when: pain, urgency: emergency_now}}")
    )
    assert problems == ()
    open_, reached = (
        advice(assessed(case(*ILL[:2], *more), knowledge), "ALARM") for more in ((), (seen("pain", yes()),))
    )
    assert (open_.urgency, open_.urgency_could_be) == (Urgency.EMERGENCY_SAME_DAY, Urgency.EMERGENCY_NOW)
    assert (reached.urgency, reached.urgency_could_be) == (Urgency.EMERGENCY_NOW, None)
