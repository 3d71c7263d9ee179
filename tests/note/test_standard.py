"""Every kind of note is valid PDF/A-3a and PDF/UA-1, by veraPDF, with no failure at all."""

from pathlib import Path

import pikepdf
import pytest

from hepalith.note.options import Letterhead, NoteOptions, NoteState
from hepalith.note.writer import TypstNoteWriter
from hepalith.resources import resource_root
from hepalith.services.ports import NoteRequest
from note.builders import AT, make_assessment, make_case, make_decided
from note.test_examples import EXAMPLES, assessed, knowledge
from note.test_logo import png
from note.test_pdf import LOGO, ODD_TEXTS
from support.verapdf import failures

pytestmark = pytest.mark.slow


def test_notes_of_every_kind_are_valid(writer: TypstNoteWriter, tmp_path: Path) -> None:
    odd = "\n".join(ODD_TEXTS.values())
    amended = NoteOptions(
        state=NoteState.AMENDED, author="Dr A", replaces="1-2-3", replaces_made="2026-01-01", changed=(odd, "x")
    )
    kinds = {
        "draft": (make_case(remark=odd), NoteOptions()),
        "short": (make_case(), NoteOptions(form="short", paper="us-letter")),
        "svg-logo": (
            make_case(),
            NoteOptions(letterhead=Letterhead(name="Hospital", logo=LOGO), state=NoteState.FINAL),
        ),
        "png-logo": (make_case(), NoteOptions(letterhead=Letterhead(logo=png(90, 60)))),
        "amended": (make_case(), amended),
        "many": (make_case(lesions=20), NoteOptions()),
        "none": (make_case(lesions=0), NoteOptions()),
    }
    files = []
    for name, (case, options) in kinds.items():
        files.append(tmp_path / f"{name}.pdf")
        writer.write(case, make_assessment(case), files[-1], AT, options)
    files.append(tmp_path / "decided.pdf")
    writer.write(*make_decided(), files[-1], AT)
    files.append(tmp_path / "patient.pdf")
    writer.export(make_case(), make_assessment(make_case()), AT, NoteRequest(patient_page=files[-1]))
    assert failures(files) == {}


def test_the_notes_of_all_examples_are_valid(tmp_path: Path) -> None:
    writer = TypstNoteWriter(knowledge(), resource_root(), "0.1.0")
    files = []
    for path in EXAMPLES:
        name = path.name.partition(".")[0]
        files += [tmp_path / f"{name}.pdf", tmp_path / f"{name}-patient.pdf"]
        writer.export(*assessed(path), AT, NoteRequest(files=(files[-2],), patient_page=files[-1]))
    assert failures(files) == {}


def test_a_file_that_breaks_a_standard_is_found(writer: TypstNoteWriter, tmp_path: Path) -> None:
    writer.write(make_case(), make_assessment(make_case()), tmp_path / "good.pdf", AT)
    with pikepdf.open(tmp_path / "good.pdf") as file:
        del file.Root.Lang
        file.save(tmp_path / "no-language.pdf")
    with pikepdf.open(tmp_path / "good.pdf") as file:
        del file.Root.StructTreeRoot
        file.save(tmp_path / "no-structure.pdf")
    found = failures([tmp_path / "no-language.pdf", tmp_path / "no-structure.pdf"])
    assert {"no-language.pdf ua1", "no-structure.pdf 3a", "no-structure.pdf ua1"} <= set(found)
