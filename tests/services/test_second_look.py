"""The second look beside the window: its result comes for the case it was begun with, or not at all."""

import threading
from datetime import date
from pathlib import Path

import pytest

from hepalith.decision.assess import Assessor
from hepalith.domain.assessment import Further
from hepalith.domain.case import Case
from hepalith.services.second_look import SecondLook
from hepalith.services.session import CaseSession, CaseState
from support.building import case, no, number, seen, yes
from support.fakes import FixedClock, MemoryJournal, MemoryNotes, MemoryStore
from support.small import compile_small

TODAY = date(2026, 6, 1)
SOME = case(seen("pain", no()), seen("lesion_count", number("3", "1")))
OTHER = case(seen("pain", yes()))


@pytest.fixture
def second_look(tmp_path: Path):
    knowledge, _problems = compile_small(tmp_path)
    made = SecondLook(knowledge)
    yield made
    made.close()


def test_the_result_comes_on_another_thread(second_look: SecondLook) -> None:
    found: list[tuple[Case, Further, threading.Thread]] = []
    second_look.start(SOME, TODAY, lambda some, further: found.append((some, further, threading.current_thread())))
    second_look._thread.join()
    ((some, further, thread),) = found
    assert some is SOME
    assert further.pairs_found == 1
    assert thread is not threading.main_thread()


def test_the_next_case_gives_up_the_one_before(second_look: SecondLook, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()
    looked_at: list[Case] = []
    further = Assessor.further

    def slow(self: Assessor, stop) -> Further | None:
        if self._case is SOME:
            begun.set()
            while not stop():  # as long as the pairs take
                pass
        return further(self, stop)

    monkeypatch.setattr(Assessor, "further", slow)
    second_look.start(SOME, TODAY, lambda some, _further: looked_at.append(some))
    begun.wait()
    second_look.start(OTHER, TODAY, lambda some, _further: looked_at.append(some))
    second_look._thread.join()
    assert looked_at == [OTHER]


def test_a_result_is_shown_with_its_case_only(tmp_path: Path) -> None:
    knowledge, _problems = compile_small(tmp_path)
    session = CaseSession(knowledge, FixedClock(), MemoryStore(), MemoryJournal(), MemoryNotes())
    session.record("pain", no())
    states: list[CaseState] = []
    session.listen(states.append)
    before = session.state
    session.show_further(before.case, Further(pairs_tried=1))
    assert session.state.assessment.further == Further(pairs_tried=1)
    assert session.state.case is before.case
    assert len(states) == 1
    session.record("fever", no())
    assert session.state.assessment.further is None
    session.show_further(before.case, Further(pairs_tried=1))
    assert session.state.assessment.further is None
    assert len(states) == 2
