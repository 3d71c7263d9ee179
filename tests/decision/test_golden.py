"""The whole assessment of twenty cases, word for word: causes, advice, gates, questions, traces, what would change it.

The knowledge is `tests/data/wide`, without clinical content and with every construct of the format, so that a change of
the clinical knowledge changes nothing here. A change of the decision core that is meant to change an answer, an order
or a word: `HEPALITH_GOLDEN=write python -m pytest tests/decision/test_golden.py`, and look at the difference.
"""

import os
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from hepalith.decision.assess import evaluate
from hepalith.knowledge.cases import Vignette, case_of
from support.wide import CASES, wide

GOLDEN = Path(__file__).parent / "golden"


def without_what_is_empty(value: Any) -> Any:
    """What is empty, false or not there says the same as its absence, and would fill most of a golden file."""
    if isinstance(value, dict):
        inner = {name: without_what_is_empty(part) for name, part in value.items()}
        return {name: part for name, part in inner.items() if part not in ({}, [], "", None, False)}
    return [without_what_is_empty(part) for part in value] if isinstance(value, list | tuple) else value


def assessed(vignette: Vignette) -> str:
    """The assessment as text: the traces, the second look and what would change each conclusion with it."""
    made = evaluate(case_of(vignette, wide()), wide(), date.fromisoformat(vignette.as_of), further=True)
    plain = without_what_is_empty(msgspec.to_builtins(made))
    return yaml.dump(plain, default_flow_style=None, width=140, sort_keys=False, allow_unicode=True)


@pytest.mark.parametrize("vignette", CASES, ids=lambda one: one.id)
def test_the_assessment_is_the_golden_one(vignette: Vignette) -> None:
    path = GOLDEN / f"{vignette.id}.yaml"
    text = f"# {vignette.title}\n{assessed(vignette)}"
    if os.environ.get("HEPALITH_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    assert sorted(path.stem for path in GOLDEN.glob("*.yaml")) == sorted(one.id for one in CASES)
