"""The readers agree on every construct of the format: on knowledge without clinical content that has all of them."""

import shutil
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from hepalith.decision.observed import ObservedCase
from hepalith.decision.program import program_of
from hepalith.decision.reading import FastReader
from hepalith.decision.single import CaseReader
from hepalith.domain.case import PATIENT, Case, Observation
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.compiler import compile_knowledge
from hepalith.knowledge.loader import read_files
from support import generate
from support.agreement import Both
from support.building import case, no, number, seen, yes
from support.generate import TODAY, by_finding, with_changes
from support.readers import lesions_of, read_in

DATA = Path(__file__).parents[1] / "data"
CASES = 10
GROW_OLD = ("lesion_count", "illness_end", "risks", "illness", "pain", "look", "size")


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """`wide`, and beside it what that does not use; gates do not trust old values of findings of every type."""
    folder = tmp_path_factory.mktemp("knowledge") / "both"
    shutil.copytree(DATA / "wide", folder)
    shutil.copy(DATA / "readers.yaml", folder / "rest")
    files, places, problems = read_files(folder, "(hash)")
    assert files is not None
    made, more = compile_knowledge(files, places)
    assert (*problems, *more) == ()
    aged = {name: replace(made.findings[name], max_age_days_for_gates=100) for name in GROW_OLD}
    return replace(made, findings={**made.findings, **aged})


@pytest.fixture(scope="module")
def both(knowledge: Knowledge) -> Both:
    return Both(knowledge)


@pytest.mark.parametrize("seed", range(6))
def test_every_construct_is_read_as_the_interpreter_reads_it(both: Both, knowledge: Knowledge, seed: int) -> None:
    for at, made in enumerate(islice(generate.cases(knowledge, seed, bounds=True), CASES)):
        assert both.differences(made, TODAY, every=11, first=at) == []


def edited(knowledge: Knowledge, seed: int) -> Iterator[Case]:
    """A case with two lesions, in which one finding after the other is recorded as in another such case."""
    made = generate.cases(knowledge, seed, bounds=True)
    one, other = islice((each for each in made if len(each.lesions) == 2), 2)
    recorded, instead = by_finding(one), by_finding(other)
    for key in sorted(recorded.keys() | instead.keys()):
        recorded = {**recorded, key: instead.get(key, ())}
        yield with_changes(one, recorded, {})


@pytest.mark.parametrize("seed", range(6))
def test_what_rests_on_an_edit_is_read_again_and_earlier_readings_stay(knowledge: Knowledge, seed: int) -> None:
    kept = FastReader(knowledge)
    cases = [ObservedCase(each, knowledge.findings, TODAY) for each in edited(knowledge, seed)]
    assert len({lesions_of(each.case) for each in cases}) == 1
    afresh = [read_in(FastReader(knowledge).read(each), (0,)) for each in cases]
    assert any(one != other for one, other in pairwise(afresh))
    readings = [kept.read(each) for each in cases]
    assert [read_in(reading, (0,)) for reading in readings] == afresh


def test_no_place_in_a_frame_is_left_empty(knowledge: Knowledge) -> None:
    observed = ObservedCase(next(edited(knowledge, 0)), knowledge.findings, TODAY)
    reading = FastReader(knowledge).read(observed)
    assert {len(frame) for frame in reading._frames.values()} == set(program_of(knowledge).sizes)
    assert not any(None in frame for frame in reading._frames.values())


def test_gate_items_are_also_read_with_old_values_for_the_reasons(knowledge: Knowledge) -> None:
    items = [(gate.entry.wants_fresh, tree) for gate in knowledge.gates.values() for tree in gate.items]
    program = program_of(knowledge)
    assert {wants_fresh for wants_fresh, _tree in items} == {False, True}
    for wants_fresh, tree in items:
        assert {(id(tree), False), (id(tree), wants_fresh)} <= program.truths.keys()


@pytest.mark.parametrize(
    ("item", "edit"), [("cool", seen("well", no())), ("slack", seen("lesion_count", number("3", "1")))]
)
def test_what_stands_for_an_absence_counts_as_what_a_condition_rests_on(
    knowledge: Knowledge, item: str, edit: Observation
) -> None:
    """Also where nothing stands in for what must be measured: what is asked for then depends on it."""
    gate = knowledge.gates["fresh"]
    tree = next(tree for entry, tree in zip(gate.entry.items, gate.items, strict=True) if entry.id == item)
    reader, before = FastReader(knowledge), case(lesions=1)
    since = [
        reader.read(ObservedCase(each, knowledge.findings, TODAY)).unchanged_since(tree, PATIENT, fresh=True)
        for each in (before, before.with_observation(seen("smoker", yes())), before.with_observation(edit))
    ]
    assert since[0] == since[1] < since[2]


@pytest.mark.parametrize(("name", "subject"), [("ALARM", PATIENT), ("NEEDLE", "L1")])
def test_without_a_trace_only_what_is_asked_for_is_kept(knowledge: Knowledge, name: str, subject: str) -> None:
    wanted = knowledge.recommendations[name].when
    reader, traced = CaseReader(knowledge, [wanted], trace=False), CaseReader(knowledge, [wanted])
    ill = case(
        seen("fever", yes()),
        seen("bilirubin", number("100", "umol/L")),
        seen("solid", yes(), "L1"),
        seen("size", number("20", "mm"), "L1"),
        lesions=1,
    )
    reading, more = (one.read(one.inputs(ObservedCase(ill, knowledge.findings, TODAY))) for one in (reader, traced))
    assert reading.truth(wanted, subject) == more.truth(wanted, subject) == (True, False)
    assert len(reading.frame(subject)) < len(more.frame(subject))  # not its parts


def test_which_of_some_conditions_hold_is_asked_of_a_reading_at_once(small: Knowledge) -> None:
    reader = CaseReader(small)
    trees = {name: one.when for name, one in small.recommendations.items()}
    known = case(seen("size", number("20", "mm"), "L1"), seen("solid", yes(), "L1"), lesions=2)
    reading = reader.read(reader.inputs(ObservedCase(known, small.findings, TODAY)))
    held = reader.held(trees)
    assert (held.of(reading, "L1"), held.of(reading, "L2")) == (["ASK", "DRUG"], ["ASK"])
