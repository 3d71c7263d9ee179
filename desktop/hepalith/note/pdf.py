"""The note as PDF, by typst: one file that is PDF/A-3a and PDF/UA-1, with its data attached. Same input: same bytes.

Data reaches the template as strings only, so nothing that was typed can act as markup.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import msgspec
import typst

from hepalith.domain.errors import NoteError
from hepalith.i18n import _
from hepalith.note.document import Document
from hepalith.note.printable import breakable, covered, in_all, only_latin, plain_marks, printable, signs_of

ATTACHMENT = "hepalith-note.json"
STANDARDS: list[Any] = ["a-3a", "ua-1"]
_TEMPLATE = ("note", "note.typ")
_UNDRAWABLE = ("could not be displayed", "disallowed codepoint")


def make_pdf(document: Document, attachment: bytes, at: datetime, resources: Path) -> bytes:
    """The document as PDF, with the machine-readable note attached. Raises NoteError.

    at: the moment that the file carries, with its time zone.
    """
    data, fonts = msgspec.to_builtins(document), resources / "fonts"
    if not fonts.is_dir():
        raise NoteError(_("The fonts of the program are missing: {folder}. Install it again.").format(folder=fonts))
    signs = signs_of(fonts)
    ways: tuple[Callable[[str], str], ...] = (
        lambda text: covered(printable(text), signs),
        lambda text: covered(plain_marks(printable(text)), signs),
        lambda text: only_latin(printable(text)),
    )
    failure = ""
    for way in ways:
        texts = in_all(data, partial(_shown, way))
        try:
            return _compile(texts, attachment, at, resources)
        except typst.TypstError as error:
            failure = error.message
            if not any(reason in failure for reason in _UNDRAWABLE):
                break
    raise NoteError(_("The note could not be laid out: {reason}").format(reason=failure))


def _shown(way: Callable[[str], str], text: str) -> str:
    """A text as it can be drawn; a picture has texts too, but its paths may not get places to break."""
    return way(text) if text.startswith("<svg") else breakable(way(text))


def _compile(texts: object, attachment: bytes, at: datetime, resources: Path) -> bytes:
    template = resources.joinpath(*_TEMPLATE)
    made = typst.compile(
        template,
        root=template.parent,
        format="pdf",
        font_paths=_fonts(resources / "fonts"),
        sys_inputs={
            "data": msgspec.json.encode(texts).decode(),
            "attachment": attachment.decode(),
        },
        pdf_standards=STANDARDS,
        timestamp=int(at.timestamp()),
    )
    return made + b"\n"  # a later signature needs the line end to stay PDF/A


@lru_cache(maxsize=4)
def _fonts(folder: Path) -> typst.Fonts:
    # Built once: reading the fonts takes three times as long as a note.
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])
