"""Only a small, harmless picture becomes the logo of a letterhead."""

import struct
import zlib

import pytest

from hepalith.domain.errors import NoteError
from hepalith.note.logo import SIZE_LIMIT, checked_logo


def png(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress(b"\x00" * 10)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_pictures_are_accepted() -> None:
    svg = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'
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
        pytest.param(png(0, 5), "0 x 5", id="empty-picture"),
        pytest.param(b"\x89PNG\r\n\x1a\nabc", "damaged", id="cut"),
        pytest.param(b'<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg/>', "neither", id="doctype-first"),
        pytest.param(b'<svg><!ENTITY a "aaaa"></svg>', "not allowed", id="entity"),
        pytest.param(b"<svg><script>1</script></svg>", "not allowed", id="script"),
        pytest.param(b'<svg onload="x()"/>', "not allowed", id="handler"),
        pytest.param(b'<svg><image href="file:///etc/passwd"/></svg>', "not allowed", id="link"),
    ],
)
def test_others_are_refused_with_the_reason(content: bytes, words: str) -> None:
    with pytest.raises(NoteError, match=words):
        checked_logo(content)
