"""Every point of the starting document works in the product: named by advice or a conflict that some case brings up."""

from datetime import date
from functools import lru_cache

import pytest

from hepalith.decision.assess import evaluate
from hepalith.domain.assessment import Status
from support.vignettes import all_vignettes, case_of, knowledge_and_problems

POINTS = [f"S{number}" for number in range(1, 16)]


@lru_cache
def answered() -> dict[str, set[str]]:
    """Point -> what answers it in some case: advice that holds, and conflicts shown with it. Stops when all are."""
    knowledge, _problems = knowledge_and_problems()
    found: dict[str, set[str]] = {}
    for vignette in all_vignettes():
        if set(found) >= set(POINTS):
            break
        result = evaluate(case_of(vignette, knowledge), knowledge, date.fromisoformat(vignette.as_of), trace=False)
        for one in result.recommendations:
            if one.status is Status.HOLDS:
                for point in one.starting_points:
                    found.setdefault(point, set()).add(one.id)
        for conflict in result.conflicts:
            for point in conflict.starting_points:
                found.setdefault(point, set()).add(conflict.id)
    return found


@pytest.mark.parametrize("point", POINTS)
def test_a_point_is_answered(point: str) -> None:
    knowledge, _problems = knowledge_and_problems()
    assert knowledge.starting_points[point].statement
    assert knowledge.starting_points[point].position
    assert answered().get(point), f"{point}: no advice or conflict of any case answers it"
