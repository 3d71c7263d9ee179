"""Every YAML case: the decision core answers what the evidence expects."""

import pytest

from support.vignettes import Vignette, all_vignettes, failures, knowledge_and_problems


@pytest.mark.parametrize(
    "vignette", [pytest.param(vignette, id=f"{vignette.pack}-{vignette.id}") for vignette in all_vignettes()]
)
def test_case_is_answered_as_expected(vignette: Vignette) -> None:
    knowledge, _problems = knowledge_and_problems()
    found = failures(vignette, knowledge)
    assert not found, "\n".join([vignette.title, *found])


def test_case_ids_are_unique() -> None:
    ids = [vignette.id for vignette in all_vignettes()]
    assert len(ids) == len(set(ids)), sorted({name for name in ids if ids.count(name) > 1})


def test_knowledge_has_no_problems() -> None:
    _knowledge, problems = knowledge_and_problems()
    assert not problems, "\n".join(str(problem) for problem in problems)
