"""What no patient may show: a patient who does is printed as the smallest case."""

from collections.abc import Iterator
from itertools import product

import z3

from hepalith.decision.expectations import Answers
from hepalith.decision.levels import gate_state
from hepalith.decision.precedence import CLOSURE
from hepalith.domain.assessment import GateState, Status
from hepalith.domain.case import PATIENT
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import SUBJECT, CompiledDerived, Knowledge
from hepalith.knowledge.model import Recommendation
from hepalith.knowledge.tree import ChoiceIn, ChoiceOf, Reference
from hepalith.proofs.facts import LESIONS
from hepalith.proofs.results import Place, Result, Verdict
from hepalith.proofs.search import Found, Search
from hepalith.proofs.terms import Formula, conjunction, disjunction, negation
from hepalith.proofs.witness import Shows

TABLES, DISPOSITION, CONTRADICTIONS, CLOSURES = "tables", "disposition", "contradictions", "closures"
ALARM = "alarm"
_DISPOSITIONS = frozenset({"do", "consider", "refer", "none_needed"})
VERDICTS = {Found.NO_ONE: Verdict.PROVED, Found.UNSURE: Verdict.UNSURE, Found.TIME_OUT: Verdict.TIME_OUT}
Pair = tuple[str, str]  # a recommendation and its subject


def no_one(
    search: Search, proof: str, item: str, place: Place, wanted: tuple[Formula, ...], shows: Shows, text: str
) -> Result:
    """The result of looking for a patient who should not exist."""
    answered = search.find(*wanted, shows=shows)
    if answered.found is not Found.SOMEONE or answered.case is None:
        return Result(proof=proof, item=item, place=place, verdict=VERDICTS[answered.found])
    case = search.shown(answered.case, shows)
    return Result(proof=proof, item=item, place=place, verdict=Verdict.FAILED, text=text, case=case)


def prove_tables(search: Search) -> Iterator[Result]:
    """A complete table has a row for every patient; of an exclusive one no two rows hold together."""
    for derived in search.knowledge.derived.values():
        if derived.entry.complete:
            yield _has_a_row(search, derived)
        if derived.entry.exclusive:
            yield _has_one_row(search, derived)


def _has_a_row(search: Search, derived: CompiledDerived) -> Result:
    name, subject = derived.entry.id, _about(derived.entry.subject)

    def shows(answers: Answers) -> bool:
        return _rows(answers, derived, subject).count(Truth.FALSE) == len(derived.rows)

    wanted = (search.patient.row_hits(derived, subject)[-1].true, search.patient.is_present(subject))
    return no_one(search, TABLES, f"table {name}", ("derived", name), wanted, shows, "no row holds")


def _has_one_row(search: Search, derived: CompiledDerived) -> Result:
    name, subject = derived.entry.id, _about(derived.entry.subject)

    def shows(answers: Answers) -> bool:
        return _rows(answers, derived, subject).count(Truth.TRUE) > 1

    hold = [search.patient.truth(row.when, subject).true for row in derived.rows]
    wanted = (negation(z3.AtMost(*hold, 1)), search.patient.is_present(subject))
    return no_one(search, TABLES, f"rows of {name}", ("derived", name), wanted, shows, "two rows hold together")


def _rows(answers: Answers, derived: CompiledDerived, subject: str) -> list[Truth]:
    """Whether each row holds; none for a lesion that is not there."""
    known = subject == PATIENT or subject in answers.evaluation.lesions
    return [answers.evaluation.truth(row.when, subject) for row in derived.rows] if known else []


def prove_disposition(search: Search) -> Iterator[Result]:
    """An adult with one lesion always gets advice on what to do, or the advice is open."""
    knowledge, patient = search.knowledge, search.patient
    only, other = LESIONS
    judged = [
        (name, _about(compiled.entry.subject))
        for name, compiled in knowledge.recommendations.items()
        if compiled.entry.kind in _DISPOSITIONS
    ]
    wanted = [patient.effective(name, subject).false for name, subject in judged]
    wanted += [patient.is_present(only), negation(patient.is_present(other))]
    adult = _is_adult(knowledge)
    if adult is not None:
        wanted.append(patient.truth(adult, PATIENT).true)

    def shows(answers: Answers) -> bool:
        if answers.evaluation.lesions != (only,):
            return False
        if adult is not None and answers.evaluation.truth(adult, PATIENT) is not Truth.TRUE:
            return False
        return not any(_effective(answers, pair) for pair in judged)

    text = "no advice holds, and none is open"
    yield no_one(search, DISPOSITION, "an adult with one lesion", ("recommendations", ""), tuple(wanted), shows, text)


def prove_contradictions(search: Search) -> Iterator[Result]:
    """What some advice says to avoid, no other says to do, unless a conflict or an order of precedence is declared."""
    entries = [compiled.entry for compiled in search.knowledge.recommendations.values()]
    against = [(one, about) for one in entries if one.kind == "avoid" for about in one.matters]
    for (one, about), other in product(against, entries):
        if other.kind not in {"do", "consider"} or about not in other.matters:
            continue
        if not set(one.conflicts) & set(other.conflicts):
            yield from _never_both(search, (other, one), about)


def prove_closures(search: Search) -> Iterator[Result]:
    """No case is closed while an alarm applies to the same lesion or the patient, or cannot be excluded.

    A closure that gives way to an alarm is held open by it too, even where the alarm itself gives way
    (`decision.precedence`). What is left to search for are alarms that no order of precedence names.
    """
    knowledge = search.knowledge
    closures, alarms = ([_pair(knowledge, name) for name in _tagged(knowledge, tag)] for tag in (CLOSURE, ALARM))
    for closure in closures:
        beaten_by = {winner for _rule, winner in knowledge.suppressors.get(closure[0], ())}
        others = [pair for pair in alarms if pair[0] not in beaten_by]
        yield _stays_open(search, closure, others)


def _stays_open(search: Search, closure: Pair, alarms: list[Pair]) -> Result:
    patient = search.patient
    may = disjunction(negation(patient.fires(*pair).false) for pair in alarms)

    def shows(answers: Answers) -> bool:
        is_open = any(_fires(answers, pair) is not Truth.FALSE for pair in alarms)
        return is_open and _status(answers, closure) is Status.HOLDS

    wanted = (patient.effective(*closure).true, patient.is_present(closure[1]), may)
    text = f"it closes while one of these alarms is open: {', '.join(name for name, _subject in alarms)}"
    return no_one(search, CLOSURES, closure[0], ("recommendations", closure[0]), wanted, shows, text)


def _never_both(search: Search, entries: tuple[Recommendation, Recommendation], about: str) -> Iterator[Result]:
    patient = search.patient
    done, avoided = entries
    pairs = [(entry.id, _about(entry.subject)) for entry in entries]
    wanted = [part for pair in pairs for part in (patient.effective(*pair).true, patient.is_present(pair[1]))]
    # It is not done while one of its gates is shut; what is to be avoided until gates open is not once they are.
    wanted += [patient.gate_passes(gate, pairs[0][1]).true for gate in done.gates]
    until = _lifted_by(avoided, about)
    if until:
        wanted.append(negation(conjunction(patient.gate_passes(gate, pairs[1][1]).true for gate in until)))

    def shows(answers: Answers) -> bool:
        may_do, may_now = (
            all(gate_state(answers.evaluation, gate, subject) is GateState.OPEN for gate in gates)
            for gates, (_name, subject) in zip((done.gates, until), pairs, strict=True)
        )
        lifted = bool(until) and may_now
        return may_do and not lifted and all(_status(answers, pair) is Status.HOLDS for pair in pairs)

    text = f"{about}: {done.id} says {done.kind}, {avoided.id} says avoid"
    place = ("recommendations", avoided.id)
    yield no_one(search, CONTRADICTIONS, f"{done.id} and {avoided.id}", place, tuple(wanted), shows, text)


def _lifted_by(avoided: Recommendation, about: str) -> tuple[str, ...]:
    """The gates until which something is to be avoided: the one named as the matter is, or else all of them."""
    own = tuple(gate for gate in avoided.gates if gate == about.removeprefix("drug:"))
    return own or avoided.gates


def _tagged(knowledge: Knowledge, tag: str) -> list[str]:
    return [name for name, compiled in knowledge.recommendations.items() if tag in compiled.entry.tags]


def _pair(knowledge: Knowledge, name: str) -> Pair:
    return name, _about(knowledge.recommendations[name].entry.subject)


def _about(kind: str) -> str:
    return LESIONS[0] if kind == "lesion" else PATIENT


def _is_adult(knowledge: Knowledge) -> ChoiceIn | None:
    if "adult" not in knowledge.domains.get(SUBJECT, ()):
        return None
    subject = Reference(SUBJECT, lesion=False, derived=SUBJECT in knowledge.derived)
    return ChoiceIn(ChoiceOf(subject, knowledge.domains[SUBJECT]), frozenset(["adult"]))


def _status(answers: Answers, pair: Pair) -> Status:
    name, subject = pair
    judged = (one.status for one in answers.judgement.of(name) if one.subject == subject)
    return next(judged, Status.DOES_NOT_HOLD)


def _effective(answers: Answers, pair: Pair) -> bool:
    return _status(answers, pair) in {Status.HOLDS, Status.CANNOT_BE_EXCLUDED}


def _fires(answers: Answers, pair: Pair) -> Truth:
    name, subject = pair
    is_there = subject == PATIENT or subject in answers.evaluation.lesions
    return answers.evaluation.fires(name, subject) if is_there else Truth.FALSE
