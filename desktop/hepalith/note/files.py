"""Writing a note whole or not at all, with errors that a user understands."""

from pathlib import Path

from hepalith.domain.errors import NoteError
from hepalith.files import reason_of, write_atomically
from hepalith.i18n import _


def write_whole(path: Path, content: bytes) -> None:
    """Replaces `path` by `content`, durably; on any failure it is as it was and nothing half written is left.

    Raises NoteError with the reason.
    """
    try:
        if path.is_dir():
            raise NoteError(_("The note cannot be written: {path} is a folder.").format(path=path))
        write_atomically(path, content)
    except OSError as error:
        raise NoteError(
            _("The note cannot be written to {path}: {reason}.").format(path=path, reason=reason_of(error))
        ) from error
