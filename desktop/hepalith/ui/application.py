"""The window on a session, for the composition root, and pictures of it."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QSize, Qt, QTranslator, Signal
from PySide6.QtWidgets import QApplication

from hepalith.i18n import first_spoken, language, set_language
from hepalith.services.ports import ReferenceManual, SiteSettings
from hepalith.services.session import CaseSession
from hepalith.ui.colours import ThemeName
from hepalith.ui.look import make_application
from hepalith.ui.main_window import MainWindow
from hepalith.ui.settings import WindowSettings

if TYPE_CHECKING:
    from hepalith.ui.errors import ErrorWatch
    from hepalith.ui.preparation import PreparationBeside
    from hepalith.ui.second_look import BesideTheWindow

_translators: list[QTranslator] = []  # those of Qt's own words that are installed


class Desktop(QObject):
    """The window on a session; makes it anew where language or site settings change, and the work goes on in it.

    refine: gives the session the knowledge and the names of the site as its file says now, and returns its manual.
    language: what the environment asks for, before what the user chose.
    """

    _kept_told = Signal(bool)  # from the thread of the journal into that of the window

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
        self._journal = session.keep_beside(self._kept_told.emit)
        self._kept_told.connect(self._on_kept_told)
        self._beside: BesideTheWindow | None = None
        self.window = self._make()
        self._watch: ErrorWatch | None = None
        self._preparation: PreparationBeside | None = None

    def start(self) -> None:
        """Shows the window, watches over errors from now on, and prepares the first entry."""
        from hepalith.ui.errors import ErrorWatch

        self._watch = ErrorWatch()
        self._watch.noticed.connect(self.show_unexpected)
        self._watch.start()
        self._session.await_asker()
        self.window.show()

    def show_unexpected(self, error: BaseException) -> None:
        """Tells of an exception that nobody caught."""
        self.window.show_unexpected(error)

    def renew(self) -> None:
        """A new window in place of the old one, on the same case, with what was undone and what can be."""
        old = self.window
        old.files.committing.emit()
        old.remember_layout()
        self._give_up_beside()
        self.window = self._make()
        self._session.say_again()
        self.window.show()
        old.give_up()
        self.window.files.take_lock()

    def close(self) -> None:
        """Ends what runs beside the window."""
        self._give_up_beside()
        self._journal.wait()
        if self._preparation is not None:
            self._preparation.close()
        if self._watch is not None:
            self._watch.stop()

    def _make(self) -> MainWindow:
        speak(self._language or self._settings.preferences.language or system_language())
        if self._refine is not None and self._session.knowledge.translation.language != language():
            self._manual = self._refine()
        window = MainWindow(self._session, self._manual, self._settings, self._examples, self._site)
        window.setLayoutDirection(QApplication.layoutDirection())
        window.renewal_wanted.connect(self.renew, Qt.ConnectionType.QueuedConnection)
        window.site_changed.connect(self._on_site_changed, Qt.ConnectionType.QueuedConnection)
        window.later.done.connect(self._work_beside)
        return window

    def _work_beside(self) -> None:
        """Begins what works beside the window, once nothing of the window is left to be made."""
        from hepalith.ui.preparation import PreparationBeside
        from hepalith.ui.second_look import BesideTheWindow

        self._beside = BesideTheWindow(self._session, self.window.bridge)
        started = self._watch is not None
        if started and self._preparation is None:
            self._preparation = PreparationBeside(self._session, self)

    def _give_up_beside(self) -> None:
        if self._beside is not None:
            self._beside.close()
            self._beside = None

    def _on_kept_told(self, kept: bool) -> None:
        self._session.show_kept(kept)

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
    while _translators:
        app.removeTranslator(_translators.pop())
    words = QTranslator()
    if words.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(words)
        _translators.append(words)
    app.setLayoutDirection(QLocale(code).textDirection())


def begin(
    session: CaseSession,
    manual: ReferenceManual,
    settings: WindowSettings,
    *,
    examples: Path,
    case_path: Path | None = None,
    show_chooser: bool = False,
    site: SiteSettings | None = None,
    refine: Callable[[], ReferenceManual] | None = None,
    language: str = "",
) -> Desktop:
    """Shows the window on a session, with a case or the way to begin."""
    desktop = Desktop(session, manual, settings, examples, site, refine, language)
    desktop.start()
    window = desktop.window
    if case_path is not None:
        window.files.open_path(case_path)
    window.begin(window.show_start if show_chooser and case_path is None else window.offer_recovery)
    return desktop


def screenshot(
    session: CaseSession,
    manual: ReferenceManual,
    case_path: Path | None,
    png_path: Path,
    size: tuple[int, int],
    theme: ThemeName = "light",
) -> None:
    """Writes a picture of the window with a case; needs no screen. Raises CaseFileError."""
    from hepalith.ui.screenshot import grab

    with tempfile.TemporaryDirectory() as folder:
        kept = WindowSettings(Path(folder))
        kept.change(theme=theme)
        make_application(kept)
        speak(language())
        if case_path is not None:
            session.open(case_path)
        window = MainWindow(session, manual, kept, Path(folder))
        window.later.finish()
        try:
            grab(window, png_path, QSize(*size))
        finally:
            window.bridge.close()
            window.hide()
            window.deleteLater()
