"""Texts as they can be shown: what has no sign of its own, or would turn the reading order, is named by its code point.

"\\x07" becomes ‹U+0007›, a right-to-left override ‹U+202E›. The data that is attached to a note keeps the original.
"""

import re
import struct
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

# Control signs but for the line feed, invisible format signs, surrogates, private use, line and paragraph ends.
_HIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]+"
)
_LONG_WORD = re.compile(r"[^\s/\-\u200b\u2e80-\U0003ffff]{41,}")
_WORD_PART = 20


def printable(text: str) -> str:
    """The text with every hidden sign named; line ends are "\\n", tabs are spaces."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _HIDDEN.sub(_named, text)


def covered(text: str, signs: frozenset[int]) -> str:
    """The text with every sign named that no font has. signs: the code points that can be drawn."""
    strange = {sign for sign in text if ord(sign) not in signs and sign != "\n"}
    if not strange:
        return text
    return re.sub(f"[{re.escape(''.join(sorted(strange)))}]+", _named, text)


def plain_marks(text: str) -> str:
    """The text with letters and marks composed where possible, and marks that stay alone named."""
    composed = unicodedata.normalize("NFC", text)
    marks = {sign for sign in composed if unicodedata.category(sign).startswith("M")}
    return re.sub(f"[{re.escape(''.join(sorted(marks)))}]+", _named, composed) if marks else composed


def only_latin(text: str) -> str:
    """The last resort: every sign outside ASCII named."""
    return re.sub(r"[^\x20-\x7e\n]+", _named, text)


def breakable(text: str) -> str:
    """The text with places to break in words that are longer than a line (zero-width spaces)."""
    return _LONG_WORD.sub(lambda found: "\u200b".join(_parts(found.group())), text)


def in_all(data: Any, change: Callable[[str], str]) -> Any:
    """Plain data (lists, dicts, texts) with every text in it changed."""
    if isinstance(data, str):
        return change(data)
    if isinstance(data, dict):
        return {key: in_all(value, change) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [in_all(value, change) for value in data]
    return data


def _parts(word: str) -> list[str]:
    return [word[start : start + _WORD_PART] for start in range(0, len(word), _WORD_PART)]


def _named(found: re.Match[str]) -> str:
    return "‹" + " ".join(f"U+{ord(sign):04X}" for sign in found.group()) + "›"


@lru_cache(maxsize=4)
def signs_of(folder: Path) -> frozenset[int]:
    """The code points that the fonts of a folder can draw."""
    found: set[int] = set()
    for path in sorted(folder.iterdir()):
        if path.suffix in {".ttf", ".otf"}:
            found |= _cmap(path.read_bytes())
    return frozenset(found)


def _cmap(font: bytes) -> set[int]:
    """The code points of an OpenType font: its Unicode character maps of format 4 and 12."""
    for number in range(struct.unpack_from(">H", font, 4)[0]):
        name, _checksum, start, _length = struct.unpack_from(">4sIII", font, 12 + 16 * number)
        if name == b"cmap":
            break
    else:
        return set()
    found: set[int] = set()
    for number in range(struct.unpack_from(">H", font, start + 2)[0]):
        platform, _encoding, offset = struct.unpack_from(">HHI", font, start + 4 + 8 * number)
        kind = struct.unpack_from(">H", font, start + offset)[0]
        if platform in {0, 3} and kind == 4:
            found |= _format_4(font, start + offset)
        elif platform in {0, 3} and kind == 12:
            found |= _format_12(font, start + offset)
    return found - {0xFFFF}


def _format_4(font: bytes, start: int) -> set[int]:
    count = struct.unpack_from(">H", font, start + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", font, start + 14)
    firsts = struct.unpack_from(f">{count}H", font, start + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", font, start + 16 + 4 * count)
    places = start + 16 + 6 * count
    found = set()
    for segment, (first, end, delta) in enumerate(zip(firsts, ends, deltas, strict=True)):
        shift = struct.unpack_from(">H", font, places + 2 * segment)[0]
        for code in range(first, end + 1):
            glyph = code
            if shift:
                glyph = struct.unpack_from(">H", font, places + 2 * segment + shift + 2 * (code - first))[0]
            if glyph and (shift or (code + delta) & 0xFFFF):
                found.add(code)
    return found


def _format_12(font: bytes, start: int) -> set[int]:
    found: set[int] = set()
    for group in range(struct.unpack_from(">I", font, start + 12)[0]):
        first, last, _glyph = struct.unpack_from(">III", font, start + 16 + 12 * group)
        found.update(range(first, last + 1))
    return found
