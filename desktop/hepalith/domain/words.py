"""The program's words for units and for the enumerations of an assessment, for window, note and terminal alike."""

from hepalith.domain.assessment import Answer, GateState, OverrideResult, Status, Urgency
from hepalith.i18n import _

_SIGNS = (
    ("10*9/", "×10⁹/"),
    ("10*3/", "×10³/"),
    ("mm[Hg]", "mmHg"),
    ("[hnsf'U]", "HU"),
    ("[iU]", "IU"),
    ("[degF]", "°F"),
    ("[lb_av]", "lb"),
    ("[in_i]", "in"),
    ("{1.73_m2}", "1.73 m²"),
)


def unit_text(unit: str) -> str:
    """A UCUM unit as people write it: "umol/L" is µmol/L, "a" is years, "1" is nothing."""
    named = {
        "1": "",
        "a": _("years"),
        "mo": _("months"),
        "wk": _("weeks"),
        "d": _("days"),
        "h": _("hours"),
        "Cel": "°C",
    }
    if unit in named:
        return named[unit]
    for ucum, sign in _SIGNS:
        unit = unit.replace(ucum, sign)
    return "/".join("µ" + part[1:] if part.startswith("u") and len(part) > 1 else part for part in unit.split("/"))


def is_conventional(unit: str) -> bool:
    """Whether a UCUM unit is one that laboratories write where SI units are not used: a mass in a decilitre, a count in
    a microlitre, degrees Fahrenheit, pounds, inches."""
    return unit in {"[degF]", "[lb_av]", "[in_i]"} or unit.endswith(("/dL", "/uL"))


def cost_text(cost: str) -> str:
    """The kind of examination by which a finding is obtained."""
    return {
        "ask": _("ask"),
        "examine": _("examine"),
        "laboratory": _("laboratory"),
        "ultrasound": _("ultrasound"),
        "ct": _("CT"),
        "mri": _("MRI"),
        "invasive": _("invasive"),
    }.get(cost, cost)


def urgency_text(level: Urgency) -> str:
    """The name of a level of urgency."""
    return {
        Urgency.EMERGENCY_NOW: _("Emergency: act now"),
        Urgency.EMERGENCY_SAME_DAY: _("Emergency: today"),
        Urgency.URGENT: _("Urgent"),
        Urgency.SOON: _("Soon"),
        Urgency.ROUTINE: _("Routine"),
        Urgency.NONE: _("No urgency from what is recorded"),
    }[level]


def kind_text(kind: str) -> str:
    """The name of a kind of recommendation."""
    return {
        "do": _("Do"),
        "consider": _("Consider"),
        "avoid": _("Avoid"),
        "refer": _("Refer"),
        "none_needed": _("No action needed"),
        "ask": _("Find out"),
        "inform": _("Note"),
    }.get(kind, kind)


def status_text(status: Status) -> str:
    """What is known of a recommendation, in words."""
    return {
        Status.HOLDS: _("applies"),
        Status.CANNOT_BE_EXCLUDED: _("cannot be excluded"),
        Status.DOES_NOT_HOLD: _("does not apply"),
        Status.SUPPRESSED: _("gives way to other advice"),
    }[status]


def class_text(name: str) -> str:
    """The name of a class of causes."""
    return {
        "benign": _("Benign"),
        "infectious": _("Infectious"),
        "obstructive": _("Obstructive"),
        "malignant": _("Malignant"),
        "mimic": _("Not a liver calcification"),
        "undetermined": _("Undetermined"),
        "several": _("Several"),
    }.get(name, name)


def override_text(kind: str) -> str:
    """The name of a way to decide otherwise."""
    return {"set_aside": _("Set aside"), "other_plan": _("Different plan")}.get(kind, kind)


def decision_text(override: OverrideResult) -> str:
    """What was decided otherwise, by whom, when and for which coded reason; the free text is not in it."""
    decided = _("{decision} by {author}, {date}").format(
        decision=override_text(override.kind), author=override.author, date=override.date
    )
    return f"{decided}: {override.reason}" if override.reason else decided


def answer_text(answer: Answer) -> str:
    """Yes, no, or not known."""
    return {Answer.YES: _("yes"), Answer.NO: _("no"), Answer.UNKNOWN: _("not known")}[answer]


def gate_text(state: GateState) -> str:
    """What the state of a gate means."""
    return {
        GateState.OPEN: _("open"),
        GateState.SHUT: _("shut"),
        GateState.SHUT_UNTIL_KNOWN: _("shut until known"),
    }[state]
