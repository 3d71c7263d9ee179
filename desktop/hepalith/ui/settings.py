"""What the window remembers: preferences, sizes, recent files. Nothing about a patient but the paths of files."""

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from PySide6.QtCore import QByteArray, QSettings

from hepalith.ui.colours import ThemeName
from hepalith.ui.stored import PREFERENCES, layout_in, preferences_in, stored_in

_RECENT = 8
_LANGUAGE = "language"  # a file with the code alone, for those who speak without Qt: command line and note

Paper = Literal["a4", "us-letter"]


class Preferences(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a user chooses in the settings.

    theme: "system" follows the desktop. text_percent: 100 to 200. language: "" follows the system. units: finding ->
    the unit in which it is entered and also shown. keys: action -> its keys, "" for none; the others keep their own.
    """

    theme: ThemeName = "system"
    text_percent: Annotated[int, msgspec.Meta(ge=100, le=200)] = 100
    language: str = ""
    paper: Paper = "a4"
    remembers_files: bool = True
    units: dict[str, str] = {}
    keys: dict[str, str] = {}
    tour_seen: bool = False


class WindowSettings:
    """Kept in one file of the given folder, so that tests and portable use can redirect it."""

    def __init__(self, folder: Path) -> None:
        self.kept = True  # False: what was chosen last holds only until the program ends, the disk refuses it
        self._language_file = folder / _LANGUAGE
        self._stored = stored_in(folder)

    @property
    def preferences(self) -> Preferences:
        """What the user chose; what cannot be read counts as not chosen."""
        try:
            return msgspec.json.decode(preferences_in(self._stored), type=Preferences)
        except msgspec.MsgspecError:
            return Preferences()

    @preferences.setter
    def preferences(self, chosen: Preferences) -> None:
        self._stored.setValue(PREFERENCES, msgspec.json.encode(chosen).decode())
        self._stored.sync()  # makes the folder, too
        self.kept = self._stored.status() is QSettings.Status.NoError
        try:
            self._language_file.write_text(chosen.language, encoding="utf-8")
        except OSError:
            self.kept = False
        if not chosen.remembers_files:
            self.forget_files()

    def change(self, **chosen: Any) -> Preferences:
        """Remembers some preferences; returns them all."""
        self.preferences = msgspec.structs.replace(self.preferences, **chosen)
        return self.preferences

    @property
    def recent(self) -> tuple[Path, ...]:
        """Case files opened or saved last, the latest first."""
        value = self._stored.value("recent", [])
        names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return tuple(Path(str(name)) for name in names if name)

    def remember(self, path: Path) -> None:
        """Puts a case file in front of the recent ones, unless the user switched that off."""
        if not self.preferences.remembers_files:
            return
        kept = [path.resolve(), *(one for one in self.recent if one != path.resolve())]
        self._stored.setValue("recent", [str(one) for one in kept[:_RECENT]])

    def forget_files(self) -> None:
        """Forgets all recent files."""
        self._stored.remove("recent")

    def layout(self, name: str) -> QByteArray | None:
        """The remembered sizes of a window or splitter."""
        return layout_in(self._stored, name)

    def remember_layout(self, name: str, state: QByteArray) -> None:
        """Remembers the sizes of a window or splitter."""
        self._stored.setValue(f"layout/{name}", state)

    def sync(self) -> None:
        """Writes now what is remembered."""
        self._stored.sync()
