"""The border of a muscle near a rounded shape, read on rays from its middle."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import median_filter

from segmentation.border import POINTS, profiles, resampled, smoothed
from segmentation.geometry import Calibration, Roi
from segmentation.resampling import Float32Array, blurred
from segmentation.results import FloatArray, Picture
from segmentation.round_shape import RoundShape, shadow_folded

RAY_LOW, RAY_HIGH, RAY_STEP = 0.6, 1.5, 0.02  # of the rounded shape's radius
RADIUS_BEND_COST = 60.0
RIM_REACH_MM, RIM_FRACTION = 1.8, 0.7
SHADOW_EDGE_PART = 0.8  # of the muscle's grey


def read_rim(picture: Picture, roi: Roi, calibration: Calibration, shape: RoundShape) -> FloatArray:
    """Return the border near a rounded shape: on each ray where grey rises most, smooth all round.

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame.
    roi, calibration
        The B-mode picture and its spacing.
    shape : RoundShape
        From `find_round_shapes`.

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
    rays = shape.rays(POINTS)
    length = np.hypot(*rays.T)
    ratio = np.arange(RAY_LOW, RAY_HIGH, RAY_STEP)
    middle = np.array([shape.x_mm, shape.y_mm])
    grey = np.stack(
        [
            profiles(picture, roi, calibration, (middle + rays * part), np.zeros_like(rays), np.zeros(1))[
                :, 0
            ]
            for part in ratio
        ],
        axis=1,
    )
    sigma = 0.7 / (float(length.mean()) * RAY_STEP)
    plain = blurred(smoothed(grey, 2.0), sigma, 0.0)
    even = blurred(smoothed(shadow_folded(grey, shape.muscle_grey), 2.0), sigma, 0.0)
    rise = np.gradient(even, axis=1) / (length[:, None] * RAY_STEP)
    # the shape that was found is near; far from it another muscle's rim may be brighter
    reward = np.clip(rise, -20, 20) - 40.0 * (ratio[None, :] - 1.0) ** 2
    path = _to_the_rim(plain, _closed_path(np.asarray(reward, np.float64)), length, shape.muscle_grey)
    radius = smoothed(ratio[0] + RAY_STEP * path, 1.5)
    return resampled(middle + rays * radius[:, None])


def _to_the_rim(
    grey: Float32Array, path: npt.NDArray[np.intp], length: FloatArray, muscle_grey: float
) -> FloatArray:
    """Go from the steepest place out to where the rim is nearly at its brightest, or back out of a shadow."""
    out = np.empty(len(path))
    for number, (profile, at) in enumerate(zip(grey, path, strict=True)):
        per_mm = 1.0 / (RAY_STEP * length[number])
        if profile[at] < SHADOW_EDGE_PART * muscle_grey:
            lit = np.flatnonzero(profile[: at + 1] >= SHADOW_EDGE_PART * muscle_grey)
            out[number] = lit[-1] if len(lit) else at
            continue
        low = float(profile[max(0, at - round(1.5 * per_mm)) : at + 1].min())
        beyond = profile[at : at + max(2, round(RIM_REACH_MM * per_mm)) + 1]
        level = low + RIM_FRACTION * (float(beyond.max()) - low)
        out[number] = at + int((beyond >= level).argmax())
    return np.asarray(median_filter(out, size=7, mode="wrap"), np.float64)


def _closed_path(reward: FloatArray) -> npt.NDArray[np.intp]:
    """Best path round: run twice, and keep the second half of the first and the first half of the second."""
    n, levels = reward.shape
    twice = np.concatenate([reward, reward])
    shifts = np.arange(-2, 3)
    cost = RADIUS_BEND_COST * (shifts * RAY_STEP) ** 2 * 10
    total = twice[0].copy()
    back = np.zeros((2 * n, levels), np.int8)
    for row in range(1, 2 * n):
        padded = np.pad(total, 2, constant_values=-1e9)
        options = np.stack([padded[2 + s : 2 + s + levels] - c for s, c in zip(shifts, cost, strict=True)])
        best = options.argmax(axis=0)
        back[row] = shifts[best]
        total = options[best, np.arange(levels)] + twice[row]
    path = np.empty(2 * n, np.intp)
    path[-1] = total.argmax()
    for row in range(2 * n - 1, 0, -1):
        path[row - 1] = path[row] + back[row, path[row]]
    return np.concatenate([path[n : n + n // 2], path[n // 2 : n]])
