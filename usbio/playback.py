"""A source as the window has it: a clip at its own speed, a device as it comes; pause, speed, loop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from math import isnan

from usbio.blank_picture import BlankWatch
from usbio.frames import Frame, FrameSource, Troubled, device_itself, is_device

_LOOK_UP_S = 0.1  # the longest wait before control goes back to the reader
_LATE_S = 0.5  # later than this is not caught up: the clip goes on from here
_PICTURE_S = 0.5  # a picture without a time stamp stands this long


class Playback:
    """Hand on a clip's frames when they are due, stamped with the moment they were handed on.

    The time stamps of the clip are kept, and so is its numbering: a clip that starts again (`loop`) starts
    again at frame 0. The setters may be called from any thread.

    A device keeps its own time: its frames pass through with their own stamps, and it has neither speed nor
    loop. While it is paused its frames are let go, not queued; what was let go is no gap in the numbers.
    """

    def __init__(
        self,
        source: FrameSource,
        speed: float = 1.0,
        loop: bool = False,
        clock: Callable[[], float] = time.perf_counter,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        self._source = source
        self.device = is_device(source)
        self._clock = clock
        self._woken = threading.Event()
        self._wait = wait or self._woken.wait
        self._lock = threading.Lock()
        self._paused = self._held = False
        self._speed = _checked(speed)
        self._anchor: tuple[float, float] | None = None  # (moment, clip time) to count from
        self._loop = loop
        self._blank = ""

    @property
    def trouble(self) -> str:
        """What is wrong with the device while it goes on, for the operator; "" where nothing is."""
        said = self._source.trouble if isinstance(self._source, Troubled) else ""
        return said or self._blank

    @property
    def name(self) -> str:
        """The clip's name."""
        return self._source.name

    @property
    def delivers(self) -> str:
        """What kind of picture a device gives, once one came; "" where it does not say."""
        return str(getattr(device_itself(self._source), "delivers", ""))

    @property
    def paused(self) -> bool:
        """True while the operator wants nothing to be handed on."""
        return self._paused

    @property
    def stands(self) -> bool:
        """True while nothing is handed on, for whatever reason."""
        return self._paused or (self._held and not self.device)

    def pause(self, paused: bool = True) -> None:
        """Stand still, or go on from where it stood."""
        with self._lock:
            self._paused, self._anchor = paused, None
        self._woken.set()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Stand still while something is done; what the operator paused stays paused. No device waits."""
        with self._lock:
            self._held = True
        try:
            yield
        finally:
            with self._lock:
                self._held, self._anchor = False, None
            self._woken.set()

    @property
    def speed(self) -> float:
        """1 is the clip's own speed."""
        return self._speed

    @speed.setter
    def speed(self, factor: float) -> None:
        self._refuse_device()
        with self._lock:
            self._speed, self._anchor = _checked(factor), None
        self._woken.set()

    @property
    def loop(self) -> bool:
        """True where a clip starts again at its end."""
        return self._loop

    @loop.setter
    def loop(self, again: bool) -> None:
        self._refuse_device()
        self._loop = again

    def _refuse_device(self) -> None:
        if self.device:
            raise ValueError(f"expected a clip, came {self.name}, a device, which keeps its own time")

    def frames(self) -> Generator[Frame | None]:
        """Yield the clip in its own time, and None while it waits; a device as it comes."""
        return self._passed() if self.device else self._played()

    def _passed(self) -> Generator[Frame | None]:
        let_go = 0
        blank, self._blank = BlankWatch(), ""
        with closing(self._source.frames()) as frames:
            for frame in frames:
                if frame is not None:
                    self._blank = blank.words(frame)
                if frame is not None and not self._paused:
                    yield replace(frame, index=frame.index - let_go) if let_go else frame
                    continue
                let_go += frame is not None
                yield None

    def _played(self) -> Generator[Frame | None]:
        while True:
            with self._lock:
                self._anchor = None
            came = False
            with closing(self._source.frames()) as frames:
                for frame in frames:
                    came = came or frame is not None
                    yield from self._when_due(frame)
            if not (self._loop and came):
                return

    def _when_due(self, frame: Frame | None) -> Generator[Frame | None]:
        if frame is None:
            yield None
            return
        t_s = frame.index * _PICTURE_S if isnan(frame.t_s) else frame.t_s
        while (left_s := self._left_s(t_s)) > 0:
            self._woken.clear()
            self._wait(min(left_s, _LOOK_UP_S))
            if left_s > _LOOK_UP_S:
                yield None
        yield replace(frame, arrived_s=self._clock())

    def _left_s(self, t_s: float) -> float:
        with self._lock:
            if self.stands:
                return 2 * _LOOK_UP_S
            now = self._clock()
            moment, clip_s = self._anchor or (now, t_s)
            left_s = moment + (t_s - clip_s) / self._speed - now
            if self._anchor is None or left_s < -_LATE_S:
                self._anchor = (now, t_s)
            return left_s


def _checked(speed: float) -> float:
    if not 0 < speed < float("inf"):
        raise ValueError(f"speed must be above 0, came {speed}")
    return speed
