"""A B-mode picture shrunk to cells of half a millimetre: enough to find a muscle in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segmentation.geometry import Calibration, Roi
from segmentation.resampling import Float32Array, blurred, shrunk
from segmentation.results import Picture

GRID_MM = 0.5
BLUR_MM = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class CoarsePicture:
    """Cells of 0.5 mm from the upper left corner of the roi."""

    grey: Float32Array  # (R, C), smoothed over 0.8 mm
    cells: Float32Array  # (R, C), mean of each
    valid: npt.NDArray[np.bool_]  # (R, C), where echoes can be


def coarse_picture(
    picture: Picture, roi: Roi, calibration: Calibration, mask: npt.NDArray[np.bool_] | None = None
) -> CoarsePicture:
    """Return a picture in cells of 0.5 mm.

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame.
    roi, calibration
        The B-mode picture and its spacing.
    mask : (roi.height, roi.width) bool array, optional
        True where echoes can be.

    Returns
    -------
    CoarsePicture

    Examples
    --------
    >>> import numpy as np
    >>> grey = np.full((200, 300), 40, np.uint8)
    >>> coarse_picture(grey, Roi(0, 0, 300, 200), Calibration(0.1, 0.1)).grey.shape
    (40, 60)
    """
    size = (
        max(8, round(roi.width * calibration.x_mm_per_px / GRID_MM)),
        max(8, round(roi.height * calibration.y_mm_per_px / GRID_MM)),
    )
    cells = shrunk(picture[roi.slices], *size)
    grey = blurred(cells, BLUR_MM / GRID_MM, BLUR_MM / GRID_MM)
    valid = np.ones(grey.shape, np.bool_) if mask is None else shrunk(mask, *size) > 0.5
    return CoarsePicture(grey, cells, valid)
