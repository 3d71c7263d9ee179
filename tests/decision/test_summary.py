"""The class of a case, and its head in one sentence."""

import pytest

from hepalith.decision.summary import SEVERAL, UNDETERMINED, class_of_case, impression_of
from hepalith.domain.assessment import Answer, Argument, Basis, Cause, Need
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
    assert said == "2 lesions. Leading cause: a or b or c (leading, not confirmed). Now."
    one = impression_of(case(seen("pain", yes()), lesions=1), [], class_of_case([]), "Now.")
    assert one == "Cause not determined from what is recorded. Now."
    assert impression_of(case(lesions=1), causes, class_of_case(causes), "Now.") == "Nothing is recorded yet."
