"""A run in the real window, off-screen: how old its pictures were when they had been painted."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from math import nan
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before any QApplication

import cv2
import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication

from bench.memory_device import MemoryDevice
from gui.app import SWITCH_S
from gui.display import quiet_qt
from gui.image_view import ImageView
from gui.main_window import MainWindow
from segmentation.geometry import Calibration, Roi
from segmentation.results import FrameResult, Picture
from segmentation.views import MeasureSetup, Panel
from usbio.choice import Choice
from usbio.live import LiveRun
from usbio.live_picture import Engine
from usbio.measuring_process import MeasuringProcess
from usbio.preparation import prepare
from usbio.sample import Counts
from usbio.samples import demo_clip
from usbio.setup import SetupFile, load_setup
from usbio.sources.clip import open_clip

SIZES_PX = {(800, 600): 1.0, (1920, 1080): 1.8}  # screen, and how many times the clip's pixels are enlarged
WARM_UP_S = 2.0
_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Shown:
    """What was seen of a run, or of one minute of it."""

    ages_ms: Sequence[float]
    due: int  # pictures that were due in the meantime
    counts: Counts  # of the whole run so far
    cpu_s: float = nan  # that the process took meanwhile, which other work on the machine changes little

    def percentiles_ms(self) -> tuple[float, float, float, float]:
        """Return median, p95, p99 and maximum of the age."""
        median, p95, p99 = np.percentile(self.ages_ms, [50, 95, 99])
        return float(median), float(p95), float(p99), max(self.ages_ms)

    @property
    def jitter_ms(self) -> float:
        """How far apart the ages of all but two in a hundred pictures are."""
        low, high = np.percentile(self.ages_ms, [1, 99])
        return float(high - low)

    @property
    def drawn(self) -> int:
        """How many pictures were painted."""
        return len(self.ages_ms)

    @property
    def cpu_ms(self) -> float:
        """What one painted picture cost, all threads together."""
        return self.cpu_s * 1e3 / max(self.drawn, 1)

    @property
    def dropped_percent(self) -> float:
        """Share of the pictures that were due and never painted."""
        return max(self.due - self.drawn, 0) / max(self.due, 1) * 100.0


def shown(
    fps: float,
    size_px: tuple[int, int],
    seconds: float,
    *,
    measuring: bool = True,
    paint_ms: float = 0.0,
    busy: bool = True,
    every_minute: Callable[[Shown], None] | None = None,
) -> Shown:
    """Show a run for some seconds, each paint of the picture made so much longer, and watch its ages."""
    app = application()
    with _longer_paint(paint_ms, busy):
        run = _run(fps, size_px, measuring)
        window = MainWindow([], lambda choice: run)
        window.resize(1280, 720)
        watch = _Watch(window, run)
        window.show()
        window.show_run(run)
        loop = QEventLoop()  # the application's own, once ended, would end every later loop of the process
        minute = QTimer(interval=round(_MINUTE_S * 1000))
        if every_minute is not None:
            minute.timeout.connect(lambda: every_minute(watch.minute()))

        def _begin() -> None:
            watch.begin()
            minute.start()
            QTimer.singleShot(round(seconds * 1000) + 50, loop.quit)

        # The process that measures has to be there first, which takes as long as the machine wants.
        once(
            lambda: run.values.sample is not None, lambda: QTimer.singleShot(round(WARM_UP_S * 1000), _begin)
        )
        loop.exec()
        minute.stop()
        window.close()
        app.processEvents()
        return watch.whole()


def once(true: Callable[[], bool], do: Callable[[], object]) -> None:
    """Do something as soon as something is true."""
    if true():
        do()
    else:
        QTimer.singleShot(50, lambda: once(true, do))


def memory_mb() -> float:
    """Return the resident memory of this process, where the system tells."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise OSError("memory is read from /proc, which this system lacks")


class _Watch:
    """Collects the ages of one run, and begins anew when it is told."""

    def __init__(self, window: MainWindow, run: LiveRun[Any]) -> None:
        self._run = run
        self._ages_ms: list[float] = []
        self._begun = self._minute = (0, 0, 0.0)  # pictures drawn, pictures due, s of the processor
        window.page.image.drawn.connect(lambda age_s: self._ages_ms.append(age_s * 1000.0))

    def begin(self) -> None:
        self._begun = self._minute = self._now()

    def minute(self) -> Shown:
        since, self._minute = self._minute, self._now()
        return self._since(since)

    def whole(self) -> Shown:
        return self._since(self._begun)

    def _now(self) -> tuple[int, int, float]:
        counts = self._run.status().counts
        return len(self._ages_ms), counts.delivered + counts.lost, time.process_time()

    def _since(self, before: tuple[int, int, float]) -> Shown:
        _, due, cpu_s = self._now()
        ages_ms = self._ages_ms[before[0] :]
        return Shown(ages_ms, due - before[1], self._run.status().counts, cpu_s - before[2])


@cache
def application() -> QApplication:
    """Return the one application of this process."""
    quiet_qt()
    sys.setswitchinterval(SWITCH_S)
    app = QApplication.instance() or QApplication(["bench"])
    assert isinstance(app, QApplication)
    return app


@contextmanager
def _longer_paint(paint_ms: float, busy: bool) -> Generator[None]:
    """Really slow: the paint event waits, as for a slow graphics driver, or keeps the interpreter busy."""
    paint = ImageView.paintEvent

    def _slow(view: ImageView, event: QPaintEvent) -> None:
        until_s = time.perf_counter() + paint_ms / 1000.0
        while busy and time.perf_counter() < until_s:
            pass
        time.sleep(max(until_s - time.perf_counter(), 0.0))
        paint(view, event)

    if paint_ms > 0:
        setattr(ImageView, "paintEvent", _slow)  # noqa: B010 - a method of Qt's, in mypy's eyes of fixed type
    try:
        yield
    finally:
        setattr(ImageView, "paintEvent", paint)  # noqa: B010


def _run(fps: float, size_px: tuple[int, int], measuring: bool) -> LiveRun[Any]:
    pictures, setup = _scene(size_px)

    def prepared(choice: Choice, file: SetupFile, picture: Picture) -> MeasureSetup:
        return setup

    away = MeasuringProcess()
    measured = Engine(prepared, away.start, away.step, away.confirm, open=away.open, close=away.close)
    bare: Engine[Any] = Engine(prepared, lambda *_: None, _look_only, lambda *_: None)
    choice = Choice("memory", view=setup.view, side="left")
    return LiveRun(choice, MemoryDevice(pictures, fps), SetupFile(), measured if measuring else bare)


def _look_only(state: None, picture: Picture, t_s: float, frame: int) -> tuple[None, FrameResult]:
    return None, FrameResult(True, ())


@cache
def _scene(size_px: tuple[int, int]) -> tuple[list[Picture], MeasureSetup]:
    """The sample clip on a screen of that size, larger in the middle of it."""
    clip = demo_clip()
    pictures = [frame.image for frame in open_clip(clip.path).frames() if frame is not None]
    setup = prepare("lm-csa", load_setup(clip.setup_path), pictures[0], name=clip.path.name).measure
    factor = SIZES_PX[size_px]
    width, height = (round(v * factor) for v in setup.frame_size_px)
    left = (size_px[0] - width) // 2
    roi, spacing = setup.panels[0].roi, setup.panels[0].calibration
    corner = round(roi.x * factor) + left, round(roi.y * factor)
    larger = Roi(*corner, int(roi.width * factor), int(roi.height * factor))
    panel = Panel(
        larger,
        Calibration(spacing.x_mm_per_px / factor, spacing.y_mm_per_px / factor),
        setup.panels[0].sides,
    )
    screens = []
    for picture in pictures:
        screen = np.zeros(size_px[::-1], np.uint8)
        screen[:height, left : left + width] = cv2.resize(picture, (width, height))
        screens.append(screen)
    return screens, MeasureSetup(setup.view, (panel,), size_px)
