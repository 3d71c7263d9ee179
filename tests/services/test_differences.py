"""How a case differs from another, in words."""

from pathlib import Path

import msgspec
import pytest

from hepalith.domain.case import Identity, Override, OverrideKind, Study
from hepalith.knowledge.base import MODALITY, Knowledge
from hepalith.services.differences import differences
from support.building import case, number, seen, yes
from support.small import compile_small


@pytest.fixture
def knowledge(tmp_path: Path) -> Knowledge:
    return compile_small(tmp_path)[0]


def test_equal_cases_differ_in_nothing_whatever_their_revision(knowledge: Knowledge) -> None:
    one = case(seen("size", number("20", "mm"), "L1"), lesions=1)
    assert differences(one, msgspec.structs.replace(one, revision=7), knowledge) == ()


def test_values_lesions_and_names_are_named(knowledge: Knowledge) -> None:
    before = case(seen("size", number("20", "mm"), "L1"), lesions=1)
    after = msgspec.structs.replace(
        case(seen("size", number("25", "mm"), "L1"), seen("solid", yes(), "L2"), seen("odd", yes()), lesions=2),
        identity=Identity(name="Ada"),
    )
    size, solid = knowledge.label("size"), knowledge.label("solid")
    assert differences(before, after, knowledge) == (
        "Name: – → Ada",
        "Lesion 2: – → there",
        f"{size} (Lesion 1): 20 mm → 25 mm",
        f"{solid} (Lesion 2): – → yes",
        "odd: – → a value that this version does not know",
    )
    assert f"{solid} (Lesion 2): yes → –" in differences(after, before, knowledge)


def test_examinations_and_what_was_decided_otherwise_are_said_in_words(knowledge: Knowledge) -> None:
    study = Study(id="S1", modality="us", date="2026-05")
    override = Override(
        recommendation="DRUG",
        subject="L1",
        kind=OverrideKind.SET_ASIDE,
        reason="declined",
        author="A",
        date="2026-06-01",
    )
    before = case(lesions=1)
    after = case(seen("size", number("25", "mm"), "L1", "S1"), lesions=1, studies=(study,))
    after = msgspec.structs.replace(after, overrides=(override,))
    us = knowledge.choice_label(MODALITY, "us")
    assert us != "us"
    assert differences(before, after, knowledge) == (
        f"Examination 1: – → {us} 2026-05",
        "Decided otherwise: Drug: – → The patient declines",
        f"{knowledge.label('size')} (Lesion 1, Examination 1): – → 25 mm",
    )
