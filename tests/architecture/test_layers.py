"""The direction of imports, and what may not stand in the inner layers."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import hepalith

PACKAGE = Path(hepalith.__file__).parent
INNER_LAYERS = ("domain", "knowledge", "decision")
CLOCK_CALLS = frozenset({"now", "utcnow", "today", "fromtimestamp", "localtime", "gmtime", "time_ns"})


def modules(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """The parsed modules of the folders of the package, each with its path."""
    for folder in folders:
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def clock_reads(tree: ast.AST) -> list[int]:
    """The lines that call something named like a clock: `date.today()`, `datetime.now()`, `time.time()`."""
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            module = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
            if node.func.attr in CLOCK_CALLS or (module == "time" and node.func.attr in {"time", "monotonic"}):
                lines.append(node.lineno)
    return lines


def test_import_contracts_are_kept(project_root: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()", "--no-cache"],
        cwd=project_root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_inner_layers_take_time_as_an_argument() -> None:
    found = [f"{path}:{line}" for path, tree in modules(*INNER_LAYERS) for line in clock_reads(tree)]
    assert not found, "a clock is read where time must be an argument"


@pytest.mark.parametrize(
    "code", ["datetime.now(UTC)", "date.today()", "datetime.date.today()", "time.time()", "dt.datetime.utcnow()"]
)
def test_the_search_for_clocks_finds_them(code: str) -> None:
    assert clock_reads(ast.parse(code)) == [1]


def finding_ids(project_root: Path) -> set[str]:
    """The ids of all findings of the knowledge."""
    files = sorted((project_root / "resources" / "knowledge" / "findings").glob("*.yaml"))
    return {entry["id"] for file in files for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["findings"]}


def test_the_window_names_no_finding(project_root: Path) -> None:
    """Which findings exist, and what they mean, is knowledge: the window draws whatever the dictionary holds."""
    ids = finding_ids(project_root)
    assert ids
    named = [
        f"{path}:{node.lineno}: {node.value!r}"
        for path, tree in modules("ui")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in ids
    ]
    assert not named


def test_every_module_says_what_it_is_for() -> None:
    silent = [str(path) for path, tree in modules(".") if not ast.get_docstring(tree)]
    assert not silent
