"""What would make a cause lead, or lead no longer: ways over the arguments of the causes that stand against each other.

A cause overtakes another when the arguments that are turned, for itself or against the other, weigh as much as is
between them (`causes.POINTS`); or when the other is excluded, or it is confirmed. That nothing else overtakes both is
seen when the facts are tried.
"""

from collections.abc import Iterator

from hepalith.decision.causes import POINTS, rank_causes
from hepalith.decision.counterfactuals import NOTHING, Counterfactuals, Ways
from hepalith.decision.evaluation import Evaluation
from hepalith.domain.assessment import Cause
from hepalith.knowledge.base import CompiledCondition

OTHERS = 3  # looked at as those that could lead instead


def leading(evaluation: Evaluation, subject: str) -> tuple[str, ...]:
    """The causes of the first rank of a lesion, or of the patient."""
    return tuple(one.id for one in rank_causes(evaluation) if one.subject == subject and one.rank == 1)


class RankWays:
    """Ways to another leading cause, over one evaluation."""

    def __init__(self, evaluation: Evaluation, ways: Counterfactuals) -> None:
        self._evaluation = evaluation
        self._conditions = evaluation.knowledge.conditions
        self._ways = ways
        self._ranked: tuple[Cause, ...] | None = None

    def leads(self, name: str, subject: str) -> Ways:
        """The shortest ways to have a cause among those of the first rank: confirmed, or by points."""
        others = [one for one in self._of(subject) if one.id != name]
        confirmed = [self._truth(name, subject, "confirmed", wanted=True)]
        confirmed += [self._gives_way(one.id, name, subject, margin=0) for one in others if one.confirmed]
        by_points = [self._truth(name, subject, "excluded", wanted=False), self._speaks(name, subject)]
        by_points += [self._truth(one.id, subject, "confirmed", wanted=False) for one in others if one.confirmed]
        by_points += [self._overtakes(name, one.id, subject, margin=0) for one in others]
        return self._ways.any_of([self._ways.all_of(confirmed), self._ways.all_of(by_points)])

    def loses(self, name: str, subject: str) -> Ways:
        """The shortest ways to have another cause lead alone, or none. Others are only the next in rank.

        One that is not looked at could overtake with one finding.
        """
        others = [one.id for one in self._of(subject) if one.id != name][:OTHERS]
        unconfirmed = self._truth(name, subject, "confirmed", wanted=False)
        sinks = self._ways.at_least(self._shifts(name, subject, up=False), self._points(name, subject))
        excluded = self._truth(name, subject, "excluded", wanted=True)
        found = [self._ways.all_of([unconfirmed, self._ways.any_of([excluded, sinks])])]
        for other in others:
            confirmed = self._truth(other, subject, "confirmed", wanted=True)
            found += [
                self._ways.all_of([confirmed, self._gives_way(name, other, subject, margin=1)]),
                self._ways.all_of([unconfirmed, self._overtakes(other, name, subject, margin=1)]),
            ]
        same = [one for one in self._conditions.values() if one.entry.subject == self._conditions[name].entry.subject]
        left_out = [Ways((), beyond=1)] if len(same) > len([name, *others]) else []
        return self._ways.any_of([*found, *left_out])

    def _gives_way(self, name: str, other: str, subject: str, *, margin: int) -> Ways:
        """Ways to have a cause behind another that is confirmed: not confirmed itself, or with fewer points."""
        unconfirmed = self._truth(name, subject, "confirmed", wanted=False)
        return self._ways.any_of([unconfirmed, self._outweighs(other, name, subject, margin)])

    def _speaks(self, name: str, subject: str) -> Ways:
        """Ways to have more speak for a cause than against it."""
        return self._ways.at_least(self._shifts(name, subject, up=True), 1 - self._points(name, subject))

    def _of(self, subject: str) -> list[Cause]:
        if self._ranked is None:
            self._ranked = rank_causes(self._evaluation)
        return [one for one in self._ranked if one.subject == subject]

    def _overtakes(self, name: str, other: str, subject: str, *, margin: int) -> Ways:
        """Ways to have a cause at least `margin` points before another, or the other excluded."""
        excluded = self._truth(other, subject, "excluded", wanted=True)
        return self._ways.any_of([excluded, self._outweighs(name, other, subject, margin)])

    def _outweighs(self, name: str, other: str, subject: str, margin: int) -> Ways:
        needed = self._points(other, subject) - self._points(name, subject) + margin
        shifts = [*self._shifts(name, subject, up=True), *self._shifts(other, subject, up=False)]
        return self._ways.at_least(shifts, needed)

    def _shifts(self, name: str, subject: str, *, up: bool) -> Iterator[tuple[int, Ways]]:
        """The arguments that can still be turned, up or down, with what that weighs, and the ways to it."""
        compiled = self._conditions[name]
        sides = (
            (compiled.entry.arguments_for, compiled.arguments_for, up),
            (compiled.entry.arguments_against, compiled.arguments_against, not up),
        )
        for entries, trees, wanted in sides:
            for entry, tree in zip(entries, trees, strict=True):
                if self._evaluation.truth(tree, subject).is_true is not wanted:
                    yield POINTS[entry.strength], self._ways.ways(tree, subject, wanted=wanted)

    def _truth(self, name: str, subject: str, part: str, *, wanted: bool) -> Ways:
        """Ways to have a cause confirmed or excluded, or not; NOTHING where it is so."""
        tree = getattr(self._conditions[name], part)
        if self._evaluation.truth(tree, subject).is_true is wanted:
            return NOTHING
        return self._ways.ways(tree, subject, wanted=wanted)

    def _points(self, name: str, subject: str) -> int:
        compiled = self._conditions[name]
        return self._sum(compiled, subject, up=True) - self._sum(compiled, subject, up=False)

    def _sum(self, compiled: CompiledCondition, subject: str, *, up: bool) -> int:
        entries = compiled.entry.arguments_for if up else compiled.entry.arguments_against
        trees = compiled.arguments_for if up else compiled.arguments_against
        pairs = zip(entries, trees, strict=True)
        return sum(POINTS[entry.strength] for entry, tree in pairs if self._evaluation.truth(tree, subject).is_true)
