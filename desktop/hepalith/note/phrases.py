"""Small words that the parts of the note share: asides, tags, citations, lists, dates."""

import textwrap
from collections.abc import Iterable

from hepalith.domain.assessment import Urgency
from hepalith.domain.durations import duration_text
from hepalith.i18n import _, plural
from hepalith.note.content import CausePart, Cite, Ground, PlannedPart, Statement
from hepalith.note.document import Table, Tag

NEEDS_SHOWN = 4


def aside_of(one: Statement) -> str:
    urgency = one.urgency_label if one.urgency is not Urgency.NONE else ""
    within = _("within {time}").format(time=duration_text(one.within)) if one.within else ""
    return join(one.kind_label, urgency, within, lesions(one.subjects), one.decision_label)


def lesions(subjects: tuple[str, ...]) -> str:
    """Lesions by their names; three and more in a row as "L2 to L20", unless they have a label."""
    runs: list[list[str]] = []
    for name in subjects:
        if runs and _number(name) > 0 and _number(name) == _number(runs[-1][-1]) + 1:
            runs[-1].append(name)
        else:
            runs.append([name])
    parts = []
    for run in runs:
        parts += run if len(run) < 3 else [_("{first} to {last}").format(first=run[0], last=run[-1])]
    return ", ".join(parts)


def _number(name: str) -> int:
    """The number of a lesion that has only its id; -1 for one with a label, which starts no row and goes on none."""
    return int(name[1:]) if name[1:].isdecimal() else -1


def tag_of(ground: Ground, *, locators: bool = True) -> Tag:
    cites = cites_text(ground.cites) if locators else "".join(f"[{cite.number}]" for cite in unique_cites(ground.cites))
    return Tag(level=ground.level, text=f"{ground.basis}, {ground.review}", cites=cites)


NOT_REVIEWED = "†"  # at a basis where there is no room for words; the footer of every page says what it means


def tag_text(ground: Ground) -> str:
    """Basis, review and references for a cell or within a sentence."""
    basis = f"{ground.basis}, {ground.review}" if ground.reviewed else f"{ground.basis}{NOT_REVIEWED}"
    return f"{basis} {''.join(f'[{cite.number}]' for cite in unique_cites(ground.cites))}".strip()


def unique_cites(cites: tuple[Cite, ...]) -> list[Cite]:
    return list({cite.number: cite for cite in cites}.values())


def cites_text(cites: tuple[Cite, ...]) -> str:
    return "; ".join(f"[{cite.number}] {cite.locator}".strip() for cite in cites)


def missing_text(needs: tuple[str, ...]) -> str:
    return _("Not recorded: {findings}.").format(findings=listed(needs)) if needs else ""


def shortened(text: str, length: int) -> str:
    """The beginning of a long text, cut between words."""
    return textwrap.shorten(text, length, placeholder=" …") if len(text) > length else text


def listed(texts: tuple[str, ...]) -> str:
    more = len(texts) - NEEDS_SHOWN
    shown = ", ".join(texts[:NEEDS_SHOWN])
    return shown if more <= 0 else f"{shown}, " + plural("{count} more", "{count} more", more)


def join(*parts: str, by: str = " · ") -> str:
    return by.join(part for part in parts if part)


def shut_line(one: Statement) -> tuple[tuple[str, str], ...]:
    return ((_("Only after"), "; ".join(one.gates_shut)),) if one.gates_shut else ()


def dates_table(steps: Iterable[PlannedPart]) -> Table:
    return Table(
        columns=(_("Due"), _("Test"), _("Not before – not after"), _("For")),
        widths=("auto", "4", "auto", "5"),
        rows=tuple(
            (
                step.due or _("no date yet"),
                step.test
                + (f" ({step.note})" if step.note else "")
                + ("" if step.followed else " – " + _("decided otherwise")),
                step.window or "–",
                join(
                    f"{step.why} ({step.recommendation})" if step.why else step.recommendation, lesions(step.subjects)
                ),
            )
            for step in steps
        ),
    )


def points_text(cause: CausePart) -> str:
    return plural("{count} point", "{count} points", cause.points).replace("-", "−")


def cause_title(cause: CausePart) -> str:
    return join(cause.label, lesions(cause.subjects), by=" – ")
