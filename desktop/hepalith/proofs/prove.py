"""All proofs, by name, and the bounds within which they hold."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge
from hepalith.proofs.facts import EXAMINATIONS, LESIONS
from hepalith.proofs.forgetting import FORGETTING, prove_forgetting
from hepalith.proofs.reach import AFTER_PRECEDENCE, CHANGEABLE, REACHABLE, Claim, claims_of, prove_reachable
from hepalith.proofs.red_flags import RED_FLAGS, prove_red_flags
from hepalith.proofs.refute import (
    CLOSURES,
    CONTRADICTIONS,
    DISPOSITION,
    TABLES,
    prove_closures,
    prove_contradictions,
    prove_disposition,
    prove_tables,
)
from hepalith.proofs.results import Result
from hepalith.proofs.search import TIMEOUT_MS, Search

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
        "tables that claim to be complete are, and those that claim it do not overlap, unknowns included",
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
        "a red flag never lowers the urgency, an escalation raises it, and nothing replaces an alarm",
        lambda prover, fast: prove_red_flags(prover.search, fast=fast),
    ),
)


def bounds() -> str:
    """Within which bounds a proof holds."""
    return _(
        "Bounds: {lesions} lesions listed (more may exist unlisted), {examinations} examinations of what is compared "
        "(more where the knowledge names more), each value known exactly or not recorded, nothing recorded that the "
        "form hides, calculators that are not linear as free values within their range. Numbers are not rounded. "
        "What is forgotten does not contradict an answer that stands for it, and the list of lesions stays complete. "
        "With a red flag, what answered for other findings still does; urgent and soon may be left open by it, and a "
        "routine plan may end."
    ).format(lesions=len(LESIONS), examinations=EXAMINATIONS)
