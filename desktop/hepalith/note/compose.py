"""From a case and its assessment to the content of the note. Pure: no clock, no file, no judgement of its own."""

import hashlib
from collections.abc import Callable, Hashable, Iterable
from datetime import datetime
from itertools import groupby
from typing import TypeVar

import msgspec

from hepalith.domain.assessment import (
    Advice,
    Answer,
    Argument,
    Assessment,
    Basis,
    Cause,
    Citation,
    Classification,
    Gate,
    GateState,
    Input,
    OverrideResult,
    PlannedTest,
    Status,
)
from hepalith.domain.case import PATIENT, Case, Observation, TextValue
from hepalith.domain.words import (
    answer_text,
    basis_text,
    between_lesions_text,
    class_text,
    completed_text,
    decision_text,
    doubt_text,
    gate_text,
    kind_text,
    outcome_text,
    override_text,
    review_text,
    robust_text,
    since_decided_text,
    strength_text,
    urgency_text,
)
from hepalith.figures.segment_map import Outlines
from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.model import Source
from hepalith.note import words
from hepalith.note.content import (
    ArgumentPart,
    CausePart,
    Cite,
    ClassificationPart,
    ClassPart,
    ConflictPart,
    FindingRow,
    FindingSection,
    GateItemPart,
    GatePart,
    Ground,
    Header,
    LesionConflictPart,
    MissingPart,
    NoteContent,
    OverridePart,
    PlannedPart,
    PositionPart,
    Provenance,
    Reference,
    Remark,
    Statement,
    UrgencyPart,
)
from hepalith.note.figures import figures_of
from hepalith.note.options import NoteOptions
from hepalith.note.words import CaseWords

REOPEN = "reopen"  # tag of advice that says when to open a closed case again
CLOSURE = "closure"
NOT_APPLICABLE = "not_applicable"  # choice of a class whose table is not meant for this case
TOLD_CAUSES = 6  # ranks of causes that are told with their arguments; the others are named
_Item = TypeVar("_Item")
_CHANGES = 2  # answers of an open finding whose effect is told
_KINDS = ("do", "refer", "ask", "consider", "none_needed", "inform", "avoid")


class MadeWith(msgspec.Struct, frozen=True, kw_only=True):
    """What a note is made with, besides the case: the same for every note of a program."""

    knowledge: Knowledge
    outlines: Outlines
    program_version: str


def make_content(
    case: Case, assessment: Assessment, made_with: MadeWith, at: datetime, options: NoteOptions
) -> NoteContent:
    """The content of the note of an assessed case. Same arguments: same content.

    at: when the note is made, with its time zone.
    """
    return _Composer(case, assessment, made_with, at, options).content()


def note_id(case: Case, assessment: Assessment, at: datetime, options: NoteOptions) -> str:
    """A short name of a note that depends on all that it says; another note gets another name."""
    data = msgspec.json.encode([case, assessment, at.isoformat(), options], order="deterministic")
    digest = hashlib.sha256(data).hexdigest()
    return f"{digest[:4]}-{digest[4:8]}-{digest[8:12]}"


class _Composer:
    def __init__(
        self, case: Case, assessment: Assessment, made_with: MadeWith, at: datetime, options: NoteOptions
    ) -> None:
        self._case = case
        self._assessment = assessment
        self._knowledge = made_with.knowledge
        self._made_with = made_with
        self._at = at
        self._options = options
        self._words = CaseWords(case, made_with.knowledge)
        self._numbers: dict[str, int] = {}  # source id -> number, in the order of first citation
        self._locators: dict[str, dict[str, None]] = {}
        self._titles = {advice.id: advice.title for advice in assessment.recommendations}
        self._overrides = {(one.recommendation, one.subject): one for one in assessment.overrides}

    def content(self) -> NoteContent:
        """Everything, in the order in which it is read, so that references are numbered in that order."""
        holding = self._statements(Status.HOLDS)
        reopen = tuple(one for one in holding if REOPEN in one.tags)
        said = tuple(one for one in holding if REOPEN not in one.tags)
        header = self._header()
        gates = self._gates()
        return NoteContent(
            options=self._options,
            header=header,
            impression=self._assessment.impression,
            urgency=self._urgency(),
            case_class=self._class(),
            plan=tuple(one for one in said if one.kind not in {"avoid", "inform"}),
            avoid=tuple(one for one in said if one.kind == "avoid"),
            inform=tuple(one for one in said if one.kind == "inform"),
            open=self._statements(Status.CANNOT_BE_EXCLUDED),
            gives_way=self._statements(Status.SUPPRESSED),
            overrides=tuple(self._override(one) for one in self._assessment.overrides),
            gates=gates,
            findings=self._findings(),
            remarks=self._remarks(),
            figures=figures_of(self._case, self._assessment, self._knowledge, self._made_with.outlines, self._words),
            missing=self._missing(),
            completed=self._completed(),
            robust=robust_text(self._assessment.further) if self._assessment.robust else "",
            not_recorded=self._not_recorded(),
            causes=self._causes(),
            classifications=self._classifications(),
            follow_up=self._follow_up(),
            reopen=reopen,
            closed=any(CLOSURE in one.tags for one in said),
            conflicts=self._conflicts(),
            between_lesions=tuple(
                LesionConflictPart(title=title, wanted=wanted, barred=barred)
                for one in self._assessment.between_lesions
                for title, wanted, barred in [between_lesions_text(one, self._words.subject)]
            ),
            assumptions=tuple(dict.fromkeys(assumption.text for assumption in self._assessment.assumptions)),
            not_evaluated=self._assessment.not_evaluated,
            references=self._references(),
            provenance=self._provenance(),
        )

    def _header(self) -> Header:
        case, identity = self._case, self._case.identity
        key = " · ".join(part for part in (identity.identifier, identity.name) if part)
        studies = sorted(case.studies, key=lambda study: study.date, reverse=True)
        return Header(
            title=_("Management note: liver calcification"),
            patient_key=key or _("Case {id}").format(id=case.case_id[:8]),
            name=identity.name,
            identifier=identity.identifier,
            birth_date=identity.birth_date,
            note_id=note_id(case, self._assessment, self._at, self._options),
            made=words.instant_text(self._at),
            made_on=self._at.date().isoformat(),
            as_of=self._assessment.as_of,
            case_id=case.case_id,
            revision=case.revision,
            examination=self._words.study_text(studies[0]) if studies else "",
        )

    def _urgency(self) -> UrgencyPart:
        result = self._assessment.urgency
        needs = [
            need
            for advice in self._assessment.recommendations
            if result.could_be_by and advice.id == result.could_be_by and advice.status is Status.CANNOT_BE_EXCLUDED
            for need in advice.needs
        ]
        return UrgencyPart(
            level=result.level,
            label=urgency_text(result.level),
            within=result.within,
            why=self._titles.get(result.set_by, ""),
            set_by=result.set_by,
            subject=self._words.subject(result.subject) if result.subject else "",
            could_be=urgency_text(result.could_be) if result.could_be else "",
            could_be_why=self._titles.get(result.could_be_by, ""),
            could_be_needs=self._words.needs(tuple(needs)),
            not_followed=tuple(
                f"{one.title} ({one.recommendation})"
                for one in self._assessment.overrides
                if one.urgency is result.level and one.status in {Status.HOLDS, Status.SUPPRESSED}
            ),
            without=urgency_text(result.without_set_aside) if result.without_set_aside else "",
        )

    def _class(self) -> ClassPart:
        made = self._assessment.case_class
        leading = [cause for cause in self._assessment.causes if cause.rank == 1 and cause.cause_class == made.value]
        return ClassPart(
            id=made.value,
            confirmed=bool(leading) and all(cause.confirmed for cause in leading),
            label=class_text(made.value),
            certainty=made.certainty,
            others=tuple(class_text(name) for name in made.possible if name != made.value),
            needs=self._words.needs(made.needs),
        )

    # statements

    def _statements(self, status: Status) -> tuple[Statement, ...]:
        advice = [one for one in self._assessment.recommendations if one.status is status]
        advice.sort(key=lambda one: (one.kind in {"avoid", "inform"}, -one.urgency.rank, _KINDS.index(one.kind)))
        return tuple(self._statement(same) for same in _alike(advice, self._same_advice))

    def _statement(self, same: list[Advice]) -> Statement:
        one = same[0]
        told = one.status is Status.HOLDS  # what is only named brings no references into the list
        gates = {gate.id: gate.label for gate in self._assessment.gates}
        names = (suppression for advice in same for suppression in advice.suppressed_by)
        override = self._overrides.get((one.id, one.subject))
        return Statement(
            id=one.id,
            title=one.title,
            text=one.action,
            kind=one.kind,
            kind_label=kind_text(one.kind),
            urgency=one.urgency,
            urgency_label=urgency_text(one.urgency),
            status=one.status,
            ground=self._ground(one.basis, cited=told),
            subjects=self._subjects(advice.subject for advice in same),
            within=one.within,
            reason=one.reason,
            strength=one.strength,
            certainty=one.certainty,
            could_be=urgency_text(one.urgency_could_be) if one.urgency_could_be else "",
            needs=self._words.needs(tuple(need for advice in same for need in advice.needs)),
            gates_shut=tuple(gates.get(gate, gate) for gate in one.gates_shut),
            gives_way_to=tuple(
                dict.fromkeys(f"{self._titles.get(name.by, name.by)} ({name.by}): {name.label}" for name in names)
            ),
            tags=one.tags,
            supported=any(advice.supported for advice in same),
            decision=decision_text(override) if override else "",
            decision_label=override_text(override.kind) if override else "",
        )

    def _same_advice(self, advice: Advice) -> Hashable:
        subject = "" if advice.subject != PATIENT else PATIENT
        same = msgspec.structs.replace(advice, subject=subject, needs=(), suppressed_by=())
        override = self._overrides.get((advice.id, advice.subject))
        return (msgspec.structs.astuple(same), override and msgspec.structs.replace(override, subject=subject))

    def _override(self, override: OverrideResult) -> OverridePart:
        advice = {(one.id, one.subject): one for one in self._assessment.recommendations}.get(
            (override.recommendation, override.subject)
        )
        return OverridePart(
            title=override.title or override.recommendation or _("The clinician's own plan"),
            kind_label=override_text(override.kind),
            decided=decision_text(override),
            text=override.text,
            recommendation=override.recommendation,
            subject=self._words.subject(override.subject),
            advice=advice.action if advice else "",
            advised=override.advised,
            urgency_label=urgency_text(override.urgency) if override.urgency else "",
            applies=not override.recommendation or override.status not in {None, Status.DOES_NOT_HOLD},
            today=since_decided_text(override),
        )

    def _gates(self) -> tuple[GatePart, ...]:
        order = {GateState.SHUT: 0, GateState.SHUT_UNTIL_KNOWN: 1, GateState.OPEN: 2}
        gates = sorted(self._assessment.gates, key=lambda gate: (gate.kind == CLOSURE, order[gate.state]))
        return tuple(self._gate(same) for same in _alike(gates, _same_gate))

    def _gate(self, same: list[Gate]) -> GatePart:
        one = same[0]
        return GatePart(
            id=one.id,
            label=one.label,
            closure=one.kind == CLOSURE,
            state=one.state,
            state_label=gate_text(one.state),
            subjects=self._subjects(gate.subject for gate in same),
            items=tuple(
                GateItemPart(
                    label=item.label,
                    fulfilled=item.fulfilled,
                    caution=item.severity == "caution",
                    ground=self._ground(item.basis, cited=item.fulfilled is Answer.NO),
                    text=item.text,
                    needs=self._words.needs(item.needs),
                )
                for item in one.items
            ),
        )

    # findings

    def _findings(self) -> tuple[FindingSection, ...]:
        made: list[FindingSection] = []
        for subject in (PATIENT, *(lesion.id for lesion in self._case.lesions)):
            for group in self._knowledge.header.groups:
                rows = [
                    self._row(observation, entry.label)
                    for entry in self._knowledge.findings.values()
                    if entry.group == group.id
                    for observation in self._latest_first(self._case.of(entry.id, subject))
                    if not isinstance(observation.value, TextValue)
                ]
                if rows:
                    made.append(
                        FindingSection(title=group.label, subject=self._words.subject(subject), rows=tuple(rows))
                    )
        unknown = [o for o in self._case.observations if o.finding not in self._knowledge.findings]
        if unknown:
            rows = [self._row(o, f"{o.finding}" + (f", {o.subject}" if o.subject != PATIENT else "")) for o in unknown]
            made.append(
                FindingSection(title=_("Not known to this knowledge base, not evaluated"), subject="", rows=tuple(rows))
            )
        return tuple(made)

    def _row(self, observation: Observation, label: str) -> FindingRow:
        return FindingRow(
            label=label,
            value=self._words.value(observation),
            where=self._words.where(observation),
            origin=self._words.origin(observation),
            negative=self._words.is_no(observation),
        )

    def _latest_first(self, observations: Iterable[Observation]) -> list[Observation]:
        return sorted(observations, key=lambda o: self._words.study_date(o) or "9", reverse=True)

    def _remarks(self) -> tuple[Remark, ...]:
        several = len(self._case.lesions) > 0
        return tuple(
            Remark(
                label=self._knowledge.label(o.finding)
                + (f", {self._words.subject(o.subject)}" if several and o.subject != PATIENT else ""),
                text=o.value.text,
            )
            for o in self._case.observations
            if isinstance(o.value, TextValue) and o.finding in self._knowledge.findings
        )

    def _missing(self) -> tuple[MissingPart, ...]:
        groups = {group.id: group.label for group in self._knowledge.header.groups}
        section = {entry.id: groups.get(entry.group, entry.group) for entry in self._knowledge.findings.values()}
        return tuple(
            MissingPart(
                label=question.label,
                subject=self._words.subject(question.subject),
                section=section.get(question.finding, ""),
                urgency=question.urgency,
                urgency_label=urgency_text(question.urgency),
                wanted_by=tuple(self._titles.get(name, name) for name in question.wanted_by),
                changes=tuple(
                    outcome_text(outcome, self._assessment.urgency.level) for outcome in question.outcomes[:_CHANGES]
                ),
                leads_to=self._words.needs(question.leads_to),
            )
            for question in self._assessment.questions
        )

    def _not_recorded(self) -> tuple[str, ...]:
        filled = {
            self._knowledge.findings[o.finding].group
            for o in self._case.observations
            if o.finding in self._knowledge.findings
        }
        asked = {entry.group for entry in self._knowledge.findings.values() if entry.type != "text"}
        return tuple(
            group.label for group in self._knowledge.header.groups if group.id in asked and group.id not in filled
        )

    # assessment

    def _causes(self) -> tuple[CausePart, ...]:
        by_subject = [
            tuple(causes) for _subject, causes in groupby(self._assessment.causes, key=lambda cause: cause.subject)
        ]
        made: list[CausePart] = []
        for same in _alike(by_subject, lambda causes: tuple(_same_cause(cause) for cause in causes)):
            subjects = self._subjects(causes[0].subject for causes in same)
            ranks = [cause.rank for cause in same[0]]
            made.extend(
                self._cause(cause, subjects, tied=ranks.count(cause.rank) > 1, told=cause.rank <= TOLD_CAUSES)
                for cause in same[0]
            )
        return tuple(made)

    def _cause(self, cause: Cause, subjects: tuple[str, ...], *, tied: bool, told: bool) -> CausePart:
        both = (*cause.arguments_for, *cause.arguments_against)
        return CausePart(
            id=cause.id,
            label=cause.label,
            subjects=subjects,
            class_label=class_text(cause.cause_class),
            subclass=cause.subclass,
            rank=cause.rank,
            tied=tied,
            points=cause.points,
            confirmed=cause.confirmed,
            told=told,
            ground=self._ground(cause.basis, cited=told),
            arguments_for=self._arguments(cause.arguments_for, Answer.YES, cited=told),
            arguments_against=self._arguments(cause.arguments_against, Answer.YES, cited=told),
            open_arguments=self._arguments(both, Answer.UNKNOWN, cited=False),
            tells_apart=cause.tells_apart,
            note=cause.note,
        )

    def _arguments(self, arguments: Iterable[Argument], answer: Answer, *, cited: bool) -> tuple[ArgumentPart, ...]:
        return tuple(
            ArgumentPart(
                text=argument.text,
                strength=strength_text(argument.strength),
                answer=argument.answer,
                ground=self._ground(argument.basis, cited=cited),
                needs=self._words.needs(argument.needs),
            )
            for argument in arguments
            if argument.answer is answer
        )

    def _classifications(self) -> tuple[ClassificationPart, ...]:
        return tuple(self._classification(same) for same in _alike(self._assessment.classifications, _same_class))

    def _classification(self, same: list[Classification]) -> ClassificationPart:
        one = same[0]
        # A class for which more is missing than there is twice over says little: it is named, not told.
        told = one.complete or len(one.needs) <= 2 * len(one.inputs)
        negative = self._nothing_applied(one)
        assumed = " " + _("(laboratory limit assumed)")
        return ClassificationPart(
            label=one.label,
            value=one.value,
            complete=one.complete,
            told=told,
            negative=negative,
            computed=bool(one.low or one.high),
            ground=self._ground(one.basis, cited=told and not negative),
            subjects=self._subjects(part.subject for part in same),
            inputs=tuple(
                f"{part.label}: {part.value}{assumed if part.assumed else ''}"
                for part in sorted(one.inputs, key=_is_negative)
            ),
            needs=self._words.needs(tuple(need for part in same for need in part.needs)),
            doubt=tuple(dict.fromkeys(line for part in same for line in self._doubt(part))),
        )

    def _completed(self) -> tuple[str, ...]:
        further = self._assessment.further
        return tuple(f"{one.label}: {completed_text(one)}" for one in further.completed) if further else ()

    def _doubt(self, one: Classification) -> tuple[str, ...]:
        found = (doubt for doubt in self._assessment.doubts if (doubt.id, doubt.subject) == (one.id, one.subject))
        return tuple(line for doubt in found for line in doubt_text(doubt, self._assessment.urgency.level))

    def _nothing_applied(self, one: Classification) -> bool:
        """Whether it is a plain no, or what its table answers when no row applies."""
        made = self._knowledge.derived.get(one.id)
        if made is None or not one.complete:
            return False
        if made.entry.type == "yes_no":
            return one.value == answer_text(Answer.NO)
        return one.candidates in {(made.entry.otherwise,), (NOT_APPLICABLE,)}

    def _follow_up(self) -> tuple[PlannedPart, ...]:
        return tuple(self._planned(same) for same in _alike(self._assessment.follow_up, self._same_test))

    def _same_test(self, test: PlannedTest) -> Hashable:
        followed = (test.recommendation, test.subject) not in self._overrides
        return (msgspec.structs.astuple(msgspec.structs.replace(test, subject=test.subject == PATIENT)), followed)

    def _planned(self, same: list[PlannedTest]) -> PlannedPart:
        one = same[0]
        window = (
            _("{first} to {last}").format(first=one.earliest, last=one.latest) if one.earliest and one.latest else ""
        )
        return PlannedPart(
            due=one.due,
            test=one.test,
            window=window,
            earliest=one.earliest,
            latest=one.latest,
            why=self._titles.get(one.recommendation, ""),
            recommendation=one.recommendation,
            subjects=self._subjects(test.subject for test in same),
            note=one.note,
            stop=one.stop,
            followed=(one.recommendation, one.subject) not in self._overrides,
            done=one.done,
            missed=one.missed,
        )

    def _conflicts(self) -> tuple[ConflictPart, ...]:
        return tuple(
            ConflictPart(
                id=conflict.id,
                topic=conflict.topic,
                positions=tuple(
                    PositionPart(text=side.text, cites=self._cites(side.sources)) for side in conflict.positions
                ),
                default=conflict.default,
                why=conflict.why,
                ground=self._conflict_ground(conflict.id),
            )
            for conflict in self._assessment.conflicts
        )

    # sources

    def _conflict_ground(self, name: str) -> Ground:
        """On what it rests what this program does where sources disagree: our default, unless the knowledge says."""
        entry = self._knowledge.conflicts.get(name)
        return self._ground(Basis(level=(entry.basis if entry else None) or "default"))

    def _ground(self, basis: Basis, *, cited: bool = True) -> Ground:
        return Ground(
            level=basis.level,
            basis=basis_text(basis.level),
            review=review_text(basis),
            note=basis.note,
            cites=self._cites(basis.sources) if cited else (),
        )

    def _cites(self, citations: Iterable[Citation]) -> tuple[Cite, ...]:
        made = []
        for citation in citations:
            number = self._numbers.setdefault(citation.source, len(self._numbers) + 1)
            if citation.locator:
                self._locators.setdefault(citation.source, {})[citation.locator] = None
            made.append(Cite(number=number, locator=citation.locator))
        return tuple(made)

    def _references(self) -> tuple[Reference, ...]:
        return tuple(self._reference(name, number) for name, number in self._numbers.items())

    def _reference(self, name: str, number: int) -> Reference:
        source = self._knowledge.sources.get(name)
        if source is None:
            return Reference(number=number, id=name, title=_("not in this knowledge base"))
        return Reference(
            number=number,
            id=name,
            title=source.title,
            published=", ".join(part for part in (source.body, str(source.year or "")) if part),
            identifiers=_identifiers(source),
            locators=tuple(self._locators.get(name, ())),
            level=source.basis,
            basis=basis_text(source.basis),
            kind=source.kind,
        )

    def _provenance(self) -> Provenance:
        header = self._knowledge.header
        return Provenance(
            program_version=self._made_with.program_version,
            knowledge_version=self._assessment.knowledge_version,
            knowledge_hash=self._assessment.knowledge_hash,
            review_state=header.review_state,
            intended_use=header.intended_use or _intended_use(),
            limits=(header.limits_of_use,) if header.limits_of_use else _limits(),
            unreviewed=not any(
                one.basis.reviewed_by for one in self._assessment.recommendations if one.status is Status.HOLDS
            ),
            translation=self._knowledge.translation,
            site_changes=self._knowledge.deviations,
        )

    def _subjects(self, subjects: Iterable[str]) -> tuple[str, ...]:
        return tuple(text for subject in dict.fromkeys(subjects) if (text := self._words.subject(subject)))


def _alike(items: Iterable[_Item], key: Callable[[_Item], Hashable]) -> list[list[_Item]]:
    """Items that say the same about different lesions, together; in the order of their first."""
    groups: dict[Hashable, list[_Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return list(groups.values())


def _same_gate(gate: Gate) -> Hashable:
    items = tuple(
        msgspec.structs.replace(item, needs=tuple(need.finding for need in item.needs)) for item in gate.items
    )
    return (gate.id, gate.subject == PATIENT, gate.state, items)


def _same_cause(cause: Cause) -> Hashable:
    return (
        cause.id,
        cause.subject == PATIENT,
        cause.rank,
        cause.points,
        cause.confirmed,
        tuple(argument.answer for argument in (*cause.arguments_for, *cause.arguments_against)),
    )


def _same_class(made: Classification) -> Hashable:
    inputs = tuple((part.finding, part.value, part.assumed) for part in made.inputs)
    return (made.id, made.subject == PATIENT, made.value, inputs, made.complete)


def _is_negative(part: Input) -> bool:
    return part.value in {answer_text(Answer.NO), _("none of these"), answer_text(Answer.UNKNOWN)}


def _identifiers(source: Source) -> tuple[str, ...]:
    named = (("doi:", source.doi), ("PMID ", source.pmid), ("", source.url))
    return tuple(f"{before}{text}" for before, text in named if text)


def _intended_use() -> str:
    return _("Decision support for qualified clinicians. It lists options and replaces no clinical judgement.")


def _limits() -> tuple[str, ...]:
    return (
        _("It reads no images and knows only what was recorded. What was not recorded is unknown, never normal."),
        _("Points rank the causes; they are no probability."),
        _("Consult a qualified provider for the specific condition."),
    )
