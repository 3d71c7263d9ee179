"""`hepalith cohort`: what the knowledge says of each case of a department, as a table. Needs Polars."""

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TextIO

from hepalith.cli.case_sources import sources
from hepalith.cli.parts import DONE, PROBLEMS, Parts
from hepalith.domain.case import Case
from hepalith.domain.errors import CaseFileError, HepalithError, WriteError
from hepalith.files import reason_of, write_atomically
from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge
from hepalith.services.ports import CaseStore


class PolarsMissingError(HepalithError):
    """The extra `cohort` is not installed."""


def cohort(arguments: argparse.Namespace, parts: Parts, out: TextIO) -> int:
    """Writes the table; a case that cannot be read is named and left out.

    Raises PolarsMissingError, CaseFileError where no case can be read, WriteError where the table cannot be written.
    """
    try:
        from hepalith.cohort.audit import Auditor, Named, encoded
    except ImportError as error:
        raise PolarsMissingError(
            _('The audit of many cases needs Polars: pip install "hepalith[cohort]" ({reason}).').format(reason=error)
        ) from None
    knowledge = parts.knowledge()
    as_of = parts.clock(arguments.as_of).today()
    cases: list[Named] = []
    left_out = 0
    for one in _cases(arguments.cases, knowledge, as_of, parts.store):
        if isinstance(one, str):
            left_out += 1
            out.write(_("left out: {reason}\n").format(reason=one))
        else:
            cases.append(Named(*one))
    if not cases:
        raise CaseFileError(_("None of the cases could be read; no table was written."))
    _write(arguments.out, encoded(Auditor(knowledge).table(cases), arguments.out.suffix))
    out.write(
        _("Wrote {path}: {written} cases, {left_out} left out.\n").format(
            path=arguments.out, written=len(cases), left_out=left_out
        )
    )
    return PROBLEMS if left_out else DONE


def _cases(
    paths: list[Path], knowledge: Knowledge, as_of: date, store: CaseStore
) -> Iterator[tuple[str, Case, date] | str]:
    """Each case with its name and date, or why it cannot be read."""
    for path in paths:
        try:
            for source in sources(path, store):
                try:
                    yield source.name, source.read(knowledge), source.as_of or as_of
                except CaseFileError as error:
                    yield str(error)
                except ValueError as error:
                    yield _("{id}: {reason}").format(id=source.name, reason=error)
        except HepalithError as error:
            yield str(error)


def _write(path: Path, content: bytes) -> None:
    try:
        write_atomically(path, content)
    except OSError as error:
        reason = reason_of(error)
        raise WriteError(_('"{name}" cannot be written: {reason}.').format(name=path.name, reason=reason)) from error
