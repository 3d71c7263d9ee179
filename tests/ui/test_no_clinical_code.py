"""No finding, choice with meaning, or advice is known to the window's code: all of it comes from the knowledge."""

import ast
from pathlib import Path

import pytest

import hepalith.ui
from hepalith.knowledge.loader import read_files
from hepalith.resources import resource

SOURCES = sorted(Path(hepalith.ui.__file__).parent.rglob("*.py"))


@pytest.fixture(scope="module")
def ids() -> set[str]:
    """Ids of findings, derived findings, conditions, recommendations and gates."""
    files, _places, _problems = read_files(resource("knowledge"), "")
    assert files is not None
    kinds = (files.findings, files.derived, files.conditions, files.recommendations, files.gates)
    return {entry.id for kind in kinds for entry in kind}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_id_of_the_knowledge_stands_in_the_code(path: Path, ids: set[str]) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    literals = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert literals & ids == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_window_imports_neither_store_nor_decision(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    forbidden = ("hepalith.store", "hepalith.note", "hepalith.cli", "hepalith.app", "hepalith.decision")
    assert not {name for name in modules if name.startswith(forbidden)}
