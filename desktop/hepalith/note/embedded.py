"""The machine-readable note inside the PDF: the case, its assessment and with what it was made.

It is attached as `hepalith-note.json`. Two digests tell whether the data and the pages are still as they were made.
They are no signature: they show a change, not who made it.
"""

import hashlib
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
_NOT_SHOWN = frozenset({"/Parent", "/P", "/StructParents", "/StructParent"})


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


def pages_digest(file: pikepdf.Pdf) -> str:
    """A digest of all that the pages show: their content, fonts and pictures."""
    digest = hashlib.sha256()
    seen: set[tuple[int, int]] = set()

    def feed(thing: Any) -> None:
        if isinstance(thing, pikepdf.Object) and thing.is_indirect:
            if thing.objgen in seen:
                digest.update(b"again;")
                return
            seen.add(thing.objgen)
        if isinstance(thing, pikepdf.Stream):
            digest.update(b"stream:")
            feed(
                {
                    key: value
                    for key, value in thing.stream_dict.items()
                    if key not in {"/Length", "/Filter", "/DecodeParms"}
                }
            )
            digest.update(hashlib.sha256(thing.read_bytes()).digest())
        elif isinstance(thing, pikepdf.Dictionary | dict):
            for key, value in sorted(thing.items()):
                if key not in _NOT_SHOWN:
                    digest.update(key.encode() + b"=")
                    feed(value)
        elif isinstance(thing, pikepdf.Array):
            digest.update(b"[")
            for value in thing:
                feed(value)
            digest.update(b"]")
        else:
            digest.update(repr(thing).encode() + b";")

    for page in file.pages:
        feed(page.obj)
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
