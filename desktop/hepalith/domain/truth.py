"""Three-valued (strong Kleene) truth. Innermost layer: imports nothing of the program."""

from collections.abc import Iterable
from enum import IntEnum


class Truth(IntEnum):
    """FALSE < UNKNOWN < TRUE, so that `and` is the minimum and `or` the maximum."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2

    @property
    def is_true(self) -> bool:
        """Known to hold; unknown is not true."""
        return self is Truth.TRUE

    @property
    def is_false(self) -> bool:
        """Known not to hold; unknown is not false."""
        return self is Truth.FALSE

    @property
    def is_unknown(self) -> bool:
        """Neither known to hold nor known not to hold."""
        return self is Truth.UNKNOWN

    def negated(self) -> "Truth":
        """Kleene negation: unknown stays unknown."""
        return _NEGATED[self]


_NEGATED = (Truth.TRUE, Truth.UNKNOWN, Truth.FALSE)  # by value


def from_bool(value: bool) -> Truth:
    """The truth of something known."""
    return Truth.TRUE if value else Truth.FALSE


def all_of(truths: Iterable[Truth]) -> Truth:
    """Kleene conjunction; true for nothing."""
    result = Truth.TRUE
    for truth in truths:
        if truth is Truth.FALSE:
            return Truth.FALSE
        if truth is Truth.UNKNOWN:
            result = truth
    return result


def any_of(truths: Iterable[Truth]) -> Truth:
    """Kleene disjunction; false for nothing."""
    result = Truth.FALSE
    for truth in truths:
        if truth is Truth.TRUE:
            return Truth.TRUE
        if truth is Truth.UNKNOWN:
            result = truth
    return result
