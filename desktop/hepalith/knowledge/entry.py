"""Whether a value may be entered for a finding: impossible ones are refused, improbable ones are warned about."""

from decimal import Decimal

from hepalith.domain.case import (
    ChoiceValue,
    DateValue,
    ItemsValue,
    NumberValue,
    TextValue,
    Value,
    YesNoValue,
    parse_number,
)
from hepalith.domain.durations import parse_date
from hepalith.domain.errors import InvalidValueError
from hepalith.domain.words import unit_text
from hepalith.i18n import _
from hepalith.knowledge.model import Finding, UnitScale

TEXT_LIMIT = 100_000
_VALUE_TYPES: dict[str, type] = {
    "number": NumberValue,
    "yes_no": YesNoValue,
    "choice": ChoiceValue,
    "multi": ItemsValue,
    "date": DateValue,
    "text": TextValue,
}


def check_value(finding: Finding, value: Value) -> str:
    """A warning about an improbable value, or "". Raises InvalidValueError, with the reason, for an impossible one."""
    if not isinstance(value, _VALUE_TYPES[finding.type]):
        raise InvalidValueError(
            _("{label} takes a {type}.").format(label=finding.label, type=finding.type.replace("_", "/"))
        )
    match value:
        case NumberValue():
            return _check_number(finding, value)
        case ChoiceValue(candidates=candidates):
            _check_choices(finding, candidates, at_least=1)
        case ItemsValue(present=present, absent=absent):
            _check_choices(finding, (*present, *absent), at_least=0)
        case DateValue(date=text):
            parse_date(text)
        case TextValue(text=text) if len(text) > TEXT_LIMIT:
            raise InvalidValueError(
                _("{label}: at most {limit} characters.").format(label=finding.label, limit=TEXT_LIMIT)
            )
    return ""


def check_limit(finding: Finding, text: str, unit: str) -> None:
    """A laboratory limit must be a possible value of its finding. Raises InvalidValueError."""
    if text:
        _within_hard_limits(finding, _canonical(finding, text, unit), unit)


def _check_number(finding: Finding, value: NumberValue) -> str:
    number = _canonical(finding, value.number, value.unit)
    _within_hard_limits(finding, number, value.unit)
    if finding.warn is None:
        return ""
    low, high = finding.warn
    if (low is None or number >= low) and (high is None or number <= high):
        return ""
    return finding.warn_text or _("{label}: {value} is unusual. Please check it.").format(
        label=finding.label, value=f"{value.number} {unit_text(value.unit)}".rstrip()
    )


def _canonical(finding: Finding, text: str, unit: str) -> Decimal:
    scale = finding.scale(unit)
    if scale is None:
        known = ", ".join([finding.unit, *finding.other_units])
        raise InvalidValueError(
            _('{label} has no unit "{unit}"; it has {known}.').format(label=finding.label, unit=unit, known=known)
        )
    return (parse_number(text) + scale.offset) * scale.factor


def _within_hard_limits(finding: Finding, number: Decimal, unit: str) -> None:
    if finding.hard is None:
        return
    low, high = finding.hard
    if not low <= number <= high:
        scale = finding.scale(unit) or UnitScale()
        raise InvalidValueError(
            _("{label} can only be {low} to {high}.").format(
                label=finding.label,
                low=_shown(low, scale),
                high=f"{_shown(high, scale)} {unit_text(unit)}".rstrip(),
            )
        )


def _shown(canonical: Decimal, scale: UnitScale) -> str:
    entered = canonical / scale.factor - scale.offset
    return f"{entered:.4g}" if entered != entered.to_integral() else f"{entered:.0f}"


def _check_choices(finding: Finding, chosen: tuple[str, ...], at_least: int) -> None:
    known = {option.id for option in finding.choices}
    unknown = [choice for choice in chosen if choice not in known]
    if unknown:
        raise InvalidValueError(_('{label} has no choice "{choice}".').format(label=finding.label, choice=unknown[0]))
    if len(chosen) < at_least or len(set(chosen)) != len(chosen):
        raise InvalidValueError(
            _("{label}: choose each answer at most once, and at least {count}.").format(
                label=finding.label, count=at_least
            )
        )
