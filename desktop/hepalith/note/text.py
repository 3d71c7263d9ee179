"""The note as plain text and as Markdown, for pasting into the record. Made from the same blocks as the PDF."""

import re
import textwrap
from collections.abc import Iterable

from hepalith.i18n import _
from hepalith.note.document import (
    AnyBlock,
    Band,
    Bullets,
    Document,
    Facts,
    Heading,
    Item,
    Items,
    Paragraph,
    Pictures,
    References,
    Signature,
    Table,
)
from hepalith.note.printable import printable

_WIDTH = 78
_STEPS = 5
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#+!|~&])")
_LIST_START = re.compile(r"^(\s*)([-=]|\d+[.)])", re.MULTILINE)


def plain_text(document: Document) -> str:
    """Plain text, at most 78 signs wide where words allow it."""
    head = [
        document.title,
        "=" * len(document.title),
        *document.letterhead,
        _join(document.patient_key, document.subtitle),
    ]
    parts = ["\n".join(part for part in (*head, document.mark) if part)]
    return printable("\n\n".join([*parts, plain_blocks(document.blocks), document.footer])) + "\n"


def plain_blocks(blocks: Iterable[AnyBlock]) -> str:
    """Blocks as plain text, without what stands around them in a note."""
    return printable("\n\n".join(text for block in blocks if (text := _plain(block))))


def markdown(document: Document) -> str:
    """Markdown; everything that was entered is escaped, so that it shows as it was typed."""
    head = [
        f"# {_safe(document.title)}",
        *map(_safe, document.letterhead),
        f"**{_safe(_join(document.patient_key, document.subtitle))}**",
    ]
    parts = [*head, f"*{_safe(document.mark)}*" if document.mark else ""]
    parts += [_marked(block) for block in document.blocks]
    return printable("\n\n".join(part for part in [*parts, _safe(document.footer)] if part)) + "\n"


# plain


def _plain(block: AnyBlock) -> str:
    match block:
        case Heading(text=text, level=level):
            return f"{text.upper()}\n{'-' * len(text)}" if level == 1 else f"{text}:"
        case Paragraph(text=text):
            return _wrapped(text)
        case Facts(rows=rows):
            return "\n".join(_wrapped(f"{label}: {value}", hang=4) for label, value in rows)
        case Band(rank=rank, label=label, lines=lines):
            scale = "#" * rank + "." * (_STEPS - rank)
            return "\n".join([f"[{scale}] {label.upper()}", *(_wrapped(line, first=2, hang=2) for line in lines)])
        case Items(items=items):
            return "\n\n".join(_plain_item(item) for item in items)
        case Bullets(lines=lines):
            return "\n".join(_wrapped(f"- {line}", hang=2) for line in lines)
        case Table(columns=columns, rows=rows):
            return "\n".join(_row_text(columns, row) for row in rows)
        case Pictures(items=pictures):
            return "\n".join(_wrapped(picture.alt) for picture in pictures)
        case References(rows=rows):
            return "\n".join(_wrapped(f"[{number}] {text}", hang=5) for number, text in rows)
        case Signature(labels=labels):
            return "\n".join(f"{label}: {'_' * 30}" for label in labels)
    return ""


def _plain_item(item: Item) -> str:
    title = f"{item.mark} {item.title}".strip() + (f" ({item.aside})" if item.aside else "")
    below = [item.text] if item.text else []
    below += [f"{label}: {text}" for label, text in item.lines]
    below += [last] if (last := _last_line(item)) else []
    lines = [line for text in below for line in text.split("\n")]
    return "\n".join([_wrapped(title, hang=3), *(_wrapped(line, first=3, hang=3) for line in lines)])


def _last_line(item: Item) -> str:
    basis = _("Basis: {basis}").format(basis=item.tag.text) if item.tag else ""
    return _join(item.id, basis, item.tag.cites if item.tag else "", by=". ")


def _row_text(columns: tuple[str, ...], row: tuple[str, ...]) -> str:
    """ "first: second; column: value": the first columns speak for themselves."""
    leading = 2 if len(columns) < 4 or row[0][:1].isdigit() else 3
    *before, last = [cell for cell in row[:leading] if cell] or [""]
    rest = [
        f"{column}: {value}"
        for column, value in zip(columns[leading:], row[leading:], strict=True)
        if value not in {"", "–"}
    ]
    return _wrapped("- " + ": ".join([*before, "; ".join(part for part in (last, *rest) if part)]), hang=4)


def _wrapped(text: str, first: int = 0, hang: int = 0) -> str:
    """Each line of a text broken where it is too long; first: indent of its beginning, hang: of all else."""
    return "\n".join(
        textwrap.fill(
            line,
            _WIDTH,
            initial_indent=" " * (hang if number else first),
            subsequent_indent=" " * hang,
            break_long_words=False,
            break_on_hyphens=False,
            replace_whitespace=False,
        )
        for number, line in enumerate(text.split("\n"))
    )


# Markdown


def _marked(block: AnyBlock) -> str:
    match block:
        case Heading(text=text, level=level):
            return f"{'#' * (level + 1)} {_safe(text)}"
        case Paragraph(text=text, style=style):
            return f"**{_safe(text)}**" if style == "lead" else _safe(text).replace("\n", "\\\n")
        case Facts(rows=rows):
            return "\n".join(f"- {_safe(label)}: {_safe(value)}" for label, value in rows)
        case Band(label=label, lines=lines):
            return "\n".join([f"> **{_safe(label)}**", *(f">\n> {_safe(line)}" for line in lines)])
        case Items(items=items):
            return "\n".join(_marked_item(item) for item in items)
        case Bullets(lines=lines):
            return "\n".join(f"- {_safe(line)}" for line in lines)
        case Table(columns=columns, rows=rows):
            table = [columns, tuple("---" for _column in columns), *rows]
            return "\n".join("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in table)
        case Pictures(items=pictures):
            return "\n\n".join(_safe(picture.alt) for picture in pictures)
        case References(rows=rows):
            return "\n".join(f"- \\[{number}\\] {_safe(text)}" for number, text in rows)
        case Signature(labels=labels):
            return "\n".join(f"- {_safe(label)}: {'.' * 30}" for label in labels)
    return ""


def _marked_item(item: Item) -> str:
    aside = f" ({_safe(item.aside)})" if item.aside else ""
    lines = [_safe(item.text)] if item.text else []
    lines += [f"*{_safe(label)}:* {_safe(text)}" for label, text in item.lines]
    lines += [_safe(last)] if (last := _last_line(item)) else []
    title = f"- {_safe(item.mark)} **{_safe(item.title)}**{aside}"
    return "\\\n  ".join(
        [title, *(line.replace("\n", "\\\n  ") for line in lines)]
    )  # a backslash ends a line, not the item


def _cell(text: str) -> str:
    return text if set(text) == {"-"} else _safe(text).replace("\n", " ")


def _safe(text: str) -> str:
    escaped = _MARKDOWN.sub(r"\\\1", text)
    return _LIST_START.sub(lambda found: f"{found[1]}{found[2][:-1]}\\{found[2][-1]}", escaped)


def _join(*parts: str, by: str = " · ") -> str:
    return by.join(part for part in parts if part)
