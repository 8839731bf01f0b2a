"""Whether this machine can keep pictures of this size and rate: tried before a recording begins."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import av
import numpy as np

from segmentation.results import Picture
from usbio.recording.film import TICK, new_stream, video_frame
from usbio.recording.plan import Codec

_LEAST = 12
_WARM_UP = 2
_SHARE = (
    0.9  # of one core's time between two pictures; two threads encode, measuring and drawing need the rest
)


@dataclass(frozen=True, slots=True)
class Trial:
    """What keeping one picture costs."""

    codec: Codec
    size_px: tuple[int, int]
    encode_ms: float  # of one core, median: single pictures that take longer wait in the recorder's queue
    bytes_per_picture: float

    def holds(self, fps: float) -> bool:
        """True where this many pictures a second can be kept."""
        return self.encode_ms <= _SHARE * 1000.0 / fps

    def advice(self, fps: float) -> str:
        """Say before the start what will not go well, and what to do; "" where all will."""
        if self.holds(fps):
            return ""
        width, height = self.size_px
        happened = f"this machine is too slow to record {width} x {height} at {fps:.0f} pictures a second"
        if self.codec == "ffv1":
            return f"{happened} without loss; record as H.264, or a smaller picture"
        return f"{happened}; record a smaller picture, or close other programs"


class _Nowhere:
    def __init__(self) -> None:
        self.bytes = 0

    def write(self, data: bytes) -> int:
        self.bytes += len(data)
        return len(data)


def trial(pictures: Sequence[Picture], codec: Codec, clock: Callable[[], float] = time.thread_time) -> Trial:
    """Encode some of the pictures that are to be recorded, as they will be, to nowhere.

    The time of the thread counts: what else runs at this very moment says nothing of the next minutes.
    It takes a quarter of a second for pictures of 800x600, so not on a thread that somebody waits for.
    """
    if not pictures:
        raise ValueError("a trial needs at least one picture")
    height, width = pictures[0].shape
    sink = _Nowhere()
    took_s = []
    with av.open(sink, "w", format="matroska") as container:
        stream = new_stream(container, codec, (width, height), 60.0)
        stream.codec_context.thread_count = 1  # all of its work is done, and timed, on this thread
        for index in range(max(_LEAST, len(pictures)) + _WARM_UP):
            began_s = clock()
            frame = video_frame(pictures[index % len(pictures)], codec)
            frame.pts, frame.time_base = index * 16, TICK
            container.mux(stream.encode(frame))
            took_s.append(clock() - began_s)
    median_ms = float(np.median(took_s[_WARM_UP:])) * 1000.0
    return Trial(codec, (width, height), median_ms, sink.bytes / len(took_s))
