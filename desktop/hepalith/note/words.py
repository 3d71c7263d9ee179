"""The program's words in the note: levels, kinds, classes, bases, units and entered values. Nothing clinical."""

from datetime import date, datetime

from hepalith.domain.assessment import Need
from hepalith.domain.case import (
    PATIENT,
    Case,
    ChoiceValue,
    DateValue,
    ItemsValue,
    NumberValue,
    Observation,
    Origin,
    State,
    Study,
    TextValue,
    YesNoValue,
)
from hepalith.domain.words import unit_text
from hepalith.i18n import _
from hepalith.knowledge.base import MODALITY, Knowledge
from hepalith.knowledge.model import ChoiceOption

_COMPARATORS = {"": "", "<": "< ", "<=": "≤ ", ">": "> ", ">=": "≥ "}


def with_unit(number: str, unit: str) -> str:
    """A number and its unit."""
    return f"{number} {unit_text(unit)}".rstrip()


def instant_text(at: datetime) -> str:
    """An instant, to the minute, with its offset from UTC."""
    offset = at.strftime("%z")
    return f"{at:%Y-%m-%d %H:%M}" + (f" {offset[:3]}:{offset[3:5]}" if offset else "")


def long_date(day: str) -> str:
    """An ISO date as a patient reads it: "1 December 2026"."""
    months = (
        _("January"), _("February"), _("March"), _("April"), _("May"), _("June"),
        _("July"), _("August"), _("September"), _("October"), _("November"), _("December"),
    )  # fmt: skip
    made = date.fromisoformat(day)
    return _("{day} {month} {year}").format(day=made.day, month=months[made.month - 1], year=made.year)


class CaseWords:
    """Says what one case holds, in the words of one knowledge base."""

    def __init__(self, case: Case, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._lesions = {lesion.id: lesion.label for lesion in case.lesions}
        self._studies = {study.id: study for study in case.studies}

    def subject(self, subject: str) -> str:
        """A lesion by its id and label; nothing for the patient."""
        if subject == PATIENT:
            return ""
        label = self._lesions.get(subject, "")
        return f"{subject} ({label})" if label else subject

    def needs(self, needs: tuple[Need, ...]) -> tuple[str, ...]:
        """Open findings by their labels, with the lesion when there are several."""
        several = len(self._lesions) > 1
        return tuple(
            dict.fromkeys(
                _("{label} of {lesion}").format(label=need.label, lesion=need.subject)
                if several and need.subject != PATIENT
                else need.label
                for need in needs
            )
        )

    def study(self, study_id: str) -> str:
        """A study by modality, phase and date."""
        study = self._studies.get(study_id)
        return self.study_text(study) if study else study_id

    def study_text(self, study: Study) -> str:
        """A study by modality, phase and date."""
        modality = self._knowledge.choice_label(MODALITY, study.modality) if study.modality else ""
        slices = _("{slice} mm slices").format(slice=study.slice_mm) if study.slice_mm else ""
        phase = "" if study.phase in modality else study.phase  # "CT, unenhanced" says it already
        what = ", ".join(part for part in (study.label, modality, phase, slices) if part)
        return " ".join(part for part in (what or study.id, study.date) if part)

    def study_date(self, observation: Observation) -> str:
        """The date of an observation: its own, or that of its study; "" when it has none."""
        study = self._studies.get(observation.study)
        return observation.date or (study.date if study else "")

    def where(self, observation: Observation) -> str:
        """On which study and date something was observed."""
        parts = [self.study(observation.study) if observation.study else "", observation.date]
        return ", ".join(part for part in parts if part)

    def value(self, observation: Observation) -> str:
        """A value as entered, with its unit, and the laboratory's own limits."""
        if observation.state is State.INDETERMINATE:
            return _("looked for, cannot be told")
        if observation.state is State.UNOBTAINABLE:
            return _("cannot be obtained here")
        match observation.value:
            case NumberValue(number=number, unit=unit, comparator=comparator):
                return (
                    _COMPARATORS.get(comparator, f"{comparator} ")
                    + with_unit(number, unit)
                    + self._limits(observation, unit)
                )
            case YesNoValue(yes=yes):
                return _("yes") if yes else _("no")
            case ChoiceValue(candidates=candidates):
                labels = self._labels(observation.finding)
                return _(" or ").join(labels.get(choice, choice) for choice in candidates)
            case ItemsValue():
                return self._items(observation.finding, observation.value)
            case DateValue(date=date):
                return date
            case TextValue(text=text):
                return text
        return _("not recorded")

    def is_no(self, observation: Observation) -> bool:
        """Whether the answer is a plain no, or none of the items."""
        match observation.value:
            case YesNoValue(yes=yes):
                return not yes
            case ItemsValue(present=(), absent=absent):
                return set(absent) == set(self._labels(observation.finding))
        return False

    def origin(self, observation: Observation) -> str:
        """Where it came from, unless it was typed."""
        return {
            Origin.IMPORTED: _("imported"),
            Origin.PROPOSED: _("proposed, not confirmed"),
            Origin.ACCEPTED: _("read from text, confirmed"),
        }.get(observation.origin, "")

    def _labels(self, finding: str) -> dict[str, str]:
        entry = self._knowledge.findings.get(finding)
        options: tuple[ChoiceOption, ...] = entry.choices if entry else ()
        return {option.id: option.label for option in options}

    def _items(self, finding: str, value: ItemsValue) -> str:
        labels = self._labels(finding)
        present = ", ".join(labels.get(item, item) for item in value.present)
        absent = ", ".join(labels.get(item, item) for item in value.absent)
        unrecorded = [item for item in labels if item not in value.present and item not in value.absent]
        if not unrecorded and not value.present:
            return _("none of these")
        parts = [present]
        if absent:
            parts.append(_("none of the others") if not unrecorded else _("not: {items}").format(items=absent))
        if unrecorded and (present or absent):
            parts.append(_("others not recorded"))
        return "; ".join(part for part in parts if part) or _("not recorded")

    @staticmethod
    def _limits(observation: Observation, unit: str) -> str:
        low, high = observation.lower_limit, observation.upper_limit
        if low and high:
            text = _("{low} to {high}").format(low=low, high=with_unit(high, unit))
        elif high:
            text = _("up to {high}").format(high=with_unit(high, unit))
        elif low:
            text = _("from {low}").format(low=with_unit(low, unit))
        else:
            return ""
        return " " + _("(laboratory: {limits})").format(limits=text)
