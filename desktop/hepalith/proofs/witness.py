"""A patient that the solver found, as a case; and the smallest case that still shows the same."""

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal, localcontext

import z3
from msgspec.structs import replace

from hepalith.decision.evaluation import Evaluation
from hepalith.decision.expectations import Answers
from hepalith.domain.case import (
    PATIENT,
    Case,
    ChoiceValue,
    DateValue,
    ItemsValue,
    Lesion,
    NumberValue,
    Observation,
    Study,
    Value,
    YesNoValue,
)
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.model import Finding
from hepalith.knowledge.tree import Reference, references
from hepalith.proofs.facts import LESIONS, Fact
from hepalith.proofs.patient import Free, Patient
from hepalith.proofs.terms import Formula, conjunction, disjunction, negation, number, variables_of

AS_OF = date(2026, 6, 1)  # the day of the assessment of every case that is shown
SAMPLES = 240

Shows = Callable[[Answers], bool]


def case_of(model: z3.ModelRef, patient: Patient, name: str) -> Case:
    """The case that a model of the solver describes."""
    facts = [fact for fact in patient.facts.facts if _is_on(model, fact.recorded)]
    lesions = tuple(Lesion(id=one) for one in LESIONS if _is_on(model, patient.facts.present[one]))
    listed = {PATIENT, *(lesion.id for lesion in lesions)}
    seen = [fact for fact in facts if fact.subject in listed]
    studies = {study.id: study for study in _studies(model, patient, seen)}
    return Case(
        case_id=name,
        revision=1,
        dictionary_version=patient.knowledge.header.dictionary_version,
        studies=tuple(studies.values()),
        lesions=lesions,
        lesion_counter=len(lesions),
        observations=tuple(_observation(model, fact, fact.name if fact.name in studies else "") for fact in seen),
    )


def smallest(case: Case, knowledge: Knowledge, shows: Shows) -> Case:
    """The case without everything that is not needed to show the same, and with round numbers."""

    def still(changed: Case) -> bool:
        return shows(Answers(changed, knowledge, AS_OF.isoformat()))

    case = _without_most(case, still)
    for change in (_with_fewer_items, _with_round_numbers):
        for one in case.observations:
            case = next((made for other in change(one) if still(made := case.with_observation(other))), case)
    used = {one.study for one in case.observations}
    case = replace(case, studies=tuple(study for study in case.studies if study.id in used))
    for lesion in case.lesions:
        if still(fewer := case.without_lesion(lesion.id)):
            case = fewer
    return case


def _without_most(case: Case, still: Callable[[Case], bool]) -> Case:
    size = max(1, len(case.observations) // 2)
    while size:
        position = 0
        while position < len(case.observations):
            kept = case.observations[:position] + case.observations[position + size :]
            if still(fewer := replace(case, observations=kept)):
                case = fewer
            else:
                position += size
        size //= 2
    return case


def _with_fewer_items(one: Observation) -> Iterator[Observation]:
    if not isinstance(one.value, ItemsValue):
        return
    for present in ((), one.value.present):
        for absent in ((), one.value.absent):
            yield replace(one, value=ItemsValue(present=present, absent=absent))


def _with_round_numbers(one: Observation) -> Iterator[Observation]:
    if not isinstance(one.value, NumberValue):
        return
    for digits in range(4):
        rounded = f"{Decimal(one.value.number):.{digits}f}"
        yield replace(one, value=replace(one.value, number=rounded))


def _studies(model: z3.ModelRef, patient: Patient, facts: list[Fact]) -> Iterator[Study]:
    alike, apart = set[str](), set[str]()
    by_key = {fact.key: fact for fact in facts}
    for (left, right), (same, other) in patient.facts.techniques.items():
        for key in (left, right):
            if key in by_key:
                (alike if _is_on(model, same) else apart if _is_on(model, other) else set()).add(by_key[key].name)
    for fact in facts:
        modality = ""
        if _is_on(model, fact.modality_known):
            modality = next((one for one, by in fact.modalities.items() if _is_on(model, by)), "")
        phase = "one" if fact.name in alike else f"of {fact.which}" if fact.name in apart else ""
        slices = "1" if fact.name in alike else ""
        if modality or phase:
            yield Study(id=fact.name, modality=modality, date=_day(model, fact), phase=phase, slice_mm=slices)


def _observation(model: z3.ModelRef, fact: Fact, study: str) -> Observation:
    made = Observation(
        finding=fact.finding.id,
        subject=fact.subject,
        study=study,
        value=_value(model, fact),
        date="" if study else _day(model, fact),
    )
    if fact.finding.type != "number":
        return made
    limits = {
        f"{side}_limit": _text(model, limit) for side, (known, limit) in fact.limits.items() if _is_on(model, known)
    }
    return replace(made, **limits)


def _day(model: z3.ModelRef, fact: Fact) -> str:
    back = model.eval(fact.day, model_completion=True).as_long()
    return (AS_OF - timedelta(days=back)).isoformat() if back else ""


def _value(model: z3.ModelRef, fact: Fact) -> Value:
    match fact.finding.type:
        case "yes_no":
            return YesNoValue(yes=_is_on(model, fact.value))
        case "choice":
            return ChoiceValue(candidates=tuple(one for one, is_it in fact.options.items() if _is_on(model, is_it)))
        case "multi":
            known = {
                one: _is_on(model, present)
                for one, (is_known, present) in fact.items.items()
                if _is_on(model, is_known)
            }
            return ItemsValue(
                present=tuple(one for one, present in known.items() if present),
                absent=tuple(one for one, present in known.items() if not present),
            )
        case "date":
            back = model.eval(fact.value, model_completion=True).as_long()
            return DateValue(date=(AS_OF - timedelta(days=back)).isoformat())
    return NumberValue(number=_text(model, fact.value), unit=fact.finding.unit)


def _is_on(model: z3.ModelRef, formula: Formula) -> bool:
    return bool(z3.is_true(model.eval(formula, model_completion=True)))


def _text(model: z3.ModelRef, formula: Formula) -> str:
    value = model.eval(formula, model_completion=True).as_fraction()
    with localcontext() as context:
        context.prec = 20
        return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"


# samples: true values of calculators, where the solver needs an example


def free_in(formulas: Sequence[Formula], patient: Patient) -> tuple[Free, ...]:
    """The free values that formulas rest on."""
    used = variables_of(*formulas)
    return tuple(free for free in patient.free if not used.isdisjoint(end.get_id() for end in free.value))


def samples(patient: Patient, frees: Sequence[Free]) -> Formula:
    """That what these values rest on, and what they then are, is one of some true examples."""
    inputs = sorted({one for free in frees for one in entered(free, patient.knowledge)})
    return disjunction(_sample(patient, frees, inputs, position) for position in range(SAMPLES))


def entered(free: Free, knowledge: Knowledge) -> set[tuple[str, str]]:
    """The findings that a free value is computed from, and whose they are."""
    found = _entered(free.node, knowledge)
    return {(reference.name, free.subject if reference.lesion else PATIENT) for reference in found}


def _entered(node: object, knowledge: Knowledge) -> Iterator[Reference]:
    for reference in references(node):  # type: ignore[arg-type]
        if reference.derived:
            yield from knowledge.inputs[reference.name]
        else:
            yield reference


def _sample(patient: Patient, frees: Sequence[Free], inputs: Sequence[tuple[str, str]], position: int) -> Formula:
    facts = [
        fact
        for finding, subject in inputs
        for which in range(patient.facts.depth(finding))
        if (fact := patient.facts.fact(finding, subject, which)) is not None
    ]
    drawn = {fact.key: _drawn(fact, position) for fact in facts}
    case = Case(
        case_id="sample",
        lesions=tuple(Lesion(id=one) for one in LESIONS),
        observations=tuple(drawn.values()),
    )
    evaluation = Evaluation(case, patient.knowledge, AS_OF)
    parts = [part for fact in facts for part in _is_as_drawn(fact, drawn[fact.key])]
    for free in frees:
        value = evaluation.number(free.node, free.subject, free.fresh)
        if value.low.is_finite() and value.high.is_finite():
            parts += [free.value.low == number(value.low), free.value.high == number(value.high)]
    return conjunction(parts)


def _chance(text: str) -> float:
    """A number from 0 to 1, the same on every run."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6]) / 256**6


def _drawn(fact: Fact, position: int) -> Observation:
    chance = _chance(f"{fact.name} {position}")
    finding = fact.finding
    value: Value
    match finding.type:
        case "number":
            value = NumberValue(number=_drawn_number(finding, chance), unit=finding.unit)
        case "yes_no":
            value = YesNoValue(yes=chance < 0.5)
        case "choice":
            value = ChoiceValue(candidates=(finding.choices[int(chance * len(finding.choices))].id,))
        case "date":
            value = DateValue(date=AS_OF.isoformat())
        case _:
            value = ItemsValue(absent=tuple(option.id for option in finding.choices))
    back = timedelta(days=fact.which * int(100 + 500 * _chance(f"days {position}")))
    return Observation(
        finding=finding.id, subject=fact.subject, value=value, date=(AS_OF - back).isoformat() if fact.which else ""
    )


def _drawn_number(finding: Finding, chance: float) -> str:
    hard = finding.hard or (Decimal(0), Decimal(1000))
    low, high = (float(end) for end in hard)
    if finding.warn and finding.warn[0] is not None and finding.warn[1] is not None:
        low, high = float(finding.warn[0]), float(finding.warn[1])
    if low >= 0:  # as many small ones as large ones
        value = math.exp(math.log(low + 1) + chance * (math.log(high + 1) - math.log(low + 1))) - 1
    else:
        value = low + chance * (high - low)
    digits = finding.decimals
    return f"{min(max(round(value, digits), low), high):.{digits}f}"


def _is_as_drawn(fact: Fact, drawn: Observation) -> Iterator[Formula]:
    yield fact.recorded
    back = (AS_OF - date.fromisoformat(drawn.date)).days if drawn.date else 0
    yield fact.day == back
    yield from (negation(known) for known, _limit in fact.limits.values())
    match drawn.value:
        case NumberValue(number=text):
            yield fact.value == number(Decimal(text))
        case YesNoValue(yes=yes):
            yield fact.value if yes else negation(fact.value)
        case ChoiceValue(candidates=(one,)):
            yield fact.options[one]
        case DateValue():
            yield fact.value == 0
        case ItemsValue():
            yield from (conjunction([known, negation(present)]) for known, present in fact.items.values())
