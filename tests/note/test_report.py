"""The text for the radiology system or the record says what the note says, short and long, plain and rich."""

from html.parser import HTMLParser

import pytest

from hepalith.note.writer import TypstNoteWriter
from note.builders import AT, make_assessment, make_case, make_decided


class _Words(HTMLParser):
    """The words of a fragment."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words += data.split()


@pytest.mark.parametrize("short", [True, False], ids=["short", "long"])
def test_findings_impression_and_recommendation_in_this_order(writer: TypstNoteWriter, short: bool) -> None:
    case = make_case()
    assessment = make_assessment(case)
    made = writer.report_text(case, assessment, AT, short=short)
    heads = [made.plain.index(word) for word in ("FINDINGS", "IMPRESSION", "RECOMMENDATION")]
    assert heads == sorted(heads)
    content = writer.content(case, assessment, AT)
    told = " ".join(made.plain.split())
    assert " ".join(content.impression.split()) in told
    assert content.urgency.label.upper() in told.upper()
    for one in content.plan:
        assert one.id in told, "all that is to be done is named, also in the short text"
    for one in content.avoid:
        assert one.id in told
    for section in content.findings:
        for row in section.rows:
            assert row.label in told or (short and (row.negative or not section.subject))


def test_numbers_of_references_only_with_their_list(writer: TypstNoteWriter) -> None:
    case = make_case()
    short, long = (writer.report_text(case, make_assessment(case), AT, short=one).plain for one in (True, False))
    assert "[1]" not in short
    assert "REFERENCES" in long
    assert "[1]" in long


def test_long_tells_each_piece_of_advice_in_full_and_short_is_shorter(writer: TypstNoteWriter) -> None:
    case = make_case()
    assessment = make_assessment(case)
    short, long = (writer.report_text(case, assessment, AT, short=one).plain for one in (True, False))
    assert len(short) < len(long)
    for one in writer.content(case, assessment, AT).plan:
        assert " ".join(one.text.split())[:60] in " ".join(long.split())


@pytest.mark.parametrize("short", [True, False], ids=["short", "long"])
def test_rich_text_says_the_same_words(writer: TypstNoteWriter, short: bool) -> None:
    case = make_case(remark="<b>not bold</b>")
    made = writer.report_text(case, make_assessment(case), AT, short=short)
    parser = _Words()
    parser.feed(made.html)
    rich, plain = ({word.strip(".,:;()").lower() for word in words} for words in (parser.words, made.plain.split()))
    missing = {word for word in plain - rich if word.isalpha()}
    assert missing <= {"basis"}, "in rich text the basis stands in small print without its label"
    assert "<b>not" not in made.html
    assert "<script" not in made.html


@pytest.mark.parametrize("short", [True, False], ids=["short", "long"])
def test_what_was_decided_otherwise_is_in_it(writer: TypstNoteWriter, short: bool) -> None:
    case, assessment = make_decided()
    text = writer.report_text(case, assessment, AT, short=short).plain
    content = writer.content(case, assessment, AT)
    assert content.urgency.label.upper() in text.upper()
    assert "The clinician decided otherwise about" in " ".join(text.split())
