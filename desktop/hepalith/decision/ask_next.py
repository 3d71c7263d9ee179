"""What to ask next: every answer to every open finding is tried, and what it would change decides what is asked first.

What an answer changes is compared with the case as it is: the urgency, the advice that applies, the gates of that
advice, the leading causes. `worth` is the rule of the order. What was tried and could not be told, or this site cannot
obtain, is not asked.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

import msgspec

from hepalith.decision.answers import Answer, Open
from hepalith.decision.effects import REQUEST, Change, Settled
from hepalith.decision.goals import end_of, shares
from hepalith.decision.planes import CASE, union
from hepalith.decision.variants import Tried
from hepalith.decision.verdicts import LEVELS, Key
from hepalith.decision.what_if import Asker, Together, WhatIf
from hepalith.domain.assessment import Ending, Need, Outcome, Question, QuestionGroup, Urgency, in_order
from hepalith.domain.case import Case
from hepalith.domain.truth import Truth
from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.model import Recommendation

# The report of an ultrasound or a CT lies on the desk: to read in it costs as much as to ask the patient.
COST = {"ask": 1, "examine": 1, "ultrasound": 1, "ct": 1, "laboratory": 2, "mri": 4, "invasive": 8}
GOAL = 100  # what a goal counts in all
FIRST = 10_000  # what is asked first comes before everything else
UNSUPPORTED = 8  # what nothing that is known speaks for counts so much less


class Questions(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask next, the best first. robust: no single answer changes the urgency or the plan. end: see `goals`."""

    questions: tuple[Question, ...] = ()
    groups: tuple[QuestionGroup, ...] = ()
    robust: bool
    end: Ending | None = None

    def first(self, most: int | None = None) -> list[Question | QuestionGroup]:
        """The first to ask, groups among questions: what would be asked of everybody is asked with its group."""
        return in_order(self.questions, self.groups)[:most]


class Effect(NamedTuple):
    """What the answers to a finding can change, in the terms of the rule of the order."""

    level: int  # the rank of the urgency that is farthest above the present one, or below it
    advice: float = 0  # pieces of advice that start or end with some answer
    gates: int = 0  # gates that open or shut
    leaders: int = 0  # different causes that come to lead
    settled: float = 0  # the open advice that an answer decides, on average; each piece by the level of its urgency
    supported: bool = False  # something that is known speaks for the advice that raises the urgency


def worth(effect: Effect, now: int, cost: int) -> float:
    """How early a finding is asked. now: the rank of the present urgency.

    Each level of urgency counts twice the level below it, and a fall half of a rise: what can bring an emergency comes
    before many changes below it. What nothing that is known speaks for would be asked of everybody: it counts an
    eighth. Then come the advice and the gates that change, and how many different causes come to lead. What an answer
    settles, on average, counts too: on an almost empty case hardly one answer changes anything by itself. All of it is
    divided by the cost of the answer.
    """
    change = 2.0**effect.level - 2.0**now
    rise = 8 if effect.supported else 8 / UNSUPPORTED
    urgency = max(rise * change, -4 * change)
    return (urgency + 2 * effect.advice + effect.gates + 2 * effect.leaders + effect.settled) / cost


def ask_next(case: Case, knowledge: Knowledge, as_of: date) -> Questions:
    """What to ask next of a case. What this site cannot obtain is part of the knowledge (`unavailable`)."""
    return questions_of(Asker(knowledge).what_if(case, as_of))


def questions_of(what_if: WhatIf, most: int | None = None) -> Questions:
    """What to ask next of a case; of questions and groups so many at most."""
    return _Questions(what_if).made(most)


class _Questions:
    """Ranks the open findings of a case, and says what their answers change."""

    def __init__(self, what_if: WhatIf) -> None:
        self._what_if = what_if
        self._knowledge = what_if.reading.knowledge
        self._effects = what_if.effects
        open_ = list(self._open_advice())
        supported = {key: plane for key, plane, _weight in open_ if key in what_if.supported}
        self._at_stake = supported or {key: plane for key, plane, _weight in open_}
        self._settled = Settled(what_if.reading, [(plane, weight) for _key, plane, weight in open_])
        self._pieces = Settled(what_if.reading, [(plane, 1) for _key, plane, _weight in open_])
        self._decided_by = union(what_if.reading.full ^ plane for plane in supported.values())
        self._asked = what_if.asked
        self._by_key = {one.key: one for one in self._asked}
        self._first = self._knowledge.header.asked_first
        self._shares = shares(what_if)
        self._worth = {one.key: self._worth_of(one) for one in self._asked}
        self._leads_to = self._details()
        self._spares = self._spared()

    def made(self, most: int | None) -> Questions:
        details = {detail for found in self._leads_to.values() for detail in found}
        end = end_of(self._what_if)
        needed = {(need.finding, need.subject) for need in end.to_ask} if end is not None else frozenset[Key]()
        worthwhile = {key for key, value in self._worth.items() if value > 0}
        totals = {
            key: self._total(key)
            for key in (worthwhile | self._spares.keys() | self._leads_to.keys() | needed) - details
        }
        questions = sorted((self._by_key[key] for key in totals), key=lambda one: (-totals[one.key], one.key))
        together = ((self._worth_together(one), one) for one in self._what_if.together)
        groups = [(value, one) for value, one in together if value is not None]
        groups.sort(key=lambda pair: -pair[0])  # of equal ones the first: where their planes lie depends on past edits
        return Questions(
            questions=tuple(self._question(one) for one in questions[:most]),
            groups=tuple(self._group(one, value) for value, one in groups[:most]),
            robust=self._what_if.robust,
            end=end,
        )

    # which are asked, in which order

    def _open_advice(self) -> Iterator[tuple[Key, int, int]]:
        """The open advice that is more than a request: where its own condition is open, and how much it counts."""
        reading = self._what_if.reading
        for (name, subject), plane in self._what_if.verdicts.open.items():
            compiled = self._knowledge.recommendations[name]
            if plane & CASE and compiled.entry.kind != REQUEST:
                true, false = reading.truth(compiled.when, subject)
                is_supported = (name, subject) in self._what_if.supported
                weight = 2 ** self._level((name, subject)) * (UNSUPPORTED if is_supported else 1)
                yield (name, subject), reading.full ^ (true | false), weight

    def _worth_of(self, one: Tried) -> float:
        settled = self._settled.mean(one.plane) / UNSUPPORTED
        changes = self._what_if.changes(one)
        share = self._shares.get(one.key, 0)
        if not changes and not settled and not share:
            return 0
        cost = COST[self._knowledge.findings[one.open.finding].cost]
        value = worth(self._effect(changes, settled), self._effects.level, cost) + GOAL * share / cost
        return value / UNSUPPORTED if self._absence(one.open) is Truth.TRUE else value

    def _worth_together(self, one: Together) -> float | None:
        """As the best of its members that would be asked of everybody, and half of what "none of these" is worth.

        None where that is worth nothing.
        """
        members = [self._by_key[member.open.finding, member.open.subject] for member in one.members]
        best = self._best(member.key for member in members if not self._speaks_for(member))
        settled = self._settled.at(one.variant) / UNSUPPORTED
        cost = max(COST[self._knowledge.findings[member.open.finding].cost] for member in members)
        none = worth(self._effect([self._effects.of(one.variant)], settled), self._effects.level, 2 * cost)
        shares = [self._shares.get(member.key, 0) for member in members]
        closing = sum(shares) - max(shares)  # the greatest share counts in the best member already
        return best + none + GOAL * closing / cost if none > 0 else None

    def _speaks_for(self, one: Tried) -> bool:
        """Whether something that is known speaks for what an answer brings, or for advice that it decides."""
        changes = self._what_if.changes(one)
        starts = {key for change in changes for key in change.starts}
        return bool(one.plane & self._decided_by) or any(self._what_if.speaks_for(key) for key in starts)

    def _effect(self, changes: list[Change], settled: float) -> Effect:
        now = self._effects.level
        if not changes:
            return Effect(level=now, settled=settled)
        highest = max(changes, key=lambda change: (change.level, self._is_supported(change)))
        lowest = min(change.level for change in changes)
        advice = {key for change in changes for key in (*change.starts, *change.ends)}
        return Effect(
            level=highest.level if highest.level > now else lowest,
            advice=sum(1 if self._what_if.speaks_for(key) else 1 / UNSUPPORTED for key in advice),
            gates=len({gate for change in changes for gate, _state in change.gates}),
            leaders=len({change.leaders for change in changes if change.leaders}),
            settled=settled,
            supported=self._is_supported(highest),
        )

    def _is_supported(self, change: Change) -> bool:
        """Whether something speaks for advice that raises the urgency, if it is raised."""
        return not change.raised_by or any(map(self._what_if.speaks_for, change.raised_by))

    def _details(self) -> dict[Key, list[Key]]:
        """The findings that some answer must make relevant first, with what to ask for that."""
        open_ = {one.key for one in self._asked if self._what_if.relevant(one.open) is Truth.UNKNOWN}
        found: dict[Key, list[Key]] = {}
        for detail in sorted(open_):
            for parent in self._asked_before(detail, open_):
                if parent in self._by_key and self._worth[detail] > 0:
                    found.setdefault(parent, []).append(detail)
        return found

    def _asked_before(self, detail: Key, open_: set[Key]) -> list[Key]:
        """The findings on which it rests whether a finding is relevant, and that are relevant themselves."""
        found: dict[Key, None] = {}
        waiting, seen = [detail], {detail}
        while waiting:
            name, subject = waiting.pop()
            for parent in self._what_if.needs.of(self._knowledge.relevance[name], subject):
                if parent not in open_:
                    found[parent] = None
                elif parent not in seen:
                    seen.add(parent)
                    waiting.append(parent)
        return list(found)

    def _absence(self, one: Open) -> Truth:
        """Whether other answers already stand for its absence; such a finding is asked late."""
        tree = self._knowledge.absence.get(one.finding)
        return Truth.FALSE if tree is None else self._what_if.evaluation.truth(tree, one.subject)

    def _spared(self) -> dict[Key, list[Key]]:
        """The findings that one answer to another would stand for, as normal vital signs for the temperature."""
        found: dict[Key, list[Key]] = {}
        for one in self._asked:
            if self._worth[one.key] > 0 and self._absence(one.open) is Truth.UNKNOWN:
                parents = self._what_if.needs.of(self._knowledge.absence[one.open.finding], one.open.subject)
                match parents:
                    case (parent,) if parent in self._by_key:
                        found.setdefault(parent, []).append(one.key)
        return found

    def _total(self, key: Key) -> float:
        """What it is worth to ask: with the best question that it spares, and half of the best that waits for it."""
        own = self._worth[key]
        if own > 0 and key[0] in self._first and not self._what_if.reading.observed.groups(*key):
            own += FIRST / (1 + self._first.index(key[0]))
        return own + self._best(self._spares.get(key, ())) + self._best(self._leads_to.get(key, ())) / 2

    def _best(self, keys: Iterable[Key]) -> float:
        return max((self._worth[key] for key in keys), default=0)

    # what is published

    def _question(self, one: Tried) -> Question:
        finding, subject = one.key
        changes = self._what_if.changes(one)
        decided = self._decided(one, changes)
        levels = [self._effects.level, *(change.level for change in changes), *map(self._level, decided)]
        return Question(
            finding=finding,
            subject=subject,
            label=self._knowledge.label(finding),
            cost=self._knowledge.findings[finding].cost,
            urgency=LEVELS[max(levels)],
            outcomes=tuple(self._outcomes(one)),
            settles=max(self._pieces.at(variant) for variant in one.variants),
            worth=round(self._total(one.key), 2),
            supported=self._speaks_for(one),
            leads_to=tuple(self._need(detail) for detail in self._leads_to.get(one.key, ())),
            wanted_by=tuple(dict.fromkeys(name for name, _subject in decided)),
        )

    def _group(self, one: Together, value: float) -> QuestionGroup:
        members = [member.open for member in one.members]
        tried = [self._by_key[member.finding, member.subject] for member in members]
        first = self._knowledge.findings[members[0].finding]
        texts = dict(zip(one.chunk.findings, one.chunk.texts, strict=True))
        return QuestionGroup(
            group=one.chunk.id,
            subject=members[0].subject,
            label=one.chunk.label,
            findings=tuple(
                Need(
                    finding=member.finding,
                    subject=member.subject,
                    label=texts[member.finding] or self._knowledge.label(member.finding),
                )
                for member in members
            ),
            cost=first.cost,
            urgency=LEVELS[max(self._effects.of(variant).level for member in tried for variant in member.variants)],
            none=self._what_if.outcome(_("none of these"), self._effects.of(one.variant)),
            settles=self._pieces.at(one.variant),
            worth=round(value, 2),
        )

    def _outcomes(self, one: Tried) -> Iterator[Outcome]:
        """The answers that change something, those that change the same together."""
        alike: dict[Change, list[Answer]] = {}
        for answer, variant in zip(one.open.answers, one.variants, strict=True):
            alike.setdefault(self._effects.of(variant), []).append(answer)
        for change, answers in alike.items():
            if change != self._effects.same:
                yield self._what_if.outcome(self._what_if.said(one, answers), change)

    def _decided(self, one: Tried, changes: Iterable[Change]) -> list[Key]:
        """The advice that some answer starts or ends, or decides although it is open now."""
        found = dict.fromkeys(key for change in changes for key in (*change.starts, *change.ends))
        found.update((key, None) for key, open_ in self._at_stake.items() if one.plane & ~open_)
        return list(found)

    def _level(self, key: Key) -> int:
        return Urgency(self._entry(key).urgency).rank

    def _entry(self, key: Key) -> Recommendation:
        return self._knowledge.recommendations[key[0]].entry

    def _need(self, key: Key) -> Need:
        return Need(finding=key[0], subject=key[1], label=self._knowledge.label(key[0]))
