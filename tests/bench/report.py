#!/usr/bin/env python3
"""Measures our evaluator beside the engines that a developer would pick, on the same rules and the same cases.

    python3 tests/bench/report.py
        sets up its own environment in .bench/, measures, prints the table and writes the report
    python3 tests/bench/report.py --compare OLD.json NEW.json
        names what of ours got slower by more than a quarter, and ends with 1 if anything did

Times are processor time. The report holds ratios to the floor of the same run (plain generated Python without
traces), never seconds: seconds of two machines, or of one machine on two days, cannot be compared. docs/peers.md tells
how to read it.
Needs only Python, and Node with npm for `cql-execution`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests" / "bench"
FOLDER = ROOT / ".bench"
LOCK = HERE / "requirements.lock"
NODE = ROOT / "tests" / "standard" / "node"
SLOWER = 1.25
MEASURES = ("load", "first", "median", "p95")
OURS = "Hepalith, trace on"


def main() -> int:
    """Measure, or compare two reports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compare", nargs=2, type=Path, metavar=("OLD", "NEW"))
    parser.add_argument("--out", type=Path, default=FOLDER / "report.json", help="where the report goes")
    options = parser.parse_args()
    if options.compare:
        old, new = (json.loads(path.read_text(encoding="utf-8")) for path in options.compare)
        found = slower(old, new)
        print("\n".join(found) if found else "nothing of ours got slower by more than a quarter")
        return 1 if found else 0
    python = provide_environment()
    path = [str(ROOT / "desktop"), str(ROOT / "tests")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path)}
    output = subprocess.run([python, str(HERE / "measure.py")], env=environment, stdout=subprocess.PIPE, check=True)
    measured = json.loads(output.stdout)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report(measured), indent=1) + "\n", encoding="utf-8")
    print(table(measured))
    print(f"\nThe ratios stand in {options.out}")
    return 0


def provide_environment() -> str:
    """The Python of an environment with exactly what the lock names; made the first time, and when the lock changed."""
    python = FOLDER / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = FOLDER / "lock.sha256"
    wanted = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    if not python.exists() or not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        venv.create(FOLDER / "venv", with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([*install, "--only-binary", ":all:", "--requirement", str(LOCK)], check=True)
        stamp.write_text(wanted, encoding="utf-8")
    npm = shutil.which("npm")
    if not (NODE / "node_modules" / "cql-execution").is_dir():
        if npm is None:
            raise SystemExit("cql-execution needs Node and npm, and they are not installed here")
        subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=NODE, check=True)
    return str(python)


def report(measured: dict[str, Any]) -> dict[str, Any]:
    """What is kept: ratios to the floor, how often we are faster, how many rules each engine could express."""
    ratios = {
        kind: {
            name: {measure: round(one[measure] / engines["floor"][measure], 3) for measure in MEASURES}
            for name, one in engines.items()
            if name != "floor"
        }
        for kind, engines in measured["kinds"].items()
    }
    return {
        "machine": measured["machine"],
        "versions": measured["versions"],
        "cases": measured["cases"],
        "rules": {name: one["rules"] for name, one in measured["kinds"]["missing"].items()},
        "ratios": ratios,
        "times_faster": {kind: times_faster(engines) for kind, engines in measured["kinds"].items()},
    }


def times_faster(engines: dict[str, Any]) -> dict[str, float]:
    """How many times longer each engine takes for the median case than we with the trace on, for all rules."""
    ours = engines[OURS]["median"]
    return {
        name: round(one["median"] / ours, 2)
        for name, one in engines.items()
        if name != "floor" and not name.startswith("Hepalith")
    }


def slower(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What of ours got slower by more than a quarter, against the floor, in words. Others are not our business."""
    found: list[str] = []
    for kind, engines in old["ratios"].items():
        for name, before in engines.items():
            after = new["ratios"].get(kind, {}).get(name)
            if not name.startswith("Hepalith"):
                continue
            if after is None:
                found.append(f"{name}, {kind} cases: not measured any more")
                continue
            found += [
                f"{name}, {kind} cases, {measure}: {after[measure]} times the floor, was {before[measure]}"
                for measure in MEASURES
                if after[measure] > SLOWER * before[measure]
            ]
    return found


def table(measured: dict[str, Any]) -> str:
    """The figures of this run as Markdown."""
    machine = measured["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in measured["versions"].items())
    lines = [
        f"{machine['processor']}, {machine['memory']}, {machine['system']}.",
        f"Python {machine['python']}, Node {machine['node']}, {versions}.",
    ]
    for kind, engines in measured["kinds"].items():
        faster = times_faster(engines)
        lines += [
            "",
            f"{measured['cases'][kind]} {kind} cases",
            "",
            "| engine | rules | load ms | first case ms | median ms | p95 ms | cases/s | floors | we are faster |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        for name, one in engines.items():
            figures = " | ".join(f"{1000 * one[measure]:.3g}" for measure in MEASURES)
            ratio = one["median"] / engines["floor"]["median"]
            times = f"{faster[name]:.3g} x" if name in faster else ""
            lines.append(f"| {name} | {one['rules']} | {figures} | {one['per_second']:.3g} | {ratio:.3g} | {times} |")
    lines += ["", "| engine | rules left out, by what they need | a missing value | rules written without guards |"]
    lines.append("|---|---|---|---|")
    for name, missing in measured["missing"].items():
        left_out = ", ".join(f"{n} {need}" for need, n in measured["kinds"]["missing"][name]["left_out"].items())
        bad = measured["unguarded"][name]
        said = f"of {bad['cases']} cases: {bad['errors']} errors, {bad['too_many']} with a rule too many,"
        lines.append(f"| {name} | {left_out} | {missing} | {said} {bad['too_few']} with one too few |")
    lines.append("| cql-execution | none | null, by the three-valued logic of the standard | need no guards |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
