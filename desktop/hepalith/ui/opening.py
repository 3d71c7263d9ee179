"""The first window: painted before the program is loaded, and replaced by the real one when it is.

What is imported here is paid for before anything is seen. Even `Qt`, with its hundred enumerations, is too much.
"""

import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QTimer, Signal
from PySide6.QtGui import QColor, QPaintEvent, QPalette
from PySide6.QtWidgets import QApplication, QMainWindow

from hepalith.i18n import _
from hepalith.ui.colours import DARK, LIGHT
from hepalith.ui.stored import layout_in, preferences_in, stored_in

if TYPE_CHECKING:
    from hepalith.ui.application import Desktop
    from hepalith.ui.settings import WindowSettings

Begin = Callable[["WindowSettings"], "Desktop"]  # makes the window on what was loaded

STYLE = "Fusion"  # the same everywhere
_ID = "org.hepalith.Hepalith"
_USUAL_SIZE = (1280, 720)
_SILENT_MS = 400  # a window that is replaced so soon says nothing


def the_application() -> QApplication:
    """The application under its name; the one that runs already, if there is one."""
    running = QApplication.instance()
    # The style as an argument: `setStyle` gives the style back, whose enumerations take as long as the fonts.
    app = running if isinstance(running, QApplication) else QApplication([*sys.argv[:1], "-style", STYLE])
    app.setApplicationName("hepalith")
    app.setApplicationDisplayName("Hepalith")
    app.setDesktopFileName(_ID)
    return app


def restore_place(window: QMainWindow, shape: QByteArray | None) -> None:
    """Size and place as they were, or as usual."""
    if shape is None or not window.restoreGeometry(shape):
        window.resize(*_USUAL_SIZE)


def run(settings: Path, load: Callable[[], Begin]) -> int:
    """Shows the window until it is closed; returns the exit code.

    settings: a folder. load: called on another thread once something is painted. Raises what `load` raises, after
    the user was told of it.
    """
    app = the_application()
    opening = _Opening(settings, load)
    opening.show()
    code = app.exec()
    opening.finish()
    return code


class _Opening(QMainWindow):
    """Stands at the place of the window to come, in its colour; says that the program is opening if that takes long."""

    _loaded = Signal(object)  # Begin, or the exception; from the loading thread into that of the window

    def __init__(self, settings: Path, load: Callable[[], Begin]) -> None:
        super().__init__()
        self._folder = settings
        self._load = load
        self._settings: WindowSettings | None = None
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None
        self._desktop: Desktop | None = None
        self.setWindowTitle(_("Hepalith"))
        stored = stored_in(settings)
        restore_place(self, layout_in(stored, "window"))
        self._colour(preferences_in(stored))
        self._loaded.connect(self._on_loaded)

    def finish(self) -> None:
        """Ends what runs. Raises what the loading raised."""
        if self._thread is not None:
            self._thread.join()
        if self._desktop is not None:
            self._desktop.close()
        if self._error is not None:
            raise self._error

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True)
            QTimer.singleShot(0, self._begin)  # when the painting is on the screen

    def _colour(self, preferences: str) -> None:
        """The colour of a chosen theme; the system's is there already."""
        try:
            theme = {"light": LIGHT, "dark": DARK}[json.loads(preferences)["theme"]]
        except (ValueError, LookupError, TypeError):
            return
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Window, QColor(theme.window))
        self.setPalette(palette)

    def _begin(self) -> None:
        from hepalith.ui.look import make_application
        from hepalith.ui.settings import WindowSettings

        self._settings = WindowSettings(self._folder)
        if self._thread is not None:
            self._thread.start()
        make_application(self._settings)  # while Qt reads the fonts, Python can do something else
        QTimer.singleShot(_SILENT_MS, self._say)

    def _say(self) -> None:
        from PySide6.QtCore import Qt
        from PySide6.QtWidgets import QLabel

        label = QLabel(_("Opening..."))
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setCentralWidget(label)

    def _run(self) -> None:
        try:
            self._loaded.emit(self._load())
        except BaseException as error:  # noqa: BLE001 : told in the thread of the window, and raised there
            self._loaded.emit(error)

    def _on_loaded(self, loaded: "Begin | BaseException") -> None:
        if self.isHidden() or self._settings is None:  # closed meanwhile
            return
        if isinstance(loaded, BaseException):
            self._tell(loaded)
            return
        self._desktop = loaded(self._settings)
        self.close()

    def _tell(self, error: BaseException) -> None:
        from PySide6.QtWidgets import QMessageBox

        from hepalith.domain.errors import HepalithError

        self._error = error
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Critical)
        box.setWindowTitle(_("Hepalith"))
        box.setText(_("Hepalith cannot be opened."))
        box.setInformativeText(str(error) if isinstance(error, HepalithError) else type(error).__name__)
        box.finished.connect(self.close)
        box.open()
