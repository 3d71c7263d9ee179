"""Text for the radiology system or the record: findings, impression, recommendation, in the words of the note."""

from collections.abc import Iterable

import msgspec

from hepalith.i18n import _, plural
from hepalith.note.content import FindingSection, NoteContent
from hepalith.note.document import AnyBlock, Bullets, Facts, Heading, Items, Paragraph
from hepalith.note.first_page import class_rows, in_brief, urgency_band
from hepalith.note.outline import findings_as_entered, follow_up_plan, recommendations, references
from hepalith.note.phrases import dates_table, join

_TOLD = 3  # statements that the short text tells in full, and dates


def report(content: NoteContent) -> tuple[AnyBlock, ...]:
    """The text as blocks; short or long as the options of the content say."""
    return tuple(_short(content) if content.options.form == "short" else _long(content))


def _long(content: NoteContent) -> Iterable[AnyBlock]:
    yield from findings_as_entered(content)
    yield from _impression(content)
    yield from recommendations(content)
    yield from follow_up_plan(content)
    yield from references(content)


def _short(content: NoteContent) -> Iterable[AnyBlock]:
    yield Heading(text=_("Findings"))
    yield from _findings_in_short(content)
    yield from _impression(content)
    yield Heading(text=_("Recommendation"))
    plan = in_brief(
        content.plan,
        min(_TOLD, len(content.plan)),
        short=True,
        nothing=_("Nothing to do follows from what is recorded."),
    )
    yield from map(_without_cites, plan)
    if content.avoid:
        yield Heading(text=_("What to avoid"), level=2)
        yield from in_brief(content.avoid, 0, short=True)
    if content.follow_up:
        yield dates_table(content.follow_up[:_TOLD])


def _impression(content: NoteContent) -> Iterable[AnyBlock]:
    yield Heading(text=_("Impression"))
    yield Paragraph(text=content.impression, style="lead")
    yield Facts(rows=class_rows(content))
    yield urgency_band(content)
    if content.provenance.unreviewed:
        yield Paragraph(text=_("Decision support, not reviewed by a clinician"), style="small")
    if content.provenance.translation.note:
        yield Paragraph(text=content.provenance.translation.note, style="small")


def _findings_in_short(content: NoteContent) -> Iterable[AnyBlock]:
    """What was seen of the lesions; without lesions, of the patient. What was answered no is counted."""
    chosen = [section for section in content.findings if section.subject] or list(content.findings)
    lines = tuple(line for section in chosen if (line := _in_a_line(section)))
    if lines:
        yield Bullets(lines=lines)
    elif not content.findings:
        yield Paragraph(text=_("Nothing was recorded."))
    refused = sum(row.negative for section in content.findings for row in section.rows)
    if refused:
        yield Paragraph(
            text=plural("{count} finding was answered no.", "{count} findings were answered no.", refused),
            style="small",
        )


def _in_a_line(section: FindingSection) -> str:
    told = "; ".join(f"{row.label}: {row.value}" for row in section.rows if not row.negative)
    return f"{join(section.subject, section.title, by=' – ')}: {told}." if told else ""


def _without_cites(block: AnyBlock) -> AnyBlock:
    """The numbers of references mean nothing where there is no list of them."""
    if not isinstance(block, Items):
        return block
    items = tuple(
        msgspec.structs.replace(item, tag=msgspec.structs.replace(item.tag, cites="") if item.tag else None)
        for item in block.items
    )
    return msgspec.structs.replace(block, items=items)
