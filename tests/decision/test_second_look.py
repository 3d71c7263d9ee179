"""The second look: completions of what is missing, and pairs of open findings."""

import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import combinations, count
from pathlib import Path

import pytest
from msgspec.structs import replace

from hepalith.decision import completions, second_look
from hepalith.decision.assess import Assessor, evaluate
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.explain import ANSWER
from hepalith.decision.thresholds import span, value_of
from hepalith.decision.what_if import Asker
from hepalith.domain.assessment import Answer, Assessment, Completed, Further, Urgency
from hepalith.domain.case import Case, ChoiceValue, ItemsValue, Observation, State, Value, YesNoValue
from hepalith.domain.words import completed_text, completions_text, outcome_text, robust_text
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.model import Finding
from support.building import case, no, number, seen, yes
from support.small import REST, compile_small
from support.vignettes import all_vignettes, case_of, knowledge_and_problems

KNOWLEDGE = knowledge_and_problems()[0]
TODAY = date(2026, 6, 1)


def looked(some: Case, knowledge: Knowledge) -> tuple[Assessment, Further]:
    """An assessment with its second look."""
    made = evaluate(some, knowledge, TODAY, trace=False, further=True)
    assert made.further is not None
    return made, made.further


# completions


def test_what_comes_out_alike_under_every_completion_is_found_and_labelled() -> None:
    vignette = next(one for one in all_vignettes() if one.id == "BD31")
    made, further = looked(case_of(vignette, KNOWLEDGE), KNOWLEDGE)
    (one,) = [one for one in further.completed if one.id == "BI-R20"]
    assert one.answer is Answer.NO
    assert [need.finding for need in one.needs] == ["cbd_mm"]
    assert completed_text(one).startswith("By completion: not fulfilled, whatever is answered to ")
    status = next(advice.status for advice in made.recommendations if advice.id == "BI-R20")
    assert status == "cannot_be_excluded"  # the label changes no status
    assert "not tried further" in completions_text(further)


def test_a_class_that_no_completion_brings_is_left_out(tmp_path: Path) -> None:
    """Pain or not, it is not the rest: three values alone cannot see it."""
    hurting = """
- {id: hurting, label: Hurting, subject: patient, type: choice, classification: true, basis: default,
   choices: [{id: hot, label: With pain}, {id: quiet, label: Without pain}, {id: rest, label: The rest}],
   rows: [{id: r1, when: fever and pain, then: hot}, {id: r2, when: fever and not pain, then: quiet}], otherwise: rest}
"""
    knowledge, problems = compile_small(tmp_path, rest=REST.replace("derived:", f"derived:{hurting.rstrip()}", 1))
    assert problems == ()
    _made, further = looked(case(seen("fever", yes())), knowledge)
    (one,) = [one for one in further.completed if one.id == "hurting"]
    assert (one.choices, [need.finding for need in one.needs]) == (("With pain", "Without pain"), ["pain"])
    _made, further = looked(case(), knowledge)
    assert "hurting" not in [one.id for one in further.completed], "nothing is left out while fever is open"


def test_a_class_of_a_lesion_is_narrowed_down_for_that_lesion(tmp_path: Path) -> None:
    hurting = """derived:
- {id: firm, label: Firm, subject: lesion, type: choice, classification: true, basis: default,
   choices: [{id: hot, label: With pain}, {id: quiet, label: Without pain}, {id: rest, label: The rest}],
   rows: [{id: r1, when: solid and pain, then: hot}, {id: r2, when: solid and not pain, then: quiet}], otherwise: rest}
"""
    knowledge, problems = compile_small(tmp_path, rest=REST.replace("derived:\n", hurting))
    assert problems == ()
    _made, further = looked(case(seen("solid", yes(), "L1"), lesions=2), knowledge)
    (one,) = [one for one in further.completed if one.id == "firm"]
    assert (one.subject, one.choices) == ("L1", ("With pain", "Without pain"))


def test_as_many_completions_as_the_bound_are_tried_and_none_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The class of the fever rests on pain: two completions."""
    either = REST.replace("missing(age)", "fever and pain or fever and not pain")
    knowledge, problems = compile_small(tmp_path, rest=either)
    assert problems == ()
    for most, decided in ((2, ["ASK"]), (1, [])):
        monkeypatch.setattr(completions, "MOST_COMPLETIONS", most)
        _made, further = looked(case(seen("fever", yes())), knowledge)
        assert [one.id for one in further.completed if one.id == "ASK"] == decided
    monkeypatch.setattr(completions, "MOST_FINDINGS", 0)
    _made, further = looked(case(seen("fever", yes())), knowledge)
    assert (further.completed, further.conclusions_tried) == ((), 0)
    assert further.conclusions_left > 0


@pytest.mark.parametrize("name", ["BD31", "FX66", "CX175"])
def test_what_is_decided_by_completion_holds_for_whatever_is_answered(name: str) -> None:
    vignette = next(one for one in all_vignettes() if one.id == name)
    some = case_of(vignette, KNOWLEDGE)
    _made, further = looked(some, KNOWLEDGE)
    chosen = random.Random(name)  # noqa: S311 (examples)
    advice = [one for one in further.completed if one.kind == "advice"]
    assert advice
    for one in advice:
        for _attempt in range(40):
            evaluation = Evaluation(_answered(some, one, chosen), KNOWLEDGE, TODAY)
            truth = evaluation.truth(KNOWLEDGE.recommendations[one.id].when, one.subject)
            assert ANSWER[truth] is one.answer


def _answered(some: Case, one: Completed, chosen: random.Random) -> Case:
    for need in one.needs:
        value = _any_value(KNOWLEDGE.findings[need.finding], chosen)
        some = some.with_observation(Observation(finding=need.finding, subject=need.subject, value=value))
    return some


def _any_value(finding: Finding, chosen: random.Random) -> Value:
    match finding.type:
        case "yes_no":
            return YesNoValue(yes=chosen.random() < 0.5)
        case "choice":
            return ChoiceValue(candidates=(chosen.choice(finding.choices).id,))
        case "multi":
            present = tuple(one.id for one in finding.choices if chosen.random() < 0.5)
            return ItemsValue(present=present, absent=tuple(one.id for one in finding.choices if one.id not in present))
    low, high = span(finding, TODAY)
    steps = int((high - low).scaleb(finding.decimals))
    return value_of(finding, low + Decimal(chosen.randint(0, steps)).scaleb(-finding.decimals))


def test_more_than_the_bounds_is_not_tried_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    vignette = next(one for one in all_vignettes() if one.id == "FX66")
    some = case_of(vignette, KNOWLEDGE)
    _made, before = looked(some, KNOWLEDGE)
    assert "NEO-R04B" in {one.id for one in before.completed}
    monkeypatch.setattr(completions, "MOST_FINDINGS", 3)
    _made, after = looked(some, KNOWLEDGE)
    assert "NEO-R04B" not in {one.id for one in after.completed}
    assert after.conclusions_left > before.conclusions_left
    assert after.conclusions_tried + after.conclusions_left == before.conclusions_tried + before.conclusions_left


# pairs


@pytest.fixture
def pairs(small: Knowledge) -> tuple[Assessment, Further]:
    """A case in which no answer alone changes anything, but two together do."""
    return looked(case(*_but_two()), small)


def _but_two() -> Iterator[Observation]:
    yield seen("pain", no())
    yield seen("lesion_count", number("3", "1"))  # of which none is listed, so that the case cannot be closed


def test_where_nothing_single_matters_pairs_are_looked_at(pairs: tuple[Assessment, Further]) -> None:
    made, further = pairs
    assert made.robust
    assert further.pairs_left == 0
    found = {frozenset(need.finding for need in pair.findings) for pair in further.pairs}
    assert found == {frozenset({"fever", "bilirubin"})}
    (pair,) = further.pairs
    assert pair.outcome.urgency is Urgency.EMERGENCY_SAME_DAY
    assert "ALARM" in [named.id for named in pair.outcome.starts]
    said = outcome_text(pair.outcome, made.urgency.level)
    assert "Fever: yes" in said
    assert "Bilirubin: above" in said
    assert robust_text(further) == "No single open finding changes urgency or plan, but 1 pair does."


def test_a_pair_that_changes_the_plan_and_not_the_urgency_matters_too(tmp_path: Path) -> None:
    rest = REST.replace('urgency: emergency_same_day,\n   when: "ill', 'urgency: none,\n   when: "ill')
    knowledge, problems = compile_small(tmp_path, rest=rest)
    assert problems == ()
    made, further = looked(case(*_but_two(), seen("age", number("40", "a"))), knowledge)
    assert made.robust
    assert {frozenset(need.finding for need in pair.findings) for pair in further.pairs} == {
        frozenset({"fever", "bilirubin"})
    }
    assert further.pairs[0].outcome.urgency is None


def test_a_plan_is_called_robust_only_when_pairs_were_tried_too(small: Knowledge) -> None:
    made, further = looked(case(*_but_two(), seen("fever", no())), small)
    assert made.robust
    assert (further.pairs_found, further.pairs_left) == (0, 0)
    assert further.pairs_tried > 0
    assert robust_text(further).startswith("Robust:")
    assert "not been tried" in robust_text(None)
    assert "Robust" not in robust_text(replace(further, pairs_left=1))


def test_pairs_beyond_the_bound_are_counted(small: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    _made, every = looked(case(*_but_two()), small)
    monkeypatch.setattr(second_look, "MOST_COMBINATIONS", 9)
    _made, some = looked(case(*_but_two()), small)
    assert 0 < some.pairs_tried < every.pairs_tried
    assert some.pairs_tried + some.pairs_left == every.pairs_tried
    assert f"{some.pairs_left} pairs were not tried" in robust_text(replace(some, pairs=(), pairs_found=0))


def test_as_many_combinations_as_the_bound_are_tried(small: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    some = case(*_but_two())
    answers = [len(one.variants) for one in Asker(small).what_if(some, TODAY).asked]
    every = sum(first * second for first, second in combinations(answers, 2))
    for bound, left in ((every, 0), (every - 1, 1)):
        monkeypatch.setattr(second_look, "MOST_COMBINATIONS", bound)
        assert looked(some, small)[1].pairs_left == left


def test_pairs_in_small_portions_say_the_same(small: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    _made, at_once = looked(case(*_but_two()), small)
    monkeypatch.setattr(second_look, "_AT_ONCE", 3)
    _made, in_portions = looked(case(*_but_two()), small)
    assert in_portions == at_once


def test_pairs_are_not_looked_at_while_something_single_matters(small: Knowledge) -> None:
    made, further = looked(case(seen("fever", yes())), small)
    assert not made.robust
    assert (further.pairs, further.pairs_tried) == ((), 0)


def test_what_cannot_be_told_is_in_no_pair(small: Knowledge) -> None:
    untold = Observation(finding="fever", state=State.INDETERMINATE)
    _made, further = looked(case(*_but_two(), untold), small)
    assert further.pairs == ()


def test_a_second_look_that_is_told_to_stop_says_nothing(small: Knowledge) -> None:
    assert Assessor(case(*_but_two()), small, TODAY, Asker(small)).further(lambda: True) is None


def test_a_second_look_is_told_to_stop_between_two_conclusions() -> None:
    looker = Assessor(case(seen("fever", yes())), KNOWLEDGE, TODAY, Asker(KNOWLEDGE))
    asked = count()
    assert looker.further(lambda: next(asked) == 10) is None, "nothing single is settled, so no pair was looked at"
    assert looker.further(lambda: next(asked) == 10) is not None


def test_what_was_found_out_before_an_edit_is_as_if_found_out_anew() -> None:
    asker = Asker(KNOWLEDGE)
    whole = case_of(next(one for one in all_vignettes() if one.id == "BD31"), KNOWLEDGE)
    for left in (3, 2, 1, 0, 2):
        some = replace(whole, observations=whole.observations[: len(whole.observations) - left])
        kept = Assessor(some, KNOWLEDGE, TODAY, asker).further()
        assert kept == Assessor(some, KNOWLEDGE, TODAY, Asker(KNOWLEDGE)).further()
