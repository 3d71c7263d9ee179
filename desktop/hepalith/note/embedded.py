"""The machine-readable note inside the PDF: the case, its assessment and with what it was made.

It is attached as `hepalith-note.json`. Two digests tell whether the data and the pages are still as they were made.
They are no signature: they show a change, not who made it.
"""

import hashlib
import io
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
import pikepdf

from hepalith.domain.assessment import Assessment
from hepalith.domain.case import Case
from hepalith.domain.errors import NoteError
from hepalith.i18n import _
from hepalith.note.options import NoteOptions
from hepalith.note.pdf import ATTACHMENT

FORMAT, VERSION = "hepalith-note", 1
_LIMIT = 64 * 1024 * 1024  # bytes; a larger attachment is not ours
_NOT_SHOWN = frozenset({"/Parent", "/P", "/Prev", "/Last", "/StructParents", "/StructParent"})
_OF_THE_FILE = frozenset({"/AF", "/Names", "/Metadata", "/Pages", "/Extensions", "/Version"})
_OF_THE_CODING = frozenset({"/Length", "/Filter", "/DecodeParms"})


class NoteData(msgspec.Struct, frozen=True, kw_only=True):
    """What a note was made from. `made` is the instant that stands on it."""

    case: Case
    assessment: Assessment
    made: datetime
    options: NoteOptions
    note_id: str
    program_version: str
    knowledge_version: str
    knowledge_hash: str


class _Envelope(msgspec.Struct, frozen=True, kw_only=True):
    format: str
    version: int
    pages_sha256: str
    content_sha256: str
    content: msgspec.Raw


class Integrity(StrEnum):
    """What `verify` found."""

    UNCHANGED = "unchanged"
    DATA_CHANGED = "data_changed"
    PAGES_CHANGED = "pages_changed"
    BOTH_CHANGED = "both_changed"
    NOT_TOGETHER = "not_together"  # each is whole, but they are not of one note


def attachment_of(data: NoteData, pages: str = "") -> bytes:
    """The attached file of a note. pages: the digest of the pages that it belongs to."""
    content = msgspec.json.encode(data)
    envelope = _Envelope(
        format=FORMAT,
        version=VERSION,
        pages_sha256=pages,
        content_sha256=hashlib.sha256(content).hexdigest(),
        content=msgspec.Raw(content),
    )
    return msgspec.json.encode(envelope)


def read_note(path: Path) -> NoteData:
    """The case and the assessment of a note. Raises NoteError: no note, damaged, or made by a newer program."""
    with _opened(path) as file:
        return _data(_envelope(file, path), path)


def verify(path: Path) -> Integrity:
    """Whether the pages and the data of a note are as they were made. Raises NoteError if it is no note of ours."""
    with _opened(path) as file:
        envelope = _envelope(file, path)
        data = hashlib.sha256(bytes(envelope.content)).hexdigest() == envelope.content_sha256
        pages = pages_digest(file) == envelope.pages_sha256
    if data and pages:
        return Integrity.UNCHANGED
    if data:
        return Integrity.PAGES_CHANGED
    return Integrity.DATA_CHANGED if pages else Integrity.BOTH_CHANGED


def same_pages(path: Path, other: bytes) -> bool:
    """Whether a file shows the same as another one. Raises NoteError if it cannot be read."""
    with _opened(path) as file:
        return pages_digest(file) == digest_of(other)


def digest_of(pdf: bytes) -> str:
    """The digest of the pages of a PDF file that was just made."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        return pages_digest(file)


def page_count(pdf: bytes) -> int:
    """How many pages a PDF file has that was just made."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        return len(file.pages)


def pages_digest(file: pikepdf.Pdf) -> str:
    """A digest of all that a reader of the file is shown or told: pages, fonts, pictures, bookmarks, text alternatives.

    Left out are the attached note itself, which names the digest, and the metadata, which may change when a file is
    saved anew.
    """
    digest = hashlib.sha256()
    seen: set[tuple[int, int]] = set()
    names = file.Root.get("/Names", pikepdf.Dictionary())
    waiting: list[Any] = [
        sorted(name for name in file.attachments if name != ATTACHMENT),
        {key: value for key, value in names.items() if key != "/EmbeddedFiles"},
        {key: value for key, value in file.Root.items() if key not in _OF_THE_FILE},
        *(page.obj for page in reversed(file.pages)),
    ]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, pikepdf.Object) and thing.is_indirect:
            if thing.objgen in seen:
                digest.update(b"again;")
                continue
            seen.add(thing.objgen)
        if isinstance(thing, pikepdf.Stream):
            digest.update(b"stream:" + hashlib.sha256(thing.read_bytes()).digest())
            waiting.append({key: value for key, value in thing.stream_dict.items() if key not in _OF_THE_CODING})
        elif isinstance(thing, pikepdf.Dictionary | dict):
            shown = sorted((key, value) for key, value in thing.items() if key not in _NOT_SHOWN)
            digest.update(b"<" + b" ".join(key.encode() for key, _value in shown) + b">")
            waiting += [value for _key, value in reversed(shown)]
        elif isinstance(thing, pikepdf.Array | list):
            digest.update(b"[%d" % len(thing))
            waiting += reversed(list(thing))
        else:
            digest.update(repr(thing).encode() + b";")
    return digest.hexdigest()


def _opened(path: Path) -> pikepdf.Pdf:
    try:
        return pikepdf.open(path)
    except OSError as error:
        raise NoteError(
            _("{path} cannot be read: {reason}.").format(path=path, reason=error.strerror or error)
        ) from error
    except pikepdf.PdfError as error:  # its text may name a temporary file or a library, so it is not shown
        raise NoteError(_("{path} is not a PDF file that can be read.").format(path=path)) from error


def _envelope(file: pikepdf.Pdf, path: Path) -> _Envelope:
    if ATTACHMENT not in file.attachments:
        raise NoteError(_("{path} is not a note of Hepalith: it has no case attached.").format(path=path))
    stream = file.attachments[ATTACHMENT].get_file()
    try:
        envelope = msgspec.json.decode(_bounded(stream.read_bytes()), type=_Envelope)
    except (msgspec.MsgspecError, pikepdf.PdfError, ValueError) as error:
        raise NoteError(_("The case that is attached to {path} is damaged.").format(path=path)) from error
    if envelope.format != FORMAT:
        raise NoteError(_("{path} is not a note of Hepalith: it has no case attached.").format(path=path))
    if envelope.version > VERSION:
        raise NoteError(
            _("{path} was made by a newer version of Hepalith; open it with that version.").format(path=path)
        )
    return envelope


def _bounded(content: bytes) -> bytes:
    if len(content) > _LIMIT:
        raise ValueError
    return content


def _data(envelope: _Envelope, path: Path) -> NoteData:
    try:
        return msgspec.json.decode(bytes(envelope.content), type=NoteData)
    except msgspec.MsgspecError as error:
        raise NoteError(
            _("The case that is attached to {path} is damaged: {reason}").format(path=path, reason=error)
        ) from error
