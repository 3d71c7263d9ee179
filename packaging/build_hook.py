"""Compiles the knowledge while a wheel is built, so that an installed program starts from its compiled form."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileKnowledge(BuildHookInterface):  # type: ignore[type-arg]
    """Adds `hepalith/_resources/compiled/`. An editable install reads its own folder and needs none."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects the files."""
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "desktop"))
        from hepalith.knowledge.compiled import write_form
        from hepalith.knowledge.translation import catalogues

        self._folder = tempfile.TemporaryDirectory()
        for catalogue in (None, *catalogues(root / "resources" / "locale")):
            form = write_form(root / "resources" / "knowledge", Path(self._folder.name), catalogue)
            build_data["force_include"][str(form)] = f"hepalith/_resources/compiled/{form.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Called by hatchling when the wheel is written."""
        if version != "editable":
            self._folder.cleanup()
