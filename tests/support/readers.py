"""The evaluators, each asked the same questions of the same cases: the interpreter, both fast readers, the columns.

Answers are lists, one for each question, with an answer for each case. The first case of a family is the one that the
others were made from; the interpreter takes answers over from it, the fast reader reads the others as its variants.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, partial
from itertools import accumulate, chain, compress, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from hepalith.decision.causes import rank_causes
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.exact import wide
from hepalith.decision.leaves import Variation
from hepalith.decision.levels import level_of
from hepalith.decision.planes import Truths
from hepalith.decision.precedence import Judgement
from hepalith.decision.program import Slot, ordered
from hepalith.decision.reading import FastReader, Reading
from hepalith.decision.single import CaseReader
from hepalith.decision.verdicts import Verdicts
from hepalith.domain.case import PATIENT, Case
from hepalith.domain.interval import Interval
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.tree import ChoiceOf, Quantity, Reference
from support.families import Family
from support.questions import STANDS, TOLD, Kind, Question, questions
from support.remembering import Answer, Memory, Remembering, RememberingJudgement, Standing, Watched

if TYPE_CHECKING:
    from hepalith.cohort.program import Program
    from hepalith.cohort.reader import Table

Told = Mapping[int, Sequence[Any]]  # by the number of the question: the answer in each case


# the interpreter

Ranked = dict[tuple[str, str], tuple[int, bool]]  # the causes that are ranked: their points, and whether they lead


Ask = dict[Kind, Callable[[Question], Any]]


def _of_findings(evaluation: Evaluation) -> Ask:
    """How the interpreter answers what rests on findings."""
    domains = evaluation.knowledge.domains

    def derived(one: Question) -> Reference:
        return Reference(one.name, one.subject != PATIENT, derived=True)

    return {
        Kind.CONDITION: lambda one: TOLD[evaluation.truth(one.tree, one.subject, one.fresh)],
        Kind.YES_NO: lambda one: TOLD[evaluation.holds(derived(one), one.subject)],
        Kind.CHOICE: lambda one: evaluation.choice(ChoiceOf(derived(one), domains[one.name]), one.subject),
        Kind.NUMBER: lambda one: evaluation.number(Quantity(derived(one)), one.subject),
    }


def _of_conditions(evaluation: Evaluation, judgement: Judgement, ranked: Callable[[], Ranked]) -> Ask:
    """How the interpreter answers what rests on the answers to conditions."""

    def level(one: Question) -> int:
        if not judgement.one(one.name, one.subject).sets_urgency:
            return 0
        return level_of(evaluation, evaluation.knowledge.recommendations[one.name], one.subject)[0].rank

    return {
        Kind.ADVICE: lambda one: STANDS[judgement.one(one.name, one.subject).status],
        Kind.LEVEL: level,
        Kind.POINTS: lambda one: ranked().get((one.name, one.subject), (None, False))[0],
        Kind.LEADS: lambda one: ranked().get((one.name, one.subject), (None, False))[1],
    }


def _ranked(evaluation: Evaluation) -> Ranked:
    return {(cause.id, cause.subject): (cause.points, cause.rank == 1) for cause in rank_causes(evaluation)}


def interpreted_alone(evaluation: Evaluation) -> list[list[Any]]:
    """What the interpreter says of one case, nothing taken over."""
    judgement, ranked = Judgement(evaluation), cache(partial(_ranked, evaluation))
    ask = {**_of_findings(evaluation), **_of_conditions(evaluation, judgement, ranked), Kind.URGENCY: lambda _one: None}
    asked = questions(evaluation.knowledge, evaluation.lesions)
    return _with_urgency(asked, [[ask[one.kind](one)] for one in asked])


def interpreted(family: Sequence[Watched], knowledge: Knowledge) -> list[list[Any]]:
    """What the interpreter says of the cases of a family."""
    first = _First(family[0], knowledge)
    answers = [[answer] * len(family) for answer in first.answers]
    for at, case in enumerate(family[1:], 1):
        for number, answer in first.otherwise(case):
            answers[number][at] = answer
    return _with_urgency(first.asked, answers)


def _with_urgency(asked: Sequence[Question], answers: list[list[Any]]) -> list[list[Any]]:
    """The answers with the urgency of the case: the highest that any advice brings."""
    levels = [given for one, given in zip(asked, answers, strict=True) if one.kind is Kind.LEVEL]
    highest = [max(each) for each in zip(*levels, strict=True)]
    return [highest if one.kind is Kind.URGENCY else given for one, given in zip(asked, answers, strict=True)]


class _First:
    """The first case of a family, from which answers are taken over."""

    def __init__(self, case: Watched, knowledge: Knowledge) -> None:
        self.asked = questions(knowledge, lesions_of(case.case))
        self._trees = {
            number: (id(one.tree), one.subject, one.fresh) for number, one in enumerate(self.asked) if one.tree
        }
        self._conditions = frozenset(self._trees.values())
        self._evaluation = Remembering(case, knowledge)
        self._judgement = RememberingJudgement(self._evaluation, self._conditions)
        found = self._answers(_of_findings(self._evaluation), self._evaluation.memory)
        judged = self._answers(_judging(self._judgement), self._judgement.memory)
        self._found, self._judged = Standing(found), Standing(judged)
        known = found | judged
        self.answers = [known[number].value if number in known else None for number in range(len(self.asked))]

    def _answers(self, ask: Ask, memory: Memory) -> dict[int, Answer]:
        return {
            number: memory.watched(partial(ask[one.kind], one))
            for number, one in enumerate(self.asked)
            if one.kind in ask
        }

    def otherwise(self, case: Watched) -> Iterator[tuple[int, Any]]:
        """The answers that do not stand in another case of the family: the number of the question, and the answer."""
        evaluation = Remembering(case, self._evaluation.knowledge, self._evaluation)
        ask = _of_findings(evaluation)
        changed = []
        for number in self._found.not_where(evaluation.memory.changed):
            one = self.asked[number]
            answer = ask[one.kind](one)
            if number in self._trees and answer is not self.answers[number]:
                changed.append(self._trees[number])
            yield number, answer
        if not changed:
            return
        judgement = RememberingJudgement(evaluation, self._conditions, self._judgement, changed)
        ask = _judging(judgement)
        for number in self._judged.not_where(judgement.memory.changed):
            one = self.asked[number]
            yield number, ask[one.kind](one)


def _judging(judgement: RememberingJudgement) -> Ask:
    rank = partial(_ranked, judgement.conditions)
    return _of_conditions(judgement.conditions, judgement, partial(judgement.memory.remembered, "causes", rank))


def observed(cases: Iterable[Case], as_of: date, knowledge: Knowledge) -> list[Watched]:
    """The cases of a family, so that what is read of them can be watched."""
    return [Watched(case, knowledge.findings, as_of) for case in cases]


def lesions_of(case: Case) -> tuple[str, ...]:
    """The ids of the lesions."""
    return tuple(lesion.id for lesion in case.lesions)


# the fast reader: a family is one case and its variants


class Variants:
    """The fast reader."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._reader = FastReader(knowledge)

    def answers(self, family: Sequence[Watched]) -> Told:
        """What it says of the cases of a family. Read in halves, so that it remembers numbers, as after an edit."""
        half = (len(family) + 1) // 2
        halves = [self._read(part) for part in (family[:half], family[half:]) if part]
        return {number: list(chain.from_iterable(told[number] for told in halves)) for number in halves[0]}

    def _read(self, family: Sequence[Watched]) -> Told:
        recorded: dict[tuple[str, str], list[tuple[int, Any]]] = {}
        for variant, case in enumerate(family[1:], 1):
            for key, groups in case.differing(family[0]).items():
                recorded.setdefault(key, []).append((1 << variant, groups))
        reading = self._reader.read(family[0], Variation((1 << len(family)) - 1, recorded))
        return read_in(reading, range(len(family)))


def read_in(reading: Reading, variants: Sequence[int]) -> Told:
    """What a reading says of some of its variants, named by their numbers."""
    told = _Told(reading, variants)
    return {
        number: told.answers(question) for number, question in enumerate(questions(reading.knowledge, reading.lesions))
    }


class _Told:
    def __init__(self, reading: Reading, variants: Sequence[int]) -> None:
        self._reading = reading
        self._verdicts = verdicts = Verdicts(reading)
        self._variants = variants
        self._points = [verdicts.points(variant) for variant in variants]
        self._tell: dict[Kind, Callable[[Question], list[Any]]] = {
            Kind.CONDITION: lambda one: self._truths(reading.truth(one.tree, one.subject, one.fresh)),
            Kind.YES_NO: lambda one: self._truths(reading.holds(one.name, one.subject)),
            Kind.CHOICE: self._choices,
            Kind.NUMBER: self._numbers,
            Kind.ADVICE: self._advice,
            Kind.LEVEL: self._levels,
            Kind.URGENCY: lambda _one: [verdicts.urgency.at(variant) for variant in variants],
            Kind.POINTS: lambda one: [points.get((one.name, one.subject)) for points in self._points],
            Kind.LEADS: lambda one: self._where(verdicts.leading[one.subject].get(one.name, 0)),
        }

    def answers(self, question: Question) -> list[Any]:
        return self._tell[question.kind](question)

    def _where(self, plane: int) -> list[bool]:
        if plane == 0 or plane == self._reading.full:
            return [plane != 0] * len(self._variants)
        return [bool(plane >> variant & 1) for variant in self._variants]

    def _truths(self, truths: Truths) -> list[bool | None]:
        true, false = truths
        if true == self._reading.full or false == self._reading.full or not true | false:
            return [True if true else False if false else None] * len(self._variants)
        return [True if true >> one & 1 else False if false >> one & 1 else None for one in self._variants]

    def _choices(self, question: Question) -> list[frozenset[str]]:
        planes = self._reading.choices(question.name, question.subject)
        everywhere = frozenset(choice for choice, plane in planes.items() if plane == self._reading.full)
        varying = {choice: plane for choice, plane in planes.items() if plane and choice not in everywhere}
        if not varying:
            return [everywhere] * len(self._variants)
        return [
            everywhere.union(choice for choice, plane in varying.items() if plane >> one & 1) for one in self._variants
        ]

    def _numbers(self, question: Question) -> list[Any]:
        pieces = self._reading.number(question.name, question.subject)
        return [pieces.at(1 << one) for one in self._variants] if pieces.parts else [pieces.base] * len(self._variants)

    def _levels(self, question: Question) -> list[int]:
        counts = self._verdicts.counts.get((question.name, question.subject), ())
        brought = [(rank, plane) for rank, plane in counts if plane]
        if not brought:
            return [0] * len(self._variants)
        return [max((rank for rank, plane in brought if plane >> one & 1), default=0) for one in self._variants]

    def _advice(self, question: Question) -> list[tuple[bool, ...]]:
        key = (question.name, question.subject)
        planes = (self._verdicts.holds, self._verdicts.suppressed, self._verdicts.open)
        return list(zip(*(self._where(one.get(key, 0)) for one in planes), strict=True))


# the reader of a case alone


class Alone:
    """The reader of a case as it is. Advice and causes are made from its truths as from those of the fast reader."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._reader = CaseReader(knowledge)

    def read(self, case: Watched) -> Reading:
        """One case."""
        return self._reader.read(self._reader.inputs(case))

    def answers(self, family: Sequence[Watched]) -> Told:
        """What it says of conditions and derived findings, taken from the frames of its readings."""
        readings = [self.read(case)._frames for case in family]
        asked = questions(self._knowledge, lesions_of(family[0].case))
        starts = dict(zip(readings[0], accumulate(map(len, readings[0].values()), initial=0), strict=False))
        slots = {number: list(self._slots(one, starts)) for number, one in enumerate(asked)}
        wanted = itemgetter(*chain.from_iterable(slots.values()))
        cells = zip(*(wanted(list(chain.from_iterable(frames.values()))) for frames in readings), strict=True)
        return {
            number: self._told(asked[number], list(islice(cells, len(places))))
            for number, places in slots.items()
            if places
        }

    def _slots(self, one: Question, starts: Mapping[str, int]) -> Iterator[int]:
        """Where the answer stands in the frames, laid end to end."""
        program = self._reader._program
        match one.kind:
            case Kind.CONDITION | Kind.YES_NO:
                of_lesion, *truths = program.truths[id(one.tree), one.fresh] if one.tree else program.holds[one.name]
                slots = [Slot(of_lesion, number) for number in truths]
            case Kind.CHOICE:
                slots = list(program.choices[one.name])
            case Kind.NUMBER:
                slots = [program.numbers[one.name]]
            case _:
                slots = []
        return (starts[one.subject if slot.of_lesion else PATIENT] + slot.number for slot in slots)

    def _told(self, one: Question, cells: list[tuple[Any, ...]]) -> Sequence[Any]:
        """The answers in all cases, from the cells with the number of each."""
        match one.kind:
            case Kind.NUMBER:
                return [wide(number) for number in cells[0]]
            case Kind.CHOICE:
                domain = ordered(self._knowledge.domains[one.name])
                sets = {planes: frozenset(compress(domain, planes)) for planes in set(zip(*cells, strict=True))}
                return [sets[planes] for planes in zip(*cells, strict=True)]
        return [_SIGNED[true - false] for true, false in zip(*cells, strict=True)]


_SIGNED = (None, True, False)  # by (known to hold) - (known not to hold)


# the columns reader


class Columns:
    """The columns reader: many cases at once."""

    def __init__(self, knowledge: Knowledge) -> None:
        from hepalith.cohort.reader import ColumnsReader

        self._knowledge = knowledge
        self._reader = ColumnsReader(knowledge)

    def answers(self, families: Sequence[Family]) -> Iterator[Told]:
        """What it says of the cases of families."""
        table = self._reader.read(
            self._reader.table((case, as_of) for _name, cases, as_of in families for case in cases)
        )
        columns = _Columns(table, self._knowledge, self._reader.program)
        first_case = first_lesion = 0
        for _name, family, _as_of in families:
            lesions = lesions_of(family[0])
            rows = {
                one: slice(first_lesion + at, first_lesion + len(family) * len(lesions), len(lesions))
                for at, one in enumerate(lesions)
            }
            rows[PATIENT] = slice(first_case, first_case + len(family))
            first_case += len(family)
            first_lesion += len(family) * len(lesions)
            asked = enumerate(questions(self._knowledge, lesions))
            yield {number: columns.told(one)[rows[one.subject]] for number, one in asked}


class _Columns:
    """The answers to a question in all rows, made once."""

    def __init__(self, table: "Table", knowledge: Knowledge, program: "Program") -> None:
        from hepalith.cohort.verdicts import URGENCY, leads_of, points_of, rank_of, verdict_of

        self._table = table
        self._knowledge = knowledge
        self._told: dict[tuple[Any, ...], list[Any]] = {}
        self._columns_of: dict[Kind, Callable[[Question], Sequence[str]]] = {
            Kind.CONDITION: lambda one: (program.truths[id(one.tree), one.fresh],),
            Kind.YES_NO: lambda one: program.derived[one.name],
            Kind.CHOICE: lambda one: program.derived[one.name],
            Kind.NUMBER: lambda one: program.derived[one.name],
            Kind.ADVICE: lambda one: verdict_of(one.name),
            Kind.LEVEL: lambda one: (rank_of(one.name),),
            Kind.URGENCY: lambda _one: (URGENCY,),
            Kind.POINTS: lambda one: (points_of(one.name),),
            Kind.LEADS: lambda one: (leads_of(one.name),),
        }

    def told(self, one: Question) -> list[Any]:
        key = (one.kind, one.name, one.subject == PATIENT)
        if key not in self._told:
            self._told[key] = self._tell(one)
        return self._told[key]

    def _tell(self, one: Question) -> list[Any]:
        frame = self._table.cases if one.subject == PATIENT else self._table.lesions
        columns = [frame[name].to_list() for name in self._columns_of[one.kind](one)]
        match one.kind:
            case Kind.CHOICE:
                return self._choices(one.name, columns[0])
            case Kind.NUMBER | Kind.ADVICE:
                return list(zip(*columns, strict=True))
        return columns[0]

    def _choices(self, name: str, masks: list[int]) -> list[frozenset[str]]:
        from hepalith.cohort.leaves import bit_of

        choices = bit_of(self._knowledge.domains[name])
        sets = {mask: frozenset(one for one, bit in choices.items() if mask & bit) for mask in set(masks)}
        return [sets[mask] for mask in masks]


# comparing


def differences(asked: Sequence[Question], wanted: Sequence[Sequence[Any]], told: Told) -> Iterator[tuple[int, str]]:
    """Where answers are not those of the interpreter: the number of the case, and in words."""
    for number, answers in told.items():
        if wanted[number] is not answers and list(answers) != wanted[number]:
            for at, (one, right) in enumerate(zip(answers, wanted[number], strict=True)):
                if not _same(one, right):
                    yield at, f"{asked[number]} is {one}, by the interpreter {right}"


def _same(one: Any, other: Any) -> bool:
    if one == other:
        return True
    if isinstance(one, tuple) and isinstance(other, Interval):  # the columns reader computes with doubles
        ends = zip(one, (other.low, other.high), strict=True)
        return all(math.isclose(a, b, rel_tol=_DIGITS, abs_tol=_DIGITS) for a, b in ends)
    return False


_DIGITS = 1e-9
