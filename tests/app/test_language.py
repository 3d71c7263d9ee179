"""The language of the program without a window: where it comes from, and that documents stay what they are."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hepalith import __version__, i18n
from hepalith.app import wiring
from hepalith.app.folders import LANGUAGE_FILE, language, user_folders
from hepalith.app.main import main
from hepalith.decision.assess import evaluate
from hepalith.decision.changes import changes_between
from hepalith.knowledge.site import Site
from hepalith.knowledge.translation import DRAFT_MARK
from hepalith.note.options import NoteOptions
from hepalith.note.writer import TypstNoteWriter
from hepalith.resources import resource_root
from hepalith.store.case_file import CaseFiles

CASE = wiring.examples_folder() / "06-active-hydatid-cyst.hepalith.json"
AT = datetime(2026, 5, 31, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.set_language(None)
    yield
    i18n.set_language(None)


def test_the_environment_goes_before_the_choice_and_the_choice_before_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = user_folders(tmp_path)
    assert language(folders) == "en"
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert language(folders) == "zh_CN"
    folders.settings.mkdir()
    (folders.settings / LANGUAGE_FILE).write_text("en", encoding="utf-8")
    assert language(folders) == "en"
    monkeypatch.setenv(i18n.VARIABLE, "zh_CN")
    assert language(folders) == "zh_CN"


@pytest.mark.parametrize(
    ("wishes", "spoken"),
    [("zh_CN.UTF-8", "zh_CN"), ("de:zh_SG:en", "zh_CN"), ("de_AT@euro", "en"), ("C", "en"), ("C:zh_CN", "en")],
)
def test_the_first_wish_that_is_spoken_counts(wishes: str, spoken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", wishes)
    assert i18n.first_spoken(i18n.system_languages()) == spoken


def test_the_command_line_speaks_the_chosen_language_without_qt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = user_folders(tmp_path).settings
    settings.mkdir()
    (settings / LANGUAGE_FILE).write_text("zh_CN", encoding="utf-8")
    assert main(["assess", "--profile", str(tmp_path), str(CASE)]) == 0
    text = capsys.readouterr().out
    assert "紧急程度：尽快" in text
    assert f"囊型包虫病血清学{DRAFT_MARK}" in text
    assert f"带 {DRAFT_MARK} 的临床用语是译文草稿" in text
    assert "A negative test never excludes the disease" in text
    assert "英文的临床表述尚未翻译" in text


def test_counted_things_have_their_form() -> None:
    assert i18n.plural("{count} point", "{count} points", 1) == "1 point"
    i18n.set_language("zh_CN")
    assert i18n.plural("{count} point", "{count} points", 1) == "1 分"
    assert i18n.plural("{count} point", "{count} points", 5) == "5 分"


def test_a_note_is_verified_in_the_language_it_was_written_in(tmp_path: Path) -> None:
    folders = user_folders(tmp_path)
    english, chinese = (wiring.knowledge_in(code, folders, Site()) for code in ("en", "zh_CN"))
    case, path = CaseFiles().load(CASE), tmp_path / "note.pdf"
    with i18n.speaking("zh_CN"):
        writer = TypstNoteWriter(chinese, resource_root(), __version__)
        options = NoteOptions(language=i18n.language())
        assessment = evaluate(case, chinese, AT.date())
        writer.write(case, assessment, path, AT, options)
        content = writer.content(case, assessment, AT, options)
        assert content.header.title == "处理记录：肝脏钙化"
        assert DRAFT_MARK in writer.document(content, AT).footer
        assert writer.pdf(case, assessment, AT, options) == path.read_bytes()
    assert i18n.language() == "en"
    with_both = TypstNoteWriter(
        english, resource_root(), __version__, in_language=lambda code: {"zh_CN": chinese}[code]
    )
    sound, sentence = with_both.verified(path)
    assert sound
    assert "made again" in sentence
    sound, sentence = TypstNoteWriter(english, resource_root(), __version__).verified(path)
    assert sound
    assert "another knowledge" in sentence  # the catalogue is part of what a note is made from


def test_another_language_is_no_change_of_advice(tmp_path: Path) -> None:
    folders = user_folders(tmp_path)
    case = CaseFiles().load(CASE)
    before, after = (
        evaluate(case, wiring.knowledge_in(code, folders, Site()), AT.date(), trace=False) for code in ("en", "zh_CN")
    )
    assert after.language == "zh_CN"
    assert changes_between(before, after) == ()


def test_the_patient_page_says_that_its_words_are_drafts(tmp_path: Path) -> None:
    folders = user_folders(tmp_path)
    case = CaseFiles().load(CASE)
    with i18n.speaking("zh_CN"):
        knowledge = wiring.knowledge_in("zh_CN", folders, Site())
        writer = TypstNoteWriter(knowledge, resource_root(), __version__)
        options = NoteOptions(language="zh_CN")
        writer.write_patient_page(case, evaluate(case, knowledge, AT.date()), tmp_path / "page.txt", AT, options)
    text = (tmp_path / "page.txt").read_text(encoding="utf-8")
    assert f"皮肤或眼睛发黄{DRAFT_MARK}" in text
    assert f"带 {DRAFT_MARK} 的临床用语是译文草稿" in text
