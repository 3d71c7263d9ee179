"""Every entry of the knowledge as an article, in the order of the knowledge files."""

from collections.abc import Iterator

from hepalith.knowledge.base import Knowledge
from hepalith.manual.advice import AdviceArticles
from hepalith.manual.content import Article
from hepalith.manual.dictionary import DictionaryArticles
from hepalith.manual.ground import GroundArticles
from hepalith.manual.parts import Parts
from hepalith.manual.titles import tags_of


def articles_of(knowledge: Knowledge, parts: Parts) -> Iterator[Article]:
    """The articles of a knowledge base."""
    advice = AdviceArticles(knowledge, parts)
    dictionary = DictionaryArticles(knowledge, parts)
    ground = GroundArticles(knowledge, parts)
    yield from map(advice.recommendation, knowledge.recommendations.values())
    yield from map(advice.condition, knowledge.conditions.values())
    yield from map(advice.gate, knowledge.gates.values())
    yield from map(advice.precedence, knowledge.precedence.values())
    yield from map(dictionary.derived, knowledge.derived.values())
    yield from map(dictionary.finding, knowledge.findings.values())
    yield from map(dictionary.list_of_choices, knowledge.lists.values())
    yield from map(ground.conflict, knowledge.conflicts.values())
    yield from map(ground.source, knowledge.sources.values())
    yield from map(ground.starting_point, knowledge.starting_points.values())
    yield from map(ground.urgency_level, knowledge.header.urgency_levels)
    yield from map(ground.override_reason, knowledge.header.override_reasons)
    yield from map(ground.tag, tags_of(knowledge))
