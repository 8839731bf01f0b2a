"""What was confirmed on the screen repeats in `analyze`, whichever frames the live run dropped."""

from __future__ import annotations

import threading
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest

from segmentation.results import FloatArray, FrameResult, Picture
from segmentation.tracking import start, step
from segmentation.views import VIEWS, MeasureSetup
from usbio.choice import Choice
from usbio.frames import Frame
from usbio.live import LiveRun
from usbio.live_picture import Engine
from usbio.measuring import Task, measure
from usbio.preparation import prepare
from usbio.samples import sample_clips
from usbio.setup import SetupFile, load_setup
from usbio.sources.clip import ClipInfo, ClipSource, open_clip

CLIPS = {clip.path.stem: clip for clip in sample_clips()}
N = 60  # pictures: rest and the rise into the contraction


class Beginning:
    """The first pictures of a clip, all or every so many."""

    def __init__(self, clip: ClipSource, every: int = 1) -> None:
        self._clip, self._every = clip, every

    @property
    def name(self) -> str:
        return self._clip.name

    @property
    def path(self) -> Path:
        return self._clip.path

    def info(self) -> ClipInfo:
        return self._clip.info()

    def frames(self) -> Generator[Frame]:
        for frame in self._clip.frames():
            if frame.index >= N:
                return
            if frame.index % self._every == 0:
                yield frame


class Values:
    """The leading value of every picture."""

    def __init__(self, quantity: str) -> None:
        self._quantity = quantity
        self.of: dict[int, list[float]] = {}
        self.sources: set[str] = set()

    def add(self, frame: Frame, result: FrameResult) -> None:
        self.of[frame.index] = [getattr(m, self._quantity) for m in result.measurements]
        self.sources |= {m.border_source for m in result.measurements}


def live(stem: str, folder: Path) -> tuple[dict[int, list[float]], Path]:
    """Play every third picture, confirm in the contraction, save."""
    clip = CLIPS[stem]
    setup = load_setup(clip.setup_path)
    source = Beginning(open_clip(clip.path), every=3)
    values = Values(VIEWS[setup.measure.view or ""].quantity)

    def _prepare(choice: Choice, file: SetupFile, picture: Picture) -> MeasureSetup:
        assert choice.view is not None
        return prepare(choice.view, file, picture, name=clip.path.name).measure

    engine = Engine(_prepare, start, step, lambda state, sides: state)
    run = LiveRun(Choice(str(clip.path), save_folder=folder), source, setup, engine)
    run.start()
    pause = threading.Event()
    while not run.over:
        if (sample := run.take()) is not None and sample.result is not None:
            values.add(sample.frame, sample.result)
        pause.wait(0.005)  # a loop without one takes the interpreter from the threads that measure
    assert values.sources <= {"auto", "traced"}
    run.confirm()
    saved = run.save_setup()
    assert run.stop()
    return values.of, saved


def as_table(values: dict[int, list[float]], frames: list[int]) -> FloatArray:
    return np.array([values[frame] for frame in frames])


@pytest.mark.parametrize(
    ("stem", "tolerance", "source"),  # cm², mm; the setups of the first two give a border
    [
        ("lm_csa", 0.05, "traced"),
        ("lm_thickness_left", 0.10, "traced"),
        ("tra_left", 0.15, "confirmed"),
        ("layer_left", 0.10, "confirmed"),
    ],
)
def test_a_confirmed_border_is_saved_and_analyze_repeats_the_live_values(
    stem: str, tolerance: float, source: str, tmp_path: Path
) -> None:
    shown, saved = live(stem, tmp_path)
    setup = load_setup(saved)
    view = setup.measure.view
    assert view is not None
    again = Values(VIEWS[view].quantity)
    measure(Beginning(open_clip(CLIPS[stem].path)), Task(view, setup), [again], lambda done, total: None)
    assert again.sources == {source}
    frames = sorted(shown)
    assert len(frames) >= 5
    np.testing.assert_allclose(as_table(again.of, frames), as_table(shown, frames), atol=tolerance)


def test_saved_borders_have_few_points_and_the_number_of_their_picture(tmp_path: Path) -> None:
    _, saved = live("tra_left", tmp_path)
    borders = load_setup(saved).border
    assert [(b.muscle, b.edge, b.frame) for b in borders] == [
        (muscle, edge, 0) for muscle in ("tra", "io", "eo") for edge in ("superficial", "deep")
    ]
    assert all(2 <= len(b.points_px) <= 48 for b in borders)
