"""What is said of the survivors of mutation testing is of lines that are there."""

import tomllib
from pathlib import Path

import pytest


@pytest.mark.parametrize("kind", ["excused", "survivors"])
def test_each_survivor_that_is_listed_is_of_a_line_of_its_file_and_has_a_reason(project_root: Path, kind: str) -> None:
    listed = tomllib.loads((project_root / "tests" / "mutation" / f"{kind}.toml").read_text(encoding="utf-8")).get(
        kind, []
    )
    lines = {
        file: {line.strip() for line in (project_root / file).read_text(encoding="utf-8").splitlines()}
        for file in {one["file"] for one in listed}
    }
    assert [one for one in listed if one["was"] not in lines[one["file"]]] == []
    assert all(one["reason"] and one["now"] != one["was"] for one in listed)
    assert len({(one["file"], one["was"], one["now"]) for one in listed}) == len(listed)
