"""The checked expression tree: what every reader of an expression (evaluation, explanation, proof) works on.

A tree is only made by `knowledge.expression`, which has checked names, types, units and scopes.
"""

from decimal import Decimal
from typing import Literal

import msgspec


class Node(msgspec.Struct, frozen=True, tag=True, array_like=True, gc=False):
    """Base of all nodes. Nodes are compared and hashed by value; made from the leaves up, they never form a circle."""


class Reference(Node, frozen=True):
    """A finding or derived finding. which: 0 the observation that counts, n the n-th before it, -1 the earliest.

    until: an entered finding of the same subject: only what is older than its latest observation; "" for no such limit.
    """

    name: str
    lesion: bool
    derived: bool = False
    which: int = 0
    until: str = ""

    @property
    def is_current(self) -> bool:
        """Whether the observation that counts now is meant; another answer can stand for that one alone."""
        return not self.which and not self.until


# Truths


class Constant(Node, frozen=True):
    """True or false."""

    value: bool


class Holds(Node, frozen=True):
    """A yes/no finding is yes."""

    reference: Reference


class And(Node, frozen=True):
    """All of the parts."""

    parts: tuple["TruthNode", ...]


class Or(Node, frozen=True):
    """Any of the parts."""

    parts: tuple["TruthNode", ...]


class Not(Node, frozen=True):
    """The part is known not to hold."""

    part: "TruthNode"


class Compare(Node, frozen=True):
    """Two numbers. `threshold` is the right side as the source writes it, for people ("4.0 mg/dL")."""

    operator: Literal["<", "<=", ">", ">=", "==", "!="]
    left: "NumberNode"
    right: "NumberNode"
    threshold: str = ""


class ChoiceIn(Node, frozen=True):
    """A choice is one of these."""

    choice: "ChoiceNode"
    options: frozenset[str]


class SameChoice(Node, frozen=True):
    """Two choices are the same."""

    left: "ChoiceNode"
    right: "ChoiceNode"


class Overlaps(Node, frozen=True):
    """A multi-choice finding has at least one of these items."""

    reference: Reference
    items: tuple[str, ...]


class Quantified(Node, frozen=True):
    """The part holds for any, or for every, lesion."""

    quantifier: Literal["any", "every"]
    part: "TruthNode"


class GatePasses(Node, frozen=True):
    """All blocking items of a gate but the excepted ones are fulfilled; with `only`, that item alone."""

    gate: str
    excepted: tuple[str, ...] = ()
    only: str = ""


class Fires(Node, frozen=True):
    """The condition of any of these recommendations holds (before precedence)."""

    recommendations: tuple[str, ...]


class Missing(Node, frozen=True):
    """A value is not known. Two-valued: only for recommendations that ask for it."""

    reference: Reference


class SameTechnique(Node, frozen=True):
    """Two observations were made with the same modality, phase and comparable slice thickness."""

    left: Reference
    right: Reference


# Numbers


class Number(Node, frozen=True):
    """A number, in the canonical unit of what it is used with."""

    value: Decimal


class Quantity(Node, frozen=True):
    """The value of a number finding, canonical unit."""

    reference: Reference


class Limit(Node, frozen=True):
    """The laboratory's own upper or lower limit for a finding, canonical unit."""

    side: Literal["upper", "lower"]
    reference: Reference


class Arithmetic(Node, frozen=True):
    """+ - * / of two numbers."""

    operator: Literal["+", "-", "*", "/"]
    left: "NumberNode"
    right: "NumberNode"


class Function(Node, frozen=True):
    """min max abs round ln log10 sqrt exp."""

    name: str
    arguments: tuple["NumberNode", ...]


class Either(Node, frozen=True):
    """One number or another, by a condition."""

    condition: "TruthNode"
    then: "NumberNode"
    otherwise: "NumberNode"


class CountTrue(Node, frozen=True):
    """How many of the parts hold."""

    parts: tuple["TruthNode", ...]


class CountLesions(Node, frozen=True):
    """For how many lesions the part holds."""

    part: "TruthNode"


class LesionNumber(Node, frozen=True):
    """The largest, or the sum, of a number over all lesions."""

    how: Literal["largest", "sum"]
    number: "NumberNode"


class Elapsed(Node, frozen=True):
    """Days or months from one date to another."""

    unit: Literal["days", "months"]
    start: "DateNode"
    end: "DateNode"


# Choices and dates


class ChoiceOf(Node, frozen=True):
    """The value of a choice finding. `domain`: all its choices."""

    reference: Reference
    domain: frozenset[str]


class ModalityOf(Node, frozen=True):
    """The modality of the study of an observation."""

    reference: Reference
    domain: frozenset[str]


class ObservationDate(Node, frozen=True):
    """When an observation was made."""

    reference: Reference


class DateOf(Node, frozen=True):
    """The value of a date finding."""

    reference: Reference


class AsOf(Node, frozen=True):
    """The date of the assessment."""


TruthNode = (
    Constant
    | Holds
    | And
    | Or
    | Not
    | Compare
    | ChoiceIn
    | SameChoice
    | Overlaps
    | Quantified
    | GatePasses
    | Fires
    | Missing
    | SameTechnique
)
NumberNode = (
    Number | Quantity | Limit | Arithmetic | Function | Either | CountTrue | CountLesions | LesionNumber | Elapsed
)
ChoiceNode = ChoiceOf | ModalityOf
DateNode = ObservationDate | DateOf | AsOf
AnyNode = TruthNode | NumberNode | ChoiceNode | DateNode


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below a node, references included."""
    found: list[Node] = []
    for name in node.__struct_fields__:
        value = getattr(node, name)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            found.extend(item for item in value if isinstance(item, Node))
    return tuple(found)


def references(node: Node) -> tuple[Reference, ...]:
    """All references of a tree, in order, each once."""
    seen: dict[Reference, None] = {}
    stack: list[Node] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, Reference):
            seen[current] = None
        else:
            stack.extend(reversed(children(current)))
    return tuple(seen)


def walk(node: Node) -> list[Node]:
    """All nodes of a tree, the root first."""
    result: list[Node] = [node]
    for child in children(node):
        result.extend(walk(child))
    return result
