#!/usr/bin/env python3
"""How long many cases take by the columns reader, beside the interpreter and the fast reader on the same questions.

    python tests/bench/many_cases.py [--cases 1000000]

The questions: every verdict on advice, the urgency, and the points and the order of the causes. The rows are made of
generated cases (`support.families`): of each finding, a row takes what one of them, drawn at random, has recorded, so
that rows are as full as those. Tables are read one after the other; laying real cases into a table is measured apart.
Processor time, all threads together.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import polars as pl

from hepalith.cohort.program import CASE, LISTED
from hepalith.cohort.reader import LESION, ColumnsReader, Table
from hepalith.cohort.verdicts import URGENCY, leads_of, points_of, verdict_of
from hepalith.decision.causes import rank_causes
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.observed import ObservedCase
from hepalith.decision.precedence import Judgement
from hepalith.decision.reading import FastReader
from hepalith.decision.verdicts import Verdicts
from hepalith.domain.case import Case
from support.families import Generator
from support.vignettes import knowledge_and_problems

AT_ONCE = 200_000
DRAWN = 3000
ONE_BY_ONE = 300
Dated = tuple[Case, date]


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1_000_000)
    wanted_cases: int = parser.parse_args().cases
    knowledge, _problems = knowledge_and_problems()
    generator = Generator(knowledge, seed=7)
    cases = [generator.case(number) for number in range(DRAWN)]
    fast = FastReader(knowledge)
    started = time.process_time()
    reader = ColumnsReader(knowledge)
    print(f"writing the expressions: {time.process_time() - started:.2f} s")
    wanted = {URGENCY, *map(points_of, knowledge.conditions), *map(leads_of, knowledge.conditions)}
    wanted |= {column for name in knowledge.recommendations for column in verdict_of(name)}

    def interpreted(case: Case, as_of: date) -> object:
        evaluation = Evaluation(case, knowledge, as_of)
        return Judgement(evaluation).all(), rank_causes(evaluation)

    def read_fast(case: Case, as_of: date) -> object:
        verdicts = Verdicts(fast.read(ObservedCase(case, knowledge.findings, as_of)))
        return verdicts.urgency, verdicts.points(0)

    each = {
        "interpreter": per_case(lambda: [interpreted(*one) for one in cases[:ONE_BY_ONE]], ONE_BY_ONE),
        "fast reader": per_case(lambda: [read_fast(*one) for one in cases[:ONE_BY_ONE]], ONE_BY_ONE),
    }
    laid = per_case(lambda: reader.table(cases), DRAWN)
    table = reader.table(cases)
    spent = elapsed = 0.0
    done = 0
    while done < wanted_cases:
        some = drawn(table, min(AT_ONCE, wanted_cases - done), seed=done)
        started, clock = time.process_time(), time.perf_counter()
        reader.read(some, wanted)
        spent, elapsed = spent + time.process_time() - started, elapsed + time.perf_counter() - clock
        done += some.cases.height
    column = spent / done
    print(f"columns reader: {done} cases in {elapsed:.0f} s ({spent:.0f} s of processor), {AT_ONCE} at once")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"  largest memory: {memory:.1f} GB; threads: {pl.thread_pool_size()}")
    print(f"  {1e6 * column:.1f} us a case; laying a case into the table: {1e6 * laid:.0f} us")
    for name, seconds in each.items():
        print(f"{name}: {1e3 * seconds:.1f} ms a case, {seconds / column:.0f} times the columns reader;", end=" ")
        print(f"{seconds / (column + laid):.0f} times with the laying")


def per_case(run: Callable[[], Any], count: int) -> float:
    """Seconds of processor time for one case."""
    started = time.process_time()
    run()
    return (time.process_time() - started) / count


def drawn(table: Table, count: int, seed: int) -> Table:
    """A table of so many cases; of each finding, what a case drawn at random has recorded."""
    listed = table.cases.select(CASE, LISTED).sample(count, with_replacement=True, seed=seed)[LISTED]
    cases = pl.DataFrame({CASE: pl.Series(range(count), dtype=pl.UInt32), LISTED: listed})
    numbers = cases.select(CASE, pl.int_ranges(1, pl.col(LISTED) + 1).alias("number")).explode(
        "number", empty_as_null=False
    )
    lesions = numbers.select(CASE, ("L" + pl.col("number").cast(pl.String)).alias(LESION))
    return Table(_filled(cases, table.cases, seed), _filled(lesions, table.lesions, seed))


def _filled(frame: pl.DataFrame, source: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The frame with the other columns of the source, those of one finding from the same row."""
    groups: dict[str, list[str]] = {}
    for name in source.columns:
        if name not in frame.columns:
            groups.setdefault(_finding(name), []).append(name)
    parts = [
        source.select(names).sample(frame.height, with_replacement=True, seed=seed + at)
        for at, names in enumerate(groups.values())
    ]
    return pl.concat([frame, *parts], how="horizontal")


def _finding(column: str) -> str:
    words: Iterable[str] = column.replace(",", " ").replace(":", " ").split()
    return list(words)[1]


if __name__ == "__main__":
    main()
