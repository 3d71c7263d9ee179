"""The catalogues of the interface: complete, sound, compiled, and with signs that the shipped fonts can draw."""

import re
import sys
from collections import Counter

import pytest
from babel.messages.catalog import Catalog, Message

from hepalith.i18n import languages
from hepalith.note.printable import signs_of
from hepalith.resources import resource

sys.path.insert(0, str(resource("knowledge").parents[1] / "packaging"))
import catalogues

TRANSLATED = sorted(set(languages()) - {"en"})
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_MNEMONIC = re.compile(r"&(\w)")


@pytest.fixture(scope="module")
def source() -> Catalog:
    return catalogues.extracted()


@pytest.fixture(params=TRANSLATED)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    return catalogues.read(request.param)


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def said(message: Message) -> str:
    """The message in the source; of a plural, the form for many."""
    return catalogues.texts(message.id)[-1]


def test_there_is_simplified_chinese_beside_english() -> None:
    assert {"en", "zh_CN"} <= set(languages())


def test_every_message_of_the_source_is_there_and_no_other(source: Catalog, catalogue: Catalog) -> None:
    """After a change of texts: python packaging/catalogues.py, then translate what is empty."""
    assert {m.id for m in messages(catalogue)} == {m.id for m in messages(source)}
    assert not catalogue.obsolete


def test_every_message_is_translated_in_every_form(catalogue: Catalog) -> None:
    for message in messages(catalogue):
        forms = catalogues.texts(message.string)
        wanted = catalogue.num_plurals if isinstance(message.id, tuple) else 1
        assert len(forms) == wanted, message.id
        assert all(form.strip() or not said(message).strip() for form in forms), message.id
        assert not message.fuzzy, message.id


def test_no_message_loses_a_placeholder_a_key_or_a_line_end(catalogue: Catalog) -> None:
    for message in messages(catalogue):
        for form in catalogues.texts(message.string):
            placeholders = Counter(_PLACEHOLDER.findall(said(message))), Counter(_PLACEHOLDER.findall(form))
            assert placeholders[0] == placeholders[1], message.id
            keys = [set(map(str.upper, _MNEMONIC.findall(text))) for text in (said(message), form)]
            assert keys[0] == keys[1], message.id
            assert said(message).count("\n") == form.count("\n"), message.id
            assert said(message).endswith("...") == form.endswith("..."), message.id


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_compiled_catalogue_says_what_the_text_says(code: str) -> None:
    """The program reads the compiled form, which a command makes: python packaging/catalogues.py."""
    compiled = catalogues.po_file(code).with_suffix(".mo").read_bytes()
    assert compiled == catalogues.mo_bytes(catalogues.read(code))


def test_the_shipped_fonts_can_draw_it(catalogue: Catalog) -> None:
    signs = signs_of(resource("fonts"))
    needed = {sign for m in messages(catalogue) for form in catalogues.texts(m.string) for sign in form if sign > " "}
    assert sorted(sign for sign in needed if ord(sign) not in signs) == []
