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
from hepalith.knowledge.compiled import load_knowledge
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
    assert "未翻译" in text  # says that clinical statements stand in English
    assert "Serology for cystic echinococcosis" in text


def test_counted_things_have_their_form() -> None:
    assert i18n.plural("{count} point", "{count} points", 1) == "1 point"
    i18n.set_language("zh_CN")
    assert i18n.plural("{count} point", "{count} points", 1) == "1 分"
    assert i18n.plural("{count} point", "{count} points", 5) == "5 分"


def test_a_note_is_verified_in_the_language_it_was_written_in(tmp_path: Path) -> None:
    knowledge = load_knowledge(wiring.knowledge_folder(), tmp_path)
    writer = TypstNoteWriter(knowledge, resource_root(), __version__)
    case, path = CaseFiles().load(CASE), tmp_path / "note.pdf"
    with i18n.speaking("zh_CN"):
        options = NoteOptions(language=i18n.language())
        writer.write(case, evaluate(case, knowledge, AT.date()), path, AT, options)
        content = writer.content(case, evaluate(case, knowledge, AT.date()), AT, options)
        assert content.header.title == "处理记录：肝脏钙化"
    assert i18n.language() == "en"
    sound, sentence = writer.verified(path)
    assert sound
    assert "made again" in sentence
