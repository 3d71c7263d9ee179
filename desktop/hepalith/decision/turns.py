"""What would change a conclusion: the fewest facts that would turn advice, a cause, a class or a gate."""

from collections.abc import Callable, Iterable, Iterator

from hepalith.decision.counterfactuals import MOST_WAYS, NEVER, NOTHING, Counterfactuals, Found, Ways, findings_in
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.explain import Explainer
from hepalith.decision.levels import gate_state
from hepalith.decision.precedence import Judged, Judgement, Winner
from hepalith.decision.rank_ways import RankWays, leading
from hepalith.decision.score_ways import ScoreTurn, score_turns
from hepalith.domain.assessment import GateState, Status, Turn
from hepalith.domain.case import PATIENT
from hepalith.domain.truth import Truth, from_bool
from hepalith.domain.words import some
from hepalith.i18n import _
from hepalith.knowledge.tree import ChoiceOf, GatePasses, Holds, Reference, TruthNode

SHOWN_CLASSES = 3
WIDE = 6 * MOST_WAYS

IsSo = Callable[[Evaluation], bool]
Wanted = Iterator[tuple[str, Ways, IsSo]]  # what it would be, the ways to it, and whether it is so


class Turns:
    """What would turn each conclusion of one evaluation. Only the shortest way to each turn is told."""

    def __init__(self, evaluation: Evaluation, explainer: Explainer) -> None:
        self._evaluation = evaluation
        self._explainer = explainer
        self._narrow = _Conclusions(evaluation, Counterfactuals(evaluation))
        self._wide = _Conclusions(evaluation, Counterfactuals(evaluation, WIDE))

    def of(self, item: str, subject: str = PATIENT) -> tuple[Turn, ...]:
        """The turns of a recommendation, cause, derived finding or gate ("gate:T7") for a subject."""
        derived = self._evaluation.knowledge.derived.get(item)
        if derived is not None and derived.entry.type == "number":
            return tuple(self._of_score(item, subject, one) for one in score_turns(self._evaluation, item, subject))
        found = dict(self._narrow.found(item, subject))
        if not found or not all(one.is_proved for one in found.values()):
            for text, one in self._wide.found(item, subject):
                found[text] = _better(found[text], one) if text in found else one
        return tuple(self._turn(item, subject, text, one) for text, one in found.items() if not one.cannot_be)

    def _of_score(self, item: str, subject: str, one: ScoreTurn) -> Turn:
        facts = (self._explainer.answered(made.open.finding, made.open.subject, made.answers) for made in one.answers)
        text = _("{score} ({read})").format(
            score=self._explainer.compared(one.read.compare, wanted=one.wanted), read=some(one.read.labels)
        )
        return Turn(
            item=item,
            subject=subject,
            turns=text,
            facts=tuple(facts),
            shortest=bool(one.answers) and len(one.answers) <= one.none_up_to + 1,
            none_up_to=one.none_up_to,
        )

    def _turn(self, item: str, subject: str, text: str, found: Found) -> Turn:
        facts = sorted(map(self._explainer.fact, found.facts), key=lambda fact: (fact.subject, fact.text))
        return Turn(
            item=item,
            subject=subject,
            turns=text,
            facts=tuple(facts),
            shortest=found.is_shortest,
            none_up_to=found.none_up_to,
        )


def _better(one: Found, other: Found) -> Found:
    """The facts of two searches for the same that need fewer findings, with all that is proved by either."""
    facts = min((one.facts, other.facts), key=lambda facts: findings_in(facts) if facts else NEVER)
    return Found(facts, max(one.none_up_to, other.none_up_to))


class _Conclusions:
    """What would be another conclusion, with the ways that one search finds to it."""

    def __init__(self, evaluation: Evaluation, ways: Counterfactuals) -> None:
        self._evaluation = evaluation
        self._knowledge = evaluation.knowledge
        self._judgement = Judgement(evaluation)
        self._ways = ways
        self._rank = RankWays(evaluation, ways)

    def found(self, item: str, subject: str) -> Iterator[tuple[str, Found]]:
        """What it would be, and the facts that bring it about."""
        for text, ways, is_so in self._wanted(item, subject):
            if ways.shortest != NOTHING.shortest:
                yield text, self._ways.checked(ways, is_so)

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
        """Ways to a condition that is not so yet; nothing is needed for one that is."""
        truth = from_bool(wanted)
        is_so = self._evaluation.truth(node, subject) is truth
        ways = NOTHING if is_so else self._ways.ways(node, subject, wanted=wanted)
        return ways, lambda then: then.truth(node, subject) is truth

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
        leads = name in leading(self._evaluation, subject)
        ways = self._rank.loses(name, subject) if leads else self._rank.leads(name, subject)
        text = _("no longer leads") if leads else _("leads")
        yield text, ways, lambda then: (name in leading(then, subject)) is not leads

    def _gate(self, name: str, subject: str) -> Wanted:
        is_open = gate_state(self._evaluation, name, subject) is GateState.OPEN
        wanted = GateState.SHUT if is_open else GateState.OPEN
        yield (
            _("shuts") if is_open else _("opens"),
            self._ways.gate(GatePasses(name), subject, wanted=not is_open),
            lambda then: gate_state(then, name, subject) is wanted,
        )

    def _class(self, name: str, subject: str) -> Wanted:
        """The classes that are nearest."""
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
            near = sorted((pair for pair in found if pair[1].shortest), key=lambda pair: pair[1].least)
            for one, ways in near[:SHOWN_CLASSES]:
                yield one.label, ways, _is(node, about, one.id)


def _holds(reference: Reference, subject: str, truth: Truth) -> IsSo:
    return lambda then: then.holds(reference, subject) is truth


def _is(node: ChoiceOf, subject: str, choice: str) -> IsSo:
    return lambda then: then.choice(node, subject) == {choice}
