"""Finding the fasciae of a picture of which nothing is known yet, one minimal-cost curve after the other."""

from __future__ import annotations

from math import ceil, radians, tan

import numpy as np
import numpy.typing as npt

from segmentation.fascia import ALONG_SIGMA_MM, CONTRAST_CEILING_GREY, Fascia, FasciaGrid
from segmentation.minimal_path import minimal_paths
from segmentation.resampling import blurred, shrunk
from segmentation.smooth_path import smooth_path

FASCIA_HALF_WIDTH_MM = 1.2
SKIN_MM = 1.5  # the probe's face and the skin are bands too
THICK_SIGMA_MM, THICK_FLANK_MM = 0.8, 2.2  # an aponeurosis of several sheets
COLUMN_MM = 1.5  # of the search: a row of the grid more or less is 6 degrees there
STEEPEST_DEG = 31.0
TURN_COST = 3.0
SETTLE_MM = 0.6  # from the searched columns to those of the grid
TAKEN_GREY = -3.0


def find_fasciae(grid: FasciaGrid, most: int = 10, least_contrast_grey: float = 2.5) -> list[Fascia]:
    """Return the bands that cross the whole picture, from the top down.

    One after the other: the best path, then the place it lay on is taken out. Most of the later ones are
    fascicles and speckle in line; `segmentation.fascia_strength` tells which.

    Parameters
    ----------
    grid : FasciaGrid
        From `segmentation.fascia.fascia_grid`.
    most : int
        How many at the most.
    least_contrast_grey : float
        Mean contrast below which a path is no fascia.

    Returns
    -------
    list of Fascia
        Sorted by mean depth; their contrast is that of a thin or of a thick band, whichever is more.

    References
    ----------
    .. [1] Amini AA, Weymouth TE, Jain RC (1990). doi:10.1109/34.57681: curves by dynamic programming

    Examples
    --------
    >>> import numpy as np
    >>> from segmentation.fascia import fascia_grid
    >>> from segmentation.geometry import Calibration, Roi
    >>> picture = np.full((300, 300), 40, np.uint8)
    >>> picture[96:104], picture[196:204] = 160, 120
    >>> found = find_fasciae(fascia_grid(picture, Roi(0, 0, 300, 300), Calibration(0.1, 0.1)))
    >>> [round(float(fascia.y_mm.mean())) for fascia in found]
    [10, 20]
    """
    contrast = _thin_or_thick(grid)
    width_mm = float(grid.x_mm[0] + grid.x_mm[-1])
    columns = max(4, round(width_mm / COLUMN_MM))
    reward = shrunk(contrast, columns, len(contrast))
    steepest = ceil(width_mm / columns * tan(radians(STEEPEST_DEG)) / grid.row_mm)
    half, rows = round(FASCIA_HALF_WIDTH_MM / grid.row_mm), np.arange(len(contrast))[:, None]
    paths: list[npt.NDArray[np.intp]] = []
    for _ in range(most):
        path = smooth_path(reward, steepest, TURN_COST)
        # of the reward, not of the contrast: a path along a band already taken earns nothing
        if float(reward[path, np.arange(columns)].mean()) < least_contrast_grey:
            break
        paths.append(path)
        taken = np.abs(rows - path) <= half
        reward[taken] = np.minimum(reward[taken], TAKEN_GREY)
    x_mm = (np.arange(columns) + 0.5) * (width_mm / columns)
    found = _settled(grid, contrast, [np.interp(grid.x_mm, x_mm, path) for path in paths])
    return sorted(found, key=lambda fascia: float(fascia.y_mm.mean()))


def _thin_or_thick(grid: FasciaGrid) -> npt.NDArray[np.float32]:
    column_mm = float(grid.x_mm[1] - grid.x_mm[0])
    thick, flank = (
        blurred(grid.grey, ALONG_SIGMA_MM / column_mm, sigma_mm / grid.row_mm)
        for sigma_mm in (THICK_SIGMA_MM, THICK_FLANK_MM)
    )
    thick_contrast = np.minimum(thick - flank, np.float32(CONTRAST_CEILING_GREY))
    contrast: npt.NDArray[np.float32] = np.maximum(grid.contrast, thick_contrast)
    seen = grid.contrast != 0
    contrast[~seen] = 0.0  # outside the fan
    skin = np.arange(len(contrast))[:, None] < seen.argmax(axis=0) + round(SKIN_MM / grid.row_mm)
    contrast[skin & seen] = TAKEN_GREY
    return contrast


def _settled(
    grid: FasciaGrid, contrast: npt.NDArray[np.float32], rough: list[npt.NDArray[np.float64]]
) -> list[Fascia]:
    """Let curves between the rows find the best rows near them, at each column of the grid."""
    if not rough:
        return []
    reach = round(SETTLE_MM / grid.row_mm)
    near = np.round(np.stack(rough)).astype(np.intp)[:, None, :] + np.arange(-reach, reach + 1)[:, None]
    near = np.clip(near, 0, len(contrast) - 1)
    every = np.arange(len(grid.x_mm))
    path = minimal_paths(contrast[near, every], steepest_rows=3)
    at = np.take_along_axis(near, path[:, None, :], axis=1)[:, 0]
    return [Fascia((one + 0.5) * grid.row_mm, contrast[one, every].astype(np.float64)) for one in at]
