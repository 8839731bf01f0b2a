"""Film the simulator's flashing square in the real window, as a camera does, and time it from outside.

    xvfb-run -s "-screen 0 1500x800x24" python bench/flash_film.py [--view tra] [--fps 25] [--seconds 60]

The window shows `sim:VIEW?flash=1` in a process of its own, and `bench/flash_clock.py` beside it another
square that is only painted. This process looks at both on the screen, every millisecond or two, and tells how
much later the window's square changed: delivered, measured, painted and put on the screen.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from segmentation.results import Picture

_ROOT = Path(__file__).resolve().parents[1]
_CLOCK_AT = (1310, 20)  # beside the window, which is 1280 px wide
_OPENING_S = 8.0
_LONGEST_MS = 500.0
_LOOK_S = 0.001
Box = tuple[int, int, int, int]  # x, y, width, height


def main() -> int:
    """Film for a while and print the delays."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--view", default="tra")
    parser.add_argument("--fps", type=float, default=25.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    QApplication.instance() or QApplication(["film"])
    with _shown(f"sim:{asked.view}?flash=1&fps={asked.fps:g}", asked.seconds + 3 * _OPENING_S):
        time.sleep(_OPENING_S)
        clock, square = _boxes()
        delays_ms = _filmed(clock, square, asked.seconds)
    if not delays_ms:
        raise SystemExit("no flank was seen: is the window covered?")
    median, p95 = np.percentile(delays_ms, [50, 95])
    print(
        f"sim:{asked.view}, {asked.fps:g} pictures a second, {len(delays_ms)} flanks: "
        f"median {median:.1f} ms after the bare square, p95 {p95:.1f}, "
        f"least {min(delays_ms):.1f}, most {max(delays_ms):.1f}"
    )
    return 0


@contextmanager
def _shown(address: str, seconds: float) -> Generator[None]:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    window = (
        f"from gui.app import main; raise SystemExit(main([{address!r}, '--exit-after', '{seconds:.0f}']))"
    )
    place = ",".join(map(str, _CLOCK_AT))
    clock = ["bench/flash_clock.py", "--seconds", f"{seconds:.0f}", "--at", place]
    running = [
        subprocess.Popen([sys.executable, *call], env=environment, cwd=_ROOT)
        for call in (["-c", window], clock)
    ]
    try:
        yield
    finally:
        for process in running:
            process.terminate()
            process.wait()


def _boxes() -> tuple[Box, Box]:
    """Find the two squares: what changed most from one second to the next."""
    stills = []
    for _ in range(16):
        stills.append(_look((0, 0, -1, -1)))
        time.sleep(0.15)
    changed = np.ptp(np.stack(stills).astype(np.int16), axis=0) > 200
    _, _, found, _ = cv2.connectedComponentsWithStats(changed.astype(np.uint8))
    largest = sorted(found[1:].tolist(), key=lambda box: -box[4])[:2]
    if len(largest) < 2:
        raise SystemExit("two flashing squares were looked for on the screen and not found")
    first, second = ((x, y, w, h) for x, y, w, h, _ in largest)
    return (first, second) if first[0] >= _CLOCK_AT[0] else (second, first)


def _filmed(clock: Box, square: Box, seconds: float) -> list[float]:
    lit, since_s, delays_ms = [_lit(clock), _lit(square)], 0.0, []
    until_s = time.perf_counter() + seconds
    while time.perf_counter() < until_s:
        time.sleep(_LOOK_S)
        for which, box in enumerate((clock, square)):
            now = _lit(box)
            if now == lit[which]:
                continue
            lit[which], moment_s = now, time.perf_counter()
            if which == 0:
                since_s = moment_s
            elif (delay_ms := (moment_s - since_s) * 1e3) < _LONGEST_MS:
                delays_ms.append(delay_ms)
    return delays_ms


def _lit(box: Box) -> bool:
    x, y, _, _ = box
    return bool(_look((x + 4, y + 4, 4, 4)).mean() > 128)


def _look(box: Box) -> Picture:
    image = QApplication.primaryScreen().grabWindow(0, *box).toImage()
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), grey.bytesPerLine())
    return rows[:, : grey.width()].copy()


if __name__ == "__main__":
    sys.exit(main())
