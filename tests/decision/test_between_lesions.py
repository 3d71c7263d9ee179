"""What one lesion needs and another is warned against is shown as a conflict between the two."""

from datetime import date

from msgspec.structs import replace

from hepalith.decision.assess import evaluate
from hepalith.decision.between_lesions import between_lesions
from hepalith.domain.assessment import Assessment, LesionConflict
from hepalith.domain.case import PATIENT
from hepalith.domain.words import between_lesions_text
from support.vignettes import Vignette, case_of, knowledge_and_problems

HAEMANGIOMA = {"tumour_diagnosis": "haemangioma", "size_mm": 30}
PSEUDOTUMOUR = {"tumour_diagnosis": "ipt", "size_mm": 25}
HYDATID = {"nature": "complex_cystic", "us_stage_reported": "CE2", "daughter_cysts": "yes", "size_mm": 60}
ABSCESS = {"nature": "complex_cystic", "content": "fluid", "enhancement": "arterial_rim", "gas_in_lesion": "yes"}
GRANULOMA = {"nature": "solid", "calc_extent": "whole", "calc_shape": {"only": ["punctate"]}, "size_mm": 4}


def assessed(**lesions: dict[str, object]) -> Assessment:
    knowledge = knowledge_and_problems()[0]
    case = Vignette(id="T", title="", as_of="2026-06-01", expect={}, patient={"age_years": 50}, lesions=lesions)
    return evaluate(case_of(case, knowledge), knowledge, date(2026, 6, 1), trace=False)


def conflicts(**lesions: dict[str, object]) -> tuple[LesionConflict, ...]:
    return assessed(**lesions).between_lesions


def named(conflict: LesionConflict) -> tuple[str, list[tuple[str, str]], list[tuple[str, str]]]:
    sides = ([(one.lesion, one.recommendation) for one in side] for side in (conflict.wanted, conflict.barred))
    return (conflict.matter, *sides)


def test_a_biopsy_of_one_lesion_and_none_of_the_other_is_a_conflict_between_them() -> None:
    (found,) = conflicts(L1=PSEUDOTUMOUR, L2=HAEMANGIOMA)
    assert named(found) == ("biopsy", [("L1", "NEO-R114")], [("L2", "NEO-R131")])
    title, wanted, barred = between_lesions_text(found, str)
    assert title == "Biopsy: wanted for L1, warned against for L2"
    assert wanted == "Inflammatory pseudotumour suspected (NEO-R114) – L1"
    assert barred == "Haemangioma on imaging, avoid biopsy (NEO-R131) – L2"


def test_a_biopsy_of_one_lesion_and_no_needle_into_the_other_is_one_too() -> None:
    (found,) = conflicts(L1=HYDATID, L2=PSEUDOTUMOUR)
    assert named(found) == ("needle", [("L2", "NEO-R114")], [("L1", "GEN-R04")])


def test_six_lesions_have_one_conflict_for_each_matter_and_each_lesion_its_own_advice() -> None:
    made = assessed(L1=HYDATID, L2=PSEUDOTUMOUR, L3=HAEMANGIOMA, L4=GRANULOMA, L5=HAEMANGIOMA, L6=PSEUDOTUMOUR)
    biopsy, needle = made.between_lesions
    assert named(biopsy) == (
        "biopsy",
        [("L2", "NEO-R114"), ("L6", "NEO-R114")],
        [("L3", "NEO-R131"), ("L5", "NEO-R131")],
    )
    assert named(needle) == ("needle", [("L2", "NEO-R114"), ("L6", "NEO-R114")], [("L1", "GEN-R04")])
    assert between_lesions_text(needle, str)[1] == "Inflammatory pseudotumour suspected (NEO-R114) – L2, L6"
    assert {one.subject for one in made.recommendations if one.status == "holds"} >= {"L1", "L2", "L3", "L5", "L6"}


def test_the_patient_is_as_urgent_as_the_most_urgent_lesion() -> None:
    alone = assessed(L1=ABSCESS).urgency
    together = assessed(L1=GRANULOMA, L2=HAEMANGIOMA, L3=ABSCESS).urgency
    assert alone.level == together.level == "emergency_same_day"
    assert together.subject == "L3"
    assert assessed(L1=GRANULOMA, L2=HAEMANGIOMA).urgency.level != "emergency_same_day"


def test_what_is_wanted_and_barred_for_the_same_lesion_is_none_between_lesions() -> None:
    made = assessed(L1=PSEUDOTUMOUR, L2=HAEMANGIOMA)
    of_one = [replace(one, subject="L1") for one in made.recommendations if one.subject != PATIENT]
    assert between_lesions(of_one, knowledge_and_problems()[0]) == ()


def test_one_lesion_alone_has_none() -> None:
    assert conflicts(L1=PSEUDOTUMOUR) == ()
    assert conflicts(L1=HAEMANGIOMA) == ()


def test_lesions_that_need_the_same_have_none() -> None:
    assert conflicts(L1=HAEMANGIOMA, L2=HAEMANGIOMA) == ()
