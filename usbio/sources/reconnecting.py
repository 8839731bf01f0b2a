"""A device that comes back: opened again by itself, with a gap in the numbers and no jump in time."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from math import ceil

from usbio.errors import UsbioError
from usbio.frames import Frame, FrameSource, Troubled

AGAIN_S = 1.0  # between two tries
_LOOK_UP_S = 0.2  # control goes back to the reader at least so often
_RATE_OF = 60  # pictures


class Reconnecting:
    """Watch over a device: what goes away after its first picture is opened again, once a second, for ever.

    Meanwhile `trouble` says why, and may be asked for on any thread. What cannot be opened at first is said
    by the error itself. What else the device can do is asked of `device_itself`.
    """

    device = True

    def __init__(
        self, source: FrameSource, again_s: float = AGAIN_S, wait: Callable[[float], object] = time.sleep
    ) -> None:
        self.watched = source
        self._again_s = again_s
        self._wait = wait
        self._trouble = ""

    @property
    def name(self) -> str:
        """What the operator calls it."""
        return self.watched.name

    @property
    def trouble(self) -> str:
        """Why no picture comes now; while they come, what the device itself says."""
        return self._trouble or (self.watched.trouble if isinstance(self.watched, Troubled) else "")

    def frames(self) -> Generator[Frame | None]:
        """Yield what the device gives, before and after it was away."""
        self._trouble = ""
        numbers = _GoingOn()
        while True:
            try:
                with closing(self.watched.frames()) as frames:
                    for frame in frames:
                        yield self._passed(numbers, frame)
                return
            except UsbioError as error:
                if not numbers.begun:
                    raise
                self._trouble = f"{error}; it is opened again by itself"
            numbers.break_off()
            yield from self._some_time()

    def _passed(self, numbers: _GoingOn, frame: Frame | None) -> Frame | None:
        if frame is None:
            return None
        self._trouble = ""
        return numbers.passed(frame)

    def _some_time(self) -> Generator[None]:
        looks = ceil(self._again_s / _LOOK_UP_S)
        for _ in range(looks):
            self._wait(self._again_s / looks)
            yield None


class _GoingOn:
    """Numbers and times that go on where a device comes back, which itself begins again at 0.

    As many numbers are left out as pictures would have come, and at least one; time goes on by arrival.
    """

    def __init__(self) -> None:
        self._last: Frame | None = None
        self._broken = False
        self._ahead, self._ahead_s = 0, 0.0
        self._recent: deque[tuple[int, float]] = deque(maxlen=_RATE_OF)  # number and arrival
        self._rate_hz = 0.0

    @property
    def begun(self) -> bool:
        """True from the first picture on."""
        return self._last is not None

    def break_off(self) -> None:
        """Hear that the device went away."""
        if len(self._recent) > 1:
            (first, from_s), (last, to_s) = self._recent[0], self._recent[-1]
            self._rate_hz = (last - first) / max(to_s - from_s, 1e-3)
        self._recent.clear()
        self._broken = True

    def passed(self, frame: Frame) -> Frame:
        """Return the frame with its number and its time as they go on."""
        if self._broken and self._last is not None:
            self._broken = False
            away_s = frame.arrived_s - self._last.arrived_s
            missing = max(round(away_s * self._rate_hz) - 1, 1)
            self._ahead = self._last.index + 1 + missing - frame.index
            self._ahead_s = self._last.t_s + away_s - frame.t_s
        frame = replace(frame, index=frame.index + self._ahead, t_s=frame.t_s + self._ahead_s)
        self._last = frame
        self._recent.append((frame.index, frame.arrived_s))
        return frame
