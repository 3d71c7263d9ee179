"""What changed between two conditions, part by part. The order of parts, brackets and ways to write a number are form.

Two conditions that hold for the same patients can still be told apart here when they are built differently: this
compares what is written, the proofs compare what it means.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import msgspec
from msgspec.structs import replace

from hepalith.knowledge.tree import (
    And,
    ChoiceIn,
    ChoiceOf,
    Compare,
    Constant,
    CountTrue,
    ModalityOf,
    Node,
    Not,
    Number,
    Or,
    Overlaps,
    Quantified,
    TruthNode,
)

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_UPPER, _LOWER = {"<", "<="}, {">", ">="}
Side = TruthNode | None


class PartChange(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a condition that changed; None on the side on which it is not.

    wider: whether the whole condition now holds for more patients or for fewer; None if that is not plain.
    """

    before: Side
    after: Side
    wider: bool | None = None


def same_meaning(one: Node | None, other: Node | None) -> bool:
    """Whether two trees differ in form at most."""
    return one is other or (one is not None and other is not None and form_free(one) == form_free(other))


def form_free(node: Node) -> bytes:
    """A tree without what is form: a key that is the same for trees that say the same."""
    return msgspec.json.encode(_plain(node), order="sorted")


def part_changes(old: TruthNode, new: TruthNode) -> tuple[PartChange, ...]:
    """The smallest parts that changed; () if only the form did."""
    return tuple(_changes(old, new, wider=True))


def _changes(old: TruthNode, new: TruthNode, *, wider: bool) -> Iterator[PartChange]:
    """wider: whether a part that holds more often makes the whole condition hold more often."""
    if same_meaning(old, new):
        return
    match old, new:
        case (And(), _) | (_, And()):
            yield from _of_parts(_parts(old, And), _parts(new, And), more=not wider, wider=wider)
        case (Or(), _) | (_, Or()):
            yield from _of_parts(_parts(old, Or), _parts(new, Or), more=wider, wider=wider)
        case Not(part=one), Not(part=other):
            yield from _negated(_changes(one, other, wider=not wider))
        case Quantified(quantifier=one_kind, part=one), Quantified(quantifier=other_kind, part=other) if (
            one_kind == other_kind
        ):
            yield from _changes(one, other, wider=wider)
        case _:
            holds_more = _holds_more(old, new)
            yield PartChange(before=old, after=new, wider=None if holds_more is None else holds_more is wider)


def _negated(changes: Iterator[PartChange]) -> Iterator[PartChange]:
    for change in changes:
        before, after = (None if side is None else Not(side) for side in (change.before, change.after))
        yield replace(change, before=before, after=after)


def _of_parts(
    old: tuple[TruthNode, ...], new: tuple[TruthNode, ...], *, more: bool, wider: bool
) -> Iterator[PartChange]:
    """more: whether a further part makes the whole condition hold more often."""
    gone, come = _without_common(old, new)
    for part in tuple(gone):
        became = next((other for other in come if _about(other) == _about(part)), None)
        if became is not None:
            gone.remove(part)
            come.remove(became)
            yield from _changes(part, became, wider=wider)
    if len(gone) == len(come) == 1 and any(isinstance(part, And | Or) for part in (*gone, *come)):
        yield from _changes(gone.pop(), come.pop(), wider=wider)  # a part that only lost or gained parts of its own
    yield from (PartChange(before=part, after=None, wider=not more) for part in gone)
    yield from (PartChange(before=None, after=part, wider=more) for part in come)


def _without_common(old: tuple[TruthNode, ...], new: tuple[TruthNode, ...]) -> tuple[list[TruthNode], list[TruthNode]]:
    common = {form_free(part) for part in old} & {form_free(part) for part in new}
    left = [part for part in old if form_free(part) not in common]
    return left, [part for part in new if form_free(part) not in common]


def _parts(node: TruthNode, kind: type[And] | type[Or]) -> tuple[TruthNode, ...]:
    """The parts of a conjunction or disjunction, those of the same kind inside it too, but for what decides nothing."""
    if isinstance(node, kind):
        return tuple(inner for part in node.parts for inner in _parts(part, kind))
    return () if node == Constant(value=kind is And) else (node,)


def _about(node: TruthNode) -> object:
    """What parts have in common when one can be said to have become the other."""
    match node:
        case Compare():
            turned = _turned(node)
            return ("compare", form_free(turned.left))
        case ChoiceIn(choice=choice):
            return ("choice", form_free(choice))
        case Overlaps(reference=reference):
            return ("overlaps", reference)
        case Not(part=part):
            return ("not", _about(part))
        case And() | Or() | Quantified():
            return type(node)
    return (type(node), form_free(node))


def _holds_more(old: TruthNode, new: TruthNode) -> bool | None:
    """Whether a changed leaf holds for more values than before; None if that is not plain, or it reads another one."""
    if _about(old) != _about(new):
        return None
    match old, new:
        case Compare(), Compare():
            return _more_numbers(_turned(old), _turned(new))
        case ChoiceIn(options=before), ChoiceIn(options=after):
            return True if before.issubset(after) else False if after.issubset(before) else None
        case Overlaps(items=had), Overlaps(items=has):
            return True if set(had).issubset(has) else False if set(has).issubset(had) else None
    return None


def _more_numbers(old: Compare, new: Compare) -> bool | None:
    if not isinstance(old.right, Number) or not isinstance(new.right, Number):
        return None
    signs = {old.operator, new.operator}
    before, after = old.right.value, new.right.value
    if before == after:
        return new.operator in {"<=", ">="} if signs in (_UPPER, _LOWER) else None
    if signs <= _UPPER:
        return after > before
    return after < before if signs <= _LOWER else None


def _turned(node: Compare) -> Compare:
    """The comparison with a plain number on the right."""
    if isinstance(node.left, Number) and not isinstance(node.right, Number):
        return replace(node, operator=_MIRRORED[node.operator], left=node.right, right=node.left)
    return node


def _plain(node: Node) -> Node:
    match node:
        case And() | Or():
            parts = {form_free(part): _plain(part) for part in _parts(node, type(node))}
            ordered: tuple[Any, ...] = tuple(parts[key] for key in sorted(parts))
            match ordered:
                case ():
                    return Constant(isinstance(node, And))
                case (only,):
                    return only  # type: ignore[no-any-return]
            return type(node)(ordered)
        case Not(part=Not(part=inner)):
            return _plain(inner)
        case CountTrue(parts=counted):
            made: tuple[Any, ...] = tuple(sorted(map(_plain, counted), key=form_free))
            return CountTrue(made)
        case Compare():
            node = replace(_turned(node), threshold="")
        case ChoiceOf() | ModalityOf():
            node = replace(node, domain=frozenset())  # a new choice is a change of the finding, not of what asks for it
        case Overlaps(items=items):
            node = replace(node, items=tuple(sorted(set(items))))
        case Number(value=value):
            return Number(_shortest(value))
    return _with_children(node, _plain)


def _shortest(value: Decimal) -> Decimal:
    return Decimal(f"{value.normalize():f}")


def _with_children(node: Node, change: Callable[[Node], Node]) -> Node:
    fields: dict[str, Any] = {}
    for name in node.__struct_fields__:
        value = getattr(node, name)
        if isinstance(value, Node):
            fields[name] = change(value)
        elif isinstance(value, tuple):
            fields[name] = tuple(change(part) if isinstance(part, Node) else part for part in value)
    return replace(node, **fields) if fields else node
