"""Precedence, urgency and the ranking of causes in every variant: what `precedence`, `levels` and `causes` do for one.

Here the rules of these modules are applied to planes; tests compare both.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple

from hepalith.decision.causes import POINTS
from hepalith.decision.leaves import Memory
from hepalith.decision.planes import CASE, add, common, total_at, union
from hepalith.decision.precedence import CLOSURE, Judged, Judgement
from hepalith.decision.reading import Reading
from hepalith.domain.assessment import GateState, Status, Urgency
from hepalith.domain.case import PATIENT
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import CompiledCondition, Knowledge
from hepalith.knowledge.tree import TruthNode

Key = tuple[str, str]  # an id and a subject
_EFFECTIVE = {
    Status.HOLDS: Truth.TRUE,
    Status.CANNOT_BE_EXCLUDED: Truth.UNKNOWN,
    Status.DOES_NOT_HOLD: Truth.FALSE,
}
LEVELS = tuple(sorted(Urgency, key=lambda level: level.rank))


@lru_cache(maxsize=1 << 15)
def _judged(name: str, subject: str, status: Status) -> Judged:
    return Judged(id=name, subject=subject, status=status, effective=_EFFECTIVE[status])


class Levels:
    """The highest of several levels of urgency in each variant. levels: ranks, and the planes in which they count."""

    def __init__(self, levels: Iterable[tuple[int, int]], full: int) -> None:
        self.at_least = [full] + [0] * (len(LEVELS) - 1)
        for highest, plane in levels:
            for rank in range(1, highest + 1 if plane else 0):
                self.at_least[rank] |= plane

    def at(self, variant: int = 0) -> int:
        """The rank in one variant."""
        return sum(planes >> variant & 1 for planes in self.at_least) - 1


class _Winner(NamedTuple):
    of_lesion: bool
    same_lesion: bool  # gives way only for the same lesion
    replaces: bool


class _Rule(NamedTuple):
    """A recommendation with what decides about it."""

    name: str
    of_lesion: bool
    is_closure: bool
    winners: Mapping[str, _Winner]
    level: int  # rank
    when: TruthNode
    escalations: tuple[tuple[int, TruthNode], ...]  # rank, condition


@lru_cache(maxsize=4)
def _rules(knowledge: Knowledge) -> tuple[_Rule, ...]:
    """Winners before losers."""
    compiled = knowledge.recommendations
    entries = {name: one.entry for name, one in compiled.items()}
    return tuple(
        _Rule(
            name=name,
            of_lesion=entries[name].subject == "lesion",
            is_closure=CLOSURE in entries[name].tags,
            winners={
                winner: _Winner(entries[winner].subject == "lesion", rule.across == "lesion", rule.replaces)
                for rule, winner in knowledge.suppressors.get(name, ())
            },
            level=Urgency(entries[name].urgency).rank,
            when=compiled[name].when,
            escalations=tuple(
                (Urgency(step.urgency).rank, tree)
                for step, tree in zip(entries[name].escalate, compiled[name].escalate, strict=True)
            ),
        )
        for name in knowledge.order
    )


class Verdicts:
    """What holds in every variant of a reading.

    holds, suppressed, open: planes of the advice that holds, applies but gives way, or cannot be excluded, by id and
    subject. counts: the ranks that it brings to the urgency, and where.
    leading: the causes of rank 1, by subject.
    memory: that of the verdicts before, so that only causes of which anything changed are ranked again.
    """

    def __init__(self, reading: Reading, memory: Memory | None = None) -> None:
        self._reading = reading
        self._memory: Memory = {} if memory is None else memory
        self.holds: dict[Key, int] = {}
        self.suppressed: dict[Key, int] = {}
        self.open: dict[Key, int] = {}
        self.counts: dict[Key, list[tuple[int, int]]] = {}
        subjects = (PATIENT, *reading.lesions)
        # By subject and name: where advice applies, or holds in the end, and where it is open and keeps a closure open.
        self._applying: dict[str, dict[str, tuple[int, int]]] = {subject: {} for subject in subjects}
        self._effective: dict[str, dict[str, tuple[int, int]]] = {subject: {} for subject in subjects}
        for rule in _rules(reading.knowledge):
            for subject in reading.lesions if rule.of_lesion else (PATIENT,):
                self._judge(rule, subject)
        self._points: dict[Key, tuple[int, list[int]]] = {}
        self._base = _base(reading.knowledge)
        self.leading = {
            subject: self._leading("lesion" if subject in reading.lesions else "patient", subject)
            for subject in (*reading.lesions, PATIENT)
        }

    def points(self, variant: int = 0) -> dict[Key, int]:
        """The points of the causes that are ranked in one variant."""
        lower = (2 << self._base) - 1
        return {
            key: (total_at(total, variant) & lower) - (1 << self._base)
            for key, (ranked, total) in self._points.items()
            if ranked >> variant & 1
        }

    @cached_property
    def urgency(self) -> "Levels":
        """The urgency of the case."""
        return Levels((level for levels in self.counts.values() for level in levels), self._reading.full)

    def gate(self, gate: str, subject: str) -> dict[GateState, int]:
        """Where a gate is open, shut, and shut until something is known."""
        reading = self._reading
        entries = reading.knowledge.gates[gate].entry.items
        blocking = [
            reading.gate_item(gate, position, subject)
            for position, item in enumerate(entries)
            if item.severity == "block"
        ]
        shut = union(false for _true, false in blocking)
        open_ = common((true for true, _false in blocking), reading.full)
        return {
            GateState.OPEN: open_,
            GateState.SHUT: shut,
            GateState.SHUT_UNTIL_KNOWN: reading.full ^ (open_ | shut),
        }

    def judged(self, judgement: Judgement) -> Iterator[Judged]:
        """Every recommendation for every subject, in the case as it is; `judgement` says what it gives way to."""
        for name, compiled in self._reading.knowledge.recommendations.items():
            is_closure = CLOSURE in compiled.entry.tags
            for subject in self._reading.lesions if compiled.entry.subject == "lesion" else (PATIENT,):
                status = self._status((name, subject))
                if status is Status.SUPPRESSED or (status is Status.CANNOT_BE_EXCLUDED and is_closure):
                    yield judgement.one(name, subject)
                else:
                    yield _judged(name, subject, status)

    def _status(self, key: Key) -> Status:
        if self.holds.get(key, 0) & CASE:
            return Status.HOLDS
        if self.suppressed.get(key, 0) & CASE:
            return Status.SUPPRESSED
        return Status.CANNOT_BE_EXCLUDED if self.open.get(key, 0) & CASE else Status.DOES_NOT_HOLD

    # advice

    def _judge(self, rule: _Rule, subject: str) -> None:
        applies, excluded = self._reading.truth(rule.when, subject)
        full = self._reading.full
        if excluded == full:
            return
        key = (rule.name, subject)
        winning, replacing, open_winners = self._winners(rule, subject)
        unknown = full ^ (applies | excluded)
        self._applying[subject][rule.name] = applies, unknown
        beaten = applies & winning
        held_open = applies & open_winners & (full ^ winning)
        holds = applies ^ (beaten | held_open)
        self.suppressed[key] = beaten
        self.open[key] = held_open | unknown & (full ^ winning)
        self.holds[key] = holds
        if holds:
            self._effective[subject][rule.name] = holds, 0
        counting = holds | beaten & (full ^ replacing)
        if counting:
            escalated = ((rank, counting & self._reading.truth(tree, subject)[0]) for rank, tree in rule.escalations)
            self.counts[key] = [(rule.level, counting), *escalated]

    def _winners(self, rule: _Rule, subject: str) -> tuple[int, int, int]:
        """Where anything wins over it, where that replaces it, and where a closure is held open by what may win."""
        winning = replacing = open_ = 0
        if not rule.winners:
            return winning, replacing, open_
        for whose, advice in (self._applying if rule.is_closure else self._effective).items():
            for name in rule.winners.keys() & advice.keys():
                if whose in self._whose(rule.winners[name], subject):
                    applies, unknown = advice[name]
                    winning |= applies
                    open_ |= unknown
                    replacing |= applies if rule.winners[name].replaces else 0
        return winning, replacing, open_

    def _whose(self, winner: _Winner, subject: str) -> tuple[str, ...]:
        if not winner.of_lesion:
            return (PATIENT,)
        return (subject,) if winner.same_lesion and subject != PATIENT else self._reading.lesions

    # causes

    def _leading(self, kind: str, subject: str) -> dict[str, int]:
        """The planes in which each cause has rank 1: the highest total, digit by digit from the highest."""
        totals: dict[str, list[int]] = {}
        first: dict[str, int] = {}
        for name, compiled in self._reading.knowledge.conditions.items():
            if compiled.entry.subject == kind:
                ranked, totals[name] = self._ranked(compiled, subject)
                if ranked:
                    first[name] = ranked
                    self._points[(name, subject)] = ranked, totals[name]
        for digit in reversed(range(self._base + 2)):
            with_digit = {name: plane & totals[name][digit] for name, plane in first.items()}
            without = self._reading.full ^ union(with_digit.values())  # where no one that is left has it
            first = {name: with_digit[name] | plane & without for name, plane in first.items()}
        return {name: plane for name, plane in first.items() if plane}

    def _ranked(self, compiled: CompiledCondition, subject: str) -> tuple[int, list[int]]:
        """Where a cause is ranked, and its total: 2^base and its points; 2^(base + 1) more where it is confirmed."""
        full = self._reading.full
        trees = (compiled.excluded, compiled.confirmed, *compiled.arguments_for, *compiled.arguments_against)
        made_of = (full, *(self._reading.truth(tree, subject)[0] for tree in trees))
        known = self._memory.get((compiled.entry.id, subject))
        if known is not None and known[0] == made_of:
            ranked: tuple[int, list[int]] = known[1]
            return ranked
        ranked = self._points_of(compiled, *made_of)
        self._memory[(compiled.entry.id, subject)] = made_of, ranked
        return ranked

    def _points_of(
        self, compiled: CompiledCondition, full: int, excluded: int, confirmed: int, *arguments: int
    ) -> tuple[int, list[int]]:
        """The same from the planes of what excludes and confirms it, and of the arguments for and against it."""
        entry = compiled.entry
        for_, against = arguments[: len(entry.arguments_for)], arguments[len(entry.arguments_for) :]
        speaks_for = union(for_) & (full ^ excluded)
        total = [0] * (self._base + 2)
        if not speaks_for | confirmed:
            return 0, total
        for argument, true in zip(entry.arguments_for, for_, strict=True):
            add(total, true, POINTS[argument.strength])
        for argument, true in zip(entry.arguments_against, against, strict=True):
            add(total, full ^ true, POINTS[argument.strength])
        add(total, full, (1 << self._base) - sum(POINTS[argument.strength] for argument in entry.arguments_against))
        positive = total[self._base] & union(total[: self._base])
        add(total, confirmed, 2 << self._base)
        return confirmed | (speaks_for & positive), total


@lru_cache(maxsize=4)
def _base(knowledge: Knowledge) -> int:
    """So that 2^base is more than the points of any cause, on either side."""
    sides = [
        arguments
        for compiled in knowledge.conditions.values()
        for arguments in (compiled.entry.arguments_for, compiled.entry.arguments_against)
    ]
    return max((sum(POINTS[one.strength] for one in side) for side in sides), default=0).bit_length()
