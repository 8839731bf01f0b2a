from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from segmentation.results import FrameResult, Picture
from tests.fakes import CountingState, EndlessSource, KeptFrames, ScriptedSource, begin, step
from tests.usbio.lsl_programs import until
from usbio.errors import InputError, OutputError
from usbio.follower import NOT_MEASURED, Step
from usbio.pipeline import Pipeline
from usbio.sample import RunState, Sample

Make = Callable[..., Pipeline[CountingState]]
PATIENCE_S = 5.0


@pytest.fixture
def make() -> Iterator[Make]:
    """Build pipelines and insist that none of their threads is left over."""
    built: list[Pipeline[CountingState]] = []

    def _make(source: object, use: Step[CountingState] = step, **further: object) -> Pipeline[CountingState]:
        built.append(Pipeline(source, begin, use, **further))  # type: ignore[arg-type]  # fakes of each kind
        return built[-1]

    before = set(threading.enumerate())
    yield _make
    assert all(pipeline.stop() for pipeline in built)
    assert set(threading.enumerate()) <= before


def all_samples(pipeline: Pipeline[CountingState]) -> list[Sample]:
    samples: list[Sample] = []
    while not pipeline.finished:
        sample = pipeline.wait(PATIENCE_S)
        if sample is not None:
            samples.append(sample)
    return samples


class Gate:
    """A measuring step that stands still on its first picture until let go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()

    def __call__(
        self, state: CountingState, image: Picture, t_s: float, frame: int
    ) -> tuple[CountingState, FrameResult]:
        self.entered.set()
        assert self.open.wait(PATIENCE_S)
        return step(state, image, t_s, frame)


def test_the_newest_picture_wins_and_the_others_are_counted_as_dropped(make: Make) -> None:
    gate = Gate()
    # No frame may overtake the first before the step has it in hand.
    source = ScriptedSource(10, before=lambda i: i == 0 or gate.entered.wait(PATIENCE_S))
    seen: list[Sample] = []
    pipeline = make(source, gate, sinks=[seen.append])
    pipeline.start()
    assert source.all_delivered.wait(PATIENCE_S)
    gate.open.set()
    all_samples(pipeline)
    assert [s.frame.index for s in seen] == [0, 9]
    counts = pipeline.status().counts
    assert (counts.delivered, counts.measured, counts.new, counts.dropped) == (10, 2, 2, 8)


def test_a_source_that_ends_is_a_state_and_its_last_picture_is_measured(make: Make) -> None:
    source = ScriptedSource(3)
    pipeline = make(source)
    pipeline.start()
    assert all_samples(pipeline)[-1].frame.index == 2
    status = pipeline.status()
    assert (status.state, status.words, status.stalled) == (RunState.ENDED, "", False)
    assert (source.opened, source.closed) == (1, 1)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (None, "scripted: the cable came out; plug it in again"),
        (RuntimeError("bits"), "scripted: reading broke off (bits); open it again"),
    ],
)
def test_a_source_that_breaks_off_is_a_state_with_words(
    make: Make, error: Exception | None, words: str
) -> None:
    seen: list[Sample] = []
    pipeline = make(ScriptedSource(5, fail_at=2, error=error), sinks=[seen.append])
    pipeline.start()
    all_samples(pipeline)
    status = pipeline.status()
    assert (status.state, status.words) == (RunState.FAILED, words)
    assert seen[-1].frame.index == 1


def test_one_picture_that_measuring_cannot_do_does_not_end_the_run(make: Make) -> None:
    taken = threading.Semaphore(1)  # each frame waits until the one before it went through

    def picky(
        state: CountingState, image: Picture, t_s: float, frame: int
    ) -> tuple[CountingState, FrameResult]:
        if state.seen == 1 and image[0, 0] == 1:
            raise IndexError("an edge left the picture")
        return step(state, image, t_s, frame)

    seen: list[Sample] = []

    def sink(sample: Sample) -> None:
        seen.append(sample)
        taken.release()

    pipeline = make(
        ScriptedSource(4, before=lambda _: taken.acquire(timeout=PATIENCE_S)), picky, sinks=[sink]
    )
    pipeline.start()
    all_samples(pipeline)
    assert [s.result is None for s in seen] == [False, True, False, False]
    assert seen[1].fault == NOT_MEASURED
    assert seen[2].fault == ""
    assert pipeline.status().state is RunState.ENDED
    assert (seen[-1].counts.measured, seen[-1].counts.failed) == (3, 1)


def test_what_the_operator_can_mend_before_measuring_is_said_and_tried_again(make: Make) -> None:
    asked: list[int] = []

    def no_side(_: Picture) -> CountingState:
        asked.append(1)
        raise InputError("picture", "no side is given", "say whose muscle it shows")

    pipeline = Pipeline(EndlessSource(fps=200), no_side, step)
    pipeline.start()
    sample = pipeline.wait(PATIENCE_S)
    assert sample is not None
    assert sample.result is None
    assert sample.fault == "picture: no side is given; say whose muscle it shows"
    pipeline.follower.restart()  # the answer came: do not wait for the next regular try
    while len(asked) < 2:
        assert pipeline.wait(PATIENCE_S) is not None
    assert pipeline.stop()


def test_stop_may_come_twice_before_during_and_after_a_run(make: Make) -> None:
    never_started = make(EndlessSource())
    assert never_started.stop()
    assert never_started.stop()
    running = make(EndlessSource())
    running.start()
    assert running.wait(PATIENCE_S) is not None
    assert running.stop()
    assert running.stop()
    assert running.status().state is RunState.STOPPED
    ended = make(ScriptedSource(1))
    ended.start()
    all_samples(ended)
    assert ended.stop()
    assert ended.status().state is RunState.ENDED


def test_a_reader_that_hangs_is_abandoned(make: Make) -> None:
    stuck = threading.Event()
    pipeline = make(ScriptedSource(5, before=lambda i: i == 1 and stuck.wait(PATIENCE_S)))
    pipeline.start()
    assert pipeline.wait(PATIENCE_S) is not None
    assert not pipeline.stop(timeout_s=0.05)
    assert pipeline.status().state is RunState.STOPPED
    stuck.set()  # what it delivers now is taken by nobody
    assert pipeline.stop()
    assert pipeline.status().counts.measured == 1


def test_a_stall_is_judged_by_who_asks(make: Make) -> None:
    stuck = threading.Event()
    now = [0.0]
    pipeline = make(
        ScriptedSource(5, before=lambda _: stuck.wait(PATIENCE_S)),
        clock=lambda: now[0],
    )
    pipeline.start()
    now[0] = 0.9
    assert not pipeline.status().stalled
    now[0] = 3.2
    assert pipeline.status().stalled
    assert pipeline.status().words == "no picture for 3 s"
    stuck.set()


def test_sinks_get_every_sample_before_the_view_and_a_broken_one_is_put_aside(make: Make) -> None:
    seen: list[int] = []

    def full_disk(_: Sample) -> None:
        raise OutputError("recording", "the disk is full", "free some space")

    pipeline = make(ScriptedSource(3), sinks=[full_disk, lambda s: seen.append(s.frame.index)])
    pipeline.start()
    for sample in all_samples(pipeline):
        assert sample.frame.index in seen
    assert seen[-1] == 2
    assert pipeline.status().words == "recording: the disk is full; free some space"


def test_a_clip_that_starts_again_is_measured_anew(make: Make) -> None:
    taken = threading.Semaphore(1)
    states: list[tuple[int, int]] = []
    source = ScriptedSource(indices=[0, 1, 2, 0, 1], before=lambda _: taken.acquire(timeout=PATIENCE_S))

    def noted(
        state: CountingState, image: Picture, t_s: float, frame: int
    ) -> tuple[CountingState, FrameResult]:
        states.append((round(t_s * 30), state.seen))
        return step(state, image, t_s, frame)

    runs: list[int] = []

    def sink(sample: Sample) -> None:
        runs.append(sample.run)
        taken.release()

    pipeline = make(source, noted, sinks=[sink])
    pipeline.start()
    all_samples(pipeline)
    assert states == [(0, 0), (1, 1), (2, 2), (0, 0), (1, 1)]
    assert runs == [0, 0, 0, 1, 1]


def test_an_edit_reaches_the_state_before_the_next_picture(make: Make) -> None:
    taken = threading.Semaphore(1)
    seen_states: list[int] = []

    def noted(
        state: CountingState, image: Picture, t_s: float, frame: int
    ) -> tuple[CountingState, FrameResult]:
        seen_states.append(state.seen)
        return step(state, image, t_s, frame)

    def sink(sample: Sample) -> None:
        if sample.frame.index == 0:
            pipeline.follower.edit(lambda state: CountingState(state.seen + 100))
        taken.release()

    pipeline = make(
        ScriptedSource(3, before=lambda _: taken.acquire(timeout=PATIENCE_S)), noted, sinks=[sink]
    )
    pipeline.start()
    all_samples(pipeline)
    assert seen_states == [0, 101, 102]


def test_frames_the_device_lost_are_counted(make: Make) -> None:
    pipeline = make(ScriptedSource(indices=[0, 1, 5, 6]))
    pipeline.start()
    all_samples(pipeline)
    assert pipeline.status().counts.lost == 3


def test_a_recording_gets_every_frame_and_what_was_measured_of_those_that_were(make: Make) -> None:
    recorder = KeptFrames()
    pipeline = make(ScriptedSource(30, fps=100))
    pipeline.record(recorder)
    pipeline.start()
    all_samples(pipeline)
    assert pipeline.stop()
    assert [one.index for one in recorder.frames] == list(range(30))
    measured = [one.frame.index for one in recorder.samples]
    assert measured == sorted(set(measured))
    assert measured[-1] == 29
    (reason, counts, ages), *more = recorder.stopped
    assert more == []
    assert reason == ""
    assert counts is not None
    assert (counts.delivered, counts.recorded, counts.lost) == (30, 30, 0)
    assert counts.measured + counts.dropped == 30
    assert ages is not None
    assert 0 <= ages["measured_median_ms"] <= ages["measured_max_ms"]


def test_a_recording_begins_and_ends_in_the_middle_and_measuring_begins_anew_with_it(make: Make) -> None:
    recorder, pipeline = KeptFrames(), None
    reached = {5: threading.Event(), 20: threading.Event()}
    go_on = {5: threading.Event(), 20: threading.Event()}

    def _stand(position: int) -> None:
        if position in reached:
            reached[position].set()
            assert go_on[position].wait(PATIENCE_S)

    pipeline = make(ScriptedSource(30, fps=100, before=_stand))
    pipeline.start()
    assert reached[5].wait(PATIENCE_S)
    assert pipeline.wait(PATIENCE_S) is not None  # measuring has begun, so it can begin anew
    pipeline.record(recorder)
    go_on[5].set()
    assert reached[20].wait(PATIENCE_S)
    until(lambda: bool(recorder.samples), "measuring in the recording")
    pipeline.end_record()
    go_on[20].set()
    samples = all_samples(pipeline)
    assert pipeline.stop()
    assert [one.index for one in recorder.frames] == list(range(15))
    assert recorder.frames[0].t_s == 0.0
    assert {one.run for one in recorder.samples} == {1}
    assert samples[-1].frame.index == 24  # the numbering goes on, and nothing begins anew at the end
    assert samples[-1].run == 1
    assert [reason for reason, _, _ in recorder.stopped] == [""]


def test_a_cable_pulled_out_ends_the_recording_with_the_reason_and_loses_nothing(make: Make) -> None:
    recorder = KeptFrames()
    pipeline = make(ScriptedSource(30, fail_at=12))
    pipeline.record(recorder)
    pipeline.start()
    all_samples(pipeline)
    assert pipeline.stop()
    assert len(recorder.frames) == 12
    assert pipeline.status().state is RunState.FAILED
    assert [reason for reason, _, _ in recorder.stopped] == [pipeline.status().words]
    assert "cable" in pipeline.status().words


def test_who_listens_later_hears_what_comes_then_until_it_is_taken_away(make: Make) -> None:
    heard: list[int] = []

    def _hear(sample: Sample) -> None:
        heard.append(sample.frame.index)
        if sample.frame.index == 4:
            pipeline.remove_sink(_hear)
            pipeline.remove_sink(_hear)

    def _one_by_one(position: int) -> None:
        while pipeline.status().counts.measured < position:
            pipeline.wait(0.01)
        if position == 3:
            pipeline.add_sink(_hear)

    pipeline = make(ScriptedSource(6, before=_one_by_one))
    pipeline.start()
    while not pipeline.finished:
        pipeline.wait(0.01)
    assert heard == [3, 4]
