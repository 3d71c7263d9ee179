"""The command line: output, exit codes, and one clear line for every error."""

import io
import json
import shlex
import subprocess
import sys
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from hepalith.app.main import main
from hepalith.cli.arguments import parse_arguments
from hepalith.cli.parts import NO_WINDOW, UNWRITABLE
from hepalith.i18n import languages
from hepalith.note.embedded import read_note
from hepalith.services.schemas import assessment_schema, case_schema
from hepalith.store.case_file import encode_case
from support.building import case, choice, no, number, seen, yes
from support.small import write_small

RESOURCES = Path(__file__).parents[2] / "resources"


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    path = tmp_path / "a.hepalith.json"
    about = case(
        seen("age_years", number("50", "a")),
        seen("temp_c", number("39.2", "Cel")),
        seen("jaundice", yes()),
        seen("from_the_future", yes()),
        seen("size_mm", number("30", "mm"), "L1"),
        lesions=1,
    )
    path.write_bytes(encode_case(about))
    return path


def test_assess_prints_the_urgency_first(case_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", str(case_file), "--as-of", "2026-06-01"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Urgency: EMERGENCY")
    assert "from_the_future" in out
    assert "No clinician has reviewed it" in out


def test_assess_names_what_lesions_need_differently(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.hepalith.json"
    diagnoses = (
        seen("tumour_diagnosis", choice(one), f"L{place}") for place, one in enumerate(("ipt", "haemangioma"), 1)
    )
    path.write_bytes(encode_case(case(*diagnoses, lesions=2)))
    assert main(["assess", str(path), "--as-of", "2026-06-01"]) == 0
    lines = capsys.readouterr().out.splitlines()
    start = lines.index("Lesions need different things")
    assert lines[start + 1] == "  Biopsy: wanted for L1, warned against for L2"


def test_assess_says_of_which_lesion_a_planned_test_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.hepalith.json"
    cancer = seen("known_cancer", choice("past_treated")), seen("primary_site", choice("breast"))
    of_2 = seen("calc_extent", choice("whole"), "L2"), seen("soft_tissue", no(), "L2")
    about = case(
        seen("age_years", number("50", "a")), *cancer, seen("prior_imaging", choice("none_exists")), *of_2, lesions=2
    )
    path.write_bytes(encode_case(about))
    assert main(["assess", str(path), "--as-of", "2026-06-01"]) == 0
    planned = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Follow-up: ")]
    assert planned
    assert all("(L1)" in line or "(L2)" in line or "(patient)" in line for line in planned)
    assert any("(L2)" in line for line in planned)


def test_assess_says_what_would_change_each_conclusion(case_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", str(case_file), "--as-of", "2026-06-01"]) == 0
    lines = capsys.readouterr().out.splitlines()
    applies = lines.index("What applies")
    assert any(line.strip().startswith("No longer applies, if ") and "; needs " in line for line in lines[applies:])
    assert any(line.startswith("Every completion of what is missing was tried for ") for line in lines)


def test_assess_says_why_one_item_does_not_hold(case_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", str(case_file), "--as-of", "2026-06-01", "--why", "gate:mri_safety"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("patient\n")
    assert "Opens, if " in out or "Shuts, if " in out
    assert main(["assess", str(case_file), "--why", "NO-SUCH"]) == 0
    assert "is not in this knowledge base" in capsys.readouterr().out


def test_assess_json_follows_the_published_schema(case_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", str(case_file), "--as-of", "2026-06-01", "--format", "json"]) == 0
    result = json.loads(capsys.readouterr().out)
    jsonschema.validate(result, json.loads(assessment_schema()))
    assert result["as_of"] == "2026-06-01"
    assert result["trace"]


def test_case_files_follow_the_published_schema(case_file: Path) -> None:
    schema = json.loads(case_schema())
    jsonschema.validate(json.loads(case_file.read_text()), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"format": "hepalith-case", "version": 1, "case_id": 3}, schema)


@pytest.mark.parametrize(("name", "made"), [("case-v1", case_schema), ("assessment-v1", assessment_schema)])
def test_the_published_schemas_are_those_of_the_program(name: str, made) -> None:
    published = (RESOURCES / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    assert published == made(), f"run: hepalith schema {name.partition('-')[0]} > resources/schemas/{name}.schema.json"


def test_standard_input(case_file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(case_file.read_bytes())

    monkeypatch.setattr(sys, "stdin", Stdin())
    assert main(["assess", "-"]) == 0
    assert "Urgency" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["assess", "missing.json"], 3, "missing.json"),
        (["assess", "TRUNCATED"], 3, "damaged"),
        (["note", "missing.json", "--out", "x.pdf"], 3, "missing.json"),
        (["note", "GOOD", "--out", "/nowhere/at/all/x.pdf"], 4, "x.pdf"),
    ],
)
def test_errors_are_one_clear_line_and_a_code(
    arguments: list[str], code: int, words: str, case_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truncated = tmp_path / "truncated.json"
    truncated.write_bytes(case_file.read_bytes()[:90])
    places = {"TRUNCATED": str(truncated), "GOOD": str(case_file)}
    assert main([places.get(word, word) for word in arguments]) == code
    err = capsys.readouterr().err
    assert err.startswith("hepalith: ")
    assert words in err
    assert err.count("\n") == 1
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["assess"],
        ["assess", "a", "--as-of", "May"],
        ["note", "a", "--out", "n.pdf", "--at", "2026-06-01T14:30"],
        ["note", "a", "--out", "n.pdf", "--final", "--at", "2026-06-01T14:30Z"],
        ["note", "a"],
        ["window", "a", "--size", "big"],
        ["knowledge"],
    ],
)
def test_wrong_arguments_exit_with_2_and_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_knowledge_check_of_the_program_and_of_a_broken_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["knowledge", "check"]) == 0
    (tmp_path / "knowledge.yaml").write_text("version: 1")
    assert main(["knowledge", "check", "--folder", str(tmp_path)]) == 1
    assert "knowledge.yaml" in capsys.readouterr().out


def test_knowledge_compile_writes_the_form_or_says_why_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["knowledge", "compile", "--out", str(tmp_path / "forms")]) == 0
    form, *others = (tmp_path / "forms").iterdir()
    assert len(others) == len(languages()) - 1  # one for each language
    said = capsys.readouterr().out
    assert all(str(path) in said for path in (form, *others))
    assert main(["knowledge", "compile", "--out", str(form)]) == 4
    assert str(form) in capsys.readouterr().err


def test_knowledge_book_writes_the_manual(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = write_small(tmp_path / "knowledge")
    out = tmp_path / "manual"
    book = ["knowledge", "book", "--out", str(out), "--folder", str(small)]
    assert main([*book, "--as-of", "2026-06-01"]) == 0
    assert str(out / "index.html") in capsys.readouterr().out
    page = out / "recommendations" / "ALARM.html"
    assert "review overdue" not in page.read_text(encoding="utf-8")
    assert main([*book, "--as-of", "2027-06-01"]) == 0
    assert "review overdue" in page.read_text(encoding="utf-8")


def test_knowledge_book_does_not_write_over_other_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").touch()
    assert main(["knowledge", "book", "--out", str(tmp_path)]) == 4
    assert "holds something else" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_note_writes_a_pdf(case_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "note.pdf"
    assert main(["note", str(case_file), "--out", str(out), "--as-of", "2026-06-01"]) == 0
    assert out.read_bytes().startswith(b"%PDF-")


def test_a_closed_pipe_ends_quietly(case_file: Path) -> None:
    command = shlex.join([sys.executable, "-m", "hepalith", "assess", str(case_file), "--format", "json"])
    ended = subprocess.run(["bash", "-c", f"{command} | head -n 1"], capture_output=True, text=True, check=False)
    assert ended.stderr == ""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a screen")
class TestWithoutAScreen:
    """Qt itself would abort the program."""

    @pytest.fixture(autouse=True)
    def no_screen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
            monkeypatch.delenv(name, raising=False)

    @pytest.mark.parametrize("arguments", [[], ["window"]], ids=["start", "window"])
    def test_the_window_says_so(
        self, arguments: list[str], case_file: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main([*arguments, str(case_file)] if arguments else []) == NO_WINDOW
        assert "there is no screen here" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_full_disk_behind_the_output_is_one_clear_line(form: str, case_file: Path) -> None:
    command = [sys.executable, "-m", "hepalith", "assess", str(case_file), "--format", form]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == UNWRITABLE
    assert ended.stderr == "hepalith: The output cannot be written: the disk is full.\n"


def test_the_command_line_works_without_qt(case_file: Path) -> None:
    program = (
        "import sys; sys.modules['PySide6'] = None; from hepalith.app.main import main; sys.exit(main(sys.argv[1:]))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, "assess", str(case_file)], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("ending", ["txt", "md", "html", "ics"])
def test_other_forms_of_the_note(ending: str, case_file: Path, tmp_path: Path) -> None:
    out = tmp_path / f"note.{ending}"
    assert main(["note", str(case_file), "--out", str(out), "--as-of", "2026-06-01"]) == 0
    assert out.read_text(encoding="utf-8").strip()


def test_the_same_moment_gives_the_same_bytes(case_file: Path, tmp_path: Path) -> None:
    made = []
    for name, moment in (("a", "2026-06-01T14:30+02:00"), ("b", "2026-06-01T14:30+02:00"), ("c", "2026-06-02T14:30Z")):
        out = tmp_path / f"{name}.pdf"
        assert main(["note", str(case_file), "--out", str(out), "--at", moment]) == 0
        made.append(out.read_bytes())
    assert made[0] == made[1] != made[2]
    assert read_note(tmp_path / "c.pdf").assessment.as_of == "2026-06-02"


def test_a_note_opens_again_verifies_and_is_run_again(
    case_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "note.pdf"
    main(["note", str(case_file), "--out", str(out), "--as-of", "2026-06-01"])
    assert main(["note", "--verify", str(out)]) == 0
    assert main(["rerun", str(out)]) == 0
    assert "No advice changed" in capsys.readouterr().out
    assert main(["assess", str(out), "--as-of", "2026-06-01"]) == 0
    assert capsys.readouterr().out.startswith("Urgency: EMERGENCY")


@pytest.mark.parametrize(
    "arguments", [["open", "NOTE.pdf", "--as-of", "2026-06-01"], ["NOTE.pdf", "--as-of", "2026-06-01"]]
)
def test_open_opens_the_window_on_a_note(arguments: list[str]) -> None:
    parsed = parse_arguments(arguments)
    assert (parsed.command, parsed.case, parsed.as_of) == ("open", Path("NOTE.pdf"), date(2026, 6, 1))
    assert (parsed.chooser, parsed.site) == (False, None)


def test_what_is_no_note_is_refused(case_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["note", "--verify", str(case_file)]) == 4
    fake = tmp_path / "fake.pdf"
    fake.write_bytes(b"%PDF-1.7 nothing")
    assert main(["assess", str(fake)]) == 3
    assert "Traceback" not in capsys.readouterr().err


def test_a_note_is_finalised_and_amended(case_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, text, page = tmp_path / "first.pdf", tmp_path / "first.txt", tmp_path / "page.pdf"
    day = ["--as-of", "2026-06-01"]
    final = ["note", str(case_file), "--out", str(first), *day, "--final"]
    assert main(final) == 4
    assert "author" in capsys.readouterr().err
    assert main([*final, "--author", "Dr A", "--out", str(text), "--patient-page", str(page)]) == 0
    assert "Final note, by Dr A" in text.read_text(encoding="utf-8")
    assert page.read_bytes().startswith(b"%PDF-")
    before = first.read_bytes()
    assert main(["note", str(case_file), "--out", str(first), *day]) == 4
    assert "never changed" in capsys.readouterr().err
    assert first.read_bytes() == before

    second, later = tmp_path / "second.pdf", tmp_path / "later.hepalith.json"
    amend = ["--out", str(second), "--amends", str(first), "--author", "Dr A", *day]
    assert main(["note", str(case_file), *amend]) == 4
    assert "Nothing changed" in capsys.readouterr().err
    later.write_bytes(case_file.read_bytes().replace(b'"case_id"', b'"identity": {"name": "Doe"}, "case_id"', 1))
    assert main(["note", str(later), *amend]) == 0
    assert main(["note", "--verify", str(second)]) == 0


def test_a_rerun_says_what_changed_and_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "note.pdf"
    example = RESOURCES / "examples" / "05-inactive-hydatid-cyst.hepalith.json"
    main(["note", str(example), "--out", str(out), "--as-of", "2026-06-01"])
    assert main(["rerun", str(out), "--as-of", "2026-09-01"]) == 0
    said = capsys.readouterr().out
    assert "because the date is another one" in said
    assert "because the knowledge" not in said
