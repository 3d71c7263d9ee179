"""What was observed, as values that can be computed with: unknown is everything that it could be, never normal."""

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from hepalith.decision import observed as seen_as
from hepalith.decision.observed import Group, ItemSet, ObservedCase
from hepalith.domain.case import Observation, State, Study, Value
from hepalith.domain.durations import DateRange
from hepalith.domain.interval import ANYTHING, INFINITY, Interval, point
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.model import Finding
from support.building import case, choice, day, items, no, number, seen, yes
from support.vignettes import knowledge_and_problems

T, U, F = Truth.TRUE, Truth.UNKNOWN, Truth.FALSE
TODAY = date(2026, 6, 1)
UNTOLD = (State.INDETERMINATE, State.UNOBTAINABLE)


def interval(low: str, high: str, *, low_open: bool = False, high_open: bool = False) -> Interval:
    return Interval(Decimal(low), Decimal(high), low_open, high_open)


def unlike(value: Value, state: State) -> Observation:
    """A value that stands beside a state that says that there is none, as a file could have it."""
    return Observation(finding="any", state=state, value=value)


def group(*values: Value) -> Group:
    return tuple(seen("any", value) for value in values)


# one group of observations


@pytest.mark.parametrize(
    ("values", "truth"),
    [((yes(),), T), ((no(),), F), ((yes(), yes()), T), ((yes(), no()), U), ((number("1", "mm"),), U)],
)
def test_a_yes_holds_only_where_all_observations_agree(values: tuple[Value, ...], truth: Truth) -> None:
    assert seen_as.truth_of(group(*values)) is truth


@pytest.mark.parametrize("state", UNTOLD)
def test_what_could_not_be_told_is_not_read(state: State, small: Knowledge) -> None:
    size, domain = small.findings["size"], frozenset({"a", "b"})
    assert seen_as.truth_of((unlike(yes(), state),)) is U
    assert seen_as.interval_of((unlike(number("5", "mm"), state),), size) == interval("0.5", "500")
    assert seen_as.choices_of((unlike(choice("a"), state),), domain) == domain
    assert seen_as.items_of((unlike(items(("a",), ("b",)), state),), domain) == ItemSet(frozenset(), domain)
    assert seen_as.day_of((unlike(day("2026"), state),)) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (number("5", "cm"), point(50)),
        (number("5", "cm", "<"), interval("0.5", "50", high_open=True)),
        (number("5", "cm", "<="), interval("0.5", "50")),
        (number("5", "cm", ">"), interval("50", "500", low_open=True)),
        (number("5", "cm", ">="), interval("50", "500")),
        (number("0.2", "mm", "<"), interval("0.2", "0.2", high_open=True)),
        (number("600", "mm", ">="), interval("600", "600")),
        (number("5", "furlong"), interval("0.5", "500")),
        (number("many", "mm"), interval("0.5", "500")),
        (number("NaN", "mm"), interval("0.5", "500")),
        (yes(), interval("0.5", "500")),
    ],
)
def test_a_number_lies_where_it_can_lie(value: Value, expected: Interval, small: Knowledge) -> None:
    """A censored number reaches to the hard limit; what is no number of this finding, over all of it."""
    assert seen_as.interval_of(group(value), small.findings["size"]) == expected


def test_without_hard_limits_a_number_is_unbounded(small: Knowledge) -> None:
    free = replace(small.findings["size"], hard=None)
    assert seen_as.interval_of(group(number("5", "mm", "<")), free) == Interval(-INFINITY, Decimal(5), high_open=True)
    assert seen_as.interval_of(group(number("5", "mm", ">=")), free) == Interval(Decimal(5), INFINITY)
    assert seen_as.interval_of(group(yes()), free) == ANYTHING


def test_two_numbers_of_one_day_leave_all_between_them_possible(small: Knowledge) -> None:
    two = group(number("5", "mm"), number("7", "mm"))
    assert seen_as.interval_of(two, small.findings["size"]) == interval("5", "7")


@pytest.mark.parametrize(
    ("values", "possible"),
    [
        ((choice("a"),), "a"),
        ((choice("a"), choice("b")), "ab"),
        ((choice("a", "new"),), "abc"),
        ((choice("a"), choice("new")), "abc"),
        ((choice(),), "abc"),
        ((yes(),), "abc"),
    ],
)
def test_a_choice_that_is_not_known_here_is_never_guessed(values: tuple[Value, ...], possible: str) -> None:
    assert seen_as.choices_of(group(*values), frozenset("abc")) == frozenset(possible)


def test_items_on_which_observations_disagree_are_possible() -> None:
    domain = frozenset("abc")
    assert seen_as.items_of(group(items(("a",), ("b",))), domain) == ItemSet(frozenset("a"), frozenset("ac"))
    both = group(items(("a", "b"), ("c",)), items(("b",), ("a", "c")))
    assert seen_as.items_of(both, domain) == ItemSet(frozenset("b"), frozenset("ab"))
    assert seen_as.items_of(group(yes()), domain) == ItemSet(frozenset(), domain)


def test_a_day_is_known_only_of_one_date(small: Knowledge) -> None:
    assert seen_as.day_of(group(day("2026-05"))) == DateRange(date(2026, 5, 1), date(2026, 5, 31))
    for unknown in (group(day("2026"), day("2026")), group(day("some day")), group(yes())):
        assert seen_as.day_of(unknown) is None


# limits


def test_the_own_limit_of_the_laboratory_wins_over_the_assumed_one(small: Knowledge) -> None:
    bilirubin = small.findings["bilirubin"]
    about = ObservedCase(case(), small.findings, TODAY)
    plain = seen("bilirubin", number("2", "mg/dL"))
    own = replace(plain, upper_limit="1.5")

    def limit(*group: Observation, side: str = "upper") -> Interval:
        return about.limit([group], bilirubin, side)

    assert limit(own) == limit(plain, own) == point(Decimal("1.5") * Decimal("17.104"))
    assert limit(plain) == limit(replace(own, upper_limit="high")) == about.limit([], bilirubin, "upper") == point(21)
    assert limit(replace(own, value=None)) == point(21)
    assert limit(own, side="lower") == interval("0", "1500"), "nothing is assumed for it"
    assert limit(replace(plain, lower_limit="0.5"), side="lower") == point(Decimal("0.5") * Decimal("17.104"))


# several groups: which one is meant


def groups(*texts: str, finding: str = "bilirubin") -> list[Group]:
    return [(seen(finding, number(text, "umol/L"), date=on),) for text, on in (one.split("@") for one in texts)]


def test_the_latest_the_one_before_and_the_earliest(small: Knowledge) -> None:
    bilirubin = small.findings["bilirubin"]
    about = ObservedCase(case(), small.findings, TODAY)
    three = groups("30@2026-05-30", "20@2026-05-20", "10@2026-05-10")
    values = [about.interval(three, bilirubin, which) for which in (0, 1, 2, -1, 3)]
    assert values == [point(30), point(20), point(10), point(10), None]
    assert about.interval([], bilirubin, -1) is None
    assert about.observed_on(three, bilirubin, 1) == DateRange(date(2026, 5, 20), date(2026, 5, 20))


@pytest.mark.parametrize(
    ("observed_on", "fresh"),
    [("2026-05-25", True), ("2026-05-24", False), ("2026-05", False), ("", True), ("someday", True)],
)
def test_what_is_too_old_for_a_gate_is_as_not_recorded(observed_on: str, *, fresh: bool, small: Knowledge) -> None:
    """Seven days; a month counts from its first day, what is undated is current."""
    bilirubin = small.findings["bilirubin"]
    about = ObservedCase(case(), small.findings, TODAY)
    given = groups(f"30@{observed_on}")
    assert about.interval(given, bilirubin) == point(30)
    assert about.interval(given, bilirubin, 0, True) == (point(30) if fresh else None)
    assert about.interval(given, replace(bilirubin, max_age_days_for_gates=None), 0, True) == point(30)


def test_unless_another_is_asked_for_the_latest_is_read_however_old(small: Knowledge) -> None:
    studies = (Study(id="S1", modality="us", date="2020"), Study(id="S2", modality="ct", date="2019"))
    about = ObservedCase(case(studies=studies), small.findings, TODAY)
    strict = {name: replace(finding, max_age_days_for_gates=7) for name, finding in small.findings.items()}
    days = [(seen("treated_on", day(text), study=study),) for text, study in (("2018", "S1"), ("2017", "S2"))]
    assert about.day(days, strict["treated_on"]) == DateRange(date(2018, 1, 1), date(2018, 12, 31))
    assert about.observed_on(days, strict["treated_on"]) == DateRange(date(2020, 1, 1), date(2020, 12, 31))
    assert about.modality(days, strict["treated_on"]) == "us"
    assert about.meant(days, strict["treated_on"]) == days[0]
    fever = [(seen("fever", yes(), study="S1"),), (seen("fever", no(), study="S2"),)]
    assert about.truth(fever, strict["fever"]) is T
    limits = [(seen("bilirubin", number("5", "umol/L"), study="S1", upper=text),) for text in ("17", "19")]
    assert about.limit(limits, strict["bilirubin"], "upper") == point(17)


def test_a_unit_can_begin_elsewhere() -> None:
    temperature = knowledge_and_problems()[0].findings["temp_c"]
    assert seen_as.canonical("212", "[degF]", temperature) == pytest.approx(100)


def read_as(finding: Finding, observation: str) -> Finding:
    return replace(finding, observation=observation)


def test_a_finding_can_count_over_all_dates(small: Knowledge) -> None:
    """`any` holds if it ever did, `largest` and `smallest` are extremes; a named one is still that one."""
    about = ObservedCase(case(), small.findings, TODAY)
    pain, size, risks = (small.findings[name] for name in ("pain", "size", "risks"))
    ever = [(seen("pain", no(), date="2026"),), (seen("pain", yes(), date="2025"),)]
    assert about.truth(ever, pain) is T
    assert (about.truth(ever, pain, -1), about.truth(ever, read_as(pain, "latest"))) == (T, F)
    assert about.truth(ever[::-1], pain, 1) is F
    assert about.truth([], pain) is None
    sizes = [(seen("size", number(text, "mm")),) for text in ("5", "9", "7")]
    assert about.interval(sizes, read_as(size, "largest")) == point(9)
    assert about.interval(sizes, read_as(size, "smallest")) == point(5)
    assert about.interval(sizes, read_as(size, "largest"), 2) == point(7)
    assert about.interval(sizes, size) == point(5)
    assert about.interval([], read_as(size, "largest")) is None
    domain = frozenset("abc")
    had = [(seen("risks", items(("a",), ("b", "c"))),), (seen("risks", items(("b",), ("a", "c"))),)]
    assert about.items(had, read_as(risks, "any"), 0, False, domain) == ItemSet(frozenset("ab"), frozenset("ab"))
    assert about.items(had, risks, 0, False, domain) == ItemSet(frozenset("a"), frozenset("a"))
    assert about.items(had, read_as(risks, "any"), 1, False, domain) == ItemSet(frozenset("b"), frozenset("b"))
    assert about.items([], read_as(risks, "any"), 0, False, domain) is None
    assert about.items([], risks, 0, False, domain) is None


def test_nothing_recorded_is_none_and_no_modality(small: Knowledge) -> None:
    about = ObservedCase(case(), small.findings, TODAY)
    stage, treated = small.findings["stage"], small.findings["treated_on"]
    assert about.choices([], stage, 0, False, frozenset("ab")) is None
    assert about.day([], treated) is None
    assert about.observed_on([], treated) is None
    assert about.modality([], stage) == ""
    assert about.truth([], read_as(small.findings["fever"], "latest")) is None


# studies and dates


def test_an_observation_has_the_date_of_its_study_unless_it_has_its_own(small: Knowledge) -> None:
    studies = (Study(id="S1", modality="us", date="2026-01-01"), Study(id="S2", modality="ct", date="2026-03"))
    first, second = (seen("size", number("5", "mm"), "L1", study) for study in ("S1", "S2"))
    own, undated = replace(first, date="2026-04-01"), replace(first, study="")
    about = ObservedCase(case(first, own, undated, second, lesions=1, studies=studies), small.findings, TODAY)
    assert about.groups("size", "L1") == [(undated,), (own,), (second,), (first,)]
    assert about.groups("size", "L2") == ()
    assert [about.date_text(one) for one in (first, second, own, undated)] == [
        "2026-01-01",
        "2026-03",
        "2026-04-01",
        "",
    ]
    assert about.date_of((second,)) == DateRange(date(2026, 3, 1), date(2026, 3, 31))
    assert about.date_of((undated,)) == DateRange(TODAY, TODAY)
    size = small.findings["size"]
    assert [about.modality(about.groups("size", "L1"), size, which) for which in (0, 1, 2, 3)] == ["", "us", "ct", "us"]
    assert about.study((undated, second)).id == "S2"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("us", "venous", "5"), ("us", "venous", "5"), T),
        (("us", "venous", "5"), ("us", "venous", "10"), T),
        (("us", "venous", "10"), ("us", "venous", "5"), T),
        (("us", "venous", "5"), ("us", "venous", "10.1"), F),
        (("us", "venous", "5"), ("ct", "venous", "5"), F),
        (("us", "venous", "5"), ("us", "arterial", "5"), F),
        (("us", "venous", ""), ("us", "venous", "5"), U),
        (("us", "", "5"), ("us", "venous", "5"), U),
        (("", "venous", "5"), ("us", "venous", "5"), U),
        (("", "venous", "5"), ("us", "arterial", "5"), F),
    ],
)
def test_the_same_technique_has_modality_phase_and_slices_in_common(
    one: tuple[str, str, str], other: tuple[str, str, str], same: Truth, small: Knowledge
) -> None:
    """Slices may differ by a factor of two; what is not recorded of a study is not taken as alike."""
    studies = tuple(
        Study(id=name, modality=modality, phase=phase, slice_mm=slices)
        for name, (modality, phase, slices) in (("S1", one), ("S2", other))
    )
    a, b = ((seen("size", number("5", "mm"), "L1", study),) for study in ("S1", "S2"))
    about = ObservedCase(case(*a, *b, lesions=1, studies=studies), small.findings, TODAY)
    assert about.same_technique(a, b) is same
    assert about.same_technique(a, None) is about.same_technique(None, b) is U


def test_other_observations_of_a_finding_leave_the_case_as_it_was(small: Knowledge) -> None:
    about = ObservedCase(case(seen("fever", yes())), small.findings, TODAY)
    other = about.with_groups("fever", "patient", [(seen("fever", no()),)])
    assert [seen_as.truth_of(one.groups("fever", "patient")[0]) for one in (about, other)] == [T, F]
    assert list(other.recorded()) == [("fever", "patient")]
