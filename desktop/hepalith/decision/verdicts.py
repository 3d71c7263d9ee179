"""Precedence, urgency and the ranking of causes in every variant: what `precedence`, `levels` and `causes` do for one.

Here the rules of these modules are applied to planes; tests compare both.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

from hepalith.decision.causes import POINTS
from hepalith.decision.planes import CASE, add, common, total_at, union
from hepalith.decision.precedence import CLOSURE, Judged, Judgement
from hepalith.decision.reading import Reading
from hepalith.domain.assessment import GateState, Status, Urgency
from hepalith.domain.case import PATIENT
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import CompiledCondition, Knowledge
from hepalith.knowledge.tree import TruthNode

Key = tuple[str, str]  # an id and a subject
ByAdvice = dict[str, dict[str, tuple[int, int]]]
_EFFECTIVE = {
    Status.HOLDS: Truth.TRUE,
    Status.CANNOT_BE_EXCLUDED: Truth.UNKNOWN,
    Status.DOES_NOT_HOLD: Truth.FALSE,
}
LEVELS = tuple(sorted(Urgency, key=lambda level: level.rank))


class Levels:
    """The highest of several levels of urgency in each variant. levels: ranks, and the planes in which they count."""

    def __init__(self, levels: Iterable[tuple[int, int]], full: int) -> None:
        self.at_least = [0 for _level in LEVELS]
        self.at_least[0] = full
        for highest, plane in levels:
            if plane:
                for rank in range(highest + 1):
                    self.at_least[rank] |= plane

    def at(self, variant: int = 0) -> int:
        """The rank in one variant."""
        return sum(planes >> variant & 1 for planes in self.at_least) - 1


class _Rule(NamedTuple):
    """A recommendation with what decides about it."""

    name: str
    of_lesion: bool
    is_closure: bool
    winners: frozenset[str]
    own: frozenset[str]  # those of the lesion that win only over advice for the same lesion
    of_any: frozenset[str]  # those of any other lesion, and of the patient
    replacing: frozenset[str]  # those that replace what gives way to them
    level: int  # rank
    when: TruthNode
    escalations: tuple[tuple[int, TruthNode], ...]  # rank, condition


@lru_cache(maxsize=4)
def _rules(knowledge: Knowledge) -> tuple[_Rule, ...]:
    """Winners before losers."""
    compiled = knowledge.recommendations
    entries = {name: one.entry for name, one in compiled.items()}
    of_lesion = frozenset(name for name, entry in entries.items() if entry.subject == "lesion")
    winners = {name: {winner: rule for rule, winner in knowledge.suppressors.get(name, ())} for name in entries}
    own = {
        name: of_lesion & {winner for winner, rule in found.items() if name in of_lesion and rule.across == "lesion"}
        for name, found in winners.items()
    }
    return tuple(
        _Rule(
            name=name,
            of_lesion=name in of_lesion,
            is_closure=CLOSURE in entries[name].tags,
            winners=frozenset(winners[name]),
            own=own[name],
            of_any=frozenset(winners[name]) - own[name],
            replacing=frozenset(winner for winner, rule in winners[name].items() if rule.replaces),
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
    subject, in the order in which it is judged. counts: the ranks that it brings to the urgency, and where.
    applying, effective: by subject and name, where advice applies, or holds in the end, and where it is open and keeps
    a closure open. leading: the causes of rank 1, by subject. ranks: where each cause is ranked, with its total. said:
    how advice was judged in the case as it is.
    before: the verdicts of an earlier reading by the same reader; only what changed since is judged and ranked again.
    """

    def __init__(self, reading: Reading, before: "Verdicts | None" = None) -> None:
        self.reading = reading
        self._before = before = before if before is not None and before.reads_as(reading) else None
        self.holds: dict[Key, int] = before.holds.copy() if before else {}
        self.suppressed: dict[Key, int] = before.suppressed.copy() if before else {}
        self.open: dict[Key, int] = before.open.copy() if before else {}
        self.counts: dict[Key, list[tuple[int, int]]] = before.counts.copy() if before else {}
        self.applying: ByAdvice = self._by_subject(before.applying if before else {})
        self.effective: ByAdvice = self._by_subject(before.effective if before else {})
        self.said: dict[Key, Judged] = before.said.copy() if before else {}
        self._judge_all()
        self.ranks: dict[Key, tuple[int, list[int]]] = before.ranks.copy() if before else {}
        self._base = _base(reading.knowledge)
        self.leading = {subject: self._leading(subject) for subject in (*reading.lesions, PATIENT)}
        self._before = None  # or none would ever be given up

    def reads_as(self, other: Reading) -> bool:
        """Whether another reading has the same variants of a case with the same lesions."""
        return (self.reading.full, self.reading.lesions) == (other.full, other.lesions)

    def points(self, variant: int) -> dict[Key, int]:
        """The points of the causes that are ranked in one variant."""
        lower = (2 << self._base) - 1
        return {
            key: (total_at(total, variant) & lower) - (1 << self._base)
            for key, (ranked, total) in self.ranks.items()
            if ranked >> variant & 1
        }

    @cached_property
    def urgency(self) -> "Levels":
        """The urgency of the case."""
        return Levels((level for levels in self.counts.values() for level in levels), self.reading.full)

    def gate(self, gate: str, subject: str) -> dict[GateState, int]:
        """Where a gate is open, shut, and shut until something is known."""
        reading = self.reading
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
        for name, compiled in self.reading.knowledge.recommendations.items():
            for subject in self.reading.lesions if compiled.entry.subject == "lesion" else (PATIENT,):
                if (name, subject) not in self.said:
                    self.said[name, subject] = self._said_of(name, subject, judgement)
                yield self.said[name, subject]

    def _said_of(self, name: str, subject: str, judgement: Judgement) -> Judged:
        status = self._status((name, subject))
        is_closure = CLOSURE in self.reading.knowledge.recommendations[name].entry.tags
        if status is Status.SUPPRESSED or (status is Status.CANNOT_BE_EXCLUDED and is_closure):
            return judgement.one(name, subject)
        return Judged(id=name, subject=subject, status=status, effective=_EFFECTIVE[status])

    def _status(self, key: Key) -> Status:
        if self.holds[key] & CASE:
            return Status.HOLDS
        if self.suppressed[key] & CASE:
            return Status.SUPPRESSED
        return Status.CANNOT_BE_EXCLUDED if self.open[key] & CASE else Status.DOES_NOT_HOLD

    # advice

    def _by_subject(self, before: ByAdvice) -> ByAdvice:
        return {subject: dict(before.get(subject, {})) for subject in (PATIENT, *self.reading.lesions)}

    def _judge_all(self) -> None:
        """Winners before losers. What neither has changed nor gives way to anything that has stays as it was."""
        changed: dict[str, set[str]] = {subject: set() for subject in (PATIENT, *self.reading.lesions)}
        of_any: set[str] = set()
        for rule in _rules(self.reading.knowledge):
            all_again = not of_any.isdisjoint(rule.of_any)
            for subject in self.reading.lesions if rule.of_lesion else (PATIENT,):
                again = all_again or not changed[subject].isdisjoint(rule.own)
                again = again or self._has_changed(("recommendations", rule.name), subject)
                if again and self._judge(rule, subject):
                    changed[subject].add(rule.name)
                    of_any.add(rule.name)

    def _has_changed(self, entry: tuple[str, str], subject: str) -> bool:
        before = self._before
        return before is None or self.reading.judged_since(entry, subject) > before.reading.generation

    def _judge(self, rule: _Rule, subject: str) -> bool:
        """Judges one recommendation; whether it makes a difference to what gives way to it."""
        key, full = (rule.name, subject), self.reading.full
        self.said.pop(key, None)
        applies, excluded = self.reading.truth(rule.when, subject)
        unknown = full ^ (applies | excluded)
        winning, replacing, open_winners = self._winners(rule, subject, applies | unknown)
        beaten = applies & winning
        held_open = applies & open_winners & (full ^ winning)
        holds = applies ^ (beaten | held_open)
        self.suppressed[key] = beaten
        self.open[key] = held_open | unknown & (full ^ winning)
        self.holds[key] = holds
        counting = holds | beaten & (full ^ replacing)
        escalated = ((rank, counting & self.reading.truth(tree, subject)[0]) for rank, tree in rule.escalations)
        self.counts[key] = [(rule.level, counting), *escalated] if counting else []
        differs = _put(self.applying[subject], rule.name, (applies, unknown))
        return _put(self.effective[subject], rule.name, (holds, 0)) or differs

    def _winners(self, rule: _Rule, subject: str, possible: int) -> tuple[int, int, int]:
        """Where anything wins over it, where that replaces it, and where a closure is held open by what may win.

        possible: where it is not excluded; what it gives way to elsewhere makes no difference.
        """
        winning = replacing = open_ = 0
        if rule.winners and possible:
            for whose, advice in (self.applying if rule.is_closure else self.effective).items():
                for name in self._who_wins(rule, subject, whose) & advice.keys():
                    applies, unknown = advice[name]
                    winning |= applies
                    open_ |= unknown
                    replacing |= applies if name in rule.replacing else 0
        return winning, replacing, open_

    def _who_wins(self, rule: _Rule, subject: str, whose: str) -> frozenset[str]:
        """What wins over a recommendation for a subject if it applies to another."""
        return rule.winners if whose == subject else rule.of_any

    # causes

    def _leading(self, subject: str) -> dict[str, int]:
        """The planes in which each cause has rank 1: the highest total, digit by digit from the highest."""
        kind = "patient" if subject == PATIENT else "lesion"
        causes = {name: one for name, one in self.reading.knowledge.conditions.items() if one.entry.subject == kind}
        again = [name for name in causes if self._has_changed(("conditions", name), subject)]
        if self._before and not again:
            return self._before.leading[subject]
        for name in again:
            self.ranks[name, subject] = self._ranked(causes[name], subject)
        first = {name: ranked for name in causes if (ranked := self.ranks[name, subject][0])}
        totals = {name: self.ranks[name, subject][1] for name in first}
        for digit in reversed(range(self._base + 2)):
            with_digit = {name: plane & totals[name][digit] for name, plane in first.items()}
            without = self.reading.full ^ union(with_digit.values())  # where no one that is left has it
            first = {name: with_digit[name] | plane & without for name, plane in first.items()}
        return {name: plane for name, plane in first.items() if plane}

    def _ranked(self, compiled: CompiledCondition, subject: str) -> tuple[int, list[int]]:
        """Where a cause is ranked, and its total: 2^base and its points; 2^(base + 1) more where it is confirmed."""
        trees = (compiled.excluded, compiled.confirmed, *compiled.arguments_for, *compiled.arguments_against)
        planes = [self.reading.truth(tree, subject)[0] for tree in trees]
        return self._points_of(compiled, self.reading.full, *planes)

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


def _put(advice: dict[str, tuple[int, int]], name: str, planes: tuple[int, int]) -> bool:
    """Notes where advice applies and where it is open, if it does anywhere; whether it was otherwise before."""
    before = advice.pop(name, (0, 0))
    if any(planes):
        advice[name] = planes
    return before != planes


@lru_cache(maxsize=4)
def _base(knowledge: Knowledge) -> int:
    """So that 2^base is more than the points of any cause, on either side."""
    sides = [
        arguments
        for compiled in knowledge.conditions.values()
        for arguments in (compiled.entry.arguments_for, compiled.entry.arguments_against)
    ]
    return max((sum(POINTS[one.strength] for one in side) for side in sides), default=0).bit_length()
