"""What would have to be otherwise for a condition to hold, or not to hold: the shortest sets of facts.

A condition is opened down to what is entered: through tables, gates and other advice. Of "all" every part has to be so,
of "any" the one that needs the fewest facts; of a table one row, and no row before it that says otherwise. Facts that
cannot be so together (a size below 10 mm and above 50 mm) are no way. How short a way is counts the findings that it
changes. At every step a number of the shortest ways is kept, and how short a way that was left out can be at least
(`Ways.beyond`): what is not longer is proved to be the shortest. A way of facts that can be recorded one by one is
tried on the case: what does not bring it about is no way, and what can be left out is left out. Scores and other
calculations are facts by themselves ("NEWS2 at least 7"), except counts of conditions, and are not tried.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

import msgspec

from hepalith.decision.evaluation import Evaluation
from hepalith.decision.thresholds import value_of
from hepalith.domain.case import PATIENT, ChoiceValue, ItemsValue, Observation, Value, YesNoValue
from hepalith.domain.interval import ANYTHING, INFINITY, Interval, intersect, less, point
from hepalith.domain.truth import from_bool
from hepalith.knowledge.base import CompiledDerived, Knowledge
from hepalith.knowledge.model import Finding
from hepalith.knowledge.tree import (
    And,
    ChoiceIn,
    ChoiceOf,
    Compare,
    Constant,
    CountTrue,
    Fires,
    GatePasses,
    Holds,
    Missing,
    ModalityOf,
    Not,
    Number,
    NumberNode,
    Or,
    Overlaps,
    Quantified,
    Quantity,
    Reference,
    TruthNode,
    references,
)

MOST_WAYS = 6
NEVER = 1_000_000  # longer than every way
INVERSE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


class Fact(msgspec.Struct, frozen=True, eq=False):
    """A part of a condition that reads what is entered, and whether it has to be so for a subject. One object for each.

    stays: it is so now, and must not be changed by the other facts; such facts are not counted.
    fresh: for a gate that takes old values as not recorded.
    number: the order in which facts were found; a set has none that is the same in every process.
    change: a bit for each finding of a subject that has to change; 0 if it stays.
    """

    node: TruthNode
    subject: str
    wanted: bool
    stays: bool
    fresh: bool
    reads: frozenset[str]  # findings
    number: int
    change: int

    @property
    def key(self) -> tuple[str, frozenset[str]]:
        """Facts of different keys cannot contradict each other."""
        return self.subject, self.reads


Way = frozenset[Fact]  # facts that all have to be so


class Ways(NamedTuple):
    """Ways to something, the shortest first.

    beyond: what was left out is at least so long; NEVER if nothing was. Without any way, and NEVER: it cannot be.
    changes: the bits of all findings that any way changes, also of those that were left out.
    """

    shortest: tuple[Way, ...]
    beyond: int = NEVER
    changes: int = 0

    @property
    def least(self) -> int:
        """How long every way is at least."""
        return min(length(self.shortest[0]), self.beyond) if self.shortest else self.beyond


NOTHING = Ways((frozenset(),))  # it is so
NO_WAY = Ways(())


class Found(NamedTuple):
    """The facts that bring something about; () if none were found. none_up_to: no fewer findings than these can."""

    facts: tuple[Fact, ...]
    none_up_to: int

    @property
    def is_shortest(self) -> bool:
        """Whether it is proved that fewer findings do not do it."""
        return bool(self.facts) and findings_in(self.facts) <= self.none_up_to + 1

    @property
    def cannot_be(self) -> bool:
        """Whether it is proved that nothing brings it about."""
        return self.none_up_to + 1 == NEVER

    @property
    def is_proved(self) -> bool:
        """Whether a wider search can find nothing better."""
        return self.is_shortest or self.cannot_be


class Counterfactuals:
    """Ways to make conditions hold or not, over one evaluation. most: how many are kept at each step."""

    def __init__(self, evaluation: Evaluation, most: int = MOST_WAYS) -> None:
        self._evaluation = evaluation
        self._most = most
        self._bits: dict[object, int] = {}
        self._knowledge = evaluation.knowledge
        self._known: dict[tuple[object, ...], Ways] = {}
        self._facts: dict[tuple[TruthNode, str, bool, bool, bool], Fact] = {}

    def ways(self, node: TruthNode, subject: str, *, wanted: bool, fresh: bool = False) -> Ways:
        """The shortest ways to make a condition of the knowledge hold (wanted), or be known not to hold."""
        return self._once((id(node), subject, wanted, fresh), lambda: self._turned(node, subject, wanted, fresh))

    def all_of(self, wanted: Iterable[Ways]) -> Ways:
        """The shortest ways to have all of these."""
        found = NOTHING
        for ways in sorted(wanted, key=lambda one: len(one.shortest)):
            found = self._joined(found, ways)
        return found

    def any_of(self, wanted: Iterable[Ways]) -> Ways:
        """The shortest ways to have one of these."""
        beyond, changes, every = NEVER, 0, dict[Way, None]()
        for ways in wanted:
            beyond, changes = min(beyond, ways.beyond), changes | ways.changes
            every.update(dict.fromkeys(ways.shortest))
        return self._shortest(every, beyond, changes)

    def at_least(self, parts: Iterable[tuple[int, Ways]], needed: int) -> Ways:
        """The shortest ways to have parts whose weights sum up to what is needed."""
        found = [NOTHING, *[NO_WAY] * needed]
        for weight, ways in parts:
            for total in range(len(found) - 1, 0, -1):
                found[total] = self.any_of([found[total], self._joined(found[max(0, total - weight)], ways)])
        return found[-1]

    def _joined(self, one: Ways, other: Ways) -> Ways:
        both = dict.fromkeys(a | b for a in one.shortest for b in other.shortest)
        shared = (one.changes & other.changes).bit_count()
        left_out = [(one.beyond, other.least), (one.least, other.beyond)]
        beyond = min(NEVER, *(max(a, b, a + b - shared) for a, b in left_out))
        return self._shortest((way for way in both if _can_be(way)), beyond, one.changes | other.changes)

    def gate(self, node: GatePasses, subject: str, *, wanted: bool) -> Ways:
        """The shortest ways to have a gate passed, or (not wanted) shut."""
        compiled = self._knowledge.gates[node.gate]
        about = subject if compiled.entry.subject == "lesion" else PATIENT
        ways = [
            self.ways(compiled.items[position], about, wanted=wanted, fresh=compiled.entry.wants_fresh)
            for position, item in enumerate(compiled.entry.items)
            if (item.id == node.only if node.only else item.severity == "block" and item.id not in node.excepted)
        ]
        return self.all_of(ways) if wanted else self.any_of(ways)

    def result(self, derived: CompiledDerived, subject: str, results: frozenset[object], fresh: bool = False) -> Ways:
        """The shortest ways to bring a table to one of these results."""
        key = (derived.entry.id, subject, results, fresh)
        return self._once(key, lambda: self.any_of(self._rows(derived, subject, results, fresh)))

    def checked(self, ways: Ways, is_so: Callable[[Evaluation], bool]) -> Found:
        """What has to change in the first way that brings it about, without what can be left out."""
        none_up_to = ways.least - 1
        for way in ways.shortest:
            facts = [fact for fact in _in_order(way) if not fact.stays]
            then = self._after(way, facts)
            if then is None:  # it cannot be tried
                return Found(tuple(fact for fact in facts if not _is_implied(fact, facts)), none_up_to)
            if is_so(then):
                fewest = tuple(self._fewest(way, facts, is_so))
                shorter = findings_in(fewest) < length(way)  # the search took something for needed that is not
                return Found(fewest, min(none_up_to, 0) if shorter else none_up_to)
        return Found((), none_up_to)

    def _fewest(self, way: Way, facts: list[Fact], is_so: Callable[[Evaluation], bool]) -> list[Fact]:
        """Facts of which none can be left out."""
        for fact in facts:
            fewer = [other for other in facts if other is not fact]
            same = [other for other in fewer if other.key == fact.key]
            if same and not any(_implies(other, fact) for other in same):
                continue  # one value within the rest may be within this by chance
            then = self._after(way, fewer)
            if then is not None and is_so(then) and self._can_be_entered(fewer, then):
                return self._fewest(way, fewer, is_so)
        return facts

    def _can_be_entered(self, facts: Iterable[Fact], then: Evaluation) -> bool:
        """Whether each of the findings is recorded now, or asked of such a patient or lesion."""
        return all(self._recorded(fact) or not self._not_asked(fact, then) for fact in facts)

    def _after(self, way: Way, facts: Iterable[Fact]) -> Evaluation | None:
        """The case with these facts of a way recorded; None if not all of them can be."""
        evaluation = self._evaluation
        for key in dict.fromkeys(fact.key for fact in facts):
            changed = [fact for fact in facts if fact.key == key]
            made = observation(
                self._knowledge, [*changed, *(one for one in _in_order(way) if one.stays and one.key == key)]
            )
            if made is None:
                return None
            evaluation = evaluation.answered(made.finding, made.subject, ((made,),))
        return evaluation

    # inside

    def _once(self, key: tuple[object, ...], make: Callable[[], Ways]) -> Ways:
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    def _turned(self, node: TruthNode, subject: str, wanted: bool, fresh: bool) -> Ways:
        match node:
            case Constant(value=value):
                return NOTHING if value is wanted else NO_WAY
            case Not(part=part):
                return self.ways(part, subject, wanted=not wanted, fresh=fresh)
            case And(parts=parts) | Or(parts=parts):
                ways = [self.ways(part, subject, wanted=wanted, fresh=fresh) for part in parts]
                return self.all_of(ways) if isinstance(node, And) is wanted else self.any_of(ways)
            case Quantified() if self._evaluation.lesions:
                return self._quantified(node, wanted, fresh)
            case GatePasses():
                return self.gate(node, subject, wanted=wanted)
            case Fires(recommendations=names):
                ways = [self._fires(name, subject, wanted) for name in names]
                return self.any_of(ways) if wanted else self.all_of(ways)
            case Compare(left=left, right=Number(value=value)):
                counted, about = self._count(left, subject)
                if counted is not None:
                    return self._counted(node, counted.parts, int(value), about, wanted, fresh)
        opened = self._opened(node, subject, wanted, fresh)
        return self._read(node, subject, wanted, fresh) if opened is None else opened

    def _read(self, node: TruthNode, subject: str, wanted: bool, fresh: bool) -> Ways:
        """A fact itself; where nothing is recorded, that another finding answers for it so is another way.

        What is not asked of such a patient or lesion has to be asked first.
        """
        fact = self._fact(node, subject, wanted, fresh)
        if self._recorded(fact):
            return _alone(fact)
        entered = sorted({one for one in references(fact.node) if not one.derived}, key=lambda one: one.name)
        absences = [tree for one in entered if (tree := self._knowledge.absence_of(one)) is not None]
        if not fact.stays:
            answers = [self.ways(absence, subject, wanted=True) for absence in absences if self._is_answered(fact)]
            asked = [self.ways(tree, whose, wanted=True) for tree, whose in self._not_asked(fact, self._evaluation)]
            return self.any_of([self.all_of([_alone(fact), *asked]), *answers])
        if not absences:
            return _alone(fact)
        stays = [_alone(fact), *(self.ways(absence, subject, wanted=True) for absence in absences)]
        return self.any_of([self.all_of(stays), _alone(self._fact(node, subject, wanted, fresh, said=True))])

    def _is_answered(self, fact: Fact) -> bool:
        """Whether what stands for a finding that is not recorded (`absent_when`) would make a fact so."""
        match references(fact.node):
            case [Reference(name=name, derived=False, which=0, until="")]:
                finding = self._knowledge.findings[name]
            case _:
                return False
        match fact.node:
            case Holds() | Overlaps():
                return not fact.wanted
            case ChoiceIn(choice=ChoiceOf(), options=options):
                return (finding.absent_choice in options) is fact.wanted
            case Compare(left=Quantity(), right=Number()) if finding.absent_range is not None:
                must_be_measured = fact.fresh and finding.max_age_days_for_gates is not None
                instead = Interval(*finding.absent_range)
                wanted = _stretch(fact)
                return not must_be_measured and not _apart(instead, wanted) and intersect(instead, wanted) == instead
        return False

    def _not_asked(self, fact: Fact, then: Evaluation) -> list[tuple[TruthNode, str]]:
        """Of the findings of a fact that are not asked of such a patient or lesion: when they would be."""
        found = []
        for name in sorted(fact.reads & self._knowledge.relevance.keys()):
            whose = fact.subject if self._knowledge.findings[name].subject == "lesion" else PATIENT
            if then.truth(self._knowledge.relevance[name], whose).is_false:
                found.append((self._knowledge.relevance[name], whose))
        return found

    def _recorded(self, fact: Fact) -> bool:
        whose = {PATIENT, fact.subject}
        return any(self._evaluation.observed.groups(name, one) for name in fact.reads for one in whose)

    def _fact(self, node: TruthNode, subject: str, wanted: bool, fresh: bool, *, said: bool = False) -> Fact:
        """The one object for a fact. said: it has to be recorded, although it is so now."""
        entered = [reference for reference in references(node) if not reference.derived]
        about = subject if any(reference.lesion for reference in references(node)) else PATIENT
        stays = not said and self._evaluation.truth(node, subject, fresh) is from_bool(wanted)
        reads = frozenset(reference.name for reference in entered)
        place = (about, reads, isinstance(node, ChoiceIn) and isinstance(node.choice, ModalityOf))
        change = 0 if stays else 1 << self._bits.setdefault(place, len(self._bits))
        fact = Fact(node, about, wanted, stays, fresh, reads, len(self._facts), change)
        return self._facts.setdefault((node, about, wanted, stays, fresh), fact)

    def _opened(self, node: TruthNode, subject: str, wanted: bool, fresh: bool) -> Ways | None:
        """Through a derived finding; None for what reads what is entered."""
        match node:
            case Holds(reference=Reference(derived=True) as reference):
                derived, about = self._derived(reference, subject)
                if derived.tree is not None:
                    return self.ways(derived.tree, about, wanted=wanted, fresh=fresh)  # type: ignore[arg-type]
                return self.result(derived, about, frozenset([wanted]), fresh)
            case ChoiceIn(choice=ChoiceOf(reference=Reference(derived=True) as reference), options=options):
                derived, about = self._derived(reference, subject)
                every = self._knowledge.domains[reference.name]
                return self.result(derived, about, frozenset(options if wanted else every - options), fresh)
        return None

    def _derived(self, reference: Reference, subject: str) -> tuple[CompiledDerived, str]:
        return self._knowledge.derived[reference.name], subject if reference.lesion else PATIENT

    def _quantified(self, node: Quantified, wanted: bool, fresh: bool) -> Ways:
        ways = [self.ways(node.part, lesion, wanted=wanted, fresh=fresh) for lesion in self._evaluation.lesions]
        if (node.quantifier == "any") is wanted:
            return self.any_of(ways)
        if self._evaluation.has_unlisted_lesions():  # that no other lesion is there has to be said too
            ways.append(_alone(self._fact(node, PATIENT, wanted, fresh)))
        return self.all_of(ways)

    def _fires(self, name: str, subject: str, wanted: bool) -> Ways:
        compiled = self._knowledge.recommendations[name]
        return self.ways(compiled.when, subject if compiled.entry.subject == "lesion" else PATIENT, wanted=wanted)

    def _count(self, node: NumberNode, subject: str) -> tuple[CountTrue | None, str]:
        """The count that a number is, perhaps by the name of a derived finding."""
        if isinstance(node, Quantity) and node.reference.derived:
            derived, subject = self._derived(node.reference, subject)
            node = derived.tree  # type: ignore[assignment]
        return (node, subject) if isinstance(node, CountTrue) else (None, subject)

    def _counted(
        self, node: Compare, parts: Sequence[TruthNode], value: int, subject: str, wanted: bool, fresh: bool
    ) -> Ways:
        """At least so many of the parts, or at most so many."""
        sign = node.operator if wanted else INVERSE[node.operator]
        least = {">=": value, ">": value + 1}.get(sign)
        most = {"<=": value, "<": value - 1}.get(sign)
        if least is not None:
            needed = least
        elif most is not None:
            needed = len(parts) - most
        else:
            return _alone(self._fact(node, subject, wanted, fresh))
        ways = (self.ways(part, subject, wanted=least is not None, fresh=fresh) for part in parts)
        return self.at_least(((1, one) for one in ways), needed)

    def _rows(self, derived: CompiledDerived, subject: str, results: frozenset[object], fresh: bool) -> Iterator[Ways]:
        before: list[Ways] = []
        for row in derived.rows:
            if row.then in results:
                yield self.all_of([*before, self.ways(row.when, subject, wanted=True, fresh=fresh)])
            else:
                before.append(self.ways(row.when, subject, wanted=False, fresh=fresh))
        if derived.otherwise in results:
            yield self.all_of(before)

    def _shortest(self, ways: Iterable[Way], beyond: int, changes: int) -> Ways:
        """The shortest ways; of equal ones those of fewer facts, that change less of what is known, that keep less."""
        order = {way: (length(way), _count(way), sum(map(self._known_change, way)), len(way)) for way in ways}
        kept: list[Way] = []
        for way in sorted(order, key=order.__getitem__):
            changes |= changed_by(way)
            if any(shorter <= way for shorter in kept):
                continue  # whatever is done with it can be done with less
            if len(kept) < self._most:
                kept.append(way)
            else:
                beyond = min(beyond, order[way][0])
        return Ways(tuple(kept), beyond, changes)

    def _known_change(self, fact: Fact) -> int:
        """1 if a fact changes what is known, 2 if nothing can make that otherwise."""
        if fact.stays or self._evaluation.truth(fact.node, fact.subject, fact.fresh).is_unknown:
            return 0
        return 2 if any(self._knowledge.findings[name].fixed for name in fact.reads) else 1


def observation(knowledge: Knowledge, facts: Sequence[Fact]) -> Observation | None:
    """What makes facts about one finding so; None if they are about anything else than its present value."""
    entered = [reference for fact in facts for reference in references(fact.node)]
    if any(reference.derived or reference.which > 0 or reference.until for reference in entered):
        return None
    names, subjects = {reference.name for reference in entered}, {fact.subject for fact in facts}
    if len(names) != 1 or not all(_is_simple(fact.node) for fact in facts):
        return None
    finding = knowledge.findings[names.pop()]
    value = _value(finding, facts)
    return None if value is None else Observation(finding=finding.id, subject=subjects.pop(), value=value)


def _is_simple(node: TruthNode) -> bool:
    match node:
        case Holds() | Overlaps() | ChoiceIn(choice=ChoiceOf()) | Compare(left=Quantity(), right=Number()):
            return True
    return False


def _value(finding: Finding, facts: Sequence[Fact]) -> Value | None:
    match finding.type:
        case "yes_no":
            return YesNoValue(yes=all(fact.wanted for fact in facts))
        case "choice":
            domain = frozenset(choice.id for choice in finding.choices)
            allowed = domain.intersection(*(_choices(fact, domain) for fact in facts))
            return ChoiceValue(candidates=(min(allowed),)) if allowed else None
        case "multi":
            items = [(fact.node.items, fact.wanted) for fact in facts if isinstance(fact.node, Overlaps)]
            absent = tuple(dict.fromkeys(item for some, wanted in items if not wanted for item in some))
            chosen = [next((one for one in some if one not in absent), "") for some, wanted in items if wanted]
            return ItemsValue(present=tuple(dict.fromkeys(chosen)), absent=absent) if all(chosen) else None
        case "number":
            return _number(finding, facts)
    return None


def _number(finding: Finding, facts: Sequence[Fact]) -> Value | None:
    """A number within all that is asked for: an end of the stretch, or next to it."""
    stretch = Interval(*finding.hard) if finding.hard else ANYTHING
    for fact in facts:
        asked = _stretch(fact)
        if _apart(stretch, asked):
            return None
        stretch = intersect(stretch, asked)
    step = Decimal(1).scaleb(-finding.decimals)
    low = stretch.low + step if stretch.low_open else stretch.low
    high = stretch.high - step if stretch.high_open else stretch.high
    asked_low = any(_stretch(fact).low == stretch.low for fact in facts)
    return value_of(finding, low if asked_low else high) if low <= high else None


def _sign(fact: Fact) -> str:
    operator = fact.node.operator if isinstance(fact.node, Compare) else ""
    return operator if fact.wanted else INVERSE[operator]


def length(way: Way) -> int:
    """How many findings have to change."""
    return changed_by(way).bit_count()


def _count(way: Way) -> int:
    return len([fact for fact in way if fact.change])


def changed_by(way: Iterable[Fact]) -> int:
    """The bits of the findings that a way changes."""
    bits = 0
    for fact in way:
        bits |= fact.change
    return bits


def findings_in(facts: Iterable[Fact]) -> int:
    """How many findings these facts change."""
    return changed_by(facts).bit_count()


def _alone(fact: Fact) -> Ways:
    return Ways((frozenset([fact]),), NEVER, fact.change)


def _in_order(way: Way) -> list[Fact]:
    return sorted(way, key=lambda fact: fact.number)


def _can_be(way: Way) -> bool:
    """Whether no two facts contradict each other."""
    about: dict[object, list[Fact]] = {}
    for fact in way:
        about.setdefault(fact.key, []).append(fact)
    return not any(_contradict(one, other) for facts in about.values() for one, other in combinations(facts, 2))


def _contradict(one: Fact, other: Fact) -> bool:
    if one.node == other.node:
        return one.wanted is not other.wanted
    if (isinstance(one.node, Missing) and one.wanted) or (isinstance(other.node, Missing) and other.wanted):
        return not (one.stays and other.stays)  # what is needed of it has to be recorded
    match one.node, other.node:
        case ChoiceIn(choice=choice), ChoiceIn(choice=same) if choice == same:
            return _choices(one, choice.domain).isdisjoint(_choices(other, choice.domain))
        case Overlaps(reference=reference, items=items), Overlaps(reference=same, items=others) if reference == same:
            if one.wanted is other.wanted:
                return False
            some, none = (items, others) if one.wanted else (others, items)
            return set(some) <= set(none)
        case Compare(left=Quantity() as left, right=Number()), Compare(left=same, right=Number()) if left == same:
            return _apart(_stretch(one), _stretch(other))
    return False


def _implies(one: Fact, other: Fact) -> bool:
    """Whether every value that makes a fact so makes another fact about the same finding so."""
    if other.fresh and not one.fresh:
        return False
    match one.node, other.node:
        case ChoiceIn(choice=choice), ChoiceIn(choice=same) if choice == same:
            return _choices(one, choice.domain) <= _choices(other, choice.domain)
        case Overlaps(items=items), Overlaps(items=others) if one.wanted is other.wanted:
            return set(items) <= set(others) if one.wanted else set(others) <= set(items)
        case Compare(left=left), Compare(left=same) if left == same and _stretch(other) != ANYTHING:
            return intersect(_stretch(one), _stretch(other)) == _stretch(one)
    return False


def _is_implied(fact: Fact, facts: Sequence[Fact]) -> bool:
    """Whether another fact about the same finding says it already: more, or the same and before it."""
    return any(
        _implies(one, fact) and (one.number < fact.number or not _implies(fact, one))
        for one in facts
        if one.key == fact.key
    )


def _choices(fact: Fact, domain: frozenset[str]) -> frozenset[str]:
    options = fact.node.options if isinstance(fact.node, ChoiceIn) else domain
    return options if fact.wanted else domain - options


def _stretch(fact: Fact) -> Interval:
    """Where a number is that compares so with a fixed one; anywhere for "is not"."""
    if not isinstance(fact.node, Compare) or not isinstance(fact.node.right, Number):
        return ANYTHING
    value = fact.node.right.value
    sign = _sign(fact)
    if sign in {"<", "<="}:
        return Interval(-INFINITY, value, high_open=sign == "<")
    if sign in {">", ">="}:
        return Interval(value, INFINITY, low_open=sign == ">")
    return point(value) if sign == "==" else ANYTHING


def _apart(one: Interval, other: Interval) -> bool:
    return less(one, other).is_true or less(other, one).is_true
