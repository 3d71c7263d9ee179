"""Coverage of the knowledge by cases: what no case names the outcome of, and what could change without notice.

An item of the knowledge (a recommendation, an escalation, a table row, a yes/no, an argument, a gate item, a
threshold, a rule of precedence) has sides: it fires and it does not, it is true and it is false, it is met exactly.
A side is *reached* by a case that names an outcome that depends on the item, and in which the item is on that side.
It is *noticed* if changing it breaks one of the cases that reach it.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec
from msgspec.structs import replace

from hepalith.decision.expectations import Answers, unmet
from hepalith.domain.case import Case
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import CompiledCondition, CompiledDerived, CompiledRow, Knowledge
from hepalith.knowledge.cases import Vignette, case_of
from hepalith.knowledge.model import ChoiceOption
from hepalith.knowledge.tree import (
    Arithmetic,
    Compare,
    Constant,
    CountLesions,
    LesionNumber,
    Node,
    Number,
    NumberNode,
    Quantified,
    Quantity,
    Reference,
    TruthNode,
    children,
)
from hepalith.knowledge.uses import Place, Uses, trees_of
from hepalith.knowledge.written import comparison_text

KINDS = ("recommendation", "escalation", "row", "derived", "argument", "gate item", "threshold", "precedence")

_FLIPPED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_NEVER, _ALWAYS = Constant(value=False), Constant(value=True)


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One side of an item: whether a case (with what it expects) is on it, and the knowledge changed there."""

    kind: str
    id: str
    name: str
    place: Place
    is_reached: Callable[[Answers, Mapping[str, Any]], bool]
    changed: Callable[[Knowledge], Knowledge]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}: {self.name}"


class Coverage:
    """Asks the cases about every side, or about those of some entries.

    A case that cannot be built, or is not answered as it expects, reaches nothing; `failing` names these.
    """

    def __init__(
        self, knowledge: Knowledge, vignettes: Iterable[Vignette], only: Callable[[Place], bool] = lambda _place: True
    ) -> None:
        self._knowledge = knowledge
        self._cases: list[tuple[Vignette, Case]] = []
        self.failing: list[str] = []
        self.sides = {str(side): side for side in _sides(knowledge) if only(side.place)}
        self._reached = self._ask(vignettes)

    def unreached(self) -> list[Side]:
        """The sides that no case reaches."""
        return [side for name, side in self.sides.items() if name not in self._reached]

    def drawn(self, count: int | None) -> list[Side]:
        """So many of the sides that are reached, drawn by the hash of the knowledge; None for all."""
        lots = sorted(
            self._reached, key=lambda name: hashlib.sha256(f"{self._knowledge.hash} {name}".encode()).digest()
        )
        chosen = set(lots[:count])
        return [side for name, side in self.sides.items() if name in chosen]

    def unnoticed(self, sides: Iterable[Side]) -> list[Side]:
        """Those of the sides that are reached whose change breaks no case."""
        return [side for side in sides if not self._is_noticed(side)]

    def _ask(self, vignettes: Iterable[Vignette]) -> dict[str, list[int]]:
        at: dict[Place, list[str]] = {}
        for name, side in self.sides.items():
            at.setdefault(side.place, []).append(name)
        uses = Uses(self._knowledge)
        found: dict[str, list[tuple[int, int]]] = {}
        for vignette in vignettes:
            answers = self._answers(vignette)
            if answers is None:
                self.failing.append(vignette.id)
                continue
            places = uses.behind(_named(vignette.expect, answers))
            for name in (name for place in places for name in at.get(place, ())):
                if self.sides[name].is_reached(answers, vignette.expect):
                    found.setdefault(name, []).append((len(places), len(self._cases) - 1))
        return {name: [number for _size, number in sorted(cases)] for name, cases in found.items()}

    def _answers(self, vignette: Vignette) -> Answers | None:
        try:
            case = case_of(vignette, self._knowledge)
        except ValueError:
            return None
        answers = Answers(case, self._knowledge, vignette.as_of)
        if any(True for _ in unmet(vignette.expect, answers)):
            return None
        self._cases.append((vignette, case))
        return answers

    def _is_noticed(self, side: Side) -> bool:
        changed = side.changed(self._knowledge)
        return any(self._fails(number, changed) for number in self._reached[str(side)])

    def _fails(self, number: int, knowledge: Knowledge) -> bool:
        vignette, case = self._cases[number]
        try:
            return any(True for _ in unmet(vignette.expect, Answers(case, knowledge, vignette.as_of)))
        except ValueError:  # a changed table of which no row is left that holds
            return True


# what a case names, and what that rests on


def _named(expect: Mapping[str, Any], answers: Answers) -> Iterator[Place]:
    for part in ("must", "must_not", "open", "suppressed", "levels"):
        yield from (("recommendations", name) for name in expect.get(part) or ())
    for part in ("values", "tables"):
        yield from (("derived", name) for name in expect.get(part) or ())
    for part in ("gates_shut", "gates_open", "items"):
        yield from (("gates", name) for name in expect.get(part) or ())
    for part in ("leading", "points"):
        yield from (("conditions", name) for name in expect.get(part) or ())
    for rule, winner in _gives_way_to(expect, answers):
        yield ("precedence", rule)
        yield ("recommendations", winner)


def _gives_way_to(expect: Mapping[str, Any], answers: Answers) -> Iterator[tuple[str, str]]:
    """The rules of precedence, each with what wins, by which something named gives way or, a closure, is held open."""
    for name in (*(expect.get("suppressed") or ()), *(expect.get("open") or ())):
        for judged in answers.judgement.of(name) if name in answers.knowledge.recommendations else ():
            winners = (*judged.gives_way_to, *judged.held_open_by)
            yield from ((rule.id, winner) for rule, winner, _whose in winners)


# the sides of every item


def _sides(knowledge: Knowledge) -> Iterator[Side]:
    for name, recommendation in knowledge.recommendations.items():
        yield from _of_recommendation(name, recommendation.when)
        for number, tree in enumerate(recommendation.escalate, 1):
            yield from _of_truth("escalation", f"{name} {number}", ("recommendations", name), tree, knowledge)
    for name, derived in knowledge.derived.items():
        yield from _of_derived(name, derived)
    for name, condition in knowledge.conditions.items():
        for text, tree in _arguments(condition):
            yield from _of_truth("argument", f"{name} {text}", ("conditions", name), tree, knowledge)
    for name, gate in knowledge.gates.items():
        for item, tree in zip(gate.entry.items, gate.items, strict=True):
            yield from _of_truth("gate item", f"{name}.{item.id}", ("gates", name), tree, knowledge)
    for kind in ("recommendations", "derived", "conditions", "gates"):
        for name in getattr(knowledge, kind):
            yield from _thresholds((kind, name), knowledge)
    for name in dict.fromkeys(rule.id for rules in knowledge.suppressors.values() for rule, _winner in rules):
        yield _of_precedence(name)


def _arguments(condition: CompiledCondition) -> Iterator[tuple[str, TruthNode]]:
    entry = condition.entry
    for argument, tree in zip(entry.arguments_for, condition.arguments_for, strict=True):
        yield f'for "{argument.text}"', tree
    for argument, tree in zip(entry.arguments_against, condition.arguments_against, strict=True):
        yield f'against "{argument.text}"', tree
    if entry.excluded_when:
        yield "excluded", condition.excluded
    if entry.confirmed_when:
        yield "confirmed", condition.confirmed


def _of_recommendation(name: str, when: TruthNode) -> Iterator[Side]:
    def fires(answers: Answers, expect: Mapping[str, Any]) -> bool:
        named = name in (expect.get("must") or ()) or name in (expect.get("suppressed") or ())
        return named and Truth.TRUE in truths(answers)

    def does_not_fire(answers: Answers, expect: Mapping[str, Any]) -> bool:
        return name in (expect.get("must_not") or ()) and truths(answers) == {Truth.FALSE}

    def truths(answers: Answers) -> set[Truth]:
        subjects = answers.subjects(answers.knowledge.recommendations[name].entry.subject)
        return {answers.evaluation.fires(name, subject) for subject in subjects}

    place = ("recommendations", name)
    for side, is_reached, instead in (("fires", fires, _NEVER), ("does not fire", does_not_fire, _ALWAYS)):
        yield Side(
            kind="recommendation",
            id=name,
            name=side,
            place=place,
            is_reached=is_reached,
            changed=_swap(place, when, instead),
        )


def _of_truth(kind: str, name: str, place: Place, node: TruthNode, knowledge: Knowledge) -> Iterator[Side]:
    subject = getattr(knowledge, place[0])[place[1]].entry.subject
    yield from _two_sides(kind, name, place, node, subject, _is_fresh(place, knowledge))


def _two_sides(kind: str, name: str, place: Place, node: TruthNode, subject: str, fresh: bool) -> Iterator[Side]:
    for side, wanted, instead in (("true", Truth.TRUE, _NEVER), ("false", Truth.FALSE, _ALWAYS)):

        def is_reached(answers: Answers, expect: Mapping[str, Any], wanted: Truth = wanted) -> bool:
            if kind == "escalation" and not _escalates(place[1], expect):
                return False
            found = {answers.evaluation.truth(node, one, fresh) for one in answers.subjects(subject)}
            return wanted in found or (wanted is Truth.FALSE and Truth.UNKNOWN in found and _is_shut(name, expect))

        yield Side(
            kind=kind, id=name, name=side, place=place, is_reached=is_reached, changed=_swap(place, node, instead)
        )


def _escalates(name: str, expect: Mapping[str, Any]) -> bool:
    applies = name in (expect.get("must") or ()) or name in (expect.get("suppressed") or ())
    return (applies and "urgency" in expect) or name in (expect.get("levels") or ())


def _is_shut(name: str, expect: Mapping[str, Any]) -> bool:
    """Whether a case names a gate item as unknown: an item that only asks for a value to be known is never false."""
    gate, _dot, item = name.partition(".")
    items: Mapping[str, Mapping[str, Any]] = expect.get("items") or {}
    return bool(items.get(gate, {}).get(item) == "unknown")


def _is_fresh(place: Place, knowledge: Knowledge) -> bool:
    kind, name = place
    return kind == "gates" and knowledge.gates[name].entry.wants_fresh


def _of_derived(name: str, derived: CompiledDerived) -> Iterator[Side]:
    place = ("derived", name)
    entry = derived.entry
    if entry.type == "yes_no":
        for side, wanted, instead in (("true", Truth.TRUE, _NEVER), ("false", Truth.FALSE, _ALWAYS)):

            def is_so(answers: Answers, _expect: Mapping[str, Any], wanted: Truth = wanted) -> bool:
                reference = Reference(name, entry.subject == "lesion", derived=True)
                return any(
                    answers.evaluation.holds(reference, one) is wanted for one in answers.subjects(entry.subject)
                )

            fixed = replace(derived, tree=instead, rows=(), otherwise=None)
            yield Side(kind="derived", id=name, name=side, place=place, is_reached=is_so, changed=_put(place, fixed))
    if entry.before:  # its rows are those of another table, where each is tried
        return
    for row in derived.rows:
        yield _of_row(place, derived, row.id, _swap(place, row.when, _NEVER))
    if derived.otherwise is not None and not entry.complete:
        other = replace(derived, otherwise=_another(derived.otherwise, derived.entry.choices))
        yield _of_row(place, derived, "otherwise", _put(place, other))


def _of_row(place: Place, derived: CompiledDerived, row: str, changed: Callable[[Knowledge], Knowledge]) -> Side:
    def is_hit(answers: Answers, _expect: Mapping[str, Any]) -> bool:
        hits = (answers.evaluation.possible_rows(derived, one) for one in answers.subjects(derived.entry.subject))
        return any([hit.id for hit in possible] == [row] for possible in hits)

    return Side(kind="row", id=f"{place[1]}.{row}", name="hit", place=place, is_reached=is_hit, changed=changed)


def _another(result: str | bool | NumberNode, choices: Iterable[ChoiceOption]) -> str | bool | NumberNode:
    """Any other result."""
    if isinstance(result, bool):
        return not result
    if isinstance(result, str):
        return next((option.id for option in choices if option.id != result), "")
    return Arithmetic("+", result, Number(Decimal(1)))


def _of_precedence(name: str) -> Side:
    def without(knowledge: Knowledge) -> Knowledge:
        left = {
            loser: tuple(pair for pair in rules if pair[0].id != name) for loser, rules in knowledge.suppressors.items()
        }
        return replace(knowledge, suppressors=left)

    def is_reached(answers: Answers, expect: Mapping[str, Any]) -> bool:
        return any(rule == name for rule, _winner in _gives_way_to(expect, answers))

    return Side(
        kind="precedence",
        id=name,
        name="suppresses",
        place=("precedence", name),
        is_reached=is_reached,
        changed=without,
    )


# thresholds


def _thresholds(place: Place, knowledge: Knowledge) -> Iterator[Side]:
    subject = getattr(knowledge, place[0])[place[1]].entry.subject
    seen: dict[str, int] = {}
    for tree in trees_of(knowledge, place):
        for node, scope in _comparisons(tree, subject):
            if not isinstance(node.left, Number) and not isinstance(node.right, Number):
                continue
            text = f"{place[1]}: {comparison_text(node)}"
            seen[text] = seen.get(text, 0) + 1
            name = f"{text} ({seen[text]})" if seen[text] > 1 else text
            fresh = _is_fresh(place, knowledge)
            yield from _two_sides("threshold", name, place, node, scope, fresh)
            if node.operator in _FLIPPED and any(_is_entered(side) for side in (node.left, node.right)):
                yield _boundary(name, place, node, scope, fresh)


def _comparisons(node: Node, scope: str) -> Iterator[tuple[Compare, str]]:
    if isinstance(node, Compare):
        yield node, scope
    inner = "lesion" if isinstance(node, Quantified | CountLesions | LesionNumber) else scope
    for child in children(node):
        yield from _comparisons(child, inner)


def _is_entered(node: NumberNode) -> bool:
    return isinstance(node, Quantity) and not node.reference.derived


def _boundary(name: str, place: Place, node: Compare, scope: str, fresh: bool) -> Side:
    def is_met(answers: Answers, _expect: Mapping[str, Any]) -> bool:
        for subject in answers.subjects(scope):
            left = answers.evaluation.number(node.left, subject, fresh)
            if left.is_point and left == answers.evaluation.number(node.right, subject, fresh):
                return True
        return False

    flipped = replace(node, operator=_FLIPPED[node.operator])
    return Side(
        kind="threshold",
        id=name,
        name="met exactly",
        place=place,
        is_reached=is_met,
        changed=_swap(place, node, flipped),
    )


# changed knowledge


def _put(place: Place, compiled: Any) -> Callable[[Knowledge], Knowledge]:
    kind, name = place
    return lambda knowledge: replace(knowledge, **{kind: {**getattr(knowledge, kind), name: compiled}})


def _swap(place: Place, old: Node, new: Node) -> Callable[[Knowledge], Knowledge]:
    kind, name = place

    def changed(knowledge: Knowledge) -> Knowledge:
        compiled = getattr(knowledge, kind)[name]
        parts = {field: _replaced(getattr(compiled, field), old, new) for field in compiled.__struct_fields__}
        return _put(place, replace(compiled, **parts))(knowledge)

    return changed


def _replaced(value: Any, old: Node, new: Node) -> Any:
    """The value with the one node `old` replaced, wherever it stands."""
    if value is old:
        return new
    if isinstance(value, tuple):
        return tuple(_replaced(part, old, new) for part in value)
    if isinstance(value, Node | CompiledRow):
        return type(value)(*(_replaced(getattr(value, field), old, new) for field in value.__struct_fields__))
    return value
