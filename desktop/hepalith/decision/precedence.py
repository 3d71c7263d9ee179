"""Which advice applies, which gives way, and which stays open.

A recommendation gives way while one that takes precedence holds. A closure goes further: it stays open as long as
anything that would forbid it is not known to be absent, and an alarm forbids it even where the alarm itself gives way.
"""

from collections.abc import Iterator

import msgspec

from hepalith.decision.evaluation import Evaluation
from hepalith.domain.assessment import Status
from hepalith.domain.case import PATIENT
from hepalith.domain.truth import Truth
from hepalith.knowledge.model import Precedence

CLOSURE = "closure"
Winner = tuple[Precedence, str, str]  # the rule, the recommendation that wins, its subject


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A recommendation for one subject, with what it gives way to."""

    id: str
    subject: str
    status: Status
    effective: Truth
    gives_way_to: tuple[Winner, ...] = ()
    held_open_by: tuple[Winner, ...] = ()

    @property
    def sets_urgency(self) -> bool:
        """Whether it counts for the urgency: what gives way still does, unless a more exact answer replaces it."""
        if self.status is Status.SUPPRESSED:
            return not any(rule.replaces for rule, _winner, _subject in self.gives_way_to)
        return self.status is Status.HOLDS


class Judgement:
    """Judges all recommendations of one evaluation, winners before losers."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._judged: dict[tuple[str, str], Judged] = {}
        self._whose = {"lesion": evaluation.lesions, "patient": (PATIENT,)}

    def all(self) -> list[Judged]:
        """Every recommendation for every subject, in the order of the knowledge files."""
        for name in self._evaluation.knowledge.order:  # so that no winner is judged deep inside a loser
            self.of(name)
        return [judged for name in self._evaluation.knowledge.recommendations for judged in self.of(name)]

    def of(self, name: str) -> list[Judged]:
        """One recommendation for every subject; only what it may give way to is judged besides."""
        return [self.one(name, subject) for subject in self._subjects(name)]

    def one(self, name: str, subject: str) -> Judged:
        """One recommendation for one subject."""
        if (name, subject) not in self._judged:
            self._judged[(name, subject)] = self._judge(name, subject)
        return self._judged[(name, subject)]

    def _judge(self, name: str, subject: str) -> Judged:
        applies = self._evaluation.fires(name, subject)
        if applies is Truth.FALSE:
            return Judged(id=name, subject=subject, status=Status.DOES_NOT_HOLD, effective=Truth.FALSE)
        is_closure = CLOSURE in self._evaluation.knowledge.recommendations[name].entry.tags
        winners = list(self._winners(name, subject, even_if_they_give_way=is_closure))
        holding = tuple(winner for winner, truth in winners if truth is Truth.TRUE)
        if applies is Truth.TRUE and holding:
            return Judged(
                id=name, subject=subject, status=Status.SUPPRESSED, effective=Truth.FALSE, gives_way_to=holding
            )
        if holding:
            return Judged(id=name, subject=subject, status=Status.DOES_NOT_HOLD, effective=Truth.FALSE)
        held_open: tuple[Winner, ...] = ()
        if is_closure:
            held_open = tuple(winner for winner, truth in winners if truth is Truth.UNKNOWN)
        effective = Truth.UNKNOWN if held_open else applies
        status = Status.HOLDS if effective is Truth.TRUE else Status.CANNOT_BE_EXCLUDED
        return Judged(id=name, subject=subject, status=status, effective=effective, held_open_by=held_open)

    def _winners(self, name: str, subject: str, *, even_if_they_give_way: bool) -> Iterator[tuple[Winner, Truth]]:
        for rule, winner in self._evaluation.knowledge.suppressors.get(name, ()):
            for whose in self._subjects(winner):
                if rule.across == "lesion" and PATIENT not in (subject, whose) and subject != whose:
                    continue
                if even_if_they_give_way:
                    yield (rule, winner, whose), self._evaluation.fires(winner, whose)
                else:
                    yield (rule, winner, whose), self.one(winner, whose).effective

    def _subjects(self, name: str) -> tuple[str, ...]:
        return self._whose[self._evaluation.knowledge.recommendations[name].entry.subject]
