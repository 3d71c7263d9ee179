"""Traces that share their parts are those that would be made from nothing."""

from datetime import date
from pathlib import Path
from random import Random

import pytest

from hepalith.decision import explain
from hepalith.decision.assess import Assessor
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.explain import Explainer
from hepalith.decision.reading import QuickEvaluation
from hepalith.decision.what_if import Asker
from hepalith.domain.assessment import Answer, TraceNode
from hepalith.domain.case import PATIENT
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import Knowledge
from support.building import case, no, number, seen, yes
from support.generated import KNOWLEDGE
from support.questions import conditions
from support.small import REST, compile_small
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


# what was derived


def test_what_is_derived_is_explained_for_whom_it_is_judged(small: Knowledge) -> None:
    known = case(
        seen("size", number("20", "mm"), "L1"),
        seen("solid", yes(), "L1"),
        seen("fever", no()),
        seen("pain", no()),
        lesions=2,
    )
    explain = Assessor(known, small, date(2026, 6, 1)).explain
    assert (explain("kind", "L1").answer, explain("kind", "L2").answer) == (Answer.YES, Answer.UNKNOWN)
    assert explain("ill", "L2").answer is Answer.NO, "it is of the patient, whoever is asked about"
    assert explain("points").answer is Answer.UNKNOWN
    assert explain("nothing").text == "nothing is not in this knowledge base"


def test_an_explanation_is_that_of_the_interpreter(small: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the fast reader got wrong would be seen beside it."""
    assessor = Assessor(case(seen("fever", yes())), small, date(2026, 6, 1), Asker(small))
    monkeypatch.setattr(QuickEvaluation, "truth", lambda *_arguments: Truth.FALSE)
    assert assessor.evaluation.truth(small.recommendations["ALARM"].when, PATIENT) is Truth.FALSE
    assert assessor.explain("ALARM").answer is Answer.UNKNOWN


def test_a_row_of_a_table_of_yes_and_no_says_which(tmp_path: Path) -> None:
    table = """derived:
- {id: table, label: Table, subject: patient, type: yes_no, basis: default, otherwise: false,
   rows: [{id: r1, when: fever, then: true}, {id: r2, when: pain, then: false}]}
"""
    knowledge, problems = compile_small(tmp_path, rest=REST.replace("derived:\n", table))
    assert problems == ()
    explained = Assessor(case(), knowledge, date(2026, 6, 1)).explain("table")
    assert [one.text for one in explained.children] == ["row r1: yes", "row r2: no"]
