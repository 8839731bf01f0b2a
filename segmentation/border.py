"""Closed borders as points in mm: even spacing, outward normals, profiles across them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import scipy.linalg

from segmentation.geometry import Calibration, Roi
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


def smoothed(values: npt.NDArray[np.floating[Any]], sigma_points: float) -> npt.NDArray[Any]:
    """Return values along a closed border, smoothed with a Gaussian that runs round.

    Parameters
    ----------
    values : (N, ...) float array
        One entry a point of the border.
    sigma_points : float
        Width in points.

    Returns
    -------
    array of the same shape and type

    Examples
    --------
    >>> import numpy as np
    >>> smoothed(np.array([4.0, 0.0, 0.0, 0.0]), 0.5).round(2).tolist()
    [3.15, 0.43, 0.0, 0.43]
    """
    kernel = _round_gaussian(len(values), sigma_points, values.dtype.char)
    if values.ndim < 3:
        return np.asarray(kernel @ values)
    return np.asarray((kernel @ values.reshape(len(values), -1)).reshape(values.shape))


@lru_cache(maxsize=32)
def _round_gaussian(count: int, sigma_points: float, kind: str) -> npt.NDArray[Any]:
    """Matrix that smooths round a border; for 96 points one product is cheaper than two transforms."""
    away = np.arange(count)
    away = np.minimum(away, count - away)
    row = np.exp(-0.5 * (away / sigma_points) ** 2)
    row[row < 1e-9] = 0.0  # what float32 can hardly hold makes a product ten times as slow
    return np.asarray(scipy.linalg.circulant(row / row.sum()), kind)


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

    Examples
    --------
    >>> import numpy as np
    >>> square = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]])
    >>> normals(square, 0.1).round(3).tolist()[0]
    [-0.707, -0.707]
    """
    x, y = smoothed(points_mm, sigma_points).T
    along_x, along_y = _to_next_but_one(x), _to_next_but_one(y)
    way_round = 1.0 if np.dot(x, along_y) - np.dot(y, along_x) > 0 else -1.0  # twice the area has this sign
    length = way_round * np.maximum(np.hypot(along_x, along_y), 1e-9)
    return np.stack([along_y / length, -along_x / length], axis=1)


def _to_next_but_one(values: FloatArray) -> FloatArray:
    """Difference between the entries after and before each, round."""
    padded = np.concatenate([values[-1:], values, values[:1]])
    return np.asarray(padded[2:] - padded[:-2], np.float64)


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
    picture : (H, W) uint8 or float32 array
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
    (N, D) float32 array
        Outside the roi the nearest grey inside.

    Examples
    --------
    >>> import numpy as np
    >>> picture = np.tile(np.arange(100, dtype=np.uint8), (100, 1))  # one grey more at each pixel
    >>> point, to_the_right = np.array([[5.05, 5.0]]), np.array([[1.0, 0.0]])
    >>> where = Roi(0, 0, 100, 100), Calibration(0.1, 0.1)
    >>> profiles(picture, *where, point, to_the_right, np.array([-1.0, 0.0, 1.0])).tolist()
    [[40.0, 50.0, 60.0]]
    """
    middle = (points_mm / calibration.scale - 0.5).astype(np.float32)
    step = (directions / calibration.scale).astype(np.float32)
    offsets = offsets_mm.astype(np.float32)
    at_x, at_y = (middle[:, axis, None] + step[:, axis, None] * offsets for axis in (0, 1))
    part = picture[roi.slices]
    strip = cv2.remap(part, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(strip, np.float32)


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

    Examples
    --------
    >>> import numpy as np
    >>> to_px(np.array([[0.1, 0.05]]), Roi(10, 20, 5, 5), Calibration(0.2, 0.1)).tolist()
    [[10.0, 20.0]]
    """
    return np.asarray(points_mm / calibration.scale - 0.5 + np.array([roi.x, roi.y]), np.float64)
