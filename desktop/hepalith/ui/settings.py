"""What the window remembers: sizes, theme, text size, recent files. Nothing about a patient but file paths."""

from pathlib import Path
from typing import cast

from PySide6.QtCore import QByteArray, QSettings

from hepalith.ui.fonts import SIZES
from hepalith.ui.theme import ThemeName

_RECENT = 8


class WindowSettings:
    """Kept in one file of the given folder, so that tests and portable use can redirect it."""

    def __init__(self, folder: Path) -> None:
        self._stored = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)

    @property
    def theme(self) -> ThemeName:
        """The chosen theme; "system" follows the desktop."""
        value = str(self._stored.value("theme", "system"))
        return cast("ThemeName", value) if value in {"system", "light", "dark"} else "system"

    @theme.setter
    def theme(self, name: ThemeName) -> None:
        self._stored.setValue("theme", name)

    @property
    def text_percent(self) -> int:
        """The text size in per cent."""
        value = str(self._stored.value("text_percent", "100"))
        return int(value) if value.isdigit() and int(value) in SIZES else SIZES[0]

    @text_percent.setter
    def text_percent(self, percent: int) -> None:
        self._stored.setValue("text_percent", percent)

    @property
    def recent(self) -> tuple[Path, ...]:
        """Case files opened or saved last, the latest first."""
        value = self._stored.value("recent", [])
        names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return tuple(Path(str(name)) for name in names if name)

    def remember(self, path: Path) -> None:
        """Puts a case file in front of the recent ones."""
        kept = [path.resolve(), *(one for one in self.recent if one != path.resolve())]
        self._stored.setValue("recent", [str(one) for one in kept[:_RECENT]])

    def layout(self, name: str) -> QByteArray | None:
        """The remembered sizes of a window or splitter."""
        value = self._stored.value(f"layout/{name}")
        return value if isinstance(value, QByteArray) else None

    def remember_layout(self, name: str, state: QByteArray) -> None:
        """Remembers the sizes of a window or splitter."""
        self._stored.setValue(f"layout/{name}", state)
