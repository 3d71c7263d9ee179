"""What the reader for a case alone keeps is a complete trace: reasons made from it are those of the interpreter."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import chain, islice
from typing import Any

import pytest

from hepalith.decision.case_program import CaseWriter
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.exact import Comparisons, wide
from hepalith.decision.explain import ANSWER, Explainer
from hepalith.decision.observed import ObservedCase
from hepalith.decision.reading import QuickEvaluation
from hepalith.decision.single import CaseReader, Inputs
from hepalith.domain.assessment import Answer, TraceNode
from hepalith.domain.case import PATIENT, Case, NumberValue, Observation
from hepalith.domain.interval import Interval
from hepalith.knowledge.tree import Compare, Number, NumberNode, Quantity, Reference, TruthNode, walk
from support import generate
from support.agreement import Both
from support.families import Generator
from support.generated import KNOWLEDGE
from support.questions import conditions
from support.vignettes import all_vignettes, case_of


@pytest.fixture(scope="module")
def reader() -> CaseReader:
    return CaseReader(KNOWLEDGE)


def kept(reader: CaseReader, case: Case, as_of: date) -> QuickEvaluation:
    return QuickEvaluation(reader.read(reader.inputs(ObservedCase(case, reader.knowledge.findings, as_of))))


def reasons(evaluation: Evaluation) -> dict[tuple[str, str], TraceNode]:
    """The reason of every condition, for each subject."""
    explainers = {fresh: Explainer(evaluation, fresh=fresh) for fresh in (False, True)}
    found = conditions(evaluation.knowledge, evaluation.lesions)
    return {(name, subject): explainers[fresh].trace(tree, subject) for name, tree, fresh, subject in found}


def drawn(count: int) -> Iterator[tuple[Case, date]]:
    """Cases of `tests/cases`, the same changed at random, and cases aimed at conditions."""
    vignettes = all_vignettes()
    for one in vignettes[:: len(vignettes) // count]:
        yield case_of(one, KNOWLEDGE), date.fromisoformat(one.as_of)
    generator = Generator(KNOWLEDGE, seed=11)
    for number in range(count):
        yield generator.case(number)
    for case in islice(generate.cases(KNOWLEDGE, 12, bounds=True), count):
        yield case, generate.TODAY


@pytest.fixture
def nothing_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The interpreter may look up what was entered, but answer no condition and compute no number."""
    number = Evaluation.number

    def refuse(_self: Evaluation, node: TruthNode, *_more: Any) -> Any:
        raise AssertionError(f"not in the trace: {node}")

    def only_what_was_entered(self: Evaluation, node: NumberNode, subject: str, fresh: bool = False) -> Any:
        return number(self, node, subject, fresh) if isinstance(node, Number | Quantity) else refuse(self, node)

    monkeypatch.setattr(Evaluation, "truth", refuse)
    monkeypatch.setattr(Evaluation, "number", only_what_was_entered)


@pytest.mark.slow
def test_reasons_made_from_the_trace_are_those_of_the_interpreter(reader: CaseReader) -> None:
    for case, as_of in drawn(4):
        assert reasons(kept(reader, case, as_of)) == reasons(Evaluation(case, KNOWLEDGE, as_of))


def answers(evaluation: Evaluation) -> dict[tuple[str, str], Answer]:
    """The answer to every condition, as that which decides has it."""
    found = conditions(evaluation.knowledge, evaluation.lesions)
    return {(name, subject): ANSWER[evaluation.truth(tree, subject, fresh)] for name, tree, fresh, subject in found}


@pytest.mark.slow
def test_a_reason_says_what_decides(reader: CaseReader) -> None:
    """Also below gates, which take old values as not recorded."""
    old = 0
    for case, as_of in drawn(4):
        for evaluation in (kept(reader, case, as_of), Evaluation(case, KNOWLEDGE, as_of)):
            told = reasons(evaluation)
            assert {key: node.answer for key, node in told.items()} == answers(evaluation)
            old += sum("too old" in str(node) for node in told.values())
    assert old


@pytest.mark.slow
@pytest.mark.usefixtures("nothing_is_computed")
def test_reasons_are_made_without_computing_anything_again(reader: CaseReader) -> None:
    vignettes = all_vignettes()
    for one in vignettes[:: len(vignettes) // 3]:
        assert reasons(kept(reader, case_of(one, KNOWLEDGE), date.fromisoformat(one.as_of)))


@pytest.mark.usefixtures("nothing_is_computed")
def test_a_reader_of_some_conditions_keeps_their_parts() -> None:
    of_patient = [one.when for one in KNOWLEDGE.recommendations.values() if one.entry.subject == "patient"]
    case, as_of = next(drawn(1))
    explainer = Explainer(kept(CaseReader(KNOWLEDGE, of_patient), case, as_of))
    assert all(explainer.trace(tree, PATIENT).text for tree in of_patient)


def below_each_limit() -> Case:
    """A patient with each number that is compared with a constant recorded as below one of these constants."""
    found: dict[str, Observation] = {}
    for node in (node for tree in KNOWLEDGE.trees() for node in walk(tree)):
        match node:
            case Compare(left=Quantity(reference=Reference(derived=False, lesion=False, name=name)), right=Number()):
                below = NumberValue(number=str(node.right.value), unit=KNOWLEDGE.findings[name].unit, comparator="<")
                found[name] = Observation(finding=name, subject=PATIENT, value=below)
    return Case(case_id="c", observations=tuple(found.values()))


def _turned_round(self: CaseWriter, operator: str, left: str, right: str) -> tuple[str, str]:
    true, false = COMPARED(self, operator, left, right)
    return false, true


def _open_is_no(self: CaseWriter, truths: Any) -> str:
    return COUNTED(self, [(true, self._plane(self._rest(true))) for true, _false in truths])


def _of_the_patient_only(self: CaseReader, observed: ObservedCase) -> Inputs:
    values = INPUTS(self, observed).values
    _patient, of_lesion = self._asked_of
    return Inputs(observed, {name: one if name == PATIENT else of_lesion.not_recorded for name, one in values.items()})


def _all_is_usual(_self: CaseWriter, text: str, _made_of: Any) -> str:
    return f"U[#] if U[#].__class__ is not object else {text}"


def _ends_are_closed(self: Comparisons, number: Any) -> tuple[bool, ...]:
    number = wide(number)
    return COMPARISONS_OF(self, Interval(number.low, number.high))


COMPARED, COUNTED, INPUTS, COMPARISONS_OF = CaseWriter._compared, CaseWriter._counted, CaseReader.inputs, Comparisons.of
FAULTS: dict[str, tuple[type, str, Callable[..., Any]]] = {
    "comparisons are turned round": (CaseWriter, "_compared", _turned_round),
    "what is counted and open is no": (CaseWriter, "_counted", _open_is_no),
    "lesions are not looked at": (CaseReader, "inputs", _of_the_patient_only),
    "what is recorded is taken for what is not": (CaseWriter, "_unless_usual", _all_is_usual),
    "ends that are excluded count": (Comparisons, "of", _ends_are_closed),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_reader_of_one_case_is_noticed(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*FAULTS[fault])
    both = Both(KNOWLEDGE)
    cases = chain(drawn(4), [(below_each_limit(), generate.TODAY)])
    assert any(both.differences(case, as_of) for case, as_of in cases)


def test_what_is_below_a_limit_is_read_as_the_interpreter_reads_it() -> None:
    assert not Both(KNOWLEDGE).differences(below_each_limit(), generate.TODAY, every=100)
