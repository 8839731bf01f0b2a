"""How old the pictures of two sources at once are when they have been painted, off-screen, with measuring on.

    python bench/bench_two_sources.py [--minutes 0.5] [--fps 30] [--record]

Two devices deliver the sample clips of the lateral abdominal wall by their own clocks, half a picture apart,
one a side; both are measured, drawn and, where it is asked for, recorded. Ages begin when a picture was due.
Every minute's ages are told for each side, with memory and with how many were overtaken. Ends with code 1
where a minute's 99th percentile of either side is not below the bound, or memory grows.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

if not __package__:  # called by its path: what is imported is what lies beside it
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before any QApplication

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer

from bench.memory_device import MemoryDevice
from bench.shown_run import WARM_UP_S, application, memory_mb, once
from gui.main_window import MainWindow
from gui.opening import begin_recording
from segmentation.results import SIDES, Side
from usbio.choice import Choice
from usbio.live import LiveRun
from usbio.live_picture import Engine
from usbio.measuring_process import MeasuringProcess
from usbio.preparation import prepare
from usbio.samples import sample_clips
from usbio.setup import load_setup
from usbio.shown_runs import ShownRuns, two_shown
from usbio.sources.clip import open_clip

AGE_MS = 120.0  # of either side
GROWTH_MB = 30.0  # after the first minute
_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute of both sides."""

    ages_ms: dict[Side, Sequence[float]]
    memory_mb: float

    def p99_ms(self) -> float:
        """The 99th percentile of the side that is later."""
        return max(float(np.percentile(ages, 99)) for ages in self.ages_ms.values())

    def words(self) -> str:
        """All of it in a line."""
        told = []
        for side, ages in self.ages_ms.items():
            median, p95, p99 = np.percentile(ages, [50, 95, 99])
            told.append(
                f"{side} {len(ages):5d} drawn, median {median:5.1f} p95 {p95:5.1f} p99 {p99:5.1f} "
                f"max {max(ages):5.1f} ms"
            )
        return " | ".join([*told, f"{self.memory_mb:.0f} MB"])


def main() -> int:
    """Run both for so long and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=0.5)
    parser.add_argument("--fps", type=float, default=30.0)
    parser.add_argument("--record", action="store_true", help="both, without loss")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shown = two_shown(_run("left", asked.fps), _run("right", asked.fps))
        minutes = _watched(shown, asked.minutes * 60.0, Path(folder) if asked.record else None)
    for side, run in zip(SIDES, shown.runs, strict=True):
        counts = run.status().counts
        print(f"{side}: {counts.delivered} delivered, {counts.measured} measured, {counts.dropped} overtaken")
    worst = max(minute.p99_ms() for minute in minutes)
    grown = minutes[-1].memory_mb - minutes[0].memory_mb
    print(f"worst minute's p99 {worst:.1f} ms (bound {AGE_MS:.0f}); memory grew by {grown:.1f} MB")
    return 0 if worst < AGE_MS and grown < GROWTH_MB else 1


def _run(side: Side, fps: float) -> LiveRun[Any]:
    clip = next(one for one in sample_clips() if one.path.stem == f"tra_{side}")
    setup = load_setup(clip.setup_path)
    pictures = [frame.image for frame in open_clip(clip.path).frames() if frame is not None]
    measure = prepare("tra", setup, pictures[0], name=clip.path.name).measure
    away = MeasuringProcess()
    engine = Engine(lambda *_: measure, away.start, away.step, away.confirm, open=away.open, close=away.close)
    later_s = 0.5 / fps if side == "right" else 0.0
    return LiveRun(Choice(side, view="tra", side=side), MemoryDevice(pictures, fps, later_s), setup, engine)


def _watched(shown: ShownRuns, seconds: float, folder: Path | None) -> list[Minute]:
    app, loop = application(), QEventLoop()
    window = MainWindow([], lambda choice: shown.runs[0])
    window.resize(1280, 720)
    ages_ms: dict[Side, list[float]] = {side: [] for side in SIDES}
    for side, image in zip(SIDES, window.page.images, strict=True):
        image.drawn.connect(partial(_note, ages_ms[side]))
    minutes: list[Minute] = []

    def _minute() -> None:
        minutes.append(Minute({side: tuple(ages) for side, ages in ages_ms.items()}, memory_mb()))
        for ages in ages_ms.values():
            ages.clear()
        print(minutes[-1].words(), flush=True)
        if len(minutes) * _MINUTE_S >= seconds:
            loop.quit()

    every = QTimer(interval=round(min(seconds, _MINUTE_S) * 1000))
    every.timeout.connect(_minute)

    def _begin() -> None:
        for ages in ages_ms.values():
            ages.clear()
        every.start()

    def _warm() -> None:
        if folder is not None:
            begin_recording(folder, shown.runs, "ffv1")
        QTimer.singleShot(round(WARM_UP_S * 1000), _begin)

    window.show()
    window.show_runs(shown)
    once(lambda: all(run.values.readings() for run in shown.runs), _warm)
    loop.exec()
    every.stop()
    window.close()
    for run in shown.runs:
        run.stop()
    app.processEvents()
    return minutes


def _note(ages_ms: list[float], age_s: float) -> None:
    ages_ms.append(age_s * 1000.0)


if __name__ == "__main__":
    sys.exit(main())
