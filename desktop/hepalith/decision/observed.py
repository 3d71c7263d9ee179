"""The observations of a case as values that can be computed with: by finding and subject, the latest first."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
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
from hepalith.domain.interval import ANYTHING, INFINITY, Interval, hull, maximum, minimum, point
from hepalith.domain.truth import Truth, all_of, any_of, from_bool
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
        self._groups: dict[tuple[str, str], Sequence[Group]] = self._index(case.observations)

    def recorded(self) -> Iterable[tuple[str, str]]:
        """The findings of which something is recorded, with their subjects."""
        return self._groups.keys()

    def groups(self, finding: str, subject: str) -> Sequence[Group]:
        """The observations of a finding of a subject, grouped by date, the latest first."""
        return self._groups.get((finding, subject), ())

    def groups_until(self, finding: str, subject: str, until: str) -> Sequence[Group]:
        """The same, but only what is older than the latest observation of another finding; "" for no such limit."""
        groups = self.groups(finding, subject)
        return self.before(groups, self.groups(until, subject)) if until else groups

    def before(self, groups: Sequence[Group], examined: Sequence[Group]) -> tuple[Group, ...]:
        """Of the groups of a finding those that are surely older than the latest of another one.

        What is undated tells of no examination, and is older than none.
        """
        day = self._dated(examined[0][0]) if examined else None
        if day is None:
            return ()
        return tuple(group for group in groups if (own := self._dated(group[0])) and own.last < day.first)

    def with_groups(self, finding: str, subject: str, groups: Sequence[Group]) -> "ObservedCase":
        """The same case, but with these observations of a finding of a subject."""
        other = copy(self)
        other.__dict__["_groups"] = {**self._groups, (finding, subject): groups}
        return other

    def study(self, group: Group) -> Study:
        """The study of a group (of its first observation that names one)."""
        return next((self._studies[o.study] for o in group if o.study in self._studies), _NOWHERE)

    def date_of(self, group: Group) -> DateRange:
        """When the group was observed; what is undated is current."""
        return self._dated(group[0]) or DateRange(self.as_of, self.as_of)

    def date_text(self, observation: Observation) -> str:
        """When it was observed, as it was entered; "" for what is undated."""
        return observation.date or self._studies.get(observation.study, _NOWHERE).date

    # What a reference reads from the groups of its finding; None where nothing is recorded.
    # which: 0 the observation that counts, n the n-th before it, -1 the earliest.
    # fresh: count observations older than the gates allow as not recorded.

    def meant(self, groups: Sequence[Group], finding: Finding, which: int = 0, fresh: bool = False) -> Group | None:
        """The group that is meant."""
        if which == -1:
            return groups[-1] if groups else None
        if len(groups) <= which:
            return None
        group = groups[which]
        oldest = finding.max_age_days_for_gates
        if fresh and oldest is not None and (self.as_of - self.date_of(group).first).days > oldest:
            return None
        return group

    def truth(self, groups: Sequence[Group], finding: Finding, which: int = 0, fresh: bool = False) -> Truth | None:
        """A yes/no finding."""
        if finding.observation == "any" and not which:
            return any_of(truth_of(group) for group in groups) if groups else None
        group = self.meant(groups, finding, which, fresh)
        return truth_of(group) if group else None

    def interval(
        self, groups: Sequence[Group], finding: Finding, which: int = 0, fresh: bool = False
    ) -> Interval | None:
        """A number finding, canonical unit."""
        if finding.observation in {"largest", "smallest"} and not which:
            parts = [interval_of(group, finding) for group in groups]
            extreme = maximum if finding.observation == "largest" else minimum
            return extreme(parts) if parts else None
        group = self.meant(groups, finding, which, fresh)
        return interval_of(group, finding) if group else None

    def choices(
        self, groups: Sequence[Group], finding: Finding, which: int, fresh: bool, domain: frozenset[str]
    ) -> frozenset[str] | None:
        """The choices of a finding that are possible."""
        group = self.meant(groups, finding, which, fresh)
        return choices_of(group, domain) if group else None

    def items(
        self, groups: Sequence[Group], finding: Finding, which: int, fresh: bool, domain: frozenset[str]
    ) -> ItemSet | None:
        """The items of a multi-choice finding."""
        if finding.observation == "any" and not which:
            sets = [items_of(group, domain) for group in groups]
            present, possible = (s.present for s in sets), (s.possible for s in sets)
            return ItemSet(frozenset().union(*present), frozenset().union(*possible)) if sets else None
        group = self.meant(groups, finding, which, fresh)
        return items_of(group, domain) if group else None

    def day(self, groups: Sequence[Group], finding: Finding, which: int = 0, fresh: bool = False) -> DateRange | None:
        """The value of a date finding."""
        group = self.meant(groups, finding, which, fresh)
        return day_of(group) if group else None

    def observed_on(
        self, groups: Sequence[Group], finding: Finding, which: int = 0, fresh: bool = False
    ) -> DateRange | None:
        """When it was observed."""
        group = self.meant(groups, finding, which, fresh)
        return self.date_of(group) if group else None

    def modality(self, groups: Sequence[Group], finding: Finding, which: int = 0, fresh: bool = False) -> str:
        """The modality of the study on which it was observed; "" if that is not known."""
        group = self.meant(groups, finding, which, fresh)
        return self.study(group).modality if group else ""

    def limit(
        self, groups: Sequence[Group], finding: Finding, side: str, which: int = 0, fresh: bool = False
    ) -> Interval:
        """The laboratory's own limit, or the one that the dictionary assumes, or all that it could be."""
        group = self.meant(groups, finding, which, fresh)
        entered = limit_of(group, finding, side) if group else None
        if entered is not None:
            return entered
        assumed = assumed_limit(finding, side)
        return point(assumed) if assumed is not None else Interval(Decimal(0), hard_limits(finding).high)

    def same_technique(self, a: Group | None, b: Group | None) -> Truth:
        """Whether two groups were observed with the same modality, phase and comparable slice thickness."""
        if a is None or b is None:
            return Truth.UNKNOWN
        one, other = self.study(a), self.study(b)
        slices = [numbers for numbers in (one.slice_mm, other.slice_mm) if numbers]
        thin = Truth.UNKNOWN
        if len(slices) == 2:
            low, high = sorted(Decimal(text) for text in slices)
            thin = from_bool(high <= 2 * low)
        return all_of([_same_text(one.modality, other.modality), _same_text(one.phase, other.phase), thin])

    def _index(self, observations: Sequence[Observation]) -> dict[tuple[str, str], Sequence[Group]]:
        by_key: dict[tuple[str, str], dict[date, list[Observation]]] = {}
        for observation in observations:
            dated = self._dated(observation)
            day = dated.last if dated else date.max
            by_key.setdefault((observation.finding, observation.subject), {}).setdefault(day, []).append(observation)
        return {key: [tuple(dates[day]) for day in sorted(dates, reverse=True)] for key, dates in by_key.items()}

    def _dated(self, observation: Observation) -> DateRange | None:
        text = self.date_text(observation)
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
    if len(group) != 1:
        return None
    (one,) = group
    if one.state is not State.KNOWN or not isinstance(one.value, DateValue):
        return None
    try:
        return parse_date(one.value.date)
    except InvalidValueError:
        return None


def assumed_limit(finding: Finding, side: str) -> Decimal | None:
    """The limit that the dictionary assumes when the laboratory's own is not entered."""
    return finding.upper_limit if side == "upper" else finding.lower_limit


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


def _same_text(left: str, right: str) -> Truth:
    return from_bool(left == right) if left and right else Truth.UNKNOWN
