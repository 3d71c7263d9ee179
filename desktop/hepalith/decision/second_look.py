"""The second look, which takes longer than a frame: completions of what is missing, and pairs of open findings.

Pairs are looked at where no single answer changes the urgency or the plan: every combination of the answers to two
findings that can be asked, those with the fewest combinations first, up to `MOST_COMBINATIONS`. A number is tried with
the values that matter while the other finding is open.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate, groupby, product
from itertools import combinations as pairs_of

from hepalith.decision.combinations import Combinations
from hepalith.decision.effects import Change, Effects
from hepalith.decision.reading import FastReader
from hepalith.decision.variants import Tried
from hepalith.decision.verdicts import Verdicts
from hepalith.decision.what_if import Asker, WhatIf
from hepalith.domain.assessment import Further, Need, Pair
from hepalith.i18n import _

MOST_COMBINATIONS = 20_000
SHOWN_PAIRS = 8
_AT_ONCE = 2_000  # combinations in one reading, about

Two = tuple[Tried, Tried]


def second_look(asker: Asker, what_if: WhatIf, stop: Callable[[], bool]) -> Further | None:
    """What completions and pairs show of a case; None if it was told to stop."""
    completions = asker.completer.decided(what_if.evaluation, what_if.needs, stop)
    if completions is None or stop():
        return None
    pairs = _Pairs(what_if)
    if what_if.robust and not pairs.look(stop):
        return None
    return Further(
        completed=completions.decided,
        conclusions_tried=completions.tried,
        conclusions_left=completions.left,
        pairs=pairs.best(),
        pairs_found=len(pairs.found),
        pairs_tried=pairs.tried,
        pairs_left=pairs.left,
    )


class _Pairs:
    """Looks at pairs of findings. found: what each pair that matters changes at most, with the answers for it."""

    def __init__(self, what_if: WhatIf) -> None:
        self._what_if = what_if
        self.found: list[tuple[Two, str, Change]] = []
        self.tried = self.left = 0

    @cached_property
    def _reader(self) -> FastReader:
        return FastReader(self._what_if.reading.knowledge)

    def look(self, stop: Callable[[], bool]) -> bool:
        """Tries all pairs within the bound; False if it was told to stop before the end."""
        pairs = sorted(pairs_of(self._what_if.asked, 2), key=_size)
        for chunk in self._chunks(pairs):
            if stop():
                return False
            self._try(chunk)
            self.tried += len(chunk)
        self.left = len(pairs) - self.tried
        return True

    def best(self) -> tuple[Pair, ...]:
        """The pairs that matter most, first those that raise the urgency highest."""
        self.found.sort(key=lambda one: -one[2].level)
        return tuple(
            Pair(findings=(self._need(first), self._need(second)), outcome=self._what_if.outcome(answers, change))
            for (first, second), answers, change in self.found[:SHOWN_PAIRS]
        )

    def _chunks(self, pairs: Sequence[Two]) -> Iterator[list[Two]]:
        totals = zip(accumulate(map(_size, pairs)), pairs, strict=True)
        within = ((total, pair) for total, pair in totals if total <= MOST_COMBINATIONS)
        for _portion, some in groupby(within, lambda one: one[0] // _AT_ONCE):
            yield [pair for _total, pair in some]

    def _try(self, pairs: Sequence[Two]) -> None:
        combinations = Combinations()
        places = [combinations.add({one.key: tuple(one.open.groups()) for one in pair}) for pair in pairs]
        reading = self._reader.read(self._what_if.reading.observed, combinations.variation())
        effects = Effects(reading, Verdicts(reading))
        for (first, second), planes in zip(pairs, places, strict=True):
            answers = product(range(len(first.open.answers)), range(len(second.open.answers)))
            changing = [
                (change, one, other)
                for place, (one, other) in zip(planes, answers, strict=True)
                if (change := effects.of(place)).plan or change.level != effects.level
            ]
            if changing:
                change, one, other = max(changing, key=lambda found: abs(found[0].level - effects.level))
                said = _("{first}, and {second}").format(first=self._said(first, one), second=self._said(second, other))
                self.found.append(((first, second), said, change))

    def _said(self, tried: Tried, answer: int) -> str:
        label = self._what_if.reading.knowledge.label(tried.open.finding)
        return f"{label}: {self._what_if.said(tried, [tried.open.answers[answer]])}"

    def _need(self, one: Tried) -> Need:
        finding, subject = one.key
        return Need(finding=finding, subject=subject, label=self._what_if.reading.knowledge.label(finding))


def _size(pair: Two) -> int:
    first, second = pair
    return len(first.variants) * len(second.variants)
