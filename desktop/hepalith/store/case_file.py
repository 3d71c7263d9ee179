"""Case files, `*.hepalith.json`: versioned, published as JSON Schema under `resources/schemas/`.

Keys that this version does not know are kept and written back; findings that the dictionary does not know are kept
too and never evaluated. A damaged or newer file is refused with a clear sentence and left as it is.
"""

import codecs
from pathlib import Path
from typing import Any

import msgspec

from hepalith.domain.case import PATIENT, Case, Lesion, Observation, Override, Study
from hepalith.domain.errors import CaseFileError, MissingCaseFileError, NewerCaseFileError
from hepalith.files import reason_of, write_atomically
from hepalith.i18n import _

FORMAT = "hepalith-case"
VERSION = 1
SUFFIX = ".hepalith.json"
SIZE_LIMIT = 50_000_000
_PARTS: dict[str, type[msgspec.Struct]] = {
    "observations": Observation,
    "studies": Study,
    "lesions": Lesion,
    "overrides": Override,
}
_OWN_KEYS = {"format", "version"}


class CaseFiles:
    """Case files on this machine's disks (the port `CaseStore`)."""

    def load(self, path: Path) -> Case:
        """The case in a file. Raises MissingCaseFileError, CaseFileError."""
        try:
            if path.stat().st_size > SIZE_LIMIT:
                raise CaseFileError(_('"{name}" is too large for a case file.').format(name=path.name))
            content = path.read_bytes()
        except OSError as error:
            kind = MissingCaseFileError if isinstance(error, FileNotFoundError) else CaseFileError
            name = path.name or str(path)
            raise kind(_('"{name}" cannot be read: {reason}.').format(name=name, reason=reason_of(error))) from error
        return decode_case(content, path.name)

    def decode(self, content: bytes, name: str) -> Case:
        """The case in the content of a file. Raises CaseFileError."""
        return decode_case(content, name)

    def encode(self, case: Case) -> bytes:
        """The content of the case's file."""
        return encode_case(case)

    def save(self, case: Case, path: Path) -> None:
        """Writes the whole file or nothing. Raises CaseFileError."""
        try:
            write_atomically(path, encode_case(case))
        except OSError as error:
            raise CaseFileError(
                _('The case could not be saved as "{name}": {reason}. Nothing is lost: it is still open.').format(
                    name=path.name, reason=reason_of(error)
                )
            ) from error


def encode_case(case: Case) -> bytes:
    """The content of a case file: readable JSON, the same bytes for the same case."""
    data: dict[str, Any] = {"format": FORMAT, "version": VERSION}
    data |= {key: value for key, value in msgspec.to_builtins(case).items() if key != "extra"}
    for name in _PARTS:
        if name in data:
            data[name] = [_with_extra_flat(part) for part in data[name]]
    data |= {key: value for key, value in case.extra.items() if key not in data}
    return msgspec.json.format(msgspec.json.encode(data), indent=1) + b"\n"


def decode_case(content: bytes, name: str) -> Case:
    """The case in the content of a file. Raises CaseFileError, NewerCaseFileError."""
    try:
        data = msgspec.json.decode(content.removeprefix(codecs.BOM_UTF8))
    except (msgspec.DecodeError, RecursionError) as error:
        raise CaseFileError(
            _('"{name}" is damaged or is no case file: {reason}.').format(name=name, reason=error)
        ) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise CaseFileError(_('"{name}" is not a Hepalith case file.').format(name=name))
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise CaseFileError(_('"{name}" does not say which version of case file it is.').format(name=name))
    if version > VERSION:
        raise NewerCaseFileError(
            _(
                '"{name}" was made by a newer version of Hepalith (case file version {version}; '
                "this program reads up to {known}). Update the program to open it."
            ).format(name=name, version=version, known=VERSION)
        )
    return _convert(data, name)


def _convert(data: dict[str, Any], name: str) -> Case:
    known = set(Case.__struct_fields__) - {"extra"}
    own = {key: value for key, value in data.items() if key in known}
    extra = {key: value for key, value in data.items() if key not in known | _OWN_KEYS}
    try:
        for part, kind in _PARTS.items():
            if part in own:
                own[part] = [_with_extra_apart(item, kind) for item in _list(own[part], part)]
        case = msgspec.convert({**own, "extra": extra}, Case)
    except msgspec.ValidationError as error:
        raise CaseFileError(_('"{name}" is damaged: {reason}.').format(name=name, reason=error)) from None
    _check_references(case, name)
    return case


def _check_references(case: Case, name: str) -> None:
    lesions = {lesion.id for lesion in case.lesions}
    if len(lesions) != len(case.lesions):
        raise CaseFileError(_('"{name}" is damaged: a lesion id stands twice.').format(name=name))
    subjects = [observation.subject for observation in case.observations]
    subjects += [override.subject for override in case.overrides]
    for subject in subjects:
        if subject != PATIENT and subject not in lesions:
            raise CaseFileError(
                _('"{name}" is damaged: it names the lesion "{lesion}", which is not in the file.').format(
                    name=name, lesion=subject
                )
            )


def _list(value: Any, key: str) -> list[Any]:
    if not isinstance(value, list):
        raise msgspec.ValidationError(f"`{key}` must be a list")
    return value


def _with_extra_apart(item: Any, kind: type[msgspec.Struct]) -> Any:
    if not isinstance(item, dict):
        return item
    known = set(kind.__struct_fields__) - {"extra"}
    extra = {key: value for key, value in item.items() if key not in known}
    return {**{key: value for key, value in item.items() if key in known}, **({"extra": extra} if extra else {})}


def _with_extra_flat(item: dict[str, Any]) -> dict[str, Any]:
    extra = item.pop("extra", {})
    return item | {key: value for key, value in extra.items() if key not in item}
