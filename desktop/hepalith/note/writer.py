"""Makes management notes: the port `NoteWriter`, and the other forms of the same content."""

import io
from datetime import datetime
from pathlib import Path

import msgspec
import pikepdf

from hepalith.domain.assessment import Assessment
from hepalith.domain.case import Case
from hepalith.domain.errors import NoteError
from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge
from hepalith.note.calendar import calendar
from hepalith.note.changes import change_text, changes_between
from hepalith.note.compose import make_content, note_id
from hepalith.note.content import NoteContent
from hepalith.note.document import Document
from hepalith.note.embedded import Integrity, NoteData, attachment_of, pages_digest, read_note, verify
from hepalith.note.files import write_whole
from hepalith.note.html import html_page
from hepalith.note.options import NoteOptions
from hepalith.note.outline import outline
from hepalith.note.patient import load_patient_words, patient_page
from hepalith.note.pdf import make_pdf
from hepalith.note.text import markdown, plain_text

DRAFT = NoteOptions()


class TypstNoteWriter:
    """Writes notes as PDF/A-3a and PDF/UA-1 with their data attached.

    resources: the folder that holds `fonts` and `note`. The clock is an argument: same arguments, same bytes.
    """

    def __init__(self, knowledge: Knowledge, resources: Path, program_version: str) -> None:
        self._knowledge = knowledge
        self._resources = resources
        self._program_version = program_version

    def write(self, case: Case, assessment: Assessment, path: Path, at: datetime, options: NoteOptions = DRAFT) -> None:
        """Writes the note, whole or not at all. Raises NoteError."""
        write_whole(path, self.pdf(case, assessment, at, options))

    def content(self, case: Case, assessment: Assessment, at: datetime, options: NoteOptions = DRAFT) -> NoteContent:
        """What the note says, for the forms that are not PDF."""
        return make_content(case, _untraced(assessment), self._knowledge, at, options, self._program_version)

    def pdf(self, case: Case, assessment: Assessment, at: datetime, options: NoteOptions = DRAFT) -> bytes:
        """The note as the bytes of a PDF file. Raises NoteError."""
        assessment = _untraced(assessment)
        document = outline(self.content(case, assessment, at, options))
        data = NoteData(
            case=case,
            assessment=assessment,
            made=at,
            options=options,
            note_id=note_id(case, assessment, at, options),
            program_version=self._program_version,
            knowledge_version=assessment.knowledge_version,
            knowledge_hash=assessment.knowledge_hash,
        )
        logo = options.letterhead.logo
        # Twice: the attached data names the digest of the pages, which does not depend on the attachment.
        pages = make_pdf(document, attachment_of(data), at, self._resources, logo)
        with pikepdf.open(io.BytesIO(pages)) as file:
            digest = pages_digest(file)
        return make_pdf(document, attachment_of(data, digest), at, self._resources, logo)

    def export(self, case: Case, assessment: Assessment, path: Path, at: datetime, *, paper: str, form: str) -> None:
        """Writes the form that the ending (.pdf .txt .md .html .ics) and `form` (full, short, patient) say.

        Raises NoteError, also for an ending that is none of these.
        """
        options = msgspec.convert({"paper": paper, "form": "full" if form == "patient" else form}, NoteOptions)
        ending = path.suffix.lower()
        if ending == ".pdf" and form == "patient":
            self.write_patient_page(case, assessment, path, at, options)
            return
        if ending == ".pdf":
            self.write(case, assessment, path, at, options)
            return
        content = self.content(case, assessment, at, options)
        texts = {".txt": plain_text, ".md": markdown, ".html": html_page}
        if ending == ".ics":
            write_whole(path, calendar(content, at).encode())
        elif ending in texts:
            write_whole(path, texts[ending](self._document(content, assessment, form)).encode())
        else:
            message = _('A note cannot be written as "{name}": use .pdf, .txt, .md, .html or .ics.')
            raise NoteError(message.format(name=path.name))

    def _document(self, content: NoteContent, assessment: Assessment, form: str) -> Document:
        if form != "patient":
            return outline(content)
        texts = load_patient_words(self._resources / "note" / "patient.yaml")
        return patient_page(content, assessment.case_class.value, texts)

    def made_from(self, path: Path) -> tuple[Case, Assessment]:
        """The case and the assessment that are embedded in a note. Raises NoteError."""
        data = read_note(path)
        return data.case, data.assessment

    def verified(self, path: Path) -> tuple[bool, str]:
        """Whether text and data of a note are as they were made. Raises NoteError if it is no note of ours."""
        found = verify(path)
        sentences = {
            Integrity.UNCHANGED: _("text and data belong together and are unchanged"),
            Integrity.DATA_CHANGED: _("the embedded data was changed after the note was made"),
            Integrity.PAGES_CHANGED: _("the pages were changed after the note was made"),
            Integrity.BOTH_CHANGED: _("pages and embedded data were changed after the note was made"),
        }
        return found is Integrity.UNCHANGED, sentences[found]

    def changes(self, before: Assessment, after: Assessment) -> tuple[str, ...]:
        """What advice changed between two assessments, a line each."""
        return tuple(change_text(change) for change in changes_between(before, after))

    def write_patient_page(
        self, case: Case, assessment: Assessment, path: Path, at: datetime, options: NoteOptions = DRAFT
    ) -> None:
        """Writes the page in plain words for the patient, as PDF without attached data. Raises NoteError."""
        page = self._document(self.content(case, assessment, at, options), assessment, "patient")
        write_whole(path, make_pdf(page, b"", at, self._resources, options.letterhead.logo))


def _untraced(assessment: Assessment) -> Assessment:
    return msgspec.structs.replace(assessment, trace=())
