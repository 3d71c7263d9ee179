"""Conditions and formulas in plain words, without a case."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from hepalith.decision.answers import Answer
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.explain import Explainer
from hepalith.decision.wording import Wording, Words, answers_text, interval_text, observation_text
from hepalith.domain.assessment import TraceNode
from hepalith.domain.case import PATIENT, Observation, State, TextValue, Value
from hepalith.domain.interval import ANYTHING, Interval
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.compiler import _Compiler
from hepalith.knowledge.expression import Symbols, parse_number, parse_truth
from hepalith.knowledge.loader import hash_of, read_files
from hepalith.knowledge.tree import GatePasses, walk
from support.building import case, choice, day, items, no, number, seen, yes
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
        (
            "before(size, stage) < 10 and not before(solid, stage)",
            "all of these [Size before < 10 mm; not: Solid before]",
        ),
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
        ("false", "never"),
        ("not missing(age)", "not: Age is not known"),
        ("item(drug, liver) and solid", "all of these [Before the drug: Bilirubin not above twice the limit; Solid]"),
        ("18 == age", "18 = Age"),
        ("bilirubin < lln(bilirubin)", "Bilirubin < the lower limit of Bilirubin"),
        (
            "count_true(fever, pain) > count_true(solid)",
            "how many of these hold > how many of these hold [Fever; Pain; Solid]",
        ),
        ("sum_lesions(size) > 20", "the sum of Size > 20 mm"),
        ("days_since(treated_on) > 6", "days from Treated on to the date of the assessment > 6 days"),
        ("months_between(previous(size), size) > 6", "months from Size before to Size > 6 months"),
        ("min(size, previous(size)) > 6", "min(Size, Size before) > 6 mm"),
        ("min(size, 9) > 6", "min(Size, 9) > 6 mm"),
        ("ln(size) > 6", "ln(Size) > 6"),
        ("size - 1 > 6", "Size − 1 > 6 mm"),
        ("1 + size > 6", "1 + Size > 6 mm"),
        ("2 * size > 6", "2 × Size > 6"),
        ("(size if solid else 1) > 6", "Size if Solid, otherwise 1 > 6 mm"),
        ("(1 if solid else size) > 6", "1 if Solid, otherwise Size > 6 mm"),
        ("same_technique(size, previous(size))", "Size: same technique as before"),
        ("modality_of(size) in {us}", "modality of Size: Ultrasound"),
        ("modality_of(size) == modality_of(previous(size))", "modality of Size is the same as modality of Size before"),
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


@pytest.mark.parametrize(
    ("count", "left_out", "said"),
    [
        (6, 1, "1 or 2 or 3 or 4 or 5"),
        (7, 0, "any of them"),
        (7, 1, "any but 0"),
        (7, 3, "any but 0 or 1 or 2"),
        (7, 4, "4 or 5 or 6"),
    ],
)
def test_a_few_of_many_choices_are_left_out(
    count: int, left_out: int, said: str, small: tuple[Knowledge, Symbols]
) -> None:
    """What is left out is said of at least seven choices, and of at most three of them."""
    stage = small[0].findings["stage"]
    options = tuple(replace(stage.choices[0], id=str(number), label=str(number)) for number in range(count))
    knowledge = replace(small[0], findings={**small[0].findings, "stage": replace(stage, choices=options)})
    assert Wording(knowledge).choices("stage", frozenset(option.id for option in options[left_out:])) == said


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


# values


def between(low: str, high: str, *, low_open: bool = False, high_open: bool = False) -> Interval:
    return Interval(Decimal(low), Decimal(high), low_open, high_open)


@pytest.mark.parametrize(
    ("interval", "unit", "decimals", "said"),
    [
        (between("6", "6"), "mm", None, "6 mm"),
        (between("6", "8.50"), "mm", None, "6 to 8.5 mm"),
        (between("6", "6"), "1", None, "6"),
        (between("6", "7"), "mm", 1, "6.0 to 7.0 mm"),
        (between("3", "Infinity"), "mm", None, "at least 3 mm"),
        (between("-Infinity", "40"), "umol/L", None, "at most 40 µmol/L"),
        (ANYTHING, "mm", None, "not known"),
        (between("100", "100"), "1", None, "100"),
    ],
)
def test_a_range_in_words(interval: Interval, unit: str, decimals: int | None, said: str) -> None:
    assert interval_text(interval, unit, decimals) == said


@pytest.mark.parametrize(
    ("finding", "value", "said"),
    [
        ("size", number("12,5", "mm"), "12,5 mm"),
        ("size", number("5", "cm", ">="), "≥ 5 cm"),
        ("fever", yes(), "yes"),
        ("fever", no(), "no"),
        ("stage", choice("one", "new"), "One or new"),
        ("risks", items(("a", "c"), ("b",)), "A, C; none of the others"),
        ("risks", items(("a", "b", "c")), "A, B, C"),
        ("risks", items(("a",)), "A"),
        ("risks", items(("a",), ("b",)), "A"),
        ("risks", items((), ("a", "b")), "not: A, B"),
        ("risks", items((), ("a", "b", "c")), "none of these"),
        ("risks", items(), "not recorded"),
        ("treated_on", day("2026-05"), "2026-05"),
        ("remarks", TextValue(text="a remark"), "a remark"),
        ("fever", None, "not recorded"),
    ],
)
def test_a_value_is_said_as_entered(
    finding: str, value: Value | None, said: str, small: tuple[Knowledge, Symbols]
) -> None:
    """Items that nobody asked about are not said to be absent."""
    assert observation_text(Observation(finding=finding, value=value), small[0].findings[finding]) == said


def test_what_could_not_be_told_is_said_so(small: tuple[Knowledge, Symbols]) -> None:
    fever = small[0].findings["fever"]
    for state, said in ((State.INDETERMINATE, "cannot be told"), (State.UNOBTAINABLE, "cannot be obtained here")):
        assert observation_text(Observation(finding="fever", state=state), fever) == said


LIMITS = between("0", "100")


@pytest.mark.parametrize(
    ("stretches", "said"),
    [
        ([between("50", "50")], "50 mm"),
        ([LIMITS], "any value"),
        ([between("0", "50", high_open=True)], "below 50 mm"),
        ([between("0", "50")], "up to 50 mm"),
        ([between("50", "100", low_open=True)], "above 50 mm"),
        ([between("50", "100")], "50 mm or more"),
        ([between("0", "100", low_open=True)], "above 0 mm"),
        ([between("20", "50")], "20 mm to 50 mm"),
        ([between("20", "50", high_open=True)], "20 mm to below 50 mm"),
        ([between("20", "50", low_open=True)], "above 20 mm to 50 mm"),
        ([between("20", "50", low_open=True, high_open=True)], "between 20 mm and 50 mm"),
        ([between("0", "50", high_open=True), between("50", "70")], "up to 70 mm"),
        ([between("0", "50"), between("50", "70", low_open=True), between("70", "100", low_open=True)], "any value"),
        (
            [between("0", "50", high_open=True), between("50", "70", low_open=True)],
            "below 50 mm or above 50 mm to 70 mm",
        ),
        ([between("0", "20"), between("30", "40")], "up to 20 mm or 30 mm to 40 mm"),
        (
            [between("0", "20"), between("30", "40"), between("40", "50", low_open=True)],
            "up to 20 mm or 30 mm to 50 mm",
        ),
    ],
)
def test_stretches_of_a_number_in_words(stretches: list[Interval], said: str, small: tuple[Knowledge, Symbols]) -> None:
    """Stretches that follow each other are one; a value that neither holds keeps them apart."""
    answers = [Answer(number("1", "mm"), stretch) for stretch in stretches]
    assert answers_text(answers, small[0].findings["size"], LIMITS) == said


def test_the_end_of_a_stretch_of_dates_is_a_day(small: tuple[Knowledge, Symbols]) -> None:
    first, last = (Decimal(date(2026, 5, one).toordinal()) for one in (1, 31))
    answers = [Answer(day("2026-05-01"), Interval(first, last))]
    assert answers_text(answers, small[0].findings["treated_on"], ANYTHING) == "2026-05-01 to 2026-05-31"


@pytest.mark.parametrize(
    ("finding", "values", "said"),
    [
        ("fever", [yes()], "yes"),
        ("fever", [no(), yes()], "no or yes"),
        ("stage", [choice("one"), choice("two", "three")], "One or Two or Three"),
        ("risks", [items((), ("a", "b", "c"))], "none of these"),
        ("stage", [choice("one")] * 4, "One or One or One or One"),
        ("stage", [choice("one")] * 5, "One or One or One or 2 others"),
        ("stage", [choice("one")] * 6, "One or One or One or 3 others"),
    ],
)
def test_several_answers_are_said_up_to_four(
    finding: str, values: list[Value], said: str, small: tuple[Knowledge, Symbols]
) -> None:
    answers = [Answer(value) for value in values]
    assert answers_text(answers, small[0].findings[finding], ANYTHING) == said


# what a case says


def words(small: tuple[Knowledge, Symbols], *observations: Observation, fresh: bool = False) -> Words:
    return Words(Evaluation(case(*observations, lesions=1), small[0], TODAY), fresh=fresh)


@pytest.mark.parametrize(
    ("name", "observations", "said"),
    [
        ("size", [], "not recorded"),
        ("size", [seen("size", number("5", "mm"), "L1")], "5 mm"),
        ("size", [seen("size", number(text, "mm"), "L1") for text in ("5", "7", "5")], "5 mm / 7 mm"),
        ("ill", [seen("fever", yes())], "yes"),
        ("ill", [seen("fever", no())], "not known"),
        ("ill", [seen("fever", no()), seen("pain", no())], "no"),
        ("kind", [], "not known"),
        ("kind", [seen("size", number("51", "mm"), "L1")], "Big"),
        ("kind", [seen("size", number("20", "mm"), "L1")], "Middle or Small"),
        ("points", [seen("bilirubin", number("40", "umol/L"))], "2"),
        ("points", [seen("bilirubin", number("40", "umol/L", ">"))], "2 to 3"),
        ("points", [], "1 to 3"),
        ("total", [seen("fever", yes()), seen("bilirubin", number("40", "umol/L"))], "4"),
    ],
)
def test_the_value_of_a_finding_or_a_derived_one(
    name: str, observations: list[Observation], said: str, small: tuple[Knowledge, Symbols]
) -> None:
    assert words(small, *observations).of(name, "L1") == said


def test_a_value_that_is_too_old_for_a_gate_is_said_with_its_date(small: tuple[Knowledge, Symbols]) -> None:
    old = seen("bilirubin", number("30", "umol/L"), date="2026-05-24")
    new = seen("bilirubin", number("30", "umol/L"), date="2026-05-25")
    too_old = "(too old: of 2026-05-24, at most 7 days)"
    assert words(small, old, fresh=True).of("bilirubin", PATIENT) == f"30 µmol/L {too_old}"
    assert words(small, old, fresh=True).needed("bilirubin", PATIENT) == f"Bilirubin {too_old}"
    assert words(small, new, fresh=True).of("bilirubin", PATIENT) == "30 µmol/L"
    assert words(small, old).of("bilirubin", PATIENT) == "30 µmol/L"
    assert words(small, old).needed("bilirubin", PATIENT) == "Bilirubin"
    assert words(small, fresh=True).needed("bilirubin", PATIENT) == "Bilirubin"


def _lines(node: TraceNode) -> Iterator[str]:
    yield node.text
    for child in node.children:
        yield from _lines(child)
