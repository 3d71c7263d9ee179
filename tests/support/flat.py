"""A case as flat inputs, one value or nothing for each: what other engines are given.

Written from the definition of a case alone, without the indexing of the decision core. Only exact values can be said:
a censored number, several candidates or two observations of one date raise ValueError.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from hepalith.domain.case import (
    PATIENT,
    Case,
    ChoiceValue,
    DateValue,
    ItemsValue,
    NumberValue,
    Observation,
    Study,
    TextValue,
    YesNoValue,
)
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.tree import Reference
from support.generate import TODAY
from support.scalar import key

Inputs = dict[str, bool | Decimal | str]
Dated = Sequence[tuple[Observation, str]]
_NOWHERE = Study(id="")


class Flattener:
    """Flattens cases. wanted: the keys of the inputs that matter (all others are left out)."""

    def __init__(self, knowledge: Knowledge, wanted: frozenset[str]) -> None:
        self._knowledge = knowledge
        self._wanted = wanted
        self._which: dict[str, set[str]] = {}  # by finding: which of its observations matter, as keys say it
        for name in wanted:
            finding, _at, which = name.partition("/")[0].partition("@")
            self._which.setdefault(finding, set()).add(which)

    def inputs(self, case: Case) -> tuple[Inputs, list[Inputs]]:
        """The inputs of the patient, and of each lesion."""
        subjects: dict[str, dict[str, list[Observation]]] = {PATIENT: {}} | {one.id: {} for one in case.lesions}
        for observation in case.observations:
            subjects[observation.subject].setdefault(observation.finding, []).append(observation)
        studies = {study.id: study for study in case.studies}
        made = {subject: self._inputs(findings, studies) for subject, findings in subjects.items()}
        made[PATIENT]["as_of"] = TODAY.isoformat()
        return made.pop(PATIENT), list(made.values())

    def is_exact(self, case: Case) -> bool:
        """Whether a case can be said in flat inputs."""
        try:
            self.inputs(case)
        except ValueError:
            return False
        return True

    def _inputs(self, findings: dict[str, list[Observation]], studies: dict[str, Study]) -> Inputs:
        made: Inputs = {}
        every = {name: _latest_first(observations, studies) for name, observations in findings.items()}
        for name, ordered in every.items():
            for which in self._which.get(name, {""}):
                until = which if which in self._knowledge.findings else ""
                number = 0 if until or not which else int(which)
                reference = Reference(name, lesion=False, which=number, until=until)
                position = self._position_before(until, ordered, every) if until else number
                position = len(ordered) - 1 if position < 0 else position
                if position < len(ordered):
                    for detail, value in self._details(*ordered[position], studies):
                        if (written := key(reference, detail)) in self._wanted:
                            made[written] = value
        return made

    def _position_before(self, until: str, ordered: Dated, every: Mapping[str, Dated]) -> int:
        """That of the latest observation that is older than the latest of another finding; their number for none."""
        day = every[until][0][1] if until in every else ""
        return next((at for at, (_one, own) in enumerate(ordered) if "" < own < day), len(ordered))

    def _details(
        self, observation: Observation, day: str, studies: dict[str, Study]
    ) -> Iterator[tuple[str, bool | Decimal | str]]:
        yield "recorded", True
        yield "date", day or TODAY.isoformat()
        study = studies.get(observation.study, _NOWHERE)
        yield from (
            (detail, text) for detail, text in (("any modality", study.modality), ("phase", study.phase)) if text
        )
        if study.slice_mm:
            yield "slice", Decimal(study.slice_mm)
        if study.modality in self._knowledge.domains.get("modality", ()):
            yield "modality", study.modality
        match observation.value:
            case YesNoValue(yes=yes):
                yield "", yes
            case ChoiceValue(candidates=(choice,)):
                yield "", choice
            case ItemsValue(present=present, absent=absent):
                yield from ((item, True) for item in present)
                yield from ((item, False) for item in absent)
            case DateValue(date=text) if len(text) == len("2026-05-20"):
                yield "", text
            case NumberValue(number=number, unit=unit, comparator=""):
                scale = self._knowledge.findings[observation.finding].scale(unit)
                assert scale is not None
                for detail, text in (
                    ("", number),
                    ("lower", observation.lower_limit),
                    ("upper", observation.upper_limit),
                ):
                    if text:
                        yield detail, (Decimal(text) + scale.offset) * scale.factor
            case None | TextValue():
                return
            case inexact:
                raise ValueError(f"not one exact value: {inexact}")


def _latest_first(observations: Sequence[Observation], studies: dict[str, Study]) -> list[tuple[Observation, str]]:
    """Observations with their dates; what has none is current."""
    dated = [(one, one.date or studies.get(one.study, _NOWHERE).date) for one in observations]
    days = [day for _, day in dated]
    if len(set(days)) < len(days):
        raise ValueError(f"several observations of {observations[0].finding} on one date")
    return sorted(dated, key=lambda pair: pair[1] or "9999", reverse=True)
