"""Parts of the knowledge that are made when they are first asked for."""

from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, ValuesView
from threading import Lock
from typing import Any, TypeVar

V = TypeVar("V")


class Later(Mapping[str, V]):
    """Entries by id, made at the first question, and once: others keep beside an entry what they made of it."""

    def __init__(self, make: Callable[[], Mapping[str, V]]) -> None:
        self._make = make
        self._entries: Mapping[str, V] | None = None
        self._lock = Lock()

    def _made(self) -> Mapping[str, V]:
        if self._entries is None:
            with self._lock:
                if self._entries is None:
                    self._entries = self._make()
        return self._entries

    def __getitem__(self, name: str) -> V:
        return self._made()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made())

    def __len__(self) -> int:
        return len(self._made())

    # Not needed by a mapping, but those of `Mapping` ask for each entry by itself.

    def __contains__(self, name: object) -> bool:
        return name in self._made()

    def get(self, name: str, default: Any = None) -> Any:
        """The entry, or the default."""
        return self._made().get(name, default)

    def keys(self) -> KeysView[str]:
        """All ids."""
        return self._made().keys()

    def values(self) -> ValuesView[V]:
        """All entries."""
        return self._made().values()

    def items(self) -> ItemsView[str, V]:
        """All entries with their ids."""
        return self._made().items()
