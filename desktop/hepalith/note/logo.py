"""The picture of a letterhead: only a small SVG or PNG file is accepted, and only what it needs to be drawn."""

import base64
import struct
import zlib
from pathlib import Path
from xml.parsers import expat

from hepalith.domain.errors import NoteError
from hepalith.files import reason_of
from hepalith.i18n import _

SIZE_LIMIT = 500_000  # bytes of the file
SIDE_LIMIT = 2_000  # pixels of a PNG picture
_PNG = b"\x89PNG\r\n\x1a\n"
_DRAWN = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})  # the others may unpack to any size
_CHUNK = 12  # bytes of a PNG chunk besides its data
_HEADER_END = 33  # bytes of a PNG file up to the end of its first chunk
_ELEMENTS = frozenset(
    [
        "svg",
        "g",
        "defs",
        "title",
        "desc",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "linearGradient",
        "radialGradient",
        "stop",
        "clipPath",
    ]
)


def read_logo(path: Path) -> bytes:
    """The logo in a file, if it can be used. Raises NoteError with the reason."""
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise NoteError(_("The logo is larger than {limit} kB.").format(limit=SIZE_LIMIT // 1000))
        return checked_logo(path.read_bytes())
    except OSError as error:
        raise NoteError(
            _("The logo {path} cannot be read: {reason}.").format(path=path, reason=reason_of(error))
        ) from error


def checked_logo(content: bytes) -> bytes:
    """The picture, without what is not drawn. Raises NoteError with the reason if it cannot be used."""
    if len(content) > SIZE_LIMIT:
        raise NoteError(_("The logo is larger than {limit} kB.").format(limit=SIZE_LIMIT // 1000))
    if content.startswith(_PNG):
        return _checked_png(content)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<svg", b"<?xml")):
        _check_svg(content)
        return content
    raise NoteError(_("The logo is neither an SVG nor a PNG picture."))


def _checked_png(content: bytes) -> bytes:
    width, height = _size(content)
    if not 0 < width <= SIDE_LIMIT or not 0 < height <= SIDE_LIMIT:
        raise NoteError(
            _("The logo has {width} x {height} pixels; at most {limit} on each side are allowed.").format(
                width=width, height=height, limit=SIDE_LIMIT
            )
        )
    kept, drawn, place, name = [_PNG], [], len(_PNG), b""
    while name != b"IEND":
        if place + _CHUNK > len(content):
            raise NoteError(_("The logo is a damaged PNG picture."))
        (length,) = struct.unpack_from(">I", content, place)
        name, end = content[place + 4 : place + 8], place + _CHUNK + length
        if name in _DRAWN:
            kept.append(content[place:end])
        if name == b"IDAT":
            drawn.append(content[place + 8 : end - 4])
        place = end
    _check_pixels(b"".join(drawn), width, height)
    return b"".join(kept)


def _check_pixels(packed: bytes, width: int, height: int) -> None:
    """Raises NoteError if the packed pixels are damaged, or unpack to more than such a picture can hold."""
    most = 2 * height * (1 + 8 * width)  # bytes: four channels of 16 bits, a byte a row; twice for interlacing
    try:
        size = len(zlib.decompressobj().decompress(packed, most + 1))
    except zlib.error as error:
        raise NoteError(_("The logo is a damaged PNG picture.")) from error
    if not 0 < size <= most:
        raise NoteError(_("The logo is a damaged PNG picture."))


def _check_svg(content: bytes) -> None:
    """Raises NoteError for what could load something else, unfold without end, or run."""

    def refuse(what: str) -> None:
        raise NoteError(_("The logo is an SVG file with a part that is not allowed: {part}.").format(part=what))

    def element(name: str, attributes: dict[str, str]) -> None:
        if name not in _ELEMENTS:
            refuse(f"<{name}>")
        for key, value in attributes.items():
            inside = "".join(value.split()).lower().replace("url(#", "")
            if key.lower().startswith("on") or key.lower().endswith("href") or "url(" in inside:
                refuse(key)

    parser = expat.ParserCreate()
    parser.StartElementHandler = element
    parser.StartDoctypeDeclHandler = lambda *_arguments: refuse("DOCTYPE")
    try:
        content.decode()
        parser.Parse(content, True)  # noqa: FBT003
    except (expat.ExpatError, UnicodeDecodeError) as error:
        raise NoteError(_("The logo is a damaged SVG picture: {reason}.").format(reason=error)) from error


def logo_svg(content: bytes) -> str:
    """A checked picture as SVG, in which a PNG picture is packed; "" for none."""
    if not content.startswith(_PNG):
        return content[content.find(b"<svg") :].decode() if content else ""
    width, height = _size(content)
    data = base64.b64encode(content).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{data}"/></svg>'
    )


def _size(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG picture in pixels: the first of its chunks says them."""
    if png[12:16] != b"IHDR" or len(png) < _HEADER_END:
        raise NoteError(_("The logo is a damaged PNG picture."))
    width, height = struct.unpack_from(">II", png, 16)
    return width, height
