"""The conformance vectors of the Clinical Quality Language, in our expression language (`tests/data/cql/README.md`)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from hepalith.decision.evaluation import Evaluation
from hepalith.decision.observed import ObservedCase
from hepalith.decision.program import Runner, Writer
from hepalith.decision.reading import FastReader, QuickEvaluation
from hepalith.decision.single import CaseReader
from hepalith.domain.case import PATIENT, Case, Observation, Value
from hepalith.domain.interval import Interval
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.compiler import _Compiler
from hepalith.knowledge.expression import ExpressionError, Symbols, parse_number, parse_truth
from hepalith.knowledge.loader import hash_of, read_files
from hepalith.knowledge.tree import Compare, Node, NumberNode, Reference, TruthNode, walk
from support.building import case, choice, day, no, number, seen, yes
from support.generate import TODAY
from support.small import compile_small, write_small
from support.vignettes import knowledge_and_problems

DATA = Path(__file__).parents[1] / "data" / "cql"
FILES = sorted(DATA.glob("*.yaml"))
FINDINGS = (DATA / "dictionary" / "findings.yaml").read_text(encoding="utf-8")


class Vector(NamedTuple):
    """Inputs of an expression and what it should give. whole: any fractional part is dropped."""

    name: str
    expression: str
    inputs: dict[str, Any]
    expected: Any
    whole: bool = False


def read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def vectors() -> Iterator[Vector]:
    for path in FILES:
        content = read(path)
        for group in content["groups"]:
            for name, (*values, expected) in group["vectors"].items():
                inputs = dict(zip(group["inputs"], values, strict=True))
                yield Vector(name, group["expression"], inputs, expected, group.get("whole", False))
        for one in content.get("differs", ()):
            inputs = dict(zip(one["inputs"], one["values"], strict=True))
            yield Vector(one["name"], one["expression"], inputs, one["ours"])


def value_of(name: str, written: Any) -> Value:
    match written:
        case bool():
            return yes() if written else no()
        case int() | float():
            return number(str(Decimal(str(written))), "mm")
        case str() if name in {"since", "until"}:
            return day(written)
        case str() if name in {"c", "d"}:
            return choice(written)
    amount, unit = written.split()
    return number(amount, unit)


def case_of(inputs: dict[str, Any]) -> Case:
    found: list[Observation] = []
    lesions = 0
    for name, written in inputs.items():
        if isinstance(written, list):
            lesions = len(written)
            found.append(seen("lesion_count", number(str(lesions), "1")))
            found += [
                seen(name, value_of(name, one), f"L{position + 1}")
                for position, one in enumerate(written)
                if one is not None
            ]
        elif written is not None:
            found.append(seen(name, value_of(name, written)))
    return case(*found, lesions=lesions)


def amount_of(written: Any) -> Decimal:
    """An expected number; with a unit, in mm."""
    if isinstance(written, str):
        amount, _unit = written.split()
        return Decimal(amount) * 10
    return Decimal(str(written))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Knowledge, Symbols]:
    """A knowledge base with nothing but the findings of the vectors."""
    folder = tmp_path_factory.mktemp("vectors")
    rest = "sources: []\n"
    knowledge, problems = compile_small(folder, findings=FINDINGS, rest=rest)
    assert problems == ()
    files, places, _ = read_files(write_small(folder, findings=FINDINGS, rest=rest), hash_of(folder))
    assert files is not None
    return knowledge, _Compiler(files, places)._symbols


def tree_of(vector: Vector, symbols: Symbols) -> TruthNode | NumberNode:
    try:
        return parse_truth(vector.expression, "patient", symbols, allow_missing=True)
    except ExpressionError:
        return parse_number(vector.expression, "patient", symbols)


def interpreter(observed: ObservedCase, knowledge: Knowledge, _wanted: TruthNode) -> Evaluation:
    return Evaluation(observed.case, knowledge, TODAY)


def reader_of_a_case(observed: ObservedCase, knowledge: Knowledge, wanted: TruthNode) -> Evaluation:
    reader = CaseReader(knowledge, [wanted])
    return QuickEvaluation(reader.read(reader.inputs(observed)))


def reader_of_variants(observed: ObservedCase, knowledge: Knowledge, wanted: TruthNode) -> Evaluation:
    reader = FastReader(knowledge)
    reader._runner = Runner(Writer(knowledge).program([wanted]))
    return QuickEvaluation(reader.read(observed))


@pytest.mark.parametrize("evaluator", [interpreter, reader_of_a_case, reader_of_variants], ids=lambda one: one.__name__)
@pytest.mark.parametrize("vector", list(vectors()), ids=lambda vector: vector.name)
def test_vector(vector: Vector, evaluator: Callable[..., Evaluation], small: tuple[Knowledge, Symbols]) -> None:
    knowledge, symbols = small
    tree = tree_of(vector, symbols)
    wanted = tree if isinstance(tree, TruthNode) else Compare("==", tree, tree)
    evaluation = evaluator(ObservedCase(case_of(vector.inputs), knowledge.findings, TODAY), knowledge, wanted)
    given: Truth | Interval
    given = evaluation.truth(tree, PATIENT) if isinstance(tree, TruthNode) else evaluation.number(tree, PATIENT)
    if isinstance(given, Truth):
        assert given is {True: Truth.TRUE, False: Truth.FALSE, None: Truth.UNKNOWN}[vector.expected]
    elif vector.expected is None:
        assert not given.is_point
    else:
        ends: Sequence[Any] = vector.expected if isinstance(vector.expected, list) else [vector.expected] * 2
        found = [Decimal(int(end)) if vector.whole else end for end in (given.low, given.high)]
        assert found == [amount_of(end) for end in ends]


WITHOUT_VECTORS = {
    "AsOf": "the date of the assessment; the standard has the clock's Today",
    "Constant": "a written yes or no",
    "CountLesions": "Count of the standard counts what is there, this what holds",
    "CountTrue": "as CountLesions",
    "Fires": "names advice of the knowledge",
    "GatePasses": "names a gate of the knowledge",
    "Limit": "the laboratory's own limit",
    "ModalityOf": "the examination on which something was seen",
    "ObservationDate": "when something was seen",
    "Overlaps": "of items with three states; the standard's lists have two",
    "SameTechnique": "compares examinations",
    "agreed": "of bounds",
    "log10": "the vectors have other bases",
    "max": "the vectors are run as that of the lesions",
    "sqrt": "the vectors of Power have no exponent 0.5",
}


def operators(trees: Iterable[Node]) -> set[str]:
    """What trees are made of, by the sign or name where there is one."""
    nodes = [node for tree in trees for node in walk(tree)]
    return {getattr(one, "operator", "") or getattr(one, "name", "") or type(one).__name__ for one in nodes} - {
        one.name for one in nodes if isinstance(one, Reference)
    }


def test_every_operator_of_the_knowledge_has_vectors_or_a_reason(small: tuple[Knowledge, Symbols]) -> None:
    knowledge = knowledge_and_problems()[0]
    used = operators([*knowledge.trees(), *(item for gate in knowledge.gates.values() for item in gate.items)])
    covered = operators(tree_of(vector, small[1]) for vector in vectors())
    assert used - covered == set(WITHOUT_VECTORS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_published_vector_is_accounted_for(path: Path) -> None:
    content = read(path)
    run = sum(len(group["vectors"]) for group in content["groups"])
    left_out = sum(one["count"] for one in content.get("left_out", ()))
    assert run + len(content.get("differs", ())) + left_out == content["published"]
    for one in content.get("differs", ()):
        assert one["theirs"] != one["ours"]
        assert one["why"]
