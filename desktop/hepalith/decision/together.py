"""Which findings are asked together: "any of these?", with "none of these" as one answer.

The knowledge says which findings one look at the report, or one breath with the patient, answers. Other yes/no findings
that are always relevant are asked with those that follow them in their section and cost the same.
"""

from collections.abc import Iterator, Set
from functools import lru_cache
from typing import NamedTuple

from hepalith.decision.answers import Open
from hepalith.domain.case import Value
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.model import MOST_TOGETHER, AskedTogether


class Chunk(NamedTuple):
    """Findings that are asked together, in this order. texts: in words, "" for the label of the finding."""

    id: str
    label: str
    findings: tuple[str, ...]
    texts: tuple[str, ...]
    of_lesion: bool  # of a lesion, and perhaps of the patient too


@lru_cache(maxsize=4)
def chunks_of(knowledge: Knowledge) -> dict[str, Chunk]:
    """The chunk of each finding that can be asked with others."""
    named = [_named(together, knowledge) for together in knowledge.header.asked_together]
    found = {name: chunk for chunk in named for name in chunk.findings}
    return found | {name: chunk for chunk in _in_sections(knowledge, found.keys()) for name in chunk.findings}


def absence(knowledge: Knowledge, one: Open) -> int:
    """The number of the answer that says that a finding is absent; of items told in part, none of the rest."""
    values = [answer.value for answer in one.answers]
    wanted = _absences(knowledge)[one.finding]
    return values.index(wanted) if wanted in values else len(values) - 1


@lru_cache(maxsize=4)
def _absences(knowledge: Knowledge) -> dict[str, Value]:
    """What is recorded of each finding where it is absent."""
    return {name: knowledge.absent(name) for name in knowledge.findings}


def _named(together: AskedTogether, knowledge: Knowledge) -> Chunk:
    names = tuple(member.finding for member in together.members)
    texts = tuple(member.text for member in together.members)
    of_lesion = any(knowledge.findings[name].subject == "lesion" for name in names)
    return Chunk(together.id, together.label, names, texts, of_lesion)


def _in_sections(knowledge: Knowledge, named: Set[str]) -> Iterator[Chunk]:
    labels = {section.id: section.label for section in knowledge.header.groups}
    sections: dict[tuple[str, str, str], list[str]] = {}
    for name, entry in knowledge.findings.items():
        if entry.type == "yes_no" and name not in knowledge.relevance and name not in named:
            sections.setdefault((entry.group, entry.subject, entry.cost), []).append(name)
    for (section, subject, _cost), names in sections.items():
        for start in range(0, len(names), MOST_TOGETHER):
            some = tuple(names[start : start + MOST_TOGETHER])
            yield Chunk(some[0], labels.get(section, section), some, ("",) * len(some), subject == "lesion")
