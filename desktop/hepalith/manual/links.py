"""Which entry names which, and for what: the two directions of "uses" and "used by"."""

import re
from collections.abc import Iterable, Iterator

from hepalith.i18n import _
from hepalith.knowledge.base import (
    CompiledCondition,
    CompiledDerived,
    CompiledGate,
    CompiledRecommendation,
    Knowledge,
)
from hepalith.knowledge.base import trees_of as defining_trees
from hepalith.knowledge.checks import PLACEHOLDER
from hepalith.knowledge.model import Cited, Precedence
from hepalith.knowledge.tree import Node
from hepalith.knowledge.uses import Place, named_in, place_of, trees_of

_WORD = re.compile(r"[A-Za-z_]\w*")
Named = Iterator[tuple[Place, str]]  # what is named, and what for


class Links:
    """All links between the entries of a knowledge base."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self.uses: dict[Place, dict[Place, tuple[str, ...]]] = {}
        self.used_by: dict[Place, dict[Place, tuple[str, ...]]] = {}
        for source, target, role in self._all():
            for ends, one, other in ((self.uses, source, target), (self.used_by, target, source)):
                roles = ends.setdefault(one, {}).get(other, ())
                if role not in roles:
                    ends[one][other] = (*roles, role)

    def _all(self) -> Iterator[tuple[Place, Place, str]]:
        knowledge = self._knowledge
        for kind, entries in (
            ("findings", {name: self._of_finding(name) for name in knowledge.findings}),
            ("derived", {name: self._of_derived(made) for name, made in knowledge.derived.items()}),
            ("conditions", {name: self._of_condition(made) for name, made in knowledge.conditions.items()}),
            ("recommendations", {name: self._of_advice(made) for name, made in knowledge.recommendations.items()}),
            ("gates", {name: self._of_gate(made) for name, made in knowledge.gates.items()}),
            ("precedence", {name: self._of_precedence(rule) for name, rule in knowledge.precedence.items()}),
            ("conflicts", {name: self._of_conflict(name) for name in knowledge.conflicts}),
            ("lists", {name: self._of_list(name) for name in knowledge.lists}),
            ("urgency_levels", {level.id: _cited(level.sources) for level in knowledge.header.urgency_levels}),
            ("override_reasons", {reason.id: _cited(reason.sources) for reason in knowledge.header.override_reasons}),
        ):
            for name, named in entries.items():
                yield from (((kind, name), target, role) for target, role in named)

    def _of_finding(self, name: str) -> Named:
        entry = self._knowledge.findings[name]
        if name in self._knowledge.relevance:
            yield from self._in([self._knowledge.relevance[name]], (entry.relevant,), _("shown while"))
        yield from self._in(trees_of(self._knowledge, ("findings", name)), (entry.absent_when,), _("absent while"))
        if entry.course is not None:
            course = entry.course
            drawn = filter(None, (course.error, course.change, course.stage, course.stage_step, *course.beside))
            yield from ((place_of(self._knowledge, one), _("drawn over time")) for one in drawn)
        yield from _cited(entry.sources)

    def _of_derived(self, made: CompiledDerived) -> Named:
        entry = made.entry
        shown = (made.relevant, made.not_for)
        defining = list(defining_trees(made))
        if entry.before:  # what stands in its rows, which its own trees write out
            defining += defining_trees(self._knowledge.derived[entry.before.of])
        yield from self._in(defining, (entry.expr, *(row.when for row in entry.rows)), _("definition"))
        yield from self._in(shown, (entry.relevant, entry.not_for), _("shown while"))
        yield from _cited(entry.sources)

    def _of_condition(self, made: CompiledCondition) -> Named:
        entry = made.entry
        for arguments, trees, role in (
            (entry.arguments_for, made.arguments_for, _("argument for")),
            (entry.arguments_against, made.arguments_against, _("argument against")),
        ):
            yield from self._in(trees, (argument.when for argument in arguments), role)
            for argument in arguments:
                yield from _cited(argument.sources)
        yield from self._in([made.excluded], (entry.excluded_when,), _("excluded when"))
        yield from self._in([made.confirmed], (entry.confirmed_when,), _("confirmed when"))
        yield from _cited(entry.sources)

    def _of_advice(self, made: CompiledRecommendation) -> Named:
        entry = made.entry
        yield from self._in([made.when], (entry.when,), _("condition"))
        yield from self._in(made.escalate, (step.when for step in entry.escalate), _("urgency"))
        yield from ((("gates", name), _("gate")) for name in entry.gates)
        yield from ((place_of(self._knowledge, name), _("asks for")) for name in entry.asks)
        levels = (entry.urgency, *(step.urgency for step in entry.escalate))
        yield from ((("urgency_levels", level), _("urgency")) for level in dict.fromkeys(levels))
        inserted = PLACEHOLDER.findall(f"{entry.title} {entry.action} {entry.reason}")
        yield from ((place_of(self._knowledge, name), _("text")) for name in inserted)
        yield from ((("tags", name), _("tag")) for name in entry.tags)
        yield from ((("conflicts", name), _("sources disagree")) for name in entry.conflicts)
        yield from ((("starting_points", name), _("answers")) for name in entry.starting_points)
        yield from _cited(entry.sources)

    def _of_gate(self, made: CompiledGate) -> Named:
        for item, tree in zip(made.entry.items, made.items, strict=True):
            yield from self._in([tree], (item.requires,), _("item"))
            yield from ((place_of(self._knowledge, name), _("asks for")) for name in item.asks)
            yield from _cited(item.sources)
        yield from _cited(made.entry.sources)

    def _of_precedence(self, rule: Precedence) -> Named:
        for names, role in ((rule.when_holds, _("takes precedence")), (rule.suppresses, _("gives way"))):
            for name in names:
                yield (("tags", name[1:]) if name.startswith("#") else ("recommendations", name)), role
        yield from _cited(rule.sources)

    def _of_conflict(self, name: str) -> Named:
        entry = self._knowledge.conflicts[name]
        for position in entry.positions:
            yield from _cited(position.sources)
        yield from ((("starting_points", point), _("answers")) for point in entry.starting_points)

    def _of_list(self, name: str) -> Named:
        entry = self._knowledge.lists[name]
        yield place_of(self._knowledge, entry.of), _("choices of")
        yield from _cited(entry.sources)

    def _in(self, trees: Iterable[Node], expressions: Iterable[str], role: str) -> Named:
        """What conditions name; a list is named by the expression only, its choices stand in the tree."""
        yield from ((place, role) for place in named_in(trees))
        words = {word for expression in expressions for word in _WORD.findall(expression)}
        yield from ((("lists", name), role) for name in self._knowledge.lists if name in words)


def _cited(sources: Iterable[str | Cited]) -> Named:
    for source in sources:
        if isinstance(source, str):
            yield ("sources", source), ""
        else:
            yield ("sources", source.id), source.locator
