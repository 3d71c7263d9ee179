"""Clinical texts in another language: what is shown for which state, and that no decision rests on a text."""

import sys
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from hepalith.decision.assess import evaluate
from hepalith.domain.assessment import Assessment
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.compiled import load_knowledge
from hepalith.knowledge.compiler import compile_knowledge
from hepalith.knowledge.folder import hash_of
from hepalith.knowledge.loader import read_files, read_knowledge
from hepalith.knowledge.model import KnowledgeFiles
from hepalith.knowledge.translation import DRAFT_MARK, Catalogue, catalogues, with_texts
from support.small import write_small
from support.vignettes import KNOWLEDGE, all_cases, all_vignettes, knowledge_and_problems

sys.path.insert(0, str(KNOWLEDGE.parents[1] / "packaging"))
import catalogues as maker


def files_of(folder: Path) -> KnowledgeFiles:
    files, _places, problems = read_files(folder, hash_of(folder))
    assert files is not None
    assert problems == ()
    return files


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    return write_small(folder)


@pytest.fixture
def locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of catalogues, into which `translate` writes."""
    folder = tmp_path / "locale"
    monkeypatch.setattr(maker, "LOCALE", folder)
    return folder


def translate(catalogue: Catalog) -> None:
    """Writes a clinical catalogue of a made-up language, and compiles it as the tool does."""
    path = maker.po_file(maker.CLINICAL, "zh_CN")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue)
    read = maker.read(maker.CLINICAL, "zh_CN")
    for file_, content in maker.mo_files(maker.CLINICAL, "zh_CN", read).items():
        file_.write_bytes(content)


def catalog() -> Catalog:
    return Catalog(locale="zh_CN", charset="utf-8", fuzzy=False)


LABEL = "findings/size/label"


def english(small: Path) -> str:
    return read_knowledge(small)[0].findings["size"].label


def shown(small: Path, locale: Path) -> tuple[str, Knowledge]:
    knowledge = read_knowledge(small, catalogue=Catalogue(locale, "zh_CN"))[0]
    return knowledge.findings["size"].label, knowledge


def test_a_draft_is_shown_with_its_mark_and_counted(small: Path, locale: Path) -> None:
    made = catalog()
    made.add(english(small), "大小", context=LABEL, flags=["fuzzy"])
    translate(made)
    label, knowledge = shown(small, locale)
    assert label == "大小" + DRAFT_MARK
    assert (knowledge.translation.drafts, knowledge.translation.reviewed) == (1, 0)
    assert DRAFT_MARK in knowledge.translation.note
    assert "English" in knowledge.translation.note  # the other texts
    assert DRAFT_MARK in knowledge.translation.legend


def test_only_who_reviewed_it_and_when_takes_the_mark_away(small: Path, locale: Path) -> None:
    for comment, reviewed in (
        ("Reviewed: Dr Li, 2026-11-20", True),
        ("Reviewed: Dr Li", False),
        ("looks good", False),
        ("", False),
    ):
        made = catalog()
        made.add(english(small), "大小", context=LABEL, user_comments=[comment] if comment else [])
        translate(made)
        label, knowledge = shown(small, locale)
        assert (label == "大小") is reviewed, comment
        assert (knowledge.translation.drafts, knowledge.translation.reviewed) == (int(not reviewed), int(reviewed))


def test_a_text_that_reads_the_same_in_both_languages_counts_as_translated(small: Path, locale: Path) -> None:
    made = catalog()
    made.add(english(small), english(small), context=LABEL, user_comments=["Reviewed: Dr Li, 2026-11-20"])
    translate(made)
    label, knowledge = shown(small, locale)
    assert label == english(small)
    assert knowledge.translation.reviewed == 1


def test_a_text_that_was_changed_since_stands_in_english(small: Path, locale: Path) -> None:
    made = catalog()
    made.add("Size as it was called before", "大小", context=LABEL)
    translate(made)
    assert shown(small, locale)[0] == english(small)


def test_without_a_catalogue_everything_is_english_and_says_so(small: Path, locale: Path) -> None:
    label, knowledge = shown(small, locale)
    assert label == english(small)
    assert knowledge.translation.drafts == 0
    assert knowledge.translation.texts > 10
    assert "English" in knowledge.translation.note
    assert catalogues(locale) == ()


def test_the_source_language_has_nothing_to_say() -> None:
    translation = knowledge_and_problems()[0].translation
    assert (translation.note, translation.legend, translation.counts) == ("", "", "")


def test_a_finding_is_found_by_its_english_name_too(small: Path, locale: Path) -> None:
    made = catalog()
    made.add(english(small), "大小", context=LABEL)
    translate(made)
    knowledge = shown(small, locale)[1]
    assert english(small) in knowledge.findings["size"].synonyms


def test_the_hash_and_the_compiled_form_name_the_catalogue(small: Path, locale: Path, tmp_path: Path) -> None:
    plain = load_knowledge(small, tmp_path / "cache")
    hashes = {plain.hash}
    for text in ("大小", "尺寸"):
        made = catalog()
        made.add(english(small), text, context=LABEL)
        translate(made)
        knowledge = load_knowledge(small, tmp_path / "cache", catalogue=Catalogue(locale, "zh_CN"))
        assert knowledge.findings["size"].label == text + DRAFT_MARK
        assert knowledge.hash.startswith(plain.hash)
        hashes.add(knowledge.hash)
    assert len(hashes) == 3
    assert load_knowledge(small, tmp_path / "cache").findings["size"].label == english(small)


def decisions(made: Assessment) -> object:
    """What an assessment decides, without a word of how it says so."""
    return (
        (made.urgency.level, made.urgency.set_by, made.urgency.could_be),
        (made.case_class.value, made.case_class.possible),
        [(one.id, one.subject, one.rank, one.confirmed) for one in made.causes],
        [(one.id, one.subject, one.status, one.urgency, one.gates_shut) for one in made.recommendations],
        [(one.id, one.subject, one.state, [item.fulfilled for item in one.items]) for one in made.gates],
        [(one.id, one.subject, one.complete) for one in made.classifications],
        [(one.recommendation, one.subject, one.due, one.earliest, one.latest) for one in made.follow_up],
        [(one.finding, one.subject, one.urgency) for one in made.questions],
        [one.id for one in made.conflicts],
    )


def test_nothing_is_decided_by_a_text() -> None:
    """Every text of the knowledge is another one: the same is decided of every tenth case."""
    plain = knowledge_and_problems()[0]
    strange, problems = compile_knowledge(with_texts(files_of(KNOWLEDGE), lambda _place, text: f"«{text}»"), {})
    assert problems == ()
    cases = list(zip(all_cases(), all_vignettes(), strict=True))[::20]
    assert len(cases) > 50
    for case, vignette in cases:
        first, other = (
            evaluate(case, knowledge, date.fromisoformat(vignette.as_of), trace=False) for knowledge in (plain, strange)
        )
        assert decisions(first) == decisions(other), vignette.id
        assert other.impression != first.impression
