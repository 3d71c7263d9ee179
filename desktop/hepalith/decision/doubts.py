"""Choices and classes that are only narrowed down to a few: whether it matters which of them it is."""

from collections.abc import Iterable, Iterator, Sequence

from hepalith.decision.program import ordered
from hepalith.decision.verdicts import Key
from hepalith.decision.what_if import WhatIf
from hepalith.domain.assessment import Classification, Doubt, Need
from hepalith.domain.case import ChoiceValue

MOST = 4  # candidates


def doubts_of(what_if: WhatIf, classes: Iterable[Classification]) -> tuple[Doubt, ...]:
    """Every doubt between a few choices: of what was recorded with candidates, and of the classes that are shown.

    A class is taken to be each of its candidates, and everything else as it is; what the answers behind it change by
    themselves is said beside it.
    """
    return tuple(one for one in _doubts(what_if, classes) if 1 < len(one.alternatives) <= MOST)


def _doubts(what_if: WhatIf, classes: Iterable[Classification]) -> Iterator[Doubt]:
    for one in what_if.narrowed:
        values = [observation.value for observation in one.open.observations]
        choices = [one for value in values if isinstance(value, ChoiceValue) for one in value.candidates]
        yield _doubt(what_if, one.key, choices, one.variants)
    tried = {one.key: one for one in (*what_if.tried, *what_if.narrowed)}
    for made in classes:
        variants = what_if.assumed.get((made.id, made.subject), ())
        every = ordered(what_if.reading.knowledge.domains[made.id]) if variants else ()
        by_choice = dict(zip(every, variants, strict=True))
        choices = [choice for choice in made.candidates if choice in by_choice]
        behind = [(need, tried[key]) for need in made.needs if (key := (need.finding, need.subject)) in tried]
        through = tuple(need for need, one in behind if what_if.matters(one))
        yield _doubt(what_if, (made.id, made.subject), choices, [by_choice[choice] for choice in choices], through)


def _doubt(
    what_if: WhatIf,
    key: Key,
    choices: Sequence[str],
    variants: Sequence[int],
    through: tuple[Need, ...] | None = None,
) -> Doubt:
    knowledge = what_if.reading.knowledge
    name, subject = key
    changes = [what_if.effects.of(variant) for variant in variants]
    return Doubt(
        id=name,
        subject=subject,
        label=knowledge.label(name),
        recorded=through is None,
        same=len({(change.level, change.starts, change.ends, change.gates) for change in changes}) == 1,
        through=through or (),
        alternatives=tuple(
            what_if.outcome(knowledge.choice_label(name, choice), change)
            for choice, change in zip(choices, changes, strict=True)
        ),
    )
