"""What an edit changed is heard by a listener on the accessibility bus, as a screen reader is one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
LACKING = [name for name in ("dbus-run-session", "Xvfb", "xvfb-run") if shutil.which(name) is None]
BUS = [Path("/usr/libexec/at-spi-bus-launcher"), Path("/usr/lib/at-spi2-core/at-spi-bus-launcher")]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="AT-SPI is the accessibility of Linux"),
    pytest.mark.skipif(bool(LACKING), reason=f"not installed: {', '.join(LACKING)}"),
    pytest.mark.skipif(not any(path.exists() for path in BUS), reason="not installed: at-spi2-core"),
]
READER = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QObject, QTimer, SLOT, Slot
from PySide6.QtDBus import QDBusConnection, QDBusInterface, QDBusMessage
from PySide6.QtTest import QTest
from hepalith.knowledge.compiled import load_knowledge
from hepalith.services.session import CaseSession
from hepalith.ui.main_window import MainWindow
from hepalith.ui.look import make_application
from hepalith.ui.settings import WindowSettings
from ui import conftest as made

class Reader(QObject):
    @Slot(QDBusMessage)
    def hear(self, message):
        print(message.arguments()[3].variant(), flush=True)
        app.exit(0)

folder = Path(sys.argv[1])
settings = WindowSettings(folder / "settings")
app = make_application(settings)
session_bus = QDBusConnection.sessionBus()
address = QDBusInterface("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", session_bus).call("GetAddress")
bus = QDBusConnection.connectToBus(address.arguments()[0], "reader")
reader = Reader()
assert bus.connect("", "", "org.a11y.atspi.Event.Object", "Announcement", reader, SLOT("hear(QDBusMessage)"))
registry = "org.a11y.atspi.Registry"
QDBusInterface(registry, "/org/a11y/atspi/registry", registry, bus).call("RegisterEvent", "object:announcement")

knowledge = load_knowledge(Path(made.__file__).parent / "knowledge")
session = CaseSession(knowledge, made.FixedClock(), made.MemoryStore(), made.MemoryJournal(), made.FileNote())
window = MainWindow(session, made.FileManual(folder), settings, folder)
window.show()
window.activateWindow()

def press():
    window.open_finding("hot", "patient")
    target = window.form.current().rows["hot"].editor.focus_target()
    QTest.keyClick(target.focusProxy() or target, "y")

QTimer.singleShot(1500, press)
QTimer.singleShot(15000, lambda: app.exit(0))
app.exec()
os._exit(0)
"""


def test_what_an_edit_changed_is_heard_on_the_session_bus(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "QT_QPA_PLATFORM": "xcb",
        "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        "XDG_CACHE_HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path),
    }
    command = ["dbus-run-session", "--", "xvfb-run", "-a", sys.executable, "-c", READER, str(tmp_path)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    lines = [line for line in ended.stdout.splitlines() if not line.startswith("SpiRegistry")]
    assert len(lines) == 1, ended.stderr
    assert lines[0].startswith("Urgency: ")
    assert lines[0].endswith("New: Hot bath.")
