"""The parts of a condition that decide it: the fewest that make it hold, or keep it from holding, or leave it open."""

from hepalith.decision.evaluation import Evaluation
from hepalith.domain.truth import Truth
from hepalith.knowledge.tree import And, Not, Or, Quantified, TruthNode

Part = tuple[TruthNode, str, bool]  # a part, the subject that it is about, and whether it must not be so


def deciding_parts(evaluation: Evaluation, node: TruthNode, subject: str) -> list[Part]:
    """Parts whose truth alone gives the truth of the whole. Derived findings are not opened.

    Where one part is enough, the one that needs the fewest; where the whole is open, every part that is open. All are
    nodes of the knowledge itself: an evaluation remembers nodes by identity.
    """
    return _parts(evaluation, node, subject, wanted=evaluation.truth(node, subject), negated=False)


def _parts(evaluation: Evaluation, node: TruthNode, subject: str, *, wanted: Truth, negated: bool) -> list[Part]:
    match node:
        case Not(part=part):
            return _parts(evaluation, part, subject, wanted=evaluation.truth(part, subject), negated=not negated)
        case And(parts=parts) | Or(parts=parts):
            below = [(part, subject) for part in parts]
            every = isinstance(node, And) == (wanted is Truth.TRUE)
        case Quantified(quantifier=quantifier, part=part):
            below = [(part, lesion) for lesion in evaluation.lesions]
            every = (quantifier == "every") == (wanted is Truth.TRUE)
        case _:
            return [(node, subject, negated)]
    found = [
        _parts(evaluation, part, whose, wanted=wanted, negated=negated)
        for part, whose in below
        if evaluation.truth(part, whose) is wanted
    ]
    if not found:  # no lesion at all
        return [(node, subject, negated)]
    if every or wanted is Truth.UNKNOWN:
        return [part for parts in found for part in parts]
    return min(found, key=len)
