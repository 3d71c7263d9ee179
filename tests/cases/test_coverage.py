"""The cases cover the knowledge: every side of every item is reached by a case, and a change of an item breaks one.

Changes are tried for some of the items in each run; `hepalith knowledge coverage --mutate all` tries all of them,
and names what is not covered with file and line.
"""

from functools import lru_cache

from hepalith.decision.coverage import Coverage
from support.vignettes import all_vignettes, knowledge_and_problems

CHANGES = 200  # drawn by the hash of the knowledge: others whenever the knowledge changes


@lru_cache
def coverage() -> Coverage:
    return Coverage(knowledge_and_problems()[0], all_vignettes())


def test_every_side_of_every_item_is_reached_by_a_case_that_names_its_outcome() -> None:
    assert [str(side) for side in coverage().unreached()] == []


def test_a_change_breaks_a_case() -> None:
    assert [str(side) for side in coverage().unnoticed(coverage().drawn(CHANGES))] == []
