"""Measures all engines on the same cases, in one process (`cql-execution` in one of Node). Run by `report.py`.

Equality of the answers is checked first: what an engine answers wrongly is not timed, it ends the run. Times are
processor time of the process with all its threads, so that other work on the machine matters little.
"""

import gc
import json
import platform
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import floor
from bench.engines import ENGINES, Engine, ZenTraced
from bench.ours import ALL, Ours
from bench.rails import Plain, Rails, uses
from hepalith.domain.case import Case
from support.elm import Exporter
from support.flat import Flattener, Inputs
from support.generate import Generator, cases
from support.judge import NODE, exact_cases
from support.scalar import Definition, Scalars
from support.vignettes import knowledge_and_problems

COUNT = 200  # cases of each kind
CHECKED = 60  # of which the answers are compared where an engine is slow
BUDGET = 6.0  # seconds for one engine on one kind of case
SEED = 20260601
Flat = tuple[Inputs, list[Inputs]]


class WrongAnswerError(Exception):
    """An engine does not give the answers that it should."""


class Measurement:
    """The cases, what is right for them, and the rules."""

    def __init__(self) -> None:
        self.knowledge, _problems = knowledge_and_problems()
        self.scalars = Scalars(self.knowledge)
        self.rules = [f"recommendation {name}" for name in self.knowledge.recommendations]
        self.flattener = Flattener(self.knowledge, frozenset(field.key for field in self.scalars.inputs))
        self.dates = {field.key for field in self.scalars.inputs if field.kind == "date"}
        generator = Generator(self.knowledge, SEED)
        drawn = cases(self.knowledge, SEED, known=exact_cases(self.knowledge))
        self.cases: dict[str, list[Case]] = {
            "complete": [generator.full() for _ in range(COUNT)],
            "missing": list(islice((case for case in drawn if len(case.lesions) == 1), COUNT)),
        }
        self.flat = {kind: [self.flattener.inputs(case) for case in some] for kind, some in self.cases.items()}
        self.rails = {"complete": Plain(self._definitions), "missing": Rails(self._definitions)}

    @property
    def _definitions(self) -> Iterable[Definition]:
        return self.scalars.definitions.values()

    def run(self) -> dict[str, Any]:
        """Everything that was measured."""
        right = {kind: self._floor(kind) for kind in self.cases}
        made = {kind: {"floor": result} for kind, (result, _) in right.items()}
        for kind in self.cases:
            expected = right[kind][1]
            for ours in ALL:
                made[kind][ours.name] = self._ours(ours, kind, expected)
                _say(kind, ours.name)
            for engine in (*ENGINES, ZenTraced):
                made[kind][engine.name] = self._engine(engine(), kind, expected)
                _say(kind, engine.name)
            made[kind]["cql-execution"] = self._cql(kind, expected)
            _say(kind, "cql-execution")
        return {
            "machine": _machine(),
            "versions": {one.package: version(one.package) for one in ENGINES} | {"cql-execution": _cql_version()},
            "rules": len(self.rules),
            "cases": {kind: len(some) for kind, some in self.cases.items()},
            "kinds": made,
            "unguarded": {engine.name: self._unguarded(engine(), right["missing"][1]) for engine in ENGINES},
            "missing": {engine.name: engine.missing for engine in ENGINES},
        }

    # one engine each

    def _floor(self, kind: str) -> tuple[dict[str, Any], list[set[str]]]:
        definitions = self.rails[kind].definitions(self.rules)
        started = time.process_time()
        holding = floor.compiled(definitions, self.rules)
        load = time.process_time() - started
        inputs = [self._native(flat) for flat in self.flat[kind]]
        expected = [set(holding(*flat)) for flat in inputs]
        times = _timed(lambda flat: holding(*flat), inputs)
        return {"rules": len(self.rules), "left_out": {}, **_figures(load, times)}, expected

    def _ours(self, ours: Ours, kind: str, expected: Sequence[set[str]]) -> dict[str, Any]:
        started = time.process_time()
        ours.load()
        load = time.process_time() - started
        by_bounds = 0
        inputs = [ours.prepared(case) for case in self.cases[kind]]
        for case, right in zip(inputs[:CHECKED], expected, strict=False):
            given = {f"recommendation {name}" for name in ours.answer(case)}
            if right - given or any(rule not in self.scalars.bounded for rule in given - right):
                raise WrongAnswerError(f"{ours.name}: {sorted(given ^ right)}")
            by_bounds += len(given - right)
        figures = _figures(load, _timed(ours.answer, inputs))
        return {"rules": len(self.rules), "left_out": {}, "decided_by_bounds": by_bounds, **figures}

    def _engine(self, engine: Engine, kind: str, expected: Sequence[set[str]]) -> dict[str, Any]:
        lacking = self._lacking(engine, kind)
        mine = [rule for rule in self.rules if f"{rule} +" not in lacking]
        definitions = self.rails[kind].definitions(mine)
        started = time.process_time()
        engine.load(definitions, mine)
        load = time.process_time() - started
        inputs = [engine.prepared(*flat) for flat in self.flat[kind]]
        for case, right in zip(inputs[:CHECKED], expected, strict=False):
            given = set(engine.answer(case))
            if given != right & set(mine):
                raise WrongAnswerError(f"{engine.name}: {sorted(given ^ (right & set(mine)))}")
        left_out = Counter(lacking[f"{rule} +"] for rule in self.rules if f"{rule} +" in lacking)
        return {"rules": len(mine), "left_out": dict(left_out), **_figures(load, _timed(engine.answer, inputs))}

    def _lacking(self, engine: Engine, kind: str) -> dict[str, str]:
        lacking: dict[str, str] = {}
        for one in self.rails[kind].definitions(self.rules):
            reason = engine.lacks(one) or next((lacking[used] for used in uses(one.expr) if used in lacking), "")
            if reason:
                lacking[one.name] = reason
        return lacking

    def _cql(self, kind: str, expected: Sequence[set[str]]) -> dict[str, Any]:
        library = Exporter(self.scalars.needed(self.rules)).library()
        lines = [json.dumps(self.rules)]
        for patient, lesions in self.flat[kind]:
            lines.append(json.dumps({"patient": _json(patient), "lesions": [_json(one) for one in lesions]}))
        with TemporaryDirectory() as folder:
            path = Path(folder) / "library.json"
            path.write_text(json.dumps(library), encoding="utf-8")
            command = ["node", str(NODE / "run.mjs"), str(path), "--time"]
            output = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
        *answers, times = output.stdout.splitlines()
        for line, right in zip(answers, expected, strict=True):
            given = {rule for rule, letters in zip(self.rules, line.split(" "), strict=True) if "T" in letters}
            if given != right:
                raise WrongAnswerError(f"cql-execution: {sorted(given ^ right)}")
        measured = json.loads(times)
        figures = _figures(measured["load"] / 1000, [one / 1000 for one in measured["cases"]])
        return {"rules": len(self.rules), "left_out": {}, **figures}

    def _unguarded(self, engine: Engine, expected: Sequence[set[str]]) -> dict[str, int]:
        """What comes out where the rules are written without guards and values are missing."""
        lacking = self._lacking(engine, "complete")
        mine = [rule for rule in self.rules if f"{rule} +" not in lacking]
        engine.load(self.rails["complete"].definitions(mine), mine)
        count = Counter({"cases": 0, "errors": 0, "too_many": 0, "too_few": 0})
        for flat, right in zip(self.flat["missing"][:CHECKED], expected, strict=False):
            count["cases"] += 1
            try:
                given = set(engine.answer(engine.prepared(*flat)))
            except Exception:  # noqa: BLE001 - what kind it is differs from engine to engine
                count["errors"] += 1
                continue
            count["too_many"] += bool(given - right)
            count["too_few"] += bool(right & set(mine) - given)
        return dict(count)

    def _native(self, flat: Flat) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        def one(inputs: Inputs) -> dict[str, Any]:
            return {key: self._value(key, value) for key, value in inputs.items()}

        patient, lesions = flat
        return one(patient), [one(lesion) for lesion in lesions]

    def _value(self, key: str, value: Any) -> Any:
        if key in self.dates:
            return date.fromisoformat(value)
        return float(value) if isinstance(value, Decimal) else value


def _json(inputs: Inputs) -> dict[str, Any]:
    return {key: float(value) if isinstance(value, Decimal) else value for key, value in inputs.items()}


def _timed(answer: Callable[[Any], object], inputs: Sequence[Any]) -> list[float]:
    """The seconds of each case, the first included; stops when the budget is spent."""
    gc.collect()
    gc.freeze()  # what the benchmark itself holds is not searched again and again while an engine is timed
    times: list[float] = []
    end = time.process_time() + BUDGET
    for one in inputs:
        started = time.process_time()
        answer(one)
        times.append(time.process_time() - started)
        if time.process_time() > end:
            break
    return times


def _figures(load: float, times: Sequence[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "load": load,
        "first": times[0],
        "median": statistics.median(times),
        "p95": ordered[int(len(ordered) * 0.95)],
        "per_second": len(times) / sum(times),
        "timed": len(times),
    }


def _machine() -> dict[str, str]:
    """In words, without names."""
    processor = memory = ""
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        processor = f"{len(models)} cores of {models[0]}" if models else ""
        kib = int(Path("/proc/meminfo").read_text(encoding="utf-8").split()[1])
        memory = f"{kib / 2**20:.0f} GiB"
    system = platform.system()
    if hasattr(platform, "freedesktop_os_release") and Path("/etc/os-release").exists():
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return {
        "processor": processor,
        "memory": memory,
        "system": system,
        "python": platform.python_version(),
        "node": node,
    }


def _cql_version() -> str:
    package = NODE / "node_modules" / "cql-execution" / "package.json"
    return str(json.loads(package.read_text(encoding="utf-8"))["version"])


def _say(kind: str, name: str) -> None:
    sys.stderr.write(f"measured {name} on {kind} cases\n")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(Measurement().run()))
