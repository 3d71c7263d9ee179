#!/usr/bin/env python3
"""Brings the catalogues of the interface up to date with the source. Needs Babel, which the test environment has.

python packaging/catalogues.py         extract the messages, merge them into every catalogue, compile the catalogues
python packaging/catalogues.py zh_TW   begin a catalogue of another language too
"""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).resolve().parent.parent
LOCALE = SOURCE / "resources" / "locale"
DOMAIN = "hepalith"
KEYWORDS = {"_": None, "plural": (1, 2)}


def extracted() -> Catalog:
    """The messages of the source, each with the files that say it."""
    found = Catalog(project="Hepalith", copyright_holder="the Hepalith authors", charset="utf-8")
    folder = SOURCE / "desktop" / "hepalith"
    for name, _line, message, comments, context in extract_from_dir(folder, [("**.py", "python")], keywords=KEYWORDS):
        found.add(message, locations=[(name.replace("\\", "/"), 0)], auto_comments=comments, context=context)
    return found


def texts(said: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """The forms of a message: one, or one for each plural form."""
    return (said,) if isinstance(said, str) else tuple(said or ())


def po_file(code: str) -> Path:
    """Where the catalogue of a language lies."""
    return LOCALE / code / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(code: str) -> Catalog:
    """The catalogue of a language as it stands; an empty one where there is none yet."""
    path = po_file(code)
    if not path.is_file():
        return Catalog(locale=code, project="Hepalith", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def merged(code: str) -> Catalog:
    """The catalogue of a language with every message of the source: new ones empty, those no longer said left out."""
    catalogue = read(code)
    catalogue.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    return catalogue


def po_bytes(catalogue: Catalog) -> bytes:
    """The text form, without line numbers, so that it changes only where a message does."""
    written = io.BytesIO()
    write_po(written, catalogue, width=120, sort_by_file=True, include_lineno=False)
    return written.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    """The compiled form that the program reads."""
    written = io.BytesIO()
    write_mo(written, catalogue)
    return written.getvalue()


def main(codes: list[str]) -> int:
    """Writes the catalogues of the languages that are there, and of those named."""
    known = {folder.name for folder in LOCALE.iterdir()} if LOCALE.is_dir() else set()
    for code in sorted({*known, *codes}):
        catalogue = merged(code)
        path = po_file(code)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(po_bytes(catalogue))
        path.with_suffix(".mo").write_bytes(mo_bytes(catalogue))
        empty = sum(bool(message.id) and not any(texts(message.string)) for message in catalogue)
        print(f"{path.relative_to(SOURCE)}: {len(catalogue)} messages, {empty} not translated")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
