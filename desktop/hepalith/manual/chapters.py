"""The chapters of the manual: which entries stand in which, in what order, and under which headings."""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge
from hepalith.manual.content import Article


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """A chapter. name: of its files; heading: under which an article of it stands in the table of contents."""

    name: str
    title: str
    about: str
    heading: Callable[[Article], str]


def chapters_of(knowledge: Knowledge) -> tuple[Chapter, ...]:
    """All chapters, in the order of the manual."""

    def pack(article: Article) -> str:
        return knowledge.packs.get("/".join(article.place), "").capitalize()

    def section(article: Article) -> str:
        group = knowledge.findings[article.place[1]].group
        return next(one.label for one in knowledge.header.groups if one.id == group)

    def nothing(_article: Article) -> str:
        return ""

    def chapter(name: str, title: str, about: str, heading: Callable[[Article], str]) -> Chapter:
        return Chapter(name=name, title=title, about=about, heading=heading)

    said = _("What is advised, when, how urgently, and on what ground.")
    causes = _("Possible causes, with what speaks for and against each. Points are counted, they are no probabilities.")
    gates = _("What must be known and fulfilled before a drug, a contrast medium or a needle, or before closure.")
    tags = _("Words that mark recommendations, so that a rule of precedence or a check can name many at once.")
    return (
        chapter("recommendations", _("Recommendations"), said, pack),
        chapter("conditions", _("Causes"), causes, pack),
        chapter("gates", _("Gates"), gates, nothing),
        chapter("urgency_levels", _("Levels of urgency"), _("What each level means, with its time frame."), nothing),
        chapter("precedence", _("Order of precedence"), _("Which advice gives way while other holds."), nothing),
        chapter("tables", _("Tables"), _("Decision tables: the first row that holds gives the result."), pack),
        chapter("calculators", _("Calculators"), _("Computed numbers; a range while a value is missing."), pack),
        chapter("derived", _("Derived findings"), _("Findings that follow from what is entered."), pack),
        chapter("findings", _("Findings"), _("What can be entered, in the sections of the form."), section),
        chapter("lists", _("Lists"), _("Named sets of choices that conditions use."), nothing),
        chapter("conflicts", _("Conflicts"), _("Where sources disagree, what this program does, and why."), pack),
        chapter("sources", _("Sources"), _("What was cited, and how far it was read."), pack),
        chapter(
            "override_reasons", _("Reasons to decide otherwise"), _("What a clinician can give as reason."), nothing
        ),
        chapter("starting_points", _("Starting points"), _("The starting document, and what became of it."), nothing),
        chapter("tags", _("Tags"), tags, nothing),
    )


def chapter_of(article: Article, knowledge: Knowledge) -> str:
    """The name of the chapter in which an article stands."""
    kind, name = article.place
    if kind != "derived":
        return kind
    entry = knowledge.derived[name].entry
    if entry.rows:
        return "tables"
    return "calculators" if entry.type == "number" else "derived"


def in_chapters(articles: Iterable[Article], knowledge: Knowledge) -> Mapping[Chapter, tuple[Article, ...]]:
    """The articles of each chapter; chapters without any are left out."""
    found: dict[str, list[Article]] = {}
    for article in articles:
        found.setdefault(chapter_of(article, knowledge), []).append(article)
    return {one: tuple(found[one.name]) for one in chapters_of(knowledge) if one.name in found}
