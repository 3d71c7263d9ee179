"""Writing a file whole or not at all. Stands beside the layers; knows no layer."""

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from hepalith.i18n import _


def write_atomically(path: Path, content: bytes) -> None:
    """Replaces `path` by `content`: after a crash or on a full disk there is the old file or the new one, never half.

    What a link points to is replaced, not the link. A file that is write-protected is left alone, also in a folder in
    which it could be replaced. Raises OSError; then `path` is as it was and no temporary file is left.
    """
    path = path.resolve()
    there = path.exists()
    mode = path.stat().st_mode if there else 0o666 & ~_umask()
    if there and not mode & 0o222:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:60]}.", suffix=".part", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(PermissionError):  # a memory stick has no modes
            temporary.chmod(mode & 0o777)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def reason_of(error: OSError) -> str:
    """Why a file could not be read or written, in plain words."""
    known = {
        errno.ENOSPC: _("the disk is full"),
        errno.EDQUOT: _("your share of the disk is full"),
        errno.EFBIG: _("the file is larger than is allowed there"),
        errno.EACCES: _("access is not allowed there"),
        errno.EPERM: _("access is not allowed there"),
        errno.EROFS: _("the disk is read-only"),
        errno.ENOENT: _("there is no such file or folder"),
        errno.ENOTDIR: _("there is no such folder"),
        errno.EISDIR: _("it is a folder"),
        errno.ENAMETOOLONG: _("the name is too long"),
    }
    return known.get(error.errno or 0, error.strerror or str(error))


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    # Makes the new name durable. Windows has no folder handles; there the rename itself is journalled.
    if os.name != "posix":
        return
    # The file is there already: some network drives sync no folders, and a folder may be written and not read.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
