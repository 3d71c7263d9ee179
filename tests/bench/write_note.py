"""How long a note takes from an assessed case, warm, beside its floor: `python tests/bench/write_note.py [--runs 15]`.

The floor is the PDF library with the same text, fonts, standard and attachment in one go, without tables, pictures,
digests or any logic of ours. `processor` is the time that the process itself worked, on all its threads: on a busy
machine it says more than the clock on the wall.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import typst

from hepalith.decision.assess import evaluate
from hepalith.knowledge.compiled import load_knowledge
from hepalith.note.embedded import page_count
from hepalith.note.options import NoteOptions
from hepalith.note.outline import outline
from hepalith.note.pdf import STANDARDS
from hepalith.note.text import plain_text
from hepalith.note.writer import TypstNoteWriter
from hepalith.resources import resource_root
from hepalith.store.case_file import CaseFiles

AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
WARM_UP = 3
NOTES = (  # example, form
    ("19-report-says-only-calcification", "short"),
    ("19-report-says-only-calcification", "full"),
    ("05-inactive-hydatid-cyst", "full"),
    ("07-hydatid-cyst-in-the-bile-duct", "full"),
)
FLOOR = b"""
#set document(title: "Note", author: "x", date: datetime(year: 2026, month: 6, day: 1))
#set page(paper: "a4", margin: 18mm)
#set text(font: ("Noto Sans", "Noto Sans Math", "Noto Sans Symbols2", "Noto Sans CJK SC"), size: 9pt, lang: "en")
#title("Note")
#for line in json(bytes(sys.inputs.data)) { par(line) }
#pdf.attach("data.json", bytes(sys.inputs.attachment), mime-type: "application/json",
  description: "x", relationship: "data")
"""


def timed(make: Callable[[], bytes], runs: int) -> tuple[float, float, bytes]:
    """Milliseconds on the wall and of the processor, medians of the runs after a warm-up; and what was made."""
    wall, processor, made = [], [], b""
    for run in range(runs + WARM_UP):
        start, worked = time.perf_counter(), time.process_time()
        made = make()
        if run >= WARM_UP:
            wall.append(1000 * (time.perf_counter() - start))
            processor.append(1000 * (time.process_time() - worked))
    return statistics.median(wall), statistics.median(processor), made


def floor(lines: list[str], attachment: bytes, fonts: typst.Fonts) -> bytes:
    """The lines as a PDF file of the same standard, with the attachment."""
    inputs = {"data": msgspec.json.encode(lines).decode(), "attachment": attachment.decode()}
    made = typst.compile(
        FLOOR, format="pdf", font_paths=fonts, pdf_standards=STANDARDS, timestamp=int(AT.timestamp()), sys_inputs=inputs
    )
    return made or b""


def main() -> None:
    """Prints a line for each note: pages, times, floor and ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    root = resource_root()
    knowledge = load_knowledge(root / "knowledge")
    writer = TypstNoteWriter(knowledge, root, "0.1.0")
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(root / "fonts")])
    print(f"{'note':42} pages  wall ms  processor ms  floor wall  floor processor  ratio wall  processor")
    for name, form in NOTES:
        case = CaseFiles().load(Path(root / "examples" / f"{name}.hepalith.json"))
        assessment = evaluate(case, knowledge, date(2026, 6, 1), trace=False, full=True, further=True)
        options = msgspec.convert({"form": form}, NoteOptions)
        ours, ours_worked, note = timed(lambda: writer.pdf(case, assessment, AT, options), runs)  # noqa: B023
        lines = plain_text(outline(writer.content(case, assessment, AT, options))).splitlines()
        attachment = msgspec.json.encode([case, assessment])
        bare, bare_worked, _made = timed(lambda: floor(lines, attachment, fonts), runs)  # noqa: B023
        ratios = f"{ours / bare:10.1f}  {ours_worked / bare_worked:9.1f}"
        print(
            f"{name + ', ' + form:42} {page_count(note):5}  {ours:7.0f}  {ours_worked:12.0f}"
            f"  {bare:10.0f}  {bare_worked:15.0f}  {ratios}"
        )


if __name__ == "__main__":
    main()
