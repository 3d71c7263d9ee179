"""The commands. Each takes parsed arguments and returns an exit code; errors become one clear line."""

import argparse
from typing import TextIO

import msgspec

from hepalith.cli.cohort import cohort
from hepalith.cli.knowledge import look_at_knowledge
from hepalith.cli.notes import rerun_note, write_note
from hepalith.cli.parts import DONE, UNREADABLE, UNWRITABLE, WRONG_ARGUMENTS, Parts, read_case
from hepalith.cli.text import assessment_text, explained_text
from hepalith.decision.assess import Assessor, evaluate
from hepalith.domain.assessment import Assessment
from hepalith.domain.case import Case
from hepalith.domain.errors import CaseFileError, HepalithError, KnowledgeError, NoteError, WriteError
from hepalith.files import reason_of
from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge
from hepalith.services.schemas import assessment_schema, case_schema


def run(arguments: argparse.Namespace, parts: Parts, out: TextIO, err: TextIO) -> int:
    """Runs the command of the arguments."""
    commands = {
        "assess": _assess,
        "note": write_note,
        "rerun": rerun_note,
        "cohort": cohort,
        "knowledge": look_at_knowledge,
        "schema": _schema,
    }
    command = commands.get(arguments.command)
    try:
        code = command(arguments, parts, out) if command else parts.window(arguments)
        out.flush()  # a full disk is noticed here, not when the program has ended
    except HepalithError as error:
        return failed(err, error)
    except OSError as error:  # each file that is read or written names itself; what is left is the output
        return failed(err, WriteError(_("The output cannot be written: {reason}.").format(reason=reason_of(error))))
    else:
        return code


def failed(err: TextIO, error: HepalithError) -> int:
    """Says in one line what went wrong; returns the exit code for it."""
    err.write(f"hepalith: {error}\n")
    match error:
        case NoteError() | WriteError():
            return UNWRITABLE
        case CaseFileError() | KnowledgeError():
            return UNREADABLE
        case _:
            return WRONG_ARGUMENTS


def _assess(arguments: argparse.Namespace, parts: Parts, out: TextIO) -> int:
    case = read_case(arguments.case, parts.store)
    if arguments.why:
        return _explain(case, arguments, parts, out)
    knowledge = parts.knowledge()
    assessment = _assessed(case, knowledge, arguments, parts)
    if arguments.format == "json":
        out.write(msgspec.json.format(msgspec.json.encode(assessment), indent=1).decode() + "\n")
    else:
        out.write(assessment_text(assessment, knowledge.translation))
    return DONE


def _explain(case: Case, arguments: argparse.Namespace, parts: Parts, out: TextIO) -> int:
    """Why one item holds or does not, for each whom it is judged for."""
    knowledge = parts.knowledge()
    assessor = Assessor(case, knowledge, parts.clock(arguments.as_of).today())
    for subject in assessor.subjects_of(arguments.why):
        nodes = [assessor.explain(arguments.why, subject)]
        out.write(f"{subject}\n{explained_text(nodes, assessor.turns(arguments.why, subject))}")
    if knowledge.translation.note:
        out.write(f"{knowledge.translation.note}\n")
    return DONE


def _schema(arguments: argparse.Namespace, _parts: Parts, out: TextIO) -> int:
    out.write(case_schema() if arguments.what == "case" else assessment_schema())
    return DONE


def _assessed(case: Case, knowledge: Knowledge, arguments: argparse.Namespace, parts: Parts) -> Assessment:
    return evaluate(
        case, knowledge, parts.clock(arguments.as_of).today(), trace=arguments.format == "json", further=True
    )
