"""From a case to its assessment: every recommendation, cause, class, gate and date, in the order of precedence.

Emergencies come first and are always shown; a closure holds only while everything that would forbid it is known
not to hold. A rule that gives way to another is named with its reason, and never lowers the urgency of the case.
"""

from collections.abc import Callable, Iterable, Iterator, Set
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

import msgspec

from hepalith.decision.ask_next import Questions, questions_of
from hepalith.decision.between_lesions import between_lesions
from hepalith.decision.causes import rank_causes
from hepalith.decision.deciding import deciding_parts
from hepalith.decision.doubts import doubts_of
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.explain import ANSWER, Explainer
from hepalith.decision.follow_up import planned_tests
from hepalith.decision.grounds import dated
from hepalith.decision.kept import Kept
from hepalith.decision.levels import TableUse, gate_state, gate_subject, level_of, table_use
from hepalith.decision.needs import Needs, OpenFinding
from hepalith.decision.overrides import overrides_of, set_aside
from hepalith.decision.precedence import Judged, Judgement
from hepalith.decision.second_look import second_look
from hepalith.decision.summary import class_of_case, impression_of
from hepalith.decision.support import Support
from hepalith.decision.turns import Turns
from hepalith.decision.what_if import Asker
from hepalith.decision.wording import Words, number_text
from hepalith.domain.assessment import (
    SCHEMA_VERSION,
    Advice,
    Answer,
    Assessment,
    Assumption,
    Classification,
    Conflict,
    Further,
    Gate,
    GateItem,
    GateState,
    Input,
    Need,
    Position,
    Question,
    QuestionGroup,
    Status,
    Suppression,
    Trace,
    TraceNode,
    Turn,
    Urgency,
    UrgencyResult,
)
from hepalith.domain.case import PATIENT, Case
from hepalith.domain.interval import Interval
from hepalith.domain.truth import Truth
from hepalith.i18n import _
from hepalith.knowledge.base import CompiledDerived, CompiledRecommendation, Knowledge
from hepalith.knowledge.checks import PLACEHOLDER
from hepalith.knowledge.grounds import citations
from hepalith.knowledge.model import Derived
from hepalith.knowledge.tree import ChoiceOf, Quantity, Reference, TruthNode

ASKED = 24  # questions, and groups of them, that are shown at each edit


def evaluate(
    case: Case,
    knowledge: Knowledge,
    as_of: date,
    *,
    trace: bool = True,
    full: bool = False,
    asker: Asker | None = None,
    further: bool = False,
) -> Assessment:
    """The assessment of a case at a date. Same case, knowledge and date: same result.

    trace, full: see `Assessor.assessment`. further: with the second look and what would change each conclusion.
    asker: of the same knowledge, for many cases on one thread: it keeps what it made.
    """
    assessor = Assessor(case, knowledge, as_of, asker or Asker(knowledge))
    made = assessor.assessment(trace=trace, full=full)
    if not further:
        return made
    return msgspec.structs.replace(made, further=assessor.further(), turns=tuple(assessor.turns_of(made)))


class Assessor:
    """One case at one date: the assessment, and explanations of its parts on demand.

    asker: answers from the fast reader, and finds out what to ask next; without it the reference interpreter answers,
    and nothing is asked. Explanations always come from the reference interpreter.
    """

    def __init__(self, case: Case, knowledge: Knowledge, as_of: date, asker: Asker | None = None) -> None:
        self._case = case
        self._knowledge = knowledge
        self._as_of = as_of
        self._asker = asker
        self._what_if = asker.what_if(case, as_of) if asker else None
        self.evaluation = self._what_if.evaluation if self._what_if else Evaluation(case, knowledge, as_of)
        self._needs = self._what_if.needs if self._what_if else Needs(self.evaluation)
        self._support = self._what_if.support if self._what_if else Support(self.evaluation)
        self._words = Words(self.evaluation)
        self._judgement = Judgement(self.evaluation)
        self._assumed = self.evaluation.assumed_limits()
        self._kept = asker.kept(as_of) if asker else Kept()

    @cached_property
    def _explainer(self) -> Explainer:
        return Explainer(Evaluation(self._case, self._knowledge, self._as_of) if self._what_if else self.evaluation)

    @cached_property
    def _turns(self) -> Turns:
        return Turns(self._explainer.evaluation, self._explainer)

    def assessment(self, *, trace: bool, full: bool = False) -> Assessment:
        """Everything that is shown.

        full: also what the advice that nothing speaks for needs, and all questions, not the first; as in a note.
        trace: all that, and the traces.
        """
        full = full or trace
        judged = list(self._what_if.verdicts.judged(self._judgement)) if self._what_if else self._judgement.all()
        asked = questions_of(self._what_if, None if full else ASKED) if self._what_if else Questions(robust=False)
        advice = tuple(self._advice(one, full=full) for one in judged)
        shown = tuple(one for one in advice if one.status is not Status.DOES_NOT_HOLD)
        causes = rank_causes(
            self.evaluation, lambda tree, subject: self._need_list(self._needs.of(tree, subject)), self._kept
        )
        overrides = overrides_of(self._case, self._knowledge, advice)
        counting = {(one.id, one.subject) for one in judged if one.sets_urgency}
        urgency = self._urgency(shown, counting, set_aside(overrides))
        case_class = class_of_case(causes)
        classes = tuple(self._classifications())
        return Assessment(
            schema_version=SCHEMA_VERSION,
            knowledge_version=self._knowledge.header.version,
            knowledge_hash=self._knowledge.hash,
            as_of=self._as_of.isoformat(),
            language=self._knowledge.translation.language,
            case_id=self._case.case_id,
            revision=self._case.revision,
            urgency=urgency,
            case_class=case_class,
            impression=impression_of(
                self._case, causes, case_class, self._knowledge.header.urgency_sentence(urgency.level)
            ),
            causes=causes,
            classifications=classes,
            recommendations=advice,
            gates=tuple(self._gates(shown)),
            follow_up=planned_tests(self.evaluation, (one for one in shown if one.status is Status.HOLDS)),
            questions=asked.questions,
            question_groups=asked.groups,
            doubts=doubts_of(self._what_if, classes) if self._what_if else (),
            robust=asked.robust,
            end=asked.end,
            conflicts=self._conflicts(shown),
            between_lesions=between_lesions(shown, self._knowledge),
            assumptions=self._assumptions(),
            not_evaluated=tuple(
                sorted({o.finding for o in self._case.observations if o.finding not in self._knowledge.findings})
            ),
            overrides=overrides,
            deviations=self._knowledge.deviations,
            trace=tuple(self._traces(shown)) if trace else (),
        )

    def asked(self) -> list[Question | QuestionGroup]:
        """All questions and groups of them, the best first; without an asker none."""
        return questions_of(self._what_if).first() if self._what_if else []

    def further(self, stop: Callable[[], bool] = lambda: False) -> Further | None:
        """What completions and pairs show (`second_look`); None if it was told to stop, or without an asker."""
        return second_look(self._asker, self._what_if, stop) if self._asker and self._what_if else None

    def explain(self, item: str, subject: str = PATIENT) -> TraceNode:
        """Why a recommendation, cause, derived finding or gate ("gate:T7") is as it is for a subject."""
        knowledge = self._knowledge
        if item in knowledge.recommendations:
            return self._explainer.trace(knowledge.recommendations[item].when, subject)
        if item in knowledge.conditions:
            return self._explain_cause(item, subject)
        name = item.removeprefix("gate:")
        if name in knowledge.gates:
            return self._explain_gate(name, subject)
        if item in knowledge.derived:
            return self._explain_derived(knowledge.derived[item].entry, subject)
        return TraceNode(text=_("{item} is not in this knowledge base").format(item=item), answer=Answer.UNKNOWN)

    def subjects_of(self, item: str) -> tuple[str, ...]:
        """For whom an item of the knowledge is judged: each lesion, or the patient."""
        known, name = self._knowledge, item.removeprefix("gate:")
        places = (known.recommendations, known.conditions, known.derived, known.gates)
        compiled = next((place[name] for place in places if name in place), None)
        return self._subjects(compiled.entry.subject if compiled else "patient")

    def turns(self, item: str, subject: str = PATIENT) -> tuple[Turn, ...]:
        """What would change a conclusion, items as for `explain`: the fewest facts for each turn."""
        return self._turns.of(item, subject)

    def turns_of(self, made: Assessment) -> Iterator[Turn]:
        """What would change the advice that applies or gives way, the causes, the classes and the gates."""
        shown = {Status.HOLDS, Status.SUPPRESSED}
        for advice in made.recommendations:
            if advice.status in shown:
                yield from self.turns(advice.id, advice.subject)
        for cause in made.causes:
            yield from self.turns(cause.id, cause.subject)
        for one in made.classifications:
            yield from self.turns(one.id, one.subject)
        for gate in made.gates:
            yield from self.turns(f"gate:{gate.id}", gate.subject)

    def deciding(self, recommendation: str, subject: str = PATIENT) -> tuple[str, ...]:
        """What decides whether a recommendation applies: the fewest parts of its condition, or what it gives way to."""
        if recommendation not in self._knowledge.recommendations:
            return (_("{id} is not in this knowledge base").format(id=recommendation),)
        judged = next((one for one in self._judgement.of(recommendation) if one.subject == subject), None)
        if judged is not None and judged.gives_way_to:
            return tuple(f"{rule.label}: {winner}" for rule, winner, _whose in judged.gives_way_to)
        tree = self._knowledge.recommendations[recommendation].when
        parts = deciding_parts(self.evaluation, tree, subject)
        return tuple(self._part_text(part, whose, subject, negated=negated) for part, whose, negated in parts)

    def _part_text(self, part: TruthNode, whose: str, subject: str, *, negated: bool) -> str:
        text = self._explainer.text(part, whose, wanted=not negated)
        return f"{whose}: {text}" if whose != subject and len(self.evaluation.lesions) > 1 else text

    # advice

    def _advice(self, judged: Judged, *, full: bool) -> Advice:
        """A recommendation as it is published; the same as before while nothing has changed on which it rests."""
        compiled = self._knowledge.recommendations[judged.id]
        made_of: tuple[Any, ...] = (judged.status,)
        if judged.status is not Status.DOES_NOT_HOLD:
            rests_on = self._rests_on(compiled, judged)
            since = self.evaluation.judged_since(("recommendations", judged.id), judged.subject)
            made_of = (judged, full, since, *(self.evaluation.unchanged_since(*one) for one in rests_on))
        if judged.id in _with_values(self._knowledge):
            texts = (compiled.entry.title, compiled.entry.action, compiled.entry.reason)
            made_of = (*made_of, *(self._fill(text, judged.subject) for text in texts))
        return self._kept.of((judged.id, judged.subject), made_of, lambda: self._published(compiled, judged, full=full))

    def _rests_on(self, compiled: CompiledRecommendation, judged: Judged) -> Iterator[tuple[TruthNode, str, bool]]:
        """The conditions beside its own on which it rests what is said of advice; whose; whether old values count."""
        applies = judged.status is not Status.CANNOT_BE_EXCLUDED
        for name in compiled.entry.gates if applies else ():
            gate, about = self._knowledge.gates[name], gate_subject(self.evaluation, name, judged.subject)
            yield from ((item, about, gate.entry.wants_fresh) for item in gate.items)
        for _rule, winner, whose in judged.held_open_by:
            yield self._knowledge.recommendations[winner].when, whose, False

    def _published(self, compiled: CompiledRecommendation, judged: Judged, *, full: bool) -> Advice:
        entry = compiled.entry
        subject = judged.subject
        applies = judged.status in {Status.HOLDS, Status.SUPPRESSED}
        supported = applies or (judged.status is Status.CANNOT_BE_EXCLUDED and self._support.of(entry.id, subject))
        is_open = judged.status is Status.CANNOT_BE_EXCLUDED and (supported or full)
        level, could_be = Urgency(entry.urgency), None
        if judged.status is not Status.DOES_NOT_HOLD:
            level, could_be = level_of(self.evaluation, compiled, subject)
        return Advice(
            id=entry.id,
            subject=subject,
            title=self._fill(entry.title, subject),
            kind=entry.kind,
            action=self._fill(entry.action, subject),
            reason=self._fill(entry.reason, subject),
            status=judged.status,
            urgency=level,
            urgency_could_be=could_be if applies else None,
            within=entry.within,
            basis=dated(compiled.basis, self._as_of),
            supported=supported,
            needs=self._open_of(compiled, judged) if is_open else (),
            suppressed_by=tuple(
                Suppression(by=winner, subject=whose, label=rule.label, precedence=rule.id, replaces=rule.replaces)
                for rule, winner, whose in judged.gives_way_to
            ),
            gates=entry.gates,
            gates_shut=tuple(
                gate
                for gate in entry.gates
                if applies and gate_state(self.evaluation, gate, subject) is not GateState.OPEN
            ),
            strength=entry.strength,
            certainty=entry.certainty,
            conflicts=entry.conflicts,
            starting_points=entry.starting_points,
            tags=entry.tags,
        )

    def _open_of(self, compiled: CompiledRecommendation, judged: Judged) -> tuple[Need, ...]:
        """What its own condition needs; once that holds, what keeps it open in spite of it (closures)."""
        own = self._needs.of(compiled.when, judged.subject)
        if own:
            return self._need_list(own)
        held_back = [
            need
            for _rule, winner, whose in judged.held_open_by
            for need in self._needs.of(self._knowledge.recommendations[winner].when, whose)
        ]
        return self._need_list(dict.fromkeys(held_back))

    def _urgency(
        self, advice: Iterable[Advice], counting: set[tuple[str, str]], aside: Set[tuple[str, str]]
    ) -> UrgencyResult:
        counted = [one for one in advice if (one.id, one.subject) in counting]
        top = max(counted, key=lambda one: (one.urgency.rank, one.status is Status.HOLDS), default=None)
        level = top.urgency if top else Urgency.NONE
        open_levels = [
            (one.urgency, one.id) for one in advice if one.status is Status.CANNOT_BE_EXCLUDED and one.supported
        ]
        open_levels += [(one.urgency_could_be, one.id) for one in counted if one.urgency_could_be]
        could, by = max(open_levels, key=lambda pair: pair[0].rank, default=(Urgency.NONE, ""))
        higher = could.rank > level.rank
        followed = [one.urgency for one in counted if (one.id, one.subject) not in aside]
        without = max(followed, key=lambda one: one.rank, default=Urgency.NONE)
        return UrgencyResult(
            level=level,
            set_by=top.id if top and level is not Urgency.NONE else "",
            subject=top.subject if top and level is not Urgency.NONE else "",
            within=top.within if top else "",
            could_be=could if higher else None,
            could_be_by=by if higher else "",
            without_set_aside=without if without.rank < level.rank else None,
        )

    # classes, gates

    def _classifications(self) -> Iterable[Classification]:
        for compiled in self._knowledge.derived.values():
            if not compiled.entry.classification:
                continue
            for subject in self._subjects(compiled.entry.subject):
                made = self._classification(compiled, subject)
                if made is not None:
                    yield made

    def _classification(self, compiled: CompiledDerived, subject: str) -> Classification | None:
        """The class or score as it is published; None while nothing of it is known, or it does not apply."""
        entry = compiled.entry
        inputs = [(ref, subject if ref.lesion else PATIENT) for ref in self._knowledge.inputs[entry.id]]
        known = [(ref, whose) for ref, whose in inputs if self.evaluation.group(ref, whose) is not None]
        use = table_use(self.evaluation, compiled, subject)
        if not known or use is TableUse.HIDDEN:
            return None
        if use is TableUse.NOT_USED:
            return self._not_used(compiled, subject)
        reference = Reference(entry.id, entry.subject == "lesion", derived=True)
        candidates: tuple[str, ...] = ()
        low = high = ""
        complete = self.evaluation.is_known(reference, subject)
        if entry.type == "number":
            interval = self.evaluation.number(Quantity(reference), subject)
            if not _says_something(interval, entry):
                return None
            low, high = _bounds(interval)
        elif entry.type == "choice":
            candidates = self._candidates(entry, reference, subject)
            if not candidates:
                return None
        elif self.evaluation.holds(reference, subject) is not Truth.TRUE:
            return None
        return Classification(
            id=entry.id,
            label=entry.label,
            subject=subject,
            value=self._words.value(reference, subject),
            basis=dated(compiled.basis, self._as_of),
            candidates=candidates,
            low=low,
            high=high,
            unit=entry.unit if entry.unit != "1" else "",
            complete=complete,
            needs=() if complete else self._need_list(self._needs.of_finding(reference, subject)),
            inputs=tuple(self._input(ref, whose, entry) for ref, whose in known),
        )

    def _not_used(self, compiled: CompiledDerived, subject: str) -> Classification:
        """A table or score that was not made for such a patient: that is said, and no value is given."""
        entry = compiled.entry
        value = _("Not used {in_whom}").format(in_whom=entry.not_for_text)
        basis = dated(compiled.basis, self._as_of)
        return Classification(id=entry.id, label=entry.label, subject=subject, value=value, basis=basis)

    def _candidates(self, entry: Derived, reference: Reference, subject: str) -> tuple[str, ...]:
        """The choices that are still possible; () while nothing is decided, or it may not apply at all."""
        domain = self.evaluation.domain(entry.id)
        possible = self.evaluation.choice(ChoiceOf(reference, domain), subject)
        if (possible == domain and len(domain) > 1) or not possible.isdisjoint(entry.quiet):
            return ()
        return tuple(option.id for option in entry.choices if option.id in possible)

    def _input(self, reference: Reference, subject: str, of: Derived) -> Input:
        """A value from which a class or score is made. assumed: it is compared with a limit that nobody recorded."""
        compared = (one.side for one in self._knowledge.limits_of_inputs[of.id] if one.reference.name == reference.name)
        return Input(
            finding=reference.name,
            subject=subject,
            label=self._words.label(reference),
            value=self._words.value(reference, subject),
            assumed=any((reference.name, subject, side) in self._assumed for side in compared),
        )

    def _gates(self, advice: Iterable[Advice]) -> Iterable[Gate]:
        wanted: dict[tuple[str, str], None] = {}
        for one in advice:
            if one.status in {Status.HOLDS, Status.SUPPRESSED}:
                for gate in one.gates:
                    wanted[(gate, gate_subject(self.evaluation, gate, one.subject))] = None
        for gate, compiled in self._knowledge.gates.items():
            if compiled.entry.kind == "closure":
                for subject in self._subjects(compiled.entry.subject):
                    wanted[(gate, subject)] = None
        for gate, subject in wanted:
            yield self._gate(gate, subject)

    def _gate(self, name: str, subject: str) -> Gate:
        compiled = self._knowledge.gates[name]
        words = Words(self.evaluation, fresh=compiled.entry.wants_fresh)
        items = []
        for position, (item, basis) in enumerate(zip(compiled.entry.items, compiled.basis, strict=True)):
            truth = self.evaluation.gate_item(name, position, subject)
            needs = self._needs.of_item(name, position, subject) if truth is Truth.UNKNOWN else ()
            items.append(
                GateItem(
                    id=item.id,
                    label=item.label,
                    fulfilled=ANSWER[truth],
                    severity=item.severity,
                    basis=dated(basis, self._as_of),
                    text=item.text,
                    needs=self._need_list(needs, words),
                )
            )
        return Gate(
            id=name,
            label=compiled.entry.label,
            kind=compiled.entry.kind,
            subject=subject,
            state=gate_state(self.evaluation, name, subject),
            items=tuple(items),
        )

    # questions, conflicts, assumptions, traces

    def _conflicts(self, advice: Iterable[Advice]) -> tuple[Conflict, ...]:
        named = [
            conflict for one in advice if one.status in {Status.HOLDS, Status.SUPPRESSED} for conflict in one.conflicts
        ]
        return tuple(self._conflict(name) for name in dict.fromkeys(named))

    def _conflict(self, name: str) -> Conflict:
        entry = self._knowledge.conflicts[name]
        positions = tuple(Position(text=side.text, sources=citations(side.sources)) for side in entry.positions)
        return Conflict(
            id=name,
            topic=entry.topic,
            positions=positions,
            default=entry.default,
            why=entry.why,
            starting_points=entry.starting_points,
        )

    def _assumptions(self) -> tuple[Assumption, ...]:
        texts = []
        for (finding, _subject, side), limit in sorted(self._assumed.items()):
            entry = self._knowledge.findings[finding]
            text = (
                _("{label}: upper limit {limit} {unit} assumed")
                if side == "upper"
                else _("{label}: lower limit {limit} {unit} assumed")
            )
            texts.append(
                text.format(
                    label=entry.label, limit=number_text(limit), unit=entry.unit if entry.unit != "1" else ""
                ).replace("  ", " ")
            )
        return tuple(Assumption(text=text) for text in dict.fromkeys(texts))

    def _traces(self, advice: Iterable[Advice]) -> Iterable[Trace]:
        for one in advice:
            yield Trace(item=one.id, subject=one.subject, node=self.explain(one.id, one.subject))

    def _explain_cause(self, name: str, subject: str) -> TraceNode:
        compiled = self._knowledge.conditions[name]
        sides = (
            (compiled.entry.arguments_for, compiled.arguments_for, _("for: {text}")),
            (compiled.entry.arguments_against, compiled.arguments_against, _("against: {text}")),
        )
        below = []
        for entries, trees, label in sides:
            for argument, tree in zip(entries, trees, strict=True):
                inner = self._explainer.trace(tree, subject)
                below.append(TraceNode(text=label.format(text=argument.text), answer=inner.answer, children=(inner,)))
        return TraceNode(text=compiled.entry.label, answer=Answer.UNKNOWN, children=tuple(below))

    def _explain_gate(self, name: str, subject: str) -> TraceNode:
        compiled = self._knowledge.gates[name]
        about = gate_subject(self.evaluation, name, subject)
        inside = self._explainer.for_gate(name)
        below = [
            TraceNode(
                text=item.label,
                answer=ANSWER[self.evaluation.gate_item(name, position, about)],
                children=(inside.trace(tree, about),),
            )
            for position, (item, tree) in enumerate(zip(compiled.entry.items, compiled.items, strict=True))
        ]
        state = gate_state(self.evaluation, name, subject)
        answer = {GateState.OPEN: Answer.YES, GateState.SHUT: Answer.NO, GateState.SHUT_UNTIL_KNOWN: Answer.UNKNOWN}[
            state
        ]
        return TraceNode(text=compiled.entry.label, answer=answer, children=tuple(below))

    def _explain_derived(self, entry: Derived, subject: str) -> TraceNode:
        return self._explainer.derived(entry.id, subject if entry.subject == "lesion" else PATIENT)

    # helpers

    def _subjects(self, of: str) -> tuple[str, ...]:
        return self.evaluation.lesions if of == "lesion" else (PATIENT,)

    def _need_list(self, findings: Iterable[OpenFinding], words: Words | None = None) -> tuple[Need, ...]:
        words = words or self._words
        return tuple(
            Need(finding=finding, subject=subject, label=words.needed(finding, subject))
            for finding, subject in findings
        )

    def _fill(self, text: str, subject: str) -> str:
        return PLACEHOLDER.sub(lambda found: self._inserted(found.group(1), subject), text) if "{" in text else text

    def _inserted(self, name: str, subject: str) -> str:
        """A value in the words of advice. A number that rests on what nobody recorded is not known: what it is in the
        lightest and the heaviest of all people, for a dose by weight, is no dose.
        """
        reference = self._words.reference(name)
        if reference.derived and self._knowledge.derived[name].entry.type == "number":
            needed = self._needs.of(reference, subject)
            if any(not self.evaluation.observed.groups(finding, about) for finding, about in needed):
                return _("not known")
        return self._words.of(name, subject)


@lru_cache(maxsize=4)
def _with_values(knowledge: Knowledge) -> frozenset[str]:
    """The advice into whose texts values are inserted."""
    entries = (one.entry for one in knowledge.recommendations.values())
    return frozenset(one.id for one in entries if PLACEHOLDER.search(f"{one.title} {one.action} {one.reason}"))


def _says_something(interval: Interval, entry: Derived) -> bool:
    """Whether a score is known, or narrowed down to less than three quarters of what it can be."""
    if interval.is_point:
        return True
    if entry.range is None:
        return False
    low, high = entry.range
    return (interval.high - interval.low) * 4 <= (high - low) * 3


def _bounds(interval: Interval) -> tuple[str, str]:
    low, high = ("" if end.is_infinite() else number_text(end) for end in (interval.low, interval.high))
    return low, high
