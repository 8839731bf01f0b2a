"""Film the simulator's flashing square in the real window, as a camera does, and time it from outside.

    xvfb-run -s "-screen 0 1500x800x24" python bench/flash_film.py [--view tra] [--fps 25] [--seconds 60]
    xvfb-run -s "-screen 0 1500x800x24" python bench/flash_film.py --screen [--fps 30] [--seconds 60]

The window shows `sim:VIEW?flash=1` in a process of its own, and `bench/flash_clock.py` beside it another
square that is only painted. This process looks at both on the screen, every millisecond or two, and tells how
much later the window's square changed: delivered, measured, painted and put on the screen.

With ``--screen`` the window looks at that other square itself, with `screen:X,Y,W,H`: the delay is all of the
way from one program's picture on the screen to ours, the wait for the next look (half of a period) included.
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
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from segmentation.results import Picture

_ROOT = Path(__file__).resolve().parents[1]
_CLOCK_AT = (1310, 20)  # beside the window, which is 1280 px wide
_CLOCK_SIZE = (160, 160)
_SETUP = """
[image]
crop_px = [0, 0, {}, {}]
side = "left"
[measure]
view = "layer"
[calibration]
x_mm_per_px = 0.1
y_mm_per_px = 0.1
"""
_OPENING_S = 8.0
_LONGEST_MS = 500.0
_TRIES = 8  # of 2.4 s, on a machine that is busy
_LEAST_PX = 400  # of a square
_LOOK_S = 0.001
Box = tuple[int, int, int, int]  # x, y, width, height


def main() -> int:
    """Film for a while and print the delays."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--view", default="tra")
    parser.add_argument("--fps", type=float, default=25.0)
    parser.add_argument("--screen", action="store_true", help="look at the bare square, as at a handheld's")
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    QApplication.instance() or QApplication(["film"])
    place = ",".join(map(str, (*_CLOCK_AT, *_CLOCK_SIZE)))
    address = f"screen:{place}" if asked.screen else f"sim:{asked.view}"
    options = f"?fps={asked.fps:g}" + ("" if asked.screen else "&flash=1")
    with _shown(address + options, asked.seconds + 3 * _OPENING_S, asked.screen):
        time.sleep(_OPENING_S)
        clock, square = _boxes()
        delays_ms = _filmed(clock, square, asked.seconds)
    if not delays_ms:
        raise SystemExit("no flank was seen: is the window covered?")
    median, p95 = np.percentile(delays_ms, [50, 95])
    print(
        f"{address}, {asked.fps:g} pictures a second, {len(delays_ms)} flanks: "
        f"median {median:.1f} ms after the bare square, p95 {p95:.1f}, "
        f"least {min(delays_ms):.1f}, most {max(delays_ms):.1f}"
    )
    return 0


@contextmanager
def _shown(address: str, seconds: float, by_setup: bool) -> Generator[None]:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    with TemporaryDirectory() as folder:
        call = [address, "--exit-after", f"{seconds:.0f}"]
        if by_setup:
            setup = Path(folder) / "square.toml"
            setup.write_text(_SETUP.format(*_CLOCK_SIZE), encoding="utf-8")
            call += ["--setup", str(setup)]
        yield from _running(call, seconds, environment)


def _running(call: list[str], seconds: float, environment: dict[str, str]) -> Generator[None]:
    window = f"from gui.app import main; raise SystemExit(main({call!r}))"
    place = ",".join(map(str, _CLOCK_AT))
    clock = ["bench/flash_clock.py", "--seconds", f"{seconds:.0f}", "--at", place]
    running = [
        subprocess.Popen([sys.executable, *what], env=environment, cwd=_ROOT)
        for what in (["-c", window], clock)
    ]
    try:
        yield
    finally:
        for process in running:
            process.terminate()
            process.wait()


def _boxes() -> tuple[Box, Box]:
    """Find the two squares: what changed most from one second to the next."""
    for _ in range(_TRIES):
        stills = []
        for _ in range(16):
            stills.append(_look((0, 0, -1, -1)))
            time.sleep(0.15)
        changed = np.ptp(np.stack(stills).astype(np.int16), axis=0) > 200
        _, _, found, _ = cv2.connectedComponentsWithStats(changed.astype(np.uint8))
        largest = [box for box in sorted(found[1:].tolist(), key=lambda box: -box[4]) if box[4] > _LEAST_PX][
            :2
        ]
        if len(largest) == 2:
            first, second = ((x, y, w, h) for x, y, w, h, _ in largest)
            return (first, second) if first[0] >= _CLOCK_AT[0] else (second, first)
    raise SystemExit("two flashing squares were looked for on the screen and not found")


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
