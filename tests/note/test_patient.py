"""The patient page: one page, plain words for a reading age of about 12, no alarm."""

import re
from pathlib import Path

import msgspec
import pytest

from hepalith.domain.assessment import Assessment, ClassResult, Urgency, UrgencyResult
from hepalith.domain.errors import NoteError
from hepalith.note.options import Letterhead, NoteOptions
from hepalith.note.patient import PatientWords, load_patient_words, patient_page
from hepalith.note.text import plain_text
from hepalith.note.writer import TypstNoteWriter
from hepalith.resources import resource
from hepalith.services.ports import NoteRequest
from note.builders import AT, make_assessment, make_case, make_decided

TEXTS = load_patient_words(resource("note", "patient.yaml"))
CLASSES = ("benign", "infectious", "obstructive", "malignant", "mimic", "undetermined", "several")
GRADE = 6  # of an American school: read at 11 to 12 years


def assessed(value: str, level: Urgency, *, confirmed: bool = False) -> Assessment:
    made = make_assessment(make_case())
    causes = tuple(
        msgspec.structs.replace(cause, cause_class=value, confirmed=confirmed)
        for cause in made.causes
        if cause.rank == 1
    )
    return msgspec.structs.replace(
        made, case_class=ClassResult(value=value, certainty=""), causes=causes, urgency=UrgencyResult(level=level)
    )


def page_text(writer: TypstNoteWriter, assessment: Assessment) -> str:
    return plain_text(patient_page(writer.content(make_case(), assessment, AT), TEXTS))


def sentences(texts: PatientWords) -> list[str]:
    """Every fixed sentence of the page, and every line of its lists as one."""
    found: list[str] = []
    for value in msgspec.to_builtins(texts).values():
        found += [value] if isinstance(value, str) else value.values() if isinstance(value, dict) else value
    return [part for text in found if text != texts.basis for part in re.split(r"(?<=[.?!])\s+", text)]


def automated_readability(parts: list[str]) -> float:
    """The grade by the automated readability index (Smith and Senter 1967), from letters, words and sentences."""
    words = [re.sub(r"\W", "", word) for part in parts for word in part.split()]
    return 4.71 * len("".join(words)) / len(words) + 0.5 * len(words) / len(parts) - 21.43


def coleman_liau(parts: list[str]) -> float:
    """The grade by the index of Coleman and Liau (1975), from letters, words and sentences."""
    words = [re.sub(r"\W", "", word) for part in parts for word in part.split()]
    return 5.88 * len("".join(words)) / len(words) - 29.6 * len(parts) / len(words) - 15.8


def test_the_measures_tell_easy_from_hard_words() -> None:
    easy = ["The cat sat on the mat.", "It was glad."]
    hard = ["Intraparenchymal calcifications necessitate multidisciplinary interdepartmental consideration."]
    for measure in (automated_readability, coleman_liau):
        assert measure(easy) < 2
        assert measure(hard) > 20


def test_the_fixed_sentences_are_for_a_reading_age_of_about_12() -> None:
    whole = sentences(TEXTS)
    assert automated_readability(whole) <= GRADE
    assert coleman_liau(whole) <= GRADE
    for sentence in whole:
        assert len(sentence.split()) <= 20, sentence


@pytest.mark.parametrize("value", CLASSES)
@pytest.mark.parametrize("level", list(Urgency))
def test_what_a_patient_reads_first_is_plain_too(value: str, level: Urgency) -> None:
    read = [*TEXTS.what_was_found.values(), TEXTS.what_it_means[value], TEXTS.what_happens_next[level]]
    parts = [part for text in read for part in re.split(r"(?<=[.?!])\s+", text)]
    assert automated_readability(parts) <= GRADE
    assert coleman_liau(parts) <= GRADE


def test_there_are_words_for_every_class_and_level() -> None:
    assert set(TEXTS.what_it_means) == set(CLASSES)
    assert set(TEXTS.what_is_confirmed) <= set(CLASSES)
    assert set(TEXTS.what_happens_next) == {level.value for level in Urgency}


@pytest.mark.parametrize("value", CLASSES)
@pytest.mark.parametrize("level", list(Urgency))
def test_it_says_what_fits_the_case(writer: TypstNoteWriter, value: str, level: Urgency) -> None:
    text = " ".join(page_text(writer, assessed(value, level)).split())
    assert TEXTS.what_it_means[value] in text
    assert TEXTS.what_happens_next[level] in text
    assert "1 September 2026: Ultrasound" in text
    assert "not reviewed by a clinician" in text


@pytest.mark.parametrize(("lesions", "words"), [(0, "No single spot"), (1, "a spot"), (3, "more than one spot")])
def test_it_says_how_many_spots_there_are(writer: TypstNoteWriter, lesions: int, words: str) -> None:
    case = make_case(lesions=lesions)
    text = " ".join(plain_text(patient_page(writer.content(case, make_assessment(case), AT), TEXTS)).split())
    assert [one in text for one in ("No single spot", "shows a spot", "more than one spot")] == [
        lesions == 0,
        lesions == 1,
        lesions > 1,
    ]
    assert words in text


def test_a_proven_tumour_is_not_called_unknown(writer: TypstNoteWriter) -> None:
    proven = page_text(writer, assessed("malignant", Urgency.URGENT, confirmed=True))
    assert "The tests show a tumour." in proven
    assert "cannot rule out" not in proven
    assert "cannot rule out" in page_text(writer, assessed("malignant", Urgency.URGENT))
    assert "harmless cause" in page_text(writer, assessed("benign", Urgency.NONE, confirmed=True))


@pytest.mark.parametrize("level", list(Urgency))
def test_who_has_to_be_seen_now_reads_that_first(writer: TypstNoteWriter, level: Urgency) -> None:
    bare = msgspec.structs.replace(assessed("benign", level), follow_up=())
    text = page_text(writer, bare)
    now = level in {Urgency.EMERGENCY_NOW, Urgency.EMERGENCY_SAME_DAY}
    assert (text.index("WHAT HAPPENS NEXT") < text.index("WHAT WAS FOUND")) == now
    assert ("No date is set yet." in text) == (not now)


def test_dates_that_the_clinician_decided_against_are_not_on_it(writer: TypstNoteWriter) -> None:
    page = plain_text(patient_page(writer.content(*make_decided(lesions=1), AT), TEXTS))
    assert "1 September 2026" not in page


@pytest.mark.pages
@pytest.mark.parametrize("paper", ["a4", "us-letter"])
def test_it_is_one_page_in_large_type(writer: TypstNoteWriter, tmp_path: Path, pages_of, paper: str) -> None:
    case = make_case(lesions=20)
    head = Letterhead(name="St. Elsewhere Hospital", lines=("Radiology", "Call 1", "Long Street 12"))
    options = NoteOptions(paper=paper, letterhead=head)
    path = tmp_path / "page.pdf"
    writer.write_patient_page(case, make_assessment(case), path, AT, options)
    (page,) = pages_of(path)
    assert "yellow skin" in page
    assert text_sizes(path) >= 12


def text_sizes(path: Path) -> float:
    """The size in points of the type in which most of a page is set."""
    import pikepdf

    sizes: dict[float, int] = {}
    size = 0.0
    with pikepdf.open(path) as file:
        for operands, operator in pikepdf.parse_content_stream(file.pages[0]):
            if str(operator) == "Tf":
                size = float(operands[1])
            elif str(operator) in {"Tj", "TJ"}:
                sizes[size] = sizes.get(size, 0) + 1
    return max(sizes, key=lambda one: sizes[one])


def test_other_forms_of_it(writer: TypstNoteWriter, tmp_path: Path) -> None:
    case = make_case()
    for ending in ("txt", "md", "html"):
        path = tmp_path / f"page.{ending}"
        writer.export(case, make_assessment(case), AT, NoteRequest(patient_page=path))
        assert "yellow skin" in path.read_text(encoding="utf-8")
    with pytest.raises(NoteError, match="cannot be written as"):
        writer.export(case, make_assessment(case), AT, NoteRequest(patient_page=tmp_path / "page.ics"))


def test_damaged_words_are_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "patient.yaml").write_text("basis: nonsense\n", encoding="utf-8")
    with pytest.raises(NoteError, match="damaged"):
        load_patient_words(tmp_path / "patient.yaml")
