"""What has to hold but fits nearly every case raises no level: that calcium is there, that no cancer is known."""

from datetime import date

import pytest

from hepalith.decision.assess import evaluate
from support.vignettes import all_vignettes, case_of, knowledge_and_problems


@pytest.mark.parametrize("name", ["PUB02", "FV01", "NV09"])
def test_no_higher_level_is_said_of_a_plain_case(name: str) -> None:
    """A wholly calcified focus, a closed granuloma, a carcinoma in cirrhosis; nobody asked whether it is a graft."""
    knowledge, _problems = knowledge_and_problems()
    vignette = next(one for one in all_vignettes() if one.id == name)
    result = evaluate(case_of(vignette, knowledge), knowledge, date.fromisoformat(vignette.as_of), trace=False)
    assert (result.urgency.could_be, result.urgency.could_be_by) == (None, "")
