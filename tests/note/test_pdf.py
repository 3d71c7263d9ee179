"""The PDF: its text, its standard, its bytes, and what it does with odd input."""

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pikepdf
import pytest

from hepalith.domain.case import Identity
from hepalith.domain.errors import NoteError
from hepalith.note.document import AnyBlock, Document, Items, until_page_end
from hepalith.note.embedded import page_count
from hepalith.note.options import Letterhead, NoteOptions, NoteState
from hepalith.note.outline import outline
from hepalith.note.pdf import make_pdf
from hepalith.note.writer import TypstNoteWriter
from hepalith.resources import resource_root
from note.builders import AT, advice, make_assessment, make_case
from note.test_logo import png

Pages = Callable[[Path], list[str]]
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><circle cx="5" cy="5" r="4"/></svg>'
ODD_TEXTS = {
    "control": "a\x00b\x07c\x1bd\x7fe\x9ff",
    "bidi": "abc\u202edef\u2066ghi\u200f",
    "markup": '#panic("x") $x^2$ *b* _i_ `raw` = no heading @ref <label> #{1+1} // \\ [a] "q" http://x.y/z',
    "emoji": "fine \U0001f600\U0001f469\u200d\U0001f52c\U0001f1e9\U0001f1ea ok",
    "scripts": "مرحبا שלום 한국어 ไทย हिन्दी Ελληνικά 肝钙化 Łódź",
    "marks": "Zalgo a\u0301\u0327\u20dd\u0334\u0489 e\u0301 \u0301",
    "private": "\ue000\uf8ff\U000f0000\ufffe\ufdd0",
    "long word": "x" * 900,
    "lines": "one\r\ntwo\rthree\u2028four\n\n\nfive\ttab",
}


def write(writer: TypstNoteWriter, path: Path, remark: str = "", **options: object) -> Path:
    case = make_case(remark=remark)
    writer.write(case, make_assessment(case), path, AT, NoteOptions(**options))  # type: ignore[arg-type]
    return path


@pytest.mark.pages
def test_the_first_page_stands_alone(writer: TypstNoteWriter, tmp_path: Path, pages_of: Pages) -> None:
    first, second, *_rest = pages_of(write(writer, tmp_path / "n.pdf"))
    for said in (
        "Doe, Jane",
        "LC-2026-00042",
        "small active cyst",
        "Soon, within 6 weeks",
        "Infectious",
        "What to do now",
    ):
        assert said in first
    for said in ("10 to 15 mg/kg", "What to avoid", "No needle", "Before the drug", "Pregnancy", "2026-09-01"):
        assert said in first
    assert "Recommendations" in second


def pages_taken(blocks: tuple[AnyBlock, ...], like: Document) -> int:
    page = msgspec.structs.replace(like, blocks=blocks)
    return page_count(make_pdf(page, b"", AT, resource_root()))


def told_in_full(blocks: tuple[AnyBlock, ...]) -> int:
    return sum(len(block.items) for block in blocks if isinstance(block, Items))


@pytest.mark.parametrize("form", ["full", "short"])
@pytest.mark.parametrize("paper", ["a4", "us-letter"])
def test_the_first_page_tells_as_much_in_full_as_it_holds(writer: TypstNoteWriter, paper: str, form: str) -> None:
    case = make_case()
    made = make_assessment(case)
    more = tuple(advice(f"T-R{number}", action="Look again. " * 20) for number in range(30, 45))
    crowded = msgspec.structs.replace(made, recommendations=(*made.recommendations, *more))
    content = writer.content(case, crowded, AT, msgspec.convert({"paper": paper, "form": form}, NoteOptions))
    document = writer.document(content, AT)
    first = until_page_end(document.blocks)
    assert pages_taken(first, document) == 1
    steps = [until_page_end(outline(content, -room).blocks) for room in range(0, 600, 10)]
    fuller = [one for one in steps if told_in_full(one) > told_in_full(first) + 1]
    assert fuller
    assert all(pages_taken(one, document) > 1 for one in fuller)


@pytest.mark.pages
def test_the_lines_to_sign_on_do_not_stand_alone(writer: TypstNoteWriter, tmp_path: Path, pages_of: Pages) -> None:
    for length in range(0, 4000, 400):
        last = pages_of(write(writer, tmp_path / "n.pdf", remark="A remark. " * (length // 10)))[-1]
        assert "About this note" in last
        assert "Signature" in last


@pytest.mark.pages
def test_text_is_in_reading_order(writer: TypstNoteWriter, tmp_path: Path, pages_of: Pages) -> None:
    text = " ".join("\n".join(pages_of(write(writer, tmp_path / "n.pdf", remark="A remark."))).split())
    order = [
        "Management note: liver calcification",
        "Patient Doe, Jane Identifier LC-2026-00042 Date of birth 1961-04-12",
        "Leading cause: small active cyst",
        "What to do now 1 Refer to a centre",
        "What to avoid",
        "Recommendations",
        "Safety checks",
        "Can the case be closed?",
        "Follow-up plan",
        "When to open the case again",
        "Assessment: causes",
        "Classes and scores",
        "Findings as entered",
        "A remark.",
        "What was not recorded",
        "Where sources disagree",
        "References",
        "About this note",
        "Knowledge hash",
        "Signature",
    ]
    places = [text.find(part) for part in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)


@pytest.mark.pages
def test_every_page_bears_key_mark_and_number(writer: TypstNoteWriter, tmp_path: Path, pages_of: Pages) -> None:
    pages = pages_of(write(writer, tmp_path / "draft.pdf"))
    for number, page in enumerate(pages, 1):
        assert "LC-2026-00042 · Doe, Jane" in page
        assert "Draft – not finalised" in page
        assert f"Page {number} of {len(pages)}" in page
        assert "not reviewed by a clinician" in page
    final = pages_of(write(writer, tmp_path / "final.pdf", state=NoteState.FINAL, author="Dr A"))
    assert not any("Draft" in page for page in final)


@pytest.mark.pages
@pytest.mark.parametrize("paper", ["a4", "us-letter"])
def test_the_short_form_is_one_page(writer: TypstNoteWriter, tmp_path: Path, pages_of: Pages, paper: str) -> None:
    (page,) = pages_of(write(writer, tmp_path / "n.pdf", form="short", paper=paper))
    assert "References: [1] SRC-A doi:10.1000/a (read)" in page
    assert "Knowledge version test.1" in page


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("us-letter", (612, 792))])
def test_paper_sizes(writer: TypstNoteWriter, tmp_path: Path, paper: str, size: tuple[int, int]) -> None:
    with pikepdf.open(write(writer, tmp_path / "n.pdf", paper=paper)) as file:
        for page in file.pages:
            assert tuple(round(float(side)) for side in page.mediabox[2:]) == size


def test_it_declares_the_standards_and_the_attachment(writer: TypstNoteWriter, tmp_path: Path) -> None:
    with pikepdf.open(write(writer, tmp_path / "n.pdf")) as file:
        metadata = file.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == "Management note: liver calcification"
        assert str(file.Root.Lang) == "en"
        assert bool(file.Root.MarkInfo.Marked)
        assert "/StructTreeRoot" in file.Root
        assert "/Outlines" in file.Root
        (attached,) = file.Root.AF
        assert str(attached.AFRelationship) == "/Data"
        assert list(file.attachments) == ["hepalith-note.json"]
        fonts = {str(font.BaseFont) for page in file.pages for font in page.obj.Resources.Font.values()}
        assert all(re.fullmatch(r"/[A-Z]{6}\+NotoSans.*", font) for font in fonts), fonts


def test_same_input_same_bytes(writer: TypstNoteWriter) -> None:
    case = make_case(lesions=3, remark="肝 α")
    first = writer.pdf(case, make_assessment(case), AT)
    assert writer.pdf(make_case(lesions=3, remark="肝 α"), make_assessment(case), AT) == first
    assert first.endswith(b"\n")


@pytest.mark.pages
@pytest.mark.parametrize("name", ODD_TEXTS)
def test_odd_text_is_shown_as_text(writer: TypstNoteWriter, tmp_path: Path, pages_of: Pages, name: str) -> None:
    odd = ODD_TEXTS[name]
    text = "".join(pages_of(write(writer, tmp_path / "n.pdf", remark=f"START {odd} END")))
    flat = re.sub(r"[\s\u200b]+", "", text)
    shown = flat[flat.index("START") + 5 : flat.index("END")]
    expected = {
        "control": "a‹U+0000›b‹U+0007›c‹U+001B›d‹U+007F›e‹U+009F›f",
        "bidi": "abc‹U+202E›def‹U+2066›ghi‹U+200F›",
        "markup": re.sub(r"\s", "", ODD_TEXTS["markup"]),
        "long word": "x" * 900,
        "lines": "onetwothree‹U+2028›fourfivetab",
    }
    if name in expected:
        assert shown == expected[name]
    elif name == "scripts":
        assert "肝钙化" in shown
        assert "Łódź" in shown
        assert "‹U+0645" in shown
    elif name in {"emoji", "private"}:
        assert "‹U+" in shown


@pytest.mark.pages
def test_a_remark_of_100_000_signs_is_whole(writer: TypstNoteWriter, tmp_path: Path, pages_of: Pages) -> None:
    remark = "".join(f"word{number:05d} " for number in range(10_000))
    pages = pages_of(write(writer, tmp_path / "n.pdf", remark=remark))
    found = re.findall(r"word(\d{5})", "\n".join(pages))
    assert [int(number) for number in found] == list(range(10_000))


@pytest.mark.pages
@pytest.mark.parametrize("name", ["A" * 60, "Dr.-Ing. Freifrau von und zu " + "Ü" * 31, "Ελένη 肝钙化 李小龙", ""])
def test_names_of_all_kinds(writer: TypstNoteWriter, tmp_path: Path, pages_of: Pages, name: str) -> None:
    case = msgspec.structs.replace(make_case(lesions=20), identity=Identity(name=name))
    writer.write(case, make_assessment(case), tmp_path / "n.pdf", AT)
    pages = pages_of(tmp_path / "n.pdf")
    assert "Recommendations" in pages[1].splitlines()[:6]
    assert all(re.sub(r"\s", "", name or "Case 6f1c1a52") in re.sub(r"[\s\u200b]", "", page) for page in pages)
    assert "L20" in "".join(pages)


@pytest.mark.pages
def test_a_letterhead_with_logo(writer: TypstNoteWriter, tmp_path: Path, pages_of: Pages) -> None:
    letterhead = Letterhead(name="St. Elsewhere Hospital", lines=("Radiology", "Telephone 1"), logo=LOGO)
    first, second, *_rest = pages_of(write(writer, tmp_path / "n.pdf", letterhead=letterhead))
    assert first.splitlines()[1:4] == ["St. Elsewhere Hospital", "Radiology", "Telephone 1"]
    assert "Telephone 1" not in second
    plain = write(writer, tmp_path / "plain.pdf", letterhead=msgspec.structs.replace(letterhead, logo=b""))
    with pikepdf.open(tmp_path / "n.pdf") as file, pikepdf.open(plain) as without:
        assert alternatives(file) - alternatives(without) == {"St. Elsewhere Hospital"}


def test_a_logo_that_cannot_be_drawn_is_an_error(writer: TypstNoteWriter, tmp_path: Path) -> None:
    with pytest.raises(NoteError, match="laid out"):
        write(writer, tmp_path / "n.pdf", letterhead=Letterhead(name="x", logo=png(9, 9, pixels=b"broken")))
    assert list(tmp_path.iterdir()) == []


def alternatives(file: pikepdf.Pdf) -> set[str]:
    """The text alternatives of a file's pictures."""
    return {str(thing.Alt) for thing in file.objects if isinstance(thing, pikepdf.Dictionary) and "/Alt" in thing}


def test_missing_fonts_are_named(tmp_path: Path) -> None:
    texts = dict.fromkeys(("title", "subtitle", "patient_key", "mark", "page_of", "footer", "made_on"), "")
    page = Document(language="en", paper="a4", **texts)
    with pytest.raises(NoteError, match="fonts of the program are missing"):
        make_pdf(page, b"", AT, tmp_path)
