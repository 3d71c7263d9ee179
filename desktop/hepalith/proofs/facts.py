"""What may be recorded of a patient, as variables of the solver: whether each finding is recorded, and its value."""

from collections.abc import Callable, Iterator, Mapping

import z3

from hepalith.domain.case import PATIENT
from hepalith.knowledge.base import MODALITY, CompiledRow, Knowledge
from hepalith.knowledge.model import Finding
from hepalith.knowledge.tree import Node, Reference, walk
from hepalith.proofs.terms import FAR, YES, Formula, conjunction, negation, number

LESIONS = ("L1", "L2")
EXAMINATIONS = 2
DAYS = (-365, 40_000)  # how long before the day of the assessment a date may lie
Key = tuple[str, str, int]  # finding, subject, how many examinations before the latest


class Fact:
    """One observation that may have been recorded, with what it says.

    value: a truth, a number, or a day before the assessment; options: one of them is the choice;
    items: for each item whether it is known, and whether it is present.
    """

    def __init__(self, finding: Finding, subject: str, which: int) -> None:
        self.finding, self.subject, self.which = finding, subject, which
        self.key: Key = (finding.id, subject, which)
        self.name = f"{finding.id}@{subject}#{which}"
        self.recorded = z3.Bool(f"{self.name} recorded")
        self.value = self._value()
        self.day = z3.Int(f"{self.name} day")
        options = [option.id for option in finding.choices]
        self.options: Mapping[str, Formula] = {}
        self.items: Mapping[str, tuple[Formula, Formula]] = {}
        if finding.type == "choice":
            self.options = {one: z3.Bool(f"{self.name} is {one}") for one in options}
        elif finding.type == "multi":
            self.items = {
                one: (z3.Bool(f"{self.name} {one} known"), z3.Bool(f"{self.name} {one} present")) for one in options
            }
        self.limits = {
            side: (z3.Bool(f"{self.name} {side} known"), z3.Real(f"{self.name} {side}")) for side in ("lower", "upper")
        }
        self.modality_known = z3.Bool(f"{self.name} modality known")
        self.modalities: Mapping[str, Formula] = {}  # of the study, once something asks for it

    def _value(self) -> Formula:
        match self.finding.type:
            case "yes_no":
                return z3.Bool(self.name)
            case "date":
                return z3.Int(self.name)
        whole = self.finding.unit == "1" and self.finding.decimals == 0
        return z3.ToReal(z3.Int(self.name)) if whole else z3.Real(self.name)

    def rules(self) -> Iterator[Formula]:
        """What holds of every such observation."""
        finding = self.finding
        yield from (self.day >= 0, self.day <= DAYS[1])
        if finding.type == "choice":
            options = list(self.options.values())
            yield z3.Or(*options)
            yield z3.AtMost(*options, 1)
        elif finding.type == "date":
            yield from (self.value >= DAYS[0], self.value <= DAYS[1])
        elif finding.type == "number":
            low, high = finding.hard or (-FAR, FAR)
            yield from (self.value >= number(low), self.value <= number(high))
            lower, upper = self.limits["lower"][1], self.limits["upper"][1]
            yield from (lower >= 0, upper > lower, upper <= number(high))


class Facts:
    """All variables of one patient, made when they are first asked for, and what holds of them."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._depth = _depths(knowledge)
        self._facts: dict[Key, Fact] = {}
        self._techniques: dict[tuple[Key, Key], tuple[Formula, Formula]] = {}
        self.present = {lesion: z3.Bool(f"{lesion} present") for lesion in LESIONS}
        self.rules: list[Formula] = [z3.Implies(self.present[LESIONS[1]], self.present[LESIONS[0]])]
        self.on_new: Callable[[Fact], None] = lambda _fact: None

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The observations asked for so far."""
        return tuple(self._facts.values())

    @property
    def techniques(self) -> Mapping[tuple[Key, Key], tuple[Formula, Formula]]:
        """Pairs of observations and whether phase and slice thickness are known to agree, or not to."""
        return self._techniques

    def depth(self, finding: str) -> int:
        """How many examinations of a finding are told apart."""
        return self._depth.get(finding, 1)

    def fact(self, finding: str, subject: str, which: int = 0) -> Fact | None:
        """An observation; None beyond what is told apart."""
        if which >= self.depth(finding):
            return None
        key = (finding, subject, which)
        if key not in self._facts:
            made = self._facts[key] = Fact(self._knowledge.findings[finding], subject, which)
            self.rules.extend(made.rules())
            earlier = self.fact(finding, subject, which - 1) if which else None
            if earlier is not None:
                self.rules += [z3.Implies(made.recorded, earlier.recorded), made.day > earlier.day]
            self.on_new(made)
        return self._facts[key]

    def meant(self, reference: Reference, subject: str) -> list[tuple[Formula, Fact]]:
        """The observations that a reference may mean, each with when it does; never two at once."""
        about = subject if reference.lesion else PATIENT
        if reference.until:
            return list(self._before(reference, about))
        if reference.which >= 0:
            fact = self.fact(reference.name, about, reference.which)
            return [] if fact is None else [(fact.recorded, fact)]
        found: list[tuple[Formula, Fact]] = []
        for which in range(self.depth(reference.name)):
            fact, next_one = (self.fact(reference.name, about, n) for n in (which, which + 1))
            if fact is not None:
                last = z3.Not(next_one.recorded) if next_one is not None else YES
                found.append((conjunction([fact.recorded, last]), fact))
        return found

    def _before(self, reference: Reference, subject: str) -> Iterator[tuple[Formula, Fact]]:
        """The latest observation that is older than the latest of another finding; day 0 stands for undated."""
        examined = self.fact(reference.until, subject)
        newer: list[Formula] = []  # those before it that are older too
        for which in range(self.depth(reference.name)):
            fact = self.fact(reference.name, subject, which)
            if fact is not None and examined is not None:
                is_older = conjunction([fact.recorded, examined.recorded, examined.day > 0, fact.day > examined.day])
                yield conjunction([is_older, *map(negation, newer)]), fact
                newer.append(is_older)

    def by_modality(self, fact: Fact) -> Mapping[str, Formula]:
        """For each modality, whether the study of an observation is of it; only where that is known."""
        finding = self._knowledge.findings.get(MODALITY)
        if not fact.modalities and finding is not None:
            fact.modalities = {one.id: z3.Bool(f"{fact.name} by {one.id}") for one in finding.choices}
            options = list(fact.modalities.values())
            self.rules += [z3.Implies(fact.modality_known, z3.Or(*options)), z3.AtMost(*options, 1)]
        return fact.modalities

    def technique(self, left: Fact, right: Fact) -> tuple[Formula, Formula]:
        """Whether phase and slice thickness of two studies are known to agree, or known not to."""
        pair = (left.key, right.key)
        if pair not in self._techniques:
            same, other = (z3.Bool(f"{left.name} {right.name} technique {how}") for how in ("same", "other"))
            self.rules.append(z3.Not(z3.And(same, other)))
            self._techniques[pair] = (same, other)
        return self._techniques[pair]


def _depths(knowledge: Knowledge) -> dict[str, int]:
    depths: dict[str, int] = {}
    for tree in trees_of(knowledge):
        for node in walk(tree):
            if isinstance(node, Reference) and not node.is_current:
                wanted = max(EXAMINATIONS, node.which + 1)
                depths[node.name] = max(depths.get(node.name, 1), wanted)
    return depths


def trees_of(knowledge: Knowledge) -> Iterator[Node]:
    """Every tree of the knowledge."""
    for derived in knowledge.derived.values():
        yield from (part for part in (derived.tree, derived.otherwise) if isinstance(part, Node))
        for row in derived.rows:
            yield from _nodes_of(row)
    yield from knowledge.decisive()
    yield from (*knowledge.absence.values(), *knowledge.earlier_absence.values())
    yield from knowledge.relevance.values()


def _nodes_of(row: CompiledRow) -> Iterator[Node]:
    yield row.when
    if isinstance(row.then, Node):
        yield row.then
