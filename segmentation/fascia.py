"""Fasciae: bright bands that run across the picture, on a grid that tells them from the rest.

The grid has a fixed spacing in mm, so that its cost and its parameters do not depend on how many pixels the
scanner draws. It only says which band is which; where its inner edge lies is read from the picture itself
(`segmentation.edges`).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.geometry import Calibration, Roi
from segmentation.resampling import Float32Array, blurred, halved
from segmentation.results import FloatArray, Picture

ROW_MM = 0.15
LEAST_BEND_GREY = 0.1  # of a parabola through three rows
FOLLOWING = 4 / 3  # times as wide, where it is known about where the bands are
# A row more or less on the next column is 11 degrees on both grids: what a bend costs holds for both.
COLUMN_MM = 0.75
FINE_PX_A_ROW = 1.5  # from here on half of the pixels show the same bands
BAND_SIGMA_MM = 0.35  # half of a thin fascia
FLANK_SIGMA_MM = 1.0
ALONG_SIGMA_MM = 0.85
CONTRAST_CEILING_GREY = 40.0  # one very bright spot must not outweigh a whole faint fascia


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
    picture: Picture,
    roi: Roi,
    calibration: Calibration,
    mask: npt.NDArray[np.bool_] | None = None,
    coarser: float = 1.0,
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
    coarser : float
        How many times wider than 0.75 by 0.15 mm the grid is.

    Returns
    -------
    FasciaGrid
        Difference of two Gaussians across the band (0.35 mm and 1.0 mm), in grey.

    References
    ----------
    .. [1] Marr D, Hildreth E (1980). Theory of edge detection. doi:10.1098/rspb.1980.0020

    Examples
    --------
    >>> picture = np.full((200, 200), 60, np.uint8)
    >>> picture[47:53] = 120  # a band from 4.7 to 5.3 mm
    >>> grid = fascia_grid(picture, Roi(0, 0, 200, 200), Calibration(0.1, 0.1))
    >>> brightest = int(grid.contrast.mean(axis=1).argmax())
    >>> grid.contrast.shape, round((brightest + 0.5) * grid.row_mm, 1)
    ((133, 27), 5.0)
    """
    part = picture[roi.slices]
    even = part[: part.shape[0] // 4 * 4, : part.shape[1] // 4 * 4]  # so that it can be halved twice
    width_mm = even.shape[1] * calibration.x_mm_per_px
    height_mm = even.shape[0] * calibration.y_mm_per_px
    columns, rows = (
        max(8, round(width_mm / (coarser * COLUMN_MM))),
        max(16, round(height_mm / (coarser * ROW_MM))),
    )
    grey = _grey(even, columns, rows)
    row_mm = height_mm / rows
    band = blurred(grey, ALONG_SIGMA_MM / (width_mm / columns), BAND_SIGMA_MM / row_mm)
    flank = blurred(band, 0.0, sqrt(FLANK_SIGMA_MM**2 - BAND_SIGMA_MM**2) / row_mm)
    contrast = np.minimum(band - flank, np.float32(CONTRAST_CEILING_GREY))
    if mask is not None:
        contrast *= _well_inside(mask, columns, rows, row_mm)
    x_mm = np.asarray((np.arange(columns) + 0.5) * (width_mm / columns), np.float64)
    return FasciaGrid(contrast, grey, x_mm, row_mm)


def _grey(part: Picture, columns: int, rows: int) -> Float32Array:
    """Averaged over a column's width, then read at the grid's places: a fifth of the cost of exact means."""
    while part.shape[1] >= 2 * columns and part.shape[0] >= FINE_PX_A_ROW * rows:
        part = halved(part)
    box = min(part.shape[1] // columns // 2 * 2 + 1, 5)  # OpenCV is four times quicker up to 5
    mean = cv2.blur(part, (box, 1), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(mean, (columns, rows), interpolation=cv2.INTER_LINEAR), np.float32)


def fasciae_along(grid: FasciaGrid, paths: npt.NDArray[np.intp]) -> list[Fascia]:
    """Return the bands along paths; their middle lies between rows, where contrast is highest.

    Parameters
    ----------
    grid : FasciaGrid
        From `fascia_grid`.
    paths : (K, C) int array
        For each band one row for each column of the grid.

    Returns
    -------
    list of Fascia

    Examples
    --------
    >>> picture = np.full((200, 200), 60, np.uint8)
    >>> picture[47:53] = 120  # a band from 4.7 to 5.3 mm; rows of the grid are 0.15 mm high
    >>> grid = fascia_grid(picture, Roi(0, 0, 200, 200), Calibration(0.1, 0.1))
    >>> round(float(fasciae_along(grid, grid.contrast.argmax(axis=0)[None])[0].y_mm.mean()), 2)
    5.0
    """
    columns, last = np.arange(paths.shape[1]), len(grid.contrast) - 1
    here, above, below = (
        grid.contrast[rows, columns].astype(np.float64)
        for rows in (paths, np.maximum(paths - 1, 0), np.minimum(paths + 1, last))
    )
    bend = np.minimum(above - 2 * here + below, -LEAST_BEND_GREY)
    vertex = np.minimum(np.maximum(0.5 * (above - below) / bend, -0.5), 0.5)
    return [Fascia(*band) for band in zip((paths + 0.5 + vertex) * grid.row_mm, here, strict=True)]


def on_grid(fascia: Fascia, its_grid: FasciaGrid, grid: FasciaGrid) -> Fascia:
    """Return a band at the columns of another grid of the same picture.

    Parameters
    ----------
    fascia : Fascia
        At the columns of ``its_grid``.
    its_grid, grid : FasciaGrid
        Where it was found, and where it is wanted.

    Returns
    -------
    Fascia

    Examples
    --------
    >>> picture, where = np.full((200, 200), 60, np.uint8), (Roi(0, 0, 200, 200), Calibration(0.1, 0.1))
    >>> fine, coarse = fascia_grid(picture, *where), fascia_grid(picture, *where, coarser=2.0)
    >>> sloping = Fascia(5.0 + 0.1 * fine.x_mm, np.full(len(fine.x_mm), 20.0))
    >>> bool(np.allclose(on_grid(sloping, fine, coarse).y_mm, 5.0 + 0.1 * coarse.x_mm))
    True
    """
    y_mm, contrast = (
        np.interp(grid.x_mm, its_grid.x_mm, values) for values in (fascia.y_mm, fascia.contrast_grey)
    )
    return Fascia(y_mm, contrast)


def _well_inside(
    mask: npt.NDArray[np.bool_], columns: int, rows: int, row_mm: float
) -> npt.NDArray[np.float32]:
    small = cv2.resize(mask.view(np.uint8), (columns, rows), interpolation=cv2.INTER_NEAREST)
    # the edge of the fan is itself a bright-dark step
    inner = cv2.erode(small, np.ones((2 * round(1.0 / row_mm) + 1, 3), np.uint8))
    return np.asarray(inner, np.float32)
