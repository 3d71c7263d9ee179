"""The floor: plain Python made from the guarded conditions, without traces. What evaluation costs at the least."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from math import exp, floor, log, log10, sqrt
from typing import Any

from dateutil.relativedelta import relativedelta

from hepalith.domain.durations import months_between
from support.scalar import Definition, Expr, Field, Op, Over, Use, Value

_TEMPLATES = {
    "not": "(not {0})",
    "==": "({0} == {1})",
    "!=": "({0} != {1})",
    "<": "({0} < {1})",
    "<=": "({0} <= {1})",
    ">": "({0} > {1})",
    ">=": "({0} >= {1})",
    "+": "({0} + {1})",
    "-": "({0} - {1})",
    "*": "({0} * {1})",
    "/": "({0} / {1})",
    "if": "({1} if {0} else {2})",
    "is": "({0} is {1})",
    "known": "({0} is not None)",
    "abs": "abs({0})",
    "ln": "log({0})",
    "log10": "log10({0})",
    "exp": "exp({0})",
    "sqrt": "sqrt({0})",
    "round": "rounded({0}, {1})",
    "days": "({1} - {0}).days",
    "months_whole": "whole_months({0}, {1})",
    "add_months": "later({0}, {1})",
    "months": "months_between({0}, {1})",
}


def source(definitions: Iterable[Definition], rules: Sequence[str]) -> str:
    """The source of a function `holding(patient, lesions)`: the rules that hold for the patient or for any lesion."""
    return _Printer(definitions).source(rules)


class _Printer:
    def __init__(self, definitions: Iterable[Definition]) -> None:
        self._definitions = {one.name: one for one in definitions}
        self._names = {name: f"d{position}" for position, name in enumerate(self._definitions)}

    def source(self, rules: Sequence[str]) -> str:
        lines = ["def holding(P, lesions):", "    found = []", "    get = P.get"]
        for one in self._definitions.values():
            name, made = self._names[one.name], self._print(one.expr)
            if one.lesion:
                # no comprehension: a call from so large a frame can cost a piece of stack each time
                lines += [f"    {name} = []", f"    for i, L in enumerate(lesions): {name}.append({made})"]
            else:
                lines.append(f"    {name} = {made}")
        for rule in rules:
            name = self._names[f"{rule} +"]
            held = f"any({name})" if self._definitions[f"{rule} +"].lesion else name
            lines.append(f"    if {held}: found.append({rule!r})")
        return "\n".join([*lines, "    return found", ""])

    def _print(self, expr: Expr) -> str:
        match expr:
            case Value(value=value):
                return repr(float(value)) if isinstance(value, Decimal) else repr(value)
            case Field(key=key, lesion=lesion):
                return f"L.get({key!r})" if lesion else f"get({key!r})"
            case Use(name=name):
                return f"{self._names[name]}[i]" if self._definitions[name].lesion else self._names[name]
            case Op(name="and" | "or" as name, parts=parts):
                return f"({f' {name} '.join(self._print(part) for part in parts)})"
            case Op(name="in", parts=(chosen, *options)):
                return f"({self._print(chosen)} in {{{', '.join(self._print(option) for option in options)}}})"
            case Op(name="min" | "max" as name, parts=parts):
                return f"{name}({', '.join(self._print(part) for part in parts)})"
            case Op(name=name, parts=parts):
                return _TEMPLATES[name].format(*(self._print(part) for part in parts))
            case Over(how="all"):
                return "len(lesions)"
            case Over(how=how, part=part):
                each = f"{self._print(part)} for i, L in enumerate(lesions)"
                return {"true": f"sum({each})", "largest": f"max({each})", "sum": f"sum({each})"}[how]
        raise NotImplementedError(expr)


Holding = Callable[[dict[str, Any], list[dict[str, Any]]], list[str]]


def compiled(definitions: Iterable[Definition], rules: Sequence[str]) -> Holding:
    """The function."""
    space = {
        "log": log,
        "log10": log10,
        "exp": exp,
        "sqrt": sqrt,
        "rounded": lambda number, digits: floor(number * 10**digits + 0.5) / 10**digits,
        "whole_months": lambda start, end: int(months_between(start, end)),
        "later": lambda start, months: start + relativedelta(months=int(months)),
        "months_between": lambda start, end: float(months_between(start, end)),
    }
    exec(source(definitions, rules), space)  # noqa: S102 - made here from the checked knowledge
    return space["holding"]
