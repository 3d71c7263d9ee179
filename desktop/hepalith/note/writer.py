"""Makes management notes: the port `NoteWriter`, and the other forms of the same content."""

from bisect import bisect_left
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from hepalith.decision.changes import change_text, changes_between
from hepalith.domain.assessment import Assessment
from hepalith.domain.case import Case
from hepalith.domain.errors import NoteError
from hepalith.figures.segment_map import Outlines, read_outlines
from hepalith.i18n import _, language, speaking
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.translation import Catalogue
from hepalith.note.amendment import case_changes, refuse_final
from hepalith.note.calendar import calendar
from hepalith.note.compose import MadeWith, make_content, note_id
from hepalith.note.content import NoteContent
from hepalith.note.document import Document, until_page_end
from hepalith.note.embedded import (
    Integrity,
    NoteData,
    attachment_of,
    digest_of,
    page_count,
    read_note,
    same_pages,
    verify,
)
from hepalith.note.files import write_whole
from hepalith.note.html import html_blocks, html_page
from hepalith.note.options import Letterhead, NoteOptions, NoteState
from hepalith.note.outline import outline
from hepalith.note.patient import load_patient_words, patient_page
from hepalith.note.pdf import make_pdf
from hepalith.note.report import report
from hepalith.note.text import markdown, plain_blocks, plain_text
from hepalith.note.words import instant_text
from hepalith.services.ports import NoteRequest, ReportText

_SPARED = (-280.0, -210.0, -140.0, -70.0, 0.0, 70.0, 140.0, 240.0, 400.0)  # points to leave free: the fewest that fit
_PASSES = 2  # page settings of a note: its attached data names the digest of its pages
_PATIENT_SIZES = ("largest", "larger")  # of type on the page for the patient, tried before "large"
_PATIENT_TRIES = len(_PATIENT_SIZES)
_ROOM_TRIES = (len(_SPARED) - 1).bit_length()  # pages made to find out what fits, at most
DRAFT = NoteOptions()
NO_LETTERHEAD = Letterhead()


class _Steps:
    """Tells how far the writing has got, before each page setting: that is what takes time."""

    def __init__(self, request: NoteRequest) -> None:
        pdfs = sum(path.suffix.lower() == ".pdf" for path in request.files)
        pages = _PATIENT_TRIES + 1 if request.patient_page else 0
        self._expected = _ROOM_TRIES + _PASSES * pdfs + pages
        self._done = 0
        self._tell = request.progress

    def __call__(self) -> None:
        self._tell(min(1.0, self._done / self._expected))
        self._done += 1


def _no_steps() -> None:
    """Nobody wants to know how far the writing has got."""


class TypstNoteWriter:
    """Writes notes as PDF/A-3a and PDF/UA-1 with their data attached.

    resources: the folder that holds `fonts`, `note` and `locale`. letterhead: of the institution, for `export`.
    in_language: the same knowledge in another language, to verify a note that was written in it. The clock is an
    argument: same arguments, same bytes.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        resources: Path,
        program_version: str,
        letterhead: Letterhead = NO_LETTERHEAD,
        in_language: Callable[[str], Knowledge] | None = None,
    ) -> None:
        self._resources = resources
        self._letterhead = letterhead
        self._in_language = in_language
        self._made_with = MadeWith(knowledge=knowledge, outlines=_outlines(resources), program_version=program_version)

    def write(self, case: Case, assessment: Assessment, path: Path, at: datetime, options: NoteOptions = DRAFT) -> None:
        """Writes the note, whole or not at all. Raises NoteError."""
        refuse_final(path)
        write_whole(path, self.pdf(case, assessment, at, options))

    def content(self, case: Case, assessment: Assessment, at: datetime, options: NoteOptions = DRAFT) -> NoteContent:
        """What the note says, for the forms that are not PDF."""
        return make_content(case, _untraced(assessment), self._made_with, at, options)

    def pdf(self, case: Case, assessment: Assessment, at: datetime, options: NoteOptions = DRAFT) -> bytes:
        """The note as the bytes of a PDF file. Raises NoteError."""
        return self._pdf(self._document(case, assessment, at, options), case, assessment, at, options)

    def _document(
        self,
        case: Case,
        assessment: Assessment,
        at: datetime,
        options: NoteOptions,
        steps: Callable[[], None] = _no_steps,
    ) -> Document:
        return self.document(self.content(case, assessment, at, options), at, steps)

    def document(self, content: NoteContent, at: datetime, steps: Callable[[], None] = _no_steps) -> Document:
        """The note as blocks; the first page, or the short form, tells as much in full as one page holds."""

        def fits(spared: float) -> bool:
            steps()
            document = outline(content, spared)
            page = msgspec.structs.replace(document, blocks=until_page_end(document.blocks))
            return page_count(make_pdf(page, b"", at, self._resources)) == 1

        return outline(content, _SPARED[bisect_left(_SPARED[:-1], 1, key=fits)])

    def _pdf(
        self,
        document: Document,
        case: Case,
        assessment: Assessment,
        at: datetime,
        options: NoteOptions,
        steps: Callable[[], None] = _no_steps,
    ) -> bytes:
        assessment = _untraced(assessment)
        data = NoteData(
            case=case,
            assessment=assessment,
            made=at,
            options=options,
            note_id=note_id(case, assessment, at, options),
            program_version=self._made_with.program_version,
            knowledge_version=assessment.knowledge_version,
            knowledge_hash=assessment.knowledge_hash,
        )
        # Twice: the attached data names the digest of the pages, which does not depend on the attachment.
        steps()
        pages = make_pdf(document, attachment_of(data), at, self._resources)
        steps()
        return make_pdf(document, attachment_of(data, digest_of(pages)), at, self._resources)

    def export(self, case: Case, assessment: Assessment, at: datetime, request: NoteRequest) -> None:
        """Writes every file of the request, each whole or not at all; none if the request cannot be met.

        Raises NoteError, and GivenUpError if `request.progress` does.
        """
        options, steps = self._options(case, assessment, request), _Steps(request)
        document = self._document(case, assessment, at, options, steps)
        made = [(path, self._form(path, case, assessment, at, options, document, steps)) for path in request.files]
        if request.patient_page:
            page = self._patient_page(case, assessment, at, options, steps)
            made.append((request.patient_page, self._page_form(request.patient_page, page, at)))
        for path, _content in made:
            refuse_final(path)
        request.progress(1)  # the last chance to give up
        for path, content in made:
            write_whole(path, content)

    def _options(self, case: Case, assessment: Assessment, request: NoteRequest) -> NoteOptions:
        options = NoteOptions(paper=request.paper, form=request.form, language=language(), letterhead=self._letterhead)
        if not request.final and request.amends is None:
            return options
        if not request.author.strip():
            raise NoteError(_("A note is finalised by somebody: give the name of the author."))
        if not any(path.suffix.lower() == ".pdf" for path in request.files):
            raise NoteError(_("A final note is a PDF file, because that keeps the case with it: name one."))
        final = msgspec.structs.replace(options, state=NoteState.FINAL, author=request.author.strip())
        return final if request.amends is None else self._amending(request.amends, case, assessment, final)

    def _amending(self, path: Path, case: Case, assessment: Assessment, options: NoteOptions) -> NoteOptions:
        sound, sentence = self.verified(path)
        if not sound:
            raise NoteError(_("{path} cannot be amended: {reason}.").format(path=path, reason=sentence))
        before = read_note(path)
        if before.options.state is NoteState.DRAFT:
            raise NoteError(_("{path} is a draft; only a final note is amended.").format(path=path))
        if before.case.case_id != case.case_id:
            raise NoteError(_("{path} is the note of another case.").format(path=path))
        changed = (
            *case_changes(before.case, case, self._made_with.knowledge),
            *map(change_text, changes_between(before.assessment, assessment)),
        )
        if not changed:
            raise NoteError(_("Nothing changed since note {id}.").format(id=before.note_id))
        return msgspec.structs.replace(
            options,
            state=NoteState.AMENDED,
            replaces=before.note_id,
            replaces_made=instant_text(before.made),
            changed=changed,
        )

    def _form(
        self,
        path: Path,
        case: Case,
        assessment: Assessment,
        at: datetime,
        options: NoteOptions,
        document: Document,
        steps: Callable[[], None],
    ) -> bytes:
        ending = path.suffix.lower()
        if ending == ".pdf":
            return self._pdf(document, case, assessment, at, options, steps)
        if ending == ".ics":
            return calendar(self.content(case, assessment, at, options), at).encode()
        return _text_form(path, document)

    def _patient_page(
        self,
        case: Case,
        assessment: Assessment,
        at: datetime,
        options: NoteOptions,
        steps: Callable[[], None] = _no_steps,
    ) -> Document:
        """The page for the patient, in the largest type with which it is one page."""
        catalogue = Catalogue(self._resources / "locale", language())
        texts = load_patient_words(self._resources / "note" / "patient.yaml", catalogue.say)
        content = self.content(case, assessment, at, options)
        for size in _PATIENT_SIZES:
            steps()
            page = patient_page(content, texts, size)
            if page_count(make_pdf(page, b"", at, self._resources)) == 1:
                return page
        return patient_page(content, texts, "large")

    def _page_form(self, path: Path, page: Document, at: datetime) -> bytes:
        if path.suffix.lower() != ".pdf":
            return _text_form(path, page)
        return make_pdf(page, b"", at, self._resources)

    def report_text(self, case: Case, assessment: Assessment, at: datetime, *, short: bool) -> ReportText:
        """Findings, impression and recommendation for the radiology system or the record, in the words of the note."""
        options = NoteOptions(form="short" if short else "full", language=language())
        blocks = report(self.content(case, assessment, at, options))
        return ReportText(plain=plain_blocks(blocks) + "\n", html=html_blocks(blocks))

    def made_from(self, path: Path) -> tuple[Case, Assessment]:
        """The case and the assessment that are embedded in a note. Raises NoteError."""
        data = read_note(path)
        return data.case, data.assessment

    def verified(self, path: Path) -> tuple[bool, str]:
        """Whether text and data of a note are as they were made. Raises NoteError if it is no note of ours.

        With the knowledge and program that it was made with, the pages are made again from the data and compared.
        """
        found = verify(path)
        remade = False
        if found is Integrity.UNCHANGED:
            data = read_note(path)
            if data.note_id != note_id(data.case, data.assessment, data.made, data.options):
                found = Integrity.NOT_TOGETHER
            elif (writer := self._that_made(data)) is not None:
                remade = True
                with speaking(data.options.language):
                    again = writer.pdf(data.case, data.assessment, data.made, data.options)
                if not same_pages(path, again):
                    found = Integrity.NOT_TOGETHER
        return found is Integrity.UNCHANGED, _integrity_text(found, remade=remade)

    def _that_made(self, data: NoteData) -> "TypstNoteWriter | None":
        """The writer with the knowledge and the program that a note was made with; None if there is none."""
        made_with = self._made_with
        if data.program_version != made_with.program_version:
            return None
        if self._in_language is None or data.options.language == made_with.knowledge.translation.language:
            return self if data.knowledge_hash == made_with.knowledge.hash else None
        knowledge = self._in_language(data.options.language)
        writer = TypstNoteWriter(knowledge, self._resources, made_with.program_version)
        return writer if data.knowledge_hash == knowledge.hash else None

    def write_patient_page(
        self, case: Case, assessment: Assessment, path: Path, at: datetime, options: NoteOptions = DRAFT
    ) -> None:
        """Writes the page in plain words for the patient, as PDF without attached data. Raises NoteError."""
        page = self._patient_page(case, assessment, at, options)
        write_whole(path, self._page_form(path, page, at))


def _outlines(resources: Path) -> Outlines:
    path = resources / "pictures" / "liver-segments.yaml"
    try:
        return read_outlines(path)
    except (OSError, ValueError) as error:
        raise NoteError(_("A file of the program is damaged: {path}. Install it again.").format(path=path)) from error


def _text_form(path: Path, document: Document) -> bytes:
    forms = {".txt": plain_text, ".md": markdown, ".html": html_page}
    form = forms.get(path.suffix.lower())
    if form is None:
        message = _('A note cannot be written as "{name}": use .pdf, .txt, .md, .html or .ics.')
        raise NoteError(message.format(name=path.name))
    return form(document).encode()


def _integrity_text(found: Integrity, *, remade: bool) -> str:
    if found is Integrity.UNCHANGED and remade:
        return _("text and data belong together and are unchanged (the same pages were made again from the data)")
    return {
        Integrity.UNCHANGED: _(
            "text and data are unchanged (made with another knowledge or program, so the pages were not made again)"
        ),
        Integrity.DATA_CHANGED: _("the embedded data was changed after the note was made"),
        Integrity.PAGES_CHANGED: _("the pages were changed after the note was made"),
        Integrity.BOTH_CHANGED: _("pages and embedded data were changed after the note was made"),
        Integrity.NOT_TOGETHER: _("the pages do not say what the embedded data says"),
    }[found]


def _untraced(assessment: Assessment) -> Assessment:
    return msgspec.structs.replace(assessment, trace=())
