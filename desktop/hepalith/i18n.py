"""Words in the user's language (gettext). Stands beside the layers, so that window, command line and note share it.

Clinical texts are not translated here: they stand in the knowledge and are reviewed for each language.
"""

import gettext

from hepalith.resources import resource_root

DOMAIN = "hepalith"
_NAMES = {"en": "English", "zh_CN": "简体中文"}

_translations: gettext.NullTranslations = gettext.NullTranslations()


def set_language(code: str | None) -> bool:
    """Use the catalogue of a language such as "de"; None, or a language without a catalogue, means English.

    Returns whether a catalogue is in use. Called once by the composition root, before any text is made.
    """
    global _translations  # noqa: PLW0603 : one language for the whole program
    locale_folder = resource_root() / "locale"
    languages = [code] if code else []
    _translations = gettext.translation(DOMAIN, locale_folder, languages, fallback=True)
    return isinstance(_translations, gettext.GNUTranslations)


def _(text: str) -> str:
    """The text in the user's language."""
    return _translations.gettext(text)


def plural(one: str, many: str, count: int) -> str:
    """The form of the text that fits `count`, with `{count}` filled in."""
    return _translations.ngettext(one, many, count).format(count=count)


def languages() -> dict[str, str]:
    """The languages that the program speaks: code -> its own name."""
    there = {"en", *(folder.name for folder in (resource_root() / "locale").glob("*"))}
    return {code: name for code, name in _NAMES.items() if code in there}


def catalogue_note() -> str:
    """The language in use, and how far its catalogue was reviewed."""
    header = _translations.info()
    if not header:
        return _NAMES["en"]
    state = header.get("x-review-state", "")
    return ": ".join(filter(None, (_NAMES.get(header.get("language", ""), header.get("language", "")), state)))
