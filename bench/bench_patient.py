"""How long a scene of the patient's screen takes to paint: python -m bench.bench_patient [ROUNDS].

Two figures: by the clock, and of the processor's time, which other programs on the machine do not change.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QGuiApplication, QImage, QPainter

from bench.patient_scenes import mmode_scenes, scenes
from gui.display import choose_platform, quiet_qt
from gui.patient_painting import PICTURES, paint_scene
from gui.theme import DARK
from segmentation.results import FloatArray
from usbio.patient_scene import PatientScene

SIZES = ((1920, 1080), (1280, 720))
GOAL_MS = 5.0


def paint_ms(scene: PatientScene, size: tuple[int, int], rounds: int) -> FloatArray:
    """Return how long each of some paintings took: (rounds, 2), by the clock and of the processor."""
    image = QImage(*size, QImage.Format.Format_RGB32)
    took = []
    for _ in range(rounds):
        began, busy = time.perf_counter(), time.thread_time()
        painter = QPainter(image)
        paint_scene(painter, scene, QSizeF(*size), DARK)
        painter.end()
        took.append((time.perf_counter() - began, time.thread_time() - busy))
    return np.array(took) * 1e3


def main(rounds: int) -> None:
    """Print for each picture the medians over all scenes, and the slowest scene's."""
    print(f"milliseconds a painting, clock / processor; goal: median {GOAL_MS}")
    for size in SIZES:
        for picture in PICTURES:
            shown = scenes(picture=picture) | (mmode_scenes() if picture == "strip" else {})
            found = {name: paint_ms(one, size, rounds) for name, one in shown.items()}
            medians = {name: np.median(one, axis=0) for name, one in found.items()}
            slowest = max(medians, key=lambda name: float(medians[name][1]))
            every = np.concatenate(list(found.values()))
            print(
                f"{size[0]}x{size[1]} {picture:8} median {_both(np.median(every, axis=0))}   "
                f"p95 {_both(np.percentile(every, 95, axis=0))}   slowest {slowest} {_both(medians[slowest])}"
            )


def _both(figures: FloatArray) -> str:
    return f"{figures[0]:5.2f} / {figures[1]:5.2f}"


if __name__ == "__main__":
    choose_platform()
    quiet_qt()
    app = QGuiApplication([])
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
