"""Whatever is typed is shown as text, in every form; whatever the disk does, no half file is left."""

import os
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from hepalith.domain.case import Case, Identity, Lesion, Override, OverrideKind, Study
from hepalith.domain.errors import NoteError
from hepalith.note.calendar import calendar
from hepalith.note.embedded import read_note
from hepalith.note.html import html_page
from hepalith.note.options import Letterhead, NoteOptions, NoteState
from hepalith.note.outline import outline
from hepalith.note.printable import printable
from hepalith.note.text import markdown, plain_text
from hepalith.note.writer import TypstNoteWriter
from hepalith.services.ports import NoteRequest
from hepalith.store.case_file import encode_case
from note.builders import AT, make_assessment, make_case
from note.test_pdf import ODD_TEXTS

HIDDEN = "<b>\x00\x1b[31m\u202e\u2066\U0001f600\ue000`$#[x](javascript:1)|*_\r\n=1+1"


def hostile() -> tuple[Case, NoteOptions]:
    """A case and options with something odd in every field that a person or a file can fill."""
    case = msgspec.structs.replace(
        make_case(remark=HIDDEN),
        identity=Identity(name=HIDDEN, identifier=HIDDEN, birth_date=HIDDEN),
        lesions=(Lesion(id="L1", label=HIDDEN),),
        studies=(
            Study(id="S0", modality="us", date="2024-05-20", label=HIDDEN),
            Study(id="S1", modality=HIDDEN, date="2026-05-20", phase=HIDDEN, slice_mm=HIDDEN),
        ),
        overrides=(
            Override(
                recommendation="T-R02",
                kind=OverrideKind.SET_ASIDE,
                reason=HIDDEN,
                text=HIDDEN,
                author=HIDDEN,
                date="2026-05-30",
            ),
        ),
    )
    options = NoteOptions(
        state=NoteState.AMENDED,
        author=HIDDEN,
        replaces=HIDDEN,
        replaces_made=HIDDEN,
        changed=(HIDDEN,),
        letterhead=Letterhead(name=HIDDEN, lines=(HIDDEN, HIDDEN)),
    )
    return case, options


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not any(name.startswith("on") or name in {"href", "src"} for name, _value in attrs)


@pytest.mark.pages
def test_odd_text_in_every_field_is_text_in_every_form(writer: TypstNoteWriter, tmp_path: Path, pages_of) -> None:
    case, options = hostile()
    assessment = make_assessment(case)
    content = writer.content(case, assessment, AT, options)
    document = outline(content)
    for text in (plain_text(document), markdown(document), html_page(document), calendar(content, AT)):
        bare = text.replace("\r\n", "\n")
        assert printable(bare) == bare  # no hidden sign is left
    assert "\\<b\\>" in markdown(document)
    reader = _Tags()
    reader.feed(html_page(document))
    assert {"b", "script", "a", "img", "iframe", "link"}.isdisjoint(reader.tags)
    writer.write(case, assessment, tmp_path / "n.pdf", AT, options)
    assert read_note(tmp_path / "n.pdf").case == case  # as it was typed
    assert writer.verified(tmp_path / "n.pdf")[0]
    assert "‹U+202E" in "".join(pages_of(tmp_path / "n.pdf"))


@pytest.mark.pages
def test_a_remark_that_looks_like_a_picture_is_text(writer: TypstNoteWriter, tmp_path: Path, pages_of) -> None:
    case = make_case(remark="<svg \u202e\U0001f600" + "x" * 200)
    writer.write(case, make_assessment(case), tmp_path / "n.pdf", AT)
    assert "<svg‹U+202E›‹U+1F600›xxx" in "".join("".join(pages_of(tmp_path / "n.pdf")).split())


@pytest.mark.parametrize("name", ODD_TEXTS)
def test_odd_remarks_in_the_forms_that_are_not_pdf(writer: TypstNoteWriter, name: str) -> None:
    case = make_case(remark=ODD_TEXTS[name])
    document = outline(writer.content(case, make_assessment(case), AT))
    for text in (plain_text(document), markdown(document), html_page(document)):
        assert printable(text) == text


LONG = {
    "word": "x" * 100_000,
    "emoji": "\U0001f600" * 100_000,
    "marks": "a\u0301\u0327\u0489" * 25_000,
    "lines": "\n" * 99_999 + "end",
    "chinese": "肝" * 100_000,
    "overrides": "\u202e" * 100_000,
    "markup": "#[*$" * 25_000,
    "every sign": "".join(chr(33 + number % 0x3000) for number in range(100_000)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LONG)
def test_100_000_odd_signs_are_kept_and_shown(writer: TypstNoteWriter, tmp_path: Path, name: str) -> None:
    case = make_case(remark=LONG[name])
    assessment = make_assessment(case)
    writer.write(case, assessment, tmp_path / "n.pdf", AT)
    assert read_note(tmp_path / "n.pdf").case == case
    document = outline(writer.content(case, assessment, AT))
    for text in (plain_text(document), markdown(document), html_page(document)):
        assert len(text) > 5_000


@pytest.mark.pages
def test_empty_lines_do_not_make_a_thousand_pages(writer: TypstNoteWriter, tmp_path: Path, pages_of) -> None:
    case = make_case(remark=LONG["lines"])
    writer.write(case, make_assessment(case), tmp_path / "n.pdf", AT)
    assert len(pages_of(tmp_path / "n.pdf")) < 10


# disks


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with room for 40 kB: less than a note."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=40k", "tmpfs", str(place)]
    if os.name != "posix" or os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_keeps_the_old_note(writer: TypstNoteWriter, small_disk: Path) -> None:
    path = small_disk / "note.pdf"
    path.write_bytes(b"%PDF-1.7 an old draft")
    case = make_case()
    with pytest.raises(NoteError, match="the disk is full"):
        writer.write(case, make_assessment(case), path, AT)
    assert path.read_bytes() == b"%PDF-1.7 an old draft"
    assert list(small_disk.iterdir()) == [path]


def note_by_command(case: Path, out: Path, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    """`hepalith note`, if wanted with a limit for the size of files."""

    def limited() -> None:
        import resource

        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [sys.executable, "-m", "hepalith", "note", str(case), "--out", str(out), "--as-of", "2026-06-01"]
    return subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=limited)


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
def test_a_file_that_may_not_grow_leaves_nothing_half(tmp_path: Path) -> None:
    case, out = tmp_path / "a.hepalith.json", tmp_path / "out"
    case.write_bytes(encode_case(make_case()))
    out.mkdir()
    assert note_by_command(case, out / "note.pdf").returncode == 0
    (out / "note.pdf").unlink()
    ended = note_by_command(case, out / "note.pdf", limit=30_000)
    assert ended.returncode == 4
    assert "larger than is allowed" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert list(out.iterdir()) == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write(writer: TypstNoteWriter, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    case = make_case()
    with pytest.raises(NoteError, match="access is not allowed"):
        writer.write(case, make_assessment(case), tmp_path / "note.pdf", AT)


def test_of_several_forms_the_others_are_whole_when_one_fails(writer: TypstNoteWriter, tmp_path: Path) -> None:
    case = make_case()
    request = NoteRequest(files=(tmp_path / "note.txt", tmp_path / "none" / "note.pdf", tmp_path / "note.md"))
    with pytest.raises(NoteError, match="none"):
        writer.export(case, make_assessment(case), AT, request)
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]
    assert (tmp_path / "note.txt").read_text(encoding="utf-8").endswith("Hepalith 0.1.0\n")
