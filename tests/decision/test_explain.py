"""Traces that share their parts are those that would be made from nothing."""

from datetime import date
from random import Random

import pytest

from hepalith.decision import explain
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.explain import Explainer
from support.generated import KNOWLEDGE
from support.questions import conditions
from support.vignettes import all_vignettes, case_of

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
