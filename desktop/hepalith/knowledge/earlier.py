"""A derived finding as it was before the latest examination: the same trees, reading what was observed until then."""

from collections.abc import Mapping
from typing import TypeVar

from msgspec.structs import replace

from hepalith.knowledge.base import CompiledDerived, CompiledRow
from hepalith.knowledge.expression import ExpressionError
from hepalith.knowledge.model import Derived
from hepalith.knowledge.tree import Holds, Node, Quantity, Reference, TruthNode, references

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

    derived: the compiled derived findings, some of which trees name. absence: when other answers stand for a finding
    that was not recorded.
    """

    def __init__(
        self, until: str, derived: Mapping[str, CompiledDerived], absence: Mapping[str, TruthNode]
    ) -> None:
        self._until = until
        self._derived = derived
        self._absence = absence

    def value(self, compiled: CompiledDerived) -> CompiledDerived:
        """A derived finding by what was observed until then. Raises ExpressionError for what has no earlier value."""
        of = self._derived[self._until]
        rows = [CompiledRow(row.id, self.tree(row.when), self._result(row.then)) for row in of.rows]
        return replace(
            compiled,
            tree=None if of.tree is None else self.tree(of.tree),
            rows=tuple(rows),
            otherwise=None if of.otherwise is None else self._result(of.otherwise),
        )

    def absences(self, *trees: Node) -> dict[tuple[str, str], TruthNode]:
        """When other answers stood for what trees read of the time until then, by finding and `Reference.until`."""
        found: dict[tuple[str, str], TruthNode] = {}
        waiting = list(trees)
        while waiting:
            for reference in references(waiting.pop()):
                key = (reference.name, reference.until)
                if reference.until == self._until and key not in found and reference.name in self._absence:
                    found[key] = self.tree(self._absence[reference.name])
                    waiting.append(found[key])
        return found

    def tree(self, node: AnyNodeT) -> AnyNodeT:
        """A tree that reads what was observed until then. Raises ExpressionError for what has no earlier value."""
        match node:
            case Holds(reference=Reference(derived=True) as made) | Quantity(reference=Reference(derived=True) as made):
                inside = self._derived[made.name].tree
                if inside is None:
                    raise ExpressionError(f'"{made.name}" is a table: what rests on it has no earlier value')
                return self.tree(inside)  # type: ignore[return-value]
            case Reference():
                return self._reference(node)  # type: ignore[return-value]
        changed = {name: self._part(getattr(node, name)) for name in node.__struct_fields__}
        return replace(node, **changed)

    def _part(self, part: object) -> object:
        if isinstance(part, Node):
            return self.tree(part)
        return tuple(map(self._part, part)) if isinstance(part, tuple) else part

    def _reference(self, reference: Reference) -> Reference:
        if reference.derived or not reference.lesion or not reference.is_current:
            raise ExpressionError(f'"{reference.name}", as it is used, has no earlier value: only what is seen of a lesion')
        return replace(reference, until=self._until)

    def _result(self, then: str | bool | Node) -> str | bool | Node:
        return self.tree(then) if isinstance(then, Node) else then
