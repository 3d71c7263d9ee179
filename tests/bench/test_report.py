"""The comparer of benchmark reports, and the conditions that the benchmark hands to other engines."""

import json
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from bench import floor, report
from bench.rails import Plain, Rails
from hepalith.decision.evaluation import Evaluation
from hepalith.domain.case import PATIENT
from support.flat import Flattener, Inputs
from support.generate import TODAY, Generator, cases
from support.scalar import Scalars
from support.vignettes import knowledge_and_problems


def made(**ratios: float) -> dict[str, Any]:
    figures = dict.fromkeys(report.MEASURES, 2.0) | ratios
    return {"ratios": {"missing": {"Hepalith, trace on": figures, "ZEN": dict.fromkeys(report.MEASURES, 9.0)}}}


def test_nothing_slower_is_nothing_named() -> None:
    assert report.slower(made(), made()) == []
    assert report.slower(made(), made(median=2.5, p95=0.1)) == []


def test_more_than_a_quarter_slower_is_named() -> None:
    (line,) = report.slower(made(), made(median=2.51))
    assert line == "Hepalith, trace on, missing cases, median: 2.51 times the floor, was 2.0"


def test_what_is_no_longer_measured_is_named_and_peers_are_not() -> None:
    new: dict[str, Any] = {"ratios": {"missing": {"ZEN": dict.fromkeys(report.MEASURES, 99.0)}}}
    assert report.slower(made(), new) == ["Hepalith, trace on, missing cases: not measured any more"]


@pytest.mark.parametrize(("median", "code"), [(2.0, 0), (9.0, 1)])
def test_the_command_ends_with_what_it_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], median: float, code: int
) -> None:
    paths = [tmp_path / "old.json", tmp_path / "new.json"]
    for path, content in zip(paths, (made(), made(median=median)), strict=True):
        path.write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["report.py", "--compare", *map(str, paths)])
    assert report.main() == code
    assert ("9.0 times the floor" in capsys.readouterr().out) is bool(code)


def test_a_report_keeps_ratios_and_no_seconds() -> None:
    figures = {
        "load": 1.0,
        "first": 0.002,
        "median": 0.001,
        "p95": 0.004,
        "per_second": 900,
        "rules": 3,
        "left_out": {},
    }
    ours = {**figures, "median": 0.0005}
    engines = {"floor": figures, "Hepalith, trace on": ours, "ZEN": {**figures, "median": 0.05}}
    kept = report.report(
        {"machine": {}, "versions": {}, "cases": {}, "kinds": {"missing": engines, "complete": engines}}
    )
    assert kept["ratios"]["missing"]["ZEN"] == {"load": 1.0, "first": 1.0, "median": 50.0, "p95": 1.0}
    assert kept["times_faster"]["missing"] == {"ZEN": 100.0}
    assert "0.05" not in json.dumps(kept)


def test_guarded_conditions_hold_where_ours_do() -> None:
    """What other engines are given says the same, with values missing, and written plainly where none is."""
    knowledge, _ = knowledge_and_problems()
    scalars = Scalars(knowledge)
    rules = [f"recommendation {name}" for name in knowledge.recommendations]
    flattener = Flattener(knowledge, frozenset(field.key for field in scalars.inputs))
    dates = {field.key for field in scalars.inputs if field.kind == "date"}

    def native(inputs: Inputs) -> dict[str, Any]:
        return {
            key: date.fromisoformat(str(value))
            if key in dates
            else float(value)
            if isinstance(value, Decimal)
            else value
            for key, value in inputs.items()
        }

    generator = Generator(knowledge, 2)
    drawn = {Rails: list(islice(cases(knowledge, 2), 25)), Plain: [generator.full() for _ in range(5)]}
    for rails, some in drawn.items():
        holding = floor.compiled(rails(scalars.definitions.values()).definitions(rules), rules)
        for case in some:
            patient, lesions = flattener.inputs(case)
            given = set(holding(native(patient), [native(lesion) for lesion in lesions]))
            evaluation = Evaluation(case, knowledge, TODAY)
            subjects = {"lesion": [lesion.id for lesion in case.lesions], "patient": [PATIENT]}
            ours = {
                f"recommendation {name}"
                for name, one in knowledge.recommendations.items()
                if any(evaluation.fires(name, subject).is_true for subject in subjects[one.entry.subject])
            }
            assert not given - ours
            assert ours - given <= scalars.bounded
