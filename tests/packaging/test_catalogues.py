"""The catalogues: complete, sound, compiled, and with signs that the shipped fonts can draw."""

import re
import sys
from collections import Counter

import pytest
from babel.messages.catalog import Catalog, Message

from hepalith import i18n
from hepalith.i18n import languages
from hepalith.knowledge.translation import DRAFT_MARK
from hepalith.note.printable import signs_of
from hepalith.resources import resource

sys.path.insert(0, str(resource("knowledge").parents[1] / "packaging"))
import catalogues
from catalogues import CLINICAL, INTERFACE, Domain, is_reviewed, is_translated, messages

TRANSLATED = sorted(set(languages()) - {"en"})
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_MNEMONIC = re.compile(r"&(\w)")


@pytest.fixture(scope="module", params=[INTERFACE, CLINICAL], ids=lambda domain: domain.name)
def domain(request: pytest.FixtureRequest) -> Domain:
    return request.param


@pytest.fixture(scope="module")
def source(domain: Domain) -> Catalog:
    return domain.extracted()


@pytest.fixture(scope="module", params=TRANSLATED)
def catalogue(request: pytest.FixtureRequest, domain: Domain) -> Catalog:
    return catalogues.read(domain, request.param)


@pytest.fixture(params=TRANSLATED)
def interface(request: pytest.FixtureRequest) -> Catalog:
    return catalogues.read(INTERFACE, request.param)


@pytest.fixture(params=TRANSLATED)
def clinical(request: pytest.FixtureRequest) -> Catalog:
    return catalogues.read(CLINICAL, request.param)


def said(message: Message) -> str:
    """The message in the source; of a plural, the form for many."""
    return catalogues.texts(message.id)[-1]


def translations(catalogue: Catalog) -> list[tuple[Message, str]]:
    """Every form of every translation."""
    return [(one, form) for one in messages(catalogue) for form in catalogues.texts(one.string) if form]


def test_there_is_simplified_chinese_beside_english() -> None:
    assert {"en", "zh_CN"} <= set(languages())


def test_english_is_the_source_itself() -> None:
    """There is no catalogue that could differ from what the source says, and none is looked for."""
    assert not (catalogues.LOCALE / "en").exists()
    with i18n.speaking("en"):
        for message in messages(catalogues.interface()):
            one, many = catalogues.texts(message.id)[0], catalogues.texts(message.id)[-1]
            assert i18n.pgettext(message.context, one) == one if message.context else i18n._(one) == one
            if set(_PLACEHOLDER.findall(one + many)) == {"{count}"} and one != many:
                assert i18n.plural(one, many, 1) == one.format(count=1)
                assert i18n.plural(one, many, 2) == many.format(count=2)


def test_every_message_of_the_source_is_there_and_no_other(source: Catalog, catalogue: Catalog) -> None:
    """After a change of texts: python packaging/catalogues.py, then translate what is empty."""
    known, wanted = ({(m.context, m.id) for m in messages(one)} for one in (catalogue, source))
    assert known == wanted
    assert not catalogue.obsolete


def test_every_message_of_the_interface_is_translated_in_every_form(interface: Catalog) -> None:
    for message in messages(interface):
        forms = catalogues.texts(message.string)
        wanted = interface.num_plurals if isinstance(message.id, tuple) else 1
        assert len(forms) == wanted, message.id
        assert all(form.strip() or not said(message).strip() for form in forms), message.id
        assert not message.fuzzy, message.id


def test_a_clinical_translation_without_a_reviewer_is_a_draft(clinical: Catalog) -> None:
    for message in messages(clinical):
        assert message.fuzzy is (is_translated(message) and not is_reviewed(message)), message.context
        assert DRAFT_MARK not in str(message.string), message.context


def test_no_message_loses_a_placeholder(catalogue: Catalog) -> None:
    for message, form in translations(catalogue):
        placeholders = Counter(_PLACEHOLDER.findall(said(message))), Counter(_PLACEHOLDER.findall(form))
        assert placeholders[0] == placeholders[1], message.id


def test_no_message_of_the_interface_loses_a_key_or_a_line_end(interface: Catalog) -> None:
    for message, form in translations(interface):
        keys = [set(map(str.upper, _MNEMONIC.findall(text))) for text in (said(message), form)]
        assert keys[0] == keys[1], message.id
        assert said(message).count("\n") == form.count("\n"), message.id
        assert said(message).endswith("...") == form.endswith("..."), message.id


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_compiled_catalogues_say_what_the_text_says(domain: Domain, code: str) -> None:
    """The program reads the compiled forms, which a command makes: python packaging/catalogues.py."""
    for file, content in catalogues.mo_files(domain, code, catalogues.read(domain, code)).items():
        assert file.read_bytes() == content


def test_the_shipped_fonts_can_draw_it(catalogue: Catalog) -> None:
    signs = signs_of(resource("fonts"))
    needed = {sign for _message, form in translations(catalogue) for sign in form + DRAFT_MARK if sign > " "}
    assert sorted(sign for sign in needed if ord(sign) not in signs) == []
