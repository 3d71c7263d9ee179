"""Case files: a round trip keeps everything, damage is refused clearly, writing is whole or not at all."""

import errno
import json
import os
import stat
from pathlib import Path

import pytest

from hepalith.domain.case import Case, Identity, Observation, Override, OverrideKind, State, Study
from hepalith.domain.errors import CaseFileError, NewerCaseFileError
from hepalith.store.case_file import CaseFiles, decode_case, encode_case
from support.building import case, choice, day, items, number, seen, yes

OVERRIDE = {"recommendation": "DRUG", "kind": "set_aside", "author": "A", "date": "2026-06-01"}
SAMPLES = Path(__file__).parents[1] / "data" / "case_files"


def full_case() -> Case:
    made = case(
        seen("age_years", number("40", "a")),
        seen("fever", yes(), date="2026-05"),
        seen("stage", choice("one", "two"), "L1", "S1"),
        seen("risks", items(("a",), ("b",))),
        seen("treated_on", day("2025")),
        seen("alt", number("5", "U/L", "<"), upper="40"),
        Observation(finding="pain", state=State.UNOBTAINABLE),
        lesions=2,
        studies=(Study(id="S1", modality="us", date="2026-05-20"),),
    )
    return Case(
        case_id="c",
        revision=3,
        parent_revision=2,
        dictionary_version=1,
        identity=Identity(name="Ünal 王", identifier="42"),
        studies=made.studies,
        lesions=made.lesions,
        lesion_counter=2,
        observations=made.observations,
        overrides=(
            Override(
                recommendation="DRUG",
                subject="L1",
                kind=OverrideKind.SET_ASIDE,
                reason="other",
                text="im Gespräch abgelehnt",
                author="Dr A. Author",
                date="2026-06-01",
                level="soon",
            ),
            Override(recommendation="", kind=OverrideKind.OTHER_PLAN, text="wait", author="B", date="2026-06-02"),
        ),
    )


def test_a_round_trip_keeps_everything(tmp_path: Path) -> None:
    path = tmp_path / "a.hepalith.json"
    CaseFiles().save(full_case(), path)
    assert CaseFiles().load(path) == full_case()
    assert encode_case(CaseFiles().load(path)) == path.read_bytes()


def test_unknown_keys_and_findings_survive_a_round_trip() -> None:
    data = json.loads(encode_case(full_case()))
    data["future"] = {"x": [1, 2]}
    data["observations"][0]["quality"] = "good"
    data["studies"][0]["scanner"] = "A"
    data["lesions"][0]["colour"] = 3
    data["overrides"][0]["countersigned"] = "Dr B"
    data["observations"].append({"finding": "from_the_future", "value": {"type": "yes_no", "yes": True}})
    again = json.loads(encode_case(decode_case(json.dumps(data).encode(), "x")))
    assert again["future"] == {"x": [1, 2]}
    assert again["observations"][0]["quality"] == "good"
    assert again["studies"][0]["scanner"] == "A"
    assert again["overrides"][0]["countersigned"] == "Dr B"
    assert again["lesions"][0]["colour"] == 3
    assert any(o["finding"] == "from_the_future" for o in again["observations"])


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.hepalith.json")), ids=lambda path: path.name)
def test_a_sample_of_every_version_opens_for_ever(sample: Path) -> None:
    opened = CaseFiles().load(sample)
    assert opened.case_id
    assert opened.observations
    assert decode_case(encode_case(opened), "again") == opened


def test_there_is_a_sample_of_the_present_version() -> None:
    assert (SAMPLES / "version-1.hepalith.json").is_file()


def changed(**keys: object) -> bytes:
    return json.dumps({**json.loads(encode_case(full_case())), **keys}).encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (encode_case(full_case())[:200], "damaged"),
        (b"", "damaged"),
        (b"\xff\xfe\x00", "damaged"),
        (b"[]", "not a Hepalith case file"),
        (b'{"format": "other"}', "not a Hepalith case file"),
        (changed(version="one"), "which version"),
        (changed(version=0), "which version"),
        (changed(observations={}), "must be a list"),
        (changed(observations=[3]), "observations"),
        (changed(case_id=7), "case_id"),
        (changed(observations=[{"finding": "fever", "value": {"type": "yes_no", "yes": "perhaps"}}]), "bool"),
        (changed(observations=[{"finding": "fever", "value": {"type": "colour"}}]), "colour"),
        (changed(observations=[{"finding": "size", "subject": "L9"}]), "L9"),
        (changed(overrides=[{**OVERRIDE, "subject": "L9"}]), "L9"),
        (changed(overrides=[{**OVERRIDE, "kind": "ignored"}]), "ignored"),
        (changed(overrides=[{"recommendation": "DRUG", "kind": "set_aside"}]), "author"),
        (changed(lesions=[{"id": "L1"}, {"id": "L1"}]), "twice"),
        (b'{"a":' * 100_000, "damaged"),
    ],
)
def test_a_damaged_file_is_refused_with_a_clear_sentence(content: bytes, words: str) -> None:
    with pytest.raises(CaseFileError) as error:
        decode_case(content, "a.hepalith.json")
    assert words in str(error.value)
    assert "a.hepalith.json" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_newer_file_says_to_update_the_program() -> None:
    with pytest.raises(NewerCaseFileError, match="Update the program"):
        decode_case(changed(version=99), "a.hepalith.json")


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.hepalith.json", tmp_path):
        with pytest.raises(CaseFileError, match=path.name):
            CaseFiles().load(path)


def test_a_full_disk_leaves_the_old_file_and_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.hepalith.json"
    CaseFiles().save(full_case(), path)
    before = path.read_bytes()

    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CaseFileError, match="disk is full"):
        CaseFiles().save(case(), path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_file_that_is_write_protected_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.hepalith.json"
    CaseFiles().save(full_case(), path)
    before = path.read_bytes()
    path.chmod(0o444)
    with pytest.raises(CaseFileError, match="not allowed"):
        CaseFiles().save(case(), path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.skipif(os.name != "posix", reason="links need no rights there")
def test_what_a_link_points_to_is_written_and_the_link_stays(tmp_path: Path) -> None:
    path, link = tmp_path / "a.hepalith.json", tmp_path / "link.hepalith.json"
    CaseFiles().save(full_case(), path)
    link.symlink_to(path)
    CaseFiles().save(case(), link)
    assert link.is_symlink()
    assert CaseFiles().load(path) == case()


@pytest.mark.skipif(os.name != "posix", reason="folders are synced there only")
@pytest.mark.parametrize("refused", ["chmod", "sync"])
def test_a_disk_without_modes_or_synced_folders_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    """Memory sticks know no modes, and some network drives sync no folders."""
    path, sync = tmp_path / "a.hepalith.json", os.fsync

    def files_only(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        sync(handle)

    def no_modes(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    if refused == "sync":
        monkeypatch.setattr(os, "fsync", files_only)
    else:
        monkeypatch.setattr(Path, "chmod", no_modes)
    CaseFiles().save(full_case(), path)
    assert CaseFiles().load(path) == full_case()


def test_the_mark_that_some_editors_put_first_is_no_damage() -> None:
    assert decode_case(b"\xef\xbb\xbf" + encode_case(full_case()), "a.hepalith.json") == full_case()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(CaseFileError, match="Nothing is lost"):
        CaseFiles().save(full_case(), tmp_path / "none" / "a.hepalith.json")


def test_the_mode_of_a_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.hepalith.json"
    CaseFiles().save(full_case(), path)
    path.chmod(0o600)
    CaseFiles().save(full_case(), path)
    assert path.stat().st_mode & 0o777 == 0o600
