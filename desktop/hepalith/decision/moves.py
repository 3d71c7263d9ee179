"""Whose advice moves between two versions of the knowledge, and which changed entries stand behind it."""

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from hepalith.decision.assess import Assessor
from hepalith.decision.changes import Change, ChangeKind, changes_between
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.knowledge_changes import Difference
from hepalith.domain.assessment import Advice, Assessment, Status
from hepalith.domain.case import PATIENT, Case
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.checks import PLACEHOLDER
from hepalith.knowledge.tree import ChoiceOf, Quantity, Reference
from hepalith.knowledge.uses import Place, Uses, place_of


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A case to ask both versions about. before, after: the case as each dictionary has it."""

    name: str
    title: str
    before: Case
    after: Case
    as_of: date


class MovedAdvice(msgspec.Struct, frozen=True, kw_only=True):
    """One change of the advice.

    applies: whether it is about advice that applies in one of the versions; otherwise it only cannot be excluded.
    behind: the changed entries that it rests on, kind and id of each. A wording has none but itself.
    """

    change: Change
    applies: bool
    behind: tuple[Place, ...]


class MovedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case whose advice moves."""

    name: str
    title: str
    moves: tuple[MovedAdvice, ...]


def moved_cases(
    old: Knowledge, new: Knowledge, differences: Iterable[Difference], cases: Iterable[Asked]
) -> Iterator[MovedCase]:
    """The cases that are answered otherwise, in their order, and which of the differences stand behind it."""
    uses = Uses(old), Uses(new)
    every = tuple(differences)
    changed = frozenset((one.kind, one.id) for one in every if one.relevance.bears_on_answers)
    reworded = frozenset((one.kind, one.id) for one in every)
    for asked in cases:
        assessors = Assessor(asked.before, old, asked.as_of), Assessor(asked.after, new, asked.as_of)
        before, after = (assessor.assessment(trace=False) for assessor in assessors)
        behind = _Behind(assessors[0].evaluation, assessors[1].evaluation, uses, changed)
        applying = {(one.id, one.subject) for side in (before, after) for one in side.recommendations if _applies(one)}
        moves = tuple(
            MovedAdvice(
                change=change,
                applies=not change.item or (change.item, change.subject) in applying,
                behind=behind.of(
                    _asked_by(change, before, after), reworded if change.kind is ChangeKind.WORDING else frozenset()
                ),
            )
            for change in changes_between(before, after)
        )
        if moves:
            yield MovedCase(name=asked.name, title=asked.title, moves=moves)


def _applies(advice: Advice) -> bool:
    return advice.status in {Status.HOLDS, Status.SUPPRESSED}


def _asked_by(change: Change, before: Assessment, after: Assessment) -> Iterator[Place]:
    """The entries whose answer a change is about."""
    if change.item:
        yield "recommendations", change.item
    elif change.kind is ChangeKind.URGENCY:
        yield from (("recommendations", side.urgency.set_by) for side in (before, after) if side.urgency.set_by)
    else:
        causes = (*before.causes, *after.causes)
        yield from dict.fromkeys(("conditions", cause.id) for cause in causes if cause.rank == 1)


class _Behind:
    """Walks from an entry to what it rests on, as long as the answers differ: what answers alike explains nothing."""

    def __init__(
        self, before: Evaluation, after: Evaluation, uses: tuple[Uses, Uses], changed: frozenset[Place]
    ) -> None:
        self._sides = before, after
        self._uses = uses
        self._changed = changed

    def of(self, places: Iterable[Place], reworded: frozenset[Place]) -> tuple[Place, ...]:
        """The changed entries behind the answers of these; the places themselves also if they are only reworded."""
        seen: dict[Place, None] = {}
        asked = list(places)
        waiting = list(asked)
        while waiting:
            place = waiting.pop(0)
            if place not in seen:
                seen[place] = None
                waiting += (used for used in self._used_by(place) if self._differs(used))
        return tuple(place for place in seen if place in self._changed or (place in asked and place in reworded))

    def _used_by(self, place: Place) -> Iterator[Place]:
        for uses in self._uses:
            yield from uses.directly(place)
        if place[0] == "recommendations":
            for evaluation in self._sides:
                yield from _beside(evaluation.knowledge, place[1])

    def _differs(self, place: Place) -> bool:
        """Whether an entry answers otherwise in the two versions; an entered finding or a rule, whether it changed."""
        if place[0] in {"findings", "precedence"}:
            return place in self._changed
        before, after = (_answer(evaluation, place) for evaluation in self._sides)
        return before != after


def _beside(knowledge: Knowledge, name: str) -> Iterator[Place]:
    """What decides a recommendation besides its condition: gates, inserted values, and what it gives way to."""
    if name in knowledge.recommendations:
        entry = knowledge.recommendations[name].entry
        yield from (("gates", gate) for gate in entry.gates)
        inserted = PLACEHOLDER.findall(f"{entry.title} {entry.action} {entry.reason}")
        yield from (place_of(knowledge, finding) for finding in inserted)
    for rule, winner in knowledge.suppressors.get(name, ()):
        yield "precedence", rule.id
        yield "recommendations", winner


def _answer(evaluation: Evaluation, place: Place) -> object:
    """What an entry answers for each whom it is judged for; None if the knowledge does not have it."""
    kind, name = place
    compiled = getattr(evaluation.knowledge, kind).get(name)
    if compiled is None:
        return None
    subjects = evaluation.lesions if compiled.entry.subject == "lesion" else (PATIENT,)
    return [_answer_for(evaluation, place, subject) for subject in subjects]


def _answer_for(evaluation: Evaluation, place: Place, subject: str) -> object:
    kind, name = place
    if kind == "recommendations":
        return evaluation.fires(name, subject)
    entry = getattr(evaluation.knowledge, kind)[name].entry
    if kind == "gates":
        items = enumerate(entry.items)
        return {item.id: evaluation.gate_item(name, position, subject) for position, item in items}
    reference = Reference(name, entry.subject == "lesion", derived=True)
    if entry.type == "yes_no":
        return evaluation.holds(reference, subject)
    if entry.type == "number":
        return evaluation.number(Quantity(reference), subject)
    return evaluation.choice(ChoiceOf(reference, evaluation.domain(name)), subject)
