"""The answers to an open finding that can matter.

Yes and no; each choice; each item of a multi-choice, present and absent, and none of them; of a number one value for
each stretch between thresholds: the threshold itself where it belongs to the stretch, otherwise the value next to it.
A finding is open while it is not recorded; of a multi-choice, items that were not told are open too. What was tried and
could not be told, or cannot be obtained, is not asked again.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from itertools import product

import msgspec

from hepalith.decision.evaluation import Evaluation
from hepalith.decision.kept import Kept
from hepalith.decision.observed import Group
from hepalith.decision.thresholds import Cut, Thresholds, span, value_of
from hepalith.domain.case import (
    PATIENT,
    ChoiceValue,
    ItemsValue,
    Observation,
    State,
    Value,
    YesNoValue,
)
from hepalith.domain.interval import Interval
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.model import Finding
from hepalith.knowledge.tree import Node, Overlaps, Reference
from hepalith.knowledge.uses import nodes_behind

MOST_ITEMS = 4  # of a multi-choice, tried in every combination


class Answer(msgspec.Struct, frozen=True):
    """What can be answered. stretch: of a number or date, all values that this one stands for."""

    value: Value
    stretch: Interval | None = None


class Open(msgspec.Struct, frozen=True):
    """An open finding of a subject: its answers, and what is recorded with each of them."""

    finding: str
    subject: str
    answers: tuple[Answer, ...]
    observations: tuple[Observation, ...]
    earlier: tuple[Group, ...] = ()

    def groups(self) -> Iterator[tuple[Group, ...]]:
        """All that would be observed of the finding, for each answer."""
        return (((observation,), *self.earlier) for observation in self.observations)


@lru_cache(maxsize=4)
def answers_of(knowledge: Knowledge) -> "Answers":
    """The answers that matter to what decides in a knowledge base, looked for at the first use."""
    return Answers(knowledge, knowledge.decisive())


class Answers:
    """The open findings of cases, with the answers that can matter to some trees of one knowledge base."""

    def __init__(self, knowledge: Knowledge, trees: Iterable[Node]) -> None:
        nodes = list(nodes_behind(knowledge, trees))
        used = {node.name for node in nodes if isinstance(node, Reference)}
        self._findings = [entry for entry in knowledge.findings.values() if entry.id in used and entry.type != "text"]
        self._by_name = {entry.id: entry for entry in self._findings}
        self._choices = [entry for entry in knowledge.findings.values() if entry.type == "choice"]
        self._items = _named_items(nodes)
        self._thresholds = Thresholds(knowledge, nodes)
        self._unrecorded = Kept()

    def open(self, evaluation: Evaluation) -> Iterator[Open]:
        """Every open finding of the patient and of each lesion."""
        for finding in self._findings:
            for subject in evaluation.lesions if finding.subject == "lesion" else (PATIENT,):
                groups = evaluation.observed.groups(finding.id, subject)
                if not groups:
                    yield self._not_recorded(finding, subject, evaluation)
                elif finding.type == "multi":
                    yield from self._rest(finding, groups)

    def every(self, name: str, subject: str, evaluation: Evaluation) -> Open | None:
        """All answers to a finding that can matter, whatever is recorded of it; None for what does not matter."""
        finding = self._by_name.get(name)
        return None if finding is None else self._not_recorded(finding, subject, evaluation)

    def moves(self, name: str) -> bool:
        """Whether the places that divide the values of a finding depend on anything else."""
        return self._thresholds.moves(name)

    def doubted(self, evaluation: Evaluation) -> Iterator[Open]:
        """Choices that were only narrowed down to a few, with these as the answers."""
        for finding in self._choices:
            for subject in evaluation.lesions if finding.subject == "lesion" else (PATIENT,):
                groups = evaluation.observed.groups(finding.id, subject)
                match groups:
                    case [[Observation(value=ChoiceValue(candidates=[_, _, *_] as candidates)) as latest], *earlier]:
                        values = [ChoiceValue(candidates=(choice,)) for choice in candidates]
                        made = (msgspec.structs.replace(latest, value=one) for one in values)
                        yield Open(finding.id, subject, tuple(map(Answer, values)), tuple(made), tuple(earlier))

    def completions(self, name: str, subject: str, evaluation: Evaluation) -> tuple[tuple[Group, ...], ...]:
        """What could be recorded of an open finding, so that one of them stands for each possible value; () if unclear.

        What was tried counts as open here. It is unclear for what was told in part, apart from candidates and items,
        and for a number or date of which a threshold depends on anything else.
        """
        finding = self._by_name.get(name)
        groups = evaluation.observed.groups(name, subject)
        if finding is None or self._thresholds.moves(name):
            return ()
        match groups or [(Observation(finding=name, subject=subject),)]:
            case [[latest], *earlier]:
                values = self._possible(finding, latest, subject, evaluation)
                known = (msgspec.structs.replace(latest, state=State.KNOWN, value=value) for value in values)
                return tuple(((one,), *earlier) for one in known)
        return ()

    def _possible(self, finding: Finding, latest: Observation, subject: str, evaluation: Evaluation) -> Iterator[Value]:
        told = latest.value if latest.state is State.KNOWN else None
        if finding.type == "multi" and (told is None or isinstance(told, ItemsValue)):
            yield from _combinations(self._items.get(finding.id, ()), told or ItemsValue())
        elif isinstance(told, ChoiceValue):
            yield from (ChoiceValue(candidates=(choice,)) for choice in told.candidates)
        elif told is None:
            yield from (answer.value for answer in self._not_recorded(finding, subject, evaluation).answers)

    def _not_recorded(self, finding: Finding, subject: str, evaluation: Evaluation) -> Open:
        has_order = finding.type in {"number", "date"}
        cuts = self._thresholds.cuts(finding.id, subject, evaluation) if has_order else ()
        made_of = (cuts, span(finding, evaluation.observed.as_of) if has_order else None)

        def made() -> Open:
            answers = tuple(self._answers(finding, cuts, evaluation.observed.as_of))
            recorded = (Observation(finding=finding.id, subject=subject, value=answer.value) for answer in answers)
            return Open(finding.id, subject, answers, tuple(recorded))

        return self._unrecorded.of((finding.id, subject), made_of, made)

    def _answers(self, finding: Finding, cuts: tuple[Cut, ...], as_of: date) -> Iterator[Answer]:
        match finding.type:
            case "yes_no":
                yield from (Answer(YesNoValue(yes=True)), Answer(YesNoValue(yes=False)))
            case "choice":
                yield from (Answer(ChoiceValue(candidates=(choice.id,))) for choice in finding.choices)
            case "multi":
                yield from _of_items(finding, self._items.get(finding.id, ()), ItemsValue())
            case _:
                for stretch in stretches(*span(finding, as_of), cuts):
                    yield Answer(value_of(finding, inside(stretch, cuts, finding.decimals)), stretch)

    def _rest(self, finding: Finding, groups: Sequence[Group]) -> Iterator[Open]:
        """The items that were not told, if something was."""
        match groups:
            case [[Observation(state=State.KNOWN, value=ItemsValue() as told) as latest], *earlier]:
                if items := _untold(self._items.get(finding.id, ()), told):
                    answers = tuple(_of_items(finding, items, told))
                    made = (msgspec.structs.replace(latest, value=answer.value) for answer in answers)
                    yield Open(finding.id, latest.subject, answers, tuple(made), tuple(earlier))


def _named_items(nodes: Iterable[Node]) -> dict[str, tuple[str, ...]]:
    """The items of each multi-choice that any condition names."""
    found: dict[str, dict[str, None]] = {}
    for node in nodes:
        if isinstance(node, Overlaps):
            found.setdefault(node.reference.name, {}).update(dict.fromkeys(node.items))
    return {name: tuple(sorted(items)) for name, items in found.items()}


def _untold(items: Iterable[str], told: ItemsValue) -> list[str]:
    return [item for item in items if item not in (*told.present, *told.absent)]


def _of_items(finding: Finding, items: Iterable[str], told: ItemsValue) -> Iterator[Answer]:
    """Each item present and absent, beside what was told; and none of all that were not told."""
    for item in items:
        yield Answer(ItemsValue(present=(*told.present, item), absent=told.absent))
        yield Answer(ItemsValue(present=told.present, absent=(*told.absent, item)))
    none = tuple(choice.id for choice in finding.choices if choice.id not in told.present)
    yield Answer(ItemsValue(present=told.present, absent=none))


def _combinations(items: Iterable[str], told: ItemsValue) -> Iterator[ItemsValue]:
    """Each of the items that were not told present or absent, in every combination."""
    rest = _untold(items, told)
    if len(rest) > MOST_ITEMS:
        return
    for answers in product((True, False), repeat=len(rest)):
        present = tuple(item for item, is_present in zip(rest, answers, strict=True) if is_present)
        absent = tuple(item for item, is_present in zip(rest, answers, strict=True) if not is_present)
        yield ItemsValue(present=(*told.present, *present), absent=(*told.absent, *absent))


def stretches(low: Decimal, high: Decimal, cuts: Iterable[Cut]) -> Iterator[Interval]:
    """The stretches into which cuts divide the values from `low` to `high`."""
    start, is_open = low, False
    for value, above in cuts:
        end = Interval(start, value, is_open, not above)
        if low <= value <= high and not _is_empty(end):
            yield end
            start, is_open = value, above
    last = Interval(start, high, is_open)
    if not _is_empty(last):
        yield last


def _is_empty(stretch: Interval) -> bool:
    return stretch.low == stretch.high and (stretch.low_open or stretch.high_open)


def inside(stretch: Interval, cuts: Sequence[Cut], decimals: int) -> Decimal:
    """A value of the stretch: a threshold if one belongs to it, else one beside a threshold, with few decimals."""
    thresholds = {cut.value for cut in cuts}
    for end, is_open in ((stretch.low, stretch.low_open), (stretch.high, stretch.high_open)):
        if end in thresholds and not is_open:
            return end
    step = Decimal(1).scaleb(-decimals)
    middle = (stretch.low + stretch.high) / 2
    near = (stretch.high.quantize(step, ROUND_CEILING) - step, stretch.low.quantize(step, ROUND_FLOOR) + step)
    wanted = [
        *((near[0],) if stretch.high in thresholds else ()),
        *((near[1],) if stretch.low in thresholds else ()),
        middle.quantize(step, ROUND_HALF_EVEN),
    ]
    return next((value for value in wanted if stretch.low < value < stretch.high), middle)
