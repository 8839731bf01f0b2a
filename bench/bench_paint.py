"""What painting a picture with its marks costs the window's thread, off-screen; strips and traces with it.

    python bench/bench_paint.py

Median of the processor's time of the thread, which other work on the machine changes less than time
by the clock. A picture of 400x420 is one of two in a window of 1280x720, one of 1300x800 is alone on a screen
of 1920x1080. "Bare" is the same picture with sides and scale, before anything is measured in it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import TypeVar

if not __package__:  # called by its path: what is imported is what lies beside it
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before any QApplication

import cv2
import numpy as np
from PySide6.QtWidgets import QWidget

from bench.shown_run import application
from gui.image_view import ImageView
from gui.mmode_view import MModeView
from gui.plot_view import TracePlot
from segmentation.results import QUANTITIES, FrameResult, Picture
from segmentation.traces import Span
from segmentation.tracking import start, step
from segmentation.views import MeasureSetup, ViewName
from usbio.frames import Frame
from usbio.mmode_strip import StripRecorder
from usbio.preparation import prepare
from usbio.sample import Counts, Sample
from usbio.samples import SampleClip, sample_clips
from usbio.setup import load_setup
from usbio.sources.clip import open_clip

SIZES_PX = ((400, 420), (800, 480), (1300, 800))
CLIPS = ("tra_left", "tra_right", "lm_csa")
PICTURES = 40
TIMES = 120
W = TypeVar("W", bound=QWidget)
Scene = tuple[MeasureSetup, list[tuple[Picture, FrameResult]]]


def main() -> int:
    """Print a line for each clip and size."""
    app = application()
    cv2.setNumThreads(1)
    scenes = {clip.path.stem: _scene(clip) for clip in sample_clips() if clip.path.stem in CLIPS}
    for name, scene in scenes.items():
        for size_px in SIZES_PX:
            whole_ms, bare_ms = _picture_ms(scene, size_px)
            size = "{}x{}".format(*size_px)
            print(f"{name:10s} {size:9s} with borders {whole_ms:5.2f} ms  bare {bare_ms:5.2f} ms")
    _strips_and_traces(scenes)
    app.processEvents()
    return 0


def _picture_ms(scene: Scene, size_px: tuple[int, int]) -> tuple[float, float]:
    setup, pictures = scene
    view, number = _shown(ImageView(), size_px), count()
    view.show_setup(setup)
    whole_ms = _cost_ms(lambda: view.show_frame(*pictures[next(number) % PICTURES]))
    bare_ms = _cost_ms(lambda: view.show_frame(pictures[next(number) % PICTURES][0]))
    view.close()
    return whole_ms, bare_ms


def _strips_and_traces(scenes: dict[str, Scene]) -> None:
    strips = _shown(MModeView(), (740, 100))
    found = tuple(strip for name in CLIPS[:2] for strip in _recorded(*scenes[name]).strips())
    print(f"M-mode strips of both sides  {_cost_ms(lambda: strips.show_strips(found)):5.2f} ms")
    traces = _shown(TracePlot(), (1180, 162))
    number = count(300)
    print(f"traces of both sides  {_cost_ms(lambda: _trace(traces, next(number) / 10)):5.2f} ms")
    for widget in (strips, traces):
        widget.close()


def _scene(clip: SampleClip) -> Scene:
    frames = [frame for frame in open_clip(clip.path).frames() if frame is not None][:PICTURES]
    view: ViewName = "lm-csa" if clip.path.stem.startswith("lm") else "tra"
    setup = prepare(view, load_setup(clip.setup_path), frames[0].image, name=clip.path.name).measure
    state, measured = start(setup, frames[0].image), []
    for frame in frames:
        state, result = step(state, frame.image, frame.t_s, frame.index)
        measured.append((frame.image, result))
    return setup, measured


def _recorded(setup: MeasureSetup, pictures: list[tuple[Picture, FrameResult]]) -> StripRecorder:
    recorder = StripRecorder()
    recorder.use(setup)
    for i in range(8 * PICTURES):
        picture, result = pictures[i % PICTURES]
        recorder(Sample(Frame(i, i / 30, i / 30, picture), result, Counts(), "", i / 30, 0, picture))
    return recorder


def _trace(plot: TracePlot, end_s: float) -> None:
    t_s = np.linspace(end_s - 20, end_s, 600)
    values = [5 + np.sin(t_s), 4 + np.sin(t_s)]
    plot.show_quantity("TrA", QUANTITIES["thickness_mm"])
    plot.show_trace("left", t_s, values[0])
    plot.show_trace("right", t_s, values[1])
    plot.show_span(end_s, values)
    plot.show_phases((Span(end_s - 8, end_s - 6),), (Span(end_s - 5, end_s - 2),))


def _shown(widget: W, size_px: tuple[int, int]) -> W:
    widget.resize(*size_px)
    widget.show()
    _settle()
    return widget


def _cost_ms(show: Callable[[], object]) -> float:
    """What it costs until everything that was shown has been painted, however often that is."""
    took = []
    for _ in range(TIMES):
        began_s = time.thread_time()
        show()
        _settle()
        took.append((time.thread_time() - began_s) * 1e3)
    return float(np.median(took))


def _settle() -> None:
    for _ in range(3):
        application().processEvents()


if __name__ == "__main__":
    sys.exit(main())
