#!/usr/bin/env python3
"""Mutation testing of `domain` and `decision`: changes one sign at a time, and tells which changes no test notices.

    pip install -e ".[mutation]"              # cosmic-ray (its operators) and coverage, beside the test tools
    python tests/mutation/run.py --baseline   # once, and when tests changed: which test runs which line
    python tests/mutation/run.py --sample 200 --seed 1
    python tests/mutation/run.py              # all mutants: hours

`mutation.toml` says what is changed and with which tests, `excused.toml` which survivors change nothing and why. A
mutant is a process forked from this one, which has read the knowledge already; its changed module is never written to
a file. A mutant that no chosen test runs has survived. Ends with 1 if less than 95 % of those that are not excused are
killed, or if more than 2 % are excused. Needs a system that can fork.
"""

import argparse
import ast
import importlib.abc
import importlib.util
import json
import os
import random
import signal
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import _lru_cache_wrapper
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".mutation"
HERE = ROOT / "tests" / "mutation"
SETTINGS: dict[str, Any] = tomllib.loads((HERE / "mutation.toml").read_text(encoding="utf-8"))
PYTEST = ["-c", str(ROOT / "tests" / "headless.ini"), "--rootdir", str(ROOT), "-q", "-x", "-p", "no:xdist"]
KILLED_AT_LEAST, EXCUSED_AT_MOST = 0.95, 0.02


class Mutant(NamedTuple):
    """One change of one sign. occurrence: the how-manieth of its operator in the file."""

    file: str
    line: int
    operator: str
    occurrence: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.operator.removeprefix('core/')} #{self.occurrence}"


class Outcome(NamedTuple):
    """How a mutant ended: killed, timeout or survived."""

    mutant: Mutant
    result: str
    was: str
    now: str


# mutants


def mutants() -> Iterator[Mutant]:
    """Every mutant, in the order of files and operators."""
    for folder in SETTINGS["sources"]:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield from _of_file(path)


def _of_file(path: Path) -> Iterator[Mutant]:
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator

    source = path.read_text(encoding="utf-8")
    left_alone = list(_only_for_people(source))
    tree = get_ast(source)
    for name in SETTINGS["operators"]:
        operator = get_operator(name)()
        positions = [one for node in ast_nodes(tree) for one in operator.mutation_positions(node)]
        for occurrence, (start, _end) in enumerate(positions):
            if not any(first <= start < last for first, last in left_alone):
                yield Mutant(path.relative_to(ROOT).as_posix(), start[0], name, occurrence)


def _only_for_people(source: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """From where to where stands what no test can notice: annotations, what must be named, sizes of caches."""
    for node in ast.walk(ast.parse(source)):
        for name in ("annotation", "returns"):
            found = getattr(node, name, None)
            if isinstance(found, ast.expr):
                yield (found.lineno, found.col_offset), (found.end_lineno or 0, found.end_col_offset or 0)
        if isinstance(node, ast.arguments) and node.kwonlyargs:  # the star that says so
            first = node.kwonlyargs[0]
            before = [(one.end_lineno or 0, one.end_col_offset or 0) for one in (*node.args, *node.defaults)]
            yield max(before, default=(first.lineno, 0)), (first.lineno, first.col_offset)
        if isinstance(node, ast.keyword) and node.arg in {"kw_only", "maxsize"}:
            yield (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)


def mutated(mutant: Mutant) -> str:
    """The source of the file with the change."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    source = (ROOT / mutant.file).read_text(encoding="utf-8")
    changed = mutate_code(source, get_operator(mutant.operator)(), mutant.occurrence)
    assert changed is not None
    return str(changed)


# which test runs which line


class _Watch:
    """A plugin: the lines and the seconds of each test. What is cached is forgotten, so that each test runs it."""

    def __init__(self, coverage: Any) -> None:
        self._coverage = coverage
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        for module in [one for name, one in sys.modules.items() if name.startswith("hepalith.decision")]:
            for cached in [one for one in vars(module).values() if isinstance(one, _lru_cache_wrapper)]:
                cached.cache_clear()
        self._coverage.switch_context(item.nodeid)
        started = time.perf_counter()
        yield
        self.seconds[item.nodeid] = time.perf_counter() - started


class _EveryVignette:
    """A plugin: keeps every so-manieth YAML case only."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        vignettes = [item for item in items if "test_case_is_answered_as_expected" in item.nodeid]
        left_out = set(vignettes) - set(vignettes[:: SETTINGS["every_vignette"]])
        items[:] = [item for item in items if item not in left_out]


def baseline() -> int:
    """Runs the chosen tests once, with coverage."""
    from coverage import Coverage

    FOLDER.mkdir(exist_ok=True)
    coverage = Coverage(data_file=str(FOLDER / "coverage"), source=[str(ROOT / one) for one in SETTINGS["sources"]])
    watch = _Watch(coverage)
    coverage.start()
    os.chdir(ROOT)
    code = pytest.main([*PYTEST, "-m", "not slow", *SETTINGS["tests"]], plugins=[watch, _EveryVignette()])
    coverage.stop()
    coverage.save()
    data = coverage.get_data()
    lines = {
        Path(file).relative_to(ROOT).as_posix(): {
            str(line): sorted(filter(None, contexts)) for line, contexts in data.contexts_by_lineno(file).items()
        }
        for file in data.measured_files()
    }
    (FOLDER / "baseline.json").write_text(json.dumps({"seconds": watch.seconds, "lines": lines}), encoding="utf-8")
    return int(code)


class Baseline:
    """What the run without any mutant said."""

    def __init__(self) -> None:
        data = json.loads((FOLDER / "baseline.json").read_text(encoding="utf-8"))
        self._seconds: dict[str, float] = data["seconds"]
        self._lines: dict[str, dict[str, list[str]]] = data["lines"]

    def tests(self, mutant: Mutant) -> tuple[list[str], float]:
        """The tests that a mutant is tried on, those of its line first, and how long they take without it."""
        lines = self._lines.get(mutant.file, {})
        own = lines.get(str(mutant.line), [])
        others = {name for names in lines.values() for name in names} - set(own)
        chosen: list[str] = list(SETTINGS["always"])
        total = 0.0
        for name in (*sorted(own, key=self._time), *sorted(others, key=self._time)):
            if total + self._time(name) <= SETTINGS["seconds"]:
                chosen.append(name)
                total += self._time(name)
        return chosen, total

    def _time(self, name: str) -> float:
        return self._seconds.get(name, 0.0)


# one mutant


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a changed source."""

    def __init__(self, file: str, source: str) -> None:
        self._path = str(ROOT / file)
        self._name = file.removeprefix("desktop/").removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        self._source = source

    def find_spec(self, fullname: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        return (
            importlib.util.spec_from_file_location(fullname, self._path, loader=self)
            if fullname == self._name
            else None
        )

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._source, self._path, "exec"), module.__dict__)  # noqa: S102 (that is the mutant)


def tried(mutant: Mutant, source: str, tests: Sequence[str], seconds: float) -> str:
    """Killed, timeout or survived."""
    if not tests:
        return "survived"
    child = os.fork()
    if not child:
        _be(mutant, source, tests)
    until = time.monotonic() + 60 + 20 * seconds
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return "survived" if os.waitstatus_to_exitcode(status) == 0 else "killed"
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "timeout"


def _be(mutant: Mutant, source: str, tests: Sequence[str]) -> None:
    """The forked process: imports again what the change can reach, runs the tests, and ends."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    kept = () if "/domain/" in mutant.file else ("hepalith.domain", "hepalith.knowledge", "hepalith.i18n")
    read = _READ if kept else ()
    for name in [name for name in sys.modules if name.split(".")[0] in {"hepalith", "support"}]:
        if name != "hepalith" and not name.startswith(kept or ("\0",)):
            del sys.modules[name]
    sys.meta_path.insert(0, _Changed(mutant.file, source))
    code = 1
    try:
        if read:
            from support import vignettes

            vignettes.knowledge_and_problems = lambda: read[0]  # type: ignore[assignment]
            vignettes.all_vignettes = lambda: read[1]  # type: ignore[assignment]
        code = int(pytest.main([*PYTEST, *tests]))
    finally:
        os._exit(code)


_READ: tuple[Any, ...] = ()


def _prepare() -> None:
    """Reads the knowledge and the cases once, for all mutants of `decision`."""
    global _READ  # noqa: PLW0603
    from support.vignettes import all_vignettes, knowledge_and_problems

    _READ = (knowledge_and_problems(), all_vignettes())


# all of them


def main() -> int:
    """Tries the mutants and says which survived."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--baseline", action="store_true", help="run the tests without mutants, with coverage")
    parser.add_argument("--sample", type=int, help="so many mutants drawn at random; all of them without this")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="a text in the name of the file, for example interval")
    parser.add_argument("--again", action="store_true", help="only the survivors of the last run")
    parser.add_argument("--seconds", type=float, help="of tests for a mutant; as in mutation.toml without this")
    parser.add_argument("--minutes", type=float, help="stop after so many, and count what was tried")
    chosen = parser.parse_args()
    sys.path[:0] = [str(ROOT / "desktop"), str(ROOT / "tests")]
    if chosen.baseline:
        return baseline()
    SETTINGS["seconds"] = chosen.seconds or SETTINGS["seconds"]
    every = [one for one in mutants() if chosen.only is None or chosen.only in one.file]
    drawn = every if chosen.sample is None else random.Random(chosen.seed).sample(every, min(chosen.sample, len(every)))  # noqa: S311
    if chosen.again:
        last = json.loads((FOLDER / "report.json").read_text(encoding="utf-8"))
        drawn = [Mutant(*one["mutant"]) for one in last if one["result"] == "survived"]
    outcomes = list(_outcomes(drawn, chosen.minutes))
    (FOLDER / "report.json").write_text(json.dumps([one._asdict() for one in outcomes], indent=1), encoding="utf-8")
    return _summary(outcomes, len(every))


def _outcomes(drawn: Sequence[Mutant], minutes: float | None) -> Iterator[Outcome]:
    os.chdir(ROOT)
    _prepare()
    known = Baseline()
    started = time.monotonic()
    for mutant in drawn:
        if minutes is not None and time.monotonic() > started + 60 * minutes:
            return
        source = mutated(mutant)
        before = (ROOT / mutant.file).read_text(encoding="utf-8").splitlines()
        differing = [(a, b) for a, b in zip(before, source.splitlines(), strict=False) if a != b]
        was, now = differing[0] if differing else ("", "")
        outcome = Outcome(mutant, tried(mutant, source, *known.tests(mutant)), was.strip(), now.strip())
        print(f"{outcome.result}: {mutant}\n    - {outcome.was}\n    + {outcome.now}", flush=True)
        yield outcome


def _summary(outcomes: Sequence[Outcome], possible: int) -> int:
    """Prints the counts; 0 if enough are killed."""
    excused = _excused()
    survivors = [one for one in outcomes if one.result == "survived"]
    reasons = {one: excused[key] for one in survivors if (key := (one.mutant.file, one.was, one.now)) in excused}
    counts = Counter(one.result for one in outcomes)
    counted = len(outcomes) - len(reasons)
    score = (counted - len(survivors) + len(reasons)) / counted if counted else 1.0
    print(f"\n{len(outcomes)} of {possible} mutants tried: {dict(counts)}; {len(reasons)} of the survivors are excused")
    print(f"killed: {score:.1%} of the {counted} that are not excused")
    for one in survivors:
        said = f"excused: {reasons[one]}" if one in reasons else "SURVIVED"
        print(f"{one.mutant}: {said}\n    - {one.was}\n    + {one.now}")
    return int(score < KILLED_AT_LEAST or len(reasons) > EXCUSED_AT_MOST * len(outcomes))


def _excused() -> dict[tuple[str, str, str], str]:
    """(file, line before, line after) -> why the change changes nothing."""
    data = tomllib.loads((HERE / "excused.toml").read_text(encoding="utf-8"))
    return {(one["file"], one["was"], one["now"]): one["reason"] for one in data.get("excused", [])}


if __name__ == "__main__":
    sys.exit(main())
