"""Looking for writing in everything that was written: pictures, films, tables, names of files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np

from segmentation.results import Picture
from tests.usbio.recorded import with_name

ALIKE = 0.5  # correlation: the name itself has 1, as has a copy of it; tissue at most 0.35
_SCALES = (0.5, 0.75, 1.0, 1.25)


def likeness(picture: Picture, name: str) -> float:
    """How much of a picture looks like a name, at any of some sizes."""
    sheet = with_name(np.zeros((36, 20 * len(name)), np.uint8), name, (10, 25))
    rows, columns = np.nonzero(sheet)
    written = sheet[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    found = [-1.0]
    for scale in _SCALES:
        small = cv2.resize(written, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        if small.shape[0] <= picture.shape[0] and small.shape[1] <= picture.shape[1]:
            match = cv2.matchTemplate(picture, small, cv2.TM_CCOEFF_NORMED)
            found.append(float(np.nan_to_num(match, posinf=0.0, neginf=0.0).max()))
    return max(found)


def likest(path: Path, name: str, every: int = 6) -> float:
    """The greatest likeness in a still, or in some pictures of a film."""
    return max(likeness(picture, name) for picture in _pictures(path, every))


def traces(folder: Path, name: str) -> list[str]:
    """Where in a folder the name, or a word of it, can be seen or read."""
    found = []
    for path in (one for one in folder.rglob("*") if one.is_file()):
        told = path.name.encode() + path.read_bytes()
        found += [f"{path.name}: {word}" for word in name.split() if word.encode() in told]
        if path.suffix in (".mkv", ".mp4", ".png") and (alike := likest(path, name)) >= ALIKE:
            found.append(f"{path.name} shows something like it ({alike:.2f})")
    return found


def _pictures(path: Path, every: int) -> Iterator[Picture]:
    if path.suffix == ".png":
        yield np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)
        return
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % every == 0:
                yield np.asarray(frame.to_ndarray(format="gray"), np.uint8)
