"""Words of the interface for the enumerations of case and assessment."""

from hepalith.domain.assessment import Answer, GateState, Urgency
from hepalith.domain.case import Case, State, Study
from hepalith.i18n import _
from hepalith.knowledge.base import MODALITY, Knowledge

_UNITS = {
    "1": "",
    "umol/L": "µmol/L",
    "ug/L": "µg/L",
    "ukat/L": "µkat/L",
    "/uL": "/µL",
    "10*9/L": "×10⁹/L",
    "10*3/uL": "×10³/µL",
    "Cel": "°C",
    "[degF]": "°F",
    "[lb_av]": "lb",
    "[in_i]": "in",
    "[hnsf'U]": "HU",
    "[iU]/mL": "IU/mL",
    "k[iU]/L": "kIU/L",
    "mm[Hg]": "mmHg",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
}


def unit_word(unit: str) -> str:
    """A UCUM unit as people write it."""
    words = {"a": _("years"), "mo": _("months"), "wk": _("weeks"), "d": _("days"), "h": _("hours")}
    return words.get(unit) or _UNITS.get(unit, unit.replace("[iU]", "IU").replace("[IU]", "IU"))


def urgency_word(level: Urgency) -> str:
    """The level in words."""
    return {
        Urgency.EMERGENCY_NOW: _("Emergency: act now"),
        Urgency.EMERGENCY_SAME_DAY: _("Emergency: today"),
        Urgency.URGENT: _("Urgent"),
        Urgency.SOON: _("Soon"),
        Urgency.ROUTINE: _("Routine"),
        Urgency.NONE: _("No urgency from what is recorded"),
    }[level]


def class_word(name: str) -> str:
    """The four-way class, or why there is none, in words."""
    return {
        "benign": _("Benign"),
        "infectious": _("Infectious"),
        "obstructive": _("Obstructive"),
        "malignant": _("Malignant"),
        "mimic": _("Not a liver calcification"),
        "several": _("Several classes lead"),
        "undetermined": _("Undetermined"),
    }.get(name, name)


def kind_word(kind: str) -> str:
    """The kind of an advice in a word."""
    return {
        "do": _("Do"),
        "consider": _("Consider"),
        "avoid": _("Avoid"),
        "refer": _("Refer"),
        "none_needed": _("Not needed"),
        "ask": _("Ask"),
        "inform": _("Note"),
    }.get(kind, kind)


def basis_word(level: str) -> str:
    """How far a statement was checked against its source."""
    return {
        "read": _("source read"),
        "secondary": _("second-hand"),
        "recalled": _("recalled, not checked"),
        "default": _("product default, no source"),
    }.get(level, level)


def answer_word(answer: Answer) -> str:
    """A three-valued answer in a word."""
    return {Answer.YES: _("yes"), Answer.NO: _("no"), Answer.UNKNOWN: _("not known")}[answer]


ANSWER_SIGN = {Answer.YES: "✓", Answer.NO: "✗", Answer.UNKNOWN: "?"}


def gate_word(state: GateState) -> str:
    """The state of a gate in words."""
    return {
        GateState.OPEN: _("open"),
        GateState.SHUT: _("shut"),
        GateState.SHUT_UNTIL_KNOWN: _("shut until known"),
    }[state]


def state_word(state: State | None) -> str:
    """The state of a finding in words; None is "not recorded"."""
    if state is None:
        return _("Not recorded")
    return {
        State.KNOWN: _("Recorded"),
        State.INDETERMINATE: _("Cannot be told"),
        State.UNOBTAINABLE: _("Cannot be obtained here"),
    }[state]


def subject_word(case: Case, subject: str) -> str:
    """The patient, or what a lesion is called."""
    for lesion in case.lesions:
        if lesion.id == subject:
            number = lesion.id.removeprefix("L")
            name = _("Lesion {number}").format(number=number) if number.isdigit() else lesion.id
            return f"{name}: {lesion.label}" if lesion.label else name
    return _("Patient")


def study_word(study: Study, knowledge: Knowledge) -> str:
    """An imaging study in a few words."""
    modality = knowledge.choice_label(MODALITY, study.modality) if study.modality else _("Examination")
    return " ".join(part for part in (modality, study.date or _("(no date)")) if part)
