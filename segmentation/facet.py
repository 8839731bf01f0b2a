"""Facet joints: bright humps of bone with a shadow below, in the parasagittal view of multifidus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from scipy.signal import find_peaks

from segmentation.fascia import FasciaGrid
from segmentation.geometry import Calibration, Roi
from segmentation.minimal_path import minimal_paths
from segmentation.resampling import blurred, shrunk
from segmentation.results import FloatArray, Picture

SHADOW_FROM_MM, SHADOW_TO_MM = 2.5, 12.0
SHALLOWEST_MM = 12.0
LEAST_HUMP_MM = 1.0
LEAST_SHADOW_GREY = 45.0  # between bone and its shadow; speckle has 30 at the most
PATCH_MM = (16.0, 8.0)  # width, height: the hump, with some of what lies beside it
PATCH_ABOVE_MM = 4.0
STEP_MM = 0.2
LEADING_EDGE_FRACTION = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class FacetPatch:
    """What the facet looked like where it was named."""

    apex_mm: tuple[float, float]  # from the upper left corner of the roi
    patch: npt.NDArray[np.uint8]


def find_facet(grid: FasciaGrid) -> tuple[float, float] | None:
    """Return the apex of the facet nearest to the middle of the picture.

    Bone is the brightest line with darkness below; its humps are the facets.

    Parameters
    ----------
    grid : FasciaGrid
        From `segmentation.fascia.fascia_grid`.

    Returns
    -------
    (x_mm, y_mm) or None
        From the upper left corner of the roi; the leading edge of the bone. None where no hump is seen.
    """
    bone_mm = _bone_surface_mm(grid)
    column_mm = grid.x_mm[1] - grid.x_mm[0]
    even = blurred(bone_mm[None], 1.5 / column_mm, 0.0)[0]
    peaks, _ = find_peaks(-even, prominence=LEAST_HUMP_MM)
    middle = grid.x_mm.mean()
    bony = [peak for peak in peaks if _shadow_grey(grid, int(peak), float(even[peak])) >= LEAST_SHADOW_GREY]
    if not bony:
        return None
    nearest = min(bony, key=lambda peak: abs(grid.x_mm[peak] - middle))
    return float(grid.x_mm[nearest]), leading_edge_mm(grid, int(nearest), float(even[nearest]))


def _shadow_grey(grid: FasciaGrid, column: int, bone_mm: float) -> float:
    """How much brighter the bone is than what lies behind it."""
    part = grid.grey[:, max(0, column - 1) : column + 2].mean(axis=1)
    bone, first, last = (
        round((bone_mm + away) / grid.row_mm) for away in (0.0, SHADOW_FROM_MM, SHADOW_TO_MM)
    )
    behind = part[first:last]
    return float(part[max(0, bone - 4) : bone + 5].max() - behind.mean()) if len(behind) else 0.0


def _bone_surface_mm(grid: FasciaGrid) -> FloatArray:
    rows = grid.grey.shape[0]
    total = np.cumsum(np.pad(grid.grey, ((1, 0), (0, 0))), axis=0, dtype=np.float64)
    row = np.arange(rows)
    first = np.minimum(row + round(SHADOW_FROM_MM / grid.row_mm), rows - 1)
    last = np.minimum(row + round(SHADOW_TO_MM / grid.row_mm), rows)
    below = (total[last] - total[first]) / np.maximum(last - first, 1)[:, None]
    reward = (grid.grey - 1.5 * below + grid.contrast).astype(np.float32)
    reward[: round(SHALLOWEST_MM / grid.row_mm)] = -100.0
    reward[rows - round(SHADOW_FROM_MM / grid.row_mm) :] = -100.0
    path = minimal_paths(reward[None], steepest_rows=8, bend_cost=0.3)[0]
    return np.asarray((path + 0.5) * grid.row_mm, np.float64)


def leading_edge_mm(grid: FasciaGrid, column: int, bone_mm: float) -> float:
    """Return where the bone's echo begins, above the middle of its bright line.

    Parameters
    ----------
    grid : FasciaGrid
        Of the picture.
    column : int
        Column of the apex.
    bone_mm : float
        Middle of the bone's echo.

    Returns
    -------
    float
        Depth in mm at which grey has risen half-way.
    """
    profile = grid.grey[:, max(0, column - 1) : column + 2].mean(axis=1)
    peak = int(np.clip(round(bone_mm / grid.row_mm - 0.5), 1, len(profile) - 1))
    window = profile[max(0, peak - 6) : peak + 7]
    peak = max(0, peak - 6) + int(window.argmax())
    above = profile[max(0, peak - round(3.0 / grid.row_mm)) : peak + 1]
    level = above.min() + LEADING_EDGE_FRACTION * (profile[peak] - above.min())
    row = peak
    while row > 0 and profile[row - 1] > level:
        row -= 1
    rise = profile[row] - profile[row - 1] if row > 0 else 1.0
    part = (profile[row] - level) / max(float(rise), 1e-6)
    return float((row + 0.5 - np.clip(part, 0.0, 1.0)) * grid.row_mm)


def _even(picture: Picture, roi: Roi, calibration: Calibration) -> npt.NDArray[np.uint8]:
    size = (
        round(roi.width * calibration.x_mm_per_px / STEP_MM),
        round(roi.height * calibration.y_mm_per_px / STEP_MM),
    )
    return np.asarray(blurred(shrunk(picture[roi.slices], *size), 0.8, 0.8), np.uint8)


def facet_patch(
    picture: Picture, roi: Roi, calibration: Calibration, apex_mm: tuple[float, float]
) -> FacetPatch | None:
    """Return what is needed to find a facet again; None where it lies at the edge of the picture.

    Parameters
    ----------
    picture : (H, W) uint8 array
        The picture on which the apex was named.
    roi, calibration
        The B-mode picture and its spacing.
    apex_mm : (x, y)
        From the upper left corner of the roi.

    Returns
    -------
    FacetPatch or None
    """
    even = _even(picture, roi, calibration)
    left, top = _corner(apex_mm)
    width, height = (round(size / STEP_MM) for size in PATCH_MM)
    if left < 0 or top < 0 or left + width > even.shape[1] or top + height > even.shape[0]:
        return None
    return FacetPatch(apex_mm, even[top : top + height, left : left + width].copy())


def _corner(apex_mm: tuple[float, float]) -> tuple[int, int]:
    return round((apex_mm[0] - PATCH_MM[0] / 2) / STEP_MM), round((apex_mm[1] - PATCH_ABOVE_MM) / STEP_MM)


def follow_facet(
    picture: Picture,
    roi: Roi,
    calibration: Calibration,
    facet: FacetPatch,
    last_mm: tuple[float, float],
    reach_mm: float = 4.0,
) -> tuple[tuple[float, float], float]:
    """Return where the apex lies now and how well the patch agrees (correlation, -1 to 1).

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame.
    roi, calibration
        The B-mode picture and its spacing.
    facet : FacetPatch
        From `facet_patch`: always the same picture, so errors do not add up.
    last_mm : (x, y)
        Where it was in the last picture.
    reach_mm : float
        How far it may have moved.

    Returns
    -------
    (x_mm, y_mm), float
    """
    even = _even(picture, roi, calibration)
    height, width = facet.patch.shape
    first, named = _corner(last_mm), _corner(facet.apex_mm)
    reach = round(reach_mm / STEP_MM)
    left, top = max(0, first[0] - reach), max(0, first[1] - reach)
    part = even[top : first[1] + reach + height, left : first[0] + reach + width]
    if part.shape[0] < height or part.shape[1] < width:
        return last_mm, 0.0
    score = cv2.matchTemplate(part, facet.patch, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(score)
    moved = np.array([left + x + vertex(score[y], x) - named[0], top + y + vertex(score[:, x], y) - named[1]])
    apex = np.array(facet.apex_mm) + moved * STEP_MM
    return (float(apex[0]), float(apex[1])), float(best)


def vertex(values: npt.NDArray[Any], at: int) -> float:
    """Return how far the vertex of a parabola lies from the best value, through it and its neighbours.

    Parameters
    ----------
    values : (N,) array
        Evenly spaced.
    at : int
        Number of the best one.

    Returns
    -------
    float
        In steps, -0.5 to 0.5; 0 at an end.

    Examples
    --------
    >>> import numpy as np
    >>> round(vertex(np.array([0.0, 3.0, 4.0, 3.0]), 2), 3) == 0
    True
    """
    if not 0 < at < len(values) - 1:
        return 0.0
    low, mid, high = (float(v) for v in values[at - 1 : at + 2])
    bend = low - 2 * mid + high
    return 0.0 if abs(bend) < 1e-9 else float(np.clip(0.5 * (low - high) / bend, -0.5, 0.5))
