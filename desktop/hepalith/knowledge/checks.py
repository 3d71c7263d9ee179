"""Checks that links between entries hold: groups, choices, sources, gates, conflicts, durations, and no circle."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import get_args

from hepalith.domain.durations import parse_duration
from hepalith.domain.errors import InvalidValueError
from hepalith.knowledge.expression import Symbols
from hepalith.knowledge.model import (
    HEADER_FILE,
    MOST_TOGETHER,
    Cited,
    Finding,
    Grounded,
    Group,
    Header,
    KnowledgeFiles,
    ListEntry,
    Recommendation,
    UrgencyLevel,
)
from hepalith.knowledge.tree import Fires, GatePasses, Node, Reference, walk
from hepalith.resources import picture_names

PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
Report = Callable[[str, str, str], None]  # (kind, id, what is wrong and what to do)
Sources = tuple[str | Cited, ...]


def check_entries(files: KnowledgeFiles, symbols: Symbols, report: Report) -> None:
    """Reports every broken link and every statement without a basis."""
    groups = {group.id: group for group in files.header.groups}
    for finding in files.findings:
        for message in (
            *_finding_problems(finding, groups),
            *_picture_problems(finding),
            *_course_problems(finding, groups, symbols),
        ):
            report("findings", finding.id, message)
    for made in files.lists:
        for message in _list_problems(made, symbols):
            report("lists", made.id, message)
    for entry in files.recommendations:
        for message in (
            *_link_problems(entry, files, symbols),
            *_text_problems(entry, symbols),
            *_time_problems(entry),
        ):
            report("recommendations", entry.id, message)
    points = {point.id for point in files.header.starting_points}
    for conflict in files.conflicts:
        for point in conflict.starting_points:
            if point not in points:
                report("conflicts", conflict.id, f'starting point "{point}" is not in knowledge.yaml')
    for message in _level_problems([entry.id for entry in files.header.urgency_levels]):
        report(HEADER_FILE, "urgency_levels", message)
    for name, count in Counter(reason.id for reason in files.header.override_reasons).items():
        if count > 1:
            report(HEADER_FILE, name, "this reason stands twice; ids are never reused")
    for message in _asked_problems(files.header, {finding.id: finding for finding in files.findings}):
        report(HEADER_FILE, "asked_together", message)
    _check_grounds(files, report)


def _check_grounds(files: KnowledgeFiles, report: Report) -> None:
    known = {source.id for source in files.sources}
    for kind, name, sources in _citations(files):
        for source in sources:
            identifier = source if isinstance(source, str) else source.id
            if identifier not in known:
                report(kind, name, f'source "{identifier}" is in no file of sources; add it, with its basis')
    for kind, name, basis, count in _statements(files):
        if basis is None:
            report(kind, name, "has no basis; write read, secondary, recalled or default, as the evidence says")
        elif count == 0 and basis != "default":
            report(kind, name, f'has basis "{basis}" but no source; only a default may stand without one')


def check_cycles(trees: Mapping[str, Iterable[Node]], report: Report) -> None:
    """Reports derived findings, gates and recommendations whose value depends on itself."""
    graph = {name: _uses(nodes) for name, nodes in trees.items()}
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        first = error.args[1][0]
        kind, _space, name = first.rpartition(" ")
        kinds = {"": "derived", "finding": "findings", "gate": "gates", "recommendation": "recommendations"}
        report(kinds[kind], name, f"depends on itself: {' -> '.join(error.args[1])}")


def _level_problems(levels: Sequence[str]) -> Iterator[str]:
    for level in get_args(UrgencyLevel):
        if levels.count(level) != 1:
            yield f'level "{level}" stands {levels.count(level)} times; each of the six stands once'


def _asked_problems(header: Header, findings: Mapping[str, Finding]) -> Iterator[str]:
    """What is asked first and together: at most eight, each finding once, and each says what its absence is."""
    members = [member for together in header.asked_together for member in together.members]
    for name in (*header.asked_first, *(member.finding for member in members)):
        if name not in findings:
            yield f'"{name}" is no finding that can be entered'
    for name, count in Counter(member.finding for member in members).items():
        if count > 1:
            yield f'"{name}" is asked with others twice'
    for together in header.asked_together:
        if not 1 < len(together.members) <= MOST_TOGETHER:
            yield f'"{together.id}" asks {len(together.members)} findings together: 2 to {MOST_TOGETHER}'
    for member in members:
        if member.finding in findings and not _says_absence(findings[member.finding], member.absent):
            yield f'"{member.finding}" cannot be asked with others: `absent` must be one of its choices, yes or no'


def _says_absence(entry: Finding, absent: str) -> bool:
    match entry.type:
        case "choice":
            return absent in {option.id for option in entry.choices}
        case "yes_no":
            return absent in {"", "yes", "no"}
        case "multi":
            return not absent
    return False


def _finding_problems(entry: Finding, groups: Mapping[str, Group]) -> Iterator[str]:
    if not entry.id.isidentifier():
        yield "an id of a finding must be an identifier"
    if entry.group not in groups:
        yield f'group "{entry.group}" is not in knowledge.yaml'
    elif groups[entry.group].subject != entry.subject:
        yield f'belongs to a {entry.subject}, but its group "{entry.group}" is for the {groups[entry.group].subject}'
    yield from _absence_problems(entry)
    if entry.type in {"choice", "multi"} and not entry.choices:
        yield "has no choices"
    if len({option.id for option in entry.choices}) != len(entry.choices):
        yield "has a choice id twice"
    if any(not option.id.isidentifier() for option in entry.choices):
        yield "has a choice id that is no identifier"
    if entry.type == "number" and (not entry.unit or entry.hard is None):
        yield "is a number: it needs `unit` and `hard` limits"
    if entry.hard is not None and entry.hard[0] >= entry.hard[1]:
        yield "its hard limits are the wrong way round"


def _picture_problems(entry: Finding) -> Iterator[str]:
    for name in dict.fromkeys((entry.picture, *(option.picture for option in entry.choices))):
        if name and name not in picture_names():
            yield f'picture "{name}" is not in resources/pictures'


def _course_problems(entry: Finding, groups: Mapping[str, Group], symbols: Symbols) -> Iterator[str]:
    if entry.course is None:
        return
    name = entry.course.group
    if name and (name not in groups or groups[name].subject != "lesion"):
        yield f'its `course` is shown in "{name}", which is no section of a lesion'
    for name in entry.course.beside:
        symbol = symbols.findings.get(name)
        if symbol is None or symbol.derived or symbol.subject != "lesion":
            yield f'its `course` names "{name}", which cannot be entered for a lesion'
    if (entry.type, entry.subject) != ("number", "lesion"):
        yield "has a `course`: only a number of a lesion can"
    choices = (entry.course.change, entry.course.stage, entry.course.stage_step)
    for name, kind in ((entry.course.error, "number"), *((choice, "choice") for choice in choices)):
        symbol = symbols.findings.get(name)
        if name and (symbol is None or not symbol.derived or (symbol.type, symbol.subject) != (kind, "lesion")):
            yield f'its `course` names "{name}", which is no derived {kind} of a lesion'
        elif symbol is not None and kind == "number" and symbol.unit != entry.unit:
            yield f'its `course` names "{name}", which has another unit'


def _absence_problems(entry: Finding) -> Iterator[str]:
    if not entry.absent_when:
        if entry.absent_choice or entry.absent_range:
            yield "says what it then is, but not when: add `absent_when`"
        return
    if entry.basis is None:
        yield "says when it need not be recorded (`absent_when`): that needs a basis"
    if entry.type == "choice" and entry.absent_choice not in {option.id for option in entry.choices}:
        yield "is a choice with `absent_when`: `absent_choice` must name one of its choices"
    if entry.type == "number" and entry.absent_range is None:
        yield "is a number with `absent_when`: it needs `absent_range`"
    if entry.type in {"date", "text"}:
        yield "a date or a text cannot have `absent_when`"


def _list_problems(made: ListEntry, symbols: Symbols) -> Iterator[str]:
    symbol = symbols.findings.get(made.of)
    if symbol is None:
        yield f'is of "{made.of}", which is no finding'
        return
    for value in made.values:
        if value not in symbol.choices:
            yield f'"{value}" is not among the choices of "{made.of}"'


def _citations(files: KnowledgeFiles) -> Iterator[tuple[str, str, Sources]]:
    for derived in files.derived:
        yield "derived", derived.id, derived.sources
    for recommendation in files.recommendations:
        yield "recommendations", recommendation.id, recommendation.sources
    for rule in files.precedence:
        yield "precedence", rule.id, rule.sources
    for finding in files.findings:
        yield "findings", finding.id, finding.sources
    for made in files.lists:
        yield "lists", made.id, made.sources
    for name, entry in _of_header(files.header):
        yield HEADER_FILE, name, entry.sources
    for condition in files.conditions:
        for part in (condition, *condition.arguments_for, *condition.arguments_against):
            yield "conditions", condition.id, part.sources
    for gate in files.gates:
        for item in (gate, *gate.items):
            yield "gates", gate.id, item.sources
    for conflict in files.conflicts:
        for position in conflict.positions:
            yield "conflicts", conflict.id, position.sources


def _of_header(header: Header) -> Iterator[tuple[str, Grounded]]:
    yield from ((level.id, level) for level in header.urgency_levels)
    yield from ((reason.id, reason) for reason in header.override_reasons)
    yield from ((together.id, together) for together in header.asked_together)


def _statements(files: KnowledgeFiles) -> Iterator[tuple[str, str, str | None, int]]:
    """(kind, id, basis, number of sources) of everything that needs a basis, its own or of its entry."""
    for name, entry in _of_header(files.header):
        yield HEADER_FILE, name, entry.basis, len(entry.sources)
    for derived in files.derived:
        yield "derived", derived.id, derived.basis, len(derived.sources)
    for recommendation in files.recommendations:
        yield "recommendations", recommendation.id, recommendation.basis, len(recommendation.sources)
    for rule in files.precedence:
        yield "precedence", rule.id, rule.basis, len(rule.sources)
    for condition in files.conditions:
        parts = (*condition.arguments_for, *condition.arguments_against)
        count = len(condition.sources) + sum(len(part.sources) for part in parts)
        yield "conditions", condition.id, condition.basis, count
    for gate in files.gates:
        for item in gate.items:
            yield "gates", f"{gate.id}.{item.id}", item.basis or gate.basis, len(item.sources) or len(gate.sources)


def _link_problems(entry: Recommendation, files: KnowledgeFiles, symbols: Symbols) -> Iterator[str]:
    for gate in entry.gates:
        if gate not in symbols.gates:
            yield f'gate "{gate}" does not exist'
        elif symbols.gates[gate][0] == "lesion" and entry.subject == "patient":
            yield f'gate "{gate}" is judged for a lesion, the recommendation for the patient'
    conflicts = {conflict.id for conflict in files.conflicts}
    for conflict in entry.conflicts:
        if conflict not in conflicts:
            yield f'conflict "{conflict}" does not exist'
    points = {point.id for point in files.header.starting_points}
    for point in entry.starting_points:
        if point not in points:
            yield f'starting point "{point}" is not in knowledge.yaml'
    for finding in entry.asks:
        if finding not in symbols.findings:
            yield f'asks for "{finding}", which is no finding'


def _text_problems(entry: Recommendation, symbols: Symbols) -> Iterator[str]:
    for text in (entry.title, entry.action, entry.reason):
        for name in PLACEHOLDER.findall(text):
            if name not in symbols.findings:
                yield f'the text inserts "{{{name}}}", which is no finding'
            elif symbols.findings[name].subject == "lesion" and entry.subject == "patient":
                yield f'the text for the patient inserts "{{{name}}}" of a lesion'


def _time_problems(entry: Recommendation) -> Iterator[str]:
    durations = [entry.within]
    for step in entry.follow_up:
        durations += [*step.after, step.then_every, step.until, *(step.window or ())]
    for duration in filter(None, durations):
        try:
            parse_duration(duration)
        except InvalidValueError as error:
            yield str(error)


def _uses(nodes: Iterable[Node]) -> set[str]:
    used: set[str] = set()
    for node in (inner for root in nodes for inner in walk(root)):
        match node:
            case Reference(name=name, derived=derived):
                used.add(name if derived else f"finding {name}")
            case GatePasses(gate=name):
                used.add(f"gate {name}")
            case Fires(recommendations=names):
                used.update(f"recommendation {name}" for name in names)
    return used
