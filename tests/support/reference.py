"""Pages of the documents that are made from the knowledge itself.

`python tests/support/reference.py` writes them anew; a test compares.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests"))

from hepalith.knowledge.base import Knowledge  # noqa: E402
from support.vignettes import knowledge_and_problems  # noqa: E402

PACKS = {"C": "cystic", "B": "biliary", "N": "neoplastic", "F": "benign"}


def pages() -> dict[Path, str]:
    """The pages and their contents."""
    knowledge, _problems = knowledge_and_problems()
    return {ROOT / "docs" / "finding-names.md": "\n".join(_finding_names(knowledge)) + "\n"}


def _finding_names(knowledge: Knowledge) -> Iterator[str]:
    yield "# Names of findings"
    yield ""
    yield "One dictionary: what the four evidence packs call a finding, and what the knowledge base calls it."
    yield "Made from `resources/knowledge/findings/` and `derived/` by `python tests/support/reference.py`."
    yield ""
    yield "| ours | unit or values | " + " | ".join(PACKS.values()) + " |"
    yield "|---|---|" + "---|" * len(PACKS)
    entries = [*knowledge.findings.values(), *(compiled.entry for compiled in knowledge.derived.values())]
    for entry in sorted(entries, key=lambda entry: entry.id):
        if entry.packs:
            kind = entry.unit if entry.type == "number" else entry.type.replace("_", "/")
            names = (entry.packs.get(letter, "-").replace("|", "/") for letter in PACKS)
            yield f"| `{entry.id}` | {kind} | {' | '.join(names)} |"


def write() -> None:
    """Writes all pages."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
