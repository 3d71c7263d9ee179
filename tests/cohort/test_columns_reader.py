"""The columns reader says the same as the interpreter, and where it is made wrong, it is noticed."""

from collections.abc import Callable, Sequence
from datetime import date
from os import environ
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

pytest.importorskip("polars", reason="Polars, the extra cohort, is not installed")

import polars as pl

from hepalith.cohort import bounds, program, reader, verdicts
from hepalith.cohort.program import Writer, program_of
from hepalith.cohort.reader import ColumnsReader
from hepalith.cohort.verdicts import URGENCY
from hepalith.decision.evaluation import Evaluation
from hepalith.domain.case import Case
from support import agreement
from support.building import case, items, seen
from support.families import Family, Generator
from support.generated import KNOWLEDGE, TODAY, cases
from support.questions import questions
from support.readers import Columns, interpreted_alone, lesions_of
from support.readers import differences as differing
from support.vignettes import all_vignettes, case_of

PARTS = 8
ORDINARY = range(PARTS if environ.get("HEPALITH_WHOLE") else 1)  # the whole takes two minutes
Dated = tuple[Case, date]


@pytest.fixture(scope="module")
def columns() -> Columns:
    return Columns(KNOWLEDGE)


def interpreted(dated: Sequence[Dated]) -> list[Any]:
    return [interpreted_alone(Evaluation(one, KNOWLEDGE, as_of)) for one, as_of in dated]


def differences(columns: Columns, dated: Sequence[Dated], wanted: Sequence[Any] = ()) -> list[tuple[int, str]]:
    """The number of the case, and in words."""
    told = columns.answers([Family("", [one], as_of) for one, as_of in dated])
    asked = [questions(KNOWLEDGE, lesions_of(one)) for one, _as_of in dated]
    compared = zip(asked, wanted or interpreted(dated), told, strict=True)
    return [(at, said) for at, one in enumerate(compared) for _first, said in differing(*one)]


@pytest.mark.slow
@pytest.mark.parametrize("part", ORDINARY)
def test_every_case_is_read_as_the_interpreter_reads_it(columns: Columns, part: int) -> None:
    vignettes = all_vignettes()[part::PARTS]
    dated = [(case_of(one, KNOWLEDGE), date.fromisoformat(one.as_of)) for one in vignettes]
    assert [(vignettes[at].id, said) for at, said in differences(columns, dated)] == []


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(cases(), cases(), cases(), cases())
def test_cases_made_of_anything_are_read_as_the_interpreter_reads_them(a: Case, b: Case, c: Case, d: Case) -> None:
    assert differences(Columns(KNOWLEDGE), [(one, TODAY) for one in (a, b, c, d)]) == []


def test_generated_cases_are_read_as_the_interpreter_reads_them(columns: Columns) -> None:
    generator = Generator(KNOWLEDGE, seed=8)
    assert differences(columns, [generator.case(number) for number in range(150)]) == []


def test_an_item_that_the_dictionary_does_not_know_is_no_known_item(columns: Columns) -> None:
    multi = next(one for one in KNOWLEDGE.findings.values() if one.type == "multi" and one.subject == "patient")
    told = items(present=("from-a-newer-dictionary",), absent=tuple(option.id for option in multi.choices))
    assert differences(columns, [(case(seen(multi.id, told)), TODAY)]) == []


def test_no_case_and_no_lesion_are_tables_too(columns: Columns) -> None:
    assert differences(columns, [(case(), TODAY)]) == []
    assert ColumnsReader(KNOWLEDGE).read(ColumnsReader(KNOWLEDGE).table(())).cases.height == 0


def test_only_what_is_wanted_is_computed() -> None:
    columns_reader = ColumnsReader(KNOWLEDGE)
    read = columns_reader.read(columns_reader.table([(case(lesions=2), TODAY)]), {URGENCY})
    assert read.cases.columns == ["case number", URGENCY]
    assert read.lesions.columns == ["case number", "lesion id"]


def test_the_long_run_goes_on_where_it_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agreement, "SIZE", 3)
    state = tmp_path / "state.json"
    assert agreement.main(["--cases", "3", "--state", str(state)]) == 0
    assert agreement.main(["--cases", "5", "--state", str(state)]) == 0
    assert "6 cases, 0 differ" in capsys.readouterr().out  # whole families
    with pytest.raises(SystemExit, match="--seed 1"):
        agreement.main(["--cases", "9", "--seed", "2", "--state", str(state)])


# where it is made wrong


def _unknown_is_no(part: pl.Expr) -> pl.Expr:
    return ~part.fill_null(value=False)


def _first_row_only(self: Writer, derived: Any, column: str, fresh: bool) -> Any:
    row = derived.rows[0]
    return [(self._truth(row.when, fresh).fill_null(value=True), row.then), (pl.lit(value=True), derived.otherwise)]


_COUNTED = reader._counted


def _first_lesion_only(cases: pl.DataFrame, lesions: pl.DataFrame, definitions: Any) -> pl.DataFrame:
    return _COUNTED(cases, lesions.unique("case number", keep="first", maintain_order=True), definitions)


FAULTS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "unknown is taken for no": (program, "is_false", _unknown_is_no),
    "nothing stands in for what is not recorded": (Writer, "_ruled_out", lambda self, reference: None),
    "gates trust old laboratory values": (Writer, "_is_fresh", lambda self, finding, fresh: False),
    "the least is the most": (bounds, "minimum", bounds.maximum),
    "only the first lesion counts": (reader, "_counted", _first_lesion_only),
    "every lesion is listed": (Writer, "_unlisted", lambda self: pl.lit(value=False)),
    "nothing gives way": (verdicts, "any_of", lambda parts: pl.lit(value=False)),
    "arguments count alike": (verdicts, "POINTS", dict.fromkeys(verdicts.POINTS, 1)),
    "confirmed causes do not lead": (verdicts, "_CONFIRMED", 0),
}


@pytest.fixture(scope="module")
def judged() -> tuple[list[Dated], list[Any]]:
    """Cases of every pack and generated ones, and what the interpreter says of them."""
    dated = [(case_of(one, KNOWLEDGE), date.fromisoformat(one.as_of)) for one in all_vignettes()[::10]]
    generator = Generator(KNOWLEDGE, seed=5)
    dated += [generator.case(number) for number in range(60)]
    return dated, interpreted(dated)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_noticed(fault: str, judged: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, name, wrong = FAULTS[fault]
    monkeypatch.setattr(owner, name, wrong)
    if name == "minimum":
        monkeypatch.setitem(bounds.FUNCTIONS, "min", wrong)
    program_of.cache_clear()
    try:
        assert differences(Columns(KNOWLEDGE), *judged)
    finally:
        program_of.cache_clear()
