"""How long it takes until the knowledge is ready: `python tests/bench/load_knowledge.py [--runs 15]`.

Each run is a fresh process; the clock starts before the first import of the program and stops when the knowledge can be
used. `compiled` is what a user waits for; `from the files` is the first start after the knowledge changed. `processor`
is the time that the process itself worked: on a busy machine it says more than the clock on the wall.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

KNOWLEDGE = Path(__file__).parents[2] / "resources" / "knowledge"
PARTS = ("import", "load", "both", "processor")
MEASURED = """
import time
start, worked = time.perf_counter(), time.process_time()
import sys
from pathlib import Path
from hepalith.knowledge.compiled import load_knowledge
imported = time.perf_counter()
load_knowledge(Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2] else None)
ready = time.perf_counter()
worked = time.process_time() - worked
print(1000 * (imported - start), 1000 * (ready - imported), 1000 * (ready - start), 1000 * worked)
"""


def measured(cache: str) -> tuple[float, ...]:
    """Milliseconds of one fresh process: import, load, both; and processor time for both."""
    command = [sys.executable, "-c", MEASURED, str(KNOWLEDGE), cache]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    return tuple(map(float, ended.stdout.split()))


def main() -> None:
    """Prints median and range of all runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as cache:
        measured(cache)  # makes the compiled form
        for title, place in (("compiled", cache), ("from the files", "")):
            times_of_runs = [measured(place) for _ in range(runs)]
            for name, times in zip(PARTS, zip(*times_of_runs, strict=True), strict=True):
                print(
                    f"{title:15} {name:10} median {statistics.median(times):6.1f} ms"
                    f"  ({min(times):.1f} to {max(times):.1f}, {runs} processes)"
                )


if __name__ == "__main__":
    main()
