"""The first page of the note, which stands alone, and how much fits on it."""

from collections.abc import Iterable
from typing import ClassVar

from hepalith.domain.assessment import Answer, GateState, Urgency
from hepalith.domain.durations import duration_text
from hepalith.domain.words import each_for_its_own_lesion
from hepalith.i18n import _, plural
from hepalith.note.content import GatePart, NoteContent, OverridePart, Statement
from hepalith.note.document import AnyBlock, Band, Bullets, Facts, Heading, Item, Items, Paragraph
from hepalith.note.options import NoteState
from hepalith.note.phrases import (
    aside_of,
    cause_title,
    dates_table,
    join,
    lesions,
    missing_text,
    shortened,
    shut_line,
    tag_of,
)

_CAUSES_SHOWN = 6
_PLAN_WANTED = 3
_EMERGENCY = Urgency.EMERGENCY_SAME_DAY.rank
_DATES_SHOWN = {"full": 5, "short": 2}
_GATES_SHOWN = {"full": 4, "short": 2}
_LESIONS_SHOWN = {"full": 3, "short": 1}
_OVERRIDES_SHOWN = {"full": 4, "short": 2}
_CHANGES_SHOWN = {"full": 6, "short": 3}
_TEXT_SHOWN = 200  # signs of what was said in words, or entered of one lesion; the section has all of it
_LINE_SHOWN = 80  # signs of a lesion that has one line


def first_page(content: NoteContent, room: "FirstPage") -> Iterable[AnyBlock]:
    """Whose note it is, the finding, the urgency, what to do and to avoid, what to check first, and when."""
    header = content.header
    yield Facts(
        columns=2,
        rows=(
            (_("Patient"), header.name or _("not recorded")),
            (_("Identifier"), header.identifier or _("not recorded")),
            (_("Date of birth"), header.birth_date or _("not recorded")),
            (_("Latest examination"), header.examination or _("not recorded")),
            (_("Assessed as of"), header.as_of),
            (_("Note made"), header.made),
        ),
    )
    yield from _state(content)
    yield Paragraph(text=content.impression, style="lead")
    yield urgency_band(content)
    yield Facts(rows=(*_finding_rows(content), *class_rows(content)))
    yield from _overrides(content)
    yield Heading(text=_("What to do now"))
    yield from in_brief(
        content.plan, room.plan, short=room.short, nothing=_("Nothing to do follows from what is recorded.")
    )
    if content.avoid:
        yield Heading(text=_("What to avoid"))
        yield from in_brief(content.avoid, room.avoid, short=room.short, mark="×")
    if content.between_lesions:
        items = tuple(
            Item(mark="≠", title=one.title, text=each_for_its_own_lesion()) for one in content.between_lesions
        )
        yield Items(items=items, style="brief")
    shut = _shut(content)
    if shut:
        yield Heading(text=_("Check before treatment"))
        if room.gates:
            yield Items(items=tuple(_gate_brief(gate) for gate in shut[: room.gates]), style="brief")
        if len(shut) > room.gates:
            yield Paragraph(text=_gate_names(shut[room.gates :]), style="body" if room.gates == 0 else "small")
    yield Heading(text=_("Follow-up"))
    if content.follow_up:
        yield dates_table(content.follow_up[: room.dates])
        more = len(content.follow_up) - room.dates
        if more > 0:
            yield Paragraph(
                text=plural(
                    "{count} more date in the follow-up plan.", "{count} more dates in the follow-up plan.", more
                ),
                style="small",
            )
    else:
        yield Paragraph(text=_("No follow-up date follows from what is recorded."))


def _shut(content: NoteContent) -> list[GatePart]:
    return [gate for gate in content.gates if not gate.closure and gate.state is not GateState.OPEN]


def _state(content: NoteContent) -> Iterable[AnyBlock]:
    lines = _state_lines(content)
    if lines:
        yield Paragraph(text="\n".join(lines), style="small")


def _state_lines(content: NoteContent) -> list[str]:
    """Who finalised the note and when; which one it replaces, and the first of what changed."""
    options, made = content.options, content.header.made
    if options.state is NoteState.DRAFT:
        return []
    if options.state is NoteState.FINAL:
        return [_("Final note, by {author}, {made}.").format(author=options.author, made=made)]
    shown = _CHANGES_SHOWN[options.form]
    lines = [
        _("Amended note, by {author}, {made}. It replaces note {replaced} of {replaced_made}.").format(
            author=options.author, made=made, replaced=options.replaces, replaced_made=options.replaces_made
        )
    ]
    lines += [
        _("Changed: {change}").format(change=shortened(change, _TEXT_SHOWN)) for change in options.changed[:shown]
    ]
    if len(options.changed) > shown:
        lines.append(plural("{count} more change.", "{count} more changes.", len(options.changed) - shown))
    return lines


def urgency_band(content: NoteContent) -> Band:
    """The urgency, what set it, what is not excluded, and what was decided otherwise."""
    urgency = content.urgency
    label = (
        urgency.label
        if not urgency.within
        else _("{urgency}, within {time}").format(urgency=urgency.label, time=duration_text(urgency.within))
    )
    lines = []
    if urgency.why:
        about = f" – {urgency.subject}" if urgency.subject else ""
        lines.append(_("Because of: {advice}").format(advice=f"{urgency.why} ({urgency.set_by}){about}"))
    if urgency.could_be:
        text = _("Not excluded: {urgency} ({advice})").format(urgency=urgency.could_be, advice=urgency.could_be_why)
        lines.append(f"{text}. {missing_text(urgency.could_be_needs)}".strip())
    if urgency.not_followed:
        text = _("The clinician decided otherwise about: {advice}.").format(advice="; ".join(urgency.not_followed))
        without = _("The other advice gives: {urgency}.").format(urgency=urgency.without) if urgency.without else ""
        lines.append(f"{text} {without}".strip())
    return Band(rank=urgency.level.rank, label=label, lines=tuple(lines))


def _overrides(content: NoteContent) -> Iterable[AnyBlock]:
    told, named = _told_overrides(content)
    if content.overrides:
        yield Heading(text=_("Decided otherwise"))
    if told:
        yield Items(items=tuple(_override(one) for one in told), style="brief")
    if named:
        yield Paragraph(text=named, style="small")


def _told_overrides(content: NoteContent) -> tuple[list[OverridePart], str]:
    """What is told on the first page, and a line that names the others."""
    told = [one for one in content.overrides if one.applies][: _OVERRIDES_SHOWN[content.options.form]]
    names = [
        join(_titled(one.title, one.recommendation), one.subject, one.kind_label)
        for one in content.overrides
        if one not in told
    ]
    return told, _("Also: {titles}.").format(titles="; ".join(names)) if names else ""


def _override(one: OverridePart) -> Item:
    return Item(
        mark="≠",
        title=_titled(one.title, one.recommendation),
        aside=join(one.urgency_label, one.subject),
        text=" ".join(filter(None, (f"{one.decided}.", shortened(one.text, _TEXT_SHOWN), one.today))),
    )


def _titled(title: str, name: str) -> str:
    return f"{title} ({name})" if name else title


def _finding_rows(content: NoteContent) -> tuple[tuple[str, str], ...]:
    """What was seen last of the first lesions, and how many more there are."""
    found: dict[str, list[str]] = {}
    for section in content.findings:
        if section.subject:
            latest = {row.label: row for row in reversed(section.rows)}  # of a finding the latest comes first
            told = (f"{row.label}: {row.value}" for row in reversed(latest.values()) if not row.negative)
            found.setdefault(section.subject, []).extend(told)
    if not found:
        return ((_("Finding"), _("No lesion is recorded.")),)
    shown = list(found.items())[: _LESIONS_SHOWN[content.options.form]]
    room = _TEXT_SHOWN if len(found) == 1 and content.options.form == "full" else _LINE_SHOWN
    lines = [f"{subject} – {shortened('; '.join(told), room)}" for subject, told in shown if told]
    more = len(found) - len(shown)
    if more:
        lines.append(plural("{count} more lesion.", "{count} more lesions.", more))
    return ((_("Finding"), "\n".join(lines)),)


def class_rows(content: NoteContent) -> tuple[tuple[str, str], ...]:
    """The class of the case and the leading causes."""
    made = content.case_class
    text = f"{made.label}: {made.certainty}" if made.certainty else made.label
    rows = [(_("Class"), text)]
    if made.others:
        rows.append((_("Also possible"), ", ".join(made.others)))
    leading = [cause for cause in content.causes if cause.rank == 1]
    shown = [cause_title(cause) for cause in leading[:_CAUSES_SHOWN]]
    if len(leading) > _CAUSES_SHOWN:
        shown.append(plural("{count} more", "{count} more", len(leading) - _CAUSES_SHOWN))
    if shown:
        rows.append((_("Leading cause"), "; ".join(shown)))
    return tuple(rows)


def in_brief(
    statements: tuple[Statement, ...], shown: int, *, short: bool, nothing: str = "", mark: str = ""
) -> Iterable[AnyBlock]:
    """So many statements with their text; of the others the titles."""
    if shown:
        items = (
            Item(
                mark=mark or str(number),
                title=one.title,
                aside=aside_of(one),
                text=one.text,
                lines=shut_line(one),
                tag=tag_of(one.ground, locators=False),
                id=one.id,
            )
            for number, one in enumerate(statements[:shown], 1)
        )
        yield Items(items=tuple(items), style="brief")
    elif nothing and not statements:
        yield Paragraph(text=nothing)
    now, same_day, later = _by_haste(statements[shown:])
    if now:
        lines = tuple(_("Now: {title}").format(title=_titles([one])) for one in now)
        yield Paragraph(text="; ".join(lines) + ".") if short else Bullets(lines=lines)
    if same_day:
        yield Paragraph(text=_("Also the same day: {titles}.").format(titles=_titles(same_day)))
    if later:
        yield Paragraph(text=_("Also: {titles}.").format(titles=_titles(later)), style="small")


def _by_haste(statements: tuple[Statement, ...]) -> tuple[list[Statement], list[Statement], list[Statement]]:
    """What is to be done now, on the same day, and later."""
    ranks = (Urgency.EMERGENCY_NOW.rank, Urgency.EMERGENCY_SAME_DAY.rank)
    now, same_day = ([one for one in statements if one.urgency.rank == rank] for rank in ranks)
    return now, same_day, [one for one in statements if one.urgency.rank < ranks[1]]


def _titles(statements: list[Statement]) -> str:
    ids = [one.id for one in statements]
    return "; ".join(
        join(_titled(one.title, one.id), lesions(one.subjects) if ids.count(one.id) > 1 else "", one.decision_label)
        for one in statements
    )


class FirstPage:
    """How many statements fit on the first page in full. Heights are estimated, in points.

    spared: points to leave free besides; less than none for when the estimate turned out to be too large.
    """

    _HEIGHT: ClassVar = {"a4": 775.0, "us-letter": 725.0}
    _SHORT_FORM = 235.0  # provenance and signature on the same page
    _HEADING = 32.0

    def __init__(self, content: NoteContent, spared: float = 0.0) -> None:
        self.short = content.options.form == "short"
        taken = self._fixed(content) + (self._SHORT_FORM if self.short else 0) + spared
        room = self._HEIGHT[content.options.paper] - taken
        shut = _shut(content)
        wanted = max(sum(one.urgency.rank >= _EMERGENCY for one in content.plan), min(_PLAN_WANTED, len(content.plan)))
        most_gates = min(len(shut), _GATES_SHOWN[content.options.form])
        most_dates = min(len(content.follow_up), _DATES_SHOWN[content.options.form])
        # What to do goes before the details of what to check; later dates give way only to what has to be told.
        shares = [(most_dates, gates) for gates in range(most_gates, -1, -1)]
        shares += [(dates, 0) for dates in range(most_dates - 1, 0, -1)]
        for self.dates, self.gates in shares:
            left = self._share(
                content, room - self._dates_height(content, self.dates) - self._gates_height(shut, self.gates)
            )
            if self.plan >= wanted or (self.gates == 0 and left >= 0):
                break

    def _share(self, content: NoteContent, room: float) -> float:
        """Shares the room between what to do and what to avoid; returns what is left, less than none where one of each
        does not fit.
        """
        costs_plan, costs_avoid = ([self._cost(one) for one in part] for part in (content.plan, content.avoid))
        # One warning is told in full in any case; more of them only after all that is to be done.
        for_avoid = self._HEADING + min(sum(costs_avoid), costs_avoid[0] + 20) if costs_avoid else 0.0
        self.plan, left = self._fit(content.plan, costs_plan, room - self._HEADING - for_avoid)
        self.avoid, left_at_last = self._fit(content.avoid, costs_avoid, max(left, 0) + for_avoid - self._HEADING)
        return min(left, left_at_last)

    def _gates_height(self, shut: list[GatePart], told: int) -> float:
        if not shut:
            return 0.0
        names = 10 + 12 * self._lines(_gate_names(shut[told:]), 100) if len(shut) > told else 0
        return self._HEADING + names + sum(16 + 12 * self._lines(_gate_brief(gate).text, 95) for gate in shut[:told])

    def _fixed(self, content: NoteContent) -> float:
        height = 58.0 + 8 + 14 * self._lines(content.impression, 78) + 38
        rows = (*_finding_rows(content), *class_rows(content))
        height += sum(13 * self._lines(line, 90) for _label, value in rows for line in value.split("\n"))
        height += 12 * sum(self._lines(line, 100) for line in urgency_band(content).lines)
        height += sum(11 * self._lines(line, 112) for line in _state_lines(content))
        height += self._letterhead(content)
        height += self._override_height(content)
        return height + sum(30 + 12 * (self._lines(one.title, 85) - 1) for one in content.between_lesions)

    def _dates_height(self, content: NoteContent, told: int) -> float:
        steps = content.follow_up[:told]
        rows = (9 + 12 * max(self._lines(step.test + step.note, 28), self._lines(step.why, 34)) for step in steps)
        return self._HEADING + (22 if steps else 14) + sum(rows)

    def _letterhead(self, content: NoteContent) -> float:
        head = content.options.letterhead
        lines = min(len(head.lines), 1) if self.short else len(head.lines)
        logo = (30 if self.short else 42) if head.logo else 0
        return max(16 * bool(head.name) + 12 * lines, logo) + 10 if head.name or head.lines or head.logo else 0.0

    def _override_height(self, content: NoteContent) -> float:
        if not content.overrides:
            return 0.0
        told, named = _told_overrides(content)
        height = self._HEADING + (10 + 11 * self._lines(named, 112) if named else 0)
        return height + sum(18 + 12 * self._lines(_override(one).text, 95) for one in told)

    def _cost(self, one: Statement) -> float:
        text = sum(self._lines(line, 95) for line in one.text.split("\n"))
        text += (len(one.ground.cites) + 1) // 2 if self.short else 0  # the references stand on the same page
        return 28.0 + 12 * text + 13 * len(shut_line(one)) + 12 * (self._lines(one.title + aside_of(one), 85) - 1)

    def _fit(self, statements: tuple[Statement, ...], costs: list[float], room: float) -> tuple[int, float]:
        """How many of the statements fit, with the others named in small print; and the room that is left.

        Less than none where the first, which is always told, does not fit.
        """
        best = (0, 0.0)
        for count in range(len(costs) + 1):
            now, same_day, later = _by_haste(statements[count:])
            named = (7 if self.short else 12.5) * len(now) + (8 if now else 0)
            named += 8 + 13 * self._lines(_titles(same_day), 92) if same_day else 0
            named += 8 + 11 * self._lines(_titles(later), 112) if later else 0
            left = room - sum(costs[:count]) - named
            if left >= 0 or (count == 1 and best[0] == 0):  # the first is always told
                best = (count, left)
        return best

    @staticmethod
    def _lines(text: str, width: int) -> int:
        wide = sum(2 if ord(sign) > 0x2E80 else 1 for sign in text)
        return -(-wide // width)


def _gate_names(gates: list[GatePart]) -> str:
    return "; ".join(f"{gate.label} ({gate.state_label})" for gate in gates) + "."


def _gate_brief(gate: GatePart) -> Item:
    barring = [item.label for item in gate.items if item.fulfilled is Answer.NO and not item.caution]
    unknown = [
        need
        for item in gate.items
        if item.fulfilled is Answer.UNKNOWN and not item.caution
        for need in item.needs or (item.label,)
    ]
    texts = []
    if barring:
        texts.append(_("Not met: {items}.").format(items="; ".join(barring)))
    if unknown:
        texts.append(missing_text(tuple(dict.fromkeys(unknown))))
    return Item(mark="!", title=gate.label, aside=join(gate.state_label, lesions(gate.subjects)), text=" ".join(texts))
