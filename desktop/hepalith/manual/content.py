"""What the pages of the manual hold, as plain data. Nothing here knows HTML."""

import msgspec

from hepalith.decision.wording import Phrase
from hepalith.domain.assessment import Basis
from hepalith.knowledge.uses import Place


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Base of everything on a page."""


# pieces of text


class Link(Part, frozen=True, kw_only=True):
    """The page of another entry, or a place on it."""

    place: Place
    text: str
    anchor: str = ""


class Web(Part, frozen=True, kw_only=True):
    """An address outside the manual; nothing is loaded from there unless the reader goes there."""

    address: str
    text: str


class Code(Part, frozen=True, kw_only=True):
    """Something as it is written in the knowledge files: an id, an expression."""

    text: str


class Rule(Part, frozen=True, kw_only=True):
    """A condition or formula in plain words, with the expression that it is made from."""

    phrase: Phrase
    expression: str


Piece = str | Link | Web | Code | Rule
Cell = tuple[Piece, ...]


# blocks, from the top of a page to its end


class Block(Part, frozen=True, kw_only=True):
    """A titled part of an entry. anchor: where links lead; empty for a part that nothing leads to."""

    caption: str
    anchor: str = ""


class Prose(Block, frozen=True, kw_only=True):
    """Running text."""

    text: Cell


class Facts(Block, frozen=True, kw_only=True):
    """Names with their values."""

    rows: tuple[tuple[str, Cell], ...]


class Row(Part, frozen=True, kw_only=True):
    """A row of a table. anchor: its id, unique in its entry; empty for a row without one."""

    anchor: str = ""
    cells: tuple[Cell, ...]


class Table(Block, frozen=True, kw_only=True):
    """Rows under columns. note: how it is read."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""


class Related(Block, frozen=True, kw_only=True):
    """Other entries, grouped by kind: (name of the kind, links, each with what joins them)."""

    groups: tuple[tuple[str, tuple[tuple[Link, str], ...]], ...]


class Statement(Part, frozen=True, kw_only=True):
    """Something that is said with a basis, for the page of what is unverified."""

    anchor: str
    text: str
    basis: Basis


class Badge(Part, frozen=True, kw_only=True):
    """A short mark at the head of an entry. tone names its colour; the text says the same in words."""

    text: str
    tone: str = ""


class Article(Part, frozen=True, kw_only=True):
    """One entry of the knowledge. aliases: other names under which it is looked up."""

    place: Place
    title: str
    badges: tuple[Badge, ...] = ()
    blocks: tuple[Block, ...] = ()
    statements: tuple[Statement, ...] = ()
    aliases: tuple[str, ...] = ()


def filled(*blocks: Block | None) -> tuple[Block, ...]:
    """The blocks that hold something; of facts, the rows that do."""
    kept: list[Block] = []
    for block in blocks:
        match block:
            case Facts(caption=caption, anchor=anchor, rows=rows):
                filled = tuple((label, cell) for label, cell in rows if cell)
                if filled:
                    kept.append(Facts(caption=caption, anchor=anchor, rows=filled))
            case Table(rows=()) | Prose(text=()) | None:
                pass
            case Table(columns=columns, rows=table_rows):
                used = [number for number in range(len(columns)) if any(row.cells[number] for row in table_rows)]
                kept.append(_columns(block, used))
            case _:
                kept.append(block)
    return tuple(kept)


def _columns(table: Table, used: list[int]) -> Table:
    rows = tuple(Row(anchor=row.anchor, cells=tuple(row.cells[number] for number in used)) for row in table.rows)
    columns = tuple(table.columns[number] for number in used)
    return Table(caption=table.caption, anchor=table.anchor, columns=columns, rows=rows, note=table.note)


def words_of(article: Article) -> str:
    """All text of an article, for the search."""
    kind, name = article.place
    texts = [kind, name, article.title, *article.aliases, *(badge.text for badge in article.badges)]
    for block in article.blocks:
        match block:
            case Prose(text=text):
                texts += _words(text)
            case Facts(rows=rows):
                texts += (word for label, cell in rows for word in (label, *_words(cell)))
            case Table(rows=rows):
                texts += (word for row in rows for cell in row.cells for word in (row.anchor, *_words(cell)))
    return " ".join(texts)


def _words(cell: Cell) -> list[str]:
    texts = []
    for piece in cell:
        match piece:
            case Link(place=(_kind, name), text=text):
                texts += [name, text]
            case Web(text=text) | Code(text=text):
                texts.append(text)
            case Rule(phrase=phrase, expression=expression):
                texts += [str(phrase), expression]
            case _:
                texts.append(str(piece))
    return texts
