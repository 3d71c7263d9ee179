"""Excuses for what mutation testing leaves standing are of lines that are there."""

import tomllib
from pathlib import Path


def test_each_excuse_is_of_a_line_of_its_file_and_has_a_reason(project_root: Path) -> None:
    excused = tomllib.loads((project_root / "tests" / "mutation" / "excused.toml").read_text(encoding="utf-8"))[
        "excused"
    ]
    stale = [one for one in excused if one["was"] not in (project_root / one["file"]).read_text(encoding="utf-8")]
    assert stale == []
    assert all(one["reason"] and one["now"] != one["was"] for one in excused)
