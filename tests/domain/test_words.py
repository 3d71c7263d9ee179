"""The words for what the core decided."""

import pytest

from hepalith.domain.assessment import Basis, Outcome, Urgency
from hepalith.domain.words import basis_meaning, cost_text, outcome_text, review_text, strength_text


def test_the_strength_of_an_argument_has_four_words() -> None:
    words = ["weak", "moderate", "strong", "near-specific"]
    assert [strength_text(strength) for strength in (1, 2, 3, 4)] == words
    assert strength_text(5) == "5"


def test_what_has_no_word_is_said_as_it_is() -> None:
    assert cost_text("laboratory") == "laboratory"
    assert cost_text("something else") == "something else"
    assert basis_meaning("something else") == ""


@pytest.mark.parametrize(
    ("now", "said"), [(Urgency.ROUTINE, "urgency rises to"), (Urgency.EMERGENCY_NOW, "urgency falls to")]
)
def test_an_answer_raises_or_lowers_the_urgency(now: Urgency, said: str) -> None:
    assert outcome_text(Outcome(answer="yes", urgency=Urgency.URGENT), now).count(said) == 1


def test_a_review_is_overdue_only_when_it_is() -> None:
    assert review_text(Basis(level="read", review_by="2026-01-01")) == "not reviewed"
    overdue = Basis(level="read", review_by="2026-01-01", overdue=True, reviewed_by="Dr A")
    assert review_text(overdue) == "reviewed by Dr A, review overdue since 2026-01-01"
