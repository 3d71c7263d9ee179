"""Values and conditions in plain words with units, for reasons, inputs and inserted texts."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from hepalith.decision.answers import Answer
from hepalith.decision.evaluation import Evaluation
from hepalith.domain.case import (
    ChoiceValue,
    DateValue,
    ItemsValue,
    NumberValue,
    Observation,
    State,
    TextValue,
    Value,
    YesNoValue,
)
from hepalith.domain.interval import Interval
from hepalith.domain.truth import Truth
from hepalith.domain.words import unit_text
from hepalith.i18n import _, plural
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.model import Finding
from hepalith.knowledge.tree import (
    Arithmetic,
    AsOf,
    ChoiceOf,
    CountLesions,
    CountTrue,
    DateOf,
    Either,
    Elapsed,
    Function,
    LesionNumber,
    Limit,
    ModalityOf,
    Node,
    Number,
    ObservationDate,
    Quantity,
    Reference,
)

_SHOWN_ANSWERS = 4
_COMPARATOR = {"": "", "<": "< ", "<=": "≤ ", ">": "> ", ">=": "≥ "}
SIGN = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "=", "!=": "≠"}


def number_text(value: Decimal, decimals: int | None = None) -> str:
    """A number without superfluous zeros, or with a fixed number of decimals."""
    if decimals is not None:
        return f"{value:.{decimals}f}"
    return f"{value.normalize():f}"


def with_unit(text: str, unit: str) -> str:
    """A number and its unit as people write it."""
    return f"{text} {unit_text(unit)}".rstrip()


def interval_text(interval: Interval, unit: str, decimals: int | None = None) -> str:
    """ "6", "6 to 8 mm", "at least 3", "at most 40" or "not known"."""
    low = None if interval.low.is_infinite() else number_text(interval.low, decimals)
    high = None if interval.high.is_infinite() else number_text(interval.high, decimals)
    if low is None and high is None:
        return _("not known")
    if low is None:
        return with_unit(_("at most {number}").format(number=high), unit)
    if high is None:
        return with_unit(_("at least {number}").format(number=low), unit)
    return with_unit(low if low == high else _("{low} to {high}").format(low=low, high=high), unit)


def observation_text(observation: Observation, finding: Finding) -> str:
    """An observation as entered, with its unit."""
    if observation.state is State.INDETERMINATE:
        return _("cannot be told")
    if observation.state is State.UNOBTAINABLE:
        return _("cannot be obtained here")
    labels = {option.id: option.label for option in finding.choices}
    match observation.value:
        case NumberValue(number=number, unit=unit, comparator=comparator):
            return _COMPARATOR.get(comparator, "") + with_unit(number, unit)
        case YesNoValue(yes=yes):
            return _("yes") if yes else _("no")
        case ChoiceValue(candidates=candidates):
            return _(" or ").join(labels.get(choice, choice) for choice in candidates)
        case ItemsValue(present=present, absent=absent):
            return _items_text(present, absent, labels)
        case DateValue(date=date):
            return date
        case TextValue(text=text):
            return text
    return _("not recorded")


def answers_text(answers: Sequence[Answer], finding: Finding, limits: Interval) -> str:
    """Several answers to a finding: "yes", "Rim or Eggshell", "below 50 mm", "none of these".

    limits: between which a number, or the day of a date, can lie at all.
    """
    if answers[0].stretch is not None:
        joined = _joined([answer.stretch for answer in answers if answer.stretch is not None])
        return _(" or ").join(_stretch_text(stretch, finding, limits) for stretch in joined)
    texts = [_answer_text(answer.value, finding) for answer in answers]
    if len(texts) > _SHOWN_ANSWERS:
        others = plural("{count} other", "{count} others", len(texts) - _SHOWN_ANSWERS + 1)
        texts = [*texts[: _SHOWN_ANSWERS - 1], others]
    return _(" or ").join(texts)


def _answer_text(value: Value, finding: Finding) -> str:
    labels = {option.id: option.label for option in finding.choices}
    match value:
        case YesNoValue(yes=yes):
            return _("yes") if yes else _("no")
        case ChoiceValue(candidates=candidates):
            return _(" or ").join(labels.get(choice, choice) for choice in candidates)
        case ItemsValue():
            return _items_text(value.present, value.absent, labels)
    return ""


def _joined(stretches: Sequence[Interval]) -> list[Interval]:
    """Stretches that follow each other as one. Given in order."""
    found: list[Interval] = []
    for stretch in stretches:
        last = found[-1] if found else None
        if last is not None and last.high == stretch.low and not (last.high_open and stretch.low_open):
            found[-1] = Interval(last.low, stretch.high, last.low_open, stretch.high_open)
        else:
            found.append(stretch)
    return found


def _stretch_text(stretch: Interval, finding: Finding, limits: Interval) -> str:
    low, high = (_end_text(end, finding) for end in (stretch.low, stretch.high))
    from_least = stretch.low == limits.low and not stretch.low_open
    to_most = stretch.high == limits.high and not stretch.high_open
    if stretch.is_point:
        return low
    if from_least and to_most:
        return _("any value")
    if from_least:
        return _("below {number}").format(number=high) if stretch.high_open else _("up to {number}").format(number=high)
    if to_most:
        return _("above {number}").format(number=low) if stretch.low_open else _("{number} or more").format(number=low)
    text = {
        (False, False): _("{low} to {high}"),
        (False, True): _("{low} to below {high}"),
        (True, False): _("above {low} to {high}"),
        (True, True): _("between {low} and {high}"),
    }[(stretch.low_open, stretch.high_open)]
    return text.format(low=low, high=high)


def _end_text(end: Decimal, finding: Finding) -> str:
    return (
        date.fromordinal(int(end)).isoformat() if finding.type == "date" else with_unit(number_text(end), finding.unit)
    )


def _items_text(present: tuple[str, ...], absent: tuple[str, ...], labels: dict[str, str]) -> str:
    shown = ", ".join(labels.get(item, item) for item in present)
    if present and len(present) + len(absent) == len(labels):
        return _("{items}; none of the others").format(items=shown) if absent else shown
    if present:
        return shown
    if len(absent) == len(labels):
        return _("none of these")
    return (
        _("not: {items}").format(items=", ".join(labels.get(item, item) for item in absent))
        if absent
        else _("not recorded")
    )


class Words:
    """Says in words what one evaluation knows."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._knowledge: Knowledge = evaluation.knowledge

    def value(self, reference: Reference, subject: str) -> str:
        """The value of a finding or derived finding, or "not recorded"."""
        if reference.derived:
            return self._derived(reference, subject)
        group = self._evaluation.group(reference, subject)
        if group is None:
            return _("not recorded")
        finding = self._knowledge.findings[reference.name]
        return _(" / ").join(dict.fromkeys(observation_text(o, finding) for o in group))

    def label(self, reference: Reference) -> str:
        """What people call it, and which observation is meant."""
        label = self._knowledge.label(reference.name)
        if reference.which == -1:
            return _("{label} at first").format(label=label)
        return _("{label} before").format(label=label) if reference.which else label

    def of(self, name: str, subject: str) -> str:
        """The value by name, for texts."""
        finding = self._knowledge.findings.get(name)
        lesion = finding.subject == "lesion" if finding else self._knowledge.derived[name].entry.subject == "lesion"
        return self.value(Reference(name, lesion, derived=finding is None), subject)

    def choices(self, name: str, options: frozenset[str]) -> str:
        """Choices by their labels."""
        order = self._evaluation.domain(name)
        ordered = [choice for choice in self._ordered(name) if choice in options & order]
        return _(" or ").join(self._knowledge.choice_label(name, choice) for choice in ordered)

    def number(self, node: Node) -> str:
        """A number expression in words."""
        match node:
            case Number(value=value):
                return number_text(value)
            case Quantity(reference=reference):
                return self.label(reference)
            case Limit(side=side, reference=reference):
                text = _("the upper limit of {label}") if side == "upper" else _("the lower limit of {label}")
                return text.format(label=self.label(reference))
            case Arithmetic(operator=operator, left=left, right=right):
                sign = {"*": "×", "/": "/", "+": "+", "-": "−"}[operator]
                return f"{self.number(left)} {sign} {self.number(right)}"
            case Function(name=name, arguments=arguments):
                return f"{name}({', '.join(self.number(argument) for argument in arguments)})"
            case Either(then=then, otherwise=otherwise):
                return _("{one} or {other}").format(one=self.number(then), other=self.number(otherwise))
            case CountTrue():
                return _("how many of these hold")
            case CountLesions():
                return _("the number of lesions for which this holds")
            case LesionNumber(how=how, number=number):
                text = _("the largest {what}") if how == "largest" else _("the sum of {what}")
                return text.format(what=self.number(number))
            case Elapsed(unit=unit, start=start, end=end):
                text = _("days from {start} to {end}") if unit == "days" else _("months from {start} to {end}")
                return text.format(start=self._date(start), end=self._date(end))
        return ""

    def unit(self, node: Node) -> str:
        """The unit in which a number node is shown."""
        match node:
            case Quantity(reference=Reference(name=name)) | Limit(reference=Reference(name=name)):
                finding = self._knowledge.findings.get(name)
                return finding.unit if finding else self._knowledge.derived[name].entry.unit
            case Elapsed(unit=unit):
                return _("days") if unit == "days" else _("months")
            case Function(name="min" | "max" | "abs" | "round" | "agreed", arguments=arguments):
                return self.unit(arguments[0])
            case LesionNumber(number=number):
                return self.unit(number)
            case Arithmetic(operator="+" | "-", left=left, right=right):
                return self.unit(left) or self.unit(right)
        return ""

    def choice(self, node: ChoiceOf | ModalityOf) -> str:
        """A choice expression in words."""
        label = self.label(node.reference)
        return _("modality of {label}").format(label=label) if isinstance(node, ModalityOf) else label

    def _date(self, node: Node) -> str:
        match node:
            case AsOf():
                return _("the date of the assessment")
            case DateOf(reference=reference) | ObservationDate(reference=reference):
                return self.label(reference)
        return ""

    def _derived(self, reference: Reference, subject: str) -> str:
        entry = self._knowledge.derived[reference.name].entry
        if entry.type == "yes_no":
            truth = self._evaluation.holds(reference, subject)
            return {Truth.TRUE: _("yes"), Truth.FALSE: _("no"), Truth.UNKNOWN: _("not known")}[truth]
        if entry.type == "number":
            interval = self._evaluation.number(Quantity(reference), subject)
            decimals = entry.decimals if entry.decimals or interval.low != interval.low.to_integral() else 0
            return interval_text(interval, entry.unit, decimals)
        domain = self._evaluation.domain(reference.name)
        possible = self._evaluation.choice(ChoiceOf(reference, domain), subject)
        return _("not known") if possible == domain and len(domain) > 1 else self.choices(reference.name, possible)

    def _ordered(self, name: str) -> list[str]:
        finding = self._knowledge.findings.get(name)
        options = finding.choices if finding else self._knowledge.derived[name].entry.choices
        return [option.id for option in options]
