"""What holds for every test: no screen, no network, no home folder of the user.

Set before any test module is imported, because Qt and others read the environment once.
"""

import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

import hypothesis
import pytest

_HOME_VARIABLES = {
    "HOME": "",
    "USERPROFILE": "",
    "APPDATA": "AppData/Roaming",
    "LOCALAPPDATA": "AppData/Local",
    "XDG_CACHE_HOME": ".cache",
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
}

_home = Path(tempfile.mkdtemp(prefix="hepalith-test-home-"))

os.environ["QT_QPA_PLATFORM"] = "offscreen"
for _name in ("HEPALITH_LANGUAGE", "LANGUAGE", "LC_ALL", "LC_MESSAGES"):
    os.environ.pop(_name, None)
os.environ["LANG"] = "C.UTF-8"
for _name, _folder in _HOME_VARIABLES.items():
    (_home / _folder).mkdir(parents=True, exist_ok=True)
    os.environ[_name] = str(_home / _folder)

# The same examples in every run: a failure in CI can be repeated.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("repeatable")


class NetworkBlockedError(RuntimeError):
    """A test tried to use the network."""


class _LocalSocket(socket.socket):
    """A socket that can only talk to this machine's own programs (AF_UNIX)."""

    def __init__(self, family: int = -1, type: int = -1, proto: int = -1, fileno: int | None = None) -> None:  # noqa: A002
        super().__init__(family, type, proto, fileno)
        if self.family != getattr(socket, "AF_UNIX", None):
            self.close()
            _refuse()


def _refuse(*_arguments: object, **_keywords: object) -> NoReturn:
    raise NetworkBlockedError("Hepalith needs no network, and tests may not use it")


def pytest_configure(config: pytest.Config) -> None:
    """Block the network for Python code of this process, and Qt in the run that does without it."""
    if config.inipath and config.inipath.name == "headless.ini":
        sys.modules["PySide6"] = sys.modules["shiboken6"] = None  # type: ignore[assignment]
    socket.socket = _LocalSocket  # type: ignore[misc]
    socket.getaddrinfo = _refuse  # type: ignore[assignment]
    socket.gethostbyname = _refuse


def pytest_unconfigure() -> None:
    """Remove the home folder of this run."""
    shutil.rmtree(_home, ignore_errors=True)


@pytest.fixture(scope="session")
def home_folder() -> Path:
    """The home folder that the program sees during the tests."""
    return _home


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The root of the source tree."""
    return Path(__file__).resolve().parents[1]
