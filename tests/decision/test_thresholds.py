"""Thresholds that rest on other findings."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from hepalith.decision.answers import stretches
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.thresholds import Cut, Thresholds
from hepalith.domain.case import PATIENT
from hepalith.domain.interval import Interval
from hepalith.knowledge.base import Knowledge
from support.building import case, number, seen, yes
from support.small import FINDINGS, REST, compile_small


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
