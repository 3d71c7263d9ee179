"""The file in which the window remembers preferences, sizes and recent files. Light: the first window waits for it."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

PREFERENCES = "preferences"  # as JSON


def stored_in(folder: Path) -> QSettings:
    """The file in a folder; made when something is remembered."""
    return QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)


def preferences_in(stored: QSettings) -> str:
    """The preferences, as JSON."""
    return str(stored.value(PREFERENCES, "{}"))


def layout_in(stored: QSettings, name: str) -> QByteArray | None:
    """The remembered sizes of a window or splitter."""
    value = stored.value(f"layout/{name}")
    return value if isinstance(value, QByteArray) else None
