"""Which editor shows a finding: the one named by the dictionary's `widget`, else the one of its type."""

from collections.abc import Callable

import msgspec
from PySide6.QtWidgets import QWidget

from hepalith.knowledge.model import Finding
from hepalith.ui.fields.choice import ComboEditor, SegmentedChoiceEditor, YesNoEditor
from hepalith.ui.fields.editor import Editor
from hepalith.ui.fields.number import NumberEditor

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


# Imported when they are first wanted: the page that is shown first has none of them.


def _multi(finding: Finding, parent: QWidget) -> Editor:
    from hepalith.ui.fields.multi import MultiEditor

    return MultiEditor(finding, parent)


def _date(finding: Finding, parent: QWidget) -> Editor:
    from hepalith.ui.fields.date import DateEditor

    return DateEditor(finding, parent)


def _text(finding: Finding, parent: QWidget) -> Editor:
    from hepalith.ui.fields.text import TextEditor

    return TextEditor(finding, parent)


def _segment_map(finding: Finding, parent: QWidget) -> Editor:
    from hepalith.ui.fields.segment_map import SegmentMapEditor

    return SegmentMapEditor(finding, parent)


BY_TYPE: dict[str, EditorMaker] = {
    "yes_no": YesNoEditor,
    "choice": _choice,
    "multi": _multi,
    "number": NumberEditor,
    "date": _date,
    "text": _text,
}

# Special widgets by the name that the dictionary gives them. A name that is not here is shown by its type.
BY_WIDGET: dict[str, EditorMaker] = {"segment_map": _segment_map}


def make_editor(finding: Finding, parent: QWidget, *, small: bool = False) -> Editor:
    """A new editor for a finding. small: one without pictures, for another examination or a table."""
    if small:
        plain = tuple(msgspec.structs.replace(option, picture="") for option in finding.choices)
        finding = msgspec.structs.replace(finding, choices=plain, widget="")
    return BY_WIDGET.get(finding.widget, BY_TYPE[finding.type])(finding, parent)
