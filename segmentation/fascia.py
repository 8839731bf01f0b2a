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
from segmentation.resampling import blurred, halved, shrunk
from segmentation.results import FloatArray, Picture

ROW_MM = 0.15
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
    part = picture[roi.slices]
    even = part[: part.shape[0] // 2 * 2, : part.shape[1] // 2 * 2]  # a pixel less, so that it can be halved
    width_mm = even.shape[1] * calibration.x_mm_per_px
    height_mm = even.shape[0] * calibration.y_mm_per_px
    columns, rows = max(8, round(width_mm / COLUMN_MM)), max(16, round(height_mm / ROW_MM))
    fine = even.shape[1] >= 2 * columns and even.shape[0] >= FINE_PX_A_ROW * rows
    grey = shrunk(halved(even) if fine else even, columns, rows)
    row_mm = height_mm / rows
    band = blurred(grey, ALONG_SIGMA_MM / (width_mm / columns), BAND_SIGMA_MM / row_mm)
    flank = blurred(band, 0.0, sqrt(FLANK_SIGMA_MM**2 - BAND_SIGMA_MM**2) / row_mm)
    contrast = np.minimum(band - flank, np.float32(CONTRAST_CEILING_GREY))
    if mask is not None:
        contrast *= _well_inside(mask, columns, rows, row_mm)
    x_mm = np.asarray((np.arange(columns) + 0.5) * (width_mm / columns), np.float64)
    return FasciaGrid(contrast, grey, x_mm, row_mm)


def fascia_along(grid: FasciaGrid, path: npt.NDArray[np.intp]) -> Fascia:
    """Return the band whose middle lies in row ``path[i]`` of the grid's column ``i``.

    Parameters
    ----------
    grid : FasciaGrid
        From `fascia_grid`.
    path : (C,) int array
        One row for each column of the grid.

    Returns
    -------
    Fascia
    """
    contrast = grid.contrast[path, np.arange(len(path))].astype(np.float64)
    return Fascia(np.asarray((path + 0.5) * grid.row_mm, np.float64), contrast)


def _well_inside(
    mask: npt.NDArray[np.bool_], columns: int, rows: int, row_mm: float
) -> npt.NDArray[np.float32]:
    small = (shrunk(mask, columns, rows) > 0.99).astype(np.uint8)
    # the edge of the fan is itself a bright-dark step
    inner = cv2.erode(small, np.ones((2 * round(1.0 / row_mm) + 1, 3), np.uint8))
    return np.asarray(inner, np.float32)
