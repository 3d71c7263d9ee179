"""The arguments of `hepalith`."""

import argparse
import re
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn

from hepalith import __version__
from hepalith.i18n import _

COMMANDS = ("open", "assess", "note", "rerun", "cohort", "knowledge", "window", "schema")
EXIT_CODES = """exit codes: 0 done; 1 problems found (knowledge check, coverage or prove), or cases left out (cohort);
2 wrong arguments; 3 the case or knowledge cannot be read; 4 the result cannot be written;
5 the window cannot be shown"""

_A_DAY = 86_400.0  # seconds


class _Parser(argparse.ArgumentParser):
    """One clear line on wrong arguments, not the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, _("{program}: {message} (try {program} --help)\n").format(program=self.prog, message=message))


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """The parsed arguments; without a command the window opens, on a case if one is given. Exits with 2 if wrong."""
    first = next((argument for argument in arguments if not argument.startswith("-")), "")
    if first in COMMANDS or any(argument in {"-h", "--help", "--version"} for argument in arguments):
        parsed = _commands().parse_args(arguments)
        if parsed.command == "note" and parsed.verify is None and not (parsed.out or parsed.patient_page):
            _commands().error(_("note needs --out FILE or --patient-page FILE"))
        if parsed.command == "note" and parsed.at and (parsed.final or parsed.amends):
            _commands().error(_("a note is finalised now: --at is only for drafts"))
        return parsed
    return _window_only().parse_args(arguments)


def _window_only() -> argparse.ArgumentParser:
    parser = _Parser(prog="hepalith", description=_("Opens the window."))
    parser.set_defaults(command="open")
    _add_window(parser)
    return parser


def _commands() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="hepalith",
        description=_(
            "Decision support for a liver calcification on imaging. "
            "Without a command the window opens: hepalith [CASE] [--chooser]."
        ),
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"hepalith {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)

    _add_window(
        commands.add_parser("open", help=_("open the window on a case or a note (the same as without a command)"))
    )

    assess = commands.add_parser("assess", help=_("assess a case"))
    _add_case(assess)
    assess.add_argument("--format", choices=["text", "json"], default="text")
    assess.add_argument(
        "--why",
        metavar="ITEM",
        help=_("only why one item holds or does not, and what would change it (advice, cause, class, gate:ID)"),
    )

    note = commands.add_parser("note", help=_("write the management note, or verify one"))
    what = note.add_mutually_exclusive_group(required=True)
    what.add_argument("case", nargs="?", metavar="CASE", help=_("a case file, a note, or - for standard input"))
    what.add_argument("--verify", type=Path, metavar="NOTE.pdf", help=_("whether a note is as it was made"))
    note.add_argument(
        "--out",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help=_("the note; the ending says the form: .pdf .txt .md .html .ics (several: give it again)"),
    )
    note.add_argument("--patient-page", type=Path, metavar="FILE", help=_("a page in plain words for the patient"))
    note.add_argument("--form", choices=["full", "short"], default="full")
    note.add_argument("--paper", choices=["a4", "us-letter"], default="a4")
    note.add_argument("--final", action="store_true", help=_("finalise it: such a note is never changed"))
    note.add_argument("--author", default="", metavar="NAME", help=_("who finalises it"))
    note.add_argument(
        "--at", type=_instant, metavar="INSTANT", help=_("the moment that a draft bears, to make the same bytes again")
    )
    note.add_argument("--amends", type=Path, metavar="NOTE.pdf", help=_("the final note that this one replaces"))
    _add_context(note)

    rerun = commands.add_parser("rerun", help=_("what advice of a note changed since it was made, and why"))
    rerun.add_argument("note", type=Path, metavar="NOTE.pdf")
    _add_context(rerun)

    cohort = commands.add_parser("cohort", help=_("a table of urgency, advice and causes of many cases (needs Polars)"))
    cohort.add_argument(
        "cases",
        type=Path,
        nargs="+",
        metavar="PATH",
        help=_("case files, .jsonl with a case on each line, or folders of case files or of YAML cases"),
    )
    cohort.add_argument("--out", type=_table, required=True, metavar="FILE", help=_("the table: .csv or .parquet"))
    _add_context(cohort)

    knowledge = commands.add_parser("knowledge", help=_("look at the knowledge base"))
    actions = knowledge.add_subparsers(dest="action", required=True, parser_class=_Parser)
    check = actions.add_parser("check", help=_("report every problem of the knowledge files"))
    check.add_argument("--folder", type=Path, default=None, help=_("another knowledge folder than the program's own"))
    coverage = actions.add_parser("coverage", help=_("list what of the knowledge no case tests"))
    coverage.add_argument(
        "--folder", type=Path, default=None, help=_("another knowledge folder than the program's own")
    )
    coverage.add_argument("--cases", type=Path, default=Path("tests", "cases"), help=_("the folder of the cases"))
    coverage.add_argument("--pack", help=_("only what stands in the files of this pack"))
    coverage.add_argument(
        "--mutate",
        type=_count,
        default=0,
        metavar="all|none|N",
        help=_("change what cases reach, all of it or N drawn items, and list each change that breaks no case"),
    )
    prove = actions.add_parser("prove", help=_("prove what holds of every patient (needs the solver z3)"))
    prove.add_argument("--folder", type=Path, default=None, help=_("another knowledge folder than the program's own"))
    prove.add_argument("--fast", action="store_true", help=_("only the part that takes less than a minute"))
    prove.add_argument("--only", metavar="NAME", help=_("one proof, for example closures"))
    prove.add_argument(
        "--seconds",
        type=_seconds,
        help=_("for one question (30 by default); one that takes longer is a time-out, and that is a failure"),
    )
    prove.add_argument(
        "--out", type=Path, metavar="FOLDER", help=_("write the patients of failed proofs there, not as text")
    )
    compiled = actions.add_parser("compile", help=_("make the compiled form, from which the program starts quickly"))
    compiled.add_argument(
        "--folder", type=Path, default=None, help=_("another knowledge folder than the program's own")
    )
    compiled.add_argument("--out", type=Path, metavar="FOLDER", help=_("where it goes (your cache folder by default)"))
    book = actions.add_parser("book", help=_("write the reference manual, as pages for any browser"))
    book.add_argument("--out", type=Path, required=True, metavar="FOLDER", help=_("a new folder, or an earlier manual"))
    book.add_argument("--folder", type=Path, default=None, help=_("another knowledge folder than the program's own"))
    _add_day(book)
    diff = actions.add_parser("diff", help=_("tell what changed between two versions, and whose advice moves"))
    diff.add_argument("old", type=Path, metavar="OLD", help=_("the folder of a knowledge base"))
    diff.add_argument("new", type=Path, metavar="NEW", help=_("the folder of another version of it"))
    diff.add_argument(
        "--cases",
        type=Path,
        nargs="+",
        default=[],
        metavar="PATH",
        help=_("ask both about these: case files, or folders of case files or of YAML cases"),
    )
    diff.add_argument("--format", choices=["text", "json"], default="text")
    _add_day(diff)

    window = commands.add_parser("window", help=_("show a case in the window, or take a picture of it"))
    _add_case(window)
    window.add_argument("--screenshot", type=Path, metavar="PNG")
    window.add_argument("--size", type=_size, default=(1280, 720), metavar="WIDTHxHEIGHT")
    window.add_argument("--theme", choices=["light", "dark"], default="light")

    schema = commands.add_parser("schema", help=_("print a published JSON Schema"))
    schema.add_argument("what", choices=["case", "assessment"])
    return parser


def _add_window(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case", nargs="?", type=Path, metavar="CASE", help=_("a case file or a note"))
    parser.add_argument("--chooser", action="store_true", help=_("show the example chooser first"))
    _add_context(parser)


def _add_case(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case", metavar="CASE", help=_("a case file, a note, or - for standard input"))
    _add_context(parser)


def _add_context(parser: argparse.ArgumentParser) -> None:
    _add_day(parser)
    parser.add_argument("--site", type=Path, metavar="SITE.toml", help=_("settings of your hospital (see docs)"))
    _add_profile(parser)


def _add_profile(parser: argparse.ArgumentParser) -> None:
    words = _("keep settings, unsaved edits and cache in this folder (or set HEPALITH_PROFILE)")
    parser.add_argument("--profile", type=Path, metavar="FOLDER", help=words)


def _add_day(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as-of", type=_day, metavar="DATE", help=_("the date for which to answer (today by default)"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            _('"{text}" is not a date; write it like 2026-05-20').format(text=text)
        ) from None


def _seconds(text: str) -> float:
    """A span of time, at least a thousandth of a second."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.001 <= seconds <= _A_DAY:
        raise argparse.ArgumentTypeError(
            _('"{text}" is no number of seconds, at least 0.001 and at most a day').format(text=text)
        )
    return seconds


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        message = _('"{text}" is not a moment with its time zone; write it like 2026-05-20T14:30+02:00')
        raise argparse.ArgumentTypeError(message.format(text=text))
    return found


def _count(text: str) -> int | None:
    """A number of items; None for all."""
    if text == "all":
        return None
    if text == "none":
        return 0
    if text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(_('"{text}" is not a number, and neither "all" nor "none"').format(text=text))


def _table(text: str) -> Path:
    path = Path(text)
    if path.suffix in {".csv", ".parquet"}:
        return path
    raise argparse.ArgumentTypeError(_('"{text}" ends neither with .csv nor with .parquet').format(text=text))


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{3,5})x(\d{3,5})", text)
    if found is None:
        raise argparse.ArgumentTypeError(_('"{text}" is not a size; write it like 1280x720').format(text=text))
    return int(found[1]), int(found[2])
