"""What must hold for any case and the real knowledge: unknown never flips a result, order of entry does not matter."""

from collections.abc import Sequence

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hepalith.decision.assess import evaluate
from hepalith.decision.evaluation import Evaluation
from hepalith.domain.case import PATIENT, Case, Observation
from hepalith.domain.truth import Truth
from support.generated import KNOWLEDGE, LESIONS, TODAY, cases


def truths(case: Case) -> dict[tuple[str, str], Truth]:
    """The truth of every condition that decides something, `ask` rules left out: those may appear."""
    evaluation = Evaluation(case, KNOWLEDGE, TODAY)
    found: dict[tuple[str, str], Truth] = {}
    for name, compiled in KNOWLEDGE.recommendations.items():
        if compiled.entry.kind != "ask":
            for subject in _subjects(compiled.entry.subject):
                found[(name, subject)] = evaluation.fires(name, subject)
    for name, gate in KNOWLEDGE.gates.items():
        for subject in _subjects(gate.entry.subject):
            for position, item in enumerate(gate.entry.items):
                found[(f"{name}.{item.id}", subject)] = evaluation.gate_item(name, position, subject)
    return found


def _subjects(of: str) -> Sequence[str]:
    return LESIONS if of == "lesion" else (PATIENT,)


def _contradicts(case: Case, observation: Observation) -> bool:
    """Whether another answer says that this finding need not be recorded, and it was recorded all the same."""
    absence = KNOWLEDGE.absence.get(observation.finding)
    return absence is not None and Evaluation(case, KNOWLEDGE, TODAY).truth(absence, observation.subject) is Truth.TRUE


@settings(max_examples=40)
@given(cases(), st.data())
def test_forgetting_a_value_never_flips_a_result(case: Case, data: st.DataObject) -> None:
    forgotten = data.draw(st.sampled_from(case.observations))
    assume(not _contradicts(case, forgotten))
    before, after = truths(case), truths(case.without_observation(forgotten.key))
    flipped = [key for key in before if {before[key], after[key]} == {Truth.TRUE, Truth.FALSE}]
    assert not flipped, f"forgetting {forgotten.finding} of {forgotten.subject} flips {flipped}"
    opened = [key for key in before if before[key] is Truth.UNKNOWN and after[key] is not Truth.UNKNOWN]
    assert not opened, f"forgetting {forgotten.finding} of {forgotten.subject} decides {opened}"


@settings(max_examples=25)
@given(cases(), st.randoms())
def test_the_order_of_entry_does_not_matter(case: Case, random: st.randoms) -> None:
    shuffled = list(case.observations)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = msgspec.structs.replace(case, observations=tuple(shuffled))
    assert evaluate(case, KNOWLEDGE, TODAY, trace=False) == evaluate(other, KNOWLEDGE, TODAY, trace=False)


@settings(max_examples=25)
@given(cases())
def test_a_gate_with_an_unknown_blocking_item_is_never_open_and_a_closure_never_stands_beside_an_alarm(
    case: Case,
) -> None:
    result = evaluate(case, KNOWLEDGE, TODAY, trace=False)
    for gate in result.gates:
        blocking = {item.fulfilled for item in gate.items if item.severity == "block"}
        assert (gate.state == "open") == (blocking <= {"yes"})
    holding = [one for one in result.recommendations if one.status == "holds"]
    alarms = {one.subject for one in holding if "alarm" in one.tags}
    closures = {one.subject for one in holding if "closure" in one.tags}
    assert not (alarms and closures & (alarms | {PATIENT})), (alarms, closures)
