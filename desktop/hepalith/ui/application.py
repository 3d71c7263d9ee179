"""Entry of the window for the composition root: run it, or take a picture of it."""

import gc
import sys
import tempfile
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import QApplication

from hepalith.services.ports import ReferenceManual
from hepalith.services.session import CaseSession
from hepalith.ui.fonts import apply_text_size, load_fonts
from hepalith.ui.main_window import MainWindow
from hepalith.ui.screenshot import grab
from hepalith.ui.second_look import BesideTheWindow
from hepalith.ui.settings import WindowSettings
from hepalith.ui.theme import ThemeName, apply_theme

_ID = "org.hepalith.Hepalith"


def make_application(settings: WindowSettings) -> QApplication:
    """The application with its fonts, colours and text size; the one that runs already, if there is one."""
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("hepalith")
    app.setApplicationDisplayName("Hepalith")
    app.setDesktopFileName(_ID)
    app.setStyle("Fusion")
    load_fonts()
    apply_text_size(app, settings.text_percent)
    apply_theme(app, settings.theme)
    return app


def run(
    session: CaseSession,
    manual: ReferenceManual,
    *,
    case_path: Path | None,
    examples: Path,
    show_chooser: bool,
    settings: Path,
) -> int:
    """Shows the window until it is closed; returns the exit code. `settings` is a folder."""
    kept = WindowSettings(settings)
    app = make_application(kept)
    window = MainWindow(session, manual, kept, examples)
    window.show()
    QTimer.singleShot(0, partial(_get_ready, session))
    beside = BesideTheWindow(session, window.bridge)
    if case_path is not None:
        window.files.open_path(case_path)
        window.offer_recovery()
    elif show_chooser:
        window.show_start()
    else:
        window.offer_recovery()
    try:
        return app.exec()
    finally:
        beside.close()


def _get_ready(session: CaseSession) -> None:
    """What the first edit should not wait for, once the window stands."""
    session.prepare()
    gc.collect()
    gc.freeze()  # the knowledge and what is made from it stay: no search for garbage among them at every other key


def screenshot(
    session: CaseSession,
    manual: ReferenceManual,
    case_path: Path | None,
    png_path: Path,
    size: tuple[int, int],
    theme: ThemeName = "light",
) -> None:
    """Writes a picture of the window with a case; needs no screen. Raises CaseFileError."""
    with tempfile.TemporaryDirectory() as folder:
        kept = WindowSettings(Path(folder))
        kept.theme = theme
        make_application(kept)
        if case_path is not None:
            session.open(case_path)
        window = MainWindow(session, manual, kept, Path(folder))
        try:
            grab(window, png_path, QSize(*size))
        finally:
            window.bridge.close()
            window.hide()
            window.deleteLater()
