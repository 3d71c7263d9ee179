"""Generated cases: the same for the same seed, possible, and visiting the knowledge from all sides."""

from itertools import islice

from hepalith.decision.evaluation import Evaluation
from hepalith.decision.observed import canonical
from hepalith.domain.case import Case, ChoiceValue, NumberValue
from hepalith.domain.truth import Truth
from support.flat import Flattener
from support.generate import TODAY, Generator, cases, conditions
from support.judge import exact_cases, subjects_of
from support.vignettes import knowledge_and_problems

KNOWLEDGE = knowledge_and_problems()[0]


def some(seed: int, count: int, *, bounds: bool = False) -> list[Case]:
    return list(islice(cases(KNOWLEDGE, seed, known=exact_cases(KNOWLEDGE), bounds=bounds), count))


def test_the_same_seed_gives_the_same_cases() -> None:
    assert some(4, 12) == some(4, 12)
    assert some(4, 12) != some(5, 12)


def test_numbers_are_within_what_can_be_entered() -> None:
    for case in some(6, 40):
        for one in case.observations:
            if isinstance(one.value, NumberValue):
                finding = KNOWLEDGE.findings[one.finding]
                number = canonical(one.value.number, one.value.unit, finding)
                assert finding.hard is not None
                assert number is not None
                slack = (finding.hard[1] - finding.hard[0]) / 1000  # four decimals in the entered unit
                assert finding.hard[0] - slack <= number <= finding.hard[1] + slack, one


def test_exact_cases_are_exact_and_others_are_not() -> None:
    flattener = Flattener(KNOWLEDGE, frozenset())
    assert all(flattener.is_exact(case) for case in some(7, 40))
    inexact = [case for case in some(7, 40, bounds=True) if not flattener.is_exact(case)]
    values = [one.value for case in inexact for one in case.observations]
    assert any(isinstance(value, NumberValue) and value.comparator for value in values)
    assert any(isinstance(value, ChoiceValue) and len(value.candidates) > 1 for value in values)


def test_a_full_case_leaves_nothing_open() -> None:
    case = Generator(KNOWLEDGE, 8).full()
    recorded = {one.finding for one in case.observations if one.value is not None}
    assert recorded == {name for name, finding in KNOWLEDGE.findings.items() if finding.type != "text"}


def test_conditions_are_seen_true_false_and_unknown() -> None:
    """A short run sees most of them from all sides; `compare.py` counts for a long one."""
    seen: dict[str, set[Truth]] = {one.place: set() for one in conditions(KNOWLEDGE)}
    for case in some(9, 150):
        evaluation = Evaluation(case, KNOWLEDGE, TODAY)
        for one in conditions(KNOWLEDGE):
            seen[one.place] |= {evaluation.truth(one.tree, who, one.fresh) for who in subjects_of(one.subject, case)}
    for truth in Truth:
        assert sum(truth in answers for answers in seen.values()) > 0.85 * len(seen), truth
