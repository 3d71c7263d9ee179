"""The pages of a manual as trees, and what the tests ask of them."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from posixpath import dirname, join, normpath

from lxml import html

from hepalith.knowledge.base import Knowledge
from hepalith.manual.book import Book, page_name
from hepalith.resources import resource
from support.vignettes import knowledge_and_problems

AS_OF = date(2026, 6, 1)


class Pages(Mapping[str, bytes]):
    """The files of a manual; `tree` and `text` of a page are read once."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self.tree = lru_cache(maxsize=None)(self._tree)

    def __getitem__(self, name: str) -> bytes:
        return self._files[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    @property
    def names(self) -> list[str]:
        """The names of all pages."""
        return [name for name in self._files if name.endswith(".html")]

    def entry(self, kind: str, name: str) -> html.HtmlElement:
        """The page of an entry."""
        return self.tree(page_name(kind, name))

    def text(self, kind: str, name: str) -> str:
        """All text of the main part of an entry's page, with single spaces."""
        return plain(self.entry(kind, name).find(".//main"))

    def targets(self, name: str) -> Iterator[tuple[str, str]]:
        """(page, anchor) of every link of a page that stays in the manual."""
        for link in self.tree(name).iter("a"):
            address = link.get("href")
            if "://" not in address:
                path, _sign, anchor = address.partition("#")
                yield normpath(join(dirname(name), path)) if path else name, anchor

    def _tree(self, name: str) -> html.HtmlElement:
        return html.document_fromstring(self._files[name].decode())


def plain(element: html.HtmlElement) -> str:
    """The text of an element, with single spaces."""
    return " ".join(" ".join(element.itertext()).split())


def made(knowledge: Knowledge, as_of: date = AS_OF) -> Pages:
    """The manual of a knowledge base."""
    return Pages(dict(Book(knowledge, resource("manual"), as_of).files()))


@lru_cache
def real_pages() -> Pages:
    """The manual of the program's own knowledge."""
    return made(knowledge_and_problems()[0])


def templates() -> Path:
    """The folder of the templates."""
    return resource("manual")
