#!/usr/bin/env python3
"""Mutation testing of `domain` and `decision`: changes one sign at a time, and tells which changes no test notices.

    pip install -e ".[mutation]"              # cosmic-ray (its operators) and coverage, beside the test tools
    python tests/mutation/run.py --baseline   # once, and when tests changed: which test runs which line
    python tests/mutation/run.py --sample 200 --seed 1
    python tests/mutation/run.py              # all mutants: hours

`mutation.toml` says what is changed and with which tests, `excused.toml` which survivors change nothing and why,
`survivors.toml` why the others stay. A mutant is a process forked from this one, which has read the knowledge and
collected the tests already; its changed module is never written to a file. A mutant that no chosen test runs has
survived. Ends with 1 if less than 95 % of those that are not excused are killed, or if more than 2 % are excused.
Needs a system that can fork.
"""

import argparse
import gc
import importlib.abc
import importlib.util
import json
import os
import random
import resource
import signal
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NamedTuple, NoReturn

import pytest
from baseline import FOLDER, PYTEST, TESTS, Baseline, EveryVignette, forget, run_baseline
from in_place import Functions, Key, calls
from mutants import ROOT, SETTINGS, Mutant, mutants, mutated

sys.path[:0] = [str(ROOT / "desktop"), str(ROOT / "tests")]
from support.vignettes import all_cases, all_vignettes, knowledge_and_problems  # noqa: E402

HERE = ROOT / "tests" / "mutation"
ELSEWHERE = 77  # how a forked process says: not in place
KILLED_AT_LEAST, EXCUSED_AT_MOST = 0.95, 0.02


class Outcome(NamedTuple):
    """How a mutant ended: killed, timeout or survived."""

    mutant: Mutant
    result: str
    was: str
    now: str


# the mutants


class _Tries:
    """A plugin: instead of running the collected tests, forks a process for each mutant, which runs those it chose.

    A mutant inside of a function takes the place of that function: nothing is imported or collected again.
    """

    def __init__(self, drawn: Iterable[Mutant], processes: int) -> None:
        self._drawn, self._processes = drawn, processes
        self.outcomes: list[Outcome] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        EveryVignette().pytest_collection_modifyitems(items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        functions, makers = Functions(str(ROOT / "desktop")), _makers()
        known = Baseline(items)
        gc.freeze()  # a fork copies no page for a count of the collector
        self.outcomes += _side_by_side(
            self._drawn,
            self._processes,
            lambda mutant, source: _in_place(mutant, source, known, items, functions, makers),
        )
        return True


def _side_by_side(
    drawn: Iterable[Mutant], processes: int, child: Callable[[Mutant, str], NoReturn]
) -> Iterator[Outcome]:
    """How each mutant ended, as they end; `child` never comes back from the forked process."""
    running: dict[int, tuple[Mutant, str]] = {}
    for mutant in (*drawn, None):
        while running and (mutant is None or len(running) == processes):
            pid, status = os.wait()
            yield _told(*running.pop(pid), os.waitstatus_to_exitcode(status))
        if mutant is None:
            return
        source = mutated(mutant)
        pid = os.fork()
        if not pid:
            _silent()
            child(mutant, source)
        running[pid] = (mutant, source)


def _told(mutant: Mutant, source: str, code: int) -> Outcome:
    before = (ROOT / mutant.file).read_text(encoding="utf-8").splitlines()
    differing = [(a, b) for a, b in zip(before, source.splitlines(), strict=False) if a != b]
    was, now = differing[0] if differing else ("", "")
    result = {0: "survived", -signal.SIGXCPU: "timeout", ELSEWHERE: "elsewhere"}.get(code, "killed")
    print(f"{result}: {mutant}\n    - {was.strip()}\n    + {now.strip()}", flush=True)
    return Outcome(mutant, result, was.strip(), now.strip())


def _silent() -> None:
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)


def _limit(seconds: float) -> None:
    """A mutant that never ends, or that eats the memory, is ended."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(20 + 10 * seconds), resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, resource.RLIM_INFINITY))


def _makers() -> set[Key]:
    """Reads the knowledge and what is kept of it, for all mutants. Says which functions made what is kept."""
    from hepalith.decision.assess import Assessor

    knowledge, _problems = knowledge_and_problems()
    case = all_cases()[0]

    def assess() -> None:
        assessor = Assessor(case, knowledge, date(2026, 6, 1))
        assessor.assessment(trace=True)
        assessor.further()

    forget()
    cold, warm = calls(assess), calls(assess)
    return {key for key, count in cold.items() if count > warm[key]}


def _in_place(
    mutant: Mutant,
    source: str,
    known: Baseline,
    items: Mapping[str, pytest.Item],
    functions: Functions,
    makers: Container[Key],
) -> NoReturn:
    """The forked process: changes the function, forgets what it has made, and runs the tests until one fails."""
    path = ROOT / mutant.file
    chosen, seconds = known.tests(mutant)
    _limit(seconds)
    code = 1
    try:
        changed = functions.become(str(path), path.read_text(encoding="utf-8"), source)
        if changed is None:
            code = ELSEWHERE
        else:
            if any(key in makers for key in changed):
                forget()
            code = int(_failed([items[name] for name in chosen]))
    finally:
        os._exit(code)


def _failed(items: Sequence[pytest.Item]) -> bool:
    for item, following in zip(items, (*items[1:], None), strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if item.session.testsfailed:
            return True
    return False


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


def _imported_again(mutant: Mutant, source: str, known: Baseline, read: tuple[Any, Any]) -> NoReturn:
    """The forked process: imports again what the change can reach, collects and runs the tests."""
    chosen, seconds = known.tests(mutant)
    _limit(seconds + 10)
    kept = () if "/domain/" in mutant.file else ("hepalith.domain", "hepalith.knowledge", "hepalith.i18n")
    for name in [name for name in sys.modules if name.split(".")[0] in {"hepalith", "support", "tests"}]:
        if name != "hepalith" and not name.startswith(kept or ("\0",)):
            del sys.modules[name]
    sys.meta_path.insert(0, _Changed(mutant.file, source))
    code = 1
    try:
        if kept:
            from support import vignettes

            vignettes.knowledge_and_problems = lambda: read[0]  # type: ignore[assignment]
            vignettes.all_vignettes = lambda: read[1]  # type: ignore[assignment]
        code = int(pytest.main([*PYTEST, *chosen]))
    finally:
        os._exit(code)


# all of them


def main() -> int:
    """Tries the mutants and says which survived."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--baseline", action="store_true", help="run the tests without mutants, with coverage")
    parser.add_argument("--sample", type=int, help="so many mutants drawn at random; all of them without this")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--only", nargs="+", help="texts in the names of the files, for example interval decision/program"
    )
    parser.add_argument("--again", action="store_true", help="only the survivors of the last run, each imported again")
    parser.add_argument("--seconds", type=float, help="of tests for a mutant; as in mutation.toml without this")
    parser.add_argument("--minutes", type=float, help="stop after so many, and count what was tried")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    os.chdir(ROOT)
    if chosen.baseline:
        return run_baseline()
    SETTINGS["seconds"] = chosen.seconds or SETTINGS["seconds"]
    every = [one for one in mutants() if chosen.only is None or any(text in one.file for text in chosen.only)]
    drawn = random.Random(chosen.seed).sample(every, min(chosen.sample or len(every), len(every)))  # noqa: S311
    if chosen.again:
        last = json.loads((FOLDER / "report.json").read_text(encoding="utf-8"))
        drawn = [Mutant(*one["mutant"]) for one in last if one["result"] == "survived"]
    outcomes = _outcomes(_until(drawn, chosen.minutes), chosen.processes, in_place=not chosen.again)
    (FOLDER / "report.json").write_text(json.dumps([one._asdict() for one in outcomes], indent=1), encoding="utf-8")
    return _summary(outcomes, len(every))


def _until(drawn: Sequence[Mutant], minutes: float | None) -> Iterator[Mutant]:
    started = time.monotonic()
    return (one for one in drawn if minutes is None or time.monotonic() < started + 60 * minutes)


def _outcomes(drawn: Iterable[Mutant], processes: int, *, in_place: bool) -> list[Outcome]:
    """In place what stands inside of functions; the others, and all if that is not wanted, are imported again."""
    outcomes: list[Outcome] = []
    if in_place:
        tries = _Tries(drawn, processes)
        pytest.main([*PYTEST, *TESTS], plugins=[tries])
        outcomes = [one for one in tries.outcomes if one.result != "elsewhere"]
        drawn = [one.mutant for one in tries.outcomes if one.result == "elsewhere"]
    read, known = (knowledge_and_problems(), all_vignettes()), Baseline()
    outcomes += _side_by_side(drawn, processes, lambda mutant, source: _imported_again(mutant, source, known, read))
    return outcomes


def _summary(outcomes: Sequence[Outcome], possible: int) -> int:
    """Prints the counts; 0 if enough are killed."""
    excused, listed = _reasons("excused"), _reasons("survivors")
    survivors = [one for one in outcomes if one.result == "survived"]
    reasons = {one: excused[key] for one in survivors if (key := (one.mutant.file, one.was, one.now)) in excused}
    counts = Counter(one.result for one in outcomes)
    counted = len(outcomes) - len(reasons)
    score = (counted - len(survivors) + len(reasons)) / counted if counted else 1.0
    print(f"\n{len(outcomes)} of {possible} mutants tried: {dict(counts)}; {len(reasons)} of the survivors are excused")
    print(f"killed: {score:.1%} of the {counted} that are not excused")
    for one in survivors:
        reason = listed.get((one.mutant.file, one.was, one.now), "no reason is given")
        said = f"excused: {reasons[one]}" if one in reasons else f"SURVIVED: {reason}"
        print(f"{one.mutant}: {said}\n    - {one.was}\n    + {one.now}")
    return int(score < KILLED_AT_LEAST or len(reasons) > EXCUSED_AT_MOST * len(outcomes))


def _reasons(kind: str) -> dict[tuple[str, str, str], str]:
    """(file, line before, line after) -> why the change changes nothing (excused), or is not noticed (survivors)."""
    data = tomllib.loads((HERE / f"{kind}.toml").read_text(encoding="utf-8"))
    return {(one["file"], one["was"], one["now"]): one["reason"] for one in data.get(kind, [])}


if __name__ == "__main__":
    sys.exit(main())
