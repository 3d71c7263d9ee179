"""How long until the window is seen and can be used, beside a bare PySide6 window: `python tests/bench/start_up.py`.

Each start is a fresh process, of the program and of the bare window in turn; the clock starts before the process does.
`first paint`: the first window stands painted on the screen. `usable`: the form does, with the knowledge loaded, and
takes keys. `prepared`: what an entry needs besides is there, too. `cold`: no byte code, no compiled knowledge, no
settings, as after an installation that made none of them; `warm`: any later start. Beside the times on the clock stands
how long the processor worked in all threads: on a busy machine that says more. On Linux it draws on the screen that
there is (`xvfb-run -a python tests/bench/start_up.py`), without one on none.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

AIMS = {"first paint": 1.3, "usable": 2.0}
BARE = """
import sys, time
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

class Window(QMainWindow):
    def paintEvent(self, event):
        QTimer.singleShot(0, painted)

def painted():
    print("painted", time.monotonic(), time.process_time(), flush=True)
    app.quit()

app = QApplication([])
window = Window()
window.setCentralWidget(QLabel("Hello"))
window.show()
app.exec()
"""
OURS = """
import sys, time
from hepalith.app.main import main
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

def say(what):
    print(what, time.monotonic(), time.process_time(), flush=True)

class Watch(QObject):
    def __init__(self, window, then):
        super().__init__()
        self.window, self.then = window, then
        window.installEventFilter(self)

    def eventFilter(self, watched, event):
        if event.type() is QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self.then)
        return False

def on_main(window):
    def usable():
        say("painted")
        say("usable")
        wait(window)
    kept.append(Watch(window, usable))

def wait(window):
    if window._session.prepared:
        say("prepared")
        QApplication.quit()
    else:
        QTimer.singleShot(5, lambda: wait(window))

def watch_first():
    def painted():
        say("painted")
        from hepalith.ui.main_window import MainWindow  # the program is about to do the same
        shown = MainWindow.showEvent
        def show_event(window, event):
            shown(window, event)
            on_main(window)
        MainWindow.showEvent = show_event
    first = next(one for one in QApplication.topLevelWidgets() if one.isVisible())
    kept.append(Watch(first, painted))

kept = []
started = QApplication.exec
def run(*_application):
    watch_first()
    return started()
QApplication.exec = run
sys.exit(main(sys.argv[1:]))
"""


def started(code: str, arguments: Iterable[str], environment: dict[str, str]) -> dict[str, tuple[float, float]]:
    """Milliseconds from the start of a process until each thing that it says, on the clock and of processor."""
    begun = time.monotonic()
    command = [sys.executable, "-c", code, *arguments]
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    said = [line.split() for line in ended.stdout.splitlines()]
    times: dict[str, tuple[float, float]] = {}
    for what, at, worked in said:
        times.setdefault(what, (1000 * (float(at) - begun), 1000 * float(worked)))
    return times


class Starts:
    """Starts of the program and of the bare window, with byte code and a profile of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.times: dict[str, list[tuple[float, float]]] = {}

    def run(self, *, cold: bool) -> None:
        """One start of each."""
        code, profile = self._folder / "code", self._folder / "profile"
        if cold:
            shutil.rmtree(code, ignore_errors=True)
            shutil.rmtree(profile, ignore_errors=True)
        settings = profile / "settings"
        settings.mkdir(parents=True, exist_ok=True)
        if not (settings / "window.ini").exists():
            (settings / "window.ini").write_text('[General]\npreferences="{\\"tour_seen\\":true}"\n', encoding="utf-8")
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(code)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        if sys.platform.startswith("linux") and not {"DISPLAY", "WAYLAND_DISPLAY"} & environment.keys():
            environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        for name, times in (
            ("bare", started(BARE, (), environment)),
            ("ours", started(OURS, ("--profile", str(profile)), environment)),
        ):
            for what, spent in times.items():
                self.times.setdefault(f"{name} {what}", []).append(spent)


def report(title: str, times: dict[str, list[tuple[float, float]]]) -> None:
    """Medians, and how many times as long as the bare window, on the clock and of processor."""
    bare, bare_worked = (statistics.median(column) for column in zip(*times["bare painted"], strict=True))
    runs = len(times["bare painted"])
    print(f"{title}: bare window {bare:.0f} ms, processor {bare_worked:.0f} ms ({runs} starts each)")
    for what, said in (("first paint", "painted"), ("usable", "usable"), ("prepared", "prepared")):
        clock, worked = zip(*times[f"ours {said}"], strict=True)
        aim = f", aims at {AIMS[what]}" if what in AIMS else ""
        median, span = statistics.median(clock), f"({min(clock):.0f} to {max(clock):.0f})"
        work = statistics.median(worked)
        print(
            f"  {what:12} {median:6.0f} ms {span}, {median / bare:.2f} times{aim}; "
            f"processor {work:.0f} ms, {work / bare_worked:.2f} times"
        )


def main() -> None:
    """Prints what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10, help="warm starts; of cold ones a third")
    runs = parser.parse_args().runs
    with TemporaryDirectory() as folder:
        cold, warm = Starts(Path(folder)), Starts(Path(folder))
        for _run in range(max(1, runs // 3)):
            cold.run(cold=True)
        for _run in range(runs):
            warm.run(cold=False)
    report("cold", cold.times)
    report("warm", warm.times)


if __name__ == "__main__":
    main()
