"""The journal: what was typed survives a killed program, and a disk that refuses does not stop the work."""

import os
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hepalith.store.journal import FileJournal
from support.building import case, seen, yes

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def left_by_a_dead_process(folder: Path) -> None:
    for file in folder.glob("*.journal"):
        head, rest = file.read_bytes().split(b"\n", 1)
        dead = subprocess.run(
            [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
        )
        file.write_bytes(head.replace(str(os.getpid()).encode(), dead.stdout.strip().encode()) + b"\n" + rest)


def test_what_a_dead_program_left_is_offered(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path)
    journal.write(case(seen("fever", yes())), "/somewhere/a.hepalith.json", NOW)
    assert journal.recoveries() == ()  # this program still runs
    left_by_a_dead_process(tmp_path)
    (recovery,) = journal.recoveries()
    assert recovery.case == case(seen("fever", yes()))
    assert recovery.path == "/somewhere/a.hepalith.json"
    journal.discard("case")
    assert journal.recoveries() == ()


def test_damaged_entries_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x.journal").write_bytes(b"not json\n{}")
    (tmp_path / "y.journal").write_bytes(b"")
    assert FileJournal(tmp_path).recoveries() == ()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_disk_that_refuses_does_not_stop_the_work(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    FileJournal(blocked / "journal").write(case(), "", NOW)


@pytest.mark.skipif(os.name != "posix", reason="kills a process by signal")
def test_edits_survive_a_kill(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import os, signal, sys
        from datetime import UTC, datetime
        from pathlib import Path
        from hepalith.domain.case import Case, Observation, YesNoValue
        from hepalith.store.journal import FileJournal
        journal = FileJournal(Path(sys.argv[1]))
        fever = Observation(finding="fever", value=YesNoValue(yes=True))
        journal.write(Case(case_id="c", observations=(fever,)), "", datetime.now(UTC))
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    ended = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert ended.returncode == -9
    (recovery,) = FileJournal(tmp_path).recoveries()
    assert recovery.case.observations[0].finding == "fever"
