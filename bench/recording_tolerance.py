"""How far values measured from an H.264 recording lie from those of the pictures themselves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from bench.figures import Kept
from segmentation.results import FrameResult, Picture, Side
from segmentation.tracking import TrackState, start, step
from segmentation.views import ViewName
from usbio.decoding import decode
from usbio.frames import Frame
from usbio.preparation import prepare
from usbio.recording.film import Film
from usbio.recording.plan import Codec
from usbio.recording.synced_file import SyncedFile
from usbio.samples import sample_clips
from usbio.setup import CalibrationTable, ImageTable, SetupFile, StationTable, load_setup
from usbio.sources.clip import open_clip
from usbio.visible import Visible, visible_panels

REAL = Path(os.environ.get("USBIO_REAL_DATA", "../shared/real"))
QUANTITIES = ("thickness_mm", "area_cm2", "relative_thickness_percent", "slide_mm", "echo_intensity_grey")


@dataclass(frozen=True, slots=True)
class Task:
    """A clip and how it is measured."""

    path: Path
    setup: SetupFile
    view: ViewName
    side: Side | None = None


def tasks() -> Iterator[Task]:
    """The shipped clips, and the real ones where they are."""
    for clip in sample_clips():
        setup = load_setup(clip.setup_path)
        assert setup.measure.view is not None
        yield Task(clip.path, setup, setup.measure.view)
    setup = SetupFile(
        image=ImageTable(crop_px=(210, 43, 726, 578)),
        calibration=CalibrationTable(x_mm_per_px=1 / 11.35, y_mm_per_px=1 / 11.35),
        station=[StationTable(rule="range", x_range_px=(924.0, 934.0), direction="vertical")],
    )
    for path in sorted((REAL / "thickness_clips").glob("*.mp4")):
        yield Task(path, setup, "layer", "left")


def row(task: Task, codec: Codec, n: int, folder: Path) -> dict[str, Any]:
    """Measure the framed pictures of a clip and those that came back from the codec, and compare."""
    frames = [frame for frame, _ in zip(open_clip(task.path).frames(), range(n), strict=False)]
    prepared = prepare(task.view, task.setup, frames[0].image, name=task.path.name, side=task.side)
    visible = visible_panels(prepared.measure, frames[0].image)
    black = [_black(frame.image, visible) for frame in frames]
    kept = list(_through(black, codec, folder))
    again = [replace(frame, image=image) for frame, image in zip(frames, kept, strict=True)]
    before = _measured(task, [replace(f, image=i) for f, i in zip(frames, black, strict=True)])
    found: dict[str, Any] = {"clip": task.path.name, "codec": codec, "pictures": len(frames)}
    grey = np.concatenate(
        [np.abs(a.astype(int) - b).ravel() for a, b in zip(black[::7], kept[::7], strict=True)]
    )
    found["grey_p99"] = float(np.percentile(grey, 99))
    return found | differences(before, _measured(task, again))


def _black(whole: Picture, visible: Visible) -> Picture:
    """A whole frame that is black but for the picture, so that the setup need not be moved."""
    picture = visible.of(whole)
    assert picture is not None
    black = np.zeros_like(whole)
    black[visible.roi.slices] = picture
    return black


def _through(pictures: list[Picture], codec: Codec, folder: Path) -> Iterator[Picture]:
    path = folder / "tolerance.mkv"
    path.unlink(missing_ok=True)
    file = SyncedFile(path)
    height, width = pictures[0].shape
    film = Film(file, (width, height), 30.0, codec)
    for index, picture in enumerate(pictures):
        film.add(picture, index * 33)
    film.close()
    file.close()
    for decoded in decode(path):
        yield np.ascontiguousarray(decoded.image[:height, :width])


def _measured(task: Task, frames: list[Frame]) -> Kept:
    first = frames[0].image
    measure = prepare(task.view, task.setup, first, name=task.path.name, side=task.side).measure
    state: TrackState = start(measure, first)
    kept = Kept({})
    for frame in frames:
        state, result = step(state, frame.image, frame.t_s, frame.index)
        kept.add(frame, result)
    return kept


def differences(before: Kept, after: Kept) -> dict[str, Any]:
    """Return 95th percentile and maximum of every quantity's difference, and how many statuses changed."""
    apart: dict[str, list[float]] = {name: [] for name in QUANTITIES}
    statuses = rows = 0
    for index, one in before.frames.items():
        for m, other in zip(one.measurements, _same(one, after.frames[index]), strict=True):
            rows += 1
            statuses += m.status != other.status
            both = m.status.carries_value and other.status.carries_value
            for name in QUANTITIES:
                difference = abs(getattr(m, name) - getattr(other, name))
                if both and isfinite(difference):
                    apart[name].append(difference)
    found: dict[str, Any] = {"rows": rows, "other_status_percent": round(100.0 * statuses / max(rows, 1), 2)}
    for name, values in apart.items():
        if values:
            p95, most = np.percentile(values, [95, 100])
            found[name] = {"p95": round(float(p95), 4), "max": round(float(most), 4)}
    return found


def _same(one: FrameResult, other: FrameResult) -> list[Any]:
    return [other.of(m.side, m.muscle) for m in one.measurements]
