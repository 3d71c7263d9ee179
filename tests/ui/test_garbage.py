"""Garbage is searched for in the thread of the window, in its own time."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from hepalith.ui.garbage import GarbageSearch

MANY = 20_000


class Ring:
    """Refers to itself: only a search finds that nobody needs it."""

    def __init__(self, gone: list[int]) -> None:
        self.itself = self
        weakref.finalize(self, lambda: gone.append(threading.get_ident()))


@pytest.fixture
def garbage(qtbot: QtBot) -> Iterator[GarbageSearch]:
    made = GarbageSearch()
    yield made
    made.stop()
    gc.unfreeze()
    assert gc.isenabled()


def test_nothing_is_searched_between_two_steps(garbage: GarbageSearch) -> None:
    gone: list[int] = []
    Ring(gone)
    kept = [[] for _one in range(MANY)]
    assert not gone
    garbage.search()
    assert gone == [threading.get_ident()]
    assert len(kept) == MANY


def test_a_pause_is_enough(qtbot: QtBot, garbage: GarbageSearch) -> None:
    gone: list[int] = []
    Ring(gone)
    # More than what earlier tests have left to be freed meanwhile: that counts off.
    kept = [[] for _one in range(10 * MANY)]
    qtbot.waitUntil(lambda: bool(gone))
    assert len(kept) == 10 * MANY


def test_an_edit_puts_a_search_off_unless_there_is_much(garbage: GarbageSearch) -> None:
    waited = garbage._timer
    waited.stop()
    garbage.postpone()
    assert waited.isActive()
    waited.stop()
    kept = [[] for _one in range(40 * MANY)]
    garbage.postpone()
    assert not waited.isActive()
    assert len(kept) == 40 * MANY


def test_little_that_is_new_is_not_worth_a_search(garbage: GarbageSearch) -> None:
    gone: list[int] = []
    Ring(gone)
    garbage.search()
    assert not gone


def test_a_thread_beside_the_window_destroys_nothing(garbage: GarbageSearch) -> None:
    gone: list[int] = []
    Ring(gone)
    kept: list[list[object]] = []
    beside = threading.Thread(target=lambda: kept.extend([] for _one in range(MANY)))
    beside.start()
    beside.join()
    assert not gone
    garbage.search()
    assert gone == [threading.get_ident()]
