"""The bundled examples are those of the cases, and the program answers them as the evidence expects."""

import json
from pathlib import Path

import pytest

from hepalith.app.main import main
from hepalith.decision.expectations import Answers, unmet
from hepalith.store.case_file import CaseFiles
from support import examples
from support.vignettes import knowledge_and_problems

EXAMPLES = sorted(examples.FOLDER.glob("*.hepalith.json"))


def expected(example: Path) -> dict:
    return json.loads(example.with_name(example.name.replace(".hepalith.json", ".expected.json")).read_text("utf-8"))


def test_there_is_an_example_for_each_branch() -> None:
    assert len(EXAMPLES) >= 10
    assert {expected(example)["case"][0] for example in EXAMPLES} == {"B", "C", "F", "N"}


def test_the_examples_are_up_to_date() -> None:
    made = dict(examples.made())
    assert {path.name for path in examples.FOLDER.glob("*.json")} == set(made)
    for name, content in made.items():
        assert (examples.FOLDER / name).read_bytes() == content, f"{name}: run python tests/support/examples.py"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name.removesuffix(".hepalith.json"))
def test_an_example_is_answered_as_expected(example: Path) -> None:
    knowledge, _problems = knowledge_and_problems()
    wanted = expected(example)
    found = list(unmet(wanted["expect"], Answers(CaseFiles().load(example), knowledge, wanted["as_of"])))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name.removesuffix(".hepalith.json"))
def test_an_example_gives_a_note(example: Path, tmp_path: Path) -> None:
    out = tmp_path / "note.pdf"
    assert main(["note", str(example), "--out", str(out), "--as-of", expected(example)["as_of"]]) == 0
    assert out.read_bytes().startswith(b"%PDF-")
