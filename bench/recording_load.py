"""Recording beside measuring, in one process: what is held, and what each costs the other."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from segmentation.results import Picture
from segmentation.tracking import TrackState, start, step
from usbio.frames import Frame
from usbio.pipeline import Pipeline
from usbio.preparation import prepare
from usbio.recording.plan import Codec, RecordingPlan
from usbio.recording.recorder import Recorder
from usbio.samples import demo_clip
from usbio.setup import SetupFile, load_setup
from usbio.sources.clip import open_clip

Row = dict[str, Any]
_LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class Scene:
    """Pictures of one size with a setup that measures them; the crop is the whole picture."""

    pictures: Sequence[Picture]
    setup: SetupFile
    kind: str

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        height, width = self.pictures[0].shape
        return width, height


def scene(size_px: tuple[int, int], noise_grey: int, n: int = 60) -> Scene:
    """The picture of the sample clip of both multifidi, enlarged; with the noise that its codec took away."""
    clip = demo_clip()
    setup = load_setup(clip.setup_path)
    assert setup.image.crop_px is not None
    x, y, width, height = setup.image.crop_px
    rng = np.random.default_rng(3)
    pictures = []
    for frame, _ in zip(open_clip(clip.path).frames(), range(n), strict=False):
        whole = cv2.resize(frame.image[y : y + height, x : x + width], size_px, interpolation=cv2.INTER_CUBIC)
        grain = rng.integers(-noise_grey, noise_grey + 1, whole.shape) if noise_grey else 0
        picture = np.clip(whole.astype(int) + grain, 0, 255).astype(np.uint8)
        picture.setflags(write=False)
        pictures.append(picture)
    across, down = size_px[0] / width, size_px[1] / height
    assert setup.calibration.x_mm_per_px is not None
    assert setup.calibration.y_mm_per_px is not None
    spacing = setup.calibration.model_copy(
        update={
            "for_size_px": size_px,
            "x_mm_per_px": setup.calibration.x_mm_per_px / across,
            "y_mm_per_px": setup.calibration.y_mm_per_px / down,
        }
    )
    image = setup.image.model_copy(update={"crop_px": (0, 0, *size_px)})
    own = setup.model_copy(update={"image": image, "calibration": spacing, "border": [], "seed": []})
    return Scene(pictures, own, f"grain of {noise_grey} grey" if noise_grey else "as decoded")


@dataclass(frozen=True, slots=True)
class ToAndFro:
    """Pictures to and fro for some seconds, as a device hands them over."""

    pictures: Sequence[Picture]
    fps: float
    seconds: float
    name: str = "from memory"

    def frames(self) -> Generator[Frame | None]:
        """Yield each when it is due."""
        around = [*self.pictures, *self.pictures[-2:0:-1]]
        began_s = time.perf_counter()
        for index in count():
            if index >= self.fps * self.seconds:
                return
            time.sleep(max(began_s + index / self.fps - time.perf_counter(), 0.0))
            yield Frame(index, index / self.fps, time.perf_counter(), around[index % len(around)])


class TimedRecorder(Recorder):
    """Says how long the capture thread was held up."""

    add_ms: list[float]

    def add(self, frame: Frame) -> None:
        """Take a picture."""
        began_s = time.perf_counter()
        super().add(frame)
        self.add_ms.append((time.perf_counter() - began_s) * 1000.0)


def held(shown: Scene, fps: float, seconds: float, codec: Codec | None, parent: Path) -> Row:
    """Measure, and record with a codec or not at all; return the row of figures."""

    def begin(picture: Picture) -> TrackState:
        return start(prepare("lm-csa", shown.setup, picture, name="bench").measure, picture)

    ages_ms: list[float] = []
    pipeline: Pipeline[TrackState] = Pipeline(
        ToAndFro(shown.pictures, fps, seconds),
        begin,
        step,
        [lambda sample: ages_ms.append((sample.measured_s - sample.frame.arrived_s) * 1000.0)],
    )
    recorder = None
    if codec is not None:
        plan = RecordingPlan(parent, "bench", "lm-csa", shown.setup, shown.size_px, fps, codec)
        recorder = TimedRecorder(plan)
        recorder.add_ms = []
        pipeline.record(recorder)
    cpu_s, began_s = time.process_time(), time.perf_counter()
    pipeline.start()
    behind_s = []
    while not pipeline.finished:
        pipeline.wait(_LOOK_S)
        if recorder is not None and (oldest_s := recorder.oldest_s()) is not None:
            behind_s.append(time.perf_counter() - oldest_s)
    cores = (time.process_time() - cpu_s) / (time.perf_counter() - began_s)
    pipeline.stop()
    counts = pipeline.status().counts
    row: Row = {
        "size": "{}x{}".format(*shown.size_px),
        "fps": fps,
        "pictures": shown.kind,
        "recorded as": codec or "not recorded",
        "delivered": counts.delivered,
        "measured_percent": round(100.0 * counts.measured / max(counts.delivered, 1), 1),
        "age_ms": percentiles(ages_ms[5:]),
        "cores": round(cores, 2),
    }
    if recorder is not None:
        recorder.stop(timeout_s=60.0)
        status = recorder.status()
        row |= {
            "state": status.state,
            "dropped_from_record": counts.delivered - status.recorded,
            "MB_a_minute": round(status.bytes / 1e6 / max(status.seconds, 1e-9) * 60.0),
            "add_ms": percentiles(recorder.add_ms),
            "waiting_ms": percentiles([1000.0 * s for s in behind_s]),
        }
        shutil.rmtree(status.folder)
    return row


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Return median, 95th and 99th percentile and maximum."""
    if not values:
        return {}
    found = np.percentile(values, [50, 95, 99, 100])
    return dict(zip(("median", "p95", "p99", "max"), (round(float(v), 2) for v in found), strict=True))


def rows(seconds: float, parent: Path) -> list[Row]:
    """Return rows of the sizes and codecs in turns, each beside the same without a recorder."""
    found = []
    for size_px, fps, grain in (((800, 600), 60.0, 0), ((800, 600), 60.0, 2), ((1920, 1080), 30.0, 2)):
        shown = scene(size_px, grain)
        codecs: tuple[Codec | None, ...] = (None, "ffv1", "libx264")
        found += [held(shown, fps, seconds, codec, parent) for codec in codecs]
    return found


def on_this_disk() -> Path:
    """Return a folder of one's own on the disk of the temporary folder."""
    return Path(tempfile.mkdtemp(prefix="usbio-bench-"))
