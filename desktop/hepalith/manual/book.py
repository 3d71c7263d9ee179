"""The whole manual as files: name -> content. The same knowledge and date give the same bytes."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import jinja2
import msgspec

from hepalith import __version__
from hepalith.domain.words import basis_meaning, basis_text
from hepalith.i18n import _, language
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.uses import Place
from hepalith.manual.chapters import Chapter, in_chapters
from hepalith.manual.content import (
    Article,
    Code,
    Facts,
    Link,
    Prose,
    Related,
    Rule,
    Table,
    Web,
    words_of,
)
from hepalith.manual.entries import articles_of
from hepalith.manual.links import Links
from hepalith.manual.parts import Parts
from hepalith.manual.unverified import unverified_blocks

FIRST_PAGE = "index.html"
_KINDS_OF_PARTS = (Code, Facts, Link, Prose, Related, Rule, Table, Web)
_SPECIAL = re.compile(r"[^A-Za-z0-9._-]")
_WORD = re.compile(r"[^\s,;()\[\]{}\"“”]+")


@cache
def page_name(kind: str, name: str) -> str:
    """The file of an entry, from the first folder of the manual. It stays as long as the entry does.

    Signs that file systems or addresses treat specially are written as "~" and four digits; search.js does the same.
    """
    return f"{kind}/{_SPECIAL.sub(lambda sign: f'~{ord(sign.group()):04x}', name)}.html"


class Book:
    """Makes the files of the manual of one knowledge base, as of a date. templates: `resources/manual`."""

    def __init__(self, knowledge: Knowledge, templates: Path, as_of: date) -> None:
        self._knowledge = knowledge
        self._templates = templates
        links = Links(knowledge)
        self._parts = Parts(knowledge, as_of)
        articles = [self._with_related(article, links) for article in articles_of(knowledge, self._parts)]
        self._chapters: Mapping[Chapter, Sequence[Article]] = in_chapters(articles, knowledge)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every file, its name with "/" between folders."""
        for name in ("style.css", "search.js"):
            yield name, (self._templates / name).read_bytes()
        yield "search-index.js", self._search_index()
        root = self._page_of("")
        yield FIRST_PAGE, root("first.html.j2", counts=[(one, len(members)) for one, members in self._chapters.items()])
        yield "a-z.html", root("a-z.html.j2", letters=self._letters())
        yield "unverified.html", root("unverified.html.j2", blocks=unverified_blocks(self._chapters.items()))
        for chapter, members in self._chapters.items():
            yield f"{chapter.name}.html", root("chapter.html.j2", chapter=chapter, groups=_grouped(chapter, members))
            yield f"all-{chapter.name}.html", root("whole.html.j2", chapter=chapter, articles=members)
        entry = self._page_of("../")
        for chapter, members in self._chapters.items():
            for article in members:
                yield page_name(*article.place), entry("entry.html.j2", chapter=chapter, article=article)

    def _page_of(self, up: str) -> Callable[..., bytes]:
        """Renders the pages of one folder. up: the way from there to the first folder of the manual."""
        made = jinja2.Environment(
            loader=jinja2.FileSystemLoader(self._templates),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        for kind in _KINDS_OF_PARTS:
            made.tests[kind.__name__.lower()] = _test_for(kind)
        made.globals.update(
            _=_,
            basis_meaning=basis_meaning,
            basis_text=basis_text,
            chapters=tuple(self._chapters),
            deviations=self._knowledge.deviations,
            hash=self._knowledge.hash,
            language=language().replace("_", "-"),
            translation=self._knowledge.translation.note,
            header=self._knowledge.header,
            href=lambda link: up + page_name(*link.place) + (f"#{link.anchor}" if link.anchor else ""),
            link=self._parts.link,
            up=up,
            version=__version__,
        )
        return lambda name, **values: made.get_template(name).render(values).encode()

    def _with_related(self, article: Article, links: Links) -> Article:
        uses = self._related(_("Uses"), "uses", links.uses.get(article.place, {}))
        used_by = self._related(_("Used by"), "used-by", links.used_by.get(article.place, {}))
        related = tuple(block for block in (uses, used_by) if block.groups)
        return msgspec.structs.replace(article, blocks=(*article.blocks, *related))

    def _related(self, caption: str, anchor: str, places: Mapping[Place, tuple[str, ...]]) -> Related:
        groups: dict[str, list[tuple[Link, str]]] = {}
        for place, roles in places.items():
            groups.setdefault(place[0], []).append((self._parts.link(place), ", ".join(filter(None, roles))))
        titles = kind_titles()
        named = tuple((titles[kind], tuple(members)) for kind, members in groups.items())
        return Related(caption=caption, anchor=anchor, groups=named)

    def _letters(self) -> Mapping[str, Sequence[tuple[str, Link, str]]]:
        """Names of all kinds, sorted under their first letters: (name, where it leads, chapter)."""
        names: list[tuple[str, Link, str]] = []
        for chapter, members in self._chapters.items():
            for article in members:
                link = self._parts.link(article.place)
                others = (article.place[1], article.title, *article.aliases)
                names += ((name, link, chapter.title) for name in dict.fromkeys(others) if name)
        letters: dict[str, list[tuple[str, Link, str]]] = {}
        for one in sorted(names, key=lambda one: (one[0].casefold(), one[2], one[1].place)):
            first = one[0][0].upper()
            letters.setdefault(first if first.isalpha() else "0–9", []).append(one)
        return letters

    def _search_index(self) -> bytes:
        """A script, because a page from the file system may load a script but not read a file."""
        titles = [chapter.title for chapter in self._chapters]
        entries = [
            [number, *article.place, article.title, " ".join(_words(words_of(article)))]
            for number, members in enumerate(self._chapters.values())
            for article in members
        ]
        content = msgspec.json.encode({"chapters": titles, "entries": entries})
        return b"window.manualIndex = " + content + b";\n"


def kind_titles() -> dict[str, str]:
    """What the kinds of entries are called where they are mixed."""
    return {
        "recommendations": _("Recommendations"),
        "conditions": _("Causes"),
        "gates": _("Gates"),
        "urgency_levels": _("Levels of urgency"),
        "override_reasons": _("Reasons to decide otherwise"),
        "precedence": _("Order of precedence"),
        "derived": _("Derived findings and tables"),
        "findings": _("Findings"),
        "lists": _("Lists"),
        "conflicts": _("Conflicts between sources"),
        "sources": _("Sources"),
        "starting_points": _("Starting points"),
        "tags": _("Tags"),
    }


def _grouped(chapter: Chapter, articles: Iterable[Article]) -> Mapping[str, Sequence[Article]]:
    groups: dict[str, list[Article]] = {}
    for article in articles:
        groups.setdefault(chapter.heading(article), []).append(article)
    return groups


def _words(text: str) -> list[str]:
    """The words of a text for the search, each once."""
    return list(dict.fromkeys(word.rstrip(".:") for word in _WORD.findall(text.lower())))


def _test_for(kind: type) -> Callable[[object], bool]:
    return lambda part: isinstance(part, kind)
