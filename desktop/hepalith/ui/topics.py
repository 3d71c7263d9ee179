"""Which place of the manual is about which part of the window."""

from PySide6.QtWidgets import QWidget

from hepalith.ui.fields.row import FieldRow

FIRST_TOPIC = "start"
_TOPIC = "help_topic"


def set_topic(widget: QWidget, topic: str) -> None:
    """Says which place of the manual is about a widget and what is in it."""
    widget.setProperty(_TOPIC, topic)


def topic_of(widget: QWidget | None) -> str:
    """The place of the manual that is about a widget: its own, or that of the nearest one around it."""
    while widget is not None:
        if isinstance(widget, FieldRow):
            return field_topic(widget.finding.id)
        topic = widget.property(_TOPIC)
        if topic:
            return str(topic)
        widget = widget.parentWidget()
    return FIRST_TOPIC


def field_topic(finding: str) -> str:
    """The place that is about a field of the dictionary."""
    return f"field-{finding}"
