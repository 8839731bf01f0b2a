"""Room on the disk: how much a recording needs to begin, when it stops, and what it keeps in reserve."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from usbio.errors import OutputError, output_error

MB = 1_000_000
RESERVE = ".reserve"


@dataclass(frozen=True, slots=True)
class Room:
    """Limits of free space."""

    refuse_below_minutes: float = 2.0  # of recording
    stop_below_bytes: int = 64 * MB  # what else runs on this machine wants to write, too
    reserve_bytes: int = 1 * MB  # given free on a full disk, so that the end can still be written


USUAL_ROOM = Room()


def free_bytes(folder: Path) -> int:
    """Return how much can be written below a folder, or below the first of its parents that stands."""
    for path in (folder, *folder.absolute().parents):
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            try:
                return shutil.disk_usage(path).free
            except PermissionError as error:
                raise output_error(folder, error) from error
    raise OutputError(folder, "its disk cannot be found", "choose another folder")


def minutes_of_room(free: int, room: Room, bytes_per_s: float) -> float:
    """Return how long can be recorded before it stops."""
    return max(0.0, free - room.stop_below_bytes - room.reserve_bytes) / max(bytes_per_s, 1.0) / 60.0


def refuse_small(folder: Path, room: Room, bytes_per_s: float) -> float:
    """Return the minutes there is room for; raise where these are too few to begin."""
    minutes = minutes_of_room(free_bytes(folder), room, bytes_per_s)
    if minutes < room.refuse_below_minutes:
        raise OutputError(
            folder,
            f"there is room for {minutes:.1f} minutes of recording",
            "free some space or choose another folder",
        )
    return minutes


class Reserve:
    """A file that holds some room, to be given free when the disk is full."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        try:
            with path.open("wb") as file:
                if size and hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, size)
                else:
                    file.write(bytes(size))
        except OSError as error:
            self.release()
            raise output_error(path.parent, error) from error

    def release(self) -> None:
        """Give the room free. May be called twice."""
        with contextlib.suppress(OSError):
            self._path.unlink()
