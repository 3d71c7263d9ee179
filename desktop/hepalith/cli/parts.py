"""What the commands share: exit codes, the parts that they need, and how a case is read."""

import argparse
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hepalith.i18n import _

if TYPE_CHECKING:  # the first window waits for this module
    from hepalith.domain.case import Case
    from hepalith.knowledge.base import Knowledge
    from hepalith.services.ports import CaseStore, Clock, NoteWriter, ReferenceManual

DONE, PROBLEMS, WRONG_ARGUMENTS, UNREADABLE, UNWRITABLE, NO_WINDOW = 0, 1, 2, 3, 4, 5


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What the commands need; made by the composition root. Costly parts are made on demand."""

    knowledge: "Callable[[], Knowledge]"
    knowledge_folder: Callable[[], Path]
    cache_folder: Path
    store: "CaseStore"
    note: "Callable[[Knowledge], NoteWriter]"
    author: Callable[[], str]  # the clinician of the site settings, or ""
    manual: "Callable[[Knowledge], ReferenceManual]"
    clock: "Callable[[date | None], Clock]"
    window: Callable[[argparse.Namespace], int]


def read_case(name: str, store: "CaseStore") -> "Case":
    """The case in a file, or on standard input for "-". Raises CaseFileError."""
    if name == "-":
        return store.decode(sys.stdin.buffer.read(), _("standard input"))
    return store.load(Path(name))
