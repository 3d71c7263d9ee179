"""The evidence map: what it names as ours exists, no recommendation with a pack id is missing, corrections are in."""

import re
from pathlib import Path

import pytest

from hepalith.knowledge.base import Knowledge
from support.vignettes import all_vignettes, knowledge_and_problems

PAGE = (Path(__file__).parents[2] / "docs" / "evidence-map.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([^`]+)`", PAGE))
PACK_ID = re.compile(r"(CE|AE|PAR|CYS|GEN|BI|NEO|BF)-[A-Z]|SAF-\d")


def ours(knowledge: Knowledge) -> set[str]:
    """Every id a page may name: entries, items of gates, rows of tables, cases."""
    entries = (
        knowledge.recommendations,
        knowledge.conditions,
        knowledge.conflicts,
        knowledge.derived,
        knowledge.findings,
        knowledge.gates,
        knowledge.sources,
        knowledge.lists,
    )
    ids = {name for kind in entries for name in kind}
    ids |= {rule.id for rules in knowledge.suppressors.values() for rule, _winner in rules}
    ids |= {f"{name}.{item.id}" for name, gate in knowledge.gates.items() for item in gate.entry.items}
    ids |= {f"{name}.{row.id}" for name, made in knowledge.derived.items() for row in made.entry.rows}
    return ids | {vignette.id for vignette in all_vignettes()}


def test_what_the_page_names_exists() -> None:
    assert sorted(NAMED - ours(knowledge_and_problems()[0])) == []


def test_no_recommendation_with_a_pack_id_is_missing() -> None:
    recommendations = knowledge_and_problems()[0].recommendations
    assert sorted(name for name in recommendations if PACK_ID.match(name) and name not in NAMED) == []


def test_no_condition_and_no_conflict_is_missing() -> None:
    knowledge = knowledge_and_problems()[0]
    assert sorted({*knowledge.conditions, *knowledge.conflicts} - NAMED) == []


def test_every_conflict_is_on_a_card() -> None:
    knowledge = knowledge_and_problems()[0]
    shown = {name for one in knowledge.recommendations.values() for name in one.entry.conflicts}
    assert sorted(set(knowledge.conflicts) - shown) == []


@pytest.mark.parametrize("name", ["CC14", "CC22", "CC23", "CC24", "CC25", "CC26", "CC27", "CC28", "BC24", "BC25"])
def test_a_corrected_conflict_keeps_both_sides(name: str) -> None:
    assert len(knowledge_and_problems()[0].conflicts[name].positions) >= 2


def test_the_ulcer_item_of_the_bile_medicine_is_called_a_working_rule() -> None:
    items = knowledge_and_problems()[0].gates["choleretic"].entry.items
    assert [(item.basis, item.sources) for item in items if item.id == "no_ulcer"] == [("default", ())]


@pytest.mark.parametrize("name", ["CE-R17", "GEN-R04"])
def test_albendazole_is_given_days_before_a_puncture(name: str) -> None:
    action = knowledge_and_problems()[0].recommendations[name].entry.action
    assert "4 days" in action
    assert "hours" not in action


def test_hymecromone_has_its_two_lengths() -> None:
    action = knowledge_and_problems()[0].recommendations["BI-R51"].entry.action
    assert "2 weeks" in action
    assert "1 week" in action
