"""Scalar expressions as ELM, the executable form of the Clinical Quality Language, for `cql-execution`.

The inputs are one record "Case" of the patient, with a list "lesions" in it. A definition about a lesion is a list with
one value for each lesion, so that it is computed once; inside it another one is read at the position of the lesion.
What is asked of the patient in several places becomes a definition too, because the engine computes each of these once.

What the standard says otherwise than our operators is written out: its In takes null for an element that may be in the
list, its Min, Max and Sum leave nulls out. Its decimals have "at least the 28 digits of precision and 8 digits of
scale"; the engine computes in binary numbers, so what was computed is rounded to 8 digits before it is compared.
"""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from support.scalar import Definition, Expr, Field, Op, Over, Use, Value, parts_of

Elm = dict[str, Any]

_TYPES = "{urn:hl7-org:elm-types:r1}"
_LESION = "L"
_LESIONS: Elm = {"type": "Property", "path": "lesions", "source": {"type": "ExpressionRef", "name": "Case"}}
_NAMES = {
    "and": "And",
    "or": "Or",
    "not": "Not",
    "<": "Less",
    "<=": "LessOrEqual",
    ">": "Greater",
    ">=": "GreaterOrEqual",
    "==": "Equal",
    "!=": "NotEqual",
    "+": "Add",
    "-": "Subtract",
    "*": "Multiply",
    "/": "Divide",
    "abs": "Abs",
    "ln": "Ln",
    "exp": "Exp",
    "is_null": "IsNull",
    "first": "Coalesce",
}
_COMPARISONS = {"<", "<=", ">", ">=", "==", "!="}
_COMPUTED = {"+", "-", "*", "/", "min", "max", "abs", "round", "ln", "log10", "sqrt", "exp", "if", "months"}
_UNARY = {"not", "abs", "ln", "exp", "is_null"}


class Exporter:
    """Writes definitions, which have to stand in the order of their use, as one ELM library."""

    def __init__(self, definitions: Iterable[Definition]) -> None:
        self._definitions = {one.name: one for one in definitions}
        self._lists: dict[str, Elm] = {}
        self._shared = self._asked_again()  # expression -> its name
        self._made: dict[str, Elm] = {}  # statements, each after what it uses

    def library(self) -> Elm:
        """The library, as JSON."""
        case: Elm = {"type": "SingletonFrom", "operand": {"type": "Retrieve", "dataType": "{urn:hepalith}Case"}}
        for one in self._definitions.values():
            made = self.expression(one.expr)
            self._made[one.name] = _query(returned=made) if one.lesion else made
        statements = {"Case": case} | self._lists | self._made
        return {
            "library": {
                "identifier": {"id": "Hepalith", "version": "1"},
                "schemaIdentifier": {"id": "urn:hl7-org:elm", "version": "r1"},
                "usings": {"def": [{"localIdentifier": "System", "uri": "urn:hl7-org:elm-types:r1"}]},
                "statements": {"def": [_statement(name, made) for name, made in statements.items()]},
            }
        }

    def _asked_again(self) -> dict[Expr, str]:
        counted: Counter[Expr] = Counter()

        def count(expr: Expr) -> None:
            counted[expr] += 1
            if counted[expr] == 1:
                for part in parts_of(expr):
                    count(part)

        for one in self._definitions.values():
            count(one.expr)
        again = [one for one, times in counted.items() if times > 1 and isinstance(one, Op | Field)]
        return {one: f"shared {number}" for number, one in enumerate(again) if not self._is_of_lesion(one)}

    def _is_of_lesion(self, expr: Expr) -> bool:
        match expr:
            case Field(lesion=lesion):
                return lesion
            case Use(name=name):
                return self._definitions[name].lesion
            case Op(parts=parts):
                return any(map(self._is_of_lesion, parts))
        return False

    def expression(self, expr: Expr) -> Elm:
        """An expression; of a lesion, it is to stand in a query over the lesions."""
        if expr not in self._shared:
            return self._written(expr)
        name = self._shared[expr]
        if name not in self._made:
            self._made[name] = self._written(expr)
        return {"type": "ExpressionRef", "name": name}

    def _written(self, expr: Expr) -> Elm:
        match expr:
            case Value(value=value):
                return _literal(value)
            case Field(key=key, kind=kind, lesion=lesion):
                source = {"scope": _LESION} if lesion else {"source": {"type": "ExpressionRef", "name": "Case"}}
                field: Elm = {"type": "Property", "path": key, **source}
                return {"type": "ToDate", "operand": field} if kind == "date" else field
            case Use(name=name):
                value = {"type": "ExpressionRef", "name": name}
                position = {"type": "Property", "path": "position", "scope": _LESION}
                return {"type": "Indexer", "operand": [value, position]} if self._definitions[name].lesion else value
            case Over():
                return self._over(expr)
            case Op():
                return self._operation(expr)
        raise NotImplementedError(type(expr).__name__)

    def _over(self, expr: Over) -> Elm:
        if expr.how == "all":
            return _count(_LESIONS)
        part = self.expression(expr.part)
        if expr.how in {"true", "null"}:
            return _count(_query(where=part if expr.how == "true" else _is_null(part)))
        values = _query(returned=part)
        some_null = {"type": "Exists", "operand": _query(where=_is_null(part))}
        made = {"type": "Max" if expr.how == "largest" else "Sum", "source": values}
        return _if(some_null, _literal(None), made)  # of no lesions both are null

    def _operation(self, expr: Op) -> Elm:
        parts = [self.expression(part) for part in expr.parts]
        if expr.name in _COMPARISONS:
            parts = [
                _decimal(made) if self._is_computed(part) else made
                for part, made in zip(expr.parts, parts, strict=True)
            ]
        match expr.name:
            case "and" | "or" | "+" | "*":
                return _chain(_NAMES[expr.name], parts)
            case "if":
                return _if(*parts)
            case "in":
                found = {"type": "In", "operand": [parts[0], self._list(parts[1:])]}
                return _if(_is_null(parts[0]), _literal(None), found)
            case "min" | "max":
                some_null = _chain("Or", [_is_null(part) for part in parts])
                chosen = {"type": expr.name.title(), "source": {"type": "List", "element": parts}}
                return _if(some_null, _literal(None), chosen)
            case "round":
                return {"type": "Round", "operand": parts[0], "precision": parts[1]}
            case "log10":
                return {"type": "Log", "operand": [parts[0], _literal(Decimal(10))]}
            case "sqrt":
                return {"type": "Power", "operand": [parts[0], _literal(Decimal("0.5"))]}
            case "days":
                return {"type": "DurationBetween", "precision": "Day", "operand": parts}
            case "months_whole":
                return {"type": "DurationBetween", "precision": "Month", "operand": parts}
            case "add_months":
                return _later(*parts)
            case "months":
                return _months(*parts)
        if expr.name in _UNARY:
            return {"type": _NAMES[expr.name], "operand": parts[0]}
        return {"type": _NAMES[expr.name], "operand": parts}

    def _is_computed(self, expr: Expr) -> bool:
        if isinstance(expr, Use):
            return self._definitions[expr.name].kind == "number"
        return isinstance(expr, Op) and expr.name in _COMPUTED

    def _list(self, elements: list[Elm]) -> Elm:
        """A list of constants, made once for a case."""
        name = f"one of {', '.join(element['value'] for element in elements)}"
        self._lists[name] = {"type": "List", "element": elements}
        return {"type": "ExpressionRef", "name": name}


def _decimal(number: Elm) -> Elm:
    eight = {"type": "Literal", "valueType": f"{_TYPES}Integer", "value": "8"}
    return {"type": "Round", "operand": number, "precision": eight}


def _months(start: Elm, end: Elm) -> Elm:
    """Whole months, and the begun one as a fraction of its days."""
    whole = {"type": "DurationBetween", "precision": "Month", "operand": [start, end]}
    begun = _later(start, whole)
    following = _later(start, {"type": "Add", "operand": [whole, _literal(Decimal(1))]})
    days = [{"type": "DurationBetween", "precision": "Day", "operand": [begun, day]} for day in (end, following)]
    return {"type": "Add", "operand": [whole, {"type": "Divide", "operand": days}]}


def _later(date: Elm, months: Elm) -> Elm:
    elements = [{"name": "value", "value": months}, {"name": "unit", "value": _literal("month")}]
    quantity = {"type": "Instance", "classType": f"{_TYPES}Quantity", "element": elements}
    # a quantity without a value is an error of the engine, not null
    return _if(_is_null(months), _literal(None), {"type": "Add", "operand": [date, quantity]})


def _literal(value: bool | Decimal | str | None) -> Elm:
    match value:
        case None:
            return {"type": "Null"}
        case bool():
            return {"type": "Literal", "valueType": f"{_TYPES}Boolean", "value": str(value).lower()}
        case Decimal():
            return {"type": "Literal", "valueType": f"{_TYPES}Decimal", "value": format(value, "f")}
    return {"type": "Literal", "valueType": f"{_TYPES}String", "value": value}


def _chain(operator: str, parts: list[Elm]) -> Elm:
    """Operators of the standard that take two operands."""
    made, *rest = parts
    for part in rest:
        made = {"type": operator, "operand": [made, part]}
    return made


def _if(condition: Elm, then: Elm, otherwise: Elm) -> Elm:
    return {"type": "If", "condition": condition, "then": then, "else": otherwise}


def _is_null(part: Elm) -> Elm:
    return {"type": "IsNull", "operand": part}


def _count(source: Elm) -> Elm:
    return {"type": "Count", "source": source}


def _query(*, where: Elm | None = None, returned: Elm | None = None) -> Elm:
    made: Elm = {"type": "Query", "source": [{"alias": _LESION, "expression": _LESIONS}], "relationship": []}
    if where is not None:
        made["where"] = where
    made["return"] = {"distinct": False, "expression": returned or {"type": "AliasRef", "name": _LESION}}
    return made


def _statement(name: str, expression: Elm) -> Elm:
    return {"name": name, "context": "Patient", "accessLevel": "Public", "expression": expression}
