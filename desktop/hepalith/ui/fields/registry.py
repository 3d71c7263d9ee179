"""Which editor shows a finding: the one named by the dictionary's `widget`, else the one of its type."""

from collections.abc import Callable

import msgspec
from PySide6.QtWidgets import QWidget

from hepalith.knowledge.model import Finding
from hepalith.ui.fields.choice import ComboEditor, SegmentedChoiceEditor, YesNoEditor
from hepalith.ui.fields.date import DateEditor
from hepalith.ui.fields.editor import Editor
from hepalith.ui.fields.multi import MultiEditor
from hepalith.ui.fields.number import NumberEditor
from hepalith.ui.fields.text import TextEditor

EditorMaker = Callable[[Finding, QWidget], Editor]

_SHORT_CHOICES = 4
_SHORT_LETTERS = 48


def _choice(finding: Finding, parent: QWidget) -> Editor:
    short = (
        len(finding.choices) <= _SHORT_CHOICES
        and sum(len(option.label) for option in finding.choices) <= _SHORT_LETTERS
    )
    pictured = any(option.picture for option in finding.choices)
    return SegmentedChoiceEditor(finding, parent) if short or pictured else ComboEditor(finding, parent)


def _segment_map(finding: Finding, parent: QWidget) -> Editor:
    from hepalith.ui.fields.segment_map import SegmentMapEditor  # of no page that is shown first

    return SegmentMapEditor(finding, parent)


BY_TYPE: dict[str, EditorMaker] = {
    "yes_no": YesNoEditor,
    "choice": _choice,
    "multi": MultiEditor,
    "number": NumberEditor,
    "date": DateEditor,
    "text": TextEditor,
}

# Special widgets by the name that the dictionary gives them. A name that is not here is shown by its type.
BY_WIDGET: dict[str, EditorMaker] = {"segment_map": _segment_map}


def make_editor(finding: Finding, parent: QWidget, *, small: bool = False) -> Editor:
    """A new editor for a finding. small: one without pictures, for another examination or a table."""
    if small:
        plain = tuple(msgspec.structs.replace(option, picture="") for option in finding.choices)
        finding = msgspec.structs.replace(finding, choices=plain, widget="")
    return BY_WIDGET.get(finding.widget, BY_TYPE[finding.type])(finding, parent)
