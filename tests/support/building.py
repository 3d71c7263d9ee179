"""Short ways to build cases in tests."""

from hepalith.domain.case import (
    PATIENT,
    Case,
    ChoiceValue,
    DateValue,
    ItemsValue,
    Lesion,
    NumberValue,
    Observation,
    Study,
    Value,
    YesNoValue,
)


def number(text: str, unit: str, comparator: str = "") -> NumberValue:
    """A number as entered."""
    return NumberValue(number=text, unit=unit, comparator=comparator)


def yes() -> YesNoValue:
    """Yes."""
    return YesNoValue(yes=True)


def no() -> YesNoValue:
    """No."""
    return YesNoValue(yes=False)


def choice(*candidates: str) -> ChoiceValue:
    """A choice, or candidates."""
    return ChoiceValue(candidates=candidates)


def items(present: tuple[str, ...] = (), absent: tuple[str, ...] = ()) -> ItemsValue:
    """Items of a multi-choice finding."""
    return ItemsValue(present=present, absent=absent)


def day(text: str) -> DateValue:
    """A date."""
    return DateValue(date=text)


def seen(
    finding: str, value: Value, subject: str = PATIENT, study: str = "", date: str = "", upper: str = ""
) -> Observation:
    """An observation."""
    return Observation(finding=finding, subject=subject, study=study, date=date, value=value, upper_limit=upper)


def case(*observations: Observation, lesions: int = 0, studies: tuple[Study, ...] = ()) -> Case:
    """A case with lesions L1, L2, ..."""
    made = tuple(Lesion(id=f"L{position + 1}") for position in range(lesions))
    return Case(case_id="case", studies=studies, lesions=made, lesion_counter=lesions, observations=observations)
