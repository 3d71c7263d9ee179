"""Pages of notes look as in `pages/`: the fonts are our own, so only a change of layout or of the renderer shows.

Each picture was looked at. After a change that is meant: `HEPALITH_GOLDEN=write python -m pytest tests/screens`, and
look at each new one. The pictures are small (`DPI`) and grey. Poppler 22.12 and 25.03 draw them alike, to the pixel;
`MEAN` and `FAR` are what another one may differ.
"""

import os
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
from PySide6.QtGui import QImage

from hepalith.domain.assessment import Assessment, Urgency, UrgencyResult
from hepalith.domain.case import Case, Identity, ItemsValue, NumberValue, Observation, Study
from hepalith.note.options import Letterhead, NoteOptions, NoteState
from hepalith.note.writer import TypstNoteWriter
from hepalith.resources import resource_root
from hepalith.services.ports import NoteRequest
from note.builders import AT, make_assessment, make_case, make_decided, make_knowledge

PAGES = Path(__file__).parent / "pages"
DPI = 45
MEAN = 0.1  # of 255: the mean difference of all pixels
FAR = 0.0005  # the share of pixels that differ by more than a quarter of the range
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 10"><path d="M0 0H30V10H0Z"/></svg>'
HEAD = Letterhead(name="St. Elsewhere University Hospital", lines=("Department of Radiology", "Telephone 1"), logo=LOGO)
LONG_NAME = Identity(name="Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh, Maxim", identifier="LC-2026-00042")


def followed() -> Case:
    """A lesion over five examinations, and lesions in many segments."""
    case = make_case(lesions=5)
    for name, day, size in (("S2", "2024-11-20", "17"), ("S3", "2025-05-20", "24"), ("S4", "2025-12", "31")):
        case = case.with_study(Study(id=name, modality="ct", date=day))
        value = NumberValue(number=size, unit="mm")
        case = case.with_observation(Observation(finding="size_mm", subject="L2", study=name, value=value))
    value = NumberValue(number="40", unit="mm")
    case = case.with_observation(Observation(finding="size_mm", subject="L2", study="S1", value=value))
    return case.with_observation(Observation(finding="wide_ducts", value=ItemsValue(present=("II", "III"))))


def emergency(case: Case) -> Assessment:
    made = make_assessment(case)
    worst = UrgencyResult(level=Urgency.EMERGENCY_NOW, set_by="T-R02", within="1 hour")
    return msgspec.structs.replace(made, urgency=worst)


def plain(case: Case) -> tuple[Case, Assessment]:
    return case, make_assessment(case)


FINAL = {"state": NoteState.FINAL, "author": "Dr A. Author"}
NOTES: dict[str, tuple[tuple[Case, Assessment], NoteOptions]] = {
    "one-lesion": (plain(make_case()), NoteOptions()),
    "followed": (plain(followed()), NoteOptions(**FINAL)),
    "decided-otherwise": (make_decided(), NoteOptions(letterhead=HEAD)),
    "many": (plain(make_case(lesions=20, identity=LONG_NAME)), NoteOptions(paper="us-letter", letterhead=HEAD)),
    "nobody": (plain(make_case(lesions=0, identity=Identity())), NoteOptions(paper="us-letter")),
    "remark": (plain(make_case(remark="A sentence of a long remark. " * 172)), NoteOptions()),
    "chinese": (plain(make_case(identity=Identity(name="李小龙 Ελένη"), remark="肝钙化 ≥ 5 µmol/L")), NoteOptions()),
    "short": (plain(make_case()), NoteOptions(form="short", letterhead=HEAD)),
    "emergency": ((make_case(), emergency(make_case())), NoteOptions(form="short", **FINAL)),
}
SHOWN = {
    "one-lesion": (1, 2, 3, 4),
    "followed": (1, 4),
    "decided-otherwise": (1,),
    "many": (1, 4),
    "nobody": (1,),
    "remark": (4,),
    "chinese": (1, 3),
    "short": (1,),
    "emergency": (1,),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All notes as pictures."""
    if shutil.which("pdftoppm") is None:
        pytest.skip("poppler-utils is not installed")
    made = tmp_path_factory.mktemp("pages")
    writer = TypstNoteWriter(make_knowledge(), resource_root(), "0.1.0")
    for name, (assessed, options) in NOTES.items():
        writer.write(*assessed, made / f"{name}.pdf", AT, options)
    writer.export(*plain(make_case()), AT, NoteRequest(patient_page=made / "patient.pdf"))
    for pdf in made.glob("*.pdf"):
        command = ["pdftoppm", "-r", str(DPI), "-gray", "-png", str(pdf), str(made / pdf.stem)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    for picture in made.glob("*.png"):  # the number of digits depends on the number of pages
        stem, _dash, number = picture.stem.rpartition("-")
        picture.rename(picture.with_name(f"{stem}-{int(number)}.png"))
    return made


def grey(path: Path) -> tuple[tuple[int, int], bytes]:
    """Width and height of a picture, and its pixels from 0 to 255."""
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_Grayscale8)
    assert not image.isNull(), path
    rows = (bytes(image.constScanLine(row))[: image.width()] for row in range(image.height()))
    return (image.width(), image.height()), b"".join(rows)


def difference(one: bytes, other: bytes) -> tuple[float, float]:
    """The mean difference, and the share of pixels that are far apart."""
    steps = [abs(left - right) for left, right in zip(one, other, strict=True)]
    return sum(steps) / len(steps), sum(step > 64 for step in steps) / len(steps)


def names() -> list[str]:
    return [f"{name}-{page}" for name, pages in SHOWN.items() for page in pages] + ["patient-1"]


@pytest.mark.pages
@pytest.mark.parametrize("name", names())
def test_a_page_looks_as_before(folder: Path, name: str) -> None:
    made, kept = folder / f"{name}.png", PAGES / f"{name}.png"
    if os.environ.get("HEPALITH_GOLDEN") == "write":
        PAGES.mkdir(exist_ok=True)
        shutil.copy(made, kept)
    size, pixels = grey(made)
    before_size, before = grey(kept)
    assert size == before_size
    mean, far = difference(pixels, before)
    assert (mean <= MEAN, far <= FAR) == (True, True), f"mean {mean:.2f}, far {far:.4f}: look at {made}"


@pytest.mark.pages
def test_every_page_of_the_plain_note_is_compared(folder: Path) -> None:
    made = {path.stem for path in folder.glob("one-lesion-*.png")}
    assert made == {name for name in names() if name.startswith("one-lesion-")}
    assert {path.stem for path in PAGES.iterdir()} == set(names())


@pytest.mark.pages
@pytest.mark.parametrize(
    "change",
    [
        ('weight: "bold", size: 8.5pt', "size: 8.5pt"),
        ("size: 17pt", "size: 16pt"),
        ("else { 5.5pt }", "else { 6.5pt }"),
    ],
)
def test_a_small_change_of_the_layout_is_noticed(folder: Path, tmp_path: Path, change: tuple[str, str]) -> None:
    resources = tmp_path / "resources"
    shutil.copytree(resource_root(), resources, ignore=shutil.ignore_patterns("knowledge", "examples"))
    template = resources / "note" / "note.typ"
    text = template.read_text(encoding="utf-8")
    assert change[0] in text
    template.write_text(text.replace(*change), encoding="utf-8")
    writer = TypstNoteWriter(make_knowledge(), resources, "0.1.0")
    writer.write(*plain(make_case()), tmp_path / "n.pdf", AT)
    subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", "-png", tmp_path / "n.pdf", tmp_path / "n"], check=True)
    apart = []
    for number in SHOWN["one-lesion"]:
        size, pixels = grey(tmp_path / f"n-{number}.png")
        kept_size, kept = grey(PAGES / f"one-lesion-{number}.png")
        assert size == kept_size
        apart.append(difference(pixels, kept))
    assert any(mean > MEAN or far > FAR for mean, far in apart), apart
