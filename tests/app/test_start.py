"""What the program says where the machine, or its own installation, is not as it should be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hepalith.app import main as start
from hepalith.app import wiring
from hepalith.resources import ResourceError

EXAMPLE = wiring.examples_folder() / "06-active-hydatid-cyst.hepalith.json"


@pytest.mark.slow
def test_a_code_page_without_the_signs_of_the_answer_ends_nothing(tmp_path: Path) -> None:
    """As where the output of a command goes into a file on a machine with an old code page."""
    environment = os.environ | {
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "LC_ALL": "C",
        "HEPALITH_LANGUAGE": "zh_CN",
    }
    command = [sys.executable, "-m", "hepalith", "assess", str(EXAMPLE), "--profile", str(tmp_path)]
    made = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert (made.returncode, made.stderr) == (0, b"")
    assert "\N{GREATER-THAN OR EQUAL TO}" in made.stdout.decode("utf-8")


def test_a_missing_file_of_the_program_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lost() -> Path:
        raise ResourceError("A file of the program is missing: x.ttf. Install the program again.")

    monkeypatch.setattr(wiring, "knowledge_folder", lost)
    assert start.main(["assess", str(EXAMPLE)]) == 3
    assert capsys.readouterr().err == "hepalith: A file of the program is missing: x.ttf. Install the program again.\n"
