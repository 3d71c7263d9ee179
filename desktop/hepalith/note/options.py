"""How a note is made: paper, length, state, letterhead. Kept with the note, so that it can be made again."""

from enum import StrEnum
from typing import Literal

import msgspec

from hepalith.i18n import SOURCE_LANGUAGE

Paper = Literal["a4", "us-letter"]
Form = Literal["full", "short"]


class NoteState(StrEnum):
    """A draft carries a mark on each page; a final note is never changed; an amended one replaces another."""

    DRAFT = "draft"
    FINAL = "final"
    AMENDED = "amended"


class Letterhead(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The institution. logo: an SVG or PNG file that `note.logo.checked_logo` accepted, or b""."""

    name: str = ""
    lines: tuple[str, ...] = ()
    logo: bytes = b""


class NoteOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Choices that do not change what the note says, only its form and its state.

    language: of the words that are the program's own. author: who finalised it. replaces, replaces_made, changed: of an
    amended note, the id of the note before, when that one was made, and what changed.
    """

    paper: Paper = "a4"
    form: Form = "full"
    language: str = SOURCE_LANGUAGE
    state: NoteState = NoteState.DRAFT
    author: str = ""
    replaces: str = ""
    replaces_made: str = ""
    changed: tuple[str, ...] = ()
    letterhead: Letterhead = Letterhead()
