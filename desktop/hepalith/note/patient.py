"""The patient page: one page in plain words, made from the content of the note and the words in `resources`."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from hepalith.domain.assessment import Urgency
from hepalith.domain.errors import NoteError
from hepalith.domain.words import basis_text
from hepalith.i18n import _
from hepalith.knowledge.loader import load_yaml
from hepalith.knowledge.translation import Say, as_written
from hepalith.note import words
from hepalith.note.content import NoteContent, PlannedPart
from hepalith.note.document import AnyBlock, Bullets, Document, Facts, Heading, Paragraph, Table
from hepalith.note.logo import logo_svg
from hepalith.note.options import NoteState

_DATES_SHOWN = 4


class PatientWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can stand on the page.

    what_was_found: by "none", "one" or "several" lesions; what_it_means, what_is_confirmed: by class;
    what_happens_next: by urgency.
    """

    basis: Literal["read", "secondary", "recalled", "default"]
    what_was_found: Mapping[str, str]
    what_it_means: Mapping[str, str]
    what_is_confirmed: Mapping[str, str]
    what_happens_next: Mapping[str, str]
    closed: str
    dates: str
    no_dates: str
    come_back_now: tuple[str, ...]
    come_back_soon: tuple[str, ...]
    tell_others: str
    questions: tuple[str, ...]


def load_patient_words(path: Path, say: Say = as_written) -> PatientWords:
    """The words of the patient page, each as `say` gives it. Raises NoteError for a damaged file of the program."""
    try:
        said = {
            key: value if key == "basis" else _said(value, f"patient_page/{key}", say)
            for key, value in load_yaml(path.read_text(encoding="utf-8")).items()
        }
        return msgspec.convert(said, PatientWords)
    except (OSError, ValueError) as error:
        raise NoteError(_("A file of the program is damaged: {path}. Install it again.").format(path=path)) from error


def _said(value: Any, place: str, say: Say) -> Any:
    """A text, a list of texts, or texts by what they are for."""
    if isinstance(value, str):
        return say(place, value)
    if isinstance(value, dict):
        return {key: _said(text, f"{place}/{key}", say) for key, text in value.items()}
    return [_said(text, place, say) for text in value]


def patient_page(content: NoteContent, texts: PatientWords, size: str = "largest") -> Document:
    """The page as blocks. size: of the type, "largest", "larger" or "large"."""
    header, letterhead = content.header, content.options.letterhead
    review = _("Basis: {basis}, not reviewed by a clinician.").format(basis=basis_text(texts.basis))
    return Document(
        title=_("About your liver scan"),
        subtitle=_("Note {id}").format(id=header.note_id),
        patient_key=header.patient_key,
        mark=_("Draft – not finalised") if content.options.state is NoteState.DRAFT else "",
        page_of=_("Page {page} of {pages}"),
        footer=" ".join(
            filter(
                None,
                (
                    _("This page does not replace talking to your doctor."),
                    review,
                    content.provenance.translation.note,
                ),
            )
        ),
        made_on=header.made_on,
        language=content.options.language,
        paper=content.options.paper,
        size=size,
        letterhead=tuple(line for line in (letterhead.name, *letterhead.lines) if line),
        logo=logo_svg(letterhead.logo),
        logo_alt=letterhead.name or _("Logo"),
        blocks=(
            Facts(rows=((_("Name"), header.name or "–"), (_("Date"), words.long_date(header.made_on)))),
            *_sections(content, texts),
        ),
    )


def _sections(content: NoteContent, texts: PatientWords) -> Iterable[AnyBlock]:
    found = (Heading(text=_("What was found")), Paragraph(text=texts.what_was_found[_how_many(content)]))
    meaning = (Heading(text=_("What it means")), Paragraph(text=_meaning(content, texts)))
    happens = (Heading(text=_("What happens next, and when")), *_next_steps(content, texts))
    # Who has to be seen now reads that first.
    yield from (*happens, *found, *meaning) if _is_emergency(content) else (*found, *meaning, *happens)
    yield Heading(text=_("Come back at once if you notice"))
    yield Bullets(lines=texts.come_back_now)
    yield Heading(text=_("Make an appointment soon if you notice"))
    yield Bullets(lines=texts.come_back_soon)
    yield Paragraph(text=texts.tell_others)
    yield Heading(text=_("Questions that you can ask"))
    yield Bullets(lines=texts.questions)


def _how_many(content: NoteContent) -> str:
    lesions = {section.subject for section in content.findings if section.subject}
    return ("none", "one")[len(lesions)] if len(lesions) < 2 else "several"


def _is_emergency(content: NoteContent) -> bool:
    return content.urgency.level.rank >= Urgency.EMERGENCY_SAME_DAY.rank


def _meaning(content: NoteContent, texts: PatientWords) -> str:
    made = content.case_class
    known = texts.what_it_means.get(made.id, texts.what_it_means["undetermined"])
    return texts.what_is_confirmed.get(made.id, known) if made.confirmed else known


def _next_steps(content: NoteContent, texts: PatientWords) -> Iterable[AnyBlock]:
    level = content.urgency.level
    closed = content.closed and level is Urgency.NONE
    yield Paragraph(text=texts.closed if closed else texts.what_happens_next[level])
    dated = [step for step in content.follow_up if step.due and step.followed and not step.done]
    if dated:
        rows = tuple(dict.fromkeys((_when(step), step.test) for step in dated))
        yield Paragraph(text=texts.dates)
        yield Table(
            columns=(_("Date"), _("Check, in the words of your team")), widths=("2", "5"), rows=rows[:_DATES_SHOWN]
        )
    elif not content.closed and not _is_emergency(content):
        yield Paragraph(text=texts.no_dates)


def _when(step: PlannedPart) -> str:
    return _("as soon as possible") if step.missed else words.long_date(step.due)
