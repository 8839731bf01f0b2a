"""Where the parts of a recording lie; loads nothing, for it is asked of every clip."""

from __future__ import annotations

from pathlib import Path

JOURNAL, VIDEO = "journal.jsonl", "video.mkv"


def recording_folder(path: Path) -> Path | None:
    """Return the folder of the recording that a path names by its folder, journal or video; else None."""
    folder = path.parent if path.name in (JOURNAL, VIDEO) else path
    return folder if (folder / JOURNAL).is_file() else None
