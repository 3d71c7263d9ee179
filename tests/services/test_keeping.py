"""The journal beside the work: nothing waits for the disk, and what was edited last is what is kept."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hepalith.domain.case import Case, Identity
from hepalith.domain.errors import HepalithError
from hepalith.services.keeping import KeptBeside
from hepalith.services.session import CaseSession
from support.fakes import FixedClock, MemoryJournal, MemoryNotes, MemoryStore
from support.small import compile_small

AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


class SlowJournal(MemoryJournal):
    """A disk that is busy until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()
        self.free = threading.Event()
        self.written: list[Case] = []
        self.keeps = True

    def write(self, case: Case, path: str, at: datetime) -> bool:
        self.begun.set()
        assert self.free.wait(10)
        self.written.append(case)
        return super().write(case, path, at) and self.keeps


def named(name: str, case_id: str = "a") -> Case:
    """A case that says which edit it is of."""
    return Case(case_id=case_id, identity=Identity(name=name))


@pytest.fixture
def journal() -> SlowJournal:
    """Busy at first."""
    return SlowJournal()


def ignore(_kept: bool) -> None:
    """Nobody wants to know."""


def test_of_what_is_edited_meanwhile_the_last_state_is_written(journal: SlowJournal) -> None:
    beside = KeptBeside(journal, ignore)
    assert beside.write(named("first"), "", AT)  # returns although the disk is busy
    assert journal.begun.wait(10)
    for name in ("second", "third"):
        beside.write(named(name), "", AT)
    beside.write(named("other", "b"), "", AT)
    journal.free.set()
    beside.wait()
    assert [case.identity.name for case in journal.written if case.case_id == "a"] == ["first", "third"]
    assert {name: case.identity.name for name, case in journal.entries.items()} == {"a": "third", "b": "other"}


def test_what_was_saved_leaves_no_entry_although_one_was_being_written(journal: SlowJournal) -> None:
    beside = KeptBeside(journal, ignore)
    beside.write(named("first"), "", AT)
    assert journal.begun.wait(10)
    beside.write(named("second"), "", AT)
    beside.discard("a")
    journal.free.set()
    assert beside.recoveries() == ()
    assert len(journal.written) == 1


def test_it_is_told_when_the_disk_refuses_and_when_it_does_no_more(journal: SlowJournal) -> None:
    told: list[bool] = []
    beside = KeptBeside(journal, told.append)
    journal.free.set()
    journal.keeps = False
    assert beside.write(named("first"), "", AT)
    beside.wait()
    assert told == [False]
    assert not beside.write(named("second"), "", AT)
    beside.wait()
    assert told == [False]
    journal.keeps = True
    beside.write(named("third"), "", AT)
    beside.wait()
    assert told == [False, True]


def test_what_was_left_behind_goes_only_when_what_was_made_of_it_is_kept(journal: SlowJournal) -> None:
    journal.entries["left"] = named("left", "left")
    beside = KeptBeside(journal, ignore)
    (left,) = beside.recoveries()
    journal.free.set()
    journal.keeps = False
    beside.write(named("left", "left"), "", AT)
    beside.forget(left)
    assert "left" in journal.entries
    journal.keeps = True
    beside.write(named("left", "left"), "", AT)
    beside.forget(left)
    assert "left" not in journal.entries


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_the_journal_is_told_and_the_next_edit_tries_again(
    journal: SlowJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[bool] = []
    beside = KeptBeside(journal, told.append)
    journal.free.set()
    with monkeypatch.context() as broken:
        broken.setattr(MemoryJournal, "write", fail)
        beside.write(named("first"), "", AT)
        beside.wait()
    assert told == [False]
    beside.write(named("second"), "", AT)
    beside.wait()
    assert told == [False, True]
    assert journal.entries["a"].identity.name == "second"


def fail(*_given: object) -> bool:
    """What no journal should do."""
    raise HepalithError("a fault")


def test_a_session_says_it_when_it_turned_out_that_edits_are_not_kept(tmp_path: Path) -> None:
    knowledge, _problems = compile_small(tmp_path)
    journal = SlowJournal()
    session = CaseSession(knowledge, FixedClock(), MemoryStore(), journal, MemoryNotes())
    states = []
    session.listen(states.append)
    beside = session.keep_beside(session.show_kept)
    journal.keeps = False
    session.record_identity(Identity(name="Ada"))
    assert states[-1].kept
    journal.free.set()
    beside.wait()
    assert not states[-1].kept
    assert states[-1].case.identity.name == "Ada"


def test_what_works_elsewhere_makes_way_before_a_state_is_made(tmp_path: Path) -> None:
    knowledge, _problems = compile_small(tmp_path)
    session = CaseSession(knowledge, FixedClock(), MemoryStore(), MemoryJournal(), MemoryNotes())
    order: list[str] = []

    def listener(state: object) -> None:
        order.append("state")

    session.listen(listener, lambda: order.append(f"before {session.state.case.identity.name!r}"))
    session.record_identity(Identity(name="Ada"))
    assert order == ["before ''", "state"]
    session.forget(listener)
    session.record_identity(Identity(name="Eve"))
    assert len(order) == 2
