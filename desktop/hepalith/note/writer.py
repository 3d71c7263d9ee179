"""Makes management notes: the port `NoteWriter`, and the other forms of the same content."""

import io
from datetime import datetime
from pathlib import Path

import msgspec
import pikepdf

from hepalith.domain.assessment import Assessment
from hepalith.domain.case import Case
from hepalith.knowledge.base import Knowledge
from hepalith.note.compose import make_content, note_id
from hepalith.note.content import NoteContent
from hepalith.note.embedded import NoteData, attachment_of, pages_digest
from hepalith.note.files import write_whole
from hepalith.note.options import NoteOptions
from hepalith.note.outline import outline
from hepalith.note.patient import load_patient_words, patient_page
from hepalith.note.pdf import make_pdf

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

    def write_patient_page(
        self, case: Case, assessment: Assessment, path: Path, at: datetime, options: NoteOptions = DRAFT
    ) -> None:
        """Writes the page in plain words for the patient, as PDF without attached data. Raises NoteError."""
        texts = load_patient_words(self._resources / "note" / "patient.yaml")
        page = patient_page(self.content(case, assessment, at, options), assessment.case_class.value, texts)
        write_whole(path, make_pdf(page, b"", at, self._resources, options.letterhead.logo))


def _untraced(assessment: Assessment) -> Assessment:
    return msgspec.structs.replace(assessment, trace=())
