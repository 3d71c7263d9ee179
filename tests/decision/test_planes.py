"""Planes: what differs between the variants of a case is told once for each value, and nothing else is told."""

from hepalith.decision.planes import Pieces, lift, pieces_of, truth_at, truths_of
from hepalith.domain.truth import Truth

FULL = 0b1111  # the case as it is, and three variants


def test_a_truth_becomes_the_value_of_the_case_and_the_variants_that_have_another() -> None:
    pieces = pieces_of((0b0011, 0b0100), FULL)
    assert pieces.base is Truth.TRUE
    assert set(pieces.parts) == {(0b0100, Truth.FALSE), (0b1000, Truth.UNKNOWN)}
    assert truths_of(pieces, FULL) == (0b0011, 0b0100)


def test_a_truth_in_one_variant_is_what_is_known_there() -> None:
    truths = (0b0011, 0b0100)
    assert [truth_at(truths, 1 << variant) for variant in range(4)] == [
        Truth.TRUE,
        Truth.TRUE,
        Truth.FALSE,
        Truth.UNKNOWN,
    ]


def test_a_function_of_pieces_differs_only_where_its_result_does_and_each_variant_has_one_result() -> None:
    left, right = Pieces(1, [(0b0010, 2), (0b0100, 3)]), Pieces(5, [(0b0100, 4), (0b1000, 6)])
    found = lift(lambda one, other: one + other, [left, right])
    assert [found.at(1 << variant) for variant in range(4)] == [6, 7, 7, 7]
    same = lift(lambda one, other: min(one, other, 1), [left, right])
    assert (same.base, same.parts, same.changed) == (1, [], 0)
    planes = [plane for plane, _value in found.parts]
    assert sum(planes) == found.changed == 0b1110, "no variant stands in two parts"
