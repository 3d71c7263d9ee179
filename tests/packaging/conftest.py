"""The set-up module is not part of the program: it is loaded from its file, fresh for each test."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def setup_module(project_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`packaging/setup_environment.py`, its environment moved to a folder of the test."""
    spec = importlib.util.spec_from_file_location(
        "setup_environment", project_root / "packaging" / "setup_environment.py"
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    environment = tmp_path / "with space" / ".venv"
    monkeypatch.setattr(module, "ENVIRONMENT", environment)
    monkeypatch.setattr(module, "STAMP", environment / "hepalith-setup.json")
    monkeypatch.setattr(module, "UNFINISHED", environment / "hepalith-setup-unfinished")
    return module


@pytest.fixture
def fake_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Make a folder of small shell programs the only thing on PATH."""

    def make(**programs: str) -> Path:
        folder = tmp_path / "programs"
        folder.mkdir()
        for name, body in programs.items():
            path = folder / name.replace("_", "-")
            path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
            path.chmod(0o755)
        monkeypatch.setenv("PATH", str(folder))
        return folder

    return make
