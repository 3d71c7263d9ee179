"""Ten patients from a report on paper to an exported note, with keys only: `python tests/support/walkthrough.py`.

Drives the real window by guided entry, writes the real note, and prints the table of `docs/keyboard-walkthrough.md`.
"""

import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

ROOT = Path(__file__).parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests"))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication  # noqa: E402

from hepalith.app.folders import user_folders  # noqa: E402
from hepalith.app.wiring import later_manual, make_session  # noqa: E402
from hepalith.resources import resource_root  # noqa: E402
from hepalith.store.case_file import CaseFiles  # noqa: E402
from hepalith.ui.main_window import MainWindow  # noqa: E402
from hepalith.ui.settings import WindowSettings  # noqa: E402
from support.playing import Keyboard, Paper, Play  # noqa: E402

AS_OF = date(2026, 6, 1)
MOST = 40  # answers
TEN = 10


class Expected(msgspec.Struct):
    """What an example expects of its whole record."""

    urgency: str = ""
    leading: list[str] = []


class Expectation(msgspec.Struct):
    """The file beside an example."""

    title: str
    expect: Expected


class Row(msgspec.Struct, frozen=True):
    """How one patient went: answers, of them skipped, keys in all, and what came out."""

    name: str
    answers: int
    skipped: int
    keys: int
    findings: int
    end: str
    same_cause: bool
    same_urgency: bool


def walked(folder: Path) -> Iterator[Row]:
    """The first ten examples, one after the other. folder: for settings, journals and notes."""
    for path in sorted((resource_root() / "examples").glob("*.hepalith.json"))[:TEN]:
        yield walk(path, folder / path.name.removesuffix(".hepalith.json"))


def walk(path: Path, folder: Path) -> Row:
    """One example, from an empty case to the note."""
    folder.mkdir()
    os.chdir(folder)
    folders = user_folders(folder / "profile")
    session = make_session(folders, as_of=AS_OF)
    settings = WindowSettings(folder / "settings")
    settings.change(theme="light", tour_seen=True)
    window = MainWindow(session, later_manual(session.knowledge, folders), settings, folder)
    window.files.opens_note = False
    play = Play(window, session, Paper(CaseFiles().load(path), session.knowledge), Keyboard())
    answers, skipped = play.answers(MOST)
    play.export()
    assert next(folder.glob("*.pdf")).stat().st_size > 0
    expected = msgspec.json.decode(
        path.with_name(path.name.replace(".hepalith.", ".expected.")).read_bytes(), type=Expectation
    ).expect
    made = play.made
    row = Row(
        name=path.name.removesuffix(".hepalith.json"),
        answers=answers,
        skipped=skipped,
        keys=play.keyboard.count,
        findings=len(session.state.case.observations),
        end=("robust" if made.robust else made.end.kind.value if made.end else ""),
        same_cause=set(expected.leading) <= set(play.leading()),
        same_urgency=not expected.urgency or made.urgency.level.value == expected.urgency,
    )
    window.give_up()
    return row


def main() -> None:
    """Prints the table."""
    application = QApplication([])
    application.setStyle("Fusion")
    say(["example", "answers", "of them not on the paper", "findings recorded", "keys", "end", "cause", "urgency"])
    say(["---"] * 8)
    word = {True: "yes", False: "no"}
    with TemporaryDirectory() as folder:
        for row in walked(Path(folder)):
            end = row.end or f"none within {MOST}"
            counts = map(str, (row.answers, row.skipped, row.findings, row.keys))
            say([row.name, *counts, end, word[row.same_cause], word[row.same_urgency]])
        os.chdir(ROOT)


def say(cells: list[str]) -> None:
    """A row of the table."""
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
