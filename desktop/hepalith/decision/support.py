"""Whether anything that is known speaks for an open condition.

On an almost empty case nearly everything is open. What is open although nothing speaks for it is only "not asked yet":
it counts as open for every closure, but it is not shown as a possibility. Age and sex, and the
place, size and kind of a lesion, speak for nothing by themselves.
"""

from hepalith.decision.evaluation import Evaluation
from hepalith.decision.kept import Kept
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
    """Finds what is positively known in the conditions of advice of one evaluation. kept: from the case before."""

    def __init__(self, evaluation: Evaluation, kept: Kept | None = None) -> None:
        self._evaluation = evaluation
        self._kept = kept or Kept()
        self._derived: dict[tuple[str, str], bool] = {}

    def of(self, name: str, subject: str) -> bool:
        """Whether a part of the condition of advice that says what *is* (not what is absent) is known to hold."""
        since = self._evaluation.judged_since(("recommendations", name), subject)
        return self._kept.of(("support", name, subject), since, lambda: self._of_advice(name, subject))

    def _of_advice(self, name: str, subject: str) -> bool:
        return self._of(self._evaluation.knowledge.recommendations[name].when, subject)

    def _of(self, node: TruthNode, subject: str) -> bool:
        if self._evaluation.truth(node, subject) is Truth.FALSE:
            return False
        match node:
            case And(parts=parts) | Or(parts=parts):
                return any(self._of(part, subject) for part in parts)
            case Quantified(part=part):
                return any(self._of(part, lesion) for lesion in self._evaluation.lesions)
            case Not() | Constant() | GatePasses() | Missing():
                return False
            case Fires(recommendations=names):
                return any(self._of_fired(name, subject) for name in names)
            case Holds(reference=reference) if reference.derived:
                return self._of_derived(reference, subject)
        return self._evaluation.truth(node, subject) is Truth.TRUE and not _says_only_who(
            node, self._evaluation.knowledge
        )

    def _of_derived(self, reference: Reference, subject: str) -> bool:
        about = subject if reference.lesion else PATIENT
        key = (reference.name, about)
        if key not in self._derived:
            tree = self._evaluation.knowledge.derived[reference.name].tree
            inside = isinstance(tree, TruthNode) and self._of(tree, about)
            self._derived[key] = inside or self._evaluation.holds(reference, about) is Truth.TRUE
        return self._derived[key]

    def _of_fired(self, name: str, subject: str) -> bool:
        compiled = self._evaluation.knowledge.recommendations[name]
        return self._of_advice(name, subject if compiled.entry.subject == "lesion" else PATIENT)


def _says_only_who(node: TruthNode, knowledge: Knowledge) -> bool:
    """Whether a leaf only says who, or which lesion, it is about: that fits many, and speaks for nothing."""
    return all(
        reference.name == SUBJECT or (not reference.derived and knowledge.findings[reference.name].group in WHO)
        for reference in references(node)
    )
