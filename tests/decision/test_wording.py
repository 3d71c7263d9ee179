"""Conditions and formulas in plain words, without a case."""

from collections.abc import Iterator

import pytest

from hepalith.decision.evaluation import Evaluation
from hepalith.decision.explain import Explainer
from hepalith.decision.wording import Wording
from hepalith.domain.assessment import TraceNode
from hepalith.domain.case import PATIENT
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.compiler import _Compiler
from hepalith.knowledge.expression import Symbols, parse_number, parse_truth
from hepalith.knowledge.loader import hash_of, read_files
from hepalith.knowledge.tree import GatePasses, walk
from support.building import case, number, seen
from support.generate import TODAY
from support.small import compile_small, write_small
from support.vignettes import knowledge_and_problems


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Knowledge, Symbols]:
    """The tiny knowledge base and its symbols."""
    folder = tmp_path_factory.mktemp("small")
    knowledge, problems = compile_small(folder)
    assert not problems
    files, places, _problems = read_files(folder, hash_of(write_small(folder)))
    return knowledge, _Compiler(files, places)._symbols


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("fever", "Fever"),
        ("not fever", "not: Fever"),
        ("fever and not pain", "all of these [Fever; not: Pain]"),
        ("fever or (pain and solid)", "any of these [Fever; all of these [Pain; Solid]]"),
        ("not (fever or pain)", "none of these [Fever; Pain]"),
        ("not (fever and pain)", "not all of these [Fever; Pain]"),
        ("size >= 50", "Size ≥ 50 mm"),
        ("size > '5 cm'", "Size > 5 cm"),
        ("bilirubin > '4.0 mg/dL'", "Bilirubin > 4.0 mg/dL"),
        ("10 <= size < 20", "all of these [Size ≥ 10 mm; Size < 20 mm]"),
        ("bilirubin > 2 * uln(bilirubin)", "Bilirubin > 2 × the upper limit of Bilirubin"),
        ("points + 2 == 4", "Points + 2 = 4"),
        ("stage in {one, two}", "Stage: One or Two"),
        ("stage != three", "Stage: not Three"),
        ("a in risks", "Risks: A"),
        ("overlaps(risks, SOME_RISKS)", "Risks: one of: Some"),
        ("not overlaps(risks, {a, c})", "Risks: not A or C"),
        ("none_of(risks)", "Risks: none of these"),
        ("earliest(size) < previous(size)", "Size at first < Size before"),
        ("months_since(treated_on) > 6", "months from Treated on to the date of the assessment > 6 months"),
        ("any_lesion(size > 20)", "for any lesion [Size > 20 mm]"),
        ("every_lesion(solid)", "for every lesion [Solid]"),
        ("largest(size) > 20", "the largest Size > 20 mm"),
        ("count_true(fever, pain) >= 2", "how many of these hold ≥ 2 [Fever; Pain]"),
        ("count_lesions(solid) > 1", "the number of lesions for which this holds > 1 [Solid]"),
        ("passes(drug)", "open: Before the drug"),
        ("passes_except(drug, adult)", "open: Before the drug (but for: Adult)"),
        ("item(drug, liver)", "Before the drug: Bilirubin not above twice the limit"),
        ("fires('ALARM')", "this advice applies: Alarm (ALARM)"),
        ("fires('ALARM', 'ASK')", "any of this advice applies [Alarm (ALARM); Ask the age (ASK)]"),
        ("missing(age)", "Age is not known"),
        ("true", "always"),
    ],
)
def test_conditions_in_words(expression: str, words: str, small: tuple[Knowledge, Symbols]) -> None:
    knowledge, symbols = small
    tree = parse_truth(expression, "lesion", symbols, allow_missing=True)
    assert str(Wording(knowledge).phrase(tree)) == words


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("(size + 1) * 2", "(Size + 1) × 2"),
        ("size + previous(size) * 2", "Size + Size before × 2"),
        ("size - (previous(size) - 1)", "Size − (Size before − 1)"),
        ("size - previous(size) - 1", "Size − Size before − 1"),
        ("size / (age / 2)", "Size / (Age / 2)"),
        ("size / (age * 2)", "Size / (Age × 2)"),
        ("(size + 1) - (previous(size) + 2)", "Size + 1 − (Size before + 2)"),
        ("points + (2 if fever else 1)", "Points + (2 if Fever, otherwise 1)"),
        ("(3 if pain else 2) if fever else 1", "(3 if Pain, otherwise 2) if Fever, otherwise 1"),
        ("min(max(size, 1), 4)", "min(max(Size, 1), 4)"),
    ],
)
def test_formulas_keep_their_meaning(expression: str, words: str, small: tuple[Knowledge, Symbols]) -> None:
    knowledge, symbols = small
    assert str(Wording(knowledge).formula(parse_number(expression, "lesion", symbols))) == words


def test_a_line_names_what_it_is_about(small: tuple[Knowledge, Symbols]) -> None:
    knowledge, symbols = small
    wording = Wording(knowledge)
    tree = parse_truth("bilirubin * points > 3 or overlaps(risks, SOME_RISKS) or passes(drug)", "patient", symbols)
    comparison, choice, gate = wording.phrase(tree).parts
    assert comparison.about == (("findings", "bilirubin"), ("derived", "points"))
    assert choice.about == (("findings", "risks"), ("lists", "SOME_RISKS"))
    assert gate.about == (("gates", "drug"),)


def test_long_lists_of_choices_are_said_by_what_they_leave_out() -> None:
    knowledge, _problems = knowledge_and_problems()
    wording = Wording(knowledge)
    name, finding = max(knowledge.findings.items(), key=lambda pair: len(pair[1].choices))
    first, *others = finding.choices
    assert wording.choices(name, frozenset(option.id for option in others)) == f"any but {first.label}"
    assert wording.choices(name, frozenset(option.id for option in finding.choices)) == "any of them"


def test_every_condition_of_the_program_can_be_said() -> None:
    knowledge, _problems = knowledge_and_problems()
    wording = Wording(knowledge)
    for compiled in knowledge.recommendations.values():
        text = str(wording.phrase(compiled.when))
        assert text
        for node in walk(compiled.when):
            if isinstance(node, GatePasses):
                assert knowledge.gates[node.gate].entry.label in text


def test_what_is_summed_over_lesions_is_shown_for_each() -> None:
    sizes = [seen("size_mm", number(size, "mm"), lesion) for lesion, size in (("L1", "30"), ("L2", "20"))]
    evaluation = Evaluation(case(*sizes, lesions=2), knowledge_and_problems()[0], TODAY)
    shown = set(_lines(Explainer(evaluation).derived("downstaging_entry", PATIENT)))
    assert {"L1: Largest diameter of the lesion: 30 mm", "L2: Largest diameter of the lesion: 20 mm"} <= shown


def _lines(node: TraceNode) -> Iterator[str]:
    yield node.text
    for child in node.children:
        yield from _lines(child)
