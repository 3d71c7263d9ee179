"""The fewest facts: what is said to be proved is so, and what is not proved is said; ranks of causes, and scores."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import combinations, product
from pathlib import Path
from random import Random

import pytest

from hepalith.decision import score_ways
from hepalith.decision.answers import Answers, Open
from hepalith.decision.assess import Assessor
from hepalith.decision.causes import rank_causes
from hepalith.decision.counterfactuals import NEVER, NOTHING, Counterfactuals, Found, Ways, findings_in
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.explain import Explainer
from hepalith.decision.rank_ways import RankWays, leading
from hepalith.decision.score_ways import score_turns
from hepalith.decision.turns import Turns, _better
from hepalith.domain.assessment import Turn
from hepalith.domain.case import PATIENT, Case
from hepalith.domain.truth import from_bool
from hepalith.domain.words import turn_text
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.tree import TruthNode
from hepalith.knowledge.uses import trees_of
from support.building import case, choice, items, no, number, seen, yes
from support.small import FINDINGS, REST, compile_small

TODAY = date(2026, 6, 1)


def turns(knowledge: Knowledge, some: Case, item: str, subject: str = PATIENT) -> dict[str, Turn]:
    """What would change something, by what it would be."""
    return {turn.turns: turn for turn in Assessor(some, knowledge, TODAY).turns(item, subject)}


# what is proved is so

RULES = (
    "(fever and pain and solid_one) or (bilirubin > 50 and a in risks) or (sex == male and b in risks and age > 60)",
    "(fever or pain) and (pain or a in risks) and (a in risks or fever) and age > 20",
    "count_true(fever, pain, a in risks, age > 70, sex == male) >= 3 and not (fever and pain)",
    "not (fever and (pain or age > 50)) and (age > 40 or creatinine > 100) and creatinine < 200",
    "pulse >= 50 and shape == round and not rash and (rash or not fever)",
)
CASES = (
    case(),
    case(seen("fever", no()), seen("pain", no()), seen("age", number("30", "a"))),
    case(
        seen("fever", yes()),
        seen("pain", yes()),
        seen("age", number("80", "a")),
        seen("bilirubin", number("9", "umol/L")),
    ),
)


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """The tiny knowledge with derived findings of these rules."""
    made = "".join(
        f"- {{id: rule_{at}, label: Rule {at}, subject: patient, type: yes_no, basis: default, expr: {rule!r}}}\n"
        for at, rule in enumerate(RULES)
    ).replace("solid_one", "any_lesion(solid)")
    rest = REST.replace("derived:\n", f"derived:\n{made}")
    knowledge, problems = compile_small(tmp_path_factory.mktemp("ruled"), rest=rest)
    assert problems == ()
    return knowledge


@pytest.mark.parametrize("most", [1, 2, 6])
@pytest.mark.parametrize("some", CASES)
def test_no_fewer_findings_do_it_than_is_proved(ruled: Knowledge, some: Case, most: int) -> None:
    evaluation = Evaluation(some, ruled, TODAY)
    proved = 0
    for at, _rule in enumerate(RULES):
        tree = ruled.derived[f"rule_{at}"].tree
        for wanted in (True, False):
            if evaluation.truth(tree, PATIENT) is from_bool(wanted):
                continue
            search = Counterfactuals(evaluation, most)
            found = search.checked(search.ways(tree, PATIENT, wanted=wanted), _is_so(tree, wanted))
            fewest = next((size for size in (1, 2) if _can(evaluation, tree, wanted, size)), 3)
            assert found.none_up_to < fewest, (at, wanted)
            assert not found.is_shortest or findings_in(found.facts) <= fewest, (at, wanted)
            proved += found.is_shortest
    assert proved >= (3 if most == 1 else 5)


def _is_so(tree: TruthNode, wanted: bool) -> Callable[[Evaluation], bool]:
    return lambda then: then.truth(tree, PATIENT) is from_bool(wanted)


def _can(evaluation: Evaluation, tree: TruthNode, wanted: bool, size: int) -> bool:
    """Whether answers to so many findings make a condition so: every one is tried."""
    answers = Answers(evaluation.knowledge, [tree])
    places = [one for name in evaluation.knowledge.findings if (one := answers.every(name, PATIENT, evaluation))]
    return any(
        _after(evaluation, some, chosen).truth(tree, PATIENT) is from_bool(wanted)
        for some, chosen in _all(places, size)
    )


def _all(places: list[Open], size: int) -> Iterator[tuple[tuple[Open, ...], tuple[int, ...]]]:
    for some in combinations(places, size):
        for chosen in product(*(range(len(one.observations)) for one in some)):
            yield some, chosen


def _after(evaluation: Evaluation, some: tuple[Open, ...], chosen: tuple[int, ...]) -> Evaluation:
    for one, at in zip(some, chosen, strict=True):
        evaluation = evaluation.answered(one.finding, one.subject, ((one.observations[at],),))
    return evaluation


def test_what_answers_for_several_findings_is_shorter_than_each_of_them(ruled: Knowledge) -> None:
    some = case(seen("fever", no()))
    assert [turn_text(turn) for turn in turns(ruled, some, "rule_4").values() if turn.turns == "yes"] == [
        "Yes, if All checked and normal: not recorded; needs yes"
    ]


# what is not proved is said

LONG = " and ".join(
    f"(x{at} or x{(at * 3 + 1) % 23} or x{(at * 7 + 2) % 23} or x{(at * 5 + 4) % 23})" for at in range(23)
)


def test_what_is_not_proved_to_be_the_fewest_is_said(tmp_path: Path) -> None:
    many = "".join(
        f"- {{id: x{at}, label: X{at}, group: person, subject: patient, type: yes_no}}\n" for at in range(23)
    )
    rest = REST.replace(
        "derived:\n",
        f'derived:\n- {{id: long, label: Long, subject: patient, type: yes_no, expr: "{LONG}", basis: default}}\n',
    )
    knowledge, problems = compile_small(tmp_path, findings=FINDINGS + many, rest=rest)
    assert problems == ()
    turn = turns(knowledge, case(), "long")["yes"]
    assert not turn.shortest
    assert 0 < turn.none_up_to < len(turn.facts) - 1
    assert turn_text(turn).endswith(f"(perhaps not the fewest; up to {turn.none_up_to} findings are not enough)")
    assert turns(knowledge, case(), "long")["no"].shortest


def test_nothing_is_told_of_what_can_never_be(small: Knowledge) -> None:
    assert "is confirmed" not in turns(small, case(lesions=1), "BAD", "L1")
    evaluation = Evaluation(case(lesions=1), small, TODAY)
    search = Counterfactuals(evaluation)
    assert search.checked(search.any_of([]), lambda _then: True).none_up_to >= NEVER - 1


# what was left out


def test_what_is_left_out_of_two_is_as_long_as_both_less_what_they_share(small: Knowledge) -> None:
    search = Counterfactuals(Evaluation(case(), small, TODAY))
    assert search.all_of([Ways((), beyond=2, changes=0b0001), Ways((), beyond=3, changes=0b0110)]).beyond == 5
    assert search.all_of([Ways((), beyond=2, changes=0b0011), Ways((), beyond=3, changes=0b0111)]).beyond == 3
    either = search.any_of([Ways((), beyond=2, changes=0b010), Ways((), beyond=3, changes=0b100)])
    assert (either.beyond, either.changes) == (2, 0b110)


def test_an_argument_that_is_too_light_alone_leaves_nothing_out_of_one_that_is_enough_alone(small: Knowledge) -> None:
    search = Counterfactuals(Evaluation(case(), small, TODAY))
    tree = small.derived["ill"].tree
    assert isinstance(tree, TruthNode)
    enough = search.ways(tree, PATIENT, wanted=True)
    assert enough.beyond == NEVER
    assert search.at_least([(1, Ways((), beyond=1)), (2, enough)], 2) == enough
    assert search.at_least([(1, enough)], -1) == NOTHING


def test_no_more_ways_are_kept_than_are_wanted_and_how_long_the_others_are_is_known(small: Knowledge) -> None:
    search = Counterfactuals(Evaluation(case(), small, TODAY), most=1)
    tree = small.derived["ill"].tree
    assert isinstance(tree, TruthNode)
    found = search.ways(tree, PATIENT, wanted=True)
    assert (len(found.shortest), found.beyond) == (1, 1)


def test_of_two_searches_the_fewer_findings_count_and_all_that_either_proved(small: Knowledge) -> None:
    search = Counterfactuals(Evaluation(case(), small, TODAY))
    tree = small.derived["ill"].tree
    assert isinstance(tree, TruthNode)
    one, two = (tuple(search.ways(tree, PATIENT, wanted=wanted).shortest[0]) for wanted in (True, False))
    assert _better(Found((), 0), Found(two, 1)) == _better(Found(two, 1), Found((), 0)) == Found(two, 1)
    assert _better(Found(two, 1), Found(one, 0)) == Found(one, 1)


WIDELY = """- {id: widely, label: Widely, subject: patient, type: choice, classification: true, basis: default,
   choices: [{id: found, label: Found}, {id: rest, label: Rest}], otherwise: rest,
   rows: [{id: r1, when: "(x0 or x1 or x2 or x3 or x4 or x5 or x6) and not x0 and not x1 and not x2 and not x3
     and not x4 and not x5", then: found}]}
"""


def test_a_class_that_only_the_wider_search_reaches_is_told(tmp_path: Path) -> None:
    many = "".join(f"- {{id: x{at}, label: X{at}, group: person, subject: patient, type: yes_no}}\n" for at in range(7))
    rest = REST.replace("derived:\n", f"derived:\n{WIDELY}")
    knowledge, problems = compile_small(tmp_path, findings=FINDINGS + many, rest=rest)
    assert problems == ()
    some = case(*(seen(f"x{at}", no()) for at in range(7)))
    (fact,) = turns(knowledge, some, "widely")["Found"].facts
    assert fact.text == "X6: no; needs yes"


# ranks


def test_a_cause_says_what_would_make_it_lead(small: Knowledge) -> None:
    some = case(seen("solid", yes(), "L1"), seen("size", number("15", "mm"), "L1"), lesions=1)
    evaluation = Evaluation(some, small, TODAY)
    assert leading(evaluation, "L1") == ("BAD",)
    (fact,) = turns(small, some, "BENIGN", "L1")["leads"].facts
    assert fact.text == "Solid: yes; needs no"
    assert turns(small, some, "BAD", "L1")["no longer leads"].shortest
    healed = case(seen("solid", no(), "L1"), seen("size", number("15", "mm"), "L1"), lesions=1)
    assert leading(Evaluation(healed, small, TODAY), "L1") == ("BENIGN",)


THIRD = """- {id: THIRD, label: Third, class: benign, subject: lesion, basis: default, for: [
    {when: pain, strength: 2, text: p}, {when: fever, strength: 1, text: f}, {when: a in risks, strength: 2, text: a}]}
"""


def test_one_argument_may_not_be_enough_to_lead(tmp_path: Path) -> None:
    rest = REST.replace('{when: "solid", strength: 4', '{when: "stage == one", strength: 3')
    rest = rest.replace('  excluded_when: "age < 5"\n', "").replace("conditions:\n", f"conditions:\n{THIRD}")
    knowledge, problems = compile_small(tmp_path, rest=rest)
    assert problems == ()
    some = case(seen("size", number("30", "mm"), "L1"), seen("stage", choice("one"), "L1"), lesions=1)
    some = some.with_observation(seen("solid", yes(), "L1"))
    assert [cause.points for cause in rank_causes(Evaluation(some, knowledge, TODAY))] == [4]
    turn = turns(knowledge, some, "THIRD", "L1")["leads"]
    # one alone weighs 1 or 2 of the 4; or the other loses its only argument, and one speaks for this
    assert len(turn.facts) == 2
    assert (turn.shortest, turn.none_up_to) == (True, 1)


RIVALS = """conditions:
- {id: A, label: A, class: benign, subject: lesion, basis: default, confirmed_when: x8,
   for: [{when: x1, strength: 2, text: "1"}, {when: x2, strength: 2, text: "2"}],
   against: [{when: x3, strength: 1, text: "3"}]}
- {id: B, label: B, class: benign, subject: lesion, basis: default, excluded_when: x6, confirmed_when: x0,
   for: [{when: x4, strength: 2, text: "4"}, {when: x5, strength: 3, text: "5"}],
   against: [{when: x2, strength: 2, text: "2"}]}
- {id: C, label: C, class: benign, subject: lesion, basis: default,
   for: [{when: x7, strength: 3, text: "7"}, {when: x1, strength: 1, text: "1"}],
   against: [{when: x5, strength: 2, text: "5"}]}
- {id: D, label: D, class: benign, subject: lesion, basis: default, excluded_when: x2,
   for: [{when: x4, strength: 1, text: "4"}, {when: x9, strength: 4, text: "9"}]}
- {id: E, label: E, class: benign, subject: lesion, basis: default,
   for: [{when: x3, strength: 2, text: "3"}, {when: x6, strength: 2, text: "6"}, {when: x7, strength: 1, text: "7"}]}
- {id: F, label: F, class: benign, subject: lesion, basis: default, for: [{when: x6, strength: 4, text: "6"}]}
"""


@pytest.fixture(scope="module")
def rivals(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """Six causes that share arguments; some can be confirmed or excluded."""
    of_lesion = "".join(
        f"- {{id: x{at}, label: X{at}, group: spot, subject: lesion, type: yes_no}}\n" for at in range(10)
    )
    before, after = REST.split("conditions:\n")[0], REST[REST.index("recommendations:") :]
    folder = tmp_path_factory.mktemp("rivals")
    knowledge, problems = compile_small(folder, findings=FINDINGS + of_lesion, rest=before + RIVALS + after)
    assert problems == ()
    return knowledge


def test_no_fewer_findings_make_another_cause_lead_than_is_proved(rivals: Knowledge) -> None:
    trees = [tree for name in rivals.conditions for tree in trees_of(rivals, ("conditions", name))]
    chosen = Random(1)  # noqa: S311 (examples)
    proved = 0
    for at in range(24):
        answers = [yes(), no(), None] if at % 2 else [yes(), None, None, None]
        told = {f"x{number}": chosen.choice(answers) for number in range(10)}
        some = case(*(seen(name, value, "L1") for name, value in told.items() if value), lesions=1)
        evaluation = Evaluation(some, rivals, TODAY)
        places = [one for name in told if (one := Answers(rivals, trees).every(name, "L1", evaluation))]
        led = {size: [set(leading(_after(evaluation, *one), "L1")) for one in _all(places, size)] for size in (1, 2)}
        for name in rivals.conditions:
            search = Counterfactuals(evaluation)
            leads = name in leading(evaluation, "L1")
            ways = (RankWays(evaluation, search).loses if leads else RankWays(evaluation, search).leads)(name, "L1")
            found = search.checked(ways, _leads(name, wanted=not leads))
            fewest = next((size for size in (1, 2) if any((name in after) is not leads for after in led[size])), 0)
            if fewest:
                assert found.none_up_to < fewest, (told, name)
                assert findings_in(found.facts) <= fewest or not found.is_shortest, (told, name)
                proved += found.is_shortest
    assert proved >= 116


NOT_RANKED = """conditions:
- {id: LED, label: Led, class: benign, subject: lesion, basis: default,
   for: [{when: fever, strength: 2, text: f}, {when: pain, strength: 2, text: p}]}
- {id: OTHER, label: Other, class: benign, subject: lesion, basis: default, for: [{when: solid, strength: 4, text: s}]}
"""


def test_a_cause_for_which_nothing_speaks_yet_could_lead_with_one_finding(tmp_path: Path) -> None:
    """It is not looked at, so two findings that take the lead from another are not said to be the fewest."""
    before, after = REST.split("conditions:\n")[0], REST[REST.index("recommendations:") :]
    knowledge, problems = compile_small(tmp_path, rest=before + NOT_RANKED + after)
    assert problems == ()
    some = case(seen("fever", yes()), seen("pain", yes()), seen("solid", no(), "L1"), lesions=1)
    assert leading(Evaluation(some, knowledge, TODAY), "L1") == ("LED",)
    assert leading(Evaluation(some.with_observation(seen("solid", yes(), "L1")), knowledge, TODAY), "L1") == ("OTHER",)
    turn = turns(knowledge, some, "LED", "L1")["no longer leads"]
    assert {fact.finding for fact in turn.facts} == {"fever", "pain"}
    assert (turn.shortest, turn.none_up_to) == (False, 0)


@pytest.mark.parametrize(
    ("name", "recorded_yes", "recorded_no", "fewest"),
    [("B", "138", "0569", 2), ("A", "068", "123459", 1), ("B", "34", "0267", 1), ("B", "02357", "468", 1)],
)
def test_a_point_more_or_less_is_told_apart(
    rivals: Knowledge, name: str, recorded_yes: str, recorded_no: str, fewest: int
) -> None:
    """To lead it is enough to be level with another; to lead no longer, another has to be before it."""
    told = [seen(f"x{at}", yes(), "L1") for at in recorded_yes] + [seen(f"x{at}", no(), "L1") for at in recorded_no]
    evaluation = Evaluation(case(*told, lesions=1), rivals, TODAY)
    search, leads = Counterfactuals(evaluation), name in leading(evaluation, "L1")
    ways = RankWays(evaluation, search)
    found = search.checked((ways.loses if leads else ways.leads)(name, "L1"), _leads(name, wanted=not leads))
    assert (findings_in(found.facts), found.none_up_to) == (fewest, fewest - 1)


CONFIRMED = """conditions:
- {id: A, label: A, class: benign, subject: lesion, basis: default, confirmed_when: solid,
   for: [{when: a in risks, strength: 2, text: a}]}
- {id: B, label: B, class: benign, subject: lesion, basis: default, confirmed_when: fever or pain,
   for: [{when: rash, strength: 1, text: r}, {when: sex == male, strength: 1, text: m}]}
"""


def test_between_two_causes_that_are_confirmed_points_decide(tmp_path: Path) -> None:
    """With two points each both lead; with one and two the other leads alone."""
    before, after = REST.split("conditions:\n")[0], REST[REST.index("recommendations:") :]
    knowledge, problems = compile_small(tmp_path, rest=before + CONFIRMED + after)
    assert problems == ()
    known = [seen(name, yes()) for name in ("fever", "pain", "rash")] + [seen("risks", items((), ("a", "b", "c")))]
    for sex, cause, text in (("male", "A", "leads"), ("female", "B", "no longer leads")):
        some = case(*known, seen("solid", yes(), "L1"), seen("sex", choice(sex)), lesions=1)
        assert leading(Evaluation(some, knowledge, TODAY), "L1") == ("B",)
        (fact,) = turns(knowledge, some, cause, "L1")[text].facts
        assert fact.finding == "risks"


def test_the_weakest_argument_is_enough_where_nothing_speaks_for_another(tmp_path: Path) -> None:
    before, after = REST.split("conditions:\n")[0], REST[REST.index("recommendations:") :]
    weak = NOT_RANKED.replace("when: solid, strength: 4", "when: solid, strength: 1")
    knowledge, problems = compile_small(tmp_path, rest=before + weak + after)
    assert problems == ()
    some = case(seen("fever", no()), seen("pain", no()), lesions=1)
    (fact,) = turns(knowledge, some, "OTHER", "L1")["leads"].facts
    assert fact.finding == "solid"


def test_where_all_other_causes_were_looked_at_the_fewest_are_proved(tmp_path: Path) -> None:
    before, after = REST.split("conditions:\n")[0], REST[REST.index("recommendations:") :]
    ranked = NOT_RANKED.replace("when: solid, strength: 4", "when: solid, strength: 1")
    knowledge, problems = compile_small(tmp_path, rest=before + ranked + after)
    assert problems == ()
    some = case(seen("fever", yes()), seen("pain", yes()), seen("solid", yes(), "L1"), lesions=1)
    turn = turns(knowledge, some, "LED", "L1")["no longer leads"]
    assert {fact.finding for fact in turn.facts} == {"fever", "pain"}
    assert (turn.shortest, turn.none_up_to) == (True, 1)


def _leads(name: str, *, wanted: bool) -> Callable[[Evaluation], bool]:
    return lambda then: (name in leading(then, "L1")) is wanted


# scores


def test_a_score_says_what_brings_it_over_the_next_place(small: Knowledge) -> None:
    some = case(seen("bilirubin", number("10", "umol/L")), seen("fever", no()))
    (turn,) = Assessor(some, small, TODAY).turns("total")
    assert turn_text(turn) in {
        "> 2 (Total), if Bilirubin: 10 µmol/L; needs 34 µmol/L or more",
        "> 2 (Total), if Fever: no; needs yes",
    }


def test_a_score_that_needs_two_findings_says_so(tmp_path: Path) -> None:
    rest = REST.replace('relevant: "total > 2"', 'relevant: "total >= 4"')
    knowledge, problems = compile_small(tmp_path, rest=rest)
    assert problems == ()
    some = case(seen("bilirubin", number("40", "umol/L")), seen("fever", no()))
    evaluation = Evaluation(some, knowledge, TODAY)
    (turn,) = Turns(evaluation, Explainer(evaluation)).of("total")
    assert [fact.text for fact in turn.facts] in (
        ["Bilirubin: 40 µmol/L; needs above 51 µmol/L"],
        ["Fever: no; needs yes"],
    )
    low = case(seen("bilirubin", number("10", "umol/L")), seen("fever", no()))
    (turn,) = turns(compile_small(tmp_path, rest=rest.replace("total >= 4", "total >= 5"))[0], low, "total").values()
    assert {fact.finding for fact in turn.facts} == {"bilirubin", "fever"}
    assert (turn.shortest, turn.none_up_to) == (True, 1)
    (turn,) = turns(compile_small(tmp_path, rest=rest.replace("total >= 4", "total >= 6"))[0], low, "total").values()
    assert turn_text(turn) == "≥ 6 (Total): no facts were found that do it; up to 2 findings are not enough"


SCORES = """- {id: first, label: First, subject: patient, type: number, unit: "1", basis: default,
   rows: [{id: low, when: "bilirubin < 34", then: 0}, {id: middle, when: "bilirubin < 51", then: 1}], otherwise: 2}
- {id: second, label: Second, subject: patient, type: number, unit: "1", basis: default,
   rows: [{id: low, when: "creatinine < 100", then: 0}, {id: middle, when: "creatinine < 200", then: 1}], otherwise: 2}
- {id: both, label: Both, subject: patient, type: number, unit: "1", classification: true, basis: default,
   expr: "first + second", relevant: "both >= 3"}
- {id: three, label: Three of four, subject: patient, type: number, unit: "1", classification: true, basis: default,
   expr: "count_true(fever, pain, a in risks, sex == male)", relevant: "three >= 3"}
- {id: four, label: All four, subject: patient, type: number, unit: "1", classification: true, basis: default,
   expr: "count_true(fever, pain, a in risks, sex == male)", relevant: "four >= 4"}
- {id: often, label: Read often, subject: patient, type: number, unit: "1", classification: true, basis: default,
   expr: "count_true(fever, pain, a in risks, sex == male)",
   relevant: "often > 0 and often > 1 and often > 2 and often > 3"}
- {id: made, label: Made of three, subject: patient, type: number, unit: "1", classification: true, basis: default,
   expr: "bilirubin / creatinine + age / age", relevant: "made > 1000"}
- {id: moved, label: Three and a ratio, subject: patient, type: number, unit: "1", classification: true, basis: default,
   expr: "count_true(fever, pain, a in risks) + age / age", relevant: "moved >= 4"}
- {id: sizes, label: All sizes, subject: patient, type: number, unit: mm, classification: true, basis: default,
   expr: "sum_lesions(size)", relevant: "sizes > 90"}
"""
NORMAL = case(
    *(seen(name, no()) for name in ("fever", "pain")),
    seen("risks", items((), ("a", "b", "c"))),
    seen("sex", choice("female")),
    seen("bilirubin", number("10", "umol/L")),
    seen("creatinine", number("50", "umol/L")),
    seen("age", number("40", "a")),
    seen("lesion_count", number("2", "1")),
    seen("size", number("20", "mm"), "L1"),
    seen("size", number("30", "mm"), "L2"),
    lesions=2,
)


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    """A case with scores that are low."""
    findings = FINDINGS.replace("hard: [0.5, 500]", "hard: [1, 500]")
    rest = REST.replace("derived:\n", f"derived:\n{SCORES}")
    knowledge, problems = compile_small(tmp_path_factory.mktemp("scored"), findings=findings, rest=rest)
    assert problems == ()
    return Evaluation(NORMAL, knowledge, TODAY)


def test_every_answer_that_is_told_of_a_score_does_it_with_the_others(scored: Evaluation) -> None:
    (turn,) = score_turns(scored, "both", PATIENT)
    assert [len(one.answers) for one in turn.answers] == [2, 1]  # 1 and 2, or 2 and 2; 1 and 1 would not be enough
    for chosen in product(*(one.answers for one in turn.answers)):
        then = scored
        for one, answer in zip(turn.answers, chosen, strict=True):
            recorded = one.open.observations[one.open.answers.index(answer)]
            then = then.answered(one.open.finding, one.open.subject, ((recorded,),))
        assert then.truth(turn.read.compare, PATIENT) is from_bool(turn.wanted)


def test_a_score_is_searched_for_among_the_answers_to_three_findings(scored: Evaluation) -> None:
    (three,), (four,) = score_turns(scored, "three", PATIENT), score_turns(scored, "four", PATIENT)
    assert (len(three.answers), three.none_up_to) == (3, 2)
    assert (len(four.answers), four.none_up_to) == (0, 3)


def test_of_a_score_the_nearest_places_are_shown(scored: Evaluation) -> None:
    shown = list(score_turns(scored, "often", PATIENT))
    assert [(str(one.read.compare.right.value), one.wanted) for one in shown] == [("0", True), ("1", True), ("2", True)]


def test_of_a_score_in_which_a_place_moves_only_one_finding_is_tried_out(scored: Evaluation) -> None:
    """Where a value matters depends on the others, so not every pair of answers was tried."""
    (turn,) = score_turns(scored, "made", PATIENT)
    assert (turn.answers, turn.none_up_to) == ((), 1)


def test_answers_to_three_findings_are_not_said_to_be_the_fewest_where_a_place_moves(scored: Evaluation) -> None:
    (turn,) = Turns(scored, Explainer(scored)).of("moved")
    assert len(turn.facts) == 3
    assert (turn.shortest, turn.none_up_to) == (False, 1)


def test_a_score_over_lesions_is_turned_by_any_of_them(scored: Evaluation) -> None:
    (turn,) = score_turns(scored, "sizes", PATIENT)
    (one,) = turn.answers
    assert (one.open.finding, one.open.subject) == ("size", "L1")


@pytest.mark.parametrize(("most", "found", "none_up_to"), [(15, 2, 1), (14, 0, 1), (6, 0, 1), (5, 0, 0)])
def test_more_answers_than_the_bound_are_not_tried_and_nothing_is_said_of_them(
    scored: Evaluation, monkeypatch: pytest.MonkeyPatch, most: int, found: int, none_up_to: int
) -> None:
    """Three answers to each of two findings, then the nine pairs of them."""
    monkeypatch.setattr(score_ways, "MOST_TRIED", most)
    (turn,) = score_turns(scored, "both", PATIENT)
    assert (len(turn.answers), turn.none_up_to) == (found, none_up_to)
