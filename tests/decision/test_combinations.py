"""Combinations of answers: each has a plane, and all planes are those of the combinations and of the case."""

from hepalith.decision.combinations import Combinations, plane_of
from hepalith.domain.case import PATIENT, Observation
from support.building import no, yes

FEVER, PAIN = ("fever", PATIENT), ("pain", PATIENT)
ANSWERS = tuple(((Observation(finding="fever", value=value),),) for value in (yes(), no()))


def test_every_combination_has_a_plane_in_which_both_answers_are_recorded() -> None:
    combinations = Combinations()
    first = combinations.add({FEVER: ANSWERS, PAIN: ANSWERS})
    second = combinations.add({FEVER: ANSWERS})
    assert (list(first), list(second)) == ([1, 2, 3, 4], [5, 6])
    variation = combinations.variation()
    assert variation.full == 0b1111111
    assert variation.recorded[FEVER] == ((0b0100110, ANSWERS[0]), (0b1011000, ANSWERS[1]))
    assert variation.recorded[PAIN] == ((0b0001010, ANSWERS[0]), (0b0010100, ANSWERS[1]))
    assert plane_of(first) | plane_of(second) | 1 == variation.full
