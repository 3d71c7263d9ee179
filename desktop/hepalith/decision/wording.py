"""Values and conditions in plain words with units, for reasons, inputs and inserted texts."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

import msgspec

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
from hepalith.knowledge.base import MODALITY, Knowledge
from hepalith.knowledge.model import Finding
from hepalith.knowledge.tree import (
    And,
    Arithmetic,
    AsOf,
    ChoiceIn,
    ChoiceNode,
    ChoiceOf,
    Compare,
    Constant,
    CountLesions,
    CountTrue,
    DateOf,
    Either,
    Elapsed,
    Fires,
    Function,
    GatePasses,
    Holds,
    LesionNumber,
    Limit,
    Missing,
    ModalityOf,
    Node,
    Not,
    Number,
    ObservationDate,
    Or,
    Overlaps,
    Quantified,
    Quantity,
    Reference,
    SameChoice,
    SameTechnique,
    TruthNode,
    children,
    walk,
)

_MOST_LEFT_OUT = 3  # choices: "any but" so many is shorter than the list of the others
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
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


class Phrase(msgspec.Struct, frozen=True, kw_only=True):
    """A condition in plain words, without a case: a line, and what it is made of.

    about: kind and id of the entries that the line itself names.
    """

    text: str
    parts: tuple["Phrase", ...] = ()
    about: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        if not self.parts:
            return self.text
        return f"{self.text} [{'; '.join(map(str, self.parts))}]"


class Wording:
    """Says in words what the knowledge says, for no case in particular."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._lists = {(made.of, frozenset(made.values)): made for made in knowledge.lists.values()}

    # conditions

    def phrase(self, node: TruthNode) -> Phrase:
        """A condition."""
        match node:
            case And(parts=parts):
                return Phrase(text=_("all of these"), parts=self._phrases(parts))
            case Or(parts=parts):
                return Phrase(text=_("any of these"), parts=self._phrases(parts))
            case Not(part=part):
                return self._negated(part)
            case Quantified(quantifier=quantifier, part=part):
                text = _("for any lesion") if quantifier == "any" else _("for every lesion")
                return Phrase(text=text, parts=(self.phrase(part),))
            case Compare():
                return self._comparison(node)
            case GatePasses() | Fires():
                return self._about_others(node)
        return Phrase(text=self._leaf(node), about=self._named(node))

    def formula(self, node: Node) -> Phrase:
        """A number expression, with the conditions that it counts."""
        counted = self._phrases(part for one in walk(node) for part in _counted(one))
        return Phrase(text=self.number(node), parts=counted, about=self._named(node))

    def _phrases(self, nodes: Iterable[TruthNode]) -> tuple[Phrase, ...]:
        return tuple(self.phrase(node) for node in nodes)

    def _negated(self, part: TruthNode) -> Phrase:
        match part:
            case And(parts=parts):
                return Phrase(text=_("not all of these"), parts=self._phrases(parts))
            case Or(parts=parts):
                return Phrase(text=_("none of these"), parts=self._phrases(parts))
            case Overlaps(reference=reference, items=items):
                label, every = self.label(reference), self._knowledge.domains[reference.name] == frozenset(items)
                text = _("{label}: none of these") if every else _("{label}: not {wanted}")
                wanted = self.choices(reference.name, frozenset(items))
                return Phrase(text=text.format(label=label, wanted=wanted), about=self._named(part))
            case ChoiceIn(choice=choice):
                text = _("{label}: not {wanted}").format(label=self.choice(choice), wanted=self.options(part))
                return Phrase(text=text, about=self._named(part))
        inner = self.phrase(part)
        return msgspec.structs.replace(inner, text=_("not: {text}").format(text=inner.text))

    def _comparison(self, node: Compare) -> Phrase:
        if isinstance(node.left, Number) and node.operator in _MIRRORED:  # 38 <= temperature
            sign = _MIRRORED[node.operator]
            node = Compare(sign, node.right, node.left)  # type: ignore[arg-type]
        inner = self.formula(node.left)
        other = () if isinstance(node.right, Number) else self.formula(node.right).parts
        text = _("{what} {sign} {wanted}").format(what=inner.text, sign=SIGN[node.operator], wanted=self.wanted(node))
        return Phrase(text=text, parts=(*inner.parts, *other), about=self._named(node))

    def _about_others(self, node: GatePasses | Fires) -> Phrase:
        if isinstance(node, Fires):
            match tuple(self._advice(name) for name in node.recommendations):
                case (only,):
                    text = _("this advice applies: {advice}").format(advice=only.text)
                    return Phrase(text=text, about=only.about)
                case parts:
                    return Phrase(text=_("any of this advice applies"), parts=parts)
        entry = self._knowledge.gates[node.gate].entry
        labels = {item.id: item.label for item in entry.items}
        if node.only:
            text = _("{gate}: {item}").format(gate=entry.label, item=labels[node.only])
        else:
            text = _("open: {gate}").format(gate=entry.label)
        if node.excepted:
            items = ", ".join(labels[item] for item in node.excepted)
            text = _("{text} (but for: {items})").format(text=text, items=items)
        return Phrase(text=text, about=(("gates", node.gate),))

    def _advice(self, name: str) -> Phrase:
        title = self._knowledge.recommendations[name].entry.title
        return Phrase(text=f"{title} ({name})", about=(("recommendations", name),))

    def _leaf(self, node: TruthNode) -> str:
        match node:
            case Holds(reference=reference):
                return self.label(reference)
            case ChoiceIn(choice=choice):
                return _("{label}: {wanted}").format(label=self.choice(choice), wanted=self.options(node))
            case Overlaps(reference=reference, items=items):
                wanted = self.choices(reference.name, frozenset(items))
                return _("{label}: {wanted}").format(label=self.label(reference), wanted=wanted)
        return self.plain(node)

    def plain(self, node: TruthNode) -> str:
        """A condition that is said in the same words whether there is a case or not."""
        match node:
            case SameChoice(left=left, right=right):
                return _("{one} is the same as {other}").format(one=self.choice(left), other=self.choice(right))
            case Missing(reference=reference):
                return _("{label} is not known").format(label=self.label(reference))
            case SameTechnique(left=left):
                return _("{label}: same technique as before").format(label=self.label(left))
            case Constant(value=value):
                return _("always") if value else _("never")
        raise TypeError(node)

    def _named(self, node: Node) -> tuple[tuple[str, str], ...]:
        """The findings, and the list of choices, that a condition names itself; not those of its parts."""
        inside = [node]
        found: dict[tuple[str, str], None] = {}
        lists: dict[tuple[str, str], None] = {}
        while inside:
            one = inside.pop(0)
            if isinstance(one, Reference):
                found[("derived" if one.derived else "findings", one.name)] = None
            elif not _counted(one):
                inside.extend(children(one))
            made = self._list_of(one)
            if made:
                lists[("lists", made)] = None
        return (*found, *lists)

    def _list_of(self, node: Node) -> str:
        match node:
            case Overlaps(reference=reference, items=items):
                made = self._lists.get((reference.name, frozenset(items)))
            case ChoiceIn(choice=ChoiceOf(reference=reference), options=options):
                made = self._lists.get((reference.name, options))
            case _:
                made = None
        return made.id if made else ""

    # what conditions are made of

    def label(self, reference: Reference) -> str:
        """What people call it, and which observation is meant."""
        label = self._knowledge.label(reference.name)
        if reference.which == -1:
            return _("{label} at first").format(label=label)
        return label if reference.is_current else _("{label} before").format(label=label)

    def wanted(self, node: Compare) -> str:
        """The right side of a comparison: a threshold in the unit in which its source states it."""
        if node.threshold:
            amount, _space, unit = node.threshold.partition(" ")
            return with_unit(amount, unit)
        if isinstance(node.right, Number):
            return with_unit(number_text(node.right.value), self.unit(node.left))
        return self.number(node.right)

    def options(self, node: ChoiceIn) -> str:
        """The choices that a condition asks for."""
        if isinstance(node.choice, ChoiceOf):
            return self.choices(node.choice.reference.name, node.options)
        return self.choices(MODALITY, node.options)

    def choices(self, name: str, options: frozenset[str]) -> str:
        """Choices by their labels, by the name of their list, or by what is left out where that is short."""
        made = self._lists.get((name, options))
        if made is not None:
            return _("one of: {list}").format(list=made.label)
        ordered = [option.id for option in self._knowledge.options(name)]
        left_out = [choice for choice in ordered if choice not in options]
        if len(ordered) > 2 * _MOST_LEFT_OUT and len(left_out) <= _MOST_LEFT_OUT:
            others = _(" or ").join(self._knowledge.choice_label(name, choice) for choice in left_out)
            return _("any but {choices}").format(choices=others) if left_out else _("any of them")
        chosen = [choice for choice in ordered if choice in options]
        return _(" or ").join(self._knowledge.choice_label(name, choice) for choice in chosen)

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
                return f"{self._operand(left, node)} {sign} {self._operand(right, node, after=True)}"
            case Function(name=name, arguments=arguments):
                return f"{name}({', '.join(self.number(argument) for argument in arguments)})"
            case Either(condition=condition, then=then, otherwise=otherwise):
                return _("{one} if {condition}, otherwise {other}").format(
                    one=self._operand(then, node),
                    condition=self.phrase(condition),
                    other=self._operand(otherwise, node),
                )
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

    def _operand(self, node: Node, outer: Arithmetic | Either, *, after: bool = False) -> str:
        """An operand, in brackets where the sign around it binds more tightly, or is not associative."""
        text = self.number(node)
        if isinstance(node, Either):
            return f"({text})"
        if not isinstance(outer, Arithmetic) or not isinstance(node, Arithmetic):
            return text
        looser = outer.operator in "*/" and node.operator in "+-"
        same = after and outer.operator in "-/" and (node.operator in "+-") is (outer.operator in "+-")
        return f"({text})" if looser or same else text

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
            case Either(then=then, otherwise=otherwise):
                return self.unit(then) or self.unit(otherwise)
        return ""

    def choice(self, node: ChoiceNode) -> str:
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


class Words(Wording):
    """Says in words what one evaluation knows. fresh: values that are too old for a safety gate are said to be so."""

    def __init__(self, evaluation: Evaluation, *, fresh: bool = False) -> None:
        super().__init__(evaluation.knowledge)
        self._evaluation = evaluation
        self._fresh = fresh

    def value(self, reference: Reference, subject: str) -> str:
        """The value of a finding or derived finding, or "not recorded"."""
        if reference.derived:
            return self._derived(reference, subject)
        group = self._evaluation.group(reference, subject)
        if group is None:
            return _("not recorded")
        finding = self._knowledge.findings[reference.name]
        text = _(" / ").join(dict.fromkeys(observation_text(o, finding) for o in group))
        return self._dated(text, reference, subject) if self._fresh else text

    def needed(self, name: str, subject: str) -> str:
        """What an open finding is called; where there is a value that is too old, with that."""
        label = self._knowledge.label(name)
        return self._dated(label, self.reference(name), subject) if self._fresh else label

    def _dated(self, text: str, reference: Reference, subject: str) -> str:
        """A text about a finding, and that its value is too old where it is."""
        group = self._evaluation.group(reference, subject)
        if group is None or self._evaluation.group(reference, subject, fresh=True) is not None:
            return text
        return _("{value} (too old: of {date}, at most {days} days)").format(
            value=text,
            date=self._evaluation.observed.date_text(group[0]),
            days=self._knowledge.findings[reference.name].max_age_days_for_gates,
        )

    def of(self, name: str, subject: str) -> str:
        """The value by name, for texts."""
        return self.value(self.reference(name), subject)

    def reference(self, name: str) -> Reference:
        """What a name in a text stands for."""
        finding = self._knowledge.findings.get(name)
        about = finding.subject if finding else self._knowledge.derived[name].entry.subject
        return Reference(name, about == "lesion", derived=finding is None)

    def _derived(self, reference: Reference, subject: str) -> str:
        entry = self._knowledge.derived[reference.name].entry
        if entry.type == "yes_no":
            truth = self._evaluation.holds(reference, subject, self._fresh)
            return {Truth.TRUE: _("yes"), Truth.FALSE: _("no"), Truth.UNKNOWN: _("not known")}[truth]
        if entry.type == "number":
            interval = self._evaluation.number(Quantity(reference), subject, self._fresh)
            decimals = entry.decimals if entry.decimals or interval.low != interval.low.to_integral() else 0
            return interval_text(interval, entry.unit, decimals)
        domain = self._evaluation.domain(reference.name)
        possible = self._evaluation.choice(ChoiceOf(reference, domain), subject, self._fresh)
        return _("not known") if possible == domain and len(domain) > 1 else self.candidates(reference.name, possible)

    def candidates(self, name: str, possible: frozenset[str]) -> str:
        """The choices that are possible, each by its label."""
        chosen = [option.id for option in self._knowledge.options(name) if option.id in possible]
        return _(" or ").join(self._knowledge.choice_label(name, choice) for choice in chosen)


def _counted(node: Node) -> tuple[TruthNode, ...]:
    """The conditions that a number counts."""
    match node:
        case CountTrue(parts=parts):
            return parts
        case CountLesions(part=part):
            return (part,)
    return ()
