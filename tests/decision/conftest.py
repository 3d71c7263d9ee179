"""The tiny knowledge base, once for the folder."""

import pytest

from hepalith.knowledge.base import Knowledge
from support.small import compile_small


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """The tiny knowledge base."""
    knowledge, problems = compile_small(tmp_path_factory.mktemp("small"))
    assert problems == ()
    return knowledge
