"""What must hold for any case and the real knowledge: unknown never flips a result, order of entry does not matter."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hepalith.decision.assess import evaluate
from hepalith.decision.evaluation import Evaluation
from hepalith.domain.case import (
    PATIENT,
    Case,
    ChoiceValue,
    ItemsValue,
    Lesion,
    NumberValue,
    Observation,
    Value,
    YesNoValue,
)
from hepalith.domain.truth import Truth
from hepalith.knowledge.model import Finding
from hepalith.knowledge.tree import Compare, Node, Number, Quantity, walk
from support.vignettes import knowledge_and_problems

TODAY = date(2026, 6, 1)
KNOWLEDGE = knowledge_and_problems()[0]
LESIONS = ("L1", "L2")


@lru_cache
def thresholds() -> dict[str, tuple[Decimal, ...]]:
    """The numbers that any condition compares a finding with: where answers change."""
    found: dict[str, set[Decimal]] = {}
    trees: list[Node] = [compiled.when for compiled in KNOWLEDGE.recommendations.values()]
    for derived in KNOWLEDGE.derived.values():
        trees += [row.when for row in derived.rows] + ([derived.tree] if derived.tree is not None else [])
    for tree in trees:
        for node in walk(tree):
            if isinstance(node, Compare) and isinstance(node.left, Quantity) and isinstance(node.right, Number):
                found.setdefault(node.left.reference.name, set()).add(node.right.value)
    return {name: tuple(sorted(values)) for name, values in found.items()}


def values(finding: Finding) -> st.SearchStrategy[Value]:
    """Any value that can be entered; numbers on and beside the thresholds that matter."""
    ids = [option.id for option in finding.choices]
    match finding.type:
        case "yes_no":
            return st.booleans().map(lambda answer: YesNoValue(yes=answer))
        case "choice":
            return st.lists(st.sampled_from(ids), min_size=1, max_size=2, unique=True).map(
                lambda chosen: ChoiceValue(candidates=tuple(chosen))
            )
        case "multi":
            return st.lists(st.sampled_from([None, True, False]), min_size=len(ids), max_size=len(ids)).map(
                lambda answers: ItemsValue(
                    present=tuple(name for name, answer in zip(ids, answers, strict=True) if answer),
                    absent=tuple(name for name, answer in zip(ids, answers, strict=True) if answer is False),
                )
            )
    assert finding.hard is not None
    low, high = finding.hard
    near = [
        value + step
        for value in thresholds().get(finding.id, ())
        for step in (Decimal("-0.1"), Decimal(0), Decimal("0.1"))
    ]
    usable = [value for value in (*near, low, high) if low <= value <= high]
    return st.sampled_from(usable).map(lambda value: NumberValue(number=str(value), unit=finding.unit))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A case with some forty findings recorded at random."""
    usable = [one for one in KNOWLEDGE.findings.values() if one.type in {"yes_no", "choice", "multi", "number"}]
    chosen = draw(st.lists(st.sampled_from(usable), min_size=5, max_size=40, unique_by=lambda one: one.id))
    observations = [
        Observation(finding=one.id, subject=subject, value=draw(values(one)))
        for one in chosen
        for subject in ([PATIENT] if one.subject == "patient" else draw(st.sampled_from([LESIONS[:1], LESIONS])))
    ]
    lesions = tuple(Lesion(id=name) for name in LESIONS)
    return Case(case_id="c", lesions=lesions, lesion_counter=2, observations=tuple(observations))


def truths(case: Case) -> dict[tuple[str, str], Truth]:
    """The truth of every condition that decides something, `ask` rules left out: those may appear."""
    evaluation = Evaluation(case, KNOWLEDGE, TODAY)
    found: dict[tuple[str, str], Truth] = {}
    for name, compiled in KNOWLEDGE.recommendations.items():
        if compiled.entry.kind != "ask":
            for subject in _subjects(compiled.entry.subject):
                found[(name, subject)] = evaluation.fires(name, subject)
    for name, gate in KNOWLEDGE.gates.items():
        for subject in _subjects(gate.entry.subject):
            for position, item in enumerate(gate.entry.items):
                found[(f"{name}.{item.id}", subject)] = evaluation.gate_item(name, position, subject)
    return found


def _subjects(of: str) -> Sequence[str]:
    return LESIONS if of == "lesion" else (PATIENT,)


def _contradicts(case: Case, observation: Observation) -> bool:
    """Whether another answer says that this finding need not be recorded, and it was recorded all the same."""
    absence = KNOWLEDGE.absence.get(observation.finding)
    return absence is not None and Evaluation(case, KNOWLEDGE, TODAY).truth(absence, observation.subject) is Truth.TRUE


@settings(max_examples=40)
@given(cases(), st.data())
def test_forgetting_a_value_never_flips_a_result(case: Case, data: st.DataObject) -> None:
    forgotten = data.draw(st.sampled_from(case.observations))
    assume(not _contradicts(case, forgotten))
    before, after = truths(case), truths(case.without_observation(forgotten.key))
    flipped = [key for key in before if {before[key], after[key]} == {Truth.TRUE, Truth.FALSE}]
    assert not flipped, f"forgetting {forgotten.finding} of {forgotten.subject} flips {flipped}"
    opened = [key for key in before if before[key] is Truth.UNKNOWN and after[key] is not Truth.UNKNOWN]
    assert not opened, f"forgetting {forgotten.finding} of {forgotten.subject} decides {opened}"


@settings(max_examples=25)
@given(cases(), st.randoms())
def test_the_order_of_entry_does_not_matter(case: Case, random: st.randoms) -> None:
    shuffled = list(case.observations)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = msgspec.structs.replace(case, observations=tuple(shuffled))
    assert evaluate(case, KNOWLEDGE, TODAY, trace=False) == evaluate(other, KNOWLEDGE, TODAY, trace=False)


@settings(max_examples=25)
@given(cases())
def test_a_gate_with_an_unknown_blocking_item_is_never_open_and_a_closure_never_stands_beside_an_alarm(
    case: Case,
) -> None:
    result = evaluate(case, KNOWLEDGE, TODAY, trace=False)
    for gate in result.gates:
        blocking = {item.fulfilled for item in gate.items if item.severity == "block"}
        assert (gate.state == "open") == (blocking <= {"yes"})
    holding = [one for one in result.recommendations if one.status == "holds"]
    alarms = {one.subject for one in holding if "alarm" in one.tags}
    closures = {one.subject for one in holding if "closure" in one.tags}
    assert not (alarms and closures & (alarms | {PATIENT})), (alarms, closures)
