"""A measure of a lesion over time: each measurement with its error, what each step is called, and what comes next.

The numbers and names come from the knowledge (`course` of the finding). Each earlier examination is judged with what
was known at its date; a stage is that of the examination only if what it rests on was entered there.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import msgspec

from hepalith.decision import observed as seen
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.needs import Needs
from hepalith.decision.observed import Group
from hepalith.decision.overrides import set_aside
from hepalith.decision.wording import observation_text
from hepalith.domain.assessment import Assessment, PlannedTest
from hepalith.domain.case import Case, Observation, State
from hepalith.domain.durations import parse_date
from hepalith.domain.errors import InvalidValueError
from hepalith.domain.truth import Truth
from hepalith.i18n import _
from hepalith.knowledge.base import MODALITY, Knowledge
from hepalith.knowledge.model import CourseEntry, Finding
from hepalith.knowledge.tree import ChoiceOf, Quantity, Reference, SameTechnique
from hepalith.knowledge.uses import Uses, nodes_behind


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement. value, error: in the canonical unit of the measure; error None: not known.

    change: what the step from the measurement before is called, or that the technique is missing which would tell;
    stage: by what was found of the lesion on that day, or as reported, or that there is none, of a lesion that has
    stages; stage_step: what the step from the stage before is called; "" where not known.
    """

    day: date
    shown: str  # the date as entered
    value: Decimal
    entered: str  # the value as entered, with its unit
    modality: str = ""
    error: Decimal | None = None
    change: str = ""
    stage: str = ""
    stage_step: str = ""


class NextExamination(msgspec.Struct, frozen=True, kw_only=True):
    """The next planned test: due, and not before and not after where the plan says so; missed: it is overdue."""

    test: str
    due: date
    earliest: date | None = None
    latest: date | None = None
    missed: bool = False


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """A measure of one lesion over time, the earliest first; at least two measurements.

    open: the labels of what could still decide what the last step is called.
    """

    finding: str
    label: str
    unit: str
    lesion: str
    measured: tuple[Measured, ...]
    open: tuple[str, ...] = ()
    next: NextExamination | None = None


def courses_of(case: Case, knowledge: Knowledge, assessment: Assessment) -> tuple[Course, ...]:
    """The course of every measure of a lesion that was taken at two or more dates, lesion by lesion."""
    found = [
        course_of(case, knowledge, assessment, finding, lesion.id)
        for lesion in case.lesions
        for finding in knowledge.findings.values()
    ]
    return tuple(course for course in found if course is not None)


def course_of(case: Case, knowledge: Knowledge, assessment: Assessment, finding: Finding, lesion: str) -> Course | None:
    """The course of a measure of a lesion; None while it was not taken at two or more dates."""
    entry = finding.course
    if entry is None:
        return None
    as_of = date.fromisoformat(assessment.as_of)
    whole = Evaluation(case, knowledge, as_of)
    groups = [group for group in reversed(whole.observed.groups(finding.id, lesion)) if _is_dated(case, group)]
    found = tuple(point for group in groups if (point := _measured(case, knowledge, whole, finding, group, as_of)))
    beside = (group for name in entry.beside for group in whole.observed.groups(name, lesion))
    measured = tuple(_steps_once(found, frozenset(whole.observed.date_of(group).last for group in beside)))
    if len(measured) < 2:
        return None
    return Course(
        finding=finding.id,
        label=finding.label,
        unit=finding.unit,
        lesion=lesion,
        measured=(msgspec.structs.replace(measured[0], change="", stage_step=""), *measured[1:]),
        open=_open(whole, entry.change, lesion),
        next=_next(assessment, lesion),
    )


def _is_dated(case: Case, group: Group) -> bool:
    return any(_date_text(case, observation) for observation in group)


def _date_text(case: Case, observation: Observation) -> str:
    """The date of an observation as entered; "" when it has none that can be read."""
    study = next((study for study in case.studies if study.id == observation.study), None)
    text = observation.date or (study.date if study else "")
    try:
        parse_date(text)
    except InvalidValueError:
        return ""
    return text


def _measured(
    case: Case, knowledge: Knowledge, whole: Evaluation, finding: Finding, group: Group, as_of: date
) -> Measured | None:
    """A measurement with what was known on its day; None for a value that is not one number."""
    value = seen.interval_of(group, finding)
    if not value.is_point or finding.course is None:
        return None
    day, lesion = whole.observed.date_of(group).last, group[0].subject
    then = Evaluation(_known_until(case, day), knowledge, min(day, as_of))
    entry = finding.course
    return Measured(
        day=day,
        shown=_date_text(case, group[0]),
        value=value.low,
        entered=observation_text(group[0], finding),
        modality=knowledge.choice_label(MODALITY, whole.observed.study(group).modality),
        error=_error(then, entry, lesion),
        change=_choice(then, entry.change, lesion) or _technique_missing(then, entry.change, lesion),
        stage=_stage(then, whole, entry, lesion, day),
        stage_step=_choice(then, entry.stage_step, lesion, known=whole) if entry.stage_step else "",
    )


def _known_until(case: Case, day: date) -> Case:
    """The case without what was observed later. What has no date stays."""
    kept = tuple(o for o in case.observations if not (text := _date_text(case, o)) or parse_date(text).last <= day)
    return msgspec.structs.replace(case, observations=kept)


def _stage(then: Evaluation, whole: Evaluation, entry: CourseEntry, lesion: str, day: date) -> str:
    """The stage by what was found of the lesion on this day, or as reported, or that there is none; "" for a lesion
    that may have no stages. A stage found earlier is no stage of this examination.
    """
    if not entry.stage:
        return _reported(then, entry, lesion, day)
    case, knowledge = then.observed.case, then.knowledge
    found = tuple(o for o in case.observations if o.subject != lesion or _is_of(case, o, day))
    seen_then = Evaluation(msgspec.structs.replace(case, observations=found), knowledge, then.observed.as_of)
    stage = _choice(seen_then, entry.stage, lesion, known=then) or _reported(then, entry, lesion, day)
    is_staged = whole.truth(knowledge.derived[entry.stage].relevant, lesion) is Truth.TRUE
    if stage or not is_staged or len(_possible(seen_then, entry.stage, lesion)) == 1:
        return stage
    signs = {name for kind, name in Uses(knowledge).directly(("derived", entry.stage)) if kind == "findings"}
    is_recorded = any(seen_then.observed.groups(name, lesion) for name in signs)
    return _("stage undecided") if is_recorded else _("no stage recorded")


def _is_of(case: Case, observation: Observation, day: date) -> bool:
    text = _date_text(case, observation)
    return bool(text) and parse_date(text).last == day


def _error(then: Evaluation, entry: CourseEntry, lesion: str) -> Decimal | None:
    error = then.number(Quantity(Reference(entry.error, lesion=True, derived=True)), lesion)
    return error.low if error.is_point else None


def _choice(then: Evaluation, name: str, lesion: str, known: Evaluation | None = None) -> str:
    """The label of a derived choice, without what stands in brackets; "" unless it is decided and applies.

    known: where it is read whether it applies, if that may have been found out later.
    """
    compiled = then.knowledge.derived[name]
    if (known or then).truth(compiled.relevant, lesion) is not Truth.TRUE:
        return ""
    possible = _possible(then, name, lesion)
    if len(possible) != 1 or not possible.isdisjoint(compiled.entry.quiet):
        return ""
    return then.knowledge.choice_label(name, next(iter(possible))).partition(" (")[0]


def _possible(then: Evaluation, name: str, lesion: str) -> frozenset[str]:
    return then.choice(ChoiceOf(Reference(name, lesion=True, derived=True), then.domain(name)), lesion)


def _reported(then: Evaluation, entry: CourseEntry, lesion: str, day: date) -> str:
    """What was entered beside the measure on this day; "" for nothing."""
    found = []
    for name in entry.beside:
        groups = then.observed.groups(name, lesion)
        if groups and then.observed.date_of(groups[0]).last == day and groups[0][0].state is State.KNOWN:
            text = observation_text(groups[0][0], then.knowledge.findings[name])
            found.append(_("{stage} (reported)").format(stage=text))
    return ", ".join(found)


def _steps_once(measured: tuple[Measured, ...], entered: frozenset[date]) -> Iterator[Measured]:
    """The measurements, with the step of the stage where it is new, or a stage was entered on that day."""
    before = ""
    for one in measured:
        is_new = one.stage_step != before or one.day in entered
        yield one if is_new else msgspec.structs.replace(one, stage_step="")
        before = one.stage_step


def _open(evaluation: Evaluation, name: str, lesion: str) -> tuple[str, ...]:
    if _choice(evaluation, name, lesion):
        return ()
    needs = Needs(evaluation).of_finding(Reference(name, lesion=True, derived=True), lesion)
    labels = tuple(dict.fromkeys(evaluation.knowledge.label(finding) for finding, _subject in needs))
    if not labels and _technique_missing(evaluation, name, lesion):
        return (_("modality, phase and slice thickness of both examinations"),)
    return labels


def _technique_missing(then: Evaluation, name: str, lesion: str) -> str:
    """That a step is not called because it is not recorded whether two examinations are alike; "" if it is not that."""
    reference = Reference(name, lesion=True, derived=True)
    if then.is_known(reference, lesion) or Needs(then).of_finding(reference, lesion):
        return ""
    compared = (node for node in nodes_behind(then.knowledge, [reference]) if isinstance(node, SameTechnique))
    is_it = any(then.truth(node, lesion).is_unknown for node in compared)
    return _("technique not recorded") if is_it else ""


def _next(assessment: Assessment, lesion: str) -> NextExamination | None:
    """The first planned test of the lesion that is followed, and neither done nor followed by one that was."""
    aside = set_aside(assessment.overrides)
    tests = [one for one in assessment.follow_up if one.subject == lesion and one.due]
    last_done = {one.recommendation: one.due for one in tests if one.done}
    for test in tests:
        is_over = test.done or test.due <= last_done.get(test.recommendation, "")
        if not is_over and (test.recommendation, lesion) not in aside:
            return _planned(test)
    return None


def _planned(test: PlannedTest) -> NextExamination:
    earliest, latest = (date.fromisoformat(text) if text else None for text in (test.earliest, test.latest))
    return NextExamination(
        test=test.test, due=date.fromisoformat(test.due), earliest=earliest, latest=latest, missed=test.missed
    )


def course_text(course: Course, lesion: str) -> str:
    """All that the picture shows, in words. lesion: what the lesion is called."""
    steps = []
    for one in course.measured:
        error = _("± {error}").format(error=_number(one.error)) if one.error is not None else ""
        steps.append(
            ", ".join(
                filter(
                    None,
                    (f"{one.shown} {one.entered} {error}".strip(), one.modality, one.stage, one.stage_step, one.change),
                )
            )
        )
    title = course_title(course, lesion)
    text = f"{title}: {'; '.join(steps)}."
    return text if course.next is None else f"{text} {_next_text(course.next)}"


def course_title(course: Course, lesion: str) -> str:
    """What the picture is about."""
    return _("{finding} of {lesion} over time").format(finding=course.label, lesion=lesion)


def _next_text(planned: NextExamination) -> str:
    shape = _("Missed: {test}, was due {due}") if planned.missed else _("Next: {test}, due {due}")
    text = shape.format(test=planned.test, due=planned.due)
    if planned.earliest and planned.latest:
        window = _("not before {earliest}, not after {latest}")
        text += ", " + window.format(earliest=planned.earliest, latest=planned.latest)
    return f"{text}."


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
