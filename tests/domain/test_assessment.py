"""The parts of an assessment: nothing is said by default, and questions come in the order of their worth."""

from pathlib import Path

import msgspec
import pytest

from hepalith.domain import assessment
from hepalith.domain.assessment import (
    Assessment,
    Basis,
    Classification,
    Need,
    Outcome,
    Part,
    Question,
    QuestionGroup,
    Urgency,
    in_order,
)
from hepalith.i18n import SOURCE_LANGUAGE

PARTS = [
    one for one in vars(assessment).values() if isinstance(one, type) and issubclass(one, Part) and one is not Part
]
SAID = {(Classification, "complete"): True, (Assessment, "language"): SOURCE_LANGUAGE}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_what_is_not_given_claims_nothing(part: type[Part]) -> None:
    """No flag is set, no number counted, no text written by a part for which nobody said so."""
    optional = [field for field in msgspec.structs.fields(part) if not field.required]
    given = {field.name: field.default for field in optional if field.default not in ((), "", None)}
    assert given == {name: SAID.get((part, name), 0) for name in given}


def test_the_version_is_that_of_the_published_schema() -> None:
    schemas = Path(__file__).parents[2] / "resources" / "schemas"
    assert (schemas / f"assessment-v{assessment.SCHEMA_VERSION}.schema.json").exists()


def test_what_is_not_given_is_not_published() -> None:
    assert msgspec.json.encode(Basis(level="read")) == b'{"level":"read"}'


def test_the_levels_of_urgency_rank_from_none_to_the_highest() -> None:
    assert [level.rank for level in Urgency] == [5, 4, 3, 2, 1, 0]
    assert (Urgency.EMERGENCY_NOW.rank, Urgency.NONE.rank) == (5, 0)


def question(finding: str, worth: float, *, supported: bool = False, subject: str = "patient") -> Question:
    return Question(
        finding=finding,
        subject=subject,
        label=finding,
        cost="ask",
        urgency=Urgency.SOON,
        worth=worth,
        supported=supported,
    )


def group(worth: float, *findings: str) -> QuestionGroup:
    return QuestionGroup(
        group="signs",
        subject="patient",
        label="Signs",
        findings=tuple(Need(finding=one, subject="patient", label=one) for one in findings),
        cost="ask",
        urgency=Urgency.SOON,
        none=Outcome(answer="none"),
        worth=worth,
    )


def test_what_is_worth_more_is_asked_first_and_nobody_is_asked_twice() -> None:
    """A finding of a group is asked by itself only before it, or where something speaks for what it could bring."""
    signs = group(2, "fever", "pain", "rash")
    before, fever, pain = question("rash", 3), question("fever", 1), question("pain", 1, supported=True)
    other, of_lesion = question("age", 0.5), question("fever", 0.4, subject="L1")
    assert in_order([of_lesion, other, fever, pain, before], [signs]) == [before, signs, pain, other, of_lesion]
