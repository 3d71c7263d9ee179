"""The site settings reach the notes: letterhead, logo and the name of the clinician. Window and command agree."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hepalith.app import wiring
from hepalith.app.folders import user_folders
from hepalith.app.main import main
from hepalith.domain.errors import KnowledgeError
from hepalith.knowledge.site import Contact, Site, SiteLetterhead
from hepalith.note.embedded import read_note

EXAMPLE = Path(__file__).parents[2] / "resources" / "examples" / "19-report-says-only-calcification.hepalith.json"
SITE = """
institution = "General Hospital"
clinician = "Dr A. Example"
[letterhead]
lines = ["Radiology", "Telephone 1"]
logo = "pictures/logo.svg"
"""
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "site.toml").write_text(SITE, encoding="utf-8")
    (tmp_path / "pictures" / "logo.svg").write_bytes(LOGO)
    out = str(tmp_path / "note.pdf")
    return ["note", str(EXAMPLE), "--out", out, "--final", "--site", str(tmp_path / "site.toml")]


def test_the_letterhead_and_the_clinician_of_the_site_are_on_the_note(arguments: list[str], tmp_path: Path) -> None:
    assert main([*arguments, "--out", str(tmp_path / "note.html")]) == 0
    options = read_note(tmp_path / "note.pdf").options
    assert options.author == "Dr A. Example"
    assert options.letterhead.name == "General Hospital"
    assert options.letterhead.lines == ("Radiology", "Telephone 1")
    assert options.letterhead.logo == LOGO
    page = (tmp_path / "note.html").read_text(encoding="utf-8")
    assert LOGO.decode() in page
    assert main(["note", "--verify", str(tmp_path / "note.pdf"), "--site", str(tmp_path / "site.toml")]) == 0


@pytest.mark.parametrize("content", [None, b"GIF89a", LOGO.replace(b"<rect", b"<script")])
def test_a_logo_that_cannot_be_used_is_named_and_nothing_is_written(
    content: bytes | None, arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logo = tmp_path / "pictures" / "logo.svg"
    logo.unlink()
    if content is not None:
        logo.write_bytes(content)
    assert main(arguments) == 4
    err = capsys.readouterr().err
    assert "logo" in err
    assert err.count("\n") == 1
    assert not (tmp_path / "note.pdf").exists()


def test_window_and_command_write_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring.SystemClock, "now", lambda _clock: datetime(2026, 6, 1, 14, 30, tzinfo=UTC))
    assert main(["note", str(EXAMPLE), "--out", str(tmp_path / "command.pdf"), "--as-of", "2026-06-01"]) == 0
    session = wiring.make_session(user_folders(), as_of=date(2026, 6, 1))
    session.show_case(wiring.Documents().load(EXAMPLE))
    session.export_note(tmp_path / "window.pdf")
    assert (tmp_path / "command.pdf").read_bytes() == (tmp_path / "window.pdf").read_bytes()


def test_a_profile_holds_all_files_of_a_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEPALITH_PROFILE", str(tmp_path / "stick"))
    out = tmp_path / "note.html"
    assert main(["note", str(EXAMPLE), "--out", str(out)]) == 0
    assert [path.name for path in (tmp_path / "stick").iterdir()] == ["cache"]
    (tmp_path / "named" / "settings").mkdir(parents=True)
    (tmp_path / "named" / "settings" / "site.toml").write_text('institution = "Named Hospital"', encoding="utf-8")
    assert main(["note", str(EXAMPLE), "--out", str(out), "--profile", str(tmp_path / "named")]) == 0
    assert "Named Hospital" in out.read_text(encoding="utf-8")


def test_a_saved_site_refines_the_next_knowledge(tmp_path: Path) -> None:
    folders = user_folders(tmp_path)
    site = wiring.SiteFile(folders, None)
    assert site.read() == Site()
    wanted = Site(clinician="Dr A", contacts={"surgery": Contact(name="Surgery", advice=("CE-R14",))})
    assert site.problems(wanted) == ()
    site.save(wanted)
    knowledge, _notes, author = wiring.site_parts(folders)
    assert author == "Dr A"
    assert knowledge.recommendations["CE-R14"].entry.action.endswith("Here: Surgery.")
    assert not site.shipped().recommendations[0].action.endswith("Here: Surgery.")


def test_a_logo_that_cannot_be_used_is_a_problem_of_its_field(tmp_path: Path) -> None:
    site = wiring.SiteFile(user_folders(tmp_path), None)
    (problem,) = site.problems(Site(letterhead=SiteLetterhead(logo="none.svg")))
    assert problem.place == ("letterhead", "logo")
    site.path.parent.mkdir()
    site.path.write_text("colour = 3", encoding="utf-8")
    with pytest.raises(KnowledgeError, match="colour"):
        site.read()
