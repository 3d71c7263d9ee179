"""Every entry of the knowledge is in the manual, with all that it says, and with what uses what."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hepalith.knowledge.base import Knowledge
from hepalith.manual.book import page_name
from hepalith.manual.titles import tags_of
from manual.pages import Pages, made, plain, real_pages
from support.small import REST, compile_small
from support.vignettes import knowledge_and_problems

KINDS = ("recommendations", "conditions", "gates", "precedence", "derived", "findings", "lists", "conflicts", "sources")
# What the manual says in other words, or not at all: names of pictures and of widgets, and ids of groups.
OTHERWISE = frozenset(
    {
        "picture", "widget", "group", "subject", "type", "kind", "urgency", "basis", "severity", "across", "cost",
        "observation", "cause_class", "subjects", "absent_choice", "anchor", "tags", "review_by", "unit", "other_units",
        "of", "quiet", "otherwise", "then",
    }
)  # fmt: skip
EXPRESSIONS = frozenset({"when", "expr", "requires", "relevant", "absent_when", "excluded_when", "confirmed_when"})


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    """The program's own knowledge."""
    return knowledge_and_problems()[0]


@pytest.fixture(scope="module")
def pages() -> Pages:
    """Its manual."""
    return real_pages()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """The manual of the tiny knowledge base."""
    return made(compile_small(tmp_path_factory.mktemp("small"))[0])


def entries(knowledge: Knowledge) -> Iterator[tuple[str, str, Any]]:
    """(kind, id, entry) of everything."""
    for kind in KINDS:
        for name, compiled in getattr(knowledge, kind).items():
            yield kind, name, getattr(compiled, "entry", compiled)
    for name, point in knowledge.starting_points.items():
        yield "starting_points", name, point
    for level in knowledge.header.urgency_levels:
        yield "urgency_levels", level.id, level
    for reason in knowledge.header.override_reasons:
        yield "override_reasons", reason.id, reason


def said(value: Any, field: str = "") -> Iterator[str]:
    """Every text of an entry that the manual has to show."""
    if field in OTHERWISE:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from said(getattr(value, name), name)
    elif isinstance(value, tuple | list):
        for one in value:
            yield from said(one, field)
    elif isinstance(value, dict):
        for one in value.values():
            yield from said(one, field)


def squeezed(text: str) -> str:
    """A text without spaces and without what stands for inserted values: where pieces meet, a page has more spaces."""
    return re.sub(r"\{\w+\}|\s+", "", text)


def test_every_entry_has_its_page_with_its_title(knowledge: Knowledge, pages: Pages) -> None:
    places = [(kind, name) for kind, name, _entry in entries(knowledge)]
    places += [("tags", tag) for tag in tags_of(knowledge)]
    for kind, name in places:
        main = pages.entry(kind, name).find(".//main")
        assert main.findtext(".//p[@class='place']/code") == name
        assert main.findtext(".//h1")
    inside = [name for name in pages.names if "/" in name]
    assert sorted(inside) == sorted(page_name(*place) for place in places)


def test_every_word_of_every_entry_is_on_its_page(knowledge: Knowledge, pages: Pages) -> None:
    missing = []
    for kind, name, entry in entries(knowledge):
        shown = squeezed(re.sub(r"\[[^]]*\]", "", pages.text(kind, name)))
        shown_whole = squeezed(pages.text(kind, name))
        for text in said(entry):
            wanted = squeezed(text)
            if wanted not in shown and wanted not in shown_whole:
                missing.append((kind, name, text))
    assert not missing[:10]


def test_every_entry_stands_in_the_contents_of_its_chapter_and_in_the_whole_chapter(
    knowledge: Knowledge, pages: Pages
) -> None:
    chapters = [name for name in pages.names if f"all-{name}" in pages]
    listed = {page for name in chapters for page, _anchor in pages.targets(name) if "/" in page}
    whole = {anchor for name in chapters for anchor in pages.tree(f"all-{name}").xpath("//article/@id")}
    for kind, name, _entry in entries(knowledge):
        assert page_name(kind, name) in listed
        assert f"{kind}/{name}" in whole


def test_tables_are_tables_with_their_rows_in_order(knowledge: Knowledge, pages: Pages) -> None:
    tables = [(name, made_from) for name, made_from in knowledge.derived.items() if made_from.rows]
    assert len(tables) > 40
    for name, derived in tables:
        rows = pages.entry("derived", name).xpath("//h2[@id='table']/following-sibling::div//tbody/tr")
        wanted = [row.id for row in derived.rows] + (["otherwise"] if derived.otherwise is not None else [])
        assert [row.get("id") for row in rows] == wanted
        for row, compiled in zip(rows, derived.rows, strict=False):
            if isinstance(compiled.then, str):
                assert knowledge.choice_label(name, compiled.then) in plain(row[2])
            entry_row = next(one for one in derived.entry.rows if one.id == compiled.id)
            assert " ".join(entry_row.when.split()) in row.findtext(".//p[@class='expression']/code")


def test_gates_arguments_and_choices_have_anchors(knowledge: Knowledge, pages: Pages) -> None:
    for name, gate in knowledge.gates.items():
        ids = set(pages.entry("gates", name).xpath("//tr/@id"))
        assert ids == {item.id for item in gate.entry.items}
    for name, condition in knowledge.conditions.items():
        ids = set(pages.entry("conditions", name).xpath("//tr/@id"))
        sides = {"for": condition.entry.arguments_for, "against": condition.entry.arguments_against}
        assert ids == {f"{side}-{number}" for side, found in sides.items() for number in range(1, len(found) + 1)}


def test_conditions_are_said_in_words_with_units_beside_the_expression(small: Pages) -> None:
    text = small.text("recommendations", "ALARM")
    assert "Bilirubin > 4.0 mg/dL" in text
    assert "ill and bilirubin > '4.0 mg/dL'" in text
    assert "Age ≥ 75 years" in text
    assert "Emergency: act now" in text
    links = small.entry("recommendations", "ALARM").xpath("//div[@class='words']//a/@href")
    assert "../findings/bilirubin.html" in links
    assert "../derived/ill.html" in links


def test_thresholds_stand_on_the_page_of_their_finding_from_the_lowest(small: Pages) -> None:
    rows = small.entry("findings", "bilirubin").xpath("//h2[@id='thresholds']/following-sibling::div//tbody/tr")
    assert [plain(row[0]) for row in rows] == ["< 34 µmol/L", "≤ 51 µmol/L", "> 4.0 mg/dL"]
    assert next(row[1].find("a").get("href") for row in rows) == "../derived/points.html"


def test_a_recommendation_shows_urgency_basis_review_gates_order_and_follow_up(small: Pages) -> None:
    drug = squeezed(small.text("recommendations", "DRUG"))
    for words in (
        "Soon",
        "basis: default",
        "not reviewed; due on 2027-01-01",
        "Before the drug",
        "#alarm (P1)",
        "3 months, 6 months, then every 12 months, until 5 years",
        "-2 weeks to +1 month",
        "Consider the drug for a spot of [Size].",
    ):
        assert squeezed(words) in drug, words
    alarm = squeezed(small.text("recommendations", "ALARM"))
    for words in ("Takes precedence over #closure; #elective (P1)", "SRC-1 (page 3)"):
        assert squeezed(words) in alarm


def test_what_an_entry_uses_and_what_uses_it_agree(knowledge: Knowledge, pages: Pages) -> None:
    uses, used_by = set(), set()
    for name in pages.names:
        if "/" not in name:
            continue
        for caption, found in (("uses", uses), ("used-by", used_by)):
            for link in pages.tree(name).xpath(f"//h2[@id='{caption}']/following-sibling::dl[1]//li/a/@href"):
                found.add((name, link.removeprefix("../")))
    assert len(uses) > 5000
    assert uses == {(one, other) for other, one in used_by}
    for kind, name, other in (
        ("recommendations", "CE-R10", ("findings", "size_mm")),
        ("recommendations", "CE-R10", ("gates", "albendazole")),
        ("recommendations", "CE-R10", ("derived", "ce_stage")),
        ("gates", "albendazole", ("findings", "neutrophils")),
        ("recommendations", "CE-R10", ("urgency_levels", "soon")),
        ("findings", "size_mm", ("derived", "ce_stage")),
        ("derived", "endemic_ce", ("lists", "ENDEMIC_CE")),
    ):
        assert (page_name(kind, name), page_name(*other)) in uses
    cited = {cite if isinstance(cite, str) else cite.id for cite in knowledge.recommendations["CE-R10"].entry.sources}
    assert all((page_name("recommendations", "CE-R10"), page_name("sources", cite)) in uses for cite in cited)


def named(value: Any, knowledge: Knowledge, field: str = "") -> Iterator[tuple[str, str]]:
    """The entries that an entry names, read off its fields and expressions without the program's own parser."""
    links = {name: name for name in ("gates", "conflicts", "starting_points", "tags")} | {"urgency": "urgency_levels"}
    if isinstance(value, str) and field == "sources":
        yield "sources", value
    elif isinstance(value, str) and field in links:
        yield links[field], value
    elif isinstance(value, str) and field in EXPRESSIONS:
        words = set(re.findall(r"[A-Za-z_]\w*", re.sub(r"\{[^}]*\}|[!=]= *\w+|\w+ in \b", "", value)))
        for kind in ("findings", "derived", "lists"):
            yield from ((kind, word) for word in words & set(getattr(knowledge, kind)))
    elif isinstance(value, msgspec.Struct):
        if field == "sources":
            yield "sources", value.id
            return
        for name in value.__struct_fields__:
            yield from named(getattr(value, name), knowledge, name)
    elif isinstance(value, tuple):
        for one in value:
            yield from named(one, knowledge, field)


def test_whatever_an_entry_names_is_among_what_it_uses(knowledge: Knowledge, pages: Pages) -> None:
    count = 0
    for kind, name, entry in entries(knowledge):
        links = pages.entry(kind, name).xpath("//h2[@id='uses']/following-sibling::dl[1]//li/a/@href")
        for place in set(named(entry, knowledge)):
            count += 1
            assert f"../{page_name(*place)}" in links, (kind, name, place)
    assert count > 5000


def test_text_with_signs_of_markup_comes_out_as_text(tmp_path: Path) -> None:
    nasty = "<script>alert(1)</script> & \\\"quoted\\\" 'it' <b>"
    changed = REST.replace("Consider the drug for", nasty).replace("title: A source", f'title: "{nasty}"')
    changed = changed.replace("label: Benign spot", f'label: "{nasty}"').replace(
        "basis: read}\nconditions", "basis: read, url: 'javascript:alert(1)'}\nconditions"
    )
    changed = changed.replace("text: small}", f'text: "{nasty}"}}').replace("topic: A topic", f'topic: "{nasty}"')
    knowledge, problems = compile_small(tmp_path, rest=changed)
    assert not problems
    pages = made(knowledge)
    shown = nasty.replace('\\"', '"')
    for kind, name in (
        ("recommendations", "DRUG"),
        ("sources", "SRC-1"),
        ("conditions", "BENIGN"),
        ("conflicts", "X1"),
    ):
        assert shown in pages.text(kind, name)
    for name in pages.names:
        tree = pages.tree(name)
        assert [script.get("src").removeprefix("../") for script in tree.iter("script")] == ["search.js"]
        assert not list(tree.iter("b")) or name == "index.html"
        assert not [link for link in tree.iter("a") if link.get("href").startswith("javascript")]
    assert "javascript:alert(1)" in pages.text("sources", "SRC-1")
    index = msgspec.json.decode(pages["search-index.js"].removeprefix(b"window.manualIndex = ").removesuffix(b";\n"))
    assert shown in {entry[3] for entry in index["entries"]}


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("who.int/publications/1", "https://who.int/publications/1"),
        ("javascript:alert(1)", None),
        ("data.text:x", None),
        ("page 12 of the book", None),
    ],
)
def test_only_addresses_of_the_web_are_links(address: str, link: str | None, tmp_path: Path) -> None:
    rest = REST.replace("title: A source,", f"title: A source, url: '{address}',")
    page = made(compile_small(tmp_path, rest=rest)[0]).entry("sources", "SRC-1")
    assert page.xpath("//a[@rel]/@href") == ([link] if link else [])
    assert address in plain(page)


def test_what_is_unverified_is_complete(knowledge: Knowledge, pages: Pages) -> None:
    tree = pages.tree("unverified.html")
    for level in ("default", "recalled", "secondary"):
        rows = tree.xpath(f"//h2[@id='{level}']/following-sibling::div[@class='wide'][1]//tbody/tr")
        listed = {(row[2].find("a").get("href")) for row in rows}
        for kind in ("recommendations", "derived", "conditions"):
            for name, compiled in getattr(knowledge, kind).items():
                assert (page_name(kind, name) in listed) is (compiled.basis.level == level) or kind == "conditions"
        for name, gate in knowledge.gates.items():
            for item, basis in zip(gate.entry.items, gate.basis, strict=True):
                assert (f"{page_name('gates', name)}#{item.id}" in listed) is (basis.level == level)
        for name, source in knowledge.sources.items():
            assert (page_name("sources", name) in listed) is (source.basis == level)
    text = plain(tree.find(".//main"))
    assert re.search(r"No clinician has reviewed any of the \d+ statements yet", text)


def test_arguments_with_a_weaker_basis_than_their_cause_are_unverified_too(tmp_path: Path) -> None:
    changed = REST.replace("strength: 4, text: solid}", "strength: 4, text: solid, basis: recalled, sources: [SRC-1]}")
    pages = made(compile_small(tmp_path, rest=changed)[0])
    links = pages.tree("unverified.html").xpath("//h2[@id='recalled']/following-sibling::div[1]//a/@href")
    assert links == ["conditions/BAD.html#for-1"]


def test_overdue_reviews_are_marked_from_the_day_after(tmp_path: Path) -> None:
    knowledge, _problems = compile_small(tmp_path)
    on_the_day, after = (made(knowledge, day) for day in (date(2027, 1, 1), date(2027, 1, 2)))
    assert "review overdue" not in on_the_day.text("recommendations", "ALARM")
    assert "review overdue since 2027-01-01" in after.text("recommendations", "ALARM")
    overdue = after.tree("unverified.html").xpath("//h2[@id='overdue']/following-sibling::div[1]//a/@href")
    assert "recommendations/ALARM.html" in overdue
    assert "None." in plain(on_the_day.tree("unverified.html").find(".//main"))
    early = made(knowledge, date(2026, 1, 1))
    assert dict(early) == dict(on_the_day), "the date counts only through the reviews that it makes overdue"


def test_names_of_the_evidence_lead_to_the_entry(knowledge: Knowledge, pages: Pages) -> None:
    index = msgspec.json.decode(pages["search-index.js"].removeprefix(b"window.manualIndex = ").removesuffix(b";\n"))
    words = {(kind, name): f" {text} " for _chapter, kind, name, _title, text in index["entries"]}
    assert len(words) == len([name for name in pages.names if "/" in name])
    names = {(link.get("href"), link.text) for link in pages.tree("a-z.html").xpath("//main//li/a")}
    for name, finding in knowledge.findings.items():
        for alias in (*finding.packs.values(), *finding.synonyms):
            assert all(part.rstrip(".:") in words["findings", name] for part in re.findall(r"[\w-]+", alias.lower()))
            assert (page_name("findings", name), alias) in names


def test_a_site_sees_what_it_refined(tmp_path: Path, knowledge: Knowledge) -> None:
    refined = msgspec.structs.replace(knowledge, deviations=("Something was refined <here>",))
    first = made(refined).tree("index.html")
    assert "Something was refined <here>" in plain(first.find(".//main"))
