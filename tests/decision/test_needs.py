"""What has to be told for a value to be known."""

from datetime import date

import pytest

from hepalith.decision.assess import evaluate
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.needs import Needs
from hepalith.domain.case import PATIENT, Observation
from hepalith.knowledge.tree import Reference
from support.building import case, choice, number, seen
from support.vignettes import knowledge_and_problems

JAPONICUM, MANSONI = choice("japonicum_mekongi"), choice("mansoni_other")


@pytest.mark.parametrize(
    ("told", "needed"),
    [
        ((), ["schisto_species", "weight_kg"]),
        ((seen("schisto_species", JAPONICUM),), ["weight_kg"]),
        ((seen("schisto_species", MANSONI),), ["weight_kg"]),
        ((seen("weight_kg", number("60", "kg")),), ["schisto_species"]),
        ((seen("weight_kg", number("60", "kg")), seen("schisto_species", JAPONICUM)), []),
    ],
)
def test_a_dose_by_weight_needs_what_picks_its_row_and_what_the_row_computes_with(
    told: tuple[Observation, ...], needed: list[str]
) -> None:
    evaluation = Evaluation(case(*told), knowledge_and_problems()[0], date(2026, 6, 1))
    dose = Reference("praziquantel_mg_total", lesion=False, derived=True)
    assert Needs(evaluation).of(dose, PATIENT) == tuple((finding, PATIENT) for finding in needed)


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        ((), "dose for this weight: not known in 2 doses"),
        ((seen("weight_kg", number("40", "kg")),), "dose for this weight: 600 mg/d in 2 doses"),
    ],
)
def test_a_dose_is_not_given_for_the_weight_of_anyone(weight: tuple[Observation, ...], said: str) -> None:
    """The lightest and the heaviest that can be entered are no patient: 4 to 800 mg is no dose."""
    knowledge = knowledge_and_problems()[0]
    about = case(
        seen("us_stage_reported", choice("CE1"), "L1"), seen("size_mm", number("40", "mm"), "L1"), *weight, lesions=1
    )
    made = evaluate(about, knowledge, date(2026, 6, 1), trace=False)
    (advice,) = [one for one in made.recommendations if one.id == "CE-R10"]
    assert said in advice.action
