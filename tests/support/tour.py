"""A tour of the knowledge: for every condition cases in which it holds, in which it does not, in which it is open.

Cases are made in three ways, each for what the ones before have not found: aimed at the answer on a few bases; taken
from `tests/cases`; and found by a walk from a case with another answer, in which what the interpreter has read for that
answer is forgotten or recorded otherwise, one finding at a time.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import product
from typing import Any

from hepalith.decision.evaluation import Evaluation
from hepalith.domain.case import PATIENT, Case, Lesion
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import Knowledge
from support import generate
from support.families import Family
from support.generate import Condition, by_finding, with_changes
from support.remembering import Watched
from support.vignettes import all_vignettes, case_of

BASES = 12
WALKS, STEPS = 30, 25
Goal = tuple[str, Truth]  # the place of a condition, and an answer


class Tour:
    """Visits every answer of some conditions. left: what is not visited."""

    def __init__(self, knowledge: Knowledge, seed: int, conditions: Iterable[Condition]) -> None:
        self._knowledge = knowledge
        self._generator = generate.Generator(knowledge, seed, bounds=True)
        self._random = self._generator.random
        self._conditions = {one.place: one for one in conditions}
        self._found: dict[Goal, tuple[Case, date]] = {}
        self.left = dict.fromkeys(product(self._conditions, Truth))

    def families(self) -> Iterator[Family]:
        """The cases: families made from one base, and families of one case."""
        for number in range(BASES):
            yield Family(f"tour, base {number}", self._aimed_on(self._base(number)), generate.TODAY)
        yield from self._known()
        for place, answer in list(self.left):
            yield from self._walked(self._conditions[place], answer)

    def _visited(self, case: Case, as_of: date, *goals: Goal) -> None:
        for goal in goals:
            del self.left[goal]
            self._found[goal] = case, as_of

    def _base(self, number: int) -> Case:
        """Blank, of chance."""
        lesions = tuple(Lesion(id=f"L{at + 1}") for at in range(1 + number % 2))
        case = Case(case_id="blank", lesions=lesions, lesion_counter=len(lesions))
        return self._generator.with_studies(self._generator.case() if number % 3 else case)

    def _aimed_on(self, base: Case) -> list[Case]:
        recorded = by_finding(base)
        cases = [base]
        for place, answer in list(self.left):
            condition = self._conditions[place]
            if condition.subject == "patient" or base.lesions:
                case = with_changes(base, recorded, self._generator.aimed(base, condition, answer))
                if answer in answers(Evaluation(case, self._knowledge, generate.TODAY), condition):
                    self._visited(case, generate.TODAY, (place, answer))
                    cases.append(case)
        return cases

    def _known(self) -> Iterator[Family]:
        """Cases of `tests/cases` that show what is left."""
        for vignette in all_vignettes() if self.left else ():
            case, as_of = case_of(vignette, self._knowledge), date.fromisoformat(vignette.as_of)
            evaluation = Evaluation(case, self._knowledge, as_of)
            places = dict.fromkeys(place for place, _answer in self.left)
            shown = [(place, one) for place in places for one in answers(evaluation, self._conditions[place])]
            if goals := [goal for goal in shown if goal in self.left]:
                self._visited(case, as_of, *goals)
                yield Family(f"tour, {vignette.id}", [case], as_of)

    def _walked(self, condition: Condition, answer: Truth) -> Iterator[Family]:
        starts = [self._found[goal] for other in Truth if (goal := (condition.place, other)) in self._found]
        for walk in range(WALKS if starts else 0):
            case, as_of = starts[walk % len(starts)]
            case = self._generator.with_studies(case)
            for _step in range(STEPS):
                read: dict[Any, None] = {}
                if answer in answers(self._watched(case, as_of, read), condition):
                    self._visited(case, as_of, (condition.place, answer))
                    yield Family(f"tour, {condition.place} {answer.name}", [case], as_of)
                    return
                if not read:
                    return
                key = self._random.choice(list(read))
                anew = self._random.choice([(), self._generator.anew(*key)])
                case = with_changes(case, by_finding(case), {key: anew})

    def _watched(self, case: Case, as_of: date, read: dict[Any, None]) -> Evaluation:
        """The interpreter, and what it reads."""
        watched = Watched(case, self._knowledge.findings, as_of)
        watched.note = read.setdefault
        return Evaluation(case, self._knowledge, as_of, watched)


def answers(evaluation: Evaluation, condition: Condition) -> set[Truth]:
    """What a condition is for the patient, or for any of the lesions."""
    subjects = evaluation.lesions if condition.subject == "lesion" else (PATIENT,)
    return {evaluation.truth(condition.tree, subject, condition.fresh) for subject in subjects}
