"""Opens pages of the reference manual in the system's browser; the manual is made beside the window if need be."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from hepalith.i18n import _
from hepalith.services.ports import Progress, ReferenceManual
from hepalith.services.session import CaseSession
from hepalith.ui.worker import Worker


class ManualOpener(QObject):
    """One page at a time: what is asked for while one is on its way is left out."""

    announced = Signal(str)
    failed = Signal(str)  # the reason

    def __init__(self, manual: ReferenceManual, session: CaseSession, parent: QObject) -> None:
        super().__init__(parent)
        self._manual = manual
        self._session = session
        self._page = Path()
        self.worker = Worker(self)
        self.worker.succeeded.connect(self._on_found)
        self.worker.failed.connect(self._on_failed)

    def open_first(self) -> None:
        """Opens the first page."""
        self.open("", "")

    def open(self, kind: str, name: str) -> None:
        """Opens the page of an entry, such as ("recommendations", "CE-R10")."""
        if self.worker.busy:
            return
        self.announced.emit(_("Opening the reference manual; the first time takes a moment..."))
        self.worker.start(partial(self._find, kind, name))

    def _find(self, kind: str, name: str, _tell: Progress) -> None:
        self._page = self._manual.page(kind, name, self._session.as_of)

    def _on_found(self) -> None:
        if QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._page))):
            self.announced.emit(_("The reference manual is open in the browser."))
        else:
            self.failed.emit(_("There is no program for web pages. The page is {path}").format(path=self._page))

    def _on_failed(self, reason: str) -> None:
        self.failed.emit(reason)
