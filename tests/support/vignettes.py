"""Reads the YAML cases of `tests/cases/` (format: docs/knowledge-format.md section 3) and judges them."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from hepalith.decision.assess import Assessor
from hepalith.domain.assessment import Advice, Assessment, GateState, Status
from hepalith.domain.case import (
    PATIENT,
    Case,
    ChoiceValue,
    DateValue,
    ItemsValue,
    Lesion,
    NumberValue,
    Observation,
    State,
    Study,
    TextValue,
    Value,
    YesNoValue,
)
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import Knowledge, Problem, compile_knowledge
from hepalith.knowledge.loader import hash_of, load_yaml, read_files
from hepalith.knowledge.model import Finding
from hepalith.knowledge.tree import ChoiceOf, Holds, Quantity, Reference

CASES = Path(__file__).parents[1] / "cases"
KNOWLEDGE = Path(__file__).parents[2] / "resources" / "knowledge"
PROFILES = CASES / "profiles.yaml"


class Vignette(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One YAML case."""

    id: str
    title: str
    as_of: str
    expect: dict[str, Any]
    profiles: list[str] = []
    patient: dict[str, Any] = {}
    studies: dict[str, dict[str, Any]] = {}
    lesions: dict[str, dict[str, Any] | None] = {}
    assumed: dict[str, str] = {}
    differs: str = ""
    note: str = ""
    pack: str = ""


EXPECTATIONS = {
    "urgency",
    "leading",
    "must",
    "must_not",
    "open",
    "suppressed",
    "gates_shut",
    "gates_open",
    "values",
    "class",
}


@lru_cache
def knowledge_and_problems() -> tuple[Knowledge, tuple[Problem, ...]]:
    """The program's knowledge, compiled even when it has problems, and the problems."""
    files, places, problems = read_files(KNOWLEDGE, hash_of(KNOWLEDGE))
    assert files is not None, problems
    knowledge, more = compile_knowledge(files, places)
    return knowledge, (*problems, *more)


def all_vignettes() -> Iterator[Vignette]:
    """Every case of every file, in the order of the files."""
    for path in sorted(CASES.glob("*/*.yaml")):
        loaded = load_yaml(path.read_text(encoding="utf-8"))
        for data in loaded if isinstance(loaded, list) else [loaded]:
            yield msgspec.convert({**data, "pack": path.parent.name}, Vignette, strict=False)


@lru_cache
def profiles() -> dict[str, dict[str, Any]]:
    """The named sets of observations."""
    return load_yaml(PROFILES.read_text(encoding="utf-8")) if PROFILES.exists() else {}


def case_of(vignette: Vignette, knowledge: Knowledge) -> Case:
    """The case that a vignette describes. Raises ValueError for a finding or value that does not exist."""
    patient, of_lesion = _with_profiles(vignette)
    studies = tuple(
        Study(id=name, **{key: str(value) for key, value in study.items()}) for name, study in vignette.studies.items()
    )
    latest = max(studies, key=lambda study: study.date).id if studies else ""
    observations = [_observation(name, PATIENT, "", value, knowledge) for name, value in patient.items()]
    lesions: dict[str, Lesion] = {}
    for key, findings in vignette.lesions.items():
        lesion, _at, study = key.partition("@")
        lesions.setdefault(lesion, Lesion(id=lesion))
        values = {**(of_lesion if not study else {}), **(findings or {})}
        observations += [
            _observation(name, lesion, study or latest, value, knowledge) for name, value in values.items()
        ]
    return Case(
        case_id=vignette.id,
        revision=1,
        dictionary_version=knowledge.header.dictionary_version,
        studies=studies,
        lesions=tuple(lesions.values()),
        lesion_counter=len(lesions),
        observations=tuple(observations),
        extra={"title": vignette.title},
    )


def _with_profiles(vignette: Vignette) -> tuple[dict[str, Any], dict[str, Any]]:
    patient: dict[str, Any] = {}
    lesion: dict[str, Any] = {}
    for name in vignette.profiles:
        profile = profiles()[name]
        patient |= profile.get("patient", {})
        lesion |= profile.get("lesion", {})
    return patient | vignette.patient, lesion


def _observation(name: str, subject: str, study: str, given: Any, knowledge: Knowledge) -> Observation:
    finding = knowledge.findings.get(name)
    if finding is None:
        raise ValueError(f"{name} is no finding")
    if (finding.subject == "lesion") != (subject != PATIENT):
        raise ValueError(f"{name} belongs to the {finding.subject}")
    extra: dict[str, str] = {}
    if isinstance(given, dict) and "state" in given:
        return Observation(finding=name, subject=subject, study=study, state=State(given["state"]))
    if isinstance(given, dict) and "value" in given:
        extra = {
            "lower_limit": str(given.get("lower", "")),
            "upper_limit": str(given.get("upper", "")),
            "date": str(given.get("date", "")),
        }
        unit = given.get("unit", "")
        given = f"{given['value']} {unit}".strip() if finding.type == "number" else given["value"]
    return Observation(finding=name, subject=subject, study=study, value=_value(finding, given), **extra)


def _value(finding: Finding, given: Any) -> Value:
    match finding.type:
        case "number":
            return _number(finding, str(given).strip())
        case "yes_no":
            if given not in ("yes", "no", True, False):
                raise ValueError(f"{finding.id}: {given} is neither yes nor no")
            return YesNoValue(yes=given in ("yes", True))
        case "choice":
            candidates = given["any_of"] if isinstance(given, dict) else [given]
            return ChoiceValue(candidates=tuple(_known(finding, str(one)) for one in candidates))
        case "multi":
            return _items(finding, given)
        case "date":
            return DateValue(date=str(given))
    return TextValue(text=str(given))


def _number(finding: Finding, text: str) -> NumberValue:
    comparator = next((sign for sign in ("<=", ">=", "<", ">") if text.startswith(sign)), "")
    amount, _space, unit = text.removeprefix(comparator).strip().partition(" ")
    Decimal(amount)
    unit = unit or finding.unit
    if finding.scale(unit) is None:
        raise ValueError(f"{finding.id} has no unit {unit}")
    return NumberValue(number=amount, unit=unit, comparator=comparator)


def _items(finding: Finding, given: Any) -> ItemsValue:
    every = [option.id for option in finding.choices]
    if given == "none":
        return ItemsValue(absent=tuple(every))
    if isinstance(given, dict) and "only" in given:
        present = [_known(finding, one) for one in given["only"]]
        return ItemsValue(present=tuple(present), absent=tuple(one for one in every if one not in present))
    if isinstance(given, dict):
        return ItemsValue(
            present=tuple(_known(finding, one) for one in given.get("present", [])),
            absent=tuple(_known(finding, one) for one in given.get("absent", [])),
        )
    if isinstance(given, str):
        given = [given]
    return ItemsValue(present=tuple(_known(finding, one) for one in given))


def _known(finding: Finding, choice: str) -> str:
    if choice not in {option.id for option in finding.choices}:
        raise ValueError(f"{finding.id} has no choice {choice}")
    return choice


def failures(vignette: Vignette, knowledge: Knowledge) -> list[str]:
    """What is not as the vignette expects; [] if all is."""
    unknown = set(vignette.expect) - EXPECTATIONS
    if unknown:
        return [f"unknown expectation {sorted(unknown)}"]
    try:
        case = case_of(vignette, knowledge)
    except ValueError as error:
        return [f"the case cannot be built: {error}"]
    assessor = Assessor(case, knowledge, date.fromisoformat(vignette.as_of))
    assessment = assessor.assessment(trace=False)
    return [
        *_advice_failures(vignette.expect, assessment, knowledge),
        *_other_failures(vignette.expect, assessment, assessor),
    ]


def _advice_failures(expect: Mapping[str, Any], assessment: Assessment, knowledge: Knowledge) -> Iterator[str]:
    wanted = {"must": Status.HOLDS, "open": Status.CANNOT_BE_EXCLUDED, "suppressed": Status.SUPPRESSED}
    for name in [name for part in (*wanted, "must_not") for name in expect.get(part, []) or []]:
        if name not in knowledge.recommendations:
            yield f"{name} is no recommendation"
    for part, status in wanted.items():
        for name in expect.get(part, []) or []:
            found = _of(assessment, name)
            if not any(one.status is status for one in found):
                yield f"{part}: {name} is {_described(found)}"
    for name in expect.get("must_not", []) or []:
        holding = [one for one in _of(assessment, name) if one.status is Status.HOLDS]
        if holding:
            yield f"must_not: {name} holds for {', '.join(one.subject for one in holding)}"


def _of(assessment: Assessment, name: str) -> list[Advice]:
    return [one for one in assessment.recommendations if one.id == name]


def _described(found: list[Advice]) -> str:
    parts = []
    for one in found:
        why = ", ".join(f"{need.finding}({need.subject})" for need in one.needs[:8]) or ", ".join(
            w.by for w in one.suppressed_by
        )
        parts.append(
            f"{one.status} for {one.subject}"
            + (f" (needs {why})" if one.needs else f" (gives way to {why})" if why else "")
        )
    return "; ".join(parts) or "judged for no subject"


def _other_failures(expect: Mapping[str, Any], assessment: Assessment, assessor: Assessor) -> Iterator[str]:
    if "urgency" in expect and assessment.urgency.level != expect["urgency"]:
        by = assessment.urgency.set_by or "nothing"
        yield f"urgency is {assessment.urgency.level} (by {by}), expected {expect['urgency']}"
    if "class" in expect and assessment.case_class.value != expect["class"]:
        yield f"class is {assessment.case_class.value}, expected {expect['class']}"
    leading = [cause.id for cause in assessment.causes if cause.rank == 1]
    for name in expect.get("leading", []) or []:
        if name not in leading:
            ranks = [f"{cause.subject} {cause.rank}. {cause.id} {cause.points:+d}" for cause in assessment.causes[:12]]
            yield f"{name} does not lead; ranking: {', '.join(ranks)}"
    states = {gate.id: gate.state for gate in assessment.gates}
    for part, wanted in (("gates_shut", False), ("gates_open", True)):
        for name in expect.get(part, []) or []:
            if name not in states or (states[name] is GateState.OPEN) != wanted:
                yield f"{part}: {name} is {states.get(name, 'not asked for by anything that applies')}"
    for name, value in (expect.get("values", {}) or {}).items():
        yield from _value_failures(name, value, assessor)


def _value_failures(name: str, wanted: Any, assessor: Assessor) -> Iterator[str]:
    evaluation = assessor.evaluation
    derived = evaluation.knowledge.derived.get(name)
    if derived is None:
        yield f"values: {name} is no derived finding"
        return
    lesion = derived.entry.subject == "lesion"
    reference = Reference(name, lesion, derived=True)
    subject = evaluation.lesions[0] if lesion else PATIENT
    if derived.entry.type == "yes_no":
        got: Any = {Truth.TRUE: "yes", Truth.FALSE: "no", Truth.UNKNOWN: "unknown"}[
            evaluation.truth(Holds(reference), subject)
        ]
        if got != {True: "yes", False: "no"}.get(wanted, wanted):
            yield f"values: {name} is {got}, expected {wanted}"
    elif derived.entry.type == "choice":
        possible = set(evaluation.choice(ChoiceOf(reference, evaluation.domain(name)), subject))
        expected = set(wanted) if isinstance(wanted, list) else {str(wanted)}
        if possible != expected:
            yield f"values: {name} is {sorted(possible)}, expected {sorted(expected)}"
    else:
        interval = evaluation.number(Quantity(reference), subject)
        low, high = wanted if isinstance(wanted, list) else (wanted, wanted)
        tolerance = Decimal("0.5").scaleb(
            min(Decimal(str(low)).as_tuple().exponent, Decimal(str(high)).as_tuple().exponent)
        )  # type: ignore[type-var]
        if abs(interval.low - Decimal(str(low))) > tolerance or abs(interval.high - Decimal(str(high))) > tolerance:
            yield f"values: {name} is {interval.low:.4f} to {interval.high:.4f}, expected {low} to {high}"
