"""The watch over a scanner's screen: what a look costs, false alarms, changes of depth that it sees."""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from bench.truth import SAMPLE_CLIPS
from segmentation.geometry import Calibration
from segmentation.phantom.looks import LOOKS, ScreenLook
from segmentation.phantom.screen import drawn_screen
from segmentation.results import Picture
from segmentation.ruler import find_ruler
from segmentation.screen import find_pictures
from usbio.frames import Frame
from usbio.ruler_watch import EVERY_S, RulerWatch
from usbio.sources.clip import open_clip

_REAL = Path(os.environ.get("USBIO_REAL_DATA", Path(__file__).resolve().parents[2] / "shared" / "real"))
_DEPTHS_MM = (35.0, 42.0, 45.0, 48.0, 60.0, 90.0)
_LOOKS = 8  # at each depth: four seconds


@dataclass(frozen=True, slots=True)
class Watched:
    """What came of one clip."""

    name: str
    looks: int
    rulers: int
    alarms: int
    look_ms: tuple[float, float, float]  # median, p95, max on the thread that measures
    aside_ms: float  # the longest elsewhere
    ruler_read_ms: float  # reading the ruler once, beside it


class _Aside:
    """Does what takes long at once, and keeps its time apart."""

    def __init__(self) -> None:
        self.spent_s = self.longest_s = 0.0

    def __call__(self, work: Callable[[], None]) -> None:
        began = time.perf_counter()
        work()
        took = time.perf_counter() - began
        self.spent_s += took
        self.longest_s = max(self.longest_s, took)


def watched(name: str, pictures: Iterable[Picture]) -> Watched:
    """Look at every picture as if it came half a second after the last."""
    aside, times, alarms, watch, ruler_s = _Aside(), [], 0, None, 0.0
    for number, picture in enumerate(pictures):
        if watch is None:
            panels = find_pictures(picture)
            began = time.perf_counter()
            find_ruler(picture, panels[0])
            ruler_s = time.perf_counter() - began
            watch = RulerWatch(picture, panels, aside=aside)
        before, began = aside.spent_s, time.perf_counter()
        said = watch.look(Frame(number, number * EVERY_S, number * EVERY_S, picture))
        times.append(time.perf_counter() - began - (aside.spent_s - before))
        alarms += bool(said)
    assert watch is not None
    ms = 1e3 * np.percentile(times, [50, 95, 100])
    rulers = sum(ruler is not None for ruler in watch.rulers)
    costs = (round(float(ms[0]), 2), round(float(ms[1]), 2), round(float(ms[2]), 2))
    longest, once = round(1e3 * aside.longest_s, 1), round(1e3 * ruler_s, 1)
    return Watched(name, len(times), rulers, alarms, costs, longest, once)


def changes(looks: Iterable[ScreenLook]) -> Iterator[tuple[str, float, float, int]]:
    """Change the depth on drawn screens: how many looks until it is said, -1 where it never is."""
    for look in looks:
        for was in _DEPTHS_MM:
            for now in _DEPTHS_MM:
                if was != now:
                    yield look.name, was, now, _looks_until_said(look, was, now)


def _looks_until_said(look: ScreenLook, was_mm: float, now_mm: float) -> int:
    first = _screen(look, was_mm, 0)
    watch = RulerWatch(first, find_pictures(first), aside=lambda work: work())
    for number in range(2 * _LOOKS):
        depth_mm = was_mm if number < _LOOKS else now_mm
        said = watch.look(Frame(number, 0.0, number * EVERY_S, _screen(look, depth_mm, number % 3)))
        if said:
            return number - _LOOKS + 1 if number >= _LOOKS else -2  # an alarm without a change
    return -1


def _screen(look: ScreenLook, depth_mm: float, seed: int) -> Picture:
    rng = np.random.default_rng(seed)
    parts = [cv2.GaussianBlur(rng.normal(size=(500, 540)), (0, 0), 1.5) for _ in range(2)]
    echo = np.hypot(*parts)
    grey = np.clip(5 * (20 * np.log10(echo / echo.max() + 1e-4) + 45), 10, 255).astype(np.uint8)
    screen = drawn_screen(grey, Calibration(depth_mm / 500, depth_mm / 500), look, (800, 600))
    coded = cv2.imencode(".jpg", screen, [cv2.IMWRITE_JPEG_QUALITY, 85])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)


def main() -> None:
    """Print what a look costs and says, clip by clip, and the changes of depth that were seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    clips = [*sorted(SAMPLE_CLIPS.glob("*.mp4"))]
    clips += [p for name in ("thickness_clips", "screens") for p in sorted((_REAL / name).glob("*.mp4"))]
    rows = [watched(path.name, (frame.image for frame in open_clip(path).frames())) for path in clips]
    seen = list(changes(LOOKS))
    counts = {key: sum(test(n) for *_, n in seen) for key, test in _COUNTED.items()}
    if asked.json:
        print(json.dumps({"clips": [asdict(row) for row in rows], "changes": len(seen), **counts}))
        return
    for row in rows:
        print(
            f"{row.name:36} {row.looks:4} looks {row.rulers} ruler {row.alarms} alarms  "
            f"look {row.look_ms[0]:.1f} / {row.look_ms[1]:.1f} / {row.look_ms[2]:.1f} ms, "
            f"aside at most {row.aside_ms:.0f} ms, ruler read once {row.ruler_read_ms:.0f} ms"
        )
    print(f"{len(seen)} changes of depth on drawn screens: {counts}")
    for name, was, now, number in seen:
        if not 0 < number <= 3:
            print(f"  {name}: {was:g} to {now:g} mm: {number}")


_COUNTED: dict[str, Callable[[int], bool]] = {
    "seen_by_the_second_look": lambda n: 0 < n <= 2,
    "seen_by_the_third": lambda n: 0 < n <= 3,
    "never_seen": lambda n: n == -1,
    "alarm_without_a_change": lambda n: n == -2,
}

if __name__ == "__main__":
    main()
