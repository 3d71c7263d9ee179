"""What was typed into the real window survives `kill -9` two seconds later, and the next start offers it."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from hepalith.app import wiring
from hepalith.app.folders import user_folders
from hepalith.domain.case import NumberValue
from hepalith.services.session import CaseSession

pytest.importorskip("PySide6")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="kills a process by signal")]

FINDING = "age_years"
TYPES = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from hepalith.app import wiring
from hepalith.app.folders import user_folders
from hepalith.domain.case import PATIENT
from hepalith.ui.application import Desktop
from hepalith.ui.look import make_application
from hepalith.ui.case_list import STUDIES_PAGE, WHO_PAGE
from hepalith.ui.settings import WindowSettings

folders = user_folders(Path(sys.argv[1]))
session = wiring.make_session(folders)
session.save(Path(sys.argv[1]) / "case.hepalith.json")
settings = WindowSettings(folders.settings)
app = make_application(settings)
window = Desktop(session, wiring.later_manual(session.knowledge, folders), settings, Path(sys.argv[1])).window
window.show()
window.open_finding(sys.argv[2], PATIENT)
QTest.keyClicks(app.focusWidget() or window.form.current().rows[sys.argv[2]].editor.number_input, "51")
window.open_page(STUDIES_PAGE, "")
session.add_study()
box = window.form.current()._boxes["S1"]
QTest.keyClicks(box.phase_input, "arterial")
QTest.keyClicks(box.date_input.text_input, "2026-05")
window.open_page(WHO_PAGE, "")
QTest.keyClicks(window.form.current().name_input, "Ada")  # and nothing that ends the entry
QTimer.singleShot(2000, lambda: print("two seconds", flush=True))
app.exec()
"""


def test_what_was_typed_two_seconds_ago_survives_a_kill(tmp_path: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(TYPES), str(tmp_path), FINDING], stdout=subprocess.PIPE, text=True
    )
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == "two seconds\n"
    finally:
        running.kill()
        running.communicate()
    assert running.returncode == -9
    session: CaseSession = wiring.make_session(user_folders(tmp_path))
    (recovery,) = session.recoveries()
    assert recovery.case.identity.name == "Ada"
    assert recovery.case.observed(FINDING).value == NumberValue(number="51", unit="a")
    assert (recovery.case.studies[0].phase, recovery.case.studies[0].date) == ("arterial", "2026-05")
    lines = session.recovery_differences(recovery)
    assert "Name: – → Ada" in lines
    assert any(line.endswith("– → 51 years") for line in lines)
    assert any("arterial" in line for line in lines)
    session.recover(recovery)
    assert session.state.dirty
    assert session.state.path == tmp_path / "case.hepalith.json"
