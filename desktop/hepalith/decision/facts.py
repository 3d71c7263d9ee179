"""The entries of the knowledge as flat facts, each in words: what two versions of the knowledge are compared by.

Every field of every kind of entry is a fact, but for those in `LEFT_OUT`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from enum import IntEnum, auto
from typing import Any

import msgspec
from msgspec.structs import replace

from hepalith.decision.condition_changes import form_free
from hepalith.decision.precedence import CLOSURE
from hepalith.decision.wording import Wording, number_text
from hepalith.domain.assessment import Urgency
from hepalith.domain.words import basis_text, class_text, cost_text, kind_text, strength_text, unit_text, urgency_text
from hepalith.i18n import _, pgettext
from hepalith.knowledge.base import (
    CompiledCondition,
    CompiledDerived,
    CompiledGate,
    CompiledRecommendation,
    Knowledge,
)
from hepalith.knowledge.model import Before, ChoiceOption, Cited, ConflictEntry, Finding, Header
from hepalith.knowledge.tree import Node, NumberNode, TruthNode
from hepalith.knowledge.uses import Place

HEADER: Place = ("header", "knowledge")
LEFT_OUT = frozenset(
    {
        "id",
        "picture",  # where and how the form asks, not what
        "widget",
        "group",
        "version",  # every version has another one
        "dictionary_version",
        "complete",  # what an entry claims of itself, to be proved; its rows and its expression are facts
        "exclusive",
        "red_flags",
    }
)


class Relevance(IntEnum):
    """What a change bears on, the gravest first."""

    SAFETY = auto()
    URGENCY = auto()
    ADVICE = auto()
    CAUSES = auto()
    VALUES = auto()
    ENTRY = auto()
    FORM = auto()
    GROUNDS = auto()
    TEXTS = auto()

    @property
    def bears_on_answers(self) -> bool:
        """Whether a case can be answered otherwise because of such a change."""
        return self <= Relevance.ENTRY


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that an entry says.

    part: the row, item or argument that says it, in words; key: by what that is known again in another version.
    tree: the condition or formula, if it is one. names: the members, if it is a set. order: ids whose order is the
    fact. same: what is compared, if it is not the text.
    """

    field: str
    relevance: Relevance
    caption: str
    text: str = ""
    part: str = ""
    key: str = ""
    tree: Node | None = None
    names: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    same: str = ""


Facts = Mapping[tuple[str, str], Fact]  # (key of the part, field)
Field = tuple[Relevance, Callable[[Any], str]]


def places_of(knowledge: Knowledge) -> Iterator[Place]:
    """Every entry that has facts."""
    yield HEADER
    for kind in _KINDS:
        yield from ((kind, name) for name in getattr(knowledge, kind))


def title_of(knowledge: Knowledge, place: Place) -> str:
    """What an entry is called."""
    kind, name = place
    if place == HEADER:
        return _("The knowledge as a whole")
    made = getattr(knowledge, kind)[name]
    entry = getattr(made, "entry", made)
    return next((text for field in ("label", "title", "topic") if (text := getattr(entry, field, ""))), name)


def facts_of(knowledge: Knowledge, place: Place, beside: Knowledge | None = None) -> Facts:
    """The facts of an entry. beside: the other version, by whose arguments those of a cause are known again."""
    return {(fact.key, fact.field): fact for fact in _Maker(knowledge, beside).facts(place)}


class _Maker:
    def __init__(self, knowledge: Knowledge, beside: Knowledge | None) -> None:
        self._knowledge = knowledge
        self._beside = beside
        self._wording = Wording(knowledge)

    def facts(self, place: Place) -> Iterator[Fact]:
        kind, name = place
        if place == HEADER:
            yield from self._header(self._knowledge.header)
        elif kind in _PLAIN:
            yield from _fields(getattr(self._knowledge, kind)[name], _PLAIN[kind])
        else:
            make: Callable[[Any], Iterator[Fact]] = getattr(self, f"_{kind}")
            yield from make(getattr(self._knowledge, kind)[name])

    def _recommendations(self, made: CompiledRecommendation) -> Iterator[Fact]:
        """What it says to avoid, and what closes a case, bears on safety; an emergency on urgency."""
        entry = made.entry
        own = Relevance.ADVICE
        if entry.kind == "avoid" or CLOSURE in entry.tags:
            own = Relevance.SAFETY
        elif Urgency(entry.urgency).rank >= Urgency.EMERGENCY_SAME_DAY.rank:
            own = Relevance.URGENCY
        yield self._condition("when", own, made.when)
        for number, (step, tree) in enumerate(zip(entry.escalate, made.escalate, strict=True), 1):
            part = _("escalation {number}").format(number=number)
            yield self._condition("when", Relevance.URGENCY, tree, part)
            yield from _fields(step, {"urgency": (Relevance.URGENCY, _level)}, part)
        for test, steps in _grouped(entry.follow_up, "test").items():
            for number, planned in enumerate(steps, 1):
                yield from _fields(planned, _FOLLOW_UP, _("follow-up {test} {number}").format(test=test, number=number))
        yield from _fields(entry, {"kind": (own, kind_text), **_ADVICE})

    def _conditions(self, made: CompiledCondition) -> Iterator[Fact]:
        entry = made.entry
        other = self._beside.conditions.get(entry.id) if self._beside else None
        sides = (
            ("for", entry.arguments_for, made.arguments_for, other.arguments_for if other else ()),
            ("against", entry.arguments_against, made.arguments_against, other.arguments_against if other else ()),
        )
        for side, arguments, trees, others in sides:
            known = {form_free(tree) for tree in others}
            caption = _("argument for: {text}") if side == "for" else _("argument against: {text}")
            for argument, tree in zip(arguments, trees, strict=True):
                same = form_free(tree)
                key = f"{side} {same.decode() if same in known else argument.text}"
                part = caption.format(text=argument.text)
                for fact in (
                    self._condition("when", Relevance.CAUSES, tree, part),
                    *_fields(argument, _ARGUMENT, part),
                ):
                    yield replace(fact, key=key)
        yield self._condition("excluded_when", Relevance.CAUSES, made.excluded)
        yield self._condition("confirmed_when", Relevance.CAUSES, made.confirmed)
        yield from _fields(entry, _CONDITION)

    def _gates(self, made: CompiledGate) -> Iterator[Fact]:
        for item, tree in zip(made.entry.items, made.items, strict=True):
            part = _("item {id}: {label}").format(id=item.id, label=item.label)
            for fact in (self._condition("requires", Relevance.SAFETY, tree, part), *_fields(item, _ITEM, part)):
                yield replace(fact, key=item.id)
        yield from _fields(made.entry, _GATE)

    def _derived(self, made: CompiledDerived) -> Iterator[Fact]:
        entry = made.entry
        if isinstance(made.tree, TruthNode):
            yield self._condition("expr", Relevance.VALUES, made.tree)
        elif made.tree is not None:
            yield self._formula("expr", made.tree)
        for row, compiled in zip(entry.rows, made.rows, strict=True):
            part = _("row {id}").format(id=row.id)
            yield self._condition("when", Relevance.VALUES, compiled.when, part)
            yield self._result("then", entry.id, compiled.then, part)
            yield from _fields(row, {"note": (Relevance.TEXTS, said)}, part)
        if made.otherwise is not None:
            yield self._result("otherwise", entry.id, made.otherwise)
        yield _fact("rows", Relevance.VALUES, order=tuple(row.id for row in entry.rows))
        yield self._condition("relevant", Relevance.VALUES, made.relevant)
        yield self._condition("not_for", Relevance.VALUES, made.not_for)
        yield from _choices(entry.choices, Relevance.VALUES)
        yield from _fields(entry, _DERIVED)

    def _findings(self, entry: Finding) -> Iterator[Fact]:
        for field, relevance, trees in (
            ("absent_when", Relevance.VALUES, self._knowledge.absence),
            ("relevant", Relevance.FORM, self._knowledge.relevance),
        ):
            if entry.id in trees:
                yield self._condition(field, relevance, trees[entry.id])
        yield from _choices(entry.choices, Relevance.ENTRY)
        if entry.course is not None:
            yield from _fields(entry.course, _COURSE, _("drawn over time"))
        yield from _fields(entry, _FINDING)

    def _conflicts(self, entry: ConflictEntry) -> Iterator[Fact]:
        for number, side in enumerate(entry.positions, 1):
            yield from _fields(side, _POSITION, _("position {number}").format(number=number))
        yield from _fields(entry, _CONFLICT)

    def _header(self, header: Header) -> Iterator[Fact]:
        """Its texts, and the lists of small entries in it, whatever they are."""
        for field in header.__struct_fields__:
            value = getattr(header, field)
            if field in LEFT_OUT:
                continue
            if field == "asked_first":
                yield _fact(field, Relevance.FORM, _in_order(value))
            elif isinstance(value, tuple):
                for entry in value:
                    yield from self._small(entry, field, f"{caption_of(field)} {entry.id}")
            else:
                grounds = field in {"review_by", "review_state"}
                yield _fact(field, Relevance.GROUNDS if grounds else Relevance.TEXTS, said(value))

    def _small(self, entry: msgspec.Struct, field: str, part: str) -> Iterator[Fact]:
        """A small entry of the header, and those in it."""
        own = {"urgency_levels": Relevance.URGENCY, "asked_together": Relevance.FORM}.get(field, Relevance.TEXTS)
        names = [name for name in entry.__struct_fields__ if name not in {*LEFT_OUT, "members"}]
        yield from _fields(entry, {name: _REVIEWED.get(name, (own, said)) for name in names}, part)
        for member in getattr(entry, "members", ()):
            yield from self._small(member, field, f"{part}, {member.finding}")

    def _condition(self, field: str, relevance: Relevance, tree: TruthNode, part: str = "") -> Fact:
        return _fact(field, relevance, str(self._wording.phrase(tree)), part, tree=tree)

    def _formula(self, field: str, tree: NumberNode, part: str = "") -> Fact:
        return _fact(field, Relevance.VALUES, str(self._wording.formula(tree)), part, tree=tree)

    def _result(self, field: str, name: str, then: str | bool | NumberNode, part: str = "") -> Fact:
        if isinstance(then, Node):
            return self._formula(field, then, part)
        text = said(then) if isinstance(then, bool) else self._knowledge.choice_label(name, then)
        return replace(_fact(field, Relevance.VALUES, text, part), same=said(then))


def _fact(
    field: str,
    relevance: Relevance,
    text: str = "",
    part: str = "",
    *,
    tree: Node | None = None,
    order: tuple[str, ...] = (),
) -> Fact:
    return Fact(
        field=field,
        relevance=relevance,
        caption=caption_of(field),
        text=text,
        part=part,
        key=part,
        tree=tree,
        order=order,
    )


def _fields(entry: msgspec.Struct, fields: Mapping[str, Field], part: str = "") -> Iterator[Fact]:
    for name, (relevance, words) in fields.items():
        value = getattr(entry, name)
        fact = _fact(name, relevance, "" if value is None else words(value), part)
        is_set = isinstance(value, tuple) and words is said
        yield replace(fact, names=tuple(map(said, value))) if is_set else fact


def _choices(choices: Iterable[ChoiceOption], relevance: Relevance) -> Iterator[Fact]:
    for option in choices:
        part = _("choice {id}").format(id=option.id)
        yield from _fields(option, {"label": (relevance, said), **_CHOICE}, part)


def _grouped(entries: Iterable[Any], field: str) -> Mapping[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for entry in entries:
        found.setdefault(getattr(entry, field), []).append(entry)
    return found


# words


def said(value: Any) -> str:
    """A value in words; the order of names in a set is no part of it."""
    match value:
        case bool():
            return _("yes") if value else _("no")
        case Decimal():
            return number_text(value)
        case Cited(id=name, locator=locator):
            return f"{name} ({locator})" if locator else name
        case tuple():
            return "; ".join(sorted(map(said, value)))
        case dict():
            return "; ".join(sorted(f"{key}: {said(part)}" for key, part in value.items()))
        case msgspec.Struct():
            fields = ((name, getattr(value, name)) for name in value.__struct_fields__)
            return ", ".join(f"{name} {said(part)}" for name, part in fields if part)
    return " ".join(str(value).split())


def _in_order(value: Iterable[Any]) -> str:
    return ", ".join(map(said, value))


def _bounds(value: tuple[Decimal | None, Decimal | None]) -> str:
    low, high = (pgettext("end of a range", "open") if bound is None else number_text(bound) for bound in value)
    return _("{low} to {high}").format(low=low, high=high)


def _earlier(value: Before) -> str:
    return _("{finding}, before the examination told by {examination}").format(
        finding=value.of, examination=value.examination
    )


def _level(value: str) -> str:
    return urgency_text(Urgency(value))


def caption_of(field: str) -> str:
    """What a field of an entry is called."""
    return {
        "absent": _('"none of these" records'),
        "absent_when": _("counts as absent while"),
        "absent_choice": _("then counts as"),
        "absent_range": _("then lies within"),
        "across": _("judged across"),
        "asked_first": _("asked first"),
        "asked_together": _("asked together"),
        "arguments_for": _("arguments for"),
        "asks": _("asks for"),
        "before": _("earlier value of"),
        "cause_class": _("class"),
        "confirmed_when": _("confirmed when"),
        "excluded_when": _("excluded when"),
        "expr": _("definition"),
        "fixed": _("nothing found later makes it otherwise"),
        "hard": _("possible values"),
        "limits": _("laboratory's own limits"),
        "lower_limit": _("assumed lower limit"),
        "max_age_days_for_gates": _("oldest value for safety gates, days"),
        "not_for": _("not used when"),
        "not_for_text": _("not used"),
        "of": _("choices of"),
        "otherwise": _("in all other cases"),
        "packs": _("names in the evidence"),
        "quiet": _("not shown for"),
        "relevant": _("shown while"),
        "requires": _("fulfilled when"),
        "review_by": _("due for review"),
        "rows": _("order of the rows"),
        "sources": _("sources"),
        "then": _("result"),
        "upper_limit": _("assumed upper limit"),
        "warn": _("asked to confirm outside"),
        "when": _("applies when"),
        "when_holds": _("while this holds"),
        "within": _("time limit"),
    }.get(field, field.replace("_", " "))


# fields: what each bears on, and how it is said

_S, _U, _A, _C, _V, _E, _F, _G, _T = Relevance
_GROUNDED: dict[str, Field] = {
    "basis": (_G, basis_text),
    "basis_note": (_G, said),
    "sources": (_G, said),
}
_REVIEWED: dict[str, Field] = {**_GROUNDED, "review_by": (_G, said)}
_CHOICE: dict[str, Field] = {"help": (_T, said), "codes": (_G, said), "replaced_by": (_E, said)}
_ADVICE: dict[str, Field] = {
    "urgency": (_U, _level),
    "within": (_U, said),
    "subject": (_A, said),
    "subjects": (_A, said),
    "gates": (_S, said),
    "asks": (_A, said),
    "tags": (_U, said),
    "title": (_T, said),
    "action": (_A, said),
    "reason": (_T, said),
    "note": (_T, said),
    "strength": (_G, said),
    "certainty": (_G, said),
    "conflicts": (_G, said),
    "starting_points": (_G, said),
    **_REVIEWED,
}
_FOLLOW_UP: dict[str, Field] = {
    "test": (_A, said),
    "after": (_A, _in_order),
    "then_every": (_A, said),
    "until": (_A, said),
    "anchor": (_A, said),
    "window": (_A, _in_order),
    "stop": (_A, said),
    "note": (_T, said),
    "basis": (_G, basis_text),
}
_ARGUMENT: dict[str, Field] = {"strength": (_C, strength_text), "text": (_T, said), **_REVIEWED}
_CONDITION: dict[str, Field] = {
    "cause_class": (_C, class_text),
    "subject": (_C, said),
    "subclass": (_T, said),
    "label": (_T, said),
    "tells_apart": (_T, said),
    "note": (_T, said),
    "codes": (_G, said),
    **_REVIEWED,
}
_ITEM: dict[str, Field] = {
    "severity": (_S, said),
    "asks": (_S, said),
    "label": (_T, said),
    "text": (_T, said),
    **_REVIEWED,
}
_GATE: dict[str, Field] = {
    "kind": (_S, said),
    "subject": (_S, said),
    "label": (_T, said),
    "note": (_T, said),
    **_REVIEWED,
}
_DERIVED: dict[str, Field] = {
    "type": (_V, said),
    "subject": (_V, said),
    "unit": (_V, unit_text),
    "range": (_V, _bounds),
    "before": (_V, _earlier),
    "quiet": (_V, said),
    "classification": (_V, said),
    "decimals": (_T, said),
    "label": (_T, said),
    "help": (_T, said),
    "note": (_T, said),
    "not_for_text": (_T, said),
    "packs": (_G, said),
    **_REVIEWED,
}
_FINDING: dict[str, Field] = {
    "max_age_days_for_gates": (_S, said),
    "absent_choice": (_V, said),
    "absent_range": (_V, _bounds),
    "limits": (_V, said),
    "upper_limit": (_V, said),
    "lower_limit": (_V, said),
    "observation": (_V, said),
    "type": (_E, said),
    "subject": (_E, said),
    "unit": (_E, unit_text),
    "other_units": (_E, said),
    "decimals": (_T, said),
    "hard": (_E, _bounds),
    "warn": (_F, _bounds),
    "warn_text": (_T, said),
    "cost": (_F, cost_text),
    "fixed": (_T, said),
    "label": (_T, said),
    "help": (_T, said),
    "synonyms": (_T, said),
    "codes": (_G, said),
    "packs": (_G, said),
    **_GROUNDED,
}
_COURSE: dict[str, Field] = dict.fromkeys(("error", "change", "stage", "stage_step", "group", "beside"), (_F, said))
_POSITION: dict[str, Field] = {"text": (_G, said), "sources": (_G, said)}
_CONFLICT: dict[str, Field] = {
    "topic": (_T, said),
    "default": (_A, said),
    "why": (_T, said),
    "starting_points": (_G, said),
    "basis": (_G, basis_text),
    "note": (_T, said),
}
# kinds whose entries have no parts
_PLAIN: dict[str, dict[str, Field]] = {
    "precedence": {
        "when_holds": (_U, said),
        "suppresses": (_U, said),
        "across": (_U, said),
        "replaces": (_U, said),
        "step": (_U, said),
        "label": (_T, said),
        "note": (_T, said),
        **_REVIEWED,
    },
    "lists": {"values": (_V, said), "of": (_V, said), "label": (_T, said), **_GROUNDED},
    "sources": {
        "title": (_T, said),
        "body": (_G, said),
        "year": (_G, said),
        "doi": (_G, said),
        "pmid": (_G, said),
        "url": (_G, said),
        "kind": (_G, said),
        "basis": (_G, basis_text),
        "basis_note": (_G, said),
        "note": (_T, said),
    },
}
_KINDS = (
    "recommendations",
    "conditions",
    "gates",
    "precedence",
    "derived",
    "findings",
    "lists",
    "conflicts",
    "sources",
)
