"""The patient page: one page in plain words, made from the content of the note and the words in `resources`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from hepalith.domain.errors import NoteError
from hepalith.domain.words import basis_text
from hepalith.i18n import _
from hepalith.knowledge.loader import load_yaml
from hepalith.note.content import NoteContent
from hepalith.note.document import AnyBlock, Bullets, Document, Facts, Heading, Paragraph, Table
from hepalith.note.logo import logo_svg
from hepalith.note.options import NoteState

_DATES_SHOWN = 4


class PatientWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can stand on the page. what_it_means: by class; what_happens_next: by urgency."""

    basis: Literal["read", "secondary", "recalled", "default"]
    what_was_found: str
    what_it_means: Mapping[str, str]
    what_happens_next: Mapping[str, str]
    closed: str
    dates: str
    no_dates: str
    come_back_now: tuple[str, ...]
    come_back_soon: tuple[str, ...]
    tell_others: str
    questions: tuple[str, ...]


def load_patient_words(path: Path) -> PatientWords:
    """The words of the patient page. Raises NoteError for a damaged file of the program."""
    try:
        return msgspec.convert(load_yaml(path.read_text(encoding="utf-8")), PatientWords)
    except (OSError, ValueError) as error:
        raise NoteError(_("A file of the program is damaged: {path}. Install it again.").format(path=path)) from error


def patient_page(content: NoteContent, case_class: str, texts: PatientWords) -> Document:
    """The page as blocks. case_class: the id of the four-way class."""
    header, letterhead = content.header, content.options.letterhead
    review = _("Basis: {basis}, not reviewed by a clinician.").format(basis=basis_text(texts.basis))
    return Document(
        title=_("About the spot in your liver"),
        subtitle=_("Note {id}").format(id=header.note_id),
        patient_key=header.patient_key,
        mark=_("Draft – not finalised") if content.options.state is NoteState.DRAFT else "",
        page_of=_("Page {page} of {pages}"),
        footer=_("This page does not replace talking to your doctor.") + f" {review}",
        made_on=header.made_on,
        paper=content.options.paper,
        size="large",
        letterhead=tuple(line for line in (letterhead.name, *letterhead.lines) if line),
        logo=logo_svg(letterhead.logo),
        logo_alt=letterhead.name or _("Logo"),
        blocks=_blocks(content, case_class, texts),
    )


def _blocks(content: NoteContent, case_class: str, texts: PatientWords) -> tuple[AnyBlock, ...]:
    urgency = texts.what_happens_next[content.urgency.level]
    return (
        Facts(rows=((_("Name"), content.header.name or "–"), (_("Date"), content.header.made_on))),
        Heading(text=_("What was found")),
        Paragraph(text=texts.what_was_found),
        Heading(text=_("What it means")),
        Paragraph(text=texts.what_it_means.get(case_class, texts.what_it_means["undetermined"])),
        Heading(text=_("What happens next, and when")),
        Paragraph(text=texts.closed if content.closed and content.urgency.level == "none" else urgency),
        *_dates(content, texts),
        Heading(text=_("Come back at once if you notice")),
        Bullets(lines=texts.come_back_now),
        Heading(text=_("Make an appointment soon if you notice")),
        Bullets(lines=texts.come_back_soon),
        Paragraph(text=texts.tell_others),
        Heading(text=_("Questions that you can ask")),
        Bullets(lines=texts.questions),
    )


def _dates(content: NoteContent, texts: PatientWords) -> tuple[AnyBlock, ...]:
    dated = [step for step in content.follow_up if step.due and step.followed and not step.done]
    if not dated:
        return () if content.closed else (Paragraph(text=texts.no_dates),)
    rows = tuple(dict.fromkeys((_("as soon as possible") if step.missed else step.due, step.test) for step in dated))
    table = Table(columns=(_("Date"), _("Check")), widths=("2", "5"), rows=rows[:_DATES_SHOWN])
    return (Paragraph(text=texts.dates), table)
