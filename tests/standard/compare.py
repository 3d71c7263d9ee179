#!/usr/bin/env python3
"""Compares our evaluator with the clinical standard's engine on generated cases.

    npm ci --prefix tests/standard/node        once
    python tests/standard/compare.py --cases 100000

Says how many conditions were seen true, false and unknown, and what differs. Ends with 1 if anything does.
"""

import argparse
import sys
import time
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from support.judge import Verdict, compare, exact_cases, why_not
from support.scalar import Scalars
from support.vignettes import knowledge_and_problems


def summary(verdict: Verdict, scalars: Scalars) -> str:
    """What a comparison has found, in lines."""
    seen = {letter: sum(letter in answers for answers in verdict.visited.values()) for letter in "TFU"}
    bounded = sum(name in scalars.bounded for name in scalars.conditions)
    lines = [
        f"{verdict.cases} cases, {verdict.answers} answers to {len(scalars.conditions)} conditions",
        f"{verdict.interpreted} of the cases answered by the interpreter too",
        f"conditions seen true {seen['T']}, false {seen['F']}, unknown {seen['U']}",
        f"{len(scalars.conditions) - bounded} conditions are to agree always, {bounded} where bounds do not decide",
        f"bounds decided {sum(verdict.by_bounds.values())} answers to {len(verdict.by_bounds)} conditions",
        f"filled in, the engine confirms {verdict.confirmed} of these answers and leaves {verdict.still_open} open",
        f"{len(verdict.differences)} differences",
    ]
    return "\n".join(lines + [str(difference) for difference in verdict.differences[:50]])


def main() -> int:
    """Compares and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--refill", type=int, default=10, help="fill in every n-th case too")
    parser.add_argument("--interpret", type=int, default=50, help="let the interpreter answer every n-th case too")
    parser.add_argument("--minutes", type=float, default=600, help="stop after this time")
    options = parser.parse_args()
    if reason := why_not():
        sys.stderr.write(reason + "\n")
        return 2
    knowledge, problems = knowledge_and_problems()
    if problems:
        sys.stderr.write("the knowledge has problems\n")
        return 2
    verdict, started = Verdict(), time.monotonic()
    known = exact_cases(knowledge)
    how_often = {"refill": options.refill, "interpret": options.interpret}
    steps = compare(knowledge, options.seed, options.cases, verdict, known=known, **how_often)
    for position, _ in enumerate(steps):
        if position % 1000 == 0:
            sys.stderr.write(f"{verdict.cases} cases, {time.monotonic() - started:.0f} s\n")
        if time.monotonic() - started > 60 * options.minutes:
            break
    sys.stdout.write(summary(verdict, Scalars(knowledge)) + "\n")
    return 1 if verdict.differences else 0


if __name__ == "__main__":
    sys.exit(main())
