"""Traces that share their parts are those that would be made from nothing."""

from datetime import date
from random import Random

import pytest

from hepalith.decision import explain
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.explain import Explainer
from hepalith.domain.assessment import TraceNode
from hepalith.domain.case import PATIENT
from support.building import case, no, number, seen, yes
from support.generated import KNOWLEDGE
from support.questions import conditions
from support.vignettes import all_vignettes, case_of
from support.wide import wide

DEPTHS = (0, 1, 2, 3, 5, 12)


def differing(evaluation: Evaluation, random: Random, count: int) -> int:
    """How many of some traces, at random depths, differ from the same made by a new explainer."""
    shared = Explainer(evaluation)
    asked = random.sample(list(conditions(evaluation.knowledge, evaluation.lesions)), count)
    found = 0
    for _name, tree, fresh, subject in (*asked, *asked):
        depth = random.choice(DEPTHS)
        one = shared._judging(fresh=fresh).trace(tree, subject, depth)
        found += one != Explainer(evaluation, fresh=fresh).trace(tree, subject, depth)
    return found


def differences() -> int:
    random = Random(5)  # noqa: S311 (no secret)
    vignettes = random.sample(all_vignettes(), 12)
    cases = [(case_of(one, KNOWLEDGE), date.fromisoformat(one.as_of)) for one in vignettes]
    return sum(differing(Evaluation(case, KNOWLEDGE, as_of), random, 40) for case, as_of in cases)


def test_a_trace_is_the_same_whatever_was_made_before() -> None:
    assert not differences()


def test_a_trace_for_another_depth_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explain._Made, "serves", lambda _self, _depth: True)
    assert differences()


# how deep a trace goes


def texts(node: TraceNode) -> str:
    """All that a trace says."""
    return "\n".join([node.text, *map(texts, node.children)])


@pytest.mark.parametrize(
    ("advice", "subject", "levels"),
    [
        # through conditions with a name: ill is hot or pain, hot is fever or a temperature
        ("ALARM", PATIENT, ["Ill: yes", "Pain: yes", "Fever: no"]),
        # through the row of a table, a sum and another table
        ("CLASS", PATIENT, ["Class of the score", "row mild: Mild", "Points for bilirubin", "row low: 1"]),
        # through the items of a gate
        ("CLOSE", "L1", ["Not hot", "Hot: ", "Fever: no"]),
        # through other advice, of the lesion and of the patient
        ("ALSO", "L1", ["NEEDLE: Sample", "Solid: yes"]),
        ("ALSO", "L1", ["HOT-1: ", "Hot: ", "Fever: no"]),
        # through numbers of lesions
        ("MANY", PATIENT, ["Many spots: yes", "Number of lesions"]),
    ],
)
def test_each_level_of_a_trace_opens_one_derived_finding_gate_or_advice(
    advice: str, subject: str, levels: list[str]
) -> None:
    known = case(
        seen("fever", no()),
        seen("pain", yes()),
        seen("bilirubin", number("20", "umol/L")),
        seen("lesion_count", number("4", "1")),
        seen("solid", yes(), "L1"),
        lesions=1,
    )
    explainer = Explainer(Evaluation(known, wide(), date(2026, 6, 1)))
    tree = wide().recommendations[advice].when
    said = [texts(explainer.trace(tree, subject, depth)) for depth in range(len(levels))]
    for depth, text in enumerate(said):
        assert [level in text for level in levels] == [number <= depth for number in range(len(levels))], text
    assert levels[-1] in texts(explainer.trace(tree, subject))
