"""What the decision core answers: immutable, and published as a versioned schema.

Every statement carries its basis. Statuses are enumerations. Empty text means "not given by the source".
"""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from hepalith.i18n import SOURCE_LANGUAGE

SCHEMA_VERSION = 1


class Urgency(StrEnum):
    """Six levels, from the highest."""

    EMERGENCY_NOW = "emergency_now"
    EMERGENCY_SAME_DAY = "emergency_same_day"
    URGENT = "urgent"
    SOON = "soon"
    ROUTINE = "routine"
    NONE = "none"

    @property
    def rank(self) -> int:
        """5 for the highest level, 0 for none."""
        return _RANK[self]


_RANK = {level: 5 - position for position, level in enumerate(Urgency)}


class Status(StrEnum):
    """What is known of a recommendation's condition."""

    HOLDS = "holds"
    CANNOT_BE_EXCLUDED = "cannot_be_excluded"
    DOES_NOT_HOLD = "does_not_hold"
    SUPPRESSED = "suppressed"


class GateState(StrEnum):
    """A gate is open only when every blocking item is known to be fulfilled."""

    OPEN = "open"
    SHUT = "shut"
    SHUT_UNTIL_KNOWN = "shut_until_known"


class EndKind(StrEnum):
    """How far a case has come. None says that no question is open: `Assessment.robust` does.

    closed: of each lesion it is known that nothing more is needed. planned: of each lesion that is not closed one cause
    leads and advice to act applies. unplanned: one cause leads, but of some lesion no advice to act applies.
    """

    CLOSED = "closed"
    PLANNED = "planned"
    UNPLANNED = "unplanned"


class Answer(StrEnum):
    """Three-valued truth as it is published."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of the parts of an assessment."""


class Need(Part, frozen=True, kw_only=True):
    """A finding whose value could decide something that is open."""

    finding: str
    subject: str
    label: str


class Citation(Part, frozen=True, kw_only=True):
    """A source as cited: where in it, and how far it was read."""

    source: str
    locator: str = ""


class Basis(Part, frozen=True, kw_only=True):
    """How far a statement was verified and reviewed."""

    level: str  # read, secondary, recalled, default
    note: str = ""
    sources: tuple[Citation, ...] = ()
    review_by: str = ""
    overdue: bool = False
    reviewed_by: str = ""  # empty: no clinician has reviewed it


class Suppression(Part, frozen=True, kw_only=True):
    """Why a recommendation that applies gives way."""

    by: str
    subject: str
    label: str
    precedence: str
    replaces: bool = False  # the more exact answer to the same question: what gave way does not count for the urgency


class PlannedTest(Part, frozen=True, kw_only=True):
    """One dated step of a follow-up plan. Dates are ISO; empty where the plan gives no limit.

    done: the day of an examination of the case that lies in its time; missed: its time is over, and none does.
    """

    recommendation: str
    subject: str
    test: str
    due: str
    earliest: str = ""
    latest: str = ""
    note: str = ""
    stop: str = ""
    done: str = ""
    missed: bool = False


class Advice(Part, frozen=True, kw_only=True):
    """A recommendation, judged for one subject."""

    id: str
    subject: str
    title: str
    kind: str
    action: str
    status: Status
    urgency: Urgency
    basis: Basis
    reason: str = ""
    within: str = ""
    urgency_could_be: Urgency | None = None  # a higher level that cannot be excluded
    supported: bool = False  # something that is known speaks for it; an open one without support is only not asked yet
    needs: tuple[Need, ...] = ()
    suppressed_by: tuple[Suppression, ...] = ()
    gates: tuple[str, ...] = ()
    gates_shut: tuple[str, ...] = ()
    strength: str = ""
    certainty: str = ""
    conflicts: tuple[str, ...] = ()
    starting_points: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class Argument(Part, frozen=True, kw_only=True):
    """An argument for or against a cause. strength: 1 (weak) to 4 (near-specific in context)."""

    text: str
    strength: int
    answer: Answer
    basis: Basis
    needs: tuple[Need, ...] = ()


class Cause(Part, frozen=True, kw_only=True):
    """A possible cause with its balance of arguments. Equal rank is a tie. Points are no probability."""

    id: str
    label: str
    subject: str
    cause_class: str
    rank: int
    points: int
    basis: Basis
    subclass: str = ""
    confirmed: bool = False
    arguments_for: tuple[Argument, ...] = ()
    arguments_against: tuple[Argument, ...] = ()
    tells_apart: str = ""
    note: str = ""


class Input(Part, frozen=True, kw_only=True):
    """A value that a result was made from, as shown to people."""

    finding: str
    subject: str
    label: str
    value: str
    assumed: bool = False


class Classification(Part, frozen=True, kw_only=True):
    """A class or a score: one value, several candidates, or a range when something is missing."""

    id: str
    label: str
    subject: str
    value: str  # as shown to people, for example "CE1", "CE2 or CE3b", "6 to 8"
    basis: Basis
    candidates: tuple[str, ...] = ()  # choice ids that are still possible
    low: str = ""
    high: str = ""
    unit: str = ""
    complete: bool = True
    needs: tuple[Need, ...] = ()
    inputs: tuple[Input, ...] = ()


class GateItem(Part, frozen=True, kw_only=True):
    """One condition of a gate, and whether it is fulfilled."""

    id: str
    label: str
    fulfilled: Answer
    severity: str  # block, caution
    basis: Basis
    text: str = ""
    needs: tuple[Need, ...] = ()


class Gate(Part, frozen=True, kw_only=True):
    """A gate, judged for one subject."""

    id: str
    label: str
    kind: str  # safety, closure
    subject: str
    state: GateState
    items: tuple[GateItem, ...] = ()


class Named(Part, frozen=True, kw_only=True):
    """Advice, a cause or a gate, of one subject."""

    id: str
    subject: str
    label: str


class GateChange(Part, frozen=True, kw_only=True):
    """A gate of advice that applies, and the state that it would have."""

    gate: Named
    state: GateState


class Ending(Part, frozen=True, kw_only=True):
    """The end that a case comes to: the advice that closes the lesions, or that acts on them, the most urgent first.

    causes: those that lead. to_ask: the open findings on which it still rests; the end is reached when there is none.
    """

    kind: EndKind
    advice: tuple[Named, ...]
    causes: tuple[Named, ...] = ()
    to_ask: tuple["Need", ...] = ()


class Leaders(Part, frozen=True, kw_only=True):
    """The causes that would come first for a subject; none if no cause would be left."""

    subject: str
    causes: tuple[Named, ...] = ()


class Outcome(Part, frozen=True, kw_only=True):
    """What an answer would change, or several that would change the same."""

    answer: str  # in words
    urgency: Urgency | None = None  # what it would become; None: it stays
    starts: tuple[Named, ...] = ()  # advice that would apply
    ends: tuple[Named, ...] = ()  # advice that would no longer apply
    gates: tuple[GateChange, ...] = ()
    leaders: tuple[Leaders, ...] = ()  # of the subjects for whom they change


class Question(Part, frozen=True, kw_only=True):
    """An open finding and what depends on it. urgency: the highest level that an answer brings, or decides about.

    outcomes: those answers that change something. settles: how many open pieces of advice an answer decides, at most.
    supported: something that is known speaks for what it could bring; otherwise it would be asked of everybody.
    leads_to: findings that are only relevant after some answer, and matter then. wanted_by: advice that it decides.
    """

    finding: str
    subject: str
    label: str
    cost: str
    urgency: Urgency
    outcomes: tuple[Outcome, ...] = ()
    settles: int = 0
    worth: float = 0  # the order: what is worth more is asked first, groups and questions alike
    supported: bool = False
    leads_to: tuple[Need, ...] = ()
    wanted_by: tuple[str, ...] = ()


class QuestionGroup(Part, frozen=True, kw_only=True):
    """Yes/no findings of one section that can be asked together: "none of these" is an answer that matters.

    urgency: the highest level that a yes could bring. none: what it would change if none is present. settles: how many
    open pieces of advice that decides.
    """

    group: str
    subject: str
    label: str
    findings: tuple[Need, ...]
    cost: str
    urgency: Urgency
    none: Outcome
    settles: int = 0
    worth: float = 0


class Doubt(Part, frozen=True, kw_only=True):
    """A choice or class that is only narrowed down to a few, and what each of them would change.

    same: the advice, its gates and the urgency are the same for all of them. through: of a class, the open findings
    behind it of which an answer changes advice or urgency by itself, so that advice may rest on these all the same.
    """

    id: str
    subject: str
    label: str
    recorded: bool  # a finding that was recorded so; otherwise a class that comes out so
    same: bool
    through: tuple[Need, ...] = ()
    alternatives: tuple[Outcome, ...]


class Completed(Part, frozen=True, kw_only=True):
    """What three-valued logic leaves open, but what comes out alike under every completion of what is missing.

    kind: "advice" (its condition), "gate" (one of its items) or "class". answer: of a condition; choices: of a class,
    those that are left, in words. needs: the open findings of which every combination of answers was tried.
    """

    kind: str
    id: str
    subject: str
    label: str
    part: str = ""  # item of a gate
    answer: Answer | None = None
    choices: tuple[str, ...] = ()
    needs: tuple[Need, ...]


class Pair(Part, frozen=True, kw_only=True):
    """Two open findings that change the urgency or the plan together, though neither does alone."""

    findings: tuple[Need, Need]
    outcome: Outcome  # the answers that change most


class Further(Part, frozen=True, kw_only=True):
    """What a second, bounded look shows that takes longer than a frame.

    conclusions_tried, conclusions_left: open conclusions that were completed, and that rest on too much. pairs: the
    first of those that matter; pairs_found: how many do; pairs_tried: of so many; pairs_left: not tried, too many.
    Pairs are looked at only where nothing single matters.
    """

    completed: tuple[Completed, ...] = ()
    conclusions_tried: int = 0
    conclusions_left: int = 0
    pairs: tuple[Pair, ...] = ()
    pairs_found: int = 0
    pairs_tried: int = 0
    pairs_left: int = 0


class Position(Part, frozen=True, kw_only=True):
    """One side of a conflict."""

    text: str
    sources: tuple[Citation, ...] = ()


class Conflict(Part, frozen=True, kw_only=True):
    """Sources that disagree, and what the product does."""

    id: str
    topic: str
    positions: tuple[Position, ...]
    default: str
    why: str
    starting_points: tuple[str, ...] = ()


class LesionAdvice(Part, frozen=True, kw_only=True):
    """Advice that applies to a lesion, by its title."""

    recommendation: str
    lesion: str
    title: str


class LesionConflict(Part, frozen=True, kw_only=True):
    """Something that advice wants for some lesions and warns against for others; each holds for its own lesion.

    matter: `needle`, `biopsy` or `drug:...`, as the advice is tagged.
    """

    matter: str
    wanted: tuple[LesionAdvice, ...]
    barred: tuple[LesionAdvice, ...]


class OverrideResult(Part, frozen=True, kw_only=True):
    """What the clinician decided otherwise, beside what the assessment says; it changes none of it.

    status, urgency: of the recommendation today; None if this knowledge does not have it or the plan is about none.
    risen: the recommendation is more urgent today than when this was decided. reworded: it says something else today.
    advised: what it said then, where it says something else today or is not said any more.
    """

    recommendation: str
    subject: str
    kind: str  # set_aside, other_plan
    author: str
    date: str
    title: str = ""
    reason: str = ""  # in words
    text: str = ""
    status: Status | None = None
    urgency: Urgency | None = None
    risen: bool = False
    reworded: bool = False
    advised: str = ""


class UrgencyResult(Part, frozen=True, kw_only=True):
    """The urgency of the whole case and the advice that set it ("" for none).

    What was set aside still counts. without_set_aside: the lower level that the other advice would give, if any.
    """

    level: Urgency
    set_by: str = ""
    subject: str = ""
    within: str = ""
    could_be: Urgency | None = None
    could_be_by: str = ""
    without_set_aside: Urgency | None = None


UNDETERMINED, SEVERAL = "undetermined", "several"  # classes of a case beside those of its causes


class ClassResult(Part, frozen=True, kw_only=True):
    """The four-way class. `value` is "undetermined" while no cause leads; certainty is words, not a number."""

    value: str  # benign, infectious, obstructive, malignant, mimic, undetermined, several
    certainty: str
    possible: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()


class Assumption(Part, frozen=True, kw_only=True):
    """A value that was taken from the dictionary because the case does not give it."""

    text: str


class TraceNode(Part, frozen=True, kw_only=True):
    """A part of a condition with its truth, in plain words. finding, subject: whose entry it reads, if of one."""

    text: str
    answer: Answer
    finding: str = ""
    subject: str = ""
    children: tuple["TraceNode", ...] = ()


class Trace(Part, frozen=True, kw_only=True):
    """Why one item of the knowledge holds, or does not, for one subject."""

    item: str
    subject: str
    node: TraceNode


class Turn(Part, frozen=True, kw_only=True):
    """The fewest facts that would turn a conclusion about one item of the knowledge and one subject.

    turns: what it would then be, in words. facts: all have to be so; the text of each gives its present value and what
    is needed, its `answer` whether that is so now; () if none were found. shortest: it is proved that no set of facts
    about fewer findings does it. none_up_to: no set about so many findings, or fewer, does it; more may.
    """

    item: str
    subject: str
    turns: str
    facts: tuple[TraceNode, ...]
    shortest: bool
    none_up_to: int


class Assessment(Part, frozen=True, kw_only=True):
    """The whole answer for one case at one date with one knowledge version. language: of its texts."""

    schema_version: int
    knowledge_version: str
    knowledge_hash: str
    as_of: str
    case_id: str
    revision: int
    urgency: UrgencyResult
    case_class: ClassResult
    impression: str
    language: str = SOURCE_LANGUAGE
    causes: tuple[Cause, ...] = ()
    classifications: tuple[Classification, ...] = ()
    recommendations: tuple[Advice, ...] = ()
    gates: tuple[Gate, ...] = ()
    follow_up: tuple[PlannedTest, ...] = ()
    questions: tuple[Question, ...] = ()
    question_groups: tuple[QuestionGroup, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    robust: bool = False  # no single answer to an open finding changes the urgency or the plan
    end: Ending | None = None  # the end that the case comes to, if any
    further: Further | None = None  # of a second look; None while it was not taken
    turns: tuple[Turn, ...] = ()  # with the second look: what would change what is shown
    conflicts: tuple[Conflict, ...] = ()
    between_lesions: tuple[LesionConflict, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    not_evaluated: tuple[str, ...] = ()  # findings of the case that this dictionary does not know
    overrides: tuple[OverrideResult, ...] = ()
    deviations: tuple[str, ...] = ()  # what this site refined
    trace: tuple[Trace, ...] = ()


def in_order(questions: Iterable[Question], groups: Iterable[QuestionGroup]) -> list[Question | QuestionGroup]:
    """Questions and groups, the best first. Whoever is asked in a group already is not asked again."""
    asked: set[tuple[str, str]] = set()
    found: list[Question | QuestionGroup] = []
    given: list[Question | QuestionGroup] = [*groups, *questions]
    for one in sorted(given, key=lambda one: -one.worth):
        if isinstance(one, QuestionGroup):
            found.append(one)
            asked.update((need.finding, need.subject) for need in one.findings)
        elif one.supported or (one.finding, one.subject) not in asked:
            found.append(one)
    return found
