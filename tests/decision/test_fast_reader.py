"""The fast reader and the reference interpreter agree, and where one of them is made wrong, it is noticed."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from hepalith.decision import planes
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.leaves import Leaves, Variation
from hepalith.decision.observed import ObservedCase
from hepalith.decision.planes import Pieces
from hepalith.decision.precedence import Judgement
from hepalith.decision.program import Read, Runner, Writer, program_of
from hepalith.decision.reading import Stand
from hepalith.decision.single import CaseReader, Inputs
from hepalith.decision.verdicts import Verdicts
from hepalith.domain.case import PATIENT, Case
from hepalith.domain.truth import Truth
from support.agreement import Both, Comparison
from support.building import case, choice, seen, yes
from support.generated import KNOWLEDGE, TODAY, cases
from support.vignettes import all_vignettes, case_of

PARTS = 16


@pytest.fixture(scope="module")
def both() -> Both:
    return Both(KNOWLEDGE)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_case_is_read_as_the_interpreter_reads_it(both: Both, part: int) -> None:
    for vignette in all_vignettes()[part::PARTS]:
        found = both.differences(case_of(vignette, KNOWLEDGE), date.fromisoformat(vignette.as_of))
        assert not found, (vignette.id, found)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_answers_to_open_findings_are_read_as_the_interpreter_reads_the_answered_case(both: Both, part: int) -> None:
    vignettes = all_vignettes()[part :: len(all_vignettes()) // PARTS]
    vignette = vignettes[0]
    found = both.differences(case_of(vignette, KNOWLEDGE), date.fromisoformat(vignette.as_of), every=20, first=part)
    assert not found, (vignette.id, found)


@settings(max_examples=30)
@given(cases())
def test_generated_cases_are_read_as_the_interpreter_reads_them(both: Both, case: Case) -> None:
    found = both.differences(case, TODAY, every=700)
    assert not found


def _and_for_or(self: Writer, parts: Any) -> Any:
    return self._all(parts)


def _without_absence(self: Writer, reference: Any) -> str:
    return ""


def _first_row_only(self: Writer, derived: Any, fresh: bool) -> Any:
    row = derived.rows[0]
    return [(self._truth(row.when, fresh)[0], row.then), ("full", derived.otherwise or derived.rows[-1].then)]


_READ = Writer._read


def _old_values_count(self: Writer, method: str, reference: Any, *more: str, count: int, fresh: bool) -> Any:
    return _READ(self, method, reference, *more, count=count, fresh=False)


def _now_for_then(self: Writer, method: str, reference: Any, *more: str, count: int, fresh: bool) -> Any:
    return _READ(self, method, replace(reference, until=""), *more, count=count, fresh=fresh)


CHANGED_SINCE = Stand.changed_since


def _nothing_changes(self: Stand, before: Stand | None) -> Any:
    return {} if CHANGED_SINCE(self, before) is not None else None


def _carry_lost(total: list[int], plane: int, amount: int) -> None:
    for digit in planes.bits(amount):
        total[digit] ^= plane


def _every_lesion(_self: Verdicts, rule: Any, _subject: str, _whose: str) -> Any:
    return rule.winners


def _fewer(self: Pieces[Any], predicate: Callable[[Any], bool], full: int) -> int:
    return planes.union(plane for plane, value in self.parts[1:] if predicate(value)) | (
        full ^ self.changed if predicate(self.base) else 0
    )


def test_after_an_error_the_reader_of_a_case_reads_on() -> None:
    reader, case = CaseReader(KNOWLEDGE), ObservedCase(Case(case_id=""), KNOWLEDGE.findings, TODAY)
    with pytest.raises(TypeError):
        reader.read(Inputs(case, {PATIENT: None}))  # type: ignore[dict-item]
    assert len(reader.read(reader.inputs(case)).frame(PATIENT)) > 1000


def test_after_an_error_a_reader_reads_on() -> None:
    runner = Runner(program_of(KNOWLEDGE))
    with pytest.raises(AttributeError):
        runner.run({PATIENT: None}, 1)
    nothing = ObservedCase(Case(case_id=""), KNOWLEDGE.findings, TODAY)
    leaves = Leaves(nothing, PATIENT, runner.program.reads, Variation())
    assert len(runner.run({PATIENT: leaves}, 1)[PATIENT]) > 1000


def test_a_variant_of_a_newer_examination_makes_what_was_seen_until_then_earlier() -> None:
    sign, other = KNOWLEDGE.findings["ball_of_wool"], "us_stage_reported"
    then, now = seen(sign.id, yes(), "L1", date="2025-05-20"), seen(other, choice("CE3b"), "L1", date="2026-05-20")
    observed = ObservedCase(case(then, lesions=1), KNOWLEDGE.findings, TODAY)
    variation = Variation(full=3, recorded={(other, "L1"): [(2, ((now,),))]})
    leaves = Leaves(observed, "L1", [Read(sign, 0, other, fresh=False, domain=())], variation)
    assert leaves.truth(0) == (2, 0, 1)  # it was so in the variant; in the case nothing was seen before


FAULTS = {
    "or is and": (Writer, "_any", _and_for_or),
    "nothing stands in for what is not recorded": (Writer, "_ruled_out", _without_absence),
    "only the first row of a table counts": (Writer, "_outcomes", _first_row_only),
    "gates trust old laboratory values": (Writer, "_read", _old_values_count),
    "what was is what is": (Writer, "_read", _now_for_then),
    "what changed is not read again": (Stand, "changed_since", _nothing_changes),
    "points are added without carrying": (planes, "add", _carry_lost),
    "advice gives way to that for another lesion": (Verdicts, "_who_wins", _every_lesion),
    "an answer is lost": (Pieces, "where", _fewer),
    "the interpreter takes what is open for no": (
        Evaluation,
        "_choice_in",
        lambda self, node, subject, fresh: (
            Truth.FALSE if self.choice(node.choice, subject, fresh) - node.options else Truth.TRUE
        ),
    ),
    "the interpreter lets nothing give way": (Judgement, "_winners", lambda *_arguments, **_names: iter(())),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_either_reader_is_noticed(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, name, wrong = FAULTS[fault]
    if owner is planes:
        monkeypatch.setattr("hepalith.decision.verdicts.add", wrong)
    else:
        monkeypatch.setattr(owner, name, wrong)
    program_of.cache_clear()
    try:
        assert _is_noticed(Comparison(KNOWLEDGE, seed=5, size=8, columns=False))
    finally:
        program_of.cache_clear()


def _is_noticed(comparison: Comparison) -> bool:
    try:
        return any(comparison.families([number]).lines for number in range(20))
    except ValueError:  # the fault left nothing to choose from
        return True
