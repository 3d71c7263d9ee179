"""What was made for one case, and is the same for the next as long as what it was made of is."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Kept:
    """Keeps what was made, by what it is called; belongs to one thread."""

    def __init__(self) -> None:
        self._made: dict[Hashable, tuple[Any, Any]] = {}

    def of(self, key: Hashable, made_of: Any, make: Callable[[], T]) -> T:
        """What has this name; made again where it was made of anything else."""
        known = self._made.get(key)
        if known is None or known[0] != made_of:
            known = self._made[key] = made_of, make()
        made: T = known[1]
        return made
