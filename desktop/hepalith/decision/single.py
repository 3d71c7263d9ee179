"""The program for a case as it is: the same statements, but a number is an interval and not pieces of one.

It is for cases that have nothing to do with each other, each read once. What it computes stands in the frames, part
by part: that is the complete trace, and words are made from it when somebody asks for them (`explain`).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from hepalith.decision import arithmetic
from hepalith.decision.exact import Comparisons, Table, narrow, of_numbers, one_of, tested, wide
from hepalith.decision.leaves import CaseLeaves
from hepalith.decision.observed import ObservedCase
from hepalith.decision.planes import CASE, Pieces
from hepalith.decision.program import Pair, Slot, Writer, or_anything, or_instead, within
from hepalith.decision.reading import Frame, Reading
from hepalith.domain import interval as numbers
from hepalith.domain.case import PATIENT, Case
from hepalith.domain.interval import ANYTHING, Interval
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import CompiledDerived, Knowledge
from hepalith.knowledge.tree import TruthNode


class Input(NamedTuple):
    """What a statement asks of the observations: something of `Leaves`. No arguments: it rests on no finding."""

    name: str
    arguments: tuple[Any, ...]

    def of(self, leaves: CaseLeaves) -> Any:
        """What is observed."""
        asked = getattr(leaves, self.name)
        return asked(*self.arguments) if self.arguments else asked


class Inputs(NamedTuple):
    """A case as the program takes it: the values that it reads, by subject."""

    observed: ObservedCase
    values: dict[str, list[Any]]


class CaseReader:
    """Reads cases one by one. wanted: the conditions that are asked for; by default everything that decides.

    Without `trace` no parts are kept, and nothing but `wanted` can be asked of a reading.
    """

    def __init__(self, knowledge: Knowledge, wanted: Sequence[TruthNode] | None = None, *, trace: bool = True) -> None:
        writer = _CaseWriter(knowledge)
        self.knowledge = knowledge
        self._program = writer.program(wanted, trace=trace)
        self._asked = tuple(writer.inputs)
        self._asked_of: dict[str, list[int]] = {}  # by finding; "" for what rests on none
        for number, (_name, arguments) in enumerate(self._asked):
            finding = self._program.reads[arguments[0]].finding.id if arguments else ""
            self._asked_of.setdefault(finding, []).append(number)
        self._not_recorded = writer.not_recorded

    def inputs(self, observed: ObservedCase) -> Inputs:
        """What the program reads of a case: only what is recorded is looked at, the rest is known beforehand."""
        subjects = (PATIENT, *(lesion.id for lesion in observed.case.lesions))
        leaves = {subject: CaseLeaves(observed, subject, self._program.reads) for subject in subjects}
        values = {subject: list(self._not_recorded) for subject in subjects}
        for finding, subject in (*observed.recorded(), *(("", subject) for subject in subjects)):
            if subject in values:
                for number in self._asked_of.get(finding, ()):
                    values[subject][number] = self._asked[number].of(leaves[subject])
        return Inputs(observed, values)

    def read(self, inputs: Inputs) -> Reading:
        """The answers, and how they came about."""
        patient, *lesions = inputs.values
        frames: dict[str, Frame] = {subject: [] for subject in inputs.values}
        of_lesions = [frames[lesion] for lesion in lesions]
        for number, level in enumerate(self._program.levels):
            for subject in lesions if number % 2 else (patient,):
                level(inputs.values[subject], frames[subject], frames[patient], of_lesions, CASE)
        return _CaseReading(self.knowledge, self._program, inputs.observed, tuple(lesions), frames, CASE)


class _CaseReading(Reading):
    def _pieces(self, slot: Slot, subject: str) -> Pieces[Interval]:
        return Pieces(wide(self._at(slot, subject)))


_TURNED_ROUND = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_OF_KNOWN: dict[Callable[..., Interval], str] = {  # what a function does with numbers that are known
    numbers.add: "{0} + {1}",
    numbers.subtract: "{0} - {1}",
    numbers.multiply: "{0} * {1}",
    numbers.divide: "({0} / {1} if {1} else ANYTHING)",
    or_anything: "{0}",
    or_instead: "{0}",
    within: "{0}",
}


class _Compared(NamedTuple):
    """The comparisons of a number with constants: the variables of their statement, and those of each."""

    comparisons: Comparisons
    targets: list[str]
    pairs: dict[tuple[str, str], Pair]


class _CaseWriter(Writer):
    """Truths are pairs of yes and no, numbers decimals or intervals (`exact`).

    What is computed from nothing that is recorded comes out as in a case of which nothing is recorded. That is known
    beforehand ("usual"), and told by identity: where all that a number is made of is the usual object, so is the number.
    """

    never, always = "False", "True"

    def __init__(self, knowledge: Knowledge) -> None:
        super().__init__(knowledge)
        self._constants = {"TRUTHS": (Truth.UNKNOWN, Truth.TRUE, Truth.FALSE), "TRUE": Truth.TRUE, "FALSE": Truth.FALSE}
        self._constants |= {"D": Decimal, "ANYTHING": ANYTHING, "wide": wide, "has_unlisted": arithmetic.has_unlisted}
        self._constants |= {"tested": tested, "one_of": one_of}
        nobody = ObservedCase(Case(case_id=""), knowledge.findings, date.min)
        self._nobody = CaseLeaves(nobody, PATIENT, self._read_list)
        self._usual: dict[str, str] = {}  # of variables and inputs: a constant
        self._compared_numbers: dict[str, _Compared] = {}
        self.inputs: dict[Input, int] = {}
        self.not_recorded: list[Any] = []  # the usual inputs

    def _constant(self, key: str, value: Any) -> str:
        return super()._constant(key, narrow(value.base) if isinstance(value, Pieces) else value)

    # planes

    def _every(self, planes: Iterable[str]) -> str:
        return " and ".join(planes)

    def _some(self, planes: Iterable[str]) -> str:
        return " or ".join(planes)

    def _rest(self, plane: str) -> str:
        return f"not {plane}"

    def _without(self, plane: str, other: str) -> str:
        return f"{plane} and not {other}"

    def _single(self, planes: Iterable[str]) -> str:
        return f"({' + '.join(planes)}) == 1"

    def _in_some_lesion(self, plane: str) -> str:
        return f"any([F[@{plane}] for F in L])"

    def _in_every_lesion(self, plane: str) -> str:
        return f"all([F[@{plane}] for F in L])"

    # observations and numbers

    def _observed(self, name: str, *arguments: Any) -> str:
        asked = Input(name, arguments)
        if asked not in self.inputs:
            self.inputs[asked] = len(self.inputs)
            self.not_recorded.append(asked.of(self._nobody))
        number = self.inputs[asked]
        self._usual[f"S[{number}]"] = self._constant(f"usual S[{number}]", self.not_recorded[number])
        return f"S[{number}]"

    def _tested(self, function: str, *arguments: str) -> str:
        return f"tested({', '.join((function, *arguments))})"

    def _unlisted(self, count: str) -> str:
        return f"has_unlisted(wide({count}), len(L))"

    def _assumable(self, _derived: CompiledDerived, planes: list[str]) -> list[str]:
        return planes

    def _statement(self, text: str, count: int = 1, *, lesion: bool = False) -> list[str]:
        names = super()._statement(text, count, lesion=lesion)
        if count == 1 and text in self._usual:
            self._usual[names[0]] = self._usual[text]
        return names

    def _lift(self, key: str, function: Callable[..., Interval], *arguments: str) -> str:
        text = self._made(self._constant(key, of_numbers(function)), arguments)
        usual = self._usual.get(text)
        template = _OF_KNOWN.get(getattr(function, "func", function))
        if template:
            parts = [one for place, one in enumerate(arguments) if f"{{{place}}}" in template]
            text = f"{template.format(*arguments)} if {self._all_known(parts)} else {text}"
        if usual:
            self._usual[text] = usual
        return self._plane(text)

    def _test(self, key: str, function: Callable[..., Truth], *arguments: str) -> Pair:
        true, false = self._statement(self._made(self._constant(key, partial(tested, function)), arguments), 2)
        return true, false

    def _made(self, function: str, arguments: Sequence[str]) -> str:
        """What a function makes of these; without calling it, where all of them are usual."""
        text = f"{function}({', '.join(arguments)})"
        names = [one if one in self._constants else self._usual.get(one) for one in arguments]
        if None in names:
            return text
        made = self._constants[function](*(self._constants[name] for name in names))
        usual = self._constant(f"usual {text}", made)
        same = " and ".join(f"{one} is {name}" for one, name in zip(arguments, names, strict=True) if one != name)
        text = f"{usual} if {same} else {text}" if same else usual
        self._usual[text] = usual
        return text

    def _all_known(self, numbers: Sequence[str]) -> str:
        types = [f"type({one}) is" for one in dict.fromkeys(numbers) if one not in self._constants]
        return " ".join([*types, "D"]) if types else "True"

    def _compared(self, operator: str, left: str, right: str) -> Pair:
        if right in self._constants:
            return self._compared_with(left, operator, right)
        if left in self._constants:
            return self._compared_with(right, _TURNED_ROUND.get(operator, operator), left)
        text = self._made(self._constant(operator, partial(tested, arithmetic.COMPARISONS[operator])), (left, right))
        known = f"({left} {operator} {right}, {left} {_OPPOSITE[operator]} {right})"
        true, false = self._statement(f"{known} if {self._all_known([left, right])} else {text}", 2)
        return true, false

    def _compared_with(self, number: str, operator: str, constant: str) -> Pair:
        """One statement answers all comparisons of a number with constants."""
        if number not in self._compared_numbers:
            comparisons = Comparisons()
            text = f"{self._constant(f'comparisons of {number}', comparisons.of)}({number})"
            if number in self._usual:
                text = f"{self._constant(f'usual {text}', None)} if {number} is {self._usual[number]} else {text}"
            self._compared_numbers[number] = _Compared(comparisons, self._statement(text, 0), {})
        compared = self._compared_numbers[number]
        if (operator, constant) not in compared.pairs:
            compared.comparisons.add(operator, self._constants[constant])
            true, false = self._targets(compared.targets, self._level_of[number], 2)
            compared.pairs[operator, constant] = true, false
        return compared.pairs[operator, constant]

    def _source(self) -> str:
        for number, compared in self._compared_numbers.items():
            if number in self._usual:
                text = f"{self._constant(f'comparisons of {number}', None)}({number})"
                usual = compared.comparisons.of(self._constants[self._usual[number]])
                self._constants[self._constant(f"usual {text}", None)] = usual
        return super()._source()

    def _is_known(self, number: str) -> str:
        return self._plane(f"type({number}) is D")

    def _as_value(self, true: str, false: str) -> str:
        return f"TRUTHS[({true}) - ({false})]"

    def _table(self, possible: Sequence[str], results: Sequence[str]) -> str:
        if all(one in self._constants for one in results):
            table = Table([self._constants[one] for one in results])
            return self._plane(f"{self._constant(f'table {results}', table)}[{', '.join(possible)},]")
        return self._plane(f"one_of(({', '.join(possible)},), ({', '.join(results)},))")
