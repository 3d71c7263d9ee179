"""Whether anything that is known speaks for an open condition.

On an almost empty case nearly everything is open. What is open although nothing speaks for it is only "not asked yet":
it counts as open for every closure, but it is not shown as a possibility. Age and sex, and the
place, size and kind of a lesion, speak for nothing by themselves.
"""

from collections.abc import Iterator
from functools import lru_cache

from hepalith.decision.evaluation import Evaluation
from hepalith.domain.case import PATIENT
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import SUBJECT, Knowledge
from hepalith.knowledge.tree import (
    And,
    Constant,
    Fires,
    GatePasses,
    Holds,
    Missing,
    Not,
    Or,
    Quantified,
    Reference,
    TruthNode,
    references,
)

WHO = frozenset({"patient", "lesion_basics"})  # groups of findings that only say who, and which lesion, it is about


class Support:
    """Finds what is positively known in conditions of one evaluation."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._leaves = _leaves_of(evaluation.knowledge)
        self._known = frozenset(self._known_leaves())
        self._derived: dict[tuple[str, str], bool] = {}

    def of(self, node: TruthNode, subject: str) -> bool:
        """Whether a part of the condition that says what *is* (not what is absent) is known to hold."""
        leaves = self._leaves.behind.get(id(node))
        if leaves is not None and leaves.isdisjoint(self._known):
            return False  # so it is with most advice of most cases
        if self._evaluation.truth(node, subject) is Truth.FALSE:
            return False
        match node:
            case And(parts=parts) | Or(parts=parts):
                return any(self.of(part, subject) for part in parts)
            case Quantified(part=part):
                return any(self.of(part, lesion) for lesion in self._evaluation.lesions)
            case Not() | Constant() | GatePasses() | Missing():
                return False
            case Fires(recommendations=names):
                return any(self._of_recommendation(name, subject) for name in names)
            case Holds(reference=reference) if reference.derived:
                return self._of_derived(reference, subject)
        return self._evaluation.truth(node, subject) is Truth.TRUE and not _says_only_who(
            node, self._evaluation.knowledge
        )

    def _known_leaves(self) -> Iterator[int]:
        """The leaves that hold for anyone."""
        truth, lesions = self._evaluation.truth, self._evaluation.lesions
        for number, (leaf, of_lesion) in enumerate(self._leaves.all):
            for subject in lesions if of_lesion else (PATIENT,):
                if truth(leaf, subject) is Truth.TRUE:
                    yield number

    def _of_derived(self, reference: Reference, subject: str) -> bool:
        about = subject if reference.lesion else PATIENT
        key = (reference.name, about)
        if key not in self._derived:
            tree = self._evaluation.knowledge.derived[reference.name].tree
            inside = isinstance(tree, TruthNode) and self.of(tree, about)
            self._derived[key] = inside or self._evaluation.holds(reference, about) is Truth.TRUE
        return self._derived[key]

    def _of_recommendation(self, name: str, subject: str) -> bool:
        compiled = self._evaluation.knowledge.recommendations[name]
        return self.of(compiled.when, subject if compiled.entry.subject == "lesion" else PATIENT)


def _says_only_who(node: TruthNode, knowledge: Knowledge) -> bool:
    """Whether a leaf only says who, or which lesion, it is about: that fits many, and speaks for nothing."""
    return all(
        reference.name == SUBJECT or (not reference.derived and knowledge.findings[reference.name].group in WHO)
        for reference in references(node)
    )


class _Leaves:
    """The conditions without parts that can speak for advice. all: the different ones, and whether each is of lesions.

    behind: those of each recommendation, by the identity of its condition, as numbers in `all`.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._numbers: dict[TruthNode, int] = {}
        self._derived: dict[str, frozenset[int]] = {}
        self.behind = {id(one.when): self._in(one.when) for one in knowledge.recommendations.values()}
        self.all = [(leaf, any(one.lesion for one in references(leaf))) for leaf in self._numbers]

    def _in(self, node: TruthNode) -> frozenset[int]:
        match node:
            case And(parts=parts) | Or(parts=parts):
                return frozenset().union(*map(self._in, parts))
            case Quantified(part=part):
                return self._in(part)
            case Not() | Constant() | GatePasses() | Missing():
                return frozenset()
            case Fires(recommendations=names):
                return frozenset().union(*(self._in(self._knowledge.recommendations[name].when) for name in names))
            case Holds(reference=reference) if reference.derived:
                return self._in_derived(reference.name) | self._number(node)
        return frozenset() if _says_only_who(node, self._knowledge) else self._number(node)

    def _in_derived(self, name: str) -> frozenset[int]:
        if name not in self._derived:
            tree = self._knowledge.derived[name].tree
            self._derived[name] = self._in(tree) if isinstance(tree, TruthNode) else frozenset()
        return self._derived[name]

    def _number(self, leaf: TruthNode) -> frozenset[int]:
        return frozenset([self._numbers.setdefault(leaf, len(self._numbers))])


@lru_cache(maxsize=4)
def _leaves_of(knowledge: Knowledge) -> _Leaves:
    return _Leaves(knowledge)
