"""What a picture costs beside a thread that is always busy, as a slow window is.

    python -m bench.bench_turns

The interpreter hands its turn on after the switch interval; measuring gives its own away with every call into
a library. Median of the wall time of a picture of both multifidi, alone and beside the busy thread: measured
in the same process, and in one of its own.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from gui.app import SWITCH_S
from segmentation.results import FrameResult, Picture
from segmentation.tracking import start, step
from segmentation.views import MeasureSetup
from usbio.frames import Frame
from usbio.measuring_process import MeasuringProcess
from usbio.preparation import prepare
from usbio.samples import demo_clip
from usbio.setup import load_setup
from usbio.sources.clip import open_clip

INTERVALS_S = (0.005, 0.001, SWITCH_S)
PICTURES = 60
Start = Callable[[MeasureSetup, Picture], object]
Step = Callable[..., tuple[object, FrameResult]]


def measured_ms(
    setup: MeasureSetup, frames: Sequence[Frame], way: tuple[Start, Step], took: list[float]
) -> None:
    """Measure the pictures and note what each took."""
    start_it, step_it = way
    state = start_it(setup, frames[0].image)
    for frame in frames:
        began_s = time.perf_counter()
        state, _ = step_it(state, frame.image, frame.t_s, frame.index)
        took.append((time.perf_counter() - began_s) * 1000.0)


def main() -> int:
    """Print a line for each way and interval."""
    cv2.setNumThreads(1)
    clip = demo_clip()
    frames = [frame for frame in open_clip(clip.path).frames() if frame.index < PICTURES]
    setup = prepare("lm-csa", load_setup(clip.setup_path), frames[0].image, name=clip.path.name).measure
    away = MeasuringProcess()
    ways: dict[str, tuple[Start, Step]] = {
        "in the same process": (start, step),
        "in its own process": (away.start, away.step),
    }
    for name, way in ways.items():
        alone: list[float] = []
        measured_ms(setup, frames, way, alone)
        print(f"{name}, alone: {np.median(alone):.1f} ms a picture", flush=True)
        for interval_s in INTERVALS_S:
            took = _beside_busy(interval_s, setup, frames, way)
            words = f"beside a busy thread, turns of {interval_s * 1000.0:g} ms: {np.median(took):.1f} ms"
            print(f"{name}, {words}", flush=True)
    away.close()
    return 0


def _beside_busy(
    interval_s: float, setup: MeasureSetup, frames: Sequence[Frame], way: tuple[Start, Step]
) -> list[float]:
    sys.setswitchinterval(interval_s)
    took: list[float] = []
    thread = threading.Thread(target=measured_ms, args=(setup, frames, way, took))
    thread.start()
    while thread.is_alive():
        pass
    return took


if __name__ == "__main__":
    sys.exit(main())
