"""Writes `tests/cases/not-yet-covered.txt` anew: `python tests/support/coverage_list.py` (minutes).

Refuses while a case fails, or while a recommendation or a gate item has a side without a case: those may not be listed.
"""

import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(TESTS))

from hepalith.decision.coverage import Coverage  # noqa: E402
from support.vignettes import all_vignettes, knowledge_and_problems  # noqa: E402

NEVER_LISTED = ("recommendation", "gate item")
HEAD = (
    "# Sides of the knowledge that no case reaches yet, or whose change no case notices"
    " (docs/knowledge-format.md, section 4).\n"
    "# This list may only get shorter: a side that is not listed must be covered,"
    " and one that is covered must not be listed.\n"
)


def main() -> str:
    """The list is written, and what it holds is said; a text that begins with `refused` when it is not."""
    knowledge, problems = knowledge_and_problems()
    if problems:
        return "refused: the knowledge has problems: " + "; ".join(map(str, problems))
    coverage = Coverage(knowledge, all_vignettes())
    if coverage.failing:
        return "refused: these cases fail: " + ", ".join(map(str, coverage.failing))
    unreached = coverage.unreached()
    if owed := [str(side) for side in unreached if side.kind in NEVER_LISTED]:
        return "refused: these need a case: " + "; ".join(owed)
    unnoticed = coverage.unnoticed(coverage.drawn(None))
    lines = sorted(f"no case: {side}" for side in unreached) + sorted(f"not noticed: {side}" for side in unnoticed)
    (TESTS / "cases" / "not-yet-covered.txt").write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return f"{len(unreached)} without a case, {len(unnoticed)} not noticed, of {len(coverage.sides)}"


if __name__ == "__main__":
    said = main()
    sys.stdout.write(said + "\n")
    sys.exit(said.startswith("refused"))
