"""What the reader of one case makes of numbers that are known is what intervals give, and so are its comparisons."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hepalith.decision import arithmetic, exact
from hepalith.decision.case_program import _OF_KNOWN, CaseWriter
from hepalith.decision.exact import Comparisons, Table, counted, narrow, one_of, wide
from hepalith.domain.interval import ANYTHING, INFINITY, Interval, hull, point
from hepalith.domain.truth import Truth
from support.generated import KNOWLEDGE

FUNCTIONS = {f"of {name}": made for name, made in (arithmetic.OPERATORS | arithmetic.FUNCTIONS).items()}
decimals = st.decimals(-9, 800, places=2).filter(lambda number: number.is_finite()) | st.integers(-3, 9).map(Decimal)
bounds = st.tuples(decimals | st.just(-INFINITY), decimals | st.just(INFINITY), st.booleans(), st.booleans())


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    low, high, low_open, high_open = draw(bounds)
    assume(low < high or (low == high and not low_open and not high_open))
    return Interval(low, high, low_open, high_open)


@pytest.mark.parametrize("key", _OF_KNOWN)
@given(parts=st.tuples(decimals, decimals), digits=st.integers(0, 2))
def test_what_is_made_of_known_numbers_is_what_intervals_give(
    key: str, parts: tuple[Decimal, Decimal], digits: int
) -> None:
    made, only = (text.format("a", "b", all="a, b") for text in _OF_KNOWN[key])
    second = Decimal(digits) if key == "of round" else parts[1]
    space: dict[str, Any] = {**CaseWriter(KNOWLEDGE)._constants, "a": parts[0], "b": second}
    if only and not eval(only, space):  # noqa: S307 (our own table)
        return
    arguments = [point(parts[0]), point(second)] if "b" in (made + only).replace("abs", "") else [point(parts[0])]
    assert point(eval(made, space)) == FUNCTIONS[key](*arguments)  # noqa: S307


ENDS = [-INFINITY, *map(Decimal, ("0.5", "1", "1.5", "2", "2.5", "3", "9")), INFINITY]
AMONG = [
    Interval(low, high, low_open, high_open)
    for low, high, low_open, high_open in product(ENDS, ENDS, (False, True), (False, True))
    if low < high or (low == high and not low_open and not high_open)
]


@pytest.mark.parametrize("numbers", [AMONG, AMONG[::-1]], ids=["up", "down"])
def test_all_comparisons_at_once_are_the_comparisons(numbers: list[Interval]) -> None:
    """Asked of many numbers, with ends on and between the constants: no remembered answer is that of another."""
    constants = list(product(arithmetic.COMPARISONS, (Decimal(3), Decimal(1), Decimal(2))))
    comparisons = Comparisons()
    for name, constant in constants:
        comparisons.add(name, constant)
    for number in numbers:
        wanted = [exact.tested(arithmetic.COMPARISONS[name], number, constant) for name, constant in constants]
        assert comparisons.of(narrow(number)) == tuple(answer for pair in wanted for answer in pair), number


@given(st.lists(st.tuples(st.booleans(), intervals() | decimals.map(point)), min_size=1))
def test_one_of_several_is_their_hull(rows: list[tuple[bool, Interval]]) -> None:
    possible, results = zip(*rows, strict=True)
    assume(any(possible))
    wanted = hull([result for is_possible, result in rows if is_possible])
    numbers = [narrow(result) for result in results]
    assert wide(one_of(possible, numbers)) == wanted
    assert wide(Table(numbers)[possible]) == wanted


@given(st.lists(st.sampled_from(Truth)))
def test_truths_are_counted_as_the_interpreter_counts_them(truths: list[Truth]) -> None:
    held, failed = ([truth is side for truth in truths] for side in (Truth.TRUE, Truth.FALSE))
    assert wide(counted(held, failed)) == arithmetic.counted(*truths)


def test_what_lies_beyond_all_numbers_is_not_known() -> None:
    beyond = Interval(INFINITY, INFINITY)
    assert narrow(beyond) is beyond
    assert narrow(ANYTHING) is ANYTHING
