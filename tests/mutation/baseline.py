"""Which test runs which line of `domain` and `decision`, and how long it takes: from one run without any mutant."""

import json
import sys
import time
from collections.abc import Container, Iterator
from functools import _lru_cache_wrapper
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage
from mutants import ROOT, SETTINGS, Mutant, statement

FOLDER = ROOT / ".mutation"
PYTEST = ["-c", str(ROOT / "tests" / "headless.ini"), "--rootdir", str(ROOT), "-q", "-x", "-p", "no:xdist"]
TESTS = ["-m", "not slow", *SETTINGS["tests"]]


def forget() -> None:
    """Empties the caches of `decision`."""
    for module in [one for name, one in sys.modules.items() if name.startswith("hepalith.decision")]:
        for cached in [one for one in vars(module).values() if isinstance(one, _lru_cache_wrapper)]:
            cached.cache_clear()


class _Watch:
    """A plugin: the lines and the seconds of each test. What is cached is forgotten from file to file of tests."""

    def __init__(self, coverage: Any) -> None:
        self._coverage = coverage
        self._file = ""
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        file, self._file = self._file, item.nodeid.split("::")[0]
        if file != self._file:
            forget()
        self._coverage.switch_context(item.nodeid)
        started = time.process_time()
        yield
        self.seconds[item.nodeid] = time.process_time() - started


class EveryVignette:
    """A plugin: keeps every so-manieth YAML case only."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        vignettes = [item for item in items if "test_case_is_answered_as_expected" in item.nodeid]
        left_out = set(vignettes) - set(vignettes[:: SETTINGS["every_vignette"]])
        items[:] = [item for item in items if item not in left_out]


def run_baseline() -> int:
    """Runs the chosen tests once, with coverage."""
    FOLDER.mkdir(exist_ok=True)
    coverage = Coverage(data_file=str(FOLDER / "coverage"), source=[str(ROOT / one) for one in SETTINGS["sources"]])
    watch = _Watch(coverage)
    coverage.start()
    code = pytest.main([*PYTEST, *TESTS], plugins=[watch, EveryVignette()])
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
    """What the run without any mutant said of the tests that there are."""

    def __init__(self, collected: Container[str] | None = None) -> None:
        data = json.loads((FOLDER / "baseline.json").read_text(encoding="utf-8"))
        self._seconds: dict[str, float] = data["seconds"]
        self._lines: dict[str, dict[str, list[str]]] = data["lines"]
        self._collected = collected

    def tests(self, mutant: Mutant) -> tuple[list[str], float]:
        """The tests that a mutant is tried on, those of its statement first, and how long they take without it."""
        lines = self._lines.get(mutant.file, {})
        own = {name for line in statement(mutant) for name in lines.get(str(line), [])}
        others = {name for names in lines.values() for name in names} - own
        chosen = [name for name in SETTINGS["always"] if self._is_there(name)]
        total = 0.0
        for name in (*sorted(own, key=self._time), *sorted(others, key=self._time)):
            if self._is_there(name) and total + self._time(name) <= SETTINGS["seconds"]:
                chosen.append(name)
                total += self._time(name)
        return chosen, total

    def _is_there(self, name: str) -> bool:
        return self._collected is None or name in self._collected

    def _time(self, name: str) -> float:
        return self._seconds.get(name, 0.0)
