"""What an entry rests on: the entries that its expressions name, directly and through others."""

from collections.abc import Iterable, Iterator
from typing import Any

from hepalith.knowledge.base import CompiledRow, Knowledge
from hepalith.knowledge.tree import Fires, GatePasses, Node, Reference, walk

Place = tuple[str, str]  # kind and id of an entry, as the knowledge files have them


def place_of(knowledge: Knowledge, name: str) -> Place:
    """Where a finding or derived finding stands."""
    return ("derived" if name in knowledge.derived else "findings", name)


def trees_of(knowledge: Knowledge, place: Place) -> list[Node]:
    """The trees that decide the answer of an entry; whether a field is shown is no part of it."""
    kind, name = place
    if kind == "findings":
        return [knowledge.absence[name]] if name in knowledge.absence else []
    compiled = getattr(knowledge, kind, {}).get(name)
    if compiled is None:
        return []
    fields = getattr(compiled, "__struct_fields__", ())
    return list(_nodes(getattr(compiled, field) for field in fields if field not in {"entry", "basis"}))


def named_in(trees: Iterable[Node]) -> dict[Place, None]:
    """The entries that trees name, each once, in order."""
    found: dict[Place, None] = {}
    for node in (inner for tree in trees for inner in walk(tree)):
        match node:
            case Reference(name=name, derived=derived):
                found["derived" if derived else "findings", name] = None
            case GatePasses(gate=gate):
                found["gates", gate] = None
            case Fires(recommendations=names):
                found.update({("recommendations", name): None for name in names})
    return found


class Uses:
    """Which entries an entry rests on, in one knowledge base."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._behind: dict[Place, frozenset[Place]] = {}

    def directly(self, place: Place) -> tuple[Place, ...]:
        """The entries that its own expressions name."""
        return tuple(named_in(trees_of(self._knowledge, place)))

    def behind(self, places: Iterable[Place]) -> frozenset[Place]:
        """These entries and all that they rest on."""
        return frozenset[Place]().union(*(self._all(place) for place in places))

    def _all(self, place: Place) -> frozenset[Place]:
        if place not in self._behind:
            self._behind[place] = frozenset([place])  # a table may name itself through a gate
            self._behind[place] = frozenset([place]).union(*(self._all(used) for used in self.directly(place)))
        return self._behind[place]


def _nodes(parts: Iterable[Any]) -> Iterator[Node]:
    for part in parts:
        if isinstance(part, Node):
            yield part
        elif isinstance(part, CompiledRow):
            yield from _nodes((part.when, part.then))
        elif isinstance(part, tuple):
            yield from _nodes(part)
