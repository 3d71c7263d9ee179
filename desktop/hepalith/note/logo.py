"""The picture of a letterhead: only a small SVG or PNG file is accepted, and what it would unpack to is limited."""

import re
import struct

from hepalith.domain.errors import NoteError
from hepalith.i18n import _

SIZE_LIMIT = 500_000  # bytes of the file
SIDE_LIMIT = 2_000  # pixels of a PNG picture
_PNG = b"\x89PNG\r\n\x1a\n"
_HEADER_END = 29
# What could load something else, unfold without end, or run.
_FORBIDDEN = re.compile(
    rb"<!|<\s*(script|foreignObject|image|use|style|feImage)\b|\son\w+\s*=|href|url\s*\(", re.IGNORECASE
)


def checked_logo(content: bytes) -> bytes:
    """The same file if it can be used. Raises NoteError with the reason."""
    if len(content) > SIZE_LIMIT:
        raise NoteError(_("The logo is larger than {limit} kB.").format(limit=SIZE_LIMIT // 1000))
    if content.startswith(_PNG):
        return _checked_png(content)
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"<svg", b"<?xml")) and b"<svg" in content:
        if _FORBIDDEN.search(content):
            raise NoteError(
                _("The logo is an SVG file with parts that are not allowed (scripts, links, pictures, entities).")
            )
        return content
    raise NoteError(_("The logo is neither an SVG nor a PNG picture."))


def _checked_png(content: bytes) -> bytes:
    if len(content) < _HEADER_END or content[12:16] != b"IHDR":
        raise NoteError(_("The logo is a damaged PNG picture."))
    width, height = struct.unpack_from(">II", content, 16)
    if not 0 < width <= SIDE_LIMIT or not 0 < height <= SIDE_LIMIT:
        raise NoteError(
            _("The logo has {width} x {height} pixels; at most {limit} on each side are allowed.").format(
                width=width, height=height, limit=SIDE_LIMIT
            )
        )
    return content
