"""What the servers of the tests show: a picture that tells its number or its moment, or a clip."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path

import numpy as np

from segmentation.results import Picture

SIZE_PX = (320, 240)
BITS = 12  # of the number
MOST = 1 << BITS
_CELL_PX = 20


def numbered(index: int, times: int = 1) -> Picture:
    """Return a picture, so many times as large, that shows its number as a row of cells, black or white."""
    picture = np.full(SIZE_PX[::-1], 90, np.uint8)
    for bit in range(BITS):
        x = 10 + bit * _CELL_PX
        picture[10:30, x : x + _CELL_PX] = 255 if index >> bit & 1 else 0
    picture[10:30, 10 + BITS * _CELL_PX : 10 + (BITS + 1) * _CELL_PX] = 255  # something white is always there
    return picture.repeat(times, 0).repeat(times, 1)


def number_of(picture: Picture) -> int:
    """Return the number that a picture of any size shows."""
    times = picture.shape[1] // SIZE_PX[0]
    picture = picture[::times, ::times]
    cells = [picture[20, 20 + bit * _CELL_PX] > 128 for bit in range(BITS)]
    return sum(bool(cell) << bit for bit, cell in enumerate(cells))


def clock_ms() -> int:
    """Return the moment as a picture tells it: all processes of a computer share this clock."""
    return int(time.perf_counter() * 1000) % MOST


def shown_pictures(clip: str | None = None, clock: bool = False, times: int = 1) -> Iterator[Picture]:
    """Yield pictures for ever: a clip forwards and backwards, the moment of asking, or numbers."""
    if clip is not None:
        pictures = clip_pictures(clip)
        while True:
            yield from pictures
            yield from reversed(pictures)
    for index in count():
        yield numbered(clock_ms() if clock else index % MOST, times)


@cache
def clip_pictures(path: str) -> list[Picture]:
    """Return the pictures of a clip; a server reads them before it says that it is there."""
    from usbio.sources.clip import open_clip

    return [frame.image for frame in open_clip(Path(path)).frames()]
