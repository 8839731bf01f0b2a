"""Facet joints: bright humps of bone with a shadow below, in the parasagittal view of multifidus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.fascia import FasciaGrid
from segmentation.geometry import Calibration, Roi
from segmentation.minimal_path import minimal_paths
from segmentation.peaks import peaks
from segmentation.resampling import blurred
from segmentation.results import FloatArray, Picture

SHADOW_FROM_MM, SHADOW_TO_MM = 2.5, 12.0
SHALLOWEST_MM = 12.0
LEAST_HUMP_MM = 1.0
LEAST_SHADOW_GREY = 45.0  # between bone and its shadow; speckle has 30 at the most
PATCH_MM = (16.0, 8.0)  # width, height: the hump, with some of what lies beside it
PATCH_ABOVE_MM = 4.0
STEP_MM = 0.2
BLUR_STEPS, BLUR_REACH = 0.8, 4
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

    Examples
    --------
    >>> from segmentation.fascia import fascia_grid
    >>> y, x = np.mgrid[:300, :240]
    >>> bone = 200 - 50 * np.exp(-(((x - 120) / 50) ** 2))  # a hump 15 mm deep, 1 mm of bone, shadow
    >>> picture = np.where(y < bone, 90, np.where(y < bone + 10, 220, 8)).astype(np.uint8)
    >>> x_mm, y_mm = find_facet(fascia_grid(picture, Roi(0, 0, 240, 300), Calibration(0.1, 0.1)))
    >>> round(x_mm), round(y_mm)
    (12, 15)
    """
    bone_mm = _bone_surface_mm(grid)
    column_mm = grid.x_mm[1] - grid.x_mm[0]
    even = blurred(bone_mm[None], 1.5 / column_mm, 0.0)[0]
    humps = peaks(-even, prominence=LEAST_HUMP_MM)
    middle = grid.x_mm.mean()
    bony = [hump for hump in humps if _shadow_grey(grid, hump, float(even[hump])) >= LEAST_SHADOW_GREY]
    if not bony:
        return None
    nearest = min(bony, key=lambda hump: abs(grid.x_mm[hump] - middle))
    return float(grid.x_mm[nearest]), leading_edge_mm(grid, nearest, float(even[nearest]))


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

    Examples
    --------
    >>> from segmentation.fascia import fascia_grid
    >>> picture = np.full((300, 240), 90, np.uint8)
    >>> picture[150:160], picture[160:] = 220, 8  # bone from 15 to 16 mm, shadow below
    >>> grid = fascia_grid(picture, Roi(0, 0, 240, 300), Calibration(0.1, 0.1))
    >>> round(leading_edge_mm(grid, 16, bone_mm=15.5), 1)
    15.0
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

    Examples
    --------
    >>> picture = np.random.default_rng(0).integers(0, 255, (300, 240), np.uint8)
    >>> where = Roi(0, 0, 240, 300), Calibration(0.1, 0.1)
    >>> facet_patch(picture, *where, (12.0, 15.0)).patch.shape  # 8 by 16 mm in steps of 0.2 mm
    (40, 80)
    >>> facet_patch(picture, *where, (3.0, 15.0)) is None
    True
    """
    step = _Steps.of(calibration)
    left, top = step.corner(apex_mm)
    width, height = step.patch
    if left < 0 or top < 0 or left + width > roi.width // step.x_px or top + height > roi.height // step.y_px:
        return None
    return FacetPatch(apex_mm, _even(picture[roi.slices], step, left, top, left + width, top + height))


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

    Examples
    --------
    >>> y, x = np.mgrid[:300, :240]
    >>> bone = 200 - 50 * np.exp(-(((x - 120) / 50) ** 2))
    >>> picture = np.where(y < bone, 90, np.where(y < bone + 10, 220, 8)).astype(np.uint8)
    >>> where = Roi(0, 0, 240, 300), Calibration(0.1, 0.1)
    >>> facet = facet_patch(picture, *where, (12.0, 15.0))
    >>> moved = np.roll(picture, (4, 6), axis=(0, 1))  # 0.6 mm to the right, 0.4 mm down
    >>> (x_mm, y_mm), agreement = follow_facet(moved, *where, facet, facet.apex_mm)
    >>> round(x_mm, 1), round(y_mm, 1), round(agreement, 2)
    (12.6, 15.4, 1.0)
    """
    step = _Steps.of(calibration)
    height, width = facet.patch.shape
    first, named = step.corner(last_mm), step.corner(facet.apex_mm)
    reach_x, reach_y = round(reach_mm / step.x_mm), round(reach_mm / step.y_mm)
    left, top = max(0, first[0] - reach_x), max(0, first[1] - reach_y)
    right, bottom = first[0] + reach_x + width, first[1] + reach_y + height
    part = _even(picture[roi.slices], step, left, top, right, bottom)
    if part.shape[0] < height or part.shape[1] < width:
        return last_mm, 0.0
    score = cv2.matchTemplate(part, facet.patch, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(score)
    x_steps, y_steps = left + x + vertex(score[y], x) - named[0], top + y + vertex(score[:, x], y) - named[1]
    apex_x, apex_y = facet.apex_mm
    return (apex_x + x_steps * step.x_mm, apex_y + y_steps * step.y_mm), float(best)


@dataclass(frozen=True, slots=True)
class _Steps:
    """The spacing at which patches are compared: about 0.2 mm, and whole pixels: so a part can be shrunk."""

    x_px: int
    y_px: int
    x_mm: float
    y_mm: float

    @classmethod
    def of(cls, calibration: Calibration) -> _Steps:
        x_px, y_px = (
            max(1, round(STEP_MM / size)) for size in (calibration.x_mm_per_px, calibration.y_mm_per_px)
        )
        return cls(x_px, y_px, x_px * calibration.x_mm_per_px, y_px * calibration.y_mm_per_px)

    @property
    def patch(self) -> tuple[int, int]:
        """Width and height of a patch."""
        return round(PATCH_MM[0] / self.x_mm), round(PATCH_MM[1] / self.y_mm)

    def corner(self, apex_mm: tuple[float, float]) -> tuple[int, int]:
        """Upper left corner of the patch round an apex."""
        x_mm, y_mm = apex_mm[0] - PATCH_MM[0] / 2, apex_mm[1] - PATCH_ABOVE_MM
        return round(x_mm / self.x_mm), round(y_mm / self.y_mm)


def _even(part: Picture, step: _Steps, left: int, top: int, right: int, bottom: int) -> npt.NDArray[np.uint8]:
    """The part of a picture between these steps, shrunk and smoothed; less where it leaves the picture."""
    columns, rows = part.shape[1] // step.x_px, part.shape[0] // step.y_px
    right, bottom = min(right, columns), min(bottom, rows)
    x0, y0 = max(0, left - BLUR_REACH), max(0, top - BLUR_REACH)
    x1, y1 = min(columns, right + BLUR_REACH), min(rows, bottom + BLUR_REACH)
    if right <= left or bottom <= top:
        return np.empty((0, 0), np.uint8)
    cut = part[y0 * step.y_px : y1 * step.y_px, x0 * step.x_px : x1 * step.x_px]
    small = cv2.resize(cut, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(small, (0, 0), BLUR_STEPS)
    return np.asarray(smooth[top - y0 : bottom - y0, left - x0 : right - x0])


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
