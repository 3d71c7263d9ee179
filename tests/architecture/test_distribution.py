"""What is shipped: every resource in the wheel, locks that name no host, one version."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import hepalith
from hepalith.i18n import languages
from hepalith.resources import ResourceError, resource, resource_root

COMPILED = "hepalith/_resources/compiled"
LOCKS = ("requirements.lock", "requirements-test.lock")


def pinned(lock: Path) -> dict[str, str]:
    """Name and version of each package of a lock file."""
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.fixture(scope="session")
def project(project_root: Path) -> dict[str, object]:
    return tomllib.loads((project_root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def wheel(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A freshly built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys, hatchling.build as build; build.build_wheel(sys.argv[1])"
    result = subprocess.run(
        [sys.executable, "-c", build, str(folder)], cwd=project_root, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="session")
def wheel_files(wheel: Path) -> set[str]:
    """The names of the files of the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_wheel_holds_every_resource(project_root: Path, wheel_files: set[str]) -> None:
    resources = project_root / "resources"
    expected = {
        f"hepalith/_resources/{path.relative_to(resources).as_posix()}"
        for path in resources.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert expected
    shipped = {name for name in wheel_files if name.startswith("hepalith/_resources/")}
    assert {name for name in shipped if not name.startswith(COMPILED)} == expected


@pytest.mark.parametrize("language", languages())
def test_the_installed_program_starts_from_the_compiled_form(wheel: Path, tmp_path: Path, language: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    assert len(list((tmp_path / COMPILED).iterdir())) == len(languages())
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); sys.modules['hepalith.knowledge.loader'] = None\n"
        "from pathlib import Path\n"
        "from hepalith.app import wiring\n"
        "from hepalith.app.folders import Folders\n"
        "from hepalith.i18n import set_language\n"
        "set_language(sys.argv[2])\n"
        "folders = Folders(cache=Path('none'), journal=Path('none'), settings=Path('none'))\n"
        "made = wiring.make_knowledge(folders)\n"
        "print(made.translation.language, wiring.compiled_folder())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), language],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith(f"{language} {tmp_path / COMPILED}")


def test_wheel_holds_every_module(wheel_files: set[str]) -> None:
    package = Path(hepalith.__file__).parent
    expected = {f"hepalith/{path.relative_to(package).as_posix()}" for path in package.rglob("*.py")}
    assert {name for name in wheel_files if name.startswith("hepalith/") and name.endswith(".py")} == expected


def test_resources_are_found_in_both_places(tmp_path: Path) -> None:
    package = tmp_path / "desktop" / "hepalith"
    package.mkdir(parents=True)
    with pytest.raises(ResourceError) as caught:
        resource_root(package)
    assert str(package / "_resources") in str(caught.value)
    assert str(tmp_path / "resources") in str(caught.value)
    (tmp_path / "resources").mkdir()
    assert resource_root(package) == tmp_path / "resources"
    (package / "_resources").mkdir()
    assert resource_root(package) == package / "_resources"


def test_a_missing_resource_is_named() -> None:
    assert resource("fonts", "OFL.txt").is_file()
    with pytest.raises(ResourceError, match=r"nothing\.txt"):
        resource("nothing.txt")


@pytest.mark.parametrize("name", LOCKS)
def test_locks_name_no_host_and_no_folder(project_root: Path, name: str) -> None:
    text = (project_root / "packaging" / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*-", re.sub(r"^ +--hash=sha256:", "", text, flags=re.MULTILINE), re.MULTILINE)
    assert not re.search(r"(^|\s|@)/\w", text)


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash(project_root: Path, name: str) -> None:
    text = (project_root / "packaging" / name).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(entries) > 5
    assert all("--hash=sha256:" in entry for entry in entries)


def test_tests_run_on_what_is_shipped(project_root: Path) -> None:
    shipped, tested = (pinned(project_root / "packaging" / name) for name in LOCKS)
    assert shipped.items() <= tested.items()


def test_locks_hold_every_declared_package(project_root: Path, project: dict[str, dict]) -> None:
    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[<>=!~ ;\[]", text)[0].lower().replace("_", "-") for text in requirements}

    extras = project["project"]["optional-dependencies"]
    runtime = names([*project["project"]["dependencies"], *extras["desktop"], *project["build-system"]["requires"]])
    shipped, tested = (set(pinned(project_root / "packaging" / name)) for name in LOCKS)
    assert runtime <= shipped
    assert runtime | names(extras["test"]) <= tested


def test_the_build_backend_is_locked_as_declared(project: dict[str, dict]) -> None:
    assert project["dependency-groups"]["build"] == project["build-system"]["requires"]


def test_the_version_stands_in_one_place(project: dict[str, dict]) -> None:
    assert "version" in project["project"]["dynamic"]
    assert re.fullmatch(r"\d+\.\d+\.\d+(\.dev\d+|rc\d+)?", hepalith.__version__)


def test_every_font_is_listed_with_its_origin(project_root: Path) -> None:
    folder = project_root / "resources" / "fonts"
    fonts = [path.name for path in folder.iterdir() if path.suffix in {".otf", ".ttf"}]
    assert fonts
    readme, licence = ((folder / name).read_text(encoding="utf-8") for name in ("README.md", "OFL.txt"))
    assert all(name in readme and name in licence for name in fonts)
