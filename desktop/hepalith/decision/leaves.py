"""What the statements of a program read: the observations of one subject, in every variant of the case.

Variants differ in what is recorded of a finding.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from hepalith.decision import arithmetic
from hepalith.decision.exact import narrow
from hepalith.decision.observed import Group, ItemSet, ObservedCase
from hepalith.decision.planes import CASE, Pieces, Truths, lift, pieces_of, truths_of, union
from hepalith.decision.program import Read
from hepalith.domain.durations import DateRange
from hepalith.domain.interval import Interval
from hepalith.domain.truth import Truth

T = TypeVar("T")
Groups = Sequence[Group]
Variants = Sequence[tuple[int, Groups]]  # planes that exclude each other, and what is recorded of a finding in them
Tests = Sequence[Callable[[Any], bool]]  # of a value, one for each plane that it makes


class Variation(NamedTuple):
    """What differs between the planes of a reading. full: all planes."""

    full: int = CASE
    recorded: Mapping[tuple[str, str], Variants] = MappingProxyType({})  # by finding and subject
    assumed: Mapping[tuple[str, str], Sequence[int]] = MappingProxyType({})
    # by derived choice and subject: where each choice, in the order of the program, is taken to be the one


class Leaves:
    """The observations of a subject; its methods are what statements call."""

    def __init__(
        self,
        observed: ObservedCase,
        subject: str,
        reads: Sequence[Read],
        variation: Variation,
    ) -> None:
        self._observed = observed
        self._subject = subject
        self._reads = reads
        self._variation = variation
        self._full = variation.full
        self._looked_up: dict[str, Pieces[Groups]] = {}
        self.today: Any = Pieces(DateRange(observed.as_of, observed.as_of))

    # observations: planes, the last of them "not recorded", or pieces, in which None is "not recorded"

    def truth(self, read: int) -> tuple[int, ...]:
        """A yes/no: yes, no, not recorded."""
        return self._planes(read, self._observed.truth, _OF_TRUTH)

    def choice(self, read: int) -> tuple[int, ...]:
        """A choice: each choice that may be (all, where nothing is recorded), not recorded."""
        domain = self._reads[read].domain
        return self._planes(read, self._observed.choices, _of_choice(domain), frozenset(domain))

    def items(self, read: int) -> tuple[int, ...]:
        """A multi-choice: each item that is present, each that may be (all, as above), all known, not recorded."""
        domain = self._reads[read].domain
        return self._planes(read, self._observed.items, _of_items(domain), frozenset(domain))

    def modality(self, read: int, domain: Sequence[str]) -> tuple[int, ...]:
        """The modality of the study: each that may be."""
        return self._planes(read, self._observed.modality, _of_modality(tuple(domain)))

    def number(self, read: int) -> Pieces[Interval | None]:
        """A number, canonical unit."""
        return self._pieces(read, self._observed.interval)

    def day(self, read: int) -> Pieces[DateRange | None]:
        """The value of a date."""
        return self._pieces(read, self._observed.day)

    def observed_on(self, read: int) -> Pieces[DateRange | None]:
        """The date of an observation."""
        return self._pieces(read, self._observed.observed_on)

    def group(self, read: int) -> Pieces[Group | None]:
        """The observations themselves."""
        return self._pieces(read, self._observed.meant)

    def limit(self, read: int, side: str) -> Pieces[Interval]:
        """The laboratory's own limit."""
        limit = self._observed.limit
        return self._pieces(read, lambda groups, finding, which, fresh: limit(groups, finding, side, which, fresh))

    # statements that are computed once for each different combination of values

    def lift(self, function: Callable[..., T], *arguments: Any) -> Pieces[T]:
        """A number made of numbers, dates and truths (pairs of planes)."""
        return lift(function, [pieces_of(one, self._full) if isinstance(one, tuple) else one for one in arguments])

    def test(self, function: Callable[..., Truth], *arguments: Any) -> Truths:
        """A truth made of them."""
        return truths_of(self.lift(function, *arguments), self._full)

    def unlisted(self, count: Pieces[Interval], listed: int) -> int:
        """Whether there are, or may be, more lesions than are listed."""
        return count.where(lambda one: arithmetic.has_unlisted(one, listed), self._full)

    def assumed(self, name: str, *possible: int) -> tuple[int, ...]:
        """The choices of a derived finding that may be; where one is assumed, only that."""
        assumed = self._variation.assumed.get((name, self._subject))
        if assumed is None:
            return possible
        elsewhere = self._full ^ union(assumed)
        return tuple(plane & elsewhere | only for plane, only in zip(possible, assumed, strict=True))

    @property
    def same_technique(self) -> Callable[[Group | None, Group | None], Truth]:
        """Whether two groups were observed in the same way."""
        return self._observed.same_technique

    # inside

    def _planes(
        self,
        read: int,
        value_of: Callable[..., Any],
        tests: Tests,
        *more: frozenset[str],
    ) -> tuple[int, ...]:
        values = self._pieces(read, lambda *arguments: value_of(*arguments, *more))
        return tuple(values.where(test, self._full) for test in tests)

    def _pieces(self, read: int, value_of: Callable[..., T]) -> Pieces[T]:
        finding, which, until, fresh, _domain = self._reads[read]
        recorded = self._recorded(finding.id)
        if until:
            recorded = self.lift(self._observed.before, recorded, self._recorded(until))
        return recorded.mapped(lambda groups: value_of(groups, finding, which, fresh))

    def _recorded(self, finding: str) -> Pieces[Groups]:
        """What is recorded of a finding."""
        known = self._looked_up.get(finding)
        if known is None:
            groups = self._observed.groups(finding, self._subject)
            variants = self._variation.recorded.get((finding, self._subject), ())
            known = self._looked_up[finding] = Pieces(groups, variants)
        return known


class CaseLeaves(Leaves):
    """The same for a case as it is: the values themselves instead of pieces (`exact`)."""

    def __init__(self, observed: ObservedCase, subject: str, reads: Sequence[Read]) -> None:
        super().__init__(observed, subject, reads, Variation())
        self.today = self.today.base

    def _planes(self, read: int, value_of: Callable[..., Any], tests: Tests, *more: frozenset[str]) -> tuple[int, ...]:
        value = self._pieces(read, lambda *arguments: value_of(*arguments, *more))
        return tuple([test(value) for test in tests])

    def _pieces(self, read: int, value_of: Callable[..., Any]) -> Any:
        finding, which, until, fresh, _domain = self._reads[read]
        groups = self._observed.groups_until(finding.id, self._subject, until)
        value = value_of(groups, finding, which, fresh)
        return narrow(value) if isinstance(value, Interval) else value


def _is_none(value: object) -> bool:
    return value is None


def _is_known(value: ItemSet | None) -> bool:
    return value is not None and value.present == value.possible


_OF_TRUTH: Tests = (lambda value: value is Truth.TRUE, lambda value: value is Truth.FALSE, _is_none)


@cache
def _of_choice(domain: tuple[str, ...]) -> Tests:
    return (*(lambda value, one=one: value is None or one in value for one in domain), _is_none)


@cache
def _of_items(domain: tuple[str, ...]) -> Tests:
    present = [lambda value, one=one: value is not None and one in value.present for one in domain]
    possible = [lambda value, one=one: value is None or one in value.possible for one in domain]
    return (*present, *possible, _is_known, _is_none)


@cache
def _of_modality(domain: tuple[str, ...]) -> Tests:
    return tuple(lambda value, one=one: value == one or value not in domain for one in domain)
