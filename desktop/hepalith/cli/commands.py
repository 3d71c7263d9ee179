"""The commands. Each takes parsed arguments and returns an exit code; errors become one clear line."""

import argparse
from pathlib import Path
from typing import TextIO

import msgspec

from hepalith.cli.notes import rerun_note, write_note
from hepalith.cli.parts import DONE, PROBLEMS, UNREADABLE, UNWRITABLE, WRONG_ARGUMENTS, Parts, read_case
from hepalith.cli.text import assessment_text
from hepalith.decision.assess import evaluate
from hepalith.domain.assessment import Assessment
from hepalith.domain.case import Case
from hepalith.domain.errors import CaseFileError, HepalithError, KnowledgeError, NoteError
from hepalith.i18n import _
from hepalith.knowledge.loader import check_knowledge, read_knowledge
from hepalith.services.schemas import assessment_schema, case_schema


def run(arguments: argparse.Namespace, parts: Parts, out: TextIO, err: TextIO) -> int:
    """Runs the command of the arguments."""
    commands = {"assess": _assess, "note": write_note, "rerun": rerun_note, "knowledge": _knowledge, "schema": _schema}
    command = commands.get(arguments.command)
    try:
        return command(arguments, parts, out) if command else parts.window(arguments)
    except NoteError as error:
        return _failed(err, error, UNWRITABLE)
    except CaseFileError as error:
        return _failed(err, error, UNREADABLE)
    except KnowledgeError as error:
        return _failed(err, error, UNREADABLE)
    except HepalithError as error:
        return _failed(err, error, WRONG_ARGUMENTS)


def _assess(arguments: argparse.Namespace, parts: Parts, out: TextIO) -> int:
    case = read_case(arguments.case, parts.store)
    assessment = _assessed(case, arguments, parts)
    if arguments.format == "json":
        out.write(msgspec.json.format(msgspec.json.encode(assessment), indent=1).decode() + "\n")
    else:
        out.write(assessment_text(assessment))
    return DONE


def _knowledge(arguments: argparse.Namespace, parts: Parts, out: TextIO) -> int:
    folder = arguments.folder or parts.knowledge_folder()
    if arguments.action == "coverage":
        return _coverage(arguments, folder, out)
    if arguments.action == "prove":
        return _prove(arguments, folder, parts, out)
    problems = check_knowledge(folder)
    out.writelines(f"{problem}\n" for problem in problems)
    if problems:
        out.write(_("{count} problems\n").format(count=len(problems)))
        return PROBLEMS
    out.write(_("No problems in {folder}\n").format(folder=folder))
    return DONE


def _coverage(arguments: argparse.Namespace, folder: Path, out: TextIO) -> int:
    from hepalith.cli.coverage import coverage_lines  # only those who write knowledge need these
    from hepalith.decision.coverage import Coverage
    from hepalith.knowledge.cases import read_vignettes

    knowledge, places = read_knowledge(folder)
    vignettes = read_vignettes(arguments.cases)
    packs = {place: Path(file).stem for place, (file, _line) in places.items()}
    coverage = Coverage(knowledge, vignettes, lambda place: arguments.pack in {None, packs[place]})
    changed = coverage.drawn(arguments.mutate)
    unnoticed = coverage.unnoticed(changed)
    out.writelines(coverage_lines(coverage, changed, unnoticed, places))
    return PROBLEMS if coverage.failing or unnoticed or coverage.unreached() else DONE


def _prove(arguments: argparse.Namespace, folder: Path, parts: Parts, out: TextIO) -> int:
    from hepalith.cli.prove import prove  # needs a development tool

    knowledge, places = read_knowledge(folder)
    return DONE if prove(knowledge, places, arguments, parts.store, out) else PROBLEMS


def _schema(arguments: argparse.Namespace, _parts: Parts, out: TextIO) -> int:
    out.write(case_schema() if arguments.what == "case" else assessment_schema())
    return DONE


def _assessed(case: Case, arguments: argparse.Namespace, parts: Parts) -> Assessment:
    return evaluate(case, parts.knowledge(), parts.clock(arguments.as_of).today(), trace=arguments.format == "json")


def _failed(err: TextIO, error: HepalithError, code: int) -> int:
    err.write(f"hepalith: {error}\n")
    return code
