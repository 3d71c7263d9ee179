"""`hepalith knowledge coverage`: every gap with its place, counts, exit codes."""

from pathlib import Path

import pytest

from hepalith.app.main import main
from support.small import write_small

CASE = """
- id: A
  title: Ill
  as_of: 2026-06-01
  patient: {fever: yes, bilirubin: "4.1 mg/dL"}
  expect: {must: [ALARM]}
"""


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    """A tiny knowledge base and one case, as arguments."""
    (tmp_path / "cases" / "small").mkdir(parents=True)
    (tmp_path / "cases" / "small" / "a.yaml").write_text(CASE)
    knowledge = write_small(tmp_path / "knowledge")
    return ["knowledge", "coverage", "--folder", str(knowledge), "--cases", str(tmp_path / "cases")]


def test_gaps_are_listed_with_their_place(folders: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*folders, "--mutate", "all"]) == 1
    out = capsys.readouterr().out
    assert "rest/small.yaml:" in out
    assert "recommendation ALARM: does not fire: no case\n" in out
    assert "recommendation ALARM: fires" not in out
    assert " 0 not noticed" in out


def test_a_case_that_fails_is_named(folders: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(folders[-1]) / "small" / "a.yaml"
    path.write_text(CASE.replace("must:", "must_not:"))
    assert main(folders) == 1
    assert capsys.readouterr().out.startswith("cases that fail, and cover nothing: A\n")


def test_only_a_pack(folders: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*folders, "--pack", "other"]) == 0
    assert capsys.readouterr().out.endswith("0 sides, 0 without a case; 0 changed, 0 not noticed\n")


@pytest.mark.parametrize(
    "text", ["- id: A\n  nose: 1\n", "- [", "- {id: A, title: A, as_of: 2026-06-01, profiles: [x]}"]
)
def test_cases_that_cannot_be_read_are_one_clear_line(
    folders: list[str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (Path(folders[-1]) / "small" / "a.yaml").write_text(text)
    assert main(folders) == 3
    assert "a.yaml" in capsys.readouterr().err


def test_a_folder_without_cases(folders: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*folders[:-1], str(tmp_path / "cases" / "small")]) == 3
    assert "no cases" in capsys.readouterr().err


def test_a_wrong_number_of_changes(folders: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*folders, "--mutate", "some"])
    assert ended.value.code == 2
    assert "some" in capsys.readouterr().err
