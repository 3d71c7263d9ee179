"""What one lesion needs and another is warned against is shown as a conflict between the two."""

from datetime import date

from hepalith.decision.assess import evaluate
from hepalith.domain.assessment import Conflict
from support.vignettes import Vignette, case_of, knowledge_and_problems

HAEMANGIOMA = {"tumour_diagnosis": "haemangioma", "size_mm": 30}
PSEUDOTUMOUR = {"tumour_diagnosis": "ipt", "size_mm": 25}


def conflicts(**lesions: dict[str, object]) -> tuple[Conflict, ...]:
    knowledge = knowledge_and_problems()[0]
    case = Vignette(id="T", title="", as_of="2026-06-01", expect={}, patient={"age_years": 50}, lesions=lesions)
    made = evaluate(case_of(case, knowledge), knowledge, date(2026, 6, 1), trace=False)
    return tuple(one for one in made.conflicts if one.id not in knowledge.conflicts)


def test_a_biopsy_of_one_lesion_and_none_of_the_other_is_a_conflict_between_them() -> None:
    (found,) = conflicts(L1=PSEUDOTUMOUR, L2=HAEMANGIOMA)
    assert found.topic == "L1 and L2 need different things: biopsy"
    assert [side.text[:3] for side in found.positions] == ["L1:", "L2:"]
    assert "NEO-R114" in found.positions[0].text
    assert "NEO-R131" in found.positions[1].text


def test_one_lesion_alone_has_none() -> None:
    assert conflicts(L1=PSEUDOTUMOUR) == ()
    assert conflicts(L1=HAEMANGIOMA) == ()


def test_lesions_that_need_the_same_have_none() -> None:
    assert conflicts(L1=HAEMANGIOMA, L2=HAEMANGIOMA) == ()
