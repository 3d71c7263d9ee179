"""A patient of whom nothing is fixed: what every checked tree answers, as formulas over what may be recorded.

The meaning is that of `decision.evaluation`, node by node. Calculators that are not linear are free values within
their range; every case that is found is therefore put to the reference evaluator before it is believed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import z3

from hepalith.decision.evaluation import LESION_COUNT
from hepalith.decision.precedence import CLOSURE
from hepalith.domain.case import PATIENT
from hepalith.knowledge.base import CompiledDerived, Knowledge
from hepalith.knowledge.tree import (
    And,
    Arithmetic,
    AsOf,
    ChoiceIn,
    ChoiceNode,
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
    Or,
    Overlaps,
    Quantified,
    Quantity,
    Reference,
    SameChoice,
    SameTechnique,
    TruthNode,
    walk,
)
from hepalith.proofs.facts import LESIONS, Fact, Facts
from hepalith.proofs.terms import (
    ANYTHING,
    FALSE,
    NO,
    TRUE,
    UNKNOWN,
    YES,
    Answer,
    Formula,
    Span,
    absolute,
    all_of,
    any_of,
    conjunction,
    constant,
    disjunction,
    equal,
    guarded,
    hull,
    less,
    less_or_equal,
    maximum,
    minimum,
    negation,
    number,
    rounded,
    scaled,
    span,
    where,
    within,
)

Possible = Mapping[str, Formula]  # choice -> when it is possible
_MONTH = Decimal("30.436875")
_EXAMPLE_DAYS = (0, 15, 45, 75, 105, 135, 165, 200, 290, 400, 500, 700, 800, 1000, 1500, 3000)


class Free(NamedTuple):
    """A number that no formula ties to what it is computed from."""

    value: Span
    node: NumberNode
    subject: str
    fresh: bool


class _Winner(NamedTuple):
    """Advice to which other advice gives way: whether it is there, whether it holds, whether it replaces the other."""

    present: Formula
    holds: Answer
    replaces: bool


class Patient:
    """Answers about every patient at once, with one knowledge base.

    Nothing is recorded that the form hides (`relevant`). agreeing: nor anything that contradicts the answer
    that stands for it otherwise (`absent_when`).
    """

    def __init__(self, knowledge: Knowledge, *, agreeing: bool = False) -> None:
        self.knowledge = knowledge
        self.facts = Facts(knowledge)
        self.free: list[Free] = []  # values that no formula ties to what they are computed from
        self.usual: list[Formula] = []  # months of the usual length, away from where the calendar matters
        self._truths: dict[tuple[int, str, bool], tuple[TruthNode, Answer]] = {}
        self._derived: dict[tuple[str, str, bool], Answer | Span | Possible] = {}
        self._gate_items: dict[tuple[str, int, str], Answer] = {}
        self._fires: dict[tuple[str, str], Answer] = {}
        self._effective: dict[tuple[str, str], Answer] = {}
        self._counts: dict[tuple[str, str], Formula] = {}
        self._unruled: list[Fact] = []
        self._agreeing = agreeing
        self.facts.on_new = self._unruled.append
        self._truth_of: dict[type[Node], Callable[..., Answer]] = {
            Constant: lambda node, _subject, _fresh: TRUE if node.value else FALSE,
            Holds: lambda node, subject, fresh: self._holds(node.reference, subject, fresh),
            And: lambda node, subject, fresh: all_of([self.truth(part, subject, fresh) for part in node.parts]),
            Or: lambda node, subject, fresh: any_of([self.truth(part, subject, fresh) for part in node.parts]),
            Not: lambda node, subject, fresh: self.truth(node.part, subject, fresh).negated(),
            Compare: self._compare,
            ChoiceIn: self._choice_in,
            SameChoice: self._same_choice,
            Overlaps: self._overlaps,
            Quantified: self._quantified,
            GatePasses: self._gate_passes,
            Fires: lambda node, subject, _fresh: any_of([self.fires(name, subject) for name in node.recommendations]),
            Missing: lambda node, subject, _fresh: self._missing(node.reference, subject),
            SameTechnique: self._same_technique,
        }

    def rules(self) -> Sequence[Formula]:
        """What holds of every patient that can be recorded, of all that was asked about so far."""
        while self._unruled:
            self._rule(self._unruled.pop())
        return self.facts.rules

    def _rule(self, fact: Fact) -> None:
        relevant = self.knowledge.relevance.get(fact.finding.id)
        if relevant is not None:
            hidden = self.truth(relevant, fact.subject).false
            self.facts.rules.append(z3.Implies(fact.recorded, negation(hidden)))
        if self._agreeing and not fact.which:
            self._rule_absences(fact.finding.id, fact.subject)

    def _rule_absences(self, finding: str, subject: str) -> None:
        """What is observed does not contradict what stands for it, nor did it until an examination."""
        for until in ("", *(until for name, until in self.knowledge.earlier_absence if name == finding)):
            reference = Reference(finding, lesion=subject != PATIENT, until=until)
            absent = self.knowledge.absence_of(reference)
            if absent is not None:
                ruled_out = self.truth(absent, subject).true
                for when, fact in self.facts.meant(reference, subject):
                    self.facts.rules.append(negation(conjunction([when, ruled_out, negation(_is_as_ruled(fact))])))

    # what is asked from outside

    def truth(self, node: TruthNode, subject: str, fresh: bool = False) -> Answer:
        """When a condition is known to hold for a subject, and when it is known not to."""
        key = (id(node), subject, fresh)
        if key not in self._truths:  # kept with its node, so that the identity stays a safe key
            self._truths[key] = (node, self._truth_of[type(node)](node, subject, fresh))
        return self._truths[key][1]

    def fires(self, recommendation: str, subject: str) -> Answer:
        """Whether the condition of a recommendation holds, before precedence."""
        compiled = self.knowledge.recommendations[recommendation]
        about = subject if compiled.entry.subject == "lesion" else PATIENT
        key = (recommendation, about)
        if key not in self._fires:
            self._fires[key] = self.truth(compiled.when, about)
        return self._fires[key]

    def effective(self, recommendation: str, subject: str) -> Answer:
        """Whether a recommendation holds after precedence (`decision.precedence`)."""
        key = (recommendation, subject)
        if key not in self._effective:
            self._effective[key] = self._judge(recommendation, subject)
        return self._effective[key]

    def sets_urgency(self, recommendation: str, subject: str) -> Formula:
        """Whether a recommendation counts for the urgency: it holds, or gives way without being replaced."""
        key = (recommendation, subject)
        if key not in self._counts:
            self._counts[key] = self._count_of(recommendation, subject)
        return self._counts[key]

    def is_replaced(self, recommendation: str, subject: str) -> Formula:
        """Whether a more exact answer to the same question stands in its place."""
        is_closure = CLOSURE in self.knowledge.recommendations[recommendation].entry.tags
        winners = self._winners(recommendation, subject, even_if_they_give_way=is_closure)
        return disjunction(conjunction([one.present, one.holds.true]) for one in winners if one.replaces)

    def gate_item(self, gate: str, position: int, subject: str) -> Answer:
        """Whether an item of a gate is fulfilled."""
        compiled = self.knowledge.gates[gate]
        about = subject if compiled.entry.subject == "lesion" else PATIENT
        key = (gate, position, about)
        if key not in self._gate_items:
            self._gate_items[key] = self.truth(compiled.items[position], about, compiled.entry.wants_fresh)
        return self._gate_items[key]

    def gate_passes(self, gate: str, subject: str) -> Answer:
        """Whether a gate is open."""
        return self._gate_passes(GatePasses(gate), subject, _fresh=False)

    def row_hits(self, derived: CompiledDerived, subject: str, fresh: bool = False) -> list[Answer]:
        """For each row whether it is the hit, is not, or may be; last whether no row is."""
        found: list[Answer] = []
        untried: list[Formula] = []  # no earlier row is known to hold
        failed: list[Formula] = []  # every earlier row is known not to
        for row in derived.rows:
            truth = self.truth(row.when, subject, fresh)
            hit = conjunction([*failed, truth.true])
            found.append(Answer(hit, negation(conjunction([*untried, negation(truth.false)]))))
            untried.append(negation(truth.true))
            failed.append(truth.false)
        found.append(Answer(conjunction(failed), negation(conjunction(untried))))
        return found

    def subjects(self, subject: str) -> tuple[str, ...]:
        """The subjects of advice for a lesion, or for the patient."""
        return LESIONS if subject == "lesion" else (PATIENT,)

    def is_present(self, subject: str) -> Formula:
        """Whether the case has this lesion; the patient is always there."""
        return self.facts.present.get(subject, YES)

    # precedence

    def _judge(self, name: str, subject: str) -> Answer:
        applies = self.fires(name, subject)
        is_closure = CLOSURE in self.knowledge.recommendations[name].entry.tags
        winners = list(self._winners(name, subject, even_if_they_give_way=is_closure))
        beaten = disjunction(conjunction([winner.present, winner.holds.true]) for winner in winners)
        holds = [applies.true, negation(beaten)]
        if is_closure:
            holds += [disjunction([negation(winner.present), winner.holds.false]) for winner in winners]
        return Answer(conjunction(holds), disjunction([applies.false, beaten]))

    def _count_of(self, name: str, subject: str) -> Formula:
        parts = [self.is_present(subject), self.fires(name, subject).true, negation(self.is_replaced(name, subject))]
        if CLOSURE in self.knowledge.recommendations[name].entry.tags:  # only held open, it does not count
            winners = self._winners(name, subject, even_if_they_give_way=True)
            beaten = [conjunction([winner.present, winner.holds.true]) for winner in winners]
            parts.append(disjunction([*beaten, self.effective(name, subject).true]))
        return conjunction(parts)

    def _winners(self, name: str, subject: str, *, even_if_they_give_way: bool) -> "Iterator[_Winner]":
        for rule, winner in self.knowledge.suppressors.get(name, ()):
            for whose in self.subjects(self.knowledge.recommendations[winner].entry.subject):
                if rule.across == "lesion" and PATIENT not in (subject, whose) and subject != whose:
                    continue
                judged = self.fires if even_if_they_give_way else self.effective
                yield _Winner(self.is_present(whose), judged(winner, whose), rule.replaces)

    # truths

    def _holds(self, reference: Reference, subject: str, fresh: bool) -> Answer:
        if reference.derived:
            value = self._derive(reference, subject, fresh)
            return value if isinstance(value, Answer) else UNKNOWN
        if self.knowledge.findings[reference.name].observation == "any" and not reference.which:
            return self._any_observation(reference, subject)
        meant = self._meant(reference, subject, fresh)
        return Answer(
            disjunction(conjunction([when, fact.value]) for when, fact in meant),
            disjunction(
                [conjunction([when, negation(fact.value)]) for when, fact in meant]
                + [conjunction([_none_of(meant), self._ruled_out(reference, subject)])]
            ),
        )

    def _any_observation(self, reference: Reference, subject: str) -> Answer:
        facts = self._all_observations(reference, subject)
        none = negation(facts[0].recorded)
        return Answer(
            disjunction(conjunction([fact.recorded, fact.value]) for fact in facts),
            disjunction(
                [
                    conjunction([negation(none), *(z3.Implies(fact.recorded, z3.Not(fact.value)) for fact in facts)]),
                    conjunction([none, self._ruled_out(reference, subject)]),
                ]
            ),
        )

    def _all_observations(self, reference: Reference, subject: str) -> list[Fact]:
        about = subject if reference.lesion else PATIENT
        found = [self.facts.fact(reference.name, about, n) for n in range(self.facts.depth(reference.name))]
        return [fact for fact in found if fact is not None]

    def _meant(self, reference: Reference, subject: str, fresh: bool = False) -> list[tuple[Formula, Fact]]:
        meant = self.facts.meant(reference, subject)
        oldest = self.knowledge.findings[reference.name].max_age_days_for_gates
        if not fresh or oldest is None:
            return meant
        return [(conjunction([when, fact.day <= oldest]), fact) for when, fact in meant]

    def _ruled_out(self, reference: Reference, subject: str) -> Formula:
        absence = self.knowledge.absence_of(reference)
        if absence is None:
            return NO
        return self.truth(absence, subject if reference.lesion else PATIENT).true

    def _compare(self, node: Compare, subject: str, fresh: bool) -> Answer:
        left, right = self.number(node.left, subject, fresh), self.number(node.right, subject, fresh)
        match node.operator:
            case "<":
                return less(left, right)
            case "<=":
                return less_or_equal(left, right)
            case ">":
                return less(right, left)
            case ">=":
                return less_or_equal(right, left)
            case "==":
                return equal(left, right)
        return equal(left, right).negated()

    def _choice_in(self, node: ChoiceIn, subject: str, fresh: bool) -> Answer:
        possible = self.choice(node.choice, subject, fresh)
        return Answer(
            negation(disjunction(when for one, when in possible.items() if one not in node.options)),
            negation(disjunction(when for one, when in possible.items() if one in node.options)),
        )

    def _same_choice(self, node: SameChoice, subject: str, fresh: bool) -> Answer:
        left, right = self.choice(node.left, subject, fresh), self.choice(node.right, subject, fresh)
        shared = disjunction(conjunction([when, right[one]]) for one, when in left.items() if one in right)
        return Answer(conjunction([shared, _is_one(left), _is_one(right)]), negation(shared))

    def _overlaps(self, node: Overlaps, subject: str, fresh: bool) -> Answer:
        return any_of([self._item(node.reference, item, subject, fresh) for item in node.items])

    def _item(self, reference: Reference, item: str, subject: str, fresh: bool) -> Answer:
        if self.knowledge.findings[reference.name].observation == "any" and not reference.which:
            facts = self._all_observations(reference, subject)
            meant = [(fact.recorded, fact) for fact in facts]
        else:
            meant = self._meant(reference, subject, fresh)
        parts = [(when, *fact.items[item]) for when, fact in meant]
        present = disjunction(conjunction([when, known, is_present]) for when, known, is_present in parts)
        absent = [conjunction([when, known, negation(is_present)]) for when, known, is_present in parts]
        if len(parts) > 1:
            absent = [conjunction([negation(present), disjunction(absent)])]
        return Answer(
            present, disjunction([*absent, conjunction([_none_of(meant), self._ruled_out(reference, subject)])])
        )

    def _quantified(self, node: Quantified, _subject: str, fresh: bool) -> Answer:
        truths = [guarded(self.facts.present[one], self.truth(node.part, one, fresh)) for one in LESIONS]
        some, listed = (disjunction(truth.true for truth in truths), negation(self._unlisted()))
        lacking = disjunction(truth.false for truth in truths)
        absent = [negation(self.facts.present[one]) for one in LESIONS]
        if node.quantifier == "any":
            none = [disjunction([gone, truth.false]) for gone, truth in zip(absent, truths, strict=True)]
            return Answer(some, conjunction([listed, *none]))
        every = [disjunction([gone, truth.true]) for gone, truth in zip(absent, truths, strict=True)]
        return Answer(conjunction([listed, *every]), lacking)

    def _listed_count(self) -> Formula:
        return z3.Sum(*(z3.If(self.facts.present[one], number(1), number(0)) for one in LESIONS))

    def _lesion_count(self) -> Span:
        if LESION_COUNT not in self.knowledge.findings:
            return Span(number(0), ANYTHING.high)
        return self._quantity(Reference(LESION_COUNT, lesion=False), PATIENT, fresh=False)

    def _unlisted(self) -> Formula:
        count = self._lesion_count()
        nothing_listed = conjunction([negation(self.facts.present[LESIONS[0]]), count.high > 0])
        return disjunction([count.low > self._listed_count(), nothing_listed])

    def _gate_passes(self, node: GatePasses, subject: str, _fresh: bool) -> Answer:
        return all_of(
            [
                self.gate_item(node.gate, position, subject)
                for position, item in enumerate(self.knowledge.gates[node.gate].entry.items)
                if (item.id == node.only if node.only else item.severity == "block" and item.id not in node.excepted)
            ]
        )

    def _missing(self, reference: Reference, subject: str) -> Answer:
        known = self._known(reference, subject)
        return Answer(negation(known), known)

    def _known(self, reference: Reference, subject: str) -> Formula:
        finding = self.knowledge.findings.get(reference.name)
        kind = finding.type if finding else self.knowledge.derived[reference.name].entry.type
        match kind:
            case "yes_no":
                return disjunction(self._holds(reference, subject, fresh=False))
            case "number":
                value = self._quantity(reference, subject, fresh=False)
                return value.low == value.high
            case "choice":
                return _is_one(self._choices(reference, subject, fresh=False))
            case "multi":
                items = self.knowledge.domains[reference.name]
                return conjunction(disjunction(self._item(reference, item, subject, fresh=False)) for item in items)
        return negation(_none_of(self._meant(reference, subject)))

    def _same_technique(self, node: SameTechnique, subject: str, fresh: bool) -> Answer:
        same: list[Formula] = []
        other: list[Formula] = []
        for left_meant, left in self._meant(node.left, subject, fresh):
            for right_meant, right in self._meant(node.right, subject, fresh):
                agree, differ = self.facts.technique(left, right)
                a, b = self.facts.by_modality(left), self.facts.by_modality(right)
                both = conjunction([left.modality_known, right.modality_known])
                alike = disjunction(conjunction([a[one], b[one]]) for one in a)
                meant = conjunction([left_meant, right_meant])
                same.append(conjunction([meant, both, alike, agree]))
                other.append(conjunction([meant, disjunction([conjunction([both, negation(alike)]), differ])]))
        return Answer(disjunction(same), disjunction(other))

    # numbers

    def number(self, node: NumberNode, subject: str, fresh: bool = False) -> Span:
        """A number, or the bounds within which it lies, in its canonical unit."""
        match node:
            case Number(value=value):
                return span(value, value)
            case Quantity(reference=reference):
                return self._quantity(reference, subject, fresh)
            case Arithmetic():
                return self._arithmetic(node, subject, fresh)
            case Limit():
                return self._limit(node, subject, fresh)
            case Function():
                return self._function(node, subject, fresh)
            case Either(condition=condition):
                then, otherwise = (self.number(part, subject, fresh) for part in (node.then, node.otherwise))
                truth = self.truth(condition, subject, fresh)
                return where(truth.true, then, where(truth.false, otherwise, hull(then, otherwise)))
            case CountTrue(parts=parts):
                return _count([self.truth(part, subject, fresh) for part in parts])
            case CountLesions(part=part):
                return self._count_lesions(part, fresh)
            case LesionNumber():
                return self._over_lesions(node, fresh)
            case Elapsed():
                return self._elapsed(node, subject)

    def _quantity(self, reference: Reference, subject: str, fresh: bool) -> Span:
        if reference.derived:
            value = self._derive(reference, subject, fresh)
            return value if isinstance(value, Span) else ANYTHING
        finding = self.knowledge.findings[reference.name]
        result = span(*finding.hard) if finding.hard else ANYTHING
        must_be_measured = fresh and finding.max_age_days_for_gates is not None
        if finding.absent_range and not must_be_measured and finding.observation not in {"largest", "smallest"}:
            result = where(self._ruled_out(reference, subject), span(*finding.absent_range), result)
        if finding.observation in {"largest", "smallest"} and not reference.which:
            extreme = maximum if finding.observation == "largest" else minimum
            for position, fact in enumerate(self._all_observations(reference, subject)):
                point = Span(fact.value, fact.value)
                result = where(fact.recorded, extreme([result, point]) if position else point, result)
            return result
        for when, fact in self._meant(reference, subject, fresh):
            result = where(when, Span(fact.value, fact.value), result)
        return result

    def _limit(self, node: Limit, subject: str, fresh: bool) -> Span:
        finding = self.knowledge.findings[node.reference.name]
        assumed = finding.upper_limit if node.side == "upper" else finding.lower_limit
        result = span(0, finding.hard[1]) if finding.hard else Span(number(0), ANYTHING.high)
        if assumed is not None:
            result = span(assumed, assumed)
        for when, fact in self._meant(node.reference, subject, fresh):
            known, limit = fact.limits[node.side]
            result = where(conjunction([when, known]), Span(limit, limit), result)
        return result

    def _arithmetic(self, node: Arithmetic, subject: str, fresh: bool) -> Span:
        a, b = self.number(node.left, subject, fresh), self.number(node.right, subject, fresh)
        match node.operator:
            case "+":
                return Span(z3.simplify(a.low + b.low), z3.simplify(a.high + b.high))
            case "-":
                return Span(z3.simplify(a.low - b.high), z3.simplify(a.high - b.low))
        left, right = constant(a), constant(b)
        if node.operator == "*" and (left is not None or right is not None):
            return scaled(b, left) if left is not None else scaled(a, right)
        if node.operator == "/" and right is not None and right.as_fraction() != 0:
            return scaled(a, z3.simplify(number(1) / right))
        return self._any_number(node, subject, fresh)

    def _function(self, node: Function, subject: str, fresh: bool) -> Span:
        parts = [self.number(argument, subject, fresh) for argument in node.arguments]
        match node.name:
            case "min":
                return minimum(parts)
            case "max":
                return maximum(parts)
            case "abs":
                return absolute(parts[0])
            case "round" if isinstance(node.arguments[1], Number):
                return rounded(parts[0], int(node.arguments[1].value))
        return self._any_number(node, subject, fresh)

    def _any_number(self, node: NumberNode, subject: str, fresh: bool, limits: Span = ANYTHING) -> Span:
        made = Span(*(z3.Real(f"free {len(self.free)} {end}") for end in ("low", "high")))
        self.facts.rules += [made.low <= made.high, made.low >= limits.low, made.high <= limits.high]
        self.free.append(Free(made, node, subject, fresh))
        return made

    def _count_lesions(self, part: TruthNode, fresh: bool) -> Span:
        truths = [self.truth(part, one, fresh) for one in LESIONS]
        counted = _count([_where_present(self.facts.present[one], t) for one, t in zip(LESIONS, truths, strict=True)])
        more = self._lesion_count().high - self._listed_count()
        return Span(counted.low, z3.If(self._unlisted(), counted.high + more, counted.high))

    def _over_lesions(self, node: LesionNumber, fresh: bool) -> Span:
        one, other = (self.number(node.number, lesion, fresh) for lesion in LESIONS)
        both = maximum([one, other]) if node.how == "largest" else Span(one.low + other.low, one.high + other.high)
        first, second = (self.facts.present[lesion] for lesion in LESIONS)
        total = where(second, both, where(first, one, Span(number(0), ANYTHING.high)))
        return where(self._unlisted(), Span(total.low, ANYTHING.high), total)

    def _elapsed(self, node: Elapsed, subject: str) -> Span:
        (start_known, start), (end_known, end) = self._date(node.start, subject), self._date(node.end, subject)
        days = z3.ToReal(start - end)
        if node.unit == "months":
            days = self._months(z3.simplify(days))
        return where(conjunction([start_known, end_known]), Span(days, days), ANYTHING)

    def _months(self, days: Formula) -> Formula:
        months = z3.Real(f"months {days.get_id()}")
        self.usual += [months * number(_MONTH) == days, z3.Or(*(days == example for example in _EXAMPLE_DAYS))]
        self.facts.rules += [
            z3.Implies(days >= 0, z3.And(months * 28 <= days, days <= months * 31)),
            z3.Implies(days < 0, z3.And(months * 28 >= days, days >= months * 31)),
            z3.And(months * number(_MONTH) - days <= 31, days - months * number(_MONTH) <= 31),
        ]
        return months

    def _date(self, node: DateNode, subject: str) -> tuple[Formula, Formula]:
        """Whether a date is known, and how many days before the assessment it lies."""
        if isinstance(node, AsOf):
            return TRUE.true, z3.IntVal(0)
        meant = self._meant(node.reference, subject)
        day: Formula = z3.IntVal(0)
        for when, fact in meant:
            day = z3.If(when, fact.value if isinstance(node, DateOf) else fact.day, day)
        return negation(_none_of(meant)), day

    # choices and derived findings

    def choice(self, node: ChoiceNode, subject: str, fresh: bool = False) -> Possible:
        """For each choice, when it is possible."""
        if not isinstance(node, ModalityOf):
            return self._choices(node.reference, subject, fresh)
        meant = self._meant(node.reference, subject, fresh)
        unknown = negation(disjunction(conjunction([when, fact.modality_known]) for when, fact in meant))
        return {
            one: disjunction(
                [unknown]
                + [conjunction([when, fact.modality_known, self.facts.by_modality(fact)[one]]) for when, fact in meant]
            )
            for one in sorted(node.domain)
        }

    def _choices(self, reference: Reference, subject: str, fresh: bool) -> Possible:
        if reference.derived:
            value = self._derive(reference, subject, fresh)
            return value if isinstance(value, dict) else {}
        meant = self._meant(reference, subject, fresh)
        stated = self.knowledge.findings[reference.name].absent_choice
        none, ruled_out = _none_of(meant), self._ruled_out(reference, subject)
        return {
            one: disjunction(
                [
                    none if one == stated else conjunction([none, negation(ruled_out)]),
                    *(conjunction([when, fact.options[one]]) for when, fact in meant),
                ]
            )
            for one in sorted(self.knowledge.domains[reference.name])
        }

    def _derive(self, reference: Reference, subject: str, fresh: bool) -> Answer | Span | Possible:
        about = subject if reference.lesion else PATIENT
        key = (reference.name, about, fresh)
        if key not in self._derived:
            self._derived[key] = self._compute(self.knowledge.derived[reference.name], about, fresh)
        return self._derived[key]

    def _compute(self, derived: CompiledDerived, subject: str, fresh: bool) -> Answer | Span | Possible:
        entry = derived.entry
        if entry.range and _is_calculated(derived):
            whole = Quantity(Reference(entry.id, entry.subject == "lesion", derived=True))
            return self._any_number(whole, subject, fresh, span(*entry.range))
        if derived.tree is not None:
            if entry.type == "yes_no":
                return self.truth(derived.tree, subject, fresh)  # type: ignore[arg-type]
            return self._within(derived, self.number(derived.tree, subject, fresh))  # type: ignore[arg-type]
        hits = self.row_hits(derived, subject, fresh)
        outcomes = [*(row.then for row in derived.rows), derived.otherwise]
        results = [(hit, then) for hit, then in zip(hits, outcomes, strict=True) if then is not None]
        if entry.type == "choice":
            return {
                option.id: disjunction(negation(hit.false) for hit, then in results if then == option.id)
                for option in entry.choices
            }
        if entry.type == "yes_no":
            may_be = [disjunction(negation(hit.false) for hit, then in results if then is way) for way in (True, False)]
            return Answer(*(conjunction([may, negation(not_)]) for may, not_ in (may_be, reversed(may_be))))
        return self._within(derived, self._hull_of(results, subject, fresh))

    def _hull_of(self, results: Sequence[tuple[Answer, Any]], subject: str, fresh: bool) -> Span:
        total: Span | None = None
        possible: Formula = NO
        for hit, then in results:
            part, may = self.number(then, subject, fresh), negation(hit.false)
            total = part if total is None else where(may, where(possible, hull(total, part), part), total)
            possible = disjunction([possible, may])
        return total or ANYTHING

    @staticmethod
    def _within(derived: CompiledDerived, result: Span) -> Span:
        return within(result, *derived.entry.range) if derived.entry.range else result


def _is_as_ruled(fact: Fact) -> Formula:
    """Whether an observation says what another finding says in its place."""
    match fact.finding.type:
        case "yes_no":
            return negation(fact.value)
        case "multi":
            return conjunction(conjunction([known, negation(present)]) for known, present in fact.items.values())
        case "choice":
            return fact.options[fact.finding.absent_choice]
        case "number" if fact.finding.absent_range:
            low, high = fact.finding.absent_range
            own_limit_known, own_limit = fact.limits["upper"]
            within_own = disjunction([negation(own_limit_known), fact.value <= own_limit])
            return conjunction([fact.value >= number(low), fact.value <= number(high), within_own])
    return YES


def _none_of(meant: Sequence[tuple[Formula, Fact]]) -> Formula:
    return negation(disjunction(when for when, _fact in meant))


def _is_one(possible: Possible) -> Formula:
    return z3.PbEq([(when, 1) for when in possible.values()], 1)


def _count(truths: Sequence[Answer]) -> Span:
    one, zero = number(1), number(0)
    return Span(
        z3.Sum(*(z3.If(truth.true, one, zero) for truth in truths)),
        z3.Sum(*(z3.If(truth.false, zero, one) for truth in truths)),
    )


def _where_present(present: Formula, truth: Answer) -> Answer:
    return Answer(conjunction([present, truth.true]), disjunction([negation(present), truth.false]))


def _is_calculated(derived: CompiledDerived) -> bool:
    """Whether a number is more than sums, scales and tables of what is entered."""
    trees = [derived.tree, *(row.then for row in derived.rows), derived.otherwise]
    nodes = [node for tree in trees if isinstance(tree, Node) for node in walk(tree)]
    return any(_is_not_linear(node) for node in nodes)


def _is_not_linear(node: Node) -> bool:
    match node:
        case Function(name=name):
            return name not in {"min", "max", "abs", "round"}
        case Arithmetic(operator="*", left=left, right=right):
            return not (_is_plain(left) or _is_plain(right))
        case Arithmetic(operator="/", right=right):
            return not _is_plain(right)
    return False


def _is_plain(node: Node) -> bool:
    return all(isinstance(part, Number | Arithmetic) for part in walk(node))
