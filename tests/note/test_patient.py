"""The patient page: one page, plain words, no alarm."""

import re
from pathlib import Path

import msgspec
import pytest

from hepalith.domain.assessment import ClassResult, Urgency, UrgencyResult
from hepalith.domain.errors import NoteError
from hepalith.note.options import Letterhead, NoteOptions
from hepalith.note.patient import PatientWords, load_patient_words, patient_page
from hepalith.note.text import plain_text
from hepalith.note.writer import TypstNoteWriter
from hepalith.resources import resource
from note.builders import AT, make_assessment, make_case

TEXTS = load_patient_words(resource("note", "patient.yaml"))
CLASSES = ("benign", "infectious", "obstructive", "malignant", "mimic", "undetermined", "several")


def all_texts(texts: PatientWords) -> list[str]:
    found: list[str] = []
    for value in msgspec.to_builtins(texts).values():
        found += [value] if isinstance(value, str) else value.values() if isinstance(value, dict) else value
    return found


def test_there_are_words_for_every_class_and_level() -> None:
    assert set(TEXTS.what_it_means) == set(CLASSES)
    assert set(TEXTS.what_happens_next) == {level.value for level in Urgency}


def test_sentences_are_short() -> None:
    for text in all_texts(TEXTS):
        for sentence in re.split(r"[.?!]\s+", text):
            assert len(sentence.split()) <= 20, sentence


@pytest.mark.parametrize("value", CLASSES)
@pytest.mark.parametrize("level", list(Urgency))
def test_it_says_what_fits_the_case(writer: TypstNoteWriter, value: str, level: Urgency) -> None:
    case = make_case()
    assessment = msgspec.structs.replace(
        make_assessment(case),
        case_class=ClassResult(value=value, certainty=""),
        urgency=UrgencyResult(level=level),
    )
    text = " ".join(plain_text(patient_page(writer.content(case, assessment, AT), value, TEXTS)).split())
    assert TEXTS.what_it_means[value] in text
    assert TEXTS.what_happens_next[level] in text
    assert "2026-09-01: Ultrasound" in text
    assert "not reviewed by a clinician" in text


@pytest.mark.pages
@pytest.mark.parametrize("paper", ["a4", "us-letter"])
def test_it_is_one_page(writer: TypstNoteWriter, tmp_path: Path, pages_of, paper: str) -> None:
    case = make_case(lesions=20)
    options = NoteOptions(
        paper=paper, letterhead=Letterhead(name="St. Elsewhere Hospital", lines=("Radiology", "Call 1"))
    )
    writer.write_patient_page(case, make_assessment(case), tmp_path / "page.pdf", AT, options)
    (page,) = pages_of(tmp_path / "page.pdf")
    assert "yellow skin" in page


def test_damaged_words_are_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "patient.yaml").write_text("basis: nonsense\n", encoding="utf-8")
    with pytest.raises(NoteError, match="damaged"):
        load_patient_words(tmp_path / "patient.yaml")
