"""What the tests of the note share."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hepalith.note.writer import TypstNoteWriter
from hepalith.resources import resource_root
from note.builders import make_knowledge


@pytest.fixture(scope="session")
def writer() -> TypstNoteWriter:
    """A writer on the small knowledge base."""
    return TypstNoteWriter(make_knowledge(), resource_root(), "0.1.0")


@pytest.fixture
def pages_of() -> Callable[[Path], list[str]]:
    """The text of each page of a PDF file, in reading order."""
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler-utils is not installed")

    def pages(path: Path) -> list[str]:
        run = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True)
        return run.stdout.decode().split("\f")[:-1]

    return pages
