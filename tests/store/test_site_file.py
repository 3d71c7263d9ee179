"""A site file that a form writes: the person's comments stay, and it reads back as what was entered."""

from pathlib import Path

import pytest

from hepalith.knowledge.site import Contact, Interval, Product, Site, SiteError, SiteLetterhead, read_site
from hepalith.store.site_file import write_site

FULL = Site(
    institution="General Hospital",
    clinician='Dr "A"',
    letterhead=SiteLetterhead(lines=("Radiology", "Ä\\")),
    unavailable=("mri",),
    endemic={"ENDEMIC_CE": ("south_asia",)},
    contacts={"surgery": Contact(name="S", telephone="1", advice=("CE-R14",))},
    formulary={"albendazole": Product(name="X", available=False)},
    follow_up={"BF-R20": Interval(after=("4 months",), reason="capacity")},
)


def test_a_round_trip(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "site.toml"
    write_site(file, FULL)
    assert read_site(file) == FULL
    write_site(file, Site())
    assert read_site(file) == Site()


def test_nothing_makes_no_file(tmp_path: Path) -> None:
    write_site(tmp_path / "site.toml", Site())
    assert list(tmp_path.iterdir()) == []


def test_comments_stay_and_only_what_changed_is_touched(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text(
        '# asked for by IT, 2026\nunavailable = [ "mri" ]  # broken until June\n\n'
        '[contacts.a]\nname = "A"\nadvice = ["X"]\n',
        encoding="utf-8",
    )
    changed = Site(
        institution="H",
        unavailable=("mri",),
        contacts={"a": Contact(name="B", advice=("X",))},
        formulary=FULL.formulary,
    )
    write_site(file, changed)
    text = file.read_text(encoding="utf-8")
    assert "# asked for by IT, 2026" in text
    assert 'unavailable = [ "mri" ]  # broken until June' in text
    assert read_site(file) == changed


def test_a_file_that_cannot_be_read_or_written_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text("[", encoding="utf-8")
    with pytest.raises(SiteError, match="cannot be used"):
        write_site(file, FULL)
    assert file.read_text(encoding="utf-8") == "["
    (tmp_path / "file").write_text("")
    with pytest.raises(SiteError, match="cannot be written"):
        write_site(tmp_path / "file" / "site.toml", FULL)
