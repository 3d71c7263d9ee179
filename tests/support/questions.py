"""All that an evaluator can be asked of a case, and how answers are told, whoever gives them.

A truth is True, False or None (unknown), a choice the set of those that are possible, a number an interval. Advice is
told by where it stands: whether it holds, gives way, cannot be excluded. The points of a cause are None where it is not
ranked. An urgency is its rank.
"""

from collections.abc import Iterator
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from hepalith.domain.assessment import Status
from hepalith.domain.case import PATIENT
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.tree import Constant, TruthNode

TOLD = {Truth.TRUE: True, Truth.FALSE: False, Truth.UNKNOWN: None}
STANDS = {  # holds, gives way, cannot be excluded
    Status.HOLDS: (True, False, False),
    Status.SUPPRESSED: (False, True, False),
    Status.CANNOT_BE_EXCLUDED: (False, False, True),
    Status.DOES_NOT_HOLD: (False, False, False),
}


class Kind(Enum):
    """What is asked."""

    CONDITION = auto()
    YES_NO = auto()  # derived findings
    CHOICE = auto()
    NUMBER = auto()
    ADVICE = auto()
    LEVEL = auto()  # the rank of urgency that advice brings to the case
    URGENCY = auto()
    POINTS = auto()  # causes
    LEADS = auto()


class Question(NamedTuple):
    """Something that is asked of a case. tree, fresh: of a condition, and whether it distrusts old values."""

    kind: Kind
    name: str
    subject: str
    tree: TruthNode | None = None
    fresh: bool = False

    def __str__(self) -> str:
        return f"{self.kind.name.lower()} {self.name} of {self.subject}"


@lru_cache(maxsize=64)
def questions(knowledge: Knowledge, lesions: tuple[str, ...]) -> tuple[Question, ...]:
    """Every question, for each subject that it is asked of."""
    subjects = {"lesion": lesions, "patient": (PATIENT,)}
    return tuple(
        question._replace(subject=subject) for question in _questions(knowledge) for subject in subjects[question[2]]
    )


def _questions(knowledge: Knowledge) -> Iterator[Question]:
    """In place of the subject: "lesion" or "patient"."""
    kinds = {"yes_no": Kind.YES_NO, "choice": Kind.CHOICE, "number": Kind.NUMBER}
    for name, tree, fresh, subject in _conditions(knowledge):
        yield Question(Kind.CONDITION, name, subject, tree, fresh)
    for name, derived in knowledge.derived.items():
        yield Question(kinds[derived.entry.type], name, derived.entry.subject)
    for name, advice in knowledge.recommendations.items():
        yield Question(Kind.ADVICE, name, advice.entry.subject)
        yield Question(Kind.LEVEL, name, advice.entry.subject)
    yield Question(Kind.URGENCY, "case", "patient")
    for name, cause in knowledge.conditions.items():
        yield Question(Kind.POINTS, name, cause.entry.subject)
        yield Question(Kind.LEADS, name, cause.entry.subject)


def _conditions(knowledge: Knowledge) -> Iterator[tuple[str, TruthNode, bool, str]]:
    """Every condition: its name, its tree, whether it distrusts old values, whom it is about."""
    for name, one in knowledge.recommendations.items():
        yield name, one.when, False, one.entry.subject
        yield from ((f"{name} escalation {at}", tree, False, one.entry.subject) for at, tree in enumerate(one.escalate))
    for name, cause in knowledge.conditions.items():
        trees = {f"for {at}": tree for at, tree in enumerate(cause.arguments_for)}
        trees |= {f"against {at}": tree for at, tree in enumerate(cause.arguments_against)}
        trees |= {"excluded": cause.excluded, "confirmed": cause.confirmed}
        yield from ((f"{name} {part}", tree, False, cause.entry.subject) for part, tree in trees.items())
    for name, gate in knowledge.gates.items():
        fresh = gate.entry.kind == "safety"
        for item, tree in zip(gate.entry.items, gate.items, strict=True):
            yield f"{name}.{item.id}", tree, fresh, gate.entry.subject
    for name, tree in knowledge.relevance.items():
        yield f"{name} relevant", tree, False, knowledge.findings[name].subject
    for name, derived in knowledge.derived.items():
        trees = {f"{name} row {row.id}": row.when for row in derived.rows}
        if isinstance(derived.tree, TruthNode):
            trees[name] = derived.tree
        yield from ((part, tree, False, derived.entry.subject) for part, tree in trees.items())


def conditions(knowledge: Knowledge, lesions: tuple[str, ...]) -> tuple[tuple[str, TruthNode, bool, str], ...]:
    """Every condition with its name, whether it distrusts old values, and each subject that it is asked of."""
    return tuple(
        (one.name, one.tree, one.fresh, one.subject) for one in questions(knowledge, lesions) if one.tree is not None
    )


def varying(knowledge: Knowledge) -> tuple[str, ...]:
    """The names of the conditions that are not written as true or false."""
    return tuple(name for name, tree, _fresh, _kind in _conditions(knowledge) if not isinstance(tree, Constant))
