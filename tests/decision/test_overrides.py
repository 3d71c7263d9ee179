"""What the clinician decides otherwise stands beside the advice: it hides nothing and lowers no urgency."""

from datetime import date

from msgspec.structs import replace

from hepalith.decision.assess import evaluate
from hepalith.domain.assessment import Assessment, OverrideResult, Status, Urgency
from hepalith.domain.case import Case, Override, OverrideKind
from hepalith.domain.words import since_decided_text
from hepalith.knowledge.base import Knowledge
from support.building import case, no, number, seen, yes

TODAY = date(2026, 6, 1)
ILL = (seen("fever", yes()), seen("bilirubin", number("4.1", "mg/dL")), seen("age", number("40", "a")))
MIDDLE = (seen("size", number("20", "mm"), "L1"), seen("solid", yes(), "L1"))


def aside(recommendation: str, subject: str = "patient", level: str = "", **fields: str) -> Override:
    given = {"author": "Dr A", "date": "2026-05-30", "reason": "declined", **fields}
    return Override(recommendation=recommendation, subject=subject, kind=OverrideKind.SET_ASIDE, level=level, **given)


def assessed(about: Case, knowledge: Knowledge, *overrides: Override) -> Assessment:
    return evaluate(replace(about, overrides=overrides), knowledge, TODAY)


def without_decisions(assessment: Assessment) -> Assessment:
    urgency = replace(assessment.urgency, without_set_aside=None)
    return replace(assessment, overrides=(), urgency=urgency)


def test_an_emergency_that_is_set_aside_stays_and_says_so(small: Knowledge) -> None:
    ill = case(*ILL, *MIDDLE, lesions=1)
    plain = assessed(ill, small)
    result = assessed(ill, small, aside("ALARM", level="emergency_same_day"), aside("DRUG", "L1"))
    assert without_decisions(result) == plain  # all that the assessment says without them
    assert result.urgency.level is Urgency.EMERGENCY_SAME_DAY
    assert result.urgency.without_set_aside is Urgency.NONE
    assert plain.urgency.without_set_aside is None
    alarm, drug = result.overrides
    assert (alarm.title, alarm.status, alarm.urgency) == ("Alarm", Status.HOLDS, Urgency.EMERGENCY_SAME_DAY)
    assert (alarm.reason, alarm.author, alarm.date, alarm.risen) == (
        "The patient declines",
        "Dr A",
        "2026-05-30",
        False,
    )
    assert (drug.subject, drug.status) == ("L1", Status.SUPPRESSED)


def test_what_another_advice_still_asks_for_is_named(small: Knowledge) -> None:
    about = case(seen("fever", no()), seen("pain", no()), seen("bilirubin", number("10", "umol/L")), *MIDDLE, lesions=1)
    result = assessed(about, small, aside("DRUG", "L1"))
    assert result.urgency.level is Urgency.SOON
    assert result.urgency.without_set_aside is Urgency.ROUTINE  # ASK
    other = assessed(about, small, aside("ASK"))
    assert (other.urgency.level, other.urgency.without_set_aside) == (Urgency.SOON, None)


def test_advice_that_became_more_urgent_says_so(small: Knowledge) -> None:
    older = case(*ILL[:2], seen("age", number("80", "a")))
    (result,) = assessed(older, small, aside("ALARM", level="emergency_same_day")).overrides
    assert (result.urgency, result.risen) == (Urgency.EMERGENCY_NOW, True)


def test_advice_that_says_something_else_by_now_says_so(small: Knowledge) -> None:
    ill = case(*ILL)
    action = next(one.action for one in assessed(ill, small).recommendations if one.id == "ALARM")

    def result(advised: str, language: str) -> OverrideResult:
        return assessed(ill, small, aside("ALARM", advised=advised, language=language)).overrides[0]

    assert (result(action, "en").reworded, result(action, "en").advised) == (False, "")
    assert (result("Wait.", "en").reworded, result("Wait.", "en").advised) == (True, "Wait.")
    assert not result("Wait.", "zh_CN").reworded, "a translation is no change"
    assert not result("", "").reworded, "a file from before the words were kept"
    assert since_decided_text(result("Wait.", "en")).startswith("This advice says something else now")


def test_advice_that_is_gone_keeps_its_words(small: Knowledge) -> None:
    (result,) = assessed(case(*ILL), small, aside("OLD", title="Old advice", advised="Wait.", language="en")).overrides
    assert (result.title, result.advised, result.status) == ("Old advice", "Wait.", None)
    assert since_decided_text(result) == "This advice is not in the knowledge any more."
    well = case(seen("fever", no()), seen("pain", no()), seen("bilirubin", number("10", "umol/L")))
    (ended,) = assessed(well, small, aside("ALARM", title="Alarm", advised="Look.", language="en")).overrides
    assert (ended.advised, ended.reworded) == ("Look.", False)
    assert since_decided_text(ended) == "This advice does not apply any more."


def test_what_does_not_apply_or_is_unknown_is_kept(small: Knowledge) -> None:
    well = case(seen("fever", no()), seen("pain", yes()), seen("bilirubin", number("10", "umol/L")))
    plan = Override(recommendation="", kind=OverrideKind.OTHER_PLAN, text="wait", author="B", date="2026-06-01")
    gone, unknown, own = assessed(
        well, small, aside("ALARM", level="routine"), aside("OLD", reason="x"), plan
    ).overrides
    assert (gone.status, gone.risen) == (Status.DOES_NOT_HOLD, False)
    assert (unknown.status, unknown.urgency, unknown.title, unknown.reason) == (None, None, "", "x")
    assert (own.kind, own.text, own.status) == ("other_plan", "wait", None)
