"""A visit is written by one program at a time; the claim ends with the program, however that ends."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path

IN_USE = ".in_use"


class Claim:
    """A claim on a folder. Taking one that somebody holds raises `BlockingIOError`."""

    def __init__(self, folder: Path, patience_s: float = 0.0) -> None:
        self._fd = os.open(folder / IN_USE, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        until_s = time.monotonic() + patience_s
        while True:
            try:
                _lock(self._fd)
                return
            except OSError as error:
                if time.monotonic() >= until_s:
                    self.release()
                    raise BlockingIOError(error.errno, "somebody holds it") from error
            time.sleep(0.01)

    def release(self) -> None:
        """Give it up. May be called twice."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1


def claimed(folder: Path) -> bool:
    """Return whether a running program, this one too, holds a folder."""
    if not (folder / IN_USE).exists():
        return False
    with contextlib.suppress(FileNotFoundError, PermissionError):
        try:
            Claim(folder).release()
        except BlockingIOError:
            return True
    return False


if sys.platform == "win32":
    import msvcrt

    def _lock(fd: int) -> None:
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
