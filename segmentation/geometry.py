"""Regions, spacing, lengths and areas. Pixels need not be square: lengths are taken in mm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmentation.results import FloatArray


@dataclass(frozen=True, slots=True)
class Roi:
    """A rectangle of whole pixels in the frame."""

    x: int
    y: int
    width: int
    height: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns, for indexing a picture."""
        return slice(self.y, self.y + self.height), slice(self.x, self.x + self.width)

    def fits(self, shape: tuple[int, ...]) -> bool:
        """True where the whole rectangle lies in a picture of this (H, W) shape."""
        return (
            self.x >= 0
            and self.y >= 0
            and self.width > 0
            and self.height > 0
            and self.y + self.height <= shape[0]
            and self.x + self.width <= shape[1]
        )


@dataclass(frozen=True, slots=True)
class Calibration:
    """The size of a pixel."""

    x_mm_per_px: float
    y_mm_per_px: float

    def __post_init__(self) -> None:
        if not (0 < self.x_mm_per_px < np.inf and 0 < self.y_mm_per_px < np.inf):
            raise ValueError(f"spacing must be above 0 mm, came {self.x_mm_per_px}, {self.y_mm_per_px}")

    @property
    def scale(self) -> FloatArray:
        """``(2,)`` array (x, y) in mm per pixel, to multiply points by."""
        return np.array([self.x_mm_per_px, self.y_mm_per_px])


def polygon_area_cm2(points_px: FloatArray, calibration: Calibration) -> float:
    """Return the area inside a closed border.

    Parameters
    ----------
    points_px : (N, 2) array
        Border as (x, y) in pixels, the first point not repeated, N at least 3.
    calibration : Calibration
        Size of a pixel in mm.

    Returns
    -------
    float
        Area in cm², always positive (shoelace formula).

    Raises
    ------
    ValueError
        If there are fewer than 3 points.

    Examples
    --------
    >>> import numpy as np
    >>> square = np.array([[0.0, 0.0], [100.0, 0.0], [100.0, 100.0], [0.0, 100.0]])
    >>> polygon_area_cm2(square, Calibration(0.1, 0.2))
    2.0
    """
    if points_px.ndim != 2 or points_px.shape[1] != 2 or len(points_px) < 3:
        raise ValueError(f"a closed border needs at least 3 (x, y) points, came shape {points_px.shape}")
    x, y = ((points_px - points_px[0]) * calibration.scale).T  # the first point at 0: no last product
    twice_mm2 = float(np.dot(x[:-1], y[1:]) - np.dot(y[:-1], x[1:]))
    return abs(twice_mm2) / 200.0
