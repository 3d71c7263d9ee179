"""The codes of other terminologies look like codes of theirs: a digit that was mistyped in a number does not pass."""

import re
from collections.abc import Iterator

import pytest

from support.vignettes import knowledge_and_problems

SHAPES = {
    "loinc": r"\d{3,5}-\d",
    "loinc_mass": r"\d{3,5}-\d",
    "snomed": r"[1-9]\d{5,17}",
    "icd10": r"[A-Z]\d\d(\.\d)?",
    "icd10cm": r"[A-Z]\d\d(\.\w{1,4})?",
    "radlex": r"RID\d+",
}


def codes() -> Iterator[tuple[str, str, str]]:
    """Each code with its system and whose it is."""
    knowledge = knowledge_and_problems()[0]
    for finding in knowledge.findings.values():
        yield from ((finding.id, system, code) for system, code in finding.codes.items())
        for choice in finding.choices:
            yield from ((f"{finding.id}.{choice.id}", system, code) for system, code in choice.codes.items())
    for condition in knowledge.conditions.values():
        yield from ((condition.entry.id, system, code) for system, code in condition.entry.codes.items())


def luhn(number: str) -> bool:
    """LOINC's check digit (Luhn)."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0


@pytest.mark.parametrize(("whose", "system", "code"), list(codes()))
def test_a_code_has_the_shape_of_its_system(whose: str, system: str, code: str) -> None:
    assert re.fullmatch(SHAPES[system], code), whose
    if system.startswith("loinc"):
        assert luhn(code.replace("-", "")), whose


def test_findings_choices_and_conditions_have_codes() -> None:
    whose = {name for name, _system, _code in codes()}
    assert {"alt", "segments.IV", "calc_shape.rim", "CE", "E-HCC", "E-MET-CRC"} <= whose
