"""The shape of a B-mode picture: rectangle, trapezoid or fan, from where its echoes are."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.results import FloatArray
from segmentation.views import Panel

Mask = npt.NDArray[np.bool_]

_SIDE_FILLED = 0.25  # of a rectangle's side shows echoes; a fan shows only its tip there
_TOP_FILLED = 0.80
_ARC_SAG = 0.012  # of the width: a flatter top is straight
_ARC_MISFIT = 0.25  # of the sag


class _Arc(NamedTuple):
    x: float
    y: float
    radius: float


def sector_mask(echoes: Mask) -> Mask:
    """Return the sector that echoes fill.

    Parameters
    ----------
    echoes : (h, w) bool array
        Where echoes are seen in the box of a B-mode picture.

    Returns
    -------
    (h, w) bool array
        All True for a rectangle: echoes along the whole top and some along both sides, for dark lower
        corners are shadow then. Else the convex hull of the echoes without what lies above the concave face
        of a curved array. All True where there are no echoes at all.

    References
    ----------
    .. [1] Kåsa I (1976). A circle fitting procedure and its error analysis. doi:10.1109/TIM.1976.6312298. The
       face of a curved array is fitted with it, three times, outliers left out.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.meshgrid(np.arange(-100, 101), np.arange(140))
    >>> r, angle = np.hypot(x, y + 60), np.arctan2(x, y + 60)
    >>> fan = (r > 80) & (r < 190) & (abs(angle) < 0.5)
    >>> dark = fan & ~((abs(x) < 20) & (y > 60) & (y < 110))
    >>> bool((sector_mask(dark) ^ fan).mean() < 0.01)
    True
    """
    if not echoes.any() or _is_rectangle(echoes):
        return np.ones(echoes.shape, np.bool_)
    return _hull(echoes) & ~_above_face(echoes)


def _is_rectangle(echoes: Mask) -> bool:
    edge = max(2, min(echoes.shape) // 100)
    sides = echoes[:, :edge].any(axis=1).mean(), echoes[:, -edge:].any(axis=1).mean()
    return bool(min(sides) >= _SIDE_FILLED and echoes[: 2 * edge].any(axis=0).mean() >= _TOP_FILLED)


def _hull(echoes: Mask) -> Mask:
    rows = np.flatnonzero(echoes.any(axis=1))
    first = echoes[rows].argmax(axis=1)
    last = echoes.shape[1] - 1 - echoes[rows][:, ::-1].argmax(axis=1)
    ends = np.concatenate([np.column_stack([first, rows]), np.column_stack([last, rows])])
    drawn = np.zeros(echoes.shape, np.uint8)
    cv2.fillConvexPoly(drawn, cv2.convexHull(ends.astype(np.int32)), 1)
    return np.asarray(drawn > 0)


def _above_face(echoes: Mask) -> Mask:
    """What lies between the hull and the face of a curved array, which is an arc, deepest in the middle."""
    nothing = np.zeros(echoes.shape, np.bool_)
    columns = np.flatnonzero(echoes.any(axis=0))
    top = echoes[:, columns].argmax(axis=0)
    middle = len(columns) // 2
    if middle < 8:
        return nothing
    left = middle - 1 - int(np.argmin(top[:middle][::-1]))
    right = middle + int(np.argmin(top[middle:]))
    x, y = columns[left : right + 1].astype(np.float64), top[left : right + 1].astype(np.float64)
    arc = _fitted_arc(x, y)
    if arc is None:
        return nothing
    face = arc.y + np.sqrt(np.maximum(arc.radius**2 - (x - arc.x) ** 2, 0.0))
    sag = float(face.max() - min(face[0], face[-1]))
    if sag < _ARC_SAG * echoes.shape[1] or np.median(np.abs(face - y)) > max(1.0, _ARC_MISFIT * sag):
        return nothing
    nothing[:, columns[left : right + 1]] = np.arange(echoes.shape[0])[:, None] < face - 0.5
    return nothing


def _fitted_arc(x: FloatArray, y: FloatArray) -> _Arc | None:
    """The circle along whose lower side the points run, fitted without outliers; None if there is none."""
    keep = np.ones(len(x), np.bool_)
    arc = None
    for _ in range(3):
        if keep.sum() < 8:
            return None
        terms = np.column_stack([2 * x[keep], 2 * y[keep], np.ones(int(keep.sum()))])
        (cx, cy, rest), *_ = np.linalg.lstsq(terms, x[keep] ** 2 + y[keep] ** 2, rcond=None)
        squared = float(rest + cx**2 + cy**2)
        if squared <= 0 or cy >= y.min():
            return None
        arc = _Arc(float(cx), float(cy), squared**0.5)
        away = np.abs(np.hypot(x - arc.x, y - arc.y) - arc.radius)
        keep = away <= max(1.5, 2.5 * float(np.median(away)))
    return arc


def in_sector(panel: Panel, mask: Mask, x_mm: FloatArray, y_mm: FloatArray) -> Mask:
    """Tell which points lie where echoes can be.

    Parameters
    ----------
    panel : Panel
        The B-mode picture.
    mask : (roi.height, roi.width) bool array
        True where echoes can be.
    x_mm, y_mm : (N,) arrays
        Points, in mm from the upper left corner of the roi.

    Returns
    -------
    (N,) bool array

    Examples
    --------
    >>> from segmentation.geometry import Calibration, Roi
    >>> panel = Panel(Roi(50, 20, 4, 2), Calibration(0.5, 0.5), ("left",))
    >>> mask = np.array([[False, True, True, False], [True, True, True, True]])
    >>> in_sector(panel, mask, np.array([0.2, 0.7, 0.2, 9.0]), np.array([0.2, 0.2, 0.7, 0.2])).tolist()
    [False, True, True, False]
    """
    column = np.floor(x_mm / panel.calibration.x_mm_per_px).astype(np.intp)
    row = np.floor(y_mm / panel.calibration.y_mm_per_px).astype(np.intp)
    held = (column >= 0) & (row >= 0) & (column < mask.shape[1]) & (row < mask.shape[0])
    return np.asarray(
        held & mask[np.clip(row, 0, mask.shape[0] - 1), np.clip(column, 0, mask.shape[1] - 1)], np.bool_
    )


def skin_mm(panel: Panel, mask: Mask | None, x_mm: FloatArray) -> FloatArray:
    """Return how deep the skin lies below the top of the picture: a fan's face is an arc.

    Parameters
    ----------
    panel : Panel
        The B-mode picture.
    mask : (roi.height, roi.width) bool array or None
        True where echoes can be.
    x_mm : (N,) array
        From the left of the roi.

    Returns
    -------
    (N,) array
        In mm from the top of the roi; 0 without a mask, and at columns without echoes.

    Examples
    --------
    >>> from segmentation.geometry import Calibration, Roi
    >>> panel = Panel(Roi(0, 0, 3, 4), Calibration(0.5, 0.5), ("left",))
    >>> fan = np.array([[0, 1, 0], [0, 1, 0], [1, 1, 1], [1, 1, 1]], bool)
    >>> skin_mm(panel, fan, np.array([0.2, 0.7, 1.2])).tolist()
    [1.0, 0.0, 1.0]
    """
    if mask is None:
        return np.zeros(len(x_mm))
    columns = np.clip((x_mm / panel.calibration.x_mm_per_px).astype(np.intp), 0, mask.shape[1] - 1)
    return np.asarray(mask[:, columns].argmax(axis=0) * panel.calibration.y_mm_per_px, np.float64)


def from_face_px(inside: Mask) -> FloatArray:
    """Return how far each place is from the probe's face: the upper rim between its two corners.

    Parameters
    ----------
    inside : (h, w) bool array
        Where echoes can be.

    Returns
    -------
    (h, w) array
        In pixels.

    Examples
    --------
    >>> from_face_px(np.ones((4, 3), bool))[:, 1].round().tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    columns = np.flatnonzero(inside.any(axis=0))
    rows = inside[:, columns].argmax(axis=0)
    corners = np.flatnonzero(rows <= rows.min() + 1)
    face = slice(int(corners[0]), int(corners[-1]) + 1)
    elsewhere = np.ones(inside.shape, np.uint8)
    elsewhere[rows[face], columns[face]] = 0
    return np.asarray(cv2.distanceTransform(elsewhere, cv2.DIST_L2, 5), np.float64)
