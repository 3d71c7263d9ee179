"""What a recommendation, a gate or a table is for a subject: how urgent, open or shut, shown or not used."""

from enum import StrEnum

from hepalith.decision.evaluation import Evaluation
from hepalith.domain.assessment import GateState, Urgency
from hepalith.domain.case import PATIENT
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import CompiledDerived, CompiledRecommendation


def level_of(evaluation: Evaluation, compiled: CompiledRecommendation, subject: str) -> tuple[Urgency, Urgency | None]:
    """The urgency of a recommendation, and a higher one that cannot be excluded yet."""
    steps = [
        (evaluation.truth(tree, subject), Urgency(step.urgency))
        for step, tree in zip(compiled.entry.escalate, compiled.escalate, strict=True)
    ]
    reached = [step for truth, step in steps if truth is Truth.TRUE]
    level = max([Urgency(compiled.entry.urgency), *reached], key=_rank)
    could_be = [step for truth, step in steps if truth is Truth.UNKNOWN and step.rank > level.rank]
    return level, max(could_be, key=_rank, default=None)


def _rank(level: Urgency) -> int:
    return level.rank


def gate_state(evaluation: Evaluation, gate: str, subject: str) -> GateState:
    """Whether a gate is open for a subject: only when every blocking item is known to be fulfilled."""
    compiled = evaluation.knowledge.gates[gate]
    about = gate_subject(evaluation, gate, subject)
    truths = [
        evaluation.gate_item(gate, position, about)
        for position, item in enumerate(compiled.entry.items)
        if item.severity == "block"
    ]
    if Truth.FALSE in truths:
        return GateState.SHUT
    return GateState.SHUT_UNTIL_KNOWN if Truth.UNKNOWN in truths else GateState.OPEN


def gate_subject(evaluation: Evaluation, gate: str, subject: str) -> str:
    """Whom a gate is about when advice for a subject names it: the lesion, or the patient."""
    return subject if evaluation.knowledge.gates[gate].entry.subject == "lesion" else PATIENT


class TableUse(StrEnum):
    """Whether a classification or score is shown for a subject. Hidden: it does not matter, or that is unknown."""

    SHOWN = "shown"
    HIDDEN = "hidden"
    NOT_USED = "not_used"


def table_use(evaluation: Evaluation, compiled: CompiledDerived, subject: str) -> TableUse:
    """How a derived finding is presented; one that was not made for such a patient is not used, and that is said."""
    if evaluation.truth(compiled.relevant, subject) is not Truth.TRUE:
        return TableUse.HIDDEN
    return TableUse.NOT_USED if evaluation.truth(compiled.not_for, subject) is Truth.TRUE else TableUse.SHOWN
