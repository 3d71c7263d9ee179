"""The typed model of the knowledge files: one structure for each kind of entry.

`docs/knowledge-format.md` says what each field means. An unknown key is an error. The texts of expressions
stay here as written; `knowledge.expression` checks and compiles them.
"""

from decimal import Decimal
from typing import Literal

import msgspec

HEADER_FILE = "knowledge.yaml"

BasisLevel = Literal["read", "secondary", "recalled", "default"]
Subject = Literal["patient", "lesion"]
ValueType = Literal["number", "yes_no", "choice", "multi", "date", "text"]
UrgencyLevel = Literal["emergency_now", "emergency_same_day", "urgent", "soon", "routine", "none"]
Cost = Literal["ask", "examine", "laboratory", "ultrasound", "ct", "mri", "invasive"]
PatientKind = Literal["adult", "child", "infant", "neonate", "fetus"]
# Codes of other terminologies. `loinc` is for the canonical unit, `loinc_mass` where a mass unit has a code of its own.
Codes = dict[Literal["loinc", "loinc_mass", "snomed", "icd10", "icd10cm", "radlex"], str]


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base: keyword only, immutable, and no unknown key."""


class Cited(_Strict, frozen=True, kw_only=True):
    """A source, and where in it."""

    id: str
    locator: str = ""


class Grounded(_Strict, frozen=True, kw_only=True):
    """Base of every clinical statement."""

    basis: BasisLevel | None = None
    basis_note: str = ""
    sources: tuple[str | Cited, ...] = ()
    review_by: str = ""


class UnitScale(_Strict, frozen=True, kw_only=True):
    """canonical = (entered + offset) x factor, exact decimals."""

    factor: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)


class ChoiceOption(_Strict, frozen=True, kw_only=True):
    """One choice of a finding. `picture` names a drawing of it, `replaced_by` the choice that took its place."""

    id: str
    label: str
    help: str = ""
    picture: str = ""
    codes: Codes = {}
    replaced_by: str = ""


class CourseEntry(_Strict, frozen=True, kw_only=True):
    """What is drawn beside a measure of a lesion over time: derived findings of the same lesion.

    error: a number in the unit of the measure; a smaller difference is no change. change, stage, stage_step: choices,
    the last what the step from the stage before is called.
    group: the section of the form that shows it, with the findings `beside`, entered at each examination; "": none.
    """

    error: str
    change: str
    stage: str = ""
    stage_step: str = ""
    group: str = ""
    beside: tuple[str, ...] = ()


class Finding(_Strict, frozen=True, kw_only=True):
    """Something that can be entered. `picture` names a drawing of it."""

    id: str
    label: str
    group: str
    subject: Subject
    type: ValueType
    unit: str = ""
    other_units: dict[str, str | UnitScale] = {}
    decimals: int = 0
    hard: tuple[Decimal, Decimal] | None = None
    warn: tuple[Decimal | None, Decimal | None] | None = None
    warn_text: str = ""
    limits: bool = False
    upper_limit: Decimal | None = None
    lower_limit: Decimal | None = None
    observation: Literal["latest", "largest", "smallest", "any"] = "latest"
    max_age_days_for_gates: int | None = None
    choices: tuple[ChoiceOption, ...] = ()
    relevant: str = ""
    absent_when: str = ""
    absent_choice: str = ""
    absent_range: tuple[Decimal, Decimal] | None = None
    fixed: bool = False
    widget: str = ""
    picture: str = ""
    course: CourseEntry | None = None
    cost: Cost = "ask"
    codes: Codes = {}
    synonyms: tuple[str, ...] = ()
    help: str = ""
    packs: dict[str, str] = {}
    basis: BasisLevel | None = None
    basis_note: str = ""
    sources: tuple[str | Cited, ...] = ()

    def scale(self, unit: str) -> UnitScale | None:
        """How `unit` is turned into the canonical unit; None for a unit that the finding does not have."""
        if unit == self.unit:
            return UnitScale()
        scale = self.other_units.get(unit)
        return UnitScale(factor=Decimal(scale)) if isinstance(scale, str) else scale


class Row(_Strict, frozen=True, kw_only=True):
    """A row of a decision table."""

    id: str
    when: str
    then: str | bool  # numbers come as text
    note: str = ""


class Before(_Strict, frozen=True, kw_only=True):
    """The value of a derived finding before the latest observation of a finding, which tells of an examination."""

    of: str
    examination: str


class Derived(Grounded, frozen=True, kw_only=True):
    """A computed finding: an expression, or the first row of a table that holds."""

    id: str
    label: str
    subject: Subject
    type: Literal["number", "yes_no", "choice"]
    unit: str = ""
    decimals: int = 0
    choices: tuple[ChoiceOption, ...] = ()
    classification: bool = False
    quiet: tuple[str, ...] = ()
    relevant: str = ""
    not_for: str = ""
    not_for_text: str = ""
    expr: str = ""
    rows: tuple[Row, ...] = ()
    otherwise: str | bool | None = None
    complete: bool = False
    exclusive: bool = False
    red_flags: bool = False
    before: Before | None = None
    range: tuple[Decimal, Decimal] | None = None
    help: str = ""
    note: str = ""
    packs: dict[str, str] = {}


class ArgumentEntry(Grounded, frozen=True, kw_only=True):
    """An argument for or against a cause."""

    when: str
    strength: Literal[1, 2, 3, 4]
    text: str


class Condition(Grounded, frozen=True, kw_only=True):
    """A possible cause."""

    id: str
    label: str
    cause_class: Literal["benign", "infectious", "obstructive", "malignant", "mimic"] = msgspec.field(name="class")
    subject: Subject
    subclass: str = ""
    arguments_for: tuple[ArgumentEntry, ...] = msgspec.field(name="for", default=())
    arguments_against: tuple[ArgumentEntry, ...] = msgspec.field(name="against", default=())
    excluded_when: str = ""
    confirmed_when: str = ""
    tells_apart: str = ""
    note: str = ""
    codes: Codes = {}


class Escalation(_Strict, frozen=True, kw_only=True):
    """A higher urgency under a further condition."""

    when: str
    urgency: UrgencyLevel


class FollowUpStep(_Strict, frozen=True, kw_only=True):
    """A planned test: at fixed times after the anchor, then at an interval until a limit.

    anchor: a date finding, `as_of` (the assessment), or `examination`: the assessment too, but the latest examination
    where the first test counted from it is overdue.
    """

    test: str
    after: tuple[str, ...] = ()
    then_every: str = ""
    until: str = ""
    anchor: str = "as_of"
    window: tuple[str, str] | None = None
    stop: str = ""
    note: str = ""
    basis: BasisLevel | None = None


class Recommendation(Grounded, frozen=True, kw_only=True):
    """Advice with the condition under which it applies."""

    id: str
    title: str
    subject: Subject
    kind: Literal["do", "consider", "avoid", "refer", "none_needed", "ask", "inform"]
    action: str
    when: str
    urgency: UrgencyLevel
    reason: str = ""
    escalate: tuple[Escalation, ...] = ()
    within: str = ""
    subjects: tuple[PatientKind, ...] = ()
    gates: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    follow_up: tuple[FollowUpStep, ...] = ()
    strength: str = ""
    certainty: str = ""
    conflicts: tuple[str, ...] = ()
    starting_points: tuple[str, ...] = ()
    note: str = ""

    @property
    def matters(self) -> tuple[str, ...]:
        """What is done or warned against, by its tags: `needle`, `biopsy`, `drug:...`."""
        return tuple(tag for tag in self.tags if tag in {"needle", "biopsy"} or tag.startswith("drug:"))

    @property
    def may_act_on_the_unknown(self) -> bool:
        """Whether its condition may use missing(...): a question, a caution, a referral, or work-up.

        Never what closes a case, and never a needle or a drug: for these the unknown must not decide.
        """
        return self.kind in {"ask", "avoid", "refer"} or (
            self.kind == "do" and not self.matters and "closure" not in self.tags
        )


class GateEntryItem(Grounded, frozen=True, kw_only=True):
    """One item of a gate."""

    id: str
    label: str
    requires: str
    severity: Literal["block", "caution"] = "block"
    text: str = ""
    asks: tuple[str, ...] = ()


class GateEntry(Grounded, frozen=True, kw_only=True):
    """A list of items that must be fulfilled before something is done, or before a case is closed."""

    id: str
    label: str
    kind: Literal["safety", "closure"]
    subject: Subject
    items: tuple[GateEntryItem, ...]
    note: str = ""

    @property
    def wants_fresh(self) -> bool:
        """Whether values older than `max_age_days_for_gates` count as not recorded here."""
        return self.kind == "safety"


class Precedence(Grounded, frozen=True, kw_only=True):
    """Which advice gives way while other advice holds."""

    id: str
    step: int
    when_holds: tuple[str, ...]
    suppresses: tuple[str, ...]
    across: Literal["lesion", "patient"]
    label: str
    replaces: bool = False
    note: str = ""


class PositionEntry(_Strict, frozen=True, kw_only=True):
    """One side of a conflict."""

    text: str
    sources: tuple[str | Cited, ...] = ()


class ConflictEntry(_Strict, frozen=True, kw_only=True):
    """Sources that disagree."""

    id: str
    topic: str
    positions: tuple[PositionEntry, ...]
    default: str
    why: str
    starting_points: tuple[str, ...] = ()
    basis: BasisLevel | None = None
    note: str = ""


class Source(_Strict, frozen=True, kw_only=True):
    """A reference."""

    id: str
    title: str
    basis: BasisLevel
    body: str = ""
    year: int | str | None = None
    doi: str = ""
    pmid: str = ""
    url: str = ""
    kind: str = ""
    basis_note: str = ""
    note: str = ""


class ListEntry(_Strict, frozen=True, kw_only=True):
    """A named set of choices, for example the regions where a disease is endemic."""

    id: str
    label: str
    of: str
    values: tuple[str, ...]
    basis: BasisLevel | None = None
    basis_note: str = ""
    sources: tuple[str | Cited, ...] = ()


class Group(_Strict, frozen=True, kw_only=True):
    """A section of the form."""

    id: str
    label: str
    subject: Subject
    help: str = ""


class StartingPoint(_Strict, frozen=True, kw_only=True):
    """A row of the starting document (S1 to S15)."""

    id: str
    statement: str
    position: str = ""


class UrgencyEntry(Grounded, frozen=True, kw_only=True):
    """What a level of urgency means, in one sentence with its time frame."""

    id: UrgencyLevel
    sentence: str


class OverrideReason(Grounded, frozen=True, kw_only=True):
    """A coded reason to set a recommendation aside. needs_text: only with an explanation in words."""

    id: str
    label: str
    needs_text: bool = False


MOST_TOGETHER = 8  # so many findings can be asked at once


class Member(_Strict, frozen=True, kw_only=True):
    """A finding among several that are asked together. absent: the choice, yes or no, that "none of these" records.

    absent is "" for "no" of a yes/no finding and for "none of its items" of a multi-choice. text: the question in
    words, where the label does not say what would be present.
    """

    finding: str
    absent: str = ""
    text: str = ""


class AskedTogether(Grounded, frozen=True, kw_only=True):
    """Findings that one look at the report, or one breath with the patient, answers: "any of these?"."""

    id: str
    label: str
    members: tuple[Member, ...]


class Header(_Strict, frozen=True, kw_only=True):
    """What holds for the whole knowledge base (`knowledge.yaml`). urgency_levels: all six, each once.

    asked_first: the findings with which guided entry begins, in this order.
    """

    version: str
    dictionary_version: int
    review_by: str
    review_state: str
    groups: tuple[Group, ...]
    urgency_levels: tuple[UrgencyEntry, ...]
    override_reasons: tuple[OverrideReason, ...] = ()
    starting_points: tuple[StartingPoint, ...] = ()
    asked_together: tuple[AskedTogether, ...] = ()
    asked_first: tuple[str, ...] = ()
    intended_use: str = ""
    limits_of_use: str = ""

    def absent_choice(self, finding: str) -> str:
        """What "none of these" records of a finding; "": no, or none of its items."""
        members = (member for together in self.asked_together for member in together.members)
        return next((member.absent for member in members if member.finding == finding), "")

    def urgency_sentence(self, level: str) -> str:
        """What a level of urgency means; "" for a level that is not in the file (a problem of the knowledge)."""
        return next((entry.sentence for entry in self.urgency_levels if entry.id == level), "")

    def override_reason(self, name: str) -> OverrideReason | None:
        """A coded reason by its id; None for one that this knowledge does not have."""
        return next((reason for reason in self.override_reasons if reason.id == name), None)

    def override_reason_text(self, name: str) -> str:
        """A coded reason in words; its id for one that this knowledge does not have."""
        reason = self.override_reason(name)
        return reason.label if reason is not None else name


Entry = Finding | Derived | Condition | Recommendation | GateEntry | Precedence | ConflictEntry | Source | ListEntry

KINDS: dict[str, type[msgspec.Struct]] = {
    "findings": Finding,
    "derived": Derived,
    "conditions": Condition,
    "recommendations": Recommendation,
    "gates": GateEntry,
    "precedence": Precedence,
    "conflicts": ConflictEntry,
    "sources": Source,
    "lists": ListEntry,
}


class KnowledgeFiles(_Strict, frozen=True, kw_only=True):
    """All entries of all files, as read, with the hash of the files that they came from."""

    header: Header
    hash: str
    findings: tuple[Finding, ...] = ()
    derived: tuple[Derived, ...] = ()
    conditions: tuple[Condition, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()
    gates: tuple[GateEntry, ...] = ()
    precedence: tuple[Precedence, ...] = ()
    conflicts: tuple[ConflictEntry, ...] = ()
    sources: tuple[Source, ...] = ()
    lists: tuple[ListEntry, ...] = ()
