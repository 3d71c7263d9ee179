"""The search of the manual, run as it is in Qt's JavaScript engine."""

import pytest
from PySide6.QtQml import QJSEngine

from hepalith.manual.book import page_name
from hepalith.resources import resource
from manual.pages import Pages, real_pages


@pytest.fixture(scope="module")
def pages() -> Pages:
    """The program's own manual."""
    return real_pages()


@pytest.fixture(scope="module")
def engine(qapp: object, pages: Pages) -> QJSEngine:
    """The search with the index of the program's own manual."""
    made = QJSEngine()
    made.evaluate("var window = {};")
    for name in ("search.js", "search-index.js"):
        result = made.evaluate(pages[name].decode(), name)
        assert not result.isError(), result.toString()
    return made


def found(engine: QJSEngine, typed: str) -> list[str]:
    """The pages that a search gives, the best first."""
    engine.globalObject().setProperty("typed", typed)
    result = engine.evaluate(
        "findEntries(window.manualIndex.entries, typed).map((entry) => pageOf(entry[1], entry[2])).join('\\n')"
    )
    assert not result.isError(), result.toString()
    return result.toString().splitlines()


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("CE-R10", "recommendations/CE-R10.html"),
        ("ce-r10", "recommendations/CE-R10.html"),
        ("ce_stage", "derived/ce_stage.html"),
        ("who-iwge stage", "derived/ce_stage.html"),
        ("before albendazole", "gates/albendazole.html"),
        ("size_max_cm", "findings/size_mm.html"),
        ("child-pugh score", "derived/child_pugh.html"),
    ],
)
def test_ids_titles_and_names_of_the_evidence_come_first(engine: QJSEngine, typed: str, page: str) -> None:
    assert found(engine, typed)[0] == page


def test_every_id_finds_its_page(engine: QJSEngine, pages: Pages) -> None:
    ids = engine.evaluate("window.manualIndex.entries.map((entry) => entry[1] + ' ' + entry[2]).join('\\n')")
    for place in ids.toString().splitlines()[::40]:
        kind, name = place.split(" ")
        assert page_name(kind, name) in found(engine, name)[:3], place


def test_pages_are_named_as_the_program_names_them(engine: QJSEngine, pages: Pages) -> None:
    names = engine.evaluate("window.manualIndex.entries.map((entry) => pageOf(entry[1], entry[2])).join('\\n')")
    assert sorted(names.toString().splitlines()) == sorted(name for name in pages.names if "/" in name)


def test_all_words_have_to_be_there(engine: QJSEngine) -> None:
    both = set(found(engine, "albendazole pregnancy"))
    assert both
    assert both == set(found(engine, "pregnancy albendazole"))
    assert both < set(found(engine, "albendazole"))
    assert found(engine, "albendazole xyzzy") == []
    assert found(engine, "   ") == []
    assert found(engine, "<script>") == []


def test_the_script_is_the_one_that_comes_with_the_program(pages: Pages) -> None:
    assert pages["search.js"] == resource("manual", "search.js").read_bytes()
