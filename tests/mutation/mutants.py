"""The mutants of `domain` and `decision`: each one sign of one file changed, with the operators of cosmic-ray."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

ROOT = Path(__file__).resolve().parents[2]
SETTINGS: dict[str, Any] = tomllib.loads((ROOT / "tests" / "mutation" / "mutation.toml").read_text(encoding="utf-8"))


class Mutant(NamedTuple):
    """One change of one sign. occurrence: the how-manieth of its operator in the file."""

    file: str
    line: int
    operator: str
    occurrence: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.operator.removeprefix('core/')} #{self.occurrence}"


def mutants() -> Iterator[Mutant]:
    """Every mutant, in the order of files and operators."""
    for folder in SETTINGS["sources"]:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield from _of_file(path)


def _of_file(path: Path) -> Iterator[Mutant]:
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
    """Where stands what no test can notice: annotations, what must be named, sizes of caches, `strict`."""
    for node in ast.walk(ast.parse(source)):
        for name in ("annotation", "returns"):
            found = getattr(node, name, None)
            if isinstance(found, ast.expr):
                yield (found.lineno, found.col_offset), (found.end_lineno or 0, found.end_col_offset or 0)
        if isinstance(node, ast.arguments) and node.kwonlyargs:  # the star that says so
            first = node.kwonlyargs[0]
            before = [(one.end_lineno or 0, one.end_col_offset or 0) for one in (*node.args, *node.defaults)]
            yield max(before, default=(first.lineno, 0)), (first.lineno, first.col_offset)
        if isinstance(node, ast.keyword) and node.arg in {"kw_only", "maxsize", "strict"}:
            yield (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)


def mutated(mutant: Mutant) -> str:
    """The source of the file with the change."""
    source = (ROOT / mutant.file).read_text(encoding="utf-8")
    changed = mutate_code(source, get_operator(mutant.operator)(), mutant.occurrence)
    assert changed is not None
    return str(changed)


def statement(mutant: Mutant) -> range:
    """The lines of the smallest statement around a mutant, its head only where others stand in it."""
    found = range(mutant.line, mutant.line + 1)
    tree = ast.parse((ROOT / mutant.file).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and node.lineno <= mutant.line <= (node.end_lineno or 0):
            body = getattr(node, "body", None)
            last = body[0].lineno - 1 if isinstance(body, list) else node.end_lineno or 0
            if mutant.line <= last:
                found = range(node.lineno, last + 1)
    return found
