"""What a picture costs beside a thread that is always busy, as a slow window is.

    python -m bench.bench_turns

The interpreter hands its turn on after the switch interval; measuring gives its own away with every call into
a library. Median of the wall time of a picture of both multifidi, alone and for some intervals.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence

import cv2
import numpy as np

from gui.app import SWITCH_S
from segmentation.tracking import start, step
from segmentation.views import MeasureSetup
from usbio.frames import Frame
from usbio.preparation import prepare
from usbio.samples import demo_clip
from usbio.setup import load_setup
from usbio.sources.clip import open_clip

INTERVALS_S = (0.005, 0.001, 0.0001, SWITCH_S)
PICTURES = 60


def measured_ms(setup: MeasureSetup, frames: Sequence[Frame], took: list[float]) -> None:
    """Measure the pictures and note what each took."""
    state = start(setup, frames[0].image)
    for frame in frames:
        began_s = time.perf_counter()
        state, _ = step(state, frame.image, frame.t_s, frame.index)
        took.append((time.perf_counter() - began_s) * 1000.0)


def main() -> int:
    """Print a line for each interval."""
    cv2.setNumThreads(1)
    clip = demo_clip()
    frames = [frame for frame in open_clip(clip.path).frames() if frame.index < PICTURES]
    setup = prepare("lm-csa", load_setup(clip.setup_path), frames[0].image, name=clip.path.name).measure
    alone: list[float] = []
    measured_ms(setup, frames, alone)
    print(f"alone: {np.median(alone):.1f} ms a picture")
    for interval_s in INTERVALS_S:
        sys.setswitchinterval(interval_s)
        took: list[float] = []
        thread = threading.Thread(target=measured_ms, args=(setup, frames, took))
        thread.start()
        while thread.is_alive():
            pass
        print(
            f"beside a busy thread, turns of {interval_s * 1000.0:g} ms: {np.median(took):.1f} ms a picture"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
