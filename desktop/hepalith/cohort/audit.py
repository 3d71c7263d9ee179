"""The audit of many cases: a table with a row for each case. Of the identity of a patient it holds nothing.

It says what holds. What cannot be excluded yet, what to ask next, reasons and the clinician's own decisions are
matters of an assessment of the single case.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

import polars as pl

from hepalith.cohort.program import CASE, LISTED
from hepalith.cohort.reader import LESION, ColumnsReader, Table
from hepalith.cohort.verdicts import URGENCY, leads_of, rank_of, verdict_of
from hepalith.domain.assessment import Urgency
from hepalith.domain.case import Case
from hepalith.knowledge.base import Knowledge

AT_ONCE = 20_000  # cases; a table of them takes less than 1 GB
_AVOID = "avoid"
_LEVELS = {level.rank: str(level) for level in Urgency}


class Named(NamedTuple):
    """A case, what it is called in the table, and the date for which it is assessed."""

    name: str
    case: Case
    as_of: date


class Auditor:
    """Makes the table with one knowledge base."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._reader = ColumnsReader(knowledge)
        entries = [one.entry for one in knowledge.recommendations.values()]
        self._lists = {
            "urgency_set_by": [(entry.id, rank_of(entry.id)) for entry in entries],
            "recommended": [(entry.id, verdict_of(entry.id).holds) for entry in entries if entry.kind != _AVOID],
            "avoid": [(entry.id, verdict_of(entry.id).holds) for entry in entries if entry.kind == _AVOID],
            "gives_way": [(entry.id, verdict_of(entry.id).suppressed) for entry in entries],
            "leading_causes": [(name, leads_of(name)) for name in knowledge.conditions],
        }
        self._wanted = {URGENCY, LISTED, *(column for pairs in self._lists.values() for _id, column in pairs)}

    def table(self, cases: Sequence[Named]) -> pl.DataFrame:
        """A row for each case, in their order.

        case, as_of, lesions: what was asked. urgency: the level. urgency_set_by, recommended, avoid, gives_way
        (advice that applies but gives way to other advice), leading_causes: ids; "CE-R05 L1" is about lesion L1.
        """
        parts = [self._part(cases[at : at + AT_ONCE]) for at in range(0, len(cases), AT_ONCE)]
        return pl.concat(parts or [self._part(())])

    def _part(self, cases: Sequence[Named]) -> pl.DataFrame:
        read = self._reader.read(self._reader.table((one.case, one.as_of) for one in cases), self._wanted)
        columns = {
            "case": pl.Series([one.name for one in cases], dtype=pl.String),
            "as_of": pl.Series([one.as_of for one in cases], dtype=pl.Date),
            "lesions": read.cases[LISTED],
            "urgency": pl.Series([_LEVELS[rank] for rank in read.cases[URGENCY]], dtype=pl.String),
        }
        for name, pairs in self._lists.items():
            whether: Callable[[pl.Expr], pl.Expr] = _sets_it if name == "urgency_set_by" else _as_it_is
            columns[name] = _ids(read, pairs, whether)
        return pl.DataFrame(columns)


def encoded(table: pl.DataFrame, ending: str) -> bytes:
    """The content of a file: ".parquet" with lists, or ".csv" with "; " between the members of a list."""
    buffer = io.BytesIO()
    if ending == ".parquet":
        table.write_parquet(buffer)
    else:
        table.with_columns(pl.col(pl.List(pl.String)).list.join("; ")).write_csv(buffer)
    return buffer.getvalue()


def _as_it_is(column: pl.Expr) -> pl.Expr:
    return column


def _sets_it(rank: pl.Expr) -> pl.Expr:
    return (rank > 0) & (rank == pl.col(URGENCY))


def _ids(read: Table, pairs: Iterable[tuple[str, str]], whether: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """The ids whose column says so, as a list for each case: those of the patient, then those of each lesion."""
    pairs = list(pairs)
    of_lesions = read.lesions.join(read.cases.select(CASE, URGENCY), on=CASE, how="left", maintain_order="left")
    found = pl.concat(
        list(_rows(read.cases, pairs, whether, pl.lit("")))
        + list(_rows(of_lesions, pairs, whether, " " + pl.col(LESION)))
    )
    lists = found.group_by(CASE, maintain_order=True).agg("id")
    joined = read.cases.select(CASE).join(lists, on=CASE, how="left", maintain_order="left")
    return joined["id"].fill_null(pl.lit([], dtype=pl.List(pl.String)))


def _rows(
    frame: pl.DataFrame, pairs: Iterable[tuple[str, str]], whether: Callable[[pl.Expr], pl.Expr], suffix: pl.Expr
) -> Iterator[pl.DataFrame]:
    there = set(frame.columns)
    yield pl.DataFrame(schema={CASE: pl.UInt32, "id": pl.String})
    for name, column in pairs:
        if column in there:
            yield frame.filter(whether(pl.col(column))).select(CASE, id=pl.lit(name) + suffix)
