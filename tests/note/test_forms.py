"""Plain text, Markdown, HTML and calendar are made from the same content as the PDF.

The golden texts are in `golden/`. After a change that is meant: `HEPALITH_GOLDEN=write python -m pytest tests/note`.
"""

import os
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from hepalith.decision.overrides import overrides_of
from hepalith.domain.assessment import Assessment, LesionAdvice, LesionConflict, Status, Urgency, UrgencyResult
from hepalith.domain.case import Case, Identity
from hepalith.note.calendar import calendar
from hepalith.note.html import html_page
from hepalith.note.options import NoteOptions, NoteState
from hepalith.note.outline import outline
from hepalith.note.text import markdown, plain_text
from hepalith.note.writer import TypstNoteWriter
from hepalith.resources import resource_root
from note.builders import AT, advice, make_assessment, make_case, make_decided, make_knowledge

GOLDEN = Path(__file__).parent / "golden"
HOSTILE = "<script>alert(1)</script> *bold* [link](x) | # \u202ereversed\x07 ```\n- not a list\n1. nor this"


def assessed(case: Case) -> tuple[Case, Assessment]:
    return case, make_assessment(case)


CASES = {
    "one-lesion": (assessed(make_case()), NoteOptions()),
    "twenty-lesions": (assessed(make_case(lesions=20)), NoteOptions(state=NoteState.FINAL, author="Dr A. Author")),
    "nobody": (assessed(msgspec.structs.replace(make_case(lesions=0), identity=Identity())), NoteOptions()),
    "short": (assessed(make_case()), NoteOptions(form="short")),
    "decided-otherwise": (make_decided(), NoteOptions()),
    "decided-otherwise-short": (make_decided(), NoteOptions(form="short")),
    "amended": (
        assessed(make_case()),
        NoteOptions(
            state=NoteState.AMENDED,
            author="Dr A. Author",
            replaces="1111-2222-3333",
            replaces_made="2026-05-21 09:00 +02:00",
            changed=("Size corrected.",),
        ),
    ),
}


BIOPSY_OF_ONE = LesionConflict(
    matter="biopsy",
    wanted=(LesionAdvice(recommendation="T-R01", lesion="L1", title="Tissue is needed"),),
    barred=(LesionAdvice(recommendation="T-R03", lesion="L2", title="Do not puncture"),),
)


def document_of(writer: TypstNoteWriter, case: tuple[Case, Assessment], options: NoteOptions):
    return writer.document(writer.content(*case, AT, options), AT)


@pytest.mark.parametrize("form", ["full", "short"])
def test_what_one_lesion_needs_and_the_other_must_not_have_stands_in_every_form(
    writer: TypstNoteWriter, form: str
) -> None:
    case, plain = assessed(make_case(lesions=2))
    divided = msgspec.structs.replace(plain, between_lesions=(BIOPSY_OF_ONE,))
    text = plain_text(document_of(writer, (case, divided), NoteOptions(form=form)))
    first, _sign, details = text.partition("\nRECOMMENDATIONS\n")
    flat = " ".join(first.split())
    assert "≠ Biopsy: wanted for L1" in flat, "on the first page"
    assert ("Wanted: Tissue is needed (T-R01)" in " ".join(details.split())) is (form == "full")


@pytest.mark.parametrize("name", CASES)
def test_plain_text_is_the_golden_one(writer: TypstNoteWriter, name: str) -> None:
    text = plain_text(document_of(writer, *CASES[name]))
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("HEPALITH_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.read_text(encoding="utf-8") == text


def test_markdown_shows_what_was_typed(writer: TypstNoteWriter) -> None:
    text = markdown(document_of(writer, assessed(make_case(remark=HOSTILE)), NoteOptions()))
    assert "\\<script\\>" in text
    assert "\\*bold\\*" in text
    assert "\n\\- not a list" in text
    assert "\n1\\. nor this" in text
    assert "\u202e" not in text
    assert "‹U+202E›" in text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag not in {"meta", "path", "circle", "polyline"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_html_is_whole_and_loads_nothing(writer: TypstNoteWriter) -> None:
    page = html_page(document_of(writer, assessed(make_case(remark=HOSTILE)), NoteOptions()))
    reader = _Reader()
    reader.feed(page)
    assert reader.open == []
    assert {"script", "link", "img", "iframe", "a"}.isdisjoint(reader.tags)
    assert "<script>alert(1)</script> *bold*" in "".join(reader.texts)
    assert 'src="' not in page
    assert 'href="' not in page


def test_every_form_says_the_same(writer: TypstNoteWriter) -> None:
    document = document_of(writer, *CASES["one-lesion"])
    forms = [plain_text(document), markdown(document), html_page(document)]
    for said in (
        "Drug alone for a small active cyst",
        "T-R01",
        "10 to 15 mg/kg",
        "2026-09-01",
        "not reviewed",
        "SRC-D",
    ):
        assert all(said in form.replace("\\", "") for form in forms), said


def test_the_calendar_names_nobody(writer: TypstNoteWriter) -> None:
    case = make_case()
    text = calendar(writer.content(case, make_assessment(case), AT), AT)
    assert text.count("BEGIN:VEVENT") == 2
    assert "DTSTART;VALUE=DATE:20260901\r\n" in text
    assert "DTSTAMP:20260601T123000Z\r\n" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    unfolded = text.replace("\r\n ", "")
    assert "Not before 2026-08-18\\, not after 2026-10-01." in unfolded
    for secret in ("Doe", "Jane", "LC-2026", "1961", "cyst", case.case_id):
        assert secret not in unfolded


def test_a_final_note_bears_no_draft_mark(writer: TypstNoteWriter) -> None:
    draft = plain_text(document_of(writer, assessed(make_case()), NoteOptions()))
    final = plain_text(document_of(writer, assessed(make_case()), NoteOptions(state=NoteState.FINAL, author="Dr A")))
    assert "Draft – not finalised" in draft
    assert "Draft" not in final
    assert "Final note, by Dr A, 2026-06-01 14:30 +02:00." in final


def test_an_amended_note_names_the_one_before_and_the_change(writer: TypstNoteWriter) -> None:
    text = plain_text(document_of(writer, *CASES["amended"])).replace("\n", " ")
    assert "It replaces note 1111-2222-3333 of 2026-05-21 09:00 +02:00." in text
    assert "Changed: Size corrected." in text


def test_every_form_prints_the_advice_and_what_was_decided_otherwise(writer: TypstNoteWriter) -> None:
    document = document_of(writer, *CASES["decided-otherwise"])
    for form in (plain_text(document), markdown(document), html_page(document)):
        flat = " ".join(form.replace("\\", " ").split())
        for said in (
            "Drug alone for a small active cyst",
            "Set aside by Dr B. Chooser, 2026-05-30: The patient declines",
            "before the harvest is in",
            "Different plan by Dr B. Chooser, 2026-05-30",
            "Telephone the centre first.",
            "This advice does not apply any more.",
            "This advice is more urgent now than when it was decided.",
            "The clinician's own plan",
            "The clinician decided otherwise about: ",
            "The other advice gives: Routine.",
        ):
            assert said in flat.replace("&#x27;", "'"), said


def test_an_emergency_that_was_set_aside_stays_in_the_plan_and_in_the_band(writer: TypstNoteWriter) -> None:
    case, assessment = make_decided(lesions=2)
    urgent = tuple(
        msgspec.structs.replace(one, urgency=Urgency.EMERGENCY_NOW) if one.id == "T-R02" else one
        for one in assessment.recommendations
    )
    result = msgspec.structs.replace(
        assessment,
        recommendations=urgent,
        urgency=UrgencyResult(level=Urgency.EMERGENCY_NOW, set_by="T-R02", without_set_aside=Urgency.SOON),
        overrides=overrides_of(case, make_knowledge(), urgent),
    )
    content = writer.content(case, result, AT)
    assert content.plan[0].id == "T-R02"
    assert content.urgency.not_followed == ("Refer to a centre (T-R02)",)
    text = " ".join(plain_text(outline(content)).split())
    assert "[#####] EMERGENCY: ACT NOW Because of: Refer to a centre (T-R02)" in text
    assert "decided otherwise about: Refer to a centre (T-R02). The other advice gives: Soon." in text
    assert "1 Refer to a centre (Refer · Emergency: act now · Different plan)" in text


def test_dates_of_advice_that_is_not_followed_are_marked_and_not_in_the_calendar(writer: TypstNoteWriter) -> None:
    case, assessment = make_decided(lesions=1)
    content = writer.content(case, assessment, AT)
    assert [step.followed for step in content.follow_up] == [False, False]
    assert "Ultrasound – decided otherwise" in plain_text(outline(content))
    assert "BEGIN:VEVENT" not in calendar(content, AT)
    two = writer.content(*make_decided(lesions=2), AT)
    assert [(step.subjects, step.followed) for step in two.follow_up][:2] == [
        (("L1 (right lobe)",), False),
        (("L2",), True),
    ]


def test_open_advice_that_nothing_speaks_for_is_only_counted(writer: TypstNoteWriter) -> None:
    case = make_case()
    quiet = [
        advice(f"T-Q{number}", title=f"Quiet {number}", status=Status.CANNOT_BE_EXCLUDED, urgency=Urgency.URGENT)
        for number in range(30)
    ]
    assessment = make_assessment(case)
    more = msgspec.structs.replace(assessment, recommendations=(*assessment.recommendations, *quiet))
    text = plain_text(outline(writer.content(case, more, AT)))
    assert "- Look for a second lesion (T-R05): Urgent" in text
    assert "Quiet" not in text
    assert "Also not excluded, by urgency: Urgent 30." in text


def test_the_site_and_the_reviewers_are_named() -> None:
    knowledge = msgspec.structs.replace(make_knowledge(), deviations=("T-R01: other wording",))
    case = make_case()
    assessment = make_assessment(case)
    reviewed = tuple(
        msgspec.structs.replace(one, basis=msgspec.structs.replace(one.basis, reviewed_by="Dr Who"))
        for one in assessment.recommendations
    )
    changed = msgspec.structs.replace(assessment, recommendations=reviewed)
    writer = TypstNoteWriter(knowledge, resource_root(), "0.1.0")
    text = plain_text(outline(writer.content(case, changed, AT)))
    assert "This site changed the knowledge: T-R01: other wording." in text
    assert "reviewed by Dr Who" in text
    assert text.endswith("Decision support († not reviewed by a clinician) · Hepalith 0.1.0\n")


def test_the_first_page_says_what_was_seen_last_of_the_lesion(writer: TypstNoteWriter) -> None:
    text = plain_text(document_of(writer, assessed(make_case()), NoteOptions()))
    finding = " ".join(text[text.index("Finding:") : text.index("Class:")].split())
    assert finding.startswith("Finding: L1 (right lobe) – Largest diameter: 10 mm; ")
    assert finding.count("Largest diameter") == 1
    none = plain_text(document_of(writer, assessed(make_case(lesions=0)), NoteOptions()))
    assert "Finding: No lesion is recorded." in none


def test_what_is_the_same_in_many_lesions_stands_once(writer: TypstNoteWriter) -> None:
    text = plain_text(document_of(writer, assessed(make_case(lesions=20)), NoteOptions()))
    entered = text[text.index("FINDINGS AS ENTERED") : text.index("WHAT WAS NOT RECORDED")]
    assert entered.count("Nature: Solid or Cystic") == 1
    assert "- L1 (right lobe), L2 to L20: Nature" in entered
    assert "17 more lesions." in text
