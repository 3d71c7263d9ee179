"""The bounded step: what three-valued logic leaves open although it comes out alike however the missing is completed.

"Fever, or no fever" is open while fever is not recorded, and true whatever the answer is. For each conclusion that
rests on few open findings, every combination of their answers is tried. The bounds: at most `MOST_FINDINGS` open
findings and `MOST_COMPLETIONS` combinations; a number counts only where its thresholds are fixed, since then one value
for each stretch stands for all, with the limits that the dictionary assumes. Completions that cannot be true together
are tried all the same: what is decided under all of them is decided under the possible ones. What is decided so is
said; it opens no gate, closes no case and sets no urgency.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import prod
from typing import NamedTuple

from hepalith.decision.answers import Answers
from hepalith.decision.combinations import Combinations, plane_of
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.explain import ANSWER
from hepalith.decision.leaves import Groups
from hepalith.decision.levels import TableUse, table_use
from hepalith.decision.needs import Needs, OpenFinding
from hepalith.decision.reading import FastReader, Reading
from hepalith.domain.assessment import Answer, Completed, Need
from hepalith.domain.case import PATIENT
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.tree import ChoiceOf, Reference, TruthNode

MOST_FINDINGS = 4
MOST_COMPLETIONS = 64


class Conclusion(NamedTuple):
    """An open conclusion for a subject, and the open findings that it rests on. node: None for a class."""

    kind: str
    id: str
    subject: str
    label: str
    rests_on: Sequence[OpenFinding]
    node: TruthNode | None = None
    part: str = ""
    fresh: bool = False  # old values count as not recorded


class Completions(NamedTuple):
    """What is decided under every completion; how many conclusions were tried, and how many were too much to try."""

    decided: tuple[Completed, ...]
    tried: int
    left: int


class Completer:
    """Completes what is missing. Keeps what it made for the next case, so it belongs to one thread."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._answers = Answers(knowledge, knowledge.trees())
        self._reader = FastReader(knowledge)

    def decided(self, evaluation: Evaluation, needs: Needs, stop: Callable[[], bool]) -> Completions | None:
        """The open advice, gate items and classes that come out alike under every completion.

        needs: of the same evaluation; it may know much already. None if it was told to stop.
        """
        combinations = Combinations()
        tried: list[tuple[Conclusion, int]] = []
        left = 0
        for conclusion in self._open(evaluation, needs):
            if stop():
                return None
            answers = self._completions(conclusion, evaluation)
            if answers is None:
                left += 1
            else:
                tried.append((conclusion, plane_of(combinations.add(answers))))
        if not tried:
            return Completions((), 0, left)
        reading = self._reader.read(evaluation.observed, combinations.variation())
        found = (self._completed(one, plane, reading, evaluation) for one, plane in tried)
        return Completions(tuple(one for one in found if one is not None), len(tried), left)

    # which conclusions

    def _open(self, evaluation: Evaluation, needs: Needs) -> Iterator[Conclusion]:
        knowledge = self._knowledge
        for name, advice in knowledge.recommendations.items():
            for subject in self._subjects(advice.entry.subject, evaluation):
                if evaluation.truth(advice.when, subject).is_unknown:
                    rests_on = needs.of(advice.when, subject)
                    yield Conclusion("advice", name, subject, advice.entry.title, rests_on, advice.when)
        for name, gate in knowledge.gates.items():
            for subject in self._subjects(gate.entry.subject, evaluation):
                for item, tree in zip(gate.entry.items, gate.items, strict=True):
                    fresh = gate.entry.wants_fresh
                    if evaluation.truth(tree, subject, fresh).is_unknown:
                        rests_on = needs.of(tree, subject, fresh)
                        yield Conclusion("gate", name, subject, item.label, rests_on, tree, item.id, fresh)
        for name, derived in knowledge.derived.items():
            if derived.entry.classification and derived.entry.type == "choice":
                for subject in self._subjects(derived.entry.subject, evaluation):
                    reference = Reference(name, derived.entry.subject == "lesion", derived=True)
                    shown = table_use(evaluation, derived, subject) is TableUse.SHOWN
                    if shown and not evaluation.is_known(reference, subject):
                        rests_on = needs.of_finding(reference, subject)
                        yield Conclusion("class", name, subject, derived.entry.label, rests_on)

    def _subjects(self, of: str, evaluation: Evaluation) -> tuple[str, ...]:
        return evaluation.lesions if of == "lesion" else (PATIENT,)

    def _completions(
        self, conclusion: Conclusion, evaluation: Evaluation
    ) -> dict[OpenFinding, Sequence[Groups]] | None:
        """What can be recorded of each finding; None where that cannot be told, or is too much."""
        if not 0 < len(conclusion.rests_on) <= MOST_FINDINGS:
            return None
        found: dict[OpenFinding, Sequence[Groups]] = {}
        for finding, subject in conclusion.rests_on:
            values = self._answers.completions(finding, subject, evaluation)
            if not values:
                return None
            found[finding, subject] = values
        return found if prod(map(len, found.values())) <= MOST_COMPLETIONS else None

    # what comes out

    def _completed(self, one: Conclusion, plane: int, reading: Reading, evaluation: Evaluation) -> Completed | None:
        if one.node is None:
            return self._narrowed(one, plane, reading, evaluation)
        true, false = reading.truth(one.node, one.subject, one.fresh)
        decided = Truth.TRUE if true & plane == plane else Truth.FALSE if false & plane == plane else Truth.UNKNOWN
        return None if decided.is_unknown else self._published(one, answer=ANSWER[decided])

    def _narrowed(self, one: Conclusion, plane: int, reading: Reading, evaluation: Evaluation) -> Completed | None:
        derived = self._knowledge.derived[one.id]
        reference = Reference(one.id, derived.entry.subject == "lesion", derived=True)
        possible = evaluation.choice(ChoiceOf(reference, evaluation.domain(one.id)), one.subject)
        left = [name for name, where in reading.choices(one.id, one.subject).items() if where & plane]
        if len(left) >= len(possible):
            return None
        return self._published(one, choices=[choice.label for choice in derived.entry.choices if choice.id in left])

    def _published(self, one: Conclusion, *, answer: Answer | None = None, choices: Iterable[str] = ()) -> Completed:
        return Completed(
            kind=one.kind,
            id=one.id,
            part=one.part,
            subject=one.subject,
            label=one.label,
            answer=answer,
            choices=tuple(choices),
            needs=tuple(
                Need(finding=finding, subject=subject, label=self._knowledge.label(finding))
                for finding, subject in one.rests_on
            ),
        )
