"""A picture of a window, also without a screen."""

from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QWidget

from hepalith.domain.errors import CaseFileError
from hepalith.i18n import _


def grab(window: QWidget, path: Path, extent: QSize | None = None) -> None:
    """Writes the window as PNG. Raises CaseFileError if the file cannot be written."""
    if extent is not None:
        window.resize(extent)
    window.show()
    for _round in range(5):  # layouts with wrapping text settle in steps
        QApplication.processEvents()
    if not window.grab().save(str(path), "PNG"):
        raise CaseFileError(_("The picture cannot be written: {path}").format(path=path))
