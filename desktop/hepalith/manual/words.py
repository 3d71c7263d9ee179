"""What the fields of an entry mean, in words."""

from collections.abc import Mapping
from decimal import Decimal

from hepalith.decision.wording import number_text, with_unit
from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.model import ChoiceOption, Codes, Finding, UnitScale


def subject_text(subject: str) -> str:
    """Whom an entry is judged for."""
    return _("each lesion") if subject == "lesion" else _("the patient")


def type_text(name: str) -> str:
    """What kind of value a finding has."""
    return {
        "number": _("a number"),
        "yes_no": _("yes or no"),
        "choice": _("one of several choices"),
        "multi": _("several of many items"),
        "date": _("a date"),
        "text": _("free text"),
    }[name]


def which_text(observation: str) -> str:
    """Which observation counts when there are several."""
    return {
        "latest": _("the latest counts"),
        "largest": _("the largest counts"),
        "smallest": _("the smallest counts"),
        "any": _("any of them counts"),
    }[observation]


def range_text(bounds: tuple[Decimal, Decimal] | None, unit: str) -> str:
    """Bounds with their unit; nothing for none."""
    if bounds is None:
        return ""
    low, high = (number_text(bound) for bound in bounds)
    return _("{low} to {high}").format(low=low, high=with_unit(high, unit))


def warn_text(entry: Finding) -> str:
    """The bounds outside of which a value has to be confirmed."""
    low, high = entry.warn or (None, None)
    if low is not None and high is not None:
        return range_text((low, high), entry.unit)
    if low is not None:
        return _("at least {number}").format(number=with_unit(number_text(low), entry.unit))
    return _("at most {number}").format(number=with_unit(number_text(high), entry.unit)) if high is not None else ""


def limits_text(entry: Finding) -> str:
    """Whether the laboratory's limits can be entered, and which are assumed."""
    parts = [_("can be entered")] if entry.limits else []
    if entry.upper_limit is not None:
        text = _("upper limit {number} assumed while none is entered")
        parts.append(text.format(number=with_unit(number_text(entry.upper_limit), entry.unit)))
    if entry.lower_limit is not None:
        text = _("lower limit {number} assumed while none is entered")
        parts.append(text.format(number=with_unit(number_text(entry.lower_limit), entry.unit)))
    return "; ".join(parts)


def scale_text(scale: UnitScale | None) -> str:
    """How a value in another unit is turned into the first one."""
    if scale is None:
        return ""
    factor = number_text(scale.factor)
    if not scale.offset:
        return _("× {factor}").format(factor=factor)
    sign = "+" if scale.offset > 0 else "−"
    return _("({sign} {offset}) × {factor}").format(sign=sign, offset=number_text(abs(scale.offset)), factor=factor)


def absence_text(entry: Finding, knowledge: Knowledge) -> str:
    """What a finding counts as while another answer stands for it."""
    if entry.absent_choice:
        result = knowledge.choice_label(entry.id, entry.absent_choice)
    elif entry.absent_range:
        result = range_text(entry.absent_range, entry.unit)
    else:
        result = _("none of these") if entry.type == "multi" else _("no")
    return _("If not recorded, counts as “{result}” while").format(result=result)


def codes_text(codes: Codes) -> str:
    """Codes of other terminologies."""
    names = {
        "loinc": "LOINC",
        "loinc_mass": _("LOINC (mass)"),
        "snomed": "SNOMED CT",
        "icd10": "ICD-10",
        "icd10cm": "ICD-10-CM",
        "radlex": "RadLex",
    }
    return "; ".join(f"{names.get(system, system)} {code}" for system, code in codes.items())


def packs_text(packs: Mapping[str, str]) -> str:
    """The names of the evidence packs for an entry, each with the letter of its pack."""
    return "; ".join(f"{pack}: {name}" for pack, name in packs.items())


def replaced_text(option: ChoiceOption) -> str:
    """That another choice took its place."""
    return _("Replaced by {id}.").format(id=option.replaced_by) if option.replaced_by else ""
