"""The long comparison: answers that are taken over are right, and a fault anywhere is noticed in families of cases."""

from collections.abc import Callable
from typing import Any

import pytest

from hepalith.decision.evaluation import Evaluation
from hepalith.decision.observed import ObservedCase
from support import agreement, generate, remembering
from support.agreement import Comparison
from support.families import Generator
from support.generated import KNOWLEDGE
from support.questions import questions
from support.readers import interpreted, interpreted_alone, observed
from support.remembering import Memory, Watched


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return Comparison(KNOWLEDGE, seed=4, size=15, columns=False)


@pytest.fixture(scope="module")
def generator() -> Generator:
    return Generator(KNOWLEDGE, seed=4, size=15)


def taken_over_wrongly(generator: Generator) -> bool:
    """Whether any answer in some families is not the one that is given where nothing is taken over."""
    for number in range(4):
        _name, cases, as_of = generator.family(number)
        alone = [interpreted_alone(Evaluation(case, KNOWLEDGE, as_of)) for case in cases]
        if interpreted(observed(cases, as_of, KNOWLEDGE), KNOWLEDGE) != [
            [given for (given,) in each] for each in zip(*alone, strict=True)
        ]:
            return True
    return False


def test_answers_that_are_taken_over_are_those_of_the_case_alone(generator: Generator) -> None:
    assert not taken_over_wrongly(generator)


def test_cases_of_other_examinations_are_no_family(generator: Generator) -> None:
    _name, (one, *_rest), as_of = generator.family(0)
    with pytest.raises(ValueError, match="more than their observations"):
        interpreted(observed([one, one.with_new_lesion()], as_of, KNOWLEDGE), KNOWLEDGE)


def _forgets_what_was_read(self: Memory, key: Any, make: Callable[[], Any]) -> Any:
    outside = self.read
    value = REMEMBERED(self, key, make)
    self.read = outside
    return value


def _first_change_only(self: Watched, other: Watched) -> Any:
    return dict(list(DIFFERING(self, other).items())[:1])


REMEMBERED, DIFFERING = Memory.remembered, Watched.differing
FAULTS: dict[str, tuple[Any, str, Any]] = {
    "findings that are read are not noted": (Watched, "groups", ObservedCase.groups),
    "what was read for a part is forgotten": (Memory, "remembered", _forgets_what_was_read),
    "what has a name always stands": (Memory, "_is_outdated", lambda _self, _answer: False),
    "only the first finding counts as changed": (Watched, "differing", _first_change_only),
    "conditions that are read are not noted": (
        remembering._Conditions,
        "truth",
        lambda self, node, subject, fresh=False: self._below.truth(node, subject, fresh),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_taken_over_wrongly_is_noticed(
    fault: str, generator: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(*FAULTS[fault])
    assert taken_over_wrongly(generator)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_long_run_notices_what_is_taken_over_wrongly(
    fault: str, comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(*FAULTS[fault])
    assert any(comparison.families([number]).lines for number in range(8))


def test_the_long_run_says_what_it_compared_and_what_it_never_saw(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agreement, "SIZE", 3)
    assert agreement.main(["--cases", "3", "--without-columns"]) == 0
    printed = capsys.readouterr().out
    assert "3 cases, 0 differ" in printed
    assert "never true" in printed


def test_a_tour_goes_before_the_long_run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    some = [one for one in generate.conditions(KNOWLEDGE) if one.place.startswith("gate needle")][:5]
    monkeypatch.setattr(generate, "conditions", lambda _knowledge: some)
    monkeypatch.setattr(agreement, "SIZE", 3)
    assert agreement.main(["--cases", "0", "--tour", "--without-columns"]) == 0
    printed = capsys.readouterr().out
    assert ", 0 differ" in printed
    names = [one.name for one in questions(KNOWLEDGE, ("L1",)) if one.tree in [condition.tree for condition in some]]
    assert names
    assert not any(f"{name}: never" in printed for name in names)
