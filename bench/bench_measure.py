"""What measuring a picture costs, beside copying, decoding and scikit-image's active contour on the same one.

`python -m bench.bench_measure [--json]`: one thread, the sample clips (800x600), in turns, so that a noisy
machine slows all of them alike.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from skimage.segmentation import active_contour

from bench.truth import SAMPLE_CLIPS
from segmentation.results import Picture
from segmentation.tracking import start, step
from usbio.preparation import prepare
from usbio.setup import load_setup
from usbio.sources.clip import open_clip

PICTURES = 60
CONTOURS = 5  # an active contour takes a quarter of a second


def pictures(clip: Path) -> tuple[list[Picture], list[float]]:
    """The first pictures of a clip, and what reading each took, in ms."""
    found, took = [], []
    with closing(open_clip(clip).frames()) as frames:
        before = time.perf_counter()
        for frame in frames:
            took.append((time.perf_counter() - before) * 1e3)
            found.append(frame.image)
            if len(found) == PICTURES:
                break
            before = time.perf_counter()
    return found, took


def timed(work: Callable[[], object]) -> float:
    """Run once; in ms."""
    before = time.perf_counter()
    work()
    return (time.perf_counter() - before) * 1e3


def percentiles(took_ms: list[float]) -> dict[str, float]:
    """Median, p95 and p99."""
    names = ("median", "p95", "p99")
    return {
        name: round(float(np.percentile(took_ms, q)), 2) for name, q in zip(names, (50, 95, 99), strict=True)
    }


def snake(picture: Picture, border_px: npt.NDArray[np.float64]) -> Callable[[], object]:
    """An active contour from a circle of a muscle's size, on the smoothed region about it."""
    low = np.maximum(border_px.min(axis=0).astype(int) - 40, 0)
    high = border_px.max(axis=0).astype(int) + 40
    region = cv2.GaussianBlur(picture[low[1] : high[1], low[0] : high[0]], (0, 0), 3.0) / 255.0
    first = (border_px - low)[:, ::-1]
    return lambda: active_contour(  # type: ignore[no-untyped-call]  # scikit-image has no types
        region, first, alpha=0.015, beta=10, gamma=0.001, max_num_iter=500
    )


def measure_clip(clip: Path) -> dict[str, Any]:
    """Cost of one clip's view."""
    setup = load_setup(clip.with_suffix(".toml"))
    seen, reading_ms = pictures(clip)
    if setup.measure.view is None:
        raise ValueError("a sample clip's setup names its view")
    prepared = prepare(setup.measure.view, setup, seen[0], name=clip.name)
    state = start(prepared.measure, seen[0])
    stepping, copying = [], []
    border = None
    for number, picture in enumerate(seen):
        before = time.perf_counter()
        state, result = step(state, picture, number / 25.0)
        stepping.append((time.perf_counter() - before) * 1e3)
        copying.append(timed(picture.copy))
        border = border if border is not None else result.measurements[0].border_px
    row: dict[str, Any] = {
        "clip": clip.stem,
        "view": setup.measure.view,
        "step_ms": percentiles(stepping[1:]),
    }
    row |= {
        "first_ms": round(stepping[0], 1),
        "copy_ms": percentiles(copying),
        "decode_ms": percentiles(reading_ms),
    }
    if border is not None:
        contour_ms = percentiles([timed(snake(picture, border)) for picture in seen[:CONTOURS]])
        row["active_contour_ms"] = contour_ms
        sides = len(result.measurements)
        row["active_contour_over_step"] = round(sides * contour_ms["median"] / row["step_ms"]["median"], 1)
    row["step_over_decode"] = round(row["step_ms"]["median"] / row["decode_ms"]["median"], 1)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    rows = [measure_clip(clip) for clip in sorted(SAMPLE_CLIPS.glob("[!.]*.mp4"))]
    if asked.json:
        print(json.dumps(rows))
        return
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()))


if __name__ == "__main__":
    main()
