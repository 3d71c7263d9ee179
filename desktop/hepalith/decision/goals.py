"""What has to be settled before a case can come to an end, and whether it has.

A case comes to an end before every question is answered: when every sign of an emergency was asked, and each lesion is
closed, or a cause leads and advice to act on it applies. Before that, what these ends still need is asked first.
"""

from collections.abc import Iterator

from hepalith.decision.planes import CASE
from hepalith.decision.precedence import CLOSURE
from hepalith.decision.verdicts import Key
from hepalith.decision.what_if import WhatIf
from hepalith.domain.assessment import Ending, EndKind, GateState, Named, Need, Urgency
from hepalith.domain.case import PATIENT
from hepalith.knowledge.model import Recommendation
from hepalith.knowledge.tree import TruthNode

EMERGENCY = "emergency"  # the tag of advice for emergencies
NOTHING_NEEDED = "none_needed"  # the kind of advice that ends a work-up
ACTS = frozenset({"do", "consider", "refer", NOTHING_NEEDED})  # the kinds of advice that make a plan

Goal = list[tuple[TruthNode, str]]  # conditions with their subjects, all of which have to be known


def shares(what_if: WhatIf) -> dict[Key, float]:
    """How much of the goals rests on each open finding.

    A goal counts 1 in all: the fewer of its conditions are open the more each of them counts, and the fewer findings a
    condition rests on the more each of these.
    """
    found: dict[Key, float] = {}
    for goal in (*_closing_gates(what_if), _emergencies(what_if)):
        open_ = [needs for tree, subject in goal if (needs := what_if.needs.of(tree, subject))]
        for needs in open_:
            for key in needs:
                found[key] = found.get(key, 0) + 1 / (len(open_) * len(needs))
    return found


def _closing_gates(what_if: WhatIf) -> Iterator[Goal]:
    """The items of each closing gate that nothing known keeps shut."""
    for name, compiled in what_if.reading.knowledge.gates.items():
        if compiled.entry.kind == CLOSURE:
            for subject in what_if.reading.lesions if compiled.entry.subject == "lesion" else (PATIENT,):
                if not what_if.verdicts.gate(name, subject)[GateState.SHUT] & CASE:
                    yield [(tree, subject) for tree in compiled.items]


def _emergencies(what_if: WhatIf) -> Goal:
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
    if closed.issuperset(lesions):
        return _ending(what_if, EndKind.CLOSED, closing)
    acting = [(key, entry) for key, entry in applies if entry.kind in ACTS and _leads(what_if, key[1])]
    planned = {lesion for (_name, lesion), _entry in acting}
    return _ending(what_if, EndKind.PLANNED, acting) if (closed | planned).issuperset(lesions) else None


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
        Need(finding=name, subject=subject, label=knowledge.label(name)) for name, subject in _still_to_ask(what_if)
    )
    return Ending(kind=kind, advice=tuple(named), causes=tuple(causes), to_ask=tuple(to_ask))


def _leads(what_if: WhatIf, subject: str) -> bool:
    """Whether one cause leads."""
    return sum(plane & CASE for plane in what_if.verdicts.leading[subject].values()) == 1


def _still_to_ask(what_if: WhatIf) -> Iterator[Key]:
    """The questions on which it rests whether this is an emergency; what cannot be told is no question."""
    asked = {one.key for one in what_if.asked}
    needed = (key for tree, subject in _emergencies(what_if) for key in what_if.needs.of(tree, subject))
    return (key for key in dict.fromkeys(needed) if key in asked)


def _in_case(what_if: WhatIf, planes: dict[Key, int]) -> Iterator[tuple[Key, Recommendation]]:
    recommendations = what_if.reading.knowledge.recommendations
    return ((key, recommendations[key[0]].entry) for key, plane in planes.items() if plane & CASE)
