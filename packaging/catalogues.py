#!/usr/bin/env python3
"""Brings the catalogues up to date with the source. Needs Babel, which the test environment has.

python packaging/catalogues.py         extract the messages, merge them into every catalogue, compile the catalogues
python packaging/catalogues.py zh_TW   begin the catalogues of another language too

`hepalith.po` holds the texts of the interface, `knowledge.po` the clinical texts. A clinical text is reviewed only
where a comment of the translators says by whom and when (`# Reviewed: NAME, YYYY-MM-DD`); every other translation of
one is marked as fuzzy, whatever the tool did with which it was edited, and goes into a compiled catalogue of its own.
"""

import io
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).resolve().parent.parent
LOCALE = SOURCE / "resources" / "locale"
KEYWORDS = {"_": None, "plural": (1, 2), "pgettext": ((1, "c"), 2)}
_REVIEW = re.compile(r"Reviewed: \S.*, \d{4}-\d{2}-\d{2}$")


def interface() -> Catalog:
    """The texts of the program, each with the files that say it."""
    found = _empty()
    folder = SOURCE / "desktop" / "hepalith"
    for name, _line, message, comments, context in extract_from_dir(folder, [("**.py", "python")], keywords=KEYWORDS):
        found.add(message, locations=[(name.replace("\\", "/"), 0)], auto_comments=comments, context=context)
    return found


def clinical() -> Catalog:
    """The texts of the knowledge and of the patient page. The context of each is its place: kind, id and field."""
    sys.path.insert(0, str(SOURCE / "desktop"))
    from hepalith.knowledge.loader import read_files
    from hepalith.knowledge.translation import with_texts
    from hepalith.note.patient import load_patient_words

    found = _empty()

    def add(place: str, text: str) -> str:
        found.add(text, context=place)
        return text

    files, _places, problems = read_files(SOURCE / "resources" / "knowledge", "")
    if files is None or problems:
        raise SystemExit("\n".join(map(str, problems)))
    with_texts(files, add)
    load_patient_words(SOURCE / "resources" / "note" / "patient.yaml", add)
    return found


def _empty() -> Catalog:
    return Catalog(project="Hepalith", copyright_holder="the Hepalith authors", charset="utf-8")


class Domain(NamedTuple):
    """A catalogue of each language: its name, and what makes the messages of the source."""

    name: str
    extracted: Callable[[], Catalog]


INTERFACE = Domain("hepalith", interface)
CLINICAL = Domain("knowledge", clinical)
DRAFTS = "knowledge-drafts"


def texts(said: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """The forms of a message: one, or one for each plural form."""
    return (said,) if isinstance(said, str) else tuple(said or ())


def messages(catalogue: Catalog) -> list[Message]:
    """All messages but the head."""
    return [message for message in catalogue if message.id]


def is_translated(message: Message) -> bool:
    """Whether there is a translation, reviewed or not."""
    return any(texts(message.string))


def is_reviewed(message: Message) -> bool:
    """Whether a comment says who reviewed the translation of a clinical text, and when."""
    return is_translated(message) and any(_REVIEW.match(comment) for comment in message.user_comments)


def po_file(domain: Domain, code: str) -> Path:
    """Where a catalogue of a language lies."""
    return LOCALE / code / "LC_MESSAGES" / f"{domain.name}.po"


def read(domain: Domain, code: str) -> Catalog:
    """A catalogue of a language as it stands; an empty one where there is none yet."""
    path = po_file(domain, code)
    if not path.is_file():
        return Catalog(locale=code, project="Hepalith", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def merged(domain: Domain, code: str) -> Catalog:
    """A catalogue with every message of the source: new ones empty, those no longer said, or not so, left out."""
    catalogue = read(domain, code)
    catalogue.update(domain.extracted(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    if domain is CLINICAL:
        for message in messages(catalogue):
            draft = is_translated(message) and not is_reviewed(message)
            (message.flags.add if draft else message.flags.discard)("fuzzy")
    return catalogue


def po_bytes(catalogue: Catalog) -> bytes:
    """The text form, without line numbers, so that it changes only where a message does."""
    written = io.BytesIO()
    write_po(written, catalogue, width=120, sort_by_file=True, include_lineno=False)
    return written.getvalue()


def mo_files(domain: Domain, code: str, catalogue: Catalog) -> dict[Path, bytes]:
    """The compiled forms that the program reads. Of clinical texts there is one for those reviewed, one for drafts."""
    path = po_file(domain, code).with_suffix(".mo")
    if domain is not CLINICAL:
        return {path: _mo_bytes(catalogue)}
    drafts = _only(catalogue, (one for one in messages(catalogue) if not is_reviewed(one)))
    return {
        path: _mo_bytes(_only(catalogue, filter(is_reviewed, messages(catalogue)))),
        path.with_stem(DRAFTS): _mo_bytes(drafts),
    }


def _only(catalogue: Catalog, wanted: Iterable[Message]) -> Catalog:
    made = Catalog(locale=catalogue.locale, project="Hepalith", charset="utf-8", fuzzy=False)
    made.creation_date, made.revision_date = catalogue.creation_date, catalogue.revision_date
    for message in wanted:
        made.add(message.id, message.string, context=message.context)
    return made


def _mo_bytes(catalogue: Catalog) -> bytes:
    written = io.BytesIO()
    write_mo(written, catalogue)
    return written.getvalue()


def main(codes: list[str]) -> int:
    """Writes the catalogues of the languages that are there, and of those named."""
    known = {folder.name for folder in LOCALE.iterdir()} if LOCALE.is_dir() else set()
    for code in sorted({*known, *codes}):
        for domain in (INTERFACE, CLINICAL):
            catalogue = merged(domain, code)
            path = po_file(domain, code)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(po_bytes(catalogue))
            for file, content in mo_files(domain, code, catalogue).items():
                file.write_bytes(content)
            all_of_it = messages(catalogue)
            empty = sum(not is_translated(message) for message in all_of_it)
            reviewed = f", {sum(map(is_reviewed, all_of_it))} reviewed" if domain is CLINICAL else ""
            print(f"{path.relative_to(SOURCE)}: {len(all_of_it)} messages, {empty} not translated{reviewed}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
