"""What has to be settled before a case can come to an end, and whether it has.

A case comes to an end before every question is answered: when every sign of an emergency was asked, and each lesion is
closed, or a cause leads and advice to act on it applies, or nothing that is left to ask could become such advice.
Before that, what these ends still need is asked first.
"""

from collections.abc import Iterable, Iterator, Sequence

from hepalith.decision.effects import REQUEST
from hepalith.decision.planes import CASE
from hepalith.decision.precedence import CLOSURE
from hepalith.decision.verdicts import Key
from hepalith.decision.what_if import WhatIf
from hepalith.domain.assessment import Ending, EndKind, GateState, Named, Need, Urgency
from hepalith.domain.case import PATIENT
from hepalith.domain.truth import Truth
from hepalith.knowledge.model import Recommendation
from hepalith.knowledge.tree import And, Missing, Node, Or, Reference, TruthNode

EMERGENCY = "emergency"  # the tag of advice for emergencies
ACCOMPANIES = "accompanies"  # the tag of advice that goes with a plan and is none by itself
NOTHING_NEEDED = "none_needed"  # the kind of advice that ends a work-up
ACTS = frozenset({"do", "consider", "refer", NOTHING_NEEDED})  # the kinds of advice that make a plan

Wanted = tuple[Node, str]  # a condition or a value that has to be told, with its subject
Pieces = list[tuple[Key, Recommendation]]  # advice


def shares(what_if: WhatIf) -> dict[Key, float]:
    """How much of the goals rests on each open finding.

    A goal counts 1 in all: the fewer of its conditions are open the more each of them counts, and the fewer findings a
    condition rests on the more each of these.
    """
    found: dict[Key, float] = {}
    gates = list(_closing_gates(what_if, what_if.reading.lesions))
    unplanned = () if gates else _unplanned(what_if)  # first whether it can be closed
    goals = (*gates, _emergencies(what_if), _doubts(what_if), _possible_plans(what_if, unplanned))
    needed = [[what_if.needs.of(node, subject) for node, subject in goal] for goal in goals]
    needed += [
        [(key,) for key in keys] for keys in (_requested(what_if), _raising(what_if), _starting(what_if, unplanned))
    ]
    for goal in needed:
        open_ = [needs for needs in goal if needs]
        for needs in open_:
            for key in needs:
                found[key] = found.get(key, 0) + 1 / (len(open_) * len(needs))
    return found


def end_of(what_if: WhatIf) -> Ending | None:
    """The end that the case comes to, with what has to be asked before; None while of a lesion that has neither
    advice that closes it nor a plan no cause leads.
    """
    lesions = what_if.reading.lesions
    if not lesions:
        return None
    closing = _closing(what_if)
    closed = _lesions_of(closing)
    if closed.issuperset(lesions) and what_if.effects.level <= Urgency.ROUTINE.rank:
        return _ending(what_if, EndKind.CLOSED, closing)
    acting, unplanned = _acting(what_if), _unplanned(what_if)
    without = set(lesions) - closed - _lesions_of(acting)
    if not without:
        return _ending(what_if, EndKind.PLANNED, acting)
    return _ending(what_if, EndKind.UNPLANNED, acting) if without.issubset(unplanned) else None


def _closing(what_if: WhatIf) -> Pieces:
    """The advice that closes lesions."""
    return [
        (key, entry)
        for key, entry in _in_case(what_if, what_if.verdicts.holds)
        if key[1] in what_if.reading.lesions and CLOSURE in entry.tags and entry.kind == NOTHING_NEEDED
    ]


def _acting(what_if: WhatIf) -> Pieces:
    """The advice to act that applies to lesions of which one cause leads."""
    return [
        (key, entry)
        for key, entry in _in_case(what_if, what_if.verdicts.holds)
        if _is_plan(what_if, key, entry) and _leads(what_if, key[1])
    ]


def _unplanned(what_if: WhatIf) -> list[str]:
    """The lesions of which one cause leads, but neither closed nor with a plan."""
    settled = _lesions_of([*_closing(what_if), *_acting(what_if)])
    return [lesion for lesion in what_if.reading.lesions if lesion not in settled and _leads(what_if, lesion)]


def _is_plan(what_if: WhatIf, key: Key, entry: Recommendation) -> bool:
    """Whether advice is a plan for a lesion where it applies."""
    return key[1] in what_if.reading.lesions and entry.kind in ACTS and ACCOMPANIES not in entry.tags


def _leads(what_if: WhatIf, subject: str) -> bool:
    """Whether one cause leads."""
    return sum(plane & CASE for plane in what_if.verdicts.leading[subject].values()) == 1


def _lesions_of(advice: Pieces) -> set[str]:
    return {lesion for (_name, lesion), _entry in advice}


# what an end needs


def _closing_gates(what_if: WhatIf, lesions: Iterable[str]) -> Iterator[list[Wanted]]:
    """The items of each closing gate that nothing known keeps shut."""
    for name, compiled in what_if.reading.knowledge.gates.items():
        if compiled.entry.kind == CLOSURE:
            for subject in lesions if compiled.entry.subject == "lesion" else (PATIENT,):
                if not what_if.verdicts.gate(name, subject)[GateState.SHUT] & CASE:
                    yield [(tree, subject) for tree in compiled.items]


def _emergencies(what_if: WhatIf) -> list[Wanted]:
    """The conditions of the advice for emergencies that cannot be excluded."""
    return [
        (_condition(what_if, name), subject)
        for (name, subject), entry in _in_case(what_if, what_if.verdicts.open)
        if EMERGENCY in entry.tags
    ]


def _doubts(what_if: WhatIf) -> list[Wanted]:
    """What the plan of a lesion rests on, where each of its plans rests on something: values that have to be unknown
    for it to apply, and the conditions of open advice that would take its place.

    What nothing that is known speaks for takes no place.
    """
    doubts: dict[str, list[list[Wanted]]] = {}
    for (name, lesion), _entry in _acting(what_if):
        winners = [winner for _rule, winner in what_if.reading.knowledge.suppressors.get(name, ())]
        rivals = [one for winner in winners for one in _open(what_if, winner, lesion)]
        unknown = _taken_as_unknown(what_if, _condition(what_if, name), lesion)
        doubts.setdefault(lesion, []).append([*unknown, *rivals])
    return [one for plans in doubts.values() if all(plans) for plan in plans for one in plan]


def _taken_as_unknown(what_if: WhatIf, tree: TruthNode, subject: str) -> list[Wanted]:
    """The values that have to be unknown for a condition, which holds, to hold; [] if it does without.

    Only those that can still be asked for: what cannot be told, or cannot be obtained, stays unknown.
    """
    match tree:
        case Missing(reference=reference):
            return [(reference, subject)] if _can_be_asked(what_if, reference, subject) else []
        case And(parts=parts):
            return [one for part in parts for one in _taken_as_unknown(what_if, part, subject)]
        case Or(parts=parts):
            holding = [part for part in parts if what_if.evaluation.truth(part, subject) is Truth.TRUE]
            return min((_taken_as_unknown(what_if, part, subject) for part in holding), key=len)
    return []


def _can_be_asked(what_if: WhatIf, reference: Reference, subject: str) -> bool:
    """Whether anything on which a value rests is asked."""
    needs = what_if.needs.of(reference, subject)
    return any(one.key in needs for one in what_if.asked)


def _possible_plans(what_if: WhatIf, lesions: Sequence[str]) -> list[Wanted]:
    """The conditions of the open advice that would be a plan for lesions: that for which something known speaks, and
    all where there is none such.
    """
    found: dict[str, list[tuple[TruthNode, bool]]] = {}
    for (name, lesion), entry in _in_case(what_if, what_if.verdicts.open):
        if lesion in lesions and _is_plan(what_if, (name, lesion), entry):
            speaks = (name, lesion) in what_if.supported
            found.setdefault(lesion, []).append((_condition(what_if, name), speaks))
    return [
        (condition, lesion)
        for lesion, plans in found.items()
        for condition, speaks in plans
        if speaks or not any(speaks for _condition, speaks in plans)
    ]


def _starting(what_if: WhatIf, lesions: Sequence[str]) -> list[Key]:
    """The questions to which a single answer brings a plan for lesions, for which something known speaks already."""
    plans = {
        (name, lesion)
        for name, lesion in what_if.supported
        if lesion in lesions
        and _is_plan(what_if, (name, lesion), what_if.reading.knowledge.recommendations[name].entry)
    }
    return [
        one.key
        for one in what_if.telling
        if any(not plans.isdisjoint(change.starts) for change in what_if.changes(one))
    ]


def _open(what_if: WhatIf, name: str, lesion: str) -> list[Wanted]:
    """The condition of advice that cannot be excluded for a lesion, or for the patient, and has support."""
    compiled = what_if.reading.knowledge.recommendations[name]
    subject = lesion if compiled.entry.subject == "lesion" else PATIENT
    is_open = what_if.verdicts.open[name, subject] & CASE
    return [(compiled.when, subject)] if is_open and what_if.support.of(name, subject) else []


def _raising(what_if: WhatIf) -> list[Key]:
    """The questions to which a single answer makes the case more urgent, by advice for which something known speaks.

    Advice that only asks for a value makes no case more urgent here: to have that value is no reason to ask another.
    """
    now = what_if.effects.level
    return [
        one.key
        for one in what_if.telling
        if any(change.level > now and any(map(what_if.speaks_for, change.raised_by)) for change in what_if.changes(one))
    ]


def _requested(what_if: WhatIf) -> list[Key]:
    """What is asked for by advice that only asks for a value, where a plan is there and the urgency rests on such
    advice alone.
    """
    if not _acting(what_if):
        return []
    level, recommendations = what_if.effects.level, what_if.reading.knowledge.recommendations
    setting = [
        key
        for key, levels in what_if.verdicts.counts.items()
        if level and any(rank == level and plane & CASE for rank, plane in levels)
    ]
    if any(recommendations[name].entry.kind != REQUEST for name, _subject in setting):
        return []
    wanted = {name for advice, _subject in setting for name in recommendations[advice].entry.asks}
    return [one.key for one in what_if.asked if one.key[0] in wanted]


# what is published


def _ending(what_if: WhatIf, kind: EndKind, advice: Pieces) -> Ending:
    knowledge = what_if.reading.knowledge
    causes = [
        Named(id=name, subject=lesion, label=knowledge.conditions[name].entry.label)
        for lesion in what_if.reading.lesions
        for name, plane in what_if.verdicts.leading[lesion].items()
        if plane & CASE
    ]
    advice.sort(key=lambda pair: -Urgency(pair[1].urgency).rank)
    named = (Named(id=name, subject=subject, label=entry.title) for (name, subject), entry in advice)
    to_ask = (
        Need(finding=name, subject=subject, label=knowledge.label(name))
        for name, subject in _still_to_ask(what_if, kind)
    )
    return Ending(kind=kind, advice=tuple(named), causes=tuple(causes), to_ask=tuple(to_ask))


def _still_to_ask(what_if: WhatIf, kind: EndKind) -> Iterator[Key]:
    """The questions on which it rests whether this is an emergency, how urgent it is, whether the plan is another one,
    or whether there is one; what cannot be told is no question.
    """
    unplanned = _unplanned(what_if) if kind is EndKind.UNPLANNED else ()
    wanted = [
        *_emergencies(what_if),
        *(() if kind is EndKind.CLOSED else _doubts(what_if)),
        *_possible_plans(what_if, unplanned),
        *(item for gate in _closing_gates(what_if, unplanned) for item in gate),
    ]
    needed = [key for node, subject in wanted for key in what_if.needs.of(node, subject)]
    return _on_offer(what_if, (*needed, *_requested(what_if), *_raising(what_if), *_starting(what_if, unplanned)))


def _on_offer(what_if: WhatIf, wanted: Iterable[Key]) -> Iterator[Key]:
    """What can be asked now of what is wanted: in place of a finding that may not be relevant, what decides that."""
    asked = {one.key: one for one in what_if.asked}
    waiting, seen = list(wanted)[::-1], set[Key]()
    while waiting:
        key = waiting.pop()
        if key in asked and key not in seen:
            seen.add(key)
            if what_if.relevant(asked[key].open) is Truth.TRUE:
                yield key
            else:
                waiting += what_if.needs.of(what_if.reading.knowledge.relevance[key[0]], key[1])


def _condition(what_if: WhatIf, name: str) -> TruthNode:
    return what_if.reading.knowledge.recommendations[name].when


def _in_case(what_if: WhatIf, planes: dict[Key, int]) -> Iterator[tuple[Key, Recommendation]]:
    recommendations = what_if.reading.knowledge.recommendations
    return ((key, recommendations[key[0]].entry) for key, plane in planes.items() if plane & CASE)
