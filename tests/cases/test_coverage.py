"""The cases cover the knowledge: every recommendation fires and does not fire in some case that says so.

What of the other kinds is not covered yet stands in `not-yet-covered.txt`, which may only get shorter.
`hepalith knowledge coverage --mutate all` lists all of it, with file and line.
"""

from collections import Counter
from functools import lru_cache

from hepalith.decision.coverage import Coverage
from support.vignettes import CASES, all_vignettes, knowledge_and_problems

CHANGES = 200  # drawn by the hash of the knowledge: others whenever the knowledge changes


@lru_cache
def coverage() -> Coverage:
    return Coverage(knowledge_and_problems()[0], all_vignettes())


@lru_cache
def listed() -> dict[str, set[str]]:
    """The known gaps: sides without a case, and sides whose change no case notices."""
    found: dict[str, set[str]] = {"no case": set(), "not noticed": set()}
    for line in (CASES / "not-yet-covered.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            gap, _colon, side = line.partition(": ")
            found[gap].add(side)
    return found


def test_every_recommendation_fires_and_does_not_fire_in_a_case_that_says_so() -> None:
    missing = coverage().unreached()
    others = Counter(side.kind for side in missing if side.kind != "recommendation")
    assert [str(side) for side in missing if side.kind == "recommendation"] == [], f"and of other kinds: {others}"


def test_nothing_else_lacks_a_case_but_what_is_listed() -> None:
    missing = {str(side) for side in coverage().unreached() if side.kind != "recommendation"}
    assert sorted(missing - listed()["no case"]) == [], "write a case that names its outcome"
    assert sorted(listed()["no case"] - missing) == [], "covered now: take them off the list"


def test_a_change_breaks_a_case() -> None:
    drawn = coverage().drawn(CHANGES)
    silent = {str(side) for side in coverage().unnoticed(drawn)}
    known = listed()["not noticed"] & {str(side) for side in drawn}
    assert sorted(silent - known) == [], "no case would miss these"
    assert sorted(known - silent) == [], "noticed now: take them off the list"


def test_what_is_listed_exists() -> None:
    every = set(coverage().sides)
    assert sorted(set.union(*listed().values()) - every) == []
