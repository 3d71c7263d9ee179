"""The reference evaluator: a plain interpreter of checked trees over one case. Three-valued, numbers with bounds.

Unknown is never "no": a missing yes/no is UNKNOWN, a missing number is all that it could be, a missing choice is
every choice. Results are remembered, so that each derived finding is computed once for each subject.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from hepalith.decision import arithmetic
from hepalith.decision import observed as seen
from hepalith.decision.observed import Group, ItemSet, ObservedCase
from hepalith.domain import interval as numbers
from hepalith.domain.case import PATIENT, Case
from hepalith.domain.durations import DateRange
from hepalith.domain.interval import ANYTHING, Interval
from hepalith.domain.truth import Truth, all_of, any_of, from_bool
from hepalith.knowledge.base import CompiledDerived, CompiledRow, Knowledge
from hepalith.knowledge.model import Finding
from hepalith.knowledge.tree import (
    And,
    Arithmetic,
    AsOf,
    ChoiceIn,
    ChoiceNode,
    ChoiceOf,
    Compare,
    Constant,
    CountLesions,
    CountTrue,
    DateNode,
    DateOf,
    Either,
    Elapsed,
    Fires,
    Function,
    GatePasses,
    Holds,
    LesionNumber,
    Limit,
    Missing,
    ModalityOf,
    Node,
    Not,
    Number,
    NumberNode,
    ObservationDate,
    Or,
    Overlaps,
    Quantified,
    Quantity,
    Reference,
    SameChoice,
    SameTechnique,
    TruthNode,
)

LESION_COUNT = "lesion_count"


class Evaluation:
    """Answers about one case, at one date, with one knowledge base.

    subject: "patient" or a lesion id. fresh: count observations older than the gates allow as not recorded.
    observed: what is observed, where that differs from the case (`with_groups`). assumed: a choice that a derived
    finding of a subject is taken to be, whatever it is made from says.
    """

    def __init__(
        self,
        case: Case,
        knowledge: Knowledge,
        as_of: date,
        observed: ObservedCase | None = None,
        assumed: Mapping[tuple[str, str], str] = MappingProxyType({}),
    ) -> None:
        self.knowledge = knowledge
        self.observed = observed or ObservedCase(case, knowledge.findings, as_of)
        self.lesions = tuple(lesion.id for lesion in case.lesions)
        self._assumed = assumed
        self._derived: dict[tuple[str, str, bool], Truth | Interval | frozenset[str]] = {}
        self._remembered: dict[tuple[int, str, bool], Truth] = {}
        self._truth_of: dict[type[Node], Callable[..., Truth]] = {
            Constant: lambda node, _subject, _fresh: from_bool(node.value),
            Holds: lambda node, subject, fresh: self._holds(node.reference, subject, fresh),
            And: lambda node, subject, fresh: all_of(self.truth(part, subject, fresh) for part in node.parts),
            Or: lambda node, subject, fresh: any_of(self.truth(part, subject, fresh) for part in node.parts),
            Not: lambda node, subject, fresh: self.truth(node.part, subject, fresh).negated(),
            Compare: self._compare,
            ChoiceIn: self._choice_in,
            SameChoice: self._same_choice,
            Overlaps: self._overlaps,
            Quantified: self._quantified,
            GatePasses: self._gate_passes,
            Fires: lambda node, subject, _fresh: any_of(self.fires(name, subject) for name in node.recommendations),
            Missing: lambda node, subject, _fresh: from_bool(not self.is_known(node.reference, subject)),
            SameTechnique: self._same_technique,
        }

    # what is asked from outside

    def truth(self, node: TruthNode, subject: str, fresh: bool = False) -> Truth:
        """Whether a condition of the knowledge holds for a subject. (For a finding by itself, ask `holds`.)

        Remembered by the identity of the node, which lives as long as the knowledge: conditions, needs and reasons
        ask for the same parts again and again.
        """
        key = (id(node), subject, fresh)
        known = self._remembered.get(key)
        if known is None:
            known = self._remembered[key] = self._truth_of[type(node)](node, subject, fresh)
        return known

    def unchanged_since(self, _node: TruthNode, _subject: str, _fresh: bool = False) -> int:
        """A number that changes where anything changes on which a condition rests: for one case it never does."""
        return 0

    def judged_since(self, _entry: tuple[str, str], _subject: str) -> int:
        """The same for all conditions by which advice or a cause is judged. entry: its kind and id."""
        return 0

    def holds(self, reference: Reference, subject: str, fresh: bool = False) -> Truth:
        """Whether a yes/no finding or derived finding is yes."""
        return self._holds(reference, subject, fresh)

    def fires(self, recommendation: str, subject: str) -> Truth:
        """Whether the condition of a recommendation holds, before precedence."""
        compiled = self.knowledge.recommendations[recommendation]
        about = subject if compiled.entry.subject == "lesion" else PATIENT
        return self.truth(compiled.when, about)

    def gate_item(self, gate: str, position: int, subject: str) -> Truth:
        """Whether an item of a gate is fulfilled. Safety gates do not trust old laboratory values."""
        compiled = self.knowledge.gates[gate]
        about = subject if compiled.entry.subject == "lesion" else PATIENT
        return self.truth(compiled.items[position], about, compiled.entry.wants_fresh)

    def is_known(self, reference: Reference, subject: str, fresh: bool = False) -> bool:
        """Whether a finding has one definite value."""
        finding = self.knowledge.findings.get(reference.name)
        kind = finding.type if finding else self.knowledge.derived[reference.name].entry.type
        if kind == "yes_no":
            return not self._holds(reference, subject, fresh).is_unknown
        if kind == "number":
            return self.number(Quantity(reference), subject, fresh).is_point
        if kind == "date":
            return self.observed.day(*self._read(reference, subject, fresh)) is not None
        if kind == "multi":
            items = self.items(reference, subject, fresh)
            return items.present == items.possible
        return len(self.choice(ChoiceOf(reference, self.domain(reference.name)), subject, fresh)) == 1

    def domain(self, name: str) -> frozenset[str]:
        """All choices of a finding or derived finding."""
        return self.knowledge.domains[name]

    def group(self, reference: Reference, subject: str, fresh: bool = False) -> Group | None:
        """The observations that a reference means; None if there are none."""
        return self.observed.meant(*self._read(reference, subject, fresh))

    def assumed_limits(self) -> dict[tuple[str, str, str], Decimal]:
        """(finding, subject, side) of values recorded without the laboratory's own limit -> the assumed limit."""
        found: dict[tuple[str, str, str], Decimal] = {}
        for node in self.knowledge.limits:
            finding = self.knowledge.findings[node.reference.name]
            assumed = seen.assumed_limit(finding, node.side)
            for subject in self.lesions if node.reference.lesion else (PATIENT,):
                group = self.group(node.reference, subject)
                if group and assumed is not None and seen.limit_of(group, finding, node.side) is None:
                    found[(finding.id, subject, node.side)] = assumed
        return found

    def _read(
        self, reference: Reference, subject: str, fresh: bool = False
    ) -> tuple[Sequence[Group], Finding, int, bool]:
        about = subject if reference.lesion else PATIENT
        groups = self.observed.groups_until(reference.name, about, reference.until)
        return groups, self.knowledge.findings[reference.name], reference.which, fresh

    def answered(self, finding: str, subject: str, groups: Sequence[Group]) -> "Evaluation":
        """The same case, but with these observations of a finding of a subject."""
        observed = self.observed.with_groups(finding, subject, groups)
        return Evaluation(observed.case, self.knowledge, observed.as_of, observed)

    # truths

    def _holds(self, reference: Reference, subject: str, fresh: bool) -> Truth:
        if reference.derived:
            value = self._derive(reference, subject, fresh)
            return value if isinstance(value, Truth) else Truth.UNKNOWN
        recorded = self.observed.truth(*self._read(reference, subject, fresh))
        if recorded is None:
            return Truth.FALSE if self._is_ruled_out(reference, subject) else Truth.UNKNOWN
        return recorded

    def _is_ruled_out(self, reference: Reference, subject: str) -> bool:
        """Whether another finding answers for one that was not recorded (`absent_when`)."""
        absence = self.knowledge.absence_of(reference)
        about = subject if reference.lesion else PATIENT
        return absence is not None and self.truth(absence, about) is Truth.TRUE

    def _compare(self, node: Compare, subject: str, fresh: bool) -> Truth:
        compare = arithmetic.COMPARISONS[node.operator]
        return compare(self.number(node.left, subject, fresh), self.number(node.right, subject, fresh))

    def _choice_in(self, node: ChoiceIn, subject: str, fresh: bool) -> Truth:
        possible = self.choice(node.choice, subject, fresh)
        if possible <= node.options:
            return Truth.TRUE
        return Truth.FALSE if possible.isdisjoint(node.options) else Truth.UNKNOWN

    def _same_choice(self, node: SameChoice, subject: str, fresh: bool) -> Truth:
        left, right = self.choice(node.left, subject, fresh), self.choice(node.right, subject, fresh)
        if left.isdisjoint(right):
            return Truth.FALSE
        return Truth.TRUE if len(left) == len(right) == 1 else Truth.UNKNOWN

    def _overlaps(self, node: Overlaps, subject: str, fresh: bool) -> Truth:
        items = self.items(node.reference, subject, fresh)
        if not items.present.isdisjoint(node.items):
            return Truth.TRUE
        return Truth.FALSE if items.possible.isdisjoint(node.items) else Truth.UNKNOWN

    def _quantified(self, node: Quantified, _subject: str, fresh: bool) -> Truth:
        truths = [self.truth(node.part, lesion, fresh) for lesion in self.lesions]
        if self.has_unlisted_lesions():
            truths.append(Truth.UNKNOWN)
        return any_of(truths) if node.quantifier == "any" else all_of(truths)

    def has_unlisted_lesions(self) -> bool:
        """Whether lesions exist, or may exist, that are not listed in the case."""
        return arithmetic.has_unlisted(self._lesion_count(), len(self.lesions))

    def _lesion_count(self) -> Interval:
        if LESION_COUNT not in self.knowledge.findings:
            return arithmetic.NOT_NEGATIVE
        return self.number(Quantity(Reference(LESION_COUNT, lesion=False)), PATIENT)

    def _gate_passes(self, node: GatePasses, subject: str, _fresh: bool) -> Truth:
        entries = self.knowledge.gates[node.gate].entry.items
        wanted = (
            position
            for position, item in enumerate(entries)
            if (item.id == node.only if node.only else item.severity == "block" and item.id not in node.excepted)
        )
        return all_of(self.gate_item(node.gate, position, subject) for position in wanted)

    def _same_technique(self, node: SameTechnique, subject: str, fresh: bool) -> Truth:
        return self.observed.same_technique(
            self.group(node.left, subject, fresh), self.group(node.right, subject, fresh)
        )

    # numbers

    def number(self, node: NumberNode, subject: str, fresh: bool = False) -> Interval:
        """A number, or the bounds within which it lies, in its canonical unit."""
        match node:
            case Number(value=value):
                return Interval(value, value)
            case Quantity(reference=reference):
                return self._quantity(reference, subject, fresh)
            case Arithmetic(operator=operator, left=left, right=right):
                return arithmetic.OPERATORS[operator](
                    self.number(left, subject, fresh), self.number(right, subject, fresh)
                )
            case Limit():
                return self._limit(node, subject, fresh)
            case Function(name=name, arguments=arguments):
                return arithmetic.FUNCTIONS[name](*(self.number(argument, subject, fresh) for argument in arguments))
            case Either(condition=condition, then=then, otherwise=otherwise):
                return self._either(self.truth(condition, subject, fresh), then, otherwise, subject, fresh)
            case CountTrue(parts=parts):
                return arithmetic.counted(*(self.truth(part, subject, fresh) for part in parts))
            case CountLesions(part=part):
                return self._count_lesions(part, fresh)
            case LesionNumber():
                return self._over_lesions(node, fresh)
            case Elapsed(unit=unit, start=start, end=end):
                return arithmetic.elapsed(unit, self._date(start, subject), self._date(end, subject))

    def _quantity(self, reference: Reference, subject: str, fresh: bool) -> Interval:
        if reference.derived:
            value = self._derive(reference, subject, fresh)
            return value if isinstance(value, Interval) else ANYTHING
        finding = self.knowledge.findings[reference.name]
        recorded = self.observed.interval(*self._read(reference, subject, fresh))
        if recorded is not None:
            return recorded
        # what may be too old for a safety gate must be measured for it: nothing stands in for it there
        must_be_measured = fresh and finding.max_age_days_for_gates is not None
        if finding.absent_range and not must_be_measured and self._is_ruled_out(reference, subject):
            return Interval(*finding.absent_range)
        return seen.hard_limits(finding)

    def _limit(self, node: Limit, subject: str, fresh: bool) -> Interval:
        groups, finding, which, _fresh = self._read(node.reference, subject, fresh)
        return self.observed.limit(groups, finding, node.side, which, fresh)

    def _either(self, condition: Truth, then: NumberNode, otherwise: NumberNode, subject: str, fresh: bool) -> Interval:
        if condition.is_true:
            return self.number(then, subject, fresh)
        if condition.is_false:
            return self.number(otherwise, subject, fresh)
        return numbers.hull([self.number(then, subject, fresh), self.number(otherwise, subject, fresh)])

    def _count_lesions(self, part: TruthNode, fresh: bool) -> Interval:
        truths = [self.truth(part, lesion, fresh) for lesion in self.lesions]
        return arithmetic.counted_lesions(self._lesion_count(), *truths)

    def _over_lesions(self, node: LesionNumber, fresh: bool) -> Interval:
        parts = [self.number(node.number, lesion, fresh) for lesion in self.lesions]
        return arithmetic.over_lesions(node.how, self._lesion_count(), *parts)

    # choices, items, dates

    def choice(self, node: ChoiceNode, subject: str, fresh: bool = False) -> frozenset[str]:
        """The choices that are possible."""
        if isinstance(node, ModalityOf):
            modality = self.observed.modality(*self._read(node.reference, subject, fresh))
            return frozenset([modality]) if modality in node.domain else node.domain
        if node.reference.derived:
            value = self._derive(node.reference, subject, fresh)
            return value if isinstance(value, frozenset) else node.domain
        recorded = self.observed.choices(*self._read(node.reference, subject, fresh), node.domain)
        if recorded is None:
            ruled_out = self._is_ruled_out(node.reference, subject)
            return frozenset([self.knowledge.findings[node.reference.name].absent_choice]) if ruled_out else node.domain
        return recorded

    def items(self, reference: Reference, subject: str, fresh: bool) -> ItemSet:
        """The items of a multi-choice finding that are present, and those that may be."""
        domain = self.domain(reference.name)
        recorded = self.observed.items(*self._read(reference, subject, fresh), domain)
        if recorded is None:
            return ItemSet(frozenset(), frozenset() if self._is_ruled_out(reference, subject) else domain)
        return recorded

    def _date(self, node: DateNode, subject: str) -> DateRange | None:
        match node:
            case AsOf():
                return DateRange(self.observed.as_of, self.observed.as_of)
            case ObservationDate(reference=reference):
                return self.observed.observed_on(*self._read(reference, subject))
            case DateOf(reference=reference):
                return self.observed.day(*self._read(reference, subject))

    # derived findings

    def _derive(self, reference: Reference, subject: str, fresh: bool) -> Truth | Interval | frozenset[str]:
        about = subject if reference.lesion else PATIENT
        if (reference.name, about) in self._assumed:
            return frozenset([self._assumed[(reference.name, about)]])
        key = (reference.name, about, fresh)
        if key not in self._derived:
            self._derived[key] = self._compute(self.knowledge.derived[reference.name], about, fresh)
        return self._derived[key]

    def _compute(self, derived: CompiledDerived, subject: str, fresh: bool) -> Truth | Interval | frozenset[str]:
        kind = derived.entry.type
        if derived.tree is not None:
            if kind == "yes_no":
                return self.truth(derived.tree, subject, fresh)  # type: ignore[arg-type]
            return arithmetic.within(self.number(derived.tree, subject, fresh), derived.entry.range)  # type: ignore[arg-type]
        results = self.possible_rows(derived, subject, fresh)
        outcomes = [row.then for row in results]
        if kind == "yes_no":
            truths = {from_bool(bool(outcome)) for outcome in outcomes}
            return truths.pop() if len(truths) == 1 else Truth.UNKNOWN
        if kind == "choice":
            return frozenset(str(outcome) for outcome in outcomes)
        possible = [self.number(outcome, subject, fresh) for outcome in outcomes]  # type: ignore[arg-type]
        return arithmetic.within(numbers.hull(possible), derived.entry.range)

    def possible_rows(self, derived: CompiledDerived, subject: str, fresh: bool = False) -> list[CompiledRow]:
        """The rows of a first-hit table that can be the hit: unknown ones up to one that holds, or "otherwise"."""
        possible: list[CompiledRow] = []
        for row in derived.rows:
            truth = self.truth(row.when, subject, fresh)
            if truth is not Truth.FALSE:
                possible.append(row)
            if truth is Truth.TRUE:
                return possible
        if derived.otherwise is not None:
            possible.append(CompiledRow("otherwise", Constant(value=True), derived.otherwise))
        return possible
