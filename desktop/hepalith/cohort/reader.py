"""The columns reader: the third evaluator, for many cases at once. Answers are frames, one row a case or a lesion."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from hepalith.cohort.leaves import Leaf
from hepalith.cohort.program import CASE, LISTED, Definition, Program, program_of
from hepalith.decision.observed import ObservedCase
from hepalith.domain.case import PATIENT, Case
from hepalith.knowledge.base import Knowledge

LESION = "lesion id"  # in the frame of lesions: the id of the lesion


class Table(NamedTuple):
    """Cases as columns: a row for each case, and a row for each lesion, in the order of the cases."""

    cases: pl.DataFrame
    lesions: pl.DataFrame


class ColumnsReader:
    """Reads tables of cases with one knowledge base."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.program: Program = program_of(knowledge)
        self._by_finding: dict[str, list[int]] = defaultdict(list)
        for number, leaf in enumerate(self.program.leaves):
            for finding in leaf.findings:
                self._by_finding[finding].append(number)

    def table(self, cases: Iterable[tuple[Case, date]]) -> Table:
        """Cases, each with the date for which it is assessed, laid into columns."""
        laid = _Laid(self.program.leaves, self._by_finding, self.knowledge)
        for case, as_of in cases:
            laid.add(case, as_of)
        return laid.table()

    def read(self, table: Table, wanted: Collection[str] | None = None) -> Table:
        """What holds in each case and for each lesion. wanted: the columns to give; None for all of them."""
        needed = self._behind(self.program.definitions if wanted is None else wanted)
        cases, lesions = table
        for wave in _waves(needed):
            cases = _computed(
                cases, {name: one for name, one in wave.items() if not one.of_lesion and not one.over_lesions}
            )
            cases = _counted(cases, lesions, {name: one for name, one in wave.items() if one.over_lesions})
            of_lesion = {name: one for name, one in wave.items() if one.of_lesion}
            lesions = _computed(_spread(lesions, cases, of_lesion), of_lesion)
        if wanted is None:
            return Table(cases, lesions)
        return Table(_chosen(cases, (CASE,), wanted), _chosen(lesions, (CASE, LESION), wanted))

    def _behind(self, names: Iterable[str]) -> dict[str, Definition]:
        """The definitions of columns, and of all that they rest on."""
        found: dict[str, Definition] = {}
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found and name in self.program.definitions:
                found[name] = self.program.definitions[name]
                waiting.extend(found[name].needs)
        return found


class _Laid:
    """Rows that are being laid into columns."""

    def __init__(self, leaves: Sequence[Leaf], by_finding: Mapping[str, Sequence[int]], knowledge: Knowledge) -> None:
        self._leaves = leaves
        self._by_finding = by_finding
        self._knowledge = knowledge
        self._listed: list[int] = []
        self._lesions: list[tuple[int, str]] = []
        self._values: list[list[tuple[int, Sequence[Any]]]] = [[] for _leaf in leaves]  # of each: row, what is recorded

    def add(self, case: Case, as_of: date) -> None:
        observed = ObservedCase(case, self._knowledge.findings, as_of)
        rows = {lesion.id: len(self._lesions) + at for at, lesion in enumerate(case.lesions)}
        self._lesions += [(len(self._listed), lesion) for lesion in rows]
        recorded = dict.fromkeys(observation.finding for observation in case.observations)
        for number in dict.fromkeys(number for finding in recorded for number in self._by_finding.get(finding, ())):
            leaf = self._leaves[number]
            for subject, row in rows.items() if leaf.of_lesion else ((PATIENT, len(self._listed)),):
                values = leaf.read(observed, subject)
                if values is not None:
                    self._values[number].append((row, values))
        self._listed.append(len(rows))

    def table(self) -> Table:
        cases = {
            CASE: pl.Series(CASE, range(len(self._listed)), dtype=pl.UInt32),
            LISTED: pl.Series(LISTED, self._listed, dtype=pl.Int64),
        }
        lesions = {
            CASE: pl.Series(CASE, [case for case, _lesion in self._lesions], dtype=pl.UInt32),
            LESION: pl.Series(LESION, [lesion for _case, lesion in self._lesions], dtype=pl.String),
        }
        for leaf, recorded in zip(self._leaves, self._values, strict=True):
            columns = lesions if leaf.of_lesion else cases
            columns.update((one.name, one) for one in _series(leaf, recorded, len(columns[CASE])))
        return Table(pl.DataFrame(cases), pl.DataFrame(lesions))


def _series(leaf: Leaf, recorded: Sequence[tuple[int, Sequence[Any]]], rows: int) -> Iterator[pl.Series]:
    for at, (name, dtype) in enumerate(leaf.columns):
        values: list[Any] = [None] * rows
        for row, found in recorded:
            values[row] = found[at]
        yield pl.Series(name, values, dtype=dtype)


def _waves(definitions: Mapping[str, Definition]) -> Iterator[dict[str, Definition]]:
    """The definitions in an order in which each finds what it needs."""
    waves: dict[int, dict[str, Definition]] = defaultdict(dict)
    for name, one in definitions.items():
        waves[one.wave][name] = one
    return (waves[number] for number in sorted(waves))


def _computed(frame: pl.DataFrame, definitions: Mapping[str, Definition]) -> pl.DataFrame:
    return frame.with_columns(one.expression.alias(name) for name, one in definitions.items()) if definitions else frame


def _counted(cases: pl.DataFrame, lesions: pl.DataFrame, definitions: Mapping[str, Definition]) -> pl.DataFrame:
    """The cases with aggregates over their lesions."""
    if not definitions:
        return cases
    found = lesions.group_by(CASE).agg(one.expression.alias(name) for name, one in definitions.items())
    return cases.hstack(cases.select(CASE).join(found, on=CASE, how="left", maintain_order="left").drop(CASE))


def _spread(lesions: pl.DataFrame, cases: pl.DataFrame, definitions: Mapping[str, Definition]) -> pl.DataFrame:
    """The lesions with what their definitions need of the case."""
    needs = dict.fromkeys(need for one in definitions.values() for need in sorted(one.needs))
    there = set(lesions.columns)
    missing = [need for need in needs if need not in there]
    return lesions.hstack(cases.select(pl.col(missing).gather(lesions[CASE]))) if missing else lesions


def _chosen(frame: pl.DataFrame, always: Sequence[str], wanted: Collection[str]) -> pl.DataFrame:
    chosen: Callable[[str], bool] = set(wanted).__contains__
    return frame.select(*always, *(name for name in frame.columns if chosen(name)))
