"""Words in the user's language (gettext). Stands beside the layers, so that window, command line and note share it.

Clinical texts have catalogues of their own (`hepalith.knowledge.translation`), with a review state for each.
"""

import gettext
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hepalith.resources import resource_root

DOMAIN = "hepalith"
SOURCE_LANGUAGE = "en"  # of the program's own texts, and of the knowledge
VARIABLE = "HEPALITH_LANGUAGE"
_NAMES = {"en": "English", "zh_CN": "简体中文"}

_translations: gettext.NullTranslations = gettext.NullTranslations()
_language = SOURCE_LANGUAGE


def set_language(code: str | None) -> bool:
    """Use the catalogue of a language such as "zh_CN"; None, or a language without a catalogue, means English.

    Returns whether a catalogue is in use.
    """
    found = gettext.translation(DOMAIN, locale_folder(), [code] if code else [], fallback=True)
    translated = isinstance(found, gettext.GNUTranslations)
    use(found, code if code and translated else SOURCE_LANGUAGE)
    return translated


def use(translations: gettext.NullTranslations, code: str) -> None:
    """Speak with these translations from now on."""
    global _translations, _language  # one language for the whole program
    _translations, _language = translations, code


def locale_folder() -> Path:
    """The folder with the catalogues, a folder for each language."""
    return resource_root() / "locale"


def language() -> str:
    """The code of the language in use."""
    return _language


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Another language for a while, for a document that was made in it."""
    before = _translations, _language
    set_language(code)
    try:
        yield
    finally:
        use(*before)


def _(text: str) -> str:
    """The text in the user's language."""
    return _translations.gettext(text)


def pgettext(context: str, text: str) -> str:
    """The text in the user's language, where one English word stands for several things; the context says which."""
    return _translations.pgettext(context, text)


def plural(one: str, many: str, count: int) -> str:
    """The form of the text that fits `count`, with `{count}` filled in."""
    return _translations.ngettext(one, many, count).format(count=count)


def languages() -> dict[str, str]:
    """The languages that the program speaks: code -> its own name."""
    there = {SOURCE_LANGUAGE, *(folder.name for folder in locale_folder().glob("*"))}
    return {code: name for code, name in _NAMES.items() if code in there}


def system_languages() -> tuple[str, ...]:
    """What the environment asks for, the first wish first, as gettext reads it."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return tuple(wish.partition(".")[0].partition("@")[0] for wish in os.environ[name].split(":"))
    return ()


def first_spoken(wishes: Iterable[str]) -> str:
    """The first of these languages that the program speaks, be it in the form of another country; else English."""
    for wish in wishes:
        base = wish.replace("-", "_").partition("_")[0]
        if base in {"C", "POSIX"}:
            break
        for code in languages():
            if code.partition("_")[0] == base:
                return code
    return SOURCE_LANGUAGE


def catalogue_note() -> str:
    """The language in use, and how far its catalogue was reviewed, as the catalogue says itself."""
    return _("English, in the words of the authors")
