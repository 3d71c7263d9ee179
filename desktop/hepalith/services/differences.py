"""How one case differs from another, in words, for a person who has to choose between them."""

from collections.abc import Iterator

from hepalith.decision.wording import observation_text
from hepalith.domain.case import PATIENT, Case, Observation, Override, Study
from hepalith.i18n import _
from hepalith.knowledge.base import MODALITY, Knowledge

_NOTHING = "–"


def differences(before: Case, after: Case, knowledge: Knowledge) -> tuple[str, ...]:
    """A line for each difference: what it concerns, what it was, and what it is. Revisions do not count."""
    return (*_identity(before, after), *_parts(before, after, knowledge), *_observations(before, after, knowledge))


def _identity(before: Case, after: Case) -> Iterator[str]:
    for key, label in (
        ("name", _("Name")),
        ("identifier", _("Patient identifier")),
        ("birth_date", _("Date of birth")),
    ):
        yield from _line(label, getattr(before.identity, key), getattr(after.identity, key))


def _parts(before: Case, after: Case, knowledge: Knowledge) -> Iterator[str]:
    old, new = {one.id: one for one in before.lesions}, {one.id: one for one in after.lesions}
    for name in dict.fromkeys((*old, *new)):
        label = _lesion(name)
        was = (old[name].label or _("there")) if name in old else ""
        now = (new[name].label or _("there")) if name in new else ""
        yield from _line(label, was, now)
    studies = {one.id: one for one in before.studies}, {one.id: one for one in after.studies}
    for name in dict.fromkeys((*studies[0], *studies[1])):
        was, now = (_study(part[name], knowledge) if name in part else "" for part in studies)
        yield from _line(_examination(name), was, now)
    decided = {one.key: one for one in before.overrides}, {one.key: one for one in after.overrides}
    for key in dict.fromkeys((*decided[0], *decided[1])):
        was, now = (_why(part[key], knowledge) if key in part else "" for part in decided)
        advice = knowledge.recommendations.get(key[0])
        title = advice.entry.title if advice is not None else key[0]
        yield from _line(_("Decided otherwise: {advice}").format(advice=title), was, now)


def _observations(before: Case, after: Case, knowledge: Knowledge) -> Iterator[str]:
    old, new = {one.key: one for one in before.observations}, {one.key: one for one in after.observations}
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) == new.get(key):
            continue
        finding, subject, study, date = key
        lesion, examination = "" if subject == PATIENT else _lesion(subject), _examination(study) if study else ""
        place = ", ".join(filter(None, (lesion, examination, date)))
        label = f"{knowledge.label(finding)} ({place})" if place else knowledge.label(finding)
        was, now = _text(old.get(key), knowledge), _text(new.get(key), knowledge)
        yield f"{label}: {was or _NOTHING} → {now or _NOTHING}"


def _lesion(name: str) -> str:
    return _("Lesion {number}").format(number=name.removeprefix("L"))


def _examination(name: str) -> str:
    return _("Examination {number}").format(number=name.removeprefix("S"))


def _study(study: Study, knowledge: Knowledge) -> str:
    modality = knowledge.choice_label(MODALITY, study.modality)
    return " ".join(filter(None, (modality, study.date, study.phase, study.slice_mm)))


def _why(override: Override, knowledge: Knowledge) -> str:
    return override.text or knowledge.header.override_reason_text(override.reason)


def _text(observation: Observation | None, knowledge: Knowledge) -> str:
    if observation is None:
        return ""
    finding = knowledge.findings.get(observation.finding)
    if finding is None:
        return _("a value that this version does not know")
    limits = " ".join(filter(None, (observation.lower_limit, observation.upper_limit)))
    text = observation_text(observation, finding)
    return f"{text} [{limits}]" if limits else text


def _line(label: str, was: str, now: str) -> Iterator[str]:
    if was != now:
        yield f"{label}: {was or _NOTHING} → {now or _NOTHING}"
