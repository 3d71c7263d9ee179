"""Every bundled example makes a note that can be filed, opened again and checked."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

import msgspec
import pytest

from hepalith.decision.assess import evaluate
from hepalith.domain.assessment import Assessment, Status, Urgency
from hepalith.domain.case import Case, Override, OverrideKind
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.compiled import load_knowledge
from hepalith.note.document import Heading
from hepalith.note.embedded import Integrity, read_note, verify
from hepalith.note.options import Letterhead, NoteOptions
from hepalith.note.outline import outline
from hepalith.note.text import plain_text
from hepalith.note.writer import TypstNoteWriter
from hepalith.resources import resource_root
from hepalith.store.case_file import CaseFiles, encode_case
from note.builders import AT

EXAMPLES = sorted((resource_root() / "examples").glob("*.hepalith.json"))


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    return load_knowledge(resource_root() / "knowledge")


@cache
def assessed(path: Path) -> tuple[Case, Assessment]:
    case = CaseFiles().load(path)
    return case, evaluate(case, knowledge(), date(2026, 6, 1), trace=False, full=True, further=True)


@pytest.fixture(scope="module")
def real_writer() -> TypstNoteWriter:
    return TypstNoteWriter(knowledge(), resource_root(), "0.1.0")


EACH = pytest.mark.parametrize("path", [pytest.param(path, id=path.name.split(".")[0]) for path in EXAMPLES])
Pages = Callable[[Path], list[str]]
LETTERHEAD = Letterhead(
    name="St. Elsewhere University Hospital",
    lines=("Department of Radiology", "Long Street 1, Elsewhere", "Telephone 1"),
    logo=b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 10"><rect width="30" height="10"/></svg>',
)
LOOKS = {
    "plain": NoteOptions(),
    "letterhead": NoteOptions(paper="us-letter", letterhead=LETTERHEAD),
}


@EACH
def test_the_case_and_its_assessment_come_back(real_writer: TypstNoteWriter, tmp_path: Path, path: Path) -> None:
    case, assessment = assessed(path)
    note = tmp_path / "note.pdf"
    real_writer.write(case, assessment, note, AT)
    assert verify(note) is Integrity.UNCHANGED
    data = read_note(note)
    assert (data.case, data.assessment) == (case, assessment)
    assert encode_case(data.case) == path.read_bytes()
    assert (
        evaluate(
            data.case, knowledge(), date.fromisoformat(data.assessment.as_of), trace=False, full=True, further=True
        )
        == data.assessment
    )
    assert real_writer.pdf(data.case, data.assessment, data.made, data.options) == note.read_bytes()


@pytest.mark.pages
@pytest.mark.parametrize("look", LOOKS)
@EACH
def test_pages_of_an_example(
    real_writer: TypstNoteWriter, tmp_path: Path, pages_of: Pages, path: Path, look: str
) -> None:
    case, assessment = assessed(path)
    note, options = tmp_path / "note.pdf", LOOKS[look]
    real_writer.write(case, assessment, note, AT, options)
    pages = pages_of(note)
    assert "Follow-up" in pages[0]
    assert "Recommendations" in pages[1].splitlines()[:6]
    assert "Knowledge hash" in "".join(pages[1:])
    blocks = outline(real_writer.content(case, assessment, AT, options)).blocks
    order = [block.text for block in blocks if isinstance(block, Heading)]
    headings = {text for text in order if len(text) > len("L1")}
    assert in_reading_order(order, " ".join("\n".join(map("\n".join, map(body, pages))).split()))
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert body(page)[-1] not in headings, f"page {number} ends with a heading"
    real_writer.write(case, assessment, note, AT, msgspec.structs.replace(options, form="short"))
    assert len(pages_of(note)) == 1
    real_writer.write_patient_page(case, assessment, note, AT, options)
    assert len(pages_of(note)) == 1


def test_an_emergency_that_is_set_aside_stays_one_wherever_it_is_said(
    real_writer: TypstNoteWriter, tmp_path: Path
) -> None:
    case, plain = assessed(next(path for path in EXAMPLES if "septic" in path.name))
    aside = tuple(
        Override(
            recommendation=one.id,
            subject=one.subject,
            kind=OverrideKind.SET_ASIDE,
            reason="declined",
            author="Dr A",
            date="2026-06-01",
        )
        for one in plain.recommendations
        if one.status is Status.HOLDS and one.urgency.rank >= Urgency.EMERGENCY_SAME_DAY.rank
    )
    assert len(aside) > 1
    decided = msgspec.structs.replace(case, overrides=aside)
    made = evaluate(decided, knowledge(), date(2026, 6, 1), trace=False, full=True, further=True)
    assert made.urgency.level is plain.urgency.level is Urgency.EMERGENCY_NOW
    assert len(made.overrides) == len(aside)
    # impression, what to ask next, the end of guided entry: all as without
    urgency = msgspec.structs.replace(made.urgency, without_set_aside=plain.urgency.without_set_aside)
    assert msgspec.structs.replace(made, overrides=(), urgency=urgency) == plain
    for form in ("full", "short"):
        text = plain_text(real_writer.document(real_writer.content(decided, made, AT, NoteOptions(form=form)), AT))
        assert made.impression in " ".join(text.split())
        assert "[#####] EMERGENCY: ACT NOW" in text
        assert all(one.recommendation in text for one in aside)
        assert "The clinician decided otherwise about" in " ".join(text.split())
    pages = []
    for name, one in (("plain", (case, plain)), ("decided", (decided, made))):
        page = tmp_path / f"{name}.txt"
        real_writer.write_patient_page(*one, page, AT)
        pages.append(page.read_text(encoding="utf-8").partition("WHAT WAS FOUND")[0].partition("Date:")[2])
    assert pages[0] == pages[1] != ""  # who has to be seen now reads that first


def in_reading_order(headings: list[str], text: str) -> bool:
    """Whether all headings stand in the text, one after the other."""
    place = 0
    for heading in headings:
        place = text.find(" ".join(heading.split()), place)
        if place < 0:
            return False
        place += len(heading)
    return True


def body(page: str) -> list[str]:
    """The lines of a page between its header and its footer."""
    lines = [line for line in page.splitlines() if line.strip()]
    return [line for line in lines if not line.startswith(("Decision support", "Note "))]


def test_the_bytes_do_not_depend_on_the_process(tmp_path: Path) -> None:
    program = (
        "import hashlib, sys; sys.path.insert(0, sys.argv[1])\n"
        "from note.test_examples import *\n"
        "writer = TypstNoteWriter(knowledge(), resource_root(), '0.1.0')\n"
        "for path in EXAMPLES[4:7]:\n"
        "    print(hashlib.sha256(writer.pdf(*assessed(path), AT)).hexdigest())\n"
    )
    tests = str(Path(__file__).parents[1])
    runs = [
        subprocess.run(
            [sys.executable, "-c", program, tests],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    ]
    assert runs[0] == runs[1]
    assert len(runs[0].split()) == 3
