"""Whose advice moves between two versions of the knowledge, and because of which changed entries."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from hepalith.decision.changes import ChangeKind
from hepalith.decision.knowledge_changes import knowledge_changes
from hepalith.decision.moves import Asked, MovedCase, moved_cases
from hepalith.domain.case import Case
from support.building import case, no, number, seen, yes
from support.small import REST, compile_small

TODAY = date(2026, 6, 1)
ILL = case(
    seen("fever", yes()), seen("bilirubin", number("4.1", "mg/dL"), date="2026-05-30"), seen("age", number("40", "a"))
)
SPOT = case(
    seen("fever", no()),
    seen("pain", no()),
    seen("age", number("40", "a")),
    seen("size", number("20", "mm"), "L1"),
    seen("solid", yes(), "L1"),
    lesions=1,
)
Moved = Callable[..., list[MovedCase]]


@pytest.fixture
def moved(tmp_path: Path) -> Moved:
    """The moves of cases after replacing texts of the tiny knowledge base: (old, new) pairs."""

    def moves(about: Case, *replaced: tuple[str, str]) -> list[MovedCase]:
        text = REST
        for old, new in replaced:
            assert old in text, old
            text = text.replace(old, new)
        before, _problems = compile_small(tmp_path / "before")
        after, problems = compile_small(tmp_path / "after", rest=text)
        assert not problems
        asked = [Asked(name="case", title="A case", before=about, after=about, as_of=TODAY)]
        return list(moved_cases(before, after, knowledge_changes(before, after), asked))

    return moves


def told(moved: list[MovedCase]) -> list[tuple[ChangeKind, str, tuple[str, ...]]]:
    """(what happened, to which advice, because of what) of each move of advice that applies."""
    return [
        (move.change.kind, move.change.item, tuple(name for _kind, name in move.behind))
        for one in moved
        for move in one.moves
        if move.applies
    ]


def test_nothing_moves_without_a_reason(moved: Moved) -> None:
    assert moved(ILL) == []
    assert moved(SPOT, ("label: Ill,", "label: Unwell,")) == []


def test_advice_that_is_lost_names_its_own_change(moved: Moved) -> None:
    found = told(moved(ILL, ("bilirubin > '4.0 mg/dL'", "bilirubin > '4.2 mg/dL'")))
    assert (ChangeKind.STATUS, "ALARM", ("ALARM",)) in found
    assert (ChangeKind.URGENCY, "", ("ALARM",)) in found
    assert all("ALARM" in behind for _kind, _item, behind in found)


def test_what_a_changed_table_moves_names_the_table(moved: Moved) -> None:
    found = told(moved(SPOT, ("solid and size >= 10", "solid and size >= 30")))
    assert (ChangeKind.STATUS, "DRUG", ("kind",)) in found
    assert (ChangeKind.DATES, "DRUG", ("kind",)) in found


def test_advice_that_now_gives_way_names_the_rule(moved: Moved) -> None:
    both = case(*ILL.observations, *(one for one in SPOT.observations if one.subject == "L1"), lesions=1)
    found = told(moved(both, ('suppresses: ["#closure", "#elective"]', 'suppresses: ["#closure"]')))
    assert (ChangeKind.STATUS, "DRUG", ("P1",)) in found


def test_advice_that_gives_way_to_changed_advice_names_that(moved: Moved) -> None:
    both = case(*ILL.observations, *(one for one in SPOT.observations if one.subject == "L1"), lesions=1)
    found = told(moved(both, ("bilirubin > '4.0 mg/dL'", "bilirubin > '4.2 mg/dL'")))
    assert (ChangeKind.STATUS, "DRUG", ("ALARM",)) in found


def test_a_gate_that_shuts_names_the_gate(moved: Moved) -> None:
    healthy = case(*SPOT.observations, seen("bilirubin", number("10", "umol/L"), date="2026-05-30"), lesions=1)
    found = told(moved(healthy, ("age >= 18", "age >= 50")))
    assert found == [(ChangeKind.GATES, "DRUG", ("drug",))]


def test_a_leading_cause_names_its_arguments(moved: Moved) -> None:
    found = told(moved(SPOT, ('{when: "solid", strength: 4, text: solid}', "{when: fever, strength: 4, text: hot}")))
    assert (ChangeKind.CAUSES, "", ("BAD",)) in found
    assert (ChangeKind.CLASS, "", ("BAD",)) in found


def test_a_wording_names_the_advice_also_if_nothing_else_changed(moved: Moved) -> None:
    assert told(moved(ILL, ("title: Alarm,", "title: Alert,"))) == [(ChangeKind.WORDING, "ALARM", ("ALARM",))]


def test_a_change_elsewhere_is_no_reason(moved: Moved) -> None:
    """The gate and the table changed too, but answer as before for this patient."""
    found = told(
        moved(
            ILL,
            ("bilirubin > '4.0 mg/dL'", "bilirubin > '4.2 mg/dL'"),
            ("age >= 18", "age >= 17"),
            ("size > 50", "size > 60"),
            ('expr: "fever or pain"', 'expr: "fever or pain or rash"'),
        )
    )
    assert (ChangeKind.STATUS, "ALARM", ("ALARM",)) in found
    assert not any(name in behind for _kind, _item, behind in found for name in ("drug", "kind", "ill"))


def test_the_nearest_change_is_named_first(moved: Moved) -> None:
    both = case(*ILL.observations, *(one for one in SPOT.observations if one.subject == "L1"), lesions=1)
    found = told(
        moved(both, ('expr: "fever or pain"', 'expr: "pain"'), ("solid and size >= 10", "solid and size >= 30"))
    )
    assert (ChangeKind.STATUS, "DRUG", ("kind", "ill")) in found


def test_a_wording_is_no_reason_for_anything_but_a_wording(moved: Moved) -> None:
    found = told(moved(ILL, ('expr: "fever or pain"', 'expr: "pain"'), ("title: Alarm,", "title: Alert,")))
    assert (ChangeKind.STATUS, "ALARM", ("ill",)) in found


def test_what_only_cannot_be_excluded_is_kept_apart(moved: Moved) -> None:
    unknown = case(seen("fever", yes()))
    found = moved(unknown, ("bilirubin > '4.0 mg/dL'", "bilirubin > '4.0 mg/dL' and false"))
    assert told(found) == []
    assert [move.change.item for one in found for move in one.moves] == ["ALARM"]
