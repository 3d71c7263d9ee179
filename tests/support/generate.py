"""Cases made by chance for the whole knowledge, the same ones for the same seed.

Each case is aimed at one condition and one answer (true, false, unknown): the tree of the condition says which
findings to record and which to leave out; the rest of the case is filled at random, numbers on and beside the
thresholds that the knowledge uses. An aim may miss (parts of a condition can exclude each other), so measure what a
run has visited.

By default every value is exact. With `bounds` some are censored, narrowed down to candidates, dated to the month or
year, or contradicted by another observation of the same date.
"""

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import singledispatchmethod
from typing import NamedTuple

from msgspec.structs import replace

from hepalith.decision.evaluation import LESION_COUNT, Evaluation
from hepalith.domain.case import (
    PATIENT,
    Case,
    ChoiceValue,
    DateValue,
    ItemsValue,
    Lesion,
    NumberValue,
    Observation,
    State,
    Study,
    Value,
    YesNoValue,
)
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import CompiledDerived, Knowledge
from hepalith.knowledge.model import Finding, UnitScale
from hepalith.knowledge.tree import (
    And,
    ChoiceIn,
    ChoiceOf,
    Compare,
    Constant,
    CountLesions,
    CountTrue,
    Fires,
    GatePasses,
    Holds,
    Missing,
    ModalityOf,
    Node,
    Not,
    Number,
    Or,
    Overlaps,
    Quantified,
    Quantity,
    Reference,
    SameChoice,
    TruthNode,
    references,
    walk,
)

TODAY = date(2026, 6, 1)
T, U, F = Truth.TRUE, Truth.UNKNOWN, Truth.FALSE
_CURRENT, _PRIORS = "S1", ("S1", "S2", "S3")  # the examination of today, and those before it
_DAYS_BACK = (0, 200, 900)
_HOLDS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


class Condition(NamedTuple):
    """A condition of the knowledge: where it stands, whom it is about, and its tree. fresh: judged in a safety gate."""

    place: str
    subject: str  # "patient" or "lesion"
    tree: TruthNode
    fresh: bool = False


Recorded = dict[tuple[str, str], Sequence[Observation]]  # by finding and subject


def by_finding(case: Case) -> Recorded:
    """All that is recorded in a case."""
    recorded: dict[tuple[str, str], list[Observation]] = {}
    for one in case.observations:
        recorded.setdefault((one.finding, one.subject), []).append(one)
    return {**recorded}


def with_changes(case: Case, recorded: Recorded, changes: Recorded) -> Case:
    """The case in which this is recorded, with some findings recorded otherwise."""
    return replace(case, observations=tuple(itertools.chain.from_iterable({**recorded, **changes}.values())))


def conditions(knowledge: Knowledge) -> tuple[Condition, ...]:
    """Every condition of the knowledge that is not constant, in the order of the files."""
    found: list[Condition] = []

    def add(place: str, subject: str, *trees: Node | None, fresh: bool = False) -> None:
        for position, tree in enumerate(trees):
            if isinstance(tree, TruthNode) and not isinstance(tree, Constant):
                found.append(Condition(f"{place}:{position}" if len(trees) > 1 else place, subject, tree, fresh))

    for name, one in knowledge.recommendations.items():
        add(f"recommendation {name}", one.entry.subject, one.when)
        add(f"escalation {name}", one.entry.subject, *one.escalate)
    for name, gate in knowledge.gates.items():
        add(f"gate {name}", gate.entry.subject, *gate.items, fresh=gate.entry.kind == "safety")
    for name, derived in knowledge.derived.items():
        add(f"derived {name}", derived.entry.subject, derived.tree)
        add(f"row {name}", derived.entry.subject, *(row.when for row in derived.rows))
        add(f"relevant {name}", derived.entry.subject, derived.relevant)
    for name, cause in knowledge.conditions.items():
        add(f"for {name}", cause.entry.subject, *cause.arguments_for)
        add(f"against {name}", cause.entry.subject, *cause.arguments_against)
        add(f"excluded {name}", cause.entry.subject, cause.excluded)
        add(f"confirmed {name}", cause.entry.subject, cause.confirmed)
    for name, tree in knowledge.absence.items():
        add(f"absent {name}", knowledge.findings[name].subject, tree)
    for name, tree in knowledge.relevance.items():
        add(f"relevant {name}", knowledge.findings[name].subject, tree)
    return tuple(found)


def cases(knowledge: Knowledge, seed: int, *, known: Sequence[Case] = (), bounds: bool = False) -> Iterator[Case]:
    """Cases without end: aimed at every condition and every answer in turn, and every fourth a known one, varied."""
    generator = Generator(knowledge, seed, bounds=bounds)
    aims = list(itertools.product(conditions(knowledge), (T, F, U)))
    made = 0
    while True:
        generator.random.shuffle(aims)
        for condition, answer in aims:
            made += 1
            if known and made % 4 == 0:
                yield generator.varied(generator.random.choice(known))
            yield generator.case(condition, answer)


class _Plan:
    """What an aim asks for: values by (finding, subject, which), and how many lesions. The first wish stands.

    examined: findings with their subjects whose latest observation has to be one of an examination (`before(...)`).
    """

    def __init__(self) -> None:
        self.values: dict[tuple[str, str, int], object] = {}
        self.items: dict[tuple[str, str, int], dict[str, bool | None]] = {}
        self.modality: dict[int, str] = {}
        self.examined: set[tuple[str, str]] = set()

    def want(self, reference: Reference, subject: str, value: object) -> None:
        self.values.setdefault(self._wished(reference, subject), value)

    def want_item(self, reference: Reference, subject: str, item: str, present: bool | None) -> None:
        self.items.setdefault(self._wished(reference, subject), {}).setdefault(item, present)

    def _wished(self, reference: Reference, subject: str) -> tuple[str, str, int]:
        """Of which finding, whose and at which examination an observation is wished for."""
        about = subject if reference.lesion else PATIENT
        if reference.until:
            self.examined.add((reference.until, about))
        return reference.name, about, 1 if reference.until else reference.which


class Generator:
    """Makes cases. `random` may be shared to draw more from the same sequence."""

    def __init__(self, knowledge: Knowledge, seed: int, *, bounds: bool = False) -> None:
        self.random = random.Random(seed)  # noqa: S311 - not a secret
        self._knowledge = knowledge
        self._bounds = bounds
        self._numbers = _numbers_used(knowledge)
        self._depths = _depths_used(knowledge)
        self._dated = {
            name for name, one in knowledge.findings.items() if one.type != "date" and one.max_age_days_for_gates
        }

    def case(self, condition: Condition | None = None, answer: Truth = T) -> Case:
        """A case, aimed at an answer of a condition if one is given."""
        chance = self.random
        lesions = chance.choices([0, 1, 2, 3], [5, 60, 25, 10])[0]
        if condition is not None and (condition.subject == "lesion" or not lesions):
            lesions = max(lesions, 1)
        names = tuple(f"L{position + 1}" for position in range(lesions))
        plan = _Plan()
        if condition is not None:
            subject = chance.choice(names) if condition.subject == "lesion" else PATIENT
            _Aim(self._knowledge, plan, chance, names, self._numbers).at(condition.tree, subject, answer)
        return self._filled(plan, names)

    def aimed(self, case: Case, condition: Condition, answer: Truth) -> Recorded:
        """What would be recorded otherwise in a case to aim it at an answer.

        The case should have the examinations of `with_studies`.
        """
        names = tuple(lesion.id for lesion in case.lesions)
        plan = _Plan()
        subject = self.random.choice(names) if condition.subject == "lesion" else PATIENT
        _Aim(self._knowledge, plan, self.random, names, self._numbers).at(condition.tree, subject, answer)
        found: dict[tuple[str, str], list[Observation]] = {}
        examined = {(*one, 0) for one in plan.examined}
        for name, whose, which in sorted({*plan.values, *plan.items, *examined}):
            made = self._observations(self._knowledge.findings[name], whose, which, plan, 0, 0.3)
            found.setdefault((name, whose), []).extend(self._seen_with(one, which, plan) for one in made)
        return {**found}

    def anew(self, finding: str, subject: str) -> list[Observation]:
        """Anything recorded of a finding; nothing of one that is told in words."""
        entry = self._knowledge.findings[finding]
        value = None if entry.type == "text" else self._value(entry, None, None, 0.3)
        return [self._observation(entry, subject, 0, value)] if value is not None else []

    def _seen_with(self, observation: Observation, which: int, plan: _Plan) -> Observation:
        """With the modality that the plan wants."""
        if which not in plan.modality:
            return observation
        day = TODAY - timedelta(days=_DAYS_BACK[which])
        return replace(observation, study=_study_with(plan.modality[which]), date=day.isoformat() if which else "")

    def with_studies(self, case: Case) -> Case:
        """The case with the examinations that aims name: those of three dates, and an undated one of each modality."""
        there = {study.id for study in case.studies}
        studies = [self._study(position, _Plan()) for position in range(len(_PRIORS))]
        for modality in sorted(self._knowledge.domains.get("modality", frozenset())):
            studies.append(replace(studies[0], id=_study_with(modality), modality=modality, date=""))
        return replace(case, studies=(*case.studies, *(one for one in studies if one.id not in there)))

    def full(self) -> Case:
        """A case of one lesion in which all that can be entered is known and current, of its examinations too."""
        case = self._filled(_Plan(), ("L1",), density=1)
        modalities = sorted(self._knowledge.domains.get("modality", frozenset())) or [""]
        studies = tuple(
            replace(one, modality=self.random.choice(modalities), phase="arterial", slice_mm="2")
            for one in case.studies
        )
        studies = (replace(studies[0], date=TODAY.isoformat()), *studies[1:])
        observations = tuple(replace(one, study=one.study or _CURRENT, date="") for one in case.observations)
        return self.completed(replace(case, studies=studies, observations=observations))

    def varied(self, case: Case) -> Case:
        """A known case with some observations left out and some changed."""
        chance = self.random
        forgotten, changed = chance.choice(((0.0, 0.0), (0.02, 0.02), (0.1, 0.05), (0.4, 0.1)))
        kept: list[Observation] = []
        for one in case.observations:
            finding = self._knowledge.findings[one.finding]
            if chance.random() < forgotten:
                continue
            if chance.random() >= changed or finding.type == "text":
                kept.append(one)
                continue
            limits = {"lower_limit": "", "upper_limit": ""}  # they are written in the unit of the old value
            kept.append(replace(one, state=State.KNOWN, value=self._value(finding, None, None, 0.5), **limits))
        return replace(case, observations=tuple(kept))

    def completed(self, case: Case) -> Case:
        """The case with a value for all that was not known, but for what another finding answers for.

        Earlier observations that were never made stay so, and old values that a safety gate does not trust.
        """
        evaluation = Evaluation(case, self._knowledge, TODAY)
        observations = [self._known(one, case) for one in case.observations]
        recorded = {(one.finding, one.subject) for one in case.observations}
        for finding in self._knowledge.findings.values():
            absence = self._knowledge.absence.get(finding.id)
            for subject in (PATIENT,) if finding.subject == "patient" else [lesion.id for lesion in case.lesions]:
                if (finding.id, subject) in recorded or (absence and evaluation.truth(absence, subject) is T):
                    continue
                observations.append(self._known(Observation(finding=finding.id, subject=subject), case))
        return replace(case, observations=tuple(one for one in observations if one.value is not None))

    def _known(self, observation: Observation, case: Case) -> Observation:
        finding = self._knowledge.findings[observation.finding]
        value: Value | None = observation.value
        if isinstance(value, ItemsValue):
            known = dict.fromkeys(value.present, True) | dict.fromkeys(value.absent, False)
            missing = [option.id for option in finding.choices if option.id not in known]
            known |= {name: self.random.random() < 0.2 for name in missing}
            value = self._items(finding, known, 0.2)
        elif value is None and finding.type == "multi":
            value = self._items(finding, {option.id: self.random.random() < 0.2 for option in finding.choices}, 0.2)
        elif value is None and finding.id == LESION_COUNT:
            value = self._number(finding, Decimal(len(case.lesions)))
        elif value is None and finding.type != "text":
            value = self._value(finding, None, None, 0.3)
        return replace(observation, state=State.KNOWN, value=value)

    # the whole case

    def _filled(self, plan: _Plan, lesions: Sequence[str], density: float | None = None) -> Case:
        chance = self.random
        density = chance.choice((0.0, 0.1, 0.3, 0.6, 0.9, 1.0)) if density is None else density
        lean = chance.choice((0.05, 0.3, 0.6))
        observations: list[Observation] = []
        for finding in self._knowledge.findings.values():
            if finding.type == "text":
                continue
            for subject in (PATIENT,) if finding.subject == "patient" else lesions:
                for which in self._depths.get(finding.id, (0,)):
                    observations += self._observations(finding, subject, which, plan, density, lean)
        return Case(
            case_id="generated",
            studies=tuple(self._study(position, plan) for position in range(len(_PRIORS))),
            lesions=tuple(Lesion(id=name) for name in lesions),
            lesion_counter=len(lesions),
            observations=tuple(observations),
        )

    def _study(self, position: int, plan: _Plan) -> Study:
        chance = self.random
        modalities = sorted(self._knowledge.domains.get("modality", frozenset())) or [""]
        modality = plan.modality.get(position) or chance.choice([*modalities, ""])
        return Study(
            id=_PRIORS[position],
            modality=modality,
            date=(TODAY - timedelta(days=_DAYS_BACK[position] + chance.randrange(0, 190))).isoformat(),
            phase=chance.choice(("", "arterial", "portal venous")),
            slice_mm=chance.choice(("", "1", "2.5", "5")),
        )

    def _observations(
        self, finding: Finding, subject: str, which: int, plan: _Plan, density: float, lean: float
    ) -> list[Observation]:
        chance = self.random
        key = (finding.id, subject, which)
        planned = key in plan.values or key in plan.items
        is_examined = not which and (finding.id, subject) in plan.examined
        wish = plan.values.get(key)
        if planned and finding.type != "multi" and wish is None:
            if chance.random() < 0.7:
                return []
            return [self._observation(finding, subject, which, None)]
        if (
            not planned
            and not is_examined
            and chance.random() >= (density if which == 0 or density == 1 else density / 2)
        ):
            return []
        if not planned and chance.random() < 0.05:
            return [self._observation(finding, subject, which, None)]
        value = self._value(finding, wish, plan.items.get(key), lean)
        made = [self._observation(finding, subject, which, value, again=is_examined)]
        if self._bounds and chance.random() < 0.02:
            made.append(self._observation(finding, subject, which, self._value(finding, None, None, lean), again=True))
        return made

    def _observation(
        self, finding: Finding, subject: str, which: int, value: Value | None, *, again: bool = False
    ) -> Observation:
        chance = self.random
        study = _PRIORS[which] if which or again or chance.random() < 0.5 else ""
        day = ""
        if finding.id in self._dated and not which and chance.random() < 0.4:
            age = chance.choice((0, finding.max_age_days_for_gates, finding.max_age_days_for_gates + 1, 400))
            day = (TODAY - timedelta(days=age)).isoformat()
        return Observation(
            finding=finding.id,
            subject=subject,
            study=study,
            state=State.KNOWN if value is not None else chance.choice((State.INDETERMINATE, State.UNOBTAINABLE)),
            value=value,
            date=day,
            **(self._limits(finding, value) if isinstance(value, NumberValue) else {}),
        )

    def _limits(self, finding: Finding, value: NumberValue) -> dict[str, str]:
        made: dict[str, str] = {}
        scale = finding.scale(value.unit) or UnitScale()
        for side, assumed in (("lower", finding.lower_limit), ("upper", finding.upper_limit)):
            if (finding.limits or assumed is not None) and self.random.random() < 0.4:
                near = assumed if assumed is not None else self.random.choice(self._numbers[finding.id])
                limit = near * self.random.choice((1, Decimal("0.9"), 2)) / scale.factor
                made[f"{side}_limit"] = _text(limit, places=4)  # as a laboratory prints them
        return made

    # values

    def _value(
        self, finding: Finding, wish: object, items: Mapping[str, bool | None] | None, lean: float
    ) -> Value | None:
        chance = self.random
        match finding.type:
            case "yes_no":
                return YesNoValue(yes=wish if isinstance(wish, bool) else chance.random() < lean)
            case "choice":
                ids = [option.id for option in finding.choices]
                first = wish if isinstance(wish, str) else chance.choice(ids)
                more = [chance.choice(ids)] if self._bounds and wish is None and chance.random() < 0.1 else []
                return ChoiceValue(candidates=tuple(dict.fromkeys([first, *more])))
            case "multi":
                return self._items(finding, dict(items or {}), lean)
            case "date":
                return DateValue(date=self._day())
        return self._number(finding, wish)

    def _items(self, finding: Finding, wished: dict[str, bool | None], lean: float) -> ItemsValue:
        whole = self.random.random() < 0.6
        for option in finding.choices:
            chosen = self.random.random() < lean / 2
            wished.setdefault(option.id, chosen if whole else self.random.choice((None, False, chosen)))
        return ItemsValue(
            present=tuple(name for name, there in wished.items() if there),
            absent=tuple(name for name, there in wished.items() if there is False),
        )

    def _number(self, finding: Finding, wish: object) -> NumberValue:
        chance = self.random
        number = wish if isinstance(wish, Decimal) else chance.choice(self._numbers[finding.id])
        comparator = chance.choice(("<", "<=", ">", ">=")) if self._bounds and chance.random() < 0.05 else ""
        unit = chance.choice([finding.unit, finding.unit, *finding.other_units])
        scale = finding.scale(unit) or UnitScale()
        # the entered number times the factor has to be the wished one exactly, or a threshold is missed
        entered = (number / scale.factor - scale.offset).quantize(Decimal("0.0001")).normalize()
        if unit != finding.unit and wish is not None and (entered + scale.offset) * scale.factor != number:
            unit, entered = finding.unit, number
        return NumberValue(number=_text(entered), unit=unit, comparator=comparator)

    def _day(self) -> str:
        day = (TODAY - timedelta(days=self.random.choice((-20, 0, 30, 91, 92, 180, 200, 400, 800, 3000)))).isoformat()
        return day[: self.random.choice((4, 7, 10))] if self._bounds else day


class _Aim:
    """Writes into a plan what would give a condition an answer. Best effort: wishes that stand are not changed."""

    def __init__(
        self,
        knowledge: Knowledge,
        plan: _Plan,
        chance: random.Random,
        lesions: Sequence[str],
        numbers: Mapping[str, Sequence[Decimal]],
    ) -> None:
        self._knowledge = knowledge
        self._plan = plan
        self._chance = chance
        self._lesions = lesions
        self._numbers = numbers
        self._depth = 0

    def at(self, node: TruthNode, subject: str, answer: Truth) -> None:
        """Aim at an answer. Deep circles through absences are cut off."""
        if self._depth < 40:
            self._depth += 1
            self._aim(node, subject, answer)
            self._depth -= 1

    @singledispatchmethod
    def _aim(self, node: Node, subject: str, answer: Truth) -> None:
        """What has no better way: what it is made from is recorded, or left out."""
        for reference in references(node):
            if not reference.derived:
                self._set(reference, subject, known=answer is not U)

    @_aim.register
    def _(self, node: And, subject: str, answer: Truth) -> None:
        self._junction(node.parts, subject, answer, T)

    @_aim.register
    def _(self, node: Or, subject: str, answer: Truth) -> None:
        self._junction(node.parts, subject, answer, F)

    def _junction(self, parts: Sequence[TruthNode], subject: str, answer: Truth, neutral: Truth) -> None:
        if answer is neutral:
            for part in parts:
                self.at(part, subject, neutral)
            return
        chosen = self._chance.randrange(len(parts))
        self.at(parts[chosen], subject, answer)
        for position, part in enumerate(parts):
            if position != chosen:
                self.at(part, subject, neutral)

    @_aim.register
    def _(self, node: Not, subject: str, answer: Truth) -> None:
        self.at(node.part, subject, answer.negated())

    @_aim.register
    def _(self, node: Holds, subject: str, answer: Truth) -> None:
        if node.reference.derived:
            self._derived(node.reference.name, subject, {True} if answer is T else {False}, answer)
        else:
            self._plan.want(node.reference, subject, None if answer is U else answer is T)

    @_aim.register
    def _(self, node: ChoiceIn, subject: str, answer: Truth) -> None:
        choice = node.choice
        options = sorted(node.options if answer is not F else choice.domain - node.options)
        if isinstance(choice, ModalityOf):
            self._set(choice.reference, subject, known=answer is not U)
            if options and answer is not U:
                self._plan.modality.setdefault(choice.reference.which, self._chance.choice(options))
        elif choice.reference.derived:
            self._derived(choice.reference.name, subject, set(options), answer)
        else:
            value = self._chance.choice(options) if options and answer is not U else None
            self._plan.want(choice.reference, subject, value)

    @_aim.register
    def _(self, node: SameChoice, subject: str, answer: Truth) -> None:
        option = self._chance.choice(sorted(node.left.domain))
        other = self._chance.choice(sorted(node.left.domain - {option}))
        for choice, value in ((node.left, option), (node.right, option if answer is T else other)):
            if isinstance(choice, ChoiceOf) and not choice.reference.derived:
                self._plan.want(choice.reference, subject, None if answer is U else value)
            elif isinstance(choice, ModalityOf) and answer is not U:
                self._plan.modality.setdefault(choice.reference.which, value)

    @_aim.register
    def _(self, node: Overlaps, subject: str, answer: Truth) -> None:
        chosen = self._chance.choice(node.items)
        for item in node.items:
            present = None if answer is U and item == chosen else answer is T and item == chosen
            self._plan.want_item(node.reference, subject, item, present)

    @_aim.register
    def _(self, node: Quantified, _subject: str, answer: Truth) -> None:
        if not self._lesions:
            return
        if answer is not U:
            self._count(len(self._lesions))
        chosen = self._chance.choice(self._lesions)
        others = F if node.quantifier == "any" else T
        for lesion in self._lesions:
            self.at(node.part, lesion, answer if lesion == chosen else others)

    def _count(self, number: int) -> None:
        if LESION_COUNT in self._knowledge.findings:
            self._plan.want(Reference(LESION_COUNT, lesion=False), PATIENT, Decimal(number))

    @_aim.register
    def _(self, node: GatePasses, subject: str, answer: Truth) -> None:
        gate = self._knowledge.gates[node.gate]
        items = [
            tree
            for item, tree in zip(gate.entry.items, gate.items, strict=True)
            if (item.id == node.only if node.only else item.severity == "block" and item.id not in node.excepted)
        ]
        self.at(And(tuple(items)), subject, answer)

    @_aim.register
    def _(self, node: Fires, subject: str, answer: Truth) -> None:
        trees = tuple(self._knowledge.recommendations[name].when for name in node.recommendations)
        self.at(Or(trees), subject, answer)

    @_aim.register
    def _(self, node: Missing, subject: str, answer: Truth) -> None:
        self._set(node.reference, subject, known=answer is F)

    @_aim.register
    def _(self, node: Compare, subject: str, answer: Truth) -> None:
        left, right, holds = node.left, node.right, _HOLDS[node.operator]
        if isinstance(left, CountTrue) and isinstance(right, Number):
            self._count_true(left, int(right.value), node.operator, subject, answer)
        elif isinstance(left, CountLesions):
            for lesion in self._lesions:
                self.at(left.part, lesion, answer)
        elif isinstance(left, Quantity) and isinstance(right, Number):
            if left.reference.derived:
                self._derived_number(left.reference.name, subject, holds, right.value, answer)
                return
            fitting = [n for n in self._numbers[left.reference.name] if holds(n, right.value) == (answer is T)]
            value = self._chance.choice(fitting) if fitting and answer is not U else None
            self._plan.want(left.reference, subject, value)
        else:
            self._any_numbers(node, subject, answer)

    def _any_numbers(self, node: Node, subject: str, answer: Truth) -> None:
        entered = [r for r in references(node) if not r.derived]
        left_out = self._chance.choice(entered) if entered and answer is U else None
        for reference in entered:
            self._set(reference, subject, known=reference != left_out)

    def _count_true(self, node: CountTrue, number: int, operator: str, subject: str, answer: Truth) -> None:
        many = number if operator in {">=", "=="} else number + 1
        many = min(many, len(node.parts))
        chosen = self._chance.sample(range(len(node.parts)), many)
        enough = (answer is T) == (operator in {">", ">=", "=="})
        for position, part in enumerate(node.parts):
            if answer is U:
                self.at(part, subject, U if position in chosen[:1] else T if position in chosen else F)
            else:
                self.at(part, subject, T if enough and position in chosen else F)

    def _derived(self, name: str, subject: str, outcomes: set[object], answer: Truth) -> None:
        """A derived yes/no or choice: its expression, or the row that gives one of the outcomes."""
        derived = self._knowledge.derived[name]
        about = subject if derived.entry.subject == "lesion" else PATIENT
        if derived.tree is not None:
            self.at(derived.tree, about, answer)  # type: ignore[arg-type]
            return
        fitting = [position for position, row in enumerate(derived.rows) if row.then in outcomes]
        if derived.otherwise in outcomes:
            fitting.append(len(derived.rows))
        self._row(derived, about, fitting, answer)

    def _row(self, derived: CompiledDerived, subject: str, fitting: Sequence[int], answer: Truth) -> None:
        if not fitting:
            return
        chosen = self._chance.choice(fitting)
        for row in derived.rows[:chosen]:
            self.at(row.when, subject, F)
        if chosen < len(derived.rows):
            self.at(derived.rows[chosen].when, subject, U if answer is U else T)

    def _derived_number(self, name: str, subject: str, holds: object, limit: Decimal, answer: Truth) -> None:
        derived = self._knowledge.derived[name]
        about = subject if derived.entry.subject == "lesion" else PATIENT
        if derived.tree is not None:
            self._any_numbers(derived.tree, about, answer)
            return
        results = [*(row.then for row in derived.rows), derived.otherwise]
        fitting = [
            position
            for position, result in enumerate(results)
            if isinstance(result, Number) and holds(result.value, limit) == (answer is T)  # type: ignore[operator]
        ]
        self._row(derived, about, fitting, answer)

    def _set(self, reference: Reference, subject: str, *, known: bool) -> None:
        """Some value, or none."""
        if reference.derived:
            for below in self._knowledge.inputs[reference.name]:
                self._set(below, subject, known=known)
            return
        finding = self._knowledge.findings[reference.name]
        match finding.type:
            case "yes_no":
                value: object = self._chance.random() < 0.5
            case "choice":
                value = self._chance.choice(finding.choices).id
            case "multi":
                for option in finding.choices:
                    self._plan.want_item(reference, subject, option.id, False if known else None)
                return
            case "number":
                value = self._chance.choice(self._numbers[finding.id])
            case _:
                value = True
        self._plan.want(reference, subject, value if known else None)


def _numbers_used(knowledge: Knowledge) -> dict[str, tuple[Decimal, ...]]:
    """For each number finding the values where answers change, with their neighbours, and the ends of its range."""
    limits: dict[str, set[Decimal]] = {}
    for condition in conditions(knowledge):
        for node in walk(condition.tree):
            if isinstance(node, Compare) and isinstance(node.right, Number):
                for reference in references(node.left):
                    if not reference.derived:
                        limits.setdefault(reference.name, set()).add(node.right.value)
    found: dict[str, tuple[Decimal, ...]] = {}
    for finding in knowledge.findings.values():
        if finding.type == "number" and finding.hard is not None:
            step = Decimal(1).scaleb(-finding.decimals)
            low, high = finding.hard
            usual = [bound for bound in finding.warn or () if bound is not None]
            usual += [bound for bound in (finding.lower_limit, finding.upper_limit) if bound is not None]
            near = {value + shift for value in (*limits.get(finding.id, ()), *usual) for shift in (-step, 0, step)}
            spread = {(low + (high - low) * part / 20).quantize(step) for part in range(21)}
            found[finding.id] = tuple(sorted(value for value in near | spread if low <= value <= high))
    return found


def _depths_used(knowledge: Knowledge) -> dict[str, tuple[int, ...]]:
    """The findings of which earlier observations are read, and how far back observations are made for them."""
    earlier: dict[str, int] = {}
    for condition in conditions(knowledge):
        for reference in references(condition.tree):
            if not reference.is_current:
                back = 1 if reference.until else reference.which if reference.which > 0 else 2
                earlier[reference.name] = max(earlier.get(reference.name, 0), back)
    return {name: tuple(range(min(back, len(_PRIORS) - 1) + 1)) for name, back in earlier.items()}


def _study_with(modality: str) -> str:
    return f"with {modality}"


def _text(number: Decimal, places: int = 10) -> str:
    return format(round(number, places).normalize(), "f")
