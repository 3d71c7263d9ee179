"""Articles about what the program advises and considers."""

from hepalith.domain.assessment import Basis, Urgency
from hepalith.domain.durations import duration_text
from hepalith.domain.words import basis_text, class_text, kind_text, strength_text, urgency_text
from hepalith.i18n import _
from hepalith.knowledge.base import CompiledCondition, CompiledGate, CompiledRecommendation, Knowledge
from hepalith.knowledge.model import ArgumentEntry, FollowUpStep, Precedence
from hepalith.knowledge.tree import TruthNode
from hepalith.manual.content import Article, Badge, Cell, Code, Facts, Link, Prose, Row, Statement, Table, filled
from hepalith.manual.parts import Parts, basis_badges, basis_cell, joined, prose, texts
from hepalith.manual.words import codes_text, subject_text


class AdviceArticles:
    """What the program advises and considers: recommendations, causes, gates, precedence."""

    def __init__(self, knowledge: Knowledge, parts: Parts) -> None:
        self._knowledge = knowledge
        self._parts = parts

    def recommendation(self, made: CompiledRecommendation) -> Article:
        """A recommendation."""
        entry, basis = made.entry, self._parts.dated(made.basis)
        place = ("recommendations", entry.id)
        facts = (
            (_("For"), (subject_text(entry.subject),)),
            (_("Only for"), texts(", ".join(entry.subjects))),
            (_("Urgency"), self._parts.many("urgency_levels", (entry.urgency,))),
            (_("Within"), texts(duration_text(entry.within))),
            (_("Strength"), texts(entry.strength)),
            (_("Certainty"), texts(entry.certainty)),
            (_("Gates"), self._parts.many("gates", entry.gates)),
            (_("Asks for"), self._parts.findings(entry.asks)),
            (_("Sources disagree"), self._parts.many("conflicts", entry.conflicts)),
            (_("Starting points"), self._parts.many("starting_points", entry.starting_points)),
            (_("Tags"), self._parts.many("tags", entry.tags)),
        )
        steps = tuple(
            Row(cells=((self._parts.rule(tree, step.when),), (urgency_text(Urgency(step.urgency)),)))
            for step, tree in zip(entry.escalate, made.escalate, strict=True)
        )
        urgency = Urgency(entry.urgency)
        return Article(
            place=place,
            title=self._parts.titles[place],
            badges=(
                Badge(text=kind_text(entry.kind), tone=entry.kind),
                *((Badge(text=urgency_text(urgency), tone=urgency.value),) if urgency is not Urgency.NONE else ()),
                *basis_badges(basis),
            ),
            blocks=filled(
                Prose(caption=_("Advice"), text=self._parts.inserted(entry.action)),
                Prose(caption=_("Reason"), text=self._parts.inserted(entry.reason)),
                self._parts.condition(_("Applies when"), "when", made.when, entry.when),
                Table(caption=_("More urgent"), anchor="escalate", columns=(_("When"), _("Urgency")), rows=steps),
                Facts(caption=_("Particulars"), rows=facts),
                self._follow_up(entry.follow_up),
                self._order(entry.id),
                prose(_("Note"), entry.note),
                self._parts.grounds(basis),
            ),
            statements=(Statement(anchor="", text=self._parts.titles[place], basis=basis),),
        )

    def _follow_up(self, steps: tuple[FollowUpStep, ...]) -> Table:
        rows = []
        for step in steps:
            window = _("{start} to {end}").format(start=step.window[0], end=step.window[1]) if step.window else ""
            times = ", ".join(map(duration_text, step.after))
            then = _("then every {interval}").format(interval=duration_text(step.then_every)) if step.then_every else ""
            until = _("until {limit}").format(limit=duration_text(step.until)) if step.until else ""
            when = ", ".join(part for part in (times, then, until) if part)
            since = _("the date of the assessment") if step.anchor == "as_of" else self._knowledge.label(step.anchor)
            basis = basis_text(step.basis) if step.basis else ""
            cells = (step.test, when, since, window, step.stop, " ".join(part for part in (step.note, basis) if part))
            rows.append(Row(cells=tuple(texts(cell) for cell in cells)))
        columns = (_("Test"), _("After"), _("From"), _("Window"), _("Stop when"), _("Note"))
        return Table(caption=_("Follow-up"), anchor="follow-up", columns=columns, rows=tuple(rows))

    def _order(self, name: str) -> Facts:
        """The rules of precedence by which it gives way, and those by which other advice gives way to it."""
        tags = self._knowledge.recommendations[name].entry.tags
        names = {name, *(f"#{tag}" for tag in tags)}
        rules = self._knowledge.precedence.values()
        loses = [rule for rule in rules if not names.isdisjoint(rule.suppresses)]
        wins = [rule for rule in rules if not names.isdisjoint(rule.when_holds)]
        return Facts(
            caption=_("Order of precedence"),
            anchor="order",
            rows=(
                (_("Gives way to"), joined((*self._parts.named(r.when_holds), *self._by(r)) for r in loses)),
                (_("Takes precedence over"), joined((*self._parts.named(r.suppresses), *self._by(r)) for r in wins)),
            ),
        )

    def _by(self, rule: Precedence) -> Cell:
        return (" (", Link(place=("precedence", rule.id), text=rule.id), ")")

    def condition(self, made: CompiledCondition) -> Article:
        """A cause."""
        entry, basis = made.entry, self._parts.dated(made.basis)
        place = ("conditions", entry.id)
        sides = (
            ("for", _("Arguments for"), entry.arguments_for, made.arguments_for, made.basis_for),
            ("against", _("Arguments against"), entry.arguments_against, made.arguments_against, made.basis_against),
        )
        statements = [Statement(anchor="", text=entry.label, basis=basis)]
        tables = []
        for side, caption, arguments, trees, bases in sides:
            rows = []
            for number, (argument, tree, ground) in enumerate(zip(arguments, trees, bases, strict=True), 1):
                own = self._parts.dated(ground)
                rows.append(self._argument(f"{side}-{number}", argument, tree, own))
                if argument.basis not in {None, entry.basis}:
                    statements.append(Statement(anchor=f"{side}-{number}", text=argument.text, basis=own))
            columns = (_("Argument"), _("When"), _("Strength"), _("Basis"))
            tables.append(Table(caption=caption, anchor=side, columns=columns, rows=tuple(rows)))
        return Article(
            place=place,
            title=entry.label,
            badges=(
                Badge(text=class_text(entry.cause_class), tone=entry.cause_class),
                *((Badge(text=entry.subclass),) if entry.subclass else ()),
                *basis_badges(basis),
            ),
            blocks=filled(
                Facts(
                    caption=_("Particulars"),
                    rows=(
                        (_("For"), (subject_text(entry.subject),)),
                        (_("Told apart by"), texts(entry.tells_apart)),
                        (_("Codes"), texts(codes_text(entry.codes))),
                    ),
                ),
                *tables,
                self._parts.condition(_("Excluded when"), "excluded", made.excluded, entry.excluded_when),
                self._parts.condition(_("Confirmed when"), "confirmed", made.confirmed, entry.confirmed_when),
                prose(_("Note"), entry.note),
                self._parts.grounds(basis),
            ),
            statements=tuple(statements),
        )

    def _argument(self, anchor: str, argument: ArgumentEntry, tree: TruthNode, basis: Basis) -> Row:
        strength = _("{number} ({word})").format(number=argument.strength, word=strength_text(argument.strength))
        return Row(
            anchor=anchor,
            cells=(
                (argument.text,),
                (self._parts.rule(tree, argument.when),),
                (strength,),
                basis_cell(basis, argument.sources),
            ),
        )

    def gate(self, made: CompiledGate) -> Article:
        """A gate."""
        entry = made.entry
        place = ("gates", entry.id)
        whole = self._parts.basis(entry)
        rows, statements = [], []
        for item, tree, ground in zip(entry.items, made.items, made.basis, strict=True):
            basis = self._parts.dated(ground)
            statements.append(Statement(anchor=item.id, text=item.label, basis=basis))
            asks = self._parts.findings(item.asks)
            text: Cell = (item.text, *((_(" Ask for: "), *asks) if asks else ()))
            rows.append(
                Row(
                    anchor=item.id,
                    cells=(
                        (Code(text=item.id),),
                        (item.label,),
                        (self._parts.rule(tree, item.requires),),
                        (_("keeps shut") if item.severity == "block" else _("caution"),),
                        text,
                        basis_cell(basis, item.sources),
                    ),
                )
            )
        columns = (_("Id"), _("Item"), _("Fulfilled when"), _("If not"), _("Why"), _("Basis"))
        note = _("What is not known keeps the gate shut and is named.")
        return Article(
            place=place,
            title=entry.label,
            badges=(
                Badge(text=_("Safety gate") if entry.kind == "safety" else _("Closure gate"), tone="gate"),
                *(basis_badges(whole) if entry.basis else ()),
            ),
            blocks=filled(
                Facts(caption=_("Particulars"), rows=((_("For"), (subject_text(entry.subject),)),)),
                Table(caption=_("Items"), anchor="items", columns=columns, rows=tuple(rows), note=note),
                prose(_("Note"), entry.note),
                self._parts.grounds(whole) if entry.basis else None,
            ),
            statements=tuple(statements),
        )

    def precedence(self, rule: Precedence) -> Article:
        """A rule of precedence."""
        place = ("precedence", rule.id)
        basis = self._parts.basis(rule)
        across = {
            "lesion": _("the same lesion, or one side is about the patient"),
            "patient": _("everything about this patient"),
        }
        facts = (
            (_("Step"), (str(rule.step),)),
            (_("While this holds"), self._parts.named(rule.when_holds)),
            (_("This gives way"), self._parts.named(rule.suppresses)),
            (_("Within"), (across[rule.across],)),
            (_("Shown as"), texts(rule.label)),
            (
                _("Replaces"),
                texts(_("yes: a more exact answer to the same question; what gives way does not set the urgency"))
                if rule.replaces
                else (),
            ),
        )
        return Article(
            place=place,
            title=self._parts.titles[place],
            badges=(Badge(text=_("Step {number}").format(number=rule.step)), *basis_badges(basis)),
            blocks=filled(
                Facts(caption=_("Rule"), rows=facts), prose(_("Note"), rule.note), self._parts.grounds(basis)
            ),
            statements=(Statement(anchor="", text=self._parts.titles[place], basis=basis),),
        )
