"""The folder of the knowledge files: which files count, in which order, and their hash."""

import hashlib
from pathlib import Path


def files_in(directory: Path) -> list[Path]:
    """All files; in each folder the shared one first, so that forms begin with what every branch uses."""
    return sorted(directory.rglob("*.yaml"), key=lambda path: (path.parent, path.stem != "shared", path.name))


def hash_of(directory: Path) -> str:
    """A hash over the names and contents of all knowledge files."""
    digest = hashlib.sha256()
    for path in files_in(directory):
        digest.update(path.relative_to(directory).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
