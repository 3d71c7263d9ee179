"""What changed between two conditions: only what is said, part by part, and what it does to the whole."""

from decimal import Decimal

import pytest

from hepalith.decision.condition_changes import part_changes, same_meaning
from hepalith.decision.wording import Wording
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.compiler import _Compiler
from hepalith.knowledge.expression import Symbols, parse_number, parse_truth
from hepalith.knowledge.loader import hash_of, read_files
from hepalith.knowledge.tree import ChoiceIn, ChoiceOf, Number, Reference
from support.small import compile_small

EFFECT = {True: "wider", False: "narrower", None: ""}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Knowledge, Symbols]:
    """The tiny knowledge base and its symbols."""
    folder = tmp_path_factory.mktemp("small")
    knowledge, problems = compile_small(folder)
    assert not problems
    files, places, _problems = read_files(folder, hash_of(folder))
    return knowledge, _Compiler(files, places)._symbols


def changes(small: tuple[Knowledge, Symbols], old: str, new: str) -> list[tuple[str, str, str]]:
    """(before, after, effect) of each part that changed."""
    knowledge, symbols = small
    wording = Wording(knowledge)
    trees = (parse_truth(text, "lesion", symbols, allow_missing=True) for text in (old, new))
    return [
        (
            "" if one.before is None else str(wording.phrase(one.before)),
            "" if one.after is None else str(wording.phrase(one.after)),
            EFFECT[one.wider],
        )
        for one in part_changes(*trees)
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("fever and pain", "pain   and (fever)"),
        ("fever and (pain and solid)", "solid and fever and pain"),
        ("fever or pain or fever", "pain or fever"),
        ("not (not fever)", "fever"),
        ("fever and true", "fever"),
        ("fever or false", "fever"),
        ("size >= 50", "size >= 50.0"),
        ("size >= 50", "50 <= size"),
        ("size > '5 cm'", "size > 50"),
        ("bilirubin > '4.0 mg/dL'", "bilirubin > '4 mg/dL'"),
        ("10 <= size < 20", "size < 20 and size >= 10"),
        ("stage in {one, two}", "stage in {two, one}"),
        ("overlaps(risks, {a, c})", "overlaps(risks, {c, a})"),
        ("count_true(fever, pain) >= 2", "count_true(pain, fever) >= 2"),
        ("count_lesions(solid and size > 3) > 1", "count_lesions(size > 3 and solid) > 1"),
        ("any_lesion(solid and size > 3)", "any_lesion(size > 3 and solid)"),
    ],
)
def test_form_is_no_change(old: str, new: str, small: tuple[Knowledge, Symbols]) -> None:
    assert changes(small, old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("fever", "pain", [("Fever", "Pain", "")]),
        ("fever", "not fever", [("Fever", "not: Fever", "")]),
        ("size >= 50", "size >= 60", [("Size ≥ 50 mm", "Size ≥ 60 mm", "narrower")]),
        ("size < 50", "size < 60", [("Size < 50 mm", "Size < 60 mm", "wider")]),
        ("size < 50", "size <= 50", [("Size < 50 mm", "Size ≤ 50 mm", "wider")]),
        ("size >= 50", "size > 50", [("Size ≥ 50 mm", "Size > 50 mm", "narrower")]),
        ("size >= 50", "size < 50", [("Size ≥ 50 mm", "Size < 50 mm", "")]),
        ("50 <= size", "60 <= size", [("Size ≥ 50 mm", "Size ≥ 60 mm", "narrower")]),
        (
            "fever and bilirubin > '4.0 mg/dL'",
            "fever and bilirubin > '3.0 mg/dL'",
            [("Bilirubin > 4.0 mg/dL", "Bilirubin > 3.0 mg/dL", "wider")],
        ),
        ("fever and pain", "fever", [("Pain", "", "wider")]),
        ("fever", "fever and pain", [("", "Pain", "narrower")]),
        ("fever or pain", "fever", [("Pain", "", "narrower")]),
        ("fever", "pain or fever", [("", "Pain", "wider")]),
        ("not (fever or pain)", "not (fever or pain or solid)", [("", "not: Solid", "narrower")]),
        ("not (fever and pain)", "not (fever)", [("not: Pain", "", "narrower")]),
        ("not size > 5", "not size > 6", [("not: Size > 5 mm", "not: Size > 6 mm", "wider")]),
        ("stage in {one}", "stage in {one, two}", [("Stage: One", "Stage: One or Two", "wider")]),
        ("stage in {one}", "stage in {two}", [("Stage: One", "Stage: Two", "")]),
        ("stage in {one, two}", "stage in {one}", [("Stage: One or Two", "Stage: One", "narrower")]),
        ("overlaps(risks, {a})", "overlaps(risks, {a, c})", [("Risks: A", "Risks: A or C", "wider")]),
        ("overlaps(risks, {a, c})", "overlaps(risks, {a})", [("Risks: A or C", "Risks: A", "narrower")]),
        ("overlaps(risks, {a})", "overlaps(risks, {c})", [("Risks: A", "Risks: C", "")]),
        ("overlaps(risks, {a}) and solid", "a in risks and fever", [("Solid", "", "wider"), ("", "Fever", "narrower")]),
        ("size <= 50", "size < 60", [("Size ≤ 50 mm", "Size < 60 mm", "wider")]),
        ("size > 50", "size >= 40", [("Size > 50 mm", "Size ≥ 40 mm", "wider")]),
        ("size > 50", "size >= 50", [("Size > 50 mm", "Size ≥ 50 mm", "wider")]),
        ("size <= 50", "size < 50", [("Size ≤ 50 mm", "Size < 50 mm", "narrower")]),
        ("size < 50", "size >= 60", [("Size < 50 mm", "Size ≥ 60 mm", "")]),
        ("size != 50", "size != 60", [("Size ≠ 50 mm", "Size ≠ 60 mm", "")]),
        ("size == 50", "size <= 50", [("Size = 50 mm", "Size ≤ 50 mm", "")]),
        ("size > 50", "size > previous(size)", [("Size > 50 mm", "Size > Size before", "")]),
        ("fever and size > previous(size)", "fever and size > 5", [("Size > Size before", "Size > 5 mm", "")]),
        ("points > 3", "total > 2", [("Points > 3", "Total > 2", "")]),
        ("stage in {one}", "previous(stage) in {one, two}", [("Stage: One", "Stage before: One or Two", "")]),
        ("fever or not pain", "fever or not solid", [("not: Pain", "", "narrower"), ("", "not: Solid", "wider")]),
        ("fever and (pain or solid)", "fever and pain", [("Solid", "", "narrower")]),
        (
            "fever and (pain or size > 5)",
            "fever and (pain or size > 8)",
            [("Size > 5 mm", "Size > 8 mm", "narrower")],
        ),
        (
            "fever or (solid and size > 5)",
            "fever or size > 5",
            [("Solid", "", "wider")],
        ),
        (
            "any_lesion(size > 5) and fever",
            "any_lesion(size > 6) and fever",
            [("Size > 5 mm", "Size > 6 mm", "narrower")],
        ),
        ("any_lesion(solid)", "every_lesion(solid)", [("for any lesion [Solid]", "for every lesion [Solid]", "")]),
        ("passes(drug)", "passes(drug) and passes(close)", [("", "open: Closing", "narrower")]),
        ("missing(age)", "missing(age) or missing(sex)", [("", "Sex is not known", "wider")]),
        ("points > 2", "total > 2", [("Points > 2", "Total > 2", "")]),
        ("count_true(fever, pain) >= 2", "count_true(fever, pain) >= 1", None),
    ],
)
def test_the_smallest_part_is_named_with_its_effect(
    old: str, new: str, expected: list[tuple[str, str, str]] | None, small: tuple[Knowledge, Symbols]
) -> None:
    found = changes(small, old, new)
    if expected is None:
        assert [effect for _before, _after, effect in found] == ["wider"]
    else:
        assert found == expected


def test_both_directions_are_opposite(small: tuple[Knowledge, Symbols]) -> None:
    pairs = [("fever and size < 50", "size < 60 or pain"), ("not (fever or size > 3)", "not size > 2")]
    opposite = {"wider": "narrower", "narrower": "wider", "": ""}
    for old, new in pairs:
        there, back = changes(small, old, new), changes(small, new, old)
        assert sorted((after, before, opposite[effect]) for before, after, effect in there) == sorted(back)


def test_formulas_are_compared_by_what_they_compute(small: tuple[Knowledge, Symbols]) -> None:
    _knowledge, symbols = small
    one, same, other = (parse_number(text, "lesion", symbols) for text in ("size * 2.50", "size * 2.5", "size * 2.6"))
    assert same_meaning(one, same)
    assert not same_meaning(one, other)
    assert same_meaning(Number(Decimal("1E+1")), Number(Decimal(10)))


def test_a_new_choice_of_a_finding_does_not_change_what_asks_for_others() -> None:
    reference = Reference("stage", lesion=True)
    few, more = (ChoiceIn(ChoiceOf(reference, frozenset(every)), frozenset("a")) for every in ("ab", "abc"))
    assert same_meaning(few, more)
