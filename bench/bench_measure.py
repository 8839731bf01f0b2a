"""What measuring a picture costs, and what other ways of doing it cost on the same picture.

`python -m bench.bench_measure [--json] [--view V ...]`: one thread, the sample clips drawn at three sizes.
Copy, decode, step and Lucas-Kanade take turns on every picture, so that a noisy machine slows all of them
alike. `--soak MINUTES` runs so many minutes of pictures of `tra` and `lm-csa` at 25 a second, as fast as they
go, and says whether cost and memory stay what they were.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from bench.rivals import geodesics, lucas_kanade, measured_points, outlines, snakes
from bench.scaled_clip import FPS, SIZES_PX, STEMS, ScaledClip, scaled_clip
from segmentation.results import Picture
from segmentation.tracking import start, step
from segmentation.views import ViewName

WARM_UP = 10  # pictures
SLOW_ONES = 3  # an active contour takes a quarter of a second
SOAK_VIEWS: tuple[ViewName, ...] = ("tra", "lm-csa")
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
Row = dict[str, Any]


def timed(work: Callable[[], object]) -> float:
    """Run once; in ms."""
    before = time.perf_counter()
    work()
    return (time.perf_counter() - before) * 1e3


def percentiles(took_ms: list[float]) -> dict[str, float]:
    """Median, p95 and p99."""
    names = ("median", "p95", "p99")
    return {
        name: round(float(np.percentile(took_ms, q)), 3) for name, q in zip(names, (50, 95, 99), strict=True)
    }


def luma(clip: ScaledClip) -> Iterator[Picture]:
    """Decode on one thread to luma, one picture a step."""
    with av.open(str(clip.file)) as container:
        container.streams.video[0].thread_count = 1
        for frame in container.decode(video=0):
            yield np.asarray(frame.to_ndarray(format="gray"), np.uint8)


def measure_clip(clip: ScaledClip) -> Row:
    """Cost of one view at one size."""
    took: dict[str, list[float]] = {name: [] for name in ("step", "copy", "decode", "lucas_kanade")}
    state = start(clip.setup, clip.pictures[0])
    first_ms, result, before = 0.0, None, clip.pictures[0]
    reading, roi = luma(clip), clip.setup.panels[0].roi
    for number, picture in enumerate(clip.pictures):
        began = time.perf_counter()
        state, result = step(state, picture, number / FPS)
        cost = (time.perf_counter() - began) * 1e3
        decode = timed(lambda: next(reading))
        if number == 0:
            first_ms = cost
        if number < WARM_UP or not result.new_picture:
            before = picture
            continue
        took["step"].append(cost)
        took["decode"].append(decode)
        took["copy"].append(timed(picture.copy))
        took["lucas_kanade"].append(timed(lucas_kanade(before, picture, roi, measured_points(result))))
        before = picture
    if result is None:
        raise ValueError("a clip without pictures")
    shapes = outlines(result)
    slow = clip.pictures[:: max(1, len(clip.pictures) // SLOW_ONES)][:SLOW_ONES]
    row: Row = {"view": clip.view, "size_px": list(clip.size_px), "pictures": len(took["step"])}
    row |= {f"{name}_ms": percentiles(values) for name, values in took.items()}
    row["first_ms"] = round(first_ms, 2)
    if shapes:
        row["active_contour_ms"] = percentiles([timed(snakes(picture, roi, shapes)) for picture in slow])
        row["geodesic_contour_ms"] = percentiles([timed(geodesics(picture, roi, shapes)) for picture in slow])
    return row | _ratios(row)


def _ratios(row: Row) -> Row:
    own = row["step_ms"]["median"]
    found = {"step_over_lucas_kanade": round(own / row["lucas_kanade_ms"]["median"], 2)}
    found["step_over_decode"] = round(own / row["decode_ms"]["median"], 2)
    if "active_contour_ms" in row:
        found["active_contour_over_step"] = round(row["active_contour_ms"]["median"] / own, 1)
        found["geodesic_contour_over_step"] = round(row["geodesic_contour_ms"]["median"] / own, 1)
    return found


def soak(clip: ScaledClip, minutes: float) -> Row:
    """So many minutes of pictures, to and fro through the clip: cost and memory, minute by minute."""
    there_and_back = clip.pictures + clip.pictures[-2:0:-1]
    state = start(clip.setup, clip.pictures[0])
    a_minute = round(60 * FPS)
    medians, memory_mb, statuses = [], [], set()
    took: list[float] = []
    for number in range(round(minutes * a_minute)):
        picture = there_and_back[number % len(there_and_back)]
        began = time.perf_counter()
        state, result = step(state, picture, number / FPS)
        took.append((time.perf_counter() - began) * 1e3)
        statuses |= {m.status.value for m in result.measurements}
        if len(took) == a_minute:
            medians.append(float(np.median(took)))
            memory_mb.append(_memory_mb())
            took.clear()
    tenth = max(1, len(medians) // 10)
    return {
        "view": clip.view,
        "minutes": minutes,
        "first_minutes_ms": round(float(np.median(medians[:tenth])), 3),
        "last_minutes_ms": round(float(np.median(medians[-tenth:])), 3),
        "slowest_minute_ms": round(max(medians), 3),
        "memory_after_first_minute_mb": round(memory_mb[0], 1),
        "growth_mb": round(memory_mb[-1] - memory_mb[0], 2),
        "statuses": sorted(statuses),
    }


def _memory_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise OSError("memory is read from /proc, which this system lacks")


def collect(views: list[ViewName], soak_minutes: float) -> Row:
    """Every view at every size; where asked, the long run as well."""
    with tempfile.TemporaryDirectory() as folder:
        clips = [scaled_clip(view, size, Path(folder)) for view in views for size in SIZES_PX]
        found: Row = {"rows": [measure_clip(clip) for clip in clips]}
        if soak_minutes > 0:
            found["soak"] = [
                soak(clip, soak_minutes)
                for clip in clips
                if clip.view in SOAK_VIEWS and clip.size_px == (800, 600)
            ]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--view", action="append", choices=list(STEMS), help="only this view")
    parser.add_argument("--soak", type=float, default=0.0, metavar="MINUTES")
    asked = parser.parse_args()
    if not ONE_THREAD.items() <= os.environ.items():  # has to be said before numpy is loaded
        os.execve(
            sys.executable,
            [sys.executable, "-m", "bench.bench_measure", *sys.argv[1:]],
            {**os.environ, **ONE_THREAD},
        )
    cv2.setNumThreads(1)
    found = collect(asked.view or list(STEMS), asked.soak)
    if asked.json:
        print(json.dumps(found))
        return
    for row in found["rows"]:
        print(f"{row['view']} {row['size_px'][0]}x{row['size_px'][1]}")
        print("  ", "  ".join(f"{k} {v}" for k, v in row.items() if k not in ("view", "size_px")))
    for row in found.get("soak", []):
        print("  ".join(f"{k} {v}" for k, v in row.items()))


if __name__ == "__main__":
    main()
