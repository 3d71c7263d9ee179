"""An assessment as plain text for a terminal."""

from collections.abc import Iterable, Iterator

from hepalith.domain.assessment import (
    Advice,
    Assessment,
    Cause,
    GateState,
    LesionConflict,
    OverrideResult,
    QuestionGroup,
    Status,
    TraceNode,
    Turn,
    in_order,
)
from hepalith.domain.words import (
    answer_text,
    basis_text,
    between_lesions_text,
    class_text,
    completed_text,
    completions_text,
    decision_text,
    doubt_text,
    each_for_its_own_lesion,
    outcome_text,
    robust_text,
    since_decided_text,
    turn_text,
)
from hepalith.i18n import _
from hepalith.knowledge.translation import Translation

_ASKED = 8
_OUTCOMES = 3  # of a question


def assessment_text(assessment: Assessment, translation: Translation) -> str:
    """The assessment, most important first; lines end with a line feed. translation: of the knowledge."""
    return "\n".join([*_lines(assessment), *filter(None, (translation.note,))]) + "\n"


def _level(level: str) -> str:
    return {
        "emergency_now": _("EMERGENCY NOW"),
        "emergency_same_day": _("EMERGENCY, TODAY"),
        "urgent": _("urgent"),
        "soon": _("soon"),
        "routine": _("routine"),
        "none": _("none"),
    }[level]


def _lines(assessment: Assessment) -> Iterator[str]:
    urgency = assessment.urgency
    yield _("Urgency: {level}").format(level=_level(urgency.level)) + (
        f"  [{urgency.set_by}]" if urgency.set_by else ""
    )
    if urgency.could_be:
        yield _("  not excluded: {level} [{by}]").format(level=_level(urgency.could_be), by=urgency.could_be_by)
    if urgency.without_set_aside:
        yield _("  without the advice that was set aside: {level}").format(level=_level(urgency.without_set_aside))
    yield _("Class: {value} ({certainty})").format(
        value=class_text(assessment.case_class.value), certainty=assessment.case_class.certainty
    )
    yield assessment.impression
    turns = _Turns(assessment.turns)
    yield from _causes(assessment.causes, turns)
    holding = [one for one in assessment.recommendations if one.status is Status.HOLDS]
    yield from _advice(_("What applies"), holding, turns)
    given_way = [one for one in assessment.recommendations if one.status is Status.SUPPRESSED]
    yield from _advice(_("Applies, but gives way"), given_way, turns)
    yield from _between_lesions(assessment.between_lesions)
    yield from _overrides(assessment.overrides)
    for made in assessment.classifications:
        yield _("{subject} {label}: {value}").format(subject=made.subject, label=made.label, value=made.value)
        yield from turns.of(made.id, made.subject)
    for doubt in assessment.doubts:
        first, *more = doubt_text(doubt, urgency.level)
        yield f"{doubt.subject} {doubt.label}: {first}"
        yield from (f"      {line}" for line in more)
    for gate in assessment.gates:
        if gate.state is not GateState.OPEN:
            shut = ", ".join(item.label for item in gate.items if item.fulfilled != "yes" and item.severity == "block")
            yield _("Gate shut: {gate} ({subject}): {items}").format(gate=gate.label, subject=gate.subject, items=shut)
            yield from turns.of(f"gate:{gate.id}", gate.subject)
    for test in assessment.follow_up:
        yield (
            _("Follow-up: {due} {test} ({subject}) [{by}] {note}")
            .format(due=test.due or "-", test=test.test, subject=test.subject, by=test.recommendation, note=test.note)
            .rstrip()
        )
    open_count = sum(one.status is Status.CANNOT_BE_EXCLUDED for one in assessment.recommendations)
    yield _("{count} recommendations cannot be excluded yet. Ask next:").format(count=open_count)
    yield from _questions(assessment)
    for finding in assessment.not_evaluated:
        yield _("Not evaluated (unknown to this dictionary): {finding}").format(finding=finding)
    yield _("Knowledge {version} ({hash}), assessed for {date}. No clinician has reviewed it.").format(
        version=assessment.knowledge_version, hash=assessment.knowledge_hash, date=assessment.as_of
    )


class _Turns:
    """What would change each conclusion, as lines."""

    def __init__(self, turns: tuple[Turn, ...]) -> None:
        self._lines: dict[tuple[str, str], list[str]] = {}
        for turn in turns:
            self._lines.setdefault((turn.item, turn.subject), []).append(f"      {turn_text(turn)}")

    def of(self, item: str, subject: str) -> list[str]:
        return self._lines.get((item, subject), [])


def explained_text(nodes: Iterable[TraceNode], turns: Iterable[Turn]) -> str:
    """Why something holds or does not, and what would change it; lines end with a line feed."""
    lines = [line for node in nodes for line in _traced(node, 0)]
    return "\n".join([*lines, *map(turn_text, turns)]) + "\n"


def _traced(node: TraceNode, depth: int) -> Iterator[str]:
    yield f"{'  ' * depth}{answer_text(node.answer)} - {node.text}"
    for child in node.children:
        yield from _traced(child, depth + 1)


def _between_lesions(conflicts: tuple[LesionConflict, ...]) -> Iterator[str]:
    if conflicts:
        yield ""
        yield _("Lesions need different things")
    for one in conflicts:
        title, wanted, barred = between_lesions_text(one, str)
        yield f"  {title}"
        yield "      " + _("Wanted: {advice}").format(advice=wanted)
        yield "      " + _("Warned against: {advice}").format(advice=barred)
        yield f"      {each_for_its_own_lesion()}"


def _overrides(overrides: tuple[OverrideResult, ...]) -> Iterator[str]:
    if overrides:
        yield ""
        yield _("Decided otherwise")
    for one in overrides:
        said = ": ".join(filter(None, (decision_text(one), one.text, since_decided_text(one))))
        yield "  " + " ".join(
            filter(None, (f"[{one.recommendation}]" if one.recommendation else "", one.subject, said))
        )


def _questions(assessment: Assessment) -> Iterator[str]:
    now = assessment.urgency.level
    for one in in_order(assessment.questions, assessment.question_groups)[:_ASKED]:
        if isinstance(one, QuestionGroup):
            yield f"  {', '.join(need.label for need in one.findings)} ({one.subject})"
            yield f"      {outcome_text(one.none, now, one.settles)}"
            yield "      " + _("A yes: up to {level}").format(level=_level(one.urgency))
        else:
            yield f"  {one.label} ({one.subject})"
            yield from (f"      {outcome_text(outcome, now)}" for outcome in one.outcomes[:_OUTCOMES])
    further = assessment.further
    if assessment.robust:
        yield f"  {robust_text(further)}"
    if further is not None:
        yield from (f"      {outcome_text(pair.outcome, now)}" for pair in further.pairs)
        yield completions_text(further)
        yield from (f"  {one.subject} {one.label} [{one.id}]: {completed_text(one)}" for one in further.completed)


def _causes(causes: tuple[Cause, ...], turns: _Turns) -> Iterator[str]:
    if causes:
        yield ""
        yield _("Causes")
    for cause in causes:
        if cause.rank <= 5:  # the window and the note show all of them
            names = f"[{cause.id}, {class_text(cause.cause_class)}]"
            yield f"  {cause.subject} {cause.rank}. {cause.label} {names} {cause.points:+d}"
            yield from turns.of(cause.id, cause.subject)


def _advice(title: str, advice: list[Advice], turns: _Turns) -> Iterator[str]:
    if not advice:
        return
    yield ""
    yield title
    for one in sorted(advice, key=lambda one: -one.urgency.rank):
        yield f"  [{one.id}] {one.subject}, {_level(one.urgency)}, {basis_text(one.basis.level)}: {one.title}"
        yield f"      {one.action}"
        for gate in one.gates_shut:
            yield _("      gate shut: {gate}").format(gate=gate)
        for winner in one.suppressed_by:
            yield _("      {label}: {by}").format(label=winner.label, by=winner.by)
        yield from turns.of(one.id, one.subject)
