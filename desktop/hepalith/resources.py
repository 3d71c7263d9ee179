"""Finds the files that come with the program. Stands beside the layers; knows no layer."""

from functools import lru_cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


class ResourceError(RuntimeError):
    """A file that comes with the program was not found."""


def resource_root(package: Path = _PACKAGE) -> Path:
    """The folder of resources: the one inside an installed package, or the one of the source tree.

    Raises:
        ResourceError: neither of the two is there; names both.
    """
    packaged = package / "_resources"
    source = package.parent.parent / "resources"
    for folder in (packaged, source):
        if folder.is_dir():
            return folder
    raise ResourceError(
        f"The program's resources are missing: neither {packaged} nor {source} is a folder. Install the program again."
    )


def resource(*parts: str) -> Path:
    """The path of one file or folder of the resources, such as `resource("fonts", "OFL.txt")`.

    Raises:
        ResourceError: it is not there.
    """
    path = resource_root().joinpath(*parts)
    if not path.exists():
        raise ResourceError(f"A file of the program is missing: {path}. Install the program again.")
    return path


@lru_cache(maxsize=1)
def picture_names() -> frozenset[str]:
    """The names of the pictures that the knowledge may name."""
    return frozenset(path.stem for path in resource("pictures").glob("*.svg"))
