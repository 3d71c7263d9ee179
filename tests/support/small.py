"""A tiny knowledge base for tests of the machinery: no clinical content."""

from pathlib import Path

from hepalith.knowledge.base import Knowledge, Problem
from hepalith.knowledge.compiler import compile_knowledge
from hepalith.knowledge.loader import hash_of, read_files

DATA = Path(__file__).parents[1] / "data" / "small"
HEADER = (DATA / "header.yaml").read_text(encoding="utf-8")
FINDINGS = (DATA / "findings.yaml").read_text(encoding="utf-8")
REST = (DATA / "rest.yaml").read_text(encoding="utf-8")


def write_small(folder: Path, **replaced: str) -> Path:
    """The knowledge files in a folder; `header`, `findings` and `rest` can be replaced."""
    header = replaced.pop("header", HEADER)
    for name, text in {"findings": FINDINGS, "rest": REST, **replaced}.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "small.yaml").write_text(text, encoding="utf-8")
    (folder / "knowledge.yaml").write_text(header, encoding="utf-8")
    return folder


def compile_small(folder: Path, **replaced: str) -> tuple[Knowledge, tuple[Problem, ...]]:
    """The compiled tiny knowledge base and its problems."""
    write_small(folder, **replaced)
    files, places, problems = read_files(folder, hash_of(folder))
    assert files is not None
    knowledge, more = compile_knowledge(files, places)
    return knowledge, (*problems, *more)
