"""The observations of a case as values that can be computed with: by finding and subject, the latest first."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

import msgspec

from hepalith.domain.case import (
    Case,
    ChoiceValue,
    DateValue,
    ItemsValue,
    NumberValue,
    Observation,
    State,
    Study,
    YesNoValue,
)
from hepalith.domain.durations import DateRange, parse_date
from hepalith.domain.errors import InvalidValueError
from hepalith.domain.interval import ANYTHING, INFINITY, Interval, hull
from hepalith.domain.truth import Truth, from_bool
from hepalith.knowledge.model import Finding

_NOWHERE = Study(id="")


class ItemSet(msgspec.Struct, frozen=True):
    """Items of a multi-choice finding: those known to be present, and those that may be."""

    present: frozenset[str]
    possible: frozenset[str]


Group = tuple[Observation, ...]  # observations of one finding of one subject, of one date


class ObservedCase:
    """A case, indexed. Nothing here decides; it only says what was observed, when and on what study."""

    def __init__(self, case: Case, findings: Mapping[str, Finding], as_of: date) -> None:
        self.case = case
        self.as_of = as_of
        self._findings = findings
        self._studies = {study.id: study for study in case.studies}
        self._groups = self._index(case.observations)

    def groups(self, finding: str, subject: str) -> Sequence[Group]:
        """The observations of a finding of a subject, grouped by date, the latest first."""
        return self._groups.get((finding, subject), ())

    def study(self, group: Group) -> Study:
        """The study of a group (of its first observation that names one)."""
        return next((self._studies[o.study] for o in group if o.study in self._studies), _NOWHERE)

    def date_of(self, group: Group) -> DateRange:
        """When the group was observed; what is undated is current."""
        return self._dated(group[0]) or DateRange(self.as_of, self.as_of)

    def _index(self, observations: Sequence[Observation]) -> dict[tuple[str, str], list[Group]]:
        by_key: dict[tuple[str, str], dict[date, list[Observation]]] = {}
        for observation in observations:
            dated = self._dated(observation)
            day = dated.last if dated else date.max
            by_key.setdefault((observation.finding, observation.subject), {}).setdefault(day, []).append(observation)
        return {key: [tuple(dates[day]) for day in sorted(dates, reverse=True)] for key, dates in by_key.items()}

    def _dated(self, observation: Observation) -> DateRange | None:
        text = observation.date or self._studies.get(observation.study, _NOWHERE).date
        try:
            return parse_date(text) if text else None
        except InvalidValueError:
            return None


def truth_of(group: Group) -> Truth:
    """A yes/no finding: unknown unless all observations of the group agree."""
    truths = {
        from_bool(o.value.yes) if o.state is State.KNOWN and isinstance(o.value, YesNoValue) else Truth.UNKNOWN
        for o in group
    }
    return truths.pop() if len(truths) == 1 else Truth.UNKNOWN


def interval_of(group: Group, finding: Finding) -> Interval:
    """A number in the canonical unit; the hull if several differ; the hard limits if unknown."""
    return hull([_interval(o, finding) for o in group])


def limit_of(group: Group, finding: Finding, side: str) -> Interval | None:
    """The laboratory's own limit that came with the value, canonical; None if none was entered."""
    for observation in group:
        text = observation.upper_limit if side == "upper" else observation.lower_limit
        if text and isinstance(observation.value, NumberValue):
            number = canonical(text, observation.value.unit, finding)
            if number is not None:
                return Interval(number, number)
    return None


def choices_of(group: Group, domain: frozenset[str]) -> frozenset[str]:
    """The choices that are possible; all of the domain if unknown."""
    found: frozenset[str] = frozenset()
    for observation in group:
        if observation.state is not State.KNOWN or not isinstance(observation.value, ChoiceValue):
            return domain
        known = frozenset(observation.value.candidates) & domain
        if len(known) != len(observation.value.candidates) or not known:
            return domain  # a choice that this dictionary does not know is never guessed
        found |= known
    return found


def items_of(group: Group, domain: frozenset[str]) -> ItemSet:
    """The items of a multi-choice finding; where observations disagree, an item is possible."""
    sets = [_items(o, domain) for o in group]
    return ItemSet(frozenset.intersection(*(s.present for s in sets)), frozenset.union(*(s.possible for s in sets)))


def day_of(group: Group) -> DateRange | None:
    """The value of a date finding; None if unknown."""
    first = group[0]
    if len(group) != 1 or first.state is not State.KNOWN or not isinstance(first.value, DateValue):
        return None
    try:
        return parse_date(first.value.date)
    except InvalidValueError:
        return None


def hard_limits(finding: Finding) -> Interval:
    """All that a number can be."""
    return Interval(*finding.hard) if finding.hard else ANYTHING


def canonical(text: str, unit: str, finding: Finding) -> Decimal | None:
    """A number in the canonical unit, exactly; None if the number or the unit is not one."""
    scale = finding.scale(unit)
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return (number + scale.offset) * scale.factor if scale is not None and number.is_finite() else None


def _interval(observation: Observation, finding: Finding) -> Interval:
    everything = hard_limits(finding)
    value = observation.value
    if observation.state is not State.KNOWN or not isinstance(value, NumberValue):
        return everything
    number = canonical(value.number, value.unit, finding)
    if number is None:
        return everything
    low, high = (everything.low, everything.high) if finding.hard else (-INFINITY, INFINITY)
    match value.comparator:
        case "<":
            return Interval(min(low, number), number, high_open=True)
        case "<=":
            return Interval(min(low, number), number)
        case ">":
            return Interval(number, max(high, number), low_open=True)
        case ">=":
            return Interval(number, max(high, number))
    return Interval(number, number)


def _items(observation: Observation, domain: frozenset[str]) -> ItemSet:
    if observation.state is not State.KNOWN or not isinstance(observation.value, ItemsValue):
        return ItemSet(frozenset(), domain)
    return ItemSet(frozenset(observation.value.present), domain - frozenset(observation.value.absent))
