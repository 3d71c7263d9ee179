"""Thresholds that rest on other findings."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from hepalith.decision.answers import stretches
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.thresholds import Cut, Thresholds
from hepalith.domain.case import PATIENT
from hepalith.domain.interval import Interval
from support.building import case, number, seen
from support.small import REST, compile_small


def test_a_threshold_that_rests_on_another_finding_moves_with_it(tmp_path: Path) -> None:
    rest = REST.replace('"missing(age)"', '"creatinine > 2 * bilirubin"')
    knowledge, problems = compile_small(tmp_path, rest=rest)
    assert problems == ()
    thresholds = Thresholds(knowledge, [knowledge.recommendations["ASK"].when])
    assert thresholds.moves("creatinine")
    for bilirubin in ("30", "40"):
        known = Evaluation(case(seen("bilirubin", number(bilirubin, "umol/L"))), knowledge, date(2026, 6, 1))
        assert thresholds.cuts("creatinine", PATIENT, known) == (Cut(2 * Decimal(bilirubin), True),)


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
