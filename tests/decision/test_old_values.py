"""What is too old for a safety gate: its reasons, what it needs and what would open it say so."""

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from hepalith.decision.assess import Assessor, evaluate
from hepalith.decision.evaluation import Evaluation
from hepalith.domain.assessment import Answer, TraceNode
from hepalith.domain.case import PATIENT, Case
from hepalith.domain.interval import Interval
from hepalith.domain.words import turn_text
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.tree import Quantity, Reference
from support.building import case, number, seen, yes
from support.small import REST, compile_small

TODAY = date(2026, 6, 1)
OLD = "2026-05-24"


def measured(day: str, age: str = "40") -> Case:
    """Bilirubin of a day, low enough for the drug."""
    return case(seen("bilirubin", number("10", "umol/L"), date=day), seen("age", number(age, "a")))


def lines(node: TraceNode) -> list[tuple[str, Answer]]:
    """All parts of a reason."""
    return [(node.text, node.answer), *(line for child in node.children for line in lines(child))]


@pytest.mark.parametrize(
    ("day", "value", "answer"),
    [
        ("2026-05-25", "10 µmol/L", Answer.YES),
        (OLD, "10 µmol/L (too old: of 2026-05-24, at most 7 days)", Answer.UNKNOWN),
        ("2026-05", "10 µmol/L (too old: of 2026-05, at most 7 days)", Answer.UNKNOWN),
    ],
)
def test_the_reason_of_a_gate_item_agrees_with_the_item(small: Knowledge, day: str, value: str, answer: Answer) -> None:
    reason = Assessor(measured(day), small, TODAY).explain("gate:drug")
    item, (text, inner) = reason.children[0], lines(reason.children[0])[1]
    assert item.answer is inner is answer
    assert text == f"Bilirubin: {value}; wanted: ≤ 2 × the upper limit of Bilirubin (42 µmol/L)"


def test_outside_of_the_gate_an_old_value_counts(small: Knowledge) -> None:
    said = lines(Assessor(measured(OLD), small, TODAY).explain("ALARM"))
    assert ("Bilirubin: 10 µmol/L; wanted: > 4.0 mg/dL", Answer.NO) in said


def test_the_item_names_the_old_value_as_what_it_needs(small: Knowledge) -> None:
    some = case(*measured(OLD).observations, seen("size", number("20", "mm"), "L1"), lesions=1)
    some = some.with_observation(seen("solid", yes(), "L1"))
    (gate,) = [one for one in evaluate(some, small, TODAY).gates if one.id == "drug"]
    needed = {item.id: [(need.finding, need.label) for need in item.needs] for item in gate.items}
    label = "Bilirubin (too old: of 2026-05-24, at most 7 days)"
    assert needed == {"liver": [("bilirubin", label)], "adult": [], "note": []}


def test_what_would_open_the_gate_is_a_new_value(small: Knowledge) -> None:
    (turn,) = Assessor(measured(OLD), small, TODAY).turns("gate:drug")
    old = "Bilirubin: 10 µmol/L (too old: of 2026-05-24, at most 7 days)"
    assert turn_text(turn) in {
        f"Opens, if {old}; needs ≤ the upper limit of Bilirubin × 2 (42 µmol/L)",
        f"Opens, if {old}; needs ≤ 2 × the upper limit of Bilirubin (42 µmol/L)",
    }
    assert turn.facts[0].answer is Answer.UNKNOWN


BEHIND_NAMES = """
gates:
- id: behind
  label: Behind names
  kind: safety
  subject: patient
  items:
  - {id: few, label: Few points, requires: "points <= 1", basis: default}
  - {id: ok, label: Drug, requires: "passes(close)", basis: default}
"""


def test_old_values_behind_derived_findings_and_other_gates(tmp_path) -> None:
    rest = REST.replace("gates:\n", BEHIND_NAMES.lstrip()).replace(
        'requires: "not fever"', 'requires: "not fever and bilirubin < 34"'
    )
    knowledge, problems = compile_small(tmp_path, rest=rest)
    assert problems == ()
    assessor = Assessor(measured(OLD), knowledge, TODAY)
    few, ok = assessor.explain("gate:behind").children
    assert lines(few)[1] == ("Points: 1 to 3; wanted: ≤ 1", Answer.UNKNOWN)
    assert ("row r1: 1", Answer.UNKNOWN) in lines(few)
    assert any(text.startswith("Bilirubin: 10 µmol/L (too old") for text, _answer in lines(few))
    # closing does not ask for fresh values, not even below a gate that does
    assert ("Bilirubin: 10 µmol/L; wanted: < 34 µmol/L", Answer.YES) in lines(ok)


def test_nothing_stands_in_for_what_a_gate_wants_measured(small: Knowledge) -> None:
    """A range that stands for the absence of a finding; of a finding that grows old it is no measurement for a gate."""
    normal, node = case(seen("checked", yes())), Quantity(Reference("pulse", lesion=False))
    usual, all_of_it = Interval(Decimal(51), Decimal(90)), Interval(Decimal(10), Decimal(300))
    pulse = replace(small.findings["pulse"], max_age_days_for_gates=7)
    grows_old = replace(small, findings={**small.findings, "pulse": pulse})
    for knowledge, for_a_gate in ((small, usual), (grows_old, all_of_it)):
        evaluation = Evaluation(normal, knowledge, TODAY)
        assert evaluation.number(node, PATIENT) == usual
        assert evaluation.number(node, PATIENT, fresh=True) == for_a_gate
