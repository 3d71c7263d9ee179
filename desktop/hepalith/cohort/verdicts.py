"""Precedence, urgency and the ranking of causes as expressions: what `precedence`, `levels` and `causes` do for one.

Here the rules of these modules are applied to columns; tests compare both.
"""

from functools import partial
from typing import NamedTuple

import polars as pl

from hepalith.cohort.bounds import NO, all_of, any_of, is_true
from hepalith.cohort.program import Writer
from hepalith.decision.causes import POINTS
from hepalith.decision.precedence import CLOSURE
from hepalith.domain.assessment import Urgency
from hepalith.knowledge.base import CompiledCondition, CompiledRecommendation, Knowledge
from hepalith.knowledge.model import Precedence

URGENCY = "urgency of the case"  # the column of the rank of the whole case
_RANK_0 = pl.lit(0, dtype=pl.Int8)
_CONFIRMED = 10_000  # above the points of any cause


class Verdict(NamedTuple):
    """The columns of a recommendation; none is ever null. open: it cannot be excluded."""

    holds: str
    suppressed: str
    open: str


def verdict_of(recommendation: str) -> Verdict:
    """The names of the columns of a recommendation."""
    return Verdict(f"{recommendation} holds", f"{recommendation} suppressed", f"{recommendation} open")


def points_of(cause: str) -> str:
    """The column of a cause's points; null where it is not ranked."""
    return f"{cause} points"


def leads_of(cause: str) -> str:
    """The column that says where a cause has rank 1; never null."""
    return f"{cause} leads"


def rank_of(recommendation: str) -> str:
    """The column of the rank of urgency that a recommendation brings to the case; never null."""
    return f"{recommendation} rank"


def write_verdicts(writer: Writer, knowledge: Knowledge) -> None:
    """A column for every verdict."""
    _Verdicts(writer, knowledge).write()


class _Verdicts:
    def __init__(self, writer: Writer, knowledge: Knowledge) -> None:
        self._writer = writer
        self._knowledge = knowledge

    def write(self) -> None:
        for name in self._knowledge.order:  # winners before losers
            self._judge(name)
        self._urgency()
        for kind in ("lesion", "patient"):
            causes = {
                name: compiled
                for name, compiled in self._knowledge.conditions.items()
                if compiled.entry.subject == kind
            }
            if causes:
                self._rank(causes, kind, of_lesion=kind == "lesion")

    # advice

    def _judge(self, name: str) -> None:
        compiled = self._knowledge.recommendations[name]
        of_lesion, column = compiled.entry.subject == "lesion", self._writer.column
        is_closure = CLOSURE in compiled.entry.tags
        applies = self._writer.fires(name)
        winners = {
            rule_winner: self._winner(name, *rule_winner, is_closure=is_closure)
            for rule_winner in self._knowledge.suppressors.get(name, ())
        }
        # all that would forbid a closure must be known not to hold; other advice only gives way to what is known to
        winning = column(f"{name} beaten", lambda: any_of(list(winners.values())), of_lesion=of_lesion)
        replacing = [is_true(one) for (rule, _winner), one in winners.items() if rule.replaces]
        effective = column(f"{name} effective", lambda: applies & ~winning, of_lesion=of_lesion)
        holds, suppressed, open_ = verdict_of(name)
        column(holds, lambda: is_true(effective), of_lesion=of_lesion)
        column(suppressed, lambda: is_true(applies & winning), of_lesion=of_lesion)
        column(open_, effective.is_null, of_lesion=of_lesion)
        counts = pl.col(holds) | (pl.col(suppressed) & ~any_of(replacing))
        column(rank_of(name), lambda: self._rank_where(compiled, counts), of_lesion=of_lesion)

    def _winner(self, loser: str, rule: Precedence, winner: str, *, is_closure: bool) -> pl.Expr:
        """Whether a winner wins, for the subject of the loser."""
        lesion = {name: self._knowledge.recommendations[name].entry.subject == "lesion" for name in (loser, winner)}
        wins = self._writer.fires(winner) if is_closure else is_true(pl.col(f"{winner} effective"))
        if not lesion[winner] or (rule.across == "lesion" and lesion[loser]):
            return wins
        if not is_closure:
            return self._writer.any_lesion(f"{winner} effective for any lesion", wins)
        holding = self._writer.any_lesion(f"{winner} applies to any lesion", is_true(wins))
        open_ = self._writer.any_lesion(f"{winner} open for any lesion", wins.is_null())
        return pl.when(holding).then(pl.lit(value=True)).when(open_).then(pl.lit(None, dtype=pl.Boolean)).otherwise(NO)

    def _rank_where(self, compiled: CompiledRecommendation, counts: pl.Expr) -> pl.Expr:
        """The rank of urgency that advice brings to the case."""
        ranks = [pl.lit(Urgency(compiled.entry.urgency).rank, dtype=pl.Int8)]
        for at, step in enumerate(compiled.entry.escalate):
            escalated = is_true(pl.col(f"{compiled.entry.id} escalation {at}"))
            ranks.append(pl.when(escalated).then(pl.lit(Urgency(step.urgency).rank, dtype=pl.Int8)).otherwise(_RANK_0))
        return pl.when(counts).then(pl.max_horizontal(ranks)).otherwise(_RANK_0)

    def _urgency(self) -> None:
        entries = [compiled.entry for compiled in self._knowledge.recommendations.values()]
        highest = [_RANK_0]
        of_lesions = [pl.col(rank_of(entry.id)) for entry in entries if entry.subject == "lesion"]
        if of_lesions:
            of_each = pl.max_horizontal(of_lesions)
            highest.append(
                self._writer.over_lesions("rank of lesions", of_each, lambda one: one.max()).fill_null(_RANK_0)
            )
        highest += [pl.col(rank_of(entry.id)) for entry in entries if entry.subject == "patient"]
        self._writer.column(URGENCY, lambda: pl.max_horizontal(highest), of_lesion=False)

    # causes

    def _rank(self, causes: dict[str, CompiledCondition], kind: str, *, of_lesion: bool) -> None:
        for name, compiled in causes.items():
            self._score(name, compiled, of_lesion=of_lesion)
        keys = {name: self._key(name) for name in causes}
        best = self._writer.column(
            f"best of {kind}", lambda: pl.max_horizontal(list(keys.values())), of_lesion=of_lesion
        )
        for name, key in keys.items():
            self._writer.column(leads_of(name), partial(is_true, key == best), of_lesion=of_lesion)

    def _score(self, name: str, compiled: CompiledCondition, *, of_lesion: bool) -> None:
        arguments = [is_true(pl.col(f"{name} for {at}")) for at in range(len(compiled.arguments_for))]
        against = [is_true(pl.col(f"{name} against {at}")) for at in range(len(compiled.arguments_against))]
        strengths = [POINTS[one.strength] for one in compiled.entry.arguments_for]
        strengths += [-POINTS[one.strength] for one in compiled.entry.arguments_against]
        parts = [one.cast(pl.Int32) * points for one, points in zip([*arguments, *against], strengths, strict=True)]
        total = self._writer.column(
            f"{name} total", lambda: pl.sum_horizontal(parts) if parts else pl.lit(0), of_lesion=of_lesion
        )
        possible = all_of([any_of(arguments), ~is_true(pl.col(f"{name} excluded")), total > 0])
        ranked = is_true(pl.col(f"{name} confirmed")) | possible
        self._writer.column(points_of(name), lambda: pl.when(ranked).then(total).otherwise(None), of_lesion=of_lesion)

    def _key(self, name: str) -> pl.Expr:
        confirmed = is_true(pl.col(f"{name} confirmed"))
        return pl.col(points_of(name)) + pl.when(confirmed).then(_CONFIRMED).otherwise(0)
