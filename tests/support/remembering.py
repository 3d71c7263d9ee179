"""The interpreter over cases that differ little: an answer that has read nothing of what differs stands.

The first case is interpreted whole, and with each answer, to every part of every condition too, is kept what was read
for it: findings, derived findings, the answers to conditions where advice and causes are judged. In another case only
what has read something that is otherwise there is interpreted again. What was read is watched, not taken from what the
knowledge says of itself.

All cases have the same lesions and examinations and are assessed for the same day, so that nothing but observations
can differ.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date
from functools import cached_property, partial
from itertools import chain
from typing import Any, NamedTuple

from hepalith.decision.evaluation import Evaluation
from hepalith.decision.observed import Group, ObservedCase
from hepalith.decision.planes import bits
from hepalith.decision.precedence import Judged, Judgement
from hepalith.domain.case import PATIENT, Case
from hepalith.domain.interval import Interval
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.model import Finding
from hepalith.knowledge.tree import Reference, TruthNode


class Answer(NamedTuple):
    """An answer, and the bits of what was read for it."""

    value: Any
    read: int


class Bits(dict[Hashable, int]):
    """A bit for each thing that can be read, given when it is first asked for."""

    def __missing__(self, key: Hashable) -> int:
        self[key] = 1 << len(self)
        return self[key]


class Memory:
    """Answers with what was read for them, some taken over from the memory of another case, which stays as it is.

    make: the answer to something that has a name. read: the bits of what was read so far.
    changed: those of what is not as it was for the other memory.
    """

    def __init__(self, make: Callable[[Any], Any], before: "Memory | None" = None) -> None:
        self._make = make
        self.bit_of: Bits = before.bit_of if before else Bits()
        self.read = 0
        self.changed = 0
        self._answers: dict[Hashable, Answer] = {}
        self._named: dict[Hashable, Answer] = {}
        self._answers_before: Mapping[Hashable, Answer] = before._answers if before else {}
        self._named_before: Mapping[Hashable, Answer] = before._named if before else {}
        self._name_of = before.names if before else {}
        self._unchecked = before.all_names if before else 0  # of which is not known yet whether they changed

    def change(self, keys: Iterable[Hashable]) -> None:
        """These are not as they were; what has a name is looked at again where that matters."""
        for key in keys:
            self.changed |= self.bit_of[key]
        for key, before in self._named_before.items():
            if before.read & self.changed:
                self._current(key)
        self._unchecked = 0

    def note(self, key: Hashable) -> None:
        """It is read."""
        self.read |= self.bit_of[key]

    def named(self, key: Hashable) -> Any:
        """The answer to something that has a name. Who reads it has read nothing but this."""
        self.read |= self.bit_of[key]
        return self._current(key).value

    def remembered(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Another answer. Who reads it has read all that was read for it."""
        known = self._answers.get(key)
        if known is None:
            known = self._answers_before.get(key)
            if known is None or self._is_outdated(known):
                known = self.watched(make)
            self._answers[key] = known
        self.read |= known.read
        return known.value

    def watched(self, make: Callable[[], Any]) -> Answer:
        """A new answer, and what is read for it."""
        outside, self.read = self.read, 0
        answer = Answer(make(), self.read)
        self.read = outside
        return answer

    @cached_property
    def names(self) -> dict[int, Hashable]:
        """All that has a name, by the number of its bit; of a memory that is complete."""
        return {self.bit_of[key].bit_length() - 1: key for key in self._named}

    @cached_property
    def all_names(self) -> int:
        """The bits of these."""
        return sum(1 << bit for bit in self.names)

    def _current(self, key: Hashable) -> Answer:
        known = self._named.get(key)
        if known is None:
            before = known = self._named_before.get(key)
            if before is None or self._is_outdated(before):
                known = self.watched(partial(self._make, key))
                if before is None or known.value != before.value:
                    self.changed |= self.bit_of[key]
            self._named[key] = known
            self._unchecked &= ~self.bit_of[key]
        return known

    def _is_outdated(self, answer: Answer) -> bool:
        for bit in bits(answer.read & self._unchecked):
            self._current(self._name_of[bit])
        return answer.read & self.changed != 0


class Watched(ObservedCase):
    """An observed case that tells a memory which findings are read."""

    def __init__(self, case: Case, findings: Mapping[str, Finding], as_of: date) -> None:
        super().__init__(case, findings, as_of)
        self.note: Callable[[Hashable], None] | None = None

    def groups(self, finding: str, subject: str) -> Any:
        """The observations of a finding of a subject."""
        if self.note is not None:
            self.note((finding, subject))
        return super().groups(finding, subject)

    def differing(self, other: "Watched") -> dict[tuple[str, str], tuple[Group, ...]]:
        """What is recorded here, where that is not what is recorded in another case of the same examinations."""
        ours, theirs = self.case, other.case
        if (self.as_of, ours.studies, ours.lesions) != (other.as_of, theirs.studies, theirs.lesions):
            raise ValueError("The cases differ in more than their observations.")
        keys = dict.fromkeys((*self.recorded(), *other.recorded()))
        pairs = ((key, super(Watched, self).groups(*key), super(Watched, other).groups(*key)) for key in keys)
        return {key: tuple(here) for key, here, there in pairs if list(here) != list(there)}


class Remembering(Evaluation):
    """The interpreter of conditions and derived findings. before: that of the case that answers are taken over from."""

    def __init__(self, observed: Watched, knowledge: Knowledge, before: "Remembering | None" = None) -> None:
        super().__init__(observed.case, knowledge, observed.as_of, observed)
        self.memory = Memory(self._derived_anew, before.memory if before else None)
        self._watched = observed
        observed.note = self.memory.note
        if before:
            self.memory.change(observed.differing(before._watched))

    def truth(self, node: TruthNode, subject: str, fresh: bool = False) -> Truth:
        """Whether a condition of the knowledge holds for a subject."""
        value: Truth = self.memory.remembered(
            (id(node), subject, fresh), lambda: self._truth_of[type(node)](node, subject, fresh)
        )
        return value

    def _derive(self, reference: Reference, subject: str, fresh: bool) -> Truth | Interval | frozenset[str]:
        value: Truth | Interval | frozenset[str] = self.memory.named(
            (reference.name, subject if reference.lesion else PATIENT, fresh)
        )
        return value

    def _derived_anew(self, key: tuple[str, str, bool]) -> Truth | Interval | frozenset[str]:
        name, subject, fresh = key
        return self._compute(self.knowledge.derived[name], subject, fresh)


class RememberingJudgement(Judgement):
    """Precedence over the answers to conditions: what advice was judged by is conditions and what it may give way to.

    asked: the conditions whose answers may be read. changed: those of them that have another answer than before.
    """

    def __init__(
        self,
        evaluation: Remembering,
        asked: frozenset[Hashable],
        before: "RememberingJudgement | None" = None,
        changed: Iterable[Hashable] = (),
    ) -> None:
        self.memory = Memory(self._judged_anew, before.memory if before else None)
        self.conditions = _Conditions(evaluation, asked, self.memory)
        super().__init__(self.conditions)
        self.memory.change(changed)

    def one(self, name: str, subject: str) -> Judged:
        """One recommendation for one subject."""
        judged: Judged = self.memory.named((name, subject))
        return judged

    def _judged_anew(self, key: tuple[str, str]) -> Judged:
        return self._judge(*key)


class _Conditions(Evaluation):
    """The answers to conditions; it tells a memory which are read."""

    def __init__(self, below: Remembering, asked: frozenset[Hashable], memory: Memory) -> None:
        super().__init__(below.observed.case, below.knowledge, below.observed.as_of, below.observed)
        self._below = below
        self._asked = asked
        self._memory = memory

    def truth(self, node: TruthNode, subject: str, fresh: bool = False) -> Truth:
        """Whether a condition of the knowledge holds for a subject."""
        key = (id(node), subject, fresh)
        if key not in self._asked:
            raise KeyError(f"Nobody looks whether this changes: {node}")
        self._memory.note(key)
        return self._below.truth(node, subject, fresh)


class Standing:
    """Some answers of a first case, by what was read for them."""

    def __init__(self, answers: Mapping[int, Answer]) -> None:
        self._having_read: dict[int, list[int]] = {}  # bit -> the numbers of the answers
        for number, answer in answers.items():
            for bit in bits(answer.read):
                self._having_read.setdefault(bit, []).append(number)

    def not_where(self, changed: int) -> set[int]:
        """The numbers of the answers that do not stand where this changed."""
        return set(chain.from_iterable(self._having_read.get(bit, ()) for bit in bits(changed)))
