"""What an entry rests on: the entries that its expressions name, directly and through others."""

from collections.abc import Callable, Iterable, Iterator
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
    return dict.fromkeys(place for tree in trees for node in walk(tree) for place in _named_by(node))


def nodes_behind(
    knowledge: Knowledge, trees: Iterable[Node], enters: Callable[[Place], bool] = lambda _place: True
) -> Iterator[Node]:
    """All nodes of these trees, and of everything that they rest on. enters: which entries are looked into."""
    waiting = list(trees)
    seen: set[Place] = set()
    while waiting:
        for node in walk(waiting.pop()):
            yield node
            for place in _named_by(node):
                if place not in seen:
                    seen.add(place)
                    waiting.extend(trees_of(knowledge, place) if enters(place) else ())


def _named_by(node: Node) -> Iterator[Place]:
    match node:
        case Reference(name=name, derived=derived, until=until):
            yield "derived" if derived else "findings", name
            if until:
                yield "findings", until
        case GatePasses(gate=gate):
            yield "gates", gate
        case Fires(recommendations=names):
            yield from (("recommendations", name) for name in names)


class Uses:
    """Which entries an entry rests on, in one knowledge base."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._direct: dict[Place, tuple[Place, ...]] = {}
        self._behind: dict[Place, frozenset[Place]] = {}

    def directly(self, place: Place) -> tuple[Place, ...]:
        """The entries that its own expressions name."""
        if place not in self._direct:
            self._direct[place] = tuple(named_in(trees_of(self._knowledge, place)))
        return self._direct[place]

    def rests_on(self, place: Place, other: Place) -> bool:
        """Whether an entry is another one, or rests on it."""
        return other in self._all(place)

    def behind(self, places: Iterable[Place]) -> frozenset[Place]:
        """These entries and all that they rest on."""
        return frozenset[Place]().union(*(self._all(place) for place in places))

    def _all(self, place: Place) -> frozenset[Place]:
        if place not in self._behind:
            found, waiting = {place}, [place]
            while waiting:
                new = [used for used in self.directly(waiting.pop()) if used not in found]
                found.update(new)
                waiting += new
            self._behind[place] = frozenset(found)
        return self._behind[place]


def _nodes(parts: Iterable[Any]) -> Iterator[Node]:
    for part in parts:
        if isinstance(part, Node):
            yield part
        elif isinstance(part, CompiledRow):
            yield from _nodes((part.when, part.then))
        elif isinstance(part, tuple):
            yield from _nodes(part)
