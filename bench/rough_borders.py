"""Multifidus borders given roughly: what the program makes of them on the picture they are drawn on.

The true border of the first picture is thinned to 24 points and each is put 1.5 mm off. Three ways: in a
direction of its own (independent, even over the circle), to the inside or the outside of the muscle by
chance, and all to the outside. The rough border goes in as `[[border]]`, as a hand-drawn one does. Rough area
and overlap are of the smooth closed curve through the points, which is what the border says before anything
is done to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from statistics import median

import numpy as np
from scipy.interpolate import CubicSpline

from bench.figures import Row, rounded
from bench.scored_clips import ScoredClip, clips
from bench.scored_rows import dice
from bench.stepping import pictures_of, results
from bench.truth import phantom_borders
from segmentation.border import normals, resampled
from segmentation.geometry import Calibration, polygon_area_cm2
from segmentation.results import SIDES, FloatArray, Side
from usbio.measuring import Task
from usbio.setup import BorderTable, SetupFile, load_setup

OFF_MM, POINTS = 1.5, 24
GOAL_PERCENT = 3.0
WORSE_POINTS = 0.1  # of area: less is the same

Noise = Callable[[np.random.Generator, FloatArray], FloatArray]


def _any_way(rng: np.random.Generator, border_mm: FloatArray) -> FloatArray:
    angle = rng.uniform(0.0, 2.0 * np.pi, len(border_mm))
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def _in_or_out(rng: np.random.Generator, border_mm: FloatArray) -> FloatArray:
    sign = rng.choice((-1.0, 1.0), len(border_mm))
    return np.asarray(_outwards(rng, border_mm) * sign[:, None])


def _outwards(rng: np.random.Generator, border_mm: FloatArray) -> FloatArray:
    del rng  # nothing is left to chance
    outward = normals(border_mm)
    from_middle = border_mm - border_mm.mean(axis=0)
    return np.asarray(outward * float(np.sign(np.sum(outward * from_middle))), float)


NOISES: dict[str, Noise] = {"any way": _any_way, "in or out": _in_or_out, "all out": _outwards}


@dataclass(frozen=True, slots=True)
class Refined:
    """One side of one clip: errors of area in percent of the true one, and overlap, before and after."""

    clip: str
    side: Side
    noise: str
    rough_percent: float
    refined_percent: float
    rough_dice: float
    refined_dice: float

    @property
    def worse_in_area(self) -> bool:
        """Whether the program took the area further from the true one."""
        return not abs(self.refined_percent) <= abs(self.rough_percent) + WORSE_POINTS

    @property
    def worse_in_overlap(self) -> bool:
        """Whether it took the border further from the true one."""
        return not self.refined_dice >= self.rough_dice - 0.001


def refined(development: bool = False) -> list[Refined]:
    """Return every side of every clip with every noise."""
    return [
        one
        for clip in clips(development, ("lm-csa",))
        for name, noise in NOISES.items()
        for one in _of_clip(clip, name, noise)
    ]


def _of_clip(clip: ScoredClip, name: str, noise: Noise) -> list[Refined]:
    files = clip.render()
    setup, true = load_setup(files.setup), phantom_borders(files.borders)[0]
    spacing = _spacing(setup)
    rng = np.random.default_rng((clip.seed, 37, *name.encode()))
    rough = {side: rough_border(true[f"{side}_lm"], spacing, rng, noise) for side in SIDES}
    tables = [
        BorderTable(side=side, muscle="lm", frame=0, points_px=[(float(x), float(y)) for x, y in points])
        for side, points in rough.items()
    ]
    task = Task("lm-csa", setup.model_copy(update={"border": tables}))
    first = next(results(files.clip.name, task, [(p, 0.0) for p in pictures_of(files.clip, 1)]))
    found = []
    for side, points in rough.items():
        m = first.of(side, "lm")
        border = None if m is None or not isfinite(m.area_cm2) else m.border_px
        before, after = (_errors(b, true[f"{side}_lm"], spacing) for b in (through(points), border))
        found.append(Refined(f"lm-csa {clip.seed}", side, name, before[0], after[0], before[1], after[1]))
    return found


def rough_border(
    true_px: FloatArray, spacing: Calibration, rng: np.random.Generator, noise: Noise
) -> FloatArray:
    """Return ``(24, 2)`` points in pixels, each 1.5 mm from the true border ``(N, 2)``."""
    border_mm = resampled(through(true_px) * spacing.scale, POINTS)
    return np.asarray((border_mm + OFF_MM * noise(rng, border_mm)) / spacing.scale)


def through(points: FloatArray, count: int = 240) -> FloatArray:
    """Return the smooth closed curve through points."""
    closed = np.vstack([points, points[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    at = np.linspace(0.0, along[-1], count, endpoint=False)
    return np.asarray(CubicSpline(along, closed, bc_type="periodic")(at))


def _spacing(setup: SetupFile) -> Calibration:
    table = setup.calibration
    if table.x_mm_per_px is None or table.y_mm_per_px is None:
        raise ValueError("expected a setup with spacing")
    return Calibration(table.x_mm_per_px, table.y_mm_per_px)


def _errors(border: FloatArray | None, true_px: FloatArray, spacing: Calibration) -> tuple[float, float]:
    if border is None:
        return nan, nan
    true = through(true_px)
    area, true_area = (polygon_area_cm2(points, spacing) for points in (border, true))
    return (area / true_area - 1.0) * 100.0, dice(border, true)


def rough_rows(found: Sequence[Refined]) -> list[Row]:
    """Return a row for each noise: area error and overlap of rough and of refined borders."""
    rows = []
    for noise in NOISES:
        here = [one for one in found if one.noise == noise]
        rough = [abs(one.rough_percent) for one in here]
        after = [abs(one.refined_percent) for one in here if isfinite(one.refined_percent)]
        rows.append(
            {
                "each point 1.5 mm off": noise,
                "borders": len(here),
                "no value": len(here) - len(after),
                "rough area %, mean": rounded(float(np.mean(rough)), 2),
                "rough, worst": rounded(max(rough), 2),
                "refined area %, mean": rounded(float(np.mean(after)), 2) if after else None,
                "refined, median": rounded(median(after), 2) if after else None,
                "refined, worst": rounded(max(after), 2) if after else None,
                "goal": GOAL_PERCENT,
                "borders that meet it": sum(value <= GOAL_PERCENT for value in after),
                "worse in area": sum(one.worse_in_area for one in here),
                "rough Dice, mean": rounded(float(np.mean([one.rough_dice for one in here]))),
                "refined Dice, mean": rounded(float(np.nanmean([one.refined_dice for one in here]))),
                "worse in Dice": sum(one.worse_in_overlap for one in here),
            }
        )
    return rows
