"""Set-up: what is asked for, what is found missing, what a person is told."""

import ast
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

FakePrograms = Callable[..., Path]

DPKG_KNOWS_TWO = """
echo 'libgl1 installed'
echo 'libegl1 config-files'
echo 'libglib2.0-0t64 installed'
exit 1
"""


# --- the command line


@pytest.mark.parametrize(
    ("arguments", "setup_only", "passed_on"),
    [
        ([], False, []),
        (["--setup-only"], True, []),
        (["--", "--setup-only"], False, ["--setup-only"]),
        (["--setup-only", "--", "-k", "note"], True, ["-k", "note"]),
        (["--", "assess", "a case.json", "--", "x"], False, ["assess", "a case.json", "--", "x"]),
    ],
)
@pytest.mark.parametrize("task", ["start", "test"])
def test_what_stands_after_two_dashes_is_passed_on(
    setup_module: ModuleType, task: str, arguments: list[str], setup_only: bool, passed_on: list[str]
) -> None:
    options, rest = setup_module.parse(task, arguments)
    assert options.setup_only is setup_only
    assert rest == passed_on


@pytest.mark.parametrize(("task", "goes_to"), [("start", "the program"), ("test", "pytest")])
def test_unknown_option_is_refused_and_help_says_where_options_go(
    setup_module: ModuleType, capsys: pytest.CaptureFixture[str], task: str, goes_to: str
) -> None:
    with pytest.raises(SystemExit):
        setup_module.parse(task, ["--fullscreen"])
    with pytest.raises(SystemExit):
        setup_module.parse(task, ["--help"])
    printed = capsys.readouterr()
    assert "--fullscreen" in printed.err
    assert f"after -- goes to {goes_to}" in printed.out


# --- the version of Python


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_supported_python_is_accepted(setup_module: ModuleType, version: tuple[int, int]) -> None:
    setup_module.check_python(version, "start")


@pytest.mark.parametrize("version", [(3, 7), (3, 10), (3, 14), (4, 0)])
def test_other_python_is_named_with_what_is_needed(setup_module: ModuleType, version: tuple[int, int]) -> None:
    with pytest.raises(setup_module.SetupError) as caught:
        setup_module.check_python(version, "test")
    text = str(caught.value)
    assert "Python 3.11 to 3.13 is needed" in text
    assert "this is Python {}.{}".format(*version) in text
    assert "packaging/test.py" in text


def test_an_old_python_is_told_in_words(
    setup_module: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert setup_module.main("start", []) == 1
    assert "Python 3.11 to 3.13 is needed, and this is Python 3.9" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["setup_environment.py", "start.py", "test.py"])
def test_scripts_can_be_read_by_an_old_python(project_root: Path, name: str) -> None:
    ast.parse((project_root / "packaging" / name).read_text(encoding="utf-8"), feature_version=(3, 7))


@pytest.mark.parametrize("name", ["setup_environment.py", "start.py", "test.py"])
def test_scripts_need_only_the_standard_library(project_root: Path, name: str) -> None:
    tree = ast.parse((project_root / "packaging" / name).read_text(encoding="utf-8"))
    imported = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    imported |= {str(node.module).split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names | {"setup_environment"}


# --- system packages


def test_missing_packages_are_found(setup_module: ModuleType, fake_programs: FakePrograms) -> None:
    fake_programs(dpkg_query=DPKG_KNOWS_TWO)
    wanted = ("libgl1", "libegl1", "libglib2.0-0|libglib2.0-0t64", "libxcb-cursor0")
    assert setup_module.missing_system_packages(wanted) == ["libegl1", "libxcb-cursor0"]


def test_nothing_is_asked_of_a_system_without_apt(setup_module: ModuleType, fake_programs: FakePrograms) -> None:
    fake_programs(rpm="exit 0")
    assert setup_module.provide_system_packages(("libgl1",)) == ""


def test_someone_who_may_not_install_gets_the_command(
    setup_module: ModuleType,
    fake_programs: FakePrograms,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fake_programs(dpkg_query=DPKG_KNOWS_TWO, apt_get='echo "called" >&2; exit 1')
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    advice = setup_module.provide_system_packages(("libgl1", "libegl1"))
    assert advice == "sudo apt-get update && sudo apt-get install -y --no-install-recommends libegl1"
    printed = capsys.readouterr()
    assert advice in printed.out
    assert "called" not in printed.out + printed.err


def test_package_lists_are_refreshed_only_when_needed(
    setup_module: ModuleType, fake_programs: FakePrograms, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fake_programs(dpkg_query=DPKG_KNOWS_TWO, apt_get='echo "$@" >> "${0%/*}/log"')
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert setup_module.provide_system_packages(("libegl1",)) == ""
    calls = (folder / "log").read_text(encoding="utf-8").splitlines()
    assert len(calls) == 1
    assert calls[0].endswith("install -y --no-install-recommends libegl1")


def test_java_finds_the_folder_of_manual_pages_that_it_fails_without(
    setup_module: ModuleType, fake_programs: FakePrograms, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pages = tmp_path / "man" / "man1"
    fake_programs(dpkg_query=DPKG_KNOWS_TWO, apt_get=f'test -d "{pages}"')
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(setup_module, "MANUAL_PAGES", pages)
    assert setup_module.provide_system_packages(("libegl1",)) == ""


def test_package_lists_are_refreshed_after_a_failure(
    setup_module: ModuleType, fake_programs: FakePrograms, monkeypatch: pytest.MonkeyPatch
) -> None:
    apt = 'case "$*" in *update*) echo > "${0%/*}/lists";; esac; test -e "${0%/*}/lists"'
    fake_programs(dpkg_query=DPKG_KNOWS_TWO, apt_get=apt)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert setup_module.provide_system_packages(("libegl1",)) == ""


def test_failed_installation_goes_on_with_advice(
    setup_module: ModuleType,
    fake_programs: FakePrograms,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fake_programs(dpkg_query=DPKG_KNOWS_TWO, apt_get="echo 'E: no such host'; exit 100")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "install -y --no-install-recommends libegl1" in setup_module.provide_system_packages(("libegl1",))
    assert "E: no such host" in capsys.readouterr().out


@pytest.mark.parametrize(("task", "groups"), [("start", 1), ("test", 2)])
def test_java_is_asked_for_by_itself_and_only_for_tests(
    setup_module: ModuleType, monkeypatch: pytest.MonkeyPatch, task: str, groups: int
) -> None:
    asked: list[tuple[str, ...]] = []

    def ask(wanted: tuple[str, ...]) -> str:
        asked.append(wanted)
        return ""

    monkeypatch.setattr(setup_module, "provide_system_packages", ask)
    monkeypatch.setattr(setup_module, "is_current", lambda _task: True)
    setup_module.set_up(task)
    assert len(asked) == groups
    assert not any("jdk" in package for package in asked[0])
    assert asked[1:] == [setup_module.JAVA_PACKAGES][: groups - 1]


# --- the environment


@pytest.fixture
def made_environment(setup_module: ModuleType) -> Path:
    """An environment that looks whole; its Python is the one of the tests."""
    python: Path = setup_module.environment_python()
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    environment: Path = setup_module.ENVIRONMENT
    return environment


def write_stamp(module: ModuleType, **changes: str) -> None:
    stamp = {"root": str(module.ROOT), "start": module.fingerprint("start"), "test": module.fingerprint("test")}
    module.STAMP.write_text(json.dumps({**stamp, **changes}), encoding="utf-8")


def test_a_complete_set_up_is_current_and_quick(
    setup_module: ModuleType, made_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_stamp(setup_module)
    monkeypatch.setattr(setup_module, "provide_system_packages", lambda _wanted: "")
    monkeypatch.setattr(setup_module, "run", lambda *_: pytest.fail("nothing is to be run"))
    setup_module.set_up("start")
    setup_module.set_up("test")


def test_a_set_up_without_tests_is_not_enough_for_tests(setup_module: ModuleType, made_environment: Path) -> None:
    setup_module.STAMP.write_text(json.dumps({"start": setup_module.fingerprint("start")}), encoding="utf-8")
    assert setup_module.is_current("start")
    assert not setup_module.is_current("test")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"start": "other"}'])
def test_a_damaged_or_old_stamp_is_not_current(setup_module: ModuleType, made_environment: Path, content: str) -> None:
    setup_module.STAMP.write_text(content, encoding="utf-8")
    assert not setup_module.is_current("start")


def test_changed_locks_ask_for_set_up_again(
    setup_module: ModuleType, made_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_stamp(setup_module)
    lock = tmp_path / "requirements.lock"
    lock.write_text("other==1", encoding="utf-8")
    monkeypatch.setitem(setup_module.LOCKS, "start", lock)
    assert not setup_module.is_current("start")


def test_an_interrupted_set_up_is_made_anew(setup_module: ModuleType, made_environment: Path) -> None:
    write_stamp(setup_module)
    setup_module.UNFINISHED.touch()
    assert not setup_module.is_current("start")
    assert not setup_module.is_usable()


def test_an_environment_without_python_is_made_anew(setup_module: ModuleType, made_environment: Path) -> None:
    write_stamp(setup_module)
    setup_module.environment_python().unlink()
    setup_module.environment_python().symlink_to("/nowhere/python3")
    assert not setup_module.is_current("start")
    assert not setup_module.is_usable()


def test_an_environment_that_was_moved_is_made_anew(setup_module: ModuleType, made_environment: Path) -> None:
    write_stamp(setup_module, root="/somewhere/else")
    assert not setup_module.is_usable()


def test_an_environment_of_another_python_is_made_anew(
    setup_module: ModuleType, made_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_stamp(setup_module)
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert not setup_module.is_usable()


def test_missing_ensurepip_names_what_to_install(setup_module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup_module.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(setup_module.SetupError, match="ensurepip"):
        setup_module.create_environment("")
    with pytest.raises(setup_module.SetupError, match="Run: apt-get install python3-venv"):
        setup_module.create_environment("apt-get install python3-venv")


def test_failed_download_is_explained(setup_module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup_module, "run", lambda *_: 1)
    with pytest.raises(setup_module.SetupError) as caught:
        setup_module.install_python_packages("start")
    for words in ("No network", "PIP_INDEX_URL", "glibc 2.34", "run the same command again"):
        assert words in str(caught.value)


def test_only_hashed_packages_are_installed(setup_module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(setup_module, "run", lambda command: commands.append(command) or 0)
    setup_module.install_python_packages("start")
    locked, program = commands
    assert {"--require-hashes", str(setup_module.LOCKS["start"])} <= set(locked)
    assert {"--no-deps", "--no-index", "--no-build-isolation"} <= set(program)


def test_set_up_compiles_the_knowledge_and_goes_on_without(
    setup_module: ModuleType,
    made_environment: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> int:
        commands.append(command[1:])
        return int("compile" in command)

    monkeypatch.setattr(setup_module, "provide_system_packages", lambda _wanted: "")
    monkeypatch.setattr(setup_module, "run", run)
    setup_module.set_up("start")
    assert commands[-1] == ["-m", "hepalith", "knowledge", "compile"]
    assert "first start will take a moment longer" in capsys.readouterr().out
    assert setup_module.is_current("start")


def test_packages_of_node_come_by_their_lock_where_node_is(
    setup_module: ModuleType, fake_programs: FakePrograms, tmp_path: Path
) -> None:
    record = tmp_path / "asked"
    fake_programs(node="exit 0", npm=f'echo "$@" > "{record}"')
    setup_module.provide_node_packages()
    assert record.read_text(encoding="utf-8").split()[0] == "ci"
    assert "--ignore-scripts" in record.read_text(encoding="utf-8")


def test_without_node_or_network_set_up_goes_on(
    setup_module: ModuleType, fake_programs: FakePrograms, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = fake_programs(node="exit 0", npm="exit 1")
    setup_module.provide_node_packages()
    assert "going on without" in capsys.readouterr().out
    (folder / "npm").unlink()
    setup_module.provide_node_packages()
    assert not capsys.readouterr().out


def test_children_get_no_misleading_variables(setup_module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_USER", "PIP_CONSTRAINT", "PIP_NO_DEPS"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "wheels")
    monkeypatch.setenv("HOME", "")
    kept = setup_module.clean_environment()
    assert kept["PIP_FIND_LINKS"] == "wheels"
    assert not {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_USER", "PIP_CONSTRAINT", "PIP_NO_DEPS", "HOME"} & set(
        kept
    )


# --- starting


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"QT_QPA_PLATFORM": "offscreen"}, True),
        ("win32", {}, True),
        ("darwin", {}, True),
    ],
)
def test_a_screen_is_recognised(
    setup_module: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    platform: str,
    variables: dict[str, str],
    expected: bool,
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert setup_module.has_screen() is expected


@pytest.fixture
def calls(setup_module: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """What would have been run, without the Python at its head; no screen, two example cases, an empty folder."""
    made: list[list[str]] = []
    examples = tmp_path / "root" / "resources" / "examples"
    examples.mkdir(parents=True)
    for name in ("a", "b c"):
        (examples / f"{name}.hepalith.json").touch()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(setup_module, "ROOT", tmp_path / "root")
    monkeypatch.setattr(setup_module, "has_screen", lambda: False)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")  # set by the set-up itself too: taken back after the test
    monkeypatch.setattr(setup_module, "run", lambda command, **_: made.append(command[3:]) or 0)
    return made


def test_without_a_screen_the_examples_are_worked_through(
    setup_module: ModuleType, calls: list[list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert setup_module.run_program([], headless=False) == 0
    output = tmp_path / "here" / "hepalith-output"
    printed = capsys.readouterr().out
    assert "no screen" in printed
    assert str(output) in printed
    assert [call[0] for call in calls] == ["assess", "note", "assess", "note", "window"]
    assert str(output / "b c.pdf") in calls[3]
    assert "--screenshot" in calls[-1]


def test_a_failing_step_makes_the_headless_run_fail(
    setup_module: ModuleType, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup_module, "run", lambda command, **_: int("note" in command))
    assert setup_module.run_program([], headless=True) == 1


def test_with_a_screen_the_window_opens(
    setup_module: ModuleType, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup_module, "has_screen", lambda: True)
    assert setup_module.run_program([], headless=False) == 0
    assert calls == [["--chooser"]]


def test_arguments_go_to_the_program_as_they_are(setup_module: ModuleType, calls: list[list[str]]) -> None:
    assert setup_module.run_program(["assess", "a b.json"], headless=False) == 0
    assert calls == [["assess", "a b.json"]]


def test_a_window_that_dies_is_reported(
    setup_module: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup_module, "has_screen", lambda: True)
    monkeypatch.setattr(setup_module, "run", lambda _command: -6)
    assert setup_module.run_program([], headless=False) == -6
    assert "--headless" in capsys.readouterr().out


def test_an_interruption_says_how_to_go_on(
    setup_module: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_task: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(setup_module, "set_up", interrupted)
    assert setup_module.main("test", []) == 130
    assert "same command again" in capsys.readouterr().out
