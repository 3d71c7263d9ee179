"""The reader of a case as it is, without variants (`case_program`).

It is for cases that have nothing to do with each other, each read once. What it computes stands in the frames, part
by part: that is the complete trace, and words are made from it when somebody asks for them (`explain`).
"""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from datetime import date
from itertools import compress
from operator import itemgetter
from typing import Any, NamedTuple

from hepalith.decision.case_program import GENERATORS, LEVELS, NOBODY, CaseWriter, Input
from hepalith.decision.exact import wide
from hepalith.decision.leaves import CaseLeaves
from hepalith.decision.observed import ObservedCase
from hepalith.decision.planes import CASE, Pieces
from hepalith.decision.program import Frame, Program, Read, Slot
from hepalith.decision.reading import Reading
from hepalith.domain.case import PATIENT, Case, Lesion
from hepalith.domain.interval import Interval
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.tree import TruthNode


class _Asked:
    """The values that the statements for one kind of subject read, one after the other."""

    def __init__(self, inputs: Sequence[Input], reads: Sequence[Read], nobody: CaseLeaves) -> None:
        self.not_recorded: list[Any] = []
        self._by_finding: dict[str, list[tuple[slice, Input]]] = {}  # "" for what rests on none
        for one in inputs:
            start = len(self.not_recorded)
            self.not_recorded += one.of(nobody)
            finding = reads[one.arguments[0]].finding.id if one.arguments else ""
            self._by_finding.setdefault(finding, []).append((slice(start, start + one.width), one))

    def put(self, values: list[Any], finding: str, leaves: CaseLeaves) -> None:
        """Writes what rests on a finding among the values."""
        for place, one in self._by_finding.get(finding, ()):
            values[place] = one.of(leaves)


class Inputs(NamedTuple):
    """A case as the program takes it: the values that it reads, by subject."""

    observed: ObservedCase
    values: dict[str, list[Any]]


Steps = Generator[Frame, tuple[Any, Frame, Sequence[Frame], int], None]


class CaseRunner:
    """Runs a program for one case after the other; belongs to one thread.

    The levels of a subject are the parts of a generator, which keeps its thousands of variables from case to case: for
    each call of a function of that size the system would be asked for memory.
    """

    def __init__(self, program: Program) -> None:
        self._count: int = program.code[LEVELS]
        self._of_patient, self._of_lesion = (program.code[name] for name in GENERATORS)
        self._patient = _started(self._of_patient)
        self._lesions: list[Steps] = []

    def run(self, observed: Mapping[str, Any], full: int) -> dict[str, Frame]:
        """The frames of a case, by subject. observed: what the statements read, by subject, the patient first."""
        patient, *lesions = observed
        while len(self._lesions) < len(lesions):
            self._lesions.append(_started(self._of_lesion))
        try:
            frames = self._run(observed[patient], [observed[lesion] for lesion in lesions], full)
        except BaseException:  # a generator that was broken off cannot go on
            self._patient, self._lesions = _started(self._of_patient), []
            raise
        return dict(zip(observed, frames, strict=True))

    def _run(self, of_patient: Any, of_lesions: Sequence[Any], full: int) -> list[Frame]:
        patient: Frame = []
        lesions: list[Frame] = [[] for _ in of_lesions]  # that there are so many is asked before anything of them
        for level in range(self._count):
            if level % 2:
                pairs = zip(self._lesions, of_lesions, strict=False)
                lesions = [one.send((observed, patient, lesions, full)) for one, observed in pairs]
            else:
                patient = self._patient.send((of_patient, patient, lesions, full))
        return [patient, *lesions]


def _started(levels: Callable[[], Steps]) -> Steps:
    made = levels()
    next(made)
    return made


class CaseReader:
    """Reads cases one by one. wanted: the conditions that are asked for; by default everything that decides.

    Without `trace` no parts are kept, and nothing but `wanted` can be asked of a reading.
    """

    def __init__(self, knowledge: Knowledge, wanted: Sequence[TruthNode] | None = None, *, trace: bool = True) -> None:
        writer = CaseWriter(knowledge)
        self.knowledge = knowledge
        self._program = writer.program(wanted, trace=trace)
        self._runner = CaseRunner(self._program)
        nobody = Case(case_id="", lesions=(Lesion(id=NOBODY),))
        observed = ObservedCase(nobody, knowledge.findings, date.min)
        leaves = CaseLeaves(observed, NOBODY, self._program.reads)
        self._asked_of = [_Asked(inputs, self._program.reads, leaves) for inputs in writer.inputs]
        values = {subject: one.not_recorded for subject, one in zip((PATIENT, NOBODY), self._asked_of, strict=True)}
        writer.remember(self._runner.run(values, CASE))

    def inputs(self, observed: ObservedCase) -> Inputs:
        """What the program reads of a case: only what is recorded is looked at, the rest is known beforehand."""
        subjects = (PATIENT, *(lesion.id for lesion in observed.case.lesions))
        leaves = {subject: CaseLeaves(observed, subject, self._program.reads) for subject in subjects}
        asked = {subject: self._asked_of[subject != PATIENT] for subject in subjects}
        values = {subject: list(one.not_recorded) for subject, one in asked.items()}
        for finding, subject in (*observed.recorded(), *(("", subject) for subject in subjects)):
            if subject in values:
                asked[subject].put(values[subject], finding, leaves[subject])
        return Inputs(observed, values)

    def read(self, inputs: Inputs) -> "CaseReading":
        """The answers, and how they came about."""
        frames = self._runner.run(inputs.values, CASE)
        lesions = tuple(subject for subject in inputs.values if subject != PATIENT)
        return CaseReading(self.knowledge, self._program, inputs.observed, lesions, frames, CASE)

    def held(self, trees: Mapping[str, TruthNode]) -> "Held":
        """Some conditions with a name, to ask of many readings which of them hold."""
        places = {name: self._program.truths[(id(tree), False)] for name, tree in trees.items()}
        of_patient, of_lesion = (
            {name: true for name, (mine, true, _false) in places.items() if mine is side} for side in (False, True)
        )
        return Held(of_patient, of_lesion)


class Held:
    """Which of some conditions hold."""

    def __init__(self, of_patient: Mapping[str, int], of_lesion: Mapping[str, int]) -> None:
        self._names = list(of_patient), list(of_lesion)  # of those in the frame of the patient, of the lesion
        self._places = _getter(of_patient.values()), _getter(of_lesion.values())

    def of(self, reading: "CaseReading", subject: str) -> list[str]:
        """The names of those that hold for a subject."""
        found: list[str] = []
        for names, places, whose in zip(self._names, self._places, (PATIENT, subject), strict=True):
            found += compress(names, places(reading.frame(whose)))
        return found


def _getter(places: Iterable[int]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """Values at several places of a frame."""
    match list(places):
        case [_, _, *_] as several:
            return itemgetter(*several)
        case wanted:
            return lambda frame: [frame[place] for place in wanted]


class CaseReading(Reading):
    """The answers for one case: truths are pairs of yes and no, numbers as in `exact`."""

    def frame(self, subject: str) -> Sequence[Any]:
        """What the program made for a subject."""
        return self._frames[subject]

    def _pieces(self, slot: Slot, subject: str) -> Pieces[Interval]:
        return Pieces(wide(self._at(slot, subject)))
