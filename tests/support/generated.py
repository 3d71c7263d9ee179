"""Cases made by hypothesis for the program's knowledge."""

from datetime import date
from decimal import Decimal
from functools import lru_cache

from hypothesis import strategies as st

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
