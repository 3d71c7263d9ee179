"""Three-valued conditions for engines that know only true and false: "known to hold" and "known not to hold" apart.

What a careful developer writes by hand as guards against null, for every condition: `a >= 5` becomes "a is known and
a >= 5", `not x` becomes "x is known to be no". Nothing is lost: what is neither is unknown.

Guarded expressions have the operations of `support.scalar` (`and`, `or`, `not` and `if` of truths two-valued now), and
two more: `is(x, true)`, `is(x, false)` of an input, and `known(x)` of an input or a number definition. The definition
of a truth is split in two, `name +` and `name -`.
"""

from collections.abc import Iterable

from support.scalar import NO, NULL, YES, ZERO, Definition, Expr, Field, Op, Over, Use, Value, op

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


class Rails:
    """Splits definitions."""

    def __init__(self, definitions: Iterable[Definition]) -> None:
        self._definitions = {one.name: one for one in definitions}
        self._always: dict[str, bool] = {}

    def definitions(self, wanted: Iterable[str]) -> tuple[Definition, ...]:
        """What is needed to tell whether these hold, each after what it uses."""
        made: dict[str, Definition] = {}
        waiting: list[tuple[str, bool]] = [(f"{name} +", False) for name in reversed(list(wanted))]
        while waiting:
            name, ready = waiting.pop()
            if name in made:
                continue
            definition = self._split(name)
            if ready:
                made[name] = definition
                continue
            waiting.append((name, True))
            waiting += [(used, False) for used in uses(definition.expr)]
        return tuple(made.values())

    def _split(self, name: str) -> Definition:
        if name in self._definitions:
            one = self._definitions[name]
            return Definition(name, one.lesion, one.kind, self._value_or_null(one.expr))
        one = self._definitions[name[:-2]]
        side = self.holds(one.expr) if name.endswith("+") else self.fails(one.expr)
        return Definition(name, one.lesion, "truth", side)

    def _value_or_null(self, expr: Expr) -> Expr:
        known = self.known(expr)
        return self.value(expr) if known == YES else op("if", known, self.value(expr), NULL)

    # truths

    def holds(self, expr: Expr) -> Expr:
        """Whether a truth is known to hold."""
        return self._side(expr, True)

    def fails(self, expr: Expr) -> Expr:
        """Whether a truth is known not to hold."""
        return self._side(expr, False)

    def _side(self, expr: Expr, side: bool) -> Expr:
        match expr:
            case Value(value=value):
                return YES if value is side else NO
            case Field():
                return Op("is", (expr, Value(side)))
            case Use(name=name):
                return Use(f"{name} {'+' if side else '-'}")
            case Op(name="not", parts=(part,)):
                return self._side(part, not side)
            case Op(name="and" | "or" as name, parts=parts):
                every = (name == "and") == side
                return op("and" if every else "or", *(self._side(part, side) for part in parts))
            case Op(name="if", parts=(condition, then, otherwise)):
                chosen = self.holds(condition)
                return op(
                    "or",
                    op("and", chosen, self._side(then, side)),
                    op("and", op("not", chosen), self._side(otherwise, side)),
                )
            case Op(name="first", parts=(first, *rest)):
                other = Op("first", tuple(rest)) if len(rest) > 1 else rest[0]
                opposed = op("not", self._side(first, not side))
                return op("or", self._side(first, side), op("and", opposed, self._side(other, side)))
            case Op(name="is_null", parts=(part,)):
                return self._null(part, side)
            case Op(name="in", parts=(chosen, *options)):
                found = Op("in", (self.value(chosen), *options))
                return op("and", self.known(chosen), found if side else op("not", found))
            case Op(name=name, parts=(left, right)) if name in _OPPOSITE:
                sign = name if side else _OPPOSITE[name]
                compared = Op(sign, (self.value(left), self.value(right)))
                return op("and", self.known(left), self.known(right), compared)
        raise NotImplementedError(expr)

    def _null(self, part: Expr, side: bool) -> Expr:
        known = op("or", self.holds(part), self.fails(part)) if self._is_truth(part) else self.known(part)
        return op("not", known) if side else known

    def _is_truth(self, expr: Expr) -> bool:
        match expr:
            case Field(kind=kind):
                return kind == "truth"
            case Use(name=name):
                return self._definitions[name].kind == "truth"
            case Value(value=value):
                return isinstance(value, bool)
            case Op(name="if" | "first", parts=parts):
                return self._is_truth(parts[1])
        return isinstance(expr, Op) and expr.name in {"and", "or", "not", "in", "is_null", *_OPPOSITE}

    # values

    def value(self, expr: Expr) -> Expr:
        """A number, text or date; only to be computed where it is known."""
        match expr:
            case Op(name="if", parts=(condition, then, otherwise)):
                return Op("if", (self.holds(condition), self.value(then), self.value(otherwise)))
            case Op(name="first", parts=(first, *rest)):
                other = Op("first", tuple(rest)) if len(rest) > 1 else rest[0]
                return Op("if", (self.known(first), self.value(first), self.value(other)))
            case Op(name=name, parts=parts):
                return Op(name, tuple(self.value(part) for part in parts))
            case Over(how="true" | "null" as how, part=part):
                return Over("true", self.holds(part) if how == "true" else self._null(part, True))
            case Over(how=how, part=part):
                return Over(how, self.value(part))
        return expr

    def known(self, expr: Expr) -> Expr:
        """Whether a value is known, and can be computed."""
        match expr:
            case Value(value=value):
                return NO if value is None else YES
            case Field() | Use():
                return Op("known", (expr,))
            case Op(name="if", parts=(condition, then, otherwise)):
                chosen, yes, no = self.holds(condition), self.known(then), self.known(otherwise)
                return yes if yes == no else op("or", op("and", chosen, yes), op("and", op("not", chosen), no))
            case Op(name="first", parts=parts):
                return op("or", *(self.known(part) for part in parts))
            case Over(how="largest" | "sum", part=part):
                unknown = Over("true", self._null(part, True))
                return op("and", Op("==", (unknown, ZERO)), Op(">", (Over("all"), ZERO)))
            case Over():
                return YES
        made = op("and", *(self.known(part) for part in expr.parts)) if isinstance(expr, Op) else YES
        if isinstance(expr, Op) and expr.name == "/":
            return op("and", made, Op("!=", (self.value(expr.parts[1]), ZERO)))
        if isinstance(expr, Op) and expr.name in {"ln", "log10"}:
            return op("and", made, Op(">", (self.value(expr.parts[0]), ZERO)))
        return made


class Plain(Rails):
    """What one writes who takes every input for known, but the laboratory's own limits: no guards, no second rail."""

    def _side(self, expr: Expr, side: bool) -> Expr:
        if isinstance(expr, Use) and not side:
            return op("not", Use(f"{expr.name} +"))
        return super()._side(expr, side)

    def known(self, expr: Expr) -> Expr:
        if isinstance(expr, Field) and not expr.key.endswith(("/upper", "/lower")):
            return YES
        if isinstance(expr, Use) and self._is_always_known(expr.name):
            return YES
        return super().known(expr)

    def _is_always_known(self, name: str) -> bool:
        if name not in self._always:
            self._always[name] = self.known(self._definitions[name].expr) == YES
        return self._always[name]


def uses(expr: Expr) -> list[str]:
    """The definitions that an expression uses."""
    match expr:
        case Use(name=name):
            return [name]
        case Op(parts=parts):
            return [name for part in parts for name in uses(part)]
        case Over(part=part):
            return uses(part)
    return []
