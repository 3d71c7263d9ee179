"""What a proof says of one thing in the knowledge."""

from enum import StrEnum

import msgspec

from hepalith.domain.case import Case

Place = tuple[str, str]  # kind and id of an entry, as the knowledge files have them


class Verdict(StrEnum):
    """What became of a proof. Everything but PROVED is a failure."""

    PROVED = "proved"
    FAILED = "failed"
    UNSURE = "unsure"  # the solver and the reference evaluator do not agree on an example
    TIME_OUT = "time-out"


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was to be proved. `case` is the smallest patient that shows the failure, where there is one."""

    proof: str
    item: str
    place: Place
    verdict: Verdict
    text: str = ""
    case: Case | None = None

    @property
    def key(self) -> str:
        """What names the result in a list of known exceptions."""
        return f"{self.proof}: {self.item}"
