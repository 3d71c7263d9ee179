"""Where many cases come from: case files, folders of them, JSON lines, and folders of YAML cases."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

from hepalith.domain.case import Case
from hepalith.domain.errors import CaseFileError
from hepalith.files import reason_of
from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.cases import Vignette, case_of, read_vignettes
from hepalith.services.ports import CaseStore

CASE_FILES = "*.hepalith.json"


class Source(NamedTuple):
    """One case that can be read. as_of: None where it names no date.

    read: for a knowledge base. Raises CaseFileError for a file that cannot be read, ValueError for a YAML case that
    this knowledge cannot express.
    """

    name: str
    title: Callable[[Case], str]
    as_of: date | None
    read: Callable[[Knowledge], Case]


def sources(path: Path, store: CaseStore) -> Iterator[Source]:
    """The cases of a case file, of JSON lines, of a folder of case files, or of a folder of YAML cases.

    Raises CaseFileError for JSON lines that cannot be read, KnowledgeError for a folder without any case.
    """
    if path.suffix == ".jsonl":
        yield from _lines(path, store)
        return
    files = sorted(path.rglob(CASE_FILES)) if path.is_dir() else [path]
    for file in files:
        name = file.relative_to(path).as_posix() if path.is_dir() else file.name
        yield Source(name, _own_title, None, partial(_loaded, store, file))
    if not files:
        yield from (_of_vignette(vignette) for vignette in read_vignettes(path))


def _lines(path: Path, store: CaseStore) -> Iterator[Source]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        reason = reason_of(error)
        raise CaseFileError(_('"{name}" cannot be read: {reason}.').format(name=path.name, reason=reason)) from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            name = f"{path.name}:{number}"
            yield Source(name, _own_title, None, partial(_decoded, store, line, name))


def _of_vignette(vignette: Vignette) -> Source:
    read = partial(case_of, vignette)
    return Source(vignette.id, lambda _case: vignette.title, date.fromisoformat(vignette.as_of), read)


def _loaded(store: CaseStore, path: Path, _knowledge: Knowledge) -> Case:
    return store.load(path)


def _decoded(store: CaseStore, content: bytes, name: str, _knowledge: Knowledge) -> Case:
    return store.decode(content, name)


def _own_title(case: Case) -> str:
    return str(case.extra.get("title", ""))
