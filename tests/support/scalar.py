"""The knowledge's conditions in scalars: a value or null, as databases, rule engines and the clinical standard know it.

The checked trees of `knowledge.tree` are brought down to a dozen operations over flat inputs, so that each other engine
needs only a small printer. Null is "unknown"; `and`, `or`, `not` are three-valued; every other operation gives null for
null. What our evaluator knows of a number within bounds is lost here; `Scalars.bounded` says in which conditions that
can matter.

A table of first hits is no new operation: asked whether its result is one of some outcomes, the row `c -> yes` before
the rest `r` is `c or r`, and the row `c -> no` is `not c and r`, unknown rows included.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import singledispatchmethod
from typing import Literal

import msgspec

from hepalith.decision.evaluation import LESION_COUNT, Evaluation
from hepalith.domain import interval as numbers
from hepalith.domain.case import PATIENT, Case, NumberValue, Observation
from hepalith.domain.interval import Interval, point
from hepalith.domain.truth import Truth
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
    ObservationDate,
    Or,
    Overlaps,
    Quantified,
    Quantity,
    Reference,
    SameChoice,
    SameTechnique,
    TruthNode,
    references,
)
from hepalith.knowledge.tree import walk as walk_tree
from support.generate import TODAY, Condition, conditions

Kind = Literal["truth", "number", "text", "date"]


class Expr(msgspec.Struct, frozen=True):
    """Base of all expressions; compared by value."""


class Value(Expr, frozen=True):
    """A constant; None is null."""

    value: bool | Decimal | str | None


class Field(Expr, frozen=True):
    """An input of the patient or of the lesion that is judged; null when it is not known."""

    key: str
    kind: Kind
    lesion: bool


class Use(Expr, frozen=True):
    """The value of a definition, for the same lesion if it is about one."""

    name: str


class Op(Expr, frozen=True):
    """An operation: and or not < <= > >= == != in + - * / min max abs round ln log10 sqrt exp if first is_null
    days months months_whole add_months.

    if(c, a, b): b unless c is true. first: the first that is not null. round(x, digits). in(x, a, b, ...).
    days(a, b), months(a, b): from a to b; months with the begun one as a fraction, months_whole without.
    """

    name: str
    parts: tuple[Expr, ...]


class Over(Expr, frozen=True):
    """Over all listed lesions: how many there are, for how many the part is true or null; its largest value or sum."""

    how: Literal["all", "true", "null", "largest", "sum"]
    part: Expr = Value(None)


class Definition(msgspec.Struct, frozen=True):
    """A named expression, of the patient or of each lesion."""

    name: str
    lesion: bool
    kind: Kind
    expr: Expr


NULL, YES, NO = Value(None), Value(value=True), Value(value=False)
ZERO, ONE = Value(Decimal(0)), Value(Decimal(1))
AS_OF = Field("as_of", "date", lesion=False)
_OF_TRUTH = {Truth.TRUE: YES, Truth.FALSE: NO, Truth.UNKNOWN: NULL}
_COMPARE: dict[str, Callable[[Interval, Interval], Truth]] = {
    "<": numbers.less,
    "<=": numbers.less_or_equal,
    ">": lambda a, b: numbers.less(b, a),
    ">=": lambda a, b: numbers.less_or_equal(b, a),
    "==": numbers.equal,
    "!=": lambda a, b: numbers.equal(a, b).negated(),
}


_ANYONE = "L1"


def op(name: str, *parts: Expr) -> Expr:
    """An operation, with the constants of `and`, `or` and `not` taken out."""
    if name in {"and", "or"}:
        neutral = YES if name == "and" else NO
        decided = NO if name == "and" else YES
        kept = tuple(dict.fromkeys(part for part in parts if part != neutral))
        if decided in kept:
            return decided
        return kept[0] if len(kept) == 1 else Op(name, kept) if kept else neutral
    if name == "not":
        (part,) = parts
        if part in (YES, NO, NULL):
            return {YES: NO, NO: YES, NULL: NULL}[part]
        if isinstance(part, Op) and part.name == "not":
            return part.parts[0]
    return Op(name, parts)


def key(reference: Reference, detail: str = "") -> str:
    """The name of an input: a finding, which of its observations, and a detail (an item, a limit, its date)."""
    which = f"@{reference.until or reference.which}" if not reference.is_current else ""
    return f"{reference.name}{which}{'/' if detail else ''}{detail}"


class Scalars:
    """All conditions of a knowledge base as scalar expressions over shared definitions.

    definitions: by name, each after what it uses. conditions: beside `generate.conditions`, the name of each one's
    definition. bounded: the definitions that our evaluator may decide by bounds where a scalar is null.
    asking: those that ask whether something is missing, so that more knowledge can turn them over.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.definitions: dict[str, Definition] = {}
        self._loose: set[Expr] = set()  # comparisons that bounds may decide
        self._known_loose: dict[str, bool] = {}
        self._making: list[str] = []  # the definitions that are being made, the innermost last
        self._asking: set[str] = set()
        self._nothing = Evaluation(Case(case_id="nothing"), knowledge, TODAY)
        self._stated = Evaluation(_all_stated(knowledge), knowledge, TODAY)
        self._dated = {name for name, one in knowledge.findings.items() if one.max_age_days_for_gates is not None}
        self.sources: tuple[Condition, ...] = conditions(knowledge)
        self.conditions: tuple[str, ...] = tuple(self._condition(one) for one in self.sources)
        self.bounded: frozenset[str] = self._closed(lambda expr: expr in self._loose)
        self.asking: frozenset[str] = self._closed(lambda expr: isinstance(expr, Use) and expr.name in self._asking)
        self.asking |= self._asking
        self.inputs: frozenset[Field] = frozenset(
            part for one in self.definitions.values() for part in walk(one.expr) if isinstance(part, Field)
        )

    def using(self, wanted: Callable[[Expr], bool]) -> frozenset[str]:
        """The definitions that contain such an expression, themselves or in what they use."""
        return self._closed(wanted)

    def needed(self, names: Sequence[str]) -> tuple[Definition, ...]:
        """These definitions and all that they use, each after what it uses."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += [part.name for part in walk(self.definitions[name].expr) if isinstance(part, Use)]
        return tuple(one for one in self.definitions.values() if one.name in found)

    def _closed(self, wanted: Callable[[Expr], bool]) -> frozenset[str]:
        found: set[str] = set()
        for one in self.definitions.values():  # in order of use
            parts = walk(one.expr)
            if any(wanted(part) or (isinstance(part, Use) and part.name in found) for part in parts):
                found.add(one.name)
        return frozenset(found)

    def _condition(self, one: Condition) -> str:
        return self._define(one.place, one.subject == "lesion", "truth", lambda: self._truth(one.tree, one.fresh)).name

    def _define(self, name: str, lesion: bool, kind: Kind, make: Callable[[], Expr]) -> Use:
        if name not in self.definitions:
            self._making.append(name)
            expr = make()
            self.definitions[self._making.pop()] = Definition(name, lesion, kind, expr)
        return Use(name)

    # truths

    @singledispatchmethod
    def _truth(self, node: Node, fresh: bool) -> Expr:
        raise NotImplementedError(type(node).__name__)

    @_truth.register
    def _(self, node: Constant, _fresh: bool) -> Expr:
        return Value(node.value)

    @_truth.register
    def _(self, node: And, fresh: bool) -> Expr:
        return op("and", *(self._truth(part, fresh) for part in node.parts))

    @_truth.register
    def _(self, node: Or, fresh: bool) -> Expr:
        return op("or", *(self._truth(part, fresh) for part in node.parts))

    @_truth.register
    def _(self, node: Not, fresh: bool) -> Expr:
        return op("not", self._truth(node.part, fresh))

    @_truth.register
    def _(self, node: Holds, fresh: bool) -> Expr:
        reference = node.reference
        if not reference.derived:
            return self._entered(reference, "truth", fresh, NO)
        return self._table(reference.name, fresh, frozenset([True]))

    @_truth.register
    def _(self, node: ChoiceIn, fresh: bool) -> Expr:
        reference = node.choice.reference
        if reference.derived:
            return self._table(reference.name, fresh, node.options)
        options = [Value(option) for option in sorted(node.options)]
        choice = self._choice(node.choice, fresh)
        return op("==", choice, options[0]) if len(options) == 1 else op("in", choice, *options)

    @_truth.register
    def _(self, node: SameChoice, fresh: bool) -> Expr:
        return op("==", self._choice(node.left, fresh), self._choice(node.right, fresh))

    @_truth.register
    def _(self, node: Overlaps, fresh: bool) -> Expr:
        reference = node.reference
        return op("or", *(self._entered(reference, "truth", fresh, NO, item) for item in node.items))

    @_truth.register
    def _(self, node: Quantified, fresh: bool) -> Expr:
        part = self._truth(node.part, fresh)
        if node.quantifier == "every":
            return op("not", self._any_lesion(op("not", part)))
        return self._any_lesion(part)

    def _any_lesion(self, part: Expr) -> Expr:
        some = op(">", Over("true", part), ZERO)
        may_be = op("or", op(">", Over("null", part), ZERO), self._unlisted())
        return op("if", some, YES, op("if", may_be, NULL, NO))

    def _unlisted(self) -> Expr:
        return self._define("unlisted lesions", False, "truth", self._may_be_unlisted)

    def _may_be_unlisted(self) -> Expr:
        """Whether lesions exist, or may exist, that are not listed."""
        if LESION_COUNT not in self.knowledge.findings:
            return op("==", Over("all"), ZERO)
        count = self._entered(Reference(LESION_COUNT, lesion=False), "number", fresh=False)
        none = op("and", op("==", Over("all"), ZERO), op("or", op("is_null", count), op(">", count, ZERO)))
        return op("or", none, op("first", op(">", count, Over("all")), NO))

    @_truth.register
    def _(self, node: GatePasses, _fresh: bool) -> Expr:
        gate = self.knowledge.gates[node.gate]
        wanted = [
            position
            for position, item in enumerate(gate.entry.items)
            if (item.id == node.only if node.only else item.severity == "block" and item.id not in node.excepted)
        ]
        safety, lesion = gate.entry.kind == "safety", gate.entry.subject == "lesion"
        return op("and", *(self._item(node.gate, position, lesion, safety) for position in wanted))

    def _item(self, gate: str, position: int, lesion: bool, safety: bool) -> Expr:
        items = self.knowledge.gates[gate].items
        name = f"gate {gate}:{position}" if len(items) > 1 else f"gate {gate}"
        return self._define(name, lesion, "truth", lambda: self._truth(items[position], safety))

    @_truth.register
    def _(self, node: Fires, _fresh: bool) -> Expr:
        return op("or", *(self._fires(name) for name in node.recommendations))

    def _fires(self, name: str) -> Expr:
        one = self.knowledge.recommendations[name]
        lesion = one.entry.subject == "lesion"
        return self._define(f"recommendation {name}", lesion, "truth", lambda: self._truth(one.when, False))

    @_truth.register
    def _(self, node: Missing, _fresh: bool) -> Expr:
        self._asking.add(self._making[-1])
        reference = node.reference
        if reference.derived:
            return self._missing_derived(reference.name)
        finding = self.knowledge.findings[reference.name]
        if finding.type == "multi":
            items = (self._entered(reference, "truth", fresh=False, ruled_out=NO, detail=o.id) for o in finding.choices)
            return op("or", *(op("is_null", item) for item in items))
        ruled_out = {"yes_no": NO, "choice": Value(finding.absent_choice)}.get(finding.type)
        if finding.absent_range is not None and finding.absent_range[0] == finding.absent_range[1]:
            ruled_out = Value(finding.absent_range[0])  # one number stands in for what is not recorded: it is known
        kinds: dict[str, Kind] = {"yes_no": "truth", "choice": "text", "date": "date"}
        return op(
            "is_null", self._entered(reference, kinds.get(finding.type, "number"), fresh=False, ruled_out=ruled_out)
        )

    def _missing_derived(self, name: str) -> Expr:
        kind = self.knowledge.derived[name].entry.type
        value = self._table(name, False, frozenset([True])) if kind == "yes_no" else self._use(name, False)
        if kind != "number" and not self._is_loose(value):
            return op("is_null", value)
        made = op("if", op("is_null", value), NULL, NO)  # bounds may know what is null here
        self._loose.add(made)
        return made

    def _is_loose(self, expr: Expr) -> bool:
        if isinstance(expr, Use):
            if expr.name not in self._known_loose:
                self._known_loose[expr.name] = self._is_loose(self.definitions[expr.name].expr)
            return self._known_loose[expr.name]
        return any(part in self._loose or (isinstance(part, Use) and self._is_loose(part)) for part in walk(expr))

    @_truth.register
    def _(self, node: SameTechnique, fresh: bool) -> Expr:
        def study(detail: str, kind: Kind) -> tuple[Expr, Expr]:
            return tuple(self._entered(side, kind, fresh, detail=detail) for side in (node.left, node.right))

        thin = study("slice", "number")
        close = op("<=", op("max", *thin), op("*", Value(Decimal(2)), op("min", *thin)))
        return op("and", op("==", *study("any modality", "text")), op("==", *study("phase", "text")), close)

    # inputs

    def _entered(
        self, reference: Reference, kind: Kind, fresh: bool, ruled_out: Expr | None = None, detail: str = ""
    ) -> Expr:
        """An input. ruled_out: what it is while another finding answers for it and it was not recorded."""
        finding = self.knowledge.findings[reference.name]
        if finding.observation != "latest":
            raise NotImplementedError(f"{finding.id}: {finding.observation} of several observations")
        written = key(reference, detail)
        field: Expr = Field(written, kind, reference.lesion)
        recorded: Expr = op("is_null", Field(key(reference, "recorded"), "truth", reference.lesion))
        if fresh and reference.name in self._dated:
            old = self._define(f"old {key(reference)}", reference.lesion, "truth", lambda: self._is_old(reference))
            recorded = op("or", recorded, op("first", old, NO))
            plain = field
            field = self._define(f"fresh {written}", reference.lesion, kind, lambda: op("if", old, NULL, plain))
        if ruled_out is None or self.knowledge.absence_of(reference) is None:
            return field

        def stated() -> Expr:
            return op("if", op("and", recorded, self._ruled_out(reference)), ruled_out, field)

        return self._define(f"stated {written}{_fresh(fresh)}", reference.lesion, kind, stated)

    def _ruled_out(self, reference: Reference) -> Expr:
        """Whether another finding answers for one that was not recorded."""
        absence = self.knowledge.absence_of(reference)
        assert absence is not None
        return self._define(f"absent {key(reference)}", reference.lesion, "truth", lambda: self._truth(absence, False))

    def _is_old(self, reference: Reference) -> Expr:
        limit = self.knowledge.findings[reference.name].max_age_days_for_gates
        return op(">", self._since(reference, AS_OF), Value(Decimal(limit or 0)))

    def _since(self, reference: Reference, end: Expr) -> Expr:
        return op("days", Field(key(reference, "date"), "date", reference.lesion), end)

    def _choice(self, node: ChoiceNode, fresh: bool) -> Expr:
        reference = node.reference
        if isinstance(node, ModalityOf):
            return self._entered(reference, "text", fresh, detail="modality")
        if reference.derived:
            return self._use(reference.name, fresh)
        absent = self.knowledge.findings[reference.name].absent_choice
        return self._entered(reference, "text", fresh, Value(absent) if absent else None)

    def _date(self, node: DateNode) -> Expr:
        match node:
            case AsOf():
                return AS_OF
            case ObservationDate(reference=reference):
                return Field(key(reference, "date"), "date", reference.lesion)
            case DateOf(reference=reference):
                return Field(key(reference), "date", reference.lesion)

    # numbers

    def _number(self, node: NumberNode, fresh: bool) -> Expr:
        match node:
            case Number(value=value):
                return Value(value)
            case Quantity(reference=reference) if reference.derived:
                return self._use(reference.name, fresh)
            case Quantity(reference=reference):
                return self._entered(reference, "number", fresh)
            case Limit(side=side, reference=reference):
                return self._limit(side, reference, fresh)
            case Arithmetic(operator=operator, left=left, right=right):
                return op(operator, self._number(left, fresh), self._number(right, fresh))
            case Function(name="agreed", arguments=(left, right)):
                a, b = self._number(left, fresh), self._number(right, fresh)
                return op("if", op("==", a, b), a, NULL)  # with one of them missing, only bounds can agree
            case Function(name=name, arguments=arguments):
                return op(name, *(self._number(argument, fresh) for argument in arguments))
            case Either(condition=condition, then=then, otherwise=otherwise):
                chosen = self._truth(condition, fresh)
                return _first_hit(chosen, self._number(then, fresh), self._number(otherwise, fresh))
            case LesionNumber(how=how, number=number):
                return op("if", self._unlisted(), NULL, Over(how, self._number(number, fresh)))
            case Elapsed(unit=unit, start=start, end=end):
                return op(unit, self._date(start), self._date(end))
            case CountTrue(parts=parts):
                truths = [self._truth(part, fresh) for part in parts]
                return _plus([op("if", op("is_null", truth), NULL, op("if", truth, ONE, ZERO)) for truth in truths])
        raise NotImplementedError(f"{type(node).__name__} outside a comparison with a number")

    def _limit(self, side: str, reference: Reference, fresh: bool) -> Expr:
        finding = self.knowledge.findings[reference.name]
        assumed = finding.upper_limit if side == "upper" else finding.lower_limit
        return op("first", self._entered(reference, "number", fresh, detail=side), Value(assumed))

    # comparisons

    @_truth.register
    def _(self, node: Compare, fresh: bool) -> Expr:
        left, right, sign = node.left, node.right, node.operator
        if isinstance(left, Quantity) and left.reference.derived:
            counted = self.knowledge.derived[left.reference.name].tree
            left = counted if isinstance(counted, CountTrue) else left
        if isinstance(right, Number):
            limit = right.value
            match left:
                case Quantity(reference=reference) if reference.derived and self._is_plain(reference.name, sign, limit):
                    holds = _COMPARE[sign]
                    derived = self.knowledge.derived[reference.name]
                    outcomes = frozenset(
                        n.value for n in _results(derived) if holds(point(n.value), point(limit)).is_true
                    )
                    return self._table(reference.name, fresh, outcomes)
                case CountTrue(parts=parts):
                    truths = [self._truth(part, fresh) for part in parts]
                    certain = _plus([op("if", truth, ONE, ZERO) for truth in truths])
                    may_be = _plus([op("if", op("is_null", truth), ONE, ZERO) for truth in truths])
                    return _within(sign, certain, op("+", certain, may_be), limit)
                case CountLesions(part=part):
                    return self._counted(part, sign, limit, fresh)
                case Elapsed(unit="months") if limit == int(limit):
                    return self._months(left, sign, limit)
        made = op(sign, self._number(left, fresh), self._number(right, fresh))
        value = self._only_value(node)
        if value is not None:
            return self._of_one_value(node, value, made, fresh)
        if not isinstance(left, Elapsed):  # of a date that is missing nothing is known
            self._loose.add(made)
        return made

    def _only_value(self, node: Compare) -> Reference | None:
        """The entered number, if all that is compared is one, with the laboratory's limits if they can be assumed."""
        used = set(references(node))
        limits = [part for part in walk_tree(node) if isinstance(part, Limit)]
        if len(used) != 1 or any(self._limit(one.side, one.reference, False).parts[-1] == NULL for one in limits):
            return None
        (reference,) = used
        is_number = not reference.derived and self.knowledge.findings[reference.name].type == "number"
        return reference if is_number else None

    def _of_one_value(self, node: Compare, reference: Reference, made: Expr, fresh: bool) -> Expr:
        """While the value is missing, its hard limits may decide, or the range in which it lies while it is ruled out.

        Without a value there are no limits of the laboratory either, but the assumed ones.
        """
        finding = self.knowledge.findings[reference.name]
        missing = self._nothing.truth(node, _ANYONE)
        if missing is not Truth.UNKNOWN:
            made = op("if", op("is_null", self._entered(reference, "number", fresh)), _OF_TRUTH[missing], made)
        must_be_measured = fresh and finding.max_age_days_for_gates is not None
        absence = self.knowledge.absence_of(reference)
        if finding.absent_range is None or absence is None or must_be_measured:
            return made
        recorded = op("is_null", Field(key(reference, "recorded"), "truth", reference.lesion))
        return op(
            "if", op("and", recorded, self._ruled_out(reference)), _OF_TRUTH[self._stated.truth(node, _ANYONE)], made
        )

    def _counted(self, part: TruthNode, sign: str, limit: Decimal, fresh: bool) -> Expr:
        truth = self._truth(part, fresh)
        count = self._entered(Reference(LESION_COUNT, lesion=False), "number", fresh=False)
        hard = self.knowledge.findings[LESION_COUNT].hard
        most = op("first", count, Value(hard[1] if hard else None))
        more = op("if", self._unlisted(), op("-", most, Over("all")), ZERO)
        return _within(sign, Over("true", truth), _plus([Over("true", truth), Over("null", truth), more]), limit)

    def _months(self, node: Elapsed, sign: str, limit: Decimal) -> Expr:
        """Against a whole number of months: begun months only matter beyond it."""
        start, end = self._date(node.start), self._date(node.end)
        if sign in {">=", "<"}:
            return op(sign, op("months_whole", start, end), Value(limit))
        beyond = op(">", end, op("add_months", start, Value(limit)))
        return beyond if sign == ">" else op("not", beyond)

    # derived findings

    def _is_plain(self, name: str, sign: str, limit: Decimal) -> bool:
        """Whether row by row gives the same answer as the range from the lowest to the highest row that is possible."""
        derived = self.knowledge.derived[name]
        plain = [result.value for result in _results(derived) if isinstance(result, Number)]
        if derived.tree is not None or len(plain) != len(_results(derived)):
            return False
        return sign not in {"==", "!="} or limit >= max(plain) or limit <= min(plain)

    def _table(self, name: str, fresh: bool, outcomes: frozenset[object]) -> Expr:
        """Whether a derived finding has one of these outcomes; null while it may and may not."""
        derived = self.knowledge.derived[name]
        fresh = self._ages(name, fresh)
        lesion = derived.entry.subject == "lesion"
        if derived.tree is not None:
            return self._define(
                f"{name}{_fresh(fresh)}",
                lesion,
                "truth",
                lambda: self._truth(derived.tree, fresh),  # type: ignore[arg-type]
            )

        def folded() -> Expr:
            *rows, last = _results(derived)
            rest: Expr = Value(_plain(last) in outcomes)
            for position, result in reversed(list(enumerate(rows))):
                when, only = self._row(derived, position, fresh), self._is_last_left(derived, position, fresh)
                if _plain(result) in outcomes:
                    rest = op("or", when, rest, only)
                else:
                    rest = op("and", op("not", when), rest, op("not", only))
            return rest

        which = ", ".join(sorted(str(outcome) for outcome in outcomes))
        return self._define(f"{name} is {which}{_fresh(fresh)}", lesion, "truth", folded)

    def _is_last_left(self, derived: CompiledDerived, position: int, fresh: bool) -> Expr:
        """Whether the rows cover everything, and all after this one are known not to hold: then it is the hit."""
        if derived.otherwise is not None:
            return NO
        after = range(position + 1, len(derived.rows))
        return op("first", op("and", *(op("not", self._row(derived, later, fresh)) for later in after)), NO)

    def _row(self, derived: CompiledDerived, position: int, fresh: bool) -> Expr:
        name = derived.entry.id
        place = f"row {name}:{position}" if len(derived.rows) > 1 else f"row {name}"
        when = derived.rows[position].when
        if isinstance(when, Constant):
            return Value(when.value)
        lesion = derived.entry.subject == "lesion"
        return self._define(f"{place}{_fresh(fresh)}", lesion, "truth", lambda: self._truth(when, fresh))

    def _use(self, name: str, fresh: bool) -> Expr:
        """The value of a derived number or choice; null unless it is known."""
        derived = self.knowledge.derived[name]
        fresh = self._ages(name, fresh)
        lesion = derived.entry.subject == "lesion"
        kind: Kind = "number" if derived.entry.type == "number" else "text"

        def value(result: object) -> Expr:
            return self._number(result, fresh) if isinstance(result, Node) else Value(result)  # type: ignore[arg-type]

        results = _results(derived)

        def rest(position: int) -> Expr:
            then = value(results[position])
            if position == len(results) - 1:
                return then
            below = self._define(f"{name} from {position + 1}{_fresh(fresh)}", lesion, kind, lambda: rest(position + 1))
            hit = _first_hit(self._row(derived, position, fresh), then, below)
            only = self._is_last_left(derived, position, fresh)
            return hit if only == NO else op("if", only, then, hit)

        def make() -> Expr:
            return value(derived.tree) if derived.tree is not None else rest(0)

        return self._define(f"{name}{_fresh(fresh)}", lesion, kind, make)

    def _ages(self, name: str, fresh: bool) -> bool:
        """Whether old values matter to a derived finding: else it is the same in a safety gate."""
        return fresh and any(reference.name in self._dated for reference in self.knowledge.inputs[name])


def _all_stated(knowledge: Knowledge) -> Case:
    """Every number for which another finding can answer lies in its stated range: both ends, on one date."""
    observations = [
        Observation(finding=one.id, subject=subject, value=NumberValue(number=str(end), unit=one.unit), study=study)
        for one in knowledge.findings.values()
        if one.absent_range is not None
        for subject in ([PATIENT] if one.subject == "patient" else [_ANYONE])
        for study, end in zip(("low", "high"), one.absent_range, strict=True)
    ]
    return Case(case_id="stated", observations=tuple(observations))


def _first_hit(when: Expr, then: Expr, rest: Expr) -> Expr:
    either = op("if", op("==", then, rest), then, NULL)
    return op("if", op("is_null", when), either, op("if", when, then, rest))


def _within(sign: str, low: Expr, high: Expr, limit: Decimal) -> Expr:
    """A comparison of a whole number that lies between two others."""
    against = Value(limit)
    if sign in {"==", "!="}:
        outside = op("or", op(">", low, against), op("<", high, against))
        certain = op("and", op("==", low, high), op("==", low, against))
        same = op("if", certain, YES, op("if", outside, NO, NULL))
        return same if sign == "==" else op("not", same)
    first, last = (low, high) if sign in {">", ">="} else (high, low)
    return op("if", op(sign, first, against), YES, op("if", op(sign, last, against), NULL, NO))


def _plus(parts: Sequence[Expr]) -> Expr:
    total, *rest = parts
    for part in rest:
        total = op("+", total, part)
    return total


def _results(derived: CompiledDerived) -> list[object]:
    return [row.then for row in derived.rows] + ([] if derived.otherwise is None else [derived.otherwise])


def _plain(result: object) -> object:
    return result.value if isinstance(result, Number) else result


def _fresh(fresh: bool) -> str:
    return " (fresh)" if fresh else ""


def walk(expr: Expr, *, over: bool = True) -> Iterator[Expr]:
    """An expression and all its parts; those over all lesions too, unless `over` is false."""
    yield expr
    if over or not isinstance(expr, Over):
        for part in parts_of(expr):
            yield from walk(part, over=over)


def parts_of(expr: Expr) -> tuple[Expr, ...]:
    """What an expression is made of."""
    match expr:
        case Op(parts=parts):
            return parts
        case Over(part=part):
            return (part,)
    return ()
