"""The site file (TOML) as a form edits it: what a person wrote beside the settings, comments and order, stays."""

import tomllib
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import msgspec
import tomlkit
from tomlkit.exceptions import TOMLKitError

from hepalith.files import reason_of, write_atomically
from hepalith.i18n import _
from hepalith.knowledge.site import Site, SiteError


def write_site(path: Path, site: Site) -> None:
    """Writes the settings. A file without any is not made. Raises SiteError; the old file is then as it was."""
    wanted: dict[str, Any] = msgspec.to_builtins(site)
    try:
        old = path.read_text(encoding="utf-8") if path.is_file() else ""
        if not wanted and not old:
            return
        document = tomlkit.parse(old)
        _update(document, wanted)
        text = tomlkit.dumps(document)
        if msgspec.convert(tomllib.loads(text), Site) != site:
            raise SiteError(_('The site file "{name}" could not be written as it is wanted.').format(name=path.name))
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text.encode())
    except OSError as error:
        message = _('The site file "{name}" cannot be written: {reason}.')
        raise SiteError(message.format(name=path.name, reason=reason_of(error))) from error
    except (UnicodeDecodeError, TOMLKitError) as error:
        message = _('The site file "{name}" cannot be used: {reason}.')
        raise SiteError(message.format(name=path.name, reason=error)) from error


def _update(table: MutableMapping[str, Any], wanted: dict[str, Any]) -> None:
    """Makes the table say what is wanted, touching only what differs."""
    for key in [key for key in table if key not in wanted]:
        del table[key]
    for key, value in wanted.items():
        there = table.get(key)
        if isinstance(value, dict) and isinstance(there, MutableMapping):
            _update(there, value)
        elif there is None or tomlkit.item(value).unwrap() != tomlkit.item(there).unwrap():
            table[key] = value
