"""What a note says, as one immutable structure. Every form of the note (PDF, text, HTML ...) is made from it alone.

A plain model without layout; `note.compose` makes it from a case and its assessment.
"""

import msgspec

from hepalith.domain.assessment import Answer, GateState, Status, Urgency
from hepalith.knowledge.translation import Translation
from hepalith.note.options import NoteOptions


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of the parts of a note."""


class Cite(Part, frozen=True, kw_only=True):
    """A numbered reference, and where in it."""

    number: int
    locator: str = ""


class Ground(Part, frozen=True, kw_only=True):
    """On what a statement rests: basis, whether reviewed, where it comes from."""

    level: str  # read, secondary, recalled, default
    basis: str  # in words
    review: str
    reviewed: bool = False  # by a named clinician
    note: str = ""
    cites: tuple[Cite, ...] = ()


class Reference(Part, frozen=True, kw_only=True):
    """A source in the list of references. basis: how far it was read."""

    number: int
    id: str
    title: str
    published: str = ""
    identifiers: tuple[str, ...] = ()
    locators: tuple[str, ...] = ()
    level: str = ""
    basis: str = ""
    kind: str = ""


class Header(Part, frozen=True, kw_only=True):
    """Whose note it is and which one. patient_key stands on every page."""

    title: str
    patient_key: str
    name: str
    identifier: str
    birth_date: str
    note_id: str
    made: str
    made_on: str  # ISO date
    as_of: str
    case_id: str
    revision: int
    examination: str = ""


class UrgencyPart(Part, frozen=True, kw_only=True):
    """The urgency of the case. why: the title of the advice that set it."""

    level: Urgency
    label: str
    within: str = ""
    why: str = ""
    set_by: str = ""
    subject: str = ""
    could_be: str = ""
    could_be_why: str = ""
    could_be_needs: tuple[str, ...] = ()
    not_followed: tuple[str, ...] = ()  # advice of this level that the clinician decided otherwise about
    without: str = ""  # the lower level that the other advice gives


class ClassPart(Part, frozen=True, kw_only=True):
    """The four-way class, with how sure it is, in words."""

    id: str
    label: str
    certainty: str
    confirmed: bool
    others: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


class Statement(Part, frozen=True, kw_only=True):
    """A recommendation, for one or several lesions (none: for the patient)."""

    id: str
    title: str
    text: str
    kind: str  # id of the kind
    kind_label: str
    urgency: Urgency
    urgency_label: str
    status: Status
    ground: Ground
    subjects: tuple[str, ...] = ()
    within: str = ""
    reason: str = ""
    strength: str = ""
    certainty: str = ""
    could_be: str = ""
    needs: tuple[str, ...] = ()
    gates_shut: tuple[str, ...] = ()
    gives_way_to: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    supported: bool = True  # for open advice: something that is recorded speaks for it
    decision: str = ""  # what the clinician decided otherwise, by whom and when
    decision_label: str = ""


class OverridePart(Part, frozen=True, kw_only=True):
    """What the clinician decided otherwise, beside the advice that it is about.

    today: what is different by now. advised: the advice as it was then, where it says something else or nothing now.
    """

    title: str  # of the advice; of a plan that stands for itself
    kind_label: str
    decided: str  # by whom, when, for which coded reason
    text: str
    recommendation: str = ""
    subject: str = ""
    advice: str = ""
    advised: str = ""
    urgency_label: str = ""
    applies: bool = True  # False: the advice no longer does
    today: str = ""


class GateItemPart(Part, frozen=True, kw_only=True):
    """An item of a gate."""

    label: str
    fulfilled: Answer
    caution: bool
    ground: Ground
    text: str = ""
    needs: tuple[str, ...] = ()


class GatePart(Part, frozen=True, kw_only=True):
    """A list of conditions that must be met before something is done, or before the case is closed."""

    id: str
    label: str
    closure: bool
    state: GateState
    state_label: str
    subjects: tuple[str, ...] = ()
    items: tuple[GateItemPart, ...] = ()


class FindingRow(Part, frozen=True, kw_only=True):
    """A value as entered. negative: a plain no, so that several can be told in one line."""

    label: str
    value: str
    where: str = ""
    origin: str = ""
    negative: bool = False


class FindingSection(Part, frozen=True, kw_only=True):
    """The findings of one section of the form, of the patient or of one lesion."""

    title: str
    subject: str
    rows: tuple[FindingRow, ...]


class Remark(Part, frozen=True, kw_only=True):
    """Free text as entered; never evaluated."""

    label: str
    text: str


class MissingPart(Part, frozen=True, kw_only=True):
    """A finding that was not recorded and could change the advice."""

    label: str
    subject: str
    section: str
    urgency: Urgency
    urgency_label: str
    wanted_by: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()  # what an answer would change, a sentence for each
    leads_to: tuple[str, ...] = ()  # the findings that are asked only after it


class ArgumentPart(Part, frozen=True, kw_only=True):
    """An argument for or against a cause that holds, or that would count if it were known."""

    text: str
    strength: str
    answer: Answer
    ground: Ground
    needs: tuple[str, ...] = ()


class CausePart(Part, frozen=True, kw_only=True):
    """A possible cause of one or several lesions. tied: it shares its rank. told: in full, not only named."""

    id: str
    label: str
    subjects: tuple[str, ...]
    class_label: str
    rank: int
    tied: bool
    points: int
    told: bool
    ground: Ground
    subclass: str = ""
    confirmed: bool = False
    arguments_for: tuple[ArgumentPart, ...] = ()
    arguments_against: tuple[ArgumentPart, ...] = ()
    open_arguments: tuple[ArgumentPart, ...] = ()
    tells_apart: str = ""
    note: str = ""


class ClassificationPart(Part, frozen=True, kw_only=True):
    """A class or a score with its inputs. told: in full, not only named; negative: no row of its table applied.

    computed: a score, which is shown with all of its inputs.
    """

    label: str
    value: str
    complete: bool
    told: bool
    negative: bool
    computed: bool
    ground: Ground
    subjects: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    doubt: tuple[str, ...] = ()  # whether it matters which of a few classes it is


class PlannedPart(Part, frozen=True, kw_only=True):
    """A dated step of the follow-up."""

    due: str
    test: str
    window: str = ""
    earliest: str = ""
    latest: str = ""
    why: str = ""
    recommendation: str = ""
    subjects: tuple[str, ...] = ()
    note: str = ""
    stop: str = ""
    followed: bool = True  # False: the clinician decided otherwise about the advice
    done: str = ""  # the day of the examination in its time
    missed: bool = False

    @property
    def is_to_come(self) -> bool:
        """Whether it has a date that still lies ahead, and is followed."""
        return bool(self.due) and self.followed and not self.done and not self.missed


class PositionPart(Part, frozen=True, kw_only=True):
    """One side of a disagreement."""

    text: str
    cites: tuple[Cite, ...] = ()


class ConflictPart(Part, frozen=True, kw_only=True):
    """Sources that disagree, and what this program does."""

    id: str
    topic: str
    positions: tuple[PositionPart, ...]
    default: str
    why: str
    ground: Ground  # of what this program does; the positions cite their own sources


class LesionConflictPart(Part, frozen=True, kw_only=True):
    """What is wanted for some lesions and warned against for others, in words."""

    title: str
    wanted: str
    barred: str


class FigurePart(Part, frozen=True, kw_only=True):
    """A small vector picture with its text alternative."""

    title: str
    svg: str
    alt: str


class Provenance(Part, frozen=True, kw_only=True):
    """With what the note was made."""

    program_version: str
    knowledge_version: str
    knowledge_hash: str
    review_state: str
    intended_use: str
    limits: tuple[str, ...]
    unreviewed: bool  # no statement of the note was reviewed by a clinician
    translation: Translation = Translation()  # how far the clinical texts are translated
    site_changes: tuple[str, ...] = ()  # what this site refined in the knowledge, in words


class NoteContent(Part, frozen=True, kw_only=True):
    """The whole note."""

    options: NoteOptions
    header: Header
    impression: str
    urgency: UrgencyPart
    case_class: ClassPart
    plan: tuple[Statement, ...]  # holds: what to do, the most urgent first
    avoid: tuple[Statement, ...]
    inform: tuple[Statement, ...]
    open: tuple[Statement, ...]  # cannot be excluded
    gives_way: tuple[Statement, ...]
    overrides: tuple[OverridePart, ...]
    gates: tuple[GatePart, ...]
    findings: tuple[FindingSection, ...]
    remarks: tuple[Remark, ...]
    figures: tuple[FigurePart, ...]
    missing: tuple[MissingPart, ...]
    robust: str
    completed: tuple[str, ...] = ()  # what comes out alike under every completion of what is missing
    not_recorded: tuple[str, ...]  # sections of the form in which nothing was recorded
    causes: tuple[CausePart, ...]
    classifications: tuple[ClassificationPart, ...]
    follow_up: tuple[PlannedPart, ...]
    reopen: tuple[Statement, ...]
    closed: bool
    conflicts: tuple[ConflictPart, ...]
    between_lesions: tuple[LesionConflictPart, ...]
    assumptions: tuple[str, ...]
    not_evaluated: tuple[str, ...]
    references: tuple[Reference, ...]
    provenance: Provenance
