"""Words of the interface for the enumerations of case and assessment."""

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from hepalith.domain.assessment import Answer
from hepalith.domain.case import Case, State, Study
from hepalith.domain.words import unit_text
from hepalith.figures.pictures import picture
from hepalith.i18n import _, pgettext
from hepalith.knowledge.base import MODALITY, Knowledge

_LEFT_TO_RIGHT_MARK = "\u200e"
_KEY_IN_BRACKETS = re.compile(r"\(&\w\)")  # as languages without Latin letters show the key of a menu


def without_key(text: str) -> str:
    """The words of an action or menu without its key and the dots that announce a dialog."""
    words = _KEY_IN_BRACKETS.sub("", text).replace("&&", "\0").replace("&", "").replace("\0", "&")
    return words.rstrip(".")


def basis_word(level: str) -> str:
    """How far a statement was checked against its source."""
    return {
        "read": _("source read"),
        "secondary": _("second-hand"),
        "recalled": _("recalled, not checked"),
        "default": _("product default, no source"),
    }.get(level, level)


ANSWER_SIGN = {Answer.YES: "✓", Answer.NO: "✗", Answer.UNKNOWN: "?"}


def state_word(state: State | None) -> str:
    """The state of a finding in words; None is "not recorded"."""
    if state is None:
        return _("Not recorded")
    return {
        State.KNOWN: _("Recorded"),
        State.INDETERMINATE: _("Cannot be told"),
        State.UNOBTAINABLE: _("Cannot be obtained here"),
    }[state]


def subject_word(case: Case, subject: str) -> str:
    """The patient, or what a lesion is called."""
    for lesion in case.lesions:
        if lesion.id == subject:
            number = lesion.id.removeprefix("L")
            name = _("Lesion {number}").format(number=number) if number.isdigit() else lesion.id
            return f"{name}: {lesion.label}" if lesion.label else name
    return _("Patient")


def study_word(study: Study, knowledge: Knowledge) -> str:
    """An imaging study in a few words."""
    modality = knowledge.choice_label(MODALITY, study.modality) if study.modality else _("Examination")
    return " ".join(part for part in (modality, study.date or _("(no date)")) if part)


def alternative(name: str) -> str:
    """What a picture of the dictionary shows, for those who do not see it; "" for no picture."""
    return picture(name).description if name else ""


def unfolded_word(*, opened: bool) -> str:
    """Whether a part of the window that can be opened is open."""
    return pgettext("unfolded", "open") if opened else pgettext("unfolded", "closed")


def unit_word(unit: str) -> str:
    """A UCUM unit as people write it, its signs in their order also where lines run from right to left.

    There a sign that belongs to no direction, as the degree, would come after the letter that follows it.
    """
    text = unit_text(unit)
    leftwards = QGuiApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft
    return f"{_LEFT_TO_RIGHT_MARK}{text}" if leftwards and text and not text[0].isalpha() else text
