"""All proofs, by name, and the bounds within which they hold."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from hepalith.domain.assessment import Urgency
from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge
from hepalith.proofs.facts import EXAMINATIONS, LESIONS
from hepalith.proofs.forgetting import FORGETTING, prove_forgetting
from hepalith.proofs.reach import AFTER_PRECEDENCE, CHANGEABLE, REACHABLE, Claim, claims_of, prove_reachable
from hepalith.proofs.refute import (
    ALARM,
    CLOSURES,
    CONTRADICTIONS,
    DISPOSITION,
    TABLES,
    prove_closures,
    prove_contradictions,
    prove_disposition,
    prove_tables,
)
from hepalith.proofs.results import Result, Verdict
from hepalith.proofs.search import TIMEOUT_MS, Search

RED_FLAGS = "red-flags"
_QUICK_KINDS = ("recommendation ", "escalation ", "row ", "gate item ")


class Prover:
    """One knowledge base to be proved. timeout_ms: for one question; what takes longer has failed."""

    def __init__(self, knowledge: Knowledge, timeout_ms: int = TIMEOUT_MS) -> None:
        self.knowledge = knowledge
        self._timeout_ms = timeout_ms

    @cached_property
    def search(self) -> Search:
        """Every patient that the form can record."""
        return Search(self.knowledge, timeout_ms=self._timeout_ms)

    @cached_property
    def agreeing(self) -> Search:
        """Those with nothing that contradicts the answer that stands for it otherwise (`absent_when`)."""
        return Search(self.knowledge, agreeing=True, timeout_ms=self._timeout_ms)

    def claims(self, proof: str, *, fast: bool) -> Iterable[Claim]:
        """What has to be possible; of that the advice and the tables when it has to be fast."""
        for claim in claims_of(self.knowledge):
            is_quick = claim.item.startswith(_QUICK_KINDS) and not claim.item.endswith(AFTER_PRECEDENCE)
            if claim.proof == proof and (is_quick or not fast):
                yield claim


class Proof(NamedTuple):
    """A proof: its name, what it says, how it is done, and whether it belongs to the fast part."""

    name: str
    title: str
    run: Callable[[Prover, bool], Iterator[Result]]
    is_fast: bool = True


PROOFS = (
    Proof(
        REACHABLE,
        "every condition can hold, every table row can be the hit, no advice always gives way",
        lambda prover, fast: prove_reachable(prover.search, prover.claims(REACHABLE, fast=fast)),
    ),
    Proof(
        CHANGEABLE,
        "no condition always holds",
        lambda prover, fast: prove_reachable(prover.search, prover.claims(CHANGEABLE, fast=fast)),
        is_fast=False,
    ),
    Proof(
        TABLES,
        "tables that claim to be complete are, unknowns included",
        lambda prover, _fast: prove_tables(prover.search),
    ),
    Proof(
        DISPOSITION,
        "an adult with one lesion always gets advice, or advice that is open",
        lambda prover, _fast: prove_disposition(prover.search),
    ),
    Proof(
        CONTRADICTIONS,
        "nothing is advised and to be avoided at once without a declared conflict or an order of precedence",
        lambda prover, _fast: prove_contradictions(prover.search),
    ),
    Proof(
        CLOSURES,
        "no case is closed beside an alarm, nor while one is open",
        lambda prover, _fast: prove_closures(prover.search),
    ),
    Proof(
        FORGETTING,
        "forgetting a value never opens a gate and never closes a case",
        lambda prover, _fast: prove_forgetting(prover.agreeing),
        is_fast=False,
    ),
    Proof(
        RED_FLAGS,
        "an escalation raises the urgency, and nothing replaces an alarm, so that an alarm that holds counts",
        lambda prover, _fast: prove_red_flags(prover.knowledge),
    ),
)


def bounds() -> str:
    """Within which bounds a proof holds."""
    return _(
        "Bounds: {lesions} lesions listed (more may exist unlisted), {examinations} examinations of what is compared "
        "(more where the knowledge names more), each value known exactly or not recorded, nothing recorded that the "
        "form hides, calculators that are not linear as free values within their range. Numbers are not rounded. "
        "What is forgotten does not contradict an answer that stands for it, and the list of lesions stays complete."
    ).format(lesions=len(LESIONS), examinations=EXAMINATIONS)


def prove_red_flags(knowledge: Knowledge) -> Iterator[Result]:
    """The urgency is at least that of every alarm whose condition holds.

    What gives way still counts for the urgency, unless it is replaced (`decision.precedence`): so no alarm may be.
    """
    yield from _escalations(knowledge)
    for loser, winners in knowledge.suppressors.items():
        for rule, winner in winners:
            if rule.replaces:
                is_alarm = ALARM in knowledge.recommendations[loser].entry.tags
                yield Result(
                    proof=RED_FLAGS,
                    item=f"{winner} in place of {loser}",
                    place=("precedence", rule.id),
                    verdict=Verdict.FAILED if is_alarm else Verdict.PROVED,
                    text=f"{rule.id} replaces {loser}, an alarm: its urgency would no longer count" if is_alarm else "",
                )


def _escalations(knowledge: Knowledge) -> Iterator[Result]:
    """An escalation names a higher urgency than the advice; a lower one would be without effect."""
    for name, compiled in knowledge.recommendations.items():
        for number, step in enumerate(compiled.entry.escalate, 1):
            raises = Urgency(step.urgency).rank > Urgency(compiled.entry.urgency).rank
            yield Result(
                proof=RED_FLAGS,
                item=f"escalation {name}.{number}",
                place=("recommendations", name),
                verdict=Verdict.PROVED if raises else Verdict.FAILED,
                text="" if raises else f"{step.urgency} is not above {compiled.entry.urgency}",
            )
