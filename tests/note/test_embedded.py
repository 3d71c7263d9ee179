"""The attached case and assessment come back, and a change is noticed."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pikepdf
import pytest

from hepalith.domain.errors import NoteError
from hepalith.note.compose import note_id
from hepalith.note.embedded import Integrity, NoteData, pages_digest, read_note, verify
from hepalith.note.options import NoteOptions
from hepalith.note.pdf import ATTACHMENT
from hepalith.note.writer import TypstNoteWriter
from hepalith.resources import resource_root
from note.builders import AT, make_assessment, make_case, make_knowledge

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


def _bookmark(file: pikepdf.Pdf) -> None:
    with file.open_outline() as outline:
        outline.root[0].title = "Discharge"


def _alternative(file: pikepdf.Pdf) -> None:
    picture = next(thing for thing in file.objects if isinstance(thing, pikepdf.Dictionary) and "/Alt" in thing)
    picture.Alt = pikepdf.String("Largest diameter: 3 mm")


def _action(file: pikepdf.Pdf) -> None:
    file.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def _second_attachment(file: pikepdf.Pdf) -> None:
    file.attachments["orders.txt"] = b"Give something else."


def _remark_on_the_page(file: pikepdf.Pdf) -> None:
    box = pikepdf.Array([50, 700, 300, 760])
    remark = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FreeText, Rect=box, Contents="No needle")
    file.pages[0].Annots = file.make_indirect(pikepdf.Array([file.make_indirect(remark)]))


def _other_order(file: pikepdf.Pdf) -> None:
    file.pages.reverse()


@pytest.mark.parametrize(
    "tamper",
    [_bookmark, _alternative, _action, _second_attachment, _remark_on_the_page, _other_order],
    ids=lambda function: function.__name__.strip("_"),
)
def test_what_a_reader_is_shown_or_told_cannot_be_changed_unnoticed(
    writer: TypstNoteWriter, note: Path, tamper: Callable[[pikepdf.Pdf], None]
) -> None:
    with pikepdf.open(note, allow_overwriting_input=True) as file:
        tamper(file)
        file.save(note)
    assert writer.verified(note) == (False, "the pages were changed after the note was made")


def forged(note: Path, change: Callable[[dict], None]) -> None:
    """Changes the data of a note and mends the digest that stands beside it."""
    envelope = attached(note)
    change(envelope["content"])
    content = msgspec.json.encode(envelope["content"])
    digest = hashlib.sha256(content).hexdigest()
    replace_attached(note, msgspec.json.encode({**envelope, "content_sha256": digest, "content": msgspec.Raw(content)}))


def rename(content: dict) -> None:
    content["case"]["identity"]["name"] = "Somebody else"


def rename_with_a_new_note_id(content: dict) -> None:
    rename(content)
    made = msgspec.convert(content, NoteData)
    content["note_id"] = note_id(made.case, made.assessment, made.made, made.options)


@pytest.mark.parametrize("change", [rename, rename_with_a_new_note_id])
def test_data_of_another_patient_does_not_belong_to_the_pages(
    writer: TypstNoteWriter, note: Path, change: Callable[[dict], None]
) -> None:
    forged(note, change)
    assert verify(note) is Integrity.UNCHANGED  # each is whole in itself
    assert writer.verified(note) == (False, "the pages do not say what the embedded data says")


def test_pages_are_made_again_only_with_what_they_were_made_with(writer: TypstNoteWriter, note: Path) -> None:
    assert writer.verified(note)[0]
    assert "made again from the data" in writer.verified(note)[1]
    newer = TypstNoteWriter(make_knowledge(), resource_root(), "0.2.0")
    sound, sentence = newer.verified(note)
    assert sound
    assert "not made again" in sentence
    forged(note, rename)
    assert newer.verified(note) == (False, "the pages do not say what the embedded data says")


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
