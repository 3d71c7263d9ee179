"""A lock that says that a program runs: the system takes it away from a program that ends, however it ends."""

import os
import sys
import weakref
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class RunningLock:
    """A lock on a file, held as long as this object is there; its end, or the end of the program, gives it up."""

    def __init__(self, path: Path) -> None:
        """Takes the lock; the file is made where there is none.

        Raises:
            OSError: another program holds it, or the folder cannot be written.
        """
        self.path = path
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self.release = weakref.finalize(self, os.close, descriptor)
        try:
            _lock(descriptor)
        except OSError:
            self.release()
            raise


def is_held(path: Path) -> bool:
    """Whether a program that runs, be it this one, holds the lock on the file. Who cannot know takes it as held."""
    if not path.is_file():
        return False
    try:
        RunningLock(path).release()
    except OSError:
        return True
    return False
