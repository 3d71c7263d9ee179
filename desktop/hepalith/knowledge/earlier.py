"""A derived finding as it was before the latest examination: the same trees, reading what was observed until then."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from msgspec.structs import replace

from hepalith.knowledge.base import CompiledDerived, CompiledRow
from hepalith.knowledge.expression import ExpressionError
from hepalith.knowledge.model import Derived
from hepalith.knowledge.tree import (
    AsOf,
    Fires,
    GatePasses,
    Holds,
    Node,
    NumberNode,
    Quantity,
    Reference,
    TruthNode,
    references,
)

AnyNodeT = TypeVar("AnyNodeT", bound=Node)


def defined_as(entry: Derived, of: Derived) -> Derived:
    """An entry with `before`, with all that it takes from the entry of which it is the earlier value."""
    return replace(
        entry,
        unit=of.unit,
        decimals=of.decimals,
        choices=of.choices,
        expr=of.expr,
        rows=of.rows,
        otherwise=of.otherwise,
        complete=of.complete,
        exclusive=of.exclusive,
        range=of.range,
    )


class Earlier:
    """Turns what is computed now into what was to be computed before an examination.

    until: the finding whose latest observation tells of the examination (`Reference.until`). derived: the derived
    findings that trees name.
    """

    def __init__(self, until: str, derived: Mapping[str, CompiledDerived]) -> None:
        self._until = until
        self._derived = derived

    def value(self, compiled: CompiledDerived, of: CompiledDerived) -> CompiledDerived:
        """A derived finding as another one was until then. Raises ExpressionError for what has no earlier value."""
        entry = compiled.entry
        rows = [CompiledRow(row.id, self.tree(row.when), self._result(row.then)) for row in of.rows]
        written = [replace(row, when=self._written(row.when)) for row in entry.rows]
        return replace(
            compiled,
            entry=replace(entry, expr=self._written(entry.expr), rows=tuple(written)),
            tree=None if of.tree is None else self.tree(of.tree),
            rows=tuple(rows),
            otherwise=None if of.otherwise is None else self._result(of.otherwise),
        )

    def absences(self, findings: Iterable[str], absence: Mapping[str, TruthNode]) -> dict[tuple[str, str], TruthNode]:
        """When other answers stood for findings that were not recorded until then, by finding and `Reference.until`.

        absence: when they stand for what is not recorded now. Raises ExpressionError as `tree` does.
        """
        found: dict[tuple[str, str], TruthNode] = {}
        waiting = list(findings)
        while waiting:
            name = waiting.pop()
            if name in absence and (name, self._until) not in found:
                made = found[(name, self._until)] = self.tree(absence[name])
                waiting += [reference.name for reference in references(made)]
        return found

    def tree(self, node: AnyNodeT) -> AnyNodeT:
        """A tree that reads what was observed until then. Raises ExpressionError for what has no earlier value."""
        match node:
            case Holds(reference=Reference(derived=True) as made) | Quantity(reference=Reference(derived=True) as made):
                inside = self._derived[made.name].tree
                if inside is None:
                    raise ExpressionError(f'"{made.name}" is a table: what rests on it has no earlier value')
                return self.tree(inside)  # type: ignore[return-value]
            case AsOf() | Fires() | GatePasses():
                raise ExpressionError("what rests on today, on a gate or on advice has no earlier value")
            case Reference():
                return self._reference(node)  # type: ignore[return-value]
        changed = {name: self._part(getattr(node, name)) for name in node.__struct_fields__}
        return replace(node, **changed)

    def _written(self, text: str) -> str:
        """An expression as people read it."""
        return text and f"before({text}, {self._until})"

    def _part(self, part: object) -> object:
        if isinstance(part, Node):
            return self.tree(part)
        return tuple(map(self._part, part)) if isinstance(part, tuple) else part

    def _reference(self, reference: Reference) -> Reference:
        if reference.derived or not reference.lesion or not reference.is_current:
            raise ExpressionError(
                f'"{reference.name}", as it is used, has no earlier value: only what is seen of a lesion'
            )
        return replace(reference, until=self._until)

    def _result(self, then: str | bool | NumberNode) -> str | bool | NumberNode:
        return then if isinstance(then, str | bool) else self.tree(then)
