"""What goes wrong in the middle of a run: what the operator reads, and that nothing recorded is lost."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterator
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from segmentation.results import FrameResult, Picture
from tests.fakes import CountingState, EndlessSource, KeptFrames, ScriptedSource, begin, picture, step
from tests.usbio.recorded import sample_pictures
from usbio.blank_picture import BLACK, PLAIN
from usbio.errors import DeviceLost, InputError, OutputError
from usbio.follower import NOT_MEASURED
from usbio.frames import Frame
from usbio.measuring_process import MeasuringProcess
from usbio.pipeline import STALL_S, STUCK_S, Pipeline
from usbio.playback import Playback
from usbio.preparation import prepare
from usbio.sample import Counts, RunState, Sample
from usbio.sources.reconnecting import Reconnecting

PATIENCE_S = 5.0
Make = Callable[..., Pipeline[CountingState]]
Result = tuple[CountingState, FrameResult]


@pytest.fixture
def make() -> Iterator[Make]:
    """Build pipelines that record, and insist that no thread and no frame is left over."""
    built: list[Pipeline[CountingState]] = []

    def _make(source: object, use: object = step, **further: object) -> Pipeline[CountingState]:
        built.append(Pipeline(source, begin, use, **further))  # type: ignore[arg-type]  # fakes of each kind
        return built[-1]

    before = set(threading.enumerate())
    yield _make
    assert all(pipeline.stop() for pipeline in built)
    assert set(threading.enumerate()) <= before
    assert [pipeline.status().counts.waiting for pipeline in built] == [0] * len(built)


def recorded(pipeline: Pipeline[Any]) -> KeptFrames:
    recorder = KeptFrames()
    pipeline.record(recorder)
    pipeline.start()
    return recorder


def to_the_end(pipeline: Pipeline[Any]) -> list[Sample]:
    samples = []
    while not pipeline.finished:
        if (sample := pipeline.wait(PATIENCE_S)) is not None:
            samples.append(sample)
    return samples


def one_at_a_time() -> tuple[Callable[[int], object], Callable[[Sample], None]]:
    """Return what a source waits for before each frame, and the sink that lets the next one come."""
    free = threading.Semaphore(1)
    return (lambda _: free.acquire(timeout=PATIENCE_S)), (lambda _: free.release())


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            DeviceLost("grabber", "the cable came out", "plug it in again"),
            "grabber: the cable came out; plug it in again",
        ),
        (
            OSError(5, "Input/output error"),
            "scripted: reading broke off ([Errno 5] Input/output error); open it again",
        ),
        (MemoryError(), "scripted: reading broke off (MemoryError); open it again"),
        (SystemExit(3), "scripted: reading broke off (3); open it again"),
    ],
)
def test_whatever_a_source_raises_is_said_and_all_before_it_is_kept(
    make: Make, error: BaseException, words: str
) -> None:
    pipeline = make(ScriptedSource(50, fail_at=17, error=error))  # type: ignore[arg-type]  # any may come
    recorder = recorded(pipeline)
    samples = to_the_end(pipeline)
    status = pipeline.status()
    assert (status.state, status.words, status.stalled) == (RunState.FAILED, words, False)
    assert samples[-1].frame.index == 16
    assert [frame.index for frame in recorder.frames] == list(range(17))
    assert (status.counts.delivered, status.counts.recorded) == (17, 17)
    pipeline.stop()
    assert [reason for reason, _, _ in recorder.stopped] == [words]


class Returning(ScriptedSource):
    """A device that breaks off in each opening but the last, and cannot be opened right after."""

    device = True

    def __init__(self, frames: int, openings: int, let_next: Callable[[int], object]) -> None:
        super().__init__(frames)
        self._frames, self._openings, self._let_next = frames, openings, let_next

    def frames(self) -> Generator[Frame | None]:
        self.opened += 1
        if self.opened == 2:
            raise InputError("scripted", "is not there", "plug it in")
        for index in range(self._frames):
            self._let_next(index)
            yield Frame(index, index / 200, time.perf_counter(), picture(index))
        if self.opened < self._openings:
            raise DeviceLost("scripted", "went away", "plug it in again")


def test_a_device_that_comes_back_is_recorded_before_and_after_with_a_gap(make: Make) -> None:
    before, let_next = one_at_a_time()
    said: set[str] = set()

    def wait(seconds: float) -> None:
        said.add(pipeline.status().words)
        time.sleep(0.01)

    source = Returning(20, 4, before)
    playback = Playback(Reconnecting(source, again_s=0.02, wait=wait))
    pipeline = make(playback, sinks=[let_next])
    recorder = recorded(pipeline)
    samples = to_the_end(pipeline)
    assert said == {
        "scripted: went away; plug it in again; it is opened again by itself",
        "scripted: is not there; plug it in; it is opened again by itself",
    }
    assert pipeline.status().words == ""
    assert len(recorder.frames) == len(recorder.samples) == 60
    indices = [frame.index for frame in recorder.frames]
    gaps = [(n, b - a) for n, (a, b) in enumerate(pairwise(indices), start=1) if b - a > 1]
    assert [n for n, _ in gaps] == [20, 40]
    assert pipeline.status().counts.lost == sum(gap - 1 for _, gap in gaps)
    steps_s = np.diff([frame.t_s for frame in recorder.frames])
    arrived_s = np.diff([frame.arrived_s for frame in recorder.frames])
    assert steps_s.min() > 0
    assert steps_s[[19, 39]] == pytest.approx(arrived_s[[19, 39]], abs=1e-6)  # s: no jump
    assert samples[-1].run == 0  # measuring did not begin anew
    pipeline.stop()
    assert [reason for reason, _, _ in recorder.stopped] == [""]


@pytest.mark.parametrize(("grey", "words"), [(2, BLACK), (90, PLAIN)])
def test_a_picture_with_nothing_in_it_is_said_and_kept(make: Make, grey: int, words: str) -> None:
    empty = np.random.default_rng(3).integers(grey, grey + 4, (60, 80), np.uint8)
    said: list[str] = []

    class Emptied(ScriptedSource):
        device = True

        def frames(self) -> Generator[Frame | None]:
            for index in range(120):  # at 25 a second: nothing in it from 1.0 to 3.0 s
                said.append(pipeline.status().words)
                image = empty if 25 <= index < 75 else picture(index)
                yield Frame(index, index / 25, 50.0 + index / 25, image)

    pipeline = make(Playback(Emptied()), clock=lambda: 50.0)
    recorder = recorded(pipeline)
    to_the_end(pipeline)
    # said once it lasted for 1 s, and no longer than it does
    assert said == [""] * 51 + [words] * 25 + [""] * 44
    assert len(recorder.frames) == 120


def test_a_source_that_hangs_is_judged_by_who_waits_and_its_later_frames_are_not_taken(make: Make) -> None:
    hung, now = threading.Event(), [100.0]
    source = ScriptedSource(30, before=lambda i: i == 12 and hung.wait(PATIENCE_S))
    pipeline = make(source, clock=lambda: now[0])
    recorder = recorded(pipeline)
    while (sample := pipeline.wait(PATIENCE_S)) is not None and sample.frame.index < 11:
        pass
    with pipeline._lock:
        pipeline._last_s = now[0]  # the scripted source stamps with the real clock
    now[0] += STALL_S + 2.4
    assert (pipeline.status().stalled, pipeline.status().words) == (True, "no picture for 3 s")
    assert not pipeline.stop(timeout_s=0.05)
    assert [reason for reason, _, _ in recorder.stopped] == [""]
    hung.set()
    assert pipeline.stop()
    assert source.closed == 1
    assert len(recorder.frames) == len({frame.index for frame in recorder.frames}) == 12
    assert pipeline.status().counts.delivered == 12


def test_measuring_that_hangs_is_said_while_frames_go_on_to_the_recording(make: Make) -> None:
    hung, entered, now = threading.Event(), threading.Event(), [100.0]

    def stuck(state: CountingState, image: Picture, t_s: float, frame: int) -> Result:
        entered.set()
        hung.wait(PATIENCE_S)
        return step(state, image, t_s, frame)

    source = ScriptedSource(40)
    pipeline = make(source, stuck, clock=lambda: now[0])
    recorder = recorded(pipeline)
    assert entered.wait(PATIENCE_S)
    assert source.all_delivered.wait(PATIENCE_S)
    now[0] += STUCK_S + 1.2
    assert pipeline.status().words == "measuring has stood still for 6 s; open the source again"
    assert len(recorder.frames) == 40
    hung.set()
    to_the_end(pipeline)
    assert pipeline.status().words == ""


def test_a_step_that_fails_on_one_picture_costs_that_picture_alone(make: Make) -> None:
    def picky(state: CountingState, image: Picture, t_s: float, frame: int) -> Result:
        if frame == 3:
            raise IndexError("an edge left the picture")
        return step(state, image, t_s, frame)

    seen: list[Sample] = []
    before, let_next = one_at_a_time()
    pipeline = make(ScriptedSource(8, before=before), picky, sinks=[seen.append, let_next])
    recorder = recorded(pipeline)
    to_the_end(pipeline)
    assert [sample.fault for sample in seen] == ["", "", "", NOT_MEASURED, "", "", "", ""]
    assert len(recorder.frames) == len(recorder.samples) == 8
    assert pipeline.status().counts == Counts(8, 7, 7, 0, 1, 0, 8)


def test_a_step_that_fails_on_every_picture_ends_nothing_and_fills_no_log(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(state: CountingState, image: Picture, t_s: float, frame: int) -> Result:
        raise ZeroDivisionError("every time")

    before, let_next = one_at_a_time()
    pipeline = make(ScriptedSource(50, before=before), broken, sinks=[let_next])
    with caplog.at_level(logging.ERROR):
        recorder = recorded(pipeline)
        samples = to_the_end(pipeline)
    assert samples[-1].fault == NOT_MEASURED
    assert pipeline.status().counts.failed == len(recorder.frames) == 50
    assert len(caplog.records) == 1


def test_a_measuring_process_that_is_killed_costs_one_picture_and_the_next_begins_anew() -> None:
    """Killed by the system in the middle of a recording, such as for want of memory."""
    shown, setup = sample_pictures("layer", 1)
    measure = prepare("layer", setup, shown[0], name="clip").measure
    away = MeasuringProcess()
    let_next, done = one_at_a_time()
    samples: list[Sample] = []

    def _heard(sample: Sample) -> None:
        samples.append(sample)
        if sample.frame.index == 3 and away.pid is not None:
            os.kill(away.pid, signal.SIGKILL)
        done(sample)

    source = ScriptedSource(8, before=let_next, image=shown[0])
    pipeline = Pipeline(source, partial(away.start, measure), away.step, [_heard])
    recorder = recorded(pipeline)
    to_the_end(pipeline)
    assert pipeline.stop()
    away.close()
    faults = {sample.frame.index: sample.fault for sample in samples if sample.result is None}
    assert faults == {4: "measuring: its process ended by itself; the next picture begins anew"}
    assert [frame.index for frame in recorder.frames] == list(range(8))
    after = samples[-1].result
    assert after is not None
    assert after.measurements[0].status.carries_value


def test_a_receiver_that_fails_is_put_aside_and_said(make: Make) -> None:
    def full(_: Sample) -> None:
        raise OutputError("table", "the disk is full", "free some space")

    pipeline = make(ScriptedSource(20), sinks=[full])
    recorder = recorded(pipeline)
    to_the_end(pipeline)
    assert pipeline.status().words == "table: the disk is full; free some space"
    assert pipeline.status().state is RunState.ENDED
    assert len(recorder.frames) == 20


def test_a_slow_window_costs_pictures_on_the_screen_and_nothing_else(make: Make) -> None:
    """A window that takes nothing at all until the end."""
    before, let_next = one_at_a_time()
    seen: list[int] = []
    sinks = [lambda sample: seen.append(sample.frame.index), let_next]
    pipeline = make(ScriptedSource(60, before=before), sinks=sinks)
    recorder = recorded(pipeline)
    until_finished(pipeline)
    sample = pipeline.take()
    assert sample is not None
    assert sample.frame.index == 59
    assert seen == list(range(60)) == [frame.index for frame in recorder.frames]
    assert pipeline.status().counts.dropped == 0


def until_finished(pipeline: Pipeline[CountingState]) -> None:
    pipeline._measure.join(PATIENCE_S)
    assert not pipeline._measure.is_alive()


class Stamped(ScriptedSource):
    """A device whose own stamps are given."""

    def __init__(self, times_s: list[float], fps: float = 25.0) -> None:
        super().__init__(len(times_s))
        self._times_s, self._rate = times_s, fps

    def frames(self) -> Generator[Frame | None]:
        for index, t_s in enumerate(self._times_s):
            yield Frame(index, t_s, 50.0 + index / self._rate, picture(index))


def test_time_goes_on_by_arrival_where_the_clock_of_the_source_jumps_back(make: Make) -> None:
    own = [n / 25 for n in range(10)] + [n / 25 - 7.0 for n in range(10, 20)]  # set back by 7 s
    pipeline = make(Stamped(own))
    recorder = recorded(pipeline)
    samples = to_the_end(pipeline)
    assert [frame.t_s for frame in recorder.frames] == pytest.approx([n / 25 for n in range(20)])
    assert samples[-1].frame.t_s == pytest.approx(19 / 25)
    assert samples[-1].run == 0  # nothing began anew
    assert pipeline.status().words == ""


def test_a_clock_that_stands_still_or_goes_back_again_and_again_makes_no_time_twice(make: Make) -> None:
    pipeline = make(Stamped([0.0, 0.04, 0.04, 0.04, 0.0, 0.04, -3.0, -2.96]))
    recorder = recorded(pipeline)
    to_the_end(pipeline)
    gaps = [b.t_s - a.t_s for a, b in pairwise(recorder.frames)]
    assert gaps == pytest.approx([0.04] * 7)


def test_another_size_in_the_middle_is_said_ends_the_recording_and_can_come_back(make: Make) -> None:
    seen: list[Sample] = []
    before, let_next = one_at_a_time()

    class Resized(ScriptedSource):
        def frames(self) -> Generator[Frame | None]:
            for frame in super().frames():
                assert frame is not None
                larger = 5 <= frame.index < 8
                image = picture(frame.index, *((90, 120) if larger else (60, 80)))
                yield Frame(frame.index, frame.t_s, frame.arrived_s, image)

    def same_size(image: Picture) -> Picture | None:
        return image if image.shape == (60, 80) else None

    pipeline = make(Resized(12, before=before), sinks=[seen.append, let_next], see=same_size)
    recorder = recorded(pipeline)
    to_the_end(pipeline)
    assert [sample.result is None for sample in seen] == [False] * 5 + [True] * 3 + [False] * 4
    assert "120x90 and not as 80x60" in seen[5].fault
    assert seen[5].picture is None  # what is not known is not shown
    assert [frame.index for frame in recorder.frames] == list(range(5))
    assert pipeline.status().counts.recorded == 5
    pipeline.stop()
    assert ["size" in reason for reason, _, _ in recorder.stopped] == [True]


def test_a_burst_is_recorded_whole_and_its_newest_picture_is_measured(make: Make) -> None:
    held, entered = threading.Event(), threading.Event()

    def gate(state: CountingState, image: Picture, t_s: float, frame: int) -> Result:
        entered.set()
        assert held.wait(PATIENCE_S)
        return step(state, image, t_s, frame)

    source = ScriptedSource(200, before=lambda i: i == 0 or entered.wait(PATIENCE_S))
    pipeline = make(source, gate)
    recorder = recorded(pipeline)
    assert source.all_delivered.wait(PATIENCE_S)
    assert pipeline.status().counts.waiting == 2  # one next and one being measured
    held.set()
    samples = to_the_end(pipeline)
    assert samples[-1].frame.index == 199
    assert len(recorder.frames) == 200
    assert pipeline.status().counts == Counts(200, 2, 2, 198, 0, 0, 200)


@pytest.mark.parametrize("fail_in", ["source", "step", "sink", "nothing"])
def test_counts_add_up_at_any_time(make: Make, fail_in: str) -> None:
    """Delivered is measured, failed, dropped, or one of at most three that are on their way."""
    rng = np.random.default_rng(5)
    bad = set(rng.choice(3000, 200, replace=False).tolist())

    def sometimes(state: CountingState, image: Picture, t_s: float, frame: int) -> Result:
        if fail_in == "step" and frame in bad:
            raise ValueError("no")
        return step(state, image, t_s, frame)

    def sink(sample: Sample) -> None:
        if fail_in == "sink":
            raise ValueError("no")

    fail_at = 2500 if fail_in == "source" else None
    pipeline = make(ScriptedSource(3000, fail_at=fail_at), sometimes, sinks=[sink])
    waiting: set[int] = set()
    last = Counts()
    pipeline.start()
    while not pipeline.finished:
        counts = pipeline.status().counts
        waiting.add(counts.waiting)
        assert counts.delivered >= last.delivered
        assert counts.measured >= last.measured
        last = counts
        if (sample := pipeline.take()) is not None:
            waiting.add(sample.counts.waiting)
    assert waiting <= {0, 1, 2, 3}
    final = pipeline.status().counts
    assert final.delivered == (fail_at or 3000) == final.measured + final.failed + final.dropped
    if fail_in != "step":
        assert final.failed == 0


def test_counts_add_up_after_a_stop_in_the_middle(make: Make) -> None:
    for _ in range(20):
        pipeline = make(EndlessSource())
        pipeline.start()
        assert pipeline.wait(PATIENCE_S) is not None
        assert pipeline.stop()
        counts = pipeline.status().counts
        assert counts.delivered == counts.measured + counts.failed + counts.dropped
