"""The class of a case, and its head in one sentence."""

import pytest
from msgspec.structs import replace

from hepalith.decision.summary import SEVERAL, UNDETERMINED, class_of_case, impression_of
from hepalith.domain.assessment import Answer, Argument, Basis, Cause, Need
from hepalith.domain.case import PATIENT
from support.building import case, seen, yes

BASIS = Basis(level="default")


def cause(name: str, class_: str, points: int = 4, rank: int = 1, **more: object) -> Cause:
    return Cause(id=name, label=name, subject="L1", cause_class=class_, rank=rank, points=points, basis=BASIS, **more)


@pytest.mark.parametrize(
    ("causes", "value", "certainty", "possible"),
    [
        ([], UNDETERMINED, "no cause is supported by what is recorded", ()),
        ([cause("a", "benign")], "benign", "leading, not confirmed", ("benign",)),
        ([cause("a", "benign", confirmed=True)], "benign", "confirmed by what is recorded", ("benign",)),
        (
            [cause("a", "benign"), cause("b", "malignant", 2, rank=2)],
            "benign",
            "leading, not confirmed; other classes are possible",
            ("benign", "malignant"),
        ),
        (
            [cause("a", "benign"), cause("b", "malignant")],
            SEVERAL,
            "different causes lead and are not told apart yet",
            ("benign", "malignant"),
        ),
        (
            [cause("a", "benign", 1), cause("b", "malignant", 0, rank=2)],
            "benign",
            "leading, not confirmed",
            ("benign",),
        ),
        (
            [cause("a", "benign", 4), cause("b", "malignant", 1, rank=2)],
            "benign",
            "leading, not confirmed; other classes are possible",
            ("benign", "malignant"),
        ),
        ([cause("a", "benign", 0)], UNDETERMINED, "no cause is supported by what is recorded", ()),
        ([cause("a", "benign", 4, rank=2)], UNDETERMINED, "no cause is supported by what is recorded", ()),
        ([cause("a", "benign", 0, confirmed=True)], "benign", "confirmed by what is recorded", ("benign",)),
        (
            [cause("a", "benign", 9), cause("b", "malignant", 2, confirmed=True)],
            "malignant",
            "confirmed by what is recorded",
            ("malignant", "benign"),
        ),
    ],
)
def test_the_class_of_a_case_is_that_of_the_causes_that_lead(
    causes: list[Cause], value: str, certainty: str, possible: tuple[str, ...]
) -> None:
    found = class_of_case(causes)
    assert (found.value, found.certainty, found.possible) == (value, certainty, possible)


def test_the_class_needs_what_the_leading_causes_need_once() -> None:
    need = Need(finding="pain", subject="patient", label="Pain")
    open_ = Argument(text="pain", strength=1, answer=Answer.UNKNOWN, basis=BASIS, needs=(need,))
    found = class_of_case([cause("a", "benign", arguments_for=(open_, open_))])
    assert found.needs == (need,)


def test_the_head_of_a_case_names_lesions_causes_and_urgency() -> None:
    causes = [cause(name, "benign") for name in "abcd"]
    said = impression_of(case(seen("pain", yes()), lesions=2), causes, class_of_case(causes), "Now.")
    assert said == "2 lesions. Leading causes: a or b or c (L1); not determined (L2). Now."
    alone = impression_of(case(seen("pain", yes()), lesions=1), causes, class_of_case(causes), "Now.")
    assert alone == "Leading cause: a or b or c (leading, not confirmed). Now."
    one = impression_of(case(seen("pain", yes()), lesions=1), [], class_of_case([]), "Now.")
    assert one == "Cause not determined from what is recorded. Now."
    assert impression_of(case(lesions=1), causes, class_of_case(causes), "Now.") == "Nothing is recorded yet."


def test_lesions_that_different_causes_lead_are_told_apart() -> None:
    causes = [cause("stone", "obstructive", 9), replace(cause("cyst", "infectious", 4), subject="L2")]
    said = impression_of(case(seen("pain", yes()), lesions=4), causes, class_of_case(causes), "Now.")
    assert said == "4 lesions. Leading causes: stone (L1); cyst (L2); not determined (L3, L4). Now."
    five = [replace(cause(f"cause {place}", "benign"), subject=f"L{place}") for place in range(1, 6)]
    said = impression_of(case(seen("pain", yes()), lesions=5), five, class_of_case(five), "Now.")
    assert said.endswith("cause 4 (L4); cause 5 (L5). Now.")
    many = [replace(cause(f"cause {place}", "benign"), subject=f"L{place}") for place in range(1, 8)]
    said = impression_of(case(seen("pain", yes()), lesions=7), many, class_of_case(many), "Now.")
    assert said.endswith("cause 5 (L5); 2 other kinds. Now.")
    stones = replace(cause("stones", "obstructive", 20), subject=PATIENT)
    said = impression_of(case(seen("pain", yes()), lesions=2), [stones, *causes], class_of_case([stones]), "Now.")
    assert said == "2 lesions. Leading causes: stones (patient); stone (L1); cyst (L2). Now."


def test_the_class_of_one_lesion_is_not_that_of_the_others() -> None:
    causes = [cause("granuloma", "benign", 12), replace(cause("tumour", "malignant", 4), subject="L2")]
    found = class_of_case(causes)
    assert (found.value, found.possible) == (SEVERAL, ("benign", "malignant"))
    assert found.certainty == "different causes lead in the lesions"
    three = [causes[0], replace(causes[0], subject="L2"), replace(causes[1], subject="L3")]
    assert class_of_case(three).value == SEVERAL, "one of three, though less well founded"
    second = [*causes, replace(cause("tumour", "malignant", 1, rank=2))]
    alike = [causes[0], replace(causes[0], subject="L2"), second[-1]]
    assert class_of_case(alike).value == "benign"
    of_patient = [replace(cause("stones", "obstructive", 20), subject=PATIENT), alike[0], alike[1]]
    assert class_of_case(of_patient).value == "obstructive"


def test_lesions_that_one_cause_leads_are_said_once() -> None:
    causes = [cause("cyst", "infectious", 9), replace(cause("cyst", "infectious", 4), subject="L2")]
    said = impression_of(case(seen("pain", yes()), lesions=2), causes, class_of_case(causes), "Now.")
    assert said == "2 lesions. Leading cause: cyst (leading, not confirmed). Now."


def test_what_leads_the_patient_is_said_where_no_lesion_has_a_cause() -> None:
    causes = [replace(cause("stones", "obstructive"), subject=PATIENT)]
    said = impression_of(case(seen("pain", yes()), lesions=2), causes, class_of_case(causes), "Now.")
    assert said == "2 lesions. Leading cause: stones (leading, not confirmed). Now."
