"""Recordings for the tests: plans, frames as from a device, and a run that is measured and recorded."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from segmentation.results import FrameResult, Measurement, Picture, Status
from segmentation.tracking import TrackState, start, step
from segmentation.views import ViewName
from tests.usbio.clips import noise
from usbio.frames import Frame
from usbio.own_coordinates import setup_in_picture
from usbio.pipeline import Pipeline
from usbio.preparation import prepare
from usbio.recording.plan import Codec, RecordingPlan
from usbio.recording.recorder import Recorder
from usbio.sample import Counts, Sample
from usbio.samples import sample_clips
from usbio.setup import ImageTable, SetupFile, load_setup
from usbio.sources.clip import open_clip
from usbio.visible import Visible, visible_panels

SIZE_PX = (64, 48)
LEFT = SetupFile(image=ImageTable(side="left"))


def plan(
    parent: Path,
    size_px: tuple[int, int] = SIZE_PX,
    codec: Codec = "ffv1",
    setup: SetupFile = LEFT,
    view: ViewName = "layer",
    fps: float = 30.0,
) -> RecordingPlan:
    return RecordingPlan(parent, "scripted", view, setup, size_px, fps, codec)


def frames(
    n: int, size_px: tuple[int, int] = SIZE_PX, fps: float = 30.0, times_s: Sequence[float] | None = None
) -> list[Frame]:
    shown = noise(n, size_px[0], size_px[1])
    at_s = times_s if times_s is not None else [index / fps for index in range(n)]
    return [Frame(k, at_s[k], time.perf_counter(), shown[k]) for k in range(n)]


def sample(frame: Frame, fault: str = "") -> Sample:
    """What a measure thread says of a frame: a layer that grows, or a fault."""
    one = Measurement("left", "layer", Status.OK, 0.9, thickness_mm=10.0 + frame.index / 7.0)
    result = None if fault else FrameResult(True, (one,))
    return Sample(frame, result, Counts(), fault, time.perf_counter())


@dataclass(frozen=True)
class AtOnce:
    """Pictures of a clip at a rate, some of which the device loses."""

    pictures: Sequence[Picture]
    fps: float
    lost: frozenset[int] = frozenset()
    name: str = "scripted"
    before: Callable[[int], object] = lambda _: None

    def frames(self) -> Generator[Frame | None]:
        pause, began_s = threading.Event(), time.perf_counter()
        for index, picture in enumerate(self.pictures):
            pause.wait(max(began_s + index / self.fps - time.perf_counter(), 0.0))
            self.before(index)
            if index not in self.lost:
                yield Frame(index, index / self.fps, time.perf_counter(), picture)


class MeasuredRun:
    """A pipeline as the live window has one: framed pictures, measured and recorded with their own setup."""

    def __init__(self, source: AtOnce, view: ViewName, whole: SetupFile, first: Picture) -> None:
        self._view = view
        self.recorder: Recorder | None = None
        in_frame = prepare(view, whole, first, name="scripted").measure
        self.visible: Visible = visible_panels(in_frame, first, whole.image.mask_px or ())
        self.setup = setup_in_picture(whole, self.visible.roi)
        roi = self.visible.roi
        spacing = self.setup.calibration.model_copy(update={"for_size_px": (roi.width, roi.height)})
        self.setup = self.setup.model_copy(update={"calibration": spacing})
        self.pipeline: Pipeline[TrackState] = Pipeline(source, self._begin, step, see=self.visible.of)

    def _begin(self, whole: Picture) -> TrackState:
        framed = self.visible.of(whole)
        assert framed is not None
        return start(prepare(self._view, self.setup, framed, name="scripted").measure, framed)

    def plan(self, parent: Path, codec: Codec = "ffv1", fps: float = 30.0) -> RecordingPlan:
        roi = self.visible.roi
        return RecordingPlan(parent, "scripted", self._view, self.setup, (roi.width, roi.height), fps, codec)

    def confirm(self, change: Callable[[TrackState], TrackState], *sides: str) -> None:
        """Confirm borders as the window does: the journal hears of the frame from which on it holds."""
        recorder = self.recorder
        assert recorder is not None
        self.pipeline.follower.edit(
            change, lambda frame: recorder.event("confirmed", frame, sides=list(sides))
        )

    def record(self, recorder: Recorder) -> None:
        """Play the source to its end, recorded from its first frame on."""
        self.recorder = recorder
        self.pipeline.record(recorder)
        self.pipeline.start()
        while not self.pipeline.finished:
            self.pipeline.wait(1.0)
        assert self.pipeline.stop()


def sample_pictures(view: str, n: int) -> tuple[list[Picture], SetupFile]:
    """The first pictures of a shipped clip, and its setup."""
    clip = next(one for one in sample_clips() if load_setup(one.setup_path).measure.view == view)
    found = [frame.image for frame, _ in zip(open_clip(clip.path).frames(), range(n), strict=False)]
    return found, load_setup(clip.setup_path)


def with_name(picture: Picture, text: str, at: tuple[int, int], size: float = 0.8) -> Picture:
    """A copy with a name burned in."""
    drawn = picture.copy()
    cv2.putText(drawn, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, 255, 2)
    return drawn
