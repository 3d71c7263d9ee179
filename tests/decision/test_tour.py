"""Generated cases visit every condition: in some it holds, in some it does not, in some it is open.

What no case can show is listed in `tests/data/never-seen.yaml`.
"""

from pathlib import Path

import pytest
import yaml

from hepalith.domain.case import PATIENT
from hepalith.domain.truth import Truth
from support.generate import Condition, conditions
from support.generated import KNOWLEDGE
from support.tour import Tour

LISTED = yaml.safe_load((Path(__file__).parents[1] / "data" / "never-seen.yaml").read_text(encoding="utf-8"))
ANSWERS = {"true": Truth.TRUE, "false": Truth.FALSE, "open": Truth.UNKNOWN}
NEVER = {(one["place"], ANSWERS[one["never"]]) for one in LISTED}
DECIDES = ("recommendation ", "escalation ", "gate ")


def never_seen(visited: list[Condition]) -> set[tuple[str, Truth]]:
    tour = Tour(KNOWLEDGE, 1, visited)
    assert sum(len(family.cases) for family in tour.families()) > len(visited)
    return set(tour.left)


def test_advice_escalations_and_gates_are_seen_from_every_side() -> None:
    deciding = [one for one in conditions(KNOWLEDGE) if one.place.startswith(DECIDES)]
    assert never_seen(deciding) == {(place, answer) for place, answer in NEVER if place.startswith(DECIDES)}


@pytest.mark.slow
def test_every_condition_is_seen_from_every_side() -> None:
    assert never_seen(list(conditions(KNOWLEDGE))) == NEVER


@pytest.mark.slow
def test_what_is_never_seen_is_impossible() -> None:
    pytest.importorskip("z3", reason="the solver is not installed")
    from hepalith.proofs.facts import LESIONS
    from hepalith.proofs.search import Found, Search
    from hepalith.proofs.terms import conjunction, negation

    by_place = {one.place: one for one in conditions(KNOWLEDGE)}
    search = Search(KNOWLEDGE)
    found = {}
    for place, answer in NEVER:
        condition = by_place[place]
        subject = LESIONS[0] if condition.subject == "lesion" else PATIENT
        told = search.patient.truth(condition.tree, subject, condition.fresh)
        wanted = {
            Truth.TRUE: told.true,
            Truth.FALSE: told.false,
            Truth.UNKNOWN: conjunction([negation(told.true), negation(told.false)]),
        }
        found[place, answer] = search.exists(wanted[answer], search.patient.is_present(subject))
    assert set(found.values()) == {Found.NO_ONE}, found
