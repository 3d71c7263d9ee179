"""Entry of the window for the composition root: run it, or take a picture of it."""

import gc
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QSize, Qt, QTimer, QTranslator
from PySide6.QtWidgets import QApplication

from hepalith.i18n import first_spoken, language, set_language
from hepalith.services.ports import ReferenceManual, SiteSettings
from hepalith.services.session import CaseSession
from hepalith.ui.errors import ErrorWatch
from hepalith.ui.fonts import apply_text_size, load_fonts
from hepalith.ui.main_window import MainWindow
from hepalith.ui.screenshot import grab
from hepalith.ui.second_look import BesideTheWindow
from hepalith.ui.settings import WindowSettings
from hepalith.ui.theme import ThemeName, apply_theme

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


class Desktop(QObject):
    """The window on a session; makes it anew where language or site settings change, and the work goes on in it.

    refine: gives the session the knowledge and the names of the site as its file says now, and returns its manual.
    language: what the environment asks for, before what the user chose.
    """

    def __init__(
        self,
        session: CaseSession,
        manual: ReferenceManual,
        settings: WindowSettings,
        examples: Path,
        site: SiteSettings | None = None,
        refine: Callable[[], ReferenceManual] | None = None,
        language: str = "",
    ) -> None:
        super().__init__()
        self._session = session
        self._manual = manual
        self._settings = settings
        self._examples = examples
        self._site = site
        self._refine = refine
        self._language = language
        self.window = self._make()
        self._beside = BesideTheWindow(session, self.window.bridge)

    def show_unexpected(self, error: BaseException) -> None:
        """Tells of an exception that nobody caught."""
        self.window.show_unexpected(error)

    def renew(self) -> None:
        """A new window in place of the old one, on the same case, with what was undone and what can be."""
        old = self.window
        old.files.committing.emit()
        old.remember_layout()
        self._beside.close()
        self.window = self._make()
        self._session.say_again()
        self._beside = BesideTheWindow(self._session, self.window.bridge)
        self.window.show()
        old.give_up()
        self.window.files.take_lock()

    def close(self) -> None:
        """Ends what runs beside the window."""
        self._beside.close()

    def _make(self) -> MainWindow:
        speak(self._language or self._settings.preferences.language or system_language())
        window = MainWindow(self._session, self._manual, self._settings, self._examples, self._site)
        window.setLayoutDirection(QApplication.layoutDirection())
        window.renewal_wanted.connect(self.renew, Qt.ConnectionType.QueuedConnection)
        window.site_changed.connect(self._on_site_changed, Qt.ConnectionType.QueuedConnection)
        return window

    def _on_site_changed(self) -> None:
        if self._refine is not None:
            self._manual = self._refine()
        self.renew()


def system_language() -> str:
    """The first of the user's languages that the program speaks."""
    return first_spoken(QLocale.system().uiLanguages())


def speak(code: str) -> None:
    """The language of the program and, as far as Qt has its words, of Qt's own dialogs; the direction of writing."""
    set_language(code)
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        return
    for earlier in app.findChildren(QTranslator):
        app.removeTranslator(earlier)
        earlier.deleteLater()
    words = QTranslator(app)
    if words.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(words)
    app.setLayoutDirection(QLocale(code).textDirection())


def run(
    session: CaseSession,
    manual: ReferenceManual,
    *,
    case_path: Path | None,
    examples: Path,
    show_chooser: bool,
    settings: Path,
    site: SiteSettings | None = None,
    refine: Callable[[], ReferenceManual] | None = None,
    language: str = "",
) -> int:
    """Shows the window until it is closed; returns the exit code. `settings` is a folder."""
    kept = WindowSettings(settings)
    app = make_application(kept)
    desktop = Desktop(session, manual, kept, examples, site, refine, language)
    window = desktop.window
    watch = ErrorWatch()
    watch.noticed.connect(desktop.show_unexpected)
    watch.start()
    window.show()
    QTimer.singleShot(0, partial(_get_ready, session))
    if case_path is not None:
        window.files.open_path(case_path)
    window.begin(window.show_start if show_chooser and case_path is None else window.offer_recovery)
    try:
        return app.exec()
    finally:
        watch.stop()
        desktop.close()


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
        kept.change(theme=theme)
        make_application(kept)
        speak(language())
        if case_path is not None:
            session.open(case_path)
        window = MainWindow(session, manual, kept, Path(folder))
        try:
            grab(window, png_path, QSize(*size))
        finally:
            window.bridge.close()
            window.hide()
            window.deleteLater()
