"""The compiled form: the same knowledge, only while files, code and site are the same, and never when it is damaged."""

import hashlib
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import asdict

from hepalith.decision.evaluation import Evaluation
from hepalith.domain.case import PATIENT, Case
from hepalith.knowledge import compiled
from hepalith.knowledge.compiled import load_knowledge, write_form
from hepalith.knowledge.later import Later
from hepalith.knowledge.loader import KnowledgeFileError, read_knowledge
from hepalith.knowledge.site import Product, Site
from support.small import REST, write_small
from support.vignettes import KNOWLEDGE

SHIPPED_ONLY = """
import sys
sys.modules["yaml"] = sys.modules["hepalith.knowledge.compiler"] = None
from pathlib import Path
from hepalith.knowledge.compiled import load_knowledge
print(load_knowledge(Path(sys.argv[1]), shipped=Path(sys.argv[2])).hash)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The tiny knowledge base."""
    (tmp_path / "knowledge").mkdir()
    return write_small(tmp_path / "knowledge")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """An empty folder for forms."""
    return tmp_path / "cache"


def test_the_form_holds_the_whole_knowledge(folder: Path, cache: Path) -> None:
    write_form(folder, cache)
    assert asdict(load_knowledge(folder, shipped=cache)) == asdict(read_knowledge(folder)[0])


def test_the_form_of_the_program_holds_its_whole_knowledge(cache: Path) -> None:
    read = read_knowledge(KNOWLEDGE)[0]
    assert read.suppressors
    write_form(KNOWLEDGE, cache)
    assert asdict(load_knowledge(KNOWLEDGE, shipped=cache)) == asdict(read)


def test_what_no_field_shows_is_read_when_it_is_asked_for(cache: Path) -> None:
    write_form(KNOWLEDGE, cache)
    loaded = load_knowledge(KNOWLEDGE, shipped=cache)
    later = {name: part for name, part in asdict(loaded).items() if isinstance(part, Later)}
    assert set(later) == {*compiled._LATER, "suppressors"}
    assert all(part._entries is None for part in later.values())
    evaluation = Evaluation(Case(case_id="empty", dictionary_version="1"), loaded, date(2026, 1, 1))
    for name, tree in loaded.relevance.items():
        if loaded.findings[name].subject == PATIENT:
            evaluation.truth(tree, PATIENT)
    assert all(part._entries is None for part in later.values()), "what an empty form shows needs none of them"
    assert loaded.suppressors
    assert loaded.recommendations["CE-R10"] is loaded.recommendations["CE-R10"]


def test_neither_yaml_nor_the_compiler_is_needed_where_a_form_is_current(folder: Path, cache: Path) -> None:
    write_form(folder, cache)
    command = [sys.executable, "-c", SHIPPED_ONLY, str(folder), str(cache)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.stdout.strip() == read_knowledge(folder)[0].hash, ended.stderr
    (folder / "knowledge.yaml").write_text((folder / "knowledge.yaml").read_text() + "# a remark\n")
    assert subprocess.run(command, capture_output=True, check=False).returncode, "the files are no longer these"


def test_a_change_of_the_files_counts(folder: Path, cache: Path) -> None:
    first = load_knowledge(folder, cache)
    assert asdict(load_knowledge(folder, cache)) == asdict(first)
    write_small(folder, rest=REST.replace("Act on", "Look at"))
    changed = load_knowledge(folder, cache)
    assert changed.recommendations["ALARM"].entry.action.startswith("Look at")
    assert changed.hash != first.hash


def test_a_change_of_the_compiling_code_counts(
    folder: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = compiled._key(folder, None, None)
    package = tmp_path / "package"
    for name in ("domain", "knowledge"):
        (package / name).mkdir(parents=True)
        for path in (compiled._PACKAGE / name).glob("*.py"):
            (package / name / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(compiled, "_PACKAGE", package)
    assert compiled._key(folder, None, None) == before
    (package / "knowledge" / "expression.py").write_text("# another meaning\n")
    assert compiled._key(folder, None, None) != before


def test_site_settings_have_a_form_of_their_own(folder: Path, cache: Path) -> None:
    site = Site(formulary={"pill": Product(available=False)})
    write_small(folder, rest=REST.replace("tags: [elective]", 'tags: [elective, "drug:pill"]'))
    plain = load_knowledge(folder, cache)
    refined = load_knowledge(folder, cache, site)
    assert refined.deviations
    assert asdict(load_knowledge(folder, cache, site)) == asdict(refined)
    assert asdict(load_knowledge(folder, cache)) == asdict(plain)
    assert not plain.deviations


@pytest.mark.parametrize("at", [0, 40, -1], ids=["checksum", "start", "end"])
def test_a_damaged_form_is_made_again(at: int, folder: Path, cache: Path) -> None:
    first = load_knowledge(folder, cache)
    (file,) = cache.iterdir()
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)
    assert asdict(load_knowledge(folder, cache)) == asdict(first)
    assert file.read_bytes() != bytes(content), "the form was written anew"


def test_a_form_that_still_decodes_but_says_something_else_is_not_believed(folder: Path, cache: Path) -> None:
    first = load_knowledge(folder, cache)
    (file,) = cache.iterdir()
    content = file.read_bytes()
    assert b"Act on" in content
    file.write_bytes(content.replace(b"Act on", b"Not on"))
    assert asdict(load_knowledge(folder, cache)) == asdict(first)


def test_a_form_under_the_name_of_another_is_not_believed(folder: Path, cache: Path) -> None:
    load_knowledge(folder, cache)
    (old,) = cache.iterdir()
    write_small(folder, rest=REST.replace("Act on", "Look at"))
    old.rename(cache / compiled._name(compiled._key(folder, None, None)))
    assert load_knowledge(folder, cache).recommendations["ALARM"].entry.action.startswith("Look at")


def test_a_form_of_another_shape_is_made_again(folder: Path, cache: Path) -> None:
    first = load_knowledge(folder, cache)
    (file,) = cache.iterdir()
    payload = b"\x93\x01\x02\x03"
    file.write_bytes(hashlib.sha256(payload).digest() + payload)
    assert asdict(load_knowledge(folder, cache)) == asdict(first)


def test_a_cache_that_cannot_be_written_only_costs_time(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, not a folder")
    assert load_knowledge(folder, tmp_path / "cache").hash


def test_only_a_few_old_forms_are_kept(folder: Path, cache: Path) -> None:
    for number in range(7):
        write_small(folder, rest=REST.replace("Act on", f"Act {number} on"))
        load_knowledge(folder, cache)
    assert len(list(cache.iterdir())) == compiled._KEPT
    assert (cache / compiled._name(compiled._key(folder, None, None))).is_file(), "the newest is among them"


def test_broken_knowledge_is_never_used(folder: Path, cache: Path) -> None:
    write_small(folder, rest=REST.replace("4.0 mg/dL", "4.0 mmHg"))
    with pytest.raises(KnowledgeFileError, match="knowledge check"):
        load_knowledge(folder, cache)
    assert not cache.exists()
