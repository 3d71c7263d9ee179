"""The coverage of the knowledge as plain text for a terminal."""

from collections import Counter
from collections.abc import Iterator, Sequence

from hepalith.decision.coverage import KINDS, Coverage, Side
from hepalith.i18n import _
from hepalith.knowledge.base import Places


def coverage_lines(
    coverage: Coverage, changed: Sequence[Side], unnoticed: Sequence[Side], places: Places
) -> Iterator[str]:
    """Every gap with its file and line, then the counts of each kind; lines end with a line feed."""
    if coverage.failing:
        yield _("cases that fail, and cover nothing: {names}\n").format(names=", ".join(coverage.failing))
    unreached = coverage.unreached()
    for side in unreached:
        yield _("{where}: {side}: no case\n").format(where=_where(side, places), side=side)
    for side in unnoticed:
        yield _("{where}: {side}: a change breaks no case\n").format(where=_where(side, places), side=side)
    every, missing, silent = (
        Counter(side.kind for side in sides) for sides in (coverage.sides.values(), unreached, unnoticed)
    )
    for kind in KINDS:
        yield _("{kind:16}{every:6} sides {missing:6} without a case {silent:6} not noticed\n").format(
            kind=kind, every=every[kind], missing=missing[kind], silent=silent[kind]
        )
    yield _("{every} sides, {missing} without a case; {changed} changed, {silent} not noticed\n").format(
        every=len(coverage.sides), missing=len(unreached), changed=len(changed), silent=len(unnoticed)
    )


def _where(side: Side, places: Places) -> str:
    file, line = places.get(side.place, (side.place[0], 0))
    return f"{file}:{line}"
