"""The YAML cases of `tests/cases/` and the program's knowledge, read once for all tests."""

from functools import lru_cache
from pathlib import Path

from hepalith.decision.expectations import failures
from hepalith.domain.case import Case
from hepalith.knowledge.base import Knowledge, Problem
from hepalith.knowledge.cases import Vignette, case_of, read_vignettes
from hepalith.knowledge.compiler import compile_knowledge
from hepalith.knowledge.loader import hash_of, read_files

__all__ = [
    "CASES",
    "KNOWLEDGE",
    "Vignette",
    "all_cases",
    "all_vignettes",
    "case_of",
    "failures",
    "knowledge_and_problems",
]

CASES = Path(__file__).parents[1] / "cases"
KNOWLEDGE = Path(__file__).parents[2] / "resources" / "knowledge"


@lru_cache
def knowledge_and_problems() -> tuple[Knowledge, tuple[Problem, ...]]:
    """The program's knowledge, compiled even when it has problems, and the problems."""
    files, places, problems = read_files(KNOWLEDGE, hash_of(KNOWLEDGE))
    assert files is not None, problems
    knowledge, more = compile_knowledge(files, places)
    return knowledge, (*problems, *more)


@lru_cache
def all_vignettes() -> tuple[Vignette, ...]:
    """Every case of every file, in the order of the files."""
    return read_vignettes(CASES)


@lru_cache
def all_cases() -> tuple[Case, ...]:
    """The cases that the vignettes describe."""
    knowledge, _problems = knowledge_and_problems()
    return tuple(case_of(vignette, knowledge) for vignette in all_vignettes())
