"""The first window: painted before the program is loaded, and replaced by the real one when it is.

Only what this window needs is imported here.
"""

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QMessageBox

from hepalith.domain.errors import HepalithError
from hepalith.i18n import _
from hepalith.ui.fonts import apply_text_size, load_fonts
from hepalith.ui.settings import WindowSettings
from hepalith.ui.theme import apply_theme

if TYPE_CHECKING:
    from hepalith.ui.application import Desktop

Begin = Callable[[WindowSettings], "Desktop"]  # makes the window on what was loaded

_EFFECTS = (
    Qt.UIEffect.UI_General,
    Qt.UIEffect.UI_AnimateMenu,
    Qt.UIEffect.UI_FadeMenu,
    Qt.UIEffect.UI_AnimateCombo,
    Qt.UIEffect.UI_AnimateTooltip,
    Qt.UIEffect.UI_FadeTooltip,
    Qt.UIEffect.UI_AnimateToolBox,
)
_ID = "org.hepalith.Hepalith"
_USUAL_SIZE = (1280, 720)


def make_application(settings: WindowSettings) -> QApplication:
    """The application with its fonts, colours and text size; the one that runs already, if there is one."""
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("hepalith")
    app.setApplicationDisplayName("Hepalith")
    app.setDesktopFileName(_ID)
    app.setStyle("Fusion")
    for effect in _EFFECTS:
        app.setEffectEnabled(effect, False)  # noqa: FBT003 : nothing moves, whatever the system asks for
    load_fonts()
    apply_text_size(app, settings.preferences.text_percent)
    apply_theme(app, settings.preferences.theme)
    return app


def restore_place(window: QMainWindow, settings: WindowSettings) -> None:
    """Size and place as they were, or as usual."""
    shape = settings.layout("window")
    if shape is None or not window.restoreGeometry(shape):
        window.resize(*_USUAL_SIZE)


def run(settings: Path, load: Callable[[], Begin]) -> int:
    """Shows the window until it is closed; returns the exit code.

    settings: a folder. load: called on another thread once something is painted. Raises what `load` raises, after
    the user was told of it.
    """
    kept = WindowSettings(settings)
    app = make_application(kept)
    opening = _Opening(kept, load)
    opening.show()
    code = app.exec()
    opening.finish()
    return code


class _Opening(QMainWindow):
    """Says that the program is opening, at the place of the window to come."""

    _loaded = Signal(object)  # Begin, or the exception; from the loading thread into that of the window

    def __init__(self, settings: WindowSettings, load: Callable[[], Begin]) -> None:
        super().__init__()
        self._settings = settings
        self._load = load
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None
        self._desktop: Desktop | None = None
        label = QLabel(_("Opening..."))
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setCentralWidget(label)
        self.setWindowTitle(_("Hepalith"))
        restore_place(self, settings)
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
            QTimer.singleShot(0, self._thread.start)  # when the painting is on the screen

    def _run(self) -> None:
        try:
            self._loaded.emit(self._load())
        except BaseException as error:  # noqa: BLE001 : told in the thread of the window, and raised there
            self._loaded.emit(error)

    def _on_loaded(self, loaded: "Begin | BaseException") -> None:
        if self.isHidden():  # closed meanwhile
            return
        if isinstance(loaded, BaseException):
            self._tell(loaded)
            return
        self._desktop = loaded(self._settings)
        self.close()

    def _tell(self, error: BaseException) -> None:
        self._error = error
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Critical)
        box.setWindowTitle(_("Hepalith"))
        box.setText(_("Hepalith cannot be opened."))
        box.setInformativeText(str(error) if isinstance(error, HepalithError) else type(error).__name__)
        box.finished.connect(self.close)
        box.open()
