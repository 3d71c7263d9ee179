"""The evaluators agree on the knowledge of `tests/data/wide`: it is small, so every variant of a case is compared."""

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from hepalith.decision import what_if
from hepalith.decision.assess import Assessor
from hepalith.decision.causes import rank_causes
from hepalith.decision.effects import REQUEST, Change
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.levels import gate_state, gate_subject, level_of
from hepalith.decision.precedence import Judgement
from hepalith.decision.verdicts import Verdicts
from hepalith.decision.what_if import Asker
from hepalith.domain.assessment import Advice, Assessment, GateState, Status
from hepalith.domain.case import PATIENT, Case
from hepalith.domain.words import turn_text
from hepalith.i18n import speaking
from hepalith.knowledge.cases import Vignette, case_of
from support.agreement import Both, Comparison, answered
from support.building import seen, yes
from support.wide import CASES, wide

Key = tuple[str, str]


@pytest.fixture(scope="module")
def both() -> Both:
    return Both(wide())


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return Comparison(wide(), seed=1, size=12, columns=False, vignettes=CASES)


def case_and_day(vignette: Vignette) -> tuple[Case, date]:
    return case_of(vignette, wide()), date.fromisoformat(vignette.as_of)


@pytest.mark.parametrize("vignette", CASES, ids=lambda one: one.id)
def test_every_answer_is_read_as_the_interpreter_reads_the_answered_case(both: Both, vignette: Vignette) -> None:
    assert both.differences(*case_and_day(vignette), every=1) == []


@pytest.mark.parametrize("first", range(0, 60, 5))
def test_generated_cases_are_read_as_the_interpreter_reads_them(comparison: Comparison, first: int) -> None:
    assert comparison.families(range(first, first + 5)).lines == []


# what an answer changes


class Plan:
    """What the interpreter says of a case: what `Change` compares."""

    def __init__(self, evaluation: Evaluation) -> None:
        knowledge = evaluation.knowledge
        self.holding: set[Key] = set()
        self.gates: dict[Key, GateState] = {}  # of the advice that holds
        self.brought: dict[Key, int] = {}  # the rank that each piece of advice brings
        for one in Judgement(evaluation).all():
            compiled = knowledge.recommendations[one.id]
            if one.sets_urgency:
                self.brought[one.id, one.subject] = level_of(evaluation, compiled, one.subject)[0].rank
            if one.status is Status.HOLDS:
                for gate in compiled.entry.gates:
                    about = gate_subject(evaluation, gate, one.subject)
                    self.gates[gate, about] = gate_state(evaluation, gate, one.subject)
                if compiled.entry.kind != REQUEST:
                    self.holding.add((one.id, one.subject))
        self.leading: dict[str, set[str]] = {subject: set() for subject in (*evaluation.lesions, PATIENT)}
        for cause in rank_causes(evaluation):
            if cause.rank == 1:
                self.leading[cause.subject].add(cause.id)


def said_of(change: Change) -> dict[str, Any]:
    return {
        "level": change.level,
        "raised by": set(change.raised_by),
        "starts": set(change.starts),
        "ends": set(change.ends),
        "gates": dict(change.gates),
        "leaders": {subject: set(names) for subject, names in change.leaders},
    }


def change_between(before: Plan, after: Plan, evaluation: Evaluation) -> dict[str, Any]:
    """As `said_of`. A request for a value counts for the urgency as in the case, so that an answer is no relief."""
    recommendations = evaluation.knowledge.recommendations
    requested = {key: rank for key, rank in before.brought.items() if recommendations[key[0]].entry.kind == REQUEST}
    advised = {key: rank for key, rank in after.brought.items() if recommendations[key[0]].entry.kind != REQUEST}
    level = max((requested | advised).values(), default=0)
    states = {(gate, subject): gate_state(evaluation, gate, subject) for gate, subject in before.gates}
    return {
        "level": level,
        "raised by": {key for key, rank in advised.items() if rank == level > max(before.brought.values(), default=0)},
        "starts": after.holding - before.holding,
        "ends": before.holding - after.holding,
        "gates": {key: state for key, state in states.items() if state is not before.gates[key]},
        "leaders": {subject: names for subject, names in after.leading.items() if names != before.leading[subject]},
    }


@pytest.mark.parametrize("vignette", CASES, ids=lambda one: one.id)
def test_an_answer_changes_what_the_interpreter_finds_otherwise_in_the_answered_case(vignette: Vignette) -> None:
    case, as_of = case_and_day(vignette)
    before = Plan(Evaluation(case, wide(), as_of))
    tried = Asker(wide()).what_if(case, as_of)
    for variant, evaluation, answer in answered(case, tried, as_of):
        wanted = change_between(before, Plan(evaluation), evaluation)
        assert said_of(tried.effects.of(variant)) == wanted, answer
        is_same = wanted == change_between(before, before, Evaluation(case, wide(), as_of))
        assert (tried.effects.changed >> variant & 1 == 0) == is_same, answer


# edits


def edited(seed: int) -> Iterator[tuple[Case, date]]:
    """What becomes of a case: findings of others entered one by one and taken back, lesions that come and go."""
    random = Random(seed)  # noqa: S311 (no secret)
    case, as_of = case_and_day(random.choice(CASES))
    entries = [one for other in CASES for one in case_of(other, wide()).observations if not one.study]
    yield case, as_of
    for _step in range(10):
        match random.randrange(5):
            case 0 if case.observations:
                case = case.without_observation(random.choice(case.observations).key)
            case 1:
                case = case.with_new_lesion() if len(case.lesions) < 3 else case.without_lesion(case.lesions[0].id)
            case _:
                lesions = [lesion.id for lesion in case.lesions]
                one = random.choice([one for one in entries if lesions or one.subject == PATIENT])
                case = case.with_observation(
                    one if one.subject == PATIENT else replace(one, subject=random.choice(lesions))
                )
        yield case, as_of


@pytest.mark.parametrize("seed", range(16))
def test_every_edit_gives_what_is_made_from_nothing(seed: int) -> None:
    kept = Asker(wide())
    for number, (case, as_of) in enumerate(edited(seed)):
        one, other = (
            Assessor(case, wide(), as_of, asker).assessment(trace=number % 2 == 0, full=number % 3 == 0)
            for asker in (kept, Asker(wide()))
        )
        assert one == other, number


EDITS = {
    # SKIN applies whatever the temperature is, and says it
    "a value in a text": ({"itch": "yes", "temperature": 36.8}, {}, {"temperature": 37.1}, "SKIN", "action"),
    # DRUG applies, and its gate rests on more than its condition
    "a gate that shuts": (
        {"age": 40, "sex": "male", "filtration": 60, "bilirubin": {"value": 10, "date": "2026-05-31"}},
        {"size": 20, "solid": "yes"},
        {"bilirubin": {"value": 60, "date": "2026-05-31"}},
        "DRUG",
        "gates_shut",
    ),
    # CLOSE is held open by ALARM, which stays open, and needs less
    "what holds a closure open": (
        {"fever": "no", "temperature": 36.8, "risks": "none", "age": 40},
        {"size": 8, "look": "plain", "solid": "no"},
        {"pain": "yes"},
        "CLOSE",
        "needs",
    ),
}


def with_patient(patient: dict[str, Any], lesion: dict[str, Any]) -> Case:
    """A case of one lesion that has not changed for a year."""
    given = Vignette(
        id="v",
        title="v",
        as_of="2026-06-01",
        expect={},
        patient=patient,
        studies={"S1": {"modality": "ct", "date": "2026-05-20"}, "S0": {"modality": "ct", "date": "2025-05-01"}},
        lesions={"L1": lesion, "L1@S0": {"size": lesion.get("size", 1)}},
    )
    return case_of(given, wide())


def advice_of(case: Case, asker: Asker, name: str) -> Advice:
    made = Assessor(case, wide(), date(2026, 6, 1), asker).assessment(trace=False, full=True)
    return next(one for one in made.recommendations if one.id == name)


@pytest.mark.parametrize("edit", EDITS)
def test_advice_that_stays_is_published_anew_where_what_it_says_has_changed(edit: str) -> None:
    patient, lesion, entered, name, field = EDITS[edit]
    asker = Asker(wide())
    before = advice_of(with_patient(patient, lesion), asker, name)
    after = advice_of(with_patient(patient | entered, lesion), asker, name)
    assert before.status is after.status
    assert after == advice_of(with_patient(patient | entered, lesion), Asker(wide()), name)
    assert getattr(before, field) != getattr(after, field), "or it proves nothing"


def test_what_is_kept_is_of_the_date_and_in_the_language_of_now() -> None:
    case, asker = with_patient({"age": 40}, {"size": 20, "solid": "yes"}), Asker(wide())

    def made(by: Asker, as_of: date) -> Assessment:
        return Assessor(case, wide(), as_of, by).assessment(trace=False)

    for day in (date(2026, 6, 1), date(2027, 6, 1), date(2026, 6, 1)):  # the knowledge was to be reviewed in between
        assert made(asker, day) == made(Asker(wide()), day)
    english = made(asker, day)
    with speaking("zh_CN"):
        assert made(asker, day) == made(Asker(wide()), day) != english
    assert made(asker, day) == english


def test_places_are_kept_until_too_many_are_unused(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer takes no place from another; lesions that are gone do not leave theirs behind for ever."""
    known, day = {"smoker": "no", "illness": "never", "itch": "no"}, date(2026, 6, 1)

    def places(case: Case, asker: Asker) -> dict[Key, Any]:
        return {one.key: list(one.variants) for one in asker.what_if(case, day).tried}

    def unused(case: Case, before: Case) -> int:
        """So many more places than answers of one case, and that of the case as it is, are unused after another."""
        asker = Asker(wide())
        asker.what_if(before, day)
        used = sum(map(len, places(case, asker).values()))
        return asker._layout.size - used - used

    first, second = with_patient({}, {"size": 20}), with_patient(known, {"size": 20})
    fresh = places(second, Asker(wide()))
    for spare, kept in ((unused(second, first), True), (unused(second, first) - 1, False)):
        monkeypatch.setattr(what_if, "_SPARE", spare)
        asker = Asker(wide())
        before = places(first, asker)
        after = places(second, asker)
        assert (after == fresh) is not kept
        assert all(before[key] == found for key, found in after.items()) is kept


def test_an_edit_to_one_of_many_lesions_leaves_all_places_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or else each edit would begin from nothing: what is spared beside the answers has to grow with them."""
    monkeypatch.setattr(what_if, "_SPARE", 0)
    asker, day = Asker(wide()), date(2026, 6, 1)
    many = with_patient({}, {"size": 20})
    for _lesion in range(20):
        many = many.with_new_lesion()
    told = many.with_observation(seen("solid", yes(), many.lesions[7].id))
    before, after = ({one.key: list(one.variants) for one in asker.what_if(case, day).tried} for case in (many, told))
    assert after.keys() < before.keys()
    assert all(before[key] == found for key, found in after.items())


def test_what_an_edit_does_not_reach_is_not_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asker, judged = Asker(wide()), list[str]()
    judge = Verdicts._judge

    def watched(self: Verdicts, rule: Any, subject: str) -> bool:
        judged.append(rule.name)
        return judge(self, rule, subject)

    known, lesion = {"age": 30, "itch": "no", "pregnant": "wanted"}, {"size": 20}
    asker.what_if(with_patient(known, lesion), date(2026, 6, 1))
    monkeypatch.setattr(Verdicts, "_judge", watched)
    asker.what_if(with_patient(known, lesion), date(2026, 6, 1))
    assert judged == []
    asker.what_if(with_patient({**known, "itch": "yes"}, lesion), date(2026, 6, 1))
    assert judged == ["SKIN"]
    judged.clear()
    asker.what_if(with_patient({**known, "itch": "yes", "pregnant": "not_so"}, lesion), date(2026, 6, 1))
    assert judged == ["PREG", "CLOSE"], "and what may give way to it"
    judged.clear()
    asker.what_if(with_patient({**known, "itch": "yes", "pregnant": "not_so", "sex": "male"}, lesion), date(2026, 6, 1))
    assert "PREG" in judged
    assert "CLOSE" not in judged, "it is excluded as before"


def test_a_closure_that_is_held_open_says_what_would_free_it() -> None:
    patient = {"fever": "no", "temperature": 36.8, "risks": "none", "age": 40, "pain": "yes"}
    held = with_patient(patient, {"size": 8, "look": "plain", "solid": "no"})
    assert [turn_text(turn) for turn in Assessor(held, wide(), date(2026, 6, 1)).turns("CLOSE", "L1")] == [
        "Applies, if Bilirubin: not recorded; needs ≤ 4.0 mg/dL; Pregnant: not recorded; needs not Yes or Wanted",
        "Is excluded, if Fever: no; needs yes",
    ]
