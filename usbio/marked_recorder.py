"""A recorder that knows when each picture came: what happened at a moment is written at the right one."""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Mapping

from segmentation.results import Picture
from usbio.frames import Frame
from usbio.listeners import RunEvent
from usbio.live_recording import RunRecorder
from usbio.recording.status import RecordingStatus
from usbio.sample import Counts, Sample

_KEPT = 3600  # pictures: a minute at 60 a second


class MarkedRecorder:
    """Hands everything on, says when the recording begins and ends, and takes marks of any moment in it."""

    def __init__(self, recorder: RunRecorder, tell: Callable[[RunEvent], object]) -> None:
        self._recorder = recorder
        self._tell = tell
        self._name = recorder.status().folder.name
        self._lock = threading.Lock()
        self._arrivals: deque[tuple[float, int]] = deque(maxlen=_KEPT)
        self._first_s: float | None = None
        self._ended = False

    def add(self, frame: Frame) -> None:
        """Take a picture; the recording begins with the first."""
        self._recorder.add(frame)
        with self._lock:
            self._arrivals.append((frame.arrived_s, frame.index))
            begins = self._first_s is None
            self._first_s = frame.arrived_s if self._first_s is None else self._first_s
        if begins:
            self._tell(RunEvent(f"recording started: {self._name}", frame.arrived_s))

    def note(self, sample: Sample) -> None:
        """Take what was measured."""
        self._recorder.note(sample)

    def event(self, kind: str, frame: int, at_s: float | None = None, **parameters: object) -> None:
        """Write something that happened at a picture."""
        self._recorder.event(kind, frame, at_s, **parameters)

    def keep(self, name: str, picture: Picture, frame: int) -> None:
        """Keep a still."""
        self._recorder.keep(name, picture, frame)

    def status(self) -> RecordingStatus:
        """Say how it stands."""
        return self._recorder.status()

    def stop(
        self,
        reason: str = "",
        counts: Counts | None = None,
        age: Mapping[str, float] | None = None,
        timeout_s: float = 5.0,
    ) -> bool:
        """Finish, and say so once."""
        with self._lock:
            tells, self._ended = not self._ended and self._first_s is not None, True
        if tells:
            why = f" ({reason})" if reason else ""
            self._tell(RunEvent(f"recording ended: {self._name}{why}", time.perf_counter()))
        return self._recorder.stop(reason, counts, age, timeout_s)

    def mark_at(self, words: str, at_s: float, stream: str) -> int | None:
        """Write a marker that came from a stream at the picture that was newest at its moment.

        Returns the number of that picture, and None where nothing was recorded at that moment. Any thread.
        """
        frame = self._newest_at(at_s)
        if frame is None or self.status().state != "recording":
            return None
        self._recorder.event("marker", frame, at_s, words=words, stream=stream)
        return frame

    def _newest_at(self, at_s: float) -> int | None:
        with self._lock:
            arrivals = tuple(self._arrivals)
            if self._ended or self._first_s is None or at_s < self._first_s:
                return None
        came = bisect_right(arrivals, at_s, key=lambda arrival: arrival[0])
        return arrivals[max(came - 1, 0)][1]  # older than what is remembered: the oldest that is
