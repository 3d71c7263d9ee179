"""What cannot be shown is named, and nothing else changes."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepalith.note.printable import breakable, covered, only_latin, plain_marks, printable, signs_of
from hepalith.resources import resource

SIGNS = signs_of(resource("fonts"))


@pytest.mark.parametrize("text", ["", "plain text", "two\nlines", "≥ 5 µmol/L ×10⁹/L – „Größe“", "肝钙化 Ελληνικά"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert covered(printable(text), SIGNS) == text


def test_hidden_signs_are_named() -> None:
    assert printable("a\x07\x08b\u202e") == "a‹U+0007 U+0008›b‹U+202E›"
    assert covered("x\U0001f600", frozenset(map(ord, string.printable))) == "x‹U+1F600›"
    assert only_latin("naïve") == "na‹U+00EF›ve"
    assert plain_marks("e\u0301 x\u0489") == "é x‹U+0489›"


def test_the_fonts_have_what_the_note_writes() -> None:
    assert all(ord(sign) in SIGNS for sign in string.printable.strip() + "×·–…≥≤≠µ⁹²°↺‹›−肝αßЖ")
    assert 0x1F600 not in SIGNS or 0xE000 not in SIGNS


def test_long_words_can_break_and_stay_whole() -> None:
    word = "abcdefghij" * 10
    assert breakable(word).replace("\u200b", "") == word
    assert breakable("short words stay") == "short words stay"


@given(st.text())
def test_what_is_left_can_be_drawn(text: str) -> None:
    shown = covered(printable(text), SIGNS)
    assert all(sign == "\n" or ord(sign) in SIGNS for sign in shown)
    assert printable(shown) == shown
