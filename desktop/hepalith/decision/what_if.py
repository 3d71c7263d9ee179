"""A case with every answer to its open findings, read at once: what each answer would change.

One reading has a plane for each answer that can matter, for "none of these" of findings that can be asked together,
and for each choice that a class could be. What is different there is compared with the case as it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from hepalith.decision.answers import Answer, Open, answers_of
from hepalith.decision.completions import Completer
from hepalith.decision.effects import REQUEST, Change, Effects
from hepalith.decision.evaluation import Evaluation
from hepalith.decision.kept import Kept
from hepalith.decision.needs import Found, Needs
from hepalith.decision.observed import ObservedCase
from hepalith.decision.planes import CASE
from hepalith.decision.program import ordered
from hepalith.decision.reading import FastReader, QuickEvaluation, Reading
from hepalith.decision.support import Support
from hepalith.decision.thresholds import span
from hepalith.decision.together import Chunk, absence, chunks_of
from hepalith.decision.variants import Chosen, Layout, Tried
from hepalith.decision.verdicts import LEVELS, Key, Verdicts
from hepalith.decision.wording import answers_text
from hepalith.domain.assessment import GateChange, Leaders, Named, Outcome
from hepalith.domain.case import PATIENT, Case
from hepalith.domain.interval import ANYTHING, Interval
from hepalith.domain.truth import Truth
from hepalith.i18n import language
from hepalith.knowledge.base import Knowledge

_SPARE = 1000  # planes that may stay unused, beside as many as there are answers


class Together(NamedTuple):
    """Findings that can be asked at once, each with the answer of absence; the variant in which none is present."""

    chunk: Chunk
    members: tuple[Chosen, ...]
    variant: int


class Asker:
    """Tries the answers to open findings. Keeps what it made for the next edit: it belongs to one thread at a time."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._reader = FastReader(knowledge)
        self._answers = answers_of(knowledge)
        self._layout = Layout()
        self._kept = Kept()
        self._kept_for: tuple[str, date] | None = None
        self._verdicts: Verdicts | None = None
        self._found = Kept()
        self._needs: Found = {}

    @cached_property
    def completer(self) -> Completer:
        """For the second look; made when it is first wanted."""
        return Completer(self.knowledge)

    def kept(self, as_of: date) -> Kept:
        """What is said of a case at a date, in the language that is spoken now."""
        if self._kept_for != (language(), as_of):
            self._kept, self._kept_for = Kept(), (language(), as_of)
        return self._kept

    def what_if(self, case: Case, as_of: date) -> "WhatIf":
        """The case, and the case with each answer to each of its open findings."""
        observed = ObservedCase(case, self.knowledge.findings, as_of)
        base = Evaluation(case, self.knowledge, as_of, observed)
        found, doubted = list(self._answers.open(base)), list(self._answers.doubted(base))
        used = sum(len(one.answers) for one in found)
        if self._layout.size - used > _SPARE + used:
            self._layout = Layout()  # lesions that are gone have left too many places
        together = [
            Together(chunk, members, *self._layout.places(("together", chunk.id, lesion), 1).numbers)
            for chunk, lesion, members in self._together(found, base)
        ]
        members = {one.variant: one.members for one in together}
        assumed = {
            key: self._layout.places(("assumed", *key), len(choices)) for key, choices in self._classes(base.lesions)
        }
        reading = self._reader.read(observed, self._layout.variation((*found, *doubted), members, assumed))
        tried, narrowed = (list(map(self._layout.tried, several)) for several in (found, doubted))
        numbers = {key: places.numbers for key, places in assumed.items()}
        made = WhatIf(reading, tried, together, narrowed, numbers, self._verdicts, self._needs, self._found)
        self._verdicts = made.verdicts
        return made

    def _classes(self, lesions: Iterable[str]) -> Iterator[tuple[Key, tuple[str, ...]]]:
        """Every class that a case can have, with its choices."""
        for name, compiled in self.knowledge.derived.items():
            if compiled.entry.classification and compiled.entry.type == "choice":
                for subject in lesions if compiled.entry.subject == "lesion" else (PATIENT,):
                    yield (name, subject), ordered(self.knowledge.domains[name])

    def _together(self, found: Iterable[Open], base: Evaluation) -> Iterator[tuple[Chunk, str, tuple[Chosen, ...]]]:
        """What can be asked at once, by chunk and lesion. The patient's findings are asked with the first lesion's."""
        chunks = chunks_of(self.knowledge)
        parts: dict[tuple[Chunk, str], list[Chosen]] = {}
        first = base.lesions[0] if base.lesions else PATIENT
        for one in found:
            chunk = chunks.get(one.finding)
            if chunk is not None and self._is_asked_together(one, base):
                lesion = (first if one.subject == PATIENT else one.subject) if chunk.of_lesion else PATIENT
                parts.setdefault((chunk, lesion), []).append(Chosen(one, absence(self.knowledge, one)))
        for (chunk, lesion), members in parts.items():
            if len(members) > 1:
                yield (
                    chunk,
                    lesion,
                    tuple(sorted(members, key=lambda member: chunk.findings.index(member.open.finding))),
                )

    def _is_asked_together(self, one: Open, base: Evaluation) -> bool:
        """Whether it is relevant, this site can obtain it, and no other answer stands for it."""
        knowledge, name = self.knowledge, one.finding
        relevant, stated = knowledge.relevance.get(name), knowledge.absence.get(name)
        return (
            knowledge.findings[name].cost not in knowledge.unavailable
            and (relevant is None or base.truth(relevant, one.subject) is Truth.TRUE)
            and (stated is None or base.truth(stated, one.subject) is not Truth.TRUE)
        )


class WhatIf:
    """A case with the answers to its open findings. evaluation: the case as it is.

    tried: every open finding; asked: those that are asked; telling: those of them of which an answer changes anything.
    narrowed: choices that were narrowed down, with their candidates as answers. assumed: the variants in which a class
    is taken to be each of its choices, in the order of `ordered`. before: the verdicts of an earlier reading; needs,
    kept: what was found out for it.
    """

    def __init__(
        self,
        reading: Reading,
        tried: Sequence[Tried],
        together: Sequence[Together],
        narrowed: Sequence[Tried] = (),
        assumed: Mapping[Key, Sequence[int]] = MappingProxyType({}),
        before: Verdicts | None = None,
        needs: Found | None = None,
        kept: Kept | None = None,
    ) -> None:
        self.reading = reading
        self.verdicts = Verdicts(reading, before)
        self.evaluation = QuickEvaluation(reading)
        self.support = Support(self.evaluation, kept)
        self.needs = Needs(self.evaluation, needs)
        self.tried = tried
        self.together = together
        self.narrowed = narrowed
        self.assumed = assumed
        self.effects = Effects(reading, self.verdicts, kept)
        self._changes: dict[Key, list[Change]] = {}
        self._relevant: dict[Key, Truth] = {}
        self.asked = [one for one in tried if self.obtainable(one.open) and self.relevant(one.open) is not Truth.FALSE]
        self.telling = [one for one in self.asked if one.plane & self.effects.changed]
        self.now = LEVELS[self.effects.level]

    def changes(self, one: Tried) -> list[Change]:
        """The different changes that the answers to a finding make, in the order of the answers."""
        if not one.plane & self.effects.changed:
            return []
        if one.key not in self._changes:
            found = (self.effects.of(variant) for variant in one.variants)
            self._changes[one.key] = list(dict.fromkeys(one for one in found if one is not self.effects.same))
        return self._changes[one.key]

    def matters(self, one: Tried) -> bool:
        """Whether an answer to a finding changes the urgency or the plan."""
        return any(change.plan or change.level != self.effects.level for change in self.changes(one))

    @cached_property
    def supported(self) -> frozenset[Key]:
        """The open advice, more than a request, for which something known speaks."""
        recommendations = self.reading.knowledge.recommendations
        return frozenset(
            (name, subject)
            for (name, subject), plane in self.verdicts.open.items()
            if plane & CASE and recommendations[name].entry.kind != REQUEST and self.support.of(name, subject)
        )

    def speaks_for(self, key: Key) -> bool:
        """Whether something that is known speaks for advice: it applies, or it is open and has support."""
        return key in self.supported or bool(self.verdicts.holds[key] & CASE)

    @cached_property
    def robust(self) -> bool:
        """Whether no single answer to a finding that can be asked changes the urgency or the plan."""
        return not any(map(self.matters, self.telling))

    def obtainable(self, one: Open) -> bool:
        """Whether this site can find the answer."""
        knowledge = self.reading.knowledge
        return knowledge.findings[one.finding].cost not in knowledge.unavailable

    def relevant(self, one: Open) -> Truth:
        """Whether the finding is asked of such a patient or lesion."""
        tree = self.reading.knowledge.relevance.get(one.finding)
        if tree is None:
            return Truth.TRUE
        key = one.finding, one.subject
        if key not in self._relevant:
            self._relevant[key] = self.evaluation.truth(tree, one.subject)
        return self._relevant[key]

    def said(self, one: Tried, answers: Sequence[Answer]) -> str:
        """Answers to a finding in words."""
        finding = self.reading.knowledge.findings[one.open.finding]
        has_order = finding.type in {"number", "date"}
        return answers_text(
            answers, finding, Interval(*span(finding, self.reading.observed.as_of)) if has_order else ANYTHING
        )

    def outcome(self, answer: str, change: Change) -> Outcome:
        """What an answer changes, as it is published. answer: in words."""
        knowledge = self.reading.knowledge

        def named(key: Key, label: str) -> Named:
            return Named(id=key[0], subject=key[1], label=label)

        def advice(keys: Iterable[Key]) -> tuple[Named, ...]:
            return tuple(named(key, knowledge.recommendations[key[0]].entry.title) for key in keys)

        level = LEVELS[change.level]
        return Outcome(
            answer=answer,
            urgency=level if level is not self.now else None,
            starts=advice(change.starts),
            ends=advice(change.ends),
            gates=tuple(
                GateChange(gate=named(key, knowledge.gates[key[0]].entry.label), state=state)
                for key, state in change.gates
            ),
            leaders=tuple(
                Leaders(
                    subject=subject,
                    causes=tuple(named((name, subject), knowledge.conditions[name].entry.label) for name in names),
                )
                for subject, names in change.leaders
            ),
        )
