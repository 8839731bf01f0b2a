"""The border of a muscle near a rounded shape, read on rays from its middle, all at once.

Bright rims are weighed against what is brighter than muscle on the way to them, so that a wasted muscle ends
at its own rim and not at the brighter fascia beyond; a ray that meets a shadow ends at the echo before it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import median_filter

from segmentation.bone_line import BoneLine
from segmentation.border import POINTS, resampled, smoothed
from segmentation.geometry import Calibration, Roi
from segmentation.resampling import Float32Array, blurred, sampled
from segmentation.results import FloatArray, Picture
from segmentation.round_shape import SHADOW_PART, RoundShape

RAY_LOW, RAY_HIGH, RAY_STEP = 0.55, 1.5, 0.02  # of the rounded shape's radius
ALONG_RAY_MM, ROUND_POINTS = 0.4, 2.0
INSIDE_MM, OUTSIDE_MM = 1.6, 1.0
CLEAR_SHARE, CLEAR_STEP = 0.95, 10.0
READ_SQUARENESS = (
    2.0  # an ellipse: a muscle is rounder at its upper corner than the shape it is looked for with
)
FAR_COST, BEND_COST = 40.0, 600.0  # of the square of a change of radius, as a part of it
SHADOW_COST = 30.0
BRIGHT_PART, BRIGHT_COST_PER_MM = 0.6, 2.0  # between muscle and rim: what is brighter is no muscle
ECHO_MM = 1.5
FLANK_MM = 1.5
EDGE_FRACTION, EDGE_FRACTION_ACROSS = 0.5, 0.3  # the beam's width smears what stands upright


def read_rim(
    picture: Picture, roi: Roi, calibration: Calibration, shape: RoundShape, bone: BoneLine | None = None
) -> FloatArray:
    """Return the border near a rounded shape: where grey rises, smooth all round.

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame.
    roi, calibration
        The B-mode picture and its spacing.
    shape : RoundShape
        From `find_round_shapes`.
    bone : BoneLine, optional
        Where shadows begin. Where it is not given, what is far darker than the muscle is taken for shadow.

    Returns
    -------
    (96, 2) array
        In mm from the upper left corner of the roi.

    References
    ----------
    .. [1] Amini AA, Weymouth TE, Jain RC (1990). Using dynamic programming for solving variational problems
       in vision. doi:10.1109/34.57681

    Examples
    --------
    >>> y, x = np.mgrid[:300, :300] * 0.1
    >>> away = np.hypot(x - 15.0, y - 15.0)
    >>> picture = np.where(away < 10.0, 40, np.where(away < 11.5, 180, 80)).astype(np.uint8)
    >>> guess = RoundShape(60.0, 15.2, 14.9, 9.0, 9.0, muscle_grey=40.0)
    >>> border = read_rim(picture, Roi(0, 0, 300, 300), Calibration(0.1, 0.1), guess)
    >>> bool(abs(np.hypot(*(border - 15.0).T) - 10.0).max() < 0.5)
    True
    """
    rays = shape.rays(POINTS, READ_SQUARENESS)
    length = np.hypot(*rays.T)
    ratio = np.arange(RAY_LOW, RAY_HIGH, RAY_STEP)
    middle = np.array([shape.x_mm, shape.y_mm])
    x_mm, y_mm = np.moveaxis(middle + rays[:, None] * ratio[:, None], -1, 0)
    scale = calibration.scale
    grey = sampled(picture[roi.slices], x_mm / scale[0] - 0.5, y_mm / scale[1] - 0.5)
    step_mm = length * RAY_STEP
    sigma = ALONG_RAY_MM / float(step_mm.mean())
    if bone is None:
        wide = blurred(smoothed(grey, 2 * ROUND_POINTS), 3 * sigma, 0.0)
        hidden = (wide < SHADOW_PART * shape.muscle_grey) & (ratio > 0.75)
    else:
        hidden = bone.hides(x_mm, y_mm) | bone.beyond_middle(x_mm, shape.x_mm)
    hidden = np.logical_or.accumulate(hidden, axis=1)
    lit = _echo_kept(grey, hidden, step_mm)
    even = blurred(smoothed(lit, ROUND_POINTS), sigma, 0.0)
    reward = _rise(even, step_mm) - FAR_COST * (ratio - 1.0) ** 2 - _bright_on_the_way(even, ratio, step_mm)
    path = _closed_path(np.where(hidden, -SHADOW_COST, reward))
    fraction = EDGE_FRACTION + EDGE_FRACTION_ACROSS * np.abs(rays[:, 0]) / length
    edge = median_filter(_on_the_flank(even, path, step_mm, fraction), size=7, mode="wrap")
    radius = smoothed(ratio[0] + RAY_STEP * edge, 1.5)
    return resampled(middle + rays * radius[:, None])


def _echo_kept(grey: Float32Array, hidden: npt.NDArray[np.bool_], step_mm: FloatArray) -> Float32Array:
    """Go on behind the echo in front of a shadow as bright as the echo was."""
    levels = np.arange(grey.shape[1])
    meets = np.where(hidden.any(axis=1), hidden.argmax(axis=1), grey.shape[1] * 2)
    near = levels >= (meets - np.round(ECHO_MM / step_mm))[:, None]
    return np.where(near, np.maximum.accumulate(np.where(near, grey, -1.0), axis=1), grey).astype(np.float32)


def _rise(grey: Float32Array, step_mm: FloatArray) -> FloatArray:
    """How much brighter it is just outside than just inside; 10 is clear, and nothing counts more."""
    levels: FloatArray = np.arange(grey.shape[1], dtype=np.float64) + 0.5
    total = np.pad(np.cumsum(grey, axis=1, dtype=np.float64), ((0, 0), (1, 0)))
    inside = _mean(total, levels - (INSIDE_MM / step_mm)[:, None], levels)
    outside = _mean(total, levels, levels + (OUTSIDE_MM / step_mm)[:, None])
    clear = max(float(np.quantile(outside - inside, CLEAR_SHARE)), 1e-3)
    return np.asarray(CLEAR_STEP * np.clip((outside - inside) / clear, -1.0, 1.0))


def _mean(total: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Mean between two places of each ray, from the sums up to each place."""
    low, high = (np.clip(at, 0, total.shape[1] - 1) + np.zeros((len(total), 1)) for at in (low, high))
    return (_at(total, high) - _at(total, low)) / np.maximum(high - low, 0.5)


def _at(values: FloatArray, place: FloatArray) -> FloatArray:
    before = np.minimum(place.astype(int), values.shape[1] - 2)
    part = place - before
    ends = [np.take_along_axis(values, before + beside, axis=1) for beside in (0, 1)]
    return np.asarray(ends[0] * (1.0 - part) + ends[1] * part)


def _bright_on_the_way(grey: Float32Array, ratio: FloatArray, step_mm: FloatArray) -> FloatArray:
    muscle = float(np.median(grey[:, ratio < 0.75]))
    rim = float(np.median(grey[:, (ratio > 0.8) & (ratio < 1.2)].max(axis=1)))
    half = max(BRIGHT_PART * (rim - muscle), 3.0)
    bright = np.clip((grey - muscle) / half - 1.0, 0.0, 1.0)
    return np.asarray(BRIGHT_COST_PER_MM * np.cumsum(bright * step_mm[:, None], axis=1))


def _on_the_flank(
    grey: Float32Array, path: npt.NDArray[np.intp], step_mm: FloatArray, fraction: FloatArray
) -> FloatArray:
    """Return where each ray has risen by a fraction from the darkest before to the brightest beyond."""
    levels, reach = np.arange(grey.shape[1]), np.round(FLANK_MM / step_mm)[:, None]
    at = path[:, None]
    before = (levels >= at - reach) & (levels <= at)
    beyond = (levels >= at) & (levels <= at + np.maximum(reach, 2))
    dark = np.where(before, grey, np.inf)
    low, low_at = dark.min(axis=1), dark.argmin(axis=1)
    high = np.where(beyond, grey, -np.inf).max(axis=1)
    wanted = low + fraction * (high - low)
    risen = (levels >= low_at[:, None]) & (grey >= wanted[:, None])
    first = np.maximum(np.where(risen.any(axis=1), risen.argmax(axis=1), path), 1)
    every = np.arange(len(grey))
    last, now = grey[every, first - 1], grey[every, first]
    part = np.clip((wanted - last) / np.maximum(now - last, 1e-6), 0.0, 1.0)
    return np.asarray(np.where(first > low_at, first - 1 + part, first), np.float64)


def _closed_path(reward: FloatArray) -> npt.NDArray[np.intp]:
    """Best path round: run twice, and keep the second half of the first and the first half of the second."""
    n, levels = reward.shape
    shifts = np.arange(-2, 3)
    cost = BEND_COST * (shifts * RAY_STEP) ** 2
    padded = np.full(levels + 4, -1e9)
    near = np.lib.stride_tricks.sliding_window_view(padded, 5)
    every = np.arange(levels)
    back = np.zeros((2 * n, levels), np.intp)
    padded[2:-2] = reward[0]
    for row in range(1, 2 * n):
        options = near - cost
        best = options.argmax(axis=1)
        back[row] = best
        padded[2:-2] = options[every, best] + reward[row % n]
    path = np.empty(2 * n, np.intp)
    path[-1] = padded[2:-2].argmax()
    for row in range(2 * n - 1, 0, -1):
        path[row - 1] = path[row] + shifts[back[row, path[row]]]
    return np.concatenate([path[n : n + n // 2], path[n // 2 : n]])
