"""Articles about what statements rest on."""

import re

from hepalith.domain.assessment import Basis
from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.grounds import citations
from hepalith.knowledge.model import ConflictEntry, Grounded, OverrideReason, Source, StartingPoint, UrgencyEntry
from hepalith.knowledge.uses import Place
from hepalith.manual.content import Article, Facts, Piece, Prose, Row, Statement, Table, Web, filled
from hepalith.manual.parts import Parts, basis_badges, basis_facts, cite, joined, prose, texts

_HOST_AND_PATH = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(/[^\s:]*)?", re.IGNORECASE)


class GroundArticles:
    """What the statements rest on: sources, their conflicts, starting points; and tags."""

    def __init__(self, knowledge: Knowledge, parts: Parts) -> None:
        self._knowledge = knowledge
        self._parts = parts

    def conflict(self, entry: ConflictEntry) -> Article:
        """Sources that disagree."""
        basis = Basis(level=entry.basis or "default", review_by=self._knowledge.header.review_by)
        basis = self._parts.dated(basis)
        rows = tuple(
            Row(cells=((str(number),), (side.text,), joined(map(cite, citations(side.sources)))))
            for number, side in enumerate(entry.positions, 1)
        )
        return Article(
            place=("conflicts", entry.id),
            title=entry.topic,
            badges=basis_badges(basis),
            blocks=filled(
                Table(caption=_("Positions"), anchor="positions", columns=("", _("Position"), _("Sources")), rows=rows),
                prose(_("What this program does"), entry.default),
                prose(_("Why"), entry.why),
                Facts(
                    caption=_("Particulars"),
                    rows=((_("Starting points"), self._parts.many("starting_points", entry.starting_points)),),
                ),
                prose(_("Note"), entry.note),
                self._parts.grounds(basis),
            ),
            statements=(Statement(anchor="", text=entry.topic, basis=basis),),
        )

    def source(self, entry: Source) -> Article:
        """A source."""
        place = ("sources", entry.id)
        facts = (
            (_("Issued by"), texts(entry.body)),
            (_("Year"), texts(str(entry.year or ""))),
            (_("Kind"), texts(entry.kind)),
            (_("DOI"), (Web(address=f"https://doi.org/{entry.doi}", text=entry.doi),) if entry.doi else ()),
            (
                _("PubMed"),
                (Web(address=f"https://pubmed.ncbi.nlm.nih.gov/{entry.pmid}/", text=entry.pmid),) if entry.pmid else (),
            ),
            (_("Address"), (_web(entry.url),) if entry.url else ()),
        )
        basis = Basis(level=entry.basis, note=entry.basis_note)
        return Article(
            place=place,
            title=entry.title,
            badges=basis_badges(basis),
            blocks=filled(
                Facts(caption=_("Reference"), rows=facts),
                Facts(caption=_("How it was read"), anchor="basis", rows=basis_facts(basis)),
                prose(_("Note"), entry.note),
            ),
            statements=(Statement(anchor="", text=entry.title, basis=basis),),
        )

    def starting_point(self, entry: StartingPoint) -> Article:
        """A statement of the starting document."""
        return Article(
            place=("starting_points", entry.id),
            title=self._parts.titles["starting_points", entry.id],
            blocks=filled(
                prose(_("The starting document says"), entry.statement),
                prose(_("What became of it"), entry.position),
            ),
        )

    def urgency_level(self, entry: UrgencyEntry) -> Article:
        """A level of urgency."""
        return self._of_header(("urgency_levels", entry.id), entry, prose(_("What it means"), entry.sentence))

    def override_reason(self, entry: OverrideReason) -> Article:
        """A coded reason to set advice aside."""
        text = _("only with an explanation in words") if entry.needs_text else _("an explanation in words may be added")
        return self._of_header(("override_reasons", entry.id), entry, prose(_("How it is given"), text))

    def _of_header(self, place: Place, entry: Grounded, text: Prose) -> Article:
        basis = self._parts.basis(entry)
        return Article(
            place=place,
            title=self._parts.titles[place],
            badges=basis_badges(basis),
            blocks=filled(text, self._parts.grounds(basis)),
            statements=(Statement(anchor="", text=self._parts.titles[place], basis=basis),),
        )

    def tag(self, name: str) -> Article:
        """A tag: all that is said of it is what it marks."""
        return Article(place=("tags", name), title=self._parts.titles["tags", name])


def _web(address: str) -> Piece:
    """An address of the web as a link, also where its "https://" was left out; anything else as text."""
    if address.startswith(("https://", "http://")):
        return Web(address=address, text=address)
    return Web(address=f"https://{address}", text=address) if _HOST_AND_PATH.fullmatch(address) else address
