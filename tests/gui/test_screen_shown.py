"""Another program's window on a real X screen, seen in ours: what it flashes, and how late we show it."""

from __future__ import annotations

import time
from itertools import pairwise
from math import floor
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from gui.main_window import MainWindow
from tests.usbio.x_server import painted, x_server
from usbio.choice import Choice
from usbio.opening import open_run
from usbio.sample import Sample

SETUP = """
[image]
crop_px = [0, 0, 160, 160]
side = "left"
[measure]
view = "layer"
[calibration]
x_mm_per_px = 0.1
y_mm_per_px = 0.1
"""


def test_a_flash_in_another_window_is_painted_in_ours_soon(tmp_path: Path, qtbot: Any) -> None:
    setup = tmp_path / "square.toml"
    setup.write_text(SETUP, encoding="utf-8")
    cv2.imwrite(str(tmp_path / "dark.png"), np.zeros((10, 10), np.uint8))
    window = MainWindow([], open_run)
    qtbot.addWidget(window)
    window.show()
    lit: dict[float, bool] = {}  # by the moment at which the screen was looked at
    drawn_s: list[tuple[float, float]] = []  # painted, and that moment, as far as the age tells it

    def _note(sample: Sample) -> None:
        lit[sample.frame.arrived_s] = bool(sample.frame.image[4:8, 4:8].mean() > 128)

    def _flanks() -> list[tuple[float, bool]]:
        seen = [(moment_s, lit[min(lit, key=lambda at: abs(at - of_s))]) for moment_s, of_s in drawn_s if lit]
        found = [now for before, now in pairwise(seen) if before[1] != now[1]]
        return found[1:]  # the first picture waits until measuring has begun, and may be seconds late

    window.bridges[0].sampleArrived.connect(_note)
    window.page.image.drawn.connect(
        lambda age_s: drawn_s.append((now_s := time.perf_counter(), now_s - age_s))
    )

    with (
        x_server(tmp_path / "x") as server,
        painted(server.display, tmp_path / "dark.png", (0, 0), (300, 200)),
    ):
        window.open(Choice("screen:300,200,160,160", setup_path=setup))
        qtbot.waitUntil(lambda: len(_flanks()) >= 2, timeout=20_000)
        window.close()
    # The square changes with the whole seconds of the clock that all processes share.
    late_ms = [(moment_s % 1.0) * 1e3 for moment_s, _ in _flanks()]
    assert all(lit_now == (floor(moment_s) % 2 == 1) for moment_s, lit_now in _flanks())
    # ms: painted there, 33 ms between two looks, measured and painted here, on a machine that may be busy
    assert min(late_ms) < 600.0
