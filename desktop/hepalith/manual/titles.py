"""What each entry of the manual is called."""

from collections.abc import Iterator

from hepalith.domain.assessment import Urgency
from hepalith.domain.words import urgency_text
from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.checks import PLACEHOLDER
from hepalith.knowledge.uses import Place


def tags_of(knowledge: Knowledge) -> tuple[str, ...]:
    """Every tag of a recommendation, and every tag that a rule of precedence names, sorted."""
    tags = {tag for made in knowledge.recommendations.values() for tag in made.entry.tags}
    names = [name for rule in knowledge.precedence.values() for name in (*rule.when_holds, *rule.suppresses)]
    return tuple(sorted(tags | {name[1:] for name in names if name.startswith("#")}))


def titles_of(knowledge: Knowledge) -> dict[Place, str]:
    """The title of every entry."""
    return dict(_titles(knowledge))


def _titles(knowledge: Knowledge) -> Iterator[tuple[Place, str]]:
    for name, advice in knowledge.recommendations.items():
        yield ("recommendations", name), _placeholders(advice.entry.title, knowledge)
    yield from ((("conditions", name), made.entry.label) for name, made in knowledge.conditions.items())
    yield from ((("gates", name), made.entry.label) for name, made in knowledge.gates.items())
    for name, rule in knowledge.precedence.items():
        yield (
            ("precedence", name),
            rule.label
            or _("{one} before {other}").format(one=", ".join(rule.when_holds), other=", ".join(rule.suppresses)),
        )
    yield from ((("derived", name), made.entry.label) for name, made in knowledge.derived.items())
    yield from ((("findings", name), entry.label) for name, entry in knowledge.findings.items())
    yield from ((("lists", name), entry.label) for name, entry in knowledge.lists.items())
    yield from ((("conflicts", name), entry.topic) for name, entry in knowledge.conflicts.items())
    yield from ((("sources", name), entry.title) for name, entry in knowledge.sources.items())
    for name, point in knowledge.starting_points.items():
        yield ("starting_points", name), _("{id}: {text}").format(id=name, text=point.statement)
    for level in knowledge.header.urgency_levels:
        yield ("urgency_levels", level.id), urgency_text(Urgency(level.id))
    yield from ((("override_reasons", reason.id), reason.label) for reason in knowledge.header.override_reasons)
    yield from ((("tags", name), f"#{name}") for name in tags_of(knowledge))


def _placeholders(text: str, knowledge: Knowledge) -> str:
    return PLACEHOLDER.sub(lambda found: f"[{knowledge.label(found.group(1))}]", text)
