"""Puts the manual into a folder, whole or not at all: the port `ReferenceManual`."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec

from hepalith import __version__
from hepalith.domain.errors import WriteError
from hepalith.files import reason_of
from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge
from hepalith.manual.book import FIRST_PAGE, Book, kind_titles, page_name

MARK = "hepalith-manual.json"  # a folder with this file may be written over
_PACKAGE = Path(__file__).resolve().parents[1]
_KEPT = "manual-"


class ManualFolder:
    """The manual of one knowledge base. templates: `resources/manual`; cache: where the made manual is kept."""

    def __init__(self, knowledge: Knowledge, templates: Path, cache: Path) -> None:
        self._knowledge = knowledge
        self._templates = templates
        self._cache = cache

    def page(self, kind: str, name: str, as_of: date) -> Path:
        """The file of an entry, or the first page if there is none such; the manual is made first if need be.

        Raises WriteError.
        """
        folder = self._cache / f"{_KEPT}{self._key(as_of)}"
        path = folder / page_name(kind, name)
        if not (folder / MARK).is_file():
            self._write(folder, as_of)
            for old in self._cache.glob(f"{_KEPT}*"):
                if old != folder:
                    shutil.rmtree(old, ignore_errors=True)
        return path if path.is_file() else folder / FIRST_PAGE

    def write(self, folder: Path, as_of: date) -> None:
        """Writes the manual into a folder that is new or empty, or in place of an earlier one. Raises WriteError."""
        if folder.exists() and not (folder.is_dir() and ((folder / MARK).is_file() or not any(folder.iterdir()))):
            raise WriteError(_("{path} holds something else; choose a new or an empty folder.").format(path=folder))
        self._write(folder, as_of)

    def _write(self, folder: Path, as_of: date) -> None:
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".manual-", dir=folder.parent) as beside:
                made = Path(beside, "made")
                self._fill(made, as_of)
                if folder.exists():
                    folder.replace(Path(beside, "old"))
                made.replace(folder)
        except OSError as error:
            reason = reason_of(error)
            raise WriteError(
                _("The manual cannot be written to {path}: {reason}.").format(path=folder, reason=reason)
            ) from error

    def _fill(self, folder: Path, as_of: date) -> None:
        for name, content in Book(self._knowledge, self._templates, as_of).files():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        about = {"knowledge": self._knowledge.header.version, "hash": self._knowledge.hash, "program": __version__}
        (folder / MARK).write_bytes(msgspec.json.encode(about) + b"\n")

    def _key(self, as_of: date) -> str:
        """Changes with the knowledge, with the review dates that have passed, and with what makes the pages."""
        passed = max((day for day in self._review_dates() if day < as_of.isoformat()), default="")
        words = " ".join(kind_titles().values())  # in the user's language
        digest = hashlib.sha256(f"{self._knowledge.hash} {passed} {words} {__version__}".encode())
        for path in sorted((*_PACKAGE.rglob("*.py"), *self._templates.iterdir())):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()[:16]

    def _review_dates(self) -> Iterator[str]:
        knowledge = self._knowledge
        yield knowledge.header.review_by
        grounded = (
            *knowledge.precedence.values(),
            *knowledge.header.urgency_levels,
            *knowledge.header.override_reasons,
        )
        yield from (entry.review_by for entry in grounded if entry.review_by)
        yield from (made.basis.review_by for made in knowledge.recommendations.values())
        yield from (made.basis.review_by for made in knowledge.derived.values())
        yield from (basis.review_by for made in knowledge.gates.values() for basis in made.basis)
        for made in knowledge.conditions.values():
            yield from (basis.review_by for basis in (made.basis, *made.basis_for, *made.basis_against))
