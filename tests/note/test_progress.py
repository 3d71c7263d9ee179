"""The writer tells how far it is, and can be given up until the first byte is on the disk."""

from pathlib import Path

import pytest

from hepalith.domain.errors import GivenUpError
from hepalith.note.writer import TypstNoteWriter
from hepalith.services.ports import NoteRequest
from note.builders import AT, make_assessment, make_case


def test_it_only_grows_and_ends_with_the_whole(writer: TypstNoteWriter, tmp_path: Path) -> None:
    told: list[float] = []
    files = (tmp_path / "note.pdf", tmp_path / "note.txt")
    request = NoteRequest(files=files, patient_page=tmp_path / "patient.pdf", progress=told.append)
    writer.export(make_case(), make_assessment(make_case()), AT, request)
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0, 1)
    assert len(told) >= 5
    assert 0 < told[1] < 1


@pytest.mark.parametrize("moment", [0, 2, -1])
def test_given_up_at_any_moment_nothing_is_written(writer: TypstNoteWriter, tmp_path: Path, moment: int) -> None:
    told: list[float] = []
    request = NoteRequest(files=(tmp_path / "note.pdf",), progress=told.append)
    writer.export(make_case(), make_assessment(make_case()), AT, request)
    (tmp_path / "note.pdf").unlink()
    last = range(len(told))[moment]
    told.clear()

    def give_up(share: float) -> None:
        told.append(share)
        if len(told) > last:
            raise GivenUpError

    with pytest.raises(GivenUpError):
        writer.export(make_case(), make_assessment(make_case()), AT, NoteRequest(files=request.files, progress=give_up))
    assert list(tmp_path.iterdir()) == []
