"""The expression language: what it accepts, and that each mistake is named with what to do."""

from pathlib import Path

import pytest

from hepalith.knowledge.compiler import _Compiler
from hepalith.knowledge.expression import ExpressionError, Symbols, parse_number, parse_truth
from hepalith.knowledge.loader import hash_of, read_files
from support.small import write_small


@pytest.fixture(scope="module")
def symbols(tmp_path_factory: pytest.TempPathFactory) -> Symbols:
    folder: Path = write_small(tmp_path_factory.mktemp("small"))
    files, places, _problems = read_files(folder, hash_of(folder))
    assert files is not None
    return _Compiler(files, places)._symbols


@pytest.mark.parametrize(
    "text",
    [
        "fever and not pain or age >= 18",
        "18 <= age < 65",
        'bilirubin > "4.0 mg/dL"',
        '"4.0 mg/dL" < bilirubin',
        "bilirubin > 1.5 * uln(bilirubin)",
        "sex == female",
        "a in risks and overlaps(risks, {b, c}) and not none_of(risks)",
        "overlaps(risks, SOME_RISKS)",
        "any_lesion(size >= 50 and stage in {one, two})",
        "every_lesion(not solid) and count_lesions(solid) >= 2 and largest(size) > 10",
        "count_true(fever, pain, age > 75) >= 2",
        "months_since(treated_on) >= 12",
        "passes(drug) and passes_except(drug, liver) and item(drug, adult)",
        'fires("ALARM") and any_lesion(fires("DRUG"))',
        "total >= 4 and ill",
        "(age if fever else 3) > 2",
    ],
)
def test_accepts(text: str, symbols: Symbols) -> None:
    parse_truth(text, "patient", symbols)


@pytest.mark.parametrize(
    "text",
    [
        "size - previous(size) >= 5 and size >= 1.2 * previous(size)",
        "days_between(previous(size), size) >= 365",
        "modality_of(size) == modality_of(previous(size))",
        "same_technique(previous(size), size)",
        "before(solid, stage) and before(size, stage) < 10 and before(stage, size) == one",
        "modality_of(before(size, stage)) == us and days_between(before(size, stage), size) > 5",
        "kind in {big, middle}",
        "size <= 50 and fever",
    ],
)
def test_accepts_for_a_lesion(text: str, symbols: Symbols) -> None:
    parse_truth(text, "lesion", symbols)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("feverr", ["feverr", "did you mean fever"]),
        ("age", ["not a yes/no"]),
        ("age > 200", ["outside", "0 to 120", "check the unit"]),
        ('bilirubin > "4 g/L"', ["no unit", "umol/L", "mg/dL"]),
        ("age > bilirubin", ["compares a with umol/L"]),
        ("age + bilirubin > 3", ["adds a to umol/L"]),
        ("sex > male", ["choice", "no order"]),
        ("sex == girl", ["girl", "choices"]),
        ("sex in {female, male}", ["always holds", "nothing is recorded"]),
        ("d in risks", ["choices"]),
        ("size > 5", ["belongs to a lesion", "any_lesion"]),
        ("missing(age)", ["only for questions"]),
        ("known(sex)", ["not a number"]),
        ("remarks", ["free text"]),
        ("previous(ill)", ["derived"]),
        ("before(ill, pain)", ["derived"]),
        ("before(fever, ill)", ["derived"]),
        ("any_lesion(before(fever, size))", ["do not belong to the same"]),
        ("before(fever, nope)", ["nope"]),
        ("before(fever)", ["not the name of a finding"]),
        ("uln(age) > 3", ["limits"]),
        ("fires(ALARM)", ["quotes"]),
        ('fires("NOPE")', ["NOPE"]),
        ("item(drug, nope)", ["items of gate"]),
        ("passes(nope)", ["gates"]),
        ("overlaps(risks, [a])", ["set"]),
        ("age >", ["cannot be read"]),
        ("__import__('os')", ["not a condition"]),
        ("fever.real", ["not a condition"]),
        ("(lambda: fever)()", ["not a condition"]),
        ("age ** 2 > 3", ["not a number"]),
        ("fever is pain", ["does not have"]),
        ("f'{age}' == age", ["not a"]),
    ],
)
def test_refuses_and_says_what_to_do(text: str, words: list[str], symbols: Symbols) -> None:
    with pytest.raises(ExpressionError) as error:
        parse_truth(text, "patient", symbols)
    for word in words:
        assert word in str(error.value)


def test_a_very_deep_text_is_refused_not_crashed(symbols: Symbols) -> None:
    with pytest.raises(ExpressionError):
        parse_truth("(" * 5000 + "fever" + ")" * 5000, "patient", symbols)


def test_numbers(symbols: Symbols) -> None:
    parse_number("round(10 * (0.957 * ln(max(creatinine, 1)) + 0.643), 1)", "patient", symbols)
    with pytest.raises(ExpressionError, match="plain number of digits"):
        parse_number("round(age, age)", "patient", symbols)
