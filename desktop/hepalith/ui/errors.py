"""Unexpected errors: the user is told, the work goes on, and a report without patient data can be kept.

The text of an exception is left out of the report: it may hold what was typed.
"""

import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

import hepalith
from hepalith.i18n import _
from hepalith.ui.fonts import em, plain_label
from hepalith.ui.headings import Heading

_PACKAGE = Path(hepalith.__file__).parent.parent
_CAUSES = 5


def error_report(error: BaseException, knowledge: str) -> str:
    """Versions, kinds of error, and the places in the program; no text of an error, no value, no folder of the user.

    knowledge: version and hash.
    """
    from hepalith.ui.versions import versions

    return "\n".join([versions(), knowledge, "", *_lines(error)])


def _lines(error: BaseException) -> Iterator[str]:
    shown: BaseException | None = error
    for _cause in range(_CAUSES):
        if shown is None:
            return
        yield f"{type(shown).__module__}.{type(shown).__qualname__}"
        for frame in traceback.extract_tb(shown.__traceback__):
            yield f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}"
        shown = shown.__cause__ or shown.__context__
        if shown is not None:
            yield "after"


def _short(name: str) -> str:
    """The path of a file inside the program, or its bare name."""
    path = Path(name)
    return path.relative_to(_PACKAGE).as_posix() if path.is_relative_to(_PACKAGE) else path.name


class ErrorWatch(QObject):
    """Takes every exception that nobody caught: in slots, in events such as painting, and in threads."""

    noticed = Signal(object)  # BaseException, in the window's thread

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._former = (sys.excepthook, threading.excepthook)
        self._from_thread.connect(self.noticed, Qt.ConnectionType.QueuedConnection)

    _from_thread = Signal(object)

    def start(self) -> None:
        """From now on."""
        sys.excepthook = self._on_error
        threading.excepthook = self._on_thread_error

    def stop(self) -> None:
        """Gives the hooks back."""
        sys.excepthook, threading.excepthook = self._former

    def _on_error(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._former[0](kind, error, trace)  # for who started the program from a terminal
        if isinstance(error, Exception):
            # Queued: a painting that failed is over before a dialog opens.
            self._from_thread.emit(error.with_traceback(trace))

    def _on_thread_error(self, failed: threading.ExceptHookArgs) -> None:
        if failed.exc_value is not None:
            self._on_error(failed.exc_type, failed.exc_value, failed.exc_traceback)


class ErrorDialog(QDialog):
    """Says what happened and that the work is safe; counts the same error, which may come with every painting."""

    copy_wanted = Signal(str)
    save_wanted = Signal(str)

    def __init__(self, error: BaseException, knowledge: str, *, safe: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("An unexpected error"))
        self.report = error_report(error, knowledge)
        self._times = 1
        self._what = plain_label(_("The last step was not finished: {kind}.").format(kind=type(error).__name__))
        self.times_label = plain_label()
        self.times_label.hide()
        self.report_view = QPlainTextEdit(self.report)
        self.report_view.setReadOnly(True)
        self.report_view.setTabChangesFocus(True)
        self.report_view.setAccessibleName(_("Report"))
        self.copy_button, self.save_button = QPushButton(_("&Copy the report")), QPushButton(_("&Save the report..."))
        self.close_button = QPushButton(_("&Go on"))
        row = QHBoxLayout()
        row.addWidget(self.copy_button)
        row.addWidget(self.save_button)
        row.addStretch(1)
        row.addWidget(self.close_button)
        self.close_button.setDefault(True)
        self.copy_button.clicked.connect(self._on_copy)
        self.save_button.clicked.connect(self._on_save)
        self.close_button.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.addWidget(Heading(_("Something went wrong in the program"), 1.25))
        column.addWidget(self._what)
        column.addWidget(plain_label(safe))
        column.addWidget(plain_label(_("The report names versions and the place in the program, no patient data:")))
        column.addWidget(self.report_view, 1)
        column.addWidget(self.times_label)
        column.addLayout(row)
        self.resize(em(self) * 38, em(self) * 24)

    def count(self) -> None:
        """The same error came again."""
        self._times += 1
        self.times_label.setText(_("It happened {count} times.").format(count=self._times))
        self.times_label.show()

    def _on_copy(self) -> None:
        self.copy_wanted.emit(self.report)

    def _on_save(self) -> None:
        self.save_wanted.emit(self.report)
