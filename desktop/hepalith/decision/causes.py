"""Ranks the causes by one written rule.

Confirmed ones first, whatever else would exclude them (tissue outweighs two negative tests) and even without another
argument; then by points: arguments of strength 1, 2, 3, 4 count 1, 2, 4, 8, those against are subtracted. Equal points
are ties. What is not confirmed and is excluded, has no argument for it that holds, or has no more for it than against
it, is not ranked. Points are no probability.
"""

from collections.abc import Callable, Iterable
from itertools import groupby

from msgspec.structs import replace

from hepalith.decision.evaluation import Evaluation
from hepalith.decision.explain import ANSWER
from hepalith.decision.grounds import dated
from hepalith.decision.kept import Kept
from hepalith.domain.assessment import Answer, Argument, Basis, Cause, Need
from hepalith.domain.case import PATIENT
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import CompiledCondition
from hepalith.knowledge.model import ArgumentEntry
from hepalith.knowledge.tree import TruthNode

POINTS = {1: 1, 2: 2, 3: 4, 4: 8}
NeedsOf = Callable[[TruthNode, str], tuple[Need, ...]]


def rank_causes(evaluation: Evaluation, needs_of: NeedsOf | None = None, kept: Kept | None = None) -> tuple[Cause, ...]:
    """The possible causes of each lesion and of the patient, each subject ranked by itself, the best first.

    needs_of: what an open argument needs; without it, that is not looked for. kept: causes of the case before.
    """
    return _Ranking(evaluation, needs_of, kept or Kept()).causes()


class _Ranking:
    def __init__(self, evaluation: Evaluation, needs_of: NeedsOf | None, kept: Kept) -> None:
        self._evaluation = evaluation
        self._needs_of = needs_of
        self._kept = kept

    def causes(self) -> tuple[Cause, ...]:
        found: list[Cause] = []
        for subject in (*self._evaluation.lesions, PATIENT):
            wanted = "patient" if subject == PATIENT else "lesion"
            of_subject = [one for one in self._evaluation.knowledge.conditions.values() if one.entry.subject == wanted]
            possible = [cause for compiled in of_subject if (cause := self._as_before(compiled, subject)) is not None]
            found.extend(_ranked(possible))
        return tuple(found)

    def _as_before(self, compiled: CompiledCondition, subject: str) -> Cause | None:
        """A cause without its rank; the same as before while nothing has changed on which it rests."""
        entry = ("conditions", compiled.entry.id)
        since = self._evaluation.judged_since(entry, subject)
        return self._kept.of((*entry, subject), since, lambda: self._cause(compiled, subject))

    def _cause(self, compiled: CompiledCondition, subject: str) -> Cause | None:
        entry = compiled.entry
        confirmed = self._evaluation.truth(compiled.confirmed, subject) is Truth.TRUE
        if not confirmed and not self._is_possible(compiled, subject):
            return None
        arguments_for = self._arguments(entry.arguments_for, compiled.arguments_for, compiled.basis_for, subject)
        against = self._arguments(entry.arguments_against, compiled.arguments_against, compiled.basis_against, subject)
        points = _points(arguments_for) - _points(against)
        if points <= 0 and not confirmed:
            return None
        return Cause(
            id=entry.id,
            label=entry.label,
            subject=subject,
            cause_class=entry.cause_class,
            subclass=entry.subclass,
            rank=0,
            points=points,
            confirmed=confirmed,
            basis=dated(compiled.basis, self._evaluation.observed.as_of),
            arguments_for=arguments_for,
            arguments_against=against,
            tells_apart=entry.tells_apart,
            note=entry.note,
        )

    def _is_possible(self, compiled: CompiledCondition, subject: str) -> bool:
        """Whether something speaks for it, and it is not known to be excluded."""
        speaks = any(self._evaluation.truth(tree, subject) is Truth.TRUE for tree in compiled.arguments_for)
        return speaks and self._evaluation.truth(compiled.excluded, subject) is not Truth.TRUE

    def _arguments(
        self, entries: tuple[ArgumentEntry, ...], trees: tuple[TruthNode, ...], bases: tuple[Basis, ...], subject: str
    ) -> tuple[Argument, ...]:
        made = []
        for entry, tree, basis in zip(entries, trees, bases, strict=True):
            answer = ANSWER[self._evaluation.truth(tree, subject)]
            made.append(
                Argument(
                    text=entry.text,
                    strength=entry.strength,
                    answer=answer,
                    basis=dated(basis, self._evaluation.observed.as_of),
                    needs=self._needs_of(tree, subject) if self._needs_of and answer is Answer.UNKNOWN else (),
                )
            )
        return tuple(made)


def _points(arguments: Iterable[Argument]) -> int:
    return sum(POINTS[argument.strength] for argument in arguments if argument.answer is Answer.YES)


def _ranked(causes: list[Cause]) -> list[Cause]:
    def key(cause: Cause) -> tuple[bool, int]:
        return (cause.confirmed, cause.points)

    ordered = sorted(causes, key=lambda cause: (not cause.confirmed, -cause.points, cause.id))
    ranked: list[Cause] = []
    for _key, tied in groupby(ordered, key=key):
        rank = len(ranked) + 1
        ranked.extend(replace(cause, rank=rank) for cause in tied)
    return ranked
