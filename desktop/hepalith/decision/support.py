"""Whether anything that is known speaks for an open condition.

On an almost empty case nearly everything is open. What is open although nothing speaks for it is only "not asked yet":
it counts as open for every closure, but it is not shown as a possibility. Age and sex, and the
place, size and kind of a lesion, speak for nothing by themselves.
"""

from hepalith.decision.evaluation import Evaluation
from hepalith.domain.case import PATIENT
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import SUBJECT
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
        self._derived: dict[tuple[str, str], bool] = {}

    def of(self, node: TruthNode, subject: str) -> bool:
        """Whether a part of the condition that says what *is* (not what is absent) is known to hold."""
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
        return self._evaluation.truth(node, subject) is Truth.TRUE and not self._says_only_who(node)

    def _says_only_who(self, node: TruthNode) -> bool:
        """Whether a leaf only says who, or which lesion, it is about: that fits many, and speaks for nothing."""
        knowledge = self._evaluation.knowledge
        return all(
            reference.name == SUBJECT or (not reference.derived and knowledge.findings[reference.name].group in WHO)
            for reference in references(node)
        )

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
