"""Nothing in the knowledge is without effect: every condition can hold, and none always holds."""

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from hepalith.decision.expectations import Answers
from hepalith.domain.assessment import Status
from hepalith.domain.case import PATIENT
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import CompiledDerived, Knowledge
from hepalith.knowledge.tree import And, Constant, TruthNode
from hepalith.proofs.facts import LESIONS
from hepalith.proofs.patient import Patient
from hepalith.proofs.results import Place, Result, Verdict
from hepalith.proofs.search import Found, Search
from hepalith.proofs.terms import Formula

REACHABLE = "reachable"
CHANGEABLE = "changeable"
AFTER_PRECEDENCE = " after precedence"
_VERDICTS = {
    Found.SOMEONE: Verdict.PROVED,
    Found.NO_ONE: Verdict.FAILED,
    Found.UNSURE: Verdict.UNSURE,
    Found.TIME_OUT: Verdict.TIME_OUT,
}
UNSURE_TEXT = "the solver names a patient, but the evaluator does not agree"


class Claim(NamedTuple):
    """That some patient shows something. written: the condition as the file has it, to say what excludes what."""

    proof: str
    item: str
    place: Place
    subject: str
    wanted: Callable[[Patient], tuple[Formula, ...]]
    shows: Callable[[Answers], bool]
    node: TruthNode | None = None
    written: str = ""

    def is_shown(self, answers: Answers) -> bool:
        """Whether a case shows it."""
        return (self.subject == PATIENT or self.subject in answers.evaluation.lesions) and self.shows(answers)


def prove_reachable(search: Search, claims: Iterable[Claim]) -> Iterator[Result]:
    """Looks for a patient for every claim; a patient that was found may show others too."""
    waiting = list(claims)
    while waiting:
        claim = waiting.pop(0)
        formulas = (*claim.wanted(search.patient), search.patient.is_present(claim.subject))
        answered = search.find(*formulas, shows=claim.is_shown)
        yield _result(claim, answered.found, search)
        if answered.case is not None:
            answers = search.answers(answered.case)
            still = []
            for other in waiting:
                if other.is_shown(answers):
                    yield _result(other, Found.SOMEONE, search)
                else:
                    still.append(other)
            waiting = still


def claims_of(knowledge: Knowledge) -> Iterator[Claim]:
    """All that has to be possible with a knowledge base."""
    for name in knowledge.recommendations:
        yield from _of_recommendation(knowledge, name)
    for derived in knowledge.derived.values():
        yield from _of_derived(derived)
    for name in knowledge.conditions:
        yield from _of_condition(knowledge, name)
    for gate in knowledge.gates.values():
        for item, node in zip(gate.entry.items, gate.items, strict=True):
            place = ("gates", gate.entry.id)
            item_name = f"gate item {gate.entry.id}.{item.id}"
            can, _can_fail = _both_ways(
                item_name, place, gate.entry.subject, node, item.requires, gate.entry.wants_fresh
            )
            yield can  # an item that only asks for a value to be known never fails
    for name, node in knowledge.absence.items():
        finding = knowledge.findings[name]
        item_name = f"absent_when of {name}"
        if not isinstance(node, Constant):
            yield from _both_ways(item_name, ("findings", name), finding.subject, node, finding.absent_when)
    for name, node in knowledge.relevance.items():
        finding = knowledge.findings[name]
        item_name = f"relevant of {name}"
        yield from _both_ways(item_name, ("findings", name), finding.subject, node, finding.relevant)


def _of_recommendation(knowledge: Knowledge, name: str) -> Iterator[Claim]:
    compiled = knowledge.recommendations[name]
    entry, place, subject = compiled.entry, ("recommendations", name), _subject(compiled.entry.subject)
    yield from _both_ways(f"recommendation {name}", place, entry.subject, compiled.when, entry.when)
    if name in knowledge.suppressors:
        yield Claim(
            REACHABLE,
            f"recommendation {name}{AFTER_PRECEDENCE}",
            place,
            subject,
            lambda patient: (patient.effective(name, subject).true,),
            lambda answers: any(one.status is Status.HOLDS for one in _judged(answers, name, subject)),
        )
    for number, (step, node) in enumerate(zip(entry.escalate, compiled.escalate, strict=True), 1):
        for proof, way in ((REACHABLE, Truth.TRUE), (CHANGEABLE, Truth.FALSE)):
            yield _beside(f"escalation {name}.{number}", proof, place, subject, (compiled.when, node), way, step.when)


def _judged(answers: Answers, name: str, subject: str) -> list:  # type: ignore[type-arg]
    return [one for one in answers.judgement.of(name) if one.subject == subject]


def _beside(
    item: str, proof: str, place: Place, subject: str, nodes: tuple[TruthNode, TruthNode], way: Truth, written: str
) -> Claim:
    """That a condition holds, and beside it another in this way."""
    holds, other = nodes

    def wanted(patient: Patient) -> tuple[Formula, ...]:
        return (patient.truth(holds, subject).true, _way(patient, other, subject, way))

    def shows(answers: Answers) -> bool:
        truths = [answers.evaluation.truth(node, subject) for node in nodes]
        return truths == [Truth.TRUE, way]

    return Claim(proof, item, place, subject, wanted, shows, other if way is Truth.TRUE else None, written)


def _of_condition(knowledge: Knowledge, name: str) -> Iterator[Claim]:
    compiled = knowledge.conditions[name]
    place, subject = ("conditions", name), compiled.entry.subject
    for way, entries, nodes in (
        ("for", compiled.entry.arguments_for, compiled.arguments_for),
        ("against", compiled.entry.arguments_against, compiled.arguments_against),
    ):
        for argument, node in zip(entries, nodes, strict=True):
            yield from _both_ways(f'argument {name} {way} "{argument.text}"', place, subject, node, argument.when)
    for word, node, written in (
        ("excluded_when", compiled.excluded, compiled.entry.excluded_when),
        ("confirmed_when", compiled.confirmed, compiled.entry.confirmed_when),
    ):
        if written:
            yield from _both_ways(f"{word} of {name}", place, subject, node, written)


def _of_derived(derived: CompiledDerived) -> Iterator[Claim]:
    entry = derived.entry
    place, subject = ("derived", entry.id), _subject(entry.subject)
    if entry.type == "yes_no" and derived.tree is not None:
        yield from _both_ways(f"derived {entry.id}", place, entry.subject, derived.tree, entry.expr)  # type: ignore[arg-type]
    if entry.relevant:
        yield from _both_ways(f"relevant of {entry.id}", place, entry.subject, derived.relevant, entry.relevant)
    if entry.not_for:
        yield from _both_ways(f"not_for of {entry.id}", place, entry.subject, derived.not_for, entry.not_for)
    ends = [row.id for row in derived.rows]
    if derived.rows and derived.otherwise is not None and not entry.complete:
        ends.append("otherwise")
    for position, row in enumerate(ends):
        yield _row(derived, position, f"row {entry.id}.{row}", place, subject)


def _row(derived: CompiledDerived, position: int, item: str, place: Place, subject: str) -> Claim:
    """That a row is the hit: it holds, and those before it are known not to."""

    def shows(answers: Answers) -> bool:
        truths = [answers.evaluation.truth(row.when, subject) for row in derived.rows[: position + 1]]
        hit = [Truth.FALSE] * position + [Truth.TRUE] * (position < len(derived.rows))
        return truths == hit

    written = entry.rows[position].when if position < len((entry := derived.entry).rows) else ""
    node = derived.rows[position].when if written else None
    return Claim(
        REACHABLE,
        item,
        place,
        subject,
        lambda patient: (patient.row_hits(derived, subject)[position].true,),
        shows,
        node,
        written,
    )


def _both_ways(
    item: str, place: Place, kind: str, node: TruthNode, written: str, fresh: bool = False
) -> Iterator[Claim]:
    subject = _subject(kind)
    for proof, way in ((REACHABLE, Truth.TRUE), (CHANGEABLE, Truth.FALSE)):

        def wanted(patient: Patient, way: Truth = way) -> tuple[Formula, ...]:
            return (_way(patient, node, subject, way, fresh),)

        def shows(answers: Answers, way: Truth = way) -> bool:
            return answers.evaluation.truth(node, subject, fresh) is way

        yield Claim(proof, item, place, subject, wanted, shows, node if way is Truth.TRUE else None, written)


def _way(patient: Patient, node: TruthNode, subject: str, way: Truth, fresh: bool = False) -> Formula:
    answer = patient.truth(node, subject, fresh)
    return answer.true if way is Truth.TRUE else answer.false


def _subject(kind: str) -> str:
    return LESIONS[0] if kind == "lesion" else PATIENT


def _result(claim: Claim, found: Found, search: Search) -> Result:
    verdict = _VERDICTS[found]
    text = ""
    if verdict is Verdict.FAILED:
        text = _reason(claim, search) if claim.proof == REACHABLE else f"always holds: {_line(claim.written)}"
    elif verdict is Verdict.UNSURE:
        text = UNSURE_TEXT
    return Result(proof=claim.proof, item=claim.item, place=claim.place, verdict=verdict, text=text)


def _reason(claim: Claim, search: Search) -> str:
    """What cannot hold together, where the condition is a list of parts that must all hold."""
    if not isinstance(claim.node, And):
        return f"can never hold: {_line(claim.written)}" if claim.written else "can never be"
    patient, fresh = search.patient, claim.place[0] == "gates"
    parts = [patient.truth(part, claim.subject, fresh).true for part in claim.node.parts]
    names = _written_parts(claim.written)
    kept = search.clash(parts, patient.is_present(claim.subject))
    if len(names) != len(parts) or len(kept) == len(parts):
        return f"can never hold: {_line(claim.written)}"
    return f"cannot hold together: {'; '.join(names[position] for position in kept)}"


def _written_parts(text: str) -> list[str]:
    tree = ast.parse(_line(text), mode="eval").body
    return [ast.unparse(part) for part in tree.values] if isinstance(tree, ast.BoolOp) else [_line(text)]


def _line(text: str) -> str:
    return " ".join(text.split())
