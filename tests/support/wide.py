"""The knowledge of `tests/data/wide`, with every construct of the format and no clinical content, and its cases."""

from functools import lru_cache
from pathlib import Path

from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.cases import read_vignettes
from hepalith.knowledge.compiler import compile_knowledge
from hepalith.knowledge.loader import read_files

DATA = Path(__file__).parents[1] / "data"
CASES = read_vignettes(DATA / "wide_cases")


@lru_cache
def wide() -> Knowledge:
    """The compiled knowledge."""
    files, places, problems = read_files(DATA / "wide", "(hash)")
    assert problems == ()
    assert files is not None
    knowledge, more = compile_knowledge(files, places)
    assert more == ()
    return knowledge
