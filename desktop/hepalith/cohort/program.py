"""The columns reader's program: a Polars expression for everything in the knowledge that has a name.

A truth is a column of booleans in which null is unknown: Polars' `&`, `|` and `~` are Kleene's. A number is `Bounds`. A
choice is a whole number with a bit for every choice that may be. There is a frame with a row for each case, and one
with a row for each lesion; what a lesion's expression needs of the patient is spread over the lesions, and what a
patient's needs of all lesions is counted over them.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from decimal import Decimal
from functools import lru_cache, partial, reduce
from operator import or_
from typing import Any, NamedTuple

import polars as pl

from hepalith.cohort import bounds
from hepalith.cohort.bounds import NO, UNKNOWN, YES, Bounds, all_of, any_of, is_false, is_true, truth
from hepalith.cohort.leaves import Leaf, Leaves, bit_of
from hepalith.decision.evaluation import LESION_COUNT
from hepalith.decision.observed import assumed_limit, hard_limits
from hepalith.domain.interval import Interval
from hepalith.knowledge.base import CompiledDerived, Knowledge
from hepalith.knowledge.tree import (
    And,
    Arithmetic,
    ChoiceIn,
    ChoiceNode,
    ChoiceOf,
    Compare,
    Constant,
    CountLesions,
    CountTrue,
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
)

CASE = "case number"  # in both frames; names of columns with a space are no ids
LISTED = "lesions listed"  # in the frame of cases: how many lesions the case has


class Definition(NamedTuple):
    """A column that is computed. over_lesions: of the frame of cases, but counted over the lesions of each."""

    expression: pl.Expr
    of_lesion: bool
    over_lesions: bool
    wave: int  # what it needs has a lower one
    needs: frozenset[str]


class Program(NamedTuple):
    """leaves: the columns that cases are laid into. truths: identity of a node, fresh -> its column."""

    leaves: tuple[Leaf, ...]
    definitions: dict[str, Definition]
    truths: dict[tuple[int, bool], str]
    derived: dict[str, tuple[str, ...]]  # derived finding -> its column; of a number: those of both ends


@lru_cache(maxsize=4)
def program_of(knowledge: Knowledge) -> Program:
    """The program of a knowledge base, written at the first use."""
    from hepalith.cohort.verdicts import write_verdicts

    writer = Writer(knowledge)
    writer.everything()
    write_verdicts(writer, knowledge)
    return writer.program()


class Writer:
    """Writes the expressions."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._leaves = Leaves(knowledge)
        self._leaf_list: list[Leaf] = []
        self._of_lesion: dict[str, bool] = {LISTED: False}
        self._definitions: dict[str, Definition] = {}
        self._truths: dict[tuple[int, bool], str] = {}
        self._once: dict[Hashable, Any] = {}
        self._truth_writers: dict[type[Node], Callable[[Any, bool], pl.Expr]] = {
            Constant: lambda node, _fresh: YES if node.value else NO,
            Holds: lambda node, fresh: self._holds(node.reference, fresh),
            And: lambda node, fresh: all_of([self._truth(part, fresh) for part in node.parts]),
            Or: lambda node, fresh: any_of([self._truth(part, fresh) for part in node.parts]),
            Not: lambda node, fresh: ~self._truth(node.part, fresh),
            Compare: self._compare,
            ChoiceIn: self._choice_in,
            SameChoice: self._same_choice,
            Overlaps: self._overlaps,
            Quantified: self._quantified,
            GatePasses: self._gate_passes,
            Fires: lambda node, _fresh: any_of([self.fires(name) for name in node.recommendations]),
            Missing: lambda node, _fresh: ~self._known(node.reference),
            SameTechnique: self._same_technique,
        }
        self._number_writers: dict[type[Node], Callable[[Any, bool], Bounds]] = {
            Number: lambda node, _fresh: bounds.constant(node.value),
            Quantity: lambda node, fresh: self._quantity(node.reference, fresh),
            Limit: self._limit,
            Arithmetic: self._arithmetic,
            Function: self._function,
            Either: self._either,
            CountTrue: self._count_true,
            CountLesions: self._count_lesions,
            LesionNumber: self._over_lesions,
            Elapsed: self._elapsed,
        }

    # everything that has a name

    def everything(self) -> None:
        """A column for every condition and every derived finding."""
        knowledge = self._knowledge
        for name in knowledge.derived:
            self._derive(name, fresh=False)
        for gate, compiled_gate in knowledge.gates.items():
            for position in range(len(compiled_gate.items)):
                self.gate_item(gate, position)
        for name, recommendation in knowledge.recommendations.items():
            self.fires(name)
            of_lesion = recommendation.entry.subject == "lesion"
            for at, tree in enumerate(recommendation.escalate):
                self.condition(f"{name} escalation {at}", tree, of_lesion=of_lesion)
        for name, cause in knowledge.conditions.items():
            trees = {f"for {at}": tree for at, tree in enumerate(cause.arguments_for)}
            trees |= {f"against {at}": tree for at, tree in enumerate(cause.arguments_against)}
            for part, tree in {**trees, "excluded": cause.excluded, "confirmed": cause.confirmed}.items():
                self.condition(f"{name} {part}", tree, of_lesion=cause.entry.subject == "lesion")
        for name, tree in knowledge.relevance.items():
            self.condition(f"{name} relevant", tree, of_lesion=knowledge.findings[name].subject == "lesion")

    def program(self) -> Program:
        """All that was written."""
        derived: dict[str, tuple[str, ...]] = {
            name: (f"{name} low", f"{name} high") if compiled.entry.type == "number" else (name,)
            for name, compiled in self._knowledge.derived.items()
        }
        return Program(tuple(self._leaf_list), self._definitions, self._truths, derived)

    def condition(self, name: str, tree: TruthNode, *, of_lesion: bool, fresh: bool = False) -> pl.Expr:
        """The column of a condition of the knowledge, for each lesion or for each case."""
        self._truths[(id(tree), fresh)] = name
        return self.column(name, lambda: self._truth(tree, fresh), of_lesion=of_lesion)

    def fires(self, name: str) -> pl.Expr:
        """Whether a recommendation applies, before precedence."""
        compiled = self._knowledge.recommendations[name]
        return self.condition(f"{name} applies", compiled.when, of_lesion=compiled.entry.subject == "lesion")

    def gate_item(self, gate: str, position: int) -> pl.Expr:
        """Whether an item of a gate is fulfilled. Safety gates do not trust old laboratory values."""
        compiled = self._knowledge.gates[gate]
        return self.condition(
            f"{gate}.{compiled.entry.items[position].id}",
            compiled.items[position],
            of_lesion=compiled.entry.subject == "lesion",
            fresh=compiled.entry.wants_fresh,
        )

    # columns

    def column(self, name: str, write: Callable[[], pl.Expr], *, of_lesion: bool | None = None) -> pl.Expr:
        """A column of this name, written at the first use. of_lesion: None for where its parts stand."""
        if name not in self._of_lesion:
            expression = write()
            needs = frozenset(expression.meta.root_names())
            rests_on_lesion = any(self._of_lesion[need] for need in needs)
            if rests_on_lesion and of_lesion is False:
                raise ValueError(f"{name} is of the patient, but rests on what is of a lesion")
            self._define(name, expression, needs, of_lesion=rests_on_lesion if of_lesion is None else of_lesion)
        return pl.col(name)

    def over_lesions(self, name: str, part: pl.Expr, over: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
        """A column of the cases: an aggregate of a part over their lesions; null where a case has none."""
        if name not in self._of_lesion:
            inside = self.column(f"{name} (of each)", lambda: part, of_lesion=True)
            needs = frozenset(inside.meta.root_names())
            self._define(name, over(inside), needs, of_lesion=False, over_lesions=True)
        return pl.col(name)

    def any_lesion(self, name: str, part: pl.Expr) -> pl.Expr:
        """Whether a part that is never null holds for any lesion of the case."""
        return self.over_lesions(name, part, lambda one: one.any()).fill_null(value=False)

    def _define(
        self, name: str, expression: pl.Expr, needs: frozenset[str], *, of_lesion: bool, over_lesions: bool = False
    ) -> None:
        known = (self._definitions[need].wave for need in needs if need in self._definitions)
        wave = 1 + max(known, default=0)
        self._of_lesion[name] = of_lesion
        self._definitions[name] = Definition(expression, of_lesion, over_lesions, wave, needs)

    def _leaf(self, name: str, make: Callable[[str], Leaf]) -> None:
        """Columns that are read from the observations."""
        if ("leaf", name) not in self._once:
            leaf = self._once[("leaf", name)] = make(name)
            self._leaf_list.append(leaf)
            self._of_lesion.update((column, leaf.of_lesion) for column, _dtype in leaf.columns)

    def _kept(self, name: str, write: Callable[[], Bounds], *, of_lesion: bool | None = None) -> Bounds:
        """A number in columns of its own, so that what rests on it stays short."""
        if ("kept", name) not in self._once:
            found = write()
            kept = [
                end if end is NO else self.column(f"{name} {part}", partial(_itself, end), of_lesion=of_lesion)
                for part, end in zip(("low", "high", "low open", "high open"), found, strict=True)
            ]
            self._once[("kept", name)] = Bounds(*kept)
        number: Bounds = self._once[("kept", name)]
        return number

    def _kept_part(self, node: Node, fresh: bool, write: Callable[[], Bounds]) -> Bounds:
        """The same for a part of an expression, which has no name."""
        number = self._once.setdefault(("part", node, fresh), len(self._once))
        return self._kept(f"part {number}", write)

    # truths

    def _truth(self, node: TruthNode, fresh: bool) -> pl.Expr:
        return self._truth_writers[type(node)](node, fresh)

    def _holds(self, reference: Reference, fresh: bool) -> pl.Expr:
        if reference.derived:
            found: pl.Expr = self._derive(reference.name, fresh)
            return found
        name = self._name(reference, fresh)
        self._leaf(name, lambda name: self._leaves.truth(reference, name, fresh))
        ruled_out = self._ruled_out(reference)
        if ruled_out is None:
            return pl.col(name)
        return pl.when(pl.col(f"{name} recorded").is_null() & ruled_out).then(NO).otherwise(pl.col(name))

    def _ruled_out(self, reference: Reference) -> pl.Expr | None:
        """Where another finding answers for one that is not recorded (`absent_when`), never null; None for nowhere."""
        tree = self._knowledge.absence_of(reference)
        if tree is None:
            return None
        until = f" before {reference.until}" if reference.until else ""
        return self.column(f"{reference.name} ruled out{until}", lambda: is_true(self._truth(tree, fresh=False)))

    def _name(self, reference: Reference, fresh: bool) -> str:
        """Of the columns of a finding, as a reference means it."""
        finding = self._knowledge.findings[reference.name]
        which = {0: "", -1: ", earliest"}.get(reference.which, f", {reference.which} before")
        which += f", before {reference.until}" if reference.until else ""
        return f"recorded {reference.name}{which}{', fresh' if self._is_fresh(finding.id, fresh) else ''}"

    def _is_fresh(self, finding: str, fresh: bool) -> bool:
        return fresh and self._knowledge.findings[finding].max_age_days_for_gates is not None

    def _compare(self, node: Compare, fresh: bool) -> pl.Expr:
        return bounds.COMPARISONS[node.operator](self._number(node.left, fresh), self._number(node.right, fresh))

    def _choice_in(self, node: ChoiceIn, fresh: bool) -> pl.Expr:
        bits = bit_of(node.choice.domain)
        inside = _bits(bit for choice, bit in bits.items() if choice in node.options)
        possible = self._choice(node.choice, fresh)
        return truth((possible & ~inside) == 0, (possible & inside) == 0)

    def _same_choice(self, node: SameChoice, fresh: bool) -> pl.Expr:
        sides = [(self._choice(one, fresh), bit_of(one.domain)) for one in (node.left, node.right)]
        (left, left_bits), (right, right_bits) = sides
        shared = any_of(
            [
                ((left & left_bits[one]) != 0) & ((right & right_bits[one]) != 0)
                for one in sorted(left_bits.keys() & right_bits)
            ]
        )
        return truth(shared & _is_single(left) & _is_single(right), ~shared)

    def _overlaps(self, node: Overlaps, fresh: bool) -> pl.Expr:
        present, possible = self._items(node.reference, fresh)
        bits = bit_of(self._knowledge.domains[node.reference.name])
        wanted = _bits(bits[item] for item in node.items)
        return truth((present & wanted) != 0, (possible & wanted) == 0)

    def _quantified(self, node: Quantified, fresh: bool) -> pl.Expr:
        holding, failing = self._counts(node.part, fresh)
        open_ = (holding + failing < pl.col(LISTED)) | self._unlisted()
        if node.quantifier == "any":
            return pl.when(holding > 0).then(YES).when(open_).then(UNKNOWN).otherwise(NO)
        return pl.when(failing > 0).then(NO).when(open_).then(UNKNOWN).otherwise(YES)

    def _counts(self, part: TruthNode, fresh: bool) -> tuple[pl.Expr, pl.Expr]:
        """For how many of the lesions that are listed a part holds, and for how many it is known not to."""
        number = self._once.setdefault(("counted", part, fresh), len(self._once))
        of_each = self.column(f"counted {number}", lambda: self._truth(part, fresh), of_lesion=True)
        holding, failing = (
            self.over_lesions(f"counted {number} {said}", test(of_each), lambda one: one.cast(pl.Int64).sum())
            for said, test in (("holds", is_true), ("fails", is_false))
        )
        return holding.fill_null(0), failing.fill_null(0)

    def _gate_passes(self, node: GatePasses, _fresh: bool) -> pl.Expr:
        entries = self._knowledge.gates[node.gate].entry.items
        return all_of(
            [
                self.gate_item(node.gate, position)
                for position, item in enumerate(entries)
                if (item.id == node.only if node.only else item.severity == "block" and item.id not in node.excepted)
            ]
        )

    def _known(self, reference: Reference) -> pl.Expr:
        name = reference.name
        entry = self._knowledge.derived[name].entry if reference.derived else self._knowledge.findings[name]
        if entry.type == "yes_no":
            return self._holds(reference, fresh=False).is_not_null()
        if entry.type == "number":
            return self._quantity(reference, fresh=False).is_point
        if entry.type == "multi":
            present, possible = self._items(reference, fresh=False)
            return present == possible
        if entry.type == "date":
            column = f"{self._name(reference, fresh=False)} given"
            self._leaf(column, lambda column: self._leaves.day(reference, column))
            return is_true(pl.col(column))
        return _is_single(self._choice(ChoiceOf(reference, self._knowledge.domains[name]), fresh=False))

    def _same_technique(self, node: SameTechnique, fresh: bool) -> pl.Expr:
        name = f"{self._name(node.left, fresh)}: same technique as {self._name(node.right, fresh)}"
        self._leaf(name, lambda name: self._leaves.technique(node, name, fresh))
        return pl.col(name)

    # choices and items

    def _choice(self, node: ChoiceNode, fresh: bool) -> pl.Expr:
        """The bits of the choices that may be; never null."""
        reference, bits = node.reference, bit_of(node.domain)
        everything = _bits(bits.values())
        if not isinstance(node, ModalityOf) and reference.derived:
            derived: pl.Expr = self._derive(reference.name, fresh)
            return derived
        name = self._name(reference, fresh)
        if isinstance(node, ModalityOf):
            name = f"{name}: modality"
            self._leaf(name, lambda name: self._leaves.modality(node, name, fresh))
            return pl.col(name).fill_null(everything)
        self._leaf(name, lambda name: self._leaves.choice(node, name, fresh))
        ruled_out = self._ruled_out(reference)
        if ruled_out is None:
            return pl.col(name).fill_null(everything)
        instead = pl.lit(bits[self._knowledge.findings[reference.name].absent_choice])
        return pl.col(name).fill_null(pl.when(ruled_out).then(instead).otherwise(everything))

    def _items(self, reference: Reference, fresh: bool) -> tuple[pl.Expr, pl.Expr]:
        """The bits of the items that are present, and of those that may be; never null."""
        name = self._name(reference, fresh)
        self._leaf(name, lambda name: self._leaves.items(reference, name, fresh))
        everything = _bits(bit_of(self._knowledge.domains[reference.name]).values())
        ruled_out = self._ruled_out(reference)
        not_recorded = everything if ruled_out is None else pl.when(ruled_out).then(0).otherwise(everything)
        return pl.col(f"{name} present").fill_null(0), pl.col(f"{name} possible").fill_null(not_recorded)

    # numbers

    def _number(self, node: NumberNode, fresh: bool) -> Bounds:
        return self._number_writers[type(node)](node, fresh)

    def _quantity(self, reference: Reference, fresh: bool) -> Bounds:
        if reference.derived:
            number: Bounds = self._derive(reference.name, fresh)
            return number
        name = self._name(reference, fresh)
        self._leaf(name, lambda name: self._leaves.number(reference, name, fresh))
        finding = self._knowledge.findings[reference.name]
        instead = bounds.constant(hard_limits(finding))
        # what may be too old for a safety gate must be measured for it: nothing stands in for it there
        if finding.absent_range and not self._is_fresh(finding.id, fresh):
            ruled_out = self._ruled_out(reference)
            if ruled_out is not None:
                instead = bounds.choose(ruled_out, bounds.constant(Interval(*finding.absent_range)), instead)
        return _recorded(name, instead)

    def _limit(self, node: Limit, fresh: bool) -> Bounds:
        finding = self._knowledge.findings[node.reference.name]
        name = f"{self._name(node.reference, fresh)}: {node.side} limit"
        self._leaf(name, lambda name: self._leaves.limit(node, name, fresh))
        assumed = assumed_limit(finding, node.side)
        instead = Interval(Decimal(0), hard_limits(finding).high) if assumed is None else Interval(assumed, assumed)
        return _recorded(name, bounds.constant(instead), has_open_ends=False)

    def _arithmetic(self, node: Arithmetic, fresh: bool) -> Bounds:
        def write() -> Bounds:
            return bounds.OPERATORS[node.operator](self._number(node.left, fresh), self._number(node.right, fresh))

        return self._kept_part(node, fresh, write)

    def _function(self, node: Function, fresh: bool) -> Bounds:
        def write() -> Bounds:
            if node.name == "round":
                number, digits = node.arguments
                assert isinstance(digits, Number)  # noqa: S101 (as the compiler checks)
                return bounds.rounded(self._number(number, fresh), int(digits.value))
            return bounds.FUNCTIONS[node.name](*(self._number(one, fresh) for one in node.arguments))

        return self._kept_part(node, fresh, write)

    def _either(self, node: Either, fresh: bool) -> Bounds:
        def write() -> Bounds:
            condition = self._truth(node.condition, fresh)
            then, otherwise = self._number(node.then, fresh), self._number(node.otherwise, fresh)
            return bounds.hull([(~is_false(condition), then), (~is_true(condition), otherwise)])

        return self._kept_part(node, fresh, write)

    def _count_true(self, node: CountTrue, fresh: bool) -> Bounds:
        def write() -> Bounds:
            truths = [self._truth(part, fresh) for part in node.parts]
            least = pl.sum_horizontal([is_true(one).cast(pl.Float64) for one in truths])
            return Bounds(least, pl.sum_horizontal([(~is_false(one)).cast(pl.Float64) for one in truths]))

        return self._kept_part(node, fresh, write)

    def _count_lesions(self, node: CountLesions, fresh: bool) -> Bounds:
        def write() -> Bounds:
            holding, failing = self._counts(node.part, fresh)
            beyond = pl.when(self._unlisted()).then(self._lesion_count().high - pl.col(LISTED)).otherwise(0.0)
            return Bounds(holding.cast(pl.Float64), (pl.col(LISTED) - failing).cast(pl.Float64) + beyond)

        return self._kept_part(node, fresh, write)

    def _over_lesions(self, node: LesionNumber, fresh: bool) -> Bounds:
        def write() -> Bounds:
            part = self._number(node.number, fresh)
            number = self._once.setdefault(("over", node, fresh), len(self._once))
            is_sum = node.how == "sum"
            over = (lambda one: one.sum()) if is_sum else (lambda one: one.max())
            ends = zip(("low", "high"), (part.low, part.high), strict=True)
            low, high = (self.over_lesions(f"over {number} {said}", end, over) for said, end in ends)
            opened = [
                self.any_lesion(f"over {number} {said}", end) if is_sum and end is not NO else NO
                for said, end in (("low open", part.low_open), ("high open", part.high_open))
            ]
            total = Bounds(low.fill_null(0.0), high, *opened)
            without_end = self._unlisted() | (pl.col(LISTED) == 0)
            return bounds.choose(
                without_end, total._replace(high=pl.lit(float("inf")), high_open=NO, low_open=NO), total
            )

        return self._kept_part(node, fresh, write)

    def _lesion_count(self) -> Bounds:
        if LESION_COUNT not in self._knowledge.findings:
            return Bounds(pl.lit(0.0), pl.lit(float("inf")))
        return self._quantity(Reference(LESION_COUNT, lesion=False), fresh=False)

    def _unlisted(self) -> pl.Expr:
        """Whether lesions exist, or may exist, that are not listed; never null."""
        count, listed = self._lesion_count(), pl.col(LISTED)
        return self.column("unlisted lesions", lambda: (count.low > listed) | ((listed == 0) & (count.high > 0)))

    def _elapsed(self, node: Elapsed, _fresh: bool) -> Bounds:
        name = f"{node.unit} {self._once.setdefault(('elapsed', node), len(self._once))}"
        self._leaf(name, lambda name: self._leaves.elapsed(node, name))
        return _recorded(name, bounds.ANYTHING, has_open_ends=False)

    # derived findings

    def _derive(self, name: str, fresh: bool) -> Any:
        """A column, or `Bounds` of columns, by the type of the derived finding."""
        derived = self._knowledge.derived[name]
        column = f"{name}, fresh" if fresh else name
        of_lesion = derived.entry.subject == "lesion"
        if derived.entry.type == "number":
            return self._kept(column, lambda: self._derived_number(derived, column, fresh), of_lesion=of_lesion)
        if derived.entry.type == "choice":
            return self.column(column, lambda: self._choice_table(derived, column, fresh), of_lesion=of_lesion)
        tree = derived.tree
        if tree is None:
            return self.column(column, lambda: self._yes_no_table(derived, column, fresh), of_lesion=of_lesion)
        return self.condition(column, tree, of_lesion=of_lesion, fresh=fresh)  # type: ignore[arg-type]

    def _outcomes(self, derived: CompiledDerived, column: str, fresh: bool) -> list[tuple[pl.Expr, Any]]:
        """Where each row of a first-hit table can be the hit (never null), with its result."""
        of_lesion = derived.entry.subject == "lesion"
        found: list[tuple[pl.Expr, Any]] = []
        untried: pl.Expr = YES
        for at, row in enumerate(derived.rows):
            when = self.condition(f"{column} row {row.id}", row.when, of_lesion=of_lesion, fresh=fresh)
            found.append((untried & ~is_false(when), row.then))
            after = untried & ~is_true(when)
            untried = self.column(f"{column} untried {at}", partial(_itself, after), of_lesion=of_lesion)
        return found if derived.otherwise is None else [*found, (untried, derived.otherwise)]

    def _choice_table(self, derived: CompiledDerived, column: str, fresh: bool) -> pl.Expr:
        bits = bit_of(self._knowledge.domains[derived.entry.id])
        parts = [
            pl.when(possible).then(pl.lit(bits[then], dtype=pl.Int64)).otherwise(pl.lit(0, dtype=pl.Int64))
            for possible, then in self._outcomes(derived, column, fresh)
        ]
        return reduce(or_, parts)

    def _yes_no_table(self, derived: CompiledDerived, column: str, fresh: bool) -> pl.Expr:
        outcomes = self._outcomes(derived, column, fresh)
        yes = any_of([possible for possible, then in outcomes if then])
        no = any_of([possible for possible, then in outcomes if not then])
        return truth(yes & ~no, no & ~yes)

    def _derived_number(self, derived: CompiledDerived, column: str, fresh: bool) -> Bounds:
        if derived.tree is None:
            outcomes = self._outcomes(derived, column, fresh)
            number = bounds.hull([(possible, self._number(then, fresh)) for possible, then in outcomes])
        else:
            number = self._number(derived.tree, fresh)  # type: ignore[arg-type]
        limits = derived.entry.range
        if limits is None:
            return number
        whole = self._kept(f"{column} before limits", lambda: number)
        return bounds.intersect(whole, bounds.constant(Interval(*limits)))


def _itself(expression: pl.Expr) -> pl.Expr:
    return expression


def _bits(bits: Iterable[int]) -> pl.Expr:
    return pl.lit(sum(bits), dtype=pl.Int64)


def _is_single(mask: pl.Expr) -> pl.Expr:
    return (mask & (mask - 1)) == 0


def _recorded(name: str, instead: Bounds, *, has_open_ends: bool = True) -> Bounds:
    """What is recorded in the columns of a number, and where nothing is, something else."""
    parts: Sequence[str] = ("low", "high", "low open", "high open") if has_open_ends else ("low", "high")
    ends = [pl.col(f"{name} {part}").fill_null(end) for part, end in zip(parts, instead, strict=False)]
    return Bounds(*ends)
