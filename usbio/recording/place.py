"""Where the parts of a recording lie; loads nothing, for it is asked of every clip."""

from __future__ import annotations

import json
from pathlib import Path

JOURNAL, VIDEO = "journal.jsonl", "video.mkv"
LEFT, RIGHT = "left", "right"
_LONGEST = 1_000_000


def usual_recordings() -> Path:
    """Return the folder that recordings go to where nobody names another."""
    from platformdirs import user_documents_path

    return user_documents_path() / "usbio recordings"


def recording_folder(path: Path) -> Path | None:
    """Return the folder of the recording that a path names by its folder, journal or video; else None."""
    folder = path.parent if path.name in (JOURNAL, VIDEO) else path
    return folder if (folder / JOURNAL).is_file() else None


def pair_folders(path: Path) -> tuple[Path, Path] | None:
    """Return the left and the right recording in the folder of a pair; None where it is none."""
    sides = path / LEFT, path / RIGHT
    return sides if all((side / JOURNAL).is_file() for side in sides) else None


def pair_name(path: Path) -> str:
    """Return the name of the pair that a recording belongs to; "" where it stands alone or is none."""
    folder = recording_folder(path)
    if folder is None:
        return ""
    try:
        with (folder / JOURNAL).open("rb") as file:
            header = json.loads(file.readline(_LONGEST))
        return str(header.get("pair", ""))
    except (OSError, ValueError, AttributeError):  # said by whoever reads it
        return ""
