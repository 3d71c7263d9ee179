"""Writing a note whole or not at all, with errors that a user understands."""

import errno
import os
import tempfile
from pathlib import Path

from hepalith.domain.errors import NoteError
from hepalith.i18n import _


def write_whole(path: Path, content: bytes) -> None:
    """Replaces `path` by `content`, durably; on any failure it is as it was and nothing half written is left.

    Raises NoteError with the reason.
    """
    try:
        if path.is_dir():
            raise NoteError(_("The note cannot be written: {path} is a folder.").format(path=path))
        _replace(path, content)
    except OSError as error:
        raise NoteError(
            _("The note cannot be written to {path}: {reason}.").format(path=path, reason=_reason(error))
        ) from error


def _replace(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:60]}.", suffix=".part", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0o077)
        os.umask(mask)
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~mask)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _reason(error: OSError) -> str:
    known = {
        errno.ENOSPC: _("the disk is full"),
        errno.EACCES: _("writing is not allowed there"),
        errno.EPERM: _("writing is not allowed there"),
        errno.EROFS: _("the disk is read-only"),
        errno.ENOENT: _("the folder does not exist"),
        errno.ENOTDIR: _("the folder does not exist"),
        errno.ENAMETOOLONG: _("the name is too long"),
    }
    return known.get(error.errno or 0, error.strerror or str(error))
