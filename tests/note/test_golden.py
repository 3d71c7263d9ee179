"""The text of the note of every example, and of the first case of every file of cases, is the golden one.

`golden/examples/` holds whole notes, `golden/branches/` short forms and patient pages. A change of wording, of a date
or of a rule breaks at least one. After a change that is meant: `HEPALITH_GOLDEN=write python -m pytest tests/note`, and
look at the difference. What is on a note but is no statement (its id, the hash of the knowledge) is left out.
"""

import os
from datetime import date
from functools import lru_cache
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from hepalith.decision.assess import evaluate
from hepalith.domain.assessment import Status
from hepalith.domain.case import Case
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.compiler import compile_knowledge
from hepalith.knowledge.loader import hash_of, read_files
from hepalith.knowledge.model import KnowledgeFiles, Recommendation
from hepalith.note.content import NoteContent
from hepalith.note.options import NoteOptions
from hepalith.note.patient import load_patient_words, patient_page
from hepalith.note.text import plain_text
from hepalith.note.writer import TypstNoteWriter
from hepalith.resources import resource, resource_root
from hepalith.store.case_file import CaseFiles
from note.builders import AT
from note.test_examples import EXAMPLES
from support.vignettes import CASES, Vignette, all_vignettes, case_of

GOLDEN = Path(__file__).parent / "golden"
KNOWLEDGE = resource("knowledge")
BRANCHES = sorted(path for path in CASES.rglob("*.yaml") if path.parent != CASES)
PATIENT_WORDS = load_patient_words(resource("note", "patient.yaml"))


@lru_cache(maxsize=1)
def files() -> KnowledgeFiles:
    read, _places, problems = read_files(KNOWLEDGE, hash_of(KNOWLEDGE))
    assert read is not None
    assert problems == ()
    return read


def compiled(of: KnowledgeFiles) -> Knowledge:
    knowledge, problems = compile_knowledge(replace(of, hash="(hash)"), {})
    assert problems == ()
    return knowledge


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    return compiled(files())


def written(case: Case, as_of: date, made_with: Knowledge, form: str) -> tuple[NoteContent, str]:
    """What the note says, and its text; without its id: that depends on all that is not said too."""
    writer = TypstNoteWriter(made_with, resource_root(), "0.1.0")
    assessment = evaluate(case, made_with, as_of, trace=False, full=True, further=True)
    said = writer.content(case, assessment, AT, msgspec.convert({"form": form}, NoteOptions))
    said = replace(said, header=replace(said.header, note_id="(id)"))
    return said, plain_text(writer.document(said, AT))


def note_text(case: Case, as_of: date, made_with: Knowledge, form: str = "full") -> str:
    return written(case, as_of, made_with, form)[1]


def branch_text(vignette: Vignette, made_with: Knowledge) -> str:
    """The short form, and the page for the patient."""
    said, text = written(case_of(vignette, made_with), date.fromisoformat(str(vignette.as_of)), made_with, "short")
    return text + "\n" + plain_text(patient_page(said, PATIENT_WORDS))


def compare(path: Path, text: str) -> None:
    if os.environ.get("HEPALITH_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name.split(".")[0])
def test_the_note_of_an_example(path: Path) -> None:
    text = note_text(CaseFiles().load(path), date(2026, 6, 1), knowledge())
    compare(GOLDEN / "examples" / f"{path.name.split('.')[0]}.txt", text)


@pytest.mark.parametrize("path", BRANCHES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_note_of_a_branch(path: Path) -> None:
    first = next(one for one in all_vignettes() if CASES / one.file == path)
    compare(GOLDEN / "branches" / f"{path.parent.name}-{path.stem}.txt", branch_text(first, knowledge()))


def test_no_golden_text_is_left_of_what_is_gone() -> None:
    names = {path.name.split(".")[0] for path in EXAMPLES}
    assert {path.stem for path in (GOLDEN / "examples").iterdir()} == names
    assert {path.stem for path in (GOLDEN / "branches").iterdir()} == {f"{p.parent.name}-{p.stem}" for p in BRANCHES}


# a deliberate change breaks a golden text


def changed(recommendation: str, **fields: object) -> Knowledge:
    entries = tuple(
        replace(entry, **fields) if entry.id == recommendation else entry for entry in files().recommendations
    )
    return compiled(replace(files(), recommendations=entries))


def said_by(path: Path, *, dated: bool) -> Recommendation:
    """A recommendation that the note of an example prints; with a follow-up date, if wanted."""
    assessment = evaluate(CaseFiles().load(path), knowledge(), date(2026, 6, 1), trace=False, full=True, further=True)
    planned = {test.recommendation for test in assessment.follow_up if test.due}
    holding = [one.id for one in assessment.recommendations if one.status is Status.HOLDS]
    name = next(name for name in holding if not dated or name in planned)
    return knowledge().recommendations[name].entry


EXAMPLE = next(path for path in EXAMPLES if path.name.startswith("05"))


@pytest.mark.parametrize("what", ["wording", "date", "rule", "level", "source"])
def test_a_deliberate_change_breaks_the_golden_text(what: str) -> None:
    entry = said_by(EXAMPLE, dated=what == "date")
    fields: dict[str, dict[str, object]] = {
        "wording": {"action": entry.action + " Now."},
        "date": {"follow_up": tuple(replace(step, after=("7 months",), then_every="") for step in entry.follow_up)},
        "rule": {"when": f"not ({entry.when})"},
        "level": {"urgency": "urgent" if entry.urgency != "urgent" else "soon"},
        "source": {"sources": (), "basis": "default"},
    }
    text = note_text(CaseFiles().load(EXAMPLE), date(2026, 6, 1), changed(entry.id, **fields[what]))
    golden = (GOLDEN / "examples" / f"{EXAMPLE.name.split('.')[0]}.txt").read_text(encoding="utf-8")
    assert text != golden
