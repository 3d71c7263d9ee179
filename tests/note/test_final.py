"""Final notes are never changed; an amendment names the note that it replaces and what changed."""

from pathlib import Path

import msgspec
import pikepdf
import pytest

from hepalith.domain.assessment import Assessment, Urgency, UrgencyResult
from hepalith.domain.case import Case, Identity, Lesion, NumberValue, Observation, Study
from hepalith.domain.errors import NoteError
from hepalith.note.amendment import case_changes
from hepalith.note.embedded import read_note
from hepalith.note.options import NoteState
from hepalith.note.writer import TypstNoteWriter
from hepalith.services.ports import NoteRequest
from note.builders import AT, make_assessment, make_case, make_decided, make_knowledge

KNOWLEDGE = make_knowledge()


def export(
    writer: TypstNoteWriter, case: Case, path: Path, assessment: Assessment | None = None, **wish: object
) -> Path:
    request = NoteRequest(files=(path,), **wish)  # type: ignore[arg-type]
    writer.export(case, assessment or make_assessment(case), AT, request)
    return path


def final(writer: TypstNoteWriter, path: Path, case: Case | None = None) -> Path:
    return export(writer, case or make_case(), path, final=True, author="Dr A. Author")


def larger() -> Case:
    """The case with a larger lesion, and one more examination."""
    case = make_case().with_study(Study(id="S9", modality="us", date="2026-05-30"))
    size = Observation(finding="size_mm", subject="L1", study="S1", value=NumberValue(number="12", unit="mm"))
    return case.with_observation(size)


def test_finalising_keeps_case_author_and_time(writer: TypstNoteWriter, tmp_path: Path) -> None:
    data = read_note(final(writer, tmp_path / "final.pdf"))
    assert (data.options.state, data.options.author) == (NoteState.FINAL, "Dr A. Author")
    assert data.made == AT
    assert data.case == make_case()
    assert writer.verified(tmp_path / "final.pdf")[0]


@pytest.mark.parametrize("wish", [{}, {"final": True, "author": "Dr B"}, {"form": "short"}])
def test_a_final_note_is_never_written_over(writer: TypstNoteWriter, tmp_path: Path, wish: dict[str, object]) -> None:
    path = final(writer, tmp_path / "note.pdf")
    before = path.read_bytes()
    with pytest.raises(NoteError, match=r"final note .*never changed"):
        export(writer, larger(), path, **wish)
    with pytest.raises(NoteError, match="never changed"):
        writer.write(larger(), make_assessment(larger()), path, AT)
    with pytest.raises(NoteError, match="never changed"):
        writer.export(larger(), make_assessment(larger()), AT, NoteRequest(patient_page=path))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_of_several_files_none_is_written_when_one_is_a_final_note(writer: TypstNoteWriter, tmp_path: Path) -> None:
    path = final(writer, tmp_path / "note.pdf")
    request = NoteRequest(files=(tmp_path / "note.txt", path))
    with pytest.raises(NoteError, match="never changed"):
        writer.export(make_case(), make_assessment(make_case()), AT, request)
    assert list(tmp_path.iterdir()) == [path]


def test_a_draft_is_replaced(writer: TypstNoteWriter, tmp_path: Path) -> None:
    path = export(writer, make_case(), tmp_path / "note.pdf")
    assert read_note(export(writer, larger(), path)).case == larger()


def test_an_amendment_names_the_note_before_and_what_changed(writer: TypstNoteWriter, tmp_path: Path) -> None:
    first = final(writer, tmp_path / "first.pdf")
    case = larger()
    assessment = msgspec.structs.replace(make_assessment(case), urgency=UrgencyResult(level=Urgency.URGENT))
    second = export(writer, case, tmp_path / "second.pdf", assessment, author="Dr B", amends=first)
    before, data = read_note(first), read_note(second)
    assert (data.options.state, data.options.author, data.options.replaces) == (
        NoteState.AMENDED,
        "Dr B",
        before.note_id,
    )
    assert data.options.changed == (
        "Examination S9: not recorded; now: Ultrasound 2026-05-30",
        "Largest diameter, L1 (right lobe), CT, portal venous, 3 mm slices 2026-05-20: 10 mm; now: 12 mm",
        "Urgency: Soon; now: Urgent",
    )
    assert writer.verified(second)[0]
    third = export(writer, make_case(), tmp_path / "third.pdf", author="Dr B", amends=second)
    assert read_note(third).options.replaces == data.note_id


def test_every_kind_of_entry_is_compared() -> None:
    case, _assessment = make_decided(lesions=1)
    before = make_case()
    after = msgspec.structs.replace(
        case, identity=Identity(name="Doe, Janet"), lesions=(Lesion(id="L1", label="dome"),)
    )
    lines = case_changes(before, after, KNOWLEDGE)
    assert "Name: Doe, Jane; now: Doe, Janet" in lines
    assert "Identifier: LC-2026-00042; now: not recorded" in lines
    assert "Lesion L1: right lobe; now: dome" in lines
    assert (
        "Decision T-R02: not recorded; now: Different plan, Telephone the centre first., Dr B. Chooser, 2026-05-30"
        in lines
    )
    assert case_changes(before, before, KNOWLEDGE) == ()
    back = case_changes(make_case(remark="old"), before, KNOWLEDGE)
    assert back == ("Remarks: old; now: not recorded",)


def test_what_cannot_be_finalised_or_amended_is_refused_with_the_reason(
    writer: TypstNoteWriter, tmp_path: Path
) -> None:
    first = final(writer, tmp_path / "first.pdf")
    draft = export(writer, make_case(), tmp_path / "draft.pdf")
    foreign = final(writer, tmp_path / "foreign.pdf", msgspec.structs.replace(make_case(), case_id="other"))
    changed = tmp_path / "changed.pdf"
    with pikepdf.open(first) as file:
        file.pages[0].contents_add(b"BT ET", prepend=False)
        file.save(changed)
    plain = tmp_path / "plain.pdf"
    plain.write_bytes(b"%PDF-1.7")
    there = sorted(tmp_path.iterdir())
    for wish, words in (
        ({"final": True, "author": " "}, "name of the author"),
        ({"amends": first, "author": ""}, "name of the author"),
        ({"amends": first, "author": "B", "case": make_case()}, "Nothing changed"),
        ({"amends": draft, "author": "B"}, "is a draft"),
        ({"amends": foreign, "author": "B"}, "another case"),
        ({"amends": changed, "author": "B"}, "cannot be amended: the pages were changed"),
        ({"amends": plain, "author": "B"}, "not a PDF"),
        ({"final": True, "author": "B", "path": tmp_path / "new.txt"}, "a PDF file"),
    ):
        options = dict(wish)
        path = options.pop("path", tmp_path / "new.pdf")
        with pytest.raises(NoteError, match=words):
            export(writer, options.pop("case", larger()), path, **options)
    assert sorted(tmp_path.iterdir()) == there
