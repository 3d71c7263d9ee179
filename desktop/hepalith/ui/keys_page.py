"""The list of keys as a page, to be printed or kept."""

from collections.abc import Iterable, Sequence
from html import escape

from hepalith.i18n import _
from hepalith.ui.shortcuts import Keyed, native


def field_keys() -> tuple[tuple[str, str], ...]:
    """Keys inside the form, which are the same everywhere and cannot be changed: keys, and what they do."""
    return (
        ("Tab, Shift+Tab", _("next or previous field")),
        (_("arrows"), _("move between the answers of a field")),
        (_("a letter"), _("choose the answer that begins with it")),
        (_("Space"), _("choose the answer that has the keyboard")),
        ("?", _("cannot be told")),
        (_("Delete"), _("not recorded")),
        (_("Alt+Down, menu key"), _("rarer answers, calendar")),
        (_("Esc"), _("take back what was refused")),
    )


def keys_page(listed: Sequence[Keyed]) -> str:
    """The list of keys as HTML, to be printed or kept."""
    own = [(native(one.keys), one.text) for one in listed if one.keys]
    return (
        f'<html><head><meta charset="utf-8"><title>{escape(_("Keys of Hepalith"))}</title></head><body>'
        f"<h1>{escape(_('Keys of Hepalith'))}</h1>{_table(own)}"
        f"<h2>{escape(_('In the form'))}</h2>{_table(field_keys())}</body></html>"
    )


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(
        f"<tr><td><b>{escape(keys)}</b>&nbsp;&nbsp;</td><td>{escape(text)}</td></tr>" for keys, text in rows
    )
    return f"<table cellpadding='3'>{cells}</table>"
