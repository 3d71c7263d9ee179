"""How long the reference manual of the program's knowledge takes: `python tests/bench/write_manual.py [--runs 5]`."""

import argparse
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path

from hepalith.knowledge.compiled import load_knowledge
from hepalith.manual.writer import ManualFolder
from hepalith.resources import resource


def main() -> None:
    """Prints the median of making all pages, and of asking for one that is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    knowledge = load_knowledge(resource("knowledge"))
    made, asked, worked = [], [], []
    for _run in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            manual = ManualFolder(knowledge, resource("manual"), Path(folder))
            for times in (made, asked):
                start, processor = time.perf_counter(), time.process_time()
                page = manual.page("recommendations", "", date(2026, 6, 1))
                times.append(time.perf_counter() - start)
                if times is made:
                    worked.append(time.process_time() - processor)
            sizes = [path.stat().st_size for path in page.parent.rglob("*") if path.is_file()]
    print(f"all {len(sizes)} files, {sum(sizes) / 1e6:.1f} MB: median {statistics.median(made):.2f} s of {runs} runs")
    print(f"of that the processor worked {statistics.median(worked):.2f} s")
    print(f"a page that is there: median {1000 * statistics.median(asked):.0f} ms")


if __name__ == "__main__":
    main()
