"""Small files that only their owner may read, replaced whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from usbio.errors import output_error


def make_private_folder(folder: Path) -> None:
    """Make a folder for its owner alone; one that is there stays as it is."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise output_error(folder, error) from error


def write_private(path: Path, text: str) -> None:
    """Write a text under a temporary name, on the disk, then in place of what was there."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()  # of a process with the same number that was ended
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w", encoding="utf-8", newline="\n") as file:  # noqa: PTH123 - a handle, no path
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise output_error(path, error) from error
