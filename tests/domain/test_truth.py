"""Strong Kleene logic, by its truth tables."""

import itertools

import pytest

from hepalith.domain.truth import Truth, all_of, any_of, from_bool

T, U, F = Truth.TRUE, Truth.UNKNOWN, Truth.FALSE

AND = {(T, T): T, (T, U): U, (T, F): F, (U, T): U, (U, U): U, (U, F): F, (F, T): F, (F, U): F, (F, F): F}
OR = {(T, T): T, (T, U): T, (T, F): T, (U, T): T, (U, U): U, (U, F): U, (F, T): T, (F, U): U, (F, F): F}
NOT = {T: F, U: U, F: T}


@pytest.mark.parametrize("pair", list(itertools.product([T, U, F], repeat=2)), ids=str)
def test_and_or_follow_the_tables(pair: tuple[Truth, Truth]) -> None:
    assert all_of(pair) is AND[pair]
    assert any_of(pair) is OR[pair]


@pytest.mark.parametrize("truth", [T, U, F])
def test_not_follows_the_table(truth: Truth) -> None:
    assert truth.negated() is NOT[truth]


def test_nothing_is_all_true_and_none_true() -> None:
    assert all_of([]) is T
    assert any_of([]) is F


def test_unknown_is_neither_true_nor_false() -> None:
    assert not U.is_true
    assert not U.is_false
    assert U.is_unknown
    assert from_bool(True) is T
    assert from_bool(False) is F
