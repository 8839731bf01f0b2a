"""Reading on another thread: the same frames and the same end, a few pictures ahead and no more."""

from __future__ import annotations

import threading
from collections.abc import Generator

import numpy as np
import pytest

from usbio.errors import ClipDamaged
from usbio.frames import Frame
from usbio.read_ahead import DEPTH, read_ahead


def frames(
    count: int, log: list[str], fail: bool = False, read: threading.Semaphore | None = None
) -> Generator[Frame | None]:
    try:
        for index in range(count):
            log.append(f"{index}")
            if read is not None:
                read.release()
            yield Frame(index, index / 25.0, 0.0, np.zeros((2, 2), np.uint8))
        if fail:
            raise ClipDamaged("clip", "breaks off", "copy it again")
    finally:
        log.append(f"closed by {threading.current_thread().name}")


def test_every_frame_comes_in_order() -> None:
    log: list[str] = []
    assert [frame.index for frame in read_ahead(frames(50, log)) if frame] == list(range(50))
    assert log[-1] == "closed by read ahead"


def test_an_error_comes_after_the_last_frame() -> None:
    seen: list[int] = []

    def reading() -> None:
        seen.extend(frame.index for frame in read_ahead(frames(30, [], fail=True)) if frame)

    with pytest.raises(ClipDamaged, match="breaks off"):
        reading()
    assert seen == list(range(30))


def test_it_waits_for_whoever_measures_and_ends_when_closed() -> None:
    log: list[str] = []
    read = threading.Semaphore(0)
    ahead = read_ahead(frames(1000, log, read=read))
    assert next(ahead) is not None
    for _ in range(DEPTH + 2):  # the one taken, those that wait, and the one that finds no place
        assert read.acquire(timeout=10.0)
    assert not read.acquire(timeout=0.3)
    before = threading.active_count()
    ahead.close()
    assert threading.active_count() == before - 1
    assert log[-1] == "closed by read ahead"
    assert len(log) == DEPTH + 3
