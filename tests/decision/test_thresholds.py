"""Thresholds that rest on other findings."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from hepalith.decision.answers import stretches
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.thresholds import Cut, Thresholds, _Grid, span
from hepalith.domain.case import PATIENT, Observation
from hepalith.domain.interval import Interval
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.compiler import _Compiler
from hepalith.knowledge.expression import Symbols, parse_truth
from hepalith.knowledge.loader import hash_of, read_files
from hepalith.knowledge.tree import walk
from support.building import case, number, seen, yes
from support.small import FINDINGS, REST, compile_small
from support.vignettes import knowledge_and_problems

TODAY = date(2026, 6, 1)


def test_a_threshold_that_rests_on_another_finding_moves_with_it(tmp_path: Path) -> None:
    rest = REST.replace('"missing(age)"', '"creatinine > 2 * bilirubin"')
    knowledge, problems = compile_small(tmp_path, rest=rest)
    assert problems == ()
    thresholds = Thresholds(knowledge, [knowledge.recommendations["ASK"].when])
    assert thresholds.moves("creatinine")
    for bilirubin in ("30", "40"):
        known = Evaluation(case(seen("bilirubin", number(bilirubin, "umol/L"))), knowledge, date(2026, 6, 1))
        assert thresholds.cuts("creatinine", PATIENT, known) == (Cut(2 * Decimal(bilirubin), True),)


def test_a_threshold_moves_with_what_stands_for_the_absence_of_another_finding(tmp_path: Path) -> None:
    thresholds, knowledge = _of_a_number_that_may_be_stated(tmp_path, "checked")
    for observed, cuts in (((), (20, 600)), ((seen("checked", yes()),), (102, 180))):
        known = Evaluation(case(*observed), knowledge, date(2026, 6, 1))
        assert thresholds.cuts("creatinine", PATIENT, known) == tuple(Cut(Decimal(cut), True) for cut in cuts)


def test_a_threshold_moves_with_what_decides_which_values_stand_for_that_absence(tmp_path: Path) -> None:
    thresholds, knowledge = _of_a_number_that_may_be_stated(tmp_path, "creatinine < bilirubin")
    for bilirubin in (60, 80):  # less than that, and the other is 51 at least: not more than twice as much
        known = Evaluation(case(seen("bilirubin", number(str(bilirubin), "umol/L"))), knowledge, date(2026, 6, 1))
        cuts = (Cut(Decimal(bilirubin - 1), True), Cut(Decimal(600), True))
        assert thresholds.cuts("creatinine", PATIENT, known) == cuts


def _of_a_number_that_may_be_stated(folder: Path, absent_when: str) -> tuple[Thresholds, Knowledge]:
    """Creatinine is compared with twice another number, for which something may stand: 51 to 90."""
    findings = FINDINGS.replace("unit: /min, hard: [10, 300]", "unit: umol/L, hard: [10, 300]")
    findings = findings.replace("absent_when: checked, absent_range", f'absent_when: "{absent_when}", absent_range')
    rest = REST.replace('"missing(age)"', '"creatinine > 2 * pulse"')
    knowledge, problems = compile_small(folder, findings=findings, rest=rest)
    assert problems == ()
    return Thresholds(knowledge, [knowledge.recommendations["ASK"].when]), knowledge


def test_a_threshold_at_the_end_of_what_can_be_divides_the_end_from_the_rest() -> None:
    low, middle, high = Decimal(0), Decimal(4), Decimal(10)
    assert list(stretches(low, high, [Cut(low, True), Cut(middle, False), Cut(high, False)])) == [
        Interval(low, low),
        Interval(low, middle, low_open=True, high_open=True),
        Interval(middle, high, high_open=True),
        Interval(high, high),
    ]
    outside = [Cut(Decimal(-1), True), Cut(low, False), Cut(high, True), Cut(Decimal(11), False)]
    assert list(stretches(low, high, outside)) == [Interval(low, high)]


# the same knowledge with a number that is a quarter of another, and its expressions


QUARTER = (
    '- {id: quarter, label: Quarter, subject: patient, type: number, unit: "1", range: [0, 375],'
    ' expr: "bilirubin / 4", basis: default}\n'
)


@pytest.fixture(scope="module")
def quarters(tmp_path_factory: pytest.TempPathFactory) -> tuple[Knowledge, Symbols]:
    folder = tmp_path_factory.mktemp("quarters")
    findings = FINDINGS.replace("hard: [0.5, 500]", "hard: [1, 500]")
    findings = findings.replace("hard: [10, 3000]", "hard: [10, 3000], decimals: 1")
    rest = REST.replace("- {id: kind,", f"{QUARTER}- {{id: kind,")
    knowledge, problems = compile_small(folder, rest=rest, findings=findings)
    assert problems == ()
    files, places, _problems = read_files(folder, hash_of(folder))
    assert files is not None
    return knowledge, _Compiler(files, places)._symbols


def cuts(
    quarters: tuple[Knowledge, Symbols], expression: str, finding: str, *recorded: Observation, lesions: int = 2
) -> list[tuple[object, bool]]:
    """Where an expression of L2 changes with a finding: (value or day, whether it is cut just above it)."""
    knowledge, symbols = quarters
    tree = parse_truth(expression, "lesion", symbols)
    evaluation = Evaluation(case(*recorded, lesions=lesions), knowledge, TODAY)
    subject = "L2" if knowledge.findings[finding].subject == "lesion" else PATIENT
    found = Thresholds(knowledge, walk(tree)).cuts(finding, subject, evaluation)
    is_date = knowledge.findings[finding].type == "date"
    return [(date.fromordinal(int(one.value)) if is_date else one.value, one.above) for one in found]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("size > 50", [(50, True)]),
        ("size >= 50", [(50, False)]),
        ("size < 50", [(50, False)]),
        ("size <= 50", [(50, True)]),
        ("size == 50", [(50, False), (50, True)]),
        ("size != 50", [(50, False), (50, True)]),
        ("50 < size", [(50, True)]),
        ("50 <= size", [(50, False)]),
        ("50 > size", [(50, False)]),
        ("50 >= size", [(50, True)]),
        ("size > '5 cm'", [(50, True)]),
        ("size > 20 and size < 50 or size > 20", [(20, True), (50, False)]),
        ("earliest(size) > 5", [(5, True)]),
        ("previous(size) > 5", []),
        ("bilirubin > 5", []),
    ],
)
def test_a_fixed_number_cuts_where_its_sign_says(
    expression: str, expected: list[tuple[int, bool]], quarters: tuple[Knowledge, Symbols]
) -> None:
    """Just above the number where the number itself belongs to what is smaller; an earlier value is another one."""
    assert cuts(quarters, expression, "size") == expected


@pytest.mark.parametrize(
    ("expression", "finding", "recorded", "expected"),
    [
        ("bilirubin > 2 * uln(bilirubin)", "bilirubin", (), [(42, True)]),  # the limit that is assumed: 21
        ("bilirubin > lln(bilirubin)", "bilirubin", (), []),  # none is
        ("creatinine > 2 * bilirubin", "creatinine", (seen("bilirubin", number("30", "umol/L")),), [(60, True)]),
        (
            "creatinine >= 2 * bilirubin",
            "creatinine",
            (seen("bilirubin", number("30", "umol/L")),),
            [(Decimal("59.9"), True)],
        ),
        ("(creatinine if creatinine > 30 else 99) > 50", "creatinine", (), [(30, True), (50, True)]),
        (
            "(creatinine if creatinine >= 30 else 99) > 50",
            "creatinine",
            (),
            [(Decimal("29.9"), True), (30, False), (50, True)],
        ),
        ("creatinine > 2 * bilirubin", "bilirubin", (seen("creatinine", number("61", "umol/L")),), [(30, True)]),
        ("creatinine > 2 * bilirubin", "bilirubin", (), [(4, True), (1499, True)]),  # certainly, and certainly not
        ("quarter > 5", "bilirubin", (), [(20, True)]),
        ("quarter > 5", "creatinine", (), []),
        ("points > 2", "bilirubin", (), []),  # it only chooses between fixed points
        ("months_since(treated_on) > 6", "treated_on", (), [(date(2025, 11, 30), True)]),
        ("days_since(treated_on) >= 30", "treated_on", (), [(date(2026, 5, 2), True)]),
        ("size > previous(size)", "size", (), [(1, True)]),
        ("(size if size > 30 else 100) > 50", "size", (), [(30, True), (50, True)]),
        ("(1 if age > 30 else 100) > 50", "age", (), [(30, True)]),  # its own comparison, not the number
    ],
)
def test_a_threshold_that_rests_on_a_calculation_is_found_on_the_grid(
    expression: str,
    finding: str,
    recorded: tuple[Observation, ...],
    expected: list[tuple[object, bool]],
    quarters: tuple[Knowledge, Symbols],
) -> None:
    assert cuts(quarters, expression, finding, *recorded) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("sum_lesions(size) > 50", [(20, True)]), ("largest(size) <= 50", [(50, True)]), ("largest(size) <= 20", [])],
)
def test_what_is_said_of_all_lesions_moves_with_the_others(
    expression: str, expected: list[tuple[int, bool]], quarters: tuple[Knowledge, Symbols]
) -> None:
    """L1 has 30 mm, and there are two lesions."""
    recorded = (seen("size", number("30", "mm"), "L1"), seen("lesion_count", number("2", "1")))
    assert cuts(quarters, expression, "size", *recorded) == expected


def test_what_is_said_of_all_lesions_moves_with_their_number(quarters: tuple[Knowledge, Symbols]) -> None:
    """While a lesion is not listed, nothing is known of the others but the largest."""
    knowledge, symbols = quarters
    thresholds = Thresholds(knowledge, walk(parse_truth("sum_lesions(size) - largest(size) > 20", "lesion", symbols)))
    for count, cut in (("2", (Cut(Decimal(20), above=True),)), ("3", ()), ("2", (Cut(Decimal(20), above=True),))):
        recorded = (seen("size", number("30", "mm"), "L1"), seen("lesion_count", number(count, "1")))
        evaluation = Evaluation(case(*recorded, lesions=2), knowledge, TODAY)
        assert thresholds.cuts("size", "L2", evaluation) == cut


def test_a_finding_of_the_patient_is_cut_where_it_changes_anything_for_any_lesion(
    quarters: tuple[Knowledge, Symbols],
) -> None:
    knowledge, symbols = quarters
    thresholds = Thresholds(knowledge, walk(parse_truth("size * age > 1500", "lesion", symbols)))
    for size, age in (("50", 30), ("30", 50), ("20", 75)):
        recorded = (seen("size", number("25", "mm"), "L1"), seen("size", number(size, "mm"), "L2"))
        evaluation = Evaluation(case(*recorded, lesions=2), knowledge, TODAY)
        assert {Cut(Decimal(60), above=True), Cut(Decimal(age), above=True)} <= set(
            thresholds.cuts("age", PATIENT, evaluation)
        )


def test_the_span_of_a_number_is_that_of_its_limits_and_of_a_date_that_of_a_life() -> None:
    knowledge, _problems = knowledge_and_problems()
    findings = {finding.type: finding for finding in knowledge.findings.values()}
    for as_of in (date(2026, 6, 15), date(2028, 2, 29)):
        first, last = span(findings["date"], as_of)
        assert date.fromordinal(int(first)) == date(as_of.year - 120, as_of.month, 1)
        assert date.fromordinal(int(last)) == date(as_of.year + 10, as_of.month, 1)
    assert span(findings["number"], TODAY) == findings["number"].hard
    with pytest.raises(ValueError, match="has no hard limits"):
        span(findings["yes_no"], TODAY)


def test_between_cuts_lie_stretches_that_share_no_value_and_leave_none_out(small: Knowledge) -> None:
    grid = _Grid(small.findings["lesion_count"], date(2026, 6, 1))  # the whole numbers from 0 to 999
    at_four, above_six, between = (
        Cut(Decimal(4), above=False),
        Cut(Decimal(6), above=True),
        Cut(Decimal("9.5"), above=True),
    )
    assert grid.pieces([above_six, at_four, between]) == [(0, 3), (4, 6), (7, 9), (10, 999)]
    assert grid.pieces([]) == [(0, 999)]
    assert grid.pieces([Cut(Decimal(-5), above=True), Cut(Decimal(5000), above=False)]) == [(0, 998), (999, 999)]
    assert grid.cut_before(7) == above_six
