"""The clinical standard's engine agrees with us on every condition of the knowledge, for a sample of generated cases.

`tests/standard/compare.py` does the same for as many cases as one likes.
"""

import pytest

from hepalith.decision import exact
from hepalith.domain import interval as numbers
from hepalith.knowledge.base import Knowledge
from support.judge import Verdict, compare, exact_cases, why_not
from support.scalar import Field, Scalars, walk
from support.vignettes import knowledge_and_problems

CASES = 40


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return knowledge_and_problems()[0]


@pytest.fixture
def engine() -> None:
    if reason := why_not():
        pytest.skip(reason)


def judged(knowledge: Knowledge, count: int, refill: int) -> Verdict:
    verdict = Verdict()
    for _ in compare(knowledge, 1, count, verdict, known=exact_cases(knowledge), refill=refill):
        pass
    return verdict


@pytest.mark.slow
@pytest.mark.usefixtures("engine")
def test_the_standard_engine_gives_the_same_answers(knowledge: Knowledge) -> None:
    verdict = judged(knowledge, CASES, refill=4)
    assert not verdict.differences, verdict.differences[:10]
    assert verdict.cases == CASES + CASES // 4
    assert len(verdict.visited) == len(Scalars(knowledge).conditions)
    assert verdict.confirmed


@pytest.mark.usefixtures("engine")
def test_a_wrong_operator_is_found(knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "less_or_equal", numbers.less)
    assert judged(knowledge, 10, refill=100).differences


@pytest.mark.slow
@pytest.mark.usefixtures("engine")
def test_a_wrong_bound_is_found(knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several possible rows of a table that pass for the first of them are opposed once the case is filled in."""
    monkeypatch.setattr(exact, "hull", lambda parts: parts[0])
    differences = judged(knowledge, 40, refill=1).differences
    assert any("filled in" in one.place for one in differences)


def test_every_condition_is_exported(knowledge: Knowledge) -> None:
    scalars = Scalars(knowledge)
    assert len(scalars.conditions) == len(scalars.sources) == len(set(scalars.conditions))
    assert set(scalars.conditions) <= set(scalars.definitions)


def test_a_patient_has_no_inputs_of_a_lesion(knowledge: Knowledge) -> None:
    """What is written about the patient reads lesions only through counting or summing over them."""
    scalars = Scalars(knowledge)
    for one in scalars.definitions.values():
        if not one.lesion:
            read = [part for part in walk(one.expr, over=False) if isinstance(part, Field) and part.lesion]
            assert not read, one.name
