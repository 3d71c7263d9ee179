"""A note is written whole or not at all, and the reason is told."""

import errno
import os
from pathlib import Path

import pytest

from hepalith.domain.errors import NoteError
from hepalith.note.files import write_whole
from hepalith.note.writer import TypstNoteWriter
from note.builders import AT, make_assessment, make_case


def test_it_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "note.pdf"
    path.write_bytes(b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        pytest.param("", "is a folder", id="a-folder"),
        pytest.param("missing/note.pdf", "no such file or folder", id="no-folder"),
        pytest.param("file/note.pdf", "cannot be written", id="below-a-file"),
        pytest.param("x" * 300 + ".pdf", "name is too long", id="long-name"),
    ],
)
def test_a_path_that_cannot_be_written(writer: TypstNoteWriter, tmp_path: Path, place: str, words: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    case = make_case()
    with pytest.raises(NoteError, match=words):
        writer.write(case, make_assessment(case), tmp_path / place, AT)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("call", "number", "words"),
    [
        pytest.param("fsync", errno.ENOSPC, "disk is full", id="full"),
        pytest.param("fsync", errno.EIO, "cannot be written", id="broken"),
        pytest.param("fsync", errno.EROFS, "read-only", id="read-only"),
    ],
)
def test_a_disk_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, words: str
) -> None:
    path = tmp_path / "note.pdf"
    path.write_bytes(b"old")

    def fail(*_arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(NoteError, match=words):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
