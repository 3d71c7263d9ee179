"""The expression language: text to checked tree. The text is parsed from an allow-list and never executed.

`docs/knowledge-format.md` section 2 is its manual.
"""

import ast
import difflib
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Literal, NoReturn, TypeVar

import msgspec

from hepalith.knowledge.model import Subject, UnitScale, ValueType
from hepalith.knowledge.tree import (
    And,
    AnyNode,
    Arithmetic,
    AsOf,
    ChoiceIn,
    ChoiceNode,
    ChoiceOf,
    Compare,
    Constant,
    CountLesions,
    CountTrue,
    DateNode,
    DateOf,
    Either,
    Elapsed,
    Fires,
    Function,
    GatePasses,
    Holds,
    LesionNumber,
    Limit,
    Missing,
    ModalityOf,
    Not,
    Number,
    NumberNode,
    ObservationDate,
    Or,
    Overlaps,
    Quantified,
    Quantity,
    Reference,
    SameChoice,
    SameTechnique,
    TruthNode,
)

_T = TypeVar("_T")


class ExpressionError(Exception):
    """An expression that is not part of the language, or does not fit the dictionary. The text says what to do."""


class Symbol(msgspec.Struct, frozen=True, kw_only=True):
    """What an expression may know of a finding or derived finding."""

    id: str
    subject: Subject
    type: ValueType
    derived: bool
    choices: tuple[str, ...] = ()
    unit: str = ""
    hard: tuple[Decimal, Decimal] | None = None
    scales: Mapping[str, UnitScale] = {}
    has_limits: bool = False


class Symbols(msgspec.Struct, frozen=True, kw_only=True):
    """All names that an expression can use."""

    findings: Mapping[str, Symbol]
    lists: Mapping[str, tuple[str, frozenset[str]]]  # id -> (finding, values)
    gates: Mapping[str, tuple[Subject, frozenset[str]]]  # id -> (subject, item ids)
    recommendations: Mapping[str, Subject]
    modalities: frozenset[str] = frozenset()


_COMPARISONS: dict[type[ast.cmpop], Literal["<", "<=", ">", ">=", "==", "!="]] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_ARITHMETIC: dict[type[ast.operator], Literal["+", "-", "*", "/"]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}
_NUMBER_FUNCTIONS = {"min": 0, "max": 0, "abs": 1, "round": 2, "agreed": 2, "ln": 1, "log10": 1, "sqrt": 1, "exp": 1}
_ORDER = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def parse_truth(text: str, subject: Subject, symbols: Symbols, *, allow_missing: bool = False) -> TruthNode:
    """The checked tree of a condition. Raises ExpressionError with what is wrong and what to do."""
    return _Parser(symbols, subject, allow_missing).truth(_syntax(text))


def parse_number(text: str, subject: Subject, symbols: Symbols) -> NumberNode:
    """The checked tree of a number expression. Raises ExpressionError."""
    return _Parser(symbols, subject, allow_missing=False).number(_syntax(text))[0]


def _syntax(text: str) -> ast.expr:
    try:
        return ast.parse(" ".join(text.split()), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"cannot be read: {error.args[0] if error.args else error}") from None


class _Parser:
    """Turns Python's syntax tree into ours, checking names, types, units and scope on the way."""

    def __init__(self, symbols: Symbols, subject: Subject, allow_missing: bool) -> None:
        self._symbols = symbols
        self._in_lesion = subject == "lesion"
        self._allow_missing = allow_missing
        self._calls: dict[str, Callable[[ast.Call], AnyNode]] = {
            "overlaps": self._overlaps,
            "none_of": self._none_of,
            "any_lesion": lambda call: Quantified("any", self._per_lesion_truth(call)),
            "every_lesion": lambda call: Quantified("every", self._per_lesion_truth(call)),
            "passes": self._passes,
            "passes_except": self._passes,
            "item": self._item,
            "fires": self._fires,
            "missing": self._missing,
            "known": self._equal_to_itself,
            "same_technique": lambda call: SameTechnique(*self._two_references(call)),
            "count_true": lambda call: CountTrue(tuple(self.truth(part) for part in call.args)),
            "count_lesions": lambda call: CountLesions(self._per_lesion_truth(call)),
            "largest": lambda call: LesionNumber("largest", self._per_lesion_number(call)),
            "sum_lesions": lambda call: LesionNumber("sum", self._per_lesion_number(call)),
            "uln": lambda call: self._limit(call, "upper"),
            "lln": lambda call: self._limit(call, "lower"),
            "days_between": lambda call: self._elapsed(call, "days"),
            "months_between": lambda call: self._elapsed(call, "months"),
            "days_since": lambda call: self._since(call, "days"),
            "months_since": lambda call: self._since(call, "months"),
        }

    # truths

    def truth(self, node: ast.expr) -> TruthNode:
        """A condition."""
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                return And(tuple(self.truth(value) for value in values))
            case ast.BoolOp(op=ast.Or(), values=values):
                return Or(tuple(self.truth(value) for value in values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(self.truth(operand))
            case ast.Constant(value=bool() as value):
                return Constant(value)
            case ast.Name(id="true" | "false" as word):
                return Constant(word == "true")
            case ast.Compare():
                return self._comparison(node)
            case ast.Call(func=ast.Name(id=name)) if name in self._calls:
                made = self._calls[name](node)
                if not isinstance(made, TruthNode):
                    _fail(f"{name}(...) is not a condition; compare it with something")
                return made
            case ast.Name() | ast.Call(func=ast.Name(id="previous" | "earliest" | "before")):
                reference, symbol = self._reference(node)
                if symbol.type != "yes_no":
                    _fail(f'"{symbol.id}" is a {symbol.type}, not a yes/no finding; compare it with something')
                return Holds(reference)
        _fail(f'"{ast.unparse(node)}" is not a condition of this language')

    def _comparison(self, node: ast.Compare) -> TruthNode:
        parts: list[TruthNode] = []
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            parts.append(self._compare(left, operator, right))
            left = right
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _compare(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> TruthNode:
        if isinstance(operator, ast.In | ast.NotIn):
            found = self._membership(left, right)
            return Not(found) if isinstance(operator, ast.NotIn) else found
        if type(operator) not in _COMPARISONS:
            _fail(f'"{ast.unparse(left)}" is compared in a way that this language does not have')
        sign = _COMPARISONS[type(operator)]
        if self._is_choice(left):
            return self._choice_comparison(left, sign, right)
        return self._number_comparison(left, sign, right)

    def _choice_comparison(self, left: ast.expr, sign: str, right: ast.expr) -> TruthNode:
        if sign not in {"==", "!="}:
            _fail(f'"{ast.unparse(left)}" is a choice: it has no order, use == or in')
        choice = self._choice(left)
        found: TruthNode
        if self._is_choice(right) and not (isinstance(right, ast.Name) and right.id in choice.domain):
            found = SameChoice(choice, self._choice(right))
        else:
            found = ChoiceIn(choice, frozenset([self._option(right, choice.domain, ast.unparse(left))]))
        return found if sign == "==" else Not(found)

    def _number_comparison(self, left: ast.expr, sign: str, right: ast.expr) -> Compare:
        if isinstance(left, ast.Constant) and isinstance(left.value, str):
            return self._number_comparison(right, _ORDER[sign], left)
        a, unit_a, symbol = self.number(left)
        threshold = ""
        b: NumberNode
        if isinstance(right, ast.Constant) and isinstance(right.value, str):
            if symbol is None:
                _fail(f'"{right.value}" has a unit: compare it with a finding')
            b, unit_b, threshold = self._with_unit(right.value, symbol), unit_a, right.value
        else:
            b, unit_b, other = self.number(right)
            symbol = symbol or other
        if unit_a and unit_b and unit_a != unit_b:
            _fail(f"compares {unit_a} with {unit_b}; write a threshold with its unit, or use findings of one unit")
        for number in (a, b):
            if isinstance(number, Number) and symbol is not None and symbol.hard is not None:
                _check_range(number.value, symbol)
        return Compare(sign, a, b, threshold)  # type: ignore[arg-type]

    def _membership(self, left: ast.expr, right: ast.expr) -> TruthNode:
        if isinstance(right, ast.Set):
            choice = self._choice(left)
            options = frozenset(self._option(item, choice.domain, ast.unparse(left)) for item in right.elts)
            if options >= choice.domain:
                _fail(f'"{ast.unparse(left)}" in every choice there is always holds, even while nothing is recorded')
            return ChoiceIn(choice, options)
        if isinstance(right, ast.Name) and right.id in self._symbols.lists:
            choice = self._choice(left)
            return ChoiceIn(choice, self._list(right.id, choice))
        reference, symbol = self._reference(right)
        if symbol.type != "multi":
            _fail(f'"in" needs a set {{...}}, a list or a multi-choice finding; "{symbol.id}" is a {symbol.type}')
        return Overlaps(reference, (self._option(left, frozenset(symbol.choices), symbol.id),))

    def _overlaps(self, call: ast.Call) -> Overlaps:
        finding, items = self._arguments(call, 2)
        reference, symbol = self._multi(finding)
        domain = frozenset(symbol.choices)
        if isinstance(items, ast.Set):
            return Overlaps(reference, tuple(self._option(item, domain, symbol.id) for item in items.elts))
        if isinstance(items, ast.Name) and items.id in self._symbols.lists:
            of, values = self._symbols.lists[items.id]
            if of != symbol.id:
                _fail(f'the list "{items.id}" is of "{of}", not of "{symbol.id}"')
            return Overlaps(reference, tuple(sorted(values)))
        _fail("overlaps(finding, {a, b}) needs a set or the name of a list")

    def _none_of(self, call: ast.Call) -> Not:
        reference, symbol = self._multi(*self._arguments(call, 1))
        return Not(Overlaps(reference, symbol.choices))

    def _passes(self, call: ast.Call) -> GatePasses:
        name, *items = self._names(call)
        domain = self._gate(name)
        return GatePasses(name, tuple(_known(item, domain, f'items of gate "{name}"') for item in items))

    def _item(self, call: ast.Call) -> GatePasses:
        name, item = self._names(call, 2)
        return GatePasses(name, only=_known(item, self._gate(name), f'items of gate "{name}"'))

    def _gate(self, name: str) -> frozenset[str]:
        subject, items = self._symbols.gates[_known(name, self._symbols.gates, "gates")]
        if subject == "lesion" and not self._in_lesion:
            _fail(f'gate "{name}" is judged for a lesion: use it in an expression for a lesion')
        return items

    def _fires(self, call: ast.Call) -> Fires:
        if not call.args:
            _fail('fires("ID", ...) needs at least one id')
        ids = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if len(ids) != len(call.args):
            _fail('fires("ID", ...) takes ids of recommendations in quotes')
        for name in ids:
            _known(name, self._symbols.recommendations, "recommendations")
            if self._symbols.recommendations[name] == "lesion" and not self._in_lesion:
                _fail(f'"{name}" is judged for a lesion: write any_lesion(fires("{name}"))')
        return Fires(tuple(ids))

    def _missing(self, call: ast.Call) -> Missing:
        if not self._allow_missing:
            _fail(
                "missing(...) is only for questions, cautions, referral and work-up: elsewhere the unknown would decide"
            )
        return Missing(self._reference(*self._arguments(call, 1))[0])

    def _equal_to_itself(self, call: ast.Call) -> Compare:
        """A number that is known equals itself; of one that is not, nothing is known: never false."""
        number, _unit, _symbol = self.number(*self._arguments(call, 1))
        return Compare("==", number, number)

    # numbers

    def number(self, node: ast.expr) -> tuple[NumberNode, str, Symbol | None]:
        """A number, its unit ("" when any fits) and the finding it comes from, if it is just one."""
        match node:
            case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
                return Number(Decimal(str(node.value))), "", None
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner, unit, symbol = self.number(operand)
                made = Number(-inner.value) if isinstance(inner, Number) else Arithmetic("-", Number(Decimal(0)), inner)
                return made, unit, symbol
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _ARITHMETIC:
                return self._arithmetic(left, _ARITHMETIC[type(operator)], right)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                then, unit, _ = self.number(body)
                return Either(self.truth(test), then, self.number(orelse)[0]), unit, None
            case ast.Call(func=ast.Name(id=name)) if name in _NUMBER_FUNCTIONS:
                return self._function(name, node)
            case ast.Call(func=ast.Name(id=name)) if name in self._calls:
                made_call = self._calls[name](node)
                if not isinstance(made_call, NumberNode):
                    _fail(f"{name}(...) is not a number")
                return made_call, self._unit_of(made_call), None
            case ast.Name() | ast.Call(func=ast.Name(id="previous" | "earliest" | "before")):
                reference, symbol = self._reference(node)
                if symbol.type != "number":
                    _fail(f'"{symbol.id}" is a {symbol.type}, not a number')
                return Quantity(reference), symbol.unit, symbol
        _fail(f'"{ast.unparse(node)}" is not a number of this language')

    def _arithmetic(
        self, left: ast.expr, sign: Literal["+", "-", "*", "/"], right: ast.expr
    ) -> tuple[NumberNode, str, None]:
        a, unit_a, _ = self.number(left)
        b, unit_b, _ = self.number(right)
        if sign in "+-" and unit_a and unit_b and unit_a != unit_b:
            _fail(f"adds {unit_a} to {unit_b}")
        if sign == "*":
            unit = unit_a if isinstance(b, Number) else unit_b if isinstance(a, Number) else ""
        elif sign == "/":
            unit = unit_a if isinstance(b, Number) else ""
        else:
            unit = unit_a or unit_b
        return Arithmetic(sign, a, b), unit, None

    def _function(self, name: str, call: ast.Call) -> tuple[NumberNode, str, None]:
        made = [self.number(arg) for arg in call.args]
        wanted = _NUMBER_FUNCTIONS[name]
        if (wanted and len(made) != wanted) or not made:
            _fail(f"{name}(...) takes {wanted or 'one or more'} numbers")
        if name == "round" and not isinstance(made[1][0], Number):
            _fail("round(x, digits) needs a plain number of digits")
        unit = made[0][1] if name in {"min", "max", "abs", "round", "agreed"} else ""
        return Function(name, tuple(part for part, _, _ in made)), unit, None

    def _limit(self, call: ast.Call, side: Literal["upper", "lower"]) -> Limit:
        reference, symbol = self._reference(*self._arguments(call, 1))
        if not symbol.has_limits:
            _fail(f'"{symbol.id}" has no laboratory limits: set `limits: true` in its dictionary entry')
        return Limit(side, reference)

    def _unit_of(self, node: NumberNode) -> str:
        if isinstance(node, Limit):
            return self._symbols.findings[node.reference.name].unit
        return ""

    def _with_unit(self, text: str, symbol: Symbol) -> Number:
        amount, _, unit = text.strip().partition(" ")
        scale = symbol.scales.get(unit)
        if scale is None:
            known = ", ".join(symbol.scales)
            _fail(f'"{text}": "{symbol.id}" has no unit "{unit}" (it has {known})')
        try:
            value = (Decimal(amount) + scale.offset) * scale.factor
        except InvalidOperation:
            _fail(f'"{text}" does not start with a number')
        _check_range(value, symbol)
        return Number(value)

    # choices, dates, references

    def _is_choice(self, node: ast.expr) -> bool:
        match node:
            case ast.Name(id=name):
                symbol = self._symbols.findings.get(name)
                return symbol is not None and symbol.type == "choice"
            case ast.Call(func=ast.Name(id="modality_of")):
                return True
            case ast.Call(func=ast.Name(id="previous" | "earliest" | "before"), args=[ast.Name() as inner, *_]):
                return self._is_choice(inner)
        return False

    def _choice(self, node: ast.expr) -> ChoiceNode:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "modality_of":
            return ModalityOf(self._reference(*self._arguments(node, 1))[0], self._symbols.modalities)
        reference, symbol = self._reference(node)
        if symbol.type != "choice":
            _fail(f'"{symbol.id}" is a {symbol.type}, not a choice')
        return ChoiceOf(reference, frozenset(symbol.choices))

    def _option(self, node: ast.expr, domain: frozenset[str], of: str) -> str:
        match node:
            case ast.Name(id=name):
                return _known(name, domain, f'choices of "{of}"')
            case ast.Constant(value=str() as name):
                return _known(name, domain, f'choices of "{of}"')
        _fail(f'"{ast.unparse(node)}" is not a choice of "{of}"')

    def _list(self, name: str, choice: ChoiceNode) -> frozenset[str]:
        of, values = self._symbols.lists[name]
        if choice.reference.name != of:
            _fail(f'the list "{name}" is of "{of}", not of "{choice.reference.name}"')
        return values

    def _multi(self, node: ast.expr) -> tuple[Reference, Symbol]:
        reference, symbol = self._reference(node)
        if symbol.type != "multi":
            _fail(f'"{symbol.id}" is a {symbol.type}, not a multi-choice finding')
        return reference, symbol

    def _since(self, call: ast.Call, unit: Literal["days", "months"]) -> Elapsed:
        return Elapsed(unit, self._date(*self._arguments(call, 1)), AsOf())

    def _elapsed(self, call: ast.Call, unit: Literal["days", "months"]) -> Elapsed:
        start, end = self._arguments(call, 2)
        return Elapsed(unit, self._date(start), self._date(end))

    def _date(self, node: ast.expr) -> DateNode:
        if isinstance(node, ast.Name) and node.id == "as_of":
            return AsOf()
        reference, symbol = self._reference(node)
        return DateOf(reference) if symbol.type == "date" else ObservationDate(reference)

    def _reference(self, node: ast.expr) -> tuple[Reference, Symbol]:
        which, until = 0, ""
        match node:
            case ast.Call(func=ast.Name(id="before"), args=[inner, ast.Name() as examined]):
                node, until = inner, self._reference(examined)[0].name
            case ast.Call(func=ast.Name(id="earliest"), args=[inner]):
                node, which = inner, -1
            case ast.Call(func=ast.Name(id="previous"), args=[inner]):
                node, which = inner, 1
            case ast.Call(func=ast.Name(id="previous"), args=[inner, ast.Constant(value=int() as back)]) if back > 0:
                node, which = inner, back
        if not isinstance(node, ast.Name):
            _fail(f'"{ast.unparse(node)}" is not the name of a finding')
        symbol = self._symbols.findings[_known(node.id, self._symbols.findings, "findings")]
        if symbol.subject == "lesion" and not self._in_lesion:
            _fail(f'"{symbol.id}" belongs to a lesion: use it inside any_lesion(...), or judge this for a lesion')
        if (which or until) and (symbol.derived or (until and self._symbols.findings[until].derived)):
            _fail(f'"{symbol.id}" is derived: it has no earlier observation')
        if symbol.type == "text":
            _fail(f'"{symbol.id}" is free text: it is never evaluated')
        if until and self._symbols.findings[until].subject != symbol.subject:
            _fail(f'"{symbol.id}" and "{until}" do not belong to the same')
        return Reference(symbol.id, symbol.subject == "lesion", symbol.derived, which, until), symbol

    def _two_references(self, call: ast.Call) -> tuple[Reference, Reference]:
        left, right = self._arguments(call, 2)
        return self._reference(left)[0], self._reference(right)[0]

    # helpers

    def _per_lesion_truth(self, call: ast.Call) -> TruthNode:
        return self._inside_lesion(lambda: self.truth(*self._arguments(call, 1)))

    def _per_lesion_number(self, call: ast.Call) -> NumberNode:
        return self._inside_lesion(lambda: self.number(*self._arguments(call, 1))[0])

    def _inside_lesion(self, make: Callable[[], _T]) -> _T:
        outside, self._in_lesion = self._in_lesion, True
        try:
            return make()
        finally:
            self._in_lesion = outside

    def _arguments(self, call: ast.Call, count: int) -> list[ast.expr]:
        if len(call.args) != count or call.keywords:
            _fail(f'"{ast.unparse(call.func)}" takes {count} argument{"s" if count > 1 else ""}')
        return call.args

    def _names(self, call: ast.Call, count: int | None = None) -> list[str]:
        names = [arg.id for arg in call.args if isinstance(arg, ast.Name)]
        if len(names) != len(call.args) or not names or (count and len(names) != count):
            _fail(f'"{ast.unparse(call)}": give the names of a gate and of its items')
        return names


def _check_range(value: Decimal, symbol: Symbol) -> None:
    if symbol.hard is not None and not symbol.hard[0] <= value <= symbol.hard[1]:
        low, high = symbol.hard
        _fail(f'{value} lies outside what "{symbol.id}" can be ({low} to {high} {symbol.unit}): check the unit')


def _known(name: str, names: Iterable[str], of: str) -> str:
    options = list(names)
    if name in options:
        return name
    near = difflib.get_close_matches(name, options, n=2)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    _fail(f'"{name}" is not among the {of}{hint}')


def _fail(message: str) -> NoReturn:
    raise ExpressionError(message)
