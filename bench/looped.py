"""Ten minutes of one clip, forward and back without end: does the resting value creep away?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite, nan

import numpy as np

from bench.figures import Row, rounded
from bench.sample_rows import asked
from bench.stepping import pictures_of, results
from bench.truth import SAMPLE_CLIPS, phantom_effort
from segmentation.results import FloatArray, Muscle, Picture, Side
from usbio.setup import load_setup

SECONDS, FPS = 600.0, 25.0
GOAL_PERCENT_PER_MINUTE = 0.1
_AT_REST = 0.02  # of full effort
_CLIPS: dict[str, tuple[tuple[Side, Muscle, str], ...]] = {
    "tra_left": tuple(("left", muscle, "thickness_mm") for muscle in ("tra", "io", "eo")),
    "lm_csa": (("left", "lm", "area_cm2"), ("right", "lm", "area_cm2")),
}


def looped_rows(seconds: float = SECONDS) -> list[Row]:
    """Return a row for every muscle of both clips: slope of the value at rest, and pictures without one."""
    return [row for stem in _CLIPS for row in _of_clip(stem, seconds)]


def _of_clip(stem: str, seconds: float) -> list[Row]:
    clip = SAMPLE_CLIPS / f"{stem}.mp4"
    pictures, effort = pictures_of(clip), phantom_effort(clip.with_suffix(".truth.csv"))
    order = list(forth_and_back(len(pictures), round(seconds * FPS)))
    _, task = asked(load_setup(clip.with_suffix(".toml")))[0]
    values: dict[tuple[Side, Muscle, str], list[float]] = {key: [] for key in _CLIPS[stem]}
    for result in results(clip.name, task, _timed(pictures, order)):
        for side, muscle, quantity in values:
            m = result.of(side, muscle)
            values[side, muscle, quantity].append(nan if m is None else float(getattr(m, quantity)))
    t_min = np.arange(len(order)) / FPS / 60.0
    resting = np.array([effort[index] < _AT_REST for index in order])
    return [
        {
            "clip": stem,
            "side": side,
            "muscle": muscle,
            "quantity": quantity,
            "minutes": round(seconds / 60.0, 1),
            **creep(t_min[resting], np.array(found)[resting]),
            "goal, % a minute": GOAL_PERCENT_PER_MINUTE,
            "pictures without value": int(np.isnan(found).sum()),
        }
        for (side, muscle, quantity), found in values.items()
    ]


def creep(t_min: FloatArray, values: FloatArray) -> Row:
    """Return how a value ``(N,)`` that should stay changes with time, in percent of its mean."""
    known = np.isfinite(values)
    if known.sum() < 10:
        return {"slope, % a minute": None}
    slope = float(np.polyfit(t_min[known], values[known], 1)[0])
    level = float(values[known].mean())
    first, last = (float(values[known & part].mean()) for part in (t_min < 1.0, t_min > t_min[-1] - 1.0))
    return {
        "slope, % a minute": rounded(100.0 * slope / level, 4),
        "last minute against first, %": rounded(100.0 * (last / first - 1.0), 3)
        if isfinite(last / first)
        else None,
    }


def forth_and_back(length: int, count: int) -> Iterator[int]:
    """Yield numbers of pictures, forward and back, so that no picture jumps to a far one."""
    turn = [*range(length), *range(length - 2, 0, -1)]
    return (turn[k % len(turn)] for k in range(count))


def _timed(pictures: Sequence[Picture], order: Sequence[int]) -> Iterator[tuple[Picture, float]]:
    return ((pictures[index], k / FPS) for k, index in enumerate(order))
