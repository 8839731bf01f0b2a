"""How old a picture is when it has been painted, off-screen, with measuring on.

    python bench/bench_latency.py [--seconds 8] [--json]

The sample clip of both multifidi is played from memory, forwards and backwards, at several rates and sizes.
A frame's age is taken from its arrival to the end of the paint event that first shows it. ``dropped`` are the
frames that were overtaken by a newer one before they were measured or drawn, in percent of those delivered.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import count

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from gui.app import SWITCH_S
from gui.display import quiet_qt
from gui.main_window import MainWindow
from gui.opening import confirm
from segmentation.geometry import Calibration, Roi
from segmentation.results import Picture
from segmentation.tracking import start, step
from segmentation.views import MeasureSetup, Panel
from usbio.choice import Choice
from usbio.frames import Frame
from usbio.live import LiveRun
from usbio.live_picture import Engine
from usbio.preparation import prepare
from usbio.samples import demo_clip
from usbio.setup import SetupFile, load_setup
from usbio.sources.clip import open_clip

RUNS = ((30.0, 1.0), (60.0, 1.0), (30.0, 1.5), (30.0, 1.8))
WARM_UP_S = 1.5


@dataclass(frozen=True, slots=True)
class Found:
    """One run: its conditions and the ages in ms."""

    fps: float
    width: int
    height: int
    n: int
    median: float
    p95: float
    p99: float
    max: float
    dropped: float


class FromMemory:
    """Pictures forwards and backwards without end, so that motion never jumps."""

    def __init__(self, pictures: Sequence[Picture], fps: float) -> None:
        self._pictures = [*pictures, *pictures[-2:0:-1]]
        self._fps = fps

    @property
    def name(self) -> str:
        """What it is called."""
        return "from memory"

    def frames(self) -> Generator[Frame | None]:
        """Yield without end; the playback keeps the time."""
        for index in count():
            image = self._pictures[index % len(self._pictures)]
            yield Frame(index, index / self._fps, time.perf_counter(), image)


def enlarged(setup: MeasureSetup, factor: float) -> MeasureSetup:
    """Return the setup of the same pictures at another size."""

    def _panel(panel: Panel) -> Panel:
        roi, spacing = panel.roi, panel.calibration
        scaled = Roi(*(int(v * factor) for v in (roi.x, roi.y, roi.width, roi.height)))
        return Panel(
            scaled, Calibration(spacing.x_mm_per_px / factor, spacing.y_mm_per_px / factor), panel.sides
        )

    borders = tuple(replace(b, points_px=b.points_px * factor) for b in setup.borders)
    seeds = tuple(replace(s, point_px=(s.point_px[0] * factor, s.point_px[1] * factor)) for s in setup.seeds)
    width, height = setup.frame_size_px
    size = (round(width * factor), round(height * factor))
    return replace(
        setup, panels=tuple(map(_panel, setup.panels)), borders=borders, seeds=seeds, frame_size_px=size
    )


def measured_run(pictures: Sequence[Picture], setup: MeasureSetup, fps: float) -> LiveRun[object]:
    """Return a run that measures as the window does."""
    engine = Engine(lambda choice, file, picture: setup, start, step, confirm)
    choice = Choice("memory", view=setup.view, side="left")
    return LiveRun(choice, FromMemory(pictures, fps), SetupFile(), engine)  # type: ignore[arg-type]  # any state


def bench(
    app: QApplication, run: LiveRun[object], size: tuple[int, int], fps: float, seconds: float
) -> Found:
    """Show a run for some seconds and collect the ages."""
    window = MainWindow([], lambda choice: run)
    window.resize(1280, 720)
    ages: list[float] = []
    window.page.image.drawn.connect(lambda age_s: ages.append(age_s * 1000.0))
    window.show()
    window.show_run(run)
    before: list[int] = []

    def _begin() -> None:
        ages.clear()
        before.append(run.status().counts.delivered)

    QTimer.singleShot(round(WARM_UP_S * 1000), _begin)
    QTimer.singleShot(round((WARM_UP_S + seconds) * 1000), app.quit)
    app.exec()
    delivered = run.status().counts.delivered - before[0]
    window.close()
    app.processEvents()
    median, p95, p99 = np.percentile(ages, [50, 95, 99])
    lost = max(delivered - len(ages), 0) / max(delivered, 1) * 100.0
    figures = (round(float(v), 1) for v in (median, p95, p99, max(ages), lost))
    return Found(fps, *size, len(ages), *figures)


def main() -> int:
    """Run all conditions and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=8.0, help="of each run")
    parser.add_argument("--json", action="store_true", help="one JSON object on the output")
    asked = parser.parse_args()
    quiet_qt()
    sys.setswitchinterval(SWITCH_S)
    app = QApplication.instance() or QApplication(["bench"])
    assert isinstance(app, QApplication)
    clip = demo_clip()
    file = load_setup(clip.setup_path)
    pictures = [frame.image for frame in open_clip(clip.path).frames() if frame is not None]
    setup = prepare("lm-csa", file, pictures[0], name=clip.path.name).measure
    found = [_condition(app, pictures, setup, fps, factor, asked.seconds) for fps, factor in RUNS]
    first = found[0]
    headline = {"median": first.median, "p95": first.p95, "p99": first.p99, "max": first.max}
    if asked.json:
        print(json.dumps({"arrival_to_drawn_ms": headline, "runs": [asdict(one) for one in found]}))
        return 0
    print("arrival to drawn, ms")
    for one in found:
        print(
            f"{one.fps:3.0f} fps {one.width}x{one.height}: "
            f"median {one.median}, p95 {one.p95}, p99 {one.p99}, max {one.max}, dropped {one.dropped} %"
        )
    return 0


def _condition(
    app: QApplication,
    pictures: Sequence[Picture],
    setup: MeasureSetup,
    fps: float,
    factor: float,
    seconds: float,
) -> Found:
    larger = enlarged(setup, factor)
    scaled = [cv2.resize(picture, larger.frame_size_px).astype(np.uint8) for picture in pictures]
    run = measured_run(scaled, larger, fps)
    return bench(app, run, larger.frame_size_px, fps, seconds)


if __name__ == "__main__":
    sys.exit(main())
