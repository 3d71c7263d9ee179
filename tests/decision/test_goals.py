"""What an end still needs is asked first, and a case comes to an end when it has come to one."""

from datetime import date

import pytest
from msgspec.structs import replace

from hepalith.decision.ask_next import questions_of
from hepalith.decision.goals import EMERGENCY, end_of, shares
from hepalith.decision.what_if import Asker, WhatIf
from hepalith.domain.assessment import Ending, EndKind, Urgency
from hepalith.domain.case import Case, NumberValue, Observation, State
from support.building import case, choice, items, number, seen
from support.vignettes import all_vignettes, case_of, knowledge_and_problems

KNOWLEDGE = knowledge_and_problems()[0]
TODAY = date(2026, 6, 1)
ASKER = Asker(KNOWLEDGE)
CLOSED, CYST, INACTIVE, BLEEDING = "FV01", "CV04", "CV01", "CV57"


def vignette(name: str) -> Case:
    """A case of the tests."""
    return case_of(next(one for one in all_vignettes() if one.id == name), KNOWLEDGE)


def asked(about: Case) -> WhatIf:
    """The case with every answer tried."""
    return ASKER.what_if(about, TODAY)


def end(about: Case) -> Ending | None:
    """The end that a case comes to."""
    return end_of(asked(about))


def ends(about: Case) -> Ending:
    """The end that a case comes to; there is one."""
    found = end(about)
    assert found is not None
    return found


def to_ask(about: Case) -> list[str]:
    """What has to be asked before the end is reached; there is an end."""
    return [need.finding for need in ends(about).to_ask]


def without(about: Case, *names: str) -> Case:
    """The case without some findings."""
    return replace(about, observations=tuple(one for one in about.observations if one.finding not in names))


def unobtainable(about: Case, *names: str) -> Case:
    """The case in which some findings of its lesion cannot be obtained."""
    told = tuple(Observation(finding=name, subject="L1", state=State.UNOBTAINABLE) for name in names)
    return replace(without(about, *names), observations=(*without(about, *names).observations, *told))


def test_an_empty_case_has_come_to_no_end() -> None:
    assert end(case()) is None
    assert end(case(lesions=1)) is None


def test_a_case_is_closed_when_each_lesion_is() -> None:
    closed = vignette(CLOSED)
    found = end(closed)
    assert found is not None
    assert found.kind is EndKind.CLOSED
    assert found.advice[0].id == "BF-R10"
    assert [one.id for one in found.causes] == ["FE01"]
    second = closed.with_new_lesion("")
    assert end(second) is None, "of the other lesion nothing is known, so that no cause leads"
    scarcely = ends(
        replace(second, observations=(*second.observations, seen("calc_shape", items(("punctate",)), "L2")))
    )
    assert scarcely.kind is EndKind.UNPLANNED, "of the other lesion only the shape of its calcium is known"
    assert ("size_mm", "L2") in [(need.finding, need.subject) for need in scarcely.to_ask]


@pytest.mark.parametrize(
    ("finding", "value"),
    [("hb_drop", number("30", "g/L")), ("lactate", number("4", "mmol/L")), ("alt", number("900", "U/L"))],
)
def test_a_case_is_not_closed_beside_something_urgent(finding: str, value: NumberValue) -> None:
    about = without(vignette(CLOSED), finding)
    found = end(replace(about, observations=(*about.observations, seen(finding, value))))
    assert found is None or found.kind is not EndKind.CLOSED


def test_no_end_is_reached_while_an_emergency_can_still_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = vignette(CLOSED)
    assert to_ask(closed) == []
    monkeypatch.setattr("hepalith.decision.goals._still_to_ask", lambda _what_if, _kind: iter([("pulse", "patient")]))
    assert to_ask(closed) == ["pulse"]


def test_a_case_is_closed_beside_what_is_routine_but_not_beside_what_is_wanted_soon() -> None:
    found = asked(vignette(CLOSED))
    kinds = []
    for level in (Urgency.ROUTINE, Urgency.SOON):
        found.effects.level = level.rank
        ending = end_of(found)
        kinds.append(ending and ending.kind)
    assert kinds[0] is EndKind.CLOSED
    assert kinds[1] is not EndKind.CLOSED


@pytest.mark.parametrize("name", ["jaundice", "soft_tissue", "men2_family", "vessels"])
def test_what_was_not_asked_keeps_a_case_from_being_closed(name: str) -> None:
    found = end(without(vignette(CLOSED), name))
    assert found is None or found.kind is not EndKind.CLOSED


def test_a_plan_stands_when_a_cause_leads_and_every_sign_of_an_emergency_was_asked() -> None:
    cyst = vignette(CYST)
    found = end(cyst)
    assert found is not None
    assert found.kind is EndKind.PLANNED
    assert [one.id for one in found.causes] == ["CE"]
    assert "CE-R11" in [one.id for one in found.advice]
    assert found.to_ask == ()
    assert "internal_haemorrhage" in to_ask(without(cyst, "internal_haemorrhage")), "an emergency rests on it"
    assert to_ask(unobtainable(cyst, "internal_haemorrhage")) == [], "what cannot be obtained is no question any more"
    assert end(without(cyst, "nature", "us_stage_reported", "double_line")) is None, "no cause leads"


def test_the_fewer_are_left_of_a_goal_the_more_each_of_them_counts() -> None:
    closed = vignette(CLOSED)
    one, two = (shares(asked(without(closed, *names))) for names in (["men2_family"], ["men2_family", "lesion_count"]))
    assert one["men2_family", "patient"] == pytest.approx(1)
    assert two["men2_family", "patient"] == pytest.approx(0.5)
    assert two["lesion_count", "patient"] > 0


def test_a_closing_gate_that_is_out_of_reach_is_no_goal() -> None:
    open_, cystic = (
        shares(asked(case(lesions=1))),
        shares(asked(case(seen("nature", choice("cystic"), "L1"), lesions=1))),
    )
    assert open_["men2_family", "patient"] > 0
    assert ("men2_family", "patient") not in cystic, "only the closing gate rests on it"


def test_some_advice_is_for_emergencies() -> None:
    assert sum(EMERGENCY in one.entry.tags for one in KNOWLEDGE.recommendations.values()) > 20


def test_advice_that_goes_with_a_plan_is_none_by_itself() -> None:
    acting = {(one.id, one.subject) for one in ends(vignette(CYST)).advice}
    assert ("CE-R11", "L1") in acting
    assert not {("GEN-R06", "L1"), ("CE-R17", "L1")} & acting, "to look for further cysts, and cover before a needle"


@pytest.mark.parametrize(
    ("about", "advice", "unknown"),
    [(CYST, "CE-R28S", "size_mm"), (BLEEDING, "CYS-R04", "mural_nodule")],
)
def test_a_plan_that_takes_a_value_as_unknown_waits_for_it_while_it_can_be_asked(
    about: str, advice: str, unknown: str
) -> None:
    untold = without(vignette(about), unknown)
    assert [one.id for one in ends(untold).advice] == [advice]
    assert unknown in to_ask(untold)
    assert unknown not in to_ask(unobtainable(vignette(about), unknown)), "what cannot be obtained keeps no end away"


def test_a_bleeding_cyst_has_a_planned_end_once_a_neoplasm_is_excluded() -> None:
    found = ends(vignette(BLEEDING))
    assert found.kind is EndKind.PLANNED
    assert [one.id for one in found.advice] == ["CYS-R04"]
    assert "mural_nodule" not in to_ask(vignette(BLEEDING))


def test_no_end_is_reached_while_one_answer_makes_the_case_more_urgent() -> None:
    metastases = vignette("NV24").without_lesion("L2").without_lesion("L3")
    untold = without(metastases, "tumour_diagnosis")
    assert ends(untold).kind is EndKind.PLANNED
    assert "tumour_diagnosis" in to_ask(untold), "the board of colorectal metastases is urgent, the plan is not"
    assert "tumour_diagnosis" not in to_ask(metastases)


def test_a_lesion_without_a_plan_ends_when_what_could_bring_one_was_asked() -> None:
    haemangioma = vignette("NKC01")
    found = ends(haemangioma)
    assert (found.kind, found.advice) == (EndKind.UNPLANNED, ())
    assert [one.id for one in found.causes] == ["E-HEM"]
    assert "compression_of" in to_ask(haemangioma), "a compressed neighbour asks for a surgeon"


def test_a_plan_that_a_question_would_replace_is_not_the_end() -> None:
    inactive = vignette(INACTIVE)
    assert to_ask(inactive) == []
    untold = without(inactive, "prior_ce", "inactive_route")
    found = end(untold)
    assert found is not None
    assert [one.id for one in found.advice] == ["CE-R21"], "the plan while it is not known whether it was treated"
    assert "prior_ce" in to_ask(untold)
    assert shares(asked(untold))["prior_ce", "patient"] > 0


def test_an_urgency_that_rests_on_a_test_that_was_not_asked_for_is_not_the_end() -> None:
    untold = without(vignette(INACTIVE), "serology_ce", "serology_ce_second")
    assert {"serology_ce", "serology_ce_second"} <= set(to_ask(untold))
    active = without(vignette(CYST), "serology_ce")
    assert "serology_ce" not in to_ask(active), "there the plan is as urgent as the test"


@pytest.mark.parametrize("name", ["CV01", "CV12", "BV36", "NV09", "NV24", "FV16", "NKC01"])
def test_what_has_to_be_asked_before_an_end_is_on_offer(name: str) -> None:
    found = asked(vignette(name))
    ending = end_of(found)
    assert ending is not None
    offered = questions_of(found)
    keys = {(one.finding, one.subject) for one in offered.questions}
    keys |= {(need.finding, need.subject) for group in offered.groups for need in group.findings}
    assert {(need.finding, need.subject) for need in ending.to_ask} <= keys
