"""The rounded shape that a muscle's cross-section is looked for with, and the shadow beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segmentation.resampling import Float32Array
from segmentation.results import FloatArray

SQUARENESS = 2.3  # of the superellipse: multifidus is rounder than a rectangle and squarer than an ellipse
SHADOW_PART = 0.65  # of the muscle's grey


@dataclass(frozen=True, slots=True)
class RoundShape:
    """A superellipse, all in mm from the upper left corner of the roi."""

    rim_grey: float  # how much brighter it is outside than inside: higher is better
    x_mm: float
    y_mm: float
    half_width_mm: float
    half_height_mm: float
    muscle_grey: float = 0.0  # what is much darker is shadow
    tilt_deg: float = 0.0  # of the width, clockwise on the screen

    def contains(self, x_mm: float | FloatArray, y_mm: float | FloatArray) -> npt.NDArray[np.bool_]:
        """Tell which points lie inside."""
        right, below = x_mm - self.x_mm, y_mm - self.y_mm
        tilt = np.radians(self.tilt_deg)
        across = (right * np.cos(tilt) + below * np.sin(tilt)) / self.half_width_mm
        down = (below * np.cos(tilt) - right * np.sin(tilt)) / self.half_height_mm
        return np.asarray(np.abs(across) ** SQUARENESS + np.abs(down) ** SQUARENESS < 1.0)

    def rays(self, count: int, squareness: float = SQUARENESS) -> FloatArray:
        """Return ``(count, 2)`` vectors from the middle to the rim; squareness 2 is an ellipse."""
        angle = np.arange(count) * 2 * np.pi / count
        cosine, sine = np.cos(angle), np.sin(angle)
        radius = (np.abs(cosine) ** squareness + np.abs(sine) ** squareness) ** (-1 / squareness)
        upright = np.stack(
            [self.half_width_mm * radius * cosine, self.half_height_mm * radius * sine], axis=1
        )
        return np.asarray(upright @ self._turn().T, np.float64)

    def _turn(self) -> FloatArray:
        tilt = np.radians(self.tilt_deg)
        return np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])


def shadow_folded(grey: Float32Array, muscle_grey: float) -> Float32Array:
    """Return the picture with what is far darker than the muscle made as bright as a rim.

    Parameters
    ----------
    grey : (H, W) float32 array
        Smoothed grey.
    muscle_grey : float
        Level inside the muscle; 0 leaves all as it is.

    Returns
    -------
    (H, W) float32 array

    Examples
    --------
    >>> grey = np.array([[10.0, 38.0, 50.0, 120.0]], np.float32)  # shadow, muscle, muscle, rim
    >>> shadow_folded(grey, 50.0).tolist()
    [[79.25, 38.0, 50.0, 120.0]]
    """
    dark = np.clip(SHADOW_PART * muscle_grey - grey, 0.0, None)
    return np.asarray(np.where(dark > 0, muscle_grey + 1.3 * dark, grey), np.float32)
