"""Small files that only their owner may read, replaced whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from usbio.errors import output_error


def make_private_folder(folder: Path) -> None:
    """Make a folder, and those it lies in, for their owner alone; one that is there stays as it is."""
    try:
        for part in reversed([path for path in folder.parents if not path.exists()]):
            part.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise output_error(folder, error) from error


def write_private(path: Path, text: str) -> None:
    """Write a text, whole or not at all."""
    write_private_bytes(path, text.encode())


def write_private_bytes(path: Path, content: bytes) -> None:
    """Write under a temporary name, on the disk, then in place of what was there."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()  # of a process with the same number that was ended
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "wb") as file:  # noqa: PTH123 - a handle, no path
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise output_error(path, error) from error
