"""Whether a case is answered as its file expects: each expectation that is not met, in words.

Only what an expectation names is computed, so that thousands of cases can be asked again and again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from hepalith.decision.causes import rank_causes
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.levels import gate_state, gate_subject, level_of, table_use
from hepalith.decision.needs import Needs
from hepalith.decision.precedence import Judged, Judgement
from hepalith.decision.summary import class_of_case
from hepalith.decision.support import Support
from hepalith.domain.assessment import Cause, GateState, Status, Urgency
from hepalith.domain.case import PATIENT, Case
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.cases import Vignette, case_of
from hepalith.knowledge.tree import ChoiceOf, Quantity, Reference

STATUSES = {"must": Status.HOLDS, "open": Status.CANNOT_BE_EXCLUDED, "suppressed": Status.SUPPRESSED}
NOT_RANKED = "not_ranked"
_APPLIES = {Status.HOLDS, Status.SUPPRESSED}
_WORD = {Truth.TRUE: "yes", Truth.FALSE: "no", Truth.UNKNOWN: "unknown"}
_SHOWN = 12  # causes or findings in a message


class Answers:
    """What one case is answered; each part is made when it is asked for."""

    def __init__(self, case: Case, knowledge: Knowledge, as_of: str) -> None:
        self.knowledge = knowledge
        self.evaluation = Evaluation(case, knowledge, date.fromisoformat(as_of))
        self.judgement = Judgement(self.evaluation)

    @cached_property
    def causes(self) -> tuple[Cause, ...]:
        """The causes, ranked."""
        return rank_causes(self.evaluation)

    @cached_property
    def support(self) -> Support:
        """What something that is known speaks for."""
        return Support(self.evaluation)

    @cached_property
    def urgency(self) -> tuple[Urgency, str]:
        """The urgency, and what sets it."""
        levels = [(self.level(judged), judged.id) for judged in self.judgement.all() if judged.sets_urgency]
        return max(levels, key=lambda pair: pair[0].rank, default=(Urgency.NONE, "nothing"))

    def level(self, judged: Judged) -> Urgency:
        """The urgency of a recommendation that applies."""
        return level_of(self.evaluation, self.knowledge.recommendations[judged.id], judged.subject)[0]

    def gate(self, name: str) -> set[GateState]:
        """The states of a gate, for those for whom something that applies asks for it; a closure's are always asked."""
        compiled = self.knowledge.gates[name]
        if compiled.entry.kind == "closure":
            subjects: Iterable[str] = self.subjects(compiled.entry.subject)
        else:
            asking = [one.entry.id for one in self.knowledge.recommendations.values() if name in one.entry.gates]
            judged = [judged for asks in asking for judged in self.judgement.of(asks)]
            subjects = {gate_subject(self.evaluation, name, one.subject) for one in judged if one.status in _APPLIES}
        return {gate_state(self.evaluation, name, subject) for subject in subjects}

    def subjects(self, kind: str) -> tuple[str, ...]:
        """All whom something of this kind is judged for."""
        return self.evaluation.lesions if kind == "lesion" else (PATIENT,)


def failures(vignette: Vignette, knowledge: Knowledge) -> list[str]:
    """What is not as the case expects; [] if all is."""
    try:
        case = case_of(vignette, knowledge)
    except ValueError as error:
        return [f"the case cannot be built: {error}"]
    return list(unmet(vignette.expect, Answers(case, knowledge, vignette.as_of)))


def unmet(expect: Mapping[str, Any], answers: Answers) -> Iterator[str]:
    """Each expectation that is not met; what is cheap to ask comes first."""
    for part in expect:
        if part not in _JUDGES:
            yield f"unknown expectation {part}"
    for part, judge in _JUDGES.items():
        wanted = expect.get(part)
        if wanted is not None:
            yield from judge(part, wanted, answers)


# recommendations


def _for_each(
    judge: Callable[[str, str, Answers], Iterator[str]],
) -> Callable[[str, Iterable[str], Answers], Iterator[str]]:
    """Judges each recommendation that is named."""

    def judged(part: str, names: Iterable[str], answers: Answers) -> Iterator[str]:
        for name in names:
            if name in answers.knowledge.recommendations:
                yield from judge(part, name, answers)
            else:
                yield f"{name} is no recommendation"

    return judged


@_for_each
def _status(part: str, name: str, answers: Answers) -> Iterator[str]:
    judged = answers.judgement.of(name)
    if not any(one.status is STATUSES[part] for one in judged):
        described = "; ".join(_described(one, answers) for one in judged)
        yield f"{part}: {name} is {described or 'judged for no subject'}"


@_for_each
def _must_not(_part: str, name: str, answers: Answers) -> Iterator[str]:
    holding = [one.subject for one in answers.judgement.of(name) if one.status is Status.HOLDS]
    if holding:
        yield f"must_not: {name} holds for {', '.join(holding)}"


@_for_each
def _not_suggested(_part: str, name: str, answers: Answers) -> Iterator[str]:
    """Advice that is not even shown as a possibility: it does not apply, and nothing that is known speaks for it."""
    for one in answers.judgement.of(name):
        possible = one.status is Status.CANNOT_BE_EXCLUDED and answers.support.of(name, one.subject)
        if possible or one.status in _APPLIES:
            yield f"not_suggested: {name} is {one.status} for {one.subject}"


def _described(judged: Judged, answers: Answers) -> str:
    text = f"{judged.status} for {judged.subject}"
    if judged.gives_way_to:
        return f"{text} (gives way to {', '.join(winner for _rule, winner, _whose in judged.gives_way_to)})"
    asked = [(judged.id, judged.subject), *((winner, whose) for _rule, winner, whose in judged.held_open_by)]
    needs = Needs(answers.evaluation)
    names = [
        f"{finding}({about})"
        for name, whose in asked
        for finding, about in needs.of(answers.knowledge.recommendations[name].when, whose)
    ]
    return f"{text} (needs {', '.join(dict.fromkeys(names[:_SHOWN]))})" if names else text


# causes, urgency, gates


def _leading(_part: str, names: Iterable[str], answers: Answers) -> Iterator[str]:
    first = {cause.id for cause in answers.causes if cause.rank == 1}
    for name in names:
        if name not in first:
            shown = [f"{one.subject} {one.rank}. {one.id} {one.points:+d}" for one in answers.causes[:_SHOWN]]
            yield f"{name} does not lead; ranking: {', '.join(shown)}"


def _points(_part: str, wanted: Mapping[str, Any], answers: Answers) -> Iterator[str]:
    for name, points in wanted.items():
        if name not in answers.knowledge.conditions:
            yield f"points: {name} is no condition"
            continue
        got = {one.points for one in answers.causes if one.id == name}
        if got != (set() if points == NOT_RANKED else {points}):
            yield f"points: {name} has {sorted(got) or NOT_RANKED}, expected {points}"


def _class(_part: str, wanted: str, answers: Answers) -> Iterator[str]:
    got = class_of_case(answers.causes).value
    if got != wanted:
        yield f"class is {got}, expected {wanted}"


def _urgency(_part: str, wanted: str, answers: Answers) -> Iterator[str]:
    level, by = answers.urgency
    if level != wanted:
        yield f"urgency is {level} (by {by}), expected {wanted}"


def _levels(_part: str, wanted: Mapping[str, str], answers: Answers) -> Iterator[str]:
    for name, level in wanted.items():
        if name not in answers.knowledge.recommendations:
            yield f"{name} is no recommendation"
            continue
        got = {answers.level(judged) for judged in answers.judgement.of(name) if judged.status in _APPLIES}
        if got != {level}:
            yield f"levels: {name} is {', '.join(sorted(got)) or 'not applied'}, expected {level}"


def _gates(part: str, names: Iterable[str], answers: Answers) -> Iterator[str]:
    for name in names:
        if name not in answers.knowledge.gates:
            yield f"{part}: {name} is no gate"
            continue
        states = answers.gate(name)
        if not states or any((state is GateState.OPEN) != (part == "gates_open") for state in states):
            yield f"{part}: {name} is {', '.join(sorted(states)) or 'not asked for by anything that applies'}"


def _items(_part: str, wanted: Mapping[str, Mapping[str, Any]], answers: Answers) -> Iterator[str]:
    for gate, items in wanted.items():
        compiled = answers.knowledge.gates.get(gate)
        positions = {item.id: position for position, item in enumerate(compiled.entry.items)} if compiled else {}
        for item, fulfilled in items.items():
            if compiled is None or item not in positions:
                yield f"items: {gate} has no item {item}"
                continue
            subjects = answers.subjects(compiled.entry.subject)
            got = {_WORD[answers.evaluation.gate_item(gate, positions[item], subject)] for subject in subjects}
            if got != {_as_word(fulfilled)}:
                yield f"items: {gate}.{item} is {sorted(got)}, expected {fulfilled}"


# values


def _values(_part: str, wanted: Mapping[str, Any], answers: Answers) -> Iterator[str]:
    for name, value in wanted.items():
        derived = answers.knowledge.derived.get(name)
        if derived is None:
            yield f"values: {name} is no derived finding"
            continue
        reference = Reference(name, derived.entry.subject == "lesion", derived=True)
        subject = answers.evaluation.lesions[0] if reference.lesion else PATIENT
        yield from _VALUE_JUDGES[derived.entry.type](reference, subject, value, answers.evaluation)


def _tables(_part: str, wanted: Mapping[str, str], answers: Answers) -> Iterator[str]:
    for name, use in wanted.items():
        derived = answers.knowledge.derived.get(name)
        if derived is None or not derived.entry.classification:
            yield f"tables: {name} is no classification"
            continue
        subjects = answers.subjects(derived.entry.subject)
        got = {table_use(answers.evaluation, derived, subject).value for subject in subjects}
        if got != {use}:
            yield f"tables: {name} is {', '.join(sorted(got))}, expected {use}"


def _yes_no(reference: Reference, subject: str, wanted: Any, evaluation: Evaluation) -> Iterator[str]:
    got = _WORD[evaluation.holds(reference, subject)]
    if got != _as_word(wanted):
        yield f"values: {reference.name} is {got}, expected {wanted}"


def _choice(reference: Reference, subject: str, wanted: Any, evaluation: Evaluation) -> Iterator[str]:
    possible = evaluation.choice(ChoiceOf(reference, evaluation.domain(reference.name)), subject)
    expected = set(wanted) if isinstance(wanted, list) else {str(wanted)}
    if possible != expected:
        yield f"values: {reference.name} is {sorted(possible)}, expected {sorted(expected)}"


def _number(reference: Reference, subject: str, wanted: Any, evaluation: Evaluation) -> Iterator[str]:
    got = evaluation.number(Quantity(reference), subject)
    low, high = [Decimal(str(one)) for one in (wanted if isinstance(wanted, list) else (wanted, wanted))]
    tolerance = max(_half_of_last_digit(low), _half_of_last_digit(high))
    if abs(got.low - low) > tolerance or abs(got.high - high) > tolerance:
        yield f"values: {reference.name} is {got.low:.4f} to {got.high:.4f}, expected {wanted}"


def _half_of_last_digit(number: Decimal) -> Decimal:
    return Decimal("0.5").scaleb(int(number.as_tuple().exponent))


def _as_word(given: Any) -> str:
    return ("yes" if given else "no") if isinstance(given, bool) else str(given)


_VALUE_JUDGES: dict[str, Callable[[Reference, str, Any, Evaluation], Iterator[str]]] = {
    "yes_no": _yes_no,
    "choice": _choice,
    "number": _number,
}
_JUDGES: dict[str, Callable[[str, Any, Answers], Iterator[str]]] = {
    "values": _values,
    "tables": _tables,
    "items": _items,
    "must": _status,
    "must_not": _must_not,
    "not_suggested": _not_suggested,
    "open": _status,
    "suppressed": _status,
    "levels": _levels,
    "gates_shut": _gates,
    "gates_open": _gates,
    "leading": _leading,
    "points": _points,
    "class": _class,
    "urgency": _urgency,
}
