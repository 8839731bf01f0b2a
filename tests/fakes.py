"""Stand-ins that behave as the real things do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import sin

import numpy as np

from segmentation.results import SIDES, FrameResult, Measurement, Picture, Side, Status
from usbio.errors import DeviceLost
from usbio.frames import Frame
from usbio.sample import Counts, Sample


def picture(value: int = 0, height: int = 60, width: int = 80) -> Picture:
    image = np.full((height, width), value % 256, dtype=np.uint8)
    image[height // 2 :: 4] = 200
    return image


class ScriptedSource:
    """A device that plays a script; it may break off, wait for a signal, or hang before a frame."""

    def __init__(
        self,
        n: int = 10,
        *,
        fail_at: int | None = None,
        error: Exception | None = None,
        before: Callable[[int], object] | None = None,
        indices: Sequence[int] | None = None,
        fps: float = 30.0,
        image: Picture | None = None,
    ) -> None:
        self._indices = list(range(n)) if indices is None else list(indices)
        self._fail_at = fail_at
        self._error = error or DeviceLost("scripted", "the cable came out", "plug it in again")
        self._before = before
        self._fps = fps
        self._image = image
        self.opened = 0
        self.closed = 0
        self.all_delivered = threading.Event()

    @property
    def name(self) -> str:
        return "scripted"

    def frames(self) -> Generator[Frame | None]:
        self.opened += 1
        try:
            for position, index in enumerate(self._indices):
                if self._before is not None:
                    self._before(position)
                if position == self._fail_at:
                    raise self._error
                image = picture(index) if self._image is None else self._image
                yield Frame(index, index / self._fps, time.perf_counter(), image)
            self.all_delivered.set()
        finally:
            self.closed += 1


@dataclass
class EndlessSource:
    """A device that hands on one picture for ever, as fast as it may or at a rate."""

    image: Picture = field(default_factory=picture)
    fps: float = 0.0
    name: str = "endless"

    def frames(self) -> Generator[Frame | None]:
        index, began_s = 0, time.perf_counter()
        pause = threading.Event()
        while True:
            if self.fps:
                pause.wait(max(began_s + index / self.fps - time.perf_counter(), 0.0))
            yield Frame(index, index / (self.fps or 30.0), time.perf_counter(), self.image)
            index += 1


@dataclass(frozen=True)
class CountingState:
    """How many pictures a state has seen, and which sides were confirmed."""

    seen: int = 0
    confirmed: frozenset[Side] = frozenset()


def begin(_: Picture) -> CountingState:
    return CountingState()


def oval(x: float, y: float, across: float, down: float, n: int = 40) -> np.ndarray:
    around = np.linspace(0.0, 2 * np.pi, n, endpoint=False)
    return np.stack([x + across * np.cos(around), y + down * np.sin(around)], axis=1)


def step(state: CountingState, image: Picture, t_s: float, frame: int) -> tuple[CountingState, FrameResult]:
    """Two muscles that swell and shrink, left more than right."""
    swell = 1.0 + 0.1 * max(sin(t_s), 0.0)
    height, width = image.shape
    found = tuple(
        Measurement(
            side,
            "lm",
            Status.OK,
            0.9,
            "confirmed" if side in state.confirmed else "auto",
            area_cm2=area * swell,
            border_px=oval(width * at, height / 2, width / 6 * swell, height / 6),
        )
        for side, area, at in zip(SIDES, (5.6, 4.8), (0.28, 0.72), strict=True)
    )
    return replace(state, seen=state.seen + 1), FrameResult(True, found)


class KeptFrames:
    """A recorder that keeps what it gets in memory, and may refuse."""

    def __init__(self, refuse_from: int | None = None, error: Exception | None = None) -> None:
        self._refuse_from = refuse_from
        self._error = error or OSError("refused")
        self.frames: list[Frame] = []
        self.samples: list[Sample] = []
        self.stopped: list[tuple[str, Counts | None, Mapping[str, float] | None]] = []

    def add(self, frame: Frame) -> None:
        if self._refuse_from is not None and len(self.frames) >= self._refuse_from:
            raise self._error
        self.frames.append(frame)

    def note(self, sample: Sample) -> None:
        self.samples.append(sample)

    def stop(
        self,
        reason: str = "",
        counts: Counts | None = None,
        age: Mapping[str, float] | None = None,
        timeout_s: float = 5.0,
    ) -> bool:
        self.stopped.append((reason, counts, age))
        return True
