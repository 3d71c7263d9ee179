"""What would bring a score over the next place where the knowledge reads it, or below the last one.

The answers to what a score is made from are tried on the case: to one finding, then to two, up to `MOST_FINDINGS`. Of a
number one value stands for each stretch between the places where the comparison changes (`answers`). So what is found
has the fewest findings, and where nothing is found, so many are not enough.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import combinations, product
from math import prod
from typing import NamedTuple

from hepalith.decision.answers import Answer, Answers, Open
from hepalith.decision.evaluation import Evaluation
from hepalith.domain.case import PATIENT
from hepalith.domain.interval import Interval
from hepalith.domain.truth import from_bool
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.tree import Compare, Node, Number, Quantity, Reference, walk
from hepalith.knowledge.uses import trees_of

MOST_FINDINGS = 3
MOST_TRIED = 2000  # combinations of answers, for one turn
SHOWN = 3  # turns of a score


class Read(NamedTuple):
    """A comparison of a score with a fixed number, and what people call the entries that read it."""

    compare: Compare
    labels: tuple[str, ...]


class Answered(NamedTuple):
    """A finding with those of its answers that do it."""

    open: Open
    answers: tuple[Answer, ...]


class ScoreTurn(NamedTuple):
    """What the knowledge reads of a score, and whether it then holds, with the answers that bring it about.

    answers: () if none were found. none_up_to: answers to so many findings, or fewer, do not.
    """

    read: Read
    wanted: bool
    answers: tuple[Answered, ...]
    none_up_to: int


def score_turns(evaluation: Evaluation, name: str, subject: str) -> Iterator[ScoreTurn]:
    """What the knowledge reads of a score and is not known to be so, the nearest to what it is now first."""
    reference = Reference(name, evaluation.knowledge.derived[name].entry.subject == "lesion", derived=True)
    now = evaluation.number(Quantity(reference), subject)
    goals = [
        (_distance(read.compare, now), read, wanted)
        for read in _read_at(evaluation.knowledge, reference)
        for wanted in (True, False)
        if evaluation.truth(read.compare, subject) is not from_bool(wanted)
    ]
    for _near, read, wanted in sorted(goals, key=lambda goal: goal[0])[:SHOWN]:
        yield _Search(evaluation, read, subject, wanted=wanted).turn()


@lru_cache(maxsize=64)
def _read_at(knowledge: Knowledge, score: Reference) -> tuple[Read, ...]:
    """The comparisons of a score with a fixed number, one for each place where they change."""
    found: dict[tuple[Decimal, bool], tuple[Compare, dict[str, None]]] = {}
    for label, tree in _labelled(knowledge):
        for node in walk(tree):
            match node:
                case Compare(left=Quantity(reference=read), right=Number(value=value)) if read == score:
                    place = (value, node.operator in {"<=", ">"})
                    found.setdefault(place, (node, {}))[1][label] = None
    return tuple(Read(compare, tuple(labels)) for compare, labels in found.values())


def _labelled(knowledge: Knowledge) -> Iterator[tuple[str, Node]]:
    """Every tree that decides something, with what people call the entry that it stands in."""
    labels = {("derived", name): one.entry.label for name, one in knowledge.derived.items()}
    labels |= {
        ("recommendations", name): f"{one.entry.title} ({name})" for name, one in knowledge.recommendations.items()
    }
    for place, label in labels.items():
        yield from ((label, tree) for tree in trees_of(knowledge, place))


@lru_cache(maxsize=64)
def _answers(knowledge: Knowledge, compare: Compare) -> Answers:
    return Answers(knowledge, [compare])


def _distance(compare: Compare, now: Interval) -> tuple[Decimal, Decimal]:
    value = compare.right.value  # type: ignore[union-attr]
    return max(now.low - value, value - now.high, Decimal(0)), value


class _Search:
    """The search for the answers that turn one comparison."""

    def __init__(self, evaluation: Evaluation, read: Read, subject: str, *, wanted: bool) -> None:
        self._evaluation = evaluation
        self._read = read
        self._subject = subject
        self._wanted = wanted
        self._answers = _answers(evaluation.knowledge, read.compare)
        self._places = sorted(self._openings(), key=lambda one: bool(one.earlier))  # what is not recorded first

    def turn(self) -> ScoreTurn:
        """The answers to the fewest findings."""
        tried = 0
        for size in range(1, min(MOST_FINDINGS, len(self._places)) + 1):
            for some in combinations(self._places, size):
                tried += prod(len(one.answers) for one in some)
                if tried > MOST_TRIED:
                    return self._made((), size - 1)
                hits = [
                    chosen
                    for chosen in product(*(range(len(one.answers)) for one in some))
                    if self._is_so(some, chosen)
                ]
                if hits:
                    return self._made(_told(some, hits), size - 1)
        return self._made((), min(MOST_FINDINGS, len(self._places)))

    def _made(self, answers: tuple[Answered, ...], none_up_to: int) -> ScoreTurn:
        # where a place in one finding moves with another, only the answers to one finding were all tried
        moves = any(self._answers.moves(one.finding) for one in self._places)
        return ScoreTurn(self._read, self._wanted, answers, min(none_up_to, 1) if moves else none_up_to)

    def _openings(self) -> Iterator[Open]:
        """The findings that the score is made from, with the answers that can matter."""
        score = self._read.compare.left.reference  # type: ignore[union-attr]
        entered = [one for one in self._evaluation.knowledge.inputs[score.name] if one.is_current]
        for reference in entered:
            lesions = (self._subject,) if self._subject in self._evaluation.lesions else self._evaluation.lesions
            for subject in lesions if reference.lesion else (PATIENT,):
                one = self._answers.every(reference.name, subject, self._evaluation)
                if one is not None:
                    groups = self._evaluation.observed.groups(reference.name, subject)
                    yield Open(one.finding, subject, one.answers, one.observations, tuple(groups))

    def _is_so(self, some: Sequence[Open], chosen: Sequence[int]) -> bool:
        then = self._evaluation
        for one, answer in zip(some, chosen, strict=True):
            then = then.answered(one.finding, one.subject, ((one.observations[answer],),))
        return then.truth(self._read.compare, self._subject) is from_bool(self._wanted)


def _told(some: Sequence[Open], hits: Sequence[tuple[int, ...]]) -> tuple[Answered, ...]:
    """The first answers that do it, for each finding with all others that do it in their place."""
    first = hits[0]
    return tuple(
        Answered(one, tuple(one.answers[hit[at]] for hit in hits if _but(hit, at) == _but(first, at)))
        for at, one in enumerate(some)
    )


def _but(chosen: tuple[int, ...], at: int) -> tuple[int, ...]:
    return (*chosen[:at], *chosen[at + 1 :])
