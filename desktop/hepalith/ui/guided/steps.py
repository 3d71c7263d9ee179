"""Which question guided entry asks next, and why. The order is the core's; nothing is decided here."""

from collections.abc import Iterator, Set

import msgspec

from hepalith.domain.assessment import Assessment, Need, Outcome, Question, QuestionGroup
from hepalith.domain.words import gate_text, urgency_text
from hepalith.i18n import _, plural

_REASONS, _TITLES = 4, 3

Key = tuple[str, str]  # finding, subject


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One question, or several yes/no questions that are asked together."""

    findings: tuple[Need, ...]
    section: str = ""  # of questions asked together
    why: tuple[str, ...] = ()

    @property
    def together(self) -> bool:
        """Whether it is "any of these?"."""
        return len(self.findings) > 1


def next_step(assessment: Assessment, left_open: Set[Key]) -> Step | None:
    """The best question that was not left open on purpose, with those that belong to it; None if there is none."""
    if assessment.robust:
        return None
    groups = {key_of(need): group for group in assessment.question_groups for need in group.findings}
    for question in assessment.questions:
        key = (question.finding, question.subject)
        if key not in left_open:
            return _together(groups[key], left_open, question) if key in groups else _alone(question)
    for group in assessment.question_groups:
        if any(key_of(need) not in left_open for need in group.findings):
            return _together(group, left_open, None)
    return None


def key_of(need: Need) -> Key:
    """Finding and subject."""
    return need.finding, need.subject


def end_text(assessment: Assessment, left_open: Set[Key]) -> str:
    """What it means that there is no further question."""
    if assessment.robust:
        return _("Enough: no single open finding changes urgency or plan.")
    count = len({(one.finding, one.subject) for one in assessment.questions} & left_open)
    return plural(
        "Nothing else to ask. {count} question was left open, and its answer could still change urgency or plan.",
        "Nothing else to ask. {count} questions were left open, and their answers could still change urgency or plan.",
        count,
    )


def _alone(question: Question) -> Step:
    need = Need(finding=question.finding, subject=question.subject, label=question.label)
    return Step(findings=(need,), why=tuple(_why(question)))


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
