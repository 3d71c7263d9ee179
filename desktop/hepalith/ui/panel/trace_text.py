"""A trace as rich text: one line for each part, with sign and word, indented by depth."""

from collections.abc import Iterable, Iterator
from html import escape

import msgspec

from hepalith.domain.assessment import Answer, TraceNode, Turn
from hepalith.domain.words import answer_text, capital, turn_note
from hepalith.i18n import _, plural
from hepalith.ui.colours import Theme
from hepalith.ui.texts import ANSWER_SIGN

_MOST_LINES = 120
_INDENT = 14
EVERY_PART = "every"  # the target of the link to the parts that do not decide


def link_to(finding: str, subject: str) -> str:
    """The target of a link to a field."""
    return f"{finding}|{subject}"


def links_of(node: TraceNode) -> Iterator[tuple[str, str]]:
    """The text of each part that reads an entry, and the target of its link."""
    if node.finding:
        yield node.text, link_to(node.finding, node.subject)
    for child in node.children:
        yield from links_of(child)


def deciding(node: TraceNode) -> TraceNode:
    """The tree with only those parts that decide: what is yes of a yes, no of a no, not known of what is not known.

    All parts of a node stay where none has its answer ("must not be so").
    """
    alike = [child for child in node.children if child.answer is node.answer] or node.children
    return msgspec.structs.replace(node, children=tuple(map(deciding, alike)))


def trace_html(node: TraceNode, theme: Theme, *, every: bool = False) -> str:
    """The tree in lines; what decided stands in the theme's colours, with its sign and word beside it.

    every: also the parts that do not decide; otherwise a link to `EVERY_PART` says how many parts there are.
    """
    lines: list[str] = []
    shown = node if every else deciding(node)
    _add(shown, 0, theme, lines)
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], f"<div>{escape(_('... and more parts'))}</div>"]
    count = _parts(node)
    if every or count > _parts(shown):
        text = _("Only what decides") if every else plural("Show {count} part", "Show all {count} parts", count)
        lines.append(f'<div><a href="{EVERY_PART}">{escape(text)}</a></div>')
    return "".join(lines)


def _parts(node: TraceNode) -> int:
    return 1 + sum(map(_parts, node.children))


def turns_html(turns: Iterable[Turn], theme: Theme) -> str:
    """What would change it: a line for each turn, and one for each fact, with what is known of it now."""
    lines: list[str] = []
    for turn in turns:
        text, note = _("{turns}, if").format(turns=capital(turn.turns)), turn_note(turn)
        if not turn.facts:
            text = _("{turns}: {note}").format(turns=capital(turn.turns), note=note)
        elif note:
            text = _("{text} ({note})").format(text=text, note=note)
        lines.append(f"<div>{escape(text)}</div>")
        for fact in turn.facts:
            _add(fact, 1, theme, lines)
    return "".join(lines)


def _add(node: TraceNode, depth: int, theme: Theme, lines: list[str]) -> None:
    if len(lines) > _MOST_LINES:
        return
    colour = {Answer.YES: theme.good, Answer.NO: theme.alert, Answer.UNKNOWN: theme.warning}[node.answer]
    sign = f'<span style="color:{colour}">{ANSWER_SIGN[node.answer]} {escape(answer_text(node.answer))}</span>'
    text = escape(node.text)
    if node.finding:
        link = escape(link_to(node.finding, node.subject))
        text = f'<a style="color:{theme.text}" href="{link}">{text}</a>'
    lines.append(f'<div style="margin-left:{depth * _INDENT}px">{sign} – {text}</div>')
    for child in node.children:
        _add(child, depth + 1, theme, lines)
