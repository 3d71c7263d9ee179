"""The reference evaluator: unknown stays unknown, bounds decide where they can, thresholds hold on the boundary."""

from datetime import date
from decimal import Decimal

import pytest

from hepalith.decision.evaluation import Evaluation
from hepalith.domain.case import Case, Observation, State, Study
from hepalith.domain.interval import Interval
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.compiler import _Compiler
from hepalith.knowledge.expression import Symbols, parse_truth
from hepalith.knowledge.loader import hash_of, read_files
from hepalith.knowledge.tree import ChoiceOf, Quantity, Reference
from support.building import case, choice, day, items, no, number, seen, yes
from support.small import write_small

T, U, F = Truth.TRUE, Truth.UNKNOWN, Truth.FALSE
TODAY = date(2026, 6, 1)


@pytest.fixture(scope="session")
def symbols(tmp_path_factory: pytest.TempPathFactory) -> Symbols:
    folder = write_small(tmp_path_factory.mktemp("symbols"))
    files, places, _problems = read_files(folder, hash_of(folder))
    assert files is not None
    return _Compiler(files, places)._symbols


@pytest.fixture
def ask(small: Knowledge, symbols: Symbols):
    def answer(text: str, about: Case, subject: str = "patient") -> Truth:
        tree = parse_truth(text, "patient" if subject == "patient" else "lesion", symbols)
        return Evaluation(about, small, TODAY).truth(tree, subject)

    return answer


def bilirubin(text: str, unit: str) -> Observation:
    return seen("bilirubin", number(text, unit))


@pytest.mark.parametrize(
    ("finding", "threshold", "text", "unit", "expected"),
    [
        ("bilirubin", "4.0 mg/dL", "4.0", "mg/dL", F),
        ("bilirubin", "4.0 mg/dL", "4.1", "mg/dL", T),
        ("bilirubin", "4.0 mg/dL", "3.9", "mg/dL", F),
        ("bilirubin", "4.0 mg/dL", "68.4", "umol/L", F),
        ("bilirubin", "4.0 mg/dL", "68.416", "umol/L", F),
        ("bilirubin", "4.0 mg/dL", "68.417", "umol/L", T),
        ("creatinine", "2.0 mg/dL", "2.0", "mg/dL", F),
        ("creatinine", "2.0 mg/dL", "2.01", "mg/dL", T),
        ("creatinine", "2.0 mg/dL", "176.84", "umol/L", F),
        ("creatinine", "2.0 mg/dL", "176.85", "umol/L", T),
        ("creatinine", "2.0 mg/dL", "176.8", "umol/L", F),
    ],
)
def test_thresholds_in_the_unit_of_the_source(
    finding: str, threshold: str, text: str, unit: str, expected: Truth, ask
) -> None:
    assert ask(f'{finding} > "{threshold}"', case(seen(finding, number(text, unit)))) is expected


def test_what_is_not_recorded_is_unknown_never_no(ask) -> None:
    for text in (
        "fever",
        "not fever",
        "age > 18",
        "sex == male",
        "a in risks",
        "none_of(risks)",
        "months_since(treated_on) > 1",
    ):
        assert ask(text, case()) is U, text


def test_a_number_is_known_or_it_is_unknown_whether_never_false(ask) -> None:
    assert ask("known(age)", case(seen("age", number("40", "a")))) is T
    assert ask("known(age)", case()) is U
    assert ask("not known(age)", case()) is U
    assert ask("known(bilirubin)", case(seen("bilirubin", number("5", "umol/L", "<")))) is U


def test_indeterminate_and_unobtainable_are_unknown(ask) -> None:
    for state in (State.INDETERMINATE, State.UNOBTAINABLE):
        about = case(Observation(finding="fever", state=state), Observation(finding="sex", state=state))
        assert ask("fever", about) is U
        assert ask("sex == male", about) is U


def test_the_latest_observation_counts_even_if_it_says_nothing(ask) -> None:
    about = case(
        Observation(finding="fever", state=State.INDETERMINATE, date="2026-05-30"),
        seen("fever", no(), date="2026-05-01"),
    )
    assert ask("fever", about) is U
    assert ask("fever", case(seen("fever", yes()), seen("fever", no(), date="2026-05-01"))) is T


def test_observations_of_one_date_that_disagree_are_unknown(ask) -> None:
    both = (seen("fever", yes(), study="S1", date="2026-05-01"), seen("fever", no(), study="S2", date="2026-05-01"))
    assert ask("fever", case(*both)) is U
    assert (
        ask("age > 40", case(seen("age", number("39", "a"), study="a"), seen("age", number("42", "a"), study="b"))) is U
    )


def test_any_observation_of_a_finding_declared_so_counts(ask) -> None:
    about = case(seen("pain", yes(), date="2026-05-01"), seen("pain", no(), date="2026-05-30"))
    assert ask("pain", about) is T


@pytest.mark.parametrize(("comparator", "less", "more"), [("<", T, F), ("<=", U, U), (">", F, U), (">=", F, U)])
def test_censored_numbers_decide_what_they_can(comparator: str, less: Truth, more: Truth, ask) -> None:
    about = case(seen("bilirubin", number("5", "umol/L", comparator)))
    assert ask("bilirubin < 5", about) is less
    assert ask("bilirubin > 5", about) is (T if comparator == ">" else F if comparator in {"<", "<="} else more)


def test_candidates_decide_what_they_can(ask) -> None:
    about = case(seen("stage", choice("one", "two"), "L1"), lesions=1)
    assert ask("stage in {one, two}", about, "L1") is T
    assert ask("stage == three", about, "L1") is F
    assert ask("stage == one", about, "L1") is U


def test_an_item_is_present_absent_or_unknown(ask) -> None:
    about = case(seen("risks", items(("a",), ("b",))))
    assert ask("a in risks", about) is T
    assert ask("b in risks", about) is F
    assert ask("c in risks", about) is U
    assert ask("overlaps(risks, SOME_RISKS)", about) is T
    assert ask("none_of(risks)", about) is F
    assert ask("none_of(risks)", case(seen("risks", items(absent=("a", "b", "c"))))) is T


def test_laboratory_limits_are_the_own_ones_or_marked_as_assumed(small: Knowledge, symbols: Symbols) -> None:
    tree = parse_truth("bilirubin > uln(bilirubin)", "patient", symbols)
    own = Evaluation(case(seen("bilirubin", number("1.0", "mg/dL"), upper="1.2")), small, TODAY)
    assert own.truth(tree, "patient") is F
    assert own.assumed_limits() == {}
    assumed = Evaluation(case(seen("bilirubin", number("22", "umol/L"))), small, TODAY)
    assert assumed.truth(tree, "patient") is T
    assert assumed.assumed_limits() == {("bilirubin", "patient", "upper"): Decimal(21)}


def test_a_table_with_a_missing_input_gives_what_is_possible(small: Knowledge) -> None:
    total = Quantity(Reference("total", lesion=False, derived=True))
    assert Evaluation(case(), small, TODAY).number(total, "patient") == Interval(Decimal(2), Decimal(5))
    known = case(bilirubin("40", "umol/L"))
    assert Evaluation(known, small, TODAY).number(total, "patient") == Interval(Decimal(3), Decimal(4))
    both = case(bilirubin("40", "umol/L"), seen("fever", yes()))
    assert Evaluation(both, small, TODAY).number(total, "patient") == Interval(Decimal(4), Decimal(4))


def test_a_first_hit_table_falls_through_only_what_is_known_not_to_hold(small: Knowledge) -> None:
    kind = ChoiceOf(Reference("kind", lesion=True, derived=True), frozenset({"big", "middle", "small"}))

    def possible(*observations: Observation) -> frozenset[str]:
        return Evaluation(case(*observations, lesions=1), small, TODAY).choice(kind, "L1")

    assert possible(seen("size", number("60", "mm"), "L1")) == {"big"}
    assert possible(seen("size", number("20", "mm"), "L1")) == {"middle", "small"}
    assert possible(seen("size", number("2", "cm"), "L1"), seen("solid", no(), "L1")) == {"small"}
    assert possible() == {"big", "middle", "small"}


@pytest.mark.parametrize(("size", "expected"), [("50", F), ("50.1", T), ("5.0 cm", F), ("5.01 cm", T)])
def test_the_boundary_itself(size: str, expected: Truth, ask) -> None:
    amount, _space, unit = size.partition(" ")
    about = case(seen("size", number(amount, unit or "mm"), "L1"), lesions=1)
    assert ask("kind == big", about, "L1") is expected


def test_lesions_that_are_not_listed_keep_the_answer_open(ask) -> None:
    solid = case(seen("solid", yes(), "L1"), seen("solid", no(), "L2"), lesions=2)
    assert ask("any_lesion(solid)", solid) is T
    assert ask("every_lesion(solid)", solid) is F
    assert ask("count_lesions(solid) == 1", solid) is T
    more = solid.with_observation(seen("lesion_count", number("3", "1")))
    assert ask("every_lesion(not solid) or any_lesion(not solid)", more) is T
    assert ask("count_lesions(solid) == 1", more) is U
    assert ask("any_lesion(solid)", case()) is U
    assert ask("any_lesion(solid)", case(seen("lesion_count", number("0", "1")))) is F


def test_earlier_examinations(ask) -> None:
    studies = (
        Study(id="S0", modality="us", date="2024-06-01"),
        Study(id="S1", modality="us", date="2025-06-01", phase="x", slice_mm="3"),
        Study(id="S2", modality="ct", date="2026-05-20", phase="x", slice_mm="6"),
    )
    about = case(
        seen("size", number("30", "mm"), "L1", "S2"),
        seen("size", number("25", "mm"), "L1", "S1"),
        seen("size", number("20", "mm"), "L1", "S0"),
        lesions=1,
        studies=studies,
    )
    assert ask("size - previous(size) == 5 and previous(size) - previous(size, 2) == 5", about, "L1") is T
    assert ask("earliest(size) == 20", about, "L1") is T
    assert ask("previous(size, 3) == 20", about, "L1") is U
    assert ask("days_between(previous(size), size) == 353", about, "L1") is T
    assert ask("modality_of(size) == modality_of(previous(size))", about, "L1") is F
    assert ask("modality_of(previous(size)) == us", about, "L1") is T
    assert ask("same_technique(previous(size), size)", about, "L1") is F
    assert ask("months_between(earliest(size), previous(size)) == 12", about, "L1") is T


def test_what_counted_before_the_latest_examination(ask) -> None:
    """The stage tells of the examinations; what was seen then and not again is found too."""
    studies = tuple(Study(id=f"S{year}", modality="us", date=f"{year}-06-01") for year in (2023, 2024, 2025))
    small, large = (seen("size", number(text, "mm"), "L1", study) for text, study in (("9", "S2023"), ("30", "S2025")))
    solid = seen("solid", yes(), "L1", "S2024")
    one, two = (seen("stage", choice(name), "L1", study) for name, study in (("one", "S2024"), ("two", "S2025")))

    def about(*observations: Observation) -> Case:
        return case(*observations, lesions=1, studies=studies)

    assert ask("before(size, stage) == 9 and before(solid, stage)", about(small, large, solid, one, two), "L1") is T
    assert ask("before(stage, stage) == one", about(one, two), "L1") is T
    assert ask("before(solid, stage)", about(solid, one), "L1") is U  # of that examination itself
    assert ask("before(size, stage) == 9", about(small, large, one), "L1") is T
    assert ask("before(size, stage) == 30", about(large, two), "L1") is U
    assert ask("before(size, stage) == 9", about(small, large), "L1") is U


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        ("2024-06-01", "2025-06-01", T),
        ("2024", "2025-06-01", T),
        ("2025", "2025-06-01", U),
        ("2025-06-01", "2025-06", U),
        ("", "2025-06-01", U),
        ("2024-06-01", "", U),
    ],
)
def test_only_what_is_surely_older_than_the_examination_was_before_it(
    then: str, now: str, expected: Truth, ask
) -> None:
    size, stage = seen("size", number("9", "mm"), "L1", date=then), seen("stage", choice("one"), "L1", date=now)
    assert ask("before(size, stage) == 9", case(size, stage, lesions=1), "L1") is expected


def test_dates_of_limited_precision_decide_what_they_can(ask) -> None:
    about = case(seen("treated_on", day("2025")))
    assert ask("months_since(treated_on) >= 5", about) is T
    assert ask("months_since(treated_on) >= 12", about) is U
    assert ask("months_since(treated_on) >= 24", about) is F


def test_a_gate_does_not_trust_an_old_value_but_everything_else_does(ask) -> None:
    old = case(seen("bilirubin", number("10", "umol/L"), date="2026-05-01"), seen("age", number("40", "a")))
    fresh = case(seen("bilirubin", number("10", "umol/L"), date="2026-05-28"), seen("age", number("40", "a")))
    assert ask("item(drug, liver)", old) is U
    assert ask("item(drug, liver)", fresh) is T
    assert ask("bilirubin < 20", old) is T


def test_a_caution_does_not_shut_a_gate(ask) -> None:
    about = case(bilirubin("10", "umol/L"), seen("age", number("70", "a")))
    assert ask("passes(drug)", about) is T
    assert ask("item(drug, note)", about) is F
    assert ask("passes_except(drug, adult)", case(bilirubin("10", "umol/L"))) is T


def test_a_stated_summary_answers_for_what_was_not_recorded_and_a_record_wins(ask) -> None:
    stated = case(seen("checked", yes()))
    assert ask("pulse <= 90 and pulse > 50", stated) is T
    assert ask("pulse > 60", stated) is U
    assert ask("shape == round", stated) is T
    assert ask("rash", stated) is F
    assert ask("rash or pulse > 90 or shape == odd", case(seen("checked", no()))) is U
    recorded = case(seen("checked", yes()), seen("pulse", number("120", "/min")), seen("rash", yes()))
    assert ask("pulse > 90 and rash", recorded) is T


def test_an_indeterminate_finding_is_not_answered_by_a_summary(ask) -> None:
    told = case(seen("checked", yes()), Observation(finding="rash", state=State.INDETERMINATE))
    assert ask("rash", told) is U
