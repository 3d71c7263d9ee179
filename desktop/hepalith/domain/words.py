"""The program's words for units and for the enumerations of an assessment, for window, note and terminal alike."""

from collections.abc import Callable, Iterable, Sequence

from hepalith.domain.assessment import (
    Answer,
    Basis,
    Completed,
    Doubt,
    Further,
    GateState,
    LesionAdvice,
    LesionConflict,
    Named,
    Outcome,
    OverrideResult,
    Status,
    Turn,
    Urgency,
)
from hepalith.i18n import _, pgettext, plural

_SHOWN = 3  # of what an answer adds or ends
_SIGNS = (
    ("10*9/", "×10⁹/"),
    ("10*3/", "×10³/"),
    ("mm[Hg]", "mmHg"),
    ("[hnsf'U]", "HU"),
    ("[iU]", "IU"),
    ("[degF]", "°F"),
    ("[lb_av]", "lb"),
    ("[in_i]", "in"),
    ("{1.73_m2}", "1.73 m²"),
)


def unit_text(unit: str) -> str:
    """A UCUM unit as people write it: "umol/L" is µmol/L, "a" is years of age, "1" is nothing."""
    named = {
        "1": "",
        "a": pgettext("age of a person", "years"),
        "mo": _("months"),
        "wk": _("weeks"),
        "d": _("days"),
        "h": _("hours"),
        "Cel": "°C",
    }
    if unit in named:
        return named[unit]
    for ucum, sign in _SIGNS:
        unit = unit.replace(ucum, sign)
    return "/".join("µ" + part[1:] if part.startswith("u") and len(part) > 1 else part for part in unit.split("/"))


def is_conventional(unit: str) -> bool:
    """Whether a UCUM unit is one that laboratories write where SI units are not used: a mass in a decilitre, a count in
    a microlitre, degrees Fahrenheit, pounds, inches."""
    return unit in {"[degF]", "[lb_av]", "[in_i]"} or unit.endswith(("/dL", "/uL"))


def urgency_text(level: Urgency) -> str:
    """The name of a level of urgency."""
    return {
        Urgency.EMERGENCY_NOW: _("Emergency: act now"),
        Urgency.EMERGENCY_SAME_DAY: _("Emergency: today"),
        Urgency.URGENT: _("Urgent"),
        Urgency.SOON: _("Soon"),
        Urgency.ROUTINE: _("Routine"),
        Urgency.NONE: _("No urgency from what is recorded"),
    }[level]


def kind_text(kind: str) -> str:
    """The name of a kind of recommendation."""
    return {
        "do": _("Do"),
        "consider": _("Consider"),
        "avoid": _("Avoid"),
        "refer": _("Refer"),
        "none_needed": _("No action needed"),
        "ask": _("Find out"),
        "inform": pgettext("kind of advice", "Note"),
    }.get(kind, kind)


def status_text(status: Status) -> str:
    """What is known of a recommendation, in words."""
    return {
        Status.HOLDS: _("applies"),
        Status.CANNOT_BE_EXCLUDED: _("cannot be excluded"),
        Status.DOES_NOT_HOLD: _("does not apply"),
        Status.SUPPRESSED: _("gives way to other advice"),
    }[status]


def class_text(name: str) -> str:
    """The name of a class of causes."""
    return {
        "benign": _("Benign"),
        "infectious": _("Infectious"),
        "obstructive": _("Obstructive"),
        "malignant": _("Malignant"),
        "mimic": _("Not a liver calcification"),
        "undetermined": _("Undetermined"),
        "several": _("Several"),
    }.get(name, name)


def override_text(kind: str) -> str:
    """The name of a way to decide otherwise."""
    return {"set_aside": _("Set aside"), "other_plan": _("Different plan")}.get(kind, kind)


def decision_text(override: OverrideResult) -> str:
    """What was decided otherwise, by whom, when and for which coded reason; the free text is not in it."""
    decided = _("{decision} by {author}, {date}").format(
        decision=override_text(override.kind), author=override.author, date=override.date
    )
    return f"{decided}: {override.reason}" if override.reason else decided


def since_decided_text(override: OverrideResult) -> str:
    """What became of the advice since it was decided otherwise; "" for nothing."""
    if override.recommendation and override.status is None:
        return _("This advice is not in the knowledge any more.")
    if override.status is Status.DOES_NOT_HOLD:
        return _("This advice does not apply any more.")
    texts = []
    if override.risen:
        texts.append(_("This advice is more urgent now than when it was decided. Decide again."))
    if override.reworded:
        texts.append(_("This advice says something else now than when it was decided. Decide again."))
    return " ".join(texts)


def between_lesions_text(conflict: LesionConflict, call: Callable[[str], str]) -> tuple[str, str, str]:
    """A conflict between lesions: what it is about, what is wanted, what is warned against. call: names a lesion."""
    named = {"needle": _("A needle through the skin"), "biopsy": _("Biopsy")}
    title = _("{matter}: wanted for {lesions}, warned against for {others}").format(
        matter=named.get(conflict.matter) or capital(conflict.matter.removeprefix("drug:")),
        lesions=_lesions_of(conflict.wanted, call),
        others=_lesions_of(conflict.barred, call),
    )
    return title, _advice_by_title(conflict.wanted, call), _advice_by_title(conflict.barred, call)


def each_for_its_own_lesion() -> str:
    """What the program makes of a conflict between lesions: it settles nothing."""
    return _("Each advice is for its own lesion; it settles nothing for the other.")


def _lesions_of(advice: Iterable[LesionAdvice], call: Callable[[str], str]) -> str:
    return ", ".join(map(call, dict.fromkeys(one.lesion for one in advice)))


def _advice_by_title(advice: Sequence[LesionAdvice], call: Callable[[str], str]) -> str:
    alike: dict[str, list[LesionAdvice]] = {}
    for one in advice:
        alike.setdefault(f"{one.title} ({one.recommendation})", []).append(one)
    return "; ".join(f"{title} – {_lesions_of(same, call)}" for title, same in alike.items())


def answer_text(answer: Answer) -> str:
    """Yes, no, or not known."""
    return {Answer.YES: _("yes"), Answer.NO: _("no"), Answer.UNKNOWN: _("not known")}[answer]


def gate_text(state: GateState) -> str:
    """What the state of a gate means."""
    return {
        GateState.OPEN: pgettext("state of a gate", "open"),
        GateState.SHUT: _("shut"),
        GateState.SHUT_UNTIL_KNOWN: _("shut until known"),
    }[state]


def strength_text(strength: int) -> str:
    """The weight of an argument, from weak to near-specific."""
    return {1: _("weak"), 2: _("moderate"), 3: _("strong"), 4: _("near-specific")}.get(strength, str(strength))


def basis_text(level: str) -> str:
    """How far a statement was verified."""
    return {
        "read": _("read"),
        "secondary": _("secondary"),
        "recalled": _("recalled"),
        "default": _("default"),
    }.get(level, level)


def basis_meaning(level: str) -> str:
    """What a basis means, for the legend."""
    return {
        "read": _("the source itself was read"),
        "secondary": _("known through another document that cites it"),
        "recalled": _("professional knowledge; the source was not opened"),
        "default": _("a working rule of this program, without a source of its own"),
    }.get(level, "")


def review_text(basis: Basis) -> str:
    """Whether a clinician reviewed a statement, and whether that is overdue."""
    reviewed = _("reviewed by {name}").format(name=basis.reviewed_by) if basis.reviewed_by else _("not reviewed")
    return (
        _("{reviewed}, review overdue since {date}").format(reviewed=reviewed, date=basis.review_by)
        if basis.overdue
        else reviewed
    )


def cost_text(cost: str) -> str:
    """What it takes to obtain a finding."""
    return {
        "ask": _("ask"),
        "examine": _("examine"),
        "laboratory": _("laboratory"),
        "ultrasound": _("ultrasound"),
        "ct": _("CT"),
        "mri": _("MRI"),
        "invasive": _("invasive"),
    }.get(cost, cost)


def outcome_text(outcome: Outcome, now: Urgency, settles: int = 0) -> str:
    """What an answer would change: "If yes: urgency rises to ...; adds ...".

    now: the present urgency. settles: the open pieces of advice that the answer decides, if that is said too.
    """
    parts = []
    if outcome.urgency is not None:
        rises = outcome.urgency.rank > now.rank
        text = _("urgency rises to {level}") if rises else _("urgency falls to {level}")
        parts.append(text.format(level=_level_text(outcome.urgency)))
    if outcome.starts:
        parts.append(_("adds {advice}").format(advice=_some(outcome.starts)))
    if outcome.ends:
        parts.append(_("ends {advice}").format(advice=_some(outcome.ends)))
    parts += [_("{gate}: {state}").format(gate=one.gate.label, state=gate_text(one.state)) for one in outcome.gates]
    for leaders in outcome.leaders:
        causes = _some(leaders.causes, _(" or "))
        parts.append(_("leading cause: {causes}").format(causes=causes) if causes else _("no cause leads"))
    if settles:
        parts.append(plural("decides {count} open piece of advice", "decides {count} open pieces of advice", settles))
    changes = "; ".join(dict.fromkeys(parts)) or _("nothing changes")
    return _("If {answer}: {changes}").format(answer=outcome.answer, changes=changes)


def doubt_text(doubt: Doubt, now: Urgency) -> tuple[str, ...]:
    """Whether it matters which of a few choices it is, and what each of them would change. now: the present urgency."""
    if not doubt.same:
        return (_("The plan depends on which it is"), *(outcome_text(one, now) for one in doubt.alternatives))
    if doubt.recorded:
        return (_("Whichever it is, the plan is the same with what is known"),)
    if doubt.through:
        labels = ", ".join(dict.fromkeys(need.label for need in doubt.through))
        return (_("No advice rests on the class itself, but on what would decide it: {labels}").format(labels=labels),)
    return (_("No advice rests on which it is, and no single answer behind it changes the plan"),)


def robust_text(further: Further | None) -> str:
    """That no single answer matters any more, and what is known of pairs. further: None while they are not tried."""
    if further is None:
        return _("No single open finding changes urgency or plan; pairs of them have not been tried yet.")
    if further.pairs_found:
        found = plural("{count} pair does", "{count} pairs do", further.pairs_found)
        return _("No single open finding changes urgency or plan, but {found}.").format(found=found)
    if further.pairs_left:
        return _(
            "No single open finding changes urgency or plan, nor do the {tried} pairs of them that were tried; {left} "
            "pairs were not tried."
        ).format(tried=further.pairs_tried, left=further.pairs_left)
    return _("Robust: no open finding changes urgency or plan, alone or with another.")


def turn_text(turn: Turn) -> str:
    """What would change a conclusion, in one line."""
    facts, note = "; ".join(fact.text for fact in turn.facts), turn_note(turn)
    if not facts:
        return _("{turns}: {note}").format(turns=capital(turn.turns), note=note)
    text = _("{turns}, if {facts}").format(turns=capital(turn.turns), facts=facts)
    return _("{text} ({note})").format(text=text, note=note) if note else text


def turn_note(turn: Turn) -> str:
    """That the facts are perhaps not the fewest, or that none were found; "" for what is proved to be the fewest."""
    if turn.shortest:
        return ""
    few = plural("{count} finding is not enough", "up to {count} findings are not enough", turn.none_up_to)
    told = _("perhaps not the fewest") if turn.facts else _("no facts were found that do it")
    return _("{told}; {few}").format(told=told, few=few) if turn.none_up_to else told


def capital(text: str) -> str:
    """A text as it begins a line."""
    return text[:1].upper() + text[1:]


def completed_text(one: Completed) -> str:
    """What is decided under every completion of what is missing, labelled so."""
    needs = ", ".join(dict.fromkeys(need.label for need in one.needs))
    if one.choices:
        choices = _(" or ").join(one.choices)
        return _("By completion: {choices}, whatever is answered to {needs}").format(choices=choices, needs=needs)
    text = (
        _("By completion: fulfilled, whatever is answered to {needs}")
        if one.answer is Answer.YES
        else _("By completion: not fulfilled, whatever is answered to {needs}")
    )
    return text.format(needs=needs)


def completions_text(further: Further) -> str:
    """How far what is missing was completed."""
    tried = plural("{count} open conclusion", "{count} open conclusions", further.conclusions_tried)
    alike = plural("{count} comes out alike", "{count} come out alike", len(further.completed))
    return _(
        "Every completion of what is missing was tried for {tried}: {alike}. {left} rest on too much and were not "
        "tried further."
    ).format(tried=tried, alike=alike, left=further.conclusions_left)


def _level_text(level: Urgency) -> str:
    return urgency_text(level).lower() if level is not Urgency.NONE else _("none")


def _some(named: Sequence[Named], between: str = ", ") -> str:
    return some(dict.fromkeys(one.label for one in named), between)


def some(named: Iterable[str], between: str = ", ") -> str:
    """The first of several names, and how many more there are."""
    labels = list(named)
    if len(labels) > _SHOWN:
        more = plural("{count} more", "{count} more", len(labels) - _SHOWN)
        return between.join(labels[:_SHOWN]) + f" (+ {more})"
    return between.join(labels)
