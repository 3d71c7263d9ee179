"""Forgetting a value never closes a case and never opens a gate.

By the grammar: `missing` stands only in advice that may act on the unknown, and in what the form shows. By the solver,
for every gate item and every closure: of two patients that differ in one thing that only the second has recorded, the
first never has it true when the second has not. What is forgotten is a finding with all its examinations, or one item
of several.
The number of lesions is not forgotten: a case that does not say it is taken to list all of them.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import z3
from msgspec.structs import replace

from hepalith.decision.evaluation import LESION_COUNT
from hepalith.decision.expectations import Answers
from hepalith.decision.precedence import CLOSURE
from hepalith.domain.assessment import Status
from hepalith.domain.case import PATIENT, Case, ItemsValue, Observation
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.tree import Missing, Node, walk
from hepalith.proofs.facts import LESIONS
from hepalith.proofs.patient import Patient
from hepalith.proofs.refute import VERDICTS
from hepalith.proofs.results import Place, Result, Verdict
from hepalith.proofs.search import Found, Search
from hepalith.proofs.terms import YES, Answer, Formula, conjunction, negation, variables_of

FORGETTING = "forgetting"


class Target(NamedTuple):
    """Something that must not become true: a gate item (its gate and position), or a closure."""

    item: str
    place: Place
    subject: str
    position: int | None = None

    def answer(self, patient: Patient) -> Answer:
        """What the solver knows of it."""
        if self.position is None:
            return patient.effective(self.place[1], self.subject)
        return patient.gate_item(self.place[1], self.position, self.subject)

    def is_true(self, answers: Answers) -> bool:
        """Whether it is true of a case."""
        if self.subject != PATIENT and self.subject not in answers.evaluation.lesions:
            return False
        if self.position is not None:
            return answers.evaluation.gate_item(self.place[1], self.position, self.subject) is Truth.TRUE
        judged = (one for one in answers.judgement.of(self.place[1]) if one.subject == self.subject)
        return any(one.status is Status.HOLDS for one in judged)


def prove_forgetting(search: Search) -> Iterator[Result]:
    """The part by the grammar, then every gate item and every closure."""
    yield from _missing_only_where_it_may_act(search.knowledge)
    for target in _targets(search.knowledge):
        yield _stays(search, target)


def _stays(search: Search, target: Target) -> Result:
    """Whether it stays as it is when anything but the number of lesions is forgotten."""
    true = target.answer(search.patient).true
    less = _Less(search.patient, true)
    wanted = (negation(true), less.of(true), search.patient.is_present(target.subject), *less.rules)
    if search.exists(*wanted) is Found.NO_ONE:  # what several forgotten values do, one of them does
        return Result(proof=FORGETTING, item=target.item, place=target.place, verdict=Verdict.PROVED)
    return _told(search, (*wanted, less.one_only), target)


def _told(search: Search, wanted: tuple[Formula, ...], target: Target) -> Result:
    """The result, with the smallest patient of whom the same is forgotten."""
    answered = search.find(*wanted, shows=lambda answers: _opens(search, target, answers) is not None)
    case = answered.case
    if answered.found is not Found.SOMEONE or case is None:
        return Result(proof=FORGETTING, item=target.item, place=target.place, verdict=VERDICTS[answered.found])
    one = _opens(search, target, search.answers(case))
    assert one is not None  # noqa: S101 (the search has just seen it)
    case = search.shown(case, lambda fewer: _opens(search, target, fewer, [one]) is not None)
    text = f"{target.item} becomes true when {one} is forgotten"
    return Result(proof=FORGETTING, item=target.item, place=target.place, verdict=Verdict.FAILED, text=text, case=case)


class Forgotten(NamedTuple):
    """A finding with all its examinations, or one item of several."""

    finding: str
    subject: str
    item: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.finding, self.item, f"({self.subject})") if part)

    def of(self, case: Case) -> Case:
        """The case without it."""
        kept = [one for one in case.observations if (one.finding, one.subject) != (self.finding, self.subject)]
        if self.item:
            kept += [
                _without(one, one.value, self.item)
                for one in case.of(self.finding, self.subject)
                if isinstance(one.value, ItemsValue)
            ]
        return replace(case, observations=tuple(kept))


def _without(one: Observation, value: ItemsValue, item: str) -> Observation:
    present, absent = (tuple(other for other in part if other != item) for part in (value.present, value.absent))
    return replace(one, value=ItemsValue(present=present, absent=absent))


def _may_forget(answers: Answers) -> Iterator[Forgotten]:
    for one in answers.evaluation.observed.case.observations:
        if one.finding != LESION_COUNT:
            yield Forgotten(one.finding, one.subject)
            if isinstance(one.value, ItemsValue):
                items = (*one.value.present, *one.value.absent)
                yield from (Forgotten(one.finding, one.subject, item) for item in items)


def _opens(
    search: Search, target: Target, answers: Answers, may_forget: Iterable[Forgotten] | None = None
) -> Forgotten | None:
    """What makes the target true when it is forgotten; None if it is true already, or nothing does."""
    if target.is_true(answers):
        return None
    case = answers.evaluation.observed.case
    forgotten = _may_forget(answers) if may_forget is None else may_forget
    return next((one for one in forgotten if target.is_true(search.answers(one.of(case)))), None)


class _Less:
    """The same patient with less recorded, as far as a formula can tell."""

    def __init__(self, patient: Patient, formula: Formula) -> None:
        used = variables_of(formula)
        self._pairs: list[tuple[Formula, Formula]] = []
        self.rules: list[Formula] = []
        lost: dict[str, Formula] = {}
        for fact in patient.facts.facts:
            if fact.recorded.get_id() not in used or fact.finding.id == LESION_COUNT:
                continue
            kept = z3.Bool(f"{fact.finding.id}@{fact.subject} kept")
            lost[str(kept)] = negation(kept)
            self._pairs.append((fact.recorded, conjunction([fact.recorded, kept])))
            for item, (known, _present) in fact.items.items():
                item_kept = z3.Bool(f"{fact.name} {item} kept")
                lost[str(item_kept)] = negation(item_kept)
                self._pairs.append((known, conjunction([known, item_kept])))
        for position, free in enumerate(patient.free):
            if not used.isdisjoint(end.get_id() for end in free.value):
                low, high = (z3.Real(f"free {position} {end} with less") for end in ("low", "high"))
                self._pairs += [(free.value.low, low), (free.value.high, high)]
                self.rules += [low <= free.value.low, high >= free.value.high]
        self.one_only = z3.AtMost(*lost.values(), 1) if lost else YES

    def of(self, formula: Formula) -> Formula:
        """What a formula says with less recorded."""
        return z3.substitute(formula, *self._pairs) if self._pairs else formula


def _targets(knowledge: Knowledge) -> Iterator[Target]:
    for gate in knowledge.gates.values():
        subject = LESIONS[0] if gate.entry.subject == "lesion" else PATIENT
        for position, item in enumerate(gate.entry.items):
            yield Target(f"gate item {gate.entry.id}.{item.id}", ("gates", gate.entry.id), subject, position)
    for name, compiled in knowledge.recommendations.items():
        if CLOSURE in compiled.entry.tags:
            subject = LESIONS[0] if compiled.entry.subject == "lesion" else PATIENT
            yield Target(f"closure {name}", ("recommendations", name), subject)


def _missing_only_where_it_may_act(knowledge: Knowledge) -> Iterator[Result]:
    trees: list[tuple[Place, Node]] = []
    for name, derived in knowledge.derived.items():
        parts = [derived.tree, derived.otherwise, *(row.when for row in derived.rows)]
        trees += [(("derived", name), part) for part in parts if isinstance(part, Node)]
    for name, gate in knowledge.gates.items():
        trees += [(("gates", name), part) for part in gate.items]
    trees += [(("findings", name), tree) for name, tree in knowledge.absence.items()]
    for name, recommendation in knowledge.recommendations.items():
        if not recommendation.entry.may_act_on_the_unknown:
            trees += [(("recommendations", name), tree) for tree in (recommendation.when, *recommendation.escalate)]
    found = [place for place, tree in trees if any(isinstance(node, Missing) for node in walk(tree))]
    for place in dict.fromkeys(found):
        text = "an unknown value decides: `missing` stands outside of questions, cautions, referral and work-up"
        yield Result(proof=FORGETTING, item=f"missing in {place[1]}", place=place, verdict=Verdict.FAILED, text=text)
    if not found:
        place = ("recommendations", "")
        item = "missing only where it asks"
        yield Result(proof=FORGETTING, item=item, place=place, verdict=Verdict.PROVED)
