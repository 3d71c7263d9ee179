"""`hepalith cohort`: the table says what the assessments say; a bad case is named and the others go on."""

import builtins
import csv
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hepalith.app.main import main
from hepalith.decision.assess import evaluate
from hepalith.domain.assessment import Assessment, Status
from hepalith.domain.case import PATIENT
from hepalith.store.case_file import encode_case
from support.building import case, seen, yes
from support.vignettes import CASES, all_vignettes, case_of, knowledge_and_problems

EXAMPLES = Path(__file__).parents[2] / "resources" / "examples"
DAY = ["--as-of", "2026-06-01"]


@pytest.fixture
def polars() -> Any:
    return pytest.importorskip("polars", reason="Polars, the extra cohort, is not installed")


def rows(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["case"]: row for row in csv.DictReader(file)}


def ids(text: str) -> set[str]:
    return set(text.split("; ")) - {""}


def name(item: Any) -> str:
    return item.id if item.subject == PATIENT else f"{item.id} {item.subject}"


def test_the_table_says_what_the_assessments_say(polars: Any, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    assert main(["cohort", str(CASES), "--out", str(table)]) == 0
    found = rows(table)
    assert len(found) == len(all_vignettes())
    knowledge, _problems = knowledge_and_problems()
    for vignette in all_vignettes()[::60]:
        as_of = date.fromisoformat(vignette.as_of)
        assessment = evaluate(case_of(vignette, knowledge), knowledge, as_of, trace=False)
        check(found[vignette.id], assessment)


def check(row: dict[str, str], assessment: Assessment) -> None:
    holding = [one for one in assessment.recommendations if one.status is Status.HOLDS]
    assert row["as_of"] == assessment.as_of
    assert row["urgency"] == assessment.urgency.level
    assert ids(row["recommended"]) == {name(one) for one in holding if one.kind != "avoid"}
    assert ids(row["avoid"]) == {name(one) for one in holding if one.kind == "avoid"}
    assert ids(row["gives_way"]) == {name(one) for one in assessment.recommendations if one.status is Status.SUPPRESSED}
    assert ids(row["leading_causes"]) == {name(one) for one in assessment.causes if one.rank == 1}


def test_a_bad_case_is_named_and_the_others_go_on(
    polars: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = msgspec.json.encode(msgspec.json.decode(encode_case(case(seen("fever", yes()), lesions=1))))
    lines = tmp_path / "cases.jsonl"
    lines.write_bytes(b"\n".join([good, b"{", b"", good]))
    table = tmp_path / "table.csv"
    assert main(["cohort", str(lines), str(tmp_path / "gone"), str(EXAMPLES), "--out", str(table), *DAY]) == 1
    out = capsys.readouterr().out
    assert '"cases.jsonl:2" is damaged' in out
    assert '"gone" cannot be read' in out
    files = sorted(EXAMPLES.rglob("*.hepalith.json"))
    assert f"{len(files) + 2} cases, 2 left out" in out
    assert list(rows(table))[:2] == ["cases.jsonl:1", "cases.jsonl:4"]
    assert len(rows(table)) == len(files) + 2


def test_parquet_has_lists(polars: Any, tmp_path: Path) -> None:
    table = tmp_path / "table.parquet"
    assert main(["cohort", str(EXAMPLES), "--out", str(table), *DAY]) == 0
    read = polars.read_parquet(table)
    assert read.schema["recommended"] == polars.List(polars.String)
    assert read["recommended"].list.len().sum() > 0


def test_a_table_that_cannot_be_written_is_said(
    polars: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cohort", str(EXAMPLES), "--out", str(tmp_path / "no" / "table.csv")]) == 4
    assert '"table.csv" cannot be written: there is no such file or folder' in capsys.readouterr().err


def test_a_table_has_an_ending_that_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["cohort", str(EXAMPLES), "--out", "table.xlsx"])
    assert "ends neither with .csv nor with .parquet" in capsys.readouterr().err


def test_no_case_no_table(polars: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "table.csv"
    assert main(["cohort", str(tmp_path / "gone"), "--out", str(table)]) == 3
    assert "None of the cases could be read" in capsys.readouterr().err
    assert not table.exists()


def test_without_polars_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any, **names: Any) -> Any:
        if name == "hepalith.cohort.audit":
            raise ImportError("No module named 'polars'")
        return real(name, *arguments, **names)

    monkeypatch.setattr(builtins, "__import__", without)
    assert main(["cohort", str(EXAMPLES), "--out", str(tmp_path / "table.csv")]) == 2
    assert 'pip install "hepalith[cohort]"' in capsys.readouterr().err
