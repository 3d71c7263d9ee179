"""Which numbers the knowledge compares with, and where."""

from collections.abc import Mapping
from decimal import Decimal

from hepalith.decision.wording import SIGN, Wording
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.tree import Compare, Number, Quantity, walk
from hepalith.knowledge.uses import Place, trees_of

_KINDS = ("recommendations", "conditions", "gates", "derived", "findings")


def thresholds_of(knowledge: Knowledge, wording: Wording) -> Mapping[str, Mapping[str, tuple[Place, ...]]]:
    """For each finding or derived number: its thresholds in words, from the lowest, and the entries that have them."""
    found: dict[str, dict[tuple[Decimal, str], dict[Place, None]]] = {}
    for kind in _KINDS:
        for place in ((kind, name) for name in getattr(knowledge, kind)):
            for node in (inner for tree in trees_of(knowledge, place) for inner in walk(tree)):
                if isinstance(node, Compare) and isinstance(node.left, Quantity) and isinstance(node.right, Number):
                    key = node.right.value, f"{SIGN[node.operator]} {wording.wanted(node)}"
                    found.setdefault(node.left.reference.name, {}).setdefault(key, {})[place] = None
    return {name: {text: tuple(at[value, text]) for value, text in sorted(at)} for name, at in found.items()}
