"""The content model: what the note says of a case and its assessment."""

from datetime import timedelta

import msgspec

from hepalith.domain.assessment import Assessment, Status, Urgency
from hepalith.domain.case import Case, ChoiceValue, Identity, ItemsValue, NumberValue, Observation, State
from hepalith.domain.words import unit_text
from hepalith.figures.segment_map import read_outlines
from hepalith.note.compose import MadeWith, make_content, note_id
from hepalith.note.content import NoteContent
from hepalith.note.options import NoteOptions, NoteState
from hepalith.note.words import CaseWords
from hepalith.resources import resource
from note.builders import AT, advice, basis, cite, make_assessment, make_case, make_knowledge

KNOWLEDGE = make_knowledge()
OUTLINES = read_outlines(resource("pictures", "liver-segments.yaml"))
MADE_WITH = MadeWith(knowledge=KNOWLEDGE, outlines=OUTLINES, program_version="0.1.0")


def content_of(case: Case, assessment: Assessment | None = None, options: NoteOptions | None = None) -> NoteContent:
    return make_content(case, assessment or make_assessment(case), MADE_WITH, AT, options or NoteOptions())


def test_advice_is_sorted_into_plan_avoid_inform_open_and_what_gives_way() -> None:
    content = content_of(make_case())
    assert [one.id for one in content.plan] == ["T-R02", "T-R01"]  # same urgency: refer comes before consider
    assert [one.id for one in content.avoid] == ["T-R03"]
    assert [one.id for one in content.inform] == ["T-R04"]
    assert [one.id for one in content.reopen] == ["T-R08"]
    assert [one.id for one in content.open] == ["T-R05"]
    assert [one.id for one in content.gives_way] == ["T-R06"]
    assert content.gives_way[0].gives_way_to == ("Refer to a centre (T-R02): referral comes first",)


def test_the_most_urgent_comes_first() -> None:
    case = make_case()
    more = advice("T-R09", kind="consider", urgency=Urgency.EMERGENCY_NOW)
    assessment = make_assessment(case)
    changed = msgspec.structs.replace(assessment, recommendations=(*assessment.recommendations, more))
    assert content_of(case, changed).plan[0].id == "T-R09"


def test_what_does_not_hold_is_not_in_the_note() -> None:
    assert b"T-R07" not in msgspec.json.encode(content_of(make_case()))


def test_the_same_advice_for_many_lesions_stands_once() -> None:
    content = content_of(make_case(lesions=20))
    drug = next(one for one in content.plan if one.id == "T-R01")
    assert drug.subjects[0] == "L1 (right lobe)"
    assert drug.subjects[-1] == "L20"
    assert len(drug.subjects) == 20
    assert len([cause for cause in content.causes if cause.id == "T-C1"]) == 1
    assert len(content.follow_up) == 2


def test_different_advice_for_two_lesions_stays_apart() -> None:
    case = make_case(lesions=2)
    assessment = make_assessment(case)
    changed = tuple(
        msgspec.structs.replace(one, urgency=Urgency.URGENT) if (one.id, one.subject) == ("T-R01", "L2") else one
        for one in assessment.recommendations
    )
    content = content_of(case, msgspec.structs.replace(assessment, recommendations=changed))
    assert [(one.subjects, one.urgency) for one in content.plan if one.id == "T-R01"] == [
        (("L2",), Urgency.URGENT),
        (("L1 (right lobe)",), Urgency.SOON),
    ]


def test_findings_stand_as_entered_with_units_limits_and_dates() -> None:
    rows = {row.label: row for section in content_of(make_case()).findings for row in reversed(section.rows)}
    assert rows["Age"].value == "65 years"
    assert rows["Bilirubin, total"].value == "0.8 mg/dL (laboratory: up to 1.2 mg/dL)"
    assert rows["Bilirubin, total"].where == "2026-05-18"
    assert rows["Largest diameter"].value == "10 mm"
    assert rows["Largest diameter"].where == "CT, portal venous, 3 mm slices 2026-05-20"
    assert rows["Nature"].value == "Solid or Cystic"
    assert rows["Nature"].origin == "imported"
    assert rows["Soft tissue beside the calcium"].value == "looked for, cannot be told"
    assert rows["Liver risks"].value == "Fatty liver; not: Hepatitis B; others not recorded"


def test_a_finding_that_the_knowledge_does_not_know_is_shown() -> None:
    section = content_of(make_case()).findings[-1]
    assert "not evaluated" in section.title
    assert [(row.label, row.value) for row in section.rows] == [("from_the_future", "yes")]


def test_what_is_not_recorded_is_said() -> None:
    content = content_of(make_case())
    assert content.not_recorded == ("Medicines",)
    assert [one.label for one in content.missing] == ["Pregnancy", "Soft tissue beside the calcium"]
    assert content.missing[0].wanted_by == ("Look for a second lesion",)
    assert content.urgency.could_be == "Urgent"
    assert content.urgency.could_be_needs == ("Pregnancy",)


def test_references_are_numbered_and_complete() -> None:
    content = content_of(make_case())
    assert [reference.number for reference in content.references] == list(range(1, len(content.references) + 1))
    by_id = {reference.id: reference for reference in content.references}
    assert set(by_id) == {"SRC-A", "SRC-B", "SRC-C", "SRC-D"}
    assert by_id["SRC-A"].identifiers == ("doi:10.1000/a",)
    assert "as summarised by SRC-B" in by_id["SRC-A"].locators
    assert by_id["SRC-B"].basis == "secondary"
    drug = next(one for one in content.plan if one.id == "T-R01")
    assert [(cite.number, cite.locator) for cite in drug.ground.cites] == [
        (by_id["SRC-A"].number, "as summarised by SRC-B"),
        (by_id["SRC-B"].number, ""),
    ]


def test_what_is_only_named_brings_no_reference() -> None:
    case = make_case()
    hidden = advice("T-R10", status=Status.CANNOT_BE_EXCLUDED, basis=basis("read", cite("SRC-E")))
    assessment = msgspec.structs.replace(make_assessment(case), recommendations=(hidden,))
    assert "SRC-E" not in [reference.id for reference in content_of(case, assessment).references]


def test_a_source_that_is_gone_is_still_named() -> None:
    case = make_case()
    odd = advice("T-R10", basis=basis("read", cite("GONE")))
    assessment = msgspec.structs.replace(make_assessment(case), recommendations=(odd,))
    (reference, *_rest) = content_of(case, assessment).references
    assert (reference.id, reference.title) == ("GONE", "not in this knowledge base")


def test_basis_and_review_are_at_each_statement() -> None:
    overdue = basis("recalled")
    overdue = msgspec.structs.replace(overdue, overdue=True, review_by="2026-01-01", reviewed_by="Dr Who")
    case = make_case()
    assessment = msgspec.structs.replace(make_assessment(case), recommendations=(advice("T-R10", basis=overdue),))
    ground = content_of(case, assessment).plan[0].ground
    assert ground.basis == "recalled"
    assert ground.review == "reviewed by Dr Who, review overdue since 2026-01-01"


def test_the_patient_key_without_name_or_number() -> None:
    assert content_of(make_case()).header.patient_key == "LC-2026-00042 · Doe, Jane"
    assert content_of(make_case(identity=Identity(name="Doe"))).header.patient_key == "Doe"
    nobody = msgspec.structs.replace(make_case(), identity=Identity())
    assert content_of(nobody).header.patient_key == "Case 6f1c1a52"


def test_the_note_id_depends_on_all_that_is_said() -> None:
    case = make_case()
    assessment = make_assessment(case)
    first = note_id(case, assessment, AT, NoteOptions())
    assert first == note_id(make_case(), make_assessment(case), AT, NoteOptions())
    others = [
        note_id(make_case(remark="x"), assessment, AT, NoteOptions()),
        note_id(case, assessment, AT + timedelta(minutes=1), NoteOptions()),
        note_id(case, assessment, AT, NoteOptions(state=NoteState.FINAL)),
    ]
    assert len({first, *others}) == 4


def test_a_map_and_a_plot_where_there_are_two_dates() -> None:
    shown, plot = content_of(make_case()).figures
    assert shown.alt == "Liver segments: L1 in VI."
    assert plot.alt == (
        "Largest diameter of L1 (right lobe) over time: 2024-05-20 9 mm ± 2, Ultrasound; 2026-05-20 10 mm ± 2, CT, "
        "Unchanged. Next: Ultrasound, due 2026-09-01, not before 2026-08-18, not after 2026-10-01."
    )
    assert plot.alt in plot.svg
    case = make_case()
    once = msgspec.structs.replace(case, observations=tuple(o for o in case.observations if o.study != "S0"))
    assert [figure.title for figure in content_of(once).figures] == ["Liver segments"]


def test_units_as_people_write_them() -> None:
    shown = {
        "umol/L": "µmol/L",
        "ug/L": "µg/L",
        "10*9/L": "×10⁹/L",
        "mm[Hg]": "mmHg",
        "Cel": "°C",
        "1": "",
        "U/L": "U/L",
    }
    assert {unit: unit_text(unit) for unit in shown} == shown
    assert unit_text("mL/min/{1.73_m2}") == "mL/min/1.73 m²"


def test_values_of_every_state() -> None:
    words = CaseWords(make_case(), KNOWLEDGE)
    assert words.value(Observation(finding="age_years", state=State.UNOBTAINABLE)) == "cannot be obtained here"
    assert words.value(
        Observation(finding="bilirubin", value=NumberValue(number="5", unit="umol/L", comparator="<"))
    ) == ("< 5 µmol/L")
    assert words.value(Observation(finding="sex", value=ChoiceValue(candidates=("new_choice",)))) == "new_choice"
    risks = ItemsValue(absent=("hbv", "alcohol", "masld"))
    assert words.value(Observation(finding="risks", value=risks)) == "none of these"
    assert words.value(Observation(finding="risks", value=ItemsValue())) == "not recorded"
