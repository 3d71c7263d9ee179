"""The manual in a folder: made once, whole or not at all, and nothing else is written over."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from hepalith.domain.errors import WriteError
from hepalith.knowledge.base import Knowledge
from hepalith.manual import writer
from hepalith.manual.book import Book
from hepalith.manual.writer import MARK, ManualFolder
from manual.pages import AS_OF, templates
from support.small import REST, compile_small


@pytest.fixture
def knowledge(tmp_path: Path) -> Knowledge:
    """The tiny knowledge base."""
    return compile_small(tmp_path / "knowledge")[0]


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache folder that is not there yet."""
    return tmp_path / "cache"


@pytest.fixture
def manual(knowledge: Knowledge, cache: Path) -> ManualFolder:
    """The manual of the tiny knowledge base."""
    return ManualFolder(knowledge, templates(), cache)


def broken(_book: Book) -> Iterator[tuple[str, bytes]]:
    """A disk that is full after the first file."""
    yield "index.html", b"half"
    raise OSError(28, "No space left on device")


def test_the_page_of_an_entry_is_a_file_of_the_whole_manual(manual: ManualFolder) -> None:
    page = manual.page("recommendations", "ALARM", AS_OF)
    assert page.parts[-2:] == ("recommendations", "ALARM.html")
    assert "Alarm" in page.read_text(encoding="utf-8")
    for name in ("index.html", "style.css", "search.js", "search-index.js", "sources/SRC-1.html", MARK):
        assert (page.parents[1] / name).is_file()
    assert manual.page("tags", "alarm", AS_OF).is_file()


def test_what_has_no_page_leads_to_the_first_one(manual: ManualFolder) -> None:
    assert manual.page("", "", AS_OF).name == "index.html"
    assert manual.page("recommendations", "NEVER-HEARD", AS_OF).name == "index.html"


def test_it_is_made_once(manual: ManualFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    first = manual.page("gates", "drug", AS_OF)
    monkeypatch.setattr(Book, "files", lambda _book: pytest.fail("it is there already"))
    assert manual.page("gates", "drug", AS_OF) == first
    assert manual.page("sources", "SRC-1", date(2026, 7, 1)).parents[1] == first.parents[1]


def test_it_is_made_anew_for_other_knowledge_other_dates_and_another_program(
    manual: ManualFolder, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = manual.page("", "", AS_OF)
    overdue = manual.page("recommendations", "ALARM", date(2027, 2, 1))
    assert "review overdue" in overdue.read_text(encoding="utf-8")
    changed = compile_small(tmp_path / "changed", rest=REST.replace("Act on", "Look at"))[0]
    other = ManualFolder(changed, templates(), cache).page("recommendations", "ALARM", AS_OF)
    assert "Look at" in other.read_text(encoding="utf-8")
    monkeypatch.setattr(writer, "__version__", "99")
    newer = ManualFolder(changed, templates(), cache).page("recommendations", "ALARM", AS_OF)
    folders = [first.parent, overdue.parents[1], other.parents[1], newer.parents[1]]
    assert len(set(folders)) == 4
    assert [path for path in folders if path.exists()] == [newer.parents[1]], "old ones do not pile up"


def test_each_review_date_that_passes_counts(tmp_path: Path, cache: Path) -> None:
    earlier = REST.replace(
        "basis: read, sources: [{id: SRC-1", "review_by: 2026-03-01, basis: read, sources: [{id: SRC-1"
    )
    manual = ManualFolder(compile_small(tmp_path / "knowledge", rest=earlier)[0], templates(), cache)
    marks = []
    for as_of in (date(2026, 3, 1), AS_OF, date(2027, 2, 1)):
        pages = (manual.page("recommendations", name, as_of).read_text(encoding="utf-8") for name in ("ALARM", "DRUG"))
        marks.append(["review overdue" in page for page in pages])
    assert marks == [[False, False], [True, False], [True, True]]


def test_a_full_disk_leaves_nothing_half_made(
    manual: ManualFolder, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Book, "files", broken)
        with pytest.raises(WriteError, match="the disk is full"):
            manual.page("", "", AS_OF)
        assert list(cache.iterdir()) == []
    assert manual.page("", "", AS_OF).is_file()


def test_a_cache_that_cannot_be_made_is_said(knowledge: Knowledge, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WriteError, match="cannot be written"):
        ManualFolder(knowledge, templates(), tmp_path / "file" / "cache").page("", "", AS_OF)


def test_writing_into_a_new_or_empty_folder(manual: ManualFolder, tmp_path: Path) -> None:
    for folder in (tmp_path / "deep" / "new", tmp_path / "empty"):
        if folder.name == "empty":
            folder.mkdir()
        manual.write(folder, AS_OF)
        assert (folder / "index.html").is_file()
        assert [path.name for path in folder.parent.glob(".manual-*")] == []


def test_an_earlier_manual_is_replaced_as_a_whole(manual: ManualFolder, tmp_path: Path) -> None:
    folder = tmp_path / "manual"
    manual.write(folder, AS_OF)
    (folder / "recommendations" / "OLD.html").touch()
    manual.write(folder, AS_OF)
    assert not (folder / "recommendations" / "OLD.html").exists()
    assert (folder / "index.html").is_file()


def test_an_earlier_manual_stays_when_the_new_one_fails(
    manual: ManualFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "manual"
    manual.write(folder, AS_OF)
    before = (folder / "index.html").read_bytes()
    monkeypatch.setattr(Book, "files", broken)
    with pytest.raises(WriteError, match="the disk is full"):
        manual.write(folder, AS_OF)
    assert (folder / "index.html").read_bytes() == before


def test_nothing_else_is_written_over(manual: ManualFolder, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "index.html").write_text("mine")
    for place in (precious, precious / "index.html"):
        with pytest.raises(WriteError, match="holds something else"):
            manual.write(place, AS_OF)
    assert (precious / "index.html").read_text() == "mine"
