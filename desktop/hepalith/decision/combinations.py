"""Variants of a case in which several open findings are answered at once: a plane for each combination of answers."""

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod

from hepalith.decision.leaves import Groups, Variation
from hepalith.decision.needs import OpenFinding
from hepalith.decision.planes import CASE

Answered = Mapping[OpenFinding, Sequence[Groups]]  # what can be recorded of each finding


class Combinations:
    """Gives combinations planes. Plane 0 is the case as it is."""

    def __init__(self) -> None:
        self.size = 1
        self._planes: dict[OpenFinding, dict[int, int]] = {}  # where each of its answers stands
        self._recorded: dict[OpenFinding, Sequence[Groups]] = {}

    def add(self, findings: Answered) -> range:
        """The planes of every combination of their answers, those of the last finding next to each other."""
        first, count = self.size, prod(map(len, findings.values()))
        for place, answers in enumerate(product(*(range(len(given)) for given in findings.values())), start=first):
            for finding, answer in zip(findings, answers, strict=True):
                planes = self._planes.setdefault(finding, {})
                planes[answer] = planes.get(answer, 0) | 1 << place
        self._recorded.update(findings)
        self.size += count
        return range(first, self.size)

    def variation(self) -> Variation:
        """What is recorded in which plane."""
        recorded = {
            finding: tuple((plane, self._recorded[finding][answer]) for answer, plane in planes.items())
            for finding, planes in self._planes.items()
        }
        return Variation((1 << self.size) - CASE, recorded)


def plane_of(places: range) -> int:
    """Planes next to each other as one plane."""
    return (1 << places.stop) - (1 << places.start)
