"""The clinical texts in another language: what is translated, by which catalogue, and how far it was reviewed.

Texts are exchanged before the knowledge is compiled, so that everything that reads the knowledge says the same. Ids,
expressions, sources and what sources say word for word stay as they are. `docs/language.md` tells of the catalogues.
"""

import gettext
import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from hepalith.i18n import SOURCE_LANGUAGE, _
from hepalith.knowledge.model import KINDS, Finding, KnowledgeFiles

DRAFT_MARK = "⁘"  # ends every text whose translation nobody reviewed, wherever it is shown
REVIEWED, DRAFTS = "knowledge", "knowledge-drafts"  # gettext domains of the compiled catalogues

_TEXTS = frozenset(
    {
        *("label", "title", "topic", "subclass", "sentence", "statement", "position", "text", "help", "note", "action"),
        *("reason", "why", "default", "stop", "test", "tells_apart", "warn_text", "not_for_text", "basis_note"),
        *("review_state", "intended_use", "limits_of_use"),
    }
)
_NOT_OURS = frozenset({"sources"})  # the words of others

Say = Callable[[str, str], str]  # place of a text (such as "findings/size_mm/label"), the text -> what is shown
_Entry = TypeVar("_Entry", bound=msgspec.Struct)


def as_written(place: str, text: str) -> str:  # noqa: ARG001
    """Says every text as it stands in the source."""
    return text


class Translation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far the clinical texts of a knowledge base are translated: how many there are, are drafts, are reviewed.

    omit_defaults: msgspec knows a default by its identity, and what is left out is read as the default itself. An
    assessment leaves the language of the source out, too, whether its knowledge was compiled or read back.
    """

    language: str = SOURCE_LANGUAGE
    texts: int = 0
    drafts: int = 0
    reviewed: int = 0

    @property
    def note(self) -> str:
        """Says which texts are drafts and which stand in English; "" for the language of the source."""
        if self.language == SOURCE_LANGUAGE:
            return ""
        lines = []
        if self.drafts:
            text = _("Clinical wording with {mark} is a draft translation that no clinician has reviewed.")
            lines.append(text.format(mark=DRAFT_MARK))
        if self.drafts + self.reviewed < self.texts:
            lines.append(_("Clinical statements in English are not translated yet."))
        return " ".join(lines)

    @property
    def legend(self) -> str:
        """The same as short as a page or a window can carry it all the time."""
        parts = [_("{mark} translation not reviewed").format(mark=DRAFT_MARK)] if self.drafts else []
        if self.note and self.drafts + self.reviewed < self.texts:
            parts.append(_("English: not translated"))
        return " · ".join(parts)

    @property
    def counts(self) -> str:
        """How many clinical texts are reviewed, drafts, and in English; "" for the language of the source."""
        if self.language == SOURCE_LANGUAGE:
            return ""
        return _("{reviewed} of {texts} clinical texts reviewed, {drafts} drafts, {english} in English").format(
            reviewed=self.reviewed,
            texts=self.texts,
            drafts=self.drafts,
            english=self.texts - self.reviewed - self.drafts,
        )


class Catalogue:
    """The clinical texts of one language. Without files of that language, every text stays English."""

    def __init__(self, locale: Path, language: str) -> None:
        """locale: the folder with a folder for each language. Raises OSError for a file that cannot be read."""
        self.language = language
        self._parts = [_read(locale, domain, language) for domain in (REVIEWED, DRAFTS)]
        self.hash = hashlib.sha256(b"\0".join(content for content, _messages in self._parts)).hexdigest()[:8]

    def reviewed(self, place: str, text: str) -> str:
        """The translation that a clinician reviewed; "" if there is none."""
        return self._parts[0][1].pgettext(place, text)

    def draft(self, place: str, text: str) -> str:
        """The translation that nobody reviewed, without a mark; "" if there is none."""
        return self._parts[1][1].pgettext(place, text)

    def say(self, place: str, text: str) -> str:
        """What is shown: the reviewed translation, the draft with its mark, or the English text."""
        draft = self.draft(place, text)
        return self.reviewed(place, text) or (draft and draft + DRAFT_MARK) or text


def catalogues(locale: Path) -> tuple[Catalogue, ...]:
    """The catalogue of every language that has one."""
    languages = sorted(path.parents[1].name for path in locale.glob(f"*/LC_MESSAGES/{DRAFTS}.mo"))
    return tuple(Catalogue(locale, language) for language in languages)


def translated(files: KnowledgeFiles, catalogue: Catalogue) -> tuple[KnowledgeFiles, Translation]:
    """The knowledge in the words of a catalogue. A finding is found by its English label too: it is a synonym."""
    counted = {"texts": 0, "drafts": 0, "reviewed": 0}

    def say(place: str, text: str) -> str:
        counted["texts"] += 1
        if catalogue.reviewed(place, text):
            counted["reviewed"] += 1
        elif catalogue.draft(place, text):
            counted["drafts"] += 1
        return catalogue.say(place, text)

    made = with_texts(files, say)
    findings = tuple(map(_with_english_label, made.findings, files.findings))
    made = replace(made, findings=findings, hash=f"{files.hash}+{catalogue.language}.{catalogue.hash}")
    return made, Translation(language=catalogue.language, **counted)


def with_texts(files: KnowledgeFiles, say: Say) -> KnowledgeFiles:
    """The knowledge with every clinical text as `say` gives it."""
    changed = {
        kind: tuple(_with_texts(entry, f"{kind}/{entry.id}", say) for entry in getattr(files, kind))
        for kind in KINDS
        if kind not in _NOT_OURS
    }
    return replace(files, header=_with_texts(files.header, "knowledge", say), **changed)


def _with_texts(entry: _Entry, place: str, say: Say) -> _Entry:
    changed: dict[str, object] = {}
    for field, name in zip(entry.__struct_fields__, entry.__struct_encode_fields__, strict=True):
        value, where = getattr(entry, field), f"{place}/{name}"
        if name in _TEXTS and isinstance(value, str) and value:
            changed[field] = say(where, value)
        elif (
            isinstance(value, tuple) and name not in _NOT_OURS and any(isinstance(one, msgspec.Struct) for one in value)
        ):
            changed[field] = tuple(_with_texts(one, "/".join((where, *_id_of(one))), say) for one in value)
    return replace(entry, **changed) if changed else entry


def _id_of(entry: msgspec.Struct) -> tuple[str, ...]:
    """The id of an entry; what has none is told from its neighbours by its text."""
    return (str(entry.id),) if hasattr(entry, "id") else ()


def _with_english_label(entry: Finding, source: Finding) -> Finding:
    return entry if entry.label == source.label else replace(entry, synonyms=(*entry.synonyms, source.label))


class _Messages(gettext.NullTranslations):
    """Knows no message: what is missing is told from what reads the same in both languages."""

    def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002
        return ""


def _read(locale: Path, domain: str, language: str) -> tuple[bytes, gettext.NullTranslations]:
    found = gettext.find(domain, locale, [language])
    if found is None:
        return b"", _Messages()
    content = Path(found).read_bytes()
    messages = gettext.GNUTranslations(io.BytesIO(content))
    messages.add_fallback(_Messages())
    return content, messages
