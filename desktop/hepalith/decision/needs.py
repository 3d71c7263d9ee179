"""What is open in a condition that is neither true nor false: the findings whose value could decide it."""

from collections.abc import Iterable
from typing import NamedTuple

from hepalith.decision.evaluation import LESION_COUNT, Evaluation
from hepalith.domain.case import PATIENT
from hepalith.domain.truth import Truth
from hepalith.knowledge.model import GateEntryItem
from hepalith.knowledge.tree import (
    And,
    CountLesions,
    CountTrue,
    Fires,
    GatePasses,
    LesionNumber,
    Node,
    Not,
    Or,
    Quantified,
    Reference,
    TruthNode,
    children,
)

OpenFinding = tuple[str, str]  # (finding, subject)
OpenFindings = tuple[OpenFinding, ...]


class Needed(NamedTuple):
    """What is open in a node, and since which reading nothing has changed on which that rests."""

    since: int
    findings: OpenFindings


Found = dict[tuple[int, str, bool], Needed]  # by node, subject, fresh


class Needs:
    """Finds open findings, once for each derived finding and subject. fresh: also those that are too old for a gate.

    found: those of the case before, of which only what an edit reached is looked for again.
    """

    def __init__(self, evaluation: Evaluation, found: Found | None = None) -> None:
        self._evaluation = evaluation
        self._derived: dict[tuple[str, str, bool], OpenFindings] = {}
        self._found: Found = {} if found is None else found

    def of(self, node: Node, subject: str, fresh: bool = False) -> OpenFindings:
        """The open findings of a node of the knowledge, in the order in which it names them; () if it is decided."""
        if not isinstance(node, TruthNode):
            return tuple(dict.fromkeys(self._of(node, subject, fresh)))
        key = (id(node), subject, fresh)  # a node of the knowledge lives as long as the evaluation
        since = self._evaluation.unchanged_since(node, subject, fresh)
        known = self._found.get(key)
        if known is None or known.since != since:
            known = self._found[key] = Needed(since, tuple(dict.fromkeys(self._of(node, subject, fresh))))
        return known.findings

    def of_finding(self, reference: Reference, subject: str) -> OpenFindings:
        """The open findings behind a finding or derived finding."""
        return self._reference(reference, subject, fresh=False)

    def of_item(self, gate: str, position: int, subject: str) -> OpenFindings:
        """The open findings of an item of a gate."""
        compiled = self._evaluation.knowledge.gates[gate]
        about = subject if compiled.entry.subject == "lesion" else PATIENT
        return self.of(compiled.items[position], about, compiled.entry.wants_fresh)

    def _of(self, node: Node, subject: str, fresh: bool) -> Iterable[OpenFinding]:
        evaluation = self._evaluation
        if isinstance(node, TruthNode) and not evaluation.truth(node, subject, fresh).is_unknown:
            return ()
        match node:
            case And(parts=parts) | Or(parts=parts) | CountTrue(parts=parts):
                return [need for part in parts for need in self.of(part, subject, fresh)]
            case Not(part=part):
                return self.of(part, subject, fresh)
            case Quantified(part=part) | CountLesions(part=part):
                return self._over_lesions(part, fresh)
            case LesionNumber(number=number):
                return self._over_lesions(number, fresh)
            case GatePasses(gate=gate, excepted=excepted, only=only):
                compiled = evaluation.knowledge.gates[gate]
                return [
                    need
                    for position, item in enumerate(compiled.entry.items)
                    if _counts(item, excepted, only)
                    for need in self.of_item(gate, position, subject)
                ]
            case Fires(recommendations=names):
                recommendations = [evaluation.knowledge.recommendations[name] for name in names]
                return [
                    need
                    for one in recommendations
                    for need in self.of(one.when, subject if one.entry.subject == "lesion" else PATIENT)
                ]
            case Reference():
                return self._reference(node, subject, fresh)
        return [need for child in children(node) for need in self.of(child, subject, fresh)]

    def _over_lesions(self, part: Node, fresh: bool) -> list[OpenFinding]:
        found = [need for lesion in self._evaluation.lesions for need in self.of(part, lesion, fresh)]
        if self._evaluation.has_unlisted_lesions():
            found.append((LESION_COUNT, PATIENT))
        return found

    def _reference(self, reference: Reference, subject: str, fresh: bool) -> OpenFindings:
        about = subject if reference.lesion else PATIENT
        if self._evaluation.is_known(reference, about, fresh):
            return ()
        if not reference.derived:
            absence = self._evaluation.knowledge.absence_of(reference)
            parents = self.of(absence, about) if absence is not None else ()
            return (*parents, (reference.name, about))
        key = (reference.name, about, fresh)
        if key not in self._derived:
            self._derived[key] = ()  # a table may name itself through a gate; the first visit counts
            self._derived[key] = tuple(dict.fromkeys(self._of_derived(reference.name, about, fresh)))
        return self._derived[key]

    def _of_derived(self, name: str, subject: str, fresh: bool) -> Iterable[OpenFinding]:
        derived = self._evaluation.knowledge.derived[name]
        if derived.tree is not None:
            yield from self.of(derived.tree, subject, fresh)
        for row in derived.rows:
            truth = self._evaluation.truth(row.when, subject, fresh)
            if truth is Truth.UNKNOWN:
                yield from self.of(row.when, subject, fresh)
            if truth is not Truth.FALSE and isinstance(row.then, Node):
                yield from self.of(row.then, subject, fresh)
            if truth is Truth.TRUE:
                return
        if isinstance(derived.otherwise, Node):
            yield from self.of(derived.otherwise, subject, fresh)


def _counts(item: GateEntryItem, excepted: tuple[str, ...], only: str) -> bool:
    return item.id == only if only else item.severity == "block" and item.id not in excepted
