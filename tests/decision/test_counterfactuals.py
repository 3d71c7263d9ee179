"""What would change a conclusion: what the facts bring about when they are recorded, and that none is too many."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest
from msgspec.structs import replace

from hepalith.decision.assess import Assessor
from hepalith.decision.counterfactuals import INVERSE, Counterfactuals, Fact, observation
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.thresholds import value_of
from hepalith.domain.assessment import Answer
from hepalith.domain.case import PATIENT, Case, ChoiceValue, ItemsValue, Observation, Value, YesNoValue
from hepalith.domain.truth import Truth, from_bool
from hepalith.domain.words import turn_text
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.tree import (
    ChoiceIn,
    ChoiceOf,
    Compare,
    Holds,
    Number,
    Overlaps,
    Quantity,
    TruthNode,
    references,
)
from support.building import case, choice, items, no, number, seen, yes
from support.small import FINDINGS, REST, compile_small
from support.vignettes import all_vignettes, case_of, knowledge_and_problems

KNOWLEDGE = knowledge_and_problems()[0]
TODAY = date(2026, 6, 1)


def turns(knowledge: Knowledge, some: Case, item: str, subject: str = PATIENT) -> list[str]:
    """What would change something, in words."""
    return [turn_text(turn) for turn in Assessor(some, knowledge, TODAY).turns(item, subject)]


# in words


def test_advice_that_does_not_hold_says_what_it_needs(small: Knowledge) -> None:
    some = case(seen("fever", no()), seen("pain", no()), seen("bilirubin", number("2", "mg/dL")))
    (said,) = turns(small, some, "ALARM")
    assert said in {
        "Its condition holds, if Bilirubin: 2 mg/dL; needs > 4.0 mg/dL; Fever: no; needs yes",
        "Its condition holds, if Bilirubin: 2 mg/dL; needs > 4.0 mg/dL; Pain: no; needs yes",
    }


def test_advice_that_holds_says_what_would_overturn_it(small: Knowledge) -> None:
    some = case(seen("fever", yes()), seen("pain", yes()), seen("bilirubin", number("5", "mg/dL")))
    assert turns(small, some, "ALARM") == ["No longer applies, if Bilirubin: 5 mg/dL; needs ≤ 4.0 mg/dL"]


def test_open_advice_says_both(small: Knowledge) -> None:
    some = case(seen("fever", yes()))
    assert turns(small, some, "ALARM") == [
        "Applies, if Bilirubin: not recorded; needs > 4.0 mg/dL",
        "Is excluded, if Bilirubin: not recorded; needs ≤ 4.0 mg/dL",
    ]


def test_advice_that_gives_way_says_what_must_not_be(small: Knowledge) -> None:
    ill = [seen("fever", yes()), seen("bilirubin", number("5", "mg/dL"))]
    some = case(*ill, seen("size", number("20", "mm"), "L1"), seen("solid", yes(), "L1"), lesions=1)
    assert turns(small, some, "DRUG", "L1") == [
        "Applies, and gives way no more, if Bilirubin: 5 mg/dL; needs ≤ 4.0 mg/dL"
    ]


def test_a_class_says_what_makes_it_another(small: Knowledge) -> None:
    some = case(seen("size", number("20", "mm"), "L1"), seen("solid", no(), "L1"), lesions=1)
    assert turns(small, some, "kind", "L1") == [
        "Big, if Size: 20 mm; needs > 50 mm",
        "Middle, if Solid: no; needs yes",
    ]


def test_a_table_needs_that_no_row_before_it_says_otherwise(small: Knowledge) -> None:
    some = case(seen("size", number("60", "mm"), "L1"), seen("solid", yes(), "L1"), lesions=1)
    by_class = dict(said.split(", if ") for said in turns(small, some, "kind", "L1"))
    assert by_class["Middle"] == "Size: 60 mm; needs ≤ 50 mm"
    assert by_class["Small"] == "Size: 60 mm; needs < 10 mm"  # one finding, which is not over 50 mm then either


def test_a_cause_says_what_would_exclude_it_and_what_speaks_for_it(small: Knowledge) -> None:
    some = case(seen("solid", yes(), "L1"), seen("age", number("40", "a")), lesions=1)
    assert turns(small, some, "BAD", "L1") == [
        "Is excluded, if Age: 40 years; needs < 5 years",
        "Nothing is known to speak for it, if Solid: yes; needs no",
        "No longer leads, if Age: 40 years; needs < 5 years",
    ]
    assert "Something speaks for it, if Solid: yes; needs no" in turns(small, some, "BENIGN", "L1")


def test_a_gate_says_what_would_open_and_what_would_shut_it(small: Knowledge) -> None:
    shut = case(seen("bilirubin", number("90", "umol/L")), seen("age", number("12", "a")))
    (said,) = turns(small, shut, "gate:drug")
    assert said.startswith("Opens, if Age: 12 years; needs ≥ 18 years; Bilirubin: 90 µmol/L; needs ≤ ")
    open_ = case(seen("bilirubin", number("10", "umol/L")), seen("age", number("40", "a")))
    (said,) = turns(small, open_, "gate:drug")
    assert said in {
        "Shuts, if Age: 40 years; needs < 18 years",
        "Shuts, if Bilirubin: 10 µmol/L; needs > the upper limit of Bilirubin × 2 (42 µmol/L)",
        "Shuts, if Bilirubin: 10 µmol/L; needs > 2 × the upper limit of Bilirubin (42 µmol/L)",
    }


def test_a_fact_leads_to_its_entry_and_tells_what_is_known(small: Knowledge) -> None:
    (turn, _other) = Assessor(case(seen("fever", yes())), small, TODAY).turns("ALARM")
    (fact,) = turn.facts
    assert (fact.finding, fact.subject, fact.answer) == ("bilirubin", PATIENT, Answer.UNKNOWN)


def test_what_is_always_so_has_no_turn(small: Knowledge) -> None:
    assert turns(small, case(seen("stage", choice("one"), "L1"), lesions=1), "nothing of this name") == []


# recorded, the facts bring it about


@pytest.mark.slow
@pytest.mark.parametrize("part", range(2))
def test_the_facts_bring_it_about_and_none_is_too_many(part: int) -> None:
    tried = 0
    for vignette in all_vignettes()[part * 7 :: 300]:
        some = case_of(vignette, KNOWLEDGE)
        for name, subject, wanted, facts in _found(Evaluation(some, KNOWLEDGE, TODAY)):
            tried += 1
            when = KNOWLEDGE.recommendations[name].when
            told = f"{vignette.id} {name} {subject} {wanted} {facts}"
            assert _after(some, facts).truth(when, subject) is from_bool(wanted), told
            for fewer in combinations(facts, len(facts) - 1):
                # with the same values: "below 1 year" may need another fact at birth that it does not need later
                then = _as_tried(some, fewer)
                if _all_are_asked(then, some, fewer):
                    assert then.truth(when, subject) is not from_bool(wanted), told
    assert tried > 150


def _all_are_asked(then: Evaluation, before: Case, facts: Iterable[Fact]) -> bool:
    """Whether none of the findings is hidden in the form, unless it was recorded before."""
    recorded = {(one.finding, one.subject) for one in before.observations}
    entered = [(name, fact.subject) for fact in facts for name in fact.reads]
    hidden = (
        name in KNOWLEDGE.relevance and then.truth(KNOWLEDGE.relevance[name], subject).is_false
        for name, subject in entered
        if (name, subject) not in recorded
    )
    return not any(hidden)


def _found(evaluation: Evaluation) -> Iterator[tuple[str, str, bool, Sequence[Fact]]]:
    """Facts that turn conditions of advice, where each can be recorded by itself."""
    counterfactuals = Counterfactuals(evaluation)
    for name, compiled in KNOWLEDGE.recommendations.items():
        for subject in evaluation.lesions if compiled.entry.subject == "lesion" else (PATIENT,):
            for wanted in (True, False):
                ways = counterfactuals.ways(compiled.when, subject, wanted=wanted)
                if evaluation.truth(compiled.when, subject) is from_bool(wanted):
                    continue
                facts = counterfactuals.checked(ways, _is_so(compiled.when, subject, from_bool(wanted))).facts
                stays = {
                    (name, fact.subject) for way in ways.shortest for fact in way if fact.stays for name in fact.reads
                }
                read = [(name, fact.subject) for fact in facts for name in fact.reads]
                alone = len(set(read)) == len(read) == len(facts) and stays.isdisjoint(read)
                if facts and alone and all(map(_is_simple, facts)):
                    yield name, subject, wanted, facts


def _is_so(when: TruthNode, subject: str, truth: Truth) -> Callable[[Evaluation], bool]:
    return lambda then: then.truth(when, subject) is truth


def _is_simple(fact: Fact) -> bool:
    """Whether it reads one entered finding, as it is now, and nothing else answers for that."""
    entered = references(fact.node)
    if len(entered) != 1 or entered[0].derived or entered[0].which:
        return False
    match fact.node:
        case Compare(operator=operator, left=Quantity(), right=Number()):
            return operator not in {"==", "!="}  # "not 1" leaves open which other number
        case ChoiceIn(choice=ChoiceOf()) | Holds() | Overlaps():
            return True
    return False


def _after(some: Case, facts: Iterable[Fact]) -> Evaluation:
    """The case in which these facts are recorded."""
    for fact in facts:
        reference = references(fact.node)[0]
        subject = fact.subject if reference.lesion else PATIENT
        kept = tuple(one for one in some.observations if (one.finding, one.subject) != (reference.name, subject))
        made = Observation(finding=reference.name, subject=subject, value=_value(fact))
        some = replace(some, observations=kept).with_observation(made)
    return Evaluation(some, KNOWLEDGE, TODAY)


def _as_tried(some: Case, facts: Iterable[Fact]) -> Evaluation:
    evaluation = Evaluation(some, KNOWLEDGE, TODAY)
    for fact in facts:
        made = observation(KNOWLEDGE, [fact])
        assert made is not None
        evaluation = evaluation.answered(made.finding, made.subject, ((made,),))
    return evaluation


def _value(fact: Fact) -> Value:
    match fact.node:
        case Holds():
            return YesNoValue(yes=fact.wanted)
        case ChoiceIn(choice=choices, options=options):
            allowed = options if fact.wanted else choices.domain - options
            return ChoiceValue(candidates=(min(allowed),))
        case Overlaps(items=items):
            return ItemsValue(present=items[:1]) if fact.wanted else ItemsValue(absent=items)
        case Compare(left=Quantity(reference=reference), right=Number(value=value)):
            sign = fact.node.operator if fact.wanted else INVERSE[fact.node.operator]
            step = Decimal("0.0001")
            moved = {"<": value - step, ">": value + step, "!=": value + step}.get(sign, value)
            return value_of(KNOWLEDGE.findings[reference.name], moved)
    raise AssertionError(fact)


def test_facts_that_cannot_be_together_are_no_way(small: Knowledge) -> None:
    evaluation = Evaluation(case(seen("size", number("60", "mm"), "L1"), lesions=1), small, TODAY)
    found = Counterfactuals(evaluation)
    rows = small.derived["kind"].rows
    big, middle = (found.ways(row.when, "L1", wanted=True) for row in rows)
    assert evaluation.truth(rows[0].when, "L1") is Truth.TRUE
    not_big = found.ways(rows[0].when, "L1", wanted=False)
    assert found.all_of([not_big, big]).shortest == ()
    less = case(seen("size", number("20", "mm"), "L1"), seen("solid", no(), "L1"), lesions=1)
    other = Counterfactuals(Evaluation(less, small, TODAY))
    both = other.all_of([other.ways(rows[0].when, "L1", wanted=True), _below_ten(other, small)])
    assert both.shortest == ()
    assert middle.shortest


def _below_ten(found: Counterfactuals, small: Knowledge):
    """Ways to have a size below 10 mm, which is no way to have one above 50 mm."""
    parts = small.derived["kind"].rows[1].when.parts
    size = next(part for part in parts if isinstance(part, Compare))
    return found.ways(size, "L1", wanted=False)


def test_what_is_not_asked_of_such_a_patient_is_no_fact_by_itself(tmp_path: Path) -> None:
    findings = FINDINGS + (
        "- {id: expecting, label: Expecting, group: person, subject: patient, type: yes_no,\n"
        "   relevant: 'sex == female', absent_when: 'sex == male', basis: default}\n"
        "- {id: years, label: Years, group: person, subject: patient, type: number, unit: a, hard: [0, 120],\n"
        "   fixed: true}\n"
    )
    rest = REST.replace(
        "- {id: ASK,",
        "- {id: GROWN, title: Grown, subject: patient, kind: inform, action: For all., urgency: none, basis: default,\n"
        "   when: 'years >= 18 and not expecting'}\n- {id: ASK,",
    )
    knowledge, problems = compile_small(tmp_path, findings=findings, rest=rest)
    assert problems == ()
    years = seen("years", number("40", "a"))
    woman, man = (
        case(years, seen("sex", choice("female")), seen("expecting", no())),
        case(years, seen("sex", choice("male"))),
    )
    # of two that are as short, the one that can be otherwise; of a man only his age
    assert turns(knowledge, woman, "GROWN") == ["No longer applies, if Expecting: no; needs yes"]
    assert turns(knowledge, man, "GROWN") == ["No longer applies, if Years: 40 years; needs < 18 years"]


# what is told, of conditions of every kind

MUCH = case(
    seen("fever", yes()),
    seen("pain", yes()),
    seen("rash", yes()),
    seen("risks", items(("a", "b"), ("c",))),
    seen("creatinine", number("150", "umol/L")),
    seen("pulse", number("55", "/min")),
    seen("sex", choice("male")),
    seen("lesion_count", number("2", "1")),
    seen("solid", no(), "L1"),
    lesions=2,
)
CHECKED = case(seen("checked", yes()))
TOLD: list[tuple[str, Case, list[str]]] = [
    # items: one of them, none of them, and what cannot be together
    (
        "overlaps(risks, {a, b}) and not overlaps(risks, {b, c})",
        case(),
        [
            "Yes, if Risks: not recorded; needs not B or C; Risks: not recorded; needs one of: Some",
            "No, if Risks: not recorded; needs not one of: Some",
        ],
    ),
    (
        "overlaps(risks, {a, b}) and not overlaps(risks, {b, c})",
        MUCH,
        ["Yes, if Risks: A, B; none of the others; needs not B or C"],
    ),
    ("overlaps(risks, {a}) and not overlaps(risks, {a, b})", case(), ["No, if Risks: not recorded; needs not A"]),
    (
        "not overlaps(risks, {a, b}) and overlaps(risks, {a})",
        case(),
        ["No, if Risks: not recorded; needs one of: Some"],
    ),
    (
        "overlaps(risks, {a}) and overlaps(risks, {b})",
        case(),
        [
            "Yes, if Risks: not recorded; needs A; Risks: not recorded; needs B",
            "No, if Risks: not recorded; needs not A",
        ],
    ),
    (
        "overlaps(risks, {a}) and overlaps(risks, {a, b})",
        case(),
        ["Yes, if Risks: not recorded; needs A", "No, if Risks: not recorded; needs not A"],
    ),
    (
        "overlaps(risks, {a, b}) and overlaps(risks, {b, a})",
        case(),
        ["Yes, if Risks: not recorded; needs one of: Some", "No, if Risks: not recorded; needs not one of: Some"],
    ),
    (
        "not overlaps(risks, {a, b}) and not overlaps(risks, {b, a})",
        case(),
        ["Yes, if Risks: not recorded; needs not one of: Some", "No, if Risks: not recorded; needs one of: Some"],
    ),
    ("sex == male and sex == female", case(), ["No, if Sex: not recorded; needs not Male"]),
    # of ways that contain each other the shortest is kept, and the others beside them too
    (
        "(fever or (fever and pain) or (pain and a in risks)) and not fever",
        case(),
        [
            "Yes, if Fever: not recorded; needs no; Pain: not recorded; needs yes; Risks: not recorded; needs A",
            "No, if Fever: not recorded; needs yes",
        ],
    ),
    # counts
    (
        "count_true(fever, pain, rash) < 2",
        CHECKED,
        [
            "Yes, if Fever: not recorded; needs no",
            "No, if Fever: not recorded; needs yes; Pain: not recorded; needs yes",
        ],
    ),
    (
        "count_true(fever, pain, rash) > 1",
        CHECKED,
        [
            "Yes, if Fever: not recorded; needs yes; Pain: not recorded; needs yes",
            "No, if Fever: not recorded; needs no",
        ],
    ),
    ("count_true(fever, pain, rash) <= 1", MUCH, ["Yes, if Fever: yes; needs no; Pain: yes; needs no"]),
    (
        "count_true(fever, pain, rash) >= 1",
        CHECKED,
        [
            "Yes, if Fever: not recorded; needs yes",
            "No, if Fever: not recorded; needs no; Pain: not recorded; needs no",
        ],
    ),
    (
        "count_true(fever, pain, rash) == 1",
        case(),
        [
            "Yes, if how many of these hold: 0 to 3; needs = 1",
            "No, if how many of these hold: 0 to 3; needs ≠ 1",
        ],
    ),
    # what another finding answers has to be said itself where that is otherwise
    (
        "not checked and not rash",
        CHECKED,
        ["Yes, if All checked and normal: yes; needs no; Rash: not recorded; needs no"],
    ),
    (
        "not checked and pulse >= 60",
        case(),
        [
            "Yes, if All checked and normal: not recorded; needs no; Pulse: not recorded; needs ≥ 60 /min",
            "No, if All checked and normal: not recorded; needs yes",
        ],
    ),
    (
        "pulse > 50 and pulse < 95",
        case(),
        ["Yes, if All checked and normal: not recorded; needs yes", "No, if Pulse: not recorded; needs ≤ 50 /min"],
    ),
    (
        "pulse < 60",
        CHECKED,
        ["Yes, if Pulse: not recorded; needs < 60 /min", "No, if Pulse: not recorded; needs ≥ 60 /min"],
    ),
    ("not shape == round", CHECKED, ["Yes, if Shape: not recorded; needs not Round"]),
    (
        "shape == odd or rash",
        case(),
        ["Yes, if Shape: not recorded; needs Odd", "No, if All checked and normal: not recorded; needs yes"],
    ),
    # both ends of a stretch; what the other fact says already is left out
    (
        "creatinine > 100 and creatinine <= 200",
        case(),
        [
            "Yes, if Creatinine: not recorded; needs > 100 µmol/L; Creatinine: not recorded; needs ≤ 200 µmol/L",
            "No, if Creatinine: not recorded; needs ≤ 100 µmol/L",
        ],
    ),
    (
        "creatinine > 100 and creatinine > 50 and creatinine >= 100",
        case(),
        [
            "Yes, if Creatinine: not recorded; needs > 100 µmol/L",
            "No, if Creatinine: not recorded; needs ≤ 100 µmol/L",
        ],
    ),
    (
        "creatinine == 100 and creatinine > 90",
        case(),
        [
            "Yes, if Creatinine: not recorded; needs = 100 µmol/L",
            "No, if Creatinine: not recorded; needs ≠ 100 µmol/L",
        ],
    ),
    ("creatinine > 100 and creatinine <= 100", case(), ["No, if Creatinine: not recorded; needs ≤ 100 µmol/L"]),
    (
        "sex == male and not sex == female",
        case(),
        ["Yes, if Sex: not recorded; needs not Female", "No, if Sex: not recorded; needs not Male"],
    ),
    ("fever and not fever", case(), ["No, if Fever: not recorded; needs no"]),
    # an earlier value cannot be recorded to try it
    (
        "previous(creatinine) > 100",
        case(),
        [
            "Yes, if Creatinine before: not recorded; needs > 100 µmol/L",
            "No, if Creatinine before: not recorded; needs ≤ 100 µmol/L",
        ],
    ),
    # lesions
    ("any_lesion(solid)", MUCH, ["Yes, if Solid: not recorded; needs yes", "No, if Solid: not recorded; needs no"]),
    ("every_lesion(solid)", MUCH, ["Yes, if Solid: no; needs yes; Solid: not recorded; needs yes"]),
    ("any_lesion(solid)", case(), ["Yes, if for any lesion", "No, if must not be so: for any lesion"]),
    (
        "any_lesion(stage == one)",
        MUCH,
        [
            "Yes, if Stage: not recorded; needs One; Fever: yes; needs no",
            "No, if Stage: not recorded; needs not One; Stage: not recorded; needs not One; Fever: yes; needs no",
        ],
    ),
]


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """The tiny knowledge with a derived finding for each of these conditions."""
    made = "".join(
        f"- {{id: rule_{at}, label: Rule, subject: patient, type: yes_no, basis: default, expr: {rule!r}}}\n"
        for at, (rule, _some, _told) in enumerate(TOLD)
    )
    knowledge, problems = compile_small(
        tmp_path_factory.mktemp("ruled"), rest=REST.replace("derived:\n", f"derived:\n{made}")
    )
    assert problems == ()
    return knowledge


@pytest.mark.parametrize("at", range(len(TOLD)), ids=lambda at: TOLD[at][0])
def test_each_kind_of_condition_says_what_would_turn_it(ruled: Knowledge, at: int) -> None:
    _rule, some, told = TOLD[at]
    assert turns(ruled, some, f"rule_{at}") == told


# what is not recorded; only requests and the like may read that


@pytest.mark.parametrize(
    ("rule", "some", "told"),
    [
        # what is needed of it has to be recorded
        (
            "missing(creatinine) and creatinine > 100",
            case(),
            ["Is excluded, if Creatinine: not recorded; needs ≤ 100 µmol/L"],
        ),
        # but not what another finding answers for it
        (
            "missing(pulse) and pulse <= 90 and fever",
            CHECKED,
            ["Applies, if Fever: not recorded; needs yes", "Is excluded, if Fever: not recorded; needs no"],
        ),
    ],
)
def test_what_is_missing_stays_so_unless_something_is_needed_of_it(
    tmp_path: Path, rule: str, some: Case, told: list[str]
) -> None:
    knowledge, problems = compile_small(tmp_path, rest=REST.replace("missing(age)", rule))
    assert problems == ()
    assert turns(knowledge, some, "ASK") == told


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("not missing(pulse) and not missing(shape)", "Its condition holds"),
        ("pulse > creatinine and pulse > bilirubin", "Applies"),
    ],
)
def test_what_stands_for_an_absence_is_no_value_and_nothing_to_compare_with(
    tmp_path: Path, rule: str, text: str
) -> None:
    """That all was checked would do neither, so it is no shorter way."""
    findings = FINDINGS.replace("unit: /min, hard: [10, 300]", "unit: umol/L, hard: [10, 300]")
    knowledge, problems = compile_small(tmp_path, findings=findings, rest=REST.replace("missing(age)", rule))
    assert problems == ()
    found = {turn.turns: turn for turn in Assessor(case(), knowledge, TODAY).turns("ASK")}
    turn = next(turn for said, turn in found.items() if said.lower() == text.lower())
    assert (len(turn.facts), turn.shortest, turn.none_up_to) == (2, True, 1)


@pytest.mark.parametrize(
    ("age_limit", "told"),
    [
        ("", "Opens, if All checked and normal: not recorded; needs yes"),
        ("max_age_days_for_gates: 7, ", "Opens, if Pulse: not recorded; needs "),
    ],
)
def test_what_answers_for_a_finding_opens_a_gate_unless_that_wants_a_fresh_measurement(
    tmp_path: Path, age_limit: str, told: str
) -> None:
    findings = FINDINGS.replace("absent_range: [51, 90]", f"{age_limit}absent_range: [51, 90]")
    rest = REST.replace('requires: "age >= 18"', 'requires: "pulse >= 50 and pulse <= 95"')
    knowledge, problems = compile_small(tmp_path, findings=findings, rest=rest)
    assert problems == ()
    assert turns(knowledge, case(seen("bilirubin", number("10", "umol/L"))), "gate:drug")[0].startswith(told)


# what is recorded to try a way


@pytest.mark.parametrize(
    ("rule", "recorded"),
    [
        ("pulse >= 60", "60"),
        ("pulse > 60", "61"),
        ("pulse < 60", "59"),
        ("pulse > 50 and pulse < 95", "51"),
        ("creatinine >= 100 and creatinine <= 100", "100"),
        ("creatinine > 100 and creatinine < 101", None),
    ],
)
def test_a_number_is_tried_at_the_threshold_that_it_has_to_cross(
    tmp_path: Path, rule: str, recorded: str | None
) -> None:
    knowledge, problems = compile_small(tmp_path, rest=REST.replace("missing(age)", rule))
    assert problems == ()
    search = Counterfactuals(Evaluation(case(), knowledge, TODAY))
    way = next(
        way
        for way in search.ways(knowledge.recommendations["ASK"].when, PATIENT, wanted=True).shortest
        if all("checked" not in fact.reads for fact in way)
    )
    made = observation(knowledge, list(way))
    assert (None if made is None else made.value) == (
        None if recorded is None else number(recorded, knowledge.findings[rule.split(maxsplit=1)[0]].unit)
    )
