"""Whether the fast reader and the reference interpreter agree, in every variant of a case.

`python tests/support/agreement.py --cases 1000000` compares as many cases as wanted: cases of `tests/cases` with
findings forgotten, changed and added at random, each as it is and with some answers to its open findings. It prints
what differs, and which advice, arguments and gate items were never seen true, or never false.
"""

import argparse
import math
import random
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from hepalith.decision.answers import Open, answers_of
from hepalith.decision.causes import rank_causes
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.levels import level_of
from hepalith.decision.observed import ObservedCase
from hepalith.decision.planes import truth_at
from hepalith.decision.precedence import Judgement
from hepalith.decision.program import ordered
from hepalith.decision.reading import FastReader, Reading
from hepalith.decision.single import CaseReader
from hepalith.decision.verdicts import LEVELS, Verdicts
from hepalith.decision.what_if import Asker, WhatIf
from hepalith.domain.assessment import Status, Urgency
from hepalith.domain.case import PATIENT, Case, ChoiceValue, NumberValue, Observation, State
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.tree import ChoiceOf, Quantity, Reference, TruthNode
from support.vignettes import all_vignettes, case_of, knowledge_and_problems


class Both:
    """One knowledge base, read by both. differences: of a case, and of the variants of it that are asked for."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._reader = FastReader(knowledge)
        self._case_reader = CaseReader(knowledge)
        self._asker = Asker(knowledge)
        self.answers = answers_of(knowledge)
        self.seen: set[tuple[str, Truth]] = set()

    def differences(self, case: Case, as_of: date, *, every: int = 0, first: int = 0) -> list[str]:
        """What differs in the case, and in every so-manieth answer to its open findings; 0 for none of these."""
        if not every:
            observed = ObservedCase(case, self.knowledge.findings, as_of)
            readings = (self._reader.read(observed), self._case_reader.read(self._case_reader.inputs(observed)))
            evaluation = Evaluation(case, self.knowledge, as_of)
            return [
                difference
                for reading in readings
                for difference in self._compare(reading, Verdicts(reading), 0, evaluation)
            ]
        what_if = self._asker.what_if(case, as_of)
        asked = [(0, Evaluation(case, self.knowledge, as_of), "as it is")]
        asked += islice(_variants(case, self.knowledge, what_if, as_of), first, None, every)
        return [
            f"{said}: {difference}"
            for plane, evaluation, said in asked
            for difference in self._compare(what_if.reading, what_if.verdicts, plane, evaluation)
        ]

    def _compare(self, reading: Reading, verdicts: Verdicts, plane: int, evaluation: Evaluation) -> Iterator[str]:
        yield from self._truths(reading, plane, evaluation)
        yield from self._values(reading, plane, evaluation)
        yield from _advice(verdicts, plane, evaluation)
        yield from _causes(verdicts, plane, evaluation)

    def _truths(self, reading: Reading, plane: int, evaluation: Evaluation) -> Iterator[str]:
        for name, tree, fresh, subject in conditions(self.knowledge, evaluation.lesions):
            wanted = evaluation.truth(tree, subject, fresh)
            got = truth_at(reading.truth(tree, subject, fresh), 1 << plane)
            self.seen.add((name, wanted))
            if got is not wanted:
                yield f"{name} of {subject} is {got.name}, by the interpreter {wanted.name}"

    def _values(self, reading: Reading, plane: int, evaluation: Evaluation) -> Iterator[str]:
        for name, derived in self.knowledge.derived.items():
            reference = _derived(self.knowledge, name)
            for subject in evaluation.lesions if reference.lesion else (PATIENT,):
                if derived.entry.type == "choice":
                    wanted = evaluation.choice(ChoiceOf(reference, self.knowledge.domains[name]), subject)
                    choices = reading.choices(name, subject)
                    got = frozenset(choice for choice, planes in choices.items() if planes >> plane & 1)
                elif derived.entry.type == "number":
                    wanted = evaluation.number(Quantity(reference), subject)
                    got = reading.number(name, subject).at(1 << plane)
                else:
                    wanted = evaluation.holds(reference, subject)
                    got = truth_at(reading.holds(name, subject), 1 << plane)
                if got != wanted:
                    yield f"{name} of {subject} is {got}, by the interpreter {wanted}"


def _variants(case: Case, knowledge: Knowledge, what_if: WhatIf, as_of: date) -> Iterator[tuple[int, Evaluation, str]]:
    """Every variant of a case: its number, the same for the interpreter, and what it is."""
    for one in (*what_if.tried, *what_if.narrowed):
        for variant, observation in zip(one.variants, one.open.observations, strict=True):
            said = f"{one.open.finding} of {one.open.subject} = {observation.value}"
            yield variant, Evaluation(case.with_observation(observation), knowledge, as_of), said
    for together in what_if.together:
        answered = case
        for member in together.members:
            answered = answered.with_observation(member.observations[-1])
        said = f"no {', '.join(member.finding for member in together.members)}"
        yield together.variant, Evaluation(answered, knowledge, as_of), said
    for (name, subject), variants in what_if.assumed.items():
        for choice, variant in zip(ordered(knowledge.domains[name]), variants, strict=True):
            assumed = {(name, subject): choice}
            yield variant, Evaluation(case, knowledge, as_of, assumed=assumed), f"{name} of {subject} taken as {choice}"


def _advice(verdicts: Verdicts, plane: int, evaluation: Evaluation) -> Iterator[str]:
    planes = {
        Status.HOLDS: verdicts.holds,
        Status.SUPPRESSED: verdicts.suppressed,
        Status.CANNOT_BE_EXCLUDED: verdicts.open,
    }
    top = Urgency.NONE
    for judged in Judgement(evaluation).all():
        key = (judged.id, judged.subject)
        got = [status for status, found in planes.items() if found.get(key, 0) >> plane & 1] or [Status.DOES_NOT_HOLD]
        if got != [judged.status]:
            yield f"{key} is {got}, by the interpreter {judged.status}"
        if judged.sets_urgency:
            level = level_of(evaluation, evaluation.knowledge.recommendations[judged.id], judged.subject)[0]
            top = max(top, level, key=lambda one: one.rank)
    level = LEVELS[verdicts.urgency.at(plane)]
    if level is not top:
        yield f"the urgency is {level}, by the interpreter {top}"


def _causes(verdicts: Verdicts, plane: int, evaluation: Evaluation) -> Iterator[str]:
    causes = rank_causes(evaluation)
    wanted = {(cause.id, cause.subject): cause.points for cause in causes}
    got = verdicts.points(plane)
    if got != wanted:
        yield f"the points are {got}, by the interpreter {wanted}"
    first = {(cause.id, cause.subject) for cause in causes if cause.rank == 1}
    leading = {
        (name, subject)
        for subject, causes in verdicts.leading.items()
        for name, planes in causes.items()
        if planes >> plane & 1
    }
    if leading != first:
        yield f"{leading} lead, by the interpreter {first}"


@lru_cache(maxsize=16)
def conditions(knowledge: Knowledge, lesions: tuple[str, ...]) -> tuple[tuple[str, TruthNode, bool, str], ...]:
    """Every condition with its name, whether it trusts old values, and each subject that it is asked of."""
    subjects = {"lesion": lesions, "patient": (PATIENT,)}
    return tuple(
        (name, tree, fresh, whose) for name, tree, fresh, kind in _conditions(knowledge) for whose in subjects[kind]
    )


def _conditions(knowledge: Knowledge) -> Iterator[tuple[str, TruthNode, bool, str]]:
    for name, one in knowledge.recommendations.items():
        yield name, one.when, False, one.entry.subject
        yield from ((f"{name} escalation {at}", tree, False, one.entry.subject) for at, tree in enumerate(one.escalate))
    for name, cause in knowledge.conditions.items():
        trees = {f"for {at}": tree for at, tree in enumerate(cause.arguments_for)}
        trees |= {f"against {at}": tree for at, tree in enumerate(cause.arguments_against)}
        trees |= {"excluded": cause.excluded, "confirmed": cause.confirmed}
        yield from ((f"{name} {part}", tree, False, cause.entry.subject) for part, tree in trees.items())
    for name, gate in knowledge.gates.items():
        fresh = gate.entry.kind == "safety"
        for item, tree in zip(gate.entry.items, gate.items, strict=True):
            yield f"{name}.{item.id}", tree, fresh, gate.entry.subject
    for name, tree in knowledge.relevance.items():
        yield f"{name} relevant", tree, False, knowledge.findings[name].subject
    for name, derived in knowledge.derived.items():
        trees = {f"{name} row {row.id}": row.when for row in derived.rows}
        if isinstance(derived.tree, TruthNode):
            trees[name] = derived.tree
        yield from ((part, tree, False, derived.entry.subject) for part, tree in trees.items())


def _derived(knowledge: Knowledge, name: str) -> Reference:
    return Reference(name, knowledge.derived[name].entry.subject == "lesion", derived=True)


# generated cases


class Generator:
    """Cases of `tests/cases`, changed at random: findings forgotten, answered in another way, and added."""

    def __init__(self, both: Both, seed: int) -> None:
        self._both = both
        self._random = random.Random(seed)  # noqa: S311 (repeatable cases)
        vignettes = all_vignettes()
        self._known = [(case_of(one, both.knowledge), date.fromisoformat(one.as_of)) for one in vignettes]

    def case(self) -> tuple[Case, date]:
        """The next case, and the date for which it is assessed."""
        case, as_of = self._random.choice(self._known)
        for observation in self._random.sample(case.observations, min(len(case.observations), self._count(6))):
            case = case.without_observation(observation.key)
        if not self._random.randrange(4):
            case = case.with_new_lesion()
        found = list(self._both.answers.open(Evaluation(case, self._both.knowledge, as_of)))
        for one in self._random.sample(found, min(len(found), self._count(12))):
            observation = self._otherwise(self._random.choice(one.observations), as_of)
            case = case.with_observation(observation)
        if not self._random.randrange(4):
            case = self._of_one_day(case, as_of, [one for one in found if self._days(one.finding)])
        return case, as_of

    def _of_one_day(self, case: Case, as_of: date, unasked: Sequence[Open]) -> Case:
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
        return self._both.knowledge.findings[finding].max_age_days_for_gates

    def _count(self, most: int) -> int:
        return self._random.randrange(most + 1)

    def _otherwise(self, observation: Observation, as_of: date) -> Observation:
        """Now and then: of an earlier date, uncertain, or with no answer."""
        finding = self._both.knowledge.findings[observation.finding]
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


def one_sided(both: Both) -> list[str]:
    """What was never seen true, or never false."""
    found = []
    for name, _tree, _fresh, _whose in conditions(both.knowledge, ("L1",)):
        missing = [truth.name for truth in (Truth.TRUE, Truth.FALSE) if (name, truth) not in both.seen]
        if missing:
            found.append(f"{name}: never {' or '.join(missing)}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Compares generated cases; returns how many differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=200, help="compare every so-manieth answer too; 0 for none")
    chosen = parser.parse_args(arguments)
    both = Both(knowledge_and_problems()[0])
    generator = Generator(both, chosen.seed)
    differing = 0
    for number in range(chosen.cases):
        case, as_of = generator.case()
        found = both.differences(case, as_of, every=chosen.every, first=number % (chosen.every or 1))
        differing += bool(found)
        for difference in found:
            sys.stdout.write(f"case {number}: {difference}\n")
    sides = one_sided(both)
    summary = f"{chosen.cases} cases, {differing} differ; {len(sides)} places seen on one side only"
    sys.stdout.write("\n".join([*sides, summary, ""]))
    return differing


if __name__ == "__main__":
    sys.exit(min(main(), 1))
