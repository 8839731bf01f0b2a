"""Closed borders as points in mm: even spacing, outward normals, profiles across them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.linalg

from segmentation.geometry import Calibration, Roi
from segmentation.resampling import sampled
from segmentation.results import FloatArray, Picture

POINTS = 96


def resampled(points: FloatArray, count: int = POINTS) -> FloatArray:
    """Return a closed border with ``count`` points at even distances.

    Parameters
    ----------
    points : (N, 2) array
        Closed border, the first point not repeated.
    count : int
        How many points to return.

    Returns
    -------
    (count, 2) array
        Starts at the same point.

    Raises
    ------
    ValueError
        If there are fewer than 3 different points.

    Examples
    --------
    >>> import numpy as np
    >>> square = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]])
    >>> resampled(square, 8).tolist()[:3]
    [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]]
    """
    closed = np.concatenate([points, points[:1]])
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    keep = np.concatenate([[True], np.diff(length) > 0])
    if keep.sum() < 4:
        raise ValueError(f"a closed border needs at least 3 different points, came {points.shape}")
    at = np.arange(count) * length[-1] / count
    return np.stack([np.interp(at, length[keep], closed[keep, axis]) for axis in (0, 1)], axis=1)


def smoothed(values: npt.NDArray[np.floating[Any]], sigma_points: float) -> FloatArray:
    """Return values along a closed border, smoothed with a Gaussian that runs round.

    Parameters
    ----------
    values : (N, ...) array
        One entry a point of the border.
    sigma_points : float
        Width in points.

    Returns
    -------
    array of the same shape
    """
    kernel = _round_gaussian(len(values), sigma_points)
    flat = values.reshape(len(values), -1)
    return np.asarray((kernel @ flat).reshape(values.shape), np.float64)


@lru_cache(maxsize=32)
def _round_gaussian(count: int, sigma_points: float) -> FloatArray:
    """Matrix that smooths round a border; for 96 points one product is cheaper than two transforms."""
    away = np.arange(count)
    away = np.minimum(away, count - away)
    row = np.exp(-0.5 * (away / sigma_points) ** 2)
    return np.asarray(scipy.linalg.circulant(row / row.sum()), np.float64)


def normals(points_mm: FloatArray, sigma_points: float = 2.0) -> FloatArray:
    """Return outward unit normals of a closed border.

    Parameters
    ----------
    points_mm : (N, 2) array
        Evenly spaced points, either way round.
    sigma_points : float
        The border is smoothed by so much first.

    Returns
    -------
    (N, 2) array
        Of length 1.
    """
    even = smoothed(points_mm, sigma_points)
    tangent = np.roll(even, -1, axis=0) - np.roll(even, 1, axis=0)
    outward = np.stack([tangent[:, 1], -tangent[:, 0]], axis=1)
    x, y = even.T
    turns = float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))
    length = np.maximum(np.hypot(*outward.T), 1e-9)
    return np.asarray(np.sign(turns) * outward / length[:, None], np.float64)


def profiles(
    picture: Picture,
    roi: Roi,
    calibration: Calibration,
    points_mm: FloatArray,
    directions: FloatArray,
    offsets_mm: FloatArray,
) -> npt.NDArray[np.float32]:
    """Return grey along a line through each point of a border.

    Parameters
    ----------
    picture : (H, W) array
        Whole frame.
    roi, calibration
        The B-mode picture and its spacing.
    points_mm : (N, 2) array
        In mm from the upper left corner of ``roi``.
    directions : (N, 2) array
        Unit vectors, in mm.
    offsets_mm : (D,) array
        Where along each line.

    Returns
    -------
    (N, D) float array
        Outside the roi the nearest grey inside.
    """
    places = points_mm[:, None, :] + directions[:, None, :] * offsets_mm[None, :, None]
    at = places / calibration.scale - 0.5
    return sampled(picture[roi.slices], at[..., 0], at[..., 1])


def to_mm(points_px: FloatArray, roi: Roi, calibration: Calibration) -> FloatArray:
    """Return points of the whole frame in mm from the upper left corner of the roi.

    Parameters
    ----------
    points_px : (N, 2) array
        The centre of the first pixel is (0, 0).
    roi, calibration
        The B-mode picture and its spacing.

    Returns
    -------
    (N, 2) array

    Examples
    --------
    >>> import numpy as np
    >>> to_mm(np.array([[10.0, 20.0]]), Roi(10, 20, 5, 5), Calibration(0.2, 0.1)).tolist()
    [[0.1, 0.05]]
    """
    return np.asarray((points_px - np.array([roi.x, roi.y]) + 0.5) * calibration.scale, np.float64)


def to_px(points_mm: FloatArray, roi: Roi, calibration: Calibration) -> FloatArray:
    """Return points in pixels of the whole frame; the inverse of `to_mm`.

    Parameters
    ----------
    points_mm : (N, 2) array
        In mm from the upper left corner of ``roi``.
    roi, calibration
        The B-mode picture and its spacing.

    Returns
    -------
    (N, 2) array
    """
    return np.asarray(points_mm / calibration.scale - 0.5 + np.array([roi.x, roi.y]), np.float64)
