"""Fasciae as minimal-cost curves: bright bands that run across the picture.

The search works on a grid of fixed spacing in mm, so that its cost and its parameters do not depend on how
many pixels the scanner draws. The grid only says which band is which; where its inner edge lies is read from
the picture itself (`segmentation.edges`).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from segmentation.geometry import Calibration, Roi
from segmentation.resampling import blurred, shrunk
from segmentation.results import FloatArray, Picture

ROW_MM = 0.15
COLUMN_MM = 0.75
BAND_SIGMA_MM = 0.35  # half of a thin fascia
FLANK_SIGMA_MM = 1.0
ALONG_SIGMA_MM = 0.85
CONTRAST_CEILING_GREY = 40.0  # one very bright spot must not outweigh a whole faint fascia
STEEPEST_ROWS = 4  # rows per column: 0.6 mm on 0.75 mm, 39 degrees
BEND_COST = 1.0
FASCIA_HALF_WIDTH_MM = 1.2
FURTHEST_BESIDE_MM = 15.0
PULL_GREY_PER_MM2 = 4.0
STRONGEST_PULL_GREY = 12.0
MERGED_MM, MERGED_SHARE = 1.0, 0.6


@dataclass(frozen=True, slots=True, eq=False)
class FasciaGrid:
    """Contrast of horizontal bright bands on a grid in mm.

    ``contrast`` is (rows, columns) in grey; ``x_mm`` the columns' centres and ``row_mm`` the height of a row,
    both measured from the upper left corner of ``roi``.
    """

    contrast: npt.NDArray[np.float32]
    grey: npt.NDArray[np.float32]
    x_mm: FloatArray
    row_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class Fascia:
    """The middle of one bright band: ``y_mm[i]`` below the top of the picture at the grid's column ``i``."""

    y_mm: FloatArray
    contrast_grey: FloatArray  # at each column


def fascia_grid(
    picture: Picture, roi: Roi, calibration: Calibration, mask: npt.NDArray[np.bool_] | None = None
) -> FasciaGrid:
    """Return how much each place looks like a bright band that runs across the picture.

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame.
    roi : Roi
        The B-mode picture in it.
    calibration : Calibration
        Size of a pixel in mm.
    mask : (roi.height, roi.width) bool array, optional
        True where echoes can be; a curved array's fan leaves corners empty.

    Returns
    -------
    FasciaGrid
        Difference of two Gaussians across the band (0.35 mm and 1.0 mm), in grey.
    """
    width_mm, height_mm = roi.width * calibration.x_mm_per_px, roi.height * calibration.y_mm_per_px
    columns, rows = max(8, round(width_mm / COLUMN_MM)), max(16, round(height_mm / ROW_MM))
    grey = shrunk(picture[roi.slices], columns, rows)
    row_mm = height_mm / rows
    along = ALONG_SIGMA_MM / (width_mm / columns)
    band = blurred(grey, along, BAND_SIGMA_MM / row_mm)
    flank = blurred(grey, along, FLANK_SIGMA_MM / row_mm)
    contrast = np.minimum(band - flank, np.float32(CONTRAST_CEILING_GREY))
    if mask is not None:
        contrast *= _well_inside(mask, columns, rows, row_mm)
    x_mm = np.asarray((np.arange(columns) + 0.5) * (width_mm / columns), np.float64)
    return FasciaGrid(contrast, grey, x_mm, row_mm)


def _well_inside(
    mask: npt.NDArray[np.bool_], columns: int, rows: int, row_mm: float
) -> npt.NDArray[np.float32]:
    small = (shrunk(mask, columns, rows) > 0.99).astype(np.uint8)
    # the edge of the fan is itself a bright-dark step
    inner = cv2.erode(small, np.ones((2 * round(1.0 / row_mm) + 1, 3), np.uint8))
    return np.asarray(inner, np.float32)


def minimal_paths(
    reward: npt.NDArray[np.float32], steepest_rows: int = STEEPEST_ROWS, bend_cost: float = BEND_COST
) -> npt.NDArray[np.intp]:
    """Return, for each of K reward maps, the row of the best left-to-right path in every column.

    Parameters
    ----------
    reward : (K, R, C) float array
        What a path earns at each place.
    steepest_rows : int
        Largest change of row between neighbouring columns.
    bend_cost : float
        Paid for a change of row, times its square.

    Returns
    -------
    (K, C) int array
        Rows of the paths.

    Notes
    -----
    Dynamic programming over columns; Amini, Weymouth, Jain 1990, doi:10.1109/34.57681.

    Examples
    --------
    >>> import numpy as np
    >>> picture = np.zeros((1, 5, 3), np.float32)
    >>> picture[0, [1, 2, 2], [0, 1, 2]] = 10
    >>> minimal_paths(picture).tolist()
    [[1, 2, 2]]
    """
    n_maps, rows, columns = reward.shape
    shifts = np.arange(-steepest_rows, steepest_rows + 1)
    cost = (bend_cost * shifts.astype(np.float32) ** 2)[:, None, None]
    total = reward[:, :, 0].copy()
    back = np.empty((columns, n_maps, rows), np.int8)
    padded = np.full((n_maps, rows + 2 * steepest_rows), -1e9, np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(padded, rows, axis=1)  # follows `padded`
    for column in range(1, columns):
        padded[:, steepest_rows : steepest_rows + rows] = total
        candidates = windows.transpose(1, 0, 2) - cost
        best = candidates.argmax(axis=0)
        back[column] = best
        total = candidates.max(axis=0) + reward[:, :, column]
    path = np.empty((n_maps, columns), np.intp)
    every = np.arange(n_maps)
    path[:, -1] = total.argmax(axis=1)
    for column in range(columns - 1, 0, -1):
        path[:, column - 1] = path[:, column] + shifts[back[column, every, path[:, column]]]
    return path


def find_fasciae(grid: FasciaGrid, most: int = 10, least_contrast_grey: float = 2.5) -> list[Fascia]:
    """Return the bands that cross the whole picture, from the top down.

    One after the other: the best path, then the place it lay on is taken out.

    Parameters
    ----------
    grid : FasciaGrid
        From `fascia_grid`.
    most : int
        How many at the most.
    least_contrast_grey : float
        Mean contrast below which a path is no fascia.

    Returns
    -------
    list of Fascia
        Sorted by mean depth.
    """
    reward = grid.contrast.copy()
    columns = np.arange(reward.shape[1])
    half = round(FASCIA_HALF_WIDTH_MM / grid.row_mm)
    rows = np.arange(reward.shape[0])[:, None]
    found = []
    for _ in range(most):
        path = minimal_paths(reward[None])[0]
        # of the reward, not of the contrast: a path along a band already taken earns nothing
        if float(reward[path, columns].mean()) < least_contrast_grey:
            break
        found.append(_fascia(grid, path))
        taken = np.abs(rows - path) <= half
        reward[taken] = np.minimum(reward[taken], -3.0)
    return sorted(found, key=lambda fascia: float(fascia.y_mm.mean()))


def _fascia(grid: FasciaGrid, path: npt.NDArray[np.intp]) -> Fascia:
    contrast = grid.contrast[path, np.arange(len(path))].astype(np.float64)
    return Fascia(np.asarray((path + 0.5) * grid.row_mm, np.float64), contrast)


def follow_fasciae(
    grid: FasciaGrid,
    before: list[Fascia],
    reach_mm: float = 3.0,
    pull_grey_per_mm2: float = PULL_GREY_PER_MM2,
) -> list[Fascia]:
    """Return the same bands in the next picture.

    Each is found anew near where it was, so errors do not add up over time; the pull towards the old place
    keeps a curve from hopping to its neighbour.

    Parameters
    ----------
    grid : FasciaGrid
        Of the new picture, of the same size as before.
    before : list of Fascia
        In the last picture (or where they are expected).
    reach_mm : float
        How far a band may have moved.
    pull_grey_per_mm2 : float
        Contrast that a band must gain to be looked for 1 mm away.

    Returns
    -------
    list of Fascia
        In the order of ``before``.
    """
    rows = grid.contrast.shape[0]
    reach = round(reach_mm / grid.row_mm)
    offsets = np.arange(-reach, reach + 1)
    # smoothed, or the roughness of one picture's speckle is handed on to the next
    old_mm = gaussian_filter1d(np.stack([f.y_mm for f in before]), sigma=3.0, axis=1, mode="nearest")
    centre = np.round(old_mm / grid.row_mm - 0.5).astype(np.intp)
    index = centre[:, None, :] + offsets[None, :, None]
    inside = (index >= 0) & (index < rows)
    columns = np.arange(grid.contrast.shape[1])
    reward = np.where(inside, grid.contrast[np.clip(index, 0, rows - 1), columns], np.float32(-20.0))
    pull = (pull_grey_per_mm2 * (offsets * grid.row_mm) ** 2).astype(np.float32)
    path = minimal_paths(reward.astype(np.float32) - pull[None, :, None], steepest_rows=3)
    at = np.clip(np.take_along_axis(index, path[:, None, :], axis=1)[:, 0], 0, rows - 1)
    return [_fascia(grid, one) for one in at]


def follow_beside(
    grid: FasciaGrid,
    anchor: Fascia,
    before: Fascia,
    below: bool = True,
    held_mm: tuple[float, float] | None = None,
) -> Fascia:
    """Return the band beside another one, which may run into it: the fasciae of a muscle that tapers out.

    The search is for the distance from ``anchor``; at distance 0 both are one band. So the curve lies on
    something real at every column, and where it meets the other one is where the muscle ends.

    Parameters
    ----------
    grid : FasciaGrid
        Of the new picture.
    anchor : Fascia
        The other band, already found in this picture.
    before : Fascia
        The band in the last picture.
    below : bool
        True for the band below the anchor, False for the one above.
    held_mm : (float, float), optional
        In the first picture: only between these columns is ``before`` known to lie on the fascia. There the
        curve is held to it, elsewhere it is free.

    Returns
    -------
    Fascia
    """
    rows, columns = grid.contrast.shape
    sign = 1 if below else -1
    first = np.round(anchor.y_mm / grid.row_mm - 0.5).astype(np.intp)
    away = np.arange(round(FURTHEST_BESIDE_MM / grid.row_mm) + 1)
    index = first[None, :] + sign * away[:, None]
    reward = grid.contrast[np.clip(index, 0, rows - 1), np.arange(columns)]
    reward[(index < 0) | (index >= rows)] = -20.0
    # one band must not earn as much as two: a fascia that is there is preferred to the one beside it
    reward[away * grid.row_mm < MERGED_MM] *= MERGED_SHARE
    moved_mm = away[:, None] * grid.row_mm - sign * (before.y_mm - anchor.y_mm)[None, :]
    pull = PULL_GREY_PER_MM2 * moved_mm**2
    if held_mm is None:
        pull = np.minimum(pull, STRONGEST_PULL_GREY)  # or a junction could not travel
    else:
        known = (grid.x_mm >= held_mm[0]) & (grid.x_mm <= held_mm[1])
        pull = np.where(known[None, :], 10.0 * pull, 0.0)
    path = minimal_paths((reward - pull).astype(np.float32)[None], steepest_rows=6, bend_cost=0.25)[0]
    return _fascia(grid, np.clip(first + sign * path, 0, rows - 1))
