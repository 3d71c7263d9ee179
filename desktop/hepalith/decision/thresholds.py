"""Where the value of a number or a date changes anything: the thresholds that the knowledge has for it.

A comparison of a finding with a fixed number says so itself. Where a comparison rests on a finding through a
calculator, or on an earlier value too, the place where it changes depends on the case: it is searched for on the grid
of values that are shown (decimals of the finding; days). Between the fixed thresholds of its parts, a comparison is
taken to change in one direction only.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, NamedTuple

from hepalith.decision.evaluation import LESION_COUNT, Evaluation
from hepalith.decision.kept import Kept
from hepalith.domain.case import PATIENT, Case, DateValue, NumberValue, Observation, Value
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import Knowledge, trees_of
from hepalith.knowledge.model import Finding
from hepalith.knowledge.tree import (
    Compare,
    Limit,
    ModalityOf,
    Node,
    NumberNode,
    ObservationDate,
    Quantity,
    Reference,
    TruthNode,
    children,
    references,
    walk,
)
from hepalith.knowledge.uses import Place, Uses, nodes_behind

YEARS_BACK, YEARS_AHEAD = 120, 10  # the dates that a date can be, counted from the date of the assessment
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_CUTS = {"<": (False,), ">=": (False,), "<=": (True,), ">": (True,), "==": (False, True), "!=": (False, True)}


class Cut(NamedTuple):
    """Where the values of a finding are cut in two: just below a value, or just above it."""

    value: Decimal
    above: bool


class _Moving(NamedTuple):
    compare: Compare
    fixed: tuple[Cut, ...]  # of its own parts
    inputs: tuple[Reference, ...]  # the findings that it rests on
    of_lesions: bool  # whether it rests on lesions


class Thresholds:
    """The thresholds in some nodes of a knowledge base. Keeps what it found until what that rests on changes."""

    def __init__(self, knowledge: Knowledge, nodes: Iterable[Node]) -> None:
        self._knowledge = knowledge
        self._uses = Uses(knowledge)
        self._empty = Evaluation(Case(case_id=""), knowledge, date.min)
        self._fixed: dict[str, set[Cut]] = {}
        self._in_order: dict[str, tuple[Cut, ...]] = {}  # the same, of findings that have no others
        self._moving: dict[str, list[_Moving]] = {}
        self._kept = Kept()
        for compare in dict.fromkeys(node for node in nodes if isinstance(node, Compare)):
            self._add(compare)

    def cuts(self, finding: str, subject: str, evaluation: Evaluation) -> tuple[Cut, ...]:
        """All thresholds of a finding that is not recorded, in order. Those of a date as the number of its day."""
        if finding not in self._moving:
            if finding not in self._in_order:
                self._in_order[finding] = tuple(sorted(self._fixed.get(finding, ())))
            return self._in_order[finding]
        cuts = set(self._fixed.get(finding, ()))
        for moving in self._moving[finding]:
            cuts |= self._moved(moving, self._knowledge.findings[finding], subject, evaluation)
        return tuple(sorted(cuts))

    def moves(self, finding: str) -> bool:
        """Whether a threshold of a finding depends on anything else."""
        return finding in self._moving

    # which comparisons

    def _add(self, compare: Compare) -> None:
        for name in dict.fromkeys(reference.name for reference in self._measured(compare)):
            cuts = self._fixed_cuts(compare, name)
            if cuts is None:
                self._moving.setdefault(name, []).append(self._moving_of(compare, name))
            else:
                self._fixed.setdefault(name, set()).update(cuts)

    def _fixed_cuts(self, compare: Compare, finding: str) -> tuple[Cut, ...] | None:
        """The cuts of a comparison of the finding itself with a fixed number; None if it is no such comparison."""
        for one, other, sign in (
            (compare.left, compare.right, compare.operator),
            (compare.right, compare.left, _MIRRORED[compare.operator]),
        ):
            is_it = (
                isinstance(one, Quantity)
                and one.reference.name == finding
                and one.reference.which <= 0
                and not one.reference.until
            )
            limits = [node.reference for node in walk(other) if isinstance(node, Limit)]
            if is_it and set(references(other)) <= set(limits) and all(limit.name == finding for limit in limits):
                threshold = self._empty.number(other, PATIENT)
                return tuple(Cut(threshold.low, above) for above in _CUTS[sign]) if threshold.is_point else ()
        return None

    def _moving_of(self, compare: Compare, finding: str) -> _Moving:
        """A comparison with what it rests on, as far as that matters while the values of one finding are tried.

        What stands for the absence of another finding is looked into only where it rests on the one that is tried:
        everywhere else it counts as a whole (`_recorded`).
        """
        tried = ("findings", finding)

        def enters(place: Place) -> bool:
            kind, _name = place
            return kind != "findings" or (place != tried and self._uses.rests_on(place, tried))

        nodes = list(nodes_behind(self._knowledge, [compare], enters))
        parts = (node for node in nodes if isinstance(node, Compare))
        fixed = {cut for part in parts for cut in self._fixed_cuts(part, finding) or ()}
        inputs = dict.fromkeys(node for node in nodes if isinstance(node, Reference) and not node.derived)
        of_lesions = any(one.lesion for one in inputs)
        if of_lesions and LESION_COUNT in self._knowledge.findings:
            inputs[Reference(LESION_COUNT, lesion=False)] = None
        return _Moving(compare, tuple(sorted(fixed)), tuple(inputs), of_lesions)

    def _measured(self, node: Node) -> Iterator[Reference]:
        """The findings from whose values a number is computed; not those that only choose between formulas."""
        if isinstance(node, Reference) and node.derived:
            for tree in trees_of(self._knowledge.derived[node.name]):
                if isinstance(tree, NumberNode):
                    yield from self._measured(tree)
        elif isinstance(node, Reference):
            if node.which <= 0:
                yield node
        elif not isinstance(node, Limit | ObservationDate | ModalityOf):
            for child in children(node):
                if not isinstance(child, TruthNode):
                    yield from self._measured(child)

    # where they change

    def _moved(self, moving: _Moving, finding: Finding, subject: str, evaluation: Evaluation) -> frozenset[Cut]:
        recorded = tuple(self._recorded(moving, subject, evaluation))
        rests_on = (
            evaluation.observed.as_of,
            evaluation.lesions if moving.of_lesions else (),
            evaluation.observed.case.studies if recorded else (),
            recorded,
        )
        key = (id(moving), subject if recorded else "")  # the same for all of whom nothing of it is recorded
        return self._kept.of(key, rests_on, lambda: self._search(moving, finding, subject, evaluation))

    def _recorded(self, moving: _Moving, subject: str, evaluation: Evaluation) -> Iterator[Any]:
        """What is recorded of the findings that a comparison rests on, or that something stands for their absence."""
        lesions = (subject,) if subject in evaluation.lesions else evaluation.lesions
        for reference in moving.inputs:
            absence = self._knowledge.absence.get(reference.name)
            for one in lesions if reference.lesion else (PATIENT,):
                groups = evaluation.observed.groups(reference.name, one)
                if groups or (absence is not None and evaluation.truth(absence, one) is Truth.TRUE):
                    yield reference.name, one, groups

    def _search(self, moving: _Moving, finding: Finding, subject: str, evaluation: Evaluation) -> frozenset[Cut]:
        grid = _Grid(finding, evaluation.observed.as_of)
        subjects = (subject,) if subject in evaluation.lesions else (PATIENT, *evaluation.lesions)
        if not moving.of_lesions:
            subjects = (PATIENT,)

        def answer(position: int) -> tuple[Truth, ...]:
            groups = ((Observation(finding=finding.id, subject=subject, value=grid.value(position)),),)
            answered = evaluation.answered(finding.id, subject, groups)
            return tuple(answered.truth(moving.compare, one) for one in subjects)

        return frozenset(grid.cut_before(position) for position in _changes(answer, grid.pieces(moving.fixed)))


class _Grid:
    """The values of a number or a date that are tried, numbered from the lowest."""

    def __init__(self, finding: Finding, as_of: date) -> None:
        self._finding = finding
        low, high = span(finding, as_of)
        self._low = low
        self._step = Decimal(1).scaleb(-finding.decimals)
        self._last = int((high - low) / self._step)

    def value(self, position: int) -> Value:
        return value_of(self._finding, self._low + position * self._step)

    def cut_before(self, position: int) -> Cut:
        return Cut(self._low + (position - 1) * self._step, above=True)

    def pieces(self, cuts: Iterable[Cut]) -> list[tuple[int, int]]:
        """The first and last number of each stretch between cuts."""
        starts = {0} | {min(max(self._first_after(cut), 0), self._last) for cut in cuts}
        firsts = sorted(starts)
        return list(zip(firsts, [*(first - 1 for first in firsts[1:]), self._last], strict=True))

    def _first_after(self, cut: Cut) -> int:
        position = (cut.value - self._low) / self._step
        if cut.above:
            return int(position.to_integral_value(ROUND_FLOOR)) + 1
        return int(position.to_integral_value(ROUND_CEILING))


def span(finding: Finding, as_of: date) -> tuple[Decimal, Decimal]:
    """The lowest and the highest value that a number or a date can be."""
    if finding.type == "date":
        days = (as_of.replace(year=as_of.year + years, day=1) for years in (-YEARS_BACK, YEARS_AHEAD))
        first, last = (Decimal(day.toordinal()) for day in days)
        return first, last
    if finding.hard is None:
        raise ValueError(f'"{finding.id}" has no hard limits')
    return finding.hard


def value_of(finding: Finding, number: Decimal) -> Value:
    """A number of the canonical unit, or the number of a day, as a value that can be recorded."""
    if finding.type == "date":
        return DateValue(date=date.fromordinal(int(number)).isoformat())
    return NumberValue(number=f"{number:f}", unit=finding.unit)


def _changes(answer: Callable[[int], tuple[Truth, ...]], pieces: Iterable[tuple[int, int]]) -> Iterator[int]:
    """The positions at which the answer differs from that before, within pieces in which it changes one way only."""
    before: tuple[Truth, ...] | None = None
    for first, last in pieces:
        low, high = answer(first), answer(last)
        if before is not None and low != before:
            yield first
        yield from _between(answer, first, low, last, high)
        before = high


def _between(
    answer: Callable[[int], tuple[Truth, ...]],
    first: int,
    low: tuple[Truth, ...],
    last: int,
    high: tuple[Truth, ...],
) -> Iterator[int]:
    if low == high:
        return
    if last - first == 1:
        yield last
        return
    middle = (first + last) // 2
    between = answer(middle)
    yield from _between(answer, first, low, middle, between)
    yield from _between(answer, middle, between, last, high)
