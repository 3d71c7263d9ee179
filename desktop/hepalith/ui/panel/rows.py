"""What the guidance panel shows, as plain rows made from a state. No Qt here, and nothing is decided here."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

import msgspec

from hepalith.domain.assessment import (
    SEVERAL,
    Advice,
    Answer,
    Argument,
    Assumption,
    Basis,
    Cause,
    Citation,
    Classification,
    Conflict,
    Doubt,
    Further,
    Gate,
    GateItem,
    GateState,
    LesionConflict,
    Need,
    OverrideResult,
    PlannedTest,
    Question,
    QuestionGroup,
    Status,
    Urgency,
    in_order,
)
from hepalith.domain.case import PATIENT, Case
from hepalith.domain.durations import duration_text
from hepalith.domain.words import (
    answer_text,
    between_lesions_text,
    class_text,
    completed_text,
    cost_text,
    decision_text,
    doubt_text,
    each_for_its_own_lesion,
    gate_text,
    kind_text,
    outcome_text,
    robust_text,
    since_decided_text,
    unit_text,
    urgency_text,
)
from hepalith.i18n import _, plural
from hepalith.knowledge.base import Knowledge
from hepalith.services.session import CaseState
from hepalith.ui.texts import ANSWER_SIGN, basis_word, subject_word

NOW_RANK = Urgency.URGENT.rank
T = TypeVar("T")
_APPLIES = (Status.HOLDS, Status.SUPPRESSED)
_KINDS = ("do", "refer", "none_needed", "consider", "ask", "inform", "avoid")
_WEIGHT = {1: 1, 2: 2, 3: 4, 4: 8}
_SHOWN_ARGUMENTS = 3
_FEW = 6
_ASKED = 6
_SHOWN_OUTCOMES = 2
_GLANCED = 3


class Robust(msgspec.Struct, frozen=True):
    """No single answer changes anything any more. further: what is known of pairs."""

    further: Further | None


class Balance(msgspec.Struct, frozen=True):
    """Points of the arguments for and against a cause. No probability."""

    points_for: int
    points_against: int


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One card. Everything on it is text; `tone` names an urgency, "avoid", "shut" or "" and is said in words too."""

    key: tuple[str, str, str]  # section, item, subject
    title: str
    body: str = ""
    notes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    tone: str = ""
    needs: tuple[Need, ...] = ()
    balance: Balance | None = None
    explained: str = ""  # what session.explain is asked for, for each of `subjects`
    subjects: tuple[str, ...] = ()
    who: str = ""  # the lesions that it is about, where there are several
    page: tuple[str, str] | None = None  # kind and id of the entry whose page of the manual it opens
    details: tuple[tuple[str, str], ...] = ()  # caption, text: shown when the card is open
    decision: str = ""  # what the clinician decided otherwise, or ""
    decides: str = ""  # advice about which can be decided otherwise, or ""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A titled list of cards. A closed one has none: only its title and how many it would have."""

    id: str
    title: str
    count: int
    cards: tuple[Card, ...]
    closed: bool
    announced: bool = True  # has a button at the head of the panel


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What stands above the cards and does not scroll."""

    level: Urgency
    word: str
    detail: str  # time and the advice that set it
    could_be: str
    class_name: str
    class_text: str
    certainty: str
    impression: str


class Glance(msgspec.Struct, frozen=True, kw_only=True):
    """The first titles of a section in one line, for whoever has no time for the cards."""

    section: str
    caption: str
    titles: tuple[str, ...]
    more: int


class Guidance(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the panel shows."""

    head: Head
    glances: tuple[Glance, ...]
    sections: tuple[Section, ...]


def guidance_of(state: CaseState, knowledge: Knowledge, opened: Mapping[str, bool] = MappingProxyType({})) -> Guidance:
    """The rows for a state, in the order in which they are read. `opened`: sections that the user opened or closed."""
    return _Builder(state, knowledge, opened).guidance()


def _glance(section: str, caption: str, advice: Sequence[Advice]) -> Iterable[Glance]:
    titles = tuple(dict.fromkeys(one.title for one in advice))
    if titles:
        yield Glance(section=section, caption=caption, titles=titles[:_GLANCED], more=max(0, len(titles) - _GLANCED))


def _decision(decided: OverrideResult | None) -> str:
    if decided is None:
        return ""
    parts = (decision_text(decided), decided.text, since_decided_text(decided))
    text = ". ".join(part.rstrip(".") for part in parts if part)
    return f"≠ {text}."


def joined(given: Iterable[Card], case: Case) -> tuple[Card, ...]:
    """Cards that say the same of several lesions as one card that names them; the order is that of the first ones."""
    cards = tuple(given)
    found: dict[Card, list[str]] = {}
    for card in cards:
        subject = card.key[2]
        alike = msgspec.structs.replace(
            card, key=(card.key[0], card.key[1], ""), needs=_impersonal(card.needs, subject)
        )
        found.setdefault(alike, []).append(subject)
    kept = {(card.key, card.key[2]): card for card in cards}
    made = []
    for alike, subjects in found.items():
        first = kept[((alike.key[0], alike.key[1], subjects[0]), subjects[0])]
        several = len(case.lesions) > 1 and subjects[0] not in {PATIENT, ""}
        who = ", ".join(subject_word(case, subject) for subject in subjects) if several else ""
        made.append(msgspec.structs.replace(first, subjects=tuple(subjects), who=who))
    return tuple(made)


def _impersonal(needs: tuple[Need, ...], subject: str) -> tuple[Need, ...]:
    return tuple(msgspec.structs.replace(need, subject="") if need.subject == subject else need for need in needs)


def card_text(card: Card) -> str:
    """A card as plain text, for the clipboard."""
    lines = [
        card.title,
        card.body,
        card.decision,
        *card.notes,
        *(f"{caption}: {text}" for caption, text in card.details),
    ]
    if card.who or card.tags:
        lines.insert(1, "[" + " · ".join(tag for tag in (card.who, *card.tags) if tag) + "]")
    return "\n".join(line for line in lines if line)


class _Builder:
    def __init__(self, state: CaseState, knowledge: Knowledge, opened: Mapping[str, bool]) -> None:
        self._opened = opened
        self._case: Case = state.case
        self._assessment = state.assessment
        self._knowledge = knowledge
        self._doubts = {(one.id, one.subject): one for one in state.assessment.doubts}
        self._by_id = {(one.id, one.subject): one for one in state.assessment.recommendations}
        further = state.assessment.further
        self._completed = further.completed if further is not None else ()
        self._decided = {(one.recommendation, one.subject): one for one in state.assessment.overrides}

    def guidance(self) -> Guidance:
        made = self._assessment
        holding = [one for one in made.recommendations if one.status is Status.HOLDS]
        actions = sorted(
            (one for one in holding if one.kind != "avoid"), key=lambda one: (-one.urgency.rank, _KINDS.index(one.kind))
        )
        now = [one for one in actions if one.urgency.rank >= NOW_RANK and one.kind != "inform"]
        later = [one for one in actions if one not in now]
        avoid = sorted((one for one in holding if one.kind == "avoid"), key=lambda one: -one.urgency.rank)
        safety = [gate for gate in made.gates if gate.kind == "safety" and gate.state is not GateState.OPEN]
        closure = [gate for gate in made.gates if gate.kind == "closure" and gate.state is not GateState.OPEN]
        given_way = [one for one in made.recommendations if one.status is Status.SUPPRESSED]
        then = _("Then") if now else _("What to do")
        sections = [
            self._section("now", _("Do now"), now, self._advice, announced=False),
            self._section("causes", _("Causes"), made.causes, self._causes),
            self._section("later", then, later, self._advice, announced=False),
            self._section("avoid", _("Avoid"), avoid, self._advice, announced=False),
            self._section("lesions", _("Lesions need different things"), made.between_lesions, self._between_lesions),
            self._section("decided", _("Decided otherwise, but no advice now"), self._left_over(), self._decisions),
            self._section("gates", _("Gates that are shut"), safety, self._gates),
            self._section("questions", _("Ask next"), self._asked(), self._questions),
            self._section("plan", _("Follow-up"), made.follow_up, self._planned),
            self._section(
                "classes",
                _("Classifications and scores"),
                self._classes(),
                self._classifications,
                closed=len(made.classifications) > _FEW,
            ),
            self._section(
                "conflicts", _("Sources disagree"), made.conflicts, self._conflicts, closed=True, announced=False
            ),
            *self._open(),
            self._section("suppressed", _("Applies, but gives way"), given_way, self._advice),
            self._section(
                "closure", _("Before the case can be closed"), closure, self._gates, closed=True, announced=False
            ),
            self._section("assumed", _("Assumed"), made.assumptions, self._assumed, closed=True, announced=False),
            self._section(
                "unknown",
                _("Kept, not evaluated"),
                made.not_evaluated,
                self._not_evaluated,
                closed=True,
                announced=False,
            ),
            self._section("sources", _("Sources"), self._used_sources(), self._sources, closed=True, announced=False),
        ]
        glances = (
            *_glance("now", _("Do now"), now),
            *_glance("avoid", _("Avoid"), avoid),
            *_glance("later", then, later),
        )
        return Guidance(head=self._head(), glances=glances, sections=tuple(one for one in sections if one.count))

    def _section(
        self,
        name: str,
        title: str,
        things: Sequence[T],
        make: Callable[[Sequence[T]], Iterable[Card]],
        *,
        closed: bool = False,
        announced: bool = True,
    ) -> Section:
        """A section with a card for each thing; the cards of a closed one are not made."""
        if not self._opened.get(name, not closed):
            count = len(dict.fromkeys(getattr(thing, "id", thing) for thing in things))
            return Section(id=name, title=title, count=count, cards=(), closed=True, announced=announced)
        cards = joined(
            (msgspec.structs.replace(c, key=(f"{name}:{c.key[0]}", *c.key[1:])) for c in make(things)), self._case
        )
        return Section(id=name, title=title, count=len(cards), cards=cards, closed=False, announced=announced)

    def _head(self) -> Head:
        urgency, case_class = self._assessment.urgency, self._assessment.case_class
        detail = []
        if urgency.within:
            detail.append(_("within {time}").format(time=duration_text(urgency.within)))
        if urgency.set_by:
            title = self._title(urgency.set_by, urgency.subject)
            detail.append(_("set by {title} ({id})").format(title=title, id=urgency.set_by))
        if urgency.without_set_aside is not None:
            detail.append(
                _("decided otherwise by the clinician, and shown all the same; the other advice gives: {word}").format(
                    word=urgency_text(urgency.without_set_aside).lower()
                )
            )
        elif (urgency.set_by, urgency.subject) in self._decided:
            detail.append(_("decided otherwise by the clinician, and shown all the same"))
        could_be = ""
        if urgency.could_be is not None:
            could_be = _("Could be {word}: {title} ({id}) is not excluded").format(
                word=urgency_text(urgency.could_be).lower(),
                title=self._title(urgency.could_be_by, ""),
                id=urgency.could_be_by,
            )
        class_line = class_text(case_class.value)
        others = ", ".join(class_text(name).lower() for name in case_class.possible if name != case_class.value)
        if others:
            shape = _("{classes}: {others}") if case_class.value == SEVERAL else _("{classes}; also possible: {others}")
            class_line = shape.format(classes=class_line, others=others)
        empty = not self._case.observations  # "routine" would look like an answer
        return Head(
            level=Urgency.NONE if empty else urgency.level,
            word=_("Nothing is recorded yet") if empty else urgency_text(urgency.level),
            detail="" if empty else "; ".join(detail),
            could_be=could_be,
            class_name=case_class.value,
            class_text=class_line,
            certainty=case_class.certainty,
            impression=self._assessment.impression,
        )

    def _title(self, name: str, subject: str) -> str:
        advice = self._by_id.get((name, subject))
        if advice is not None:
            return advice.title
        return next((one.title for one in self._assessment.recommendations if one.id == name), name)

    # advice

    def _advice(self, advice: Sequence[Advice]) -> Iterable[Card]:
        return map(self._advice_card, advice)

    def _advice_card(self, one: Advice) -> Card:
        notes = []
        if one.gates_shut:
            gates = ", ".join(
                self._knowledge.gates[gate].entry.label for gate in one.gates_shut if gate in self._knowledge.gates
            )
            notes.append("⛔ " + _("Not yet: gate shut ({gates})").format(gates=gates))
        notes += ["↳ " + self._gives_way(winner.by, winner.subject, winner.label) for winner in one.suppressed_by]
        notes += self._by_completion("advice", one.id, one.subject)
        if one.urgency_could_be is not None:
            notes.append(_("Could be {word}").format(word=urgency_text(one.urgency_could_be).lower()))
        tags = [
            kind_text(one.kind),
            urgency_text(one.urgency) if one.urgency is not Urgency.NONE else "",
        ]
        if one.within:
            tags.append(_("within {time}").format(time=duration_text(one.within)))
        details = [(_("Reason"), one.reason), (_("Strength"), one.strength), (_("Certainty"), one.certainty)]
        if one.conflicts:
            details.append((_("Sources disagree"), ", ".join(self._conflict_topic(name) for name in one.conflicts)))
        tone = "avoid" if one.kind == "avoid" else one.urgency.value
        return Card(
            key=("advice", one.id, one.subject),
            page=("recommendations", one.id),
            title=one.title,
            body=one.action,
            notes=tuple(notes),
            tags=tuple(tag for tag in (*tags, *self._basis_tag(one.basis)) if tag),
            tone=tone,
            needs=one.needs if one.status is Status.CANNOT_BE_EXCLUDED else (),
            explained=one.id,
            details=self._details(one.id, details, one.basis),
            decision=_decision(self._decided.get((one.id, one.subject))),
            decides=one.id,
        )

    def _gives_way(self, by: str, subject: str, label: str) -> str:
        who = "" if subject == PATIENT or len(self._case.lesions) < 2 else f" [{subject_word(self._case, subject)}]"
        text = _("gives way to {title} ({id})").format(title=self._title(by, subject) + who, id=by)
        return f"{text}: {label}" if label else text

    def _conflict_topic(self, name: str) -> str:
        entry = self._knowledge.conflicts.get(name)
        return f"{entry.topic} ({name})" if entry is not None else name

    def _open(self) -> Iterable[Section]:
        """What cannot be excluded yet, by the urgency that it would have."""
        for level in Urgency:
            advice = [
                one
                for one in self._assessment.recommendations
                if one.status is Status.CANNOT_BE_EXCLUDED and one.urgency is level
            ]
            word = urgency_text(level) if level is not Urgency.NONE else _("no urgency")
            title = _("Cannot yet be excluded: {level}").format(level=word)
            yield self._section(f"open:{level.value}", title, advice, self._advice, closed=True, announced=False)

    # gates

    def _gates(self, gates: Sequence[Gate]) -> Iterable[Card]:
        return map(self._gate, gates)

    def _gate(self, gate: Gate) -> Card:
        blocking = [item for item in gate.items if item.severity == "block" and item.fulfilled is not Answer.YES]
        cautions = [item for item in gate.items if item.severity == "caution" and item.fulfilled is not Answer.YES]
        details = [(self._item_caption(item), item.text) for item in (*blocking, *cautions)]
        needs = {(need.finding, need.subject): need for item in blocking for need in item.needs}
        notes = [f"{ANSWER_SIGN[item.fulfilled]} {item.label}: {answer_text(item.fulfilled)}" for item in blocking[:6]]
        if len(blocking) > len(notes):
            notes.append(plural("and {count} more", "and {count} more", len(blocking) - len(notes)))
        notes += self._by_completion("gate", gate.id, gate.subject)
        return Card(
            key=("gate", gate.id, gate.subject),
            page=("gates", gate.id),
            title=gate.label,
            notes=tuple(notes),
            tags=(gate_text(gate.state).capitalize(),),
            tone="shut",
            needs=tuple(needs.values()),
            explained=f"gate:{gate.id}",
            details=tuple(details),
        )

    def _item_caption(self, item: GateItem) -> str:
        word = _("caution") if item.severity == "caution" else answer_text(item.fulfilled)
        return f"{ANSWER_SIGN[item.fulfilled]} {item.label} ({word}; {basis_word(item.basis.level)})"

    # causes

    def _causes(self, causes: Sequence[Cause]) -> Iterable[Card]:
        ranks: dict[tuple[str, int], int] = {}
        for cause in causes:
            ranks[(cause.subject, cause.rank)] = ranks.get((cause.subject, cause.rank), 0) + 1
        for cause in causes:
            yield self._cause(cause, tie=ranks[(cause.subject, cause.rank)] > 1)

    def _cause(self, cause: Cause, *, tie: bool) -> Card:
        true_for = [one for one in cause.arguments_for if one.answer is Answer.YES]
        true_against = [one for one in cause.arguments_against if one.answer is Answer.YES]
        open_ones = [one for one in (*cause.arguments_for, *cause.arguments_against) if one.answer is Answer.UNKNOWN]
        shown_for = sorted(true_for, key=lambda one: -one.strength)[:_SHOWN_ARGUMENTS]
        shown_against = sorted(true_against, key=lambda one: -one.strength)[:_SHOWN_ARGUMENTS]
        tags = [class_text(cause.cause_class), cause.subclass]
        if cause.confirmed:
            tags.append(_("confirmed"))
        if tie:
            tags.append(_("tie"))
        details = [
            (_("For"), "\n".join(self._argument(one) for one in true_for)),
            (_("Against"), "\n".join(self._argument(one) for one in true_against)),
        ]
        details += [(_("Not known"), "\n".join(self._argument(one) for one in open_ones))]
        details += [(_("Tells it apart"), cause.tells_apart), (_("Note"), cause.note)]
        return Card(
            key=("cause", cause.id, cause.subject),
            page=("conditions", cause.id),
            title=f"{cause.rank}{'=' if tie else '.'} {cause.label}",
            notes=(*(f"+ {one.text}" for one in shown_for), *(f"− {one.text}" for one in shown_against)),
            tags=tuple(tag for tag in (*tags, *self._basis_tag(cause.basis)) if tag),
            balance=Balance(
                sum(_WEIGHT[one.strength] for one in true_for), sum(_WEIGHT[one.strength] for one in true_against)
            ),
            explained=cause.id,
            details=self._details(cause.id, details, cause.basis),
        )

    def _argument(self, one: Argument) -> str:
        strength = ("", _("weak"), _("moderate"), _("strong"), _("near-specific here"))[one.strength]
        return f"{ANSWER_SIGN[one.answer]} {one.text} ({strength}; {basis_word(one.basis.level)})"

    # the rest

    def _asked(self) -> Sequence[Question | QuestionGroup | Robust]:
        made = self._assessment
        first = in_order(made.questions, made.question_groups)[:_ASKED]
        return [Robust(made.further), *first] if made.robust else first

    def _questions(self, questions: Sequence[Question | QuestionGroup | Robust]) -> Iterable[Card]:
        for one in questions:
            match one:
                case Question():
                    yield self._question(one)
                case QuestionGroup():
                    yield self._question_group(one)
                case Robust(further):
                    pairs = further.pairs if further is not None else ()
                    now = self._assessment.urgency.level
                    yield Card(
                        key=("question", "robust", ""),
                        title=robust_text(further),
                        notes=tuple(outcome_text(pair.outcome, now) for pair in pairs),
                    )

    def _question(self, one: Question) -> Card:
        now = self._assessment.urgency.level
        outcomes = [outcome_text(outcome, now) for outcome in one.outcomes]
        count = plural("decides {count} advice", "decides {count} pieces of advice", len(one.wanted_by))
        after = ", ".join(need.label for need in one.leads_to)
        details = [
            (_("Answers"), "\n".join(outcomes[_SHOWN_OUTCOMES:])),
            (_("Asked after it"), after),
        ]
        return Card(
            key=("question", one.finding, one.subject),
            page=("findings", one.finding),
            title="",
            notes=tuple(outcomes[:_SHOWN_OUTCOMES]),
            needs=(Need(finding=one.finding, subject=one.subject, label=one.label),),
            tags=(count, self._up_to(one.urgency), cost_text(one.cost)),
            details=tuple((caption, text) for caption, text in details if text),
        )

    def _question_group(self, one: QuestionGroup) -> Card:
        return Card(
            key=("question", f"{one.group} {one.findings[0].finding}", one.subject),
            title=_("Any of these?"),
            notes=(outcome_text(one.none, self._assessment.urgency.level, one.settles),),
            needs=one.findings,
            tags=(one.label, _("a yes: {level}").format(level=self._up_to(one.urgency)), cost_text(one.cost)),
        )

    def _up_to(self, level: Urgency) -> str:
        word = urgency_text(level).lower() if level is not Urgency.NONE else _("no urgency")
        return _("up to: {level}").format(level=word)

    def _classes(self) -> list[Classification | Doubt]:
        """Classes, and what was recorded as one of a few; a doubt about a class stands with the class."""
        classes = {(one.id, one.subject) for one in self._assessment.classifications}
        narrowed = [doubt for key, doubt in self._doubts.items() if key not in classes]
        return [*self._assessment.classifications, *narrowed]

    def _classifications(self, classifications: Sequence[Classification | Doubt]) -> Iterable[Card]:
        for one in classifications:
            yield self._doubt(one) if isinstance(one, Doubt) else self._classification(one)

    def _doubt(self, one: Doubt) -> Card:
        return Card(
            key=("doubt", one.id, one.subject),
            page=("findings", one.id),
            title=f"{one.label}: {_(' or ').join(choice.answer for choice in one.alternatives)}",
            notes=doubt_text(one, self._assessment.urgency.level),
        )

    def _classification(self, one: Classification) -> Card:
        value = one.value
        if one.unit and value.endswith(one.unit):
            value = f"{value.removesuffix(one.unit).rstrip()} {unit_text(one.unit)}"
        inputs = "\n".join(
            f"{i.label}: {i.value}" + (" " + _("(laboratory limit assumed)") if i.assumed else "") for i in one.inputs
        )
        doubt = self._doubts.get((one.id, one.subject))
        tags = ["" if one.complete else _("incomplete: range or several candidates")]
        return Card(
            key=("class", one.id, one.subject),
            page=("derived", one.id),
            title=f"{one.label}: {value}",
            notes=(
                *(doubt_text(doubt, self._assessment.urgency.level) if doubt else ()),
                *self._by_completion("class", one.id, one.subject),
            ),
            tags=tuple(tag for tag in (*tags, *self._basis_tag(one.basis)) if tag),
            needs=() if one.complete else one.needs,
            explained=one.id,
            details=self._details(one.id, [(_("Made from"), inputs)], one.basis),
        )

    def _by_completion(self, kind: str, name: str, subject: str) -> Iterator[str]:
        """What comes out alike however the missing is completed."""
        for one in self._completed:
            if (one.kind, one.id, one.subject) == (kind, name, subject):
                yield f"{one.label}: {completed_text(one)}" if one.part else completed_text(one)

    def _planned(self, tests: Sequence[PlannedTest]) -> Iterable[Card]:
        for number, one in enumerate(tests):
            window = ""
            if one.earliest and one.latest and (one.earliest, one.latest) != (one.due, one.due):
                window = _("between {start} and {end}").format(start=one.earliest, end=one.latest)
            tags = [window, self._title(one.recommendation, one.subject)]
            stop = _("Stop: {when}").format(when=one.stop) if one.stop else ""
            yield Card(
                key=("plan", f"{one.recommendation} {number}", one.subject),
                page=("recommendations", one.recommendation),
                title=f"{one.due}  {one.test}",
                notes=tuple(text for text in (one.note, stop) if text),
                tags=tuple(tag for tag in tags if tag),
                explained=one.recommendation,
            )

    def _left_over(self) -> list[OverrideResult]:
        """Decisions about advice that does not apply any more, or about none: no card of advice shows them."""
        gone = {None, Status.DOES_NOT_HOLD}
        return [one for one in self._assessment.overrides if one.status in gone]

    def _decisions(self, decisions: Sequence[OverrideResult]) -> Iterable[Card]:
        for one in decisions:
            yield Card(
                key=("decided", one.recommendation, one.subject),
                title=one.title or one.recommendation or _("The clinician's own plan"),
                notes=(_("Advice when decided: {text}").format(text=one.advised),) if one.advised else (),
                decision=_decision(one),
                decides=one.recommendation,
            )

    def _between_lesions(self, conflicts: Sequence[LesionConflict]) -> Iterable[Card]:
        for one in conflicts:
            title, wanted, barred = between_lesions_text(one, lambda lesion: subject_word(self._case, lesion))
            yield Card(
                key=("lesions", one.matter, ""),
                title=title,
                notes=(
                    _("Wanted: {advice}").format(advice=wanted),
                    _("Warned against: {advice}").format(advice=barred),
                    each_for_its_own_lesion(),
                ),
                tone="avoid",
            )

    def _conflicts(self, conflicts: Sequence[Conflict]) -> Iterable[Card]:
        return map(self._conflict, conflicts)

    def _conflict(self, one: Conflict) -> Card:
        details = []
        for number, side in enumerate(one.positions, start=1):
            details.append(
                (_("Position {number}").format(number=number), f"{side.text}\n{self._citations(side.sources)}".strip())
            )
        details.append((_("Why"), one.why))
        positions = [f"{number}. {side.text}" for number, side in enumerate(one.positions, start=1)]
        return Card(
            key=("conflict", one.id, ""),
            page=("conflicts", one.id),
            title=one.topic,
            notes=(*positions, _("This product: {text}").format(text=one.default)),
            tags=(one.id,),
            details=tuple((caption, text) for caption, text in details if text),
        )

    def _assumed(self, assumptions: Sequence[Assumption]) -> Iterable[Card]:
        for number, one in enumerate(assumptions):
            yield Card(key=("assumed", str(number), ""), title=one.text)

    def _not_evaluated(self, names: Sequence[str]) -> Iterable[Card]:
        for name in names:
            title = _("{id}: not in this dictionary, kept in the file, not evaluated").format(id=name)
            yield Card(key=("unknown", name, ""), title=title)

    # sources and basis

    def _basis_tag(self, basis: Basis) -> tuple[str, ...]:
        tags = [basis_word(basis.level)] if basis.level != "read" else []
        if basis.overdue:
            tags.append(_("review overdue"))
        return tuple(tags)

    def _details(self, item: str, details: Sequence[tuple[str, str]], basis: Basis) -> tuple[tuple[str, str], ...]:
        level = basis_word(basis.level) + (f" – {basis.note}" if basis.note else "")
        review = basis.reviewed_by or _("not reviewed by a clinician")
        if basis.review_by:
            due = _("review was due {date}") if basis.overdue else _("next review due {date}")
            review += "; " + due.format(date=basis.review_by)
        rows = [
            *details,
            (_("Source"), self._citations(basis.sources)),
            (_("Basis"), level),
            (_("Review"), review),
            (_("Item"), item),
        ]
        return tuple((caption, text) for caption, text in rows if text)

    def _citations(self, citations: Sequence[Citation]) -> str:
        return "\n".join(self._citation(one) for one in citations)

    def _citation(self, citation: Citation) -> str:
        entry = self._knowledge.sources.get(citation.source)
        title = (
            citation.source if entry is None else ", ".join(str(p) for p in (entry.title, entry.body, entry.year) if p)
        )
        locator = f"; {citation.locator}" if citation.locator else ""
        return f"{title} [{citation.source}{locator}]" if entry is not None else f"{title}{locator}"

    def _used_sources(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """The sources of what applies, each with what cites it."""
        made = self._assessment
        used: dict[str, dict[str, None]] = {}
        grounds = [(one.id, one.basis.sources) for one in made.recommendations if one.status in _APPLIES]
        grounds += [(one.id, one.basis.sources) for one in made.classifications]
        grounds += [
            (gate.id, item.basis.sources) for gate in made.gates if gate.kind == "safety" for item in gate.items
        ]
        grounds += [(conflict.id, side.sources) for conflict in made.conflicts for side in conflict.positions]
        for cause in made.causes:
            arguments = (one for one in (*cause.arguments_for, *cause.arguments_against) if one.answer is Answer.YES)
            grounds += [(cause.id, one.basis.sources) for one in arguments]
        for item, citations in grounds:
            for one in citations:
                used.setdefault(one.source, {})[item] = None
        return [(name, tuple(used[name])) for name in sorted(used)]

    def _sources(self, used: Sequence[tuple[str, tuple[str, ...]]]) -> Iterable[Card]:
        for name, citing in used:
            entry = self._knowledge.sources.get(name)
            if entry is None:
                yield Card(key=("source", name, ""), title=name)
                continue
            reference = ", ".join(str(p) for p in (entry.body, entry.year, entry.kind) if p)
            links = " ".join(
                p for p in (entry.doi and f"doi:{entry.doi}", entry.pmid and f"PMID {entry.pmid}", entry.url) if p
            )
            yield Card(
                key=("source", name, ""),
                page=("sources", name),
                title=entry.title,
                notes=tuple(text for text in (reference, links) if text),
                tags=(name, basis_word(entry.basis)),
                details=tuple((c, t) for c, t in ((_("Note"), entry.note), (_("Cited by"), ", ".join(citing))) if t),
            )
