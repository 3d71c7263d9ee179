"""What changed between two versions of the knowledge, as text for a terminal or as JSON."""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, TextIO

import msgspec

from hepalith.cli.case_sources import sources
from hepalith.cli.parts import DONE, Parts
from hepalith.decision.changes import change_text
from hepalith.decision.facts import Relevance, title_of
from hepalith.decision.knowledge_changes import Difference, Happened, PartDifference, knowledge_changes
from hepalith.decision.moves import Asked, MovedCase, moved_cases
from hepalith.domain.errors import KnowledgeError
from hepalith.i18n import _, plural
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.loader import read_knowledge
from hepalith.knowledge.uses import Place
from hepalith.services.ports import CaseStore


def diff(arguments: argparse.Namespace, parts: Parts, out: TextIO) -> int:
    """`hepalith knowledge diff OLD NEW`. Raises KnowledgeError for a folder that holds no usable knowledge."""
    old, new = (_read(folder) for folder in (arguments.old, arguments.new))
    differences = knowledge_changes(old, new)
    as_of = parts.clock(arguments.as_of).today()
    asked: list[Asked] = []
    unasked: list[str] = []
    for path in arguments.cases:
        for one in _cases(path, old, new, as_of, parts.store):
            (unasked if isinstance(one, str) else asked).append(one)  # type: ignore[arg-type]
    moved = list(moved_cases(old, new, differences, asked))
    if arguments.format == "json":
        out.write(_json(old, new, differences, moved, asked, unasked))
    else:
        out.writelines(f"{line}\n" for line in _lines(old, new, differences))
        if arguments.cases:
            out.writelines(f"{line}\n" for line in _case_lines(new, old, moved, len(asked), unasked))
    return DONE


def _read(folder: Path) -> Knowledge:
    try:
        return read_knowledge(folder)[0]
    except KnowledgeError as error:
        raise KnowledgeError(_("{folder}: {reason}").format(folder=folder, reason=error)) from error


def _cases(path: Path, old: Knowledge, new: Knowledge, as_of: date, store: CaseStore) -> Iterator[Asked | str]:
    """The cases that a path names; a text for one that a version cannot express. Raises CaseFileError."""
    for source in sources(path, store):
        try:
            before, after = (source.read(knowledge) for knowledge in (old, new))
        except ValueError as error:
            yield _("{id}: {reason}").format(id=source.name, reason=error)
            continue
        title = source.title(after)
        yield Asked(name=source.name, title=title, before=before, after=after, as_of=source.as_of or as_of)


# text


def _lines(old: Knowledge, new: Knowledge, differences: Sequence[Difference]) -> Iterator[str]:
    yield _("Knowledge {old} ({old_hash}) -> {new} ({new_hash})").format(
        old=old.header.version, old_hash=old.hash, new=new.header.version, new_hash=new.hash
    )
    if not differences:
        yield _("The same files.") if old.hash == new.hash else _("Only the form of the files differs.")
        return
    entries = Counter(_of_entry(one) for one in {(one.kind, one.id): one for one in differences}.values())
    yield _("{added} entries added, {removed} removed, {changed} changed").format(
        added=entries[Happened.ADDED], removed=entries[Happened.REMOVED], changed=entries[Happened.CHANGED]
    )
    for relevance, group in groupby(differences, key=lambda one: one.relevance):
        yield ""
        yield _heading(relevance)
        for _place, members in groupby(group, key=lambda one: (one.kind, one.id)):
            several = list(members)
            yield f"  {_kind(several[0].kind)} {several[0].id}: {several[0].title}"
            for one in several:
                yield from _difference(one)


def _of_entry(one: Difference) -> Happened:
    return Happened.CHANGED if one.part or one.what else one.happened


def _difference(one: Difference) -> Iterator[str]:
    where = ", ".join(part for part in (one.part, one.what) if part)
    if one.happened is not Happened.CHANGED:
        word = _("new") if one.happened is Happened.ADDED else _("removed")
        yield _("    {word}{where}: {text}").format(
            word=word, where=f", {where}" if where else "", text=one.after or one.before
        )
        return
    sets = one.parts and not any(part.before and part.after for part in one.parts) and not _is_condition(one)
    if sets:
        yield f"    {where}: {'; '.join(map(_part, one.parts))}"
        return
    yield f"    {where}:"
    yield _("      was: {text}").format(text=one.before or _("nothing"))
    yield _("      now: {text}").format(text=one.after or _("nothing"))
    if _is_condition(one):
        yield from (f"      {_part(part)}" for part in one.parts)


def _is_condition(one: Difference) -> bool:
    return any(part.effect or (part.before and part.after) for part in one.parts)


def _part(part: PartDifference) -> str:
    effect = f" ({part.effect})" if part.effect else ""
    if not part.before:
        return _("added: {text}").format(text=part.after) + effect
    if not part.after:
        return _("left out: {text}").format(text=part.before) + effect
    return _("changed: {before} -> {after}").format(before=part.before, after=part.after) + effect


def _case_lines(
    new: Knowledge, old: Knowledge, moved: Sequence[MovedCase], asked: int, unasked: Sequence[str]
) -> Iterator[str]:
    yield ""
    applying = [one for one in moved if any(move.applies for move in one.moves)]
    yield _("Cases: {asked} asked; advice moves in {moved}; in {others} more only what cannot be excluded").format(
        asked=asked, moved=len(applying), others=len(moved) - len(applying)
    )
    yield from (_("  cannot be asked: {reason}").format(reason=reason) for reason in unasked)
    for one in applying:
        yield f"  {one.name}: {one.title}" if one.title else f"  {one.name}"
        for move in one.moves:
            if move.applies:
                yield f"    {change_text(move.change)}"
                if move.behind:
                    names = "; ".join(_named(place, new, old) for place in move.behind)
                    yield _("      because of: {entries}").format(entries=names)
        others = sum(not move.applies for move in one.moves)
        if others:
            yield "    " + plural(
                "{count} more change in what cannot be excluded",
                "{count} more changes in what cannot be excluded",
                others,
            )


def _named(place: Place, new: Knowledge, old: Knowledge) -> str:
    kind, name = place
    title = title_of(new if name in getattr(new, kind) else old, place)
    return f"{_kind(kind)} {name} ({title})"


def _kind(kind: str) -> str:
    return {
        "recommendations": _("recommendation"),
        "conditions": _("cause"),
        "gates": _("gate"),
        "precedence": _("rule of precedence"),
        "derived": _("derived finding"),
        "findings": _("finding"),
        "conflicts": _("conflict"),
        "lists": _("list"),
        "sources": _("source"),
    }.get(kind, kind)


def _heading(relevance: Relevance) -> str:
    return {
        Relevance.SAFETY: _("Safety: gates, what to avoid, what closes a case"),
        Relevance.URGENCY: _("Urgency and order of precedence"),
        Relevance.ADVICE: _("Advice"),
        Relevance.CAUSES: _("Causes"),
        Relevance.VALUES: _("Tables, calculators and derived findings"),
        Relevance.ENTRY: _("What can be entered"),
        Relevance.FORM: _("What the form asks"),
        Relevance.GROUNDS: _("Sources, basis and review"),
        Relevance.TEXTS: _("Wording"),
    }[relevance]


# JSON


def _json(
    old: Knowledge,
    new: Knowledge,
    differences: Sequence[Difference],
    moved: Sequence[MovedCase],
    asked: Sequence[Asked],
    unasked: Sequence[str],
) -> str:
    content: dict[str, Any] = {
        "old": {"version": old.header.version, "hash": old.hash},
        "new": {"version": new.header.version, "hash": new.hash},
        "differences": [_plain(one) | {"relevance": one.relevance.name.lower()} for one in differences],
        "cases": {"asked": len(asked), "not_asked": list(unasked), "moved": [_plain(one) for one in moved]},
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=1).decode() + "\n"


def _plain(value: msgspec.Struct) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.to_builtins(value)
    return made
