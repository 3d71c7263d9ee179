"""The entry point of `hepalith` and `python -m hepalith`."""

import argparse
import os
import signal
import sys
from pathlib import Path

from hepalith.app import wiring
from hepalith.cli.arguments import parse_arguments
from hepalith.cli.commands import run
from hepalith.cli.parts import NO_WINDOW, Parts, read_case
from hepalith.i18n import VARIABLE, _, set_language


def main(arguments: list[str] | None = None) -> int:
    """Runs the program; returns its exit code."""
    set_language(wiring.language(wiring.user_folders()))  # what the arguments mean is said in it too
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `hepalith assess ... | head` ends quietly
    parsed = parse_arguments(sys.argv[1:] if arguments is None else arguments)
    folders = wiring.user_folders(getattr(parsed, "profile", None))
    set_language(wiring.language(folders))
    site_file = getattr(parsed, "site", None)
    parts = Parts(
        knowledge=lambda: wiring.make_knowledge(folders, site_file),
        knowledge_folder=wiring.knowledge_folder,
        cache_folder=folders.cache,
        store=wiring.Documents(),
        note=lambda knowledge: wiring.make_note_writer(knowledge, *wiring.make_site(folders, site_file)),
        author=lambda: wiring.make_site(folders, site_file)[0].clinician,
        manual=lambda knowledge: wiring.make_manual(knowledge, folders),
        clock=wiring.SystemClock,
        window=lambda wanted: _window(wanted, folders),
    )
    return run(parsed, parts, sys.stdout, sys.stderr)


def _window(arguments: argparse.Namespace, folders: wiring.Folders) -> int:
    try:
        from hepalith.ui import application
    except ImportError as error:
        sys.stderr.write(_("hepalith: the window needs Qt, which cannot be loaded: {reason}\n").format(reason=error))
        return NO_WINDOW
    site_file: Path | None = getattr(arguments, "site", None)
    session = wiring.make_session(folders, site_file, arguments.as_of)
    manual = wiring.later_manual(session.knowledge, folders)
    picture: Path | None = getattr(arguments, "screenshot", None)
    if arguments.case is not None and str(arguments.case) == "-":
        session.show_case(read_case("-", wiring.Documents()))
        arguments.case = None
    case_path = Path(arguments.case) if arguments.case is not None else None
    if picture is not None:
        application.screenshot(session, manual, case_path, picture, arguments.size, arguments.theme)
        return 0
    return application.run(
        session,
        manual,
        case_path=case_path,
        examples=wiring.examples_folder(),
        show_chooser=getattr(arguments, "chooser", False),
        settings=folders.settings,
        site=wiring.SiteFile(folders, site_file),
        refine=lambda: wiring.refine(session, folders, site_file),
        language=os.environ.get(VARIABLE, ""),
    )
