"""Only a small, harmless picture becomes the logo of a letterhead."""

import contextlib
import struct
import zlib
from pathlib import Path

import pytest

from hepalith.domain.errors import NoteError
from hepalith.note.logo import SIZE_LIMIT, checked_logo, read_logo
from hepalith.note.options import Letterhead, NoteOptions
from hepalith.note.writer import TypstNoteWriter
from note.builders import AT, make_assessment, make_case


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, more: bytes = b"", pixels: bytes = b"") -> bytes:
    rows = pixels or zlib.compress((b"\x00" + b"\x80" * min(width, 100)) * min(height, 100))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10">%s</svg>'
BOMB = zlib.compress(bytes(100_000_000), 9)  # 97 kB


def test_pictures_are_accepted() -> None:
    gradient = b'<defs><linearGradient id="a"/></defs><rect width="9" height="9" fill="url(#a)"/>'
    svg = b'<?xml version="1.0"?>\n' + SVG % gradient
    assert checked_logo(svg) == svg
    assert checked_logo(png(100, 50)) == png(100, 50)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "neither", id="empty"),
        pytest.param(b"GIF89a", "neither", id="other-type"),
        pytest.param(b"%PDF-1.7", "neither", id="pdf"),
        pytest.param(b"x" * (SIZE_LIMIT + 1), "larger", id="large"),
        pytest.param(png(50_000, 50_000), "50000 x 50000", id="bomb"),
        pytest.param(png(100, 100, pixels=BOMB), "damaged", id="bomb-of-few-pixels"),
        pytest.param(png(100, 100, pixels=b"no pixels"), "damaged", id="pixels-that-do-not-unpack"),
        pytest.param(png(0, 5), "0 x 5", id="empty-picture"),
        pytest.param(b"\x89PNG\r\n\x1a\nabc", "damaged", id="cut"),
        pytest.param(png(100, 50)[:-20], "damaged", id="cut-later"),
        pytest.param(png(100, 50, b"\xff\xff\xff\xffhuge"), "damaged", id="length-beyond-the-file"),
        pytest.param(b'<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg/>', "neither", id="doctype-first"),
        pytest.param(b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaa">]><svg>&a;</svg>', "DOCTYPE", id="entity"),
        pytest.param(b'<svg><!ENTITY a "aaaa"></svg>', "damaged", id="stray-entity"),
        pytest.param(SVG % b"<title>\xe4</title>", "damaged", id="not-utf-8"),
        pytest.param(b"<svg><path></svg>", "damaged", id="not-closed"),
        pytest.param(SVG % b"<script>1</script>", "<script>", id="script"),
        pytest.param(SVG % b"<style>@import url(x)</style>", "<style>", id="style"),
        pytest.param(SVG % b'<use href="#a"/>', "<use>", id="use"),
        pytest.param(SVG % b'<filter id="a"/>', "<filter>", id="filter"),
        pytest.param(SVG % b"<foreignObject/>", "<foreignObject>", id="foreign"),
        pytest.param(SVG % b'<path onload="x()"/>', "onload", id="handler"),
        pytest.param(SVG % b'<image href="file:///etc/passwd"/>', "<image>", id="picture"),
        pytest.param(SVG % b'<linearGradient xlink:href="x"/>', "xlink:href", id="link"),
        pytest.param(SVG % b'<path fill="url( http://x )"/>', "fill", id="address"),
        pytest.param(SVG % b'<path style="fill:url (file:x)"/>', "style", id="address-in-style"),
    ],
)
def test_others_are_refused_with_the_reason(content: bytes, words: str) -> None:
    with pytest.raises(NoteError, match=words):
        checked_logo(content)


def test_what_is_not_drawn_is_left_out() -> None:
    hidden = chunk(b"iCCP", b"x\0\0" + BOMB) + chunk(b"zTXt", b"x\0\0" + BOMB) + chunk(b"tEXt", b"Author\0Doe")
    assert checked_logo(png(100, 50, hidden)) == png(100, 50)


def test_a_logo_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(png(10, 5))
    assert read_logo(tmp_path / "logo.png") == png(10, 5)
    (tmp_path / "large.png").write_bytes(bytes(SIZE_LIMIT + 1))
    for name, words in (("large.png", "larger"), ("none.png", "no such file"), (".", "folder")):
        with pytest.raises(NoteError, match=words):
            read_logo(tmp_path / name)


@pytest.mark.parametrize("bomb", ["pixels", "nested"])
def test_a_picture_that_unfolds_without_end_costs_little(writer: TypstNoteWriter, bomb: str) -> None:
    resource = pytest.importorskip("resource")  # Windows has none
    logo = png(100, 50, pixels=BOMB) if bomb == "pixels" else SVG % (b"<g>" * 30_000 + b"</g>" * 30_000)
    case = make_case()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with contextlib.suppress(NoteError):  # drawn as far as it goes, or refused
        writer.pdf(case, make_assessment(case), AT, NoteOptions(letterhead=Letterhead(logo=checked_logo(logo))))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # kB
