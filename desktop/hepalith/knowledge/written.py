"""Comparisons as they are written in the knowledge files, to name them where a tree is all that is at hand."""

from hepalith.knowledge.tree import (
    Arithmetic,
    AsOf,
    Compare,
    CountLesions,
    CountTrue,
    DateOf,
    Either,
    Elapsed,
    Function,
    LesionNumber,
    Limit,
    Node,
    Number,
    ObservationDate,
    Quantity,
    Reference,
)


def comparison_text(node: Compare) -> str:
    """A comparison: `size_mm >= 50`, `bilirubin_total > "4.0 mg/dL"`."""
    right = f'"{node.threshold}"' if node.threshold else _text(node.right)
    return f"{_text(node.left)} {node.operator} {right}"


def _text(node: Node) -> str:
    match node:
        case Number(value=value):
            return f"{value.normalize():f}"
        case Quantity(reference=reference) | ObservationDate(reference=reference) | DateOf(reference=reference):
            return _reference(reference)
        case Limit(side=side, reference=reference):
            return f"{'uln' if side == 'upper' else 'lln'}({_reference(reference)})"
        case Arithmetic(operator=operator, left=left, right=right):
            return f"({_text(left)} {operator} {_text(right)})"
        case Function(name=name, arguments=arguments):
            return f"{name}({', '.join(_text(argument) for argument in arguments)})"
        case Either(then=then, otherwise=otherwise):
            return f"({_text(then)} or {_text(otherwise)})"
        case CountTrue(parts=parts):
            return f"count_true of {len(parts)}"
        case CountLesions():
            return "count_lesions"
        case LesionNumber(how=how, number=number):
            return f"{how}({_text(number)})"
        case Elapsed(unit=unit, start=start, end=AsOf()):
            return f"{unit}_since({_text(start)})"
        case Elapsed(unit=unit, start=start, end=end):
            return f"{unit}_between({_text(start)}, {_text(end)})"
    return type(node).__name__


def _reference(reference: Reference) -> str:
    if reference.until:
        return f"before({reference.name}, {reference.until})"
    if not reference.which:
        return reference.name
    return f"earliest({reference.name})" if reference.which == -1 else f"previous({reference.name}, {reference.which})"
