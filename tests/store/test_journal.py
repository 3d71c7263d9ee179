"""The journal: what was typed survives a killed program, and a disk that refuses does not stop the work."""

import json
import os
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hepalith.domain.case import Case
from hepalith.store.journal import FileJournal
from support.building import case, seen, yes

NOW = datetime(2026, 6, 1, tzinfo=UTC)
WRITES = """
import os, signal, sys, time
from datetime import UTC, datetime
from pathlib import Path
from hepalith.domain.case import Case, Observation, YesNoValue
from hepalith.store.journal import FileJournal
journal = FileJournal(Path(sys.argv[1]))
fever = Observation(finding="fever", value=YesNoValue(yes=True))
journal.write(Case(case_id="c", observations=(fever,)), "/somewhere/a.hepalith.json", datetime.now(UTC))
print("written", flush=True)
"""


def program(folder: Path, ending: str) -> subprocess.Popen[str]:
    """Another program that keeps an edit."""
    code = textwrap.dedent(WRITES) + ending
    return subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)


def ended(folder: Path, ending: str) -> int:
    """How another program ended that kept an edit."""
    running = program(folder, ending)
    running.communicate()
    return running.returncode


def test_what_a_program_that_ended_left_is_offered(tmp_path: Path) -> None:
    assert ended(tmp_path, "") == 0
    journal = FileJournal(tmp_path)
    (recovery,) = journal.recoveries()
    assert recovery.case.observations[0].finding == "fever"
    assert recovery.path == "/somewhere/a.hepalith.json"
    journal.discard("c")
    assert journal.recoveries() == (recovery,), "only who is asked gives up what another program left"
    journal.forget(recovery)
    assert journal.recoveries() == ()


@pytest.mark.skipif(os.name != "posix", reason="kills a process by signal")
def test_edits_survive_a_kill(tmp_path: Path) -> None:
    assert ended(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)") == -9
    (recovery,) = FileJournal(tmp_path).recoveries()
    assert recovery.case.observations[0].finding == "fever"


def test_what_a_program_has_that_still_runs_is_its_own(tmp_path: Path) -> None:
    running = program(tmp_path, "time.sleep(60)")
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == "written\n"
        assert FileJournal(tmp_path).recoveries() == ()
    finally:
        running.kill()
        running.communicate()
    assert len(FileJournal(tmp_path).recoveries()) == 1


def test_an_entry_is_not_offered_to_the_program_that_wrote_it(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path)
    assert journal.write(case(seen("fever", yes())), "", NOW)
    assert journal.recoveries() == ()


def test_another_program_with_the_same_number_hides_nothing(tmp_path: Path) -> None:
    """Numbers of processes come again after a restart of the machine."""
    assert ended(tmp_path, "") == 0
    (entry,) = tmp_path.glob("*.journal")
    head, rest = entry.read_bytes().split(b"\n", 1)
    entry.write_bytes(json.dumps({**json.loads(head), "process": os.getpid()}).encode() + b"\n" + rest)
    assert len(FileJournal(tmp_path).recoveries()) == 1


def test_locks_of_programs_that_ended_go_after_a_day(tmp_path: Path) -> None:
    assert ended(tmp_path, "") == 0
    (lock,) = tmp_path.glob("*.running")
    FileJournal(tmp_path).recoveries()
    assert lock.exists()
    yesterday = time.time() - 25 * 3600
    os.utime(lock, (yesterday, yesterday))
    assert len(FileJournal(tmp_path).recoveries()) == 1
    assert not lock.exists()
    assert len(FileJournal(tmp_path).recoveries()) == 1


def test_two_programs_with_the_same_case_keep_their_edits_apart(tmp_path: Path) -> None:
    assert ended(tmp_path, "") == 0
    other = FileJournal(tmp_path)
    assert other.write(Case(case_id="c", observations=(seen("jaundice", yes()),)), "", NOW)
    (recovery,) = other.recoveries()
    assert recovery.case.observations[0].finding == "fever"
    other.discard("c")
    assert other.recoveries() == (recovery,)


@pytest.mark.parametrize("name", ["x" * 5000, "../../outside", "", "a/b\\c", "患者"])
def test_any_text_can_be_the_id_of_a_case(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "journal"
    journal = FileJournal(folder)
    assert journal.write(Case(case_id=name), "", NOW)
    assert {file.suffix for file in folder.iterdir()} == {".journal", ".running"}
    assert list(tmp_path.iterdir()) == [folder]
    journal.discard(name)
    assert list(folder.glob("*.journal")) == []


def test_damaged_entries_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x.journal").write_bytes(b"not json\n{}")
    (tmp_path / "y.journal").write_bytes(b"")
    assert FileJournal(tmp_path).recoveries() == ()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_disk_that_refuses_does_not_stop_the_work_and_is_told_of(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert not FileJournal(blocked / "journal").write(case(), "", NOW)
