"""Whoever listens hears of every frame, every sample and every event, and harms nobody by failing."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from math import nan
from pathlib import Path

import pytest

from segmentation.geometry import Calibration, Roi
from segmentation.views import MeasureSetup, Panel
from tests.fakes import CountingState, KeptFrames, ScriptedSource, begin, picture, step
from usbio.frames import Frame
from usbio.listeners import Listeners, RunEvent
from usbio.marked_recorder import MarkedRecorder
from usbio.pipeline import Pipeline
from usbio.recording.status import RecordingState, RecordingStatus
from usbio.sample import Sample

MEASURE = MeasureSetup(
    "lm-csa", (Panel(Roi(0, 0, 80, 60), Calibration(0.5, 0.5), ("left", "right")),), (80, 60)
)


@dataclass
class Notes:
    """A listener that keeps what it hears, and may fail from a frame on."""

    fail_from: int | None = None
    trouble: str = ""
    used: list[MeasureSetup] = field(default_factory=list)
    frames: list[tuple[int, bool]] = field(default_factory=list)
    samples: list[int] = field(default_factory=list)
    events: list[RunEvent] = field(default_factory=list)

    def use(self, measure: MeasureSetup) -> None:
        self.used.append(measure)

    def frame(self, frame: Frame, recorded: bool) -> None:
        if self.fail_from is not None and frame.index >= self.fail_from:
            raise OSError("the network is gone")
        self.frames.append((frame.index, recorded))

    def sample(self, sample: Sample) -> None:
        self.samples.append(sample.frame.index)

    def event(self, event: RunEvent) -> None:
        self.events.append(event)


class KeptEvents(KeptFrames):
    """A recorder in memory that keeps events too."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[tuple[str, int, float | None, dict[str, object]]] = []
        self.state: RecordingState = "recording"

    def event(self, kind: str, frame: int, at_s: float | None = None, **parameters: object) -> None:
        self.events.append((kind, frame, at_s, parameters))

    def keep(self, name: str, picture: object, frame: int) -> None:
        raise AssertionError("no still is kept here")

    def status(self) -> RecordingStatus:
        return RecordingStatus(self.state, "", 0, 0.0, 0, nan, Path("P07"))


def heard_by(*listeners: Notes, fps: float = 200.0) -> tuple[Listeners, Pipeline[CountingState]]:
    hub = Listeners()
    for one in listeners:
        hub.add(one)
    source = ScriptedSource(30, fps=fps, before=lambda _: time.sleep(0.002))
    return hub, Pipeline(source, begin, step, (hub.sample,), hear=hub.frame)


def until_over(pipeline: Pipeline[CountingState]) -> None:
    pipeline.start()
    while not pipeline.finished:
        pipeline.wait(0.1)
    assert pipeline.stop()


def test_every_frame_is_heard_as_it_arrives_and_every_sample_in_order() -> None:
    notes = Notes()
    _, pipeline = heard_by(notes)
    until_over(pipeline)
    assert notes.frames == [(i, False) for i in range(30)]  # also those that were overtaken
    assert notes.samples == sorted(notes.samples)
    assert notes.samples[-1] == 29


def test_frames_of_a_recording_are_said_to_be_so() -> None:
    notes = Notes()
    _, pipeline = heard_by(notes)
    pipeline.record(KeptFrames())
    until_over(pipeline)
    assert notes.frames == [(i, True) for i in range(30)]


def test_one_that_fails_is_put_aside_in_words_and_the_run_and_the_others_go_on() -> None:
    broken, sound = Notes(fail_from=10), Notes()
    hub, pipeline = heard_by(broken, sound)
    until_over(pipeline)
    assert len(broken.frames) == 10
    assert len(sound.frames) == 30
    assert "the network is gone" in hub.alarm
    hub.add(Notes(trouble="streaming is behind"))
    assert hub.alarm == "streaming is behind"


def test_who_comes_late_hears_first_what_is_measured() -> None:
    hub, late = Listeners(), Notes()
    hub.use(MEASURE)
    hub.add(late)
    assert late.used == [MEASURE]
    hub.remove(late)
    hub.remove(late)
    hub.use(MEASURE)
    assert late.used == [MEASURE]
    assert not hub


@pytest.fixture
def recorder() -> KeptEvents:
    return KeptEvents()


def test_a_mark_lands_at_the_picture_that_was_newest_at_its_moment(recorder: KeptEvents) -> None:
    events: list[RunEvent] = []
    marked = MarkedRecorder(recorder, events.append)
    assert marked.mark_at("early", 9.99, "task") is None  # nothing is recorded yet
    for index in (0, 1, 2, 5):  # with a gap
        marked.add(Frame(index, index / 10, 10.0 + index / 10, picture()))
    assert [e.words for e in events] == ["recording started: P07"]
    assert events[0].at_s == 10.0
    assert marked.mark_at("before it began", 9.99, "task") is None
    assert marked.mark_at("at the first", 10.0, "task") == 0
    assert marked.mark_at("between", 10.19, "task") == 1
    assert marked.mark_at("in the gap", 10.45, "task") == 2
    assert marked.mark_at("late", 11.0, "task") == 5
    assert recorder.events[1] == ("marker", 1, 10.19, {"words": "between", "stream": "task"})
    marked.stop("the clip ended")
    marked.stop()
    assert [e.words for e in events][1:] == ["recording ended: P07 (the clip ended)"]
    assert marked.mark_at("after the end", 10.2, "task") is None


def test_a_recorder_that_has_stopped_by_itself_takes_no_marks(recorder: KeptEvents) -> None:
    marked = MarkedRecorder(recorder, lambda _: None)
    marked.add(Frame(0, 0.0, 10.0, picture()))
    recorder.state = "stopped"
    assert marked.mark_at("mark", 10.1, "task") is None
    assert recorder.events == []
