"""The order and the words of the note: from its content to blocks. The first page stands alone."""

import re
from collections import Counter
from collections.abc import Iterable

from hepalith.domain.assessment import Answer, Urgency
from hepalith.domain.words import basis_meaning, basis_text, each_for_its_own_lesion
from hepalith.i18n import _, pgettext, plural
from hepalith.note.content import (
    ArgumentPart,
    CausePart,
    ClassificationPart,
    FindingRow,
    FindingSection,
    GateItemPart,
    GatePart,
    MissingPart,
    NoteContent,
    OverridePart,
    Reference,
    Statement,
)
from hepalith.note.document import (
    AnyBlock,
    Bullets,
    Document,
    Facts,
    Heading,
    Item,
    Items,
    PageEnd,
    Paragraph,
    Picture,
    Pictures,
    References,
    Signature,
    Table,
)
from hepalith.note.first_page import FirstPage, first_page
from hepalith.note.logo import logo_svg
from hepalith.note.options import NoteState
from hepalith.note.phrases import (
    NEEDS_SHOWN,
    NOT_REVIEWED,
    aside_of,
    cites_text,
    dates_table,
    join,
    lesions,
    listed,
    points_text,
    shut_line,
    tag_of,
    tag_text,
)

_OPEN_SHOWN, _INPUTS_SHOWN = 8, 6
_EMPTY_LINES = re.compile(r"\n{4,}")  # the attached data keeps what was typed


def outline(content: NoteContent, spared: float = 0.0) -> Document:
    """The whole note, or its one-page short form, as blocks. spared: see `FirstPage`."""
    header, options = content.header, content.options
    full, room = options.form == "full", FirstPage(content, spared)
    blocks = [*first_page(content, room), *(_details(content) if full else ()), *_end(content, room)]
    head = options.letterhead
    letterhead = (head.name, *(head.lines if full else (" · ".join(head.lines),)))
    return Document(
        title=header.title,
        subtitle=_("Note {id}").format(id=header.note_id),
        patient_key=header.patient_key,
        mark=_("Draft – not finalised") if options.state is NoteState.DRAFT else "",
        page_of=_("Page {page} of {pages}"),
        footer=_footer(content),
        made_on=header.made_on,
        language=options.language,
        paper=options.paper,
        size="normal" if full else "dense",
        letterhead=tuple(line for line in letterhead if line),
        logo=logo_svg(head.logo),
        logo_alt=head.name or _("Logo"),
        blocks=tuple(blocks),
    )


def _footer(content: NoteContent) -> str:
    made = content.provenance
    whole = _("Decision support, not reviewed by a clinician ({sign})")
    text = whole if made.unreviewed else _("Decision support ({sign} not reviewed by a clinician)")
    parts = (text.format(sign=NOT_REVIEWED), made.translation.legend, f"Hepalith {made.program_version}")
    return " · ".join(filter(None, parts))


# the details


def _details(content: NoteContent) -> Iterable[AnyBlock]:
    yield PageEnd()
    yield from _changes(content)
    yield from recommendations(content)
    yield from _between_lesions(content)
    yield from _overrides(content)
    yield from _gates(content.gates)
    yield from follow_up_plan(content)
    yield from _reopen(content)
    yield from _causes(content)
    yield from _classifications(content)
    yield from findings_as_entered(content)
    yield from _missing(content)
    yield from _conflicts(content)


def _changes(content: NoteContent) -> Iterable[AnyBlock]:
    if content.options.changed:
        yield Heading(text=_("Changed since note {id}").format(id=content.options.replaces))
        yield Bullets(lines=content.options.changed)


def recommendations(content: NoteContent) -> Iterable[AnyBlock]:
    """All that applies, in full, under its heading."""
    yield Heading(text=_("Recommendations"))
    yield Paragraph(
        text=_("In order of urgency. Each names its basis; the numbers in brackets are the references at the end."),
        style="intro",
    )
    said = (*content.plan, *content.avoid)
    yield Items(items=tuple(_full(one, str(number)) for number, one in enumerate(said, 1)))
    if not said:
        yield Paragraph(text=_("None follows from what is recorded."))
    if content.inform:
        yield Heading(text=_("To keep in mind"), level=2)
        yield Items(items=tuple(_full(one, "·") for one in content.inform))
    if content.gives_way:
        yield Heading(text=_("Applies, but gives way to other advice"), level=2)
        yield Items(items=tuple(_giving_way(one) for one in content.gives_way))


def _giving_way(one: Statement) -> Item:
    reasons = tuple((_("Gives way to"), text) for text in one.gives_way_to)
    return Item(mark="–", title=one.title, aside=aside_of(one), lines=reasons, tag=tag_of(one.ground), id=one.id)


def _full(one: Statement, mark: str) -> Item:
    lines = [(_("Decision"), one.decision), (_("Why"), one.reason)]
    lines += [(_("Could rise to"), one.could_be)]
    lines += shut_line(one)
    rated = join(one.strength, one.certainty and _("certainty: {certainty}").format(certainty=one.certainty))
    lines += [(_("Strength"), rated), (_("About the basis"), one.ground.note)]
    return Item(
        mark=mark,
        title=one.title,
        aside=aside_of(one),
        text=one.text,
        lines=tuple((label, text) for label, text in lines if text),
        tag=tag_of(one.ground),
        id=one.id,
    )


def _overrides(content: NoteContent) -> Iterable[AnyBlock]:
    if not content.overrides:
        return
    yield Heading(text=_("Decided otherwise"))
    yield Paragraph(text=_("The advice stands as it is; beside it stands what the clinician decided."), style="intro")
    yield Items(items=tuple(_override(one) for one in content.overrides))


def _override(one: OverridePart) -> Item:
    lines = (
        (_("Advice"), one.advice),
        (_("Advice when decided"), one.advised),
        (_("Decision"), one.decided),
        (_("In words"), one.text),
        (_("Now"), one.today),
    )
    return Item(
        mark="≠",
        title=one.title,
        aside=join(one.urgency_label, one.subject),
        lines=tuple((label, text) for label, text in lines if text),
        id=one.recommendation,
    )


def _gates(gates: tuple[GatePart, ...]) -> Iterable[AnyBlock]:
    for title, chosen in (
        (_("Safety checks"), [gate for gate in gates if not gate.closure]),
        (_("Can the case be closed?"), [gate for gate in gates if gate.closure]),
    ):
        if chosen:
            yield Heading(text=title)
        for gate in chosen:
            yield Heading(text=join(gate.label, lesions(gate.subjects), gate.state_label, by=" – "), level=2)
            yield from _gate(gate)


def _gate(gate: GatePart) -> Iterable[AnyBlock]:
    barred = [item for item in gate.items if item.fulfilled is Answer.NO]
    unknown = [item for item in gate.items if item.fulfilled is Answer.UNKNOWN]
    if barred:
        yield Table(
            columns=(_("Not met"), _("What it means"), _("Basis")),
            widths=("5", "7", "3"),
            rows=tuple((_item_label(item), item.text, tag_text(item.ground)) for item in barred),
        )
    if unknown and gate.closure:
        yield Paragraph(
            text=_("Not known: {items}.").format(items="; ".join(_item_label(item) for item in unknown)), style="small"
        )
    elif unknown:
        yield Table(
            columns=(_("Not known"), _("To find out"), _("Basis")),
            widths=("5", "7", "3"),
            rows=tuple((_item_label(item), listed(item.needs) or item.text, tag_text(item.ground)) for item in unknown),
        )
    met = [item.label for item in gate.items if item.fulfilled is Answer.YES]
    if met:
        yield Paragraph(text=_("Met: {items}.").format(items="; ".join(met)), style="small")


def _item_label(item: GateItemPart) -> str:
    return _("{label} (caution, does not bar)").format(label=item.label) if item.caution else item.label


def follow_up_plan(content: NoteContent) -> Iterable[AnyBlock]:
    """The dates of the follow-up under their heading; nothing if there are none."""
    if not content.follow_up:
        return
    yield Heading(text=_("Follow-up plan"))
    yield dates_table(content.follow_up)
    stops = dict.fromkeys(f"{one.test} ({one.recommendation}): {one.stop}" for one in content.follow_up if one.stop)
    if stops:
        yield Paragraph(text=_("When it may stop"), style="intro")
        yield Bullets(lines=tuple(stops))


def _reopen(content: NoteContent) -> Iterable[AnyBlock]:
    yield Heading(text=_("When to open the case again"))
    if content.reopen:
        yield Items(items=tuple(_full(one, "↺") for one in content.reopen))
    if content.closed and any(gate.closure for gate in content.gates):
        yield Paragraph(
            text=_("The case was closed on the conditions above. Open it again when one of them no longer holds.")
        )
    due = next((step.due for step in content.follow_up if step.is_to_come), "")
    if due:
        yield Paragraph(
            text=_(
                "Assess again when a finding changes or becomes known, at the latest with the next test due on {date}."
            ).format(date=due)
        )
    else:
        yield Paragraph(text=_("Assess again when a finding changes or becomes known."))


def _causes(content: NoteContent) -> Iterable[AnyBlock]:
    yield Heading(text=_("Assessment: causes"))
    if not content.causes:
        yield Paragraph(text=_("No cause is supported by what is recorded."))
        return
    yield Paragraph(
        text=_("Ranked by the arguments that hold; equal points are a tie. Points are no probability."),
        style="intro",
    )
    subjects: tuple[str, ...] | None = None
    for cause in content.causes:
        if cause.subjects != subjects:
            subjects = cause.subjects
            yield Heading(text=lesions(subjects) or _("Patient"), level=2)
            same = [one for one in content.causes if one.subjects == subjects]
            yield Items(items=tuple(_cause(one) for one in same if one.told))
            named = [f"{one.label} ({points_text(one)})" for one in same if not one.told]
            if named:
                yield Paragraph(text=_("Less supported: {causes}.").format(causes="; ".join(named)), style="small")


def _cause(cause: CausePart) -> Item:
    opened = [f"{one.text} ({listed(one.needs[:2])})" if one.needs else one.text for one in cause.open_arguments]
    lines = [(_("For"), _argument(one)) for one in cause.arguments_for]
    lines += [(_("Against"), _argument(one)) for one in cause.arguments_against]
    if opened:
        lines.append((_("Not known"), "; ".join(opened[:NEEDS_SHOWN]) + (" …" if len(opened) > NEEDS_SHOWN else "")))
    lines += [
        (_("Tells apart"), cause.tells_apart),
        (_("Remark"), cause.note),
        (_("About the basis"), cause.ground.note),
    ]
    rank = _("{rank} (tie)").format(rank=cause.rank) if cause.tied else str(cause.rank)
    return Item(
        mark=rank,
        title=cause.label,
        aside=join(
            cause.class_label,
            cause.subclass,
            _("confirmed") if cause.confirmed else "",
            points_text(cause),
        ),
        lines=tuple((label, text) for label, text in lines if text),
        tag=tag_of(cause.ground),
        id=cause.id,
    )


def _argument(argument: ArgumentPart) -> str:
    return f"{argument.text} ({argument.strength}; {tag_text(argument.ground)})"


def _classifications(content: NoteContent) -> Iterable[AnyBlock]:
    if not content.classifications:
        return
    yield Heading(text=_("Classes and scores"))
    told = [one for one in content.classifications if one.told and not one.negative]
    if told:
        yield Table(
            columns=(_("Class or score"), _("Result"), _("From"), _("Basis")),
            widths=("4", "3", "6", "2"),
            rows=tuple(_classification(one) for one in told),
        )
    negative = [
        f"{join(one.label, lesions(one.subjects), by=', ')}: {one.value}"
        for one in content.classifications
        if one.negative
    ]
    if negative:
        yield Paragraph(text=_("Nothing applies: {classes}.").format(classes="; ".join(negative)), style="small")
    named = [join(one.label, lesions(one.subjects), by=", ") for one in content.classifications if not one.told]
    if named:
        yield Paragraph(
            text=_("Not decided, too little is recorded: {classes}.").format(classes="; ".join(named)), style="small"
        )


def _classification(one: ClassificationPart) -> tuple[str, ...]:
    missing = _("Missing: {findings}.").format(findings=listed(one.needs)) if one.needs and not one.complete else ""
    shown = len(one.inputs) if one.computed else _INPUTS_SHOWN
    more = len(one.inputs) - shown
    inputs = "; ".join(one.inputs[:shown]) + ("; " + plural("{count} more", "{count} more", more) if more > 0 else "")
    return (
        join(one.label, lesions(one.subjects)),
        one.value,
        " ".join(part for part in (inputs + ".", missing, *(f"{line}." for line in one.doubt)) if part),
        tag_text(one.ground),
    )


# findings


def findings_as_entered(content: NoteContent) -> Iterable[AnyBlock]:
    """What was entered, under its heading."""
    yield Heading(text=_("Findings as entered"))
    if not content.findings and not content.remarks:
        yield Paragraph(text=_("Nothing was recorded."))
    of_lesions = [section for section in content.findings if section.subject]
    for section in content.findings:
        if not section.subject:
            yield from _of_patient(section)
    if of_lesions:
        yield _of_lesions(of_lesions)
    for section in content.findings:
        yield from _answered_no(section)
    for remark in content.remarks:
        yield Heading(text=remark.label, level=2)
        yield Paragraph(text=_EMPTY_LINES.sub("\n\n\n", remark.text))
    if content.figures:
        pictures = (Picture(title=figure.title, svg=figure.svg, alt=figure.alt) for figure in content.figures)
        yield Pictures(items=tuple(pictures))
    if content.assumptions:
        yield Heading(text=_("Assumed"), level=2)
        yield Bullets(lines=content.assumptions)


def _of_patient(section: FindingSection) -> Iterable[AnyBlock]:
    told = [row for row in section.rows if not row.negative]
    if told:
        yield Heading(text=section.title, level=2)
        rows = ((row.label, join(row.value, join(row.where, row.origin, by=", "), by=" – ")) for row in told)
        yield Facts(rows=tuple(rows), columns=2, dense=True)


def _of_lesions(sections: list[FindingSection]) -> Table:
    """Finding by finding, to compare the lesions; what is the same in several of them is told once."""
    found: dict[str, dict[FindingRow, list[str]]] = {}
    for section in sections:
        for row in section.rows:
            if not row.negative:
                found.setdefault(row.label, {}).setdefault(row, []).append(section.subject)
    return Table(
        columns=(_("Lesion"), _("Finding"), _("Value"), _("Examination or date")),
        widths=("3", "4", "5", "4"),
        rows=tuple(
            (lesions(tuple(subjects)), row.label, row.value, join(row.where, row.origin) or "–")
            for rows in found.values()
            for row, subjects in rows.items()
        ),
    )


def _answered_no(section: FindingSection) -> Iterable[AnyBlock]:
    """What was answered with no, in one line for each time and place."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in section.rows:
        if row.negative:
            found.setdefault((row.where, row.origin), []).append(row.label)
    for (where, origin), names in found.items():
        title = join(section.subject, section.title, where, origin, by=", ")
        text = _("{section}, answered no: {findings}.").format(section=title, findings="; ".join(names))
        yield Paragraph(text=text, style="small")


def _decides(one: MissingPart) -> str:
    """What an answer changes; else the advice that it is needed for, or what can be asked only after it."""
    if one.changes:
        return ". ".join(one.changes) + "."
    if one.wanted_by:
        return "; ".join(one.wanted_by[:3]) + (" …" if len(one.wanted_by) > 3 else "")
    return _("Comes before: {findings}.").format(findings=listed(one.leads_to)) if one.leads_to else "–"


def _missing(content: NoteContent) -> Iterable[AnyBlock]:
    yield Heading(text=_("What was not recorded"))
    yield Paragraph(text=_("Not recorded counts as unknown, never as normal."), style="intro")
    if content.not_recorded:
        yield Paragraph(
            text=_("Nothing was recorded under: {sections}.").format(sections="; ".join(content.not_recorded))
        )
    pressing = [one for one in content.missing if one.urgency.rank >= Urgency.SOON.rank][:_OPEN_SHOWN]
    if pressing:
        yield Table(
            columns=(_("Not recorded"), _("Could bring"), _("Decides about")),
            widths=("5", "3", "7"),
            rows=tuple(
                (
                    join(one.label, one.subject),
                    one.urgency_label,
                    _decides(one),
                )
                for one in pressing
            ),
        )
    rest = [one for one in content.missing if one not in pressing]
    if 0 < len(rest) <= _OPEN_SHOWN:
        yield Paragraph(
            text=_("Also open: {findings}.").format(findings="; ".join(join(one.label, one.subject) for one in rest)),
            style="small",
        )
    elif rest:
        counts = Counter(one.section for one in rest)
        counted = "; ".join(f"{section} {count}" for section, count in counts.items())
        yield Paragraph(
            text=_("Also open, by section: {sections}. The attached data lists them.").format(sections=counted),
            style="small",
        )
    if content.robust:
        yield Paragraph(text=content.robust)
    elif not content.missing:
        yield Paragraph(text=_("No open finding would change the advice."))
    yield from (Paragraph(text=f"{line}.", style="small") for line in content.completed)
    yield from _open(content)


def _open(content: NoteContent) -> Iterable[AnyBlock]:
    pressing = [one for one in content.open if one.supported and one.urgency.rank >= Urgency.SOON.rank][:_OPEN_SHOWN]
    rest = [one for one in content.open if one not in pressing]
    if pressing:
        yield Heading(text=_("Cannot be excluded"), level=2)
        yield Table(
            columns=(_("Advice"), _("Urgency"), _("Depends on")),
            widths=("6", "3", "6"),
            rows=tuple(
                (join(f"{one.title} ({one.id})", lesions(one.subjects)), one.urgency_label, listed(one.needs) or "–")
                for one in pressing
            ),
        )
    if 0 < len(rest) <= _OPEN_SHOWN:
        titles = "; ".join(f"{one.title} ({one.id})" for one in rest)
        yield Paragraph(text=_("Also not excluded: {titles}.").format(titles=titles), style="small")
    elif rest:
        counts = Counter(one.urgency_label for one in rest)
        counted = "; ".join(f"{level} {count}" for level, count in counts.items())
        yield Paragraph(
            text=_("Also not excluded, by urgency: {levels}. The attached data lists them.").format(levels=counted),
            style="small",
        )


def _between_lesions(content: NoteContent) -> Iterable[AnyBlock]:
    if content.between_lesions:
        yield Heading(text=_("Where lesions need different things"))
        yield Items(
            items=tuple(
                Item(
                    mark="≠",
                    title=one.title,
                    lines=(
                        (_("Wanted"), one.wanted),
                        (_("Warned against"), one.barred),
                        (_("This program"), each_for_its_own_lesion()),
                    ),
                )
                for one in content.between_lesions
            )
        )


def _conflicts(content: NoteContent) -> Iterable[AnyBlock]:
    if not content.conflicts:
        return
    yield Heading(text=_("Where sources disagree"))
    yield Items(
        items=tuple(
            Item(
                mark="≠",
                title=conflict.topic,
                lines=(
                    *((_("Position"), f"{side.text} {cites_text(side.cites)}".strip()) for side in conflict.positions),
                    (_("This program"), conflict.default),
                    (_("Because"), conflict.why),
                ),
                tag=tag_of(conflict.ground),
                id=conflict.id,
            )
            for conflict in content.conflicts
        )
    )


# the end


def references(content: NoteContent) -> Iterable[AnyBlock]:
    """The numbered list of what is cited, under its heading; nothing if there is none."""
    if content.references:
        yield Heading(text=_("References"))
        yield References(rows=tuple((reference.number, _reference(reference)) for reference in content.references))


def _end(content: NoteContent, room: FirstPage) -> Iterable[AnyBlock]:
    full = content.options.form == "full"
    if full:
        yield from references(content)
    cited = () if full else _cited_first(content, room)
    if cited:
        texts = "; ".join(f"[{one.number}] {join(one.id, *one.identifiers[:1], by=' ')} ({one.basis})" for one in cited)
        yield Paragraph(text=_("References: {references}.").format(references=texts), style="small")
    yield Heading(text=_("About this note"))
    made, header = content.provenance, content.header
    review = " ".join(filter(None, (_("Review: {state}").format(state=made.review_state), made.translation.note)))
    case = _("{id}, revision {revision}").format(id=header.case_id, revision=header.revision)
    knowledge = _("version {version}").format(version=made.knowledge_version)
    attached = _("The case and its assessment are attached to the PDF file, to be opened and assessed again.")
    if full:
        yield Paragraph(text=" ".join((made.intended_use, *made.limits)))
        yield Paragraph(text=review)
        levels = ("read", "secondary", "recalled", "default")
        legend = "; ".join(f"{basis_text(level)}: {basis_meaning(level)}" for level in levels)
        yield Paragraph(text=_("Basis of a statement – {legend}.").format(legend=legend), style="small")
        yield Facts(
            rows=(
                (pgettext("document", "Note"), f"{header.note_id}, {header.made}"),
                (_("Case"), case),
                (_("Program"), f"Hepalith {made.program_version}"),
                (_("Knowledge"), knowledge),
                (_("Knowledge hash"), made.knowledge_hash),
            )
        )
        yield Paragraph(text=attached, style="small")
    else:
        origin = _("Case {case}. Knowledge {version}, hash {hash}.").format(
            case=case, version=knowledge, hash=made.knowledge_hash
        )
        yield Paragraph(text=f"{made.intended_use} {review} {origin} {attached}", style="small")
    if made.site_changes:
        yield Paragraph(
            text=_("This site changed the knowledge: {changes}.").format(changes="; ".join(made.site_changes))
        )
    yield Signature(labels=(_("Name"), _("Signature"), _("Date and time")))


def _cited_first(content: NoteContent, room: FirstPage) -> tuple[Reference, ...]:
    used = {
        cite.number for one in (*content.plan[: room.plan], *content.avoid[: room.avoid]) for cite in one.ground.cites
    }
    return tuple(reference for reference in content.references if reference.number in used)


def _reference(reference: Reference) -> str:
    cited = _("cited: {locators}").format(locators="; ".join(reference.locators)) if reference.locators else ""
    seen = join(reference.basis, reference.kind, by=", ")
    parts = (reference.title, reference.published, ", ".join(reference.identifiers), cited)
    return ". ".join(part.rstrip(".") for part in parts if part) + f". [{reference.id}; {seen}]"
