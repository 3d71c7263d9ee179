"""A case: an immutable set of observations about a patient and their lesions, and what the clinician decided otherwise.

What is not observed is not in the case ("not recorded"); that is never the same as "no".
"""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

import msgspec

from hepalith.domain.errors import InvalidValueError
from hepalith.i18n import _

PATIENT = "patient"


class State(StrEnum):
    """How much is known of a finding. "Not recorded" has no observation at all."""

    KNOWN = "known"
    INDETERMINATE = "indeterminate"  # looked for, cannot be told
    UNOBTAINABLE = "unobtainable"  # cannot be obtained here


class Origin(StrEnum):
    """Where an observation came from."""

    TYPED = "typed"
    IMPORTED = "imported"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"


class NumberValue(msgspec.Struct, frozen=True, kw_only=True, tag="number"):
    """A number as entered, with its unit (UCUM). `comparator` is "", "<", "<=", ">" or ">=" (censored)."""

    number: str
    unit: str
    comparator: str = ""


class YesNoValue(msgspec.Struct, frozen=True, kw_only=True, tag="yes_no"):
    """A yes or a no that was asked or looked for."""

    yes: bool


class ChoiceValue(msgspec.Struct, frozen=True, kw_only=True, tag="choice"):
    """One choice, or several candidates when it was only narrowed down."""

    candidates: tuple[str, ...]


class ItemsValue(msgspec.Struct, frozen=True, kw_only=True, tag="items"):
    """Items of a multi-choice finding. An item in neither list was not recorded."""

    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


class DateValue(msgspec.Struct, frozen=True, kw_only=True, tag="date"):
    """An ISO 8601 date, with a precision of day, month or year ("2026-05-20", "2026-05", "2026")."""

    date: str


class TextValue(msgspec.Struct, frozen=True, kw_only=True, tag="text"):
    """Free text; never evaluated."""

    text: str


Value = NumberValue | YesNoValue | ChoiceValue | ItemsValue | DateValue | TextValue


class Observation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One finding of one subject, as observed once.

    subject: "patient" or a lesion id. study: the imaging study it was seen on, or "".
    value: None unless the state is known. date: ISO date or "" (current).
    lower_limit, upper_limit: the laboratory's own limits, in the unit of the value.
    """

    finding: str
    subject: str = PATIENT
    study: str = ""
    state: State = State.KNOWN
    value: Value | None = None
    date: str = ""
    lower_limit: str = ""
    upper_limit: str = ""
    origin: Origin = Origin.TYPED
    extra: dict[str, Any] = {}  # unknown keys of a newer file, kept

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes it the same observation: a later entry with this key replaces it."""
        return (self.finding, self.subject, self.study, self.date)


class Study(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An imaging examination. modality: a choice of the finding `modality`; slice_mm: as entered, or ""."""

    id: str
    modality: str = ""
    date: str = ""
    phase: str = ""
    slice_mm: str = ""
    label: str = ""
    extra: dict[str, Any] = {}


class Lesion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A lesion. The id ("L1") is permanent and never given again in the same case."""

    id: str
    label: str = ""
    extra: dict[str, Any] = {}


class OverrideKind(StrEnum):
    """How the clinician decides otherwise."""

    SET_ASIDE = "set_aside"
    OTHER_PLAN = "other_plan"


class Override(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The clinician decided otherwise than a recommendation advises for the patient or a lesion. Both are kept.

    recommendation: its id; "" only for a plan that stands for itself. reason: id of a coded reason of the knowledge
    ("" for a plan). text: the explanation, or the other plan. date: ISO day. level: how urgent the recommendation was.
    title, advised: the words of the recommendation then, in that language ("" in files from before they were kept).
    """

    recommendation: str
    subject: str = PATIENT
    kind: OverrideKind
    reason: str = ""
    text: str = ""
    author: str
    date: str
    level: str = ""
    title: str = ""
    advised: str = ""
    language: str = ""
    extra: dict[str, Any] = {}

    @property
    def key(self) -> tuple[str, str]:
        """What it is about: a later decision about the same replaces it."""
        return (self.recommendation, self.subject)


class Identity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who the patient is, for the note. Never evaluated."""

    name: str = ""
    identifier: str = ""
    birth_date: str = ""


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A patient's findings. `lesion_counter` is the highest number ever given to a lesion."""

    case_id: str
    revision: int = 0
    parent_revision: int | None = None
    dictionary_version: int = 0
    identity: Identity = Identity()
    studies: tuple[Study, ...] = ()
    lesions: tuple[Lesion, ...] = ()
    lesion_counter: int = 0
    observations: tuple[Observation, ...] = ()
    overrides: tuple[Override, ...] = ()
    extra: dict[str, Any] = {}

    def observed(self, finding: str, subject: str = PATIENT, study: str = "", date: str = "") -> Observation | None:
        """The observation with exactly this key, or None."""
        key = (finding, subject, study, date)
        return next((o for o in self.observations if o.key == key), None)

    def of(self, finding: str, subject: str = PATIENT) -> tuple[Observation, ...]:
        """All observations of a finding of a subject, in order of entry."""
        return tuple(o for o in self.observations if o.finding == finding and o.subject == subject)

    def with_observation(self, observation: Observation) -> "Case":
        """The case with this observation added, or put in the place of the one with the same key."""
        replaced = False
        kept: list[Observation] = []
        for old in self.observations:
            if old.key == observation.key:
                kept.append(observation)
                replaced = True
            else:
                kept.append(old)
        if not replaced:
            kept.append(observation)
        return msgspec.structs.replace(self, observations=tuple(kept))

    def without_observation(self, key: tuple[str, str, str, str]) -> "Case":
        """The case without the observation of this key: it is "not recorded" again."""
        return self._keep(lambda o: o.key != key)

    def with_new_lesion(self, label: str = "") -> "Case":
        """The case with one more lesion, under an id that was never used in it."""
        number = self.lesion_counter + 1
        lesion = Lesion(id=f"L{number}", label=label)
        return msgspec.structs.replace(self, lesions=(*self.lesions, lesion), lesion_counter=number)

    def with_lesion(self, lesion: Lesion) -> "Case":
        """The case with this lesion in the place of the one with its id."""
        return msgspec.structs.replace(
            self, lesions=tuple(lesion if old.id == lesion.id else old for old in self.lesions)
        )

    def without_lesion(self, lesion_id: str) -> "Case":
        """The case without a lesion, what was observed of it and what was decided about it."""
        lesions = tuple(lesion for lesion in self.lesions if lesion.id != lesion_id)
        overrides = tuple(override for override in self.overrides if override.subject != lesion_id)
        kept = self._keep(lambda o: o.subject != lesion_id)
        return msgspec.structs.replace(kept, lesions=lesions, overrides=overrides)

    def with_study(self, study: Study) -> "Case":
        """The case with this study added, or put in the place of the one with its id."""
        if any(old.id == study.id for old in self.studies):
            return msgspec.structs.replace(
                self, studies=tuple(study if old.id == study.id else old for old in self.studies)
            )
        return msgspec.structs.replace(self, studies=(*self.studies, study))

    def without_study(self, study_id: str) -> "Case":
        """The case without a study and what was seen on it."""
        studies = tuple(study for study in self.studies if study.id != study_id)
        return msgspec.structs.replace(self._keep(lambda o: o.study != study_id), studies=studies)

    def with_override(self, override: Override) -> "Case":
        """The case with this decision, in the place of an earlier one about the same."""
        others = self.without_override(*override.key).overrides
        return msgspec.structs.replace(self, overrides=(*others, override))

    def without_override(self, recommendation: str, subject: str = PATIENT) -> "Case":
        """The case without the decision about a recommendation for a subject."""
        kept = tuple(old for old in self.overrides if old.key != (recommendation, subject))
        return msgspec.structs.replace(self, overrides=kept)

    def _keep(self, wanted: Callable[[Observation], bool]) -> "Case":
        return msgspec.structs.replace(self, observations=tuple(o for o in self.observations if wanted(o)))


def parse_number(text: str) -> Decimal:
    """The finite decimal that was typed, with "." or "," as its decimal sign.

    Raises InvalidValueError for anything else (words, NaN, infinity, nothing).
    """
    try:
        number = Decimal(text.strip().replace(",", ".").replace("_", "?"))  # Python's own sign between digits
    except InvalidOperation:
        raise InvalidValueError(
            _('"{text}" is not a number. Type digits, for example 12.5.').format(text=text)
        ) from None
    if not number.is_finite():
        raise InvalidValueError(_('"{text}" is not a number that can be measured.').format(text=text))
    return number
