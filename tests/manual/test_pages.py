"""Every page of the manual: sound HTML, links that lead somewhere, nothing from outside, readable in light and dark."""

import itertools
import re
from html.parser import HTMLParser

import pytest
from lxml import html

from hepalith.manual.book import FIRST_PAGE, page_name
from manual.pages import made, real_pages, templates
from support.vignettes import knowledge_and_problems

VOID = frozenset({"meta", "link", "input", "br", "hr", "img"})
STYLE = (templates() / "style.css").read_text(encoding="utf-8")


class Balance(HTMLParser):
    """Notices what is opened and not closed, or closed and not opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.wrong.append(f"</{tag}> in {self.open[-3:]}, line {self.getpos()[0]}")


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_every_element_is_closed_where_it_was_opened() -> None:
    pages = real_pages()
    for name in pages.names:
        parser = Balance()
        parser.feed(pages[name].decode())
        assert (parser.open, parser.wrong) == ([], []), name


def test_every_page_has_a_language_a_title_landmarks_and_headings_in_order() -> None:
    pages = real_pages()
    titles = set()
    for name in pages.names:
        tree = pages.tree(name)
        assert tree.get("lang") == "en"
        titles.add(tree.findtext(".//title"))
        for landmark in ("header", "main", "footer", "header//nav[@aria-label]"):
            assert len(tree.findall(f".//{landmark}")) == 1, (name, landmark)
        levels = [int(heading.tag[1]) for heading in tree.iter("h1", "h2", "h3", "h4")]
        assert levels.count(1) == 1, name
        assert levels[0] == 1, name
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), name
        for heading in tree.iter("h1", "h2", "h3"):
            assert heading.text_content().strip(), name
        (field,) = tree.iter("input")
        assert tree.xpath("//label[@for=$name]", name=field.get("id"))
    assert len(titles) == len(pages.names), "every page can be told from the others in a list of tabs"


def test_ids_are_given_once_and_all_links_lead_somewhere() -> None:
    pages = real_pages()
    anchors = {}
    for name in pages.names:
        ids = pages.tree(name).xpath("//@id")
        assert len(ids) == len(set(ids)), name
        anchors[name] = set(ids)
    for name in pages.names:
        for page, anchor in pages.targets(name):
            assert page in anchors, (name, page)
            assert not anchor or anchor in anchors[page], (name, page, anchor)


def test_every_page_is_reached_from_the_first() -> None:
    pages = real_pages()
    seen, waiting = {FIRST_PAGE}, [FIRST_PAGE]
    while waiting:
        for page, _anchor in pages.targets(waiting.pop()):
            if page not in seen:
                seen.add(page)
                waiting.append(page)
    assert seen == set(pages.names)


def test_nothing_is_loaded_from_outside() -> None:
    pages = real_pages()
    for name in pages.names:
        tree = pages.tree(name)
        loaded = [*tree.xpath("//@src"), *tree.xpath("//link/@href")]
        assert {address.removeprefix("../") for address in loaded} == {"style.css", "search.js"}
        assert not tree.xpath("//style | //iframe | //img | //*[@style] | //script[not(@src)]")
        outside = [link.get("href") for link in tree.iter("a") if "://" in link.get("href")]
        assert all(address.startswith(("https://", "http://")) for address in outside)
    assert "@import" not in STYLE
    assert "url(" not in STYLE
    for name in ("search.js", "search-index.js"):
        assert "fetch(" not in pages[name].decode()
        assert "XMLHttpRequest" not in pages[name].decode()


def test_tables_have_headings_for_their_columns() -> None:
    pages = real_pages()
    tables = 0
    for name in pages.names:
        for table in pages.tree(name).iter("table"):
            tables += 1
            assert len(table.findall("thead")) == 1
            heads = table.findall("thead/tr/*")
            assert all(head.get("scope") == "col" for head in heads if head.tag == "th")
            assert sum(head.tag == "td" for head in heads) <= 1
            assert {len(row) for row in table.findall("tbody/tr")} == {len(heads)}, name
    assert tables > 500


def test_addresses_work_on_every_file_system() -> None:
    names = list(real_pages())
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert re.fullmatch(r"[A-Za-z0-9._~/-]+", name)
        assert not re.match(r"(con|prn|aux|nul|com\d|lpt\d)\.", name.rpartition("/")[2].lower())
    assert page_name("recommendations", "CE-R10") == "recommendations/CE-R10.html"
    assert page_name("tags", "drug:x") == "tags/drug~003ax.html"


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_text_can_be_read(scheme: str) -> None:
    colours: dict[str, str] = {}
    at = {"light": [None], "dark": [None, "(prefers-color-scheme: dark)"], "print": [None, "print"]}[scheme]
    for media in at:
        start = 0 if media is None else STYLE.index(f"@media {media}")
        root = STYLE[STYLE.index(":root {", start) : STYLE.index("}", STYLE.index(":root {", start))]
        colours |= dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", root))
    assert len(colours) == 11
    for surface in ("window", "surface"):
        for text in ("text", "muted", "link", "alert", "warning", "good"):
            assert contrast(colours[text], colours[surface]) >= 4.5, (text, surface)
        assert contrast(colours["border"], colours[surface]) >= 3
    assert contrast(colours["text"], colours["mark"]) >= 4.5
    assert contrast(colours["link"], colours["mark"]) >= 4.5
    assert set(re.findall(r"#[0-9a-f]{3,8}\b", STYLE)) <= set(re.findall(r"#[0-9a-f]{6}\b", STYLE))


def test_on_paper_there_is_no_navigation() -> None:
    paper = STYLE[STYLE.index("@media print") :]
    assert re.search(r"\.top, \.skip, \.screen \{ display: none; \}", paper)
    assert "break-before: page" in paper


def test_the_same_knowledge_and_date_give_the_same_bytes() -> None:
    knowledge, _problems = knowledge_and_problems()
    again = made(knowledge)
    assert dict(again) == dict(real_pages())


def test_every_page_says_which_knowledge_it_is_from_and_its_review_state() -> None:
    pages = real_pages()
    header = knowledge_and_problems()[0].header
    for name in pages.names:
        footer = pages.tree(name).find(".//footer").text_content()
        assert header.version in footer
        assert header.review_state in footer


def test_without_scripts_the_search_box_is_not_shown() -> None:
    for name in (FIRST_PAGE, "recommendations.html"):
        box: html.HtmlElement = real_pages().tree(name).get_element_by_id("search")
        assert box.get("hidden") is not None
