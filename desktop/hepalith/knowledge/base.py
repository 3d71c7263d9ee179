"""The knowledge base, compiled: entries by id, and every expression as a checked tree."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from hepalith.domain.assessment import Basis
from hepalith.domain.case import ChoiceValue, ItemsValue, Value, YesNoValue
from hepalith.knowledge.model import (
    ChoiceOption,
    Condition,
    ConflictEntry,
    Derived,
    Finding,
    GateEntry,
    Header,
    ListEntry,
    Precedence,
    Recommendation,
    Source,
    StartingPoint,
)
from hepalith.knowledge.translation import Translation
from hepalith.knowledge.tree import Limit, Node, NumberNode, Reference, TruthNode, walk

Places = dict[tuple[str, str], tuple[str, int]]  # (kind, id) -> (file, line)

MODALITY = "modality"
SUBJECT = "subject"


class Problem(NamedTuple):
    """Something wrong in a knowledge file, and what to do about it."""

    file: str
    line: int
    id: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.id + ': ' if self.id else ''}{self.message}"


class CompiledRow(msgspec.Struct, frozen=True):
    """A table row: its condition and its result (a choice id, a truth, or a number tree)."""

    id: str
    when: TruthNode
    then: str | bool | NumberNode


class CompiledDerived(msgspec.Struct, frozen=True, kw_only=True):
    """A derived finding: a tree, or rows tried in order. `otherwise` is None when the rows cover everything."""

    entry: Derived
    tree: TruthNode | NumberNode | None = None
    rows: tuple[CompiledRow, ...] = ()
    otherwise: str | bool | NumberNode | None = None
    relevant: TruthNode
    not_for: TruthNode
    basis: Basis


class CompiledRecommendation(msgspec.Struct, frozen=True, kw_only=True):
    """A recommendation with its condition (patient kinds included) and the conditions of its escalations."""

    entry: Recommendation
    when: TruthNode
    escalate: tuple[TruthNode, ...]
    basis: Basis


class CompiledCondition(msgspec.Struct, frozen=True, kw_only=True):
    """A cause with the conditions of its arguments."""

    entry: Condition
    arguments_for: tuple[TruthNode, ...]
    arguments_against: tuple[TruthNode, ...]
    excluded: TruthNode
    confirmed: TruthNode
    basis: Basis
    basis_for: tuple[Basis, ...]
    basis_against: tuple[Basis, ...]


class CompiledGate(msgspec.Struct, frozen=True, kw_only=True):
    """A gate with the conditions of its items."""

    entry: GateEntry
    items: tuple[TruthNode, ...]
    basis: tuple[Basis, ...]  # of each item


class Knowledge(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Everything that the decision core, the forms and the note read. Entries by id, in the order of the files.

    Equal only to itself, so that what is made from it can be kept beside it.
    """

    header: Header
    hash: str
    deviations: tuple[str, ...]  # what this site refined, in words
    unavailable: frozenset[str]  # kinds of examination that cannot be done at this site
    findings: Mapping[str, Finding]
    derived: Mapping[str, CompiledDerived]
    relevance: Mapping[str, TruthNode]
    absence: Mapping[str, TruthNode]  # finding -> when it cannot be, although it was not recorded
    earlier_absence: Mapping[tuple[str, str], TruthNode]  # the same for (finding, `Reference.until`)
    conditions: Mapping[str, CompiledCondition]
    recommendations: Mapping[str, CompiledRecommendation]
    order: tuple[str, ...]  # recommendations, those that suppress others first
    precedence: Mapping[str, Precedence]
    suppressors: Mapping[str, tuple[tuple[Precedence, str], ...]]  # id -> what it gives way to
    gates: Mapping[str, CompiledGate]
    conflicts: Mapping[str, ConflictEntry]
    sources: Mapping[str, Source]
    lists: Mapping[str, ListEntry]
    starting_points: Mapping[str, StartingPoint]
    domains: Mapping[str, frozenset[str]]  # finding or derived finding -> all its choices
    inputs: Mapping[str, tuple[Reference, ...]]  # derived finding -> the entered findings that it is made from
    limits_of_inputs: Mapping[str, tuple[Limit, ...]]  # derived finding -> the laboratory limits it compares with
    packs: Mapping[str, str]  # "kind/id" -> the pack in whose file the entry stands
    limits: tuple[Limit, ...]  # the laboratories' own limits that anything is compared with
    translation: Translation = Translation()  # the language of its texts

    def trees(self) -> Iterator[Node]:
        """Every checked tree."""
        for derived in self.derived.values():
            yield from (*trees_of(derived), derived.relevant)
        yield from (*self.relevance.values(), *self.absence.values(), *self.earlier_absence.values())
        yield from self.decisive()

    def decisive(self) -> Iterator[Node]:
        """The trees on which advice, urgency, causes and gates rest directly."""
        for recommendation in self.recommendations.values():
            yield from (recommendation.when, *recommendation.escalate)
        for one in self.conditions.values():
            yield from (*one.arguments_for, *one.arguments_against, one.excluded, one.confirmed)
        for gate in self.gates.values():
            yield from gate.items

    def absence_of(self, reference: Reference) -> TruthNode | None:
        """When another answer stands for an observation that was not recorded; None for never."""
        if reference.until:
            return self.earlier_absence.get((reference.name, reference.until))
        return None if reference.which else self.absence.get(reference.name)

    def label(self, name: str) -> str:
        """What people call a finding or derived finding."""
        if name in self.findings:
            return self.findings[name].label
        return self.derived[name].entry.label if name in self.derived else name

    def absent(self, name: str) -> Value:
        """What "none of these" records of a yes/no finding, a multi-choice, or a choice that is asked with others."""
        finding, choice = self.findings[name], self.header.absent_choice(name)
        if finding.type == "choice":
            return ChoiceValue(candidates=(choice,))
        if finding.type == "multi":
            return ItemsValue(absent=tuple(option.id for option in finding.choices))
        return YesNoValue(yes=choice == "yes")

    def options(self, name: str) -> tuple[ChoiceOption, ...]:
        """The choices of a finding or derived finding, in their order."""
        if name in self.findings:
            return self.findings[name].choices
        return self.derived[name].entry.choices if name in self.derived else ()

    def choice_label(self, name: str, choice: str) -> str:
        """What people call a choice."""
        return next((option.label for option in self.options(name) if option.id == choice), choice)


def named_by(name: str, recommendations: Mapping[str, Recommendation]) -> tuple[str, ...]:
    """The recommendations that a rule of precedence names by an id or by "#tag"; () for an unknown id."""
    if name.startswith("#"):
        return tuple(entry.id for entry in recommendations.values() if name[1:] in entry.tags)
    return (name,) if name in recommendations else ()


def suppressors_of(
    precedence: Iterable[Precedence], recommendations: Mapping[str, Recommendation]
) -> dict[str, tuple[tuple[Precedence, str], ...]]:
    """For each recommendation that can give way: by which rule, and to what; the first rule of a pair counts."""
    found: dict[str, dict[str, tuple[Precedence, str]]] = {}
    for rule in precedence:
        holding = {winner: (rule, winner) for name in rule.when_holds for winner in named_by(name, recommendations)}
        for loser in (loser for name in rule.suppresses for loser in named_by(name, recommendations)):
            known = found.setdefault(loser, {})
            known.update({name: one for name, one in holding.items() if name != loser and name not in known})
    return {loser: tuple(winners.values()) for loser, winners in found.items() if winners}


def trees_of(compiled: CompiledDerived) -> tuple[Node, ...]:
    """The trees that a derived finding is computed by."""
    found: list[Node] = [] if compiled.tree is None else [compiled.tree]
    for row in compiled.rows:
        found.append(row.when)
        if isinstance(row.then, Node):
            found.append(row.then)
    if isinstance(compiled.otherwise, Node):
        found.append(compiled.otherwise)
    return tuple(found)


def limits_of(trees: Iterable[Node]) -> tuple[Limit, ...]:
    """The laboratories' own limits that the trees compare with, each once."""
    return tuple(dict.fromkeys(node for tree in trees for node in walk(tree) if isinstance(node, Limit)))
