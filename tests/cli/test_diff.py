"""`hepalith knowledge diff`: text and JSON, cases in files and folders, and what cannot be compared."""

import json
from pathlib import Path

import pytest

from hepalith.app.main import main
from hepalith.domain.case import Case
from hepalith.store.case_file import encode_case
from support.building import case, number, seen, yes
from support.small import REST, write_small

ILL: Case = case(seen("fever", yes()), seen("bilirubin", number("4.1", "mg/dL")))
YAML_CASES = """
- id: V1
  title: Fever and bilirubin over the threshold
  as_of: 2026-06-01
  patient: {fever: yes, bilirubin: 4.1 mg/dL}
  expect: {must: [ALARM]}
- id: V2
  title: Nothing of it
  as_of: 2026-06-01
  patient: {fever: no, pain: no, age: 30}
  expect: {must_not: [ALARM]}
- id: V3
  title: A finding that is gone
  as_of: 2026-06-01
  patient: {never_heard_of: yes}
  expect: {}
"""


@pytest.fixture
def versions(tmp_path: Path) -> list[str]:
    """The arguments for two versions of the tiny knowledge base."""
    old = write_small(tmp_path / "old")
    stricter = REST.replace("bilirubin > '4.0 mg/dL'", "bilirubin > '4.2 mg/dL'").replace("age >= 18", "age >= 16")
    new = write_small(tmp_path / "new", rest=stricter)
    return ["knowledge", "diff", str(old), str(new)]


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    """A case file in a folder of its own."""
    path = tmp_path / "cases" / "ill.hepalith.json"
    path.parent.mkdir()
    path.write_bytes(encode_case(ILL))
    return path


def test_the_changes_in_words_safety_first(versions: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(versions) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Knowledge 1 (")
    assert lines[1] == "0 entries added, 0 removed, 2 changed"
    assert lines[3:] == [
        "Safety: gates, what to avoid, what closes a case",
        "  gate drug: Before the drug",
        "    item adult: Adult, fulfilled when:",
        "      was: Age ≥ 18 years",
        "      now: Age ≥ 16 years",
        "      changed: Age ≥ 18 years -> Age ≥ 16 years (wider)",
        "",
        "Urgency and order of precedence",
        "  recommendation ALARM: Alarm",
        "    applies when:",
        "      was: all of these [Ill; Bilirubin > 4.0 mg/dL]",
        "      now: all of these [Ill; Bilirubin > 4.2 mg/dL]",
        "      changed: Bilirubin > 4.0 mg/dL -> Bilirubin > 4.2 mg/dL (narrower)",
    ]


def test_the_same_files_and_the_same_content(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, same = (str(write_small(tmp_path / name)) for name in ("old", "same"))
    assert main(["knowledge", "diff", old, same]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["The same files."]
    write_small(tmp_path / "same", rest=REST + "# a remark\n")
    assert main(["knowledge", "diff", old, same]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["Only the form of the files differs."]


def test_entries_that_came_and_went_and_sets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = write_small(tmp_path / "old")
    new = write_small(
        tmp_path / "new", rest=REST.replace("{id: ASK,", "{id: ASK2,").replace("[elective]", "[early, late]")
    )
    assert main(["knowledge", "diff", str(old), str(new)]) == 0
    out = capsys.readouterr().out
    assert "1 entries added, 1 removed, 1 changed" in out
    assert "    removed: " in out
    assert "    new: " in out
    assert "tags: left out: elective; added: early; added: late" in out


@pytest.mark.parametrize("given", ["file", "folder"])
def test_case_files_say_whose_advice_moves_and_why(
    given: str, versions: list[str], case_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = case_file if given == "file" else case_file.parent
    assert main([*versions, "--cases", str(place), "--as-of", "2026-06-01"]) == 0
    out = capsys.readouterr().out
    assert "Cases: 1 asked; advice moves in 1; in 0 more only what cannot be excluded" in out
    moves = out[out.index("  ill.hepalith.json") :]
    assert "ALARM" in moves
    assert "because of: recommendation ALARM (Alarm)" in moves
    assert "gate drug" not in moves


def test_yaml_cases_too_and_those_that_cannot_be_asked_are_named(
    versions: list[str], case_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "vignettes" / "pack"
    folder.mkdir(parents=True)
    (folder / "some.yaml").write_text(YAML_CASES)
    assert main([*versions, "--cases", str(folder.parent), str(case_file), "--as-of", "2026-06-01"]) == 0
    out = capsys.readouterr().out
    assert "Cases: 3 asked; advice moves in 2" in out
    assert "  cannot be asked: V3: never_heard_of is no finding" in out
    assert "  V1: Fever and bilirubin over the threshold" in out
    assert "  V2" not in out


def test_json(versions: list[str], case_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*versions, "--format", "json", "--cases", str(case_file), "--as-of", "2026-06-01"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["relevance"], one["id"]) for one in told["differences"]] == [("safety", "drug"), ("urgency", "ALARM")]
    assert told["differences"][1]["parts"] == [
        {"before": "Bilirubin > 4.0 mg/dL", "after": "Bilirubin > 4.2 mg/dL", "effect": "narrower"}
    ]
    (moved,) = told["cases"]["moved"]
    assert told["cases"]["asked"] == 1
    assert {"behind": [["recommendations", "ALARM"]]}.items() <= moved["moves"][0].items()
    assert told["old"]["hash"] != told["new"]["hash"]


def test_without_cases_nothing_is_said_of_cases(versions: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main(versions)
    assert "Cases" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: folder.mkdir(), "knowledge.yaml"),
        (lambda folder: write_small(folder, rest=REST.replace("4.0 mg/dL", "4.0 mmHg")), "no unit"),
    ],
)
def test_what_is_no_usable_knowledge_is_named(
    make, words: str, versions: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken"
    make(broken)
    assert main([*versions[:3], str(broken)]) == 3
    err = capsys.readouterr().err
    assert str(broken) in err
    assert words in err
    assert err.count("\n") == 1


def test_a_case_file_that_cannot_be_read_is_named(
    versions: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*versions, "--cases", str(tmp_path / "missing.hepalith.json")]) == 3
    assert "missing.hepalith.json" in capsys.readouterr().err
