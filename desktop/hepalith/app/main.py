"""The entry point of `hepalith` and `python -m hepalith`.

Opening the window is the shortest way: until it is painted, nothing is imported that a first window can do without.
"""

import argparse
import gc
import io
import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hepalith.app.folders import Folders, language, user_folders
from hepalith.cli.arguments import parse_arguments
from hepalith.domain.errors import HepalithError
from hepalith.i18n import VARIABLE, _, set_language
from hepalith.resources import ResourceError

if TYPE_CHECKING:
    from hepalith.services.session import CaseSession
    from hepalith.ui.application import Desktop
    from hepalith.ui.opening import Begin
    from hepalith.ui.settings import WindowSettings


def main(arguments: list[str] | None = None) -> int:
    """Runs the program; returns its exit code."""
    set_language(language(user_folders()))  # what the arguments mean is said in it too
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `hepalith assess ... | head` ends quietly
    _write_any_sign()
    parsed = parse_arguments(sys.argv[1:] if arguments is None else arguments)
    folders = user_folders(getattr(parsed, "profile", None))
    set_language(language(folders))
    try:
        return _open(parsed, folders) if parsed.command == "open" else _run(parsed, folders)
    except ResourceError as error:
        sys.stderr.write(f"hepalith: {error}\n")
        return 3


def _write_any_sign() -> None:
    """A code page without "≥" must not end the program: files and pipes get UTF-8, a terminal what it can show."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def _run(arguments: argparse.Namespace, folders: Folders) -> int:
    """A command, or a picture of the window."""
    from hepalith.app import wiring
    from hepalith.cli.commands import run
    from hepalith.cli.parts import Parts

    site_file = getattr(arguments, "site", None)
    parts = Parts(
        knowledge=lambda: wiring.make_knowledge(folders, site_file),
        knowledge_folder=wiring.knowledge_folder,
        cache_folder=folders.cache,
        store=wiring.Documents(),
        note=lambda knowledge: wiring.make_note_writer(knowledge, folders, *wiring.make_site(folders, site_file)),
        author=lambda: wiring.make_site(folders, site_file)[0].clinician,
        manual=lambda knowledge: wiring.make_manual(knowledge, folders),
        clock=wiring.SystemClock,
        window=lambda wanted: _window(wanted, folders),
    )
    return run(arguments, parts, sys.stdout, sys.stderr)


def _open(arguments: argparse.Namespace, folders: Folders) -> int:
    """The window, until it is closed."""
    if _no_screen():
        return _without_screen()
    gc.disable()  # nothing that a start makes is garbage; looked for again once all of it stands
    try:
        from hepalith.ui import opening
    except ImportError as error:
        return _without_qt(error)
    try:
        return opening.run(folders.settings, partial(_load, arguments, folders))
    except HepalithError as error:
        from hepalith.cli.commands import failed

        return failed(sys.stderr, error)


def _load(arguments: argparse.Namespace, folders: Folders) -> "Begin":
    """Loads what the window is about, not in its thread; returns what makes it. Raises HepalithError."""
    from hepalith.app import wiring

    site_file: Path | None = arguments.site
    session = wiring.make_session(folders, site_file, arguments.as_of)
    case_path = _shown(arguments, session)

    def begin(settings: "WindowSettings") -> "Desktop":
        from hepalith.ui import application

        return application.begin(
            session,
            wiring.later_manual(session.knowledge, folders),
            settings,
            examples=wiring.examples_folder(),
            case_path=case_path,
            show_chooser=getattr(arguments, "chooser", False),
            site=wiring.SiteFile(folders, site_file),
            refine=lambda: wiring.refine(session, folders, site_file),
            language=os.environ.get(VARIABLE, ""),
        )

    return begin


def _shown(arguments: argparse.Namespace, session: "CaseSession") -> Path | None:
    """The file to open; a case on standard input is shown at once."""
    if arguments.case is None or str(arguments.case) != "-":
        return None if arguments.case is None else Path(arguments.case)
    from hepalith.app.wiring import Documents
    from hepalith.cli.parts import read_case

    session.show_case(read_case("-", Documents()))
    return None


def _window(arguments: argparse.Namespace, folders: Folders) -> int:
    """A picture of the window with a case; or the window on it."""
    if arguments.screenshot is None:
        return _open(arguments, folders)
    if _no_screen():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"  # a picture needs none
    from hepalith.app import wiring

    try:
        from hepalith.ui import application
    except ImportError as error:
        return _without_qt(error)
    session = wiring.make_session(folders, arguments.site, arguments.as_of)
    case_path = _shown(arguments, session)
    manual = wiring.later_manual(session.knowledge, folders)
    application.screenshot(session, manual, case_path, arguments.screenshot, arguments.size, arguments.theme)
    return 0


def _no_screen() -> bool:
    """Whether Qt would find no screen; it would end the program then, without a word that a user understands."""
    said = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform.startswith("linux") and not any(os.environ.get(name) for name in said)


def _without_screen() -> int:
    return _no_window(
        _(
            "hepalith: there is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open. "
            "hepalith assess and hepalith note work without one.\n"
        )
    )


def _without_qt(error: ImportError) -> int:
    return _no_window(_("hepalith: the window needs Qt, which cannot be loaded: {reason}\n").format(reason=error))


def _no_window(reason: str) -> int:
    from hepalith.cli.parts import NO_WINDOW

    sys.stderr.write(reason)
    return NO_WINDOW
