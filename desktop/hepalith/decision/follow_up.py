"""Follow-up plans as dates: each planned test with its earliest, target and latest day, its stop rule, and whether it
was done or missed."""

from collections.abc import Iterable
from datetime import date

from dateutil.relativedelta import relativedelta

from hepalith.decision import observed as seen
from hepalith.decision.evaluation import Evaluation
from hepalith.domain.assessment import Advice, PlannedTest
from hepalith.domain.case import PATIENT
from hepalith.domain.durations import duration_text, parse_date, parse_duration
from hepalith.domain.errors import InvalidValueError
from hepalith.i18n import _
from hepalith.knowledge.model import FollowUpStep
from hepalith.knowledge.tree import Reference


def planned_tests(evaluation: Evaluation, advice: Iterable[Advice]) -> tuple[PlannedTest, ...]:
    """All planned tests of the advice that holds, the earliest due first."""
    found = [
        test
        for one in advice
        for step in evaluation.knowledge.recommendations[one.id].entry.follow_up
        for test in _tests(evaluation, one, step)
    ]
    return tuple(sorted(found, key=lambda test: (test.due or "9", test.recommendation, test.subject)))


def _tests(evaluation: Evaluation, advice: Advice, step: FollowUpStep) -> Iterable[PlannedTest]:
    anchor = _anchor(evaluation, step, advice.subject)
    note = step.note
    if step.then_every:
        repeat = _("then every {interval}").format(interval=duration_text(step.then_every))
        if step.until:
            repeat = _("{repeat} until {limit}").format(repeat=repeat, limit=duration_text(step.until))
        note = "; ".join(part for part in (repeat, note) if part)
    delays = step.after or ((step.then_every,) if step.then_every else ())
    for position, delay in enumerate(delays):
        last = position == len(delays) - 1
        yield _test(evaluation, advice, step, anchor, delay, note if last else "")
    if not delays:
        yield PlannedTest(
            recommendation=advice.id, subject=advice.subject, test=step.test, due="", note=note, stop=step.stop
        )


def _test(
    evaluation: Evaluation, advice: Advice, step: FollowUpStep, anchor: date | None, delay: str, note: str
) -> PlannedTest:
    if anchor is None:
        when = _("{delay} after a date that is not recorded").format(delay=duration_text(delay))
        return PlannedTest(
            recommendation=advice.id,
            subject=advice.subject,
            test=step.test,
            due="",
            note="; ".join(filter(None, (when, note))),
            stop=step.stop,
        )
    due = anchor + parse_duration(delay)
    before, after = (
        (parse_duration(part) for part in step.window) if step.window else (relativedelta(), relativedelta())
    )
    earliest, latest = due + before, due + after
    done = _examined(evaluation, earliest, latest if step.window else evaluation.observed.as_of)
    missed = not done and latest < evaluation.observed.as_of
    return PlannedTest(
        recommendation=advice.id,
        subject=advice.subject,
        test=step.test,
        due=due.isoformat(),
        earliest=earliest.isoformat() if step.window else "",
        latest=latest.isoformat() if step.window else "",
        note="; ".join(filter(None, (_state(done, missed), note))),
        stop=step.stop,
        done=done,
        missed=missed,
    )


def _examined(evaluation: Evaluation, first: date, last: date) -> str:
    """The day of the first examination of the case from one day to another; "" for none with a full date."""
    days = sorted(study.date for study in evaluation.observed.case.studies)
    return next((day for day in days if first.isoformat() <= day <= last.isoformat()), "")


def _state(done: str, missed: bool) -> str:
    """What became of a test whose time has come. Later steps keep their dates: they count from the same day."""
    if done:
        return _("examined on {date}").format(date=done)
    return _("missed: no examination is recorded in its time, arrange it now") if missed else ""


def _anchor(evaluation: Evaluation, step: FollowUpStep, subject: str) -> date | None:
    """The day from which a plan counts: the assessment, the latest examination, or the value of a date finding."""
    anchor = step.anchor
    if anchor == "as_of":
        return evaluation.observed.as_of
    if anchor == "examination":
        return _since_examined(evaluation, step)
    finding = evaluation.knowledge.findings.get(anchor)
    if finding is None:
        return None
    of_lesion = finding.subject == "lesion"
    group = evaluation.group(Reference(anchor, of_lesion), subject if of_lesion else PATIENT)
    day = seen.day_of(group) if group else None
    return day.last if day else None


def _since_examined(evaluation: Evaluation, step: FollowUpStep) -> date:
    """The day of the assessment; but of the latest examination, where the first test counted from it is overdue.

    So a patient who did not come is told that the test was missed, and not given a new date.
    """
    as_of = evaluation.observed.as_of
    try:
        days = [parse_date(study.date) for study in evaluation.observed.case.studies]
    except InvalidValueError:  # one without a date may be the latest
        return as_of
    latest = max((day.last for day in days), default=as_of)
    first = parse_duration((*step.after, step.then_every)[0])
    grace = parse_duration(step.window[1]) if step.window else relativedelta()
    return latest if latest + first + grace < as_of else as_of
