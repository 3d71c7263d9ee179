"""A red flag never lowers the urgency.

Of two patients of whom everything recorded is the same, but that only the first has the red flag (the other has it
answered with no, or not recorded), the first is never less urgent, with precedence and all advice that stands in for
other advice: an emergency stays one, and what is urgent or soon stays so, or is still open and said to be possible (a
red flag may leave open which of two kinds of advice it is). A plan for later, to watch or to screen, may end with it.
Both are patients that the form can record, and what answers for other findings without the flag does so with it.
"""

from collections.abc import Iterator
from typing import NamedTuple

import z3
from msgspec.structs import replace

from hepalith.decision.expectations import Answers
from hepalith.decision.levels import level_of
from hepalith.domain.assessment import Status, Urgency
from hepalith.domain.case import PATIENT, Case, ChoiceValue, ItemsValue, Observation, YesNoValue
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.tree import ChoiceIn, ChoiceOf, Holds, Node, Or, Overlaps, Reference
from hepalith.proofs.facts import LESIONS, Fact
from hepalith.proofs.patient import Patient
from hepalith.proofs.refute import ALARM, no_one
from hepalith.proofs.results import Result, Verdict
from hepalith.proofs.search import Search
from hepalith.proofs.terms import TRUE, Answer, Formula, conjunction, disjunction, negation
from hepalith.proofs.witness import entered

RED_FLAGS = "red-flags"
_EMERGENCY = Urgency.EMERGENCY_SAME_DAY
_LEVELS = tuple(level for level in sorted(Urgency, key=lambda one: one.rank) if level.rank > Urgency.ROUTINE.rank)


class Flag(NamedTuple):
    """An answer to a finding that is a red flag; () for yes. options: the other choices."""

    finding: str
    subject: str
    answers: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join((self.finding, *self.answers))

    def is_up(self, fact: Fact) -> Formula:
        """Whether an observation shows it."""
        if fact.items:
            return disjunction(conjunction([fact.recorded, *fact.items[item]]) for item in self.answers)
        shown = disjunction(fact.options[one] for one in self.answers) if fact.options else fact.value
        return conjunction([fact.recorded, shown])

    def without(self, case: Case) -> Iterator[Case]:
        """The same case without it: not recorded, or answered otherwise."""
        for kept in self._instead(case):
            others = [one for one in case.observations if (one.finding, one.subject) != (self.finding, self.subject)]
            yield replace(case, observations=(*others, *kept))

    def _instead(self, case: Case) -> Iterator[tuple[Observation, ...]]:
        yield ()
        for one in case.of(self.finding, self.subject):
            match one.value:
                case YesNoValue():
                    yield (replace(one, value=YesNoValue(yes=False)),)
                case ChoiceValue():
                    for other in self.options:
                        yield (replace(one, value=ChoiceValue(candidates=(other,))),)
                case ItemsValue(present=present, absent=absent):
                    left = tuple(item for item in present if item not in self.answers)
                    for gone in (absent, (*absent, *(item for item in self.answers if item not in absent))):
                        yield (replace(one, value=ItemsValue(present=left, absent=gone)),)


def prove_red_flags(search: Search, *, fast: bool) -> Iterator[Result]:
    """Every red flag at every level (not when it has to be fast), and what they rest on."""
    yield from _escalations(search.knowledge)
    yield from _alarms_count(search.knowledge)
    if not fast:
        for flag in flags_of(search.knowledge):
            yield from prove_flag(search, flag)


def flags_of(knowledge: Knowledge) -> tuple[Flag, ...]:
    """What the knowledge calls a red flag: the answers that a derived finding marked so is yes for, one by one."""
    found: dict[Flag, None] = {}
    for derived in knowledge.derived.values():
        if derived.entry.red_flags and derived.tree is not None:
            found.update(dict.fromkeys(_flags(derived.tree, knowledge)))
    return tuple(found)


def _flags(node: Node, knowledge: Knowledge) -> Iterator[Flag]:
    match node:
        case Or(parts=parts):
            for part in parts:
                yield from _flags(part, knowledge)
        case Holds(reference=Reference(derived=True, name=name)):
            tree = knowledge.derived[name].tree
            if tree is not None:
                yield from _flags(tree, knowledge)
        case Holds(reference=reference):
            yield Flag(reference.name, _about(reference))
        case Overlaps(reference=reference, items=items):
            yield from (Flag(reference.name, _about(reference), (item,)) for item in items)
        case ChoiceIn(choice=ChoiceOf(reference=Reference(derived=False) as reference), options=options):
            others = tuple(sorted(knowledge.domains[reference.name] - options))
            yield from (Flag(reference.name, _about(reference), (one,), others) for one in sorted(options))


def prove_flag(search: Search, flag: Flag) -> Iterator[Result]:
    """For each level, that nobody reaches it without the flag and does not with it."""
    patient = search.patient
    pair = _Pair(patient, flag)
    for level in _LEVELS:
        strict = _is(level, _EMERGENCY)
        kept = reaches(patient, level) if strict else may_reach(patient, level)
        wanted = (pair.without(reaches(patient, level)), negation(kept), pair.is_up, *pair.rules)

        def shows(answers: Answers, level: Urgency = level, strict: bool = strict) -> bool:
            others = (search.answers(one) for one in flag.without(answers.evaluation.observed.case))
            return not _is_kept(answers, level, strict=strict) and any(_is(one.urgency[0], level) for one in others)

        text = f"{level} without it, {'not' if strict else 'known not to be'} with it"
        yield no_one(search, RED_FLAGS, f"{flag}, {level}", ("findings", flag.finding), wanted, shows, text)


def reaches(patient: Patient, level: Urgency) -> Formula:
    """Whether the urgency is known to be of a level, or higher."""
    return disjunction(
        conjunction([patient.sets_urgency(name, subject), disjunction(truth.true for truth in steps)])
        for name, subject, steps in _reaching(patient, level)
    )


def may_reach(patient: Patient, level: Urgency) -> Formula:
    """Whether the urgency is of a level or higher, or may still turn out to be."""
    return disjunction(
        conjunction(
            [
                patient.is_present(subject),
                negation(patient.fires(name, subject).false),
                negation(patient.is_replaced(name, subject)),
                disjunction(negation(truth.false) for truth in steps),
            ]
        )
        for name, subject, steps in _reaching(patient, level)
    )


def _reaching(patient: Patient, level: Urgency) -> Iterator[tuple[str, str, list[Answer]]]:
    """The advice that can reach a level, and on which conditions beside its own."""
    for name, compiled in patient.knowledge.recommendations.items():
        entry = compiled.entry
        risen = [node for step, node in zip(entry.escalate, compiled.escalate, strict=True) if _is(step.urgency, level)]
        for subject in patient.subjects(entry.subject):
            if _is(entry.urgency, level):
                yield name, subject, [TRUE]
            elif risen:
                yield name, subject, [patient.truth(node, subject) for node in risen]


def _is(urgency: str, level: Urgency) -> bool:
    """Whether an urgency is of this level, or higher."""
    return Urgency(urgency).rank >= level.rank


def _is_kept(answers: Answers, level: Urgency, *, strict: bool) -> bool:
    if strict:
        return _is(answers.urgency[0], level)
    for judged in answers.judgement.all():
        compiled = answers.knowledge.recommendations[judged.id]
        reached, open_level = level_of(answers.evaluation, compiled, judged.subject)
        is_open = judged.status is Status.CANNOT_BE_EXCLUDED or judged.sets_urgency
        if is_open and _is(max(reached, open_level or reached, key=lambda one: one.rank), level):
            return True
    return False


class _Pair:
    """The patient with the flag up, and the same without it."""

    def __init__(self, patient: Patient, flag: Flag) -> None:
        fact = patient.facts.fact(flag.finding, flag.subject)
        assert fact is not None  # noqa: S101 (the latest observation is always told apart)
        may_reach(patient, _LEVELS[0])  # so that all observations it rests on are there
        rules = patient.rules()
        self._pairs = [*_changed(fact, flag), *_free_values(patient, flag)]
        self.is_up = conjunction([patient.is_present(flag.subject), flag.is_up(fact)])
        self.rules = [negation(self.without(flag.is_up(fact)))]
        if fact.items:
            only = conjunction(negation(known) for item, (known, _is) in fact.items.items() if item not in flag.answers)
            kept = self.without(fact.recorded)
            self.rules.append(disjunction([kept == fact.recorded, conjunction([negation(kept), only])]))
        self.rules += self._same_answers(patient)
        self.rules += [other for rule in rules if not (other := self.without(rule)).eq(rule)]

    def _same_answers(self, patient: Patient) -> Iterator[Formula]:
        """What stands for another finding without the flag does so with it: or else that is lost too."""
        for fact in patient.facts.facts:
            absence = patient.knowledge.absence.get(fact.finding.id)
            if absence is not None and not fact.which:
                answered = patient.truth(absence, fact.subject).true
                without = self.without(answered)
                if not without.eq(answered):
                    yield disjunction([fact.recorded, negation(without), answered])

    def without(self, formula: Formula) -> Formula:
        """What a formula says of the patient without the flag."""
        return z3.substitute(formula, *self._pairs)


def _changed(fact: Fact, flag: Flag) -> Iterator[tuple[Formula, Formula]]:
    """The variables that say whether the flag is up, and those in their place for the patient without it."""
    variables = [fact.recorded, *fact.options.values()]
    variables += [part for item in flag.answers if fact.items for part in fact.items[item]]
    if fact.finding.type == "yes_no":
        variables.append(fact.value)
    yield from ((one, z3.Bool(f"{one} without the flag")) for one in variables)


def _free_values(patient: Patient, flag: Flag) -> Iterator[tuple[Formula, Formula]]:
    """The free values of calculators that rest on the flag."""
    for position, free in enumerate(patient.free):
        if any(name == flag.finding for name, _subject in entered(free, patient.knowledge)):
            for end, name in zip(free.value, ("low", "high"), strict=True):
                yield end, z3.Real(f"free {position} {name} without the flag")


def _about(reference: Reference) -> str:
    return LESIONS[0] if reference.lesion else PATIENT


def _alarms_count(knowledge: Knowledge) -> Iterator[Result]:
    """What gives way still counts for the urgency, unless it is replaced (`decision.precedence`): no alarm may be."""
    for loser, winners in knowledge.suppressors.items():
        for rule, winner in winners:
            if rule.replaces:
                is_alarm = ALARM in knowledge.recommendations[loser].entry.tags
                yield Result(
                    proof=RED_FLAGS,
                    item=f"{winner} in place of {loser}",
                    place=("precedence", rule.id),
                    verdict=Verdict.FAILED if is_alarm else Verdict.PROVED,
                    text=f"{rule.id} replaces {loser}, an alarm: its urgency would no longer count" if is_alarm else "",
                )


def _escalations(knowledge: Knowledge) -> Iterator[Result]:
    """An escalation names a higher urgency than the advice; a lower one would be without effect."""
    for name, compiled in knowledge.recommendations.items():
        for number, step in enumerate(compiled.entry.escalate, 1):
            raises = Urgency(step.urgency).rank > Urgency(compiled.entry.urgency).rank
            yield Result(
                proof=RED_FLAGS,
                item=f"escalation {name}.{number}",
                place=("recommendations", name),
                verdict=Verdict.PROVED if raises else Verdict.FAILED,
                text="" if raises else f"{step.urgency} is not above {compiled.entry.urgency}",
            )
