"""The parts that articles of all kinds are made of: links, conditions, citations, basis."""

from collections.abc import Iterable
from datetime import date

from hepalith.decision.grounds import dated
from hepalith.decision.wording import Wording
from hepalith.domain.assessment import Basis, Citation
from hepalith.domain.words import basis_meaning, basis_text, review_text
from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.checks import PLACEHOLDER
from hepalith.knowledge.grounds import basis_of, citations
from hepalith.knowledge.model import Cited, Grounded
from hepalith.knowledge.tree import TruthNode
from hepalith.knowledge.uses import Place, place_of
from hepalith.manual.content import Badge, Block, Cell, Facts, Link, Piece, Prose, Rule
from hepalith.manual.titles import titles_of

Fact = tuple[str, Cell]


class Parts:
    """Makes the parts in the words of one knowledge base, as of a date."""

    def __init__(self, knowledge: Knowledge, as_of: date) -> None:
        self._knowledge = knowledge
        self._as_of = as_of
        self.wording = Wording(knowledge)
        self.titles = titles_of(knowledge)

    # links

    def link(self, place: Place, anchor: str = "") -> Link:
        """A link with the title of what it leads to."""
        return Link(place=place, text=self.titles[place], anchor=anchor)

    def many(self, kind: str, names: Iterable[str]) -> Cell:
        """Entries of one kind."""
        return joined((self.link((kind, name)),) for name in names)

    def findings(self, names: Iterable[str]) -> Cell:
        """Findings and derived findings."""
        return joined((self.link(place_of(self._knowledge, name)),) for name in names)

    def named(self, names: Iterable[str]) -> Cell:
        """What a rule of precedence names: recommendations, and tags for many of them."""
        places = (("tags", name[1:]) if name.startswith("#") else ("recommendations", name) for name in names)
        return joined((self.link(place),) for place in places)

    def inserted(self, text: str) -> Cell:
        """A text in which the findings whose values are inserted are links."""
        pieces: list[Piece] = []
        for number, part in enumerate(PLACEHOLDER.split(text)):
            if number % 2:
                place = place_of(self._knowledge, part)
                pieces.append(Link(place=place, text=f"[{self.titles[place]}]"))
            elif part:
                pieces.append(part)
        return tuple(pieces)

    # conditions

    def rule(self, tree: TruthNode, expression: str) -> Rule:
        """A condition in words, with its expression."""
        return Rule(phrase=self.wording.phrase(tree), expression=" ".join(expression.split()))

    def condition(self, caption: str, anchor: str, tree: TruthNode | None, expression: str) -> Block | None:
        """A condition under a caption; None where there is none."""
        if tree is None or not expression:
            return None
        return Prose(caption=caption, anchor=anchor, text=(self.rule(tree, expression),))

    # basis

    def basis(self, entry: Grounded) -> Basis:
        """The basis of an entry, marked when its review is overdue."""
        return self.dated(basis_of(entry, self._knowledge.header.review_by))

    def dated(self, basis: Basis) -> Basis:
        """A basis, marked when its review is overdue."""
        return dated(basis, self._as_of)

    def grounds(self, basis: Basis) -> Facts:
        """Basis, sources and review."""
        due = "" if basis.overdue else _("; due on {date}").format(date=basis.review_by)
        return Facts(
            caption=_("Basis and review"),
            anchor="basis",
            rows=(
                *basis_facts(basis),
                (_("Sources"), joined(map(cite, basis.sources))),
                (_("Review"), (review_text(basis) + due,)),
            ),
        )


def basis_facts(basis: Basis) -> tuple[Fact, ...]:
    """How far something was verified."""
    level = f"{basis_text(basis.level)}: {basis_meaning(basis.level)}"
    return (_("Basis"), (level,)), (_("In particular"), texts(basis.note))


def basis_badges(basis: Basis) -> tuple[Badge, ...]:
    """The same in a word."""
    text = _("basis: {level}").format(level=basis_text(basis.level))
    overdue = (Badge(text=_("review overdue"), tone="overdue"),) if basis.overdue else ()
    return (Badge(text=text, tone=basis.level), *overdue)


def basis_cell(basis: Basis, sources: Iterable[str | Cited]) -> Cell:
    """The basis of a row, with the sources that the row itself names."""
    text = basis_text(basis.level) + (f" – {basis.note}" if basis.note else "")
    cites = joined(map(cite, citations(sources)))
    return (text, ": ", *cites) if cites else (text,)


def cite(citation: Citation) -> Cell:
    """A source as cited."""
    link: Cell = (Link(place=("sources", citation.source), text=citation.source),)
    return (*link, f" ({citation.locator})") if citation.locator else link


def joined(cells: Iterable[Cell]) -> Cell:
    """Several one after the other."""
    pieces: list[Piece] = []
    for cell in cells:
        pieces += ("; ", *cell) if pieces else cell
    return tuple(pieces)


def texts(text: str) -> Cell:
    """A plain text; nothing for an empty one."""
    return (text,) if text else ()


def prose(caption: str, text: str) -> Prose:
    """A plain text under a caption."""
    return Prose(caption=caption, text=texts(text))
