"""From a source to measured samples: a capture thread and a measure thread, the newest picture wins."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from math import nan
from typing import Generic, TypeVar

from usbio.errors import UsbioError
from usbio.follower import Begin, Follower, See, Step, Watch, nothing_to_say, whole_frame
from usbio.frame_ages import FrameAges
from usbio.frames import Frame, FrameSource, Troubled
from usbio.mailbox import Latest
from usbio.recording_tap import FrameRecorder, RecordingTap
from usbio.sample import Counts, RunState, RunStatus, Sample
from usbio.steady_time import SteadyTime

S = TypeVar("S")
Sink = Callable[[Sample], None]
Hear = Callable[[Frame, bool], object]  # a frame as it arrives, and whether it is recorded
_log = logging.getLogger(__name__)

STALL_S = 1.0
STUCK_S = 5.0  # the longest that one picture may take to be measured; the first takes seconds
CLOSING_S = 20.0  # the longest that the end of the program waits for a recording to be finished
_WAIT_S = 0.25  # how long any wait lasts before the thread looks up
_RATE_SPAN_S = 2.0


def _nobody_hears(_: Frame, __: bool) -> None:
    """Nobody asked for frames as they arrive."""


class Pipeline(Generic[S]):
    """One run of one source, measured as it comes.

    Sinks get every sample, in order, on the measure thread, before any view can take it. `take`, `status`,
    `record` and `stop` may be called from any thread, `stop` any number of times. A reader that hangs is
    abandoned: its thread is a daemon and nothing it still delivers is taken. What else goes wrong, and what
    becomes of it, stands in docs/architecture.md.
    """

    def __init__(
        self,
        source: FrameSource,
        begin: Begin[S],
        step: Step[S],
        sinks: Sequence[Sink] = (),
        clock: Callable[[], float] = time.perf_counter,
        see: See = whole_frame,
        watch: Watch = nothing_to_say,
        hear: Hear = _nobody_hears,
    ) -> None:
        self._source = source
        self._hear = hear
        self._clock = clock
        self.follower = Follower(begin, step, see, watch)
        self.ages = FrameAges()
        self._sinks = list(sinks)
        self._tap = RecordingTap(see, self._let_go)
        self._time = SteadyTime()
        self._recorder: FrameRecorder | None = None  # the one whose frames were measured last
        self._closing: list[threading.Thread] = []
        self._counts_before = Counts()
        self._frames: Latest[tuple[Frame, FrameRecorder | None]] = Latest()
        self._samples: Latest[Sample] = Latest()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._state = RunState.READY
        self._words = ""
        self._counts = Counts()
        self._arrivals: deque[float] = deque(maxlen=240)
        self._last_s = nan
        self._taken_s = nan  # when the frame came that is being measured; nan where there is none
        self._last_index = -1
        self._ending = (RunState.ENDED, "")
        self._capture = threading.Thread(target=self._run_capture, name=f"capture {source.name}", daemon=True)
        self._measure = threading.Thread(target=self._run_measure, name=f"measure {source.name}", daemon=True)

    def start(self) -> None:
        """Begin to read and to measure; a run starts once."""
        with self._lock:
            if self._state is not RunState.READY:
                return
            self._state = RunState.RUNNING
            self._last_s = self._clock()
        self._capture.start()
        self._measure.start()

    def stop(self, timeout_s: float = 2.0, closing_s: float = CLOSING_S) -> bool:
        """End the run; True when its threads have gone, also that which finishes a recording.

        With ``closing_s`` of 0 nobody waits for that one; the program does not end before it.
        """
        # said before the threads hear of it, or the measure thread would call it an end of its own
        with self._lock:
            if self._state in (RunState.READY, RunState.RUNNING):
                self._state = RunState.STOPPED
        self._stopping.set()
        self._frames.close()
        self._join((self._capture, self._measure), time.perf_counter() + timeout_s)
        self._tap.detach()
        self._join(self._closers(), time.perf_counter() + closing_s)
        return not any(t.is_alive() for t in (self._capture, self._measure, *self._closers()))

    def record(self, recorder: FrameRecorder) -> None:
        """Let this recorder have every frame from the next one on, which is frame 0 at 0 s from then on.

        Measuring begins anew with it. The recorder is stopped, on a thread of its own, when `end_record` is
        called, when the run ends for whatever reason, and when the source begins again.
        """
        self.ages.clear()
        with self._lock:
            self._counts_before = self._counted()
        self._tap.attach(recorder)

    def add_sink(self, sink: Sink) -> None:
        """Let this have every sample from the next one on."""
        self._sinks.append(sink)

    def remove_sink(self, sink: Sink) -> None:
        """Let this have no more, whether it still had any or not."""
        with contextlib.suppress(ValueError):
            self._sinks.remove(sink)

    def end_record(self) -> None:
        """Let the recorder finish; the run goes on."""
        self._tap.detach()

    @property
    def first_index(self) -> int:
        """The source's own number of the frame that is frame 0 now."""
        return self._tap.first_index

    def take(self) -> Sample | None:
        """Return the newest sample that was not taken yet, or None; never waits."""
        return self._samples.take()

    def wait(self, timeout_s: float) -> Sample | None:
        """Return the next sample, or None after the timeout; for callers without a timer."""
        return self._samples.wait(timeout_s)

    def status(self) -> RunStatus:
        """Say how the run stands now; the one who asks judges a stall, for a stuck source cannot."""
        with self._lock:
            now_s = self._clock()
            running = self._state is RunState.RUNNING
            silent_s, stuck_s = now_s - self._last_s, now_s - self._taken_s
            stalled = running and silent_s > STALL_S
            trouble = self._source.trouble if running and isinstance(self._source, Troubled) else ""
            words = trouble or (f"no picture for {silent_s:.0f} s" if stalled else self._words)
            rate_hz = nan if stalled else self._rate_hz()
            if running and stuck_s > STUCK_S:
                words = f"measuring has stood still for {stuck_s:.0f} s; open the source again"
            return RunStatus(self._state, words, stalled, silent_s, rate_hz, self._counted())

    @property
    def finished(self) -> bool:
        """True when nothing more will be measured and the last sample was taken."""
        return self._samples.finished

    def _counted(self) -> Counts:
        return replace(self._counts, dropped=self._frames.dropped, recorded=self._tap.recorded)

    def _let_go(self, recorder: FrameRecorder, reason: str) -> None:
        """Finishing a recording takes a while, and neither pictures nor the window wait for it."""
        with self._lock:
            counts = self._counted().since(self._counts_before)
        ages = self.ages.summary_ms()
        closer = threading.Thread(
            target=lambda: recorder.stop(reason, counts, ages, CLOSING_S), name="close recording"
        )
        with self._lock:
            self._closing.append(closer)
        closer.start()

    def _closers(self) -> tuple[threading.Thread, ...]:
        with self._lock:
            return tuple(self._closing)

    @staticmethod
    def _join(threads: Iterable[threading.Thread], until: float) -> None:
        for thread in threads:
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(max(until - time.perf_counter(), 0.0))

    def _rate_hz(self) -> float:
        newest = self._arrivals[-1] if self._arrivals else nan
        recent = [s for s in self._arrivals if newest - s <= _RATE_SPAN_S]
        span_s = newest - recent[0] if len(recent) > 1 else 0.0
        return (len(recent) - 1) / span_s if span_s > 0 else nan

    # capture thread

    def _run_capture(self) -> None:
        state, words = RunState.ENDED, ""
        try:
            self._read()
        except UsbioError as error:
            state, words = RunState.FAILED, str(error)
        except BaseException as error:  # a foreign source may raise anything; the run must not hang on it
            _log.exception("source %s broke off", self._source.name)
            why = str(error) or type(error).__name__
            state, words = RunState.FAILED, f"{self._source.name}: reading broke off ({why}); open it again"
        # The measure thread says how the run ended, once the last frame is measured.
        self._ending = (state, words)
        self._frames.close()

    def _read(self) -> None:
        with closing(self._source.frames()) as frames:
            for frame in frames:
                if self._stopping.is_set():
                    return
                if frame is not None:
                    self._deliver(*self._tap.passed(self._time.passed(frame)), frame.index)

    def _deliver(self, frame: Frame, recorder: FrameRecorder | None, index: int) -> None:
        with self._lock:
            gap = index - self._last_index - 1 if self._last_index >= 0 else 0
            self._last_index = index
            self._last_s = frame.arrived_s
            self._arrivals.append(frame.arrived_s)
            self._counts = replace(
                self._counts, delivered=self._counts.delivered + 1, lost=self._counts.lost + max(gap, 0)
            )
        self._hear(frame, recorder is not None)
        self._frames.put((frame, recorder))

    # measure thread

    def _run_measure(self) -> None:
        try:
            while not self._frames.finished:
                came = self._frames.wait(_WAIT_S)
                if came is not None:
                    self._taken_s = self._clock()
                    self._publish(*came)
                    self._taken_s = nan
        except BaseException:
            _log.exception("measure thread of %s ended", self._source.name)
            self._stopping.set()
            self._frames.discard()
            self._ending = (RunState.FAILED, f"{self._source.name}: measuring broke off; open it again")
        self._finish()

    def _publish(self, frame: Frame, recorder: FrameRecorder | None) -> None:
        if recorder is not None and recorder is not self._recorder:
            self.follower.restart()  # whatever number its first frame has that is measured
        self._recorder = recorder or self._recorder
        picture, result, fault = self.follower.follow(frame)
        with self._lock:
            done = result is not None
            self._counts = replace(
                self._counts,
                measured=self._counts.measured + done,
                new=self._counts.new + (result is not None and result.new_picture),
                failed=self._counts.failed + (not done),
            )
            counts = self._counted()
        now = self._clock()
        self.ages.add("measured", now - frame.arrived_s)
        sample = Sample(frame, result, counts, fault, now, self.follower.run, picture)
        if recorder is not None:
            self._note(recorder, sample)
        for sink in tuple(self._sinks):
            self._feed(sink, sample)
        self._samples.put(sample)

    def _note(self, recorder: FrameRecorder, sample: Sample) -> None:
        try:
            recorder.note(sample)
        except Exception as error:
            _log.exception("the recorder failed")
            self._tap.detach(str(error) if isinstance(error, UsbioError) else "recording failed; see the log")

    def _feed(self, sink: Sink, sample: Sample) -> None:
        try:
            sink(sample)
        except Exception as error:
            _log.exception("a receiver of samples failed")
            self.remove_sink(sink)
            words = str(error) if isinstance(error, UsbioError) else f"a receiver of samples failed ({error})"
            with self._lock:
                self._words = words

    def _finish(self) -> None:
        self._tap.detach(self._ending[1])
        self._samples.close()
        with self._lock:
            if self._state is RunState.RUNNING:
                self._state, words = self._ending
                self._words = words or self._words
