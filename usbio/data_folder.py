"""Where usbio keeps what it remembers: a folder of the user's, with the visits in it."""

from __future__ import annotations

import os
from pathlib import Path

DATA_DIR = "USBIO_DATA_DIR"  # environment: where it lies instead


def data_folder() -> Path:
    """Return the folder, which need not be there yet."""
    if named := os.environ.get(DATA_DIR):
        return Path(named)
    from platformdirs import user_data_path

    return Path(user_data_path("usbio", appauthor=False))


def visits_folder(data: Path) -> Path:
    """Return where each visit has a folder of its own."""
    return data / "visits"


def store_path(data: Path) -> Path:
    """Return the file that visits are looked up in."""
    return data / "visits.sqlite"


def bin_folder(data: Path) -> Path:
    """Return where visits that were deleted lie until somebody empties it."""
    return data / "deleted visits"


def sample_folder(data: Path) -> Path:
    """Return where sample sessions are kept, apart from the visits of patients."""
    return data / "sample sessions"
