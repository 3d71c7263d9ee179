"""Which open findings to ask for first.

Every open recommendation that something speaks for hands out its weight, which doubles with each level of urgency, in
equal parts to the findings that its own condition still needs: what is nearly decided counts most. The sum is divided
by what the answer costs. While nothing speaks for anything, all open recommendations count. What was tried and could
not be told, or this site cannot obtain, is not asked.
"""

from collections.abc import Iterable

from hepalith.decision.evaluation import Evaluation
from hepalith.decision.needs import Needs, OpenFinding
from hepalith.domain.assessment import Advice, Question, Status
from hepalith.domain.case import State

_COST = {"ask": 1, "examine": 1, "laboratory": 2, "ultrasound": 3, "ct": 4, "mri": 5, "invasive": 8}


def rank_questions(evaluation: Evaluation, needs: Needs, advice: Iterable[Advice]) -> tuple[Question, ...]:
    """The open findings, the one to ask first at the head."""
    weights: dict[OpenFinding, float] = {}
    asking: dict[OpenFinding, list[Advice]] = {}
    open_ones = [one for one in advice if one.status is Status.CANNOT_BE_EXCLUDED]
    for one in [one for one in open_ones if one.supported] or open_ones:
        own = needs.of(evaluation.knowledge.recommendations[one.id].when, one.subject)
        for need in own:
            weights[need] = weights.get(need, 0.0) + 2.0**one.urgency.rank / len(own)
            asking.setdefault(need, []).append(one)
    made = [_question(evaluation, need, asking[need]) for need in weights if not _was_tried(evaluation, *need)]
    possible = [question for question in made if question.cost not in evaluation.knowledge.unavailable]
    return tuple(
        sorted(possible, key=lambda q: (-weights[(q.finding, q.subject)] / _COST[q.cost], q.finding, q.subject))
    )


def _question(evaluation: Evaluation, need: OpenFinding, asking: list[Advice]) -> Question:
    finding, subject = need
    entry = evaluation.knowledge.findings.get(finding)
    first = sorted(asking, key=lambda one: -one.urgency.rank)
    return Question(
        finding=finding,
        subject=subject,
        label=evaluation.knowledge.label(finding),
        cost=entry.cost if entry else "ask",
        urgency=first[0].urgency,
        wanted_by=tuple(dict.fromkeys(one.id for one in first)),
    )


def _was_tried(evaluation: Evaluation, finding: str, subject: str) -> bool:
    groups = evaluation.observed.groups(finding, subject)
    return bool(groups) and all(o.state is not State.KNOWN for o in groups[0])
