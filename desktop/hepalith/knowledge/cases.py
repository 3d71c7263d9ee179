"""Reads the YAML cases that test the knowledge: what each describes, and what it expects.

`docs/knowledge-format.md` section 3 is their manual. Whether a case is answered as it expects is judged by
`hepalith.decision.expectations`.
"""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec.structs import replace

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
from hepalith.domain.errors import KnowledgeError
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.loader import load_yaml
from hepalith.knowledge.model import Finding

PROFILES = "profiles.yaml"
_NOT_RECORDED = {"state": "not_recorded"}


class Vignette(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One YAML case. `file` is where it stands; `common` are the observations that its profiles give."""

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
    file: str = ""
    common: dict[str, dict[str, Any]] = {}


def read_vignettes(folder: Path) -> tuple[Vignette, ...]:
    """Every case of every file below the folder, in the order of the files.

    Raises KnowledgeError for what cannot be read, with its file, and where there is no case.
    """
    named = _load(folder / PROFILES) if (folder / PROFILES).exists() else {}
    found: list[Vignette] = []
    for path in sorted(folder.glob("*/*.yaml")):
        loaded = _load(path)
        place = {"pack": path.parent.name, "file": path.relative_to(folder).as_posix()}
        for data in loaded if isinstance(loaded, list) else [loaded]:
            try:
                found.append(msgspec.convert({**data, **place, "common": _common(data, named)}, Vignette, strict=False))
            except (msgspec.ValidationError, KeyError, TypeError) as error:
                name = data.get("id", "") if isinstance(data, dict) else ""
                raise KnowledgeError(f"{path}: case {name} cannot be read: {error}") from None
    if not found:
        raise KnowledgeError(f"There are no cases in {folder}.")
    return tuple(found)


def _load(path: Path) -> Any:
    try:
        return load_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise KnowledgeError(f"{path} cannot be read: {error}") from None


def _common(data: dict[str, Any], named: dict[str, Any]) -> dict[str, dict[str, Any]]:
    patient: dict[str, Any] = {}
    lesion: dict[str, Any] = {}
    for name in data.get("profiles", []):
        patient |= named[name].get("patient", {})
        lesion |= named[name].get("lesion", {})
    return {"patient": patient, "lesion": lesion}


def case_of(vignette: Vignette, knowledge: Knowledge) -> Case:
    """The case that a vignette describes. Raises ValueError for a finding or value that does not exist."""
    patient = _recorded({**vignette.common.get("patient", {}), **vignette.patient})
    of_lesion = vignette.common.get("lesion", {})
    studies = tuple(_study(name, study) for name, study in vignette.studies.items())
    latest = max(studies, key=lambda study: study.date).id if studies else ""
    observations = [_observation(name, PATIENT, "", value, knowledge) for name, value in patient.items()]
    lesions: dict[str, Lesion] = {}
    for key, findings in vignette.lesions.items():
        lesion, _at, study = key.partition("@")
        lesions.setdefault(lesion, Lesion(id=lesion))
        values = _recorded({**(of_lesion if not study else {}), **(findings or {})})
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


def _recorded(values: dict[str, Any]) -> dict[str, Any]:
    """Without what a case takes out of its profiles."""
    return {name: value for name, value in values.items() if value != _NOT_RECORDED}


def _study(name: str, given: dict[str, Any]) -> Study:
    if unknown := set(given) - set(Study.__struct_fields__):
        raise ValueError(f"study {name} has no {sorted(unknown)}")
    return msgspec.convert({"id": name, **{key: str(value) for key, value in given.items()}}, Study)


def _observation(name: str, subject: str, study: str, given: Any, knowledge: Knowledge) -> Observation:
    finding = knowledge.findings.get(name)
    if finding is None:
        raise ValueError(f"{name} is no finding")
    if (finding.subject == "lesion") != (subject != PATIENT):
        raise ValueError(f"{name} belongs to the {finding.subject}")
    if isinstance(given, dict):
        study = str(given.get("study", study))
    place = Observation(finding=name, subject=subject, study=study)
    if isinstance(given, dict) and "state" in given:
        return replace(place, state=State(given["state"]))
    if not (isinstance(given, dict) and "value" in given):
        return replace(place, value=_value(finding, given))
    unit = given.get("unit", "")
    return replace(
        place,
        value=_value(finding, f"{given['value']} {unit}".strip() if finding.type == "number" else given["value"]),
        lower_limit=str(given.get("lower", "")),
        upper_limit=str(given.get("upper", "")),
        date=str(given.get("date", "")),
    )


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
    try:
        Decimal(amount)
    except InvalidOperation:
        raise ValueError(f"{finding.id}: {text} is no number") from None
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
