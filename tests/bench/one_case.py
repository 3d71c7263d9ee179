"""How long one case takes after an edit, how many cases a second, and whether memory grows.

`python tests/bench/one_case.py [--evaluations 10000]`, on the whole knowledge and the examples. Times are processor
time of the process, so that other work on the machine matters less. `unit` is what one judgement of all advice by the
plain interpreter takes on the same cases, in the same run: the ratios to it can be compared between machines.
"""

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import cycle, islice

import msgspec

from hepalith.decision.ask_next import questions_of
from hepalith.decision.assess import ASKED, Assessor
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.precedence import Judgement
from hepalith.decision.what_if import Asker
from hepalith.domain.case import PATIENT, Case, Lesion
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.compiled import load_knowledge
from hepalith.resources import resource_root
from hepalith.store.case_file import CaseFiles

AS_OF = date(2026, 6, 1)
MANY = (1, 20, 50)  # lesions
EDITS = 6  # of each example: its last observations, each as the one that was just entered
FRAME_MS, SLOWEST_MS = 16, 50  # what ask next aims at: at the median, at the 95th percentile
FEW = 60  # observations of a case that is used with many lesions
SPAN = 1000  # evaluations between two looks at the memory


def examples() -> list[Case]:
    """The example cases of the program."""
    paths = sorted((resource_root() / "examples").glob("*.hepalith.json"))
    return [CaseFiles().load(path) for path in paths]


def edits(cases: Sequence[Case]) -> Iterator[tuple[Case, Case]]:
    """A case before and after one entry."""
    for case in cases:
        for last in range(max(1, len(case.observations) - EDITS), len(case.observations)):
            before, after = (
                msgspec.structs.replace(case, observations=case.observations[:n]) for n in (last, last + 1)
            )
            yield before, after


def worked(make: Callable[[], object]) -> float:
    """Milliseconds of processor time."""
    started = time.process_time()
    make()
    return 1000 * (time.process_time() - started)


def line(title: str, times: Sequence[float], unit: float) -> None:
    """Median and 95th percentile, in milliseconds and in units."""
    ordered = sorted(times)
    median, slow = statistics.median(ordered), ordered[int(0.95 * len(ordered))]
    print(f"{title:44} {median:8.2f} {slow:8.2f}   {median / unit:6.2f} {slow / unit:6.2f}   {len(times)}")


def interpreted(knowledge: Knowledge, case: Case) -> object:
    """Every piece of advice by the plain interpreter, without anything else."""
    return Judgement(Evaluation(case, knowledge, AS_OF)).all()


def measure_times(knowledge: Knowledge, cases: Sequence[Case]) -> None:
    """One case: with and without trace, ask next after an edit, the second look."""
    unit = statistics.median(worked(lambda case=case: interpreted(knowledge, case)) for case in cases for _ in range(3))
    asker = Asker(knowledge)
    for case in cases:
        asker.what_if(case, AS_OF)  # what is made once is not measured
    _freeze()
    asked, shown, traced, second = [], [], [], []
    for before, after in edits(cases):
        _assess(knowledge, asker, before, trace=False)
        asked.append(worked(lambda after=after: questions_of(asker.what_if(after, AS_OF), ASKED)))
        _assess(knowledge, asker, before, trace=False)
        shown.append(worked(lambda after=after: _assess(knowledge, asker, after, trace=False)))
    for case in cases:
        traced.append(worked(lambda case=case: Assessor(case, knowledge, AS_OF, asker).assessment(trace=True)))
        assessor = Assessor(case, knowledge, AS_OF, asker)
        second.append(worked(assessor.further))
    print(f"{'':44}  median      p95   in units         of")
    line("unit: every condition, plain interpreter", [unit], unit)
    line("ask next after one edit, all open findings", asked, unit)
    line("all that the window shows after one edit", shown, unit)
    line("an assessment with full trace", traced, unit)
    line("the second look", second, unit)
    for count in MANY:
        line(f"the window, an edit to one of {count} lesions", _with_many_lesions(knowledge, cases, count), unit)
    within = sum(one <= FRAME_MS for one in asked) / len(asked)
    print(
        f"ask next within {FRAME_MS} ms: {within:.0%} of edits; aims at {FRAME_MS} ms (median), {SLOWEST_MS} ms (p95)"
    )


def _with_many_lesions(knowledge: Knowledge, cases: Sequence[Case], count: int) -> list[float]:
    """The last entries of a lesion, each as the one that was just made, where as many lesions look the same."""
    asker = Asker(knowledge)
    asker.what_if(cases[0], AS_OF)
    _freeze()
    times: list[float] = []
    for case in [one for one in cases if len(one.lesions) == 1 and len(one.observations) < FEW][:3]:
        (first,) = case.lesions
        lesions = tuple(Lesion(id=f"L{number}") for number in range(1, count + 1))
        of_patient = [one for one in case.observations if one.subject == PATIENT]
        of_lesion = [one for one in case.observations if one.subject == first.id]
        of_each = [msgspec.structs.replace(one, subject=lesion.id) for lesion in lesions for one in of_lesion]
        after = msgspec.structs.replace(case, lesions=lesions, observations=(*of_patient, *of_each))
        for entry in of_each[-min(3, len(of_lesion)) :]:
            _assess(knowledge, asker, after.without_observation(entry.key), trace=False)
            times.append(worked(lambda after=after: _assess(knowledge, asker, after, trace=False)))
    return times


def _freeze() -> None:
    """As the program does when it has started: what stays is not searched for garbage at every other key."""
    gc.collect()
    gc.freeze()


def measure_many(knowledge: Knowledge, cases: Sequence[Case], count: int) -> None:
    """Cases a second on one core, and the memory that is held after each thousand."""
    asker = Asker(knowledge)
    for trace in (False, True):
        some = list(islice(cycle(cases), 100))
        spent = worked(lambda trace=trace, some=some: [_assess(knowledge, asker, one, trace=trace) for one in some])
        print(f"cases a second, trace {'on ' if trace else 'off'}: {1000 * len(some) / spent:.0f}")
    held: list[int] = []
    for number, case in enumerate(islice(cycle(cases), count), 1):
        _assess(knowledge, asker, case, trace=False)
        if number % SPAN == 0:
            gc.collect()
            held.append(sys.getallocatedblocks())
            print(f"after {number:,} evaluations {held[-1]:,} blocks of memory are held", flush=True)
    if len(held) > 1:
        print(f"growth from the first to the last: {(held[-1] - held[0]) / held[0]:+.3%}")


def _assess(knowledge: Knowledge, asker: Asker, case: Case, *, trace: bool) -> object:
    return Assessor(case, knowledge, AS_OF, asker).assessment(trace=trace)


def main() -> None:
    """Prints all figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--evaluations", type=int, default=10_000)
    knowledge = load_knowledge(resource_root() / "knowledge")
    cases = examples()
    measure_times(knowledge, cases)
    measure_many(knowledge, cases, parser.parse_args().evaluations)


if __name__ == "__main__":
    main()
