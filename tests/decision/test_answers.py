"""The answers to an open finding that are tried: which findings are open, and what is recorded with each answer."""

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from hepalith.decision.answers import Answers, Open, answers_of, inside
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.observed import Group
from hepalith.decision.thresholds import Cut
from hepalith.domain.case import PATIENT, Case, ItemsValue, Observation, State, Study
from hepalith.domain.interval import Interval
from hepalith.knowledge.base import Knowledge
from support.building import case, choice, items, no, seen, yes
from support.small import FINDINGS, REST, compile_small

TODAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """The tiny knowledge, in which stage, sex and items of two multi-choices matter, one of four items, one of five."""
    listed = [f"{{id: {name}, label: {name.upper()}}}" for name in "abcde"]
    findings = FINDINGS + "".join(
        f"- {{id: {name}, label: Name, group: person, subject: patient, type: multi, choices: [{', '.join(of)}]}}\n"
        for name, of in (("four", listed[:4]), ("five", listed))
    )
    rest = REST.replace(
        "derived:\n",
        "derived:\n"
        "- {id: matters, label: Matters, subject: lesion, type: yes_no, basis: default,\n"
        '   expr: "stage == two or sex == male or a in risks or b in risks or overlaps(four, {a, b, c, d})'
        ' or overlaps(five, {a, b, c, d, e})"}\n',
    ).replace('when: "kind == middle"', 'when: "kind == middle or matters"')
    made, problems = compile_small(tmp_path_factory.mktemp("answers"), findings=findings, rest=rest)
    assert problems == ()
    return made


def asked(knowledge: Knowledge, some: Case) -> tuple[Answers, Evaluation]:
    return answers_of(knowledge), Evaluation(some, knowledge, TODAY)


def open_of(knowledge: Knowledge, some: Case, finding: str) -> list[Open]:
    answers, evaluation = asked(knowledge, some)
    return [one for one in answers.open(evaluation) if one.finding == finding]


def doubted(knowledge: Knowledge, some: Case) -> list[Open]:
    answers, evaluation = asked(knowledge, some)
    return list(answers.doubted(evaluation))


THREE = tuple(Study(id=name, date=day) for name, day in (("S1", "2026-05-01"), ("S2", "2025-05-01"), ("S3", "2024")))


def staged(*values: tuple[str, ...], **more: str) -> Case:
    """A lesion with a stage, at the latest examination and at those before it."""
    made = (seen("stage", choice(*value), "L1", study.id, **more) for study, value in zip(THREE, values, strict=False))
    return case(*made, lesions=1, studies=THREE)


# choices narrowed down to a few


def test_a_choice_narrowed_down_is_tried_with_each_that_is_left(knowledge: Knowledge) -> None:
    some = staged(("one", "three"), ("two",), ("one",))
    (one,) = doubted(knowledge, some)
    assert [answer.value for answer in one.answers] == [choice("one"), choice("three")]
    assert list(one.observations) == [replace(some.observations[0], value=answer.value) for answer in one.answers]
    assert one.earlier == tuple((observation,) for observation in some.observations[1:])


def test_a_choice_that_is_told_is_not_in_doubt_though_an_earlier_one_is(knowledge: Knowledge) -> None:
    assert doubted(knowledge, staged(("one",), ("one", "two"))) == []


def test_a_choice_in_doubt_that_another_observation_contradicts_is_left(knowledge: Knowledge) -> None:
    twice = (seen("sex", choice("female", "male"), date="2026-05-01"), seen("sex", choice("male"), date="2026-05-01"))
    assert doubted(knowledge, case(*twice)) == []
    assert len(doubted(knowledge, case(twice[0]))) == 1


# items that were not told


def told(present: tuple[str, ...], absent: tuple[str, ...] = (), day: str = "2026-05-01") -> Observation:
    return seen("risks", items(present, absent), date=day)


def test_items_that_were_not_told_are_open_beside_what_was(knowledge: Knowledge) -> None:
    latest, earlier, first = told(("a",)), told(("b",), day="2025-05-01"), told((), day="2024-05-01")
    (one,) = open_of(knowledge, case(latest, earlier, first), "risks")
    assert [answer.value for answer in one.answers] == [
        items(("a", "b")),
        items(("a",), ("b",)),
        items(("a",), ("b", "c")),
    ]
    assert list(one.observations) == [replace(latest, value=answer.value) for answer in one.answers]
    assert one.subject == PATIENT
    assert one.earlier == ((earlier,), (first,))


def test_what_is_told_whole_contradicted_or_could_not_be_told_is_not_asked_again(knowledge: Knowledge) -> None:
    could_not = replace(told(("a",)), state=State.INDETERMINATE)
    assert open_of(knowledge, case(told(("a",), ("b",))), "risks") == []
    assert open_of(knowledge, case(told(("a",)), told((), ("a",))), "risks") == []
    assert open_of(knowledge, case(could_not), "risks") == []


# what could be recorded


def completed(knowledge: Knowledge, some: Case, finding: str, subject: str = PATIENT) -> tuple[tuple[Group, ...], ...]:
    answers, evaluation = asked(knowledge, some)
    return answers.completions(finding, subject, evaluation)


def test_what_could_be_recorded_stands_before_what_was_seen_earlier(knowledge: Knowledge) -> None:
    some = staged(("one", "three"), ("two",), ("one",))
    latest, *earlier = some.observations
    assert completed(knowledge, some, "stage", "L1") == tuple(
        ((replace(latest, value=choice(stage)),), *((one,) for one in earlier)) for stage in ("one", "three")
    )


def test_what_was_tried_in_vain_can_still_be_completed(knowledge: Knowledge) -> None:
    tried = Observation(finding="fever", state=State.UNOBTAINABLE)
    assert completed(knowledge, case(tried), "fever") == (((seen("fever", yes()),),), ((seen("fever", no()),),))
    twice = case(seen("sex", choice("male"), date="2026-05-01"), seen("sex", choice("female"), date="2026-05-01"))
    assert completed(knowledge, twice, "sex") == ()


@pytest.mark.parametrize(("finding", "ways"), [("four", 16), ("five", 0)])
def test_no_more_items_are_tried_in_every_combination(knowledge: Knowledge, finding: str, ways: int) -> None:
    found = completed(knowledge, case(), finding)
    assert len(found) == ways
    values = [groups[0][0].value for groups in found]
    assert len(set(values)) == ways
    assert all(isinstance(one, ItemsValue) and {*one.present, *one.absent} == set("abcd") for one in values)


# a value for a stretch of a number


@pytest.mark.parametrize(
    ("stretch", "thresholds", "decimals", "value"),
    [
        (Interval(Decimal(0), Decimal(5)), (), 0, "2"),  # half of it, rounded
        (Interval(Decimal(0), Decimal(4)), (), 0, "2"),
        (Interval(Decimal(1), Decimal(2), True, True), (1, 2), 0, "1.5"),  # nothing with few decimals lies inside
        (Interval(Decimal(1), Decimal(2), True, True), (1,), 1, "1.1"),
        (Interval(Decimal(1), Decimal(2), True, True), (2,), 1, "1.9"),
        (Interval(Decimal(1), Decimal(2), True, True), (1, 2), 1, "1.9"),
        (Interval(Decimal(1), Decimal(2), False, True), (1, 2), 1, "1"),
        (Interval(Decimal(1), Decimal(2), True, False), (1, 2), 1, "2"),
        (Interval(Decimal(1), Decimal(2), False, False), (), 1, "1.5"),
    ],
)
def test_one_value_stands_for_a_stretch(
    stretch: Interval, thresholds: tuple[int, ...], decimals: int, value: str
) -> None:
    cuts = [Cut(Decimal(one), above=False) for one in thresholds]
    assert inside(stretch, cuts, decimals) == Decimal(value)
