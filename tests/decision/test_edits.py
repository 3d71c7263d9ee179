"""What is made after an edit, with what was kept from before it, is what would be made from nothing."""

from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from hepalith.decision import verdicts
from hepalith.decision.assess import Assessor
from hepalith.decision.reading import Reading, Stand
from hepalith.decision.what_if import Asker
from hepalith.domain.assessment import Assessment
from hepalith.domain.case import PATIENT, Case, Lesion, Observation
from support.generated import KNOWLEDGE, TODAY
from support.vignettes import all_vignettes, case_of

STEPS = 8
encoded = msgspec.json.Encoder().encode


def cases_of_one_patient(random: Random) -> Iterator[Case]:
    """A case and what becomes of it in some edits: entries, other answers, entries taken back, lesions, studies."""
    case = case_of(random.choice(all_vignettes()), KNOWLEDGE)
    case = replace(case, observations=case.observations[: random.randrange(len(case.observations) + 1)])
    for _ in range(random.choice((0, 0, 3)) if case.lesions else 0):
        case = _with_lesion(case, random)
    yield case
    for _ in range(STEPS):
        edit = random.choices((_entered, _taken_back, _with_lesion, _with_study), (6, 2, 1, 1))[0]
        case = edit(case, random)
        yield case


def _entered(case: Case, random: Random) -> Case:
    lesions = [lesion.id for lesion in case.lesions]
    others = case_of(random.choice(all_vignettes()), KNOWLEDGE).observations
    some = [one for one in others if not one.study and (lesions or one.subject == PATIENT)]
    if not some:
        return case
    one = random.choice(some)
    return case.with_observation(one if one.subject == PATIENT else replace(one, subject=random.choice(lesions)))


def _taken_back(case: Case, random: Random) -> Case:
    return case.without_observation(random.choice(case.observations).key) if case.observations else case


def _with_lesion(case: Case, random: Random) -> Case:
    """With one lesion more, of which some is recorded as of another; or with one less."""
    if len(case.lesions) > 1 and random.random() < 0.5:
        return case.without_lesion(random.choice(case.lesions).id)
    added = Lesion(id=f"L{1 + max((int(one.id[1:]) for one in case.lesions if one.id[1:].isdigit()), default=0)}")
    known: list[Observation] = [one for one in case.observations if one.subject != PATIENT]
    copied = {one.key: one for one in (replace(one, subject=added.id) for one in known if random.random() < 0.5)}
    return replace(case, lesions=(*case.lesions, added), observations=(*case.observations, *copied.values()))


def _with_study(case: Case, random: Random) -> Case:
    if not case.studies:
        return case
    return case.with_study(replace(random.choice(case.studies), modality=random.choice(["ct", "mri", "ultrasound"])))


@cache
def drawn(seed: int) -> list[Case]:
    return list(cases_of_one_patient(Random(seed)))  # noqa: S311 (no secret)


def assessed(case: Case, asker: Asker, *, full: bool) -> Assessment:
    return Assessor(case, KNOWLEDGE, TODAY, asker).assessment(trace=False, full=full)


def differing(seeds: range) -> Iterator[bool]:
    """For each edit, whether the assessment is another one than that made from nothing."""
    kept = Asker(KNOWLEDGE)
    for seed in seeds:
        for number, case in enumerate(drawn(seed)):
            full = number % 4 == 3
            one, other = (assessed(case, asker, full=full) for asker in (kept, Asker(KNOWLEDGE)))
            yield encoded(one) != encoded(other)


@pytest.mark.slow
def test_every_edit_gives_what_is_made_from_nothing() -> None:
    assert not any(differing(range(6)))


def test_some_edits_give_what_is_made_from_nothing() -> None:
    assert not any(differing(range(6, 7)))


CHANGED_SINCE = Stand.changed_since


def _changes_of_lesions_are_missed(self: Stand, before: Stand | None) -> Any:
    found = CHANGED_SINCE(self, before)
    return found if found is None else {PATIENT: found.get(PATIENT, set())}


FAULTS = {
    "changes of lesions are missed": (Stand, "changed_since", _changes_of_lesions_are_missed),
    "no condition seems changed": (Reading, "unchanged_since", lambda *_arguments: 0),
    "no advice and no cause seems changed": (Reading, "judged_since", lambda *_arguments: 0),
    "what gives way is not judged again": (verdicts, "_put", lambda *arguments: PUT(*arguments) and False),
}
PUT = verdicts._put


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_kept_too_long_is_noticed(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*FAULTS[fault])
    assert any(differing(range(20)))
