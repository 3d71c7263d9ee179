"""Screens of different fineness beside each other: what is drawn as pixels is drawn anew for the one it is moved to."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

pytest.importorskip("PySide6")

MOVES = """
import json, os, sys
from pathlib import Path
from hepalith.app import wiring
from hepalith.app.folders import user_folders
from hepalith.domain.case import YesNoValue
from hepalith.knowledge.compiled import load_knowledge
from hepalith.services.session import CaseSession
from hepalith.store.journal import FileJournal
from hepalith.ui.look import make_application
from hepalith.ui.main_window import MainWindow
from hepalith.ui.picture_label import PictureLabel
from hepalith.ui.settings import WindowSettings

folder = Path(sys.argv[1])
folders = user_folders(folder)
settings = WindowSettings(folders.settings)
app = make_application(settings)
knowledge = load_knowledge(Path(sys.argv[2]))
session = CaseSession(knowledge, wiring.SystemClock(), wiring.Documents(), FileJournal(folders.journal), None)
session.record("hot", YesNoValue(yes=True))
window = MainWindow(session, None, settings, folder)
picture = PictureLabel("rim", window.panel)
window.resize(1200, 700)
window.move(10, 10)
window.show()

def settle():
    for _round in range(5):
        app.sendPostedEvents()
        app.processEvents()

def ratios():
    signs = {"urgency": window.panel.band._sign.pixmap(), "picture": picture.pixmap()}
    icon = window.new_action.icon().pixmap(window._tools.iconSize(), window.devicePixelRatioF())
    return {"window": window.devicePixelRatioF(), "icon": icon.width() / window._tools.iconSize().width()} | {
        name: sign.devicePixelRatio() for name, sign in signs.items()
    }

settle()
said = [ratios()]
for screen in (app.screens()[1], app.screens()[0]):
    window.windowHandle().setScreen(screen)
    window.move(screen.geometry().topLeft())
    settle()
    said.append(ratios())
print(json.dumps(said), flush=True)
os._exit(0)
"""


@pytest.mark.parametrize("fine", [1.25, 1.5, 2.0, 3.0])
def test_a_window_is_as_sharp_as_the_screen_that_it_is_moved_to(tmp_path: Path, fine: float) -> None:
    size = {"y": 0, "width": 3000, "height": 2400, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
    screens = [{"name": "coarse", "x": 0, **size}, {"name": "fine", "x": 3000, **size}]
    file = tmp_path / "screens.json"
    file.write_text(json.dumps({"screens": screens}), encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(MOVES), str(tmp_path), str(Path(__file__).parent / "knowledge")],
        env={
            **os.environ,
            "QT_QPA_PLATFORM": f"offscreen:configfile={file}",
            "QT_SCREEN_SCALE_FACTORS": f"coarse=1;fine={fine}",
            "QT_SCALE_FACTOR_ROUNDING_POLICY": "PassThrough",
        },
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    coarse, moved, back = json.loads(ended.stdout)
    assert coarse == back == dict.fromkeys(coarse, 1.0)
    assert moved == pytest.approx(dict.fromkeys(coarse, fine), abs=0.05)
