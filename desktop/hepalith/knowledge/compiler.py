"""Compiles the entries of the knowledge files: checks them, and turns every expression into a tree."""

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath

from msgspec.structs import replace

from hepalith.domain.assessment import Basis
from hepalith.knowledge.base import (
    MODALITY,
    SUBJECT,
    CompiledCondition,
    CompiledDerived,
    CompiledGate,
    CompiledRecommendation,
    CompiledRow,
    Knowledge,
    Places,
    Problem,
    limits_of,
    suppressors_of,
    trees_of,
)
from hepalith.knowledge.checks import check_cycles, check_entries
from hepalith.knowledge.earlier import Earlier, defined_as
from hepalith.knowledge.expression import ExpressionError, Symbol, Symbols, parse_number, parse_truth
from hepalith.knowledge.grounds import basis_of
from hepalith.knowledge.model import (
    Condition,
    Derived,
    GateEntry,
    Grounded,
    KnowledgeFiles,
    Precedence,
    Recommendation,
    Subject,
    UnitScale,
)
from hepalith.knowledge.site import Site, apply_site
from hepalith.knowledge.translation import Catalogue, Translation, translated
from hepalith.knowledge.tree import (
    And,
    ChoiceIn,
    ChoiceOf,
    Constant,
    Node,
    NumberNode,
    Reference,
    TruthNode,
    references,
)


def compile_knowledge(
    files: KnowledgeFiles, places: Places, site: Site | None = None, catalogue: Catalogue | None = None
) -> tuple[Knowledge, tuple[Problem, ...]]:
    """The compiled knowledge, in the words of a catalogue and refined by a site, and all problems.

    With problems it must not be used. What a site writes itself is not translated.

    Raises SiteError if the site settings do not fit the knowledge.
    """
    translation = Translation()
    deviations: tuple[str, ...] = ()
    unavailable: frozenset[str] = frozenset()
    if catalogue is not None:
        files, translation = translated(files, catalogue)
    if site is not None:
        files, deviations = apply_site(files, site)
        unavailable = frozenset(site.unavailable)
    knowledge, problems = _Compiler(files, places).run()
    return replace(knowledge, translation=translation, deviations=deviations, unavailable=unavailable), problems


class _Compiler:
    def __init__(self, files: KnowledgeFiles, places: Places) -> None:
        self._places = places
        self._problems: list[Problem] = []
        self._files = replace(files, derived=tuple(self._defined(files.derived)))
        self._symbols = self._make_symbols()

    def run(self) -> tuple[Knowledge, tuple[Problem, ...]]:
        files = self._files
        derived = {entry.id: self._derived(entry) for entry in files.derived}
        conditions = {entry.id: self._condition(entry) for entry in files.conditions}
        recommendations = {entry.id: self._recommendation(entry) for entry in files.recommendations}
        gates = {entry.id: self._gate(entry) for entry in files.gates}
        absence = {
            entry.id: self._truth(entry.absent_when, entry.subject, "findings", entry.id, "absent_when")
            for entry in files.findings
            if entry.absent_when
        }
        derived |= self._earlier(derived)
        suppressors = self._suppressors()
        knowledge = Knowledge(
            header=files.header,
            hash=files.hash,
            deviations=(),
            unavailable=frozenset(),
            findings={entry.id: entry for entry in files.findings},
            derived=derived,
            relevance=self._relevance(),
            absence=absence,
            earlier_absence={},
            conditions=conditions,
            recommendations=recommendations,
            order=self._order(suppressors),
            precedence={entry.id: entry for entry in files.precedence},
            suppressors=suppressors,
            gates=gates,
            conflicts={entry.id: entry for entry in files.conflicts},
            sources={entry.id: entry for entry in files.sources},
            lists={entry.id: entry for entry in files.lists},
            starting_points={point.id: point for point in files.header.starting_points},
            domains={name: frozenset(symbol.choices) for name, symbol in self._symbols.findings.items()},
            inputs={name: _inputs_of(name, derived) for name in derived},
            limits_of_inputs={name: limits_of(_trees_behind(name, derived)) for name in derived},
            packs={f"{kind}/{name}": PurePosixPath(file).stem for (kind, name), (file, _line) in self._places.items()},
            limits=(),
        )
        knowledge = replace(knowledge, earlier_absence=self._earlier_absence(knowledge))
        knowledge = replace(knowledge, limits=limits_of(knowledge.trees()))
        check_entries(files, self._symbols, self._problem)
        trees = {name: trees_of(compiled) for name, compiled in derived.items()}
        trees |= {f"finding {name}": (tree,) for name, tree in absence.items()}
        trees |= {f"gate {name}": compiled.items for name, compiled in gates.items()}
        trees |= {f"recommendation {name}": (compiled.when,) for name, compiled in recommendations.items()}
        check_cycles(trees, self._problem)
        return knowledge, tuple(self._problems)

    # expressions

    def _make_symbols(self) -> Symbols:
        findings: dict[str, Symbol] = {}
        for entry in self._files.findings:
            scales = {entry.unit: UnitScale()} | {
                unit: scale for unit in entry.other_units if (scale := entry.scale(unit)) is not None
            }
            choices = tuple(option.id for option in entry.choices)
            findings[entry.id] = Symbol(
                id=entry.id,
                subject=entry.subject,
                type=entry.type,
                derived=False,
                choices=choices,
                unit=entry.unit,
                hard=entry.hard,
                scales=scales,
                has_limits=entry.limits or entry.upper_limit is not None or entry.lower_limit is not None,
            )
        for made in self._files.derived:
            if made.id in findings:
                self._problem(
                    "derived",
                    made.id,
                    "is also the id of a finding; ids of findings and derived findings share one space",
                )
            findings[made.id] = Symbol(
                id=made.id,
                subject=made.subject,
                type=made.type,
                derived=True,
                choices=tuple(option.id for option in made.choices),
                unit=made.unit,
                hard=made.range,
                scales={made.unit: UnitScale()},
            )
        modality = findings.get(MODALITY)
        return Symbols(
            findings=findings,
            lists={entry.id: (entry.of, frozenset(entry.values)) for entry in self._files.lists},
            gates={
                entry.id: (entry.subject, frozenset(item.id for item in entry.items)) for entry in self._files.gates
            },
            recommendations={entry.id: entry.subject for entry in self._files.recommendations},
            modalities=frozenset(modality.choices) if modality else frozenset(),
        )

    def _truth(
        self, text: str, subject: Subject, kind: str, name: str, part: str, *, allow_missing: bool = False
    ) -> TruthNode:
        try:
            return parse_truth(text, subject, self._symbols, allow_missing=allow_missing)
        except ExpressionError as error:
            self._problem(kind, name, f"{part}: {error}")
            return Constant(value=False)

    def _optional(self, text: str, subject: Subject, kind: str, name: str, part: str) -> TruthNode:
        return self._truth(text, subject, kind, name, part) if text else Constant(value=False)

    def _derived(self, entry: Derived) -> CompiledDerived:
        if bool(entry.expr) == bool(entry.rows):
            self._problem("derived", entry.id, "needs either `expr` or `rows`")
        if entry.rows and entry.otherwise is None and not entry.complete:
            self._problem("derived", entry.id, "needs `otherwise`, or `complete: true` when its rows cover everything")
        if entry.exclusive and not entry.rows:
            self._problem("derived", entry.id, "is `exclusive` without rows")
        if entry.red_flags and not (entry.expr and entry.type == "yes_no"):
            self._problem("derived", entry.id, "`red_flags` is for a yes/no with `expr`, which lists them")
        if entry.type == "choice" and not entry.choices:
            self._problem("derived", entry.id, "is a choice without choices")
        rows = tuple(
            CompiledRow(
                row.id,
                self._truth(row.when, entry.subject, "derived", entry.id, f"row {row.id}"),
                self._result(row.then, entry, f"row {row.id}"),
            )
            for row in entry.rows
        )
        otherwise = None if entry.otherwise is None else self._result(entry.otherwise, entry, "otherwise")
        tree: TruthNode | NumberNode | None = None
        if entry.expr and entry.type == "number":
            tree = self._number(entry.expr, entry, "expr")
        elif entry.expr and entry.type == "yes_no":
            tree = self._truth(entry.expr, entry.subject, "derived", entry.id, "expr")
        elif entry.expr:
            self._problem("derived", entry.id, "a choice is derived by `rows`, not by `expr`")
        relevant = self._truth(entry.relevant or "true", entry.subject, "derived", entry.id, "relevant")
        not_for = self._truth(entry.not_for or "false", entry.subject, "derived", entry.id, "not_for")
        if bool(entry.not_for) != bool(entry.not_for_text):
            self._problem("derived", entry.id, "`not_for` and `not_for_text` belong together")
        for choice in entry.quiet:
            if choice not in {option.id for option in entry.choices}:
                self._problem("derived", entry.id, f'quiet: "{choice}" is not among its choices')
        return CompiledDerived(
            entry=entry,
            tree=tree,
            rows=rows,
            otherwise=otherwise,
            relevant=relevant,
            not_for=not_for,
            basis=self._basis(entry),
        )

    def _defined(self, entries: Sequence[Derived]) -> Iterator[Derived]:
        """The entries, those with `before` with what they take from another one."""
        plain = {entry.id: entry for entry in entries if not entry.before}
        for entry in entries:
            of = plain.get(entry.before.of) if entry.before else None
            if entry.before and (of is None or (of.type, of.subject) != (entry.type, entry.subject)):
                self._problem(
                    "derived", entry.id, f'before: "{entry.before.of}" is no derived finding of its type and subject'
                )
            elif of is not None and (entry.expr or entry.rows or entry.choices):
                self._problem("derived", entry.id, f'is made as "{of.id}" is, by `before`, and not otherwise')
            yield entry if of is None else defined_as(entry, of)

    def _earlier(self, derived: Mapping[str, CompiledDerived]) -> dict[str, CompiledDerived]:
        """The derived findings with `before`, by what was observed until then."""
        made: dict[str, CompiledDerived] = {}
        entered = {entry.id: entry.subject for entry in self._files.findings}
        for name, compiled in derived.items():
            before = compiled.entry.before
            if before and before.of in derived:
                if entered.get(before.examination) != compiled.entry.subject:
                    self._problem("derived", name, f'before: "{before.examination}" is no finding of its subject')
                try:
                    made[name] = Earlier(before.examination, derived).value(compiled, derived[before.of])
                except ExpressionError as error:
                    self._problem("derived", name, f"before: {error}")
        return made

    def _earlier_absence(self, knowledge: Knowledge) -> dict[tuple[str, str], TruthNode]:
        """What stood for the observations that were not made until then, of all that is read of that time."""
        read = {one for tree in knowledge.trees() for one in references(tree) if one.until}
        found: dict[tuple[str, str], TruthNode] = {}
        for until in sorted({one.until for one in read}):
            names = sorted({one.name for one in read if one.until == until})
            for name in names:
                if knowledge.findings[name].observation != "latest":
                    self._problem("findings", name, f'has no value before "{until}": not its latest observation counts')
            try:
                found |= Earlier(until, knowledge.derived).absences(names, knowledge.absence)
            except ExpressionError as error:
                self._problem("findings", until, f"before: {error}")
        return found

    def _result(self, then: str | bool, entry: Derived, part: str) -> str | bool | NumberNode:
        if entry.type == "number":
            return self._number(str(then), entry, part)
        if entry.type == "yes_no":
            if not isinstance(then, bool):
                self._problem(
                    "derived", entry.id, f"{part}: the result of a yes/no finding is true or false, not {then}"
                )
            return bool(then)
        text = str(then)
        if text not in {option.id for option in entry.choices}:
            self._problem("derived", entry.id, f'{part}: "{text}" is not among its choices')
        return text

    def _number(self, text: str, entry: Derived, part: str) -> NumberNode:
        try:
            return parse_number(text, entry.subject, self._symbols)
        except ExpressionError as error:
            self._problem("derived", entry.id, f"{part}: {error}")
            return parse_number("0", entry.subject, self._symbols)

    def _relevance(self) -> dict[str, TruthNode]:
        return {
            entry.id: self._truth(entry.relevant, entry.subject, "findings", entry.id, "relevant", allow_missing=True)
            for entry in self._files.findings
            if entry.relevant
        }

    def _condition(self, entry: Condition) -> CompiledCondition:
        def trees(kind: str) -> tuple[TruthNode, ...]:
            arguments = entry.arguments_for if kind == "for" else entry.arguments_against
            return tuple(
                self._truth(argument.when, entry.subject, "conditions", entry.id, f'{kind} "{argument.text}"')
                for argument in arguments
            )

        if not entry.arguments_for:
            self._problem("conditions", entry.id, "has no argument for it: it could never be found")
        return CompiledCondition(
            entry=entry,
            arguments_for=trees("for"),
            arguments_against=trees("against"),
            excluded=self._optional(entry.excluded_when, entry.subject, "conditions", entry.id, "excluded_when"),
            confirmed=self._optional(entry.confirmed_when, entry.subject, "conditions", entry.id, "confirmed_when"),
            basis=self._basis(entry),
            basis_for=tuple(self._basis(part, entry) for part in entry.arguments_for),
            basis_against=tuple(self._basis(part, entry) for part in entry.arguments_against),
        )

    def _recommendation(self, entry: Recommendation) -> CompiledRecommendation:
        when = self._truth(
            entry.when, entry.subject, "recommendations", entry.id, "when", allow_missing=entry.may_act_on_the_unknown
        )
        if entry.subjects:
            when = self._for_subjects(when, entry)
        escalate = tuple(
            self._truth(step.when, entry.subject, "recommendations", entry.id, "escalate") for step in entry.escalate
        )
        return CompiledRecommendation(entry=entry, when=when, escalate=escalate, basis=self._basis(entry))

    def _for_subjects(self, when: TruthNode, entry: Recommendation) -> TruthNode:
        symbol = self._symbols.findings.get(SUBJECT)
        if symbol is None:
            self._problem("recommendations", entry.id, f'`subjects` needs a (derived) finding "{SUBJECT}"')
            return when
        reference = Reference(SUBJECT, lesion=False, derived=symbol.derived)
        return And((ChoiceIn(ChoiceOf(reference, frozenset(symbol.choices)), frozenset(entry.subjects)), when))

    def _gate(self, entry: GateEntry) -> CompiledGate:
        items = tuple(
            self._truth(item.requires, entry.subject, "gates", entry.id, f"item {item.id}") for item in entry.items
        )
        return CompiledGate(entry=entry, items=items, basis=tuple(self._basis(item, entry) for item in entry.items))

    def _basis(self, entry: Grounded, whole: Grounded | None = None) -> Basis:
        return basis_of(entry, self._files.header.review_by, whole)

    # precedence

    def _suppressors(self) -> dict[str, tuple[tuple[Precedence, str], ...]]:
        recommendations = {entry.id: entry for entry in self._files.recommendations}
        for rule in self._files.precedence:
            for name in (*rule.when_holds, *rule.suppresses):
                if not name.startswith("#") and name not in recommendations:
                    self._problem("precedence", rule.id, f'"{name}" is no recommendation; write an id, or "#tag"')
        return suppressors_of(self._files.precedence, recommendations)

    def _order(self, suppressors: dict[str, tuple[tuple[Precedence, str], ...]]) -> tuple[str, ...]:
        """Winners before losers. A circle is a problem; it is opened, so that all other problems can be found."""
        while True:
            graph = {
                name.id: [winner for _, winner in suppressors.get(name.id, ())] for name in self._files.recommendations
            }
            try:
                return tuple(TopologicalSorter(graph).static_order())
            except CycleError as error:
                circle = error.args[1]
                message = f"recommendations suppress each other in a circle: {' -> '.join(circle)}"
                self._problems.append(Problem("precedence", 0, "", message))
                winner, loser = circle[0], circle[1]
                suppressors[loser] = tuple(pair for pair in suppressors[loser] if pair[1] != winner)

    def _problem(self, kind: str, name: str, message: str) -> None:
        file, line = self._places.get((kind, name.partition(".")[0]), (kind, 0))
        self._problems.append(Problem(file, line, name, message))


def _trees_behind(name: str, derived: Mapping[str, CompiledDerived]) -> tuple[Node, ...]:
    """The trees of a derived finding, and of the derived findings that it is made from."""
    found: list[Node] = []
    waiting, visited = [name], {name}
    while waiting:
        trees = trees_of(derived[waiting.pop(0)])
        found.extend(trees)
        for reference in (one for tree in trees for one in references(tree)):
            if reference.derived and reference.name not in visited:
                visited.add(reference.name)
                waiting.append(reference.name)
    return tuple(found)


def _inputs_of(name: str, derived: Mapping[str, CompiledDerived]) -> tuple[Reference, ...]:
    named = (one for tree in _trees_behind(name, derived) for one in references(tree))
    return tuple(dict.fromkeys(one for one in named if not one.derived))
