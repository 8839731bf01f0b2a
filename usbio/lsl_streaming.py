"""What a run measures, sent to other programs by Lab Streaming Layer: a listener with a thread of its own."""

from __future__ import annotations

import logging
import platform
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from segmentation.results import FrameResult
from segmentation.views import MeasureSetup
from usbio.frames import Frame
from usbio.listeners import RunEvent
from usbio.lsl_clock import LslClock
from usbio.lsl_outlets import Outlets, StreamStatus
from usbio.sample import Sample
from usbio.stream_channels import measured_values
from usbio.stream_plan import stream_plans

_log = logging.getLogger(__name__)

MOST_WAITING = 2000  # frames, samples and events: 16 s at 60 pictures a second
# The thread looks by itself: to wake it would make the run share its turn just when a picture is on its way.
_LOOK_UP_S = 0.005
_STATUS_S = 0.1
_LINGER_S = 0.3  # what was pushed last is on its way for a moment
_STUCK_S = 2.0


@dataclass(frozen=True, slots=True)
class _Frame:
    index: int
    t_s: float
    arrived_s: float
    recorded: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    index: int
    t_s: float
    arrived_s: float
    result: FrameResult | None


_Item = MeasureSetup | _Frame | _Measured | RunEvent


@dataclass(frozen=True, slots=True)
class StreamingStatus:
    """What is offered, and what goes wrong with it."""

    streams: tuple[StreamStatus, ...]
    words: str  # "" where all is well

    @property
    def received(self) -> bool:
        """True where somebody receives any of it."""
        return any(stream.received for stream in self.streams)


class LslStreaming:
    """Streams of one source. What it hears it notes and goes on; its thread sends.

    Nothing of the network, of a receiver that hangs or of the library ever makes the run wait. Streams are
    offered as soon as it is known what is measured, and stay until `stop`, also while a clip stands.
    """

    def __init__(
        self, lsl: Any, source: str, place: str = "", clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._lsl, self._source, self._place = lsl, source, place
        self._now = clock
        self._waiting: deque[tuple[float, _Item]] = deque()
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._told: tuple[StreamStatus, ...] = ()
        self._failure = ""
        self._unsent = 0
        self._thread = threading.Thread(target=self._run, name=f"stream {source}", daemon=True)
        self._thread.start()

    # any thread, waiting for nothing

    def use(self, measure: MeasureSetup) -> None:
        """Offer the streams of what is measured from now on."""
        self._waiting.append((self._now(), measure))  # which finds room always

    def frame(self, frame: Frame, recorded: bool) -> None:
        """Send number and times of a frame."""
        self._hand(_Frame(frame.index, frame.t_s, frame.arrived_s, recorded))

    def sample(self, sample: Sample) -> None:
        """Send what was measured; its picture is let go at once."""
        frame = sample.frame
        self._hand(_Measured(frame.index, frame.t_s, frame.arrived_s, sample.result))

    def event(self, event: RunEvent) -> None:
        """Send what happened."""
        self._hand(event)

    @property
    def trouble(self) -> str:
        """What the operator should know; "" where all is well."""
        return self.status().words

    def status(self) -> StreamingStatus:
        """Say how it stands; the one who asks judges a thread that hangs."""
        oldest_s, now_s = self._oldest_s(), self._now()
        with self._lock:
            streams, words, unsent = self._told, self._failure, self._unsent
        if not words and unsent:
            words = f"streaming could not keep up: {unsent} samples were not sent"
        elif not words and oldest_s is not None and now_s - oldest_s > _STUCK_S:
            words = f"streaming is {now_s - oldest_s:.0f} s behind"
        return StreamingStatus(streams, words)

    def stop(self, timeout_s: float = 2.0) -> bool:
        """Send what waits and offer nothing more; may be called twice. True when the thread has gone."""
        self._ending.set()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _hand(self, item: _Item) -> None:
        if self._ending.is_set() or self._failure:
            return
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append((self._now(), item))
        else:
            with self._lock:
                self._unsent += 1

    def _oldest_s(self) -> float | None:
        try:
            return self._waiting[0][0]
        except IndexError:
            return None

    # its own thread

    def _run(self) -> None:
        outlets = Outlets(self._lsl)
        try:
            self._send_all(outlets)
        except Exception as error:
            _log.exception("streaming of %s failed", self._source)
            with self._lock:
                self._failure = f"streaming failed ({error}); switch it off and on again"
            self._waiting.clear()
        outlets.close()
        with self._lock:
            self._told = ()

    def _send_all(self, outlets: Outlets) -> None:
        clock = LslClock(self._lsl.local_clock, self._now)
        due_s = 0.0
        while self._waiting or not self._ending.is_set():
            clock.keep()
            while self._waiting:
                self._send(outlets, clock, self._waiting[0][1])
                self._waiting.popleft()
            if (now_s := self._now()) >= due_s:
                due_s = now_s + _STATUS_S
                told = outlets.status()
                with self._lock:
                    self._told = told
            self._ending.wait(_LOOK_UP_S)
        if any(stream.received for stream in outlets.status()):
            time.sleep(_LINGER_S)

    def _send(self, outlets: Outlets, clock: LslClock, item: _Item) -> None:
        if isinstance(item, MeasureSetup):
            outlets.offer(stream_plans(self._source, platform.node(), item, self._place))
        elif isinstance(item, RunEvent):
            outlets.push("markers", (item.words,), clock.lsl_s(item.at_s))
        elif isinstance(item, _Frame):
            row = (float(item.index), item.t_s, item.arrived_s, float(item.recorded))
            outlets.push("frames", row, clock.lsl_s(item.arrived_s))
        elif (plan := outlets.plan("measurements")) is not None:
            values = measured_values(plan.channels, item.index, item.t_s, item.result)
            outlets.push(plan.part, values, clock.lsl_s(item.arrived_s))
