"""Three-valued truths and ranges of numbers as formulas of the solver; the arithmetic of `domain.interval`."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import z3

Formula = Any  # a formula of z3, which has no types
FAR = Decimal(10) ** 12  # stands for infinity: larger than every number of the knowledge

YES, NO = z3.BoolVal(val=True), z3.BoolVal(val=False)


def conjunction(parts: Iterable[Formula]) -> Formula:
    """All of the parts."""
    kept = [part for part in parts if not z3.is_true(part)]
    if any(z3.is_false(part) for part in kept):
        return NO
    return kept[0] if len(kept) == 1 else z3.And(*kept) if kept else YES


def disjunction(parts: Iterable[Formula]) -> Formula:
    """Any of the parts."""
    kept = [part for part in parts if not z3.is_false(part)]
    if any(z3.is_true(part) for part in kept):
        return YES
    return kept[0] if len(kept) == 1 else z3.Or(*kept) if kept else NO


def negation(part: Formula) -> Formula:
    """Not the part."""
    if z3.is_true(part):
        return NO
    if z3.is_false(part):
        return YES
    return part.arg(0) if z3.is_not(part) else z3.Not(part)


def choose(condition: Formula, then: Formula, otherwise: Formula) -> Formula:
    """One number or another."""
    if z3.is_true(condition) or then is otherwise or then.eq(otherwise):
        return then
    return otherwise if z3.is_false(condition) else z3.If(condition, then, otherwise)


def number(value: Decimal | int) -> Formula:
    """A number, exactly."""
    return z3.RealVal(str(value))


class Answer(NamedTuple):
    """A three-valued truth: when it is known to hold, and when it is known not to. Never both."""

    true: Formula
    false: Formula

    def negated(self) -> "Answer":
        """Kleene negation: unknown stays unknown."""
        return Answer(self.false, self.true)


TRUE, FALSE, UNKNOWN = Answer(YES, NO), Answer(NO, YES), Answer(NO, NO)


def all_of(answers: Sequence[Answer]) -> Answer:
    """Kleene conjunction."""
    return Answer(conjunction(a.true for a in answers), disjunction(a.false for a in answers))


def any_of(answers: Sequence[Answer]) -> Answer:
    """Kleene disjunction."""
    return Answer(disjunction(a.true for a in answers), conjunction(a.false for a in answers))


def guarded(condition: Formula, answer: Answer) -> Answer:
    """The answer where the condition holds, unknown elsewhere."""
    return Answer(conjunction([condition, answer.true]), conjunction([condition, answer.false]))


class Span(NamedTuple):
    """A number known within bounds, both included."""

    low: Formula
    high: Formula

    @property
    def is_point(self) -> bool:
        """Whether both bounds are the same formula."""
        return bool(self.low.eq(self.high))


def span(low: Decimal | int, high: Decimal | int) -> Span:
    """A range of plain numbers."""
    return Span(number(low), number(high))


ANYTHING = span(-FAR, FAR)


def less(a: Span, b: Span) -> Answer:
    """Whether a < b."""
    return Answer(z3.simplify(a.high < b.low), z3.simplify(a.low >= b.high))


def less_or_equal(a: Span, b: Span) -> Answer:
    """Whether a <= b."""
    return less(b, a).negated()


def equal(a: Span, b: Span) -> Answer:
    """Whether a == b."""
    same = conjunction([a.low == a.high, b.low == b.high, a.low == b.low])
    return Answer(same, disjunction([a.high < b.low, b.high < a.low]))


def least(x: Formula, y: Formula) -> Formula:
    """The smaller of two numbers."""
    return choose(z3.simplify(x <= y), x, y)


def greatest(x: Formula, y: Formula) -> Formula:
    """The larger of two numbers."""
    return choose(z3.simplify(x >= y), x, y)


def minimum(parts: Sequence[Span]) -> Span:
    """The least of several numbers."""
    result = parts[0]
    for part in parts[1:]:
        result = Span(least(result.low, part.low), least(result.high, part.high))
    return result


def maximum(parts: Sequence[Span]) -> Span:
    """The greatest of several numbers."""
    result = parts[0]
    for part in parts[1:]:
        result = Span(greatest(result.low, part.low), greatest(result.high, part.high))
    return result


def where(condition: Formula, then: Span, otherwise: Span) -> Span:
    """One range or another."""
    return Span(choose(condition, then.low, otherwise.low), choose(condition, then.high, otherwise.high))


def hull(a: Span, b: Span) -> Span:
    """The smallest range that holds both."""
    return Span(least(a.low, b.low), greatest(a.high, b.high))


def scaled(a: Span, factor: Formula) -> Span:
    """A range times a plain number."""
    if factor.as_fraction() >= 0:
        return Span(z3.simplify(a.low * factor), z3.simplify(a.high * factor))
    return Span(z3.simplify(a.high * factor), z3.simplify(a.low * factor))


def constant(a: Span) -> Formula | None:
    """The plain number that a range is, or None."""
    low = z3.simplify(a.low)
    return low if z3.is_rational_value(low) and low.eq(z3.simplify(a.high)) else None


def within(a: Span, low: Decimal, high: Decimal) -> Span:
    """What both allow; the number itself where they exclude each other."""
    narrow = Span(greatest(a.low, number(low)), least(a.high, number(high)))
    return where(z3.simplify(narrow.low <= narrow.high), narrow, a)


def absolute(a: Span) -> Span:
    """The number without its sign."""
    mixed = Span(number(0), greatest(-a.low, a.high))
    return where(a.low >= 0, a, where(a.high <= 0, Span(-a.high, -a.low), mixed))


def rounded(a: Span, digits: int) -> Span:
    """Rounded half up to `digits` decimals."""
    unit = number(Decimal(1).scaleb(-digits))
    half = number(Decimal("0.5"))
    return Span(*(z3.ToReal(z3.ToInt(end / unit + half)) * unit for end in a))


def variables_of(*formulas: Formula) -> set[int]:
    """The identities of all variables of some formulas."""
    found, seen = set[int](), set[int]()
    waiting = list(formulas)
    while waiting:
        formula = waiting.pop()
        key = formula.get_id()
        if key in seen:
            continue
        seen.add(key)
        parts = formula.children()
        if not parts:
            found.add(key)
        waiting.extend(parts)
    return found
