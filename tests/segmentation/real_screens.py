"""Screens of real scanners and of another maker's phantom, where they are at hand."""

from __future__ import annotations

import os
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from segmentation.results import Picture

_ROOT = Path(__file__).resolve().parents[2]


def real_file(name: str) -> Path:
    """A file of the real data; the test is skipped where it is absent."""
    folder = Path(os.environ.get("USBIO_REAL_DATA", _ROOT / ".." / "shared" / "real"))
    path = folder / name
    if not path.exists():
        pytest.skip(f"{path} is absent: set USBIO_REAL_DATA to the folder of real data")
    return path


def first_picture(path: Path) -> Picture:
    """The first frame of a clip, or a still."""
    if path.suffix == ".png":
        return np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)
    with av.open(path) as container:
        return np.asarray(next(container.decode(video=0)).to_ndarray(format="gray"), np.uint8)
