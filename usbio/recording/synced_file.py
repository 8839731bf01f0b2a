"""A file that is written through to its disk, and that notices when it is no longer where it was."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

_NEW = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_SYNC = (errno.EINVAL, errno.ENOTSUP)  # of what is no file on a disk
_sync_data = getattr(os, "fdatasync", os.fsync)


class SyncedFile:
    """A file for one thread. Whatever fails is an `OSError` of the call in which it failed."""

    def __init__(self, path: Path, mode: int = 0o666) -> None:
        self.path = path
        # A pipe can be opened for writing only; of a pipe nothing is ever read again.
        is_pipe = path.exists() and stat.S_ISFIFO(path.stat().st_mode)
        self._fd = os.open(path, os.O_WRONLY if is_pipe else _NEW, mode)
        self._regular = not is_pipe
        self.size = 0

    def write(self, data: bytes | memoryview) -> int:
        """Write all of it where the file stands."""
        rest = memoryview(data)
        while len(rest):
            rest = rest[os.write(self._fd, rest) :]
        if self._regular:
            self.size = max(self.size, os.lseek(self._fd, 0, os.SEEK_CUR))
        else:
            self.size += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place."""
        return os.lseek(self._fd, offset, whence)

    @property
    def seekable(self) -> bool:
        """False for a pipe."""
        return self._regular

    def cut(self, size: int) -> None:
        """Take everything after this many bytes away."""
        os.ftruncate(self._fd, size)
        os.lseek(self._fd, size, os.SEEK_SET)
        self.size = size

    def content(self) -> bytes:
        """Return all of it, also where its name is gone."""
        stood = os.lseek(self._fd, 0, os.SEEK_CUR)
        os.lseek(self._fd, 0, os.SEEK_SET)
        try:
            with open(self._fd, "rb", closefd=False) as file:
                return file.read(self.size)
        finally:
            os.lseek(self._fd, stood, os.SEEK_SET)

    def sync(self) -> None:
        """Return once what was written lies on the disk."""
        try:
            _sync_data(self._fd)
        except OSError as error:
            if error.errno not in _NO_SYNC:
                raise

    @property
    def gone(self) -> bool:
        """True where its name leads elsewhere or nowhere: deleted, or its disk was removed."""
        try:
            return not os.path.samestat(self.path.stat(), os.fstat(self._fd))
        except OSError:
            return True

    def close(self) -> None:
        """Release it. May be called twice."""
        if self._fd >= 0:
            with contextlib.suppress(OSError):
                os.close(self._fd)
        self._fd = -1
