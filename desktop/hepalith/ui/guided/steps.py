"""Which question guided entry asks next, and why. The order is the core's; nothing is decided here."""

from collections.abc import Callable, Iterable, Iterator, Set

import msgspec

from hepalith.domain.assessment import (
    Assessment,
    Ending,
    EndKind,
    Need,
    Outcome,
    Question,
    QuestionGroup,
    Status,
    Urgency,
)
from hepalith.domain.words import gate_text, urgency_text
from hepalith.i18n import _, plural
from hepalith.knowledge.model import MOST_TOGETHER

_REASONS, _TITLES, _SIGNS = 4, 3, 6
_HIGHEST = max(level.rank for level in Urgency)

_LIKE = 3  # so many questions of a kind at least, to ask first which are recorded

Key = tuple[str, str]  # finding, subject
Asked = Question | QuestionGroup
SectionOf = Callable[[str], tuple[str, str]]  # section, in words, and cost of a finding


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One question, or several that are asked together: "any of these?".

    report_of: the examinations of which one has to be chosen as that of the report. only_which: it is only asked which
    of them are recorded at all; these are asked next, one by one.
    """

    findings: tuple[Need, ...]
    section: str = ""  # of questions asked together
    why: tuple[str, ...] = ()
    report_of: tuple[str, ...] = ()
    only_which: bool = False

    @property
    def together(self) -> bool:
        """Whether it is "any of these?"."""
        return len(self.findings) > 1


def next_step(asked: Iterable[Asked], left_open: Set[Key], section_of: SectionOf) -> Step | None:
    """The best question that was not left open on purpose, with those that belong to it; None if there is none.

    asked: questions and groups, the best first. Where a question of the same section and cost was left open, it is
    first asked which of the others are recorded at all.
    """
    asked = list(asked)
    groups = {key_of(need): one for one in asked if isinstance(one, QuestionGroup) for need in one.findings}
    for one in asked:
        if isinstance(one, QuestionGroup):
            if any(key_of(need) not in left_open for need in one.findings):
                return _together(one, left_open, None)
        elif (key := (one.finding, one.subject)) not in left_open:
            if key in groups:
                return _together(groups[key], left_open, one)
            alone = (
                other for other in asked if isinstance(other, Question) and (other.finding, other.subject) not in groups
            )
            return _which(
                one,
                [other for other in alone if (other.finding, other.subject) not in left_open],
                left_open,
                section_of,
            )
    return None


def _which(one: Question, others: Iterable[Question], left_open: Set[Key], section_of: SectionOf) -> Step:
    """A question, or the question which of it and its like are recorded."""
    place = section_of(one.finding), one.subject
    like = [other for other in others if (section_of(other.finding), other.subject) == place][:MOST_TOGETHER]
    if len(like) < _LIKE or not any((section_of(name), subject) == place for name, subject in left_open):
        return _alone(one)
    return Step(findings=tuple(_need(other) for other in like), section=place[0][0], only_which=True)


def _need(question: Question) -> Need:
    return Need(finding=question.finding, subject=question.subject, label=question.label)


def key_of(need: Need) -> Key:
    """Finding and subject."""
    return need.finding, need.subject


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """Where guided entry stops asking. after: what it stops at once only; None: nothing is left to ask."""

    title: str
    text: str
    after: EndKind | Urgency | None = None

    @property
    def at_once(self) -> bool:
        """Whether nothing else is asked before, not even what was marked."""
        return isinstance(self.after, Urgency)


def before_the_end(assessment: Assessment, asked: Iterable[Asked], left_open: Set[Key]) -> list[Asked]:
    """The questions that keep the end away, the best first; what was left open on purpose keeps it away no more."""
    wanted = {key_of(need) for need in (assessment.end.to_ask if assessment.end is not None else ())} - left_open
    return [one for one in asked if not wanted.isdisjoint(_keys_of(one))]


def stop_of(assessment: Assessment, left_open: Set[Key], passed: Set[EndKind | Urgency]) -> Stop | None:
    """Whether to stop: at an emergency, at an end that the case has come to, or because nothing matters any more.

    left_open: what was not asked on purpose; it keeps no end away, but the end names it. passed: where it stopped, and
    more was asked all the same.
    """
    if assessment.robust:
        return Stop(title=_("Enough: no single open finding changes urgency or plan."), text="")
    end, level = assessment.end, assessment.urgency.level
    if end is not None and end.kind not in passed and all(key_of(need) in left_open for need in end.to_ask):
        return Stop(title=_end_title(end), text=_end_text(end), after=end.kind)
    if level.rank == _HIGHEST and level not in passed:
        text = _("What is to be done now stands at the top of the guidance. All other questions can wait.")
        return Stop(title=_emergency_title(assessment), text=text, after=level)
    return None


def nothing_left() -> Stop:
    """All questions were answered or left open."""
    return Stop(title=_("Nothing else to ask."), text="")


def rest_text(assessment: Assessment, asked: Iterable[Asked], left_open: Set[Key]) -> str:
    """What is left where guided entry stops. asked: the questions that are left, the best first."""
    if assessment.robust:
        return ""
    lines = []
    if assessment.urgency.could_be is not None:
        lines.append(_("It could still become: {urgency}").format(urgency=urgency_text(assessment.urgency.could_be)))
    left = list(dict.fromkeys(label for one in asked if (label := _left(one, left_open))))
    if left:
        text = _("What is left could still change it, first: {findings}.")
        lines.append(text.format(findings="; ".join(left[:_TITLES])))
    if left_open:
        text = plural("{count} question was left open.", "{count} questions were left open.", len(left_open))
        lines.append(text)
    return "\n".join(lines)


def _end_title(end: Ending) -> str:
    first = {one.subject: one.label for one in reversed(end.advice)}  # of each lesion
    advice = "; ".join(dict.fromkeys(reversed(first.values())))
    if end.kind is EndKind.CLOSED:
        return _("Closed: {advice}.").format(advice=advice)
    causes = ", ".join(dict.fromkeys(one.label for one in end.causes))
    if end.kind is EndKind.UNPLANNED:
        text = _("No plan for each lesion yet: {causes}. {advice}.") if advice else _("No plan yet: {causes}.")
        return text.format(causes=causes, advice=advice)
    text = _("The plan so far: {causes}. {advice}.") if end.to_ask else _("The plan stands: {causes}. {advice}.")
    return text.format(causes=causes, advice=advice)


def _end_text(end: Ending) -> str:
    first = {
        EndKind.CLOSED: _("No alarm is open."),
        EndKind.UNPLANNED: _("With what is recorded no advice to act applies."),
    }
    lines = [first[end.kind]] if end.kind in first else []
    if not end.to_ask:
        return "\n".join((*lines, _("Every sign of an emergency was asked.")))
    signs = list(dict.fromkeys(need.label for need in end.to_ask))
    text = _("Left open, although an emergency, the urgency or another plan can rest on it: {signs}.")
    lines.append(text.format(signs="; ".join(signs[:_SIGNS])))
    if len(signs) > _SIGNS:
        lines.append(plural("and {count} more", "and {count} more", len(signs) - _SIGNS))
    return "\n".join(lines)


def _emergency_title(assessment: Assessment) -> str:
    level = assessment.urgency.level
    first = [one.title for one in assessment.recommendations if one.status is Status.HOLDS and one.urgency is level]
    return f"{urgency_text(level)}. {'; '.join(dict.fromkeys(first[:_TITLES]))}."


def _keys_of(one: Asked) -> set[Key]:
    return {(one.finding, one.subject)} if isinstance(one, Question) else {key_of(need) for need in one.findings}


def _left(one: Asked, left_open: Set[Key]) -> str:
    """A question, or the label of several; "" if it was left open on purpose."""
    if isinstance(one, Question):
        return "" if (one.finding, one.subject) in left_open else one.label
    return one.label if any(key_of(need) not in left_open for need in one.findings) else ""


def _alone(question: Question) -> Step:
    return Step(findings=(_need(question),), why=tuple(_why(question)))


def _together(group: QuestionGroup, left_open: Set[Key], question: Question | None) -> Step:
    findings = tuple(need for need in group.findings if key_of(need) not in left_open)
    none = _outcome(group.none)
    why = [f"{question.label} – {line}" for line in _why(question)] if question is not None else []
    return Step(findings=findings, section=group.label, why=(*why, none) if none else tuple(why))


def _why(question: Question) -> Iterator[str]:
    told = [text for one in question.outcomes if (text := _outcome(one))]
    yield from told[:_REASONS]
    if len(told) > _REASONS:
        yield plural("and {count} more", "and {count} more", len(told) - _REASONS)
    if not told and question.settles:
        yield plural(
            "An answer decides {count} open piece of advice.",
            "An answer decides up to {count} open pieces of advice.",
            question.settles,
        )
    if question.leads_to:
        labels = ", ".join(need.label for need in question.leads_to[:_TITLES])
        yield _("Leads to: {findings}").format(findings=labels)


def _outcome(outcome: Outcome) -> str:
    parts = [urgency_text(outcome.urgency)] if outcome.urgency is not None else []
    for word, named in ((_("then"), outcome.starts), (_("no longer"), outcome.ends)):
        if named:
            parts.append(f"{word} " + ", ".join(one.label for one in named[:_TITLES]))
    parts += [f"{one.gate.label}: {gate_text(one.state)}" for one in outcome.gates[:_TITLES]]
    parts += [
        _("leading: {causes}").format(causes=", ".join(one.label for one in leaders.causes[:_TITLES]))
        for leaders in outcome.leaders[:1]
        if leaders.causes
    ]
    return f"{outcome.answer}: {'; '.join(parts)}" if parts else ""
