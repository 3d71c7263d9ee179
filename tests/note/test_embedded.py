"""The attached case and assessment come back, and a change is noticed."""

from pathlib import Path

import msgspec
import pikepdf
import pytest

from hepalith.domain.errors import NoteError
from hepalith.note.embedded import Integrity, pages_digest, read_note, verify
from hepalith.note.options import NoteOptions
from hepalith.note.pdf import ATTACHMENT
from hepalith.note.writer import TypstNoteWriter
from note.builders import AT, make_assessment, make_case

REMARK = "literal \x07 \u202e \U0001f600 text"


@pytest.fixture
def note(writer: TypstNoteWriter, tmp_path: Path) -> Path:
    case = make_case(lesions=2, remark=REMARK)
    writer.write(case, make_assessment(case), tmp_path / "note.pdf", AT)
    return tmp_path / "note.pdf"


def attached(path: Path) -> dict[str, object]:
    with pikepdf.open(path) as file:
        return msgspec.json.decode(file.attachments[ATTACHMENT].get_file().read_bytes())


def replace_attached(path: Path, content: bytes) -> None:
    with pikepdf.open(path, allow_overwriting_input=True) as file:
        file.Root.Names.EmbeddedFiles.Names[1].EF.F.write(content)
        file.save(path)


def test_case_and_assessment_come_back_as_they_were(note: Path) -> None:
    case = make_case(lesions=2, remark=REMARK)
    data = read_note(note)
    assert data.case == case
    assert data.assessment == make_assessment(case)
    assert data.made == AT
    assert data.options == NoteOptions()
    assert (data.program_version, data.knowledge_version) == ("0.1.0", "test.1")
    assert data.knowledge_hash == "0123456789abcdef" * 4


def test_the_note_can_be_made_again_from_itself(writer: TypstNoteWriter, note: Path) -> None:
    data = read_note(note)
    assert writer.pdf(data.case, data.assessment, data.made, data.options) == note.read_bytes()


def test_an_untouched_note_is_unchanged(note: Path) -> None:
    assert verify(note) is Integrity.UNCHANGED


def test_saving_it_anew_changes_nothing_that_matters(note: Path) -> None:
    with pikepdf.open(note, allow_overwriting_input=True) as file:
        file.save(note, object_stream_mode=pikepdf.ObjectStreamMode.generate, recompress_flate=True)
    assert verify(note) is Integrity.UNCHANGED


def test_changed_data_is_noticed(note: Path) -> None:
    envelope = attached(note)
    envelope["content"]["case"]["identity"]["name"] = "Somebody else"
    replace_attached(note, msgspec.json.encode(envelope))
    assert verify(note) is Integrity.DATA_CHANGED


def test_changed_pages_are_noticed(note: Path) -> None:
    with pikepdf.open(note, allow_overwriting_input=True) as file:
        before = pages_digest(file)
        page = file.pages[0]
        page.contents_add(b"BT ET", prepend=False)
        assert pages_digest(file) != before
        file.save(note)
    assert verify(note) is Integrity.PAGES_CHANGED


def test_a_page_that_was_taken_out_is_noticed(note: Path) -> None:
    with pikepdf.open(note, allow_overwriting_input=True) as file:
        del file.pages[-1]
        file.save(note)
    assert verify(note) is Integrity.PAGES_CHANGED


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"{", "damaged", id="no-json"),
        pytest.param(b'{"format": "x"}', "damaged", id="other-json"),
        pytest.param(
            b'{"format":"hepalith-note","version":99,"pages_sha256":"","content_sha256":"","content":{}}',
            "newer",
            id="newer",
        ),
        pytest.param(
            b'{"format":"hepalith-note","version":1,"pages_sha256":"","content_sha256":"","content":{"case":1}}',
            "damaged",
            id="wrong-type",
        ),
        pytest.param(
            b'{"format":"other","version":1,"pages_sha256":"","content_sha256":"","content":{}}',
            "not a note",
            id="foreign",
        ),
    ],
)
def test_damaged_data_is_a_clear_error(note: Path, content: bytes, words: str) -> None:
    replace_attached(note, content)
    with pytest.raises(NoteError, match=words):
        read_note(note)


def test_other_files_are_refused(tmp_path: Path) -> None:
    plain = tmp_path / "plain.pdf"
    with pikepdf.new() as file:
        file.add_blank_page()
        file.save(plain)
    with pytest.raises(NoteError, match="no case attached"):
        read_note(plain)
    (tmp_path / "text.pdf").write_text("no pdf", encoding="utf-8")
    with pytest.raises(NoteError, match="not a PDF"):
        verify(tmp_path / "text.pdf")
    with pytest.raises(NoteError, match="cannot be read"):
        read_note(tmp_path / "missing.pdf")
