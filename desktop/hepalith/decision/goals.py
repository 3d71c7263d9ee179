"""What has to be settled before a case can come to an end, and whether it has.

A case comes to an end before every question is answered: when every sign of an emergency was asked, and each lesion is
closed, or a cause leads and advice to act on it applies. Before that, what these ends still need is asked first.
"""

from collections.abc import Iterable, Iterator

from hepalith.decision.effects import REQUEST
from hepalith.decision.planes import CASE
from hepalith.decision.precedence import CLOSURE
from hepalith.decision.verdicts import Key
from hepalith.decision.what_if import WhatIf
from hepalith.domain.assessment import Ending, EndKind, GateState, Named, Need, Urgency
from hepalith.domain.case import PATIENT
from hepalith.domain.truth import Truth
from hepalith.knowledge.model import Recommendation
from hepalith.knowledge.tree import TruthNode

EMERGENCY = "emergency"  # the tag of advice for emergencies
ACCOMPANIES = "accompanies"  # the tag of advice that goes with a plan and is none by itself
NOTHING_NEEDED = "none_needed"  # the kind of advice that ends a work-up
ACTS = frozenset({"do", "consider", "refer", NOTHING_NEEDED})  # the kinds of advice that make a plan

Condition = tuple[TruthNode, str]  # with its subject


def shares(what_if: WhatIf) -> dict[Key, float]:
    """How much of the goals rests on each open finding.

    A goal counts 1 in all: the fewer of its conditions are open the more each of them counts, and the fewer findings a
    condition rests on the more each of these.
    """
    found: dict[Key, float] = {}
    goals = (*_closing_gates(what_if), _emergencies(what_if), _rivals(what_if))
    needed = [[what_if.needs.of(tree, subject) for tree, subject in goal] for goal in goals]
    needed.append([(key,) for key in _requested(what_if)])
    for goal in needed:
        open_ = [needs for needs in goal if needs]
        for needs in open_:
            for key in needs:
                found[key] = found.get(key, 0) + 1 / (len(open_) * len(needs))
    return found


def _closing_gates(what_if: WhatIf) -> Iterator[list[Condition]]:
    """The items of each closing gate that nothing known keeps shut."""
    for name, compiled in what_if.reading.knowledge.gates.items():
        if compiled.entry.kind == CLOSURE:
            for subject in what_if.reading.lesions if compiled.entry.subject == "lesion" else (PATIENT,):
                if not what_if.verdicts.gate(name, subject)[GateState.SHUT] & CASE:
                    yield [(tree, subject) for tree in compiled.items]


def _emergencies(what_if: WhatIf) -> list[Condition]:
    """The conditions of the advice for emergencies that cannot be excluded."""
    recommendations = what_if.reading.knowledge.recommendations
    return [
        (recommendations[name].when, subject)
        for (name, subject), entry in _in_case(what_if, what_if.verdicts.open)
        if EMERGENCY in entry.tags
    ]


def end_of(what_if: WhatIf) -> Ending | None:
    """The end that the case comes to, with what has to be asked before; None while a lesion has neither."""
    lesions = what_if.reading.lesions
    if not lesions:
        return None
    applies = [(key, entry) for key, entry in _in_case(what_if, what_if.verdicts.holds) if key[1] in lesions]
    closing = [(key, entry) for key, entry in applies if CLOSURE in entry.tags and entry.kind == NOTHING_NEEDED]
    closed = {lesion for (_name, lesion), _entry in closing}
    if closed.issuperset(lesions) and what_if.effects.level <= Urgency.ROUTINE.rank:
        return _ending(what_if, EndKind.CLOSED, closing)
    acting = _acting(what_if)
    planned = {lesion for (_name, lesion), _entry in acting}
    return _ending(what_if, EndKind.PLANNED, acting) if (closed | planned).issuperset(lesions) else None


def _acting(what_if: WhatIf) -> list[tuple[Key, Recommendation]]:
    """The advice to act that applies to lesions of which one cause leads."""
    return [
        (key, entry)
        for key, entry in _in_case(what_if, what_if.verdicts.holds)
        if key[1] in what_if.reading.lesions
        and entry.kind in ACTS
        and ACCOMPANIES not in entry.tags
        and _leads(what_if, key[1])
    ]


def _rivals(what_if: WhatIf) -> list[Condition]:
    """The conditions of open advice that would take the place of a plan, where no other plan of the lesion stands.

    What nothing that is known speaks for is no rival.
    """
    rivals: dict[str, list[list[Condition]]] = {}
    for (name, lesion), _entry in _acting(what_if):
        winners = [winner for _rule, winner in what_if.reading.knowledge.suppressors.get(name, ())]
        rivals.setdefault(lesion, []).append([one for winner in winners for one in _open(what_if, winner, lesion)])
    return [one for plans in rivals.values() if all(plans) for goal in plans for one in goal]


def _open(what_if: WhatIf, name: str, lesion: str) -> list[Condition]:
    """The condition of advice that cannot be excluded for a lesion, or for the patient, and has support."""
    compiled = what_if.reading.knowledge.recommendations[name]
    subject = lesion if compiled.entry.subject == "lesion" else PATIENT
    is_open = what_if.verdicts.open.get((name, subject), 0) & CASE
    return [(compiled.when, subject)] if is_open and what_if.support.of(compiled.when, subject) else []


def _ending(what_if: WhatIf, kind: EndKind, advice: list[tuple[Key, Recommendation]]) -> Ending:
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


def _leads(what_if: WhatIf, subject: str) -> bool:
    """Whether one cause leads."""
    return sum(plane & CASE for plane in what_if.verdicts.leading[subject].values()) == 1


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


def _still_to_ask(what_if: WhatIf, kind: EndKind) -> Iterator[Key]:
    """The questions on which it rests whether this is an emergency, how urgent it is, or whether the plan is another
    one; what cannot be told is no question.
    """
    conditions = (*_emergencies(what_if), *(_rivals(what_if) if kind is EndKind.PLANNED else ()))
    needed = [key for tree, subject in conditions for key in what_if.needs.of(tree, subject)]
    return _on_offer(what_if, (*needed, *_requested(what_if)))


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


def _in_case(what_if: WhatIf, planes: dict[Key, int]) -> Iterator[tuple[Key, Recommendation]]:
    recommendations = what_if.reading.knowledge.recommendations
    return ((key, recommendations[key[0]].entry) for key, plane in planes.items() if plane & CASE)
