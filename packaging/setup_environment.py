"""Sets up what Hepalith needs, then starts it or runs its tests. Shared by start.py and test.py.

Standard library only, and readable by Python 3.7, so that an old Python can still say what is wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / "hepalith-setup.json"
UNFINISHED = ENVIRONMENT / "hepalith-setup-unfinished"

OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON = (3, 13)

LOCKS = {
    "start": ROOT / "packaging" / "requirements.lock",
    "test": ROOT / "packaging" / "requirements-test.lock",
}

NODE_PACKAGES = ROOT / "tests" / "standard" / "node"  # what tests compare with; locked by its package-lock.json
ON_EVERY_CORE = ("-n", "auto", "--maxprocesses", "8")  # of pytest-xdist; more than eight need too much memory

# Debian's and Ubuntu's packages that a small system may lack; "a|b": either will do (newer systems renamed some).
WINDOW_PACKAGES = (
    "libgl1",
    "libegl1",
    "libglib2.0-0|libglib2.0-0t64",
    "libxkbcommon0",
    "libdbus-1-3",
    "libfontconfig1",
    "libbrotli1",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-xkb1",
    "libxkbcommon-x11-0",
    "libwayland-cursor0",
    "libcups2|libcups2t64",
)
TEST_PACKAGES = ("poppler-utils", "dbus", "at-spi2-core", "xvfb")
# For veraPDF, which checks the notes. They are installed by themselves: without them only that check is left out.
JAVA_PACKAGES = ("default-jdk-headless|openjdk-17-jdk-headless|openjdk-21-jdk-headless", "libjaxb-java")

MANUAL_PAGES = Path("/usr/share/man/man1")

# Settings of pip that say where packages come from. The others could put them somewhere else and are left out.
PIP_SETTINGS_KEPT = frozenset(
    "PIP_" + name
    for name in (
        "CACHE_DIR",
        "CERT",
        "CLIENT_CERT",
        "CONFIG_FILE",
        "DEFAULT_TIMEOUT",
        "EXTRA_INDEX_URL",
        "FIND_LINKS",
        "INDEX_URL",
        "KEYRING_PROVIDER",
        "NO_CACHE_DIR",
        "NO_INDEX",
        "PROXY",
        "RETRIES",
        "TIMEOUT",
        "TRUSTED_HOST",
    )
)


class SetupError(Exception):
    """Set-up cannot go on; the text tells a person what to do."""


def main(task: str, arguments: list[str]) -> int:
    """Set up for the task ("start" or "test") and carry it out. Returns the exit code."""
    try:
        check_python(sys.version_info[:2], task)
        options, passed_on = parse(task, arguments)
        set_up(task)
        if options.setup_only:
            say(f"Hepalith is set up in {ENVIRONMENT}.")
            return 0
        if task == "test":
            return run_tests(passed_on)
        return run_program(passed_on, headless=options.headless)
    except SetupError as error:
        say(f"\nHepalith: {error}")
        return 1
    except KeyboardInterrupt:
        say("\nHepalith: interrupted. Run the same command again to go on.")
        return 130


def parse(task: str, arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """The options of this command, and what stands after `--`."""
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    goes_to = "pytest" if task == "test" else "the program"
    parser = argparse.ArgumentParser(
        prog=f"python3 packaging/{task}.py", epilog=f"What stands after -- goes to {goes_to}."
    )
    parser.add_argument("--setup-only", action="store_true", help="only set up")
    if task == "start":
        parser.add_argument("--headless", action="store_true", help="no window: work through the example cases")
    return parser.parse_args(arguments[:cut]), arguments[cut + 1 :]


def say(text: str) -> None:
    """Tell the person, at once and before anything that a child process prints."""
    print(text, flush=True)


def check_python(version: tuple[int, ...], task: str) -> None:
    """Raises SetupError for a Python that is too old or too new."""
    if not OLDEST_PYTHON <= tuple(version) <= NEWEST_PYTHON:
        oldest, newest, this = (".".join(map(str, v)) for v in (OLDEST_PYTHON, NEWEST_PYTHON, version))
        raise SetupError(
            f"Python {oldest} to {newest} is needed, and this is Python {this}.\n"
            f"Run the command with one of them, for example: python{newest} packaging/{task}.py"
        )


# --- setting up


def set_up(task: str) -> None:
    """System packages, environment, locked Python packages, the program. Quick when nothing is to be done."""
    packages = WINDOW_PACKAGES + (TEST_PACKAGES if task == "test" else ())
    if importlib.util.find_spec("ensurepip") is None:
        packages = (*packages, "python{}.{}-venv".format(*sys.version_info[:2]))
    advice = provide_system_packages(packages)
    if task == "test":
        provide_system_packages(JAVA_PACKAGES)
    if is_current(task):
        return
    if not is_usable():
        create_environment(advice)
    UNFINISHED.touch()
    install_python_packages(task)
    check_imports(advice)
    compile_knowledge()
    if task == "test":
        provide_node_packages()
    UNFINISHED.unlink()
    done = {name: fingerprint(name) for name in LOCKS if name == task or task == "test"}
    STAMP.write_text(json.dumps({"root": str(ROOT), **done}, indent=1), encoding="utf-8")


def provide_system_packages(wanted: tuple[str, ...]) -> str:
    """Install what Debian or Ubuntu lack, if we may. Returns the command that a person should run, or ""."""
    if not shutil.which("dpkg-query") or not shutil.which("apt-get"):
        return ""
    missing = missing_system_packages(wanted)
    if not missing:
        return ""
    install = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if os.geteuid() != 0:
        advice = "sudo apt-get update && sudo " + " ".join(install)
        say(f"System packages are missing. If something does not work, run:\n    {advice}")
        return advice
    say("Installing system packages: " + " ".join(missing))
    with contextlib.suppress(OSError):  # where manual pages are left out, Java's packages fail half way for want of it
        MANUAL_PAGES.mkdir(parents=True, exist_ok=True)
    if quiet_apt(install) and (quiet_apt(["apt-get", "update"]) or quiet_apt(install)):
        advice = "apt-get update && " + " ".join(install)
        say(f"That failed; going on without. If something does not work, run:\n    {advice}")
        return advice
    return ""


def missing_system_packages(wanted: tuple[str, ...]) -> list[str]:
    """The names to install, as dpkg knows them."""
    names = [name for group in wanted for name in group.split("|")]
    query = ["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\n", *names]
    # The exit code only says that some are unknown.
    answer = subprocess.run(query, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    installed = {line.split()[0] for line in answer.stdout.splitlines() if line.endswith(" installed")}
    groups = (group.split("|") for group in wanted)
    return [group[0] for group in groups if not installed.intersection(group)]


def quiet_apt(command: list[str]) -> int:
    """Run apt-get without questions; its words are shown only if it fails. Returns its exit code."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    command = [command[0], "-q", "-o", "DPkg::Lock::Timeout=120", *command[1:]]
    answer = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if answer.returncode:
        say("    " + "\n    ".join(answer.stdout.strip().splitlines()[-3:]))
    return answer.returncode


def fingerprint(task: str) -> str:
    """Changes whenever set-up for the task has to be done again."""
    parts = [str(ROOT).encode(), sys.version.encode(), (ROOT / "pyproject.toml").read_bytes(), LOCKS[task].read_bytes()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_current(task: str) -> bool:
    """Whether the environment was set up for this task from the present locks."""
    whole = environment_python().exists() and not UNFINISHED.exists()
    return whole and read_stamp().get(task) == fingerprint(task)


def read_stamp() -> dict[str, str]:
    """What the last complete set-up left: where, and the fingerprint of each task."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def is_usable() -> bool:
    """Whether there is a whole environment of this Python that can be added to."""
    if UNFINISHED.exists() or not environment_python().exists():
        return False
    if read_stamp().get("root", str(ROOT)) != str(ROOT):
        return False  # copied or moved: its scripts still point to the old place
    answer = subprocess.run(
        [str(environment_python()), "-c", "import sys, pip; print(*sys.version_info[:2])"],
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return answer.stdout.split() == [str(part) for part in sys.version_info[:2]]


def create_environment(advice: str) -> None:
    """A new, empty environment in place of whatever is there."""
    importlib.invalidate_caches()
    if importlib.util.find_spec("ensurepip") is None:
        raise SetupError(
            "this Python cannot make a virtual environment (its module ensurepip is missing)."
            + (f"\nRun: {advice}" if advice else "\nInstall your system's package for Python's venv.")
        )
    say(f"Creating the environment {ENVIRONMENT}")
    try:
        if ENVIRONMENT.is_symlink() or ENVIRONMENT.is_file():
            ENVIRONMENT.unlink()
        elif ENVIRONMENT.exists():
            shutil.rmtree(ENVIRONMENT)
    except OSError as error:
        raise SetupError(f"the old environment cannot be removed: {error}") from error
    if run([sys.executable, "-m", "venv", str(ENVIRONMENT)]):
        raise SetupError(f"the environment {ENVIRONMENT} could not be made; the reason stands above.")


def install_python_packages(task: str) -> None:
    """The locked packages, each checked against its hash; then the program itself, in place."""
    say("Installing Python packages (the first time about 300 MB; it may take some minutes)")
    pip = [str(environment_python()), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--no-user"]
    if not sys.stdout.isatty():
        pip.append("--quiet")
    if run([*pip, "--require-hashes", "--only-binary", ":all:", "--requirement", str(LOCKS[task])]):
        raise SetupError(
            "the Python packages could not be installed; pip's reason stands above. The usual ones:\n"
            "  - No network. The first set-up needs the package registry, or a mirror or folder of packages that\n"
            "    pip is told of (PIP_INDEX_URL or PIP_FIND_LINKS). After that no network is needed.\n"
            "  - A system that is too old. On Linux the window needs glibc 2.34 or newer (Debian 12, Ubuntu 22.04,\n"
            "    RHEL 9).\n"
            "Then run the same command again."
        )
    if run([*pip, "--no-deps", "--no-index", "--no-build-isolation", "--editable", str(ROOT)]):
        raise SetupError("the program could not be installed into its environment; the reason stands above.")


def provide_node_packages() -> None:
    """What some tests compare with, where Node is installed. Without it those tests are skipped and say so."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return
    say("Installing the packages of Node that tests compare with")
    command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1", "--loglevel=error"]
    if run(command, NODE_PACKAGES, subprocess.DEVNULL):
        say("That failed, the reason stands above; going on without.")


def check_imports(advice: str) -> None:
    """Raises SetupError if a library that the window needs cannot be loaded."""
    modules = "hepalith, dateutil, jinja2, msgspec, pikepdf, platformdirs, typst, yaml, PySide6.QtWidgets"
    if run([str(environment_python()), "-c", f"import {modules}"]):
        raise SetupError(
            "a library cannot be loaded; the last line above names it. The window needs the system's libraries for\n"
            "OpenGL and EGL, GLib, D-Bus, fontconfig, xkbcommon and xcb."
            + (f"\nRun: {advice}" if advice else " Install your system's packages for them.")
        )


def compile_knowledge() -> None:
    """The compiled form of the knowledge in the user's cache folder. It only saves time: without it, all works."""
    if run([str(environment_python()), "-m", "hepalith", "knowledge", "compile"], output=subprocess.DEVNULL):
        say("The knowledge could not be compiled beforehand; the first start will take a moment longer.")


def environment_python() -> Path:
    """The Python of the environment."""
    return ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def clean_environment() -> dict[str, str]:
    """The environment variables for a child, without those that lead Python or pip astray."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTHONHOME", "PYTHONPATH"} and (not name.startswith("PIP_") or name in PIP_SETTINGS_KEPT)
    }
    if not kept.get("HOME"):
        kept.pop("HOME", None)  # an empty one would send caches and settings to the root folder
    return kept


def run(command: list[str], folder: Path | None = None, output: IO[bytes] | int | None = None) -> int:
    """Run a command and show what it says, or write it to a file. Returns its exit code."""
    return subprocess.run(command, cwd=folder, env=clean_environment(), stdout=output, check=False).returncode


# --- what set-up is for


def run_tests(arguments: list[str]) -> int:
    """All tests, on every core; with arguments those that they ask for. pytest's summary is the last thing printed."""
    return run([str(environment_python()), "-m", "pytest", *(arguments or ON_EVERY_CORE)], ROOT)


def run_program(arguments: list[str], *, headless: bool) -> int:
    """The program with the arguments; without any, the window; without a screen, the example cases."""
    program = [str(environment_python()), "-m", "hepalith"]
    if arguments:
        return run([*program, *arguments])
    if headless or not has_screen():
        if not headless:
            say("There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open.")
        return run_examples(program, Path.cwd() / "hepalith-output")
    code = run([*program, "--chooser"])
    if code < 0:
        say(f"The window ended unexpectedly (signal {-code}). Without a window: python3 packaging/start.py --headless")
    return code


def has_screen() -> bool:
    """Whether a window can be expected to open."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def run_examples(program: list[str], output: Path) -> int:
    """Assess every example case, write its note, and draw the window of the first one. Returns an exit code."""
    cases = sorted((ROOT / "resources" / "examples").glob("*.hepalith.json"))
    if not cases:
        raise SetupError("there are no example cases in resources/examples.")
    output.mkdir(exist_ok=True)
    say(f"Working through {len(cases)} example cases. The results go to {output}")
    failed = 0
    for case in cases:
        name = case.name[: -len(".hepalith.json")]
        assessment, note = output / f"{name}.txt", output / f"{name}.pdf"
        say(f"    {name}: {assessment.name}, {note.name}")
        with assessment.open("wb") as file:
            failed += run([*program, "assess", str(case)], output=file) != 0
        failed += run([*program, "note", str(case), "--out", str(note)], output=subprocess.DEVNULL) != 0
    picture = output / "window.png"
    say(f"    the window: {picture.name}")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    failed += run([*program, "window", str(cases[0]), "--screenshot", str(picture)]) != 0
    say(f"{failed} steps failed; the reasons stand above." if failed else "Done.")
    return int(failed > 0)
