"""Ask next: which answers are tried, what they change, in which order they are asked, and what is not asked."""

import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from hepalith.decision.answers import Answers, inside, stretches
from hepalith.decision.ask_next import Effect, ask_next, questions_of, worth
from hepalith.decision.assess import evaluate
from hepalith.decision.effects import REQUEST, Change
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.goals import shares
from hepalith.decision.levels import level_of
from hepalith.decision.precedence import Judgement
from hepalith.decision.thresholds import Cut, value_of
from hepalith.decision.variants import AHEAD, Chosen, Layout
from hepalith.decision.what_if import Asker, WhatIf
from hepalith.domain.assessment import GateState, Question, QuestionGroup, Status, Urgency, in_order
from hepalith.domain.case import PATIENT, Case, ItemsValue, Observation, State
from hepalith.domain.interval import Interval
from hepalith.domain.words import doubt_text
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.tree import Quantity, Reference
from support.building import case, choice, items, no, number, seen, yes
from support.small import FINDINGS, HEADER, REST, compile_small
from support.vignettes import all_vignettes, case_of, knowledge_and_problems

KNOWLEDGE = knowledge_and_problems()[0]
TODAY = date(2026, 6, 1)
SAMPLE = ("FV10", "BV03", "NV24", "CV33", "CV12")


def sample() -> Iterator[tuple[Case, date]]:
    """Some of the cases."""
    for vignette in all_vignettes():
        if vignette.id in SAMPLE:
            yield case_of(vignette, KNOWLEDGE), date.fromisoformat(vignette.as_of)


def question(found: tuple[Question, ...], finding: str) -> Question:
    """The question about a finding."""
    return next(one for one in found if one.finding == finding)


# what an answer changes


def plan(about: Case, as_of: date, knowledge: Knowledge) -> tuple[set[tuple[str, str]], int, int]:
    """What applies but requests for a value; the rank of its urgency, and that of the requests. By the interpreter."""
    evaluation = Evaluation(about, knowledge, as_of)
    holding: set[tuple[str, str]] = set()
    levels = {True: 0, False: 0}
    for one in Judgement(evaluation).all():
        compiled = knowledge.recommendations[one.id]
        is_request = compiled.entry.kind == REQUEST
        if one.sets_urgency:
            rank = level_of(evaluation, compiled, one.subject)[0].rank
            levels[is_request] = max(levels[is_request], rank)
        if one.status is Status.HOLDS and not is_request:
            holding.add((one.id, one.subject))
    return holding, levels[False], levels[True]


def _answered(about: Case, what_if: WhatIf) -> list[tuple[Case, Change]]:
    found = [
        (about.with_observation(observation), what_if.effects.of(variant))
        for one in what_if.tried
        for variant, observation in zip(one.variants, one.open.observations, strict=True)
    ]
    for together in what_if.together:
        answered = about
        for member in together.members:
            answered = answered.with_observation(member.open.observations[member.answer])
        found.append((answered, what_if.effects.of(together.variant)))
    return found


@pytest.mark.slow
def test_what_an_answer_changes_is_what_the_interpreter_finds_in_the_answered_case() -> None:
    chosen = random.Random(1)  # noqa: S311 (the same in every run)
    asker = Asker(KNOWLEDGE)
    changed = 0
    for about, as_of in sample():
        before, advised, requested = plan(about, as_of, KNOWLEDGE)
        level = max(advised, requested)
        answered = _answered(about, asker.what_if(about, as_of))
        different = [one for one in answered if one[1].starts or one[1].ends or one[1].level != level]
        for other, change in chosen.sample(different, 20) + chosen.sample(answered, 10):
            after, then, _request = plan(other, as_of, KNOWLEDGE)
            assert set(change.starts) == after - before
            assert set(change.ends) == before - after
            assert change.level == max(then, requested)  # a request that ends is no relief
            changed += after != before
    assert changed > 50


def test_answers_that_change_the_same_are_told_together(small: Knowledge) -> None:
    ill = case(seen("fever", yes()), seen("age", number("80", "a")))
    bilirubin = question(ask_next(ill, small, TODAY).questions, "bilirubin")
    assert [(one.answer, one.urgency, [named.id for named in one.starts]) for one in bilirubin.outcomes] == [
        ("above 68.416 µmol/L", Urgency.EMERGENCY_NOW, ["ALARM"])
    ]
    assert bilirubin.urgency is Urgency.EMERGENCY_NOW
    assert bilirubin.supported
    risen = case(seen("fever", yes()), seen("bilirubin", number("90", "umol/L")))
    age = question(ask_next(risen, small, TODAY).questions, "age")
    assert [(one.answer, one.urgency) for one in age.outcomes] == [("75 years or more", Urgency.EMERGENCY_NOW)]


def test_gates_of_what_applies_and_leading_causes_are_told(small: Knowledge) -> None:
    about = case(seen("size", number("20", "mm"), "L1"), lesions=1)
    solid = question(ask_next(about, small, TODAY).questions, "solid")
    by_answer = {one.answer: one for one in solid.outcomes}
    assert [named.id for named in by_answer["yes"].starts] == ["DRUG"]
    assert [[cause.id for cause in one.causes] for one in by_answer["yes"].leaders] == [["BAD"]]
    assert [[cause.id for cause in one.causes] for one in by_answer["no"].leaders] == [["BENIGN"]]
    on_drug = case(*about.observations, seen("solid", yes(), "L1"), lesions=1)
    age = question(ask_next(on_drug, small, TODAY).questions, "age")
    shut = [(one.answer, change.state) for one in age.outcomes for change in one.gates]
    assert shut == [("below 5 years", "shut"), ("5 years to below 18 years", "shut")]


def test_a_request_for_a_value_is_no_plan(small: Knowledge) -> None:
    questions = ask_next(case(seen("fever", no()), seen("pain", no())), small, TODAY).questions
    assert all(not question.outcomes for question in questions if question.finding == "age")


def test_it_is_said_when_no_single_answer_matters(small: Knowledge) -> None:
    well = [seen("fever", no()), seen("pain", no())]
    assert ask_next(case(*well), small, TODAY).robust
    assert not ask_next(case(seen("fever", yes())), small, TODAY).robust
    two_needed = ask_next(case(), small, TODAY)
    assert two_needed.robust
    assert question(two_needed.questions, "bilirubin").settles == 1


def test_a_doubt_between_two_says_whether_the_plan_differs(small: Knowledge) -> None:
    big_or_middle = case(seen("size", number("30", "mm", ">="), "L1"), seen("solid", yes(), "L1"), lesions=1)
    (doubt,) = evaluate(big_or_middle, small, TODAY).doubts
    assert (doubt.id, doubt.subject, doubt.same) == ("kind", "L1", False)
    by_answer = {one.answer: one for one in doubt.alternatives}
    assert [named.id for named in by_answer["Middle"].starts] == ["DRUG"]
    assert by_answer["Big"].starts == ()
    assert doubt_text(doubt, Urgency.NONE)[0] == "The plan depends on which it is"
    assert "If Big: nothing changes" in doubt_text(doubt, Urgency.NONE)
    (stage,) = evaluate(case(seen("stage", choice("one", "two"), "L1"), lesions=1), small, TODAY).doubts
    assert (stage.id, stage.same) == ("stage", True)
    assert doubt_text(stage, Urgency.NONE) == ("Whichever it is, the plan is the same with what is known",)
    assert evaluate(case(seen("stage", choice("one"), "L1"), lesions=1), small, TODAY).doubts == ()


@pytest.mark.parametrize(("candidates", "doubts"), [(1, 0), (2, 1), (4, 1), (5, 0)])
def test_a_doubt_between_more_than_a_few_is_none(tmp_path: Path, candidates: int, doubts: int) -> None:
    names = ("one", "two", "three", "four", "five", "six")
    six = ", ".join(f"{{id: {name}, label: {name}}}" for name in names)
    three = "{id: one, label: One}, {id: two, label: Two}, {id: three, label: Three}"
    knowledge, problems = compile_small(tmp_path, findings=FINDINGS.replace(three, six))
    assert problems == ()
    some = case(seen("stage", choice(*names[:candidates]), "L1"), lesions=1)
    assert len(evaluate(some, knowledge, TODAY).doubts) == doubts


def test_a_request_that_an_answer_brings_or_ends_changes_no_urgency(tmp_path: Path) -> None:
    rest = REST.replace('urgency: routine, when: "missing(age)"', 'urgency: urgent, when: "fever and missing(age)"')
    knowledge, problems = compile_small(tmp_path, rest=rest)
    assert problems == ()
    for recorded in (case(), case(seen("fever", yes()))):
        what_if = Asker(knowledge).what_if(recorded, TODAY)
        told = [one for one in what_if.tried if one.key[0] in {"fever", "age"}]
        assert {what_if.effects.of(variant).level for one in told for variant in one.variants} == {
            what_if.effects.level
        }
    assert what_if.now is Urgency.URGENT


LEVELLED = """recommendations:
- {id: FIRST, title: First, subject: patient, kind: do, action: A., urgency: soon, when: fever, basis: default}
- {id: SECOND, title: Second, subject: patient, kind: do, action: A., urgency: urgent, when: fever, basis: default}
"""


def test_the_advice_that_raises_the_urgency_is_that_of_the_highest_level(tmp_path: Path) -> None:
    knowledge, problems = compile_small(tmp_path, rest=REST.replace("recommendations:\n", LEVELLED))
    assert problems == ()
    what_if = Asker(knowledge).what_if(case(), TODAY)
    fever = next(one for one in what_if.tried if one.key[0] == "fever")
    changes = [what_if.effects.of(variant) for variant in fever.variants]
    assert [change.raised_by for change in changes] == [(("SECOND", PATIENT),), ()]
    assert {key[0] for key in changes[0].starts} == {"FIRST", "SECOND"}


RELIEVED = """recommendations:
- {id: LOSES, title: Loses, subject: patient, kind: do, action: A., urgency: urgent, when: fever, basis: default}
- {id: WINS, title: Wins, subject: patient, kind: do, action: A., urgency: soon, when: shape == odd, basis: default}
- {id: MORE, title: More, subject: patient, kind: do, action: A., urgency: soon, when: shape == round, basis: default}
"""


def test_that_another_answer_changes_more_is_no_reason_to_ask_later(tmp_path: Path) -> None:
    """One answer brings relief; that another one starts advice of no higher urgency does not count against it."""
    rule = """precedence:
- {id: P0, step: 1, when_holds: [WINS], suppresses: [LOSES], across: patient, replaces: true, label: w, basis: default}
"""
    values = []
    for more in ("shape == round", "shape == round and age > 100"):
        rest = REST.replace("recommendations:\n", RELIEVED.replace("when: shape == round", f"when: {more}"))
        folder = tmp_path / str(len(values))
        folder.mkdir()
        knowledge, problems = compile_small(folder, rest=rest.replace("precedence:\n", rule))
        assert problems == ()
        found = question(
            ask_next(case(seen("fever", yes()), seen("age", number("30", "a"))), knowledge, TODAY).questions, "shape"
        )
        values.append(found.worth)
    assert values[0] > values[1] > 0


def test_what_can_be_asked_together_is_asked_of_each_lesion_by_itself(tmp_path: Path) -> None:
    more = "- {id: hard, label: Hard, group: spot, subject: lesion, type: yes_no}\n"
    knowledge, problems = compile_small(
        tmp_path, findings=FINDINGS + more, rest=REST.replace("missing(age)", "any_lesion(hard)")
    )
    assert problems == ()
    what_if = Asker(knowledge).what_if(case(lesions=2), TODAY)
    found = [
        (one.chunk.id, {(member.open.finding, member.open.subject) for member in one.members})
        for one in what_if.together
    ]
    assert [one for one in found if one[0] == "solid"] == [
        ("solid", {("solid", "L1"), ("hard", "L1")}),
        ("solid", {("solid", "L2"), ("hard", "L2")}),
    ]


def test_what_is_asked_of_the_patient_and_of_lesions_at_once_is_asked_with_the_first_lesion(tmp_path: Path) -> None:
    both = """asked_together:
- {id: both, label: Both, members: [{finding: fever}, {finding: solid}, {finding: hard}], basis: default}
"""
    more = "- {id: hard, label: Hard, group: spot, subject: lesion, type: yes_no}\n"
    rest = REST.replace("missing(age)", "any_lesion(hard)")
    knowledge, problems = compile_small(tmp_path, header=HEADER + both, findings=FINDINGS + more, rest=rest)
    assert problems == ()
    together = Asker(knowledge).what_if(case(lesions=2), TODAY).together
    assert [
        [(member.open.finding, member.open.subject) for member in one.members]
        for one in together
        if one.chunk.id == "both"
    ] == [[("fever", PATIENT), ("solid", "L1"), ("hard", "L1")], [("solid", "L2"), ("hard", "L2")]]


def test_only_classes_are_taken_to_be_each_of_their_choices(tmp_path: Path) -> None:
    named = """derived:
- {id: named, label: Named, subject: patient, type: choice, basis: default, otherwise: rest,
   choices: [{id: ill, label: Ill}, {id: rest, label: Rest}], rows: [{id: r1, when: fever, then: ill}]}
"""
    knowledge, problems = compile_small(tmp_path, rest=REST.replace("derived:\n", named))
    assert problems == ()
    assert set(Asker(knowledge).what_if(case(lesions=2), TODAY).assumed) == {("kind", "L1"), ("kind", "L2")}


def test_a_change_of_advice_or_of_a_gate_is_one_of_the_plan() -> None:
    key = ("ALARM", PATIENT)
    assert [Change(1, starts=(key,)).plan, Change(1, ends=(key,)).plan, Change(1).plan] == [True, True, False]
    assert Change(1, gates=((key, GateState.SHUT),)).plan
    assert not Change(1, leaders=(("L1", ("BAD",)),)).plan


def test_what_only_an_end_needs_is_worth_something_and_nothing_is_worth_less_than_nothing() -> None:
    what_if = Asker(KNOWLEDGE).what_if(case(lesions=1), TODAY)
    questions = questions_of(what_if).questions
    assert min(one.worth for one in questions) >= 0
    only = [one for one in questions if not one.outcomes and not one.settles]
    assert {(one.finding, one.subject) for one in only} <= shares(what_if).keys()
    assert only
    assert all(one.worth > 0 for one in only)


def test_an_old_value_is_none_for_a_gate_also_as_it_is_read_fast(small: Knowledge) -> None:
    old = case(seen("bilirubin", number("10", "umol/L"), date="2026-05-01"))
    points = Quantity(Reference("points", lesion=False, derived=True))
    for evaluation in (Asker(small).what_if(old, TODAY).evaluation, Evaluation(old, small, TODAY)):
        assert evaluation.number(points, PATIENT).is_point
        assert not evaluation.number(points, PATIENT, fresh=True).is_point


# places


def test_planes_are_made_ahead_so_that_their_number_seldom_changes() -> None:
    layout = Layout()
    ahead = [layout.full.bit_length()]
    for at in range(AHEAD):
        layout.places(("one", str(at)), 1)
        ahead.append(layout.full.bit_length())
        assert layout.full == 2 ** ahead[-1] - 1
        assert ahead[-1] > layout.size - 1
    assert ahead == [*[AHEAD] * (AHEAD - 1), 2 * AHEAD, 2 * AHEAD]


def test_what_is_asked_together_is_recorded_in_its_plane_as_long_as_it_is(small: Knowledge) -> None:
    one = Asker(small).what_if(case(), TODAY).tried[0].open
    layout = Layout()
    key, place = (one.finding, one.subject), 1 << 200
    for together in ({}, {200: [Chosen(one, 0)]}, {}):
        (first, _groups), *others = layout.variation([one], together).recorded[key]
        assert bool(first & place) is bool(together)
        assert not any(plane & place for plane, _groups in others)


def test_a_class_on_which_no_advice_rests_names_the_answers_behind_it_that_matter() -> None:
    septic = next(one for one in all_vignettes() if one.id == "BX81")
    doubts = evaluate(case_of(septic, KNOWLEDGE), KNOWLEDGE, TODAY).doubts
    news2 = next(one for one in doubts if one.id == "news2_response")
    assert news2.same
    assert {"resp_rate", "sbp"} <= {need.finding for need in news2.through}
    assert doubt_text(news2, Urgency.NONE)[0].startswith("No advice rests on the class itself, but on what would")
    assert "no single answer behind it changes the plan" in doubt_text(replace(news2, through=()), Urgency.NONE)[0]


# which answers are tried


def test_a_stretch_between_thresholds_is_answered_beside_or_at_them() -> None:
    cuts = (Cut(Decimal(50), above=False), Cut(Decimal(100), above=True), Cut(Decimal(120), above=True))
    found = list(stretches(Decimal(0), Decimal(500), cuts))
    assert found == [
        Interval(Decimal(0), Decimal(50), high_open=True),
        Interval(Decimal(50), Decimal(100)),
        Interval(Decimal(100), Decimal(120), low_open=True),
        Interval(Decimal(120), Decimal(500), low_open=True),
    ]
    assert [inside(stretch, cuts, 0) for stretch in found] == [49, 50, 120, 121]
    alone = (Cut(Decimal("68.416"), above=False), Cut(Decimal("68.416"), above=True))
    middle = [inside(stretch, alone, 0) for stretch in stretches(Decimal(0), Decimal(1500), alone)]
    assert middle == [Decimal(68), Decimal("68.416"), Decimal(69)]


def test_a_threshold_of_a_calculator_is_found_through_its_inputs() -> None:
    """FIB-4 is age x AST / (platelets x root of ALT); advice asks whether it is above 2.67."""
    known = case(
        seen("age_years", number("60", "a")),
        seen("platelets", number("150", "10*9/L")),
        seen("alt", number("36", "U/L")),
    )
    ast = next(
        one
        for one in Answers(KNOWLEDGE, KNOWLEDGE.decisive()).open(Evaluation(known, KNOWLEDGE, TODAY))
        if one.finding == "ast"
    )
    assert 40 < Decimal("2.67") * 150 * 6 / 60 < 41
    assert 40 in {one.stretch.high for one in ast.answers if one.stretch is not None}


@pytest.mark.slow
def test_no_value_matters_that_is_not_tried() -> None:
    """Any other value of a stretch changes what the tried one changes: no threshold is missed, calculators included."""
    chosen = random.Random(7)  # noqa: S311 (the same in every run)
    answers = Answers(KNOWLEDGE, KNOWLEDGE.decisive())
    compared = 0
    for about, as_of in sample():
        evaluation = Evaluation(about, KNOWLEDGE, as_of)
        numbers = [one for one in answers.open(evaluation) if one.answers[0].stretch is not None]
        for one in chosen.sample(numbers, 14):
            place = chosen.randrange(len(one.answers))
            stretch, tried = one.answers[place].stretch, one.observations[place]
            assert stretch is not None
            finding = KNOWLEDGE.findings[one.finding]
            step = Decimal(1).scaleb(-finding.decimals)
            value = (stretch.low + (stretch.high - stretch.low) * chosen.randrange(1, 100) / 100).quantize(step)
            if stretch.low < value < stretch.high:
                other = Observation(finding=one.finding, subject=one.subject, value=value_of(finding, value))
                results = [plan(about.with_observation(given), as_of, KNOWLEDGE) for given in (tried, other)]
                assert results[0] == results[1], (one.finding, tried.value, other.value)
                compared += 1
    assert compared > 30


def test_items_are_tried_present_and_absent_and_as_none_of_these(small: Knowledge) -> None:
    about = case(seen("risks", items(("a",))))
    answers = {
        one.finding: one for one in Answers(KNOWLEDGE, KNOWLEDGE.decisive()).open(Evaluation(case(), KNOWLEDGE, TODAY))
    }["liver_risk"]
    given = [one.value for one in answers.answers]
    named = {value.present for value in given if isinstance(value, ItemsValue) and value.present}
    assert {value.absent for value in given if isinstance(value, ItemsValue) and len(value.absent) == 1} == named
    assert given[-1] == items(absent=tuple(option.id for option in KNOWLEDGE.findings["liver_risk"].choices))
    assert not [
        one for one in Answers(small, small.decisive()).open(Evaluation(about, small, TODAY)) if one.finding == "risks"
    ]


def test_what_was_not_told_of_a_multi_choice_is_still_asked() -> None:
    about = case(seen("liver_risk", items(("hbv",))))
    rest = next(
        one
        for one in Answers(KNOWLEDGE, KNOWLEDGE.decisive()).open(Evaluation(about, KNOWLEDGE, TODAY))
        if one.finding == "liver_risk"
    )
    for answer in rest.answers:
        assert isinstance(answer.value, ItemsValue)
        assert "hbv" in answer.value.present
        assert "hbv" not in answer.value.absent


# what is asked, and in which order


def test_what_was_tried_is_not_asked_again_and_what_is_not_relevant_not_at_all(small: Knowledge) -> None:
    tried = case(seen("fever", yes()), Observation(finding="bilirubin", state=State.UNOBTAINABLE))
    assert "bilirubin" not in {one.finding for one in ask_next(tried, small, TODAY).questions}
    man = case(seen("sex", choice("male")), seen("age_years", number("40", "a")))
    assert "pregnancy_status" not in {one.finding for one in ask_next(man, KNOWLEDGE, TODAY).questions}


def test_a_detail_is_asked_after_what_it_is_a_detail_of() -> None:
    found = ask_next(case(lesions=1), KNOWLEDGE, TODAY).questions
    details = {(need.finding, need.subject) for one in found for need in one.leads_to}
    assert ("pregnancy_status", "patient") in details
    assert details.isdisjoint({(one.finding, one.subject) for one in found})


def test_findings_of_a_set_or_a_section_are_asked_together_where_none_of_them_matters() -> None:
    asked = ask_next(case(lesions=2), KNOWLEDGE, TODAY)
    sets = {one.id: [member.finding for member in one.members] for one in KNOWLEDGE.header.asked_together}
    assert {group.group for group in asked.groups} > set(sets)
    for group in asked.groups:
        assert 2 <= len(group.findings) <= 8
        names = [need.finding for need in group.findings]
        if group.group in sets:
            assert names == [name for name in sets[group.group] if name in names], "in the order of the knowledge"
        else:
            assert len({KNOWLEDGE.findings[name].group for name in names}) == 1
            assert set(names).isdisjoint(name for some in sets.values() for name in some)
        assert len({need.subject for need in group.findings} - {"patient"}) <= 1, "of one lesion"
        assert group.settles or group.none.starts or group.none.ends or group.none.urgency or group.none.leaders


def test_none_of_these_is_said_of_choices_and_item_sets_too() -> None:
    what_if = Asker(KNOWLEDGE).what_if(case(lesions=1), TODAY)
    (history,) = [one for one in what_if.together if one.chunk.id == "liver_and_cancer"]
    said = {one.open.finding: one.open.observations[one.answer].value for one in history.members}
    assert said["cirrhosis"] == no()
    assert said["known_cancer"] == choice("none_ever")
    assert set(said["liver_risk"].absent) == {option.id for option in KNOWLEDGE.findings["liver_risk"].choices}
    (report,) = [one for one in what_if.together if one.chunk.id == "report_spread"]
    said = {one.open.finding: one.open.observations[one.answer].value for one in report.members}
    assert said["interior_seen"] == yes(), '"not seen" is asked, so none of these is that it was seen'


def test_what_another_answer_stands_for_is_not_asked_with_others() -> None:
    solid = case(seen("nature", choice("solid"), "L1"), lesions=1)
    asked = {need.finding for group in ask_next(solid, KNOWLEDGE, TODAY).groups for need in group.findings}
    assert "thoracic_communication" not in asked
    open_ = {need.finding for group in ask_next(case(lesions=1), KNOWLEDGE, TODAY).groups for need in group.findings}
    assert "thoracic_communication" in open_


def test_the_knowledge_says_what_is_asked_first() -> None:
    found = [one.finding for one in ask_next(case(lesions=1), KNOWLEDGE, TODAY).questions]
    assert tuple(found[: len(KNOWLEDGE.header.asked_first)]) == KNOWLEDGE.header.asked_first


def test_the_order_is_what_the_rule_says() -> None:
    emergency, urgent = Effect(level=5, supported=True), Effect(level=3, supported=True)
    assert worth(emergency, 2, 1) > worth(urgent, 2, 1) > worth(Effect(level=2, advice=3), 2, 1)
    assert worth(emergency, 2, 1) > worth(emergency, 2, 2)
    assert worth(emergency, 2, 1) > worth(Effect(level=5), 2, 1) > 0
    assert worth(Effect(level=1), 3, 1) > 0
    assert worth(Effect(level=2), 2, 1) == 0


def test_what_nothing_speaks_for_is_asked_with_its_group() -> None:
    def made(finding: str, value: float, *, supported: bool = False) -> Question:
        return Question(
            finding=finding,
            subject="patient",
            label=finding,
            cost="ask",
            urgency=Urgency.SOON,
            worth=value,
            supported=supported,
        )

    asked = ask_next(case(), KNOWLEDGE, TODAY)
    group = asked.groups[0]
    first, second = (need.finding for need in group.findings[:2])
    given = (
        made(first, group.worth + 1, supported=True),
        made(second, group.worth - 1),
        made("other", group.worth - 2),
    )
    names = [one if isinstance(one, QuestionGroup) else one.finding for one in in_order(given, [group])]
    assert names == [first, group, "other"]


def test_the_first_questions_of_an_empty_case_are_sensible() -> None:
    without, with_lesion = (ask_next(case(lesions=count), KNOWLEDGE, TODAY) for count in (0, 1))
    for asked in (without, with_lesion):
        assert all(one.cost in {"ask", "examine", "ultrasound", "ct"} for one in asked.first(4)), (
            "no test is waited for"
        )
        assert "vital_signs_stated" in [one.finding for one in asked.questions[:3]]
    early = [one.finding for one in with_lesion.first(12) if isinstance(one, Question)]
    assert early[0] == "age_years"
    assert "nature" in early, "what was seen of the lesion does not wait until all is known of the patient"


def test_one_statement_is_asked_before_what_it_spares() -> None:
    order = [one.finding for one in ask_next(case(), KNOWLEDGE, TODAY).questions]
    spared = [name for name in order if "vital_signs_stated" in (KNOWLEDGE.findings[name].absent_when or "")]
    assert len(spared) >= 4
    assert order.index("vital_signs_stated") < min(map(order.index, spared))


def test_what_other_answers_stand_for_is_asked_late() -> None:
    spared = [
        entry.id
        for entry in KNOWLEDGE.findings.values()
        if (entry.absent_when or "") == "vital_signs_stated == normal" and entry.subject == "patient"
    ]
    calm = case(seen("vital_signs_stated", choice("normal")))
    before, after = (
        max(one.worth for one in ask_next(given, KNOWLEDGE, TODAY).questions if one.finding in spared)
        for given in (case(), calm)
    )
    assert 0 < after < before / 4


def test_what_is_asked_first_is_asked_only_where_its_answer_can_change_or_decide_anything(tmp_path: Path) -> None:
    header = HEADER.replace("override_reasons:", "asked_first: [age, bilirubin]\noverride_reasons:")
    knowledge, problems = compile_small(tmp_path, header=header)
    assert problems == ()
    some = case(seen("size", number("20", "mm"), "L1"), lesions=1)
    asked = [one.finding for one in ask_next(some, knowledge, TODAY).questions]
    assert asked[0] == "bilirubin"
    assert "age" not in asked, "it changes nothing yet"
    assert ask_next(some, compile_small(tmp_path)[0], TODAY).questions[0].finding != "bilirubin"
