"""What would change a conclusion: the fewest facts that would turn advice, a cause, a class or a gate."""

from collections.abc import Callable, Iterable, Iterator

from hepalith.decision.counterfactuals import NOTHING, Counterfactuals, Fact, Ways, length
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.explain import Explainer
from hepalith.decision.levels import gate_state
from hepalith.decision.precedence import Judged, Judgement, Winner
from hepalith.domain.assessment import GateState, Status, TraceNode, Turn
from hepalith.domain.case import PATIENT
from hepalith.domain.truth import Truth, from_bool
from hepalith.i18n import _
from hepalith.knowledge.tree import ChoiceOf, GatePasses, Holds, Reference, TruthNode

SHOWN_CLASSES = 3

IsSo = Callable[[Evaluation], bool]
Wanted = Iterator[tuple[str, Ways, IsSo]]  # what it would be, the ways to it, and whether it is so


class Turns:
    """What would turn each conclusion of one evaluation. Only the shortest way to each turn is told."""

    def __init__(self, evaluation: Evaluation, explainer: Explainer) -> None:
        self._evaluation = evaluation
        self._explainer = explainer
        self._knowledge = evaluation.knowledge
        self._judgement = Judgement(evaluation)
        self._ways = Counterfactuals(evaluation)

    def of(self, item: str, subject: str = PATIENT) -> tuple[Turn, ...]:
        """The turns of a recommendation, cause, derived finding or gate ("gate:T7") for a subject."""
        found = ((text, self._ways.checked(ways, is_so)) for text, ways, is_so in self._wanted(item, subject))
        return tuple(
            Turn(item=item, subject=subject, turns=text, facts=self._facts(facts)) for text, facts in found if facts
        )

    def _facts(self, facts: Iterable[Fact]) -> tuple[TraceNode, ...]:
        return tuple(sorted(map(self._explainer.fact, facts), key=lambda fact: (fact.subject, fact.text)))

    def _wanted(self, item: str, subject: str) -> Wanted:
        if item in self._knowledge.recommendations:
            return self._advice(self._judgement.one(item, subject))
        if item in self._knowledge.conditions:
            return self._cause(item, subject)
        if item.removeprefix("gate:") in self._knowledge.gates:
            return self._gate(item.removeprefix("gate:"), subject)
        return self._class(item, subject) if item in self._knowledge.derived else iter(())

    def _advice(self, judged: Judged) -> Wanted:
        when, subject = self._knowledge.recommendations[judged.id].when, judged.subject
        match judged.status:
            case Status.HOLDS:
                yield _("no longer applies"), *self._turned(when, subject, wanted=False)
            case Status.SUPPRESSED:
                yield _("applies, and gives way no more"), *self._without(judged.gives_way_to)
            case Status.CANNOT_BE_EXCLUDED:
                hold, holds = self._turned(when, subject, wanted=True)
                free, is_free = self._without(judged.held_open_by)
                yield _("applies"), self._ways.all_of([hold, free]), lambda then: holds(then) and is_free(then)
                yield _("is excluded"), *self._turned(when, subject, wanted=False)
            case Status.DOES_NOT_HOLD:
                yield _("its condition holds"), *self._turned(when, subject, wanted=True)

    def _turned(self, node: TruthNode, subject: str, *, wanted: bool) -> tuple[Ways, IsSo]:
        """Ways to a condition that is not so yet."""
        if self._evaluation.truth(node, subject) is from_bool(wanted):
            return NOTHING, lambda then: then.truth(node, subject) is from_bool(wanted)
        ways = self._ways.ways(node, subject, wanted=wanted)
        return ways, lambda then: then.truth(node, subject) is from_bool(wanted)

    def _without(self, winners: Iterable[Winner]) -> tuple[Ways, IsSo]:
        """Ways to have none of the advice to which other advice gives way."""
        whens = [(self._knowledge.recommendations[name].when, whose) for _rule, name, whose in winners]
        ways = self._ways.all_of([self._ways.ways(when, whose, wanted=False) for when, whose in whens])
        return ways, lambda then: all(then.truth(when, whose).is_false for when, whose in whens)

    def _cause(self, name: str, subject: str) -> Wanted:
        compiled = self._knowledge.conditions[name]
        confirmed = self._evaluation.truth(compiled.confirmed, subject).is_true
        excluded = self._evaluation.truth(compiled.excluded, subject).is_true
        text = _("is no longer confirmed") if confirmed else _("is confirmed")
        yield text, *self._turned(compiled.confirmed, subject, wanted=not confirmed)
        text = _("is no longer excluded") if excluded else _("is excluded")
        yield text, *self._turned(compiled.excluded, subject, wanted=not excluded)
        speaking = any(self._evaluation.truth(tree, subject).is_true for tree in compiled.arguments_for)
        parts = [self._ways.ways(tree, subject, wanted=not speaking) for tree in compiled.arguments_for]
        ways = self._ways.all_of(parts) if speaking else self._ways.any_of(parts)
        text = _("nothing is known to speak for it") if speaking else _("something speaks for it")
        yield (
            text,
            ways,
            lambda then: any(then.truth(tree, subject).is_true for tree in compiled.arguments_for) is not speaking,
        )

    def _gate(self, name: str, subject: str) -> Wanted:
        is_open = gate_state(self._evaluation, name, subject) is GateState.OPEN
        wanted = GateState.SHUT if is_open else GateState.OPEN
        yield (
            _("shuts") if is_open else _("opens"),
            self._ways.gate(GatePasses(name), subject, wanted=not is_open),
            lambda then: gate_state(then, name, subject) is wanted,
        )

    def _class(self, name: str, subject: str) -> Wanted:
        """The classes that are nearest; a score has none: it changes with each of its parts."""
        derived = self._knowledge.derived[name]
        reference = Reference(name, derived.entry.subject == "lesion", derived=True)
        about = subject if reference.lesion else PATIENT
        if derived.entry.type == "yes_no":
            for truth, text in ((Truth.TRUE, _("yes")), (Truth.FALSE, _("no"))):
                if self._evaluation.holds(reference, about) is not truth:
                    ways = self._ways.ways(Holds(reference), about, wanted=truth.is_true)
                    yield text, ways, _holds(reference, about, truth)
        elif derived.entry.type == "choice":
            node = ChoiceOf(reference, self._evaluation.domain(name))
            others = [one for one in derived.entry.choices if self._evaluation.choice(node, about) != {one.id}]
            found = [(one, self._ways.result(derived, about, frozenset([one.id]))) for one in others]
            near = sorted((pair for pair in found if pair[1]), key=lambda pair: length(pair[1][0]))
            for one, ways in near[:SHOWN_CLASSES]:
                yield one.label, ways, _is(node, about, one.id)


def _holds(reference: Reference, subject: str, truth: Truth) -> IsSo:
    return lambda then: then.holds(reference, subject) is truth


def _is(node: ChoiceOf, subject: str, choice: str) -> IsSo:
    return lambda then: then.choice(node, subject) == {choice}
