"""Puts a changed source into the functions of a module that is imported already: no import, no collection again."""

import gc
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from types import CodeType, FrameType, FunctionType

_IN_FUNCTION = 0x1  # CO_OPTIMIZED of the standard `inspect`: fast locals, so neither a module nor a class

_AT_ONCE = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}  # no functions of their own: run where they stand

Key = tuple[str, int]


class Functions:
    """The living functions of some files, by where their code stands. Found once, before anything is forked."""

    def __init__(self, folder: str) -> None:
        self._found: dict[str, dict[Key, list[FunctionType]]] = {}
        for one in gc.get_objects():
            if type(one) is FunctionType and one.__code__.co_filename.startswith(folder):
                by_key = self._found.setdefault(one.__code__.co_filename, {})
                by_key.setdefault(_key(one.__code__), []).append(one)

    def become(self, path: str, was: str, now: str) -> set[Key] | None:
        """Gives the functions of a file the code of the source `now`; says which of them have changed.

        None, and nothing is changed, where the sources differ outside of functions (a constant, a default, a class) or
        in the variables that a function takes from around it: then the module has to be imported again.
        """
        before, after = compile(was, path, "exec"), compile(now, path, "exec")
        pairs = list(_pairs(before, after))
        if any(_outside_functions(a) != _outside_functions(b) for a, b in pairs if not a.co_flags & _IN_FUNCTION):
            return None
        functions = self._found.get(path, {})
        chosen = [(one, b) for a, b in pairs for one in functions.get(_key(a), []) if a.co_flags & _IN_FUNCTION]
        if any(one.__code__.co_freevars != code.co_freevars for one, code in chosen):
            return None
        for one, code in chosen:
            one.__code__ = code
        return {_key(one) for one, code in pairs if one != code}


def calls(of: Callable[[], object]) -> Counter[Key]:
    """How often each function is called."""
    found = Counter[Key]()

    def count(frame: FrameType, event: str, _value: object) -> None:
        if event == "call":
            found[_key(frame.f_code)] += 1

    sys.setprofile(count)
    try:
        of()
    finally:
        sys.setprofile(None)
    return found


def _key(code: CodeType) -> Key:
    return code.co_qualname, code.co_firstlineno


def _inner(code: CodeType) -> list[CodeType]:
    return [one for one in code.co_consts if isinstance(one, CodeType)]


def _pairs(before: CodeType, after: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """The code objects of two sources that stand at the same place; not those inside of what was left out."""
    yield before, after
    inside, inside_after = _inner(before), _inner(after)
    if [one.co_name for one in inside] == [one.co_name for one in inside_after]:
        for a, b in zip(inside, inside_after, strict=True):
            yield from _pairs(a, b)


def _outside_functions(code: CodeType) -> tuple[object, ...]:
    """What a module or class does by itself, without what stands in its functions."""
    constants = tuple(
        one.co_name if isinstance(one, CodeType) and one.co_name not in _AT_ONCE else (type(one).__name__, one)
        for one in code.co_consts
    )
    return code.co_code, constants, code.co_names
