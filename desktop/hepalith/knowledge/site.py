"""Site settings: what a hospital may refine. Texts and options, never the safety logic.

A site file (TOML) can add regions to the endemic lists, name its contacts and products, say which examinations it does
not have, and choose follow-up times where no guideline gives one. Every deviation is published with each assessment.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from hepalith.domain.durations import parse_duration
from hepalith.domain.errors import InvalidValueError, KnowledgeError
from hepalith.i18n import _
from hepalith.knowledge.model import Cost, FollowUpStep, KnowledgeFiles, Recommendation


class SiteError(KnowledgeError):
    """A site file that cannot be used; the text names all its problems."""


class SiteProblem(NamedTuple):
    """What does not fit, and where: the keys that lead to it in the file, for example ("contacts", "a", "name")."""

    place: tuple[str, ...]
    message: str


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base: no unknown key."""


class Contact(_Strict, frozen=True, kw_only=True):
    """Where a recommendation sends the patient here. `advice`: ids of recommendations that name it."""

    name: str
    telephone: str = ""
    advice: tuple[str, ...]


class Product(_Strict, frozen=True, kw_only=True):
    """What the formulary has for a drug (the part after "drug:" of the tags of recommendations)."""

    name: str = ""
    available: bool = True
    note: str = ""


class Interval(_Strict, frozen=True, kw_only=True):
    """Follow-up times of this site in place of the program's own default."""

    after: tuple[str, ...] = ()
    then_every: str = ""
    until: str = ""
    reason: str


class SiteLetterhead(_Strict, frozen=True, kw_only=True):
    """The head of printed notes. logo: an SVG or PNG file, its path seen from the site file."""

    lines: tuple[str, ...] = ()
    logo: str = ""


class Site(_Strict, frozen=True, kw_only=True):
    """A site file."""

    institution: str = ""
    clinician: str = ""
    letterhead: SiteLetterhead = SiteLetterhead()
    unavailable: tuple[Cost, ...] = ()  # kinds of examination that cannot be done here
    endemic: dict[str, tuple[str, ...]] = {}  # list id -> choices added to it
    contacts: dict[str, Contact] = {}
    formulary: dict[str, Product] = {}
    follow_up: dict[str, Interval] = {}  # recommendation id -> times


def read_site(path: Path) -> Site:
    """The settings in a site file. Raises SiteError."""
    import tomllib

    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Site)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SiteError(
            _('The site file "{name}" cannot be used: {reason}.').format(name=path.name, reason=error)
        ) from None


def apply_site(files: KnowledgeFiles, site: Site) -> tuple[KnowledgeFiles, tuple[str, ...]]:
    """The knowledge as this site refines it, and every deviation in words. Raises SiteError with all problems."""
    problems = site_problems(files, site)
    if problems:
        text = "; ".join(problem.message for problem in problems)
        raise SiteError(_("The site file cannot be used: {problems}.").format(problems=text))
    lists = tuple(
        replace(entry, values=tuple(dict.fromkeys((*entry.values, *site.endemic.get(entry.id, ())))))
        for entry in files.lists
    )
    recommendations = tuple(_refined(entry, site) for entry in files.recommendations)
    refined = replace(files, lists=lists, recommendations=recommendations, hash=files.hash + _digest(site))
    return refined, tuple(_deviations(files, site))


def _digest(site: Site) -> str:
    """What the hash of the knowledge gets: nothing while the site refines none of it."""
    refining = replace(site, institution="", clinician="", letterhead=SiteLetterhead())
    return "" if refining == Site() else "+" + hashlib.sha256(msgspec.json.encode(refining)).hexdigest()[:8]


def site_problems(files: KnowledgeFiles, site: Site) -> tuple[SiteProblem, ...]:
    """Everything in the settings that does not fit the knowledge as it comes with the program."""
    return tuple(
        SiteProblem(place, message)
        for check in (_endemic_problems, _contact_problems, _formulary_problems, _follow_up_problems)
        for place, message in check(files, site)
    )


Found = Iterator[tuple[tuple[str, ...], str]]


def _endemic_problems(files: KnowledgeFiles, site: Site) -> Found:
    choices = {entry.id: {option.id for option in entry.choices} for entry in files.findings}
    lists = {entry.id: choices[entry.of] for entry in files.lists}
    for name, values in site.endemic.items():
        place = ("endemic", name)
        if name not in lists:
            yield place, _('there is no list "{name}"').format(name=name)
            continue
        for value in sorted(set(values) - lists[name]):
            yield place, _('"{value}" is no choice of {name}').format(value=value, name=name)


def _contact_problems(files: KnowledgeFiles, site: Site) -> Found:
    known = {entry.id for entry in files.recommendations}
    for key, contact in site.contacts.items():
        if not contact.name.strip():
            yield ("contacts", key, "name"), _('the contact "{key}" has no name').format(key=key)
        if not contact.advice:
            yield ("contacts", key, "advice"), _('the contact "{key}" belongs to no recommendation').format(key=key)
        for name in contact.advice:
            if name not in known:
                yield ("contacts", key, "advice"), _('there is no recommendation "{name}"').format(name=name)


def _formulary_problems(files: KnowledgeFiles, site: Site) -> Found:
    for drug in sorted(set(site.formulary) - set(drugs_of(files))):
        yield ("formulary", drug), _('no recommendation names the drug "{name}"').format(name=drug)


def _follow_up_problems(files: KnowledgeFiles, site: Site) -> Found:
    recommendations = {entry.id: entry for entry in files.recommendations}
    for name, interval in site.follow_up.items():
        place = ("follow_up", name)
        entry = recommendations.get(name)
        if entry is None:
            yield place, _('there is no recommendation "{name}"').format(name=name)
            continue
        if not entry.follow_up:
            yield place, _("{name} has no follow-up to change").format(name=name)
        elif not can_change_times(entry):
            yield (
                place,
                _("{name} takes its follow-up times from a source: a site cannot change them").format(name=name),
            )
        if not interval.reason.strip():
            yield (*place, "reason"), _("{name}: say why this site has other times").format(name=name)
        if not interval.after and not interval.then_every:
            yield (*place, "after"), _("{name}: no follow-up time is given").format(name=name)
        for field in ("after", "then_every", "until"):
            written = getattr(interval, field)
            for duration in filter(None, (written,) if isinstance(written, str) else written):
                try:
                    parse_duration(duration)
                except InvalidValueError as error:
                    yield (*place, field), f"{name}: {error}"


def drugs_of(files: KnowledgeFiles) -> tuple[str, ...]:
    """The drugs that recommendations name, by the ids that a formulary uses."""
    return tuple(sorted({drug for entry in files.recommendations for drug in _drugs(entry)}))


def can_change_times(entry: Recommendation) -> bool:
    """Whether a site may choose the follow-up times: only where all of them are the program's own default."""
    return bool(entry.follow_up) and all((step.basis or entry.basis) == "default" for step in entry.follow_up)


def _refined(entry: Recommendation, site: Site) -> Recommendation:
    additions = [
        " ".join(filter(None, (_("Here: {name}.").format(name=contact.name), contact.telephone)))
        for contact in site.contacts.values()
        if entry.id in contact.advice
    ]
    additions += [_product(site.formulary[drug], drug) for drug in _drugs(entry) if drug in site.formulary]
    action = " ".join((entry.action, *additions))
    interval = site.follow_up.get(entry.id)
    follow_up = tuple(_with(step, interval) for step in entry.follow_up) if interval else entry.follow_up
    return replace(entry, action=action, follow_up=follow_up)


def _with(step: FollowUpStep, interval: Interval) -> FollowUpStep:
    note = "; ".join(filter(None, (step.note, _("times of this site: {reason}").format(reason=interval.reason))))
    return replace(step, after=interval.after, then_every=interval.then_every, until=interval.until, note=note)


def _drugs(entry: Recommendation) -> list[str]:
    return [tag.removeprefix("drug:") for tag in entry.tags if tag.startswith("drug:")]


def _product(product: Product, drug: str) -> str:
    if not product.available:
        text = _("Not in the formulary here: {drug}.").format(drug=drug)
    else:
        text = _("In the formulary here: {name}.").format(name=product.name or drug)
    return " ".join(filter(None, (text, product.note)))


def _deviations(files: KnowledgeFiles, site: Site) -> Iterator[str]:
    labels = {entry.id: entry.label for entry in files.lists}
    for name, values in site.endemic.items():
        yield _("{list}: {values} added by this site").format(list=labels[name], values=", ".join(values))
    for kind in site.unavailable:
        yield _("{kind} examinations cannot be done at this site").format(kind=kind)
    for contact in site.contacts.values():
        yield _("{name} named as contact for {advice}").format(name=contact.name, advice=", ".join(contact.advice))
    for drug, product in site.formulary.items():
        yield _product(product, drug)
    for name, interval in site.follow_up.items():
        text = _("{name}: follow-up {times} in place of the program's default ({reason})")
        yield text.format(name=name, times=_times(interval), reason=interval.reason)


def _times(interval: Interval) -> str:
    parts = [*interval.after]
    if interval.then_every:
        parts.append(_("then every {interval}").format(interval=interval.then_every))
    if interval.until:
        parts.append(_("until {limit}").format(limit=interval.until))
    return ", ".join(parts)
