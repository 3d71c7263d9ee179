"""Generated cases in families: one case, and many made from it by recording something otherwise.

The first case is one of `tests/cases` with findings forgotten, changed and added; in every fourth family it is made of
chance alone. Every second one of the others is aimed at a condition and an answer (true, false, unknown), so that each
is tried in turn; the rest have findings forgotten, changed and added at random. A family is made from the seed and its
number alone.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from msgspec.structs import replace

from hepalith.decision.answers import Open, answers_of
from hepalith.decision.evaluation import Evaluation
from hepalith.domain.case import Case, ChoiceValue, NumberValue, Observation, State
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.cases import Vignette, case_of
from support import generate
from support.generate import Recorded, by_finding, with_changes
from support.vignettes import all_vignettes

SIZE = 200
_CHANGES = (1, 1, 2, 3, 5, 8)  # how many findings are recorded otherwise


class Family(NamedTuple):
    """Cases that differ in nothing but their observations, and the day for which they are assessed."""

    name: str
    cases: list[Case]
    as_of: date


class Generator:
    """Makes families. size: how many cases one has. vignettes: of this knowledge; `tests/cases` without them."""

    def __init__(
        self, knowledge: Knowledge, seed: int, size: int = SIZE, vignettes: Sequence[Vignette] | None = None
    ) -> None:
        self._knowledge = knowledge
        self._seed = seed
        self._size = size
        self._answers = answers_of(knowledge)
        self._made = generate.Generator(knowledge, seed, bounds=True)
        self._random = self._made.random
        self._known = [(case_of(one, knowledge), date.fromisoformat(one.as_of)) for one in vignettes or all_vignettes()]
        self._random.shuffle(self._known)
        self._aims = list(product(generate.conditions(knowledge), (Truth.TRUE, Truth.FALSE, Truth.UNKNOWN)))
        self._random.shuffle(self._aims)

    def case(self, number: int) -> tuple[Case, date]:
        """The case of `tests/cases` of this number, changed at random, and the date for which it is assessed."""
        self._random.seed(f"{self._seed} {number}")
        return self._changed(number)[:2]

    def family(self, number: int) -> Family:
        """The family of this number."""
        self._random.seed(f"{self._seed} family {number}")
        if number % 4:
            case, as_of, found = self._changed(number)
        else:
            case, as_of = self._made.case(), generate.TODAY
            found = list(self._answers.open(Evaluation(case, self._knowledge, as_of)))
        base = self._made.with_studies(case)
        recorded = by_finding(base)
        first = number * (self._size // 2)
        cases = [base]
        for position in range(1, self._size):
            if position % 2:
                condition, answer = self._aims[(first + position // 2) % len(self._aims)]
                changes = self._aimed(base, condition, answer)
            else:
                changes = self._otherwise_recorded(recorded, found, as_of)
            cases.append(with_changes(base, recorded, changes))
        return Family(f"family {number}", cases, as_of)

    def _aimed(self, base: Case, condition: generate.Condition, answer: Truth) -> Recorded:
        if condition.subject == "lesion" and not base.lesions:
            return {}
        return self._made.aimed(base, condition, answer)

    def _otherwise_recorded(self, recorded: Recorded, found: Sequence[Open], as_of: date) -> Recorded:
        """Some findings forgotten, some answered that were open, some answered otherwise."""
        changes: Recorded = {}
        for _change in range(self._random.choice(_CHANGES)):
            if found and self._random.randrange(2):
                one = self._random.choice(found)
                changes[one.finding, one.subject] = [self._otherwise(self._random.choice(one.observations), as_of)]
            elif recorded:
                key = self._random.choice(list(recorded))
                changes[key] = self._random.choice([(), self._made.anew(*key)])
        return changes

    # cases of tests/cases, changed

    def _changed(self, number: int) -> tuple[Case, date, list[Open]]:
        """The case, the date, and what was open before answers were added."""
        case, as_of = self._known[number % len(self._known)]
        for observation in self._random.sample(case.observations, min(len(case.observations), self._count(6))):
            case = case.without_observation(observation.key)
        if not self._random.randrange(4):
            case = case.with_new_lesion()
        found = list(self._answers.open(Evaluation(case, self._knowledge, as_of)))
        for one in self._random.sample(found, min(len(found), self._count(12))):
            observation = self._otherwise(self._random.choice(one.observations), as_of)
            case = case.with_observation(observation)
        if not self._random.randrange(4):
            case = self._of_one_day(case, as_of, [one for one in found if self._days(one.finding)])
        return case, as_of, found

    def _of_one_day(self, case: Case, as_of: date, unasked: Iterable[Open]) -> Case:
        """The case with all that gates trust for some days only of one day: before, on or after the last of these."""
        for one in unasked:
            if not case.of(one.finding, one.subject):
                case = case.with_observation(self._random.choice(one.observations))
        share = self._random.choice([Decimal("0.5"), Decimal(1), Decimal("1.2"), Decimal(3)])
        for observation in case.observations:
            if days := self._days(observation.finding):
                dated = replace(observation, date=str(as_of - timedelta(days=math.ceil(days * share))))
                case = case.without_observation(observation.key).with_observation(dated)
        return case

    def _days(self, finding: str) -> int | None:
        return self._knowledge.findings[finding].max_age_days_for_gates

    def _count(self, most: int) -> int:
        return self._random.randrange(most + 1)

    def _otherwise(self, observation: Observation, as_of: date) -> Observation:
        """Now and then: of an earlier date, uncertain, or with no answer."""
        finding = self._knowledge.findings[observation.finding]
        match self._random.randrange(10):
            case 0:
                return replace(observation, date=str(as_of - timedelta(days=self._random.randrange(800))))
            case 1:
                state = self._random.choice([State.INDETERMINATE, State.UNOBTAINABLE])
                return replace(observation, value=None, state=state)
            case 2 if finding.type == "choice":
                ids = [choice.id for choice in finding.choices]
                return replace(observation, value=ChoiceValue(candidates=tuple(self._random.sample(ids, 2))))
            case 2 if isinstance(observation.value, NumberValue):
                sign = self._random.choice(["<", "<=", ">", ">="])
                return replace(observation, value=replace(observation.value, comparator=sign))
            case 3 if finding.limits:
                return replace(observation, upper_limit=str(self._random.randrange(1, 300)))
        return observation
