"""Articles about findings: those that are entered, those that follow from them, and lists of their choices."""

from collections.abc import Iterable, Iterator

from hepalith.domain.words import cost_text, unit_text
from hepalith.i18n import _
from hepalith.knowledge.base import CompiledDerived, Knowledge
from hepalith.knowledge.model import ChoiceOption, Finding, Grounded, ListEntry
from hepalith.knowledge.tree import Node, TruthNode
from hepalith.knowledge.uses import place_of
from hepalith.manual.content import (
    Article,
    Badge,
    Block,
    Cell,
    Code,
    Facts,
    Piece,
    Prose,
    Row,
    Rule,
    Statement,
    Table,
    filled,
)
from hepalith.manual.parts import Fact, Parts, basis_badges, joined, prose, texts
from hepalith.manual.thresholds import thresholds_of
from hepalith.manual.words import (
    absence_text,
    codes_text,
    limits_text,
    packs_text,
    range_text,
    replaced_text,
    scale_text,
    subject_text,
    type_text,
    warn_text,
    which_text,
)


class DictionaryArticles:
    """What can be entered, and what follows from it."""

    def __init__(self, knowledge: Knowledge, parts: Parts) -> None:
        self._knowledge = knowledge
        self._parts = parts
        self._thresholds = thresholds_of(knowledge, parts.wording)

    def derived(self, made: CompiledDerived) -> Article:
        """A table, a calculator or another derived finding."""
        entry, basis = made.entry, self._parts.dated(made.basis)
        place = ("derived", entry.id)
        facts = (
            (_("For"), (subject_text(entry.subject),)),
            (_("Gives"), texts(type_text(entry.type))),
            (_("Unit"), texts(unit_text(entry.unit))),
            (_("Range"), texts(range_text(entry.range, entry.unit))),
            (_("Shown among the classifications"), texts(_("yes") if entry.classification else "")),
            (_("Not shown for"), texts(self._labels(entry.id, entry.quiet))),
            (_("Made from"), self._inputs(entry.id)),
            (_("Names in the evidence"), texts(packs_text(entry.packs))),
        )
        not_for = _("Not used {in_whom}").format(in_whom=entry.not_for_text) if entry.not_for else ""
        return Article(
            place=place,
            title=entry.label,
            badges=basis_badges(basis),
            blocks=filled(
                prose(_("What it is"), entry.help),
                self._definition(made),
                self._rows(made),
                self._parts.condition(_("Shown while"), "relevant", made.relevant, entry.relevant),
                self._parts.condition(not_for, "not-for", made.not_for, entry.not_for),
                self._choices(entry.choices),
                Facts(caption=_("Particulars"), rows=facts),
                self._threshold_table(entry.id),
                prose(_("Note"), entry.note),
                self._parts.grounds(basis),
            ),
            statements=(Statement(anchor="", text=entry.label, basis=basis),),
            aliases=tuple(entry.packs.values()),
        )

    def _inputs(self, name: str) -> Cell:
        """The entered findings that it is made from, numbers with the unit in which a formula takes them."""
        names = dict.fromkeys(one.name for one in self._knowledge.inputs[name])
        units = {one: unit_text(self._knowledge.findings[one].unit) for one in names}
        links = ((self._parts.link(("findings", one)), f" ({unit})" if unit else "") for one, unit in units.items())
        return joined(tuple(filter(None, link)) for link in links)

    def _definition(self, made: CompiledDerived) -> Block | None:
        if made.tree is None:
            return None
        if isinstance(made.tree, TruthNode):
            return self._parts.condition(_("Yes when"), "definition", made.tree, made.entry.expr)
        rule = Rule(phrase=self._parts.wording.formula(made.tree), expression=made.entry.expr)
        return Prose(caption=_("Formula"), anchor="definition", text=(rule,))

    def _rows(self, made: CompiledDerived) -> Table:
        columns = (_("Row"), _("When"), _("Result"), _("Note"))
        rows = [
            Row(
                anchor=row.id,
                cells=(
                    (Code(text=row.id),),
                    (self._parts.rule(compiled.when, row.when),),
                    (self._result(made.entry.id, compiled.then),),
                    texts(row.note),
                ),
            )
            for row, compiled in zip(made.entry.rows, made.rows, strict=True)
        ]
        if made.otherwise is not None:
            result = self._result(made.entry.id, made.otherwise)
            cells: tuple[Cell, ...] = ((Code(text="otherwise"),), (_("in all other cases"),), (result,), ())
            rows.append(Row(anchor="otherwise", cells=cells))
        note = _("The first row that holds gives the result; one that is not known leaves it and later ones possible.")
        return Table(caption=_("Table"), anchor="table", columns=columns, rows=tuple(rows), note=note)

    def _result(self, name: str, then: str | bool | Node) -> Piece:
        if isinstance(then, bool):
            return _("yes") if then else _("no")
        if isinstance(then, str):
            return self._knowledge.choice_label(name, then)
        return str(self._parts.wording.formula(then))

    def finding(self, entry: Finding) -> Article:
        """A finding of the dictionary."""
        place = ("findings", entry.id)
        group = next(group.label for group in self._knowledge.header.groups if group.id == entry.group)
        absence = self._knowledge.absence.get(entry.id)
        relevance = self._knowledge.relevance.get(entry.id)
        grounds = Grounded(basis=entry.basis, basis_note=entry.basis_note, sources=entry.sources)
        basis = self._parts.basis(grounds)
        return Article(
            place=place,
            title=entry.label,
            badges=(Badge(text=type_text(entry.type)), *(basis_badges(basis) if entry.basis else ())),
            blocks=filled(
                prose(_("What it is"), entry.help),
                Facts(caption=_("Entry"), rows=tuple(self._entry_facts(entry, group))),
                self._choices(entry.choices),
                self._parts.condition(_("Shown while"), "relevant", relevance, entry.relevant),
                self._parts.condition(absence_text(entry, self._knowledge), "absent", absence, entry.absent_when),
                self._threshold_table(entry.id),
                self._parts.grounds(basis) if entry.basis else None,
            ),
            statements=(Statement(anchor="", text=entry.label, basis=basis),) if entry.basis else (),
            aliases=(*entry.synonyms, *entry.packs.values()),
        )

    def _entry_facts(self, entry: Finding, group: str) -> Iterator[Fact]:
        yield _("For"), (subject_text(entry.subject),)
        yield _("Section of the form"), (group,)
        yield _("Unit"), texts(unit_text(entry.unit))
        scales = [f"{unit_text(unit)} ({scale_text(entry.scale(unit))})" for unit in entry.other_units]
        yield _("Other units"), texts("; ".join(scales))
        yield _("Possible values"), texts(range_text(entry.hard, entry.unit))
        yield _("Asked to confirm outside"), texts(" – ".join(filter(None, (warn_text(entry), entry.warn_text))))
        yield _("Laboratory's own limits"), texts(limits_text(entry))
        yield _("If there are several"), (which_text(entry.observation),)
        if entry.max_age_days_for_gates is not None:
            text = _("{days} days; an older value counts as not recorded there")
            yield _("Oldest value for safety gates"), (text.format(days=entry.max_age_days_for_gates),)
        if entry.course is not None:
            course = entry.course
            drawn = filter(None, (course.error, course.change, course.stage, course.stage_step, *course.beside))
            yield _("Drawn over time with"), self._parts.findings(drawn)
        yield _("How it is obtained"), (cost_text(entry.cost),)
        yield _("Codes"), texts(codes_text(entry.codes))
        yield _("Also called"), texts("; ".join(entry.synonyms))
        yield _("Names in the evidence"), texts(packs_text(entry.packs))

    def list_of_choices(self, entry: ListEntry) -> Article:
        """A named set of choices."""
        grounds = Grounded(basis=entry.basis, basis_note=entry.basis_note, sources=entry.sources)
        basis = self._parts.basis(grounds)
        rows = tuple(
            Row(anchor=value, cells=((Code(text=value),), (self._knowledge.choice_label(entry.of, value),)))
            for value in entry.values
        )
        of = place_of(self._knowledge, entry.of)
        return Article(
            place=("lists", entry.id),
            title=entry.label,
            badges=basis_badges(basis),
            blocks=filled(
                Facts(caption=_("Particulars"), rows=((_("Choices of"), (self._parts.link(of),)),)),
                Table(caption=_("Choices"), anchor="choices", columns=(_("Id"), _("Choice")), rows=rows),
                self._parts.grounds(basis),
            ),
            statements=(Statement(anchor="", text=entry.label, basis=basis),),
        )

    def _choices(self, choices: tuple[ChoiceOption, ...]) -> Table:
        rows = tuple(
            Row(
                anchor=f"choice-{option.id}",
                cells=(
                    (Code(text=option.id),),
                    (option.label,),
                    texts(" ".join(filter(None, (option.help, replaced_text(option))))),
                    texts(codes_text(option.codes)),
                ),
            )
            for option in choices
        )
        columns = (_("Id"), _("Choice"), _("Meaning"), _("Codes"))
        return Table(caption=_("Choices"), anchor="choices", columns=columns, rows=rows)

    def _labels(self, name: str, choices: Iterable[str]) -> str:
        return ", ".join(self._knowledge.choice_label(name, choice) for choice in choices)

    def _threshold_table(self, name: str) -> Table:
        rows = tuple(
            Row(cells=((text,), joined((self._parts.link(place),) for place in places)))
            for text, places in self._thresholds.get(name, {}).items()
        )
        return Table(caption=_("Thresholds"), anchor="thresholds", columns=(_("Threshold"), _("Used by")), rows=rows)
