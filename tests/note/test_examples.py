"""Every bundled example makes a note that can be filed, opened again and checked."""

from collections.abc import Callable
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

import pytest

from hepalith.decision.assess import evaluate
from hepalith.domain.assessment import Assessment
from hepalith.domain.case import Case
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.compiled import load_knowledge
from hepalith.note.embedded import Integrity, read_note, verify
from hepalith.note.options import NoteOptions
from hepalith.note.writer import TypstNoteWriter
from hepalith.resources import resource_root
from hepalith.store.case_file import CaseFiles
from note.builders import AT

EXAMPLES = sorted((resource_root() / "examples").glob("*.hepalith.json"))


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    return load_knowledge(resource_root() / "knowledge")


@cache
def assessed(path: Path) -> tuple[Case, Assessment]:
    case = CaseFiles().load(path)
    return case, evaluate(case, knowledge(), date(2026, 6, 1), trace=False)


@pytest.fixture(scope="module")
def real_writer() -> TypstNoteWriter:
    return TypstNoteWriter(knowledge(), resource_root(), "0.1.0")


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name.split(".")[0]) for path in EXAMPLES])
def test_note_of_an_example(
    real_writer: TypstNoteWriter, tmp_path: Path, pages_of: Callable[[Path], list[str]], path: Path
) -> None:
    case, assessment = assessed(path)
    note = tmp_path / "note.pdf"
    real_writer.write(case, assessment, note, AT)
    assert verify(note) is Integrity.UNCHANGED
    assert read_note(note).case == case
    assert read_note(note).assessment == assessment
    first, second, *rest = pages_of(note)
    assert "Follow-up" in first
    assert "Recommendations" in second.splitlines()[:6]
    assert "Knowledge hash" in "".join([second, *rest])
    real_writer.write(case, assessment, note, AT, NoteOptions(form="short"))
    assert len(pages_of(note)) == 1
    real_writer.write_patient_page(case, assessment, note, AT)
    assert len(pages_of(note)) == 1
