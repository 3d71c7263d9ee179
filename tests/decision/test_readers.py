"""The readers agree on every construct of the format: on knowledge without clinical content that has all of them."""

import shutil
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

import pytest

from hepalith.decision.leaves import Variation
from hepalith.decision.observed import ObservedCase
from hepalith.decision.program import program_of
from hepalith.decision.reading import FastReader
from hepalith.domain.case import Case
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.compiler import compile_knowledge
from hepalith.knowledge.loader import read_files
from support import generate
from support.agreement import Both
from support.generate import TODAY, by_finding, with_changes
from support.readers import lesions_of, read_in

DATA = Path(__file__).parents[1] / "data"
CASES, EDITS = 60, 40


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """`wide`, and beside it what that does not use."""
    folder = tmp_path_factory.mktemp("knowledge") / "both"
    shutil.copytree(DATA / "wide", folder)
    shutil.copy(DATA / "readers.yaml", folder / "rest")
    files, places, problems = read_files(folder, "(hash)")
    assert files is not None
    made, more = compile_knowledge(files, places)
    assert (*problems, *more) == ()
    return made


def test_every_construct_is_read_as_the_interpreter_reads_it(knowledge: Knowledge) -> None:
    both = Both(knowledge)
    for number, case in enumerate(islice(generate.cases(knowledge, 2, bounds=True), CASES)):
        assert both.differences(case, TODAY, every=11, first=number % 11) == []


def edited(knowledge: Knowledge) -> Iterator[Case]:
    """A case with two lesions, in which one finding after the other is recorded as in another such case."""
    made = generate.cases(knowledge, 3, bounds=True)
    one, other = islice((case for case in made if len(case.lesions) == 2), 2)
    recorded, instead = by_finding(one), by_finding(other)
    for key in sorted(recorded.keys() | instead.keys())[:EDITS]:
        recorded = {**recorded, key: instead.get(key, ())}
        yield with_changes(one, recorded, {})


def test_what_rests_on_an_edit_is_read_again_and_earlier_readings_stay(knowledge: Knowledge) -> None:
    kept = FastReader(knowledge)
    cases = [ObservedCase(case, knowledge.findings, TODAY) for case in edited(knowledge)]
    assert len({lesions_of(case.case) for case in cases}) == 1
    afresh = [read_in(FastReader(knowledge).read(case), (0,)) for case in cases]
    assert any(one != other for one, other in pairwise(afresh))
    readings = [kept.read(case) for case in cases]
    assert [read_in(reading, (0,)) for reading in readings] == afresh


def test_no_place_in_a_frame_is_left_empty(knowledge: Knowledge) -> None:
    (case,) = islice((one for one in generate.cases(knowledge, 4) if one.lesions), 1)
    observed = ObservedCase(case, knowledge.findings, TODAY)
    reading = FastReader(knowledge).read(observed, Variation())
    sizes = {subject: len(frame) for subject, frame in reading._frames.items()}
    assert set(sizes.values()) == set(program_of(knowledge).sizes)
    assert not any(None in frame for frame in reading._frames.values())
