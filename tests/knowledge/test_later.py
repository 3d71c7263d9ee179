"""Entries that are made when they are first asked for: like those of a dictionary, and made once."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Thread

import pytest

from hepalith.knowledge.later import Later

ENTRIES = {"one": 1, "two": 2}


@pytest.mark.parametrize(
    "ask",
    [
        dict,
        list,
        len,
        lambda later: later["two"],
        lambda later: "two" in later,
        lambda later: "three" in later,
        lambda later: later.get("one"),
        lambda later: later.get("three", 3),
        lambda later: list(later.keys()),
        lambda later: list(later.values()),
        lambda later: list(later.items()),
        lambda later: later == ENTRIES,
        lambda later: later == {},
    ],
)
def test_it_answers_as_a_dictionary_does(ask: Callable[[Mapping[str, int]], object]) -> None:
    made: list[str] = []

    def make() -> dict[str, int]:
        made.append("made")
        return dict(ENTRIES)

    later = Later(make)
    assert made == [], "nobody has asked yet"
    assert ask(later) == ask(ENTRIES)
    assert ask(later) == ask(ENTRIES)
    assert made == ["made"]


def test_an_entry_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        Later(lambda: ENTRIES)["three"]


def test_who_asks_at_the_same_time_gets_the_same_entries() -> None:
    """Others know an entry by its identity."""
    made, meeting = list[str](), Barrier(2)

    def make() -> dict[str, object]:
        made.append("made")
        with suppress(BrokenBarrierError):
            meeting.wait(0.2)  # until the other is here too, if nothing keeps it out
        return {"one": object()}

    later, got = Later(make), list[object]()
    threads = [Thread(target=lambda: got.append(later["one"])) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == ["made"]
    assert got[0] is got[1]
