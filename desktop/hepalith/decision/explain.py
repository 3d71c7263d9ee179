"""Why a condition holds, does not hold, or is open: its parts with their values, in plain words."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from hepalith.decision.answers import Answer as ToFinding
from hepalith.decision.counterfactuals import INVERSE, Fact
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.thresholds import span
from hepalith.decision.wording import SIGN, Words, answers_text, interval_text
from hepalith.domain.assessment import Answer, TraceNode
from hepalith.domain.case import PATIENT
from hepalith.domain.interval import ANYTHING, Interval
from hepalith.domain.truth import Truth
from hepalith.i18n import _
from hepalith.knowledge.base import MODALITY
from hepalith.knowledge.tree import (
    And,
    ChoiceIn,
    ChoiceOf,
    Compare,
    CountLesions,
    CountTrue,
    Fires,
    GatePasses,
    Holds,
    LesionNumber,
    Missing,
    Node,
    Not,
    Number,
    Or,
    Overlaps,
    Quantified,
    Quantity,
    Reference,
    TruthNode,
    references,
)

ANSWER = {Truth.TRUE: Answer.YES, Truth.FALSE: Answer.NO, Truth.UNKNOWN: Answer.UNKNOWN}
_DEPTH = 12


def _must_not_be(text: str) -> str:
    """A part that is negated, in words."""
    return _("must not be so: {text}").format(text=text)


def inverse(node: Compare) -> Compare:
    """The comparison that holds exactly where this one does not."""
    return Compare(INVERSE[node.operator], node.left, node.right, node.threshold)  # type: ignore[arg-type]


class _Made(NamedTuple):
    """A trace, and the depth it was made with. spare: so much less would have done; -1 where something was cut off."""

    node: TraceNode
    depth: int
    spare: int

    def serves(self, depth: int) -> bool:
        """Whether the trace is the same with another depth."""
        return depth == self.depth or self.depth - depth <= self.spare >= 0


class _Traces:
    """The traces that were made, by node (it lives as long as the knowledge), subject and whether old values count."""

    def __init__(self) -> None:
        self.made: dict[tuple[int, str, bool], _Made] = {}
        self.spare = _DEPTH  # of the trace that is being made

    def trace(self, key: tuple[int, str, bool], depth: int, make: Callable[[], TraceNode]) -> TraceNode:
        """A trace, made unless it was made before and is the same with this depth."""
        made = self.made.get(key)
        if made is None or not made.serves(depth):
            around, self.spare = self.spare, depth
            made = self.made[key] = _Made(make(), depth, self.spare)
            self.spare = around
        self.spare = min(self.spare, made.spare + depth - made.depth)
        return made.node

    def opens(self, depth: int) -> bool:
        """Whether one level more may be opened."""
        self.spare = min(self.spare, depth - 1)
        return depth > 0


class Explainer:
    """Builds traces over one evaluation. fresh: as a safety gate does, which takes old values as not recorded.

    What stands in many places is made once: traces share their parts. kept: those of the same evaluation.
    """

    def __init__(self, evaluation: Evaluation, *, fresh: bool = False, kept: _Traces | None = None) -> None:
        self.evaluation = evaluation
        self._fresh = fresh
        self._words = Words(evaluation, fresh=fresh)
        self._kept = kept or _Traces()

    def for_gate(self, gate: str) -> "Explainer":
        """Explains what stands in a gate."""
        return self._judging(fresh=self.evaluation.knowledge.gates[gate].entry.wants_fresh)

    def _judging(self, *, fresh: bool) -> "Explainer":
        return self if fresh is self._fresh else Explainer(self.evaluation, fresh=fresh, kept=self._kept)

    def trace(self, node: TruthNode, subject: str, depth: int = _DEPTH) -> TraceNode:
        """The trace of a condition for a subject. Derived findings are opened down to what was entered."""
        key = (id(node), subject, self._fresh)
        return self._kept.trace(key, depth, lambda: self._traced(node, subject, depth))

    def _traced(self, node: TruthNode, subject: str, depth: int) -> TraceNode:
        answer = ANSWER[self.evaluation.truth(node, subject, self._fresh)]
        text, below = self._part(node, subject, depth)
        finding, whose = self._entry(node, subject)
        return TraceNode(text=text, answer=answer, finding=finding, subject=whose, children=tuple(below))

    def derived(self, name: str, subject: str) -> TraceNode:
        """How a derived finding came to its value."""
        entry = self.evaluation.knowledge.derived[name].entry
        reference = Reference(name, entry.subject == "lesion", derived=True)
        known = self.evaluation.is_known(reference, subject, self._fresh)
        answer = (
            ANSWER[self.evaluation.holds(reference, subject, self._fresh)]
            if entry.type == "yes_no"
            else Answer.YES
            if known
            else Answer.UNKNOWN
        )
        return TraceNode(
            text=self._named(reference, subject),
            answer=answer,
            children=tuple(self._opened(reference, subject, _DEPTH)),
        )

    def fact(self, fact: Fact) -> TraceNode:
        """A fact that would have to be so: its present value, and what is needed."""
        return self._judging(fresh=fact.fresh).needed(fact.node, fact.subject, wanted=fact.wanted)

    def text(self, node: TruthNode, subject: str, *, wanted: bool) -> str:
        """A part of a condition in words, as it has to be, or (not wanted) must not be."""
        text, _below = self._part(node, subject, 0)
        return text if wanted else _must_not_be(text)

    def needed(self, node: TruthNode, subject: str, *, wanted: bool) -> TraceNode:
        """A part that would have to be so, or (not wanted) not to be."""
        label, value, needed = self._sides(node, subject, wanted=wanted)
        if label:
            text = _("{label}: {value}; needs {needed}").format(label=label, value=value, needed=needed)
        else:
            text = self.text(node, subject, wanted=wanted)
        finding, whose = self._entry(node, subject)
        answer = ANSWER[self.evaluation.truth(node, subject, self._fresh)]
        return TraceNode(text=text, answer=answer, finding=finding, subject=whose)

    def answered(self, finding: str, subject: str, answers: Sequence[ToFinding]) -> TraceNode:
        """A finding that would have to be answered in one of these ways: its present value, and these."""
        entry = self.evaluation.knowledge.findings[finding]
        has_order = entry.type in {"number", "date"}
        limits = Interval(*span(entry, self.evaluation.observed.as_of)) if has_order else ANYTHING
        text = _("{label}: {value}; needs {needed}").format(
            label=entry.label,
            value=self._words.of(finding, subject),
            needed=answers_text(answers, entry, limits),
        )
        recorded = self.evaluation.observed.groups(finding, subject)
        answer = Answer.NO if recorded else Answer.UNKNOWN
        return TraceNode(text=text, answer=answer, finding=finding, subject=subject)

    def compared(self, node: Compare, *, wanted: bool) -> str:
        """What a comparison asks of a number, or (not wanted) its opposite: "at least 7" as a sign and a number."""
        sign = node.operator if wanted else INVERSE[node.operator]
        return f"{SIGN[sign]} {self._words.wanted(node)}"

    def _sides(self, node: TruthNode, subject: str, *, wanted: bool) -> tuple[str, str, str]:
        """What a leaf reads, its present value, and what is needed; "" for a leaf that has no such form."""
        match node:
            case Holds(reference=reference):
                needed = _("yes") if wanted else _("no")
                return self._words.label(reference), self._words.value(reference, subject), needed
            case Compare(left=left, right=right) if left == right:  # how the knowledge says that a number is known
                return *self._compared(node, subject)[:2], _("a value") if wanted else _("no value")
            case Compare():
                return self._compared(node if wanted else inverse(node), subject)
            case ChoiceIn(choice=choice):
                options = self._words.options(node)
                needed = options if wanted else _("not {choices}").format(choices=options)
                return self._words.choice(choice), self._choice_value(node, subject), needed
            case Overlaps(reference=reference, items=items):
                options = self._words.choices(reference.name, frozenset(items))
                needed = options if wanted else _("not {choices}").format(choices=options)
                return self._words.label(reference), self._words.value(reference, subject), needed
            case Missing(reference=reference):
                needed = _("no value") if wanted else _("a value")
                return self._words.label(reference), self._words.value(reference, subject), needed
        return "", "", ""

    def _entry(self, node: TruthNode, subject: str) -> tuple[str, str]:
        """The finding that a leaf reads and whose it is; ("", "") for what reads several or none."""
        inner = node.part if isinstance(node, Not) else node
        if isinstance(inner, Not | And | Or | Quantified | GatePasses | Fires):
            return "", ""
        match [reference for reference in references(inner) if not reference.derived]:
            case [only]:
                return only.name, subject if only.lesion else PATIENT
        return "", ""

    def _part(self, node: TruthNode, subject: str, depth: int) -> tuple[str, list[TraceNode]]:
        match node:
            case And(parts=parts):
                return _("all of these"), [self.trace(part, subject, depth) for part in parts]
            case Or(parts=parts):
                return _("any of these"), [self.trace(part, subject, depth) for part in parts]
            case Not(part=part):
                text, below = self._part(part, subject, depth)
                return _must_not_be(text), below
            case Quantified(quantifier=quantifier, part=part):
                text = _("for any lesion") if quantifier == "any" else _("for every lesion")
                return text, [self._of_lesion(part, lesion, depth) for lesion in self.evaluation.lesions]
            case GatePasses():
                return self._gate(node, subject, depth)
            case Fires(recommendations=names):
                return self._fires(names, subject, depth)
        return self._leaf(node, subject), self._below_leaf(node, subject, depth)

    def _leaf(self, node: TruthNode, subject: str) -> str:
        match node:
            case Holds(reference=reference):
                return self._named(reference, subject)
            case Compare():
                return self._compare(node, subject)
            case ChoiceIn():
                return self._choice_in(node, subject)
            case Overlaps(reference=reference, items=items):
                return self._overlap(reference, items, subject)
        return self._words.plain(node)

    def _below_leaf(self, node: TruthNode, subject: str, depth: int) -> list[TraceNode]:
        match node:
            case Holds(reference=reference) | ChoiceIn(choice=ChoiceOf(reference=reference)):
                return self._opened(reference, subject, depth)
            case Compare():
                return self._inside(node, subject, depth)
        return []

    def _choice_in(self, node: ChoiceIn, subject: str) -> str:
        return _("{label}: {value}; wanted: {wanted}").format(
            label=self._words.choice(node.choice),
            value=self._choice_value(node, subject),
            wanted=self._words.options(node),
        )

    def _named(self, reference: Reference, subject: str) -> str:
        return _("{label}: {value}").format(
            label=self._words.label(reference), value=self._words.value(reference, subject)
        )

    def _compare(self, node: Compare, subject: str) -> str:
        label, value, wanted = self._compared(node, subject)
        return _("{label}: {value}; wanted: {wanted}").format(label=label, value=value, wanted=wanted)

    def _compared(self, node: Compare, subject: str) -> tuple[str, str, str]:
        left = self._words.number(node.left)
        unit = self._words.unit(node.left) or self._words.unit(node.right)
        if isinstance(node.left, Quantity):
            value = self._words.value(node.left.reference, subject)
        else:
            value = interval_text(self.evaluation.number(node.left, subject, self._fresh), unit)
        wanted = self._words.wanted(node)
        if not isinstance(node.right, Number):
            wanted += f" ({interval_text(self.evaluation.number(node.right, subject, self._fresh), unit)})"
        return left, value, f"{SIGN[node.operator]} {wanted}"

    def _inside(self, node: Compare, subject: str, depth: int) -> list[TraceNode]:
        below: list[TraceNode] = []
        for side in (node.left, node.right):
            if isinstance(side, CountTrue):
                below.extend(self.trace(part, subject, depth) for part in side.parts)
            elif isinstance(side, CountLesions | LesionNumber):
                below.extend(self._numbers(side, subject, depth))
            else:
                for reference, whose in self._read_by(side, subject):
                    below.extend(self._opened(reference, whose, depth))
        return below

    def _read_by(self, tree: Node, subject: str) -> Iterator[tuple[Reference, str]]:
        """What a number is made of, and whose it is: where it is the patient's, what is of a lesion is of each."""
        for reference in references(tree):
            if reference.lesion and subject == PATIENT:
                yield from ((reference, lesion) for lesion in self.evaluation.lesions)
            else:
                yield reference, subject if reference.lesion else PATIENT

    def _choice_value(self, node: ChoiceIn, subject: str) -> str:
        if isinstance(node.choice, ChoiceOf):
            return self._words.value(node.choice.reference, subject)
        return self._words.candidates(MODALITY, self.evaluation.choice(node.choice, subject, self._fresh))

    def _overlap(self, reference: Reference, items: tuple[str, ...], subject: str) -> str:
        return _("{label}: {value}; wanted: {wanted}").format(
            label=self._words.label(reference),
            value=self._words.value(reference, subject),
            wanted=self._words.choices(reference.name, frozenset(items)),
        )

    def _of_lesion(self, part: TruthNode, lesion: str, depth: int) -> TraceNode:
        inner = self.trace(part, lesion, depth)
        return TraceNode(text=lesion, answer=inner.answer, children=(inner,))

    def _gate(self, node: GatePasses, subject: str, depth: int) -> tuple[str, list[TraceNode]]:
        compiled = self.evaluation.knowledge.gates[node.gate]
        about = subject if compiled.entry.subject == "lesion" else PATIENT
        inside = self.for_gate(node.gate)
        opens = self._kept.opens(depth)
        below = [
            TraceNode(
                text=item.label,
                answer=ANSWER[self.evaluation.gate_item(node.gate, position, about)],
                children=(inside.trace(compiled.items[position], about, depth - 1),) if opens else (),
            )
            for position, item in enumerate(compiled.entry.items)
            if (item.id == node.only if node.only else item.severity == "block" and item.id not in node.excepted)
        ]
        return compiled.entry.label, below

    def _fires(self, names: tuple[str, ...], subject: str, depth: int) -> tuple[str, list[TraceNode]]:
        below = []
        opens = self._kept.opens(depth)
        for name in names:
            one = self.evaluation.knowledge.recommendations[name]
            about = subject if one.entry.subject == "lesion" else PATIENT
            inner = (self._judging(fresh=False).trace(one.when, about, depth - 1),) if opens else ()
            below.append(
                TraceNode(
                    text=f"{name}: {one.entry.title}",
                    answer=ANSWER[self.evaluation.fires(name, subject)],
                    children=inner,
                )
            )
        return _("any of this advice applies"), below

    def _opened(self, reference: Reference, subject: str, depth: int) -> list[TraceNode]:
        if not reference.derived or not self._kept.opens(depth):
            return []
        derived = self.evaluation.knowledge.derived[reference.name]
        about = subject if reference.lesion else PATIENT
        if derived.tree is not None:
            return (
                [self.trace(derived.tree, about, depth - 1)]
                if isinstance(derived.tree, TruthNode)
                else self._numbers(derived.tree, about, depth)
            )
        below = []
        rows = self.evaluation.possible_rows(derived, about, self._fresh)
        for row in (row for row in rows if row.id != "otherwise"):
            inner = self.trace(row.when, about, depth - 1)
            text = _("row {row}: {result}").format(row=row.id, result=self._result(reference.name, row.then))
            below.append(TraceNode(text=text, answer=inner.answer, children=(inner,)))
        return below

    def _numbers(self, tree: Node, subject: str, depth: int) -> list[TraceNode]:
        below = []
        for reference, whose in self._read_by(tree, subject):
            known = self.evaluation.is_known(reference, whose, self._fresh)
            text = self._named(reference, whose)
            text = text if whose in {subject, PATIENT} else f"{whose}: {text}"
            answer = Answer.YES if known else Answer.UNKNOWN
            below.append(
                TraceNode(
                    text=text,
                    answer=answer,
                    finding="" if reference.derived else reference.name,
                    subject="" if reference.derived else whose,
                    children=tuple(self._opened(reference, whose, depth - 1)),
                )
            )
        return below

    def _result(self, name: str, then: object) -> str:
        if isinstance(then, bool):
            return _("yes") if then else _("no")
        if isinstance(then, str):
            return self.evaluation.knowledge.choice_label(name, then)
        return self._words.number(then) if isinstance(then, Node) else str(then)
