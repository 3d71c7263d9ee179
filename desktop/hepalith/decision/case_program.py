"""The program for a case as it is: the same statements, but truths are yes and no, and numbers are not in pieces.

`and` and `or` stop at the first part that decides, known numbers are plain decimals, and a number is compared with all
its constants in one statement.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from math import exp, log
from typing import Any, NamedTuple

from hepalith.decision import arithmetic
from hepalith.decision import observed as seen
from hepalith.decision.exact import Comparisons, Table, counted, narrow, of_numbers, one_of, tested, wide
from hepalith.decision.leaves import CaseLeaves
from hepalith.decision.planes import Pieces
from hepalith.decision.program import VARIABLE, Frame, Pair, Program, Statement, Writer
from hepalith.domain.case import PATIENT
from hepalith.domain.interval import LARGEST_POWER, Interval, from_float, rounded_decimal
from hepalith.domain.truth import Truth
from hepalith.knowledge.base import CompiledDerived, Knowledge
from hepalith.knowledge.model import Finding
from hepalith.knowledge.tree import Reference, TruthNode

Test = Callable[..., tuple[bool, ...]]
GENERATORS, LEVELS = ("of_patient", "of_lesion"), "LEVELS"  # what a program defines
NOBODY = "nobody"  # the lesion of a case of which nothing is recorded
_TURNED_ROUND = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_OF_KNOWN = {  # what is made of numbers that are known, and of which of them only
    "of +": ("{0} + {1}", ""),
    "of -": ("{0} - {1}", ""),
    "of *": ("{0} * {1}", ""),
    "of /": ("{0} / {1}", "{1}"),
    "of min": ("min({all})", ""),
    "of max": ("max({all})", ""),
    "of abs": ("abs({0})", ""),
    "of round": ("rounded({0}, {1})", ""),
    "of ln": ("from_float(log({0}))", "{0} > 0"),
    "of exp": ("from_float(exp({0}))", "{0} <= LARGEST_POWER"),
    "of sqrt": ("{0}.sqrt()", "{0} >= 0"),
    "of agreed": ("{0}", "{0} == {1}"),
}


class Input(NamedTuple):
    """What a statement asks of the observations: something of `Leaves`. No arguments: it rests on no finding."""

    name: str
    arguments: tuple[Any, ...]
    width: int  # so many values

    def of(self, leaves: CaseLeaves) -> Sequence[Any]:
        """The values."""
        asked = getattr(leaves, self.name)
        made = asked(*self.arguments) if self.arguments else asked
        return made if self.width > 1 else (made,)


class _Compared(NamedTuple):
    """The comparisons of a number with constants: the variables of their statement, and those of each."""

    number: str
    targets: list[str]
    comparisons: Comparisons
    pairs: dict[tuple[str, str], Pair]


class CaseWriter(Writer):
    """Truths are pairs of yes and no, numbers decimals or intervals (`exact`).

    U holds what each number is in a case of which nothing is recorded, and the answers to comparisons there, by the
    number of the variable. Where all that a number is made of is, by identity, what it is there, so is the number.
    """

    never, always = "False", "True"

    def __init__(self, knowledge: Knowledge) -> None:
        super().__init__(knowledge)
        self.inputs: tuple[list[Input], list[Input]] = ([], [])  # what is read of the patient, of a lesion
        self._asked: dict[str, tuple[str, tuple[Any, ...]]] = {}  # the same by the text of the statement, used or not
        self._usual: list[Any] = []
        self._values: dict[str, None] = {}  # variables that are numbers or dates
        self._tests: dict[int, tuple[Test, Sequence[str]]] = {}  # by the number of their variable
        self._compared_numbers: dict[str, _Compared] = {}
        self._constants = {"U": self._usual, "D": Decimal, "TRUTHS": (Truth.UNKNOWN, Truth.TRUE, Truth.FALSE)}
        self._constants |= {"tested": tested, "one_of": one_of, "counted": counted, "rounded": rounded_decimal}
        self._constants |= {"from_float": from_float, "log": log, "exp": exp, "LARGEST_POWER": LARGEST_POWER}
        self._constants |= {"wide": wide, "has_unlisted": arithmetic.has_unlisted}

    def program(self, wanted: Sequence[TruthNode] | None = None, *, trace: bool = True) -> Program:
        """As that for variants. Nothing is usual yet."""
        made = super().program(wanted, trace=trace)
        self._usual += [object()] * len(self._level_of)
        return made

    def remember(self, nobody: Mapping[str, Frame]) -> None:
        """What is usual, from the frames of a case with one lesion of which nothing is recorded."""
        for name in self._values.keys() & self._slots.keys():
            self._usual[_place(name)] = nobody[NOBODY if self._level_of[name] % 2 else PATIENT][self._slots[name]]
        for number, (test, arguments) in self._tests.items():
            if self._slots.keys() >= {name for name in arguments if name not in self._constants}:
                self._usual[number] = test(
                    *(self._constants.get(name, self._usual[_place(name)]) for name in arguments)
                )

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

    # observations

    def _observed(self, name: str, *arguments: Any) -> str:
        text = super()._observed(name, *arguments)
        self._asked[text] = (name, arguments)
        return text

    def _needed(self) -> list[list[Statement]]:
        levels = super()._needed()
        for level, inputs in zip(levels, self.inputs, strict=False):
            inputs += [Input(*self._asked[text], len(targets)) for targets, text in level if text in self._asked]
        for level in levels:
            self._kept.update((name, None) for targets, _ in level for name in targets if name in self._values)
        return levels

    # two generators, one for the patient and one for a lesion; their parts are the levels

    def _source(self) -> str:
        levels = self._needed()
        for of_lesion in (0, 1):
            kept = [name for name in self._kept if self._level_of[name] % 2 == of_lesion]
            kept.sort(key=self._level_of.__getitem__)  # each level appends its own
            self._slots.update((name, number) for number, name in enumerate(kept))
        sources = [self._subject_source(of_lesion, levels[of_lesion::2]) for of_lesion in (0, 1)]
        return "\n\n".join((*sources, f"{LEVELS} = {len(levels)}\n"))

    def _subject_source(self, of_lesion: int, levels: Sequence[Sequence[Statement]]) -> str:
        """S: what is observed of the subject; V: its frame; P: the patient's; L: those of all lesions."""
        lines = [f"def {GENERATORS[of_lesion]}():", " V = []", " while True:"]
        loaded: set[str] = set()
        for number, statements in enumerate(levels):
            lines.append("  S, P, L, full = yield V")
            for name in (name for statement in statements for name in VARIABLE.findall(statement.text)):
                if self._level_of[name] % 2 != of_lesion and name not in loaded:
                    lines.append(f"  {name} = P[{self._slots[name]}]")
                    loaded.add(name)
            lines += [f"  {line}" for line in self._lines(statements)]
            kept = [name for name in self._slots if self._level_of[name] == 2 * number + of_lesion]
            lines.append(
                f"  V += ({''.join(f'{name}, ' for name in kept)})" if number else f"  V = [{', '.join(kept)}]"
            )
        return "\n".join(lines)

    def _lines(self, statements: Sequence[Statement]) -> Iterator[str]:
        read = [name for targets, text in statements if text in self._asked for name in targets]
        if read:
            yield f"{', '.join(read)}, = S"
        for targets, text in statements:
            if text not in self._asked:
                compared = self._compared_numbers.get(text)
                made = self._comparing(compared) if compared else text
                yield f"{', '.join(targets)} = {self._with_slots(made)}"

    def _read(self, method: str, reference: Reference, *more: Any, count: int, fresh: bool) -> list[str]:
        names = super()._read(method, reference, *more, count=count, fresh=fresh)
        if count == 1:
            self._values.update(dict.fromkeys(names))
        return names

    def _or_limits(self, finding: Finding, recorded: str, ruled_out: str) -> str:
        limits = self._constant(f"limits of {finding.id}", narrow(seen.hard_limits(finding)))
        if ruled_out and finding.absent_range is not None:
            absent = self._constant(f"absent {finding.id}", narrow(Interval(*finding.absent_range)))
            limits = f"{absent} if {ruled_out} else {limits}"
        return self._value(f"{recorded} if {recorded} is not None else {limits}")

    def _tested(self, function: str, *arguments: str) -> str:
        return f"tested({', '.join((function, *arguments))})"

    def _unlisted(self, count: str) -> str:
        return f"has_unlisted(wide({count}), len(L))"

    def _assumable(self, _derived: CompiledDerived, planes: list[str]) -> list[str]:
        return planes

    # numbers

    def _value(self, text: str, made_of: Sequence[str] = ()) -> str:
        """The variable of a number. made_of: variables and constants, where it is made of nothing else."""
        name = self._plane(self._unless_usual(text, made_of))
        self._values[name] = None
        return name

    def _unless_usual(self, text: str, made_of: Sequence[str]) -> str:
        names = [one for one in dict.fromkeys(made_of) if one not in self._constants]
        if not names or any(one not in self._values for one in names):
            return text
        return f"U[#] if {' and '.join(f'{one} is U[{_place(one)}]' for one in names)} else {text}"

    def _lift(self, key: str, function: Callable[..., Interval], *arguments: str) -> str:
        text = f"{self._constant(key, of_numbers(function))}({', '.join(arguments)})"
        if key in _OF_KNOWN:
            made, only = (one.format(*arguments, all=", ".join(arguments)) for one in _OF_KNOWN[key])
            text = f"{made} if {self._known_numbers(arguments)}{only and f' and {only}'} else {text}"
        return self._value(text, arguments)

    def _within(self, limits: tuple[Decimal, Decimal], number: str) -> str:
        within = self._constant(f"within {limits}", of_numbers(partial(arithmetic.within, limits=limits)))
        return self._value(f"{number} if {self._known_numbers([number])} else {within}({number})", [number])

    def _test(self, key: str, function: Callable[..., Truth], *arguments: str) -> Pair:
        test = partial(tested, function)
        return self._answers(f"{self._constant(key, test)}({', '.join(arguments)})", test, arguments)

    def _answers(self, text: str, test: Test, made_of: Sequence[str]) -> Pair:
        true, false = self._statement(self._unless_usual(text, made_of), 2)
        self._tests[_place(true)] = test, made_of
        return true, false

    def _compared(self, operator: str, left: str, right: str) -> Pair:
        if right in self._constants:
            return self._compared_with(left, operator, right)
        if left in self._constants:
            return self._compared_with(right, _TURNED_ROUND.get(operator, operator), left)
        test = partial(tested, arithmetic.COMPARISONS[operator])
        known = f"({left} {operator} {right}, {left} {_OPPOSITE[operator]} {right})"
        otherwise = f"{self._constant(operator, test)}({left}, {right})"
        return self._answers(f"{known} if {self._known_numbers([left, right])} else {otherwise}", test, [left, right])

    def _compared_with(self, number: str, operator: str, constant: str) -> Pair:
        """One statement answers all comparisons of a number with constants."""
        text = f"compared({number})"
        if text not in self._compared_numbers:
            self._compared_numbers[text] = _Compared(number, self._statement(text, 0), Comparisons(), {})
        one = self._compared_numbers[text]
        if (operator, constant) not in one.pairs:
            one.comparisons.add(operator, self._constants[constant])
            true, false = self._targets(one.targets, self._level_of[number], 2)
            one.pairs[operator, constant] = true, false
            self._tests[_place(one.targets[0])] = one.comparisons.of, [number]
        return one.pairs[operator, constant]

    def _comparing(self, one: _Compared) -> str:
        number = one.number
        pairs = (f"{number} {sign} {other}, {number} {_OPPOSITE[sign]} {other}" for sign, other in one.pairs)
        otherwise = f"{self._constant(f'comparisons of {number}', one.comparisons.of)}({number})"
        text = f"({', '.join(pairs)}) if {self._known_numbers([number])} else {otherwise}"
        return self._unless_usual(text, [number]).replace("#", str(_place(one.targets[0])))

    def _known_numbers(self, names: Iterable[str]) -> str:
        """Whether all of these are known."""
        types = [f"type({one}) is" for one in dict.fromkeys(names) if one not in self._constants]
        return " ".join([*types, "D"]) if types else "True"

    def _is_known(self, number: str) -> str:
        return self._plane(f"type({number}) is D")

    def _as_value(self, true: str, false: str) -> str:
        return f"TRUTHS[({true}) - ({false})]"

    def _counted(self, truths: Iterable[Pair]) -> str:
        true, false = zip(*truths, strict=True)
        return self._value(f"counted(({', '.join(true)},), ({', '.join(false)},))")

    def _table(self, possible: Sequence[str], results: Sequence[str]) -> str:
        if all(one in self._constants for one in results):
            table = Table([self._constants[one] for one in results])
            return self._value(f"{self._constant(f'table {results}', table)}[{', '.join(possible)},]")
        return self._value(f"one_of(({', '.join(possible)},), ({', '.join(results)},))")


def _place(variable: str) -> int:
    """Where a variable stands in U."""
    return int(variable[1:])
