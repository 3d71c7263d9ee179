"""Ten patients from a report on paper to an exported note, with keys only.

Drives the real window with real key presses, by guided entry and then, with the same record, through the forms; writes
the real note each time; prints the tables of `docs/keyboard-walkthrough.md`.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests"))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication  # noqa: E402

from hepalith.app.folders import user_folders  # noqa: E402
from hepalith.app.wiring import later_manual, make_session  # noqa: E402
from hepalith.decision.assess import evaluate  # noqa: E402
from hepalith.domain.assessment import Assessment  # noqa: E402
from hepalith.domain.case import Case, State  # noqa: E402
from hepalith.services.session import CaseSession  # noqa: E402
from hepalith.ui.guided.page import GuidedPage  # noqa: E402
from hepalith.ui.main_window import MainWindow  # noqa: E402
from hepalith.ui.settings import WindowSettings  # noqa: E402
from support.forming import Forming  # noqa: E402
from support.playing import Keyboard, Paper, Play, export  # noqa: E402
from support.vignettes import Vignette, all_vignettes, case_of, knowledge_and_problems  # noqa: E402

MOST = 100  # answers
PATIENTS = {  # what the tables call them -> case of tests/cases
    "granuloma": "FV01",
    "hydatid cyst, inactive": "CV01",
    "hydatid cyst, active": "CV04",
    "mucinous cystic neoplasm": "CV12",
    "duct stones, atrophy": "BV36",
    "septic cholangitis": "BV09",
    "carcinoma in cirrhosis": "NV09",
    "three metastases": "NV24",
    "infant with a mass": "FV16",
    "haemangioma": "NKC01",
}


class Guided(NamedTuple):
    """How guided entry went. skipped: answers for which the paper says nothing; end: "" for none within `MOST`.

    same_cause, same_urgency: as with the whole record of the patient.
    """

    answers: int
    skipped: int
    keys: int
    end: str
    same_cause: bool
    same_urgency: bool
    record: Case


class Formed(NamedTuple):
    """How form entry of the same record went. lost: fields in which it is not what guided entry recorded."""

    fields: int
    keys: int
    lost: tuple[str, ...]


def guided(vignette: Vignette, folder: Path) -> Guided:
    """One patient by guided entry, from an empty case to the note."""
    window, session = opened(vignette, folder)
    knowledge = session.knowledge
    play = Play(window, session, Paper(case_of(vignette, knowledge), knowledge), Keyboard())
    answers, skipped = play.answers(MOST)
    play.export()
    take_note()
    made, whole = play.made, evaluate(case_of(vignette, knowledge), knowledge, session.as_of)
    row = Guided(
        answers=answers,
        skipped=skipped,
        keys=play.keyboard.count,
        end=end_of(window.guided, made),
        same_cause={cause.id for cause in whole.causes if cause.rank == 1} <= set(play.leading()),
        same_urgency=made.urgency.level is whole.urgency.level,
        record=session.state.case,
    )
    window.give_up()
    return row


def end_of(page: GuidedPage, made: Assessment) -> str:
    """The end at which guided entry stopped, in the words of the document; "" while it asks."""
    if page.step is not None:
        return ""
    if made.robust:
        return "robust"
    if (stop := page._stop()) is None or stop.at_once or made.end is None:
        return "act now"
    return f"{made.end.kind.value}, {len(made.end.to_ask)} left open" if made.end.to_ask else made.end.kind.value


def formed(record: Case, vignette: Vignette, folder: Path) -> Formed:
    """A record typed into the forms, from an empty case to the note."""
    window, session = opened(vignette, folder)
    keyboard = Keyboard()
    fields = Forming(window, session, keyboard).enter(record)
    export(window, keyboard)
    take_note()
    made = {one.key: one.value for one in session.state.case.observations}
    known = {one.key: one.value for one in record.observations if one.state is State.KNOWN}
    window.give_up()
    return Formed(fields, keyboard.count, tuple(key[0] for key in known if made.get(key) != known[key]))


def opened(vignette: Vignette, folder: Path) -> tuple[MainWindow, CaseSession]:
    """A window with an empty case, on the day of the patient. folder: for its settings and journal."""
    folder.mkdir(parents=True)
    folders = user_folders(folder / "profile")
    session = make_session(folders, as_of=date.fromisoformat(str(vignette.as_of)))
    settings = WindowSettings(folder / "settings")
    settings.change(theme="light", tour_seen=True)
    window = MainWindow(session, later_manual(session.knowledge, folders), settings, folder)
    window.files.opens_note = False
    return window, session


def take_note() -> None:
    """Takes the note that was written away, so that the next one can have its name; fails if there is none."""
    (note,) = Path.cwd().glob("*.pdf")
    assert note.stat().st_size > 0
    note.unlink()


def main(arguments: Sequence[str]) -> None:
    """Prints the tables for the patients that are named, or for all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "patients", nargs="*", metavar="PATIENT", help=f"of: {', '.join(PATIENTS)}; or the id of a case of tests/cases"
    )
    parser.add_argument("--no-forms", action="store_true", help="guided entry only")
    chosen = parser.parse_args(arguments)
    by_id = {vignette.id: vignette for vignette in all_vignettes()}
    unknown = [name for name in chosen.patients if name not in PATIENTS and name not in by_id]
    if unknown:
        parser.error(f"no such patient: {', '.join(unknown)}")
    knowledge_and_problems()
    application = QApplication([])
    application.setStyle("Fusion")
    say(
        [
            "patient",
            "case",
            "answers",
            "not on the paper",
            "keys",
            "end",
            "cause",
            "urgency",
            "fields in forms",
            "keys in forms",
        ]
    )
    say(["---"] * 10)
    word = {True: "yes", False: "no"}
    with TemporaryDirectory() as place:
        os.chdir(place)  # the file dialog begins, and stays, in the folder in which the first one was opened
        for name in chosen.patients or PATIENTS:
            vignette = by_id[PATIENTS.get(name, name)]
            row = guided(vignette, Path(place) / vignette.id / "guided")
            cells = [row.answers, row.skipped, row.keys, row.end or f"none within {MOST}"]
            cells += [word[row.same_cause], word[row.same_urgency]]
            if not chosen.no_forms:
                other = formed(row.record, vignette, Path(place) / vignette.id / "forms")
                cells += [
                    other.fields,
                    f"{other.keys}{' (differs: ' + ', '.join(other.lost) + ')' if other.lost else ''}",
                ]
            say([name, vignette.id, *map(str, cells)])
        os.chdir(ROOT)


def say(cells: Iterable[str]) -> None:
    """A row of a table."""
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
