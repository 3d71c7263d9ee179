"""What changed between two versions of the knowledge, in clinical words, the gravest first. Form does not count."""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from hepalith.decision.condition_changes import PartChange, form_free, part_changes
from hepalith.decision.facts import HEADER, Fact, Facts, Relevance, facts_of, places_of, title_of
from hepalith.decision.wording import Wording
from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.tree import TruthNode
from hepalith.knowledge.uses import Place


class Happened(StrEnum):
    """What happened to an entry, to a part of it, or to what it says."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class PartDifference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of a condition, or a member of a set, that changed, in words; "" on the side on which it is not.

    effect: what it does to the whole condition, wider or narrower; "" where that is not plain.
    """

    before: str
    after: str
    effect: str = ""


class Difference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One difference. part: the row, item or argument that it is in; what: the field of it. "" for all of it."""

    relevance: Relevance
    happened: Happened
    kind: str
    id: str
    title: str
    before: str
    after: str
    part: str = ""
    what: str = ""
    parts: tuple[PartDifference, ...] = ()


def knowledge_changes(old: Knowledge, new: Knowledge) -> tuple[Difference, ...]:
    """All differences, by what they bear on, then by kind and id; () if only the form of the files differs."""
    comparison = _Comparison(old, new)
    places = dict.fromkeys((*places_of(new), *places_of(old)))
    kinds = list(dict.fromkeys(kind for kind, _name in places))
    ordered = sorted(places, key=lambda place: (kinds.index(place[0]), place[1]))
    found = [difference for place in ordered for difference in comparison.of_entry(place)]
    return tuple(sorted(found, key=lambda difference: difference.relevance))


class _Comparison:
    def __init__(self, old: Knowledge, new: Knowledge) -> None:
        self._old, self._new = old, new
        self._words_before, self._words_after = Wording(old), Wording(new)

    def of_entry(self, place: Place) -> Iterator[Difference]:
        """What changed in one entry."""
        before = _facts(self._old, place, self._new)
        after = _facts(self._new, place, self._old)
        if not before or not after:
            yield self._whole(place, list(before.values()), list(after.values()), part="")
            return
        for key in dict.fromkeys(key for key, _field in (*before, *after)):
            had, has = _of_part(before, key), _of_part(after, key)
            if not had or not has:
                part = next(fact.part for fact in (*had.values(), *has.values()))
                yield self._whole(place, list(had.values()), list(has.values()), part=part)
                continue
            for field in dict.fromkeys((*had, *has)):
                yield from self._of_fact(place, had.get(field), has.get(field))

    def _whole(self, place: Place, before: list[Fact], after: list[Fact], part: str) -> Difference:
        """An entry, or a part of one, that is only on one side."""
        facts = [fact for fact in before or after if fact.text]
        telling = [fact for fact in facts if fact.relevance < Relevance.GROUNDS and fact.text != _("never")]
        text = "; ".join(_("{what}: {text}").format(what=fact.caption, text=fact.text) for fact in telling or facts)
        return Difference(
            relevance=min((fact.relevance for fact in facts), default=Relevance.TEXTS),
            happened=Happened.ADDED if after else Happened.REMOVED,
            kind=place[0],
            id=place[1],
            title=self._title(place),
            part=part,
            before=text if before else "",
            after=text if after else "",
        )

    def _of_fact(self, place: Place, had: Fact | None, has: Fact | None) -> Iterator[Difference]:
        one = has or had
        if one is None or _same(had, has):
            return
        before, after = _texts(had, has)
        yield Difference(
            relevance=min(fact.relevance for fact in (had, has) if fact is not None),
            happened=Happened.CHANGED,
            kind=place[0],
            id=place[1],
            title=self._title(place),
            part=one.part,
            what=one.caption,
            before=before,
            after=after,
            parts=tuple(self._parts(had, has)) if had is not None and has is not None else (),
        )

    def _parts(self, had: Fact, has: Fact) -> Iterator[PartDifference]:
        if isinstance(had.tree, TruthNode) and isinstance(has.tree, TruthNode):
            yield from map(self._part, part_changes(had.tree, has.tree))
        yield from (PartDifference(before=name, after="") for name in had.names if name not in has.names)
        yield from (PartDifference(before="", after=name) for name in has.names if name not in had.names)

    def _part(self, change: PartChange) -> PartDifference:
        effect = {True: _("wider"), False: _("narrower"), None: ""}[change.wider]
        before, after = self._side(self._words_before, change.before), self._side(self._words_after, change.after)
        return PartDifference(before=before, after=after, effect=effect)

    @staticmethod
    def _side(words: Wording, tree: TruthNode | None) -> str:
        return "" if tree is None else str(words.phrase(tree))

    def _title(self, place: Place) -> str:
        return title_of(self._new if _is_in(self._new, place) else self._old, place)


def _facts(knowledge: Knowledge, place: Place, beside: Knowledge) -> Facts:
    return facts_of(knowledge, place, beside) if _is_in(knowledge, place) else {}


def _is_in(knowledge: Knowledge, place: Place) -> bool:
    return place == HEADER or place[1] in getattr(knowledge, place[0])


def _of_part(facts: Facts, part: str) -> dict[str, Fact]:
    return {field: fact for (key, field), fact in facts.items() if key == part}


def _same(had: Fact | None, has: Fact | None) -> bool:
    if had is None or has is None:
        return False
    common = set(had.order) & set(has.order)
    order_before, order_after = ([one for one in fact.order if one in common] for fact in (had, has))
    return order_before == order_after and _meaning(had) == _meaning(has)


def _meaning(fact: Fact) -> str | bytes:
    return (fact.same or fact.text) if fact.tree is None else form_free(fact.tree)


def _texts(had: Fact | None, has: Fact | None) -> tuple[str, str]:
    before, after = (("" if fact is None else fact.text or ", ".join(fact.order)) for fact in (had, has))
    return before, after
