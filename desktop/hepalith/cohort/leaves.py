"""What the columns are filled with: everything that expressions read directly from the observations of a case.

Values come from `ObservedCase`, as for the other readers. A leaf is null where nothing is recorded; what stands in for
that is the business of the expressions.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

import polars as pl

from hepalith.decision import arithmetic
from hepalith.decision.observed import Group, ItemSet, ObservedCase
from hepalith.domain.case import PATIENT
from hepalith.domain.durations import DateRange
from hepalith.domain.interval import Interval
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.model import Finding
from hepalith.knowledge.tree import AsOf, ChoiceNode, DateNode, DateOf, Elapsed, Limit, Reference, SameTechnique

Values = Sequence[Any] | None  # one for each column; None: nothing is recorded
Column = tuple[str, type[pl.DataType]]
_ANSWERS = {Truth.TRUE: True, Truth.FALSE: False, Truth.UNKNOWN: None}
_UNHEARD_OF = 1 << 62  # an item that this dictionary does not know
_ENDS = (("low", pl.Float64), ("high", pl.Float64), ("low open", pl.Boolean), ("high open", pl.Boolean))


class Leaf(NamedTuple):
    """Columns that are read together. read: of a case and a subject; of_lesion: once for each lesion."""

    columns: tuple[Column, ...]
    findings: tuple[str, ...]
    of_lesion: bool
    read: Callable[[ObservedCase, str], Values]


def bit_of(domain: Iterable[str]) -> dict[str, int]:
    """The bit that stands for each choice of a domain (62 at most) in a column of whole numbers."""
    return {choice: 1 << position for position, choice in enumerate(sorted(domain))}


class Leaves:
    """Makes the leaves of one knowledge base. Every method gives the leaf for a reference, by a name of its own."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def truth(self, reference: Reference, name: str, fresh: bool) -> Leaf:
        """A yes/no, and whether it is recorded."""

        def values(observed: ObservedCase, groups: Sequence[Group], finding: Finding) -> Values:
            found = observed.truth(groups, finding, reference.which, fresh)
            return None if found is None else (_ANSWERS[found], True)

        return self._leaf(reference, ((name, pl.Boolean), (f"{name} recorded", pl.Boolean)), values)

    def number(self, reference: Reference, name: str, fresh: bool) -> Leaf:
        """A number: both ends, and whether they are open."""

        def values(observed: ObservedCase, groups: Sequence[Group], finding: Finding) -> Values:
            found = observed.interval(groups, finding, reference.which, fresh)
            return None if found is None else _ends(found)

        return self._leaf(reference, tuple((f"{name} {end}", dtype) for end, dtype in _ENDS), values)

    def limit(self, node: Limit, name: str, fresh: bool) -> Leaf:
        """The laboratory's own limit: both ends."""
        reference = node.reference

        def values(observed: ObservedCase, groups: Sequence[Group], finding: Finding) -> Values:
            return _ends(observed.limit(groups, finding, node.side, reference.which, fresh))[:2]

        return self._leaf(reference, tuple((f"{name} {end}", dtype) for end, dtype in _ENDS[:2]), values)

    def choice(self, node: ChoiceNode, name: str, fresh: bool) -> Leaf:
        """The choices that may be."""
        reference, bits = node.reference, bit_of(node.domain)

        def values(observed: ObservedCase, groups: Sequence[Group], finding: Finding) -> Values:
            found = observed.choices(groups, finding, reference.which, fresh, node.domain)
            return None if found is None else (_mask(bits, found),)

        return self._leaf(reference, ((name, pl.Int64),), values)

    def modality(self, node: ChoiceNode, name: str, fresh: bool) -> Leaf:
        """The modality of the study; null where that is not known."""
        reference, bits = node.reference, bit_of(node.domain)

        def values(observed: ObservedCase, groups: Sequence[Group], finding: Finding) -> Values:
            return (bits.get(observed.modality(groups, finding, reference.which, fresh)),)

        return self._leaf(reference, ((name, pl.Int64),), values)

    def items(self, reference: Reference, name: str, fresh: bool) -> Leaf:
        """The items that are present, and those that may be."""
        domain = self._knowledge.domains[reference.name]
        bits = bit_of(domain)

        def values(observed: ObservedCase, groups: Sequence[Group], finding: Finding) -> Values:
            found: ItemSet | None = observed.items(groups, finding, reference.which, fresh, domain)
            return None if found is None else (_mask(bits, found.present), _mask(bits, found.possible))

        return self._leaf(reference, ((f"{name} present", pl.Int64), (f"{name} possible", pl.Int64)), values)

    def day(self, reference: Reference, name: str) -> Leaf:
        """Whether a date is known."""

        def values(observed: ObservedCase, groups: Sequence[Group], finding: Finding) -> Values:
            return (observed.day(groups, finding, reference.which) is not None,)

        return self._leaf(reference, ((name, pl.Boolean),), values)

    def elapsed(self, node: Elapsed, name: str) -> Leaf:
        """The time between two dates: both ends."""

        def values(observed: ObservedCase, subject: str) -> Values:
            start, end = (self._date(one, observed, subject) for one in (node.start, node.end))
            return _ends(arithmetic.elapsed(node.unit, start, end))[:2]

        references = tuple(one.reference for one in (node.start, node.end) if not isinstance(one, AsOf))
        columns = tuple((f"{name} {end}", dtype) for end, dtype in _ENDS[:2])
        return self._leaf_of_several(references, columns, values)

    def technique(self, node: SameTechnique, name: str, fresh: bool) -> Leaf:
        """Whether two observations were made in the same way."""

        def values(observed: ObservedCase, subject: str) -> Values:
            groups = (
                observed.meant(*self._recorded(one, observed, subject), one.which, fresh)
                for one in (node.left, node.right)
            )
            return (_ANSWERS[observed.same_technique(*groups)],)

        return self._leaf_of_several((node.left, node.right), ((name, pl.Boolean),), values)

    def _leaf(
        self,
        reference: Reference,
        columns: tuple[Column, ...],
        values: Callable[[ObservedCase, Sequence[Group], Finding], Values],
    ) -> Leaf:
        def read(observed: ObservedCase, subject: str) -> Values:
            return values(observed, *self._recorded(reference, observed, subject))

        return Leaf(columns, (reference.name,), reference.lesion, read)

    def _leaf_of_several(
        self,
        references: tuple[Reference, ...],
        columns: tuple[Column, ...],
        read: Callable[[ObservedCase, str], Values],
    ) -> Leaf:
        names = tuple(dict.fromkeys(one.name for one in references))
        return Leaf(columns, names, any(one.lesion for one in references), read)

    def _recorded(self, reference: Reference, observed: ObservedCase, subject: str) -> tuple[Sequence[Group], Finding]:
        about = subject if reference.lesion else PATIENT
        groups = observed.groups_until(reference.name, about, reference.until)
        return groups, self._knowledge.findings[reference.name]

    def _date(self, node: DateNode, observed: ObservedCase, subject: str) -> DateRange | None:
        if isinstance(node, AsOf):
            return DateRange(observed.as_of, observed.as_of)
        read = observed.day if isinstance(node, DateOf) else observed.observed_on
        return read(*self._recorded(node.reference, observed, subject), node.reference.which)


def _ends(number: Interval) -> tuple[float, float, bool, bool]:
    return float(number.low), float(number.high), number.low_open, number.high_open


def _mask(bits: dict[str, int], chosen: Iterable[str]) -> int:
    return reduce(or_, (bits.get(one, _UNHEARD_OF) for one in chosen), 0)
