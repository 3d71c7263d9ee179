"""The commands about the knowledge base: `hepalith knowledge ...`. Most are for those who write or review it."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from hepalith.cli.parts import DONE, PROBLEMS, Parts
from hepalith.domain.errors import WriteError
from hepalith.files import reason_of
from hepalith.i18n import _, locale_folder

# What a command needs is imported when it runs: the others, above all `assess`, start without it.


def look_at_knowledge(arguments: argparse.Namespace, parts: Parts, out: TextIO) -> int:
    """Runs the action of the arguments on the program's own knowledge, or on `--folder`."""
    actions: dict[str, Callable[[argparse.Namespace, Parts, TextIO], int]] = {
        "check": _check,
        "coverage": _coverage,
        "prove": _prove,
        "compile": _compile,
        "book": _book,
        "diff": _diff,
    }
    return actions[arguments.action](arguments, parts, out)


def _folder(arguments: argparse.Namespace, parts: Parts) -> Path:
    folder: Path | None = arguments.folder
    return folder or parts.knowledge_folder()


def _check(arguments: argparse.Namespace, parts: Parts, out: TextIO) -> int:
    from hepalith.knowledge.loader import check_knowledge

    folder = _folder(arguments, parts)
    problems = check_knowledge(folder)
    out.writelines(f"{problem}\n" for problem in problems)
    if problems:
        out.write(_("{count} problems\n").format(count=len(problems)))
        return PROBLEMS
    out.write(_("No problems in {folder}\n").format(folder=folder))
    return DONE


def _coverage(arguments: argparse.Namespace, parts: Parts, out: TextIO) -> int:
    from hepalith.cli.coverage import coverage_lines
    from hepalith.decision.coverage import Coverage
    from hepalith.knowledge.cases import read_vignettes
    from hepalith.knowledge.loader import read_knowledge

    knowledge, places = read_knowledge(_folder(arguments, parts))
    vignettes = read_vignettes(arguments.cases)
    packs = {place: Path(file).stem for place, (file, _line) in places.items()}
    coverage = Coverage(knowledge, vignettes, lambda place: arguments.pack in {None, packs[place]})
    changed = coverage.drawn(arguments.mutate)
    unnoticed = coverage.unnoticed(changed)
    out.writelines(coverage_lines(coverage, changed, unnoticed, places))
    return PROBLEMS if coverage.failing or unnoticed or coverage.unreached() else DONE


def _prove(arguments: argparse.Namespace, parts: Parts, out: TextIO) -> int:
    from hepalith.cli.prove import prove  # needs a development tool
    from hepalith.knowledge.loader import read_knowledge

    knowledge, places = read_knowledge(_folder(arguments, parts))
    return DONE if prove(knowledge, places, arguments, parts.store, out) else PROBLEMS


def _compile(arguments: argparse.Namespace, parts: Parts, out: TextIO) -> int:
    from hepalith.knowledge.compiled import write_form
    from hepalith.knowledge.translation import catalogues

    target: Path = arguments.out or parts.cache_folder
    folder = _folder(arguments, parts)
    try:
        paths = [write_form(folder, target, one) for one in (None, *catalogues(locale_folder()))]
    except OSError as error:
        reason = reason_of(error)
        raise WriteError(
            _("The compiled form cannot be written to {path}: {reason}.").format(path=target, reason=reason)
        ) from error
    out.writelines(_("Wrote {path}\n").format(path=path) for path in paths)
    return DONE


def _book(arguments: argparse.Namespace, parts: Parts, out: TextIO) -> int:
    if arguments.folder is None:
        knowledge = parts.knowledge()  # as this site refines it
    else:
        from hepalith.knowledge.loader import read_knowledge

        knowledge, _places = read_knowledge(arguments.folder)
    parts.manual(knowledge).write(arguments.out, parts.clock(arguments.as_of).today())
    out.write(_("Wrote {path}\n").format(path=arguments.out / "index.html"))
    return DONE


def _diff(arguments: argparse.Namespace, parts: Parts, out: TextIO) -> int:
    from hepalith.cli.diff import diff

    return diff(arguments, parts, out)
