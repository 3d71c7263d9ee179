"""What runs here, in which version and under which licence."""

import platform
import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

import PySide6

import hepalith
from hepalith.i18n import _

_OWN = "hepalith"
_EXTRA = "desktop"


def versions() -> str:
    """Program, Python, Qt and system."""
    return (
        f"Hepalith {hepalith.__version__} (Python {platform.python_version()}, "
        f"Qt {PySide6.__version__}, {platform.system()} {platform.release()})"
    )


def licences() -> tuple[str, ...]:
    """The licences of all that is shipped: program, fonts, and each package that it needs, as the packages say."""
    return (
        _("Hepalith: Apache-2.0"),
        _("Noto fonts: SIL Open Font License 1.1"),
        *sorted({_line(found) for found in _needed(_OWN)}, key=str.lower),
    )


def _line(found: Distribution) -> str:
    said = found.metadata
    words = [*said.get_all("License-Expression", []), *said.get_all("License", [])]
    licence = words[0].splitlines()[0] if words else _("see the package")
    return f"{said['Name']} {found.version}: {licence}"


def _needed(name: str, seen: frozenset[str] = frozenset()) -> Iterator[Distribution]:
    """The installed packages that a package needs, and what these need."""
    try:
        requirements = distribution(name).requires or ()
    except PackageNotFoundError:
        return  # run from a source tree that was not installed
    for requirement in requirements:
        word = re.match(r"[\w.-]+", requirement)
        extra = re.search(r"extra\s*==\s*['\"]([\w-]+)", requirement)
        if word is None or word[0] in seen or (extra is not None and (name, extra[1]) != (_OWN, _EXTRA)):
            continue
        try:
            yield distribution(word[0])
        except PackageNotFoundError:
            continue  # not for this system
        yield from _needed(word[0], seen | {name})
