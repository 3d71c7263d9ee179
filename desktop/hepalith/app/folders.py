"""Where this user's files of the program lie, and what language to speak. Light: the first window waits for it."""

import os
from pathlib import Path
from typing import NamedTuple

import platformdirs

from hepalith.i18n import VARIABLE, first_spoken, system_languages

APP = "hepalith"
LANGUAGE_FILE = "language"  # what the user chose in the window, where the command line and the note can read it
PROFILE = "HEPALITH_PROFILE"


class Folders(NamedTuple):
    """Where this user's files of the program lie."""

    cache: Path
    journal: Path
    settings: Path


def user_folders(profile: Path | None = None) -> Folders:
    """The folders that this system's conventions give, or those of a profile: one folder for everything.

    profile: None for the environment's HEPALITH_PROFILE, if it is set (tests, a memory stick, a shared machine).
    """
    chosen = profile or os.environ.get(PROFILE)
    if chosen:
        folder = Path(chosen).expanduser().resolve()
        return Folders(cache=folder / "cache", journal=folder / "journal", settings=folder / "settings")
    return Folders(
        cache=Path(platformdirs.user_cache_dir(APP, appauthor=False)),
        journal=Path(platformdirs.user_data_dir(APP, appauthor=False)) / "journal",
        settings=Path(platformdirs.user_config_dir(APP, appauthor=False)),
    )


def language(folders: Folders) -> str:
    """The language to speak: what the environment says, else what the user chose in the window, else the system's."""
    try:
        chosen = (folders.settings / LANGUAGE_FILE).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        chosen = ""
    return os.environ.get(VARIABLE) or chosen or first_spoken(system_languages())
