"""The note as a sequence of blocks, with all words in place. What each form does with a block is up to the form."""

from itertools import takewhile

import msgspec


class Block(msgspec.Struct, frozen=True, kw_only=True, tag=True, tag_field="block"):
    """Base of all blocks."""


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """On what a statement rests, short: basis and review state, and the numbers of its references."""

    level: str
    text: str
    cites: str = ""


class Heading(Block, frozen=True, kw_only=True):
    """A heading. level: 1 for a section, 2 within one."""

    text: str
    level: int = 1


class Paragraph(Block, frozen=True, kw_only=True):
    """Text. style: "lead" (the one sentence), "body", "small" or "intro" (small, stays with what follows)."""

    text: str
    style: str = "body"


class Facts(Block, frozen=True, kw_only=True):
    """Pairs of label and value. columns: how many pairs side by side where the page allows it. dense: many of them."""

    rows: tuple[tuple[str, str], ...]
    columns: int = 1
    dense: bool = False


class Band(Block, frozen=True, kw_only=True):
    """The urgency: rank 0 to 5, its name, and the lines below it."""

    rank: int
    label: str
    lines: tuple[str, ...] = ()


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A statement: a title, what is meant by it, and smaller lines of label and text."""

    title: str
    aside: str = ""  # what kind, how urgent, which lesions
    text: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    mark: str = ""  # a sign or a number before the title
    tag: Tag | None = None
    id: str = ""


class Items(Block, frozen=True, kw_only=True):
    """Statements. style: "full", or "brief" for the first page."""

    items: tuple[Item, ...]
    style: str = "full"


class Bullets(Block, frozen=True, kw_only=True):
    """Short lines."""

    lines: tuple[str, ...]


class Table(Block, frozen=True, kw_only=True):
    """A table with a head row. widths: shares of the page width, "auto" for as wide as needed."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[str, ...]


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A small vector picture, its title and its text alternative."""

    title: str
    svg: str
    alt: str


class Pictures(Block, frozen=True, kw_only=True):
    """Pictures, two side by side where the page allows it."""

    items: tuple[Picture, ...]


class References(Block, frozen=True, kw_only=True):
    """The numbered references: number and text."""

    rows: tuple[tuple[int, str], ...]


class Signature(Block, frozen=True, kw_only=True):
    """Lines to sign on."""

    labels: tuple[str, ...]


class PageEnd(Block, frozen=True, kw_only=True):
    """What follows starts on a new page where there are pages."""


AnyBlock = Heading | Paragraph | Facts | Band | Items | Bullets | Table | Pictures | References | Signature | PageEnd


def until_page_end(blocks: tuple[AnyBlock, ...]) -> tuple[AnyBlock, ...]:
    """The blocks before the first forced end of a page; all, if there is none."""
    return tuple(takewhile(lambda block: not isinstance(block, PageEnd), blocks))


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A whole document, ready to be laid out."""

    title: str
    subtitle: str
    patient_key: str
    mark: str  # "Draft ..." on each page, or "" for a final note
    page_of: str  # "Page {page} of {pages}"
    footer: str
    made_on: str
    language: str
    paper: str
    size: str = "normal"  # "dense", or for patients "large", "larger", "largest"
    letterhead: tuple[str, ...] = ()
    logo: str = ""  # SVG
    logo_alt: str = ""
    blocks: tuple[AnyBlock, ...] = ()
